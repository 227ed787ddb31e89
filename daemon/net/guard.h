/*
 * A second pair of eyes on what an IMAP server says, under the parser of libetpan, whose numbers wrap at 2^32
 * (L5) and which calls a refused FETCH a success. It knows just enough of RFC 3501 to follow lines and
 * literals, and remembers what libetpan loses: literal sizes and UIDVALIDITY in 64 bits, the tagged outcome,
 * COPYUID.
 */
#ifndef TRIAGED_GUARD_H
#define TRIAGED_GUARD_H

#include <glib.h>

enum { GUARD_LINE_MAX = 64 * 1024 }; /* bytes of a line between literals */

enum guard_outcome { GUARD_NONE, GUARD_OK, GUARD_NO, GUARD_BAD };

struct guard;

struct guard *guard_new(void);
void guard_free(struct guard *guard);

/* Bytes as they came. NULL, or why they must not be believed: static, the end of a sentence. Once and for
 * all. */
const char *guard_feed(struct guard *guard, const char *bytes, gsize length);

/* A command is about to be sent: outcome, text, sizes and COPYUID of the last one are forgotten. */
void guard_begin(struct guard *guard);

/* How the command ended; GUARD_NONE while it has not. */
enum guard_outcome guard_outcome(const struct guard *guard);
/* What stood behind OK, NO or BAD, or behind BYE if the server hung up; escaped, cut. Never NULL; lent until
 * guard_begin. */
const char *guard_text(const struct guard *guard);
/* The announced sizes of the BODY[] of FETCH answers that are not empty, in the order they came; 0 for one
 * that came as a quoted string and announced nothing. FALSE: no more. */
gboolean guard_take_body(struct guard *guard, guint64 *size);
/* The last one said; 0 for none. */
guint64 guard_uidvalidity(const struct guard *guard);
/* RFC 4315: the source UIDs as the server wrote them; NULL for none. Lent until guard_begin. */
const char *guard_copied(const struct guard *guard);

#endif
