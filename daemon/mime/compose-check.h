/*
 * The second look at a composed mail, by other code than made it: GMime for the values, a scan of the bytes
 * for the rest (threat model T13, T14, L17).
 */
#ifndef TRIAGED_COMPOSE_CHECK_H
#define TRIAGED_COMPOSE_CHECK_H

#include <glib.h>

struct compose_asked {
	GVariant *from, *to, *cc; /* a(ss) */
	GVariant *extra;	  /* a{ss} */
	const char *subject, *message_id;
	const char *boundary; /* "" for a mail of text only */
	gsize entities;	      /* text and attachments within it */
};

/* TRUE: the mail has the asked senders, recipients, subject, id and parts, no field more than once and none
 * that was not asked for, and bytes that SMTP carries. FALSE: *failed says what differs; caller frees. */
gboolean compose_check(
    const GString *mail, const struct compose_asked *asked, gboolean *eight_bit, char **failed);

#endif
