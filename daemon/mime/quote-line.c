/* Lines, folded for comparison. */
#include "config.h"

#include "mime/quote-line.h"

#include <string.h>

enum { FOLDED_MAX = 2 * QUOTE_LINE_MAX }; /* bytes: a character may grow by a half */

/* Marks that cannot be seen, and the dot that lower case leaves on a Turkish I. */
static gboolean
is_dropped(gunichar c)
{
	return c == 0x0307 || c == 0xfeff || c == 0x200b || c == 0x200e || c == 0x200f ||
	       (c >= 0x202a && c <= 0x202e);
}

static guint
has_of(gunichar c)
{
	if (c >= '0' && c <= '9')
		return QUOTE_HAS_DIGIT;
	switch (c) {
	case ':':
	case 0xff1a: /* the wide one */
		return QUOTE_HAS_COLON;
	case '@':
		return QUOTE_HAS_AT;
	case '=':
		return QUOTE_HAS_EQUALS;
	default:
		return 0;
	}
}

/* Blanks of all kinds become one. Returns the length. */
static gsize
fold(const char *text, gsize length, char out[FOLDED_MAX], guint *has)
{
	gsize n = 0;

	for (const char *p = text; p < text + length; p = g_utf8_next_char(p)) {
		guchar byte = (guchar)*p;
		gunichar c = byte < 0x80 ? byte : g_utf8_get_char(p);

		if (c >= 0x80 && is_dropped(c))
			continue;
		if (byte < 0x80 ? g_ascii_isspace(*p) : c == 0xa0 || g_unichar_isspace(c)) {
			if (n > 0 && out[n - 1] != ' ')
				out[n++] = ' ';
		} else if (byte < 0x80) {
			out[n++] = g_ascii_tolower(*p);
			*has |= byte > '@' ? 0 : has_of(byte);
		} else {
			n += (gsize)g_unichar_to_utf8(g_unichar_tolower(c), out + n);
			*has |= has_of(c);
		}
	}
	return n > 0 && out[n - 1] == ' ' ? n - 1 : n;
}

/* Cuts between characters. */
static gsize
bounded(const char *start, gsize length)
{
	if (length <= QUOTE_LINE_MAX)
		return length;
	length = QUOTE_LINE_MAX;
	while (length > 0 && ((unsigned char)start[length] & 0xc0) == 0x80)
		length--;
	return length;
}

static void
read_line(struct quote_lines *lines, struct quote_line *line, const char *start, gsize length)
{
	char folded[FOLDED_MAX];
	gsize marks = strspn(start, " \t"), n;

	line->start = start;
	line->length = length;
	line->quoted = marks < length && start[marks] == '>' && marks < 4;
	marks = line->quoted ? MIN(strspn(start, "> \t"), length) : 0;
	n = fold(start + marks, bounded(start + marks, length - marks), folded, &line->has);
	line->folded = n > 0 ? g_string_chunk_insert_len(lines->folds, folded, (gssize)n) : "";
	line->role = line->has & QUOTE_HAS_COLON ? quote_role_at(line->folded) : QUOTE_NONE;
	line->blank = !line->quoted && *line->folded == '\0';
}

/* "skrev Ann <ann@example.com" and on the next line ">:", broken by the client: the '>' is no quote mark. */
static void
mend_broken_brackets(struct quote_lines *lines)
{
	for (gsize i = 1; i < lines->count; i++) {
		struct quote_line *line = &lines->line[i];
		const char *open;

		if (!line->quoted || lines->line[i - 1].quoted)
			continue;
		open = strrchr(lines->line[i - 1].folded, '<');
		if (open == NULL || strchr(open, '>') != NULL)
			continue;
		if (g_str_has_suffix(line->folded, ":") && line->length < 40)
			line->quoted = FALSE;
	}
}

void
quote_lines_read(const char *body, struct quote_lines *lines)
{
	GArray *array = g_array_new(FALSE, TRUE, sizeof(struct quote_line));

	lines->folds = g_string_chunk_new(4096);
	while (*body != '\0') {
		struct quote_line line = {0};
		gsize length = (gsize)(strchrnul(body, '\n') - body);

		read_line(lines, &line, body, length);
		g_array_append_val(array, line);
		body += length + (body[length] == '\n');
	}
	lines->count = array->len;
	lines->line = (struct quote_line *)(void *)g_array_free(array, FALSE);
	mend_broken_brackets(lines);
}

void
quote_lines_clear(struct quote_lines *lines)
{
	g_string_chunk_free(lines->folds);
	g_free(lines->line);
	*lines = (struct quote_lines){0};
}

gsize
quote_next(const struct quote_lines *lines, gsize from)
{
	while (from < lines->count && lines->line[from].blank)
		from++;
	return from;
}

static gboolean
is_letter(gunichar c)
{
	return g_unichar_isalpha(c) && c < 0x0e00; /* scripts from Thai on set no blanks between words */
}

gboolean
quote_stands_alone(const char *text, const char *p, gsize length)
{
	const char *before = g_utf8_find_prev_char(text, p);

	if (!is_letter(g_utf8_get_char(p)))
		return TRUE;
	return (before == NULL || !is_letter(g_utf8_get_char(before))) &&
	       !is_letter(g_utf8_get_char(p + length));
}

gboolean
quote_has_word(const char *text, struct phrases *words)
{
	for (const char *p = text; (p = phrase_seek(words, p)) != NULL; p++) {
		guint from = 0;
		gsize length;

		while ((length = phrase_at(words, p, &from)) != 0)
			if (quote_stands_alone(text, p, length))
				return TRUE;
	}
	return FALSE;
}
