/*
 * Splits the markup into tags and words and tells the writer (html-write.c), which knows lines, blanks,
 * quotes and indents. Searches that find nothing are remembered, so that no input makes us look at its rest
 * again and again.
 */
#include "config.h"

#include "mime/html.h"

#include "mime/entity.h"
#include "mime/html-write.h"

#include <stdlib.h>
#include <string.h>

enum { QUOTE_DEPTH = 64 };

/* The attributes that matter. */
struct attributes {
	struct html_slice class, id, style, href, type, alt;
	gboolean hidden;
};

struct html {
	struct html_writer w;
	const char *p, *end;
	guint64 quotes; /* a bit for each blockquote: 1 if it is a quote, 0 if it only indents */
	int depth;	/* blockquotes open, of both kinds */
	gboolean show_hidden;
	char hidden[16]; /* name of the element that hides us; "" for none */
	int hidden_depth;
	const char *last_double, *last_single; /* quote marks in the markup: behind them none closes */
	guint unclosed;			       /* raw elements whose end was looked for in vain */
};

static gboolean
slice_has(struct html_slice s, const char *word)
{
	gsize n = strlen(word);

	for (gsize i = 0; i + n <= s.n; i++)
		if (g_ascii_strncasecmp(s.p + i, word, n) == 0)
			return TRUE;
	return FALSE;
}

static gboolean
slice_is(struct html_slice s, const char *word)
{
	return s.n == strlen(word) && g_ascii_strncasecmp(s.p, word, s.n) == 0;
}

/* "display: none" and "display:none" alike. */
static gboolean
style_is(struct html_slice style, const char *property, const char *value)
{
	gsize n = strlen(property), v = strlen(value);

	for (gsize i = 0; i + n < style.n; i++) {
		gsize at = i + n;

		if (g_ascii_strncasecmp(style.p + i, property, n) != 0 || (i > 0 && style.p[i - 1] == '-'))
			continue;
		while (at < style.n && (style.p[at] == ' ' || style.p[at] == ':'))
			at++;
		if (at + v <= style.n && g_ascii_strncasecmp(style.p + at, value, v) == 0 &&
		    (at + v == style.n || strchr(" ;!p", style.p[at + v]) != NULL))
			return TRUE;
	}
	return FALSE;
}

static gboolean
is_hidden(const struct attributes *a)
{
	if (a->hidden)
		return TRUE;
	if (a->style.n == 0)
		return FALSE;
	return style_is(a->style, "display", "none") || style_is(a->style, "visibility", "hidden") ||
	       style_is(a->style, "mso-hide", "all") || style_is(a->style, "max-height", "0") ||
	       style_is(a->style, "font-size", "0");
}

enum tag {
	TAG_OTHER,
	TAG_A,
	TAG_BLOCK,
	TAG_BR,
	TAG_CELL,
	TAG_HR,
	TAG_IMG,
	TAG_LI,
	TAG_OL,
	TAG_P,
	TAG_PRE,
	TAG_QUOTE,
	TAG_RAW,
	TAG_UL,
	TAG_VOID,
};

static const struct tag_name {
	const char *name;
	enum tag tag;
} tags[] = {{"a", TAG_A}, {"address", TAG_BLOCK}, {"area", TAG_VOID}, {"article", TAG_BLOCK},
    {"aside", TAG_BLOCK}, {"base", TAG_VOID}, {"blockquote", TAG_QUOTE}, {"body", TAG_BLOCK}, {"br", TAG_BR},
    {"caption", TAG_BLOCK}, {"center", TAG_BLOCK}, {"col", TAG_VOID}, {"dd", TAG_BLOCK}, {"dir", TAG_UL},
    {"div", TAG_BLOCK}, {"dl", TAG_P}, {"dt", TAG_BLOCK}, {"embed", TAG_VOID}, {"fieldset", TAG_BLOCK},
    {"figure", TAG_BLOCK}, {"footer", TAG_BLOCK}, {"form", TAG_BLOCK}, {"h1", TAG_P}, {"h2", TAG_P},
    {"h3", TAG_P}, {"h4", TAG_P}, {"h5", TAG_P}, {"h6", TAG_P}, {"header", TAG_BLOCK}, {"hr", TAG_HR},
    {"iframe", TAG_RAW}, {"img", TAG_IMG}, {"input", TAG_VOID}, {"li", TAG_LI}, {"link", TAG_VOID},
    {"main", TAG_BLOCK}, {"menu", TAG_UL}, {"meta", TAG_VOID}, {"nav", TAG_BLOCK}, {"ol", TAG_OL},
    {"option", TAG_BLOCK}, {"p", TAG_P}, {"param", TAG_VOID}, {"pre", TAG_PRE}, {"script", TAG_RAW},
    {"section", TAG_BLOCK}, {"source", TAG_VOID}, {"style", TAG_RAW}, {"table", TAG_BLOCK}, {"td", TAG_CELL},
    {"template", TAG_RAW}, {"th", TAG_CELL}, {"title", TAG_RAW}, {"tr", TAG_BLOCK}, {"ul", TAG_UL},
    {"wbr", TAG_VOID}, {"xml", TAG_RAW}};

