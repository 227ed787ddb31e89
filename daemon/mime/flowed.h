/* format=flowed, RFC 3676. */
#ifndef TRIAGED_FLOWED_H
#define TRIAGED_FLOWED_H

#include <glib.h>

/* Paragraphs joined, quote depth kept as "> ", stuffing taken off. LF text in and out. Caller frees. */
char *flowed_text(const char *text, gboolean delsp);

#endif
