/* Header values: taken in from anybody, given out as one field. Only the Q encoding is used: one encoder to
 * trust. */
#include "config.h"

#include "mime/header.h"

#include <string.h>

enum {
	LINE_SOFT = 76,	    /* RFC 2047 section 2: a line with an encoded word */
	WORD_PLAIN = 60,    /* an unencoded word longer than this could not be folded well */
	CHARACTER_MAX = 12, /* four bytes, three characters each */
};

/* A field being written; `line` is the offset in `out` where its present line begins. */
struct folder {
	GString *out;
	gsize line;
	gboolean fresh; /* nothing of the value is written: do not fold, a first line must not be empty */
};

static void
begin(struct folder *f, GString *out, const char *name)
{
	f->out = out;
	f->line = out->len;
	f->fresh = TRUE;
	g_string_append_printf(out, "%s:", name);
}

/* A space, or a fold if the next `length` bytes would not fit into this line. */
static void
space(struct folder *f, gsize length)
{
	if (!f->fresh && f->out->len - f->line + 1 + length > LINE_SOFT) {
		g_string_append(f->out, "\r\n");
		f->line = f->out->len;
	}
	f->fresh = FALSE;
	g_string_append_c(f->out, ' ');
}

static void
put_word(struct folder *f, const char *word, gsize length)
{
	space(f, length);
	g_string_append_len(f->out, word, (gssize)length);
}

/* RFC 2047 section 5 (3): the characters that are safe in every place an encoded word may stand. */
static gboolean
q_plain(unsigned char c)
{
	return g_ascii_isalnum(c) || (c != '\0' && strchr("!*+-/", c) != NULL);
}

/* How many bytes the character at `p` is when encoded. */
static gsize
q_width(const char *p)
{
	if ((unsigned char)*p >= 0x80)
		return 3 * (gsize)(g_utf8_next_char(p) - p);
	return q_plain((unsigned char)*p) || *p == ' ' ? 1 : 3;
}

static const char *
q_put(GString *out, const char *p)
{
	const char *next = g_utf8_next_char(p);

	for (; p < next; p++) {
		if (*p == ' ')
			g_string_append_c(out, '_');
		else if (q_plain((unsigned char)*p))
			g_string_append_c(out, *p);
		else
			g_string_append_printf(out, "=%02X", (unsigned char)*p);
	}
	return next;
}

/* Encoded words, a character never in two of them (RFC 2047 section 5). */
static void
put_encoded(struct folder *f, const char *text, gsize length)
{
	static const char open[] = "=?UTF-8?Q?";
	const char *end = text + length;

	while (text < end) {
		space(f, strlen(open) + CHARACTER_MAX + 2);
		g_string_append(f->out, open);
		do
			text = q_put(f->out, text);
		while (text < end && f->out->len - f->line + q_width(text) + 2 <= LINE_SOFT);
		g_string_append(f->out, "?=");
	}
}

/* Taken out: they have no glyph and can only mislead, or end the line. ZWJ and ZWNJ stay, scripts need them.
 */
static gboolean
harmful(gunichar c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x061c || c == 0x200e || c == 0x200f ||
	       (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff ||
	       (c >= 0xfff9 && c <= 0xfffb);
}

static gboolean
is_blank(gunichar c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == 0x0b || c == 0x0c || c == 0x85 ||
	       c == 0x2028 || c == 0x2029;
}

char *
header_clean(const char *text)
{
	g_autoptr(GString) out = g_string_new(NULL);
	const char *p;

	if (!g_utf8_validate(text, -1, NULL))
		return NULL;
	for (p = text; *p != '\0' && out->len + 4 <= HEADER_VALUE_MAX; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);

		if (is_blank(c)) {
			/* CR LF is one end of a line, not two. */
			if (c != '\n' || p == text || p[-1] != '\r')
				g_string_append_c(out, ' ');
		} else if (!harmful(c)) {
			g_string_append_unichar(out, c);
		}
	}
	return g_strdup(g_strstrip(out->str));
}

static gboolean
refuse(const char **why, const char *reason)
{
	*why = reason;
	return FALSE;
}

gboolean
header_name_ok(const char *name, const char **why)
{
	gsize length = strlen(name);

	if (length == 0 || length > HEADER_NAME_MAX)
		return refuse(why, "the field name is empty or too long");
	if (!g_ascii_isalpha(*name))
		return refuse(why, "the field name does not begin with a letter");
	for (gsize i = 0; i < length; i++)
		if (!g_ascii_isalnum(name[i]) && name[i] != '-')
			return refuse(
			    why, "the field name has a character other than letters, digits and '-'");
	return TRUE;
}

