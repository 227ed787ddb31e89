/*
 * What mail clients write around quoted text, in their languages. All of it lower case, composed (NFC), one
 * blank between words; each list ends with NULL.
 */
#ifndef TRIAGED_QUOTE_WORDS_H
#define TRIAGED_QUOTE_WORDS_H

#include <glib.h>

enum quote_role { QUOTE_NONE, QUOTE_FROM, QUOTE_TO, QUOTE_CC, QUOTE_DATE, QUOTE_SUBJECT };

/* "From" -> QUOTE_FROM. `key` is what stands before the colon, folded. */
enum quote_role quote_role_of(const char *key);
/* May an attribution line begin with this word? ("on", "le", a weekday) */
gboolean quote_is_opener(const char *word);

extern const char *const quote_wrote[];	      /* verbs of attribution lines */
extern const char *const quote_original[];    /* between dashes: the quoted mail begins */
extern const char *const quote_forwarded[];   /* between dashes or before a colon: a forwarded mail begins */
extern const char *const quote_delimiters[];  /* "reply above this line" */
extern const char *const quote_devices[];     /* how a device's signature begins */
extern const char *const quote_devices_end[]; /* and how it ends in languages with the verb at the end */
extern const char
    *const quote_device_names[]; /* what is sent from: one of them tells a signature from a sentence */
extern const char *const quote_disclaimers[];	   /* words of legal notices */
extern const char *const quote_forward_prefixes[]; /* of subjects, without the colon */

#endif
