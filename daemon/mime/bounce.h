/* Delivery status notifications. */
#ifndef TRIAGED_BOUNCE_H
#define TRIAGED_BOUNCE_H

#include "mime/parts.h"

/* Floating aa{ss}; NULL when the mail is not a bounce. */
GVariant *bounce_read(const struct parts *parts, const char *body);

#endif
