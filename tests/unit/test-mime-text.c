/* From bytes to words: transfer encodings, charsets, flowed text, HTML. */
#include "config.h"

#include "mime/charset.h"
#include "mime/decode.h"
#include "mime/flowed.h"
#include "mime/guess.h"
#include "mime/html.h"
#include "mime/text.h"

#include <string.h>

static void
test_decode(void)
{
	static const struct {
		const char *encoding, *in, *out;
	} rows[] = {
	    {NULL, "as it is", "as it is"},
	    {"7bit", "a=20b", "a=20b"},
	    {"nonsense", "abc", "abc"},
	    {"base64", "SGVsbG8=", "Hello"},
	    {"BASE64", "SGVs\r\nbG8=\r\n", "Hello"},
	    {"base64", "SGVsbG8=V29ybGQ=", "HelloWorld"}, /* GMime stops at the first "=" */
	    {"base64", "SGVsbG8", "Hello"},
	    {"base64", "S G-V!sbG8=", "Hello"},
	    {"quoted-printable", "Gr=C3=BC=\r\n=C3=9Fe=20", "Grüße "},
	    {"Quoted-Printable", "soft =  \nbreak", "soft break"},
	    {"quoted-printable", "blanks at the end \t\nx", "blanks at the end\nx"},
	    {"quoted-printable", "blanks \r\nx", "blanks\r\nx"},
	    {"quoted-printable", "kept=20\nx", "kept \nx"},
	    {"quoted-printable", "100% = all =ZZ=4", "100% = all =ZZ=4"},
	    {"quoted-printable", "end=", "end"},
	    {"quoted-printable", "=c3=bc", "ü"},
	    {"x-uuencode", "begin 644 f\n%:&5L;&\\\n`\nend\nrest", "hello"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GBytes) out = decode_bytes(rows[i].encoding, rows[i].in, strlen(rows[i].in));

		g_test_message("%s", rows[i].in);
		g_assert_cmpmem(
		    g_bytes_get_data(out, NULL), g_bytes_get_size(out), rows[i].out, strlen(rows[i].out));
	}
}

static void
test_charsets(void)
{
#define RAW(s) s, sizeof s - 1
	static const struct {
		const char *declared, *in;
		gsize n;
		const char *out, *used;
	} rows[] = {
	    {"utf-8", RAW("Grüße"), "Grüße", "utf-8"},
	    {"", RAW("Grüße"), "Grüße", "utf-8 (not declared)"},
	    {"us-ascii", RAW("Grüße"), "Grüße", "us-ascii"},
	    {"us-ascii",
		RAW("Gr\xfc\xdf"
		    "e"),
		"Grüße", "windows-1252 (declared us-ascii)"},
	    {"",
		RAW("Gr\xfc\xdf"
		    "e"),
		"Grüße", "windows-1252 (not declared)"},
	    {"utf-8",
		RAW("Gr\xfc\xdf"
		    "e"),
		"Grüße", "windows-1252 (declared utf-8)"},
	    {"iso-8859-1",
		RAW("\x93"
		    "ja\x94"),
		"“ja”", "windows-1252"},
	    {"ISO_8859-1:1987", RAW("\xe9"), "é", "windows-1252"},
	    {"iso-8859-2", RAW("\xe8"), "č", "iso-8859-2"},
	    {"cp-1250", RAW("\xe8"), "č", "windows-1250"},
	    {"windows-1258", RAW("kh\xf4ng"), "không", "windows-1258"},
	    {"windows-1258", RAW("b\xe1n"), "bán", "windows-1258"},
	    {"iso-8859-1",
		RAW("d\xc3\xad"
		    "as"),
		"días", "utf-8 (declared iso-8859-1)"},
	    {"x-windows-1250", RAW("\xe8"), "č", "windows-1250"},
	    {"8859_2", RAW("\xe8"), "č", "iso-8859-2"},
	    {"IBM437", RAW("\x81"), "ü", "cp437"},
	    {"csISOLatin2", RAW("\xe8"), "č", "iso-8859-2"},
	    {"koi8-r", RAW("\xf0\xd2"), "Пр", "koi8-r"},
	    {"gb2312", RAW("\xc4\xe3"), "你", "gb18030"},
	    {"big5", RAW("\xa7\x41"), "你", "big5-hkscs"},
	    {"ks_c_5601-1987", RAW("\xc7\xd1"), "한", "cp949"},
	    {"Shift_JIS", RAW("\x93\xfa\x96\x7b"), "日本", "cp932"},
	    {"euc-jp", RAW("\xc6\xfc\xcb\xdc"), "日本", "euc-jp-ms"},
	    {"iso-2022-jp", RAW("\x1b$BF|K\\\x1b(B!"), "日本!", "iso-2022-jp"},
	    {"", RAW("\x1b$BF|K\\\x1b(B!"), "日本!", "iso-2022-jp (not declared)"},
	    {"iso-2022-jp", RAW("\x1b(IC=D\x1b(B"), "ﾃｽﾄ", "iso-2022-jp"},
	    {"hz-gb-2312", RAW("~{Dc~}~~"), "你~", "hz"},
	    {"utf-7", RAW("+ADw-script"), "<script", "utf-7"},
	    {"utf-16", RAW("plain ascii"), "plain ascii", "utf-16"},
	    {"utf-16le", RAW("h\0i\0"), "hi", "utf-16le"},
	    {"x-never-heard", RAW("Grüße"), "Grüße", "utf-8 (declared x-never-heard)"},
	    {"windows-1251", RAW("\xcf\xf0\x98"), "Пр\xef\xbf\xbd",
		"windows-1251 (declared with bytes that mean nothing in it)"},
	    {"utf-8", RAW("Привет мир\xd0"), "Привет мир\xef\xbf\xbd",
		"utf-8 (declared with bytes that mean nothing in it)"},
	};
#undef RAW

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *used = NULL;
		gsize n;
		g_autofree char *out = charset_decode(rows[i].in, rows[i].n, rows[i].declared, &n, &used);

		g_assert_cmpstr(out, ==, rows[i].out);
		g_assert_cmpuint(n, ==, strlen(out));
		g_assert_cmpstr(used, ==, rows[i].used);
	}
}

