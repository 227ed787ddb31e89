/* Persons: the addresses we know. The domain counts without case (A-labels in lower case), the local part as
 * it is. */
#ifndef TRIAGED_PEOPLE_H
#define TRIAGED_PEOPLE_H

#include "desk/desk.h"

/* The person's id, made if new; a name that was empty is filled in. Inside a piece. 0 for an empty address.
 */
gint64 people_get(struct desk *desk, const char *address, const char *name);
/* Both are set, to "" where there is no such person; caller frees. */
void people_show(struct desk *desk, gint64 person, char **address, char **name);
/* Local part as it is, domain in lower case. Caller frees. */
char *people_fold(const char *address);

#endif
