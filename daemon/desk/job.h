/*
 * Jobs for the readers: a mail to be read or an outgoing mail to be composed, and the memory files that mails
 * came in.
 */
#ifndef TRIAGED_JOB_H
#define TRIAGED_JOB_H

#include "desk/reader.h"

enum {
	JOB_CUT = 65536,  /* bytes that are read of a mail that is too large to be read whole */
	JOB_BATCHES = 64, /* memory files held open; mails of more are read back from the store */
};

/* A mail to be read or an outgoing mail to be composed. */
struct job {
	gint64 id; /* mail or outbox row */
	gboolean compose;
	gboolean given;	     /* a reader has it */
	gboolean revoked;    /* taken back from a slow reader, whose answer will be ignored; freed with it */
	struct batch *batch; /* NULL: to be read back from the store */
	gsize offset;
	gsize length;
	gboolean cut;
	gint64 since;	/* clock_steady when it was first given */
	GBytes *result; /* mails: what was read */
	GBytes *head;	/* compose */
	int failures;	/* compose: readers that died of it; mails have theirs in the store */
	GBytes *raw;
	composed_fn done;
};

void job_free(gpointer job);
/* Takes a reference of the batch; NULL, or one that is not held open: the bytes come from the store. */
struct job *job_of_mail(gint64 id, struct batch *batch, gsize offset, gsize length, gboolean cut);
/* What the reader is handed; -1 and `error` (STORE_ERROR: the store will never have the bytes). */
int job_memory(struct desk *desk, struct job *job, GError **error);
/* The message's dictionary: MIME_READ, or MIME_COMPOSE where `compose`. Floating. */
GVariant *job_fields(const struct job *job);

#endif
