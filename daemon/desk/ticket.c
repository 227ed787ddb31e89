/* Ticket rows; nothing changes without its history. */
#include "config.h"

#include "desk/ticket.h"

#include "base/clock.h"
#include "desk/people.h"

#include <string.h>

void
ticket_load(struct desk *desk, gint64 id, struct ticket *t)
{
	struct query *q = store_query(desk->store, SQL_TICKET_GET, "i", id);
	char **const texts[] = {&t->subject, &t->queue, &t->mailbox, &t->state, &t->priority, &t->root};

	memset(t, 0, sizeof *t);
	while (query_next(q)) {
		t->id = query_int(q, 0);
		t->subject = g_strdup(query_text(q, 1));
		t->queue = g_strdup(query_text(q, 2));
		t->mailbox = g_strdup(query_text(q, 3));
		t->state = g_strdup(query_text(q, 4));
		t->priority = g_strdup(query_text(q, 5));
		t->assignee = query_int(q, 6);
		t->customer = query_int(q, 7);
		t->root = g_strdup(query_text(q, 8));
		t->created = query_int(q, 9);
		t->updated = query_int(q, 10);
		t->closed = query_int(q, 11);
	}
	/* No ticket, or a store in trouble: texts are "" all the same. */
	for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
		if (*texts[i] == NULL)
			*texts[i] = g_strdup("");
}

gboolean
ticket_exists(struct desk *desk, gint64 id)
{
	return store_get_int(desk->store, 0, SQL_TICKET_EXISTS, "i", id) != 0;
}

void
ticket_clear(struct ticket *t)
{
	g_free(t->subject);
	g_free(t->queue);
	g_free(t->mailbox);
	g_free(t->state);
	g_free(t->priority);
	g_free(t->root);
	memset(t, 0, sizeof *t);
}

void
ticket_note_history(struct desk *desk, gint64 ticket, const char *who, const char *what, const char *was,
    const char *now, const char *why, gint64 mail)
{
	store_run(
	    desk->store, SQL_HISTORY_ADD, "iisssssk", ticket, clock_now(), who, what, was, now, why, mail);
}

gint64
ticket_new(struct desk *desk, const struct conf_mailbox *mailbox, const char *subject, gint64 customer,
    const char *why, gint64 mail)
{
	g_autofree char *uuid = g_uuid_string_random();
	const char *domain = strrchr(mailbox->addresses->pdata[0], '@') + 1;
	g_autofree char *root = g_strdup_printf("desk.%s@%s", uuid, domain);
	gint64 id = store_insert(desk->store, SQL_TICKET_ADD, "sssksi", subject, mailbox->queue->name,
	    mailbox->name, customer, root, clock_now());

	if (customer != 0)
		store_run(desk->store, SQL_PARTICIPANT_ADD, "iis", id, customer, "customer");
	ticket_note_history(desk, id, "triaged", "opened", "", mailbox->queue->name, why, mail);
	return id;
}

gboolean
ticket_is_closed(const struct ticket *t)
{
	return strcmp(t->state, "closed") == 0;
}

/* Replaces a text of the struct so that it stays what the row says. */
static void
replace(char **at, const char *value)
{
	g_free(*at);
	*at = g_strdup(value);
}

void
ticket_set_state(
    struct desk *desk, struct ticket *t, const char *state, const char *who, const char *why, gint64 mail)
{
	gint64 now = clock_now();

	if (strcmp(t->state, state) == 0) {
		store_run(desk->store, SQL_TICKET_TOUCH, "ii", t->id, now);
		return;
	}
	t->closed = strcmp(state, "closed") == 0 ? now : 0;
	store_run(desk->store, SQL_TICKET_STATE, "isii", t->id, state, now, t->closed);
	ticket_note_history(desk, t->id, who, "state", t->state, state, why, mail);
	replace(&t->state, state);
}

void
ticket_set_assignee(
    struct desk *desk, struct ticket *t, gint64 person, const char *who, const char *why, gint64 mail)
{
	g_autofree char *was = NULL;
	g_autofree char *now = NULL;
	g_autofree char *name = NULL;
	g_autofree char *name2 = NULL;

	if (t->assignee == person)
		return;
	people_show(desk, t->assignee, &was, &name);
	people_show(desk, person, &now, &name2);
	store_run(desk->store, SQL_TICKET_ASSIGN, "iki", t->id, person, clock_now());
	ticket_note_history(desk, t->id, who, "assignee", was, now, why, mail);
	t->assignee = person;
}

void
ticket_set_queue(struct desk *desk, struct ticket *t, const char *queue, const char *who, const char *why)
{
	if (strcmp(t->queue, queue) == 0)
		return;
	store_run(desk->store, SQL_TICKET_QUEUE, "isi", t->id, queue, clock_now());
	ticket_note_history(desk, t->id, who, "queue", t->queue, queue, why, 0);
	replace(&t->queue, queue);
}

void
ticket_set_priority(
    struct desk *desk, struct ticket *t, const char *priority, const char *who, const char *why)
{
	if (strcmp(t->priority, priority) == 0)
		return;
	store_run(desk->store, SQL_TICKET_PRIORITY, "isi", t->id, priority, clock_now());
	ticket_note_history(desk, t->id, who, "priority", t->priority, priority, why, 0);
	replace(&t->priority, priority);
}

void
ticket_link(struct desk *desk, gint64 ticket, gint64 other, const char *kind, const char *why, gint64 mail)
{
	g_autofree char *number = g_strdup_printf("#%" G_GINT64_FORMAT, other);
	g_autofree char *back = g_strdup_printf("#%" G_GINT64_FORMAT, ticket);

	if (ticket == other)
		return;
	store_run(desk->store, SQL_LINK_ADD, "iissi", ticket, other, kind, why, clock_now());
	ticket_note_history(desk, ticket, "triaged", kind, "", number, why, mail);
	ticket_note_history(desk, other, "triaged", kind, "", back, why, mail);
}

char *
ticket_role(struct desk *desk, gint64 ticket, gint64 person)
{
	if (person == 0)
		return NULL;
	return store_get_text(desk->store, SQL_PARTICIPANT_ROLE, "ii", ticket, person);
}
