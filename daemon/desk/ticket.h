/* Tickets: their row, their history, their state. Everything here runs inside a piece. */
#ifndef TRIAGED_TICKET_H
#define TRIAGED_TICKET_H

#include "desk/desk.h"

struct ticket {
	gint64 id; /* 0: there is no such ticket */
	char *subject;
	char *queue;
	char *mailbox;
	char *state;
	char *priority;
	gint64 assignee; /* person, 0: nobody */
	gint64 customer; /* person, 0: unknown */
	char *root;	 /* Message-ID that our notices hang under */
	gint64 created, updated, closed;
};

void ticket_load(struct desk *desk, gint64 id, struct ticket *ticket);
void ticket_clear(struct ticket *ticket);
gboolean ticket_exists(struct desk *desk, gint64 id);
#define TICKET_AUTO __attribute__((cleanup(ticket_clear))) struct ticket

/* A new one in state `new`; its history row is written. */
gint64 ticket_new(struct desk *desk, const struct conf_mailbox *mailbox, const char *subject, gint64 customer,
    const char *why, gint64 mail);

/* `who` is an address, "triaged", or "root" and the like for a person at triagectl. `mail` 0 where none
 * caused it. */
void ticket_note_history(struct desk *desk, gint64 ticket, const char *who, const char *what, const char *was,
    const char *now, const char *why, gint64 mail);

/* Changes and their history row; nothing where it is so already. */
void ticket_set_state(struct desk *desk, struct ticket *ticket, const char *state, const char *who,
    const char *why, gint64 mail);
void ticket_set_assignee(
    struct desk *desk, struct ticket *ticket, gint64 person, const char *who, const char *why, gint64 mail);
void ticket_set_queue(
    struct desk *desk, struct ticket *ticket, const char *queue, const char *who, const char *why);
void ticket_set_priority(
    struct desk *desk, struct ticket *ticket, const char *priority, const char *who, const char *why);
void ticket_link(
    struct desk *desk, gint64 ticket, gint64 other, const char *kind, const char *why, gint64 mail);

gboolean ticket_is_closed(const struct ticket *ticket);
/* Role of the person in the ticket, NULL where none; caller frees. */
char *ticket_role(struct desk *desk, gint64 ticket, gint64 person);

#endif
