/*
 * GMime stops at the first "=" of a base64 body, and some gateways send one after the other; GLib's decoder
 * goes on. Quoted-printable that is none is left as it stands (RFC 2045 section 6.7, note 1).
 */
#include "config.h"

#include "mime/decode.h"

#include <string.h>

void
decode_b(const char *text, gsize n, GString *out)
{
	gsize before = out->len;
	int state = 0;
	guint save = 0;
	gsize got;

	g_string_set_size(out, before + n / 4 * 3 + 6);
	got = g_base64_decode_step(text, n, (guchar *)out->str + before, &state, &save);
	if (state != 0)
		got += g_base64_decode_step("===", 3, (guchar *)out->str + before + got, &state, &save);
	g_string_set_size(out, before + got);
}

static int
hex_pair(const char *p, gsize left)
{
	int high, low;

	if (left < 2)
		return -1;
	high = g_ascii_xdigit_value(p[0]);
	low = g_ascii_xdigit_value(p[1]);
	return high < 0 || low < 0 ? -1 : high << 4 | low;
}

void
decode_q(const char *text, gsize n, GString *out)
{
	for (gsize i = 0; i < n; i++) {
		int c = text[i] == '=' ? hex_pair(text + i + 1, n - i - 1) : -1;

		if (c >= 0)
			i += 2;
		g_string_append_c(out, c >= 0 ? (char)c : text[i] == '_' ? ' ' : text[i]);
	}
}

/* Behind "=": blanks and a line end make a soft break. Its length, 0 where it is none. */
static gsize
soft_break(const char *p, gsize n)
{
	gsize i = 0;

	while (i < n && (p[i] == ' ' || p[i] == '\t'))
		i++;
	if (i < n && p[i] == '\r')
		i++;
	if (i < n && p[i] == '\n')
		return i + 1;
	return i == n ? n : 0;
}

/* Blanks at the end of a line are not part of it (RFC 2045 section 6.7, rule 3). */
static gsize
without_trailing_blanks(const char *out, gsize o, gsize line)
{
	while (o > line && (out[o - 1] == ' ' || out[o - 1] == '\t'))
		o--;
	return o;
}

static gsize
decode_qp(const char *p, gsize n, char *out)
{
	gsize o = 0, line = 0;

	for (gsize i = 0; i < n; i++) {
		int c;
		gsize skip;

		if (p[i] == '\n' || (p[i] == '\r' && i + 1 < n && p[i + 1] == '\n')) {
			if (p[i] == '\r' || i == 0 || p[i - 1] != '\r')
				o = without_trailing_blanks(out, o, line);
			out[o++] = p[i];
			if (p[i] == '\n')
				line = o;
			continue;
		}
		if (p[i] != '=') {
			out[o++] = p[i];
			continue;
		}
		c = hex_pair(p + i + 1, n - i - 1);
		if (c >= 0) {
			out[o++] = (char)c;
			line = o;
			i += 2;
			continue;
		}
		skip = i + 1 == n ? 0 : soft_break(p + i + 1, n - i - 1);
		if (skip == 0 && i + 1 < n)
			out[o++] = '=';
		line = skip != 0 ? o : line;
		i += skip;
	}
	return o;
}

static const char *
next_line(const char *p, const char *end)
{
	const char *lf = memchr(p, '\n', (gsize)(end - p));

	return lf != NULL ? lf + 1 : end;
}

/* Blanks at the end of a line stand for zeroes and are often taken off on the way. */
static void
uu_line(const char *p, gsize n, GString *out)
{
	gsize want = (gsize)(p[0] - ' ') & 63;
	guint group = 0;

	for (gsize i = 1, got = 0; got < want; i++) {
		group = group << 6 | ((guint)((i < n ? p[i] : ' ') - ' ') & 63);
		if (i % 4 != 0)
			continue;
		for (int shift = 16; shift >= 0 && got < want; shift -= 8, got++)
			g_string_append_c(out, (char)(group >> shift & 0xff));
		group = 0;
	}
}

static GBytes *
decode_uu(const char *p, gsize n)
{
	const char *end = p + n;
	GString *out = g_string_sized_new(n);
	gboolean inside = FALSE;

	for (const char *line = p; line < end; line = next_line(line, end)) {
		gsize length = (gsize)(next_line(line, end) - line);

		while (length > 0 && (line[length - 1] == '\n' || line[length - 1] == '\r'))
			length--;
		if (!inside)
			inside = length > 6 && memcmp(line, "begin ", 6) == 0;
		else if (length >= 3 && memcmp(line, "end", 3) == 0)
			break;
		else if (length > 0)
			uu_line(line, length, out);
	}
	return g_string_free_to_bytes(out);
}

GBytes *
decode_bytes(const char *encoding, const char *bytes, gsize n)
{
	g_autofree char *name = encoding != NULL ? g_ascii_strdown(encoding, -1) : g_strdup("");

	if (strstr(name, "base64") != NULL) {
		GString *out = g_string_new(NULL);

		decode_b(bytes, n, out);
		return g_string_free_to_bytes(out);
	}
	if (strstr(name, "quoted-printable") != NULL) {
		char *out = g_malloc(n + 1);
		gsize length = decode_qp(bytes, n, out);

		return g_bytes_new_take(out, length);
	}
	if (strstr(name, "uu") != NULL)
		return decode_uu(bytes, n);
	return g_bytes_new(bytes, n);
}
