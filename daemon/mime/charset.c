/*
 * Charsets, in the order of trust: valid UTF-8 that is declared so or not at all; the declared one, strictly;
 * UTF-8; windows-1252 with U+FFFD. Names are widened to what mailers mean by them: who says iso-8859-1 sends
 * windows-1252.
 */
#include "config.h"

#include "mime/charset.h"

#include "mime/guess.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>

/* What iconv calls it. */
static const char *const converters[] = {"iso-8859-2", "iso-8859-3", "iso-8859-4", "iso-8859-5", "iso-8859-6",
    "iso-8859-7", "iso-8859-8", "iso-8859-10", "iso-8859-13", "iso-8859-14", "iso-8859-15", "iso-8859-16",
    "windows-1250", "windows-1251", "windows-1252", "windows-1253", "windows-1254", "windows-1255",
    "windows-1256", "windows-1257", "windows-1258", "koi8-r", "koi8-u", "koi8-t", "gb18030", "big5-hkscs",
    "euc-tw", "euc-jp-ms", "cp932", "cp949", "johab", "iso-2022-jp-3", "iso-2022-kr", "iso-2022-cn-ext",
    "tis-620", "viscii", "tcvn", "macintosh", "mac-cyrillic", "mac-centraleurope", "cp437", "cp850", "cp852",
    "cp855", "cp857", "cp858", "cp862", "cp866", "cp869", "armscii-8", "georgian-ps", "ebcdic-us", "utf-7",
    "utf-16", "utf-16le", "utf-16be", "utf-32", "utf-32le", "utf-32be"};

static const struct alias {
	const char *declared;
	const char *meant;
} aliases[] = {{"utf8", "utf-8"}, {"us-ascii", "utf-8"}, {"ascii", "utf-8"}, {"ansi-x3.4-1968", "utf-8"},
    {"unknown-8bit", "utf-8"}, {"unicode-1-1-utf-8", "utf-8"}, {"iso-8859-1", "windows-1252"},
    {"latin1", "windows-1252"}, {"latin-1", "windows-1252"}, {"iso8859-1", "windows-1252"},
    {"iso88591", "windows-1252"}, {"cp1252", "windows-1252"}, {"l1", "windows-1252"},
    {"ibm1252", "windows-1252"}, {"ansi", "windows-1252"}, {"iso-8859-9", "windows-1254"},
    {"latin5", "windows-1254"}, {"iso-8859-11", "tis-620"}, {"windows-874", "tis-620"}, {"cp874", "tis-620"},
    {"iso-8859-8-i", "iso-8859-8"}, {"iso-8859-8-e", "iso-8859-8"}, {"iso-8859-6-i", "iso-8859-6"},
    {"gb2312", "gb18030"}, {"gbk", "gb18030"}, {"x-gbk", "gb18030"}, {"cp936", "gb18030"},
    {"ms936", "gb18030"}, {"gb-2312-80", "gb18030"}, {"gb2312-80", "gb18030"}, {"euc-cn", "gb18030"},
    {"chinese", "gb18030"}, {"hz-gb-2312", "hz"}, {"hz", "hz"}, {"big5", "big5-hkscs"},
    {"big-5", "big5-hkscs"}, {"x-x-big5", "big5-hkscs"}, {"cn-big5", "big5-hkscs"}, {"cp950", "big5-hkscs"},
    {"big5hkscs", "big5-hkscs"}, {"ks-c-5601-1987", "cp949"}, {"ks-c-5601", "cp949"}, {"ksc5601", "cp949"},
    {"euc-kr", "cp949"}, {"euckr", "cp949"}, {"korean", "cp949"}, {"x-windows-949", "cp949"},
    {"uhc", "cp949"}, {"windows-949", "cp949"}, {"shift-jis", "cp932"}, {"sjis", "cp932"},
    {"x-sjis", "cp932"}, {"shiftjis", "cp932"}, {"ms-kanji", "cp932"}, {"windows-31j", "cp932"},
    {"euc-jp", "euc-jp-ms"}, {"eucjp", "euc-jp-ms"}, {"x-euc-jp", "euc-jp-ms"}, {"eucjp-ms", "euc-jp-ms"},
    {"cp51932", "euc-jp-ms"}, {"iso-2022-jp", "iso-2022-jp"}, {"iso-2022-jp-ms", "iso-2022-jp"},
    {"cp50220", "iso-2022-jp"}, {"cp50221", "iso-2022-jp"}, {"csiso2022jp", "iso-2022-jp"},
    {"iso-2022-jp-1", "iso-2022-jp"}, {"iso-2022-jp-2", "iso-2022-jp-3"}, {"iso-2022-cn", "iso-2022-cn-ext"},
    {"koi8", "koi8-r"}, {"cskoi8r", "koi8-r"}, {"koi8-ru", "koi8-u"}, {"unicode-1-1-utf-7", "utf-7"},
    {"x-unicode-2-0-utf-7", "utf-7"}, {"ucs-2", "utf-16"}, {"unicode", "utf-16"},
    {"iso-10646-ucs-2", "utf-16be"}, {"ucs-4", "utf-32"}, {"mac", "macintosh"}, {"x-mac-roman", "macintosh"},
    {"macroman", "macintosh"}, {"x-mac-cyrillic", "mac-cyrillic"}, {"x-mac-ce", "mac-centraleurope"},
    {"x-mac-centraleurroman", "mac-centraleurope"}, {"dos-862", "cp862"}, {"tis620", "tis-620"},
    {"x-viet-vps", "viscii"}, {"latin2", "iso-8859-2"}, {"latin9", "iso-8859-15"},
    {"iso-ir-100", "windows-1252"}, {"visual", "iso-8859-8"}, {"cyrillic", "iso-8859-5"},
    {"greek", "iso-8859-7"}};