static void
test_guess(void)
{
	static const struct {
		const char *bytes, *charset;
	} rows[] = {
	    {"\x8e\x9f\x82\xcc\x82\xa0\x82\xc4\x90\xe6\x82\xd6\x82\xcc\x83\x81\x83"
	     "b\x83Z\x81[\x83W\x82\xcd\x83G\x83\x89\x81["
	     "\x82\xcc\x82\xbd\x82\xdf\x91\x97\x90M\x82\xc5\x82\xab\x82\xdc\x82\xb9\x82\xf1\x82\xc5\x82\xb5"
	     "\x82\xbd",
		"cp932"},
	    {"\xbc\xa1\xa4\xce\xa4\xa2\xa4\xc6\xc0\xe8\xa4\xd8\xa4\xce\xa5\xe1\xa5\xc3\xa5\xbb\xa1\xbc\xa5"
	     "\xb8\xa4\xcf\xa5\xa8\xa5\xe9\xa1\xbc\xa4\xce\xa4\xbf\xa4\xe1\xc1\xf7\xbf\xae\xa4\xc7\xa4\xad"
	     "\xa4\xde\xa4\xbb\xa4\xf3\xa4\xc7\xa4\xb7\xa4\xbf",
		"euc-jp-ms"},
	    {"\xb5\xda\xca\xae\xd2\xbb\xbd\xec\xd6\xd0\xb9\xfa\xb9\xfa\xbc\xca\xb5\xe7\xd7\xd3\xc9\xe8\xb1"
	     "\xb8\xd5\xb9\xc0\xc0\xbb\xe1\xcf\xd6\xd4\xda\xbf\xaa\xca\xbc\xb1\xa8\xc3\xfb",
		"gb18030"},
	    {"\xb9w\xa8\xbe\xa8r\xc0Y\xaa\xba\xb3\xcc\xa8\xce\xbf\xef\xbe\xdc\xa1"
	     "A\xb8g\xa4H\xc5\xe9\xb4\xfa\xb8\xd5\xb3q\xb9L",
		"big5-hkscs"},
	    {"\xbf\xf8\xb0\xc5\xb8\xae\xb0\xa8\xbd\xc3\xbd\xc3\xbd\xba\xc5\xdb \xb4\xeb\xb8\xae\xc1\xa1 "
	     "\xb8\xf0\xc1\xfd \xbe\xc8\xb3\xbb",
		"cp949"},
	    {"\xfa\xc4\xd2\xc1\xd7\xd3\xd4\xd7\xd5\xca\xd4\xc5, \xd1 \xc8\xcf\xd4\xc5\xcc \xc2\xd9 "
	     "\xd7\xc5\xd2\xce\xd5\xd4\xd8 \xd4\xcf\xd7\xc1\xd2",
		"koi8-r"},
	    {"\xc7\xe4\xf0\xe0\xe2\xf1\xf2\xe2\xf3\xe9\xf2\xe5, \xff \xf5\xee\xf2\xe5\xeb \xe1\xfb "
	     "\xe2\xe5\xf0\xed\xf3\xf2\xfc \xf2\xee\xe2\xe0\xf0",
		"windows-1251"},
	    {"M\xf4\xbe"
	     "ete to pros\xedm preveri\xbb? Kuri\xe9r tvrd\xed, \xbe"
	     "e bal\xedk doru\xe8il",
		"iso-8859-2"},
	    {"M\xf4\x9e"
	     "ete to pros\xedm preveri\x9d? D\xedk, \xbcubo\x9aovi u\x9e pri\x9alo, \xef"
	     "al\x9aie ve\xbek\xe9 nie",
		"windows-1250"},
	    {"Gr\xf6\xdf"
	     "e und \xdc"
	     "bergr\xf6\xdf"
	     "e, s\xfc\xdf",
		NULL},
	    {"\xc7"
	     "a \xe9t\xe9 d\xe9j\xe0 envoy\xe9 \xe0 l\x92h\xf4tel, na\xefve \x9cuvre \xabo\xf9\xbb",
		NULL},
	    {"\xbf"
	     "D\xf3nde est\xe1 mi pedido? El ni\xf1o comi\xf3 \xbd pi\xf1"
	     "a",
		NULL},
	    {"Sm\xf8rrebr\xf8"
	     "d p\xe5 \xe5"
	     "en, \xe6rlig talt",
		NULL},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_test_message("row %zu", i);
		g_assert_cmpstr(guess_charset(rows[i].bytes, strlen(rows[i].bytes)), ==, rows[i].charset);
	}
}

