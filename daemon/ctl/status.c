/* status: what the desk says of itself; where it does not run, what is in its store. */
#include "config.h"

#include "ctl/print.h"
#include "ctl/request.h"
#include "ctl/rows.h"

#include <sysexits.h>

static void
show_counts(JsonObject *o, const char *label, const char *member)
{
	g_autoptr(GString) text = g_string_new(NULL);
	JsonObject *counts =
	    json_object_has_member(o, member) ? json_object_get_object_member(o, member) : NULL;
	g_autoptr(GList) names = counts != NULL ? json_object_get_members(counts) : NULL;

	for (GList *l = names; l != NULL; l = l->next)
		g_string_append_printf(text, "%s%" G_GINT64_FORMAT " %s", text->len > 0 ? ", " : "",
		    json_object_get_int_member(counts, l->data), (const char *)l->data);
	print_pair(label, text->len > 0 ? text->str : counts != NULL ? "none waiting" : "");
}

static void
show_links(JsonObject *o, const char *what, const char *member)
{
	const struct column columns[] = {{what, "name", COLUMN_TEXT, 30}, {"state", "state", COLUMN_TEXT, 10},
	    {"since", "since", COLUMN_TIME, 0}, {"next try", "next_try", COLUMN_TIME, 0},
	    {"trouble", "trouble", COLUMN_TEXT, 0}, {NULL, NULL, COLUMN_TEXT, 0}};

	if (!json_object_has_member(o, member))
		return;
	putchar('\n');
	print_table(json_object_get_array_member(o, member), columns);
}

static void
show(JsonObject *o)
{
	gboolean running = json_object_get_boolean_member(o, "running");

	print_member(o, "desk", "desk");
	print_pair("triaged", running ? "running" : "not running");
	print_member(o, "because", "why");
	print_member(o, "store", "store");
	if (running && json_object_has_member(o, "fetching") &&
	    !json_object_get_boolean_member(o, "fetching"))
		print_pair("disk", "too full: no mail is fetched until there is room");
	show_counts(o, "mails", "mails");
	show_counts(o, "outbox", "outbox");
	show_links(o, "mailbox", "mailboxes");
	show_links(o, "relay", "relays");
}

/* The store can be looked at without the desk; without the store there is still the news that the desk is
 * down. */
static void
count(struct ctl *ctl, JsonObject *o)
{
	g_autoptr(GError) error = NULL;

	if (!ctl_open_store(ctl))
		return;
	store_look_begin(ctl->store);
	json_object_set_string_member(o, "store", store_path(ctl->store));
	json_object_set_object_member(o, "mails", rows_counts(store_query(ctl->store, SQL_MAIL_COUNTS, "")));
	json_object_set_object_member(
	    o, "outbox", rows_counts(store_query(ctl->store, SQL_OUTBOX_COUNTS, "")));
	if (!store_look_end(ctl->store, &error))
		ctl_fail(ctl, EX_UNAVAILABLE, "%s", error->message);
}

static JsonNode *
without_desk(struct ctl *ctl, const char *why)
{
	JsonNode *node = json_node_new(JSON_NODE_OBJECT);
	JsonObject *o = json_object_new();

	json_object_set_boolean_member(o, "running", FALSE);
	json_object_set_string_member(o, "why", why);
	count(ctl, o);
	json_node_take_object(node, o);
	return node;
}

int
status(struct ctl *ctl)
{
	ANSWER_AUTO a = {0};
	g_autoptr(GVariant) said = request_status(ctl, &a);
	g_autoptr(JsonNode) node = NULL;

	if (said == NULL && a.status != EX_TEMPFAIL)
		return ctl_fail(ctl, a.status, "%s", a.text);
	node = said != NULL ? json_gvariant_serialize(said) : without_desk(ctl, a.text);
	if (ctl->json)
		print_json(node);
	else
		show(json_node_get_object(node));
	return said != NULL ? EX_OK : CTL_DOWN;
}
