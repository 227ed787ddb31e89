/*
 * Top header, and the header of a mail within a mail. A field goes to the next line that does not begin with
 * a blank. What is no field ends the header: the sender forgot the empty line, and what follows is text that
 * must not be lost. Some gateways put a mbox line or a ">From " between the fields; those are skipped.
 */
#include "config.h"

#include "mime/field.h"

#include <string.h>

const char *
field_get(const GArray *fields, const char *name)
{
	guint from = 0;
	const struct field *f = field_next(fields, name, &from);

	return f != NULL ? f->value : NULL;
}

const struct field *
field_next(const GArray *fields, const char *name, guint *from)
{
	while (fields != NULL && *from < fields->len) {
		const struct field *f = &g_array_index(fields, struct field, (*from)++);

		if (g_ascii_strcasecmp(f->name, name) == 0)
			return f;
	}
	return NULL;
}

guint
field_count(const GArray *fields, const char *name)
{
	guint from = 0, n = 0;

	while (field_next(fields, name, &from) != NULL)
		n++;
	return n;
}

/* Length of the line at `p` with its end. */
static gsize
line_length(const char *p, gsize n)
{
	const char *lf = memchr(p, '\n', n);

	return lf != NULL ? (gsize)(lf - p) + 1 : n;
}

/* Length of the line without CR and LF at its end. */
static gsize
line_text(const char *p, gsize n)
{
	while (n > 0 && (p[n - 1] == '\n' || p[n - 1] == '\r'))
		n--;
	return n;
}

static gboolean
is_mbox_line(const char *p, gsize n)
{
	return (n > 5 && memcmp(p, "From ", 5) == 0) || (n > 6 && memcmp(p, ">From ", 6) == 0);
}

gsize
field_begin(const char *bytes, gsize length)
{
	gsize at = 0;

	if (length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
		at = 3;
	while (at < length) {
		gsize n = line_length(bytes + at, length - at);

		if (line_text(bytes + at, n) != 0 && !is_mbox_line(bytes + at, n))
			break;
		at += n;
	}
	return at;
}

/* Length of the field name before the colon, 0 where the line is no field. RFC 5322 section 3.6.8; blanks
 * before the colon are its section 4.5. */
static gsize
name_length(const char *p, gsize n)
{
	gsize i = 0;
	gsize name;

	while (i < n && p[i] > ' ' && p[i] != 127 && p[i] != ':')
		i++;
	name = i;
	while (i < n && (p[i] == ' ' || p[i] == '\t'))
		i++;
	return i < n && p[i] == ':' ? name : 0;
}

/* Line by line without the ends; NUL and bare CR left out and remembered. */
static char *
unfold(const char *p, gsize n, GStringChunk *strings, gboolean *odd)
{
	g_autofree char *out = g_malloc(n + 1);
	gsize o = 0;

	for (gsize i = 0; i < n; i++) {
		char c = p[i];

		if (c == '\n' || (c == '\r' && i + 1 < n && p[i + 1] == '\n'))
			continue;
		if (c == '\0' || (c == '\r' && i + 1 < n)) {
			*odd = TRUE;
			continue;
		}
		out[o++] = c;
	}
	while (o > 0 && (out[o - 1] == ' ' || out[o - 1] == '\t' || out[o - 1] == '\r'))
		o--;
	return g_string_chunk_insert_len(strings, out, (gssize)o);
}

static void
add(GArray *fields, GStringChunk *strings, const char *p, gsize name, gsize n)
{
	struct field f = {NULL, NULL, FALSE};
	const char *value = (const char *)memchr(p, ':', n) + 1;
	gsize left = n - (gsize)(value - p);

	while (left > 0 && (*value == ' ' || *value == '\t')) {
		value++;
		left--;
	}
	f.name = g_string_chunk_insert_len(strings, p, (gssize)name);
	f.value = unfold(value, left, strings, &f.odd);
	g_array_append_val(fields, f);
}

static gboolean
is_blank_line(const char *p, gsize n)
{
	for (gsize i = 0; i < n; i++)
		if (p[i] != ' ' && p[i] != '\t' && p[i] != '\r' && p[i] != '\n')
			return FALSE;
	return TRUE;
}

/* A field with its continuation lines. A line of blanks alone goes on only if another continuation follows
 * it: some mailers end the header with one. */
static gsize
field_length(const char *p, gsize n)
{
	gsize at = line_length(p, n);

	while (at < n && (p[at] == ' ' || p[at] == '\t')) {
		gsize line = line_length(p + at, n - at);

		if (is_blank_line(p + at, line) &&
		    (at + line >= n || (p[at + line] != ' ' && p[at + line] != '\t')))
			break;
		at += line;
	}
	return at;
}

/* Is the last field one of a part's, and the first of its name? The second would be understood by some
 * programs and not by others. */
static gboolean
is_first_content(const GArray *fields)
{
	const struct field *last = &g_array_index(fields, struct field, fields->len - 1);

	return g_ascii_strncasecmp(last->name, "Content-", 8) == 0 && field_count(fields, last->name) == 1;
}

gsize
field_read(
    const char *bytes, gsize length, GStringChunk *strings, GArray *fields, GString *content, int *excess)
{
	gsize at = 0;
	guint first = fields->len;
	int over = 0;

	while (at < length) {
		gsize line = line_length(bytes + at, length - at);
		gsize name = name_length(bytes + at, line);
		gsize n;

		if (is_blank_line(bytes + at, line)) {
			at += line;
			break;
		}
		if (name == 0 && is_mbox_line(bytes + at, line)) {
			at += line;
			continue;
		}
		if (name == 0)
			break;
		n = field_length(bytes + at, length - at);
		if (at > FIELD_HEADER_MAX)
			over |= FIELD_EXCESS_HEADER;
		else if (fields->len - first >= FIELD_MAX)
			over |= FIELD_EXCESS_FIELDS;
		else
			add(fields, strings, bytes + at, name, MIN(n, FIELD_LENGTH_MAX));
		if (n > FIELD_LENGTH_MAX)
			over |= FIELD_EXCESS_LENGTH;
		if (content != NULL && over == 0 && is_first_content(fields))
			g_string_append_len(content, bytes + at, (gssize)n);
		at += n;
	}
	if (excess != NULL)
		*excess = over;
	return at;
}
