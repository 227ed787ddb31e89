/* Who is well: mailboxes, relays, the disk. A sick one is told to the postmaster once, and once more when it
 * is well. */
#ifndef TRIAGED_HEALTH_H
#define TRIAGED_HEALTH_H

#include "desk/link.h"

enum { HEALTH_SICK_AFTER = 3 /* failures in a row */ };

void health_init(struct desk *desk);
/* FETCH_TROUBLE, SEND_TROUBLE: what the child says before it leaves. */
void health_trouble(struct desk *desk, struct link *link, const struct ipc_message *message);
/* CHILD_DOWN */
void health_down(struct desk *desk, const struct ipc_message *message);
/* It works: logged in, or a mail was sent. */
void health_well(struct desk *desk, struct link *link);
void health_room(struct desk *desk, gboolean enough, gint64 room, gint64 need);

gboolean health_is_sick(struct desk *desk, const char *kind, const char *name);

/* Is none sick? */
gboolean health_all_well(struct desk *desk);

/* What triagectl status shows: a{sv}, floating. */
GVariant *health_status(struct desk *desk);

#endif
