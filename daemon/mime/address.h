/*
 * Addresses of a field, read twice: strictly, where somebody is identified by them, and as well as possible,
 * where they are shown (RFC 5322 section 3.4; threats T3, T4).
 */
#ifndef TRIAGED_ADDRESS_H
#define TRIAGED_ADDRESS_H

#include <glib.h>

#include "mime/parts.h"

enum { ADDRESS_MAX = 500 }; /* mailboxes of one field that are read (I11) */

struct address {
	char *name;    /* decoded, one line; "" */
	char *address; /* local part as it is, domain as A-label in lower case where it is one; "" */
};

void address_free(struct address *address);

/* Every mailbox in it (struct address *, freed with the array); groups are opened. `*cut` (may be NULL):
 * there were more than ADDRESS_MAX. `charset` is tried for raw 8-bit names. */
GPtrArray *address_list(const char *value, const char *charset, gboolean *cut);

/* The one address of the one From field, if every reader of mail would come to the same: no second field, no
 * second mailbox, no group, route, control, comment or encoded word in the address. NULL if there is any
 * doubt. Caller frees. */
char *address_one(const GArray *fields);

/* A domain as A-label in lower case; NULL where it is none. Caller frees. */
char *address_domain(const char *domain, gsize length);
/* `address` with its domain so, or as it is where that fails. Caller frees. */
char *address_normal(const char *address);

#endif
