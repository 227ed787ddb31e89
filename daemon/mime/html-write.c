/*
 * The words of an HTML mail as lines: what is owed (line ends, blanks, a tab between cells, a rule) is paid
 * before the next word, so that nothing trails and nothing is doubled.
 */
#include "config.h"

#include "mime/html-write.h"

#include "mime/entity.h"
#include "mime/html.h"

#include <string.h>

/* As Outlook draws it in plain text above the head of a quoted mail. */
#define RULE "________________________________"

/* Blanks at the end of a line go, but for those of a signature's mark. */
static void
line_begin(struct html_writer *w)
{
	gsize n = w->out->len;

	while (
	    n > 0 && w->out->str[n - 1] == ' ' && !(n >= 4 && memcmp(w->out->str + n - 4, "\n-- ", 4) == 0))
		n--;
	g_string_truncate(w->out, n);
	for (int i = 0; n > 0 && i < w->newlines; i++) {
		g_string_append_c(w->out, '\n');
		if (i + 1 < w->newlines)
			for (int q = 0; q < MIN(MIN(w->quote, w->line_quote), HTML_QUOTE_MAX); q++)
				g_string_append_c(w->out, '>');
	}
	for (int q = 0; q < MIN(w->quote, HTML_QUOTE_MAX); q++)
		g_string_append_c(w->out, '>');
	if (w->quote > 0)
		g_string_append_c(w->out, ' ');
	w->line_quote = w->quote;
	w->newlines = 0;
	w->inside = FALSE;
	w->blank = w->cell = FALSE;
}

void
writer_newline(struct html_writer *w, int at_least)
{
	w->newlines = MAX(w->newlines, at_least);
	w->blank = FALSE;
}

/* Before a word: what is owed. */
static void
settle(struct html_writer *w)
{
	if (w->rule) {
		writer_newline(w, 1);
		line_begin(w);
		g_string_append(w->out, RULE);
		writer_newline(w, 1);
		w->rule = FALSE;
	}
	if (w->newlines > 0 || w->out->len == 0)
		line_begin(w);
	if (w->inside && w->cell)
		g_string_append_c(w->out, '\t');
	else if (w->inside && w->blank)
		g_string_append_c(w->out, ' ');
	w->blank = w->cell = FALSE;
	w->inside = TRUE;
}