static int
by_name(const void *key, const void *row)
{
	return strcmp(key, ((const struct tag_name *)row)->name);
}

static enum tag
tag_find(const char *name)
{
	const struct tag_name *t = bsearch(name, tags, G_N_ELEMENTS(tags), sizeof tags[0], by_name);

	return t != NULL ? t->tag : TAG_OTHER;
}

/* The head of a quoted mail, as Outlook, its web and phone versions and Zimbra mark it: a rule above it says
 * so. */
static gboolean
is_quote_head(const struct attributes *a)
{
	if (a->id.n > 0 && (slice_has(a->id, "divRplyFwdMsg") || slice_has(a->id, "appendonsend") ||
			       slice_is(a->id, "zwchr") || slice_has(a->id, "mail-editor-reference-message")))
		return TRUE;
	if (slice_has(a->class, "OutlookMessageHeader"))
		return TRUE;
	return slice_has(a->style, "border-top:solid #") && slice_has(a->style, "border:none");
}

static void
begin_quote(struct html *h, const struct attributes *a)
{
	gboolean only_indents = slice_has(a->style, "border:none") || slice_has(a->style, "border: none");

	if (h->depth < QUOTE_DEPTH)
		h->quotes = (h->quotes & ~(1ull << h->depth)) | ((guint64)!only_indents << h->depth);
	h->depth++;
	if (h->depth > QUOTE_DEPTH || !only_indents)
		h->w.quote++;
	writer_newline(&h->w, 1);
}

static void
end_quote(struct html *h)
{
	if (h->depth == 0)
		return;
	h->depth--;
	if (h->depth >= QUOTE_DEPTH || (h->quotes >> h->depth & 1) != 0)
		h->w.quote--;
	writer_newline(&h->w, 2);
}

static void
begin_paragraph(struct html *h, const struct attributes *a)
{
	gboolean close = slice_has(a->class, "MsoNormal") || slice_has(a->class, "MsoPlainText") ||
			 style_is(a->style, "margin", "0") || style_is(a->style, "margin-top", "0");

	writer_newline(&h->w, close ? 1 : 2);
}

static void
begin_tag(struct html *h, enum tag tag, const struct attributes *a)
{
	switch (tag) {
	case TAG_BR:
		h->w.newlines = MIN(h->w.newlines + 1, HTML_NEWLINES_MAX);
		h->w.blank = FALSE;
		break;
	case TAG_BLOCK:
		writer_newline(&h->w, 1);
		if (is_quote_head(a))
			h->w.rule = TRUE;
		if (slice_is(a->class, "gmail_signature") || slice_has(a->class, "gmail_signature "))
			writer_signature(&h->w);
		break;
	case TAG_P:
		begin_paragraph(h, a);
		break;
	case TAG_PRE:
		writer_newline(&h->w, 1);
		h->w.pre++;
		break;
	case TAG_CELL:
		h->w.cell = TRUE;
		break;
	case TAG_HR:
		h->w.rule = TRUE;
		break;
	case TAG_LI:
		writer_item(&h->w);
		break;
	case TAG_UL:
	case TAG_OL:
		writer_list(&h->w, tag == TAG_OL);
		break;
	case TAG_QUOTE:
		begin_quote(h, a);
		break;
	case TAG_A:
		writer_link_begin(&h->w, a->href);
		break;
	case TAG_IMG:
		if (a->alt.n > 0 && a->alt.n < 200)
			writer_alt(&h->w, a->alt);
		break;
	default:
		break;
	}
}

