/*
 * Attribution lines: "On 3 May, Ann <ann@example.com> wrote:" in any language and order, over one to four
 * lines. Not a pattern for each client, but evidence: a verb of writing, an address, a date, a time, and how
 * the line begins and ends.
 */
#include "config.h"

#include "mime/quote-line.h"

#include <string.h>

struct evidence {
	gboolean verb, verb_last, address, address_last, time, date, opener, colon;
};

/* "12:30", "12.30", "10h30" */
static gboolean
has_time(const char *text)
{
	for (const char *p = text; *p != '\0'; p++) {
		if (!g_ascii_isdigit(*p) || (p > text && (g_ascii_isdigit(p[-1]) || p[-1] == '.')))
			continue;
		if (g_ascii_isdigit(p[1]))
			p++;
		if ((p[1] == ':' || p[1] == '.' || p[1] == 'h') && g_ascii_isdigit(p[2]) &&
		    g_ascii_isdigit(p[3]) && !g_ascii_isdigit(p[4]))
			return TRUE;
	}
	return FALSE;
}

/* A year, or numbers with the marks of a date between them. */
static gboolean
has_date(const char *text)
{
	for (const char *p = text; *p != '\0'; p++) {
		gsize digits = g_ascii_isdigit(*p) ? strspn(p, "0123456789") : 0;

		if (digits == 4 && (g_str_has_prefix(p, "19") || g_str_has_prefix(p, "20")))
			return TRUE;
		if (digits > 0 && digits <= 2 && p[digits] != '\0' && strchr("./-", p[digits]) != NULL &&
		    g_ascii_isdigit(p[digits + 1]) && strspn(p + digits + 1, "0123456789./-") >= 3)
			return TRUE;
		if (digits > 1)
			p += digits - 1;
	}
	return FALSE;
}

/* By its first word, or its first character where words are not set apart. */
static gboolean
has_opener(const char *text)
{
	return g_ascii_isdigit(*text) || quote_is_opener(text, strcspn(text, " .,:(")) ||
	       ((guchar)*text >= 0xe3 && quote_is_opener(text, (gsize)(g_utf8_next_char(text) - text)));
}

/* Its last word is a verb of writing, up to colons, dashes and brackets. */
static gboolean
ends_with_verb(const char *text)
{
	gsize length = strlen(text), verb;
	guint from = 0;

	for (;;) {
		if (length > 0 && strchr(" :-*_.|", text[length - 1]) != NULL)
			length--;
		else if (length > 3 &&
			 (memcmp(text + length - 3, "：", 3) == 0 || memcmp(text + length - 3, "—", 3) == 0))
			length -= 3;
		else
			break;
	}
	while ((verb = phrase_behind(&quote_wrote_behind, text, length, &from)) != 0)
		if (quote_stands_alone(text, text + length - verb, verb))
			return TRUE;
	return FALSE;
}

static gboolean
ends_with_colon(const char *text)
{
	return g_str_has_suffix(text, ":") || g_str_has_suffix(text, "：") || g_str_has_suffix(text, ":*") ||
	       g_str_has_suffix(text, ": *") || g_str_has_suffix(text, ":</b>");
}

/* An address as the last thing before the colon: clients that write no verb end so. */
static gboolean
ends_with_address(const char *text)
{
	gsize length = strlen(text);
	const char *open = strrchr(text, '<');

	if (length < 4 || open == NULL || strchr(open, '@') == NULL)
		return FALSE;
	return g_str_has_suffix(text, ">:") || g_str_has_suffix(text, "> :") || g_str_has_suffix(text, ">：");
}

static void
weigh(const char *text, guint has, struct evidence *e)
{
	const char *words = text + strspn(text, "-*_ \"[(");

	e->colon = (has & QUOTE_HAS_COLON) != 0 && ends_with_colon(text);
	e->address = (has & QUOTE_HAS_AT) != 0;
	e->address_last = e->address && e->colon && ends_with_address(text);
	e->time = (has & QUOTE_HAS_DIGIT) != 0 && has_time(text);
	e->date = (has & QUOTE_HAS_DIGIT) != 0 && has_date(text);
	e->opener = has_opener(words);
}

/* Looking for verbs is dear: only where a line ends as an attribution does, and has something else of one. */
static void
weigh_verbs(const char *text, struct evidence *e)
{
	if (!e->colon && !e->address && !e->time && !e->date && !e->opener)
		return;
	e->verb_last = ends_with_verb(text);
	e->verb = e->verb_last || (e->colon && quote_has_word(text, &quote_wrote));
}

/* Old clients: "2016-03-03 17:21 GMT+01:00 Ann Lee", with no end to it. */
static gboolean
is_bare_stamp(const char *text)
{
	return strlen(text) < 120 && g_ascii_isdigit(text[0]) && strlen(text) > 20 && text[4] == '-' &&
	       text[7] == '-' && has_time(text + 10) && strstr(text, " gmt") != NULL;
}

static gboolean
is_attribution(const char *text, struct evidence e, gboolean before_quote)
{
	weigh_verbs(text, &e);
	if (!e.colon && !e.verb_last)
		return is_bare_stamp(text);
	if (e.verb && e.address && (e.verb_last || e.time || e.date || e.opener))
		return TRUE;
	if (e.verb && e.time && (e.verb_last || e.opener))
		return TRUE;
	if (e.verb_last && e.opener && e.date)
		return TRUE;
	if (e.address_last && (e.time || e.date))
		return TRUE;
	return before_quote && e.colon &&
	       ((e.verb && strlen(text) < 160) || (e.opener && (e.time || e.date)));
}

/* A line from which an attribution may run on into the next. */
static gboolean
may_run_on(const struct evidence *e)
{
	return !e->colon && (e->opener || e->address || e->time);
}

gsize
quote_attribution(const struct quote_lines *lines, gsize i)
{
	g_autoptr(GString) joined = NULL;
	const char *text = lines->line[i].folded;
	guint has = 0;

	for (gsize n = 0; n < QUOTE_ATTRIBUTION_MAX && i + n < lines->count; n++) {
		const struct quote_line *line = &lines->line[i + n];
		struct evidence e = {0};
		gsize next;

		if (line->blank || line->quoted != lines->line[i].quoted || strlen(text) > QUOTE_LINE_MAX)
			return 0;
		if (n == 1)
			joined = g_string_new(text);
		if (n > 0) {
			g_string_append_c(joined, ' ');
			g_string_append(joined, line->folded);
			text = joined->str;
		}
		has |= line->has;
		weigh(text, has, &e);
		next = quote_next(lines, i + n + 1);
		if (is_attribution(text, e, next < lines->count && lines->line[next].quoted))
			return n + 1;
		/* A header line ends with itself. */
		if (n == 0 && (line->role != QUOTE_NONE || !may_run_on(&e)))
			return 0;
	}
	return 0;
}
