/* Lines, folded for comparison. */
#include "config.h"

#include "mime/quote-line.h"

#include <string.h>

/* Blanks of all kinds become one; marks that cannot be seen, and the dot that lower case leaves on a Turkish
 * I, go. */
static char *
fold(const char *text, gsize length)
{
	g_autofree char *lower = g_utf8_strdown(text, (gssize)length);
	GString *out = g_string_sized_new(length + 8);

	for (const char *p = lower; *p != '\0'; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);

		if (c == 0x0307 || c == 0xfeff || c == 0x200b || c == 0x200e || c == 0x200f ||
		    (c >= 0x202a && c <= 0x202e))
			continue;
		if (!g_unichar_isspace(c) && c != 0xa0)
			g_string_append_unichar(out, c);
		else if (out->len > 0 && out->str[out->len - 1] != ' ')
			g_string_append_c(out, ' ');
	}
	if (out->len > 0 && out->str[out->len - 1] == ' ')
		g_string_truncate(out, out->len - 1);
	return g_string_free(out, FALSE);
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
read_line(struct quote_line *line, const char *start, gsize length)
{
	gsize marks = strspn(start, " \t");

	line->start = start;
	line->length = length;
	line->quoted = marks < length && start[marks] == '>' && marks < 4;
	marks = line->quoted ? MIN(strspn(start, "> \t"), length) : 0;
	line->folded = fold(start + marks, bounded(start + marks, length - marks));
	line->role = quote_role_at(line->folded);
	line->blank = !line->quoted && *line->folded == '\0';
}

/* "skrev Ann <ann@example.com" and on the next line ">:", broken by the client: the '>' is no quote mark. */
static void
mend_broken_brackets(struct quote_lines *lines)
{
	for (gsize i = 1; i < lines->count; i++) {
		struct quote_line *line = &lines->line[i];
		const char *before = lines->line[i - 1].folded;
		const char *open = strrchr(before, '<');

		if (!line->quoted || lines->line[i - 1].quoted || open == NULL || strchr(open, '>') != NULL)
			continue;
		if (g_str_has_suffix(line->folded, ":") && line->length < 40)
			line->quoted = FALSE;
	}
}

void
quote_lines_read(const char *body, struct quote_lines *lines)
{
	GArray *array = g_array_new(FALSE, TRUE, sizeof(struct quote_line));

	while (*body != '\0') {
		struct quote_line line = {0};
		gsize length = strcspn(body, "\n");

		read_line(&line, body, length);
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
	for (gsize i = 0; i < lines->count; i++)
		g_free(lines->line[i].folded);
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

const char *
quote_find_word(const char *text, const char *word)
{
	gsize length = strlen(word);
	const char *found = text;

	while ((found = strstr(found, word)) != NULL) {
		const char *before = g_utf8_find_prev_char(text, found);
		gboolean free_before = before == NULL || !is_letter(g_utf8_get_char(before)) ||
				       !is_letter(g_utf8_get_char(word));

		if (free_before && !is_letter(g_utf8_get_char(found + length)))
			return found;
		if (free_before && !is_letter(g_utf8_get_char(word)))
			return found;
		found = g_utf8_next_char(found);
	}
	return NULL;
}

gboolean
quote_has_word(const char *text, const char *const *words)
{
	for (; *words != NULL; words++)
		if (quote_find_word(text, *words) != NULL)
			return TRUE;
	return FALSE;
}
