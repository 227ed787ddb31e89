/* Is a mail nothing but a thank you? Such a one does not reopen a ticket. */
#ifndef TRIAGED_THANKS_H
#define TRIAGED_THANKS_H

#include <glib.h>

/* TRUE where every word is one of thanks or courtesy (or of the sender's name) and at least one says thanks.
 * Any other word, a number, or a question mark makes it an answer: in doubt it is one. */
gboolean thanks_only(const char *text, const char *sender_name);

#endif
