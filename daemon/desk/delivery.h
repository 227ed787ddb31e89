/* What became of an outgoing mail: each recipient's state, the row's, and who is told. Inside a piece. */
#ifndef TRIAGED_DELIVERY_H
#define TRIAGED_DELIVERY_H

#include "desk/desk.h"

/* The relay's results: a(sus), recipient, reply code, text; `step` tells for code 0 whether data had begun
 * ("data"). */
void delivery_result(struct desk *desk, gint64 outbox, const char *step, GVariant *results);
/* The sender went away: surely not sent from `sending`, uncertain from `data`. */
void delivery_lost(struct desk *desk, gint64 outbox, const char *why);
/* Will never be sent. */
void delivery_impossible(struct desk *desk, gint64 outbox, const char *why);

#endif
