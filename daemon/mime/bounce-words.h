/* What mail systems write when they could not deliver. Lower case; lists end with NULL. */
#ifndef TRIAGED_BOUNCE_WORDS_H
#define TRIAGED_BOUNCE_WORDS_H

extern const char *const bounce_subjects[];  /* anywhere in the subject */
extern const char *const bounce_failures[];  /* in the text */
extern const char *const bounce_delays[];    /* in the text or the subject: will be tried again */
extern const char *const bounce_originals[]; /* begin a line: below it is the returned mail */

/* What a reason in words is as a status; the first row found counts. */
struct bounce_reason {
	const char *words;
	const char *status;
};
extern const struct bounce_reason bounce_reasons[];

#endif
