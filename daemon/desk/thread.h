/* Which ticket a mail belongs to: one decision, with its evidence (daemon/README.md, "Who belongs to what").
 */
#ifndef TRIAGED_THREAD_H
#define TRIAGED_THREAD_H

#include "desk/desk.h"
#include "desk/token.h"
#include "wire/mail.h"

struct decision {
	gint64 ticket;	    /* 0: a new one */
	gboolean may_write; /* the sender is a participant, or the one the token was made for */
	gboolean has_token; /* a recipient address carried a token of ours */
	struct token token;
	gint64 outbox;	/* of a bounce token: the outgoing mail it speaks of */
	char *why;	/* the evidence, for the history */
	gint64 perhaps; /* a ticket that a stranger spoke of; 0 */
	char *perhaps_why;
};

/* Reads only. `person` is the sender (0: nobody we know). */
void thread_decide(struct desk *desk, const struct mail *mail, gint64 person, struct decision *decision);
void thread_clear(struct decision *decision);

/* Remembers the mail's ids for later ones: its own, and those it speaks of that were never seen. Inside a
 * piece. */
void thread_remember(struct desk *desk, const struct mail *mail, gint64 ticket, gint64 message);

#endif
