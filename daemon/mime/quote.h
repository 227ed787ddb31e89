/*
 * What in a mail's text is new, what is quoted, what is a signature: a view in which each line stands in
 * exactly one of the three, so that no word is lost by a wrong guess. Linear in the length of the text.
 */
#ifndef TRIAGED_QUOTE_H
#define TRIAGED_QUOTE_H

#include <glib.h>

/* The line that stands between the head of our notices and what they carry: it and all below it is quoted. */
#define QUOTE_MARKER "=-=-= triaged =-=-="

/* Never NULL once split; "" where there is nothing. The fields of a forwarded mail are as the forwarding
 * client wrote them; its lines are in `quoted` as well. */
struct quote_split {
	char *text, *quoted, *signature;
	char *fwd_from, *fwd_to, *fwd_subject, *fwd_date, *fwd_text;
};

/* `body` is valid UTF-8 with LF line ends, `subject` is decoded ("" where none). Clear *out afterwards. */
void quote_split(const char *body, const char *subject, struct quote_split *out);
void quote_clear(struct quote_split *split);

#endif
