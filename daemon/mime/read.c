/*
 * Puts together what the others read. Each group of fields of struct mail has its function here; none of them
 * judges.
 */
#include "config.h"

#include "mime/read.h"

#include "mime/address.h"
#include "mime/authres.h"
#include "mime/bounce.h"
#include "mime/content.h"
#include "mime/date.h"
#include "mime/field.h"
#include "mime/forward.h"
#include "mime/ids.h"
#include "mime/invite.h"
#include "mime/machine.h"
#include "mime/parts.h"
#include "mime/quote.h"
#include "mime/words.h"
#include "wire/mail.h"

#include <string.h>

enum { DELIVERED_MAX = 20 };

void
read_init(void)
{
	parts_init();
}

/* The charset of the first text part, as declared or as found: raw 8-bit bytes in the header are mostly in it
 * too. Into `name`. */
static const char *
hint(const struct parts *parts, char name[32])
{
	name[0] = '\0';
	for (guint i = 0; i < parts->parts->len && name[0] == '\0'; i++) {
		const struct part *part = parts->parts->pdata[i];

		if (part->text != NULL)
			g_strlcpy(name, part->used, MIN(32, strcspn(part->used, " ") + 1));
	}
	return name;
}

static GVariant *
strings_new(const GPtrArray *all)
{
	return g_variant_new_strv((const char *const *)all->pdata, (gssize)all->len);
}

static void
mark(struct parts *parts, char *what)
{
	g_ptr_array_add(parts->marks, what);
}

static void
put_ids(struct mail_maker *maker, struct parts *parts)
{
	g_autofree char *id = ids_one(field_get(parts->fields, "Message-ID"));
	g_autoptr(GPtrArray) in_reply_to = ids_all(field_get(parts->fields, "In-Reply-To"), NULL);
	g_autoptr(GPtrArray) references = NULL;
	gboolean cut = FALSE;

	references = ids_all(field_get(parts->fields, "References"), &cut);
	if (cut)
		mark(parts, g_strdup_printf("references cut at %d", IDS_MAX));
	mail_put_string(maker, MAIL_message_id, id);
	mail_put(maker, MAIL_in_reply_to, strings_new(in_reply_to));
	mail_put(maker, MAIL_references, strings_new(references));
}

/* Each mailbox once. */
static void
add_addresses(GVariantBuilder *b, const GPtrArray *all, GHashTable *seen)
{
	for (guint i = 0; i < all->len && g_hash_table_size(seen) < ADDRESS_MAX; i++) {
		const struct address *a = all->pdata[i];

		if (g_hash_table_add(seen, g_strdup_printf("%s <%s>", a->name, a->address)))
			g_variant_builder_add(b, "(ss)", a->name, a->address);
	}
}

/* All fields of the name together: a second To is an error of the sender and no reason to lose anybody. */
static void
put_addresses(struct mail_maker *maker, struct parts *parts, enum mail_field which, const char *name)
{
	GVariantBuilder b;
	const struct field *f;
	char charset[32];
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	guint from = 0;
	gboolean cut = FALSE;

	g_variant_builder_init(&b, G_VARIANT_TYPE("a(ss)"));
	while (
	    g_hash_table_size(seen) < ADDRESS_MAX && (f = field_next(parts->fields, name, &from)) != NULL) {
		g_autoptr(GPtrArray) all = address_list(f->value, charset, &cut);

		add_addresses(&b, all, seen);
	}
	if (cut)
		mark(parts, g_strdup_printf("addresses of %s cut at %d", name, ADDRESS_MAX));
	mail_put(maker, which, g_variant_builder_end(&b));
}

static void
put_return_path(struct mail_maker *maker, const struct parts *parts)
{
	const char *value = field_get(parts->fields, "Return-Path");
	g_autoptr(GPtrArray) all = NULL;

	if (value == NULL)
		return;
	all = address_list(value, "", NULL);
	if (strncmp(value + strspn(value, " \t"), "<>", 2) == 0)
		mail_put_string(maker, MAIL_return_path, "<>");
	else if (all->len > 0)
		mail_put_string(maker, MAIL_return_path, ((const struct address *)all->pdata[0])->address);
}

