/* Is it a bounce, of whom, and of which mail of ours? */
#include "config.h"

#include "mime/bounce.h"
#include "mime/bounce-list.h"
#include "mime/bounce-status.h"
#include "mime/bounce-words.h"
#include "mime/machine.h"
#include "mime/words.h"

#include <string.h>

struct signs {
	gboolean report; /* there is a delivery status */
	gboolean named;	 /* a field says who did not get it */
	gboolean sender; /* a mail system wrote it */
	gboolean answer; /* somebody's client wrote it in answer to a mail (RFC 3834) */
	gboolean subject, failure, delay, code, returned;
};

static const char *
value_of(const struct parts *parts, const char *name)
{
	const char *value = field_get(parts->fields, name);

	return value == NULL ? "" : value;
}

static gboolean
has_any(const char *text, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strstr(text, *words) != NULL)
			return TRUE;
	return FALSE;
}

static gboolean
is_status(const struct part *part)
{
	return strcmp(part->type, "message/delivery-status") == 0 ||
	       strcmp(part->type, "message/global-delivery-status") == 0;
}

static gboolean
is_returned(const struct part *part)
{
	return strcmp(part->type, "message/rfc822") == 0 || strcmp(part->type, "text/rfc822-headers") == 0 ||
	       strcmp(part->type, "message/global") == 0 || strcmp(part->type, "message/global-headers") == 0;
}

/* Somebody else's report: feedback and receipts look much like a bounce. */
static gboolean
is_other_report(const struct parts *parts)
{
	for (guint i = 0; i < parts->parts->len; i++) {
		const struct part *part = g_ptr_array_index(parts->parts, i);

		if (strcmp(part->type, "message/feedback-report") == 0 ||
		    strcmp(part->type, "message/disposition-notification") == 0)
			return TRUE;
		if (part->parent == -1 && strcmp(part->type, "multipart/report") == 0 &&
		    (g_ascii_strcasecmp(part->report_type, "feedback-report") == 0 ||
			g_ascii_strcasecmp(part->report_type, "disposition-notification") == 0))
			return TRUE;
	}
	return FALSE;
}

static gboolean
is_mail_system(const struct parts *parts)
{
	static const char *const senders[] = {"mailer-daemon", "mailerdaemon", "mailer_daemon", "postmaster",
	    "post_master", "mail delivery", "delivery subsystem", "mail system", "mail deliver", "mdaemon",
	    "system administrator", "internet mail", "mail administrator", "mailsystem", "bounce",
	    "ndr admin", "mmsc", "microsoft outlook", "sns.amazonaws", "mail-daemon", "maildaemon", NULL};
	g_autofree char *from = g_ascii_strdown(value_of(parts, "From"), -1);
	const char *path = value_of(parts, "Return-Path");
	g_autofree char *sender = machine_address(path);

	return has_any(from, senders) || strcmp(g_strstrip(from), "<>") == 0 ||
	       (strchr(path, '<') != NULL && *sender == '\0') || strstr(sender, "mailer-daemon@") != NULL;
}

/* What does not need the text. */
static void
look_at_head(const struct parts *parts, const char *title, struct signs *signs)
{
	for (guint i = 0; i < parts->parts->len; i++) {
		signs->report |= is_status(g_ptr_array_index(parts->parts, i));
		signs->returned |= is_returned(g_ptr_array_index(parts->parts, i));
	}
	signs->sender = is_mail_system(parts);
	signs->named = *value_of(parts, "X-Failed-Recipients") != '\0';
	signs->answer = g_ascii_strncasecmp(value_of(parts, "Auto-Submitted"), "auto-replied", 12) == 0;
	signs->subject = phrase_within(&bounce_subjects, title) && !g_str_has_prefix(title, "re: ") &&
			 !g_str_has_prefix(title, "fw");
}

static void
look_at_text(const char *title, const char *body, struct signs *signs)
{
	g_autofree char *lower = g_utf8_strdown(body, (gssize)MIN(strlen(body), BOUNCE_TEXT_MAX));
	g_autofree char *head = g_strndup(body, bounce_text_original(body));
	g_autofree char *status = bounce_status(head, FALSE);

	signs->failure = phrase_within(&bounce_failures, lower);
	signs->delay = phrase_within(&bounce_delays, title) || phrase_within(&bounce_delays, lower);
	signs->code = strcmp(status, "5.0.0") != 0;
	signs->returned |= strlen(head) < strlen(body) && strlen(head) < BOUNCE_TEXT_MAX;
}

