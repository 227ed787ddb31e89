/* The setters that words.c names: blocks are opened, values looked at and put into the struct of their block.
 */
#include "config.h"

#include "conf/tree.h"

#include "base/clock.h"

#include <string.h>
#include <sys/un.h>

/* The field that the statement at work sets. */
static void
replace(struct parse *p, char *value)
{
	char **field = G_STRUCT_MEMBER_P(tree_object(p), p->statement.word->offset);

	g_free(*field);
	*field = value;
}

static gboolean
not_empty(struct parse *p, const struct token *value)
{
	if (*value->text)
		return TRUE;
	report_error(&p->report, &value->span, "`%s` cannot be empty", p->statement.word->word);
	return FALSE;
}

void
set_title(struct parse *p, const struct token *value)
{
	const char *why = syntax_title(value->text);

	if (why)
		report_error(
		    &p->report, &value->span, "`%s` cannot be this: %s", p->statement.word->word, why);
	else
		replace(p, g_strdup(value->text));
}

void
set_path(struct parse *p, const struct token *value)
{
	if (not_empty(p, value))
		replace(p, source_absolute(p->source, value->text));
}

void
set_control(struct parse *p, const struct token *value)
{
	enum { SOCKET_PATH_MAX = sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1 };
	g_autofree char *path = source_absolute(p->source, value->text);

	if (!not_empty(p, value))
		return;
	if (strlen(path) > SOCKET_PATH_MAX)
		report_error(&p->report, &value->span,
		    "the path of a socket has at most %d bytes, %s has %zu", SOCKET_PATH_MAX, path,
		    strlen(path));
	else
		replace(p, g_steal_pointer(&path));
}

void
set_account(struct parse *p, const struct token *value)
{
	if (tree_name(p, value))
		replace(p, g_strdup(value->text));
}

void
set_postmaster(struct parse *p, const struct token *value)
{
	char *address = tree_address(p, value);

	if (address)
		replace(p, address);
}

void
set_ca_file(struct parse *p, const struct token *value)
{
	if (!not_empty(p, value))
		return;
	g_free(p->ca_file);
	p->ca_file = source_absolute(p->source, value->text);
}

void
set_separator(struct parse *p, const struct token *value)
{
	struct conf_mailbox *mailbox = tree_object(p);

	if (strlen(value->text) == 1 && strchr("+-=_~#", *value->text))
		mailbox->separator = *value->text;
	else
		report_error(&p->report, &value->span, "a separator is one of the characters + - = _ ~ #");
}

void
set_trust(struct parse *p, const struct token *value)
{
	const char *why = syntax_title(value->text);
	char *id;

	if (why == NULL && strchr(value->text, ' '))
		why = "it has a space in it";
	if (why) {
		report_error(&p->report, &value->span, "this is no authserv-id: %s", why);
		return;
	}
	id = g_utf8_strdown(value->text, -1);
	g_ptr_array_add(p->conf->trust, id);
	tree_mark(p, id, value);
}

void
set_address(struct parse *p, const struct token *value)
{
	struct conf_mailbox *mailbox = tree_object(p);
	char *address = tree_address(p, value);

	if (address == NULL)
		return;
	g_ptr_array_add(mailbox->addresses, address);
	tree_mark(p, address, value);
}

static void
refer(struct parse *p, enum reference_kind kind, const struct token *name)
{
	struct reference reference = {kind, tree_object(p), *name};

	g_array_append_val(p->references, reference);
}

void
set_queue(struct parse *p, const struct token *value)
{
	refer(p, TO_QUEUE, value);
}

void
set_relay(struct parse *p, const struct token *value)
{
	refer(p, TO_RELAY, value);
}

void
set_team(struct parse *p, const struct token *value)
{
	refer(p, TO_TEAM, value);
}

void
open_desk(struct parse *p, const struct token *label)
{
	const char *why = syntax_title(label->text);

	p->frames[p->depth].object = p->conf;
	if (why && label->kind)
		report_error(&p->report, &label->span, "the desk cannot have this name: %s", why);
	g_free(p->conf->desk);
	p->conf->desk = g_strdup(label->text);
	tree_mark(p, p->conf, &p->statement);
}

/* The rest of opening a named block: its node is in the tree and can be pointed at. */
static void
opened(struct parse *p, GPtrArray *list, void *node, const struct token *label)
{
	g_ptr_array_add(list, node);
	p->frames[p->depth].object = node;
	tree_mark(p, node, label);
}

void
open_relay(struct parse *p, const struct token *label)
{
	struct conf_relay *relay = g_new0(struct conf_relay, 1);

	relay->place = tree_place(label);
	relay->name = g_strdup(label->text);
	opened(p, p->conf->relays, relay, label);
}

void
open_mailbox(struct parse *p, const struct token *label)
{
	struct conf_mailbox *mailbox = g_new0(struct conf_mailbox, 1);

	mailbox->place = tree_place(label);
	mailbox->name = g_strdup(label->text);
	mailbox->addresses = g_ptr_array_new_with_free_func(g_free);
	mailbox->folder = g_strdup("INBOX");
	mailbox->done = CONF_DONE_KEEP;
	mailbox->poll = CLOCK_MINUTE;
	mailbox->separator = '+';
	opened(p, p->conf->mailboxes, mailbox, label);
}

void
open_queue(struct parse *p, const struct token *label)
{
	struct conf_queue *queue = g_new0(struct conf_queue, 1);

	queue->place = tree_place(label);
	queue->name = g_strdup(label->text);
	queue->teams = g_ptr_array_new();
	opened(p, p->conf->queues, queue, label);
}

void
open_team(struct parse *p, const struct token *label)
{
	struct conf_team *team = g_new0(struct conf_team, 1);

	team->place = tree_place(label);
	team->name = g_strdup(label->text);
	team->people = g_ptr_array_new();
	opened(p, p->conf->teams, team, label);
}
