/*
 * Which mails are in the folder: UID and RFC822.SIZE of each, nothing more.
 */
#ifndef TRIAGED_LIST_H
#define TRIAGED_LIST_H

#include "fetch/session.h"

enum { LIST_MAX = 4 * 1000 * 1000 }; /* mails in one folder */

struct list_mail {
	guint32 uid;
	guint32 size; /* a hint: some servers estimate */
};

/* Appends the mails with a UID of `from` or more to `mails` (struct list_mail), sorted by UID, each once. */
gboolean list_mails(struct session *session, guint32 from, GArray *mails, GError **error);

/* Has the server announced mails (EXISTS) since list_mails was last begun? */
gboolean list_has_news(const struct session *session);

/* The mail with this UID in a sorted list, or NULL. */
const struct list_mail *list_find(const GArray *mails, guint32 uid);

#endif
