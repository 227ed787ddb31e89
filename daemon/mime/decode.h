/*
 * Content transfer encodings (RFC 2045 section 6; uuencode where a part says so). All of it is decoded,
 * whatever is wrong with it; linear time; never longer than the input but for "8bit".
 */
#ifndef TRIAGED_DECODE_H
#define TRIAGED_DECODE_H

#include <glib.h>

/* `encoding` as it stands in Content-Transfer-Encoding, may be NULL. */
GBytes *decode_bytes(const char *encoding, const char *bytes, gsize n);

/* The two of RFC 2047; appended to `out`. */
void decode_q(const char *text, gsize n, GString *out);
void decode_b(const char *text, gsize n, GString *out);

#endif
