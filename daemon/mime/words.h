/*
 * Text of header fields: encoded words (RFC 2047, and what mailers make of it) and raw 8-bit bytes. Our own,
 * since GMime 3.2.13 loses text where two base64 words follow one another.
 */
#ifndef TRIAGED_WORDS_H
#define TRIAGED_WORDS_H

#include <glib.h>

/* One line of valid UTF-8 (see text_line). `charset` is tried for raw 8-bit bytes that are no UTF-8; "" for
 * none. Caller frees. */
char *words_decode(const char *raw, const char *charset);
/* Is there an encoded word in it? */
gboolean words_has(const char *raw);

#endif
