/* Bounces: a delivery status counts only at a return path that we made (T11). Inside a piece. */
#ifndef TRIAGED_DESK_BOUNCE_H
#define TRIAGED_DESK_BOUNCE_H

#include "desk/take.h"

void bounce_take(struct desk *desk, const struct taking *taking);

#endif
