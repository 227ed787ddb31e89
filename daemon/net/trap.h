/*
 * Words of an IMAP server that kill libetpan 1.9.4 (L6). A server that says them is refused in words of ours,
 * before the library reads them; what is not known yet still costs no more than the one program.
 */
#ifndef TRIAGED_TRAP_H
#define TRIAGED_TRAP_H

#include <glib.h>

enum { TRAP_DEPTH_MAX = 50 }; /* parentheses: the parser calls itself for each */

/* What stands behind OK, NO, BAD, BYE or PREAUTH. NULL, or why it is refused: static, the end of a sentence.
 */
const char *trap_condition(const char *text);
/* An untagged answer that is data, behind its "* ". */
const char *trap_data(const char *text);

#endif