void
writer_character(struct html_writer *w, gunichar c)
{
	if (c == 0xad || c == 0x200b || c == 0x34f || c == 0xfeff) /* padding of hidden lines */
		return;
	if (c == '\n' && w->pre > 0) {
		w->newlines = MIN(w->newlines + 1, HTML_NEWLINES_MAX);
		return;
	}
	if ((c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f') && w->pre == 0) {
		w->blank = TRUE;
		return;
	}
	if (c == 0xa0) {
		if (w->inside && w->newlines == 0)
			g_string_append_c(w->out, ' ');
		w->blank = FALSE;
		return;
	}
	settle(w);
	g_string_append_unichar(w->out, c);
}

/* A run of bytes that need no look at each: no blank, no entity, no tag. */
void
writer_run(struct html_writer *w, const char *p, gsize n)
{
	if (n >= 8 && memcmp(p, "________", 8) == 0)
		w->rule = FALSE;
	settle(w);
	g_string_append_len(w->out, p, (gssize)n);
}

static void
append_decoded(GString *out, struct html_slice s)
{
	const char *end = s.p + s.n;

	for (const char *p = s.p; p < end;) {
		gsize n = 0;
		gunichar c = *p == '&' ? entity_read(p, end, &n) : 0;

		if (c != 0)
			g_string_append_unichar(out, c);
		else
			g_string_append_c(out, *p);
		p += MAX(n, 1);
	}
}

/* Is the link already said by its words? */
static gboolean
says_link(const char *words, const char *link)
{
	const char *rest = strstr(link, "://");
	gsize n;

	if (g_ascii_strncasecmp(link, "mailto:", 7) == 0)
		link += 7;
	if (strcmp(words, link) == 0)
		return TRUE;
	if (rest == NULL)
		return FALSE;
	rest += 3;
	if (strncmp(words, "http", 4) == 0 && strstr(words, "://") != NULL)
		words = strstr(words, "://") + 3;
	n = strlen(words);
	return strncmp(words, rest, n) == 0 && (rest[n] == '\0' || strcmp(rest + n, "/") == 0);
}

void
writer_link_end(struct html_writer *w)
{
	g_autoptr(GString) link = NULL;
	g_autofree char *words = NULL;

	if (w->link.n == 0)
		return;
	link = g_string_new(NULL);
	append_decoded(link, (struct html_slice){w->link.p, MIN(w->link.n, 4 * HTML_LINK_MAX)});
	w->link.n = 0;
	for (gsize i = 0; i < link->len; i++)
		if ((guchar)link->str[i] <= ' ' || link->str[i] == '<' || link->str[i] == '>')
			link->str[i] = '_';
	if (link->len > HTML_LINK_MAX) {
		g_string_truncate(link, HTML_LINK_MAX);
		g_string_append(link, "...");
	}
	if (w->out->len <= w->link_start)
		return;
	words = g_strstrip(g_strdup(w->out->str + w->link_start));
	if (words[0] == '\0' || says_link(words, link->str) || !g_utf8_validate(link->str, -1, NULL))
		return;
	g_string_append_printf(w->out, " <%s>", link->str);
}

void
writer_link_begin(struct html_writer *w, struct html_slice href)
{
	static const char *const shown[] = {"http:", "https:", "mailto:", "tel:", "ftp:"};

	writer_link_end(w);
	while (href.n > 0 && (guchar)*href.p <= ' ') {
		href.p++;
		href.n--;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(shown); i++)
		if (href.n > strlen(shown[i]) &&
		    g_ascii_strncasecmp(href.p, shown[i], strlen(shown[i])) == 0) {
			w->link = href;
			w->link_start = w->out->len;
		}
}

/* Gmail writes its own "-- " where it is switched on; where not, the class still says what it is. */
void
writer_signature(struct html_writer *w)
{
	gsize n = w->out->len;

	while (n > 0 && strchr(" >\n", w->out->str[n - 1]) != NULL)
		n--;
	if (n >= 2 && memcmp(w->out->str + n - 2, "--", 2) == 0)
		return;
	writer_newline(w, 1);
	settle(w);
	g_string_append(w->out, "-- "); /* RFC 3676 section 4.3 */
	writer_newline(w, 1);
}

void
writer_item(struct html_writer *w)
{
	int level = CLAMP(w->lists, 1, HTML_LIST_DEPTH);
	int *number = &w->numbers[level - 1];

	writer_newline(w, 1);
	settle(w);
	for (int i = 1; i < level; i++)
		g_string_append(w->out, "  ");
	if (w->lists > 0 && *number > 0)
		g_string_append_printf(w->out, "%d. ", (*number)++);
	else
		g_string_append(w->out, "- ");
	w->inside = FALSE;
}

void
writer_list(struct html_writer *w, gboolean ordered)
{
	writer_newline(w, w->lists == 0 ? 2 : 1);
	if (w->lists < HTML_LIST_DEPTH)
		w->numbers[w->lists] = ordered ? 1 : 0;
	w->lists++;
}

void
writer_alt(struct html_writer *w, struct html_slice alt)
{
	settle(w);
	g_string_append_c(w->out, '[');
	append_decoded(w->out, alt);
	g_string_append_c(w->out, ']');
}

char *
writer_end(struct html_writer *w)
{
	writer_link_end(w);
	while (w->out->len > 0 && strchr(" \t\n", w->out->str[w->out->len - 1]) != NULL)
		g_string_truncate(w->out, w->out->len - 1);
	if (w->out->len > 0)
		g_string_append_c(w->out, '\n');
	return g_string_free(w->out, FALSE);
}
