/* What becomes of a mail that was read, or could not be. Both run inside the piece that also makes the mail
 * done or held. */
#ifndef TRIAGED_TAKE_H
#define TRIAGED_TAKE_H

#include "desk/desk.h"
#include "desk/thread.h"
#include "wire/mail.h"

/* A mail on its way through the desk. */
struct taking {
	gint64 id; /* mail.id */
	const struct mail *mail;
	const struct conf_mailbox *mailbox;
	const char *address; /* the sender's, "" */
	const char *name;    /* as shown */
	gint64 person;	     /* 0: no usable address */
	gint64 fingerprint;
	gboolean cut;
	gint64 held_ticket; /* the ticket it got when it was held; 0 */
	struct decision decision;
};

/* `result` is the reader's structure. A failure fails the piece. */
void take_read(struct desk *desk, gint64 mail, GBytes *result);

/* The mail could not be read whatever we did: held, with a ticket that says so. */
void take_unread(struct desk *desk, gint64 mail, const char *why);

/* Shared with agent.c and bounce.c: a message row of this kind with its parts and ids; its id. */
gint64 take_message(
    struct desk *desk, const struct taking *taking, gint64 ticket, const char *kind, const char *why);
/* The mail is done. */
void take_done(
    struct desk *desk, const struct taking *taking, const char *outcome, gint64 ticket, gint64 message);

#endif
