/* outbox list: what is to be sent, what was, and what each recipient's server said. */
#include "config.h"

#include "ctl/outbox.h"

#include "ctl/ctl.h"
#include "ctl/print.h"
#include "ctl/rows.h"

#define COLUMNS                                                                                              \
	"SELECT id, ticket, kind, relay, state, tries, next_try, why, mid AS message_id, created FROM "      \
	"outbox "
#define OPEN COLUMNS "WHERE state NOT IN ('sent', 'cancelled') ORDER BY id"
#define ALL COLUMNS "ORDER BY id"
#define OF_TICKET COLUMNS "WHERE ticket = $1 ORDER BY id"
#define RECIPIENTS "SELECT address, state, code, text FROM recipient WHERE outbox = $1 ORDER BY address"

static void
add_recipients(JsonArray *rows, guint index, JsonNode *row, gpointer data)
{
	struct store *store = data;
	JsonObject *o = json_node_get_object(row);
	gint64 id = json_object_get_int_member(o, "id");

	(void)rows;
	(void)index;
	json_object_set_array_member(
	    o, "recipients", rows_array(store_query_sql(store, RECIPIENTS, "i", id), "ssis"));
}

static JsonArray *
finish(struct store *store, struct query *q)
{
	JsonArray *rows = rows_array(q, "iksssitsst");

	json_array_foreach_element(rows, add_recipients, store);
	return rows;
}

JsonArray *
outbox_of_ticket(struct store *store, gint64 ticket)
{
	return finish(store, store_query_sql(store, OF_TICKET, "i", ticket));
}

JsonNode *
outbox_list(struct ctl *ctl)
{
	gboolean all = sentence_option(&ctl->sentence, "--all") != NULL;
	JsonNode *node = json_node_new(JSON_NODE_ARRAY);

	json_node_take_array(node, finish(ctl->store, store_query_sql(ctl->store, all ? ALL : OPEN, "")));
	return node;
}

void
outbox_table(JsonArray *rows)
{
	static const struct column columns[] = {{"id", "id", COLUMN_NUMBER, 0},
	    {"ticket", "ticket", COLUMN_NUMBER, 0}, {"kind", "kind", COLUMN_TEXT, 0},
	    {"state", "state", COLUMN_TEXT, 0}, {"relay", "relay", COLUMN_TEXT, 16},
	    {"tries", "tries", COLUMN_NUMBER, 0}, {"next try", "next_try", COLUMN_TIME, 0},
	    {"to", "recipients", COLUMN_TEXT, 40}, {"why", "why", COLUMN_TEXT, 0},
	    {NULL, NULL, COLUMN_TEXT, 0}};

	print_table(rows, columns);
}

void
outbox_list_show(JsonNode *answer)
{
	outbox_table(json_node_get_array(answer));
}