static GHashTable *meanings;  /* name as declared -> name in converters, "utf-8", "hz" or "iso-2022-jp" */
static GHashTable *open_ones; /* name in converters -> iconv_t */

void
charset_init(void)
{
	if (meanings != NULL)
		return;
	meanings = g_hash_table_new(g_str_hash, g_str_equal);
	open_ones = g_hash_table_new(g_str_hash, g_str_equal);
	g_hash_table_insert(meanings, (void *)"utf-8", (void *)"utf-8");
	for (gsize i = 0; i < G_N_ELEMENTS(converters); i++) {
		iconv_t cd = iconv_open("UTF-8", converters[i]);

		if (cd == (iconv_t)-1)
			continue;
		g_hash_table_insert(open_ones, (void *)converters[i], cd);
		g_hash_table_insert(meanings, (void *)converters[i], (void *)converters[i]);
	}
	for (gsize i = 0; i < G_N_ELEMENTS(aliases); i++)
		g_hash_table_insert(meanings, (void *)aliases[i].declared, (void *)aliases[i].meant);
}

/* As mailers spell it: other beginnings for the same name. */
static const struct spelling {
	const char *begins, *means;
} spellings[] = {{"x-", ""}, {"cs", ""}, {"cp125", "windows-125"}, {"cp-125", "windows-125"},
    {"windows125", "windows-125"}, {"win-125", "windows-125"}, {"win125", "windows-125"},
    {"125", "windows-125"}, {"x-cp125", "windows-125"}, {"iso8859-", "iso-8859-"}, {"iso-8859", "iso-8859-"},
    {"iso8859", "iso-8859-"}, {"8859-", "iso-8859-"}, {"ibm-", "cp"}, {"ibm", "cp"}, {"cp-", "cp"},
    {"dos-", "cp"}, {"isolatin", "latin"}, {"csisolatin", "latin"}, {"latin-", "latin"}};

static const char *
respelled(const char *name)
{
	for (gsize i = 0; i < G_N_ELEMENTS(spellings); i++) {
		g_autofree char *other = NULL;
		const char *found;

		if (!g_str_has_prefix(name, spellings[i].begins))
			continue;
		other = g_strconcat(spellings[i].means, name + strlen(spellings[i].begins), NULL);
		found = g_hash_table_lookup(meanings, other);
		if (found != NULL)
			return found;
	}
	return NULL;
}

/* "ISO_8859-1:1987", "cp-1252", "'utf8'" and the like; NULL where unknown. */
static const char *
meaning(const char *declared)
{
	char name[40];
	gsize n = 0;
	const char *found;

	for (const char *p = declared; *p != '\0' && strchr(":*,;", *p) == NULL && n < sizeof name - 1; p++)
		if (*p > ' ' && strchr("\"'<>()", *p) == NULL)
			name[n++] = *p == '_' ? '-' : g_ascii_tolower(*p);
	name[n] = '\0';
	found = g_hash_table_lookup(meanings, name);
	return found != NULL ? found : respelled(name);
}

gboolean
charset_known(const char *declared)
{
	return meaning(declared) != NULL;
}

/* Valid, but for NULs, which text_clean drops. */
static gboolean
is_utf8(const char *bytes, gsize n)
{
	while (n > 0) {
		const char *end;

		if (g_utf8_validate_len(bytes, n, &end))
			return TRUE;
		n -= (gsize)(end - bytes);
		bytes = end;
		if (*bytes != '\0')
			return FALSE;
		bytes++;
		n--;
	}
	return TRUE;
}

/* What iconv has room for at once; FALSE where a byte at `*in` means nothing. */
static gboolean
convert_piece(iconv_t cd, char **in, gsize *n, GString *out)
{
	char piece[4096];
	char *to = piece;
	gsize room = sizeof piece;
	gsize r = iconv(cd, in, n, &to, &room);
	gboolean good = r != (gsize)-1 || errno == E2BIG;

	g_string_append_len(out, piece, to - piece);
	return good;
}

