/*
 * The choice walks the parts in mail order and keeps, for each multipart, what it is. In
 * multipart/alternative the plain text is preferred unless it says nothing; in multipart/related the root;
 * elsewhere text parts follow one another. A text part with a file name, or said to be an attachment, is one;
 * a mail that is nothing but a text with a name is read all the same.
 */
#include "config.h"

#include "mime/content.h"

#include "mime/flowed.h"
#include "mime/html.h"
#include "mime/quote.h"
#include "mime/text.h"

#include <string.h>

enum {
	PLACEHOLDER_MAX = 400, /* bytes: longer texts are never placeholders */
	TOKEN_RUN = 41,	       /* "t" and a token */
};

/* What mailers write into the plain half when they have nothing to say there. */
static const char *const placeholders[] = {"your email client does not support html", "does not support html",
    "doesn't support html", "html capable", "html-capable", "html compatible", "html-compatible",
    "view this email in html", "enable html", "cannot display html", "can not display html",
    "unable to display html", "html version of this", "this is an html", "this message is in html",
    "this email is in html", "this e-mail is in html", "html format", "viewed in an html", "use an html",
    "html-enabled", "html enabled", "html email client", "html-only", "mime-aware", "no plain text version",
    "keine html", "kann keine html", "html-format", "ne supporte pas le html", "no soporta html"};

/* The words of each text part, made when they are first asked for. */
struct choice {
	const struct parts *parts;
	char **words;
};

static const struct part *
part_at(const struct parts *parts, int i)
{
	return parts->parts->pdata[i];
}

/* Behind part `i` and everything in it. */
static int
behind(const struct parts *parts, int i)
{
	int j = i + 1;

	/* Depth first: what follows belongs to `i` as long as its parent does not come before. */
	while (j < (int)parts->parts->len && part_at(parts, j)->parent >= i)
		j++;
	return j;
}

static gboolean
is_body_text(const struct part *part)
{
	static const char *const types[] = {"text/plain", "text/html", "text/enriched", "text/richtext",
	    "text/markdown", "text/x-markdown", "text/x-amp-html", "text/watch-html", NULL};

	return part->leaf && strcmp(part->disposition, "attachment") != 0 &&
	       g_strv_contains(types, part->type);
}

static gboolean
is_html(const struct part *part)
{
	return strcmp(part->type, "text/html") == 0;
}

static gboolean
is_markup(const struct part *part)
{
	return is_html(part) || strcmp(part->type, "text/enriched") == 0 ||
	       strcmp(part->type, "text/richtext") == 0;
}

static gboolean
is_alternative_only(const struct part *part)
{
	return strcmp(part->type, "text/x-amp-html") == 0 || strcmp(part->type, "text/watch-html") == 0;
}

static gboolean
is_blank(const char *text)
{
	for (; *text != '\0'; text = g_utf8_next_char(text)) {
		gunichar c = g_utf8_get_char(text);

		if (!g_unichar_isspace(c) && c != 0xa0 && !g_unichar_iszerowidth(c))
			return FALSE;
	}
	return TRUE;
}

static gboolean
says_nothing(const char *text)
{
	g_autofree char *lower = NULL;

	if (strlen(text) > PLACEHOLDER_MAX)
		return FALSE;
	if (is_blank(text))
		return TRUE;
	lower = g_utf8_strdown(text, -1);
	for (gsize i = 0; i < G_N_ELEMENTS(placeholders); i++)
		if (strstr(lower, placeholders[i]) != NULL)
			return TRUE;
	return FALSE;
}

/* The multipart/alternative around `i` that is nearest, -1 for none. */
static int
alternative_of(const struct parts *parts, int i)
{
	for (i = part_at(parts, i)->parent; i >= 0; i = part_at(parts, i)->parent)
		if (strcmp(part_at(parts, i)->type, "multipart/alternative") == 0)
			return i;
	return -1;
}

/* In multipart/related everything but the first part belongs to that part's markup; in multipart/signed it is
 * the signature; in multipart/report the machine's part. */
static gboolean
is_secondary(const struct parts *parts, int i)
{
	for (; i >= 0; i = part_at(parts, i)->parent) {
		int parent = part_at(parts, i)->parent;

		if (parent < 0 || i == parent + 1)
			continue;
		if (strcmp(part_at(parts, parent)->type, "multipart/related") == 0)
			return TRUE;
	}
	return FALSE;
}

static const char *
words_of(struct choice *choice, int i)
{
	const struct part *part = part_at(choice->parts, i);

	if (choice->words[i] != NULL)
		return choice->words[i];
	if (is_markup(part))
		choice->words[i] = html_text(part->text, strlen(part->text));
	else if (part->flowed)
		choice->words[i] = flowed_text(part->text, part->delsp);
	else
		choice->words[i] = g_strdup(part->text);
	return choice->words[i];
}

/* Does the alternative have another half of the other kind that says something? */
static gboolean
has_other_half(struct choice *choice, int alternative, gboolean html)
{
	const struct parts *parts = choice->parts;
	int end = behind(parts, alternative);

	for (int i = alternative + 1; i < end; i++) {
		const struct part *part = part_at(parts, i);

		if (!is_body_text(part) || is_alternative_only(part) || is_secondary(parts, i) ||
		    is_markup(part) != html)
			continue;
		if (html ? !is_blank(words_of(choice, i)) : !says_nothing(words_of(choice, i)))
			return TRUE;
	}
	return FALSE;
}

enum role { ROLE_NONE, ROLE_WORDS, ROLE_OTHER_HALF };

