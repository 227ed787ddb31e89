/*
 * Authentication-Results (RFC 8601) of those we trust (T1, T2).
 */
#ifndef TRIAGED_AUTHRES_H
#define TRIAGED_AUTHRES_H

#include <glib.h>

struct authres {
	GPtrArray *auth_pass;  /* char *: addresses that logged in to send this (auth=pass smtp.auth=) */
	GPtrArray *dmarc_pass; /* char *: domains of From that DMARC vouches for (dmarc=pass header.from=) */
};

/* `fields`: the top header. `trust`: authserv-ids in lower case (char *), NULL or empty: nobody is believed.
 */
void authres_read(const GArray *fields, const GPtrArray *trust, struct authres *out);
void authres_clear(struct authres *results);

#endif
