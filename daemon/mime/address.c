/* The tolerant reader: one pass over the field, a mailbox ends at a comma, a semicolon or the end. */
#include "config.h"

#include "mime/address.h"

#include "mime/text.h"
#include "mime/words.h"

#include <idn2.h>
#include <string.h>

void
address_free(struct address *address)
{
	if (address == NULL)
		return;
	g_free(address->name);
	g_free(address->address);
	g_free(address);
}

static void
address_destroy(gpointer data)
{
	address_free(data);
}

char *
address_domain(const char *domain, gsize length)
{
	g_autofree char *copy = g_strndup(domain, length);
	g_autofree char *label = NULL;
	char *ascii = NULL;

	if (length == 0 || length > 253 || domain[length - 1] == '.' || !g_utf8_validate(copy, -1, NULL))
		return NULL;
	if (!g_str_is_ascii(copy)) {
		if (idn2_to_ascii_8z(copy, &ascii,
			IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT | IDN2_USE_STD3_ASCII_RULES) != IDN2_OK)
			return NULL;
		label = g_strdup(ascii);
		idn2_free(ascii);
	} else {
		label = g_ascii_strdown(copy, -1);
	}
	for (const char *p = label; *p != '\0'; p++)
		if (!g_ascii_isalnum(*p) &&
		    (*p != '-' && *p != '_' && (*p != '.' || p == label || p[-1] == '.')))
			return NULL;
	return g_steal_pointer(&label);
}

char *
address_normal(const char *address)
{
	const char *at = strrchr(address, '@');
	g_autofree char *domain = at != NULL ? address_domain(at + 1, strlen(at + 1)) : NULL;

	if (domain == NULL)
		return g_strdup(address);
	return g_strdup_printf("%.*s@%s", (int)(at - address), address, domain);
}

/* What a mailbox is made of, while it is read. */
struct reader {
	GString *phrase;  /* words before the address, quotes undone */
	GString *angle;	  /* within < > */
	GString *comment; /* the last one */
	gboolean has_angle;
	gboolean quoted; /* the phrase came in quotes, as a whole or in part */
	const char *charset;
	GPtrArray *out;
	gboolean cut;
};

static const char *
scan_quoted(const char *p, GString *out)
{
	for (p++; *p != '\0' && *p != '"'; p++) {
		if (*p == '\\' && p[1] != '\0')
			p++;
		g_string_append_c(out, *p);
	}
	return *p == '"' ? p + 1 : p;
}

static const char *
scan_comment(const char *p, GString *out)
{
	int depth = 1;

	g_string_truncate(out, 0);
	for (p++; *p != '\0'; p++) {
		if (*p == '\\' && p[1] != '\0')
			p++;
		else if (*p == '(')
			depth++;
		else if (*p == ')' && --depth == 0)
			return p + 1;
		g_string_append_c(out, *p);
	}
	return p;
}

/* To the ">" that closes it; one that is never closed ends with the mailbox. A second "<" begins anew. */
static const char *
scan_angle(const char *p, GString *out)
{
	g_string_truncate(out, 0);
	for (p++; *p != '\0' && *p != '>'; p++) {
		if (*p == '<')
			g_string_truncate(out, 0);
		else if (*p == '"') {
			const char *close = strchr(p + 1, '"');

			if (close == NULL)
				continue;
			g_string_append_len(out, p, close - p + 1);
			p = close;
		} else if (*p != ' ' && *p != '\t')
			g_string_append_c(out, *p);
	}
	return *p == '>' ? p + 1 : p;
}

/* <@relay,@relay:user@host>: the route is dropped (RFC 5322 section 4.4). */
static const char *
without_route(const char *address)
{
	const char *colon = address[0] == '@' ? strchr(address, ':') : NULL;

	if (colon != NULL)
		return colon + 1;
	return g_ascii_strncasecmp(address, "mailto:", 7) == 0 ? address + 7 : address;
}

/* "quoted"@host is shown without the quotes where they are not needed. */
static char *
without_quotes(const char *address)
{
	const char *at = strrchr(address, '@');
	gsize n = at != NULL ? (gsize)(at - address) : 0;

	if (n < 3 || address[0] != '"' || address[n - 1] != '"')
		return g_strdup(address);
	for (gsize i = 1; i + 1 < n; i++)
		if (!g_ascii_isalnum(address[i]) && strchr("!#$%&'*+-/=?^_`{|}~.", address[i]) == NULL)
			return g_strdup(address);
	return g_strdup_printf("%.*s%s", (int)n - 2, address + 1, at);
}

static char *
clean_address(const char *raw, const char *charset)
{
	g_autofree char *line = words_decode(raw, charset);
	g_autofree char *bare = without_quotes(without_route(line));

	return address_normal(bare);
}

