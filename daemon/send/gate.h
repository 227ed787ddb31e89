/*
 * The last look before the wire: addresses that cannot be a second command (L8, T14), bytes that cannot be a
 * second mail.
 */
#ifndef TRIAGED_GATE_H
#define TRIAGED_GATE_H

#include <glib.h>

enum {
	GATE_ADDRESS_MAX = 254, /* bytes (RFC 5321 section 4.5.3.1.3, less the angle brackets) */
	GATE_LOCAL_MAX = 64,
	GATE_LINE_MAX = 998, /* RFC 5322 section 2.1.1, without CR LF */
};

/* A mailbox of RFC 5321 section 4.1.2, with UTF-8 as RFC 6531 allows it. */
gboolean gate_address(const char *address);
gboolean gate_is_ascii(const char *text);

/* NULL, or why these bytes are no mail to be sent: NUL, a CR or LF on its own, a line too long. Static. */
const char *gate_bytes(const char *bytes, gsize length);

#endif
