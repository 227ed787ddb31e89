/* An outbox row from the parts of a letter. The row's number is in its return path and its Message-ID, so it
 * is made first. */
#include "config.h"

#include "desk/outgoing.h"

#include "base/clock.h"
#include "base/log.h"
#include "desk/outbox.h"

#include <string.h>

enum { REPLY_DAYS_AGENT = 180 };

static const char *
own_address(const struct conf_mailbox *box)
{
	return box->addresses->pdata[0];
}

static char *
reply_address(struct desk *desk, const struct outgoing *out)
{
	struct token token = {
	    .class = out->reply_class, .number = (guint32)out->ticket, .person = (guint32)out->person};

	if (!out->reply_token)
		return g_strdup("");
	if (out->reply_class == TOKEN_AGENT)
		token.expires = (guint32)(clock_now() / CLOCK_DAY) + REPLY_DAYS_AGENT;
	return token_address(desk->tokens, own_address(out->mailbox), out->mailbox->separator, &token);
}

static char *
return_path(struct desk *desk, const struct outgoing *out, gint64 id)
{
	struct token token = {.class = TOKEN_BOUNCE, .number = (guint32)id, .person = (guint32)out->person};

	return token_address(desk->tokens, own_address(out->mailbox), out->mailbox->separator, &token);
}

static char *
message_id(struct desk *desk, const struct outgoing *out, gint64 id)
{
	struct token token = {.class = out->mid_class, .number = (guint32)out->ticket};

	return token_message_id(desk->tokens, strrchr(own_address(out->mailbox), '@') + 1, id, &token);
}

static GVariant *
references_of(const struct outgoing *out)
{
	static const char *const none[] = {NULL};

	return g_variant_new_strv(out->references != NULL ? out->references : none, -1);
}

static GVariant *
parts_of(const struct outgoing *out)
{
	guint n = out->parts != NULL ? out->parts->len : 0;

	return g_variant_new_fixed_array(
	    G_VARIANT_TYPE_UINT32, n > 0 ? out->parts->data : NULL, n, sizeof(guint32));
}

/* An array of one pair, a(ss) or a{ss}. */
static GVariant *
one_pair(const char *type, const char *first, const char *second)
{
	GVariant *pair = g_variant_new(type, first, second);

	return g_variant_new_array(g_variant_get_type(pair), &pair, 1);
}

static void
put(GVariantBuilder *b, const char *key, GVariant *value)
{
	g_variant_builder_add_value(
	    b, g_variant_new_dict_entry(g_variant_new_string(key), g_variant_new_variant(value)));
}

/* What compose needs (mime/compose.h), and nothing that could change until it is composed. */
static GBytes *
head_of(struct desk *desk, const struct outgoing *out, const char *mid)
{
	g_autofree char *reply_to = reply_address(desk, out);
	GVariantBuilder b;
	g_autoptr(GVariant) head = NULL;

	g_variant_builder_init(&b, G_VARIANT_TYPE_VARDICT);
	put(&b, "from_name", g_variant_new_string(out->from_name));
	put(&b, "from_address", g_variant_new_string(own_address(out->mailbox)));
	put(&b, "to", one_pair("(ss)", out->name, out->address));
	put(&b, "cc", g_variant_new_array(G_VARIANT_TYPE("(ss)"), NULL, 0));
	put(&b, "reply_to", g_variant_new_string(reply_to));
	put(&b, "subject", g_variant_new_string(out->subject));
	put(&b, "message_id", g_variant_new_string(mid));
	put(&b, "date", g_variant_new_int64(clock_now()));
	put(&b, "in_reply_to", g_variant_new_string(out->in_reply_to));
	put(&b, "references", references_of(out));
	put(&b, "auto", g_variant_new_string(out->auto_submitted));
	put(&b, "extra", one_pair("{ss}", "X-Triaged-Loop", desk->conf->desk));
	put(&b, "text", g_variant_new_string(out->text));
	put(&b, "parts", parts_of(out));
	put(&b, "whole", g_variant_new_boolean(out->whole));
	head = g_variant_ref_sink(g_variant_builder_end(&b));
	return g_variant_get_data_as_bytes(head);
}

gint64
outgoing_add(struct desk *desk, const struct outgoing *out, char **mid)
{
	const struct conf_relay *relay = out->mailbox->relay;
	g_autoptr(GBytes) head = NULL;
	g_autofree char *id_text = NULL;
	g_autofree char *sender = NULL;
	gint64 id;

	if (relay == NULL) {
		log_warn(
		    "mailbox %s has no relay: a mail of kind %s cannot leave", out->mailbox->name, out->kind);
		return 0;
	}
	if (out->once != NULL && store_get_int(desk->store, 0, SQL_OUTBOX_ONCE, "s", out->once) != 0)
		return 0;
	id = store_get_int(desk->store, 0, SQL_OUTBOX_NEXT_ID, "");
	id_text = message_id(desk, out, id);
	sender = return_path(desk, out, id);
	head = head_of(desk, out, id_text);
	store_run(desk->store, SQL_OUTBOX_ADD, "ikkssssbkis", id, out->ticket, out->message, out->kind,
	    relay->name, sender, id_text, head, out->raw_mail, clock_now(), out->once);
	store_run(desk->store, SQL_RECIPIENT_ADD, "is", id, out->address);
	outbox_kick_after(desk);
	if (mid != NULL)
		*mid = g_steal_pointer(&id_text);
	return id;
}
