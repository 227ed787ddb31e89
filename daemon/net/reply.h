/*
 * SMTP replies, read strictly: three digits, the same on each line (RFC 5321 section 4.2). libetpan takes a
 * reply that was cut, and words without a code, for something; for an outbox that must know "accepted" from
 * "perhaps" that is too kind. Its EHLO reader loops for ever on a tab; ours is here.
 */
#ifndef TRIAGED_REPLY_H
#define TRIAGED_REPLY_H

#include <glib.h>

#include "net/stream.h"

struct reply {
	int code; /* 200 to 599; 0: none that can be used, the connection is of no use any more */
	GString
	    *text; /* all lines joined by blanks, escaped, at most NET_TEXT_MAX bytes; why, where code is 0 */
	GPtrArray *lines; /* char *, what stood behind the codes; at most REPLY_LINES */
};
enum { REPLY_LINES = 100 };

struct reply *reply_new(void);
void reply_free(struct reply *reply);
typedef struct reply reply_auto;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(reply_auto, reply_free)

/* Sends `line` (without CR LF; it must hold neither) and reads the answer within `limits`. NULL: nothing is
 * sent, only read. A `secret` line is never logged. Returns reply->code. */
int reply_to(mailsmtp *smtp, struct stream *stream, struct stream_limits limits, gboolean secret,
    const char *line, struct reply *reply);

/* What EHLO offered. */
struct reply_offers {
	gboolean starttls, eight_bit, utf8, size, plain, login, xoauth2;
	guint64 largest; /* of SIZE; 0: not said */
};
void reply_read_offers(const struct reply *reply, struct reply_offers *offers);

#endif