static gboolean
is_bounce(const struct parts *parts, const char *title, const char *body, struct signs *s)
{
	look_at_head(parts, title, s);
	/* Most mails end here. */
	if (!s->report && !s->named && !s->sender && !s->subject)
		return FALSE;
	look_at_text(title, body, s);
	if (s->report || s->named)
		return TRUE;
	/* "Automatic reply: my order was not delivered" has our customer's words, not a mail system's. */
	if (s->sender && s->subject && (!s->answer || s->failure))
		return TRUE;
	if (s->sender && s->failure && !s->answer && (s->code || s->returned))
		return TRUE;
	return s->subject && s->failure && s->code && s->returned;
}

static void
know(GHashTable *known, const char *value)
{
	char *address = machine_address(value);

	if (*address != '\0')
		g_hash_table_add(known, address);
	else
		g_free(address);
}

static const GArray *
returned_fields(const struct parts *parts)
{
	for (guint i = 0; i < parts->parts->len; i++) {
		const struct part *part = g_ptr_array_index(parts->parts, i);

		if (is_returned(part) && part->fields != NULL)
			return part->fields;
	}
	return NULL;
}

/* The header line `name` of a mail that was returned as text. Caller frees; NULL where there is none. */
static char *
header_in_text(const char *text, const char *name)
{
	gsize length = strlen(name);

	for (const char *p = text; *p != '\0';) {
		gsize skip = strspn(p, " \t>"), line = strcspn(p, "\n");

		if (line > skip && g_ascii_strncasecmp(p + skip, name, length) == 0) {
			/* The value may stand in the next line. */
			gsize next = p[line] == '\n' && g_ascii_isspace(p[line + 1])
					 ? 1 + strcspn(p + line + 1, "\n")
					 : 0;

			return g_strndup(p + skip + length, line + next - skip - length);
		}
		p += line + (p[line] == '\n');
	}
	return NULL;
}

/* In the returned header; else in any part that may be one, torn or called something else. Caller frees. */
static char *
returned_value(const struct parts *parts, const char *body, const char *name)
{
	const GArray *fields = returned_fields(parts);
	const char *value = fields == NULL ? NULL : field_get(fields, name);
	g_autofree char *line = g_strconcat(name, ":", NULL);
	char *found = value != NULL ? g_strdup(value) : header_in_text(body, line);

	for (guint i = 0; found == NULL && i < parts->parts->len; i++) {
		const struct part *part = g_ptr_array_index(parts->parts, i);
		gsize length;
		const char *bytes = part->bytes == NULL ? NULL : g_bytes_get_data(part->bytes, &length);
		g_autofree char *text = NULL;

		if (bytes == NULL || is_status(part) ||
		    (!g_str_has_prefix(part->type, "text/") && !g_str_has_prefix(part->type, "message/")))
			continue;
		text = g_strndup(bytes, MIN(length, BOUNCE_TEXT_MAX));
		found = header_in_text(text, line);
	}
	return found;
}

static char *
bracketed(const char *value)
{
	const char *open = strchr(value, '<');

	return open == NULL ? g_strdup("") : g_strndup(open + 1, strcspn(open + 1, "> \t\n"));
}

static char *
original_id(const struct parts *parts, const char *body)
{
	g_autofree char *value = returned_value(parts, body, "Message-ID");
	g_autofree char *id = bracketed(value == NULL ? "" : value);

	if (*id != '\0')
		return g_steal_pointer(&id);
	return bracketed(value_of(parts, "In-Reply-To"));
}

static void
read_reports(const struct parts *parts, const char *body, GPtrArray *list, gboolean *reported)
{
	for (guint i = 0; i < parts->parts->len; i++) {
		const struct part *part = g_ptr_array_index(parts->parts, i);

		if (is_status(part) && part->text != NULL)
			*reported |= bounce_report_read(part->text, list);
	}
	if (list->len == 0 && !*reported) {
		g_autofree char *head = g_strndup(body, MIN(strlen(body), BOUNCE_TEXT_MAX));

		*reported = bounce_report_read(head, list);
	}
}

/* Exim and Gmail name them in the header. */
static void
read_failed_recipients(const struct parts *parts, GPtrArray *list)
{
	g_auto(GStrv) each = g_strsplit(value_of(parts, "X-Failed-Recipients"), ",", BOUNCE_RECIPIENTS_MAX);

	for (char **one = each; *one != NULL; one++)
		if (strchr(*one, '@') != NULL)
			bounce_list_entry(list, g_strstrip(*one));
}

/* Those who sent the bounce, or got it, are not whom it is about. */
static GHashTable *
known_addresses(const struct parts *parts, const char *body)
{
	GHashTable *known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autofree char *from = returned_value(parts, body, "From");

	know(known, value_of(parts, "From"));
	know(known, value_of(parts, "To"));
	know(known, value_of(parts, "Return-Path"));
	know(known, from == NULL ? "" : from);
	return known;
}

