/* The keys of triagectl read --json are a promise to scripts: they are set here, one by one. */
#include "config.h"

#include "ctl/show.h"

#include "base/clock.h"
#include "base/log.h"

#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>

static void
set_string(JsonObject *o, const char *key, const char *value)
{
	json_object_set_string_member(o, key, value);
}

/* null where there is nothing to say. */
static void
set_maybe(JsonObject *o, const char *key, const char *value)
{
	if (value == NULL || value[0] == '\0')
		json_object_set_null_member(o, key);
	else
		json_object_set_string_member(o, key, value);
}

static void
set_strings(JsonObject *o, const char *key, GVariant *strings)
{
	JsonArray *array = json_array_new();
	GVariantIter iter;
	const char *s;

	g_variant_iter_init(&iter, strings);
	while (g_variant_iter_next(&iter, "&s", &s))
		json_array_add_string_element(array, s);
	json_object_set_array_member(o, key, array);
}

static char *
mailbox_text(const char *name, const char *address)
{
	if (name[0] == '\0')
		return g_strdup(address);
	return address[0] == '\0' ? g_strdup(name) : g_strdup_printf("%s <%s>", name, address);
}

static JsonArray *
mailboxes(GVariant *list)
{
	JsonArray *array = json_array_new();
	GVariantIter iter;
	const char *name, *address;

	g_variant_iter_init(&iter, list);
	while (g_variant_iter_next(&iter, "(&s&s)", &name, &address)) {
		g_autofree char *one = mailbox_text(name, address);

		json_array_add_string_element(array, one);
	}
	return array;
}

static char *
joined(GVariant *list)
{
	GString *all = g_string_new(NULL);
	GVariantIter iter;
	const char *name, *address;

	g_variant_iter_init(&iter, list);
	while (g_variant_iter_next(&iter, "(&s&s)", &name, &address)) {
		g_autofree char *one = mailbox_text(name, address);

		g_string_append_printf(all, "%s%s", all->len > 0 ? ", " : "", one);
	}
	return g_string_free(all, FALSE);
}

static void
set_joined(JsonObject *o, const char *key, GVariant *list)
{
	g_autofree char *all = joined(list);

	set_string(o, key, all);
}

static JsonObject *
from_strings(GVariant *dictionary)
{
	JsonObject *o = json_object_new();
	GVariantIter iter;
	const char *key, *value;

	g_variant_iter_init(&iter, dictionary);
	while (g_variant_iter_next(&iter, "{&s&s}", &key, &value))
		json_object_set_string_member(o, key, value);
	return o;
}

static void
set_dictionary(JsonObject *o, const char *key, GVariant *dictionary)
{
	if (g_variant_n_children(dictionary) == 0)
		json_object_set_null_member(o, key);
	else
		json_object_set_object_member(o, key, from_strings(dictionary));
}

static void
set_attachments(JsonObject *o, GVariant *list)
{
	JsonArray *array = json_array_new();

	for (gsize i = 0; i < g_variant_n_children(list); i++) {
		g_autoptr(GVariant) one = g_variant_get_child_value(list, i);
		JsonObject *a = json_object_new();
		const char *name = "", *type = "", *sha256 = "", *cid = "";
		gboolean is_inline = FALSE;
		guint64 size = 0;

		g_variant_lookup(one, "name", "&s", &name);
		g_variant_lookup(one, "type", "&s", &type);
		g_variant_lookup(one, "size", "t", &size);
		g_variant_lookup(one, "sha256", "&s", &sha256);
		g_variant_lookup(one, "inline", "b", &is_inline);
		g_variant_lookup(one, "cid", "&s", &cid);
		set_string(a, "name", name);
		set_string(a, "type", type);
		json_object_set_int_member(a, "size", (gint64)size);
		set_string(a, "sha256", sha256);
		json_object_set_boolean_member(a, "inline", is_inline);
		set_maybe(a, "cid", cid);
		json_array_add_object_element(array, a);
	}
	json_object_set_array_member(o, "attachments", array);
}

