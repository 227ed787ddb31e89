/* An agent's reply: who may act, and what the reply does (T1, T5). Inside a piece. */
#ifndef TRIAGED_AGENT_H
#define TRIAGED_AGENT_H

#include "desk/take.h"
#include "desk/ticket.h"

/* Is this mail one that claims an agent's rights: sent to an agent's reply address, or answering a notice as
 * one of our people? */
gboolean agent_concerns(struct desk *desk, const struct taking *taking);
/* Acts on it, or keeps it as an unverified note and tells the real agent. */
void agent_take(struct desk *desk, const struct taking *taking, struct ticket *ticket);

/* The mail that is sent to the customer when an agent answers; for triagectl as well. */
void agent_close(struct desk *desk, struct ticket *ticket, const char *who, const char *why, gint64 mail);

#endif
