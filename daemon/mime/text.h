/*
 * What every text has to be before anybody looks at it: valid UTF-8 in NFC, LF line ends, no control
 * characters.
 */
#ifndef TRIAGED_TEXT_H
#define TRIAGED_TEXT_H

#include <glib.h>

/* Takes valid UTF-8 that may hold NUL, CR and controls; `utf8` is consumed, caller frees the result. */
char *text_clean(char *utf8, gsize length);
/* The same for a value of one line: blanks and line ends become one blank each, none at the ends, no controls
 * and no characters that turn the direction of writing. `utf8` is consumed, caller frees. */
char *text_line(char *utf8);
/* At most `max` bytes of `utf8`, not cut within a character. Caller frees. */
char *text_cut(const char *utf8, gsize max);

#endif
