/*
 * New words, quoted text, signature. Lines with '>' are quoted, and so is what stands above them to say whose
 * they are. Where a client quotes without marks, everything from its attribution, separator or header block
 * on is quoted. What is left may end in a signature. If that leaves nothing new of a text that is not all
 * quote, less is cut.
 */
#include "config.h"

#include "mime/quote.h"
#include "mime/quote-line.h"

#include <string.h>

enum kind { KIND_TEXT, KIND_QUOTED, KIND_SIGNATURE };

struct view {
	struct quote_lines lines;
	enum kind *kind;
	gsize cut;		   /* from this line on all is quoted; lines.count: nothing is */
	gsize forward;		   /* a forwarded mail begins here: its separator or its first header */
	gboolean forwarded;	   /* `forward` is one */
	gboolean explicit_forward; /* said so by separator or subject */
	gboolean text_seen;	   /* there was new text before the present line */
	gsize tried;		   /* up to here it was looked for header blocks */
};

static gboolean
has_text(const struct view *v, gsize from, gsize to)
{
	for (gsize i = from; i < to; i++)
		if (v->kind[i] == KIND_TEXT && !v->lines.line[i].blank)
			return TRUE;
	return FALSE;
}

static void
mark(struct view *v, gsize from, gsize to, enum kind kind)
{
	for (gsize i = from; i < to; i++)
		v->kind[i] = kind;
}

/* "Fwd: ", "WG: ", "[list] Fwd: " */
static gboolean
is_forward_subject(const char *subject)
{
	g_autofree char *lower = g_utf8_strdown(subject, -1);
	const char *text = lower;

	for (int tries = 0; tries < 4; tries++) {
		gsize word;

		text += strspn(text, " ");
		if (*text == '[' && strchr(text, ']') != NULL) {
			text = strchr(text, ']') + 1;
			continue;
		}
		word = strcspn(text, ":");
		if (text[word] == '\0')
			return g_str_has_suffix(text, "(fwd)");
		for (gsize i = 0; quote_forward_prefixes[i] != NULL; i++)
			if (strlen(quote_forward_prefixes[i]) == word &&
			    strncmp(text, quote_forward_prefixes[i], word) == 0)
				return TRUE;
		if (word > 5)
			return FALSE;
		text += word + 1; /* "re:", "aw:" before it */
	}
	return FALSE;
}

/* A line of symbols and the words "reply above this line", or of our own notices. */
static gboolean
is_delimiter(const struct quote_line *line)
{
	const char *text = line->folded;
	gsize length = strlen(text);

	if (((line->has & QUOTE_HAS_EQUALS) != 0 && strstr(text, QUOTE_MARKER) != NULL) ||
	    (length < 100 && phrase_begins(&quote_delimiters, text)))
		return TRUE;
	if (length < 8 || length > 200 ||
	    (!g_ascii_ispunct(text[0]) && !g_ascii_ispunct(text[length - 1]) &&
		!g_str_has_prefix(text, "—") && !g_str_has_prefix(text, "please") &&
		!g_str_has_prefix(text, "bitte")))
		return FALSE;
	return quote_has_word(text, &quote_delimiters);
}

/* Takes in the rule, the attribution or the title directly above. */
static gsize
cut_with_what_is_above(const struct view *v, gsize i)
{
	static const char *const titles_list[] = {
	    "message du ", "mensaje del ", "messaggio del ", "nachricht vom ", NULL};
	static struct phrases titles = PHRASES(titles_list);
	gsize up = i;

	while (up > 0 && i - up < 2 && v->lines.line[up - 1].blank)
		up--;
	if (up > 0 && (quote_is_rule(v->lines.line[up - 1].folded) ||
			  phrase_begins(&titles, v->lines.line[up - 1].folded)))
		return up - 1;
	for (gsize n = 1; n <= QUOTE_ATTRIBUTION_MAX && n <= up; n++)
		if (quote_attribution(&v->lines, up - n) == n)
			return up - n;
	return i;
}

static void
cut(struct view *v, gsize i)
{
	v->cut = cut_with_what_is_above(v, i);
	mark(v, v->cut, v->lines.count, KIND_QUOTED);
}

static void
note_forward(struct view *v, gsize i, gboolean explicit)
{
	if (v->forwarded)
		return;
	v->forward = i;
	v->forwarded = TRUE;
	v->explicit_forward = explicit;
}

/* A header block of another mail begins at `i`. At the very top it is only believed if the subject says
 * forward. */