static gboolean
domain_ok(const char *domain)
{
	gsize label = 0;

	for (const char *p = domain; *p != '\0'; p++) {
		if (*p == '.') {
			if (label == 0 || p[-1] == '-')
				return FALSE;
			label = 0;
			continue;
		}
		if (g_ascii_isalnum(*p) || (unsigned char)*p >= 0x80 || *p == '_' || (*p == '-' && label > 0))
			label++;
		else
			return FALSE;
	}
	return label > 0 && domain[strlen(domain) - 1] != '-';
}

/* RFC 5321 Dot-string, RFC 6531 UTF-8; dots in odd places are let through, some providers hand out such
 * addresses. */
static gboolean
local_ok(const char *local, gsize length)
{
	for (gsize i = 0; i < length; i++) {
		unsigned char c = (unsigned char)local[i];

		if (!g_ascii_isalnum(c) && c < 0x80 && strchr("!#$%&'*+-/=?^_`{|}~.", c) == NULL)
			return FALSE;
	}
	return length > 0 && length <= HEADER_LOCAL_MAX;
}

static gboolean
has_harmful(const char *text)
{
	for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p))
		if (harmful(g_utf8_get_char(p)) || g_unichar_isspace(g_utf8_get_char(p)))
			return TRUE;
	return FALSE;
}

gboolean
header_address_ok(const char *address, gboolean *utf8, const char **why)
{
	const char *at = strrchr(address, '@');

	if (strlen(address) > HEADER_ADDRESS_MAX)
		return refuse(why, "the address is longer than 254 bytes");
	if (!g_utf8_validate(address, -1, NULL))
		return refuse(why, "the address is not UTF-8");
	if (at == NULL || strchr(address, '@') != at)
		return refuse(why, "the address has not exactly one '@'");
	if (has_harmful(address))
		return refuse(why, "the address has a space or a control character in it");
	if (!local_ok(address, (gsize)(at - address)))
		return refuse(why,
		    "what stands before the '@' is empty, too long or has a character that needs quotes");
	if (!domain_ok(at + 1))
		return refuse(why, "what stands behind the '@' is no domain name");
	if (!g_str_is_ascii(address))
		*utf8 = TRUE;
	return TRUE;
}

gboolean
header_id_ok(const char *id, const char **why)
{
	gsize length = strlen(id);

	if (length == 0 || length > HEADER_ID_MAX)
		return refuse(why, "the id is empty or too long");
	for (gsize i = 0; i < length; i++)
		if (id[i] <= ' ' || id[i] > '~' || strchr("<>()\\\",;", id[i]) != NULL)
			return refuse(why, "the id has a character that may not stand in an id");
	return TRUE;
}

static gboolean
is_ascii_range(const char *p, gsize length)
{
	for (gsize i = 0; i < length; i++)
		if ((unsigned char)p[i] >= 0x80)
			return FALSE;
	return TRUE;
}

/* A word that may stand as it is: not taken for an encoded one by a generous reader, and short enough to
 * fold. */
static gboolean
word_plain(const char *word, gsize length)
{
	return length > 0 && length <= WORD_PLAIN && is_ascii_range(word, length) &&
	       g_strstr_len(word, (gssize)length, "=?") == NULL &&
	       g_strstr_len(word, (gssize)length, "?=") == NULL;
}

static void
put_plain_words(struct folder *f, const char *text, gsize length)
{
	const char *end = text + length;

	while (text < end) {
		const char *stop = memchr(text, ' ', (gsize)(end - text));

		if (stop == NULL)
			stop = end;
		if (stop > text)
			put_word(f, text, (gsize)(stop - text));
		text = stop + 1;
	}
}

/* Finds the range from the first word that must be encoded to the end of the last one. FALSE: there is none.
 * A run of two blanks would be folded away: then everything is encoded. */
static gboolean
range_to_encode(const char *text, gsize *from, gsize *to)
{
	gsize length = strlen(text);
	gboolean found = FALSE;

	if (strstr(text, "  ") != NULL) {
		*from = 0;
		*to = length;
		return TRUE;
	}
	for (gsize i = 0; i < length;) {
		gsize word = strcspn(text + i, " ");

		if (!word_plain(text + i, word)) {
			if (!found)
				*from = i;
			*to = i + word;
			found = TRUE;
		}
		i += word + 1;
	}
	return found;
}

