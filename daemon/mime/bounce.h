/*
 * Mails that say that a mail was not, or not yet, delivered: delivery status notifications (RFC 3464, 3462,
 * 6522, 6533) and what mail systems write in words. Feedback reports, receipts and vacation answers are none.
 */
#ifndef TRIAGED_BOUNCE_H
#define TRIAGED_BOUNCE_H

#include "mime/parts.h"

enum {
	BOUNCE_TEXT_MAX = 64 * 1024, /* bytes of text that are looked at */
	BOUNCE_RECIPIENTS_MAX = 200, /* the rest is not read */
	BOUNCE_DIAGNOSTIC_MAX = 500, /* bytes */
};

/* NULL: no bounce. Else a floating aa{ss}, an entry a recipient: `recipient` ("" if the mail doesn't say
 * whom), `status` (RFC 3463, "5.0.0" and "4.0.0" if only the class is known), `action` ("failed", "delayed"),
 * `diagnostic`, `original_message_id` ("" if nothing of the original came back). `body` is the text of the
 * mail, `subject` is decoded. */
GVariant *bounce_read(const struct parts *parts, const char *body, const char *subject);

#endif
