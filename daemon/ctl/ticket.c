/* ticket list: the tickets that are not closed, or that are asked for. */
#include "config.h"

#include "ctl/ctl.h"

#include "ctl/customer.h"
#include "ctl/print.h"
#include "ctl/rows.h"

#include <string.h>

/* The state is one of the hole's words, so it may stand in the SQL: the index is by state. */
#define LIST                                                                                                 \
	"SELECT t.id AS number, t.subject, t.queue, t.state, t.priority, a.address AS assignee, "            \
	"c.address AS customer, t.created, t.updated FROM ticket t LEFT JOIN person a ON a.id = t.assignee " \
	"LEFT JOIN person c ON c.id = t.customer WHERE ($1 IS NULL OR t.queue = $1) "                        \
	"AND ($2 IS NULL OR a.address = $2 OR ($2 = 'nobody' AND t.assignee IS NULL)) "                      \
	"AND ($3 IS NULL OR c.address = $3)%s ORDER BY t.id"
#define TAGS "SELECT tag FROM tag WHERE ticket = $1 ORDER BY tag"

static void
add_tags(JsonArray *rows, guint index, JsonNode *row, gpointer data)
{
	struct store *store = data;
	JsonObject *o = json_node_get_object(row);

	(void)rows;
	(void)index;
	json_object_set_array_member(o, "tags",
	    rows_strings(store_query_sql(store, TAGS, "i", json_object_get_int_member(o, "number"))));
}

static char *
statement(const struct sentence *s)
{
	const char *state = sentence_option(s, "--state");
	g_autofree char *one = state != NULL ? g_strdup_printf(" AND t.state = '%s'", state) : NULL;
	const char *which = " AND t.state IN ('new', 'open', 'waiting', 'hold')";

	if (one != NULL)
		which = one;
	else if (sentence_option(s, "--all") != NULL)
		which = "";
	return g_strdup_printf(LIST, which);
}

/* The option's address; NULL where it was not given. Caller frees. */
static char *
address_option(const struct sentence *s, const char *option)
{
	const char *address = sentence_option(s, option);

	return address != NULL ? customer_address(address) : NULL;
}

JsonNode *
ticket_list(struct ctl *ctl)
{
	const struct sentence *s = &ctl->sentence;
	g_autofree char *sql = statement(s);
	g_autofree char *assignee = address_option(s, "--assignee");
	g_autofree char *customer = address_option(s, "--customer");
	JsonNode *node = json_node_new(JSON_NODE_ARRAY);
	struct query *q =
	    store_query_sql(ctl->store, sql, "sss", sentence_option(s, "--queue"), assignee, customer);
	JsonArray *rows = rows_array(q, "issssnntt");

	json_array_foreach_element(rows, add_tags, ctl->store);
	json_node_take_array(node, rows);
	return node;
}

void
ticket_list_show(JsonNode *answer)
{
	static const struct column columns[] = {{"ticket", "number", COLUMN_NUMBER, 0},
	    {"state", "state", COLUMN_TEXT, 0}, {"priority", "priority", COLUMN_TEXT, 0},
	    {"queue", "queue", COLUMN_TEXT, 16}, {"updated", "updated", COLUMN_TIME, 0},
	    {"assignee", "assignee", COLUMN_TEXT, 28}, {"customer", "customer", COLUMN_TEXT, 32},
	    {"subject", "subject", COLUMN_TEXT, 60}, {NULL, NULL, COLUMN_TEXT, 0}};

	print_table(json_node_get_array(answer), columns);
}
