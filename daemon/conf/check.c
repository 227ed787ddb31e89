/*
 * What one statement alone cannot know: names that stand for something, things that come twice or are
 * missing, servers whose options do not fit together. Linear in the size of the tree.
 */
#include "config.h"

#include "conf/tree.h"

#include <string.h>

enum {
	LOCAL_MOST = 64, /* characters before the @ */
	TOKEN_TAIL = 42, /* the separator, a "t", and a token of 40 */
};

/* Was everything in this block, or behind this server, understood? What is missing may be what was not. */
static gboolean
sure(const struct parse *p, const void *thing)
{
	return !g_hash_table_contains(p->unsure, thing);
}

/* Names of one sort: what they stand for, in a table. */
static GHashTable *
table_new(void)
{
	return g_hash_table_new(g_str_hash, g_str_equal);
}

/* FALSE, reported, where `name` is in the table already. */
static gboolean
enter(struct parse *p, GHashTable *table, const char *name, void *node, const char *what)
{
	void *first = g_hash_table_lookup(table, name);

	if (first == NULL) {
		g_hash_table_insert(table, (gpointer)name, node);
		return TRUE;
	}
	report_error(&p->report, tree_span(p, node), "there is a %s `%s` already, in line %d of %s", what,
	    name, tree_span(p, first)->line, tree_span(p, first)->file->name);
	return FALSE;
}

static GHashTable *
table_of_relays(struct parse *p)
{
	GHashTable *table = table_new();

	for (guint i = 0; i < p->conf->relays->len; i++) {
		struct conf_relay *relay = p->conf->relays->pdata[i];

		enter(p, table, relay->name, relay, "relay");
	}
	return table;
}

static GHashTable *
table_of_queues(struct parse *p)
{
	GHashTable *table = table_new();

	for (guint i = 0; i < p->conf->queues->len; i++) {
		struct conf_queue *queue = p->conf->queues->pdata[i];

		enter(p, table, queue->name, queue, "queue");
	}
	return table;
}

static GHashTable *
table_of_teams(struct parse *p)
{
	GHashTable *table = table_new();

	for (guint i = 0; i < p->conf->teams->len; i++) {
		struct conf_team *team = p->conf->teams->pdata[i];

		enter(p, table, team->name, team, "team");
	}
	return table;
}

static void
undefined(struct parse *p, const struct reference *reference, GHashTable *table, const char *what)
{
	struct nearest nearest;
	GHashTableIter iter;
	gpointer name;
	g_autofree char *hint = NULL;

	nearest_begin(&nearest, reference->name.text);
	g_hash_table_iter_init(&iter, table);
	while (g_hash_table_iter_next(&iter, &name, NULL))
		nearest_offer(&nearest, name);
	hint = nearest_hint(&nearest);
	g_hash_table_add(p->unsure, reference->owner);
	report_error(
	    &p->report, &reference->name.span, "there is no %s `%s`%s", what, reference->name.text, hint);
}

static void
resolve_relay(struct parse *p, const struct reference *reference, void *relay)
{
	struct conf_mailbox *mailbox = reference->owner;

	if (mailbox->relay && mailbox->relay != relay)
		report_error(&p->report, &reference->name.span,
		    "mailbox `%s` has a server `smtp` of its own: it cannot use relay `%s` as well",
		    mailbox->name, reference->name.text);
	mailbox->relay = relay;
}

static void
resolve_team(struct parse *p, const struct reference *reference, void *team)
{
	struct conf_queue *queue = reference->owner;

	if (g_ptr_array_find(queue->teams, team, NULL))
		report_error(&p->report, &reference->name.span, "team `%s` is in queue `%s` already",
		    reference->name.text, queue->name);
	else
		g_ptr_array_add(queue->teams, team);
}

static void
resolve(struct parse *p)
{
	static const char *const what[] = {"queue", "relay", "team"};
	GHashTable *tables[] = {table_of_queues(p), table_of_relays(p), table_of_teams(p)};

	for (guint i = 0; i < p->references->len; i++) {
		const struct reference *r = &g_array_index(p->references, struct reference, i);
		void *found = g_hash_table_lookup(tables[r->kind], r->name.text);

		if (found == NULL)
			undefined(p, r, tables[r->kind], what[r->kind]);
		else if (r->kind == TO_QUEUE)
			((struct conf_mailbox *)r->owner)->queue = found;
		else if (r->kind == TO_RELAY)
			resolve_relay(p, r, found);
		else
			resolve_team(p, r, found);
	}
	for (gsize i = 0; i < G_N_ELEMENTS(tables); i++)
		g_hash_table_unref(tables[i]);
}

