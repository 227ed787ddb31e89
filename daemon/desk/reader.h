/*
 * The readers' side of the desk: which mail is read by whom, what came of it, what is tried again. Composing
 * goes the same way.
 */
#ifndef TRIAGED_READER_H
#define TRIAGED_READER_H

#include "desk/link.h"

enum {
	READER_DEPTH = 16,		    /* jobs given to one reader ahead */
	READER_SLOW = 500,		    /* ms: what waits behind such a job goes to another reader */
	READER_PATIENCE = 15 * 1000,	    /* ms: then the reader is killed (I11) */
	READER_FAILURES = 3,		    /* then the mail is held (I8) */
	READER_TRIES = 10,		    /* begun readings, whatever ended them */
	READER_SUSPECTS = 4 * READER_DEPTH, /* mails that may have been at work when a desk ended */
	READER_ORDER_WAIT =
	    250, /* ms that a mail waits for earlier ones, so that answers come after what they answer */
};

/* A memory file with mails that wait to be read; shared by them. Duplicates `fd`. */
struct batch;
struct batch *batch_new(int fd);
void batch_unref(struct batch *batch);

void reader_init(struct desk *desk);
/* Mails of an earlier run. */
void reader_resume(struct desk *desk);

/* After the commit of this turn the mail waits to be read. */
void reader_add_after(
    struct desk *desk, gint64 mail, struct batch *batch, gsize offset, gsize length, gboolean cut);
/* A held mail is to be read again; inside a piece. */
void reader_again_after(struct desk *desk, gint64 mail);

/* Composes; `done` gets a sealed memory file (lent) or -1 and the reason. `job` is outbox id. The bytes of
 * `head` and `raw` (may be NULL) are copied. */
typedef void (*composed_fn)(
    struct desk *desk, gint64 id, int fd, gboolean eight_bit, gboolean utf8, const char *failed);
gboolean reader_compose(struct desk *desk, gint64 id, GBytes *head, GBytes *raw, composed_fn done);

/* Are readers at work just now? */
gboolean reader_busy(struct desk *desk);
gboolean reader_idle(struct desk *desk);
int reader_waiting(struct desk *desk);

void reader_up(struct desk *desk, struct link *link);
void reader_down(struct desk *desk, struct link *link);
void reader_mail(struct desk *desk, struct link *link, const struct ipc_message *message);
void reader_composed(struct desk *desk, struct link *link, const struct ipc_message *message);

#endif