static char *
clean_phrase(const struct reader *r, const char *raw)
{
	char *name = words_decode(raw, r->charset);
	gsize n = strlen(name);

	if (n > 1 && ((name[0] == '\'' && name[n - 1] == '\'') || (name[0] == '"' && name[n - 1] == '"'))) {
		name[n - 1] = '\0';
		memmove(name, name + 1, n - 1);
		g_strstrip(name);
	}
	return name;
}

/* A phrase without <address>: the address itself, or nothing that is one. "Name user@host" is seen as well.
 */
static void
split_phrase(struct reader *r, struct address *a)
{
	g_autofree char *decoded = words_decode(r->phrase->str, r->charset);
	char *open = strchr(decoded, '<');
	char *at = strchr(open != NULL ? open : decoded, '@');
	char *start = at, *end = at;

	if (at == NULL) {
		a->name = g_steal_pointer(&decoded);
		a->address = g_strdup("");
		return;
	}
	if (r->quoted && open == NULL) {
		a->address = clean_address(r->phrase->str, r->charset);
		a->name = clean_phrase(r, r->comment->str);
		return;
	}
	while (start > decoded && strchr(" <", start[-1]) == NULL)
		start--;
	end += strcspn(end, " >");
	*end = '\0';
	a->address = address_normal(start);
	*start = '\0';
	g_strchomp(g_strdelimit(decoded, "<", ' '));
	a->name = clean_phrase(r, decoded[0] != '\0' ? decoded : r->comment->str);
}

static void
end_mailbox(struct reader *r)
{
	struct address *a;

	g_strstrip(r->phrase->str);
	r->phrase->len = strlen(r->phrase->str);
	if (r->phrase->len == 0 && !r->has_angle)
		goto reset;
	if (r->out->len == ADDRESS_MAX) {
		r->cut = TRUE;
		goto reset;
	}
	a = g_new0(struct address, 1);
	if (r->has_angle) {
		a->name = clean_phrase(r, r->phrase->len > 0 ? r->phrase->str : r->comment->str);
		a->address = clean_address(r->angle->str, r->charset);
	} else {
		split_phrase(r, a);
	}
	if (a->name[0] == '\0' && a->address[0] == '\0')
		address_free(a);
	else
		g_ptr_array_add(r->out, a);
reset:
	g_string_truncate(r->phrase, 0);
	g_string_truncate(r->angle, 0);
	g_string_truncate(r->comment, 0);
	r->has_angle = r->quoted = FALSE;
}

/* A colon after words and before any address begins a group (RFC 5322 section 3.4), unless nothing but an
 * address with a scheme follows. */
static gboolean
begins_group(const struct reader *r, const char *p)
{
	return !r->has_angle && strchr(r->phrase->str, '@') == NULL && p[1] != '/' &&
	       g_ascii_strcasecmp(r->phrase->str, "mailto") != 0;
}

/* The length of an encoded word at `p`, whose text may hold any of our marks; 0 where there is none. */
static gsize
encoded_length(const char *p)
{
	const char *mark = p[0] == '=' && p[1] == '?' ? strchr(p + 2, '?') : NULL;
	const char *end = mark != NULL && mark[1] != '\0' && mark[2] == '?' ? strstr(mark + 3, "?=") : NULL;

	return end != NULL && memchr(p, ' ', (gsize)(mark - p)) == NULL ? (gsize)(end - p) + 2 : 0;
}

static const char *
step(struct reader *r, const char *p)
{
	gsize n = encoded_length(p);

	if (n > 0) {
		g_string_append_len(r->phrase, p, (gssize)n);
		return p + n;
	}
	switch (*p) {
	case '"':
		r->quoted = TRUE;
		return scan_quoted(p, r->phrase);
	case '(':
		return scan_comment(p, r->comment);
	case '<':
		r->has_angle = TRUE;
		return scan_angle(p, r->angle);
	case ',':
	case ';':
		end_mailbox(r);
		return p + 1;
	case ':':
		if (begins_group(r, p)) {
			g_string_truncate(r->phrase, 0);
			return p + 1;
		}
		break;
	default:
		break;
	}
	g_string_append_c(r->phrase, *p);
	return p + 1;
}

GPtrArray *
address_list(const char *value, const char *charset, gboolean *cut)
{
	struct reader r = {.charset = charset};

	r.out = g_ptr_array_new_with_free_func(address_destroy);
	r.phrase = g_string_new(NULL);
	r.angle = g_string_new(NULL);
	r.comment = g_string_new(NULL);
	for (const char *p = value != NULL ? value : ""; *p != '\0' && !r.cut;)
		p = step(&r, p);
	end_mailbox(&r);
	g_string_free(r.phrase, TRUE);
	g_string_free(r.angle, TRUE);
	g_string_free(r.comment, TRUE);
	if (cut != NULL && r.cut)
		*cut = TRUE;
	return r.out;
}
