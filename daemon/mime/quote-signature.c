/* Where a signature begins: separators, devices that praise themselves, footers of lists and lawyers. */
#include "config.h"

#include "mime/quote-line.h"

#include <string.h>

enum {
	SIGNATURE_LINES = 15, /* a signature below dashes that are no "-- " is not longer */
	FOOTER_LINES = 25,    /* nor is what a mailing list or a lawyer adds below a rule */
	NAME_LINES = 5,	      /* nor is one below a separator that people use within a text */
	DEVICE_LINE = 120,    /* bytes */
};

static gsize
count_blanks(const char *text)
{
	gsize blanks = 0;

	for (; *text != '\0'; text++)
		blanks += *text == ' ';
	return blanks;
}

/* A rule that belongs to the header block or separator below it. */
gboolean
quote_is_rule(const char *text)
{
	gsize length = strlen(text);

	return (length >= 2 && strspn(text, "_") == length) ||
	       (length >= 4 && (strspn(text, "-") == length || strspn(text, "=") == length ||
				   strspn(text, "*") == length)) ||
	       (length >= 9 && strspn(text, "\xe2\x80\x94\x95\x93") == length);
}

/* "Sent from my ..." on a line of its own; "sent from the shop on Monday, but" is a sentence. */
static gboolean
is_device(const struct quote_line *line)
{
	const char *text = line->folded + strspn(line->folded, "-*_[( ");
	gsize length = strlen(text);
	guint from = 0;

	if (length < 6 || length > DEVICE_LINE || *line->start == ' ' || *line->start == '\t')
		return FALSE;
	if (phrase_begins(&quote_devices, text))
		return count_blanks(text) < 3 || phrase_within(&quote_device_names, text);
	while (length > 0 && strchr(".!]) ", text[length - 1]) != NULL)
		length--;
	return length < DEVICE_LINE / 2 && phrase_behind(&quote_devices_behind, text, length, &from) != 0 &&
	       phrase_within(&quote_device_names, text);
}

/* "-Ann Lee": a dash glued to a name or two. */
static gboolean
is_dashed_name(const struct quote_line *line)
{
	g_autofree char *text = g_strndup(line->start, MIN(line->length, 60));
	gsize words = 1;

	if (line->length > 50 || text[0] != '-' ||
	    !g_unichar_isupper(g_utf8_get_char_validated(text + 1, -1)))
		return FALSE;
	for (const char *p = g_strchomp(text); *p != '\0'; p++)
		words += *p == ' ';
	return words <= 3 && strpbrk(text, ".,:;!?()") == NULL;
}

enum sign { SIGN_NONE, SIGN_STANDARD, SIGN_DASHES, SIGN_SEPARATOR, SIGN_RULE, SIGN_DEVICE, SIGN_NAME };

static enum sign
sign_of(const struct quote_line *line)
{
	static const char *const dashes[] = {"--", "—", "–", "―", NULL};
	static const char *const separators[] = {"---", "——", "———", "__", "***", NULL};
	const char *text = line->folded;

	if (line->length == 3 && strncmp(line->start, "-- ", 3) == 0)
		return SIGN_STANDARD;
	if (g_strv_contains(dashes, text))
		return SIGN_DASHES;
	if (g_strv_contains(separators, text))
		return SIGN_SEPARATOR;
	if (quote_is_rule(text))
		return SIGN_RULE;
	if (is_device(line))
		return SIGN_DEVICE;
	return is_dashed_name(line) ? SIGN_NAME : SIGN_NONE;
}

static gsize
words_below(const struct quote_lines *lines, gsize i, gsize end)
{
	gsize words = 0;

	for (i++; i < end; i++)
		words += !lines->line[i].blank;
	return words;
}

static gboolean
is_legal(const struct quote_lines *lines, gsize i, gsize end)
{
	end = MIN(end, i + 4 * FOOTER_LINES);
	for (i++; i < end; i++)
		if (phrase_within(&quote_disclaimers, lines->line[i].folded))
			return TRUE;
	return FALSE;
}

gboolean
quote_signs(const struct quote_lines *lines, gsize i, gsize end, gboolean text_above)
{
	enum sign sign = sign_of(&lines->line[i]);
	gboolean free_above = i == 0 || lines->line[i - 1].blank || lines->line[i - 1].quoted;
	gsize below, next;

	if (sign == SIGN_NONE)
		return FALSE;
	below = words_below(lines, i, MIN(end, i + 4 * FOOTER_LINES));
	next = quote_next(lines, i + 1);
	switch (sign) {
	case SIGN_STANDARD:
		return TRUE;
	case SIGN_DASHES:
		return below <= SIGNATURE_LINES && below > 0;
	case SIGN_SEPARATOR:
		return below > 0 &&
		       (below <= NAME_LINES || (below <= FOOTER_LINES && is_legal(lines, i, end)));
	case SIGN_RULE:
		return below <= FOOTER_LINES && below > 0 && text_above && is_legal(lines, i, end);
	case SIGN_DEVICE:
		/* As the very last line it may follow the name at once. */
		if (!free_above)
			return below == 0 && phrase_within(&quote_device_names, lines->line[i].folded);
		return below <= FOOTER_LINES || (next < end && is_device(&lines->line[next]));
	case SIGN_NAME:
		return free_above && (below == 0 || is_legal(lines, i, end));
	case SIGN_NONE:
		break;
	}
	return FALSE;
}
