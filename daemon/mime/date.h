/* Date fields (RFC 5322 section 3.3) and what is sent instead. */
#ifndef TRIAGED_DATE_H
#define TRIAGED_DATE_H

#include <glib.h>

/* Milliseconds since 1970 in UTC; 0 where it cannot be read. `value` may be NULL. */
gint64 date_parse(const char *value);

#endif