/* The first failed recipient as the bounce, all of them below "recipients". */
static void
set_bounce(JsonObject *o, GVariant *list)
{
	static const char *const keys[] = {
	    "recipient", "status", "action", "original_message_id", "diagnostic"};
	JsonArray *all = json_array_new();
	JsonObject *bounce = json_object_new();

	for (gsize i = 0; i < g_variant_n_children(list); i++) {
		g_autoptr(GVariant) one = g_variant_get_child_value(list, i);

		json_array_add_object_element(all, from_strings(one));
		for (gsize k = 0; i == 0 && k < G_N_ELEMENTS(keys); k++) {
			const char *value = "";

			g_variant_lookup(one, keys[k], "&s", &value);
			set_string(bounce, keys[k], value);
		}
	}
	json_object_set_array_member(bounce, "recipients", all);
	json_object_set_object_member(o, "bounce", bounce);
}

static void
set_header(JsonObject *o, const struct mail *mail)
{
	g_autofree char *date = clock_iso(mail_number(mail, MAIL_date));
	const char *parent = NULL;

	if (g_variant_n_children(mail_value(mail, MAIL_in_reply_to)) > 0)
		g_variant_get_child(mail_value(mail, MAIL_in_reply_to), 0, "&s", &parent);
	set_maybe(o, "message_id", mail_string(mail, MAIL_message_id));
	set_maybe(o, "in_reply_to", parent);
	set_strings(o, "references", mail_value(mail, MAIL_references));
	set_joined(o, "from", mail_value(mail, MAIL_from));
	json_object_set_array_member(o, "to", mailboxes(mail_value(mail, MAIL_to)));
	json_object_set_array_member(o, "cc", mailboxes(mail_value(mail, MAIL_cc)));
	set_joined(o, "reply_to", mail_value(mail, MAIL_reply_to));
	set_string(o, "subject", mail_string(mail, MAIL_subject));
	set_maybe(o, "date", date);
	set_string(o, "language", mail_string(mail, MAIL_language));
}

static void
set_machine(JsonObject *o, const struct mail *mail)
{
	json_object_set_boolean_member(o, "is_auto", mail_flag(mail, MAIL_is_auto));
	json_object_set_boolean_member(o, "is_bounce", mail_flag(mail, MAIL_is_bounce));
	json_object_set_boolean_member(o, "is_list", mail_flag(mail, MAIL_is_list));
	if (mail_flag(mail, MAIL_is_bounce))
		set_bounce(o, mail_value(mail, MAIL_bounces));
	else
		json_object_set_null_member(o, "bounce");
	set_dictionary(o, "invite", mail_value(mail, MAIL_invite));
}

/* What the structure has beyond the promised keys. */
static void
set_more(JsonObject *o, const struct mail *mail)
{
	set_string(o, "body", mail_string(mail, MAIL_body));
	set_string(o, "from_one", mail_string(mail, MAIL_from_one));
	set_joined(o, "sender", mail_value(mail, MAIL_sender));
	set_string(o, "return_path", mail_string(mail, MAIL_return_path));
	set_strings(o, "delivered_to", mail_value(mail, MAIL_delivered_to));
	set_dictionary(o, "forward", mail_value(mail, MAIL_forward));
	set_string(o, "charset", mail_string(mail, MAIL_charset));
	json_object_set_boolean_member(o, "from_html", mail_flag(mail, MAIL_from_html));
	json_object_set_boolean_member(o, "is_feedback", mail_flag(mail, MAIL_is_feedback));
	json_object_set_boolean_member(o, "is_receipt", mail_flag(mail, MAIL_is_receipt));
	json_object_set_boolean_member(o, "suppress", mail_flag(mail, MAIL_suppress));
	set_string(o, "machine_why", mail_string(mail, MAIL_machine_why));
	set_string(o, "protection", mail_string(mail, MAIL_protection));
	set_strings(o, "auth_pass", mail_value(mail, MAIL_auth_pass));
	set_strings(o, "dmarc_pass", mail_value(mail, MAIL_dmarc_pass));
	set_strings(o, "marks", mail_value(mail, MAIL_marks));
}

static JsonObject *
to_json(const struct mail *mail)
{
	JsonObject *o = json_object_new();

	set_header(o, mail);
	set_string(o, "text", mail_string(mail, MAIL_text));
	set_string(o, "quoted", mail_string(mail, MAIL_quoted));
	set_string(o, "signature", mail_string(mail, MAIL_signature));
	set_string(o, "html", mail_string(mail, MAIL_html));
	set_attachments(o, mail_value(mail, MAIL_attachments));
	set_machine(o, mail);
	set_maybe(o, "held", mail_string(mail, MAIL_held));
	set_more(o, mail);
	return o;
}

