/* The outbox and its relays: states before and after each step, one mail under way a relay. */
#ifndef TRIAGED_OUTBOX_H
#define TRIAGED_OUTBOX_H

#include "desk/link.h"

enum {
	OUTBOX_RETRY_FIRST = 5 * 60 * 1000,
	OUTBOX_RETRY_LAST = 4 * 60 * 60 * 1000,
	OUTBOX_UNKNOWN_AGAIN = 60 * 1000, /* once more after an uncertain outcome */
	OUTBOX_LOST_AGAIN = 10 * 1000,	  /* a connection that died before anything was said */
};
#define OUTBOX_GIVE_UP (5 * (gint64)86400 * 1000)

void outbox_init(struct desk *desk);
/* Mails under way when the last desk ended. A restored copy sends nothing old unasked. */
void outbox_resume(struct desk *desk);
/* After this turn's commit, sends what is due. */
void outbox_kick_after(struct desk *desk);
gboolean outbox_idle(struct desk *desk);
/* Is a relay being given a mail's data? To leave now would make its outcome uncertain. */
gboolean outbox_in_data(struct desk *desk);

/* Inside a piece; FALSE where the row is in no state for it. */
gboolean outbox_retry(struct desk *desk, gint64 id, const char *who);
gboolean outbox_cancel(struct desk *desk, gint64 id, const char *who);

/* The delay before try `tries` + 1, without jitter: for tests and the manual. */
gint64 outbox_delay(int tries);

void outbox_up(struct desk *desk, struct link *link);
void outbox_down(struct desk *desk, struct link *link);
void outbox_data(struct desk *desk, struct link *link, const struct ipc_message *message);
void outbox_result(struct desk *desk, struct link *link, const struct ipc_message *message);

#endif