static enum role
role_of(struct choice *choice, int i, gboolean named)
{
	const struct parts *parts = choice->parts;
	const struct part *part = part_at(parts, i);
	int alternative;

	if (!is_body_text(part) || is_secondary(parts, i))
		return ROLE_NONE;
	alternative = alternative_of(parts, i);
	if (is_alternative_only(part))
		return alternative >= 0 ? ROLE_OTHER_HALF : ROLE_NONE;
	if (part->name[0] != '\0' && !named && alternative < 0)
		return ROLE_NONE;
	if (alternative < 0)
		return ROLE_WORDS;
	if (is_markup(part))
		return has_other_half(choice, alternative, FALSE) ? ROLE_OTHER_HALF : ROLE_WORDS;
	if (says_nothing(words_of(choice, i)) && has_other_half(choice, alternative, TRUE))
		return ROLE_OTHER_HALF;
	return ROLE_WORDS;
}

static void
append(GString *all, const char *words)
{
	if (is_blank(words))
		return;
	if (all->len > 0 && all->str[all->len - 1] != '\n')
		g_string_append_c(all, '\n');
	g_string_append(all, words);
}

static gboolean
collect(struct choice *choice, struct content *out, GString *text, GString *html, gboolean named)
{
	gboolean any = FALSE, all_html = TRUE;

	for (int i = 0; i < (int)choice->parts->parts->len; i++) {
		const struct part *part = part_at(choice->parts, i);
		enum role role = role_of(choice, i, named);

		if (role == ROLE_NONE)
			continue;
		out->taken[i] = TRUE;
		if (is_html(part))
			g_string_append(html, part->text);
		if (role != ROLE_WORDS)
			continue;
		append(text, words_of(choice, i));
		if (!is_html(part) && !is_blank(words_of(choice, i)))
			all_html = FALSE;
		if (out->charset == NULL)
			out->charset = g_strdup(part->used);
		any = TRUE;
	}
	out->from_html = any && all_html && html->len > 0;
	return any;
}

void
content_read(const struct parts *parts, struct content *out)
{
	GString *text = g_string_new(NULL);
	GString *html = g_string_new(NULL);
	guint n = parts->parts->len;
	struct choice choice = {parts, g_new0(char *, n + 1)};

	*out = (struct content){.taken = g_new0(gboolean, n + 1)};
	collect(&choice, out, text, html, n == 1);
	out->text = g_string_free(text, FALSE);
	out->html = g_string_free(html, FALSE);
	if (out->charset == NULL)
		out->charset = g_strdup("");
	for (guint i = 0; i < n; i++)
		g_free(choice.words[i]);
	g_free(choice.words);
}

void
content_clear(struct content *content)
{
	g_free(content->text);
	g_free(content->html);
	g_free(content->charset);
	g_free(content->taken);
}

/* Shown within the text by the sender's wish, or a picture of its markup. */
static gboolean
is_inline(const struct parts *parts, const struct part *part)
{
	if (strcmp(part->disposition, "inline") == 0)
		return TRUE;
	return part->disposition[0] == '\0' && part->parent >= 0 && part->cid[0] != '\0' &&
	       strcmp(part_at(parts, part->parent)->type, "multipart/related") == 0;
}

static gboolean
token_char(char c)
{
	return g_ascii_isalpha(c) || (c >= '2' && c <= '7');
}

/* Does it hold one of our reply addresses or Message-IDs (their shape: "t", 40 characters of base32, "@" or
 * ".") or the line of our notices? So it is with a mail of ours that is attached. Every run of that length
 * has a byte in a place that is a multiple of it: only those are looked at. */
static gboolean
holds_ours(GBytes *bytes)
{
	gsize n;
	const char *data = g_bytes_get_data(bytes, &n);

	if (n > 0 && memmem(data, n, QUOTE_MARKER, strlen(QUOTE_MARKER)) != NULL)
		return TRUE;
	for (gsize i = TOKEN_RUN - 1; i < n; i += TOKEN_RUN) {
		gsize begin = i, end = i;

		while (begin > 0 && i - begin < TOKEN_RUN && token_char(data[begin - 1]))
			begin--;
		while (end < n && token_char(data[end]))
			end++;
		if (end - begin >= TOKEN_RUN && end < n && (data[end] == '@' || data[end] == '.') &&
		    g_ascii_tolower(data[end - TOKEN_RUN]) == 't')
			return TRUE;
		i = end;
	}
	return FALSE;
}

GVariant *
content_attachments(const struct parts *parts, const struct content *content)
{
	GVariantBuilder all;

	g_variant_builder_init(&all, G_VARIANT_TYPE("aa{sv}"));
	for (int i = 0; i < (int)parts->parts->len; i++) {
		const struct part *part = part_at(parts, i);
		g_autofree char *sha256 = NULL;
		GVariantBuilder one;

		if (!part->leaf || content->taken[i])
			continue;
		sha256 = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, part->bytes);
		g_variant_builder_init(&one, G_VARIANT_TYPE_VARDICT);
		g_variant_builder_add(&one, "{sv}", "name", g_variant_new_string(part->name));
		g_variant_builder_add(&one, "{sv}", "type", g_variant_new_string(part->type));
		g_variant_builder_add(
		    &one, "{sv}", "size", g_variant_new_uint64(g_bytes_get_size(part->bytes)));
		g_variant_builder_add(&one, "{sv}", "sha256", g_variant_new_string(sha256));
		g_variant_builder_add(&one, "{sv}", "inline", g_variant_new_boolean(is_inline(parts, part)));
		g_variant_builder_add(&one, "{sv}", "cid", g_variant_new_string(part->cid));
		g_variant_builder_add(&one, "{sv}", "part", g_variant_new_uint32((guint32)i));
		g_variant_builder_add(&one, "{sv}", "ours", g_variant_new_boolean(holds_ours(part->bytes)));
		g_variant_builder_add_value(&all, g_variant_builder_end(&one));
	}
	return g_variant_builder_end(&all);
}