static gboolean
try_headers(struct view *v, gsize i, gboolean forward_subject)
{
	struct quote_headers headers;
	gboolean enough;

	if (i < v->tried || v->lines.line[i].role == QUOTE_NONE)
		return FALSE;
	quote_headers_read(&v->lines, i, &headers);
	v->tried = headers.after;
	enough = headers.after > i && headers.from != NULL && quote_headers_enough(&headers);
	quote_headers_clear(&headers);
	if (enough && (forward_subject || !v->text_seen))
		note_forward(v, i, forward_subject);
	return enough;
}

/* "On ... wrote:" and what follows it. Returns the number of lines dealt with; 0: none, or all was cut. */
static gsize
try_attribution(struct view *v, gsize i, gboolean forward_subject, gboolean gentle)
{
	gsize n = quote_attribution(&v->lines, i);
	gsize next = quote_next(&v->lines, i + n);

	if (n == 0 || (gentle && (next >= v->lines.count || !v->lines.line[next].quoted)))
		return 0;
	if (forward_subject && !v->text_seen)
		note_forward(v, i, TRUE);
	if (next < v->lines.count && !v->lines.line[next].quoted && (v->text_seen || forward_subject)) {
		cut(v, i);
		return 0;
	}
	mark(v, i, i + n, KIND_QUOTED);
	return n;
}

/* First pass: quoted or not. With `gentle` only '>' and what stands directly above it. */
static void
find_quotes(struct view *v, gboolean forward_subject, gboolean gentle)
{
	gsize i = 0;

	v->text_seen = FALSE;
	v->tried = 0;
	while (i < v->lines.count && v->cut == v->lines.count) {
		const struct quote_line *line = &v->lines.line[i];
		gsize dealt = 0;

		if (line->blank) {
			v->kind[i] = i > 0 ? v->kind[i - 1] : KIND_TEXT;
			i++;
			continue;
		}
		v->kind[i] = line->quoted ? KIND_QUOTED : KIND_TEXT;
		switch (quote_separator_at(&v->lines, i)) {
		case QUOTE_FORWARD_SEPARATOR:
			/* Within a quote it is history. */
			if (line->quoted && i > 0 && v->kind[i - 1] == KIND_QUOTED)
				break;
			note_forward(v, i, TRUE);
			if (!gentle)
				cut(v, i);
			break;
		case QUOTE_ORIGINAL_SEPARATOR:
			if (forward_subject)
				note_forward(v, i, TRUE);
			if (!gentle && !line->quoted)
				cut(v, i);
			break;
		case QUOTE_NO_SEPARATOR:
			if (!gentle && is_delimiter(line))
				cut(v, i);
			else if (!gentle && !line->quoted && try_headers(v, i, forward_subject))
				cut(v, i);
			else if (!line->quoted)
				dealt = try_attribution(v, i, forward_subject, gentle);
			break;
		}
		v->text_seen |=
		    v->cut == v->lines.count && v->kind[i] == KIND_TEXT && !quote_is_rule(line->folded);
		i += MAX(dealt, 1);
	}
}

/* Second pass: in each stretch of new text, the signature at its end. */
static void
find_signatures(struct view *v)
{
	gsize i = 0;

	while (i < v->lines.count) {
		gsize end = i;

		while (end < v->lines.count && v->kind[end] == KIND_TEXT)
			end++;
		for (gsize j = i; j < end; j++) {
			if (!v->lines.line[j].blank && quote_signs(&v->lines, j, end, v->text_seen)) {
				mark(v, j, end, KIND_SIGNATURE);
				break;
			}
		}
		i = MAX(end, i + 1);
	}
}

/* Is it right that nothing new is left? All marked as quoted, or a forward that says so. */
static gboolean
all_quote(const struct view *v)
{
	for (gsize i = 0; i < v->lines.count; i++)
		if (v->kind[i] != KIND_QUOTED || (i >= v->cut && !v->explicit_forward))
			return FALSE;
	return TRUE;
}

static void
classify(struct view *v, const char *subject)
{
	gboolean forward_subject = is_forward_subject(subject);

	v->cut = v->lines.count;
	find_quotes(v, forward_subject, FALSE);
	find_signatures(v);
	if (has_text(v, 0, v->lines.count) || all_quote(v))
		return;
	/* A signature, or nothing but what looks like another's mail: the words are what there is to read. */
	v->cut = v->lines.count;
	find_quotes(v, forward_subject, TRUE);
	if (!has_text(v, 0, v->lines.count))
		return;
	find_signatures(v);
	if (!has_text(v, 0, v->lines.count))
		mark(v, 0, v->lines.count, KIND_TEXT);
}

