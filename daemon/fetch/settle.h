/*
 * What happens on the server to a mail that is kept: nothing, a flag, a move or a deletion, as the mailbox's
 * `done` says. Every way may be gone twice: a UID that is gone is settled (I6). Plain EXPUNGE, which takes
 * other people's deleted mails along, is never sent.
 */
#ifndef TRIAGED_SETTLE_H
#define TRIAGED_SETTLE_H

#include "fetch/session.h"

/* Settles `uids` (guint32, sorted); `spare`: what we have of them is not all, so where others are deleted
 * these are flagged and stay. What is settled is appended to `settled`, also when the rest fails.
 * NET_ERROR_REFUSED: the server will not, the session goes on. */
gboolean settle_mails(
    struct session *session, const GArray *uids, gboolean spare, GArray *settled, GError **error);

#endif
