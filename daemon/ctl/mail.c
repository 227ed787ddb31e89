/* mail show, mail raw: what became of a mail, and the mail as it came. */
#include "config.h"

#include "ctl/mail.h"

#include "base/fd.h"
#include "ctl/print.h"
#include "ctl/rows.h"
#include "store/mails.h"

#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#define MAIL                                                                                                 \
	"SELECT m.id, b.name AS mailbox, m.source, m.state, m.tries, m.failures, m.size, m.cut, m.kept, "    \
	"m.arrived, m.outcome, m.ticket, m.message FROM mail m JOIN mailbox b ON b.id = m.mailbox WHERE "    \
	"m.id = $1"
#define LEDGER "SELECT uidvalidity, uid, settled FROM ledger WHERE mail = $1 ORDER BY uidvalidity, uid"

JsonObject *
mail_object(struct ctl *ctl)
{
	gint64 id = sentence_number(&ctl->sentence, 0);
	JsonObject *o = rows_object(store_query_sql(ctl->store, MAIL, "i", id), "isssiiibttnkk");

	if (o == NULL)
		ctl_fail(ctl, EX_NOINPUT, "there is no mail %" G_GINT64_FORMAT, id);
	else
		json_object_set_array_member(
		    o, "ledger", rows_array(store_query_sql(ctl->store, LEDGER, "i", id), "iib"));
	return o;
}

JsonNode *
mail_show(struct ctl *ctl)
{
	JsonObject *o = mail_object(ctl);
	JsonNode *node;

	if (o == NULL)
		return NULL;
	node = json_node_new(JSON_NODE_OBJECT);
	json_node_take_object(node, o);
	return node;
}

void
mail_show_show(JsonNode *answer)
{
	static const struct column columns[] = {{"uidvalidity", "uidvalidity", COLUMN_NUMBER, 0},
	    {"uid", "uid", COLUMN_NUMBER, 0}, {"settled", "settled", COLUMN_TEXT, 0},
	    {NULL, NULL, COLUMN_TEXT, 0}};
	JsonObject *o = json_node_get_object(answer);

	print_member(o, "mail", "id");
	print_member(o, "mailbox", "mailbox");
	print_member(o, "came by", "source");
	print_member(o, "state", "state");
	print_member(o, "outcome", "outcome");
	print_member(o, "ticket", "ticket");
	print_member(o, "message", "message");
	print_member(o, "size", "size");
	if (json_object_get_boolean_member(o, "cut"))
		print_pair("cut", "only the beginning is here");
	print_time_member(o, "arrived", "arrived");
	print_time_member(o, "kept", "kept");
	print_member(o, "tries", "tries");
	print_member(o, "failures", "failures");
	if (json_array_get_length(json_object_get_array_member(o, "ledger")) > 0) {
		print_title("On the server:");
		print_table(json_object_get_array_member(o, "ledger"), columns);
	}
}

int
mail_raw(struct ctl *ctl)
{
	gint64 id = sentence_number(&ctl->sentence, 0);
	g_autoptr(GError) error = NULL;
	g_autoptr(GBytes) raw = NULL;

	if (!ctl_open_store(ctl))
		return ctl->status;
	store_look_begin(ctl->store);
	raw = mails_raw(ctl->store, id);
	if (!store_look_end(ctl->store, &error))
		return ctl_fail(ctl, EX_UNAVAILABLE, "%s", error->message);
	if (raw == NULL)
		return ctl_fail(
		    ctl, EX_NOINPUT, "there is no mail %" G_GINT64_FORMAT ", or its bytes are gone", id);
	if (!fd_write_all(STDOUT_FILENO, g_bytes_get_data(raw, NULL), g_bytes_get_size(raw), &error))
		return ctl_fail(ctl, EX_IOERR, "standard output: %s", error->message);
	return EX_OK;
}
