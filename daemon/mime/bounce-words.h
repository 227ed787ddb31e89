/* What mail systems write when they could not deliver. All of it lower case. */
#ifndef TRIAGED_BOUNCE_WORDS_H
#define TRIAGED_BOUNCE_WORDS_H

#include "mime/phrase.h"

extern struct phrases bounce_subjects;	/* anywhere in the subject */
extern struct phrases bounce_failures;	/* in the text */
extern struct phrases bounce_delays;	/* in the text or the subject: will be tried again */
extern struct phrases bounce_originals; /* begin a line: below it is the returned mail */

/* What a reason in words is as a status; the first row found counts. */
struct bounce_reason {
	const char *words;
	const char *status;
};
extern const struct bounce_reason bounce_reasons[];

#endif
