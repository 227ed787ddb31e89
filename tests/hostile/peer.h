/*
 * A server that plays a script on 127.0.0.1, in a process of its own, in the clear or with TLS under a
 * certificate made for the occasion. Used by the tests of net, fetch and send.
 */
#ifndef TRIAGED_PEER_H
#define TRIAGED_PEER_H

#include <glib.h>
#include <gnutls/gnutls.h>
#include <sys/types.h>

struct peer {
	int fd;
	gnutls_session_t tls; /* NULL: in the clear */
	char tag[64];	      /* first word of the last line: an IMAP tag */
};

/* Waits for a line that contains `expect` (NULL: no waiting), then says `say` (NULL: nothing) with each '$'
 * replaced by the line's first word. `act` comes last. A line that does not contain what is expected ends the
 * peer with status 3 and a word on stderr; a client that leaves early ends it with 4. */
struct peer_step {
	const char *expect;
	const char *say;
	void (*act)(struct peer *peer);
};

/* A certificate and its authority; files lie in a folder that peer_certificate_free removes. */
struct peer_certificate {
	char *folder;
	char *ca_file;
	gnutls_certificate_credentials_t credentials;
	gnutls_datum_t pem, key_pem;
	const char *priority; /* GnuTLS; NULL: normal */
};
/* For `name` (a host name or an address), good from now - 1 h for `seconds` (which may be negative). */
struct peer_certificate *peer_certificate_new(const char *name, int seconds);
/* Writes cert.pem and key.pem into `folder`, for a real server. */
void peer_certificate_write(const struct peer_certificate *certificate, const char *folder);
void peer_certificate_free(struct peer_certificate *certificate);

enum peer_end {
	PEER_CLOSE,
	PEER_LINGER
}; /* after the script: hang up, or wait for the client to do so or to say LOGOUT or QUIT */

/* Listens; the child accepts one client and plays. `certificate` with `implicit` shakes hands at once;
 * peer_start_tls does so later. */
struct peer_script {
	const struct peer_step *steps;
	gsize n;
	enum peer_end end;
	struct peer_certificate *certificate;
	gboolean implicit;
};
pid_t peer_start(const struct peer_script *script, guint16 *port);
/* Waits for it; its exit status, 256 and more for a signal. */
int peer_wait(pid_t pid);

/* For `act`. */
void peer_say(struct peer *peer, const char *bytes, gsize length);
char *peer_line(struct peer *peer); /* without CR LF; NULL at the end; caller frees */
void peer_start_tls(struct peer *peer);

#endif
