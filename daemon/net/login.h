/*
 * Saying who we are. One way is chosen by what we hold and what the server offers; nothing weaker is ever
 * tried after a refusal, and nothing at all is said over a connection that could be read (T28).
 */
#ifndef TRIAGED_LOGIN_H
#define TRIAGED_LOGIN_H

#include "conf/conf.h"
#include "net/reply.h"
#include "net/stream.h"

/* May a secret be sent here: TLS, or plain as written (dial has seen to loopback)? Else FALSE and
 * NET_ERROR_TLS. */
gboolean login_is_safe(const struct conf_server *server, const struct stream *stream, GError **error);

/* After CAPABILITY. A token goes by XOAUTH2; a password by AUTHENTICATE PLAIN, or by LOGIN where that is not
 * offered and LOGINDISABLED is not said. NET_ERROR_LOGIN when refused; a server that says [UNAVAILABLE] is
 * NET_ERROR_REFUSED. */
gboolean login_imap(mailimap *imap, struct stream *stream, struct guard *guard,
    const struct conf_server *server, const char *secret, GError **error);

/* After EHLO. XOAUTH2 for a token, PLAIN or else LOGIN for a password. Permanent refusals are
 * NET_ERROR_LOGIN, 4xx are NET_ERROR_REFUSED. */
gboolean login_smtp(mailsmtp *smtp, struct stream *stream, const struct reply_offers *offers,
    const struct conf_server *server, const char *secret, GError **error);

/* "PLAIN" and friends among the capabilities that `imap` has heard. */
gboolean login_imap_offers(mailimap *imap, const char *mechanism);

#endif
