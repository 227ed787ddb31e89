/* ticket show: all that is known of one ticket. */
#include "config.h"

#include "ctl/ctl.h"

#include "base/log.h"
#include "ctl/outbox.h"
#include "ctl/print.h"
#include "ctl/rows.h"
#include "ctl/why.h"

#include <string.h>
#include <sysexits.h>

#define TICKET                                                                                               \
	"SELECT t.id AS number, t.subject, t.queue, t.mailbox, t.state, t.priority, a.address AS assignee, " \
	"c.address AS customer, t.created, t.updated, t.closed FROM ticket t "                               \
	"LEFT JOIN person a ON a.id = t.assignee LEFT JOIN person c ON c.id = t.customer WHERE t.id = $1"
#define TAGS "SELECT tag FROM tag WHERE ticket = $1 ORDER BY tag"
#define FIELDS "SELECT name, value FROM field WHERE ticket = $1 ORDER BY name"
#define PARTICIPANTS                                                                                         \
	"SELECT p.address, p.name, q.role FROM participant q JOIN person p ON p.id = q.person "              \
	"WHERE q.ticket = $1 ORDER BY q.role, p.id"
#define MESSAGES                                                                                             \
	"SELECT m.id, m.kind, p.address AS \"from\", m.author_name AS name, m.date, m.at, m.subject, "       \
	"m.text, m.quoted, m.signature, m.mid AS message_id, m.mail FROM message m "                         \
	"LEFT JOIN person p ON p.id = m.author WHERE m.ticket = $1 ORDER BY m.id"
#define PARTS "SELECT name, type, size, digest AS sha256, inline FROM part WHERE message = $1 ORDER BY n"
#define LINKS                                                                                                \
	"SELECT other AS ticket, kind, why FROM link WHERE ticket = $1 UNION ALL "                           \
	"SELECT ticket, kind, why FROM link WHERE other = $1"

static void
add_parts(JsonArray *rows, guint index, JsonNode *row, gpointer data)
{
	struct store *store = data;
	JsonObject *o = json_node_get_object(row);
	gint64 id = json_object_get_int_member(o, "id");

	(void)rows;
	(void)index;
	json_object_set_array_member(
	    o, "attachments", rows_array(store_query_sql(store, PARTS, "i", id), "ssisb"));
}

static JsonArray *
messages(struct store *store, gint64 ticket)
{
	JsonArray *rows = rows_array(store_query_sql(store, MESSAGES, "i", ticket), "isnsttsssssk");

	json_array_foreach_element(rows, add_parts, store);
	return rows;
}

static JsonObject *
whole(struct store *s, gint64 id)
{
	JsonObject *o = rows_object(store_query_sql(s, TICKET, "i", id), "isssssnnttt");

	if (o == NULL)
		return NULL;
	json_object_set_array_member(o, "tags", rows_strings(store_query_sql(s, TAGS, "i", id)));
	json_object_set_object_member(o, "fields", rows_pairs(store_query_sql(s, FIELDS, "i", id)));
	json_object_set_array_member(
	    o, "participants", rows_array(store_query_sql(s, PARTICIPANTS, "i", id), "sss"));
	json_object_set_array_member(o, "messages", messages(s, id));
	json_object_set_array_member(o, "history", why_decisions(s, id));
	json_object_set_array_member(o, "links", rows_array(store_query_sql(s, LINKS, "i", id), "iss"));
	json_object_set_array_member(o, "outbox", outbox_of_ticket(s, id));
	return o;
}

JsonNode *
ticket_show(struct ctl *ctl)
{
	gint64 id = sentence_number(&ctl->sentence, 0);
	JsonObject *o = whole(ctl->store, id);
	JsonNode *node;

	if (o == NULL) {
		ctl_fail(ctl, EX_NOINPUT, "there is no ticket %" G_GINT64_FORMAT, id);
		return NULL;
	}
	node = json_node_new(JSON_NODE_OBJECT);
	json_node_take_object(node, o);
	return node;
}