/* No queue is written: one with all teams. */
static void
default_queue(struct parse *p)
{
	struct conf_queue *queue;

	if (p->conf->queues->len || p->conf->teams->len == 0)
		return;
	queue = g_new0(struct conf_queue, 1);
	queue->place = ((struct conf_team *)p->conf->teams->pdata[0])->place;
	queue->name = g_strdup("general");
	queue->teams = g_ptr_array_copy(p->conf->teams, NULL, NULL);
	g_ptr_array_add(p->conf->queues, queue);
	g_hash_table_insert(
	    p->marks, queue, g_memdup2(tree_span(p, queue->teams->pdata[0]), sizeof(struct span)));
}

static void
defaults(struct parse *p)
{
	for (guint i = 0; i < p->conf->mailboxes->len; i++) {
		struct conf_mailbox *mailbox = p->conf->mailboxes->pdata[i];

		if (mailbox->display == NULL)
			mailbox->display = g_strdup(p->conf->desk);
		if (mailbox->queue == NULL && p->conf->queues->len)
			mailbox->queue = p->conf->queues->pdata[0];
		if (mailbox->imap && mailbox->imap->ca_file == NULL)
			mailbox->imap->ca_file = g_strdup(p->ca_file);
	}
	for (guint i = 0; i < p->conf->relays->len; i++) {
		struct conf_relay *relay = p->conf->relays->pdata[i];

		if (relay->server.ca_file == NULL)
			relay->server.ca_file = g_strdup(p->ca_file);
	}
}

static void
check_server(struct parse *p, const struct conf_server *server, gboolean login)
{
	const struct span *span = tree_span(p, server);

	if (span == NULL || !sure(p, server))
		return;
	if (server->user && server->secret == CONF_SECRET_NONE)
		report_error(&p->report, span,
		    "user `%s` has no secret: add `password-file`, `password-command` or `token-command`",
		    server->user);
	if (server->user == NULL && server->secret != CONF_SECRET_NONE)
		report_error(&p->report, span, "there is a secret, but nobody it belongs to: add `user`");
	if (server->user == NULL && server->secret == CONF_SECRET_NONE && login)
		report_error(&p->report, span,
		    "an IMAP server wants a login: add `user` and `password-file`, or another secret");
}

static void
check_relays(struct parse *p)
{
	for (guint i = 0; i < p->conf->relays->len; i++) {
		const struct conf_relay *relay = p->conf->relays->pdata[i];

		if (tree_span(p, &relay->server) == NULL && sure(p, relay))
			report_error(&p->report, tree_span(p, relay), "relay `%s` has no server: add `smtp`",
			    relay->name);
		check_server(p, &relay->server, FALSE);
	}
}

/* Answers and returned mails come to the first address with a token behind it, and both together have to be
 * what stands before an @ (RFC 5321 section 4.5.3.1.1). */
static void
check_room(struct parse *p, const struct conf_mailbox *mailbox)
{
	const char *address = mailbox->addresses->len != 0 ? mailbox->addresses->pdata[0] : "";
	gsize local = strcspn(address, "@");

	if (mailbox->relay != NULL && local > LOCAL_MOST - TOKEN_TAIL)
		report_error(&p->report, tree_span(p, address),
		    "`%s` is too long for the addresses that are made from it: %zu characters before the @, "
		    "and only %d leave room for a token; put a shorter one first",
		    address, local, LOCAL_MOST - TOKEN_TAIL);
}

/* Mailbox addresses are ours: they are compared without case. */
static void
check_addresses(struct parse *p, const struct conf_mailbox *mailbox, GHashTable *addresses)
{
	if (mailbox->addresses->len == 0 && sure(p, mailbox))
		report_error(&p->report, tree_span(p, mailbox),
		    "mailbox `%s` has no address to write from: add `address`", mailbox->name);
	for (guint i = 0; i < mailbox->addresses->len; i++) {
		char *address = mailbox->addresses->pdata[i];
		char *folded = g_ascii_strdown(address, -1);
		const char *first = g_hash_table_lookup(addresses, folded);

		if (first)
			report_error(&p->report, tree_span(p, address),
			    "`%s` is an address of a mailbox already, in line %d of %s", address,
			    tree_span(p, first)->line, tree_span(p, first)->file->name);
		g_hash_table_insert(addresses, folded, address);
	}
}

