/* A table of the two bytes that phrases begin with, or end with; those that share a slot are chained. */
#include "config.h"

#include "mime/phrase.h"

#include <string.h>

struct phrase {
	guint16 next; /* 1 + index; 0: the last of its slot */
	guint16 length;
};

static guint
slot_of(const char *two)
{
	return ((guint)(guchar)two[0] * 33 + (guchar)two[1]) % PHRASE_SLOTS;
}

static void
make(struct phrases *all)
{
	guint n = g_strv_length((char **)all->words);

	all->phrase = g_new0(struct phrase, n + 1);
	while (n-- > 0) {
		struct phrase *phrase = &all->phrase[n];
		const char *word = all->words[n];
		guint16 *slot;

		phrase->length = (guint16)strlen(word);
		g_assert(phrase->length > 1);
		slot = &all->slot[slot_of(all->behind ? word + phrase->length - 2 : word)];
		phrase->next = *slot;
		*slot = (guint16)(n + 1);
	}
}

/* The first of its slot, or the one behind `from`. */
static guint
following(struct phrases *all, const char *two, guint from)
{
	if (all->phrase == NULL)
		make(all);
	return from == 0 ? all->slot[slot_of(two)] : all->phrase[from - 1].next;
}

gsize
phrase_at(struct phrases *all, const char *text, guint *from)
{
	if (*text == '\0')
		return 0;
	for (guint i = following(all, text, *from); i != 0; i = all->phrase[i - 1].next) {
		gsize length = all->phrase[i - 1].length;

		if (strncmp(text, all->words[i - 1], length) != 0)
			continue;
		*from = i;
		return length;
	}
	return 0;
}

gboolean
phrase_begins(struct phrases *all, const char *text)
{
	guint from = 0;

	return phrase_at(all, text, &from) != 0;
}

const char *
phrase_seek(struct phrases *all, const char *text)
{
	if (all->phrase == NULL)
		make(all);
	for (; text[0] != '\0' && text[1] != '\0'; text++)
		if (all->slot[slot_of(text)] != 0)
			return text;
	return NULL;
}

gboolean
phrase_within(struct phrases *all, const char *text)
{
	for (; (text = phrase_seek(all, text)) != NULL; text++)
		if (phrase_begins(all, text))
			return TRUE;
	return FALSE;
}

gsize
phrase_behind(struct phrases *all, const char *text, gsize length, guint *from)
{
	if (length < 2)
		return 0;
	for (guint i = following(all, text + length - 2, *from); i != 0; i = all->phrase[i - 1].next) {
		gsize n = all->phrase[i - 1].length;

		if (n > length || memcmp(text + length - n, all->words[i - 1], n) != 0)
			continue;
		*from = i;
		return n;
	}
	return 0;
}
