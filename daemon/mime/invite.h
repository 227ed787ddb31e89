/* Calendar invitations: the few lines of a text/calendar part that a person wants to see (RFC 5545, RFC
 * 5546). */
#ifndef TRIAGED_INVITE_H
#define TRIAGED_INVITE_H

#include "mime/parts.h"

/* a{ss} as mail.h describes it, floating; empty where the mail has no invitation. */
GVariant *invite_read(const struct parts *parts);

#endif
