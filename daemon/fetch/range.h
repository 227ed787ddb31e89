/*
 * UIDs as IMAP writes them: "4:7,9" (RFC 3501 sequence-set).
 */
#ifndef TRIAGED_RANGE_H
#define TRIAGED_RANGE_H

#include <glib.h>

enum { RANGE_MAX = 200 }; /* ranges in one command: servers stop reading lines at about 8 KiB */

/* Sorts and drops doubles, in place. `uids` holds guint32. */
void range_sort(GArray *uids);

/* The sequence-set of `uids` (sorted, rising) from `*at` on, at most RANGE_MAX ranges and `most` UIDs; `*at`
 * moves behind what was taken. NULL when nothing is left. Caller frees. */
char *range_next(const GArray *uids, guint *at, guint most);

/* Keeps those of `uids` that `set` names; a set that cannot be read keeps none. */
void range_keep(GArray *uids, const char *set);

#endif