static void
show_part(JsonArray *array, guint index, JsonNode *node, gpointer data)
{
	JsonObject *o = json_node_get_object(node);
	g_autofree char *name = print_value(o, "name");
	g_autofree char *type = print_value(o, "type");
	g_autofree char *size =
	    g_format_size_full((guint64)json_object_get_int_member(o, "size"), G_FORMAT_SIZE_IEC_UNITS);

	(void)array;
	(void)index;
	(void)data;
	printf("  [%s%s%s, %s]\n", name, *name != '\0' ? ", " : "", type, size);
}

static guint
lines_of(const char *text)
{
	guint n = *text != '\0' && !g_str_has_suffix(text, "\n");

	for (; *text != '\0'; text++)
		n += *text == '\n';
	return n;
}

/* What is quoted is above already: its length says that there is more. */
static void
show_message(JsonArray *array, guint index, JsonNode *node, gpointer data)
{
	JsonObject *o = json_node_get_object(node);
	g_autofree char *kind = print_value(o, "kind");
	g_autofree char *name = print_value(o, "name");
	g_autofree char *from = print_value(o, "from");
	g_autofree char *iso = print_value(o, "at");
	g_autofree char *at = print_time(iso);
	guint quoted = lines_of(json_object_get_string_member(o, "quoted"));

	(void)array;
	(void)index;
	(void)data;
	printf("\n-- %s  %s  %s%s%s%s%s\n", at, kind, name, *name != '\0' && *from != '\0' ? " " : "",
	    *from != '\0' ? "<" : "", from, *from != '\0' ? ">" : "");
	print_lines(stdout, "  ", json_object_get_string_member(o, "text"));
	if (quoted > 0)
		printf("  [%u quoted line%s]\n", quoted, quoted == 1 ? "" : "s");
	json_array_foreach_element(json_object_get_array_member(o, "attachments"), show_part, NULL);
}

static void
show_field(JsonObject *fields, const char *name, JsonNode *node, gpointer data)
{
	g_autofree char *label = log_escape(name, 64);

	(void)node;
	(void)data;
	print_member(fields, label, name);
}

static void
show_link(JsonArray *array, guint index, JsonNode *node, gpointer data)
{
	JsonObject *o = json_node_get_object(node);
	g_autofree char *kind = print_value(o, "kind");
	g_autofree char *because = print_value(o, "why");
	g_autofree char *text = g_strdup_printf(
	    "%s #%" G_GINT64_FORMAT " (%s)", kind, json_object_get_int_member(o, "ticket"), because);

	(void)array;
	(void)index;
	(void)data;
	print_pair("linked", text);
}

static void
show_head(JsonObject *o)
{
	print_member(o, "ticket", "number");
	print_member(o, "subject", "subject");
	print_member(o, "state", "state");
	print_member(o, "priority", "priority");
	print_member(o, "queue", "queue");
	print_member(o, "mailbox", "mailbox");
	print_member(o, "assignee", "assignee");
	print_member(o, "customer", "customer");
	print_member(o, "participants", "participants");
	print_member(o, "tags", "tags");
	json_object_foreach_member(json_object_get_object_member(o, "fields"), show_field, NULL);
	json_array_foreach_element(json_object_get_array_member(o, "links"), show_link, NULL);
	print_time_member(o, "created", "created");
	print_time_member(o, "updated", "updated");
	print_time_member(o, "closed", "closed");
}

void
ticket_show_show(JsonNode *answer)
{
	JsonObject *o = json_node_get_object(answer);

	show_head(o);
	json_array_foreach_element(json_object_get_array_member(o, "messages"), show_message, NULL);
	print_title("History:");
	why_decisions_show(json_object_get_array_member(o, "history"));
	if (json_array_get_length(json_object_get_array_member(o, "outbox")) > 0) {
		print_title("Mails that were sent, or are to be:");
		outbox_table(json_object_get_array_member(o, "outbox"));
	}
}
