/*
 * Did a machine write this mail, or send it to many? (RFC 3834, 2919, 2369, 5965, 8098, and what is used
 * beside them.) Such a mail is kept and shown, but never answered by a machine.
 */
#ifndef TRIAGED_MACHINE_H
#define TRIAGED_MACHINE_H

#include "mime/parts.h"

enum { MACHINE_RECEIVED_MAX = 50 }; /* a mail that passed more servers than this goes round */

struct machine_verdict {
	gboolean is_auto;     /* a machine wrote it */
	gboolean is_list;     /* it went to a list or to many; a person may have written it */
	gboolean is_feedback; /* RFC 5965: somebody pressed "this is spam" */
	gboolean is_receipt;  /* RFC 8098: somebody's client says it was shown or deleted */
	gboolean suppress;    /* the sender asks for no automatic answer; says nothing of who wrote it */
	char *why;	      /* the field or phrase that decided is_auto, else is_list; "" for neither */
};

/* `subject` is decoded. Clear *out afterwards. */
void machine_judge(const struct parts *parts, const char *subject, struct machine_verdict *out);
void machine_clear(struct machine_verdict *verdict);

/* The address in a field's value, in lower case: what stands in the last angle brackets, else the first word
 * with an
 * '@'; "" where there is none. Not for deciding who somebody is. Caller frees. */
char *machine_address(const char *value);

#endif
