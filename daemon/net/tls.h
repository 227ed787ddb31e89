/*
 * TLS as we insist on it: 1.2 or later, the chain up to an authority we were told to trust, the host's own
 * name in the certificate (RFC 6125), SNI. libetpan verifies none of these (L1), so its TLS is never used.
 */
#ifndef TRIAGED_TLS_H
#define TRIAGED_TLS_H

#include <glib.h>
#include <sys/types.h>

struct tls;

/* Reads the authorities, so it runs before the jail is entered. `ca_file` NULL: the system's. No authority at
 * all is an error. `host` is a name or an address. NULL and NET_ERROR. */
struct tls *tls_new(const char *host, const char *ca_file, GError **error);
void tls_free(struct tls *tls);

/* Shakes hands over a non-blocking socket until `until` (clock_steady). FALSE: NET_ERROR_CERTIFICATE with
 * what is wrong with it, NET_ERROR_TLS for everything else. The socket stays the caller's. */
gboolean tls_handshake(struct tls *tls, int fd, gint64 until, GError **error);

/* Bytes moved (never 0), TLS_AGAIN with the poll events to wait for in `events`, or TLS_END with the reason
 * in words. A write that came back with TLS_AGAIN is repeated with the same bytes. */
enum { TLS_AGAIN = -1, TLS_END = -2 };
ssize_t tls_read(struct tls *tls, void *bytes, gsize length, short *events, const char **why);
ssize_t tls_write(struct tls *tls, const void *bytes, gsize length, short *events, const char **why);

/* Is there something decrypted that poll cannot see? */
gboolean tls_pending(struct tls *tls);

#endif
