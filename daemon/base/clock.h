/*
 * The time, in one place, so that a test can replace it.
 */
#ifndef TRIAGED_CLOCK_H
#define TRIAGED_CLOCK_H

#include <glib.h>

enum { CLOCK_SECOND = 1000, CLOCK_MINUTE = 60 * 1000, CLOCK_HOUR = 3600 * 1000, CLOCK_DAY = 86400 * 1000 };

/* UTC in milliseconds since 1970. */
gint64 clock_now(void);
/* Milliseconds that only go forward: for deadlines. */
gint64 clock_steady(void);
/* From now on clock_now() answers `now` (NULL: the real one again). Tests only. */
void clock_replace(gint64 (*now)(void));

/* "2026-11-21T10:00:00Z"; "" for 0. Caller frees. */
char *clock_iso(gint64 ms);
/* RFC 5322 section 3.3, in UTC: "Sat, 21 Nov 2026 10:00:00 +0000", in English whatever the locale. Caller frees. */
char *clock_rfc5322(gint64 ms);

#endif
