/* why: the evidence for each mail's place, and every decision about the ticket, in their order. */
#include "config.h"

#include "ctl/ctl.h"

#include "ctl/outbox.h"
#include "ctl/print.h"
#include "ctl/rows.h"
#include "ctl/why.h"

#include <sysexits.h>

#define TICKET "SELECT id AS ticket FROM ticket WHERE id = $1"
#define DECISIONS "SELECT at, who, what, was, now, why, mail FROM history WHERE ticket = $1 ORDER BY id"
#define MAILS "SELECT id, outcome FROM mail WHERE ticket = $1 ORDER BY id"

JsonArray *
why_decisions(struct store *store, gint64 ticket)
{
	return rows_array(store_query_sql(store, DECISIONS, "i", ticket), "tsssssk");
}

JsonNode *
why(struct ctl *ctl)
{
	gint64 id = sentence_number(&ctl->sentence, 0);
	JsonObject *o = rows_object(store_query_sql(ctl->store, TICKET, "i", id), "i");
	JsonNode *node;

	if (o == NULL) {
		ctl_fail(ctl, EX_NOINPUT, "there is no ticket %" G_GINT64_FORMAT, id);
		return NULL;
	}
	json_object_set_array_member(o, "decisions", why_decisions(ctl->store, id));
	json_object_set_array_member(
	    o, "mails", rows_array(store_query_sql(ctl->store, MAILS, "i", id), "in"));
	json_object_set_array_member(o, "outbox", outbox_of_ticket(ctl->store, id));
	node = json_node_new(JSON_NODE_OBJECT);
	json_node_take_object(node, o);
	return node;
}

static void
show_decision(JsonArray *array, guint index, JsonNode *node, gpointer data)
{
	JsonObject *o = json_node_get_object(node);
	g_autofree char *iso = print_value(o, "at");
	g_autofree char *at = print_time(iso);
	g_autofree char *who = print_value(o, "who");
	g_autofree char *what = print_value(o, "what");
	g_autofree char *was = print_value(o, "was");
	g_autofree char *now = print_value(o, "now");
	g_autofree char *because = print_value(o, "why");
	g_autofree char *mail = print_value(o, "mail");

	(void)array;
	(void)index;
	(void)data;
	printf("%s  %s: %s%s%s%s%s%s%s%s\n", at, who, what, *was != '\0' || *now != '\0' ? " " : "", was,
	    *was != '\0' ? " -> " : "", now, *mail != '\0' ? " (mail " : "", mail, *mail != '\0' ? ")" : "");
	if (*because != '\0')
		printf("                  because: %s\n", because);
}

void
why_decisions_show(JsonArray *decisions)
{
	json_array_foreach_element(decisions, show_decision, NULL);
}

void
why_show(JsonNode *answer)
{
	static const struct column mails[] = {{"mail", "id", COLUMN_NUMBER, 0},
	    {"became", "outcome", COLUMN_TEXT, 0}, {NULL, NULL, COLUMN_TEXT, 0}};
	JsonObject *o = json_node_get_object(answer);

	print_member(o, "ticket", "ticket");
	putchar('\n');
	why_decisions_show(json_object_get_array_member(o, "decisions"));
	print_title("Mails that came:");
	print_table(json_object_get_array_member(o, "mails"), mails);
	print_title("Mails that were sent, or are to be:");
	outbox_table(json_object_get_array_member(o, "outbox"));
}