static void
end_tag(struct html *h, enum tag tag)
{
	switch (tag) {
	case TAG_BR: /* "</br>" is one all the same */
		begin_tag(h, TAG_BR, NULL);
		break;
	case TAG_P:
	case TAG_BLOCK:
	case TAG_LI:
		writer_newline(&h->w, 1);
		break;
	case TAG_PRE:
		h->w.pre = MAX(h->w.pre - 1, 0);
		writer_newline(&h->w, 1);
		break;
	case TAG_UL:
	case TAG_OL:
		h->w.lists = MAX(h->w.lists - 1, 0);
		writer_newline(&h->w, h->w.lists == 0 ? 2 : 1);
		break;
	case TAG_QUOTE:
		end_quote(h);
		break;
	case TAG_A:
		writer_link_end(&h->w);
		break;
	default:
		break;
	}
}

static gboolean
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

/* The value at `p`; a quote that is never closed is no quote. */
static struct html_slice
read_value(struct html *h)
{
	const char *start = h->p;
	char q = *h->p;

	if ((q == '"' && h->last_double > h->p) || (q == '\'' && h->last_single > h->p)) {
		const char *close = memchr(h->p + 1, q, (gsize)(h->end - h->p) - 1);

		h->p = close + 1;
		return (struct html_slice){start + 1, (gsize)(close - start) - 1};
	}
	while (h->p < h->end && !is_space(*h->p) && *h->p != '>')
		h->p++;
	return (struct html_slice){start, (gsize)(h->p - start)};
}

static void
put_attribute(struct attributes *a, struct html_slice name, struct html_slice value)
{
	const struct {
		const char *name;
		struct html_slice *value;
	} wanted[] = {{"class", &a->class}, {"id", &a->id}, {"style", &a->style}, {"href", &a->href},
	    {"type", &a->type}, {"alt", &a->alt}};

	if (slice_is(name, "hidden"))
		a->hidden = TRUE;
	for (gsize i = 0; i < G_N_ELEMENTS(wanted); i++)
		if (slice_is(name, wanted[i].name) && wanted[i].value->p == NULL)
			*wanted[i].value = value;
}

/* From behind the tag's name to behind its ">". */
static void
read_attributes(struct html *h, struct attributes *a)
{
	while (h->p < h->end) {
		struct html_slice name, value = {NULL, 0};

		while (h->p < h->end && (is_space(*h->p) || *h->p == '/'))
			h->p++;
		if (h->p == h->end)
			return;
		if (*h->p == '>') {
			h->p++;
			return;
		}
		name.p = h->p++;
		while (h->p < h->end && !is_space(*h->p) && *h->p != '=' && *h->p != '>' && *h->p != '/')
			h->p++;
		name.n = (gsize)(h->p - name.p);
		while (h->p < h->end && is_space(*h->p))
			h->p++;
		if (h->p < h->end && *h->p == '=') {
			h->p++;
			while (h->p < h->end && is_space(*h->p))
				h->p++;
			if (h->p < h->end)
				value = read_value(h);
		}
		put_attribute(a, name, value);
	}
}

/* Behind "</name>", or where we are if there is none. One bit a first letter remembers that there is none. */
static void
skip_raw(struct html *h, const char *name)
{
	gsize n = strlen(name);
	guint bit = 1u << (name[0] - 'a') ^ (n % 2 != 0 ? 1u << 31 : 0);

	if ((h->unclosed & bit) == bit)
		return;
	for (const char *p = h->p; (p = memchr(p, '<', (gsize)(h->end - p))) != NULL; p++) {
		if ((gsize)(h->end - p) < n + 2 || p[1] != '/' || g_ascii_strncasecmp(p + 2, name, n) != 0)
			continue;
		h->p = memchr(p, '>', (gsize)(h->end - p));
		h->p = h->p != NULL ? h->p + 1 : h->end;
		return;
	}
	h->unclosed |= bit;
}

/* Comments, declarations, processing instructions. */
static void
skip_markup(struct html *h)
{
	const char *close;

	if (h->end - h->p >= 4 && memcmp(h->p, "<!--", 4) == 0 && (h->unclosed & 1u << 30) == 0) {
		close = g_strstr_len(h->p + 2, h->end - h->p - 2, "-->");
		if (close != NULL) {
			h->p = close + 3;
			return;
		}
		h->unclosed |= 1u << 30;
	}
	close = memchr(h->p, '>', (gsize)(h->end - h->p));
	h->p = close != NULL ? close + 1 : h->end;
}

