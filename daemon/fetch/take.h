/*
 * Bodies from the server into a sealed memory file. Small mails come many at a time, large ones streamed,
 * through one way: what libetpan reads of a body goes straight into the file, and counts only when the line
 * it belonged to names a UID that was asked for, the size announced is the size that came, and the command
 * ended with OK (I4).
 */
#ifndef TRIAGED_TAKE_H
#define TRIAGED_TAKE_H

#include "fetch/list.h"

enum {
	TAKE_SMALL = 64 * 1024, /* bytes: mails up to this come in batches */
	TAKE_BATCH = 100,	/* mails of a batch */
	TAKE_BATCH_BYTES = 1024 * 1024,
	TAKE_CUT = 64 * 1024, /* bytes of a mail that is over the largest allowed */
	/* Sizes are hints, and one that is far too small must not stop the mailbox for ever: so much more may
	 * come, and so much longer may it take. What is over the largest allowed is read and dropped. */
	TAKE_ROOM = 256 * 1024 * 1024, /* bytes */
	TAKE_TIME = 5 * 60 * 1000,     /* ms */
};

struct take_mail {
	guint32 uid;
	guint64 size;	/* on the server */
	guint64 length; /* in the file, one behind the other */
	gboolean cut;
	gint64 date; /* INTERNALDATE in ms, 0: unknown */
};

/* Fetches `asked` (struct list_mail, at least one; more than one only if all are small). What came is
 * appended to `came` (struct take_mail) in the order of the file; what did not is gone from the server.
 * Returns the sealed file, or -1: nothing of the batch counts. NET_ERROR_REFUSED as for session_command. */
int take_mails(struct session *session, const GArray *asked, guint64 largest, GArray *came, GError **error);

#endif