/* With `holes` each byte that means nothing becomes U+FFFD; without, it is the end: NULL. */
static GString *
convert(const char *name, const char *bytes, gsize n, gboolean holes)
{
	iconv_t cd = g_hash_table_lookup(open_ones, name);
	GString *out = g_string_sized_new(n + n / 2 + 16);
	char *in = (char *)bytes;

	if (cd == NULL)
		goto fail;
	iconv(cd, NULL, NULL, NULL, NULL);
	while (n > 0) {
		if (convert_piece(cd, &in, &n, out))
			continue;
		if (!holes)
			goto fail;
		g_string_append(out, "\xef\xbf\xbd");
		in++;
		n--;
	}
	convert_piece(
	    cd, NULL, NULL, out); /* what it still holds: the base of a character that never got its mark */
	if (is_utf8(out->str, out->len))
		return out;
fail:
	g_string_free(out, TRUE);
	return NULL;
}

/* A pair of JIS X 0208, row and cell from 0x21, as Shift_JIS has it. */
static void
append_sjis(GString *out, guchar row, guchar cell)
{
	guchar high = (guchar)((row - 0x21) / 2 + 0x81);
	guchar low = (guchar)(row % 2 == 0 ? cell + 0x7e : cell + 0x1f + (cell >= 0x60));

	g_string_append_c(out, (char)(high > 0x9f ? high + 0x40 : high));
	g_string_append_c(out, (char)low);
}

/* Behind an escape sequence at `i`: which set it chose. */
static gsize
skip_escape(const char *bytes, gsize n, gsize i, gboolean *wide, char *set)
{
	if (i + 2 >= n || (bytes[i + 1] != '(' && bytes[i + 1] != '$'))
		return i;
	*wide = bytes[i + 1] == '$';
	i += 2;
	if (*wide && bytes[i] == '(' && i + 1 < n)
		i++;
	*set = bytes[i];
	return i;
}

/* ISO-2022-JP as it is really sent, with the vendors' rows and half-width kana (CP50221), by way of Shift_JIS
 * as Microsoft has it: iconv's own stops at both. RFC 1468. */
static GString *
convert_jis(const char *bytes, gsize n)
{
	g_autoptr(GString) sjis = g_string_sized_new(n + 16);
	gboolean wide = FALSE;
	char set = 'B';

	for (gsize i = 0; i < n; i++) {
		guchar c = (guchar)bytes[i];
		guchar cell = i + 1 < n ? (guchar)bytes[i + 1] : 0;

		if (c >= 0x80)
			return NULL;
		if (c == 0x1b) {
			i = skip_escape(bytes, n, i, &wide, &set);
		} else if (c <= ' ' || (!wide && set != 'I')) {
			wide = wide && c != '\n';
			g_string_append_c(sjis, (char)c);
		} else if (!wide) {
			g_string_append_c(sjis, (char)(c | 0x80));
		} else if (cell > ' ' && cell < 0x7f && set != 'D') {
			append_sjis(sjis, c, cell);
			i++;
		} else {
			g_string_append_c(sjis, '?'); /* JIS X 0212, or half a pair */
			i += cell > ' ';
		}
	}
	return convert("cp932", sjis->str, sjis->len, TRUE);
}

/* Plain 7 bits with the escapes of ISO-2022-JP: old Japanese mailers name no charset. */
static gboolean
is_jis(const char *bytes, gsize n)
{
	const char *escape = memchr(bytes, 0x1b, n);

	return escape != NULL && bytes + n - escape > 2 && escape[1] == '$' &&
	       (escape[2] == 'B' || escape[2] == '@');
}

/* RFC 1843: ~{ and ~} around pairs of GB 2312. */
static GString *
convert_hz(const char *bytes, gsize n)
{
	g_autoptr(GString) gb = g_string_sized_new(n + 1);
	gboolean wide = FALSE;

	for (gsize i = 0; i < n; i++) {
		char next = i + 1 < n ? bytes[i + 1] : '\0';

		if (bytes[i] == '~' && (next == '{' || next == '}')) {
			wide = next == '{';
			i++;
		} else if (bytes[i] == '~' && (next == '~' || next == '\n')) {
			if (next == '~')
				g_string_append_c(gb, '~');
			i++;
		} else {
			g_string_append_c(gb, wide && bytes[i] > ' ' ? (char)(bytes[i] | 0x80) : bytes[i]);
		}
	}
	return convert("gb18030", gb->str, gb->len, FALSE);
}

static GString *
convert_meant(const char *meant, const char *bytes, gsize n)
{
	if (strcmp(meant, "iso-2022-jp") == 0)
		return convert_jis(bytes, n);
	if (strcmp(meant, "hz") == 0)
		return convert_hz(bytes, n);
	return convert(meant, bytes, n, FALSE);
}