static const struct bounce_entry *
find_entry(GPtrArray *list, const char *recipient)
{
	for (guint i = 0; i < list->len; i++) {
		const struct bounce_entry *entry = g_ptr_array_index(list, i);

		if (g_ascii_strcasecmp(entry->recipient, recipient) == 0)
			return entry;
	}
	return NULL;
}

/* Recipients that a report or the header named without a reason: the text may have it. */
static void
read_reasons(const struct parts *parts, const char *body, gboolean delayed, GPtrArray *list)
{
	g_autoptr(GHashTable) known = known_addresses(parts, body);
	g_autoptr(GPtrArray) said = bounce_list_new();

	for (guint i = 0; i < list->len; i++)
		g_hash_table_remove(known, ((struct bounce_entry *)g_ptr_array_index(list, i))->recipient);
	bounce_text_read(body, known, delayed, said);
	for (guint i = 0; i < list->len; i++) {
		struct bounce_entry *entry = g_ptr_array_index(list, i);
		const struct bounce_entry *found = find_entry(said, entry->recipient);

		if (found == NULL && list->len == 1 && said->len == 1)
			found = g_ptr_array_index(said, 0);
		if (found == NULL || entry->diagnostic->len > 0)
			continue;
		bounce_list_diagnose(entry, found->diagnostic->str);
		if (entry->status == NULL ||
		    (g_str_has_suffix(entry->status, ".0.0") && entry->status[0] == found->status[0])) {
			g_free(entry->status);
			entry->status = g_strdup(found->status);
		}
	}
}

/* Nobody but known addresses: then one of these, or whom the returned mail was for. */
static void
read_recipients(const struct parts *parts, const char *body, gboolean delayed, GPtrArray *list)
{
	g_autoptr(GHashTable) known = known_addresses(parts, body);
	g_autofree char *to = returned_value(parts, body, "To");
	g_autofree char *address = machine_address(to == NULL ? "" : to);

	bounce_text_read(body, known, delayed, list);
	if (list->len > 0)
		return;
	if (*address == '\0') {
		g_hash_table_remove_all(known);
		know(known, value_of(parts, "From"));
		bounce_text_read(body, known, delayed, list);
	}
	if (list->len == 0)
		bounce_list_entry(list, address);
}

/* What is still open: the head of the text is the reason. */
static void
complete(const char *body, gboolean delayed, GPtrArray *list)
{
	g_autofree char *head = g_strndup(body, bounce_text_original(body));

	for (guint i = 0; i < list->len; i++) {
		struct bounce_entry *entry = g_ptr_array_index(list, i);

		if (entry->diagnostic->len == 0)
			bounce_list_diagnose(entry, g_strstrip(head));
		if (entry->status == NULL)
			entry->status = bounce_status(head, delayed);
		if (entry->action == NULL)
			entry->action = g_strdup(delayed ? "delayed" : "failed");
	}
}

/* Values come from fields and may hold any bytes. */
static void
put(GVariantBuilder *b, const char *key, const char *value)
{
	g_autofree char *valid = g_utf8_make_valid(value, -1);

	g_variant_builder_add(b, "{ss}", key, valid);
}

static GVariant *
as_variant(GPtrArray *list, const char *id)
{
	GVariantBuilder all;

	g_variant_builder_init(&all, G_VARIANT_TYPE("aa{ss}"));
	for (guint i = 0; i < list->len; i++) {
		const struct bounce_entry *entry = g_ptr_array_index(list, i);

		g_variant_builder_open(&all, G_VARIANT_TYPE("a{ss}"));
		put(&all, "recipient", entry->recipient);
		put(&all, "status", entry->status);
		put(&all, "action", entry->action);
		put(&all, "diagnostic", entry->diagnostic->str);
		put(&all, "original_message_id", id);
		g_variant_builder_close(&all);
	}
	return g_variant_builder_end(&all);
}

GVariant *
bounce_read(const struct parts *parts, const char *body, const char *subject)
{
	struct signs signs = {0};
	g_autoptr(GPtrArray) list = bounce_list_new();
	g_autofree char *title = g_utf8_strdown(subject, -1);
	g_autofree char *id = NULL;
	gboolean reported = FALSE;

	if (is_other_report(parts) || !is_bounce(parts, title, body, &signs))
		return NULL;
	read_reports(parts, body, list, &reported);
	/* A report of success only. */
	if (list->len == 0 && reported)
		return NULL;
	if (list->len == 0)
		read_failed_recipients(parts, list);
	if (list->len > 0)
		read_reasons(parts, body, signs.delay, list);
	else
		read_recipients(parts, body, signs.delay, list);
	complete(body, signs.delay, list);
	id = original_id(parts, body);
	return as_variant(list, id);
}
