/*
 * The ballast: a file beside the store that is there to be deleted. On a full disk even a deletion needs room
 * for its log; with the ballast gone the desk can open the store, answer, and go on with what needs little
 * (I24).
 */
#ifndef TRIAGED_STORE_BALLAST_H
#define TRIAGED_STORE_BALLAST_H

#include <glib.h>

enum { BALLAST_BYTES = 16 * 1024 * 1024 };

/* Makes it where it is missing and `room` bytes on the disk allow four of it. */
void ballast_keep(const char *store, gint64 room);
/* FALSE: there was none. */
gboolean ballast_drop(const char *store);

#endif
