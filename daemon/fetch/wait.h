/*
 * Waiting for news: IDLE (RFC 2177) where the server has it, NOOP now and then where not.
 */
#ifndef TRIAGED_WAIT_H
#define TRIAGED_WAIT_H

#include "fetch/session.h"

enum {
	WAIT_RENEW = 4 * 60 * 1000
}; /* ms of IDLE at a stretch: routers forget connections that are silent longer */

/* Waits until the server says something, `link` can be read, or `ms` have passed; a good time to look for new
 * mails is when it returns. FALSE: the session is over. */
gboolean wait_for_news(struct session *session, int link, gint64 ms, GError **error);

/* Waits for `link` only, and keeps the session alive meanwhile. */
gboolean wait_for_link(struct session *session, int link, GError **error);

#endif