void
show_json(const char *file, const struct mail *mail, const char *held)
{
	g_autoptr(JsonNode) node = json_node_new(JSON_NODE_OBJECT);
	g_autofree char *name = g_filename_display_name(file);
	g_autofree char *line = NULL;
	JsonObject *o = mail != NULL ? to_json(mail) : json_object_new();

	set_string(o, "file", name);
	if (mail == NULL)
		set_string(o, "held", held);
	json_node_take_object(node, o);
	line = json_to_string(node, FALSE);
	puts(line);
}

static void
say(const char *label, const char *value)
{
	g_autofree char *clean = log_escape(value, 1000);

	if (value[0] != '\0')
		printf("%-12s %s\n", label, clean);
}

static void
say_joined(const char *label, GVariant *list)
{
	g_autofree char *all = joined(list);

	say(label, all);
}

static void
say_attachments(GVariant *list)
{
	for (gsize i = 0; i < g_variant_n_children(list); i++) {
		g_autoptr(GVariant) one = g_variant_get_child_value(list, i);
		g_autofree char *text = NULL;
		const char *name = "", *type = "";
		guint64 size = 0;

		g_variant_lookup(one, "name", "&s", &name);
		g_variant_lookup(one, "type", "&s", &type);
		g_variant_lookup(one, "size", "t", &size);
		text = g_strdup_printf(
		    "%s (%s, %" G_GUINT64_FORMAT " bytes)", name[0] != '\0' ? name : "unnamed", type, size);
		say("attachment", text);
	}
}

/* Line by line, so that nothing of a stranger reaches the terminal as anything but text (T23). */
static void
say_text(const char *title, const char *text)
{
	g_auto(GStrv) lines = NULL;

	if (text[0] == '\0')
		return;
	printf("-- %s\n", title);
	lines = g_strsplit(text, "\n", -1);
	for (guint i = 0; lines[i] != NULL; i++) {
		g_autofree char *clean = log_escape(lines[i], 4000);

		if (clean[0] != '\0')
			printf("   %s\n", clean);
		else if (lines[i + 1] != NULL)
			putchar('\n');
	}
}

static void
say_machine(const struct mail *mail)
{
	if (mail_flag(mail, MAIL_is_bounce))
		say("kind", "bounce");
	else if (mail_flag(mail, MAIL_is_auto))
		say("kind", "automatic");
	else if (mail_flag(mail, MAIL_is_list))
		say("kind", "list");
	say("because", mail_string(mail, MAIL_machine_why));
	for (gsize i = 0; i < g_variant_n_children(mail_value(mail, MAIL_bounces)); i++) {
		g_autoptr(GVariant) one = g_variant_get_child_value(mail_value(mail, MAIL_bounces), i);
		const char *recipient = "", *status = "";
		g_autofree char *text = NULL;

		g_variant_lookup(one, "recipient", "&s", &recipient);
		g_variant_lookup(one, "status", "&s", &status);
		text = g_strdup_printf("%s %s", recipient, status);
		say("recipient", text);
	}
}

static void
say_mail(const struct mail *mail)
{
	g_autofree char *date = clock_iso(mail_number(mail, MAIL_date));

	say_joined("from", mail_value(mail, MAIL_from));
	say_joined("reply to", mail_value(mail, MAIL_reply_to));
	say_joined("to", mail_value(mail, MAIL_to));
	say_joined("cc", mail_value(mail, MAIL_cc));
	say("subject", mail_string(mail, MAIL_subject));
	say("date", date);
	say("message id", mail_string(mail, MAIL_message_id));
	say("charset", mail_string(mail, MAIL_charset));
	say("protection", mail_string(mail, MAIL_protection));
	say_machine(mail);
	say_attachments(mail_value(mail, MAIL_attachments));
	say("held", mail_string(mail, MAIL_held));
	say_text("text", mail_string(mail, MAIL_text));
	say_text("quoted", mail_string(mail, MAIL_quoted));
	say_text("signature", mail_string(mail, MAIL_signature));
}

void
show_text(const char *file, const struct mail *mail, const char *held)
{
	say("file", file);
	if (mail != NULL)
		say_mail(mail);
	else
		say("held", held);
	putchar('\n');
}
