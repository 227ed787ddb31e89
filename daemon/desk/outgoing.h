/* Making outgoing mails: one row of the outbox, with everything fixed that its bytes depend on. Inside a
 * piece. */
#ifndef TRIAGED_OUTGOING_H
#define TRIAGED_OUTGOING_H

#include "desk/desk.h"
#include "desk/token.h"

struct outgoing {
	const char *kind; /* outbox.kind */
	gint64 ticket;	  /* 0: about the desk itself */
	gint64 message;	  /* 0: none */
	const struct conf_mailbox *mailbox;
	gint64 person; /* the one recipient */
	const char *address;
	const char *name; /* of the recipient; "" */
	const char *from_name;
	gboolean reply_token; /* Reply-To with a token of `reply_class`, else plain */
	enum token_class reply_class;
	enum token_class mid_class; /* TOKEN_MESSAGE or TOKEN_NOTICE */
	const char *subject;
	const char *in_reply_to;       /* "" */
	const char *const *references; /* NULL-terminated, oldest first; NULL for none */
	const char *auto_submitted;    /* "", "auto-generated", "auto-replied" */
	const char *text;
	gint64 raw_mail;  /* mail whose parts go along; 0 */
	GArray *parts;	  /* guint32, NULL for none */
	gboolean whole;	  /* raw_mail goes along as message/rfc822 */
	const char *once; /* NULL, or the cause: a second one with the same cause is not made */
};

/* The outbox row; 0 where `once` was there already or the mailbox cannot send. `mid` (may be NULL) gets the
 * Message-ID; caller frees. */
gint64 outgoing_add(struct desk *desk, const struct outgoing *out, char **mid);

#endif
