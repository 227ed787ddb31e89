/*
 * Words of one charset that follow one another are joined as bytes before they are converted: many mailers
 * cut in the middle of a character. Blanks between two encoded words are not part of the text (RFC 2047
 * section 6.2).
 */
#include "config.h"

#include "mime/words.h"

#include "mime/charset.h"
#include "mime/decode.h"
#include "mime/text.h"

#include <string.h>

struct word {
	const char *charset, *text, *end; /* end: behind the "?=" */
	gsize charset_length, text_length;
	char encoding;
};

struct state {
	GString *out;
	GString *bytes;	  /* of words not yet converted */
	char charset[64]; /* of `bytes` */
	const char *fallback;
};

/* "=?charset?Q?text?=". Blanks inside the text are forbidden and common. A word that is cut at the end of the
 * field ends there. */
static gboolean
word_at(const char *p, struct word *w)
{
	const char *end;

	if (p[0] != '=' || p[1] != '?')
		return FALSE;
	w->charset = p + 2;
	w->charset_length = strcspn(w->charset, "?* \t\"(),;<>@");
	p = w->charset + w->charset_length;
	if (*p == '*') /* RFC 2231 section 5: a language */
		p += strcspn(p, "? \t");
	if (w->charset_length == 0 || p[0] != '?' || p[1] == '\0' || strchr("bBqQ", p[1]) == NULL ||
	    p[2] != '?')
		return FALSE;
	w->encoding = g_ascii_tolower(p[1]);
	w->text = p + 3;
	end = strstr(w->text, "?=");
	/* "=?x?Q?=41?=" may begin with "=" behind the question mark. */
	if (end == w->text && end != NULL && w->encoding == 'q' && g_ascii_isxdigit(end[2]))
		end = strstr(end + 2, "?=");
	if (end == NULL && strpbrk(w->text, " \t?") != NULL)
		return FALSE;
	w->text_length = end != NULL ? (gsize)(end - w->text) : strlen(w->text);
	w->end = end != NULL ? end + 2 : w->text + w->text_length;
	return TRUE;
}

static void
flush(struct state *s)
{
	g_autofree char *utf8 = NULL;
	gsize n;

	if (s->bytes->len == 0)
		return;
	utf8 = charset_decode(s->bytes->str, s->bytes->len, s->charset, &n, NULL);
	g_string_append_len(s->out, utf8, (gssize)n);
	g_string_truncate(s->bytes, 0);
}

static void
add_word(struct state *s, const struct word *w)
{
	char charset[sizeof s->charset];
	gsize n = MIN(w->charset_length, sizeof charset - 1);

	memcpy(charset, w->charset, n);
	charset[n] = '\0';
	if (g_ascii_strcasecmp(charset, s->charset) != 0)
		flush(s);
	memcpy(s->charset, charset, n + 1);
	if (w->encoding == 'b')
		decode_b(w->text, w->text_length, s->bytes);
	else
		decode_q(w->text, w->text_length, s->bytes);
}

/* Bytes outside encoded words. */
static void
add_plain(struct state *s, const char *p, gsize n)
{
	g_autofree char *utf8 = NULL;
	gsize length;

	if (n == 0)
		return;
	flush(s);
	if (g_utf8_validate_len(p, n, NULL)) {
		g_string_append_len(s->out, p, (gssize)n);
		return;
	}
	utf8 = charset_decode(p, n, s->fallback, &length, NULL);
	g_string_append_len(s->out, utf8, (gssize)length);
}

gboolean
words_has(const char *raw)
{
	struct word w;

	for (const char *p = strstr(raw, "=?"); p != NULL; p = strstr(p + 2, "=?"))
		if (word_at(p, &w))
			return TRUE;
	return FALSE;
}

/* Behind a word: the next one, if only blanks are between. */
static const char *
next_word(const char *p)
{
	struct word w;
	const char *q = p + strspn(p, " \t");

	return word_at(q, &w) ? q : p;
}

/* Nothing to decode and nothing to clean. */
static gboolean
is_plain(const char *raw)
{
	const char *p = raw;

	for (; *p != '\0'; p++)
		if (*p < ' ' || *p > '~' || (*p == ' ' && (p == raw || p[1] == ' ' || p[1] == '\0')) ||
		    (*p == '=' && p[1] == '?'))
			return FALSE;
	return TRUE;
}

char *
words_decode(const char *raw, const char *charset)
{
	struct state s = {.fallback = charset};
	struct word w;
	const char *plain = raw;
	const char *p = raw;
	gsize n;
	char *line;

	if (is_plain(raw))
		return g_strdup(raw);
	s.out = g_string_sized_new(strlen(raw) + 8);
	s.bytes = g_string_new(NULL);
	while ((p = strstr(p, "=?")) != NULL) {
		if (!word_at(p, &w)) {
			p += 2;
			continue;
		}
		add_plain(&s, plain, (gsize)(p - plain));
		add_word(&s, &w);
		plain = p = next_word(w.end);
	}
	add_plain(&s, plain, strlen(plain));
	flush(&s);
	g_string_free(s.bytes, TRUE);
	n = s.out->len;
	line = g_string_free(s.out, FALSE);
	for (gsize i = 0; i < n; i++)
		if (line[i] == '\0')
			line[i] = ' ';
	return text_line(line);
}