static void
put_delivered_to(struct mail_maker *maker, const struct parts *parts)
{
	static const char *const names[] = {
	    "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Delivered-To"};
	g_autoptr(GPtrArray) out = g_ptr_array_new_with_free_func(g_free);

	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		const struct field *f;
		guint from = 0;

		while (out->len < DELIVERED_MAX && (f = field_next(parts->fields, names[i], &from)) != NULL) {
			g_autoptr(GPtrArray) all = address_list(f->value, "", NULL);
			const char *address =
			    all->len > 0 ? ((const struct address *)all->pdata[0])->address : "";

			if (address[0] != '\0' &&
			    !g_ptr_array_find_with_equal_func(out, address, g_str_equal, NULL))
				g_ptr_array_add(out, g_strdup(address));
		}
	}
	mail_put(maker, MAIL_delivered_to, strings_new(out));
}

static void
put_people(struct mail_maker *maker, struct parts *parts, const GPtrArray *trust)
{
	g_autofree char *one = address_one(parts->fields);
	struct authres results;

	put_addresses(maker, parts, MAIL_from, "From");
	put_addresses(maker, parts, MAIL_sender, "Sender");
	put_addresses(maker, parts, MAIL_reply_to, "Reply-To");
	put_addresses(maker, parts, MAIL_to, "To");
	put_addresses(maker, parts, MAIL_cc, "Cc");
	mail_put_string(maker, MAIL_from_one, one);
	put_return_path(maker, parts);
	put_delivered_to(maker, parts);
	authres_read(parts->fields, trust, &results);
	mail_put(maker, MAIL_auth_pass, strings_new(results.auth_pass));
	mail_put(maker, MAIL_dmarc_pass, strings_new(results.dmarc_pass));
	authres_clear(&results);
}

/* Where a field comes twice, the last non-empty one is what mail programs show. */
static char *
read_subject(const struct parts *parts)
{
	const char *value = "";
	const struct field *f;
	char charset[32];
	guint from = 0;

	while ((f = field_next(parts->fields, "Subject", &from)) != NULL)
		if (f->value[0] != '\0')
			value = f->value;
	return words_decode(value, hint(parts, charset));
}

static void
put_description(struct mail_maker *maker, const struct parts *parts)
{
	const char *language = field_get(parts->fields, "Content-Language");
	const char *loop = field_get(parts->fields, "X-Triaged-Loop");
	g_autofree char *tag = language != NULL ? g_strndup(language, strcspn(language, ", ;\t")) : NULL;
	g_autofree char *clean_loop = loop != NULL ? words_decode(loop, "") : NULL;

	mail_put(maker, MAIL_date, g_variant_new_int64(date_parse(field_get(parts->fields, "Date"))));
	if (tag != NULL && g_str_is_ascii(tag) && strlen(tag) < 36)
		mail_put_string(maker, MAIL_language, tag);
	mail_put_string(maker, MAIL_loop, clean_loop);
}

static void
put_words(
    struct mail_maker *maker, const struct parts *parts, const struct content *content, const char *subject)
{
	struct quote_split split;

	quote_split(content->text, subject, &split);
	mail_put_string(maker, MAIL_text, split.text);
	mail_put_string(maker, MAIL_quoted, split.quoted);
	mail_put_string(maker, MAIL_signature, split.signature);
	mail_put(maker, MAIL_forward, forward_read(parts, &split));
	quote_clear(&split);
	mail_put_string(maker, MAIL_body, content->text);
	mail_put_string(maker, MAIL_html, content->html);
	mail_put_string(maker, MAIL_charset, content->charset);
	mail_put(maker, MAIL_from_html, g_variant_new_boolean(content->from_html));
	mail_put(maker, MAIL_attachments, content_attachments(parts, content));
	mail_put(maker, MAIL_invite, invite_read(parts));
}