/* Inside a hidden element only its own name counts, opened and closed. */
static void
count_hidden(struct html *h, const char *name, gboolean closes)
{
	if (strcmp(name, h->hidden) != 0)
		return;
	h->hidden_depth += closes ? -1 : 1;
	if (h->hidden_depth == 0)
		h->hidden[0] = '\0';
}

static void
read_tag(struct html *h)
{
	gboolean closes = h->p[1] == '/';
	struct attributes a = {0};
	char name[16];
	gsize n = 0;
	enum tag tag;

	h->p += closes ? 2 : 1;
	for (; h->p < h->end && (g_ascii_isalnum(*h->p) || *h->p == ':' || *h->p == '-'); h->p++)
		if (n < sizeof name - 1)
			name[n++] = g_ascii_tolower(*h->p);
	name[n] = '\0';
	read_attributes(h, &a);
	tag = tag_find(name);
	if (h->hidden[0] != '\0') {
		count_hidden(h, name, closes);
	} else if (closes) {
		end_tag(h, tag);
	} else if (tag == TAG_RAW) {
		skip_raw(h, name);
	} else if (!h->show_hidden && tag != TAG_VOID && tag != TAG_BR && tag != TAG_IMG && tag != TAG_HR &&
		   strcmp(name, "body") != 0 && strcmp(name, "html") != 0 && is_hidden(&a)) {
		g_strlcpy(h->hidden, name, sizeof h->hidden);
		h->hidden_depth = 1;
	} else {
		begin_tag(h, tag, &a);
	}
}

static gboolean
is_tag(const struct html *h)
{
	const char *p = h->p + 1;

	if (p < h->end && *p == '/')
		p++;
	return p < h->end && g_ascii_isalpha(*p);
}

static void
read_words(struct html *h)
{
	const char *start = h->p;
	gsize n = 0;
	gunichar c;

	if (h->hidden[0] != '\0') {
		h->p = memchr(h->p + 1, '<', (gsize)(h->end - h->p) - 1);
		h->p = h->p != NULL ? h->p : h->end;
		return;
	}
	while (h->p < h->end && (guchar)*h->p > ' ' && (guchar)*h->p < 0x80 && *h->p != '<' && *h->p != '&')
		h->p++;
	if (h->p > start) {
		writer_run(&h->w, start, (gsize)(h->p - start));
		return;
	}
	c = *h->p == '&' ? entity_read(h->p, h->end, &n) : 0;
	writer_character(&h->w, c != 0 ? c : g_utf8_get_char(h->p));
	h->p = c != 0 ? h->p + n : g_utf8_next_char(h->p);
}

static char *
convert(const char *html, gsize length, gboolean show_hidden, gboolean *lost)
{
	struct html h = {.p = html, .end = html + length, .show_hidden = show_hidden};

	h.w.out = g_string_sized_new(length / 2 + 64);
	h.last_double = memrchr(html, '"', length);
	h.last_single = memrchr(html, '\'', length);
	while (h.p < h.end) {
		if (*h.p == '<' && is_tag(&h))
			read_tag(&h);
		else if (*h.p == '<' && h.p + 1 < h.end && (h.p[1] == '!' || h.p[1] == '?'))
			skip_markup(&h);
		else
			read_words(&h);
	}
	*lost = h.hidden[0] != '\0';
	return writer_end(&h.w);
}

/* A hidden element that is never closed would hide the rest of the mail: then nothing is hidden. */
char *
html_text(const char *html, gsize length)
{
	gboolean lost;
	char *text = convert(html, length, FALSE, &lost);

	if (!lost)
		return text;
	g_free(text);
	return convert(html, length, TRUE, &lost);
}

char *
html_charset(const char *bytes, gsize length)
{
	g_autofree char *head = g_ascii_strdown(bytes, (gssize)MIN(length, 4096));
	const char *p = strstr(head, "charset=");
	gsize n;

	if (p != NULL)
		p += strlen("charset=");
	else if (g_str_has_prefix(head, "<?xml") && (p = strstr(head, "encoding=")) != NULL)
		p += strlen("encoding=");
	else
		return NULL;
	p += strspn(p, "\"' ");
	n = strspn(p, "abcdefghijklmnopqrstuvwxyz0123456789-_:");
	return n > 0 && n < 40 ? g_strndup(p, n) : NULL;
}
