/* held list, held show: mails that could not be read, and why. */
#include "config.h"

#include "ctl/mail.h"
#include "ctl/print.h"
#include "ctl/rows.h"
#include "store/mails.h"

#include <string.h>

enum { HEAD_MOST = 8192 };

#define HELD                                                                                                 \
	"SELECT m.id, b.name AS mailbox, m.outcome AS why, m.size, m.kept, m.ticket FROM mail m "            \
	"JOIN mailbox b ON b.id = m.mailbox WHERE m.state = 'held' ORDER BY m.id"

JsonNode *
held_list(struct ctl *ctl)
{
	JsonNode *node = json_node_new(JSON_NODE_ARRAY);

	json_node_take_array(node, rows_array(store_query_sql(ctl->store, HELD, ""), "issitk"));
	return node;
}

void
held_list_show(JsonNode *answer)
{
	static const struct column columns[] = {{"mail", "id", COLUMN_NUMBER, 0},
	    {"mailbox", "mailbox", COLUMN_TEXT, 20}, {"kept", "kept", COLUMN_TIME, 0},
	    {"size", "size", COLUMN_NUMBER, 0}, {"ticket", "ticket", COLUMN_NUMBER, 0},
	    {"why", "why", COLUMN_TEXT, 0}, {NULL, NULL, COLUMN_TEXT, 0}};

	print_table(json_node_get_array(answer), columns);
}

/* Up to the first empty line, as UTF-8. Caller frees. */
static char *
head_of(struct store *store, gint64 mail)
{
	g_autoptr(GBytes) raw = mails_raw(store, mail);
	const char *bytes;
	const char *end;
	gsize n;
	char *text;

	if (raw == NULL)
		return g_strdup("");
	bytes = g_bytes_get_data(raw, &n);
	n = MIN(n, HEAD_MOST);
	end = memmem(bytes, n, "\n\r\n", 3);
	if (end == NULL)
		end = memmem(bytes, n, "\n\n", 2);
	text = g_utf8_make_valid(bytes, end != NULL ? end - bytes : (gssize)n);
	for (char *p = strchr(text, '\r'); p != NULL; p = strchr(p, '\r'))
		memmove(p, p + 1, strlen(p));
	return text;
}

JsonNode *
held_show(struct ctl *ctl)
{
	JsonObject *o = mail_object(ctl);
	g_autofree char *head = NULL;
	JsonNode *node;

	if (o == NULL)
		return NULL;
	head = head_of(ctl->store, json_object_get_int_member(o, "id"));
	json_object_set_string_member(o, "head", head);
	node = json_node_new(JSON_NODE_OBJECT);
	json_node_take_object(node, o);
	return node;
}

void
held_show_show(JsonNode *answer)
{
	mail_show_show(answer);
	print_title("Its header:");
	print_lines(stdout, "  ", json_object_get_string_member(json_node_get_object(answer), "head"));
}
