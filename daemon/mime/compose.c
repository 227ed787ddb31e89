/* Outgoing mails: the fields in one fixed order, the text, what is attached; then all of it read again. */
#include "config.h"

#include "mime/compose.h"

#include "base/clock.h"
#include "mime/body.h"
#include "mime/compose-check.h"
#include "mime/header.h"

#include <string.h>

static const struct {
	const char *key, *type;
} head_keys[] = {
    {"from_name", "s"},
    {"from_address", "s"},
    {"to", "a(ss)"},
    {"cc", "a(ss)"},
    {"reply_to", "s"},
    {"subject", "s"},
    {"message_id", "s"},
    {"date", "x"},
    {"in_reply_to", "s"},
    {"references", "as"},
    {"auto", "s"},
    {"extra", "a{ss}"},
    {"text", "s"},
    {"parts", "au"},
    {"whole", "b"},
};

struct composer {
	GVariant *head;
	GBytes *raw;
	GString *out;
	gboolean utf8;
	char boundary[48]; /* "" for a mail of text only */
	char **failed;
};

static gboolean
fail(struct composer *c, const char *what, const char *why)
{
	*c->failed = g_strdup_printf("%s: %s", what, why);
	return FALSE;
}

static const char *
string_of(struct composer *c, const char *key)
{
	const char *value = "";

	g_variant_lookup(c->head, key, "&s", &value);
	return value;
}

static gboolean
check_head(struct composer *c)
{
	if (!g_variant_is_of_type(c->head, G_VARIANT_TYPE_VARDICT))
		return fail(c, "head", "it is no dictionary");
	for (gsize i = 0; i < G_N_ELEMENTS(head_keys); i++) {
		g_autoptr(GVariant) value = g_variant_lookup_value(c->head, head_keys[i].key, NULL);

		if (value == NULL)
			return fail(c, head_keys[i].key, "it is missing in the head");
		if (!g_variant_is_of_type(value, G_VARIANT_TYPE(head_keys[i].type)))
			return fail(c, head_keys[i].key, "it is of another type than the head's table says");
	}
	return TRUE;
}

static gboolean
put_text(struct composer *c, const char *name, const char *value)
{
	const char *why;

	return header_put_text(c->out, name, value, &why) || fail(c, name, why);
}

static gboolean
put_mailboxes(struct composer *c, const char *name, GVariant *mailboxes)
{
	g_autoptr(GVariant) owned = g_variant_ref_sink(mailboxes);
	const char *why;

	return header_put_mailboxes(c->out, name, owned, &c->utf8, &why) || fail(c, name, why);
}

static GVariant *
one_mailbox(const char *name, const char *address)
{
	GVariant *one = g_variant_new("(ss)", name, address);

	return g_variant_new_array(G_VARIANT_TYPE("(ss)"), &one, *address == '\0' ? 0 : 1);
}

/* From, To and Cc as they are both written and, at the end, compared. */
static GVariant *
mailboxes_of(struct composer *c, const char *key)
{
	if (strcmp(key, "from") == 0)
		return one_mailbox(string_of(c, "from_name"), string_of(c, "from_address"));
	return g_variant_lookup_value(c->head, key, NULL);
}

static gboolean
put_people(struct composer *c)
{
	g_autoptr(GVariant) to = mailboxes_of(c, "to");
	g_autoptr(GVariant) cc = mailboxes_of(c, "cc");
	const char *reply_to = string_of(c, "reply_to");

	if (*string_of(c, "from_address") == '\0')
		return fail(c, "From", "there is no address");
	if (g_variant_n_children(to) + g_variant_n_children(cc) == 0)
		return fail(c, "To", "there is no recipient in To or Cc");
	return put_mailboxes(c, "From", mailboxes_of(c, "from")) &&
	       (*reply_to == '\0' || put_mailboxes(c, "Reply-To", one_mailbox("", reply_to))) &&
	       put_mailboxes(c, "To", to) && put_mailboxes(c, "Cc", cc);
}

static gboolean
put_ids(struct composer *c)
{
	const char *own[] = {string_of(c, "message_id"), NULL};
	const char *reply[] = {string_of(c, "in_reply_to"), NULL};
	g_autofree const char **references = NULL;
	const char *why;

	if (!header_id_ok(own[0], &why))
		return fail(c, "Message-ID", why);
	if (strchr(own[0], '@') == NULL)
		return fail(c, "Message-ID", "the id has no '@'");
	header_put_ids(c->out, "Message-ID", own);
	header_put_ids(c->out, "In-Reply-To", reply);
	g_variant_lookup(c->head, "references", "^a&s", &references);
	header_put_ids(c->out, "References", references);
	return TRUE;
}

static gboolean
put_auto(struct composer *c)
{
	const char *automatic = string_of(c, "auto");

	if (*automatic == '\0')
		return TRUE;
	if (strcmp(automatic, "auto-generated") != 0 && strcmp(automatic, "auto-replied") != 0)
		return fail(c, "Auto-Submitted", "it is neither auto-generated nor auto-replied");
	return put_text(c, "Auto-Submitted", automatic) && put_text(c, "X-Auto-Response-Suppress", "All");
}

/* What is made here, and what relays and readers act upon, does not come in by the back door. */
static gboolean
is_reserved(const char *name)
{
	static const char *const names[] = {"From", "Sender", "Reply-To", "To", "Cc", "Bcc", "Subject",
	    "Date", "Message-ID", "In-Reply-To", "References", "Auto-Submitted", "X-Auto-Response-Suppress",
	    "Received", "Return-Path", "Authentication-Results", "DKIM-Signature", NULL};
	static const char *const families[] = {"Content-", "MIME-", "Resent-", "ARC-", NULL};

	for (gsize i = 0; names[i] != NULL; i++)
		if (g_ascii_strcasecmp(name, names[i]) == 0)
			return TRUE;
	for (gsize i = 0; families[i] != NULL; i++)
		if (g_ascii_strncasecmp(name, families[i], strlen(families[i])) == 0)
			return TRUE;
	return FALSE;
}

