/*
 * Bytes of a charset to UTF-8: strictly as declared where that is true, else as what they surely or probably
 * are, and a record of which. Converters are opened once, before the jail; a mail cannot name others (L18).
 */
#ifndef TRIAGED_CHARSET_H
#define TRIAGED_CHARSET_H

#include <glib.h>

/* Opens every converter. Once, before the jail. */
void charset_init(void);

/* Always gives valid UTF-8 (which may hold NUL: `*length`, may be NULL). `declared` may be "" or unknown.
 * `*used` (may be NULL; caller frees) is the charset, and what was declared if that was not it: "windows-1252
 * (declared us-ascii)". Caller frees the result. */
char *charset_decode(const char *bytes, gsize n, const char *declared, gsize *length, char **used);

/* Is it a charset that we can read? */
gboolean charset_known(const char *declared);

#endif