static void
put_text(struct folder *f, const char *text)
{
	gsize from, to;

	if (!range_to_encode(text, &from, &to)) {
		put_plain_words(f, text, strlen(text));
		return;
	}
	put_plain_words(f, text, from);
	put_encoded(f, text + from, to - from);
	put_plain_words(f, text + to, strlen(text + to));
}

gboolean
header_put_text(GString *out, const char *name, const char *value, const char **why)
{
	g_autofree char *clean = header_clean(value);
	struct folder f;

	if (clean == NULL)
		return refuse(why, "the value is not UTF-8");
	if (!header_name_ok(name, why))
		return FALSE;
	begin(&f, out, name);
	put_text(&f, clean);
	g_string_append(out, f.fresh ? " \r\n" : "\r\n");
	return TRUE;
}

/* RFC 5322 section 3.2.3, without the dot, which many readers want in quotes. */
static gboolean
is_phrase(const char *text)
{
	for (; *text != '\0'; text++)
		if (!g_ascii_isalnum(*text) && strchr(" !#$%&'*+-/=?^_`{|}~", *text) == NULL)
			return FALSE;
	return TRUE;
}

static void
put_quoted(struct folder *f, const char *text)
{
	g_autoptr(GString) quoted = g_string_new("\"");

	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			g_string_append_c(quoted, '\\');
		g_string_append_c(quoted, *text);
	}
	g_string_append_c(quoted, '"');
	put_word(f, quoted->str, quoted->len);
}

static void
put_phrase(struct folder *f, const char *name)
{
	gsize from, to;

	if (range_to_encode(name, &from, &to) || strlen(name) > WORD_PLAIN)
		put_encoded(f, name, strlen(name));
	else if (is_phrase(name))
		put_plain_words(f, name, strlen(name));
	else
		put_quoted(f, name);
}

/* Dots in odd places make a local part one that needs quotes (RFC 5322 section 3.4.1). */
static char *
written_address(const char *address)
{
	const char *at = strchr(address, '@');

	if (*address != '.' && at[-1] != '.' && g_strstr_len(address, at - address, "..") == NULL)
		return g_strdup(address);
	return g_strdup_printf("\"%.*s\"%s", (int)(at - address), address, at);
}

static gboolean
put_mailbox(struct folder *f, const char *name, const char *address, gboolean *utf8, const char **why)
{
	g_autofree char *clean = header_clean(name);
	g_autofree char *written = NULL, *bracketed = NULL;

	if (clean == NULL)
		return refuse(why, "the name is not UTF-8");
	if (!header_address_ok(address, utf8, why))
		return FALSE;
	written = written_address(address);
	if (*clean == '\0') {
		put_word(f, written, strlen(written));
		return TRUE;
	}
	put_phrase(f, clean);
	bracketed = g_strdup_printf("<%s>", written);
	put_word(f, bracketed, strlen(bracketed));
	return TRUE;
}

gboolean
header_put_mailboxes(GString *out, const char *name, GVariant *mailboxes, gboolean *utf8, const char **why)
{
	gsize before = out->len;
	gboolean needs_utf8 = FALSE;
	const char *person, *address;
	struct folder f;
	GVariantIter i;

	if (!header_name_ok(name, why))
		return FALSE;
	if (g_variant_n_children(mailboxes) == 0)
		return TRUE;
	begin(&f, out, name);
	g_variant_iter_init(&i, mailboxes);
	while (g_variant_iter_next(&i, "(&s&s)", &person, &address)) {
		if (out->str[out->len - 1] != ':')
			g_string_append_c(out, ',');
		if (!put_mailbox(&f, person, address, &needs_utf8, why)) {
			g_string_truncate(out, before);
			return FALSE;
		}
	}
	g_string_append(out, "\r\n");
	*utf8 |= needs_utf8;
	return TRUE;
}

void
header_put_ids(GString *out, const char *name, const char *const *ids)
{
	guint count = g_strv_length((char **)ids);
	const char *why;
	struct folder f;

	begin(&f, out, name);
	for (guint i = 0; i < count; i++) {
		g_autofree char *bracketed = g_strdup_printf("<%s>", ids[i]);

		if (i > 0 && i + HEADER_IDS_MAX <= count)
			continue;
		if (header_id_ok(ids[i], &why))
			put_word(&f, bracketed, strlen(bracketed));
	}
	if (f.fresh)
		g_string_truncate(out, f.line);
	else
		g_string_append(out, "\r\n");
}
