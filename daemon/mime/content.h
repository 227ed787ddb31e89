/*
 * Which parts are the words of a mail, and which are attachments.
 */
#ifndef TRIAGED_CONTENT_H
#define TRIAGED_CONTENT_H

#include "mime/parts.h"

struct content {
	char *text;	    /* LF, NFC; "" where the mail has no words */
	char *html;	    /* of the same words, as it came; "" */
	gboolean from_html; /* text was made from html */
	char *charset;	    /* see mail.h */
	gboolean *taken;    /* for each part: is it shown in text or html? */
};

void content_read(const struct parts *parts, struct content *out);
void content_clear(struct content *content);

/* aa{sv} as mail.h describes it, floating: every leaf that was not taken. */
GVariant *content_attachments(const struct parts *parts, const struct content *content);

#endif
