/* Separators and the header blocks that clients put above what they quote or forward. */
#include "config.h"

#include "mime/quote-line.h"

#include <string.h>

static const char decoration[] = "-_=*#~<>|+[] \t";

/* Hyphens, dashes and the line of box drawings: clients take any of them. */
static gboolean
is_dash(gunichar c)
{
	return c == '-' || (c >= 0x2010 && c <= 0x2015) || c == 0x2212 || c == 0x2500;
}

static gboolean
is_dashed(const char *text)
{
	static const char *const dashes_list[] = {"--", "==", "__", "**", "*-", "> -", "- -", NULL};
	static struct phrases dashes = PHRASES(dashes_list);

	return phrase_begins(&dashes, text) ||
	       ((unsigned char)*text >= 0x80 && is_dash(g_utf8_get_char(text)));
}

static const char *
skip_decoration(const char *text)
{
	while (*text != '\0' &&
	       ((guchar)*text < 0x80 ? strchr(decoration, *text) != NULL : is_dash(g_utf8_get_char(text))))
		text = g_utf8_next_char(text);
	return text;
}

/* The words a line begins with, and then only decoration, a colon, or (glued by the client) a header behind
 * dashes. */
static gboolean
begins_with_words(const char *text, struct phrases *words, gboolean dashed)
{
	guint from = 0;
	gsize length;

	while ((length = phrase_at(words, text, &from)) != 0) {
		const char *rest = text + length;

		rest += strspn(rest, " ");
		if (dashed &&
		    (*rest == '\0' || is_dashed(rest) || *rest == '-' || *rest == ':' || *rest == '*'))
			return TRUE;
		if (!dashed && (*rest == ':' || g_str_has_prefix(rest, "：")) &&
		    *skip_decoration(rest + 1) == '\0')
			return TRUE;
	}
	return FALSE;
}

enum quote_separator
quote_separator_at(const struct quote_lines *lines, gsize i)
{
	const char *text = lines->line[i].folded;
	gboolean dashed = is_dashed(text);
	const char *words = skip_decoration(text);

	if (begins_with_words(words, &quote_forwarded, dashed))
		return QUOTE_FORWARD_SEPARATOR;
	if (dashed && begins_with_words(words, &quote_original, TRUE))
		return QUOTE_ORIGINAL_SEPARATOR;
	return QUOTE_NO_SEPARATOR;
}

/* The colon that ends a header's key, NULL if the line is none. Bytes from 0xef on are the wide colon. */
static const char *
find_colon(const char *text, gsize *width)
{
	const char *narrow = strchr(text, ':');
	const char *wide = strstr(text, "：");

	*width = wide != NULL && (narrow == NULL || wide < narrow) ? 3 : 1;
	return *width == 3 ? wide : narrow;
}

enum quote_role
quote_role_at(const char *folded)
{
	gsize width;
	const char *text = skip_decoration(folded);
	const char *colon = find_colon(text, &width);
	g_autofree char *key = NULL;

	if (colon == NULL || colon == text || colon - text > 40)
		return QUOTE_NONE;
	key = g_strndup(text, (gsize)(colon - text));
	return quote_role_of(g_strstrip(g_strdelimit(key, "*|_", ' ')));
}

/* What stands behind the key, as it is written. */
static char *
value_of(const struct quote_line *line)
{
	g_autofree char *text = g_strndup(line->start, MIN(line->length, 4 * QUOTE_LINE_MAX));
	gsize width;
	const char *colon = find_colon(text, &width);
	char *value = g_strdup(colon == NULL ? text : colon + width);

	g_strdelimit(value, "\t|", ' ');
	g_strstrip(value);
	while (*value == '*' || *value == ' ')
		memmove(value, value + 1, strlen(value));
	return g_strchomp(value);
}

static void
keep(struct quote_headers *headers, enum quote_role role, char *value)
{
	char **slots[] = {[QUOTE_FROM] = &headers->from,
	    [QUOTE_TO] = &headers->to,
	    [QUOTE_DATE] = &headers->date,
	    [QUOTE_SUBJECT] = &headers->subject};

	headers->roles |= 1U << role;
	if (role == QUOTE_CC || *slots[role] != NULL)
		g_free(value);
	else
		*slots[role] = value;
}