static char *
take(GString *s, gsize *length)
{
	if (length != NULL)
		*length = s->len;
	return g_string_free(s, FALSE);
}

static char *
plain(const char *bytes, gsize n, gsize *length)
{
	char *copy = g_malloc(n + 1);

	memcpy(copy, bytes, n);
	copy[n] = '\0';
	if (length != NULL)
		*length = n;
	return copy;
}

static void
say(char **used, const char *name, const char *declared)
{
	if (used == NULL)
		return;
	if (declared[0] == '\0')
		*used = g_strdup_printf("%s (not declared)", name);
	else
		*used = g_strdup_printf("%s (declared %.40s)", name, declared);
}

/* UTF-16 and UTF-7 declared over what is plainly ASCII text is a mislabel; CJK garbage would be the result.
 */
static gboolean
is_mislabelled(const char *meant, const char *bytes, gsize n)
{
	if (!g_str_has_prefix(meant, "utf-16") && !g_str_has_prefix(meant, "utf-32"))
		return FALSE;
	return n > 0 && memchr(bytes, '\0', n) == NULL && is_utf8(bytes, n);
}

/* Alphabets of one byte a character, in which what is valid UTF-8 would make no words. */
static gboolean
is_single_byte(const char *meant)
{
	static const char *const families[] = {"iso-8859-", "windows-125", "koi8-", "mac", "cp8"};

	if (strcmp(meant, "windows-1258") == 0)
		return FALSE;
	for (gsize i = 0; i < G_N_ELEMENTS(families); i++)
		if (g_str_has_prefix(meant, families[i]))
			return TRUE;
	return FALSE;
}

static gboolean
is_ascii(const char *bytes, gsize n)
{
	for (gsize i = 0; i < n; i++)
		if ((guchar)bytes[i] >= 0x80)
			return FALSE;
	return TRUE;
}

/* More characters of several bytes than bytes that are none: UTF-8 that was cut or damaged. */
static gboolean
is_nearly_utf8(const char *bytes, gsize n)
{
	gsize good = 0, bad = 0;

	for (gsize i = 0; i < n;) {
		gunichar c;

		if ((guchar)bytes[i] < 0x80) {
			i++;
			continue;
		}
		c = g_utf8_get_char_validated(bytes + i, (gssize)(n - i));
		if (c == (gunichar)-1 || c == (gunichar)-2) {
			bad++;
			i++;
		} else {
			good++;
			i += (gsize)g_unichar_to_utf8(c, NULL);
		}
	}
	return good > 4 * bad;
}

char *
charset_decode(const char *bytes, gsize n, const char *declared, gsize *length, char **used)
{
	const char *meant = declared[0] != '\0' ? meaning(declared) : NULL;
	gboolean as_utf8 = meant == NULL || strcmp(meant, "utf-8") == 0 || is_mislabelled(meant, bytes, n);
	const char *name;
	GString *out;

	if (as_utf8 && is_jis(bytes, n) && (out = convert_jis(bytes, n)) != NULL) {
		say(used, "iso-2022-jp", declared);
		return take(out, length);
	}
	if (as_utf8 && is_utf8(bytes, n)) {
		if (used != NULL)
			*used = meant != NULL ? g_ascii_strdown(declared, -1) : NULL;
		if (used != NULL && (*used == NULL || !g_str_is_ascii(declared))) {
			g_free(*used);
			say(used, "utf-8", declared);
		}
		return plain(bytes, n, length);
	}
	if (!as_utf8 && is_single_byte(meant) && is_utf8(bytes, n) && !is_ascii(bytes, n)) {
		say(used, "utf-8", declared);
		return plain(bytes, n, length);
	}
	if (!as_utf8) {
		out = convert_meant(meant, bytes, n);
		if (out != NULL) {
			if (used != NULL)
				*used = g_strdup(meant);
			return take(out, length);
		}
		if (is_utf8(bytes, n)) {
			say(used, "utf-8", declared);
			return plain(bytes, n, length);
		}
		/* Mostly right is better than another alphabet. */
		if (g_hash_table_contains(open_ones, meant)) {
			say(used, meant, "with bytes that mean nothing in it");
			return take(convert(meant, bytes, n, TRUE), length);
		}
	}
	if (is_nearly_utf8(bytes, n)) {
		char *valid = g_utf8_make_valid(bytes, (gssize)n);

		say(used, "utf-8", "with bytes that mean nothing in it");
		if (length != NULL)
			*length = strlen(valid);
		return valid;
	}
	name = guess_charset(bytes, n);
	if (name == NULL)
		name = "windows-1252";
	say(used, name, declared);
	return take(convert(name, bytes, n, TRUE), length);
}
