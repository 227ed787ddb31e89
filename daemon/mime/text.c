/* Cleaning of decoded text. Most texts need nothing: the scans come first, the copies only where something is
 * found. */
#include "config.h"

#include "mime/text.h"

#include <string.h>

/* Ranges in which each character is already in NFC and no mark that joins with the one before (Unicode,
 * DerivedNormalizationProps). Not complete on purpose: whatever is outside is handed to the full, slow way.
 */
static const struct range {
	gunichar first, last;
} settled[] = {{0x0000, 0x02ff}, {0x0400, 0x0482}, {0x048a, 0x052f}, {0x05d0, 0x05ea}, {0x0621, 0x064a},
    {0x1e00, 0x1eff}, {0x2002, 0x20cf}, {0x2190, 0x2328}, {0x2500, 0x27bf}, {0x3000, 0x3029},
    {0x3041, 0x3096}, {0x309b, 0x30ff}, {0x4e00, 0x9fff}, {0xac00, 0xd7a3}, {0xfe00, 0xfe0f},
    {0xff00, 0xffef}, {0x1f000, 0x1faff}};

static gboolean
is_settled(gunichar c)
{
	for (gsize i = 0; i < G_N_ELEMENTS(settled); i++)
		if (c <= settled[i].last)
			return c >= settled[i].first;
	return FALSE;
}

static char *
normalise(char *utf8)
{
	for (const char *p = utf8; *p != '\0'; p++) {
		char *nfc;

		/* Below: ASCII, Latin letters, and all but the first bytes of others. */
		if ((guchar)*p < 0xcc || is_settled(g_utf8_get_char(p)))
			continue;
		nfc = g_utf8_normalize(utf8, -1, G_NORMALIZE_NFC);
		if (nfc == NULL)
			return utf8;
		g_free(utf8);
		return nfc;
	}
	return utf8;
}

/* How many bytes from `p` on are no controls; counted in eights. */
static gsize
plain_run(const char *p, gsize n)
{
	const guint64 ones = G_GUINT64_CONSTANT(0x0101010101010101);
	gsize at = 0;

	for (; n - at >= 8; at += 8) {
		guint64 eight, delete;

		memcpy(&eight, p + at, 8);
		delete = eight ^ 0x7f * ones;
		if ((((eight - 0x20 * ones) & ~eight) | ((delete - ones) & ~delete)) & 0x80 * ones)
			break;
	}
	return at;
}

char *
text_clean(char *utf8, gsize length)
{
	gsize o = 0;

	for (gsize i = 0; i < length; i++) {
		gsize plain = plain_run(utf8 + i, length - i);
		guchar c;

		if (plain > 0) {
			if (o != i)
				memmove(utf8 + o, utf8 + i, plain);
			o += plain;
			i += plain;
			if (i == length)
				break;
		}
		c = (guchar)utf8[i];
		if (c == '\r') {
			if (i + 1 < length && utf8[i + 1] == '\n')
				continue;
			c = '\n';
		}
		if (c == '\f')
			c = '\n';
		if (c >= ' ' ? c != 127 : c == '\n' || c == '\t')
			utf8[o++] = (char)c;
	}
	utf8[o] = '\0';
	return normalise(utf8);
}

/* Marks, embeddings, overrides and isolates (UAX 9), line and paragraph separators. */
static gboolean
is_unwanted(gunichar c)
{
	return c < ' ' || (c >= 0x7f && c < 0xa0) || c == 0x200e || c == 0x200f ||
	       (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

char *
text_line(char *utf8)
{
	GString *out = g_string_sized_new(strlen(utf8) + 1);
	gboolean blank = FALSE;

	for (const char *p = utf8; *p != '\0'; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);

		if (c == ' ' || (c >= '\t' && c <= '\r')) {
			blank = TRUE;
			continue;
		}
		if (is_unwanted(c))
			continue;
		if (blank && out->len > 0)
			g_string_append_c(out, ' ');
		blank = FALSE;
		g_string_append_len(out, p, g_utf8_next_char(p) - p);
	}
	g_free(utf8);
	return normalise(g_string_free(out, FALSE));
}

char *
text_cut(const char *utf8, gsize max)
{
	gsize n = strlen(utf8);

	if (n > max) {
		n = max;
		while (n > 0 && ((guchar)utf8[n] & 0xc0) == 0x80)
			n--;
	}
	return g_strndup(utf8, n);
}