static gboolean
put_extra(struct composer *c)
{
	g_autoptr(GVariant) extra = g_variant_lookup_value(c->head, "extra", NULL);
	const char *name, *value;
	GVariantIter i;

	g_variant_iter_init(&i, extra);
	while (g_variant_iter_next(&i, "{&s&s}", &name, &value)) {
		if (is_reserved(name))
			return fail(c, "extra", "it has a field that is not for it to set");
		if (!put_text(c, name, value))
			return FALSE;
	}
	return TRUE;
}

static gboolean
put_fields(struct composer *c)
{
	gint64 date = 0;
	g_autofree char *written = NULL;

	g_variant_lookup(c->head, "date", "x", &date);
	written = clock_rfc5322(date);
	if (!put_text(c, "Date", written) || !put_people(c) ||
	    !put_text(c, "Subject", string_of(c, "subject")))
		return FALSE;
	if (!put_ids(c) || !put_auto(c) || !put_extra(c))
		return FALSE;
	g_string_append(c->out, "MIME-Version: 1.0\r\n");
	return TRUE;
}

/* A function of everything that goes into the mail, so that nothing in it can have been made to contain it;
 * "=_" stands in no quoted-printable and no base64 text. The check at the end counts all the same. */
static void
make_boundary(struct composer *c)
{
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
	gsize length;
	const guchar *raw = c->raw == NULL ? NULL : g_bytes_get_data(c->raw, &length);

	g_checksum_update(sum, g_variant_get_data(c->head), (gssize)g_variant_get_size(c->head));
	if (raw != NULL)
		g_checksum_update(sum, raw, (gssize)length);
	g_snprintf(c->boundary, sizeof c->boundary, "=_%.40s", g_checksum_get_string(sum));
}

static void
put_delimiter(struct composer *c, const char *end)
{
	g_string_append_printf(c->out, "\r\n--%s%s\r\n", c->boundary, end);
}

static gboolean
put_parts(struct composer *c, const guint32 *wanted, gsize count)
{
	g_autoptr(parts_t) parts = NULL;
	g_autofree char *held = NULL;

	if (count == 0)
		return TRUE;
	if (c->raw == NULL)
		return fail(c, "parts", "there is no mail to take them from");
	parts = parts_read(c->raw, &held);
	if (held != NULL)
		return fail(c, "parts", held);
	for (gsize i = 0; i < count; i++) {
		const struct part *part =
		    wanted[i] < parts->parts->len ? g_ptr_array_index(parts->parts, wanted[i]) : NULL;

		if (part == NULL || part->bytes == NULL)
			return fail(c, "parts", "one of them is no part of the mail that has content");
		put_delimiter(c, "");
		body_put_part(c->out, part);
	}
	return TRUE;
}

static gboolean
put_body(struct composer *c, gsize *entities)
{
	g_autoptr(GVariant) parts = g_variant_lookup_value(c->head, "parts", NULL);
	gboolean whole = FALSE;
	gsize count;
	const guint32 *wanted = g_variant_get_fixed_array(parts, &count, sizeof *wanted);

	g_variant_lookup(c->head, "whole", "b", &whole);
	*entities = 0;
	if (count == 0 && !whole) {
		body_put_text(c->out, string_of(c, "text"));
		return TRUE;
	}
	if (whole && c->raw == NULL)
		return fail(c, "whole", "there is no mail to attach");
	*entities = 1 + count + whole;
	make_boundary(c);
	g_string_append_printf(c->out, "Content-Type: multipart/mixed;\r\n boundary=\"%s\"\r\n", c->boundary);
	put_delimiter(c, "");
	body_put_text(c->out, string_of(c, "text"));
	if (!put_parts(c, wanted, count))
		return FALSE;
	if (whole) {
		put_delimiter(c, "");
		body_put_mail(c->out, c->raw, "");
	}
	put_delimiter(c, "--");
	return TRUE;
}

/* T13: the mail as its next reader will see it, compared with what was asked. */
static gboolean
read_again(struct composer *c, gsize entities, gboolean *eight_bit)
{
	g_autoptr(GVariant) from = g_variant_ref_sink(mailboxes_of(c, "from"));
	g_autoptr(GVariant) to = mailboxes_of(c, "to");
	g_autoptr(GVariant) cc = mailboxes_of(c, "cc");
	g_autoptr(GVariant) extra = g_variant_lookup_value(c->head, "extra", NULL);
	struct compose_asked asked = {
	    .from = from,
	    .to = to,
	    .cc = cc,
	    .extra = extra,
	    .subject = string_of(c, "subject"),
	    .message_id = string_of(c, "message_id"),
	    .boundary = c->boundary,
	    .entities = entities,
	};

	return compose_check(c->out, &asked, eight_bit, c->failed);
}

GBytes *
compose_mail(GVariant *head, GBytes *raw, gboolean *eight_bit, gboolean *utf8, char **failed)
{
	g_autoptr(GString) out = g_string_new(NULL);
	struct composer c = {.head = head, .raw = raw, .out = out, .failed = failed};
	gsize entities;

	*failed = NULL;
	if (!check_head(&c) || !put_fields(&c) || !put_body(&c, &entities) ||
	    !read_again(&c, entities, eight_bit))
		return NULL;
	*utf8 = c.utf8;
	return g_string_free_to_bytes(g_steal_pointer(&out));
}
