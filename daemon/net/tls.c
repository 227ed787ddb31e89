/* GnuTLS, in the order its manual wants; every failure becomes a sentence for the operator. */
#include "config.h"

#include "net/tls.h"

#include "base/clock.h"
#include "net/error.h"

#include <arpa/inet.h>
#include <errno.h>
#include <gnutls/gnutls.h>
#include <poll.h>
#include <string.h>

struct tls {
	gnutls_certificate_credentials_t credentials;
	gnutls_session_t session;
	char *host;
};

static gboolean
is_address(const char *host)
{
	struct in6_addr any;

	return inet_pton(AF_INET, host, &any) == 1 || inet_pton(AF_INET6, host, &any) == 1;
}

static gboolean
load_authorities(struct tls *tls, const char *ca_file, GError **error)
{
	int n = ca_file != NULL
		    ? gnutls_certificate_set_x509_trust_file(tls->credentials, ca_file, GNUTLS_X509_FMT_PEM)
		    : gnutls_certificate_set_x509_system_trust(tls->credentials);

	if (n > 0)
		return TRUE;
	g_set_error(error, NET_ERROR, NET_ERROR_TLS,
	    "preparing TLS for %s: no certificate authority in %s%s%s", tls->host,
	    ca_file != NULL ? ca_file : "the system's trust", n < 0 ? ": " : "",
	    n < 0 ? gnutls_strerror(n) : "");
	return FALSE;
}

static int
make_session(struct tls *tls)
{
	int r = gnutls_init(&tls->session, GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL);

	if (r == 0)
		r = gnutls_priority_set_direct(
		    tls->session, "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2", NULL);
	if (r == 0)
		r = gnutls_credentials_set(tls->session, GNUTLS_CRD_CERTIFICATE, tls->credentials);
	if (r == 0 && !is_address(tls->host))
		r = gnutls_server_name_set(tls->session, GNUTLS_NAME_DNS, tls->host, strlen(tls->host));
	if (r == 0)
		gnutls_session_set_verify_cert(tls->session, tls->host, 0);
	return r;
}

struct tls *
tls_new(const char *host, const char *ca_file, GError **error)
{
	struct tls *tls = g_new0(struct tls, 1);
	int r;

	tls->host = g_strdup(host);
	r = gnutls_certificate_allocate_credentials(&tls->credentials);
	if (r == 0 && !load_authorities(tls, ca_file, error))
		goto fail;
	if (r == 0)
		r = make_session(tls);
	if (r == 0)
		return tls;
	g_set_error(error, NET_ERROR, NET_ERROR_TLS, "preparing TLS for %s: %s", host, gnutls_strerror(r));
fail:
	tls_free(tls);
	return NULL;
}

void
tls_free(struct tls *tls)
{
	if (tls == NULL)
		return;
	if (tls->session != NULL)
		gnutls_deinit(tls->session);
	if (tls->credentials != NULL)
		gnutls_certificate_free_credentials(tls->credentials);
	g_free(tls->host);
	g_free(tls);
}

static short
direction(struct tls *tls)
{
	return gnutls_record_get_direction(tls->session) == 0 ? POLLIN : POLLOUT;
}

static void
explain(struct tls *tls, int r, GError **error)
{
	unsigned status = gnutls_session_get_verify_cert_status(tls->session);
	gnutls_datum_t words = {NULL, 0};

	if (r != GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR) {
		g_set_error(
		    error, NET_ERROR, NET_ERROR_TLS, "TLS with %s: %s", tls->host, gnutls_strerror(r));
		return;
	}
	gnutls_certificate_verification_status_print(status, GNUTLS_CRT_X509, &words, 0);
	g_set_error(error, NET_ERROR, NET_ERROR_CERTIFICATE,
	    "TLS with %s: the server's certificate is refused: %s", tls->host,
	    words.data != NULL ? g_strchomp((char *)words.data) : gnutls_strerror(r));
	gnutls_free(words.data);
}

/* FALSE when time is up. */
static gboolean
wait_until(int fd, short events, gint64 until)
{
	struct pollfd p = {.fd = fd, .events = events};
	gint64 left = until - clock_steady();

	return left > 0 && (poll(&p, 1, (int)MIN(left, G_MAXINT)) != 0 || clock_steady() < until);
}

gboolean
tls_handshake(struct tls *tls, int fd, gint64 until, GError **error)
{
	int r;

	gnutls_transport_set_int(tls->session, fd);
	for (;;) {
		r = gnutls_handshake(tls->session);
		if (r == GNUTLS_E_SUCCESS)
			return TRUE;
		if (gnutls_error_is_fatal(r))
			break;
		if (!wait_until(fd, direction(tls), until)) {
			r = GNUTLS_E_TIMEDOUT;
			break;
		}
	}
	explain(tls, r, error);
	return FALSE;
}

static ssize_t
outcome(struct tls *tls, ssize_t r, short *events, const char **why)
{
	if (r > 0)
		return r;
	if (r == 0 || r == GNUTLS_E_PREMATURE_TERMINATION) {
		*why = "the server closed the connection";
		return TLS_END;
	}
	/* A server that wants to shake hands again could change who it is. */
	if (gnutls_error_is_fatal((int)r) || r == GNUTLS_E_REHANDSHAKE) {
		*why = gnutls_strerror((int)r);
		return TLS_END;
	}
	*events = direction(tls);
	return TLS_AGAIN;
}

ssize_t
tls_read(struct tls *tls, void *bytes, gsize length, short *events, const char **why)
{
	return outcome(tls, gnutls_record_recv(tls->session, bytes, length), events, why);
}

ssize_t
tls_write(struct tls *tls, const void *bytes, gsize length, short *events, const char **why)
{
	return outcome(tls, gnutls_record_send(tls->session, bytes, length), events, why);
}

gboolean
tls_pending(struct tls *tls)
{
	return gnutls_record_check_pending(tls->session) > 0;
}