static char *
trim_lines(GString *text)
{
	gsize front = 0;

	while (text->len > 0 && g_ascii_isspace(text->str[text->len - 1]))
		g_string_truncate(text, text->len - 1);
	for (gsize i = 0; i < text->len && g_ascii_isspace(text->str[i]); i++)
		if (text->str[i] == '\n')
			front = i + 1;
	g_string_erase(text, 0, (gssize)front);
	return g_string_free(text, FALSE);
}

static char *
lines_of(const struct view *v, enum kind kind)
{
	GString *out = g_string_new(NULL);

	for (gsize i = 0; i < v->lines.count; i++) {
		if (v->kind[i] != kind)
			continue;
		g_string_append_len(out, v->lines.line[i].start, (gssize)v->lines.line[i].length);
		g_string_append_c(out, '\n');
	}
	return trim_lines(out);
}

/* Quote marks go where the separator or the header has them: a mail that was forwarded as a quote. */
static char *
forwarded_text(const struct view *v, gsize from, gboolean marked)
{
	GString *out = g_string_new(NULL);

	for (gsize i = from; i < v->lines.count; i++) {
		const char *start = v->lines.line[i].start;
		gsize length = v->lines.line[i].length, skip = 0;

		if (marked && v->lines.line[i].quoted) {
			skip = (gsize)((const char *)memchr(start, '>', length) - start) + 1;
			skip += skip < length && start[skip] == ' ';
		}
		g_string_append_len(out, start + skip, (gssize)(length - skip));
		g_string_append_c(out, '\n');
	}
	return trim_lines(out);
}

/* The carrying mail's subject without what says that it is a forward. */
static char *
bare_subject(const char *subject)
{
	gsize word = strcspn(subject, ":");

	return word > 20 || subject[word] == '\0' ? g_strdup(subject)
						  : g_strstrip(g_strdup(subject + word + 1));
}

static void
read_forward(const struct view *v, const char *subject, struct quote_split *out)
{
	gboolean separator = quote_separator_at(&v->lines, v->forward) != QUOTE_NO_SEPARATOR;
	gsize attribution = separator ? 0 : quote_attribution(&v->lines, v->forward);
	gsize from = v->forward + (separator ? 1 : attribution), next;
	gboolean marked;
	struct quote_headers headers;

	if (!separator || !quote_headers_glued(&v->lines, v->forward, &headers))
		quote_headers_read(&v->lines, from, &headers);
	next = quote_next(&v->lines, headers.after);
	marked = v->lines.line[quote_next(&v->lines, from)].quoted ||
		 (next < v->lines.count && v->lines.line[next].quoted);
	if (attribution > 0 && headers.from == NULL)
		headers.from = g_strndup(v->lines.line[v->forward].start, v->lines.line[v->forward].length);
	out->fwd_from = g_steal_pointer(&headers.from);
	out->fwd_to = g_steal_pointer(&headers.to);
	out->fwd_subject =
	    headers.subject == NULL ? bare_subject(subject) : g_steal_pointer(&headers.subject);
	out->fwd_date = g_steal_pointer(&headers.date);
	out->fwd_text = forwarded_text(v, headers.after, marked);
	quote_headers_clear(&headers);
}

static void
fill(char **slot)
{
	if (*slot == NULL)
		*slot = g_strdup("");
}

void
quote_split(const char *body, const char *subject, struct quote_split *out)
{
	struct view v = {0};

	*out = (struct quote_split){0};
	quote_lines_read(body, &v.lines);
	v.kind = g_new0(enum kind, v.lines.count + 1);
	classify(&v, subject);
	out->text = lines_of(&v, KIND_TEXT);
	out->quoted = lines_of(&v, KIND_QUOTED);
	out->signature = lines_of(&v, KIND_SIGNATURE);
	if (v.forwarded && quote_next(&v.lines, v.forward + 1) < v.lines.count)
		read_forward(&v, subject, out);
	fill(&out->fwd_from);
	fill(&out->fwd_to);
	fill(&out->fwd_subject);
	fill(&out->fwd_date);
	fill(&out->fwd_text);
	g_free(v.kind);
	quote_lines_clear(&v.lines);
}

void
quote_clear(struct quote_split *split)
{
	char *all[] = {split->text, split->quoted, split->signature, split->fwd_from, split->fwd_to,
	    split->fwd_subject, split->fwd_date, split->fwd_text};

	for (gsize i = 0; i < G_N_ELEMENTS(all); i++)
		g_free(all[i]);
	*split = (struct quote_split){0};
}
