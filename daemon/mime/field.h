/*
 * The header of a mail, read from its raw bytes by ourselves: what identifies somebody must not depend on how
 * a library understands broken lines (T3). RFC 5322 section 2.2, and what is seen in real mailboxes.
 */
#ifndef TRIAGED_FIELD_H
#define TRIAGED_FIELD_H

#include "mime/parts.h"

enum {
	FIELD_HEADER_MAX = 256 * 1024, /* bytes of a header that are read */
	FIELD_MAX = 2000,	       /* fields that are read */
	FIELD_LENGTH_MAX = 64 * 1024,  /* bytes of one field; the rest is cut off */
};

enum field_excess { FIELD_EXCESS_HEADER = 1, FIELD_EXCESS_FIELDS = 2, FIELD_EXCESS_LENGTH = 4 };

/* Where the header begins: behind a byte order mark, empty lines and an mbox "From " line. */
gsize field_begin(const char *bytes, gsize length);
/* Appends the fields of the header at the start of `bytes` to `fields`, strings into `strings`, and gives the
 * offset of the body. The header ends with an empty line or, where that was forgotten, at the first line that
 * is no field.
 * `*excess` (may be NULL) gets the limits that were exceeded; `content` (may be NULL) the fields named
 * Content-* as they stand, one behind the other. */
gsize field_read(
    const char *bytes, gsize length, GStringChunk *strings, GArray *fields, GString *content, int *excess);

/* How many fields have this name. */
guint field_count(const GArray *fields, const char *name);
/* A field that has this name; NULL behind the last. `*from` counts on. */
const struct field *field_next(const GArray *fields, const char *name, guint *from);

#endif