static void
test_clean(void)
{
#define RAW(s) s, sizeof s - 1
	static const struct {
		const char *in;
		gsize n;
		const char *out;
	} rows[] = {
	    {RAW("a\r\nb\rc\n"), "a\nb\nc\n"},
	    {RAW("a\0b\x01\x1b[31mc\td\x7f"), "ab[31mc\td"},
	    {RAW("u\xcc\x88"), "ü"},
	    {RAW("\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab"), "한"},
	    {RAW("日本語 Привет"), "日本語 Привет"},
	};
#undef RAW

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *out = text_clean(g_memdup2(rows[i].in, rows[i].n + 1), rows[i].n);

		g_assert_cmpstr(out, ==, rows[i].out);
	}
}

static void
test_flowed(void)
{
	static const struct {
		const char *in;
		gboolean delsp;
		const char *out;
	} rows[] = {
	    {"one \ntwo\nthree\n", FALSE, "one two\nthree\n"},
	    {"one \ntwo\n", TRUE, "onetwo\n"},
	    {" From stuffed\n >not a quote\n", FALSE, "From stuffed\n>not a quote\n"},
	    {"> quoted \n> on\n>> deeper\nmine\n", FALSE, "> quoted on\n>> deeper\nmine\n"},
	    {"> open \nmine\n", FALSE, "> open \nmine\n"},
	    {"text \n-- \nsig\n", FALSE, "text \n-- \nsig\n"},
	    {"no end ", FALSE, "no end \n"},
	    {"", FALSE, ""},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *out = flowed_text(rows[i].in, rows[i].delsp);

		g_assert_cmpstr(out, ==, rows[i].out);
	}
}

