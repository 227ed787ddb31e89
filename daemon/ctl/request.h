/* A request to the running desk, over its control socket: words there, an exit status and a text back. */
#ifndef TRIAGED_CTL_REQUEST_H
#define TRIAGED_CTL_REQUEST_H

#include "ctl/ctl.h"

struct answer {
	int status;    /* sysexits.h */
	char *text;    /* of the desk; where there was no answer, why */
	gboolean sent; /* the desk may have done it, whatever the status */
};
void answer_clear(struct answer *answer);
#define ANSWER_AUTO __attribute__((cleanup(answer_clear))) struct answer

/* Waits a minute for the answer. `words` is ended by NULL; `fd` stays the caller's, -1 for none. FALSE: there
 * is none. */
gboolean request_ask(struct ctl *ctl, char **words, int fd, struct answer *answer);

/* What the desk says of itself, a{sv}. NULL, with the reason in `answer`, where it does not answer. */
GVariant *request_status(struct ctl *ctl, struct answer *answer);

#endif
