/* A small scanner over the field and a join over what it found. Linear but for the join, which PARAM_MAX
 * bounds. */
#include "config.h"

#include "mime/param.h"

#include "mime/charset.h"
#include "mime/decode.h"
#include "mime/text.h"
#include "mime/words.h"

#include <string.h>

/* Behind blanks and comments; comments nest, which a counter follows. */
static const char *
skip_blanks(const char *p)
{
	for (;;) {
		int depth = 0;

		p += strspn(p, " \t");
		if (*p != '(')
			return p;
		do {
			if (*p == '\\' && p[1] != '\0')
				p++;
			else if (*p == '(')
				depth++;
			else if (*p == ')')
				depth--;
			p++;
		} while (depth > 0 && *p != '\0');
		if (*p == '\0')
			return p;
	}
}

/* A quoted string; one that is never closed ends with the field. `p` stands on the quote. A quote inside that
 * is followed by neither end nor semicolon was not escaped: it belongs to the value. */
static const char *
scan_quoted(const char *p, GString *out)
{
	for (p++; *p != '\0'; p++) {
		if (*p == '"') {
			const char *q = p + 1 + strspn(p + 1, " \t");

			if (*q == '\0' || *q == ';' || *q == '(' || strchr(p + 1, '"') == NULL)
				return p + 1;
		}
		if (*p == '\\' && (p[1] == '"' || p[1] == '\\'))
			p++;
		g_string_append_c(out, *p);
	}
	return p;
}

/* A token; blanks within are taken (name=my file.pdf), those at the end are not. */
static const char *
scan_token(const char *p, GString *out)
{
	gsize n = strcspn(p, ";");

	g_string_append_len(out, p, (gssize)n);
	while (out->len > 0 && (out->str[out->len - 1] == ' ' || out->str[out->len - 1] == '\t'))
		g_string_truncate(out, out->len - 1);
	return p + n;
}

static const char *
scan_param(const char *p, struct param_value *out)
{
	gsize n = strcspn(p, "=; \t(");
	g_autofree char *name = g_ascii_strdown(p, (gssize)n);
	GString *value;

	p = skip_blanks(p + n);
	if (*p != '=')
		return p + strcspn(p, ";");
	p = skip_blanks(p + 1);
	value = g_string_new(NULL);
	p = *p == '"' ? scan_quoted(p, value) : scan_token(p, value);
	if (n > 0) {
		g_ptr_array_add(out->names, g_steal_pointer(&name));
		g_ptr_array_add(out->values, g_string_free(value, FALSE));
	} else {
		g_string_free(value, TRUE);
	}
	return p + strcspn(p, ";");
}

void
param_parse(const char *text, struct param_value *out)
{
	const char *p = skip_blanks(text != NULL ? text : "");
	gsize n = strcspn(p, "; \t(,");
	const char *first;

	out->value = g_ascii_strdown(p, (gssize)n);
	out->names = g_ptr_array_new_with_free_func(g_free);
	out->values = g_ptr_array_new_with_free_func(g_free);
	p += n;
	first = strpbrk(p, "=;");
	if (first == NULL || *first == ';')
		p += strcspn(p, ";"); /* else the first semicolon was forgotten */
	while (*p != '\0' && out->names->len < PARAM_MAX) {
		p = skip_blanks(p + strspn(p, "; \t"));
		if (*p != '\0')
			p = scan_param(p, out);
	}
}

void
param_clear(struct param_value *value)
{
	g_free(value->value);
	g_ptr_array_unref(value->names);
	g_ptr_array_unref(value->values);
}

static const char *
find(const struct param_value *v, const char *name)
{
	for (guint i = 0; i < v->names->len; i++)
		if (strcmp(v->names->pdata[i], name) == 0)
			return v->values->pdata[i];
	return NULL;
}

/* In any of its spellings: most fields lack most parameters. */
static gboolean
has(const struct param_value *v, const char *name)
{
	for (guint i = 0; i < v->names->len; i++)
		if (g_str_has_prefix(v->names->pdata[i], name))
			return TRUE;
	return FALSE;
}

/* %XX of RFC 2231 section 4. */
static void
append_percent(GString *out, const char *p)
{
	for (; *p != '\0'; p++) {
		int high = *p == '%' ? g_ascii_xdigit_value(p[1]) : -1;
		int low = high >= 0 ? g_ascii_xdigit_value(p[2]) : -1;

		g_string_append_c(out, low >= 0 ? (char)(high << 4 | low) : *p);
		if (low >= 0)
			p += 2;
	}
}

/* charset'language'text; gives the text and puts the charset. */
static const char *
split_charset(const char *p, char charset[64])
{
	const char *first = strchr(p, '\'');
	const char *second = first != NULL ? strchr(first + 1, '\'') : NULL;

	charset[0] = '\0';
	if (second == NULL)
		return p;
	g_strlcpy(charset, p, MIN(64, (gsize)(first - p) + 1));
	return second + 1;
}

static char *
finish(GString *bytes, const char *charset)
{
	gsize n;
	char *utf8 = charset_decode(bytes->str, bytes->len, charset, &n, NULL);

	g_string_free(bytes, TRUE);
	for (gsize i = 0; i < n; i++)
		if (utf8[i] == '\0')
			utf8[i] = ' ';
	return text_line(utf8);
}

/* name*0, name*1*, ...: the pieces in their order until one is missing. */
static char *
join(const struct param_value *v, const char *name, const char *fallback)
{
	GString *bytes = g_string_new(NULL);
	char charset[64] = "";
	gboolean any_extended = FALSE;

	for (guint i = 0; i < PARAM_MAX; i++) {
		g_autofree char *plain = g_strdup_printf("%s*%u", name, i);
		g_autofree char *extended = g_strdup_printf("%s*%u*", name, i);
		const char *piece = find(v, extended);

		if (piece != NULL) {
			any_extended = TRUE;
			append_percent(bytes, i == 0 ? split_charset(piece, charset) : piece);
		} else if ((piece = find(v, plain)) != NULL) {
			g_string_append(bytes, piece);
		} else {
			break;
		}
	}
	if (bytes->len > 0 &&
	    !any_extended) { /* Encoded words cut over continuations: seen, never allowed. */
		char *words = words_decode(bytes->str, fallback);

		g_string_free(bytes, TRUE);
		return words;
	}
	if (bytes->len > 0)
		return finish(bytes, charset);
	g_string_free(bytes, TRUE);
	return NULL;
}

char *
param_get(const struct param_value *value, const char *name, const char *fallback)
{
	g_autofree char *starred = NULL;
	const char *extended, *plain;
	char *joined;

	if (!has(value, name))
		return NULL;
	starred = g_strconcat(name, "*", NULL);
	extended = find(value, starred);
	plain = find(value, name);
	if (extended != NULL) {
		GString *bytes = g_string_new(NULL);
		char charset[64];

		append_percent(bytes, split_charset(extended, charset));
		return finish(bytes, charset);
	}
	joined = join(value, name, fallback);
	if (joined != NULL)
		return joined;
	return plain != NULL ? words_decode(plain, fallback) : NULL;
}