/* A list of recipients goes on in the next line. */
static gboolean
goes_on(enum quote_role role, const struct quote_line *line)
{
	return (role == QUOTE_TO || role == QUOTE_CC || role == QUOTE_FROM) && !line->blank &&
	       strchr(line->folded, '@') != NULL && g_ascii_isspace(*line->start);
}

/* A subject in two lines has another header below. */
static gboolean
is_between(const struct quote_lines *lines, gsize i)
{
	return i + 1 < lines->count && lines->line[i + 1].role != QUOTE_NONE;
}

void
quote_headers_read(const struct quote_lines *lines, gsize i, struct quote_headers *headers)
{
	enum quote_role last = QUOTE_NONE;
	gsize blanks = 0;

	*headers = (struct quote_headers){.first = i, .after = i};
	for (gsize end = MIN(lines->count, i + QUOTE_HEADERS_MAX); i < end; i++) {
		const struct quote_line *line = &lines->line[i];
		enum quote_role role = line->role;

		if (role != QUOTE_NONE) {
			/* A second From is the next mail's. */
			if (role == QUOTE_FROM && (headers->roles & 1U << QUOTE_FROM) != 0)
				break;
			keep(headers, role, value_of(line));
			headers->after = i + 1;
			last = role;
			blanks = 0;
		} else if (*line->folded == '\0') {
			/* Blank lines before the first header, and one between two of them. */
			if (++blanks > (last == QUOTE_NONE ? 3U : 1U))
				break;
		} else if (blanks == 0 &&
			   (goes_on(last, line) || (last == QUOTE_SUBJECT && is_between(lines, i)))) {
			headers->after = i + 1;
		} else {
			break;
		}
	}
}

enum { GLUED_KEY_MAX = 30 }; /* bytes */

/* The longest key that ends before the colon at `colon`; where it begins goes into *start. */
static enum quote_role
glued_role(const char *text, const char *colon, const char **start)
{
	enum quote_role found = QUOTE_NONE;
	const char *end = colon;

	while (end > text && end[-1] == ' ')
		end--;
	for (const char *p = end; p > text && end - p < GLUED_KEY_MAX;) {
		g_autofree char *key = NULL;
		enum quote_role role;
		gunichar c;

		p = g_utf8_prev_char(p);
		c = g_utf8_get_char(p);
		if (!g_unichar_isalpha(c) && c != ' ')
			break;
		key = g_utf8_strdown(p, end - p);
		role = g_unichar_islower(c) ? QUOTE_NONE : quote_role_of(key);
		if (role != QUOTE_NONE) {
			found = role;
			*start = p;
		}
	}
	return found;
}

gboolean
quote_headers_glued(const struct quote_lines *lines, gsize i, struct quote_headers *headers)
{
	g_autofree char *text =
	    g_strndup(lines->line[i].start, MIN(lines->line[i].length, 8 * QUOTE_LINE_MAX));
	enum quote_role last = QUOTE_NONE;
	const char *value = text, *key = text;

	*headers = (struct quote_headers){.first = i, .after = i + 1};
	for (const char *colon = strchr(text, ':'); colon != NULL; colon = strchr(colon + 1, ':')) {
		enum quote_role role = glued_role(value, colon, &key);

		if (role == QUOTE_NONE)
			continue;
		if (last != QUOTE_NONE)
			keep(headers, last, g_strstrip(g_strndup(value, (gsize)(key - value))));
		last = role;
		value = colon + 1;
	}
	if (last != QUOTE_NONE)
		keep(headers, last, g_strstrip(g_strdup(value)));
	if (quote_headers_enough(headers))
		return TRUE;
	quote_headers_clear(headers);
	return FALSE;
}

void
quote_headers_clear(struct quote_headers *headers)
{
	g_free(headers->from);
	g_free(headers->to);
	g_free(headers->date);
	g_free(headers->subject);
	*headers = (struct quote_headers){0};
}

gboolean
quote_headers_enough(const struct quote_headers *headers)
{
	guint others = 0;

	for (guint role = QUOTE_TO; role <= QUOTE_SUBJECT; role++)
		others += (headers->roles >> role) & 1U;
	return (headers->roles & 1U << QUOTE_FROM) != 0 && others >= 2 &&
	       (headers->roles & (1U << QUOTE_DATE | 1U << QUOTE_SUBJECT)) != 0;
}
