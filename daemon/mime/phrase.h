/*
 * Lists of phrases that are looked for in every mail. Each is found by two of its bytes, so that a text is
 * walked once, however long the list.
 */
#ifndef TRIAGED_PHRASE_H
#define TRIAGED_PHRASE_H

#include <glib.h>

enum { PHRASE_SLOTS = 1024 };

/* Made with one of the macros; the rest is filled when it is first used. For one thread. */
struct phrases {
	const char *const *words; /* each of two bytes or more; ends with NULL */
	gboolean behind;	  /* looked for at the end of a text */
	struct phrase *phrase;
	guint16 slot[PHRASE_SLOTS]; /* 1 + index of the first phrase with these two bytes; 0: none */
};
#define PHRASES(list)                                                                                        \
	{                                                                                                    \
		.words = (list)                                                                              \
	}
#define PHRASES_BEHIND(list)                                                                                 \
	{                                                                                                    \
		.words = (list), .behind = TRUE                                                              \
	}

/* Length of a phrase that `text` begins with; 0: none. *from, 0 at first, counts on: the same text may begin
 * with several. */
gsize phrase_at(struct phrases *all, const char *text, guint *from);
/* From `text` on, the next place where a phrase may begin; NULL: none does. */
const char *phrase_seek(struct phrases *all, const char *text);
gboolean phrase_begins(struct phrases *all, const char *text);
gboolean phrase_within(struct phrases *all, const char *text);
/* Length of the phrase that the `length` bytes of `text` end with; 0: none. Of PHRASES_BEHIND. */
gsize phrase_behind(struct phrases *all, const char *text, gsize length, guint *from);

#endif