static void
check_mailboxes(struct parse *p, GHashTable *addresses)
{
	g_autoptr(GHashTable) names = table_new();

	for (guint i = 0; i < p->conf->mailboxes->len; i++) {
		struct conf_mailbox *mailbox = p->conf->mailboxes->pdata[i];
		const struct span *span = tree_span(p, mailbox);

		enter(p, names, mailbox->name, mailbox, "mailbox");
		check_addresses(p, mailbox, addresses);
		check_room(p, mailbox);
		if (mailbox->imap)
			check_server(p, mailbox->imap, TRUE);
		if (mailbox->relay == NULL && sure(p, mailbox))
			report_warning(&p->report, span,
			    "mailbox `%s` has neither `smtp` nor `relay`: nothing can be sent from it",
			    mailbox->name);
	}
}

static void
check_people(struct parse *p, const struct conf_team *team, GHashTable *mailboxes)
{
	g_autoptr(GHashTable) people = table_new();

	if (team->people->len == 0 && sure(p, team))
		report_warning(
		    &p->report, tree_span(p, team), "nobody is in team `%s`: add `agent`", team->name);
	for (guint i = 0; i < team->people->len; i++) {
		struct conf_person *person = team->people->pdata[i];
		g_autofree char *folded = g_ascii_strdown(person->address, -1);

		enter(p, people, person->address, person, "person");
		if (g_hash_table_contains(mailboxes, folded))
			report_error(&p->report, tree_span(p, person),
			    "`%s` is the address of a mailbox: what is sent to this agent would come back as "
			    "a new mail",
			    person->address);
	}
}

static void
check_teams(struct parse *p, GHashTable *addresses)
{
	g_autoptr(GHashTable) used = g_hash_table_new(NULL, NULL);

	for (guint i = 0; i < p->conf->queues->len; i++) {
		const struct conf_queue *queue = p->conf->queues->pdata[i];

		for (guint j = 0; j < queue->teams->len; j++)
			g_hash_table_add(used, queue->teams->pdata[j]);
		if (queue->teams->len == 0 && sure(p, queue))
			report_error(&p->report, tree_span(p, queue), "queue `%s` has no team: add `team`",
			    queue->name);
	}
	for (guint i = 0; i < p->conf->teams->len; i++) {
		struct conf_team *team = p->conf->teams->pdata[i];

		check_people(p, team, addresses);
		if (!g_hash_table_contains(used, team) && g_hash_table_size(p->unsure) == 0)
			report_warning(&p->report, tree_span(p, team),
			    "team `%s` is in no queue: no ticket comes to it", team->name);
	}
}

static void
check_trust(struct parse *p)
{
	g_autoptr(GHashTable) names = table_new();

	for (guint i = 0; i < p->conf->trust->len; i++) {
		char *id = p->conf->trust->pdata[i];

		if (!g_hash_table_add(names, id))
			report_warning(&p->report, tree_span(p, id), "`%s` is trusted already", id);
	}
}

/* What the whole lacks is reported at its desk, or at the beginning of the main file. */
static void
check_missing(struct parse *p)
{
	const struct source_file *file = p->source->files->pdata[0];
	struct span top = {.file = file, .start = file->text, .line = 1, .column = 1, .length = 1};
	const struct span *span = tree_span(p, p->conf);

	if (span == NULL) {
		span = &top;
		report_error(&p->report, span,
		    "there is no desk: a configuration has a block `desk \"Acme Support\" { }`");
	}
	if (p->conf->teams->len == 0)
		report_error(&p->report, span,
		    "there is no team: nobody would see a mail; add `team first { agent ... }`");
	if (p->conf->mailboxes->len == 0)
		report_warning(
		    &p->report, span, "there is no mailbox: no mail can come; add `mailbox support { ... }`");
	if (p->conf->trust->len == 0)
		report_warning(&p->report, span,
		    "nobody can act as an agent by mail until `trust` names the server that checks who sent "
		    "a mail, "
		    "as it calls itself in Authentication-Results");
}

void
check_tree(struct parse *p)
{
	g_autoptr(GHashTable) addresses = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	resolve(p);
	default_queue(p);
	defaults(p);
	check_relays(p);
	check_mailboxes(p, addresses);
	check_teams(p, addresses);
	check_trust(p);
	if (sure(p, p->conf))
		check_missing(p);
}
