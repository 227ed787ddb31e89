/* Character references of HTML. */
#ifndef TRIAGED_ENTITY_H
#define TRIAGED_ENTITY_H

#include <glib.h>

/* The character that is meant at `p` (on the "&"), and how many bytes say it; 0 where it is none. */
gunichar entity_read(const char *p, const char *end, gsize *length);

#endif
