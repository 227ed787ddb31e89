/* Status codes in the words of servers (RFC 3463, RFC 5321 section 4.2). */
#ifndef TRIAGED_BOUNCE_STATUS_H
#define TRIAGED_BOUNCE_STATUS_H

#include <glib.h>

/* The status in or behind `text`: an enhanced code, else what the words mean with the class of the reply code
 * in it, else the class alone; `delayed` decides where there is nothing. Caller frees. */
char *bounce_status(const char *text, gboolean delayed);
/* The first enhanced code ("5.1.1") in `text`; NULL where there is none. Caller frees. */
char *bounce_enhanced(const char *text);

#endif
