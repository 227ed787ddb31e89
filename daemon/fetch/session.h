/*
 * One login to one mailbox's folder, from the socket to SELECT, and the way each command goes: libetpan
 * writes and parses it, our stream bounds it, our guard says how it ended.
 */
#ifndef TRIAGED_SESSION_H
#define TRIAGED_SESSION_H

#include "conf/conf.h"
#include "net/stream.h"

struct session {
	const struct conf_mailbox *mailbox;
	mailimap *imap;
	struct stream *stream;
	struct guard *guard;
	struct tls *tls;     /* until TLS starts, then the stream's */
	char *where;	     /* "support@imap.example.com:993", for messages */
	char *folder;	     /* as the server wants it: modified UTF-7 */
	char *done_folder;   /* likewise, quoted; NULL unless mails are moved */
	guint64 uidvalidity; /* of the SELECT */
	guint64 exists;
	gboolean can_idle, can_move, can_uidplus;
};

/* Everything that needs files or new sockets: authorities, name, connection. NULL and NET_ERROR. */
struct session *session_new(const struct conf_mailbox *mailbox, GError **error);
/* Everything else: greeting, TLS, login, SELECT. `step` names where it stands: "tls", "login", "select". */
gboolean session_open(struct session *session, const char *secret, const char **step, GError **error);
/* `polite` tries LOGOUT, briefly. NULL is fine. */
void session_free(struct session *session, gboolean polite);

/* Sends one command (no line end in it) and waits for its tagged answer. `doing` begins the message:
 * "fetching mails". NET_ERROR_REFUSED: the server said NO and the session goes on; anything else ends it. A
 * changed UIDVALIDITY is an error too. */
gboolean session_command(struct session *session, struct stream_limits limits, const char *doing,
    const char *command, GError **error);
/* The verdict on a command that was sent by other means since guard_begin, with the `result` that libetpan
 * gave: both must agree that it went well. */
gboolean session_verdict(struct session *session, int result, const char *doing, GError **error);
gboolean session_fails(
    const struct session *session, int code, const char *doing, const char *why, GError **error);

/* May the flag or keyword be set for good (PERMANENTFLAGS)? Keywords without backslash. */
gboolean session_may_set(const struct session *session, const char *keyword);

#endif
