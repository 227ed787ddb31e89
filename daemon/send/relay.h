/*
 * One connection to one relay, from the socket to a login: greeting, EHLO, TLS, EHLO again, AUTH. Patience is
 * RFC 5321 section 4.5.3.2's.
 */
#ifndef TRIAGED_RELAY_H
#define TRIAGED_RELAY_H

#include "conf/conf.h"
#include "net/reply.h"

struct relay {
	const struct conf_server *server;
	mailsmtp *smtp;
	struct stream *stream;
	struct tls *tls; /* until TLS starts, then the stream's */
	char *where;	 /* "smtp.example.com:587" */
	char *name;	 /* ours, for EHLO */
	struct reply_offers offers;
	struct reply *reply; /* to the last command */
};

extern const struct stream_limits relay_patience;      /* greeting, EHLO, MAIL, RCPT, RSET: 5 min */
extern const struct stream_limits relay_patience_data; /* DATA: 2 min */
extern const struct stream_limits relay_patience_dot;  /* the reply to a mail: 10 min (I18) */

/* Everything that needs files or new sockets. NULL and NET_ERROR. */
struct relay *relay_new(const struct conf_server *server, GError **error);
/* Everything else. `step` names where it stands: "greeting", "tls", "ehlo", "login". */
gboolean relay_open(struct relay *relay, const char *secret, const char **step, GError **error);
/* `polite` says QUIT. NULL is fine. */
void relay_free(struct relay *relay, gboolean polite);

/* One command; the reply's code, 0 when the connection is of no use any more. */
int relay_command(struct relay *relay, struct stream_limits limits, const char *line);

#endif
