/*
 * What mail clients write around quoted text, in their languages. All of it lower case, composed (NFC), one
 * blank between words.
 */
#ifndef TRIAGED_QUOTE_WORDS_H
#define TRIAGED_QUOTE_WORDS_H

#include "mime/phrase.h"

enum quote_role { QUOTE_NONE, QUOTE_FROM, QUOTE_TO, QUOTE_CC, QUOTE_DATE, QUOTE_SUBJECT };

/* "From" -> QUOTE_FROM. `key` is what stands before the colon, folded. */
enum quote_role quote_role_of(const char *key);
/* May an attribution line begin with this word? ("on", "le", a weekday) */
gboolean quote_is_opener(const char *word, gsize length);

extern struct phrases quote_wrote;	    /* verbs of attribution lines */
extern struct phrases quote_wrote_behind;   /* the same, to end a line with */
extern struct phrases quote_original;	    /* between dashes: the quoted mail begins */
extern struct phrases quote_forwarded;	    /* between dashes or before a colon: a forwarded mail begins */
extern struct phrases quote_delimiters;	    /* "reply above this line" */
extern struct phrases quote_devices;	    /* how a device's signature begins */
extern struct phrases quote_devices_behind; /* and how it ends in languages with the verb at the end */
extern struct phrases quote_device_names;   /* what is sent from: tells a signature from a sentence */
extern struct phrases quote_disclaimers;    /* words of legal notices */
extern const char *const quote_forward_prefixes[]; /* of subjects, without the colon; ends with NULL */

#endif
