/*
 * What can go wrong between us and a server, for both the fetcher and the sender. The code decides how the
 * program leaves; the message is a sentence for the operator: what was tried, on which server, what came
 * back.
 */
#ifndef TRIAGED_NET_ERROR_H
#define TRIAGED_NET_ERROR_H

#include <glib.h>

#define NET_ERROR (net_error_quark())

enum net_error {
	NET_ERROR_CONNECT,     /* name or address could not be reached */
	NET_ERROR_TLS,	       /* no TLS to be had */
	NET_ERROR_CERTIFICATE, /* TLS, but not with the one we were told to speak to */
	NET_ERROR_LOGIN,       /* the server refused who we are */
	NET_ERROR_REFUSED,     /* a clean "no" to a command; the connection is still in step */
	NET_ERROR_STREAM,      /* silence, end of file, too much: the connection is of no use any more */
	NET_ERROR_PROTOCOL,    /* an answer that makes no sense: likewise */
};

enum { NET_TEXT_MAX = 512 }; /* bytes of a server's words that we pass on */

GQuark net_error_quark(void);

/* EX_NOPERM (77) for what only a person can cure, EX_TEMPFAIL (75) else. */
int net_exit_status(const GError *error);

/* "host:port", "[::1]:port". Caller frees. */
char *net_where(const char *host, guint16 port);

#endif