static void
test_html(void)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
	    {"<p>One</p><p>Two</p>", "One\n\nTwo\n"},
	    {"<div>One</div><div>Two</div>", "One\nTwo\n"},
	    {"<div>One</div><div><br></div><div>Two</div>", "One\n\nTwo\n"},
	    {"a<br>b<br/><br>c", "a\nb\n\nc\n"},
	    {"  a \n\t b  ", "a b\n"},
	    {"a&nbsp;&amp;&#8364;&#x20ac;&#128;&uuml;&bogus;&", "a &€€€ü&bogus;&\n"},
	    {"<style>p{}</style><script>x<y</script><title>t</title>words", "words\n"},
	    {"<!-- <p>no</p> -->yes<!--[if mso]>no<![endif]-->", "yes\n"},
	    {"<a href=\"https://x.test/\">shop</a>", "shop <https://x.test/>\n"},
	    {"<a href=https://x.test>x.test</a>", "x.test\n"},
	    {"<a href='https://evil.test/'>https://bank.test/</a>",
		"https://bank.test/ <https://evil.test/>\n"},
	    {"<a href=\"mailto:a@b.test\">a@b.test</a>", "a@b.test\n"},
	    {"<a href=\"javascript:x\">y</a>", "y\n"},
	    {"<a href=\"https://x.test/?a=1&amp;b=2\">y</a>", "y <https://x.test/?a=1&b=2>\n"},
	    {"<ul><li>a<li>b</ul><ol><li>c</li><li>d</li></ol>", "- a\n- b\n\n1. c\n2. d\n"},
	    {"<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a\tb\nc\n"},
	    {"mine<blockquote type=cite>theirs<br>more<blockquote>old</blockquote></blockquote>after",
		"mine\n> theirs\n> more\n>> old\n\nafter\n"},
	    {"<blockquote style=\"margin:0 0 0 40px;border:none;padding:0px\">indented</blockquote>",
		"indented\n"},
	    {"<pre>a\n  b</pre>", "a\n  b\n"},
	    {"<div style=\"display:none\">hidden<div>x</div></div>seen", "seen\n"},
	    {"<span style='font-size:0px'>hidden</span>seen", "seen\n"},
	    {"<span style='font-size:0.9em'>seen</span>", "seen\n"},
	    {"<div style=\"display:none\">never closed", "never closed\n"},
	    {"<img src=x alt=\"logo\"><img src=y>", "[logo]\n"},
	    {"mine<div id=\"divRplyFwdMsg\"><b>From:</b> a</div>",
		"mine\n________________________________\nFrom: a\n"},
	    {"mine<hr><div>________________________________</div>From: a",
		"mine\n________________________________\nFrom: a\n"},
	    {"end<hr>", "end\n"},
	    {"mine<hr><div id=\"divRplyFwdMsg\">From: a</div>",
		"mine\n________________________________\nFrom: a\n"},
	    {"mine<div class=\"gmail_signature\">Ann</div>", "mine\n-- \nAnn\n"},
	    {"mine<br>--<br><div class=\"gmail_signature\">Ann</div>", "mine\n--\nAnn\n"},
	    {"a < b and c > d", "a < b and c > d\n"},
	    {"<p title=\"a>b\">x</p>", "x\n"},
	    {"<p title=\"never closed>x</p>", "x\n"},
	    {"<unknown>x</unknown>", "x\n"},
	    {"x<", "x<\n"},
	    {"<script>never closed", "never closed\n"},
	    {"", ""},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *out = html_text(rows[i].in, strlen(rows[i].in));

		g_test_message("%s", rows[i].in);
		g_assert_cmpstr(out, ==, rows[i].out);
	}
}

/* Each takes seconds to minutes in the packaged parsers, and would here, were a step not linear. */
static void
test_html_bombs(void)
{
	static const char *const pieces[] = {"<div>", "</div>", "<blockquote>", "<a href=\"", "<!--",
	    "<script>", "<p a='", "<p x=1 ", "&amp", "<ul><li>", "<", "<a href=https://x.test>y",
	    "<div style='display:none'>", "<table><tr><td>", "&nbsp;", "<br>", "<style>", "</", "<!", "\""};

	for (gsize i = 0; i < G_N_ELEMENTS(pieces); i++) {
		g_autoptr(GString) html = g_string_new(NULL);
		g_autofree char *out = NULL;
		gint64 start = g_get_monotonic_time();

		while (html->len < 1024 * 1024)
			g_string_append(html, pieces[i]);
		out = html_text(html->str, html->len);
		g_assert_true(g_utf8_validate(out, -1, NULL));
		g_test_message("%s: %" G_GINT64_FORMAT " us, %zu bytes", pieces[i],
		    g_get_monotonic_time() - start, strlen(out));
		g_assert_cmpint(g_get_monotonic_time() - start, <, 4 * G_USEC_PER_SEC);
		g_assert_cmpuint(strlen(out), <, 24 * html->len);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	charset_init();
	g_test_add_func("/mime/decode", test_decode);
	g_test_add_func("/mime/charsets", test_charsets);
	g_test_add_func("/mime/guess", test_guess);
	g_test_add_func("/mime/clean", test_clean);
	g_test_add_func("/mime/flowed", test_flowed);
	g_test_add_func("/mime/html", test_html);
	g_test_add_func("/mime/html-bombs", test_html_bombs);
	return g_test_run();
}
