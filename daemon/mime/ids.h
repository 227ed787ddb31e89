/*
 * Message-ID, In-Reply-To, References (RFC 5322 section 3.6.4) as bare ids.
 */
#ifndef TRIAGED_IDS_H
#define TRIAGED_IDS_H

#include <glib.h>

enum {
	IDS_MAX = 100,
	IDS_LENGTH_MAX = 250
}; /* ids of a field that are looked at, the last ones; bytes of one */

/* The id of a Message-ID field, NULL where it has none that can be used. Caller frees. */
char *ids_one(const char *value);
/* All ids of a field in their order, each once, the last IDS_MAX; `*cut` (may be NULL) says that there were
 * more. Never NULL; strings freed with the array. */
GPtrArray *ids_all(const char *value, gboolean *cut);

#endif