static void
put_machine(struct mail_maker *maker, const struct parts *parts, const char *body, const char *subject)
{
	struct machine_verdict verdict = {0};
	g_autofree char *why = NULL;
	GVariant *bounces;

	machine_judge(parts, subject, &verdict);
	bounces = bounce_read(parts, body, subject);
	mail_put(maker, MAIL_is_auto, g_variant_new_boolean(verdict.is_auto || bounces != NULL));
	mail_put(maker, MAIL_is_bounce, g_variant_new_boolean(bounces != NULL));
	mail_put(maker, MAIL_is_list, g_variant_new_boolean(verdict.is_list));
	mail_put(maker, MAIL_is_feedback, g_variant_new_boolean(verdict.is_feedback));
	mail_put(maker, MAIL_is_receipt, g_variant_new_boolean(verdict.is_receipt));
	mail_put(maker, MAIL_suppress, g_variant_new_boolean(verdict.suppress));
	why = verdict.why != NULL ? g_utf8_make_valid(verdict.why, -1) : NULL;
	mail_put_string(maker, MAIL_machine_why, why);
	if (bounces != NULL)
		mail_put(maker, MAIL_bounces, bounces);
	g_free(verdict.why);
}

static gboolean
is_smime(const char *type, const char *what)
{
	if (g_str_has_prefix(type, "application/x-"))
		return strcmp(type + strlen("application/x-"), what) == 0;
	return g_str_has_prefix(type, "application/") && strcmp(type + strlen("application/"), what) == 0;
}

/* Recognised by the parts' types, never opened (T24). RFC 3156, RFC 8551. */
static const char *
protection_of(const struct part *part)
{
	if (strcmp(part->type, "application/pgp-encrypted") == 0)
		return "pgp-encrypted";
	if (strcmp(part->type, "application/pgp-signature") == 0)
		return "pgp-signed";
	if (is_smime(part->type, "pkcs7-signature"))
		return "smime-signed";
	if (is_smime(part->type, "pkcs7-mime"))
		return strcmp(part->smime_type, "signed-data") == 0 ? "smime-signed" : "smime-encrypted";
	return NULL;
}

static const char *
protection(const struct parts *parts, const char *body)
{
	for (guint i = 0; i < parts->parts->len; i++) {
		const char *found = protection_of(parts->parts->pdata[i]);

		if (found != NULL)
			return found;
	}
	if (g_str_has_prefix(body, "-----BEGIN PGP MESSAGE-----"))
		return "pgp-encrypted";
	return g_str_has_prefix(body, "-----BEGIN PGP SIGNED MESSAGE-----") ? "pgp-signed" : "";
}

static void
put_body(struct mail_maker *maker, const struct parts *parts, const char *subject)
{
	struct content content;

	content_read(parts, &content);
	put_words(maker, parts, &content, subject);
	put_machine(maker, parts, content.text, subject);
	mail_put_string(maker, MAIL_protection, protection(parts, content.text));
	content_clear(&content);
}

GBytes *
read_mail(GBytes *raw, gboolean cut, const GPtrArray *trust)
{
	struct mail_maker *maker = mail_maker_new();
	g_autofree char *held = NULL;
	g_autoptr(parts_t) parts = parts_read(raw, &held);
	g_autofree char *subject = read_subject(parts);

	if (cut)
		mark(parts, g_strdup("mail over the size limit: read up to where it was cut"));
	mail_put_string(maker, MAIL_subject, subject);
	put_ids(maker, parts);
	put_people(maker, parts, trust);
	put_description(maker, parts);
	put_body(maker, parts, subject);
	mail_put(maker, MAIL_marks, strings_new(parts->marks));
	mail_put_string(maker, MAIL_held, held);
	return mail_maker_end(maker);
}
