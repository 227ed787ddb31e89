/*
 * One mail over an open relay: MAIL, RCPT for each, DATA, and what became of it for each recipient (RFC 5321
 * section 3.3).
 *
 * The outcome of a recipient is a reply code: 250 accepted, 4xx later, 5xx never, 0 none. With 0 the step
 * tells: in step "data" the mail was sent whole and no usable reply came, so nobody knows; in any other it
 * was surely not delivered.
 */
#ifndef TRIAGED_TRANSACTION_H
#define TRIAGED_TRANSACTION_H

#include "send/relay.h"

struct transaction {
	gint64 id;
	const char *sender;	       /* "" is the null sender */
	const char *const *recipients; /* NULL-terminated */
	gboolean utf8, eight_bit;
	const char *bytes;
	gsize length;

	/* Asked when the relay waits for the mail: may it go? FALSE: the desk is gone, nothing is sent. */
	gboolean (*may_go)(gint64 id, void *context);
	void *context;

	/* What came of it. */
	const char *step;  /* "gate", "mail", "rcpt", "ask", "body", "data" */
	GVariant *results; /* a(sus), floating; NULL when may_go said no */
	gboolean usable;   /* the relay can take another mail */
};

void transaction_run(struct transaction *transaction, struct relay *relay);

#endif
