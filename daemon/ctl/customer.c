/* customer show: a person, and every ticket that is theirs or that they may write into. */
#include "config.h"

#include "ctl/customer.h"

#include "ctl/ctl.h"
#include "ctl/print.h"
#include "ctl/rows.h"

#include <string.h>
#include <sysexits.h>

#define PERSON "SELECT id, address, name, created FROM person WHERE address = $1"
#define TICKETS                                                                                              \
	"SELECT t.id AS number, t.subject, t.queue, t.state, t.priority, a.address AS assignee, "            \
	"c.address AS customer, p.role, t.created, t.updated FROM participant p "                            \
	"JOIN ticket t ON t.id = p.ticket LEFT JOIN person a ON a.id = t.assignee "                          \
	"LEFT JOIN person c ON c.id = t.customer WHERE p.person = $1 ORDER BY t.id DESC"

char *
customer_address(const char *address)
{
	const char *at = strrchr(address, '@');
	g_autofree char *domain = g_utf8_strdown(at != NULL ? at : "", -1);

	return g_strdup_printf(
	    "%.*s%s", at != NULL ? (int)(at - address) : (int)strlen(address), address, domain);
}

JsonNode *
customer_show(struct ctl *ctl)
{
	g_autofree char *address = customer_address(sentence_word(&ctl->sentence, 0));
	JsonObject *o = rows_object(store_query_sql(ctl->store, PERSON, "s", address), "isst");
	JsonNode *node;
	gint64 id;

	if (o == NULL) {
		ctl_fail(ctl, EX_NOINPUT, "nobody with the address %s is known to this desk", address);
		return NULL;
	}
	id = json_object_get_int_member(o, "id");
	json_object_remove_member(o, "id");
	json_object_set_array_member(
	    o, "tickets", rows_array(store_query_sql(ctl->store, TICKETS, "i", id), "issssnnstt"));
	node = json_node_new(JSON_NODE_OBJECT);
	json_node_take_object(node, o);
	return node;
}

void
customer_show_show(JsonNode *answer)
{
	static const struct column columns[] = {{"ticket", "number", COLUMN_NUMBER, 0},
	    {"state", "state", COLUMN_TEXT, 0}, {"queue", "queue", COLUMN_TEXT, 16},
	    {"as", "role", COLUMN_TEXT, 0}, {"updated", "updated", COLUMN_TIME, 0},
	    {"subject", "subject", COLUMN_TEXT, 60}, {NULL, NULL, COLUMN_TEXT, 0}};
	JsonObject *o = json_node_get_object(answer);

	print_member(o, "address", "address");
	print_member(o, "name", "name");
	print_time_member(o, "since", "created");
	putchar('\n');
	print_table(json_object_get_array_member(o, "tickets"), columns);
}
