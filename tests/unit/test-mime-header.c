/* What stands in a header: fields, encoded words, parameters, ids, dates. */
#include "config.h"

#include "mime/charset.h"
#include "mime/date.h"
#include "mime/field.h"
#include "mime/ids.h"
#include "mime/param.h"
#include "mime/prescan.h"
#include "mime/words.h"

#include <gmime/gmime.h>
#include <string.h>

/* The fields as "name=value|", then "#" and what is left for the body. */
static char *
read_fields(const char *raw, gsize n)
{
	g_autoptr(GArray) fields = g_array_new(FALSE, FALSE, sizeof(struct field));
	GStringChunk *strings = g_string_chunk_new(256);
	GString *out = g_string_new(NULL);
	gsize begin = field_begin(raw, n);
	gsize body = begin + field_read(raw + begin, n - begin, strings, fields, NULL, NULL);

	for (guint i = 0; i < fields->len; i++) {
		const struct field *f = &g_array_index(fields, struct field, i);

		g_string_append_printf(out, "%s=%s%s|", f->name, f->value, f->odd ? "!" : "");
	}
	g_string_append_c(out, '#');
	g_string_append_len(out, raw + body, (gssize)(n - body));
	g_string_chunk_free(strings);
	return g_string_free(out, FALSE);
}

static void
test_fields(void)
{
#define RAW(s) s, sizeof s - 1
	static const struct {
		const char *raw;
		gsize n;
		const char *read;
	} rows[] = {
	    {RAW("A: 1\nB: 2\n\nbody"), "A=1|B=2|#body"},
	    {RAW("A: 1\r\nB: 2\r\n\r\nbody"), "A=1|B=2|#body"},
	    {RAW("A: one\n two\n\tthree\n\nb"), "A=one two\tthree|#b"},
	    {RAW("From x@y Mon Jan  1 00:00:00 2001\nA: 1\n\nb"), "A=1|#b"},
	    {RAW("\n\r\nA: 1\n\nb"), "A=1|#b"},
	    {RAW("\xef\xbb\xbf"
		 "A: 1\n\nb"),
		"A=1|#b"},
	    {RAW("A: 1\n>From x@y\nB: 2\n\nb"), "A=1|B=2|#b"},
	    {RAW("A : 1\n\nb"), "A=1|#b"},
	    {RAW("A: 1\nno field here\nB: 2\n\nb"), "A=1|#no field here\nB: 2\n\nb"},
	    {RAW("A: 1\n \t\nb"), "A=1|#b"},
	    {RAW("A: 1\n \n two\n\nb"), "A=1  two|#b"},
	    {RAW("A: a\0b\n\n"), "A=ab!|#"},
	    {RAW("A: a\rBcc: b\n\n"), "A=aBcc: b!|#"},
	    {RAW("A:\n\nb"), "A=|#b"},
	    {RAW("just text"), "#just text"},
	    {RAW(""), "#"},
	};
#undef RAW

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *read = read_fields(rows[i].raw, rows[i].n);

		g_assert_cmpstr(read, ==, rows[i].read);
	}
}

static void
test_field_limits(void)
{
	g_autoptr(GArray) fields = g_array_new(FALSE, FALSE, sizeof(struct field));
	g_autoptr(GString) raw = g_string_new(NULL);
	GStringChunk *strings = g_string_chunk_new(256);
	int excess;

	for (int i = 0; i < FIELD_MAX + 5; i++)
		g_string_append(raw, "A: b\n");
	field_read(raw->str, raw->len, strings, fields, NULL, &excess);
	g_assert_cmpint(excess, ==, FIELD_EXCESS_FIELDS);
	g_assert_cmpuint(fields->len, ==, FIELD_MAX);
	g_string_assign(raw, "A: ");
	g_string_set_size(raw, FIELD_LENGTH_MAX + 100);
	memset(raw->str + 3, 'x', raw->len - 3);
	field_read(raw->str, raw->len, strings, fields, NULL, &excess);
	g_assert_cmpint(excess, ==, FIELD_EXCESS_LENGTH);
	for (int i = 0; i < 5; i++)
		g_string_append_printf(raw, "\nB: %0*d", FIELD_LENGTH_MAX - 10, i);
	field_read(raw->str, raw->len, strings, fields, NULL, &excess);
	g_assert_cmpint(excess & FIELD_EXCESS_HEADER, !=, 0);
	g_string_chunk_free(strings);
}

static void
test_words(void)
{
	static const struct {
		const char *raw;
		const char *charset;
		const char *text;
	} rows[] = {
	    {"plain", "", "plain"},
	    {"=?utf-8?B?SGVsbG8=?= =?utf-8?B?V29ybGQ=?=", "", "HelloWorld"}, /* GMime 3.2.13 says "Hello" */
	    {"=?utf-8?B?SGVsbG8?=", "", "Hello"},			     /* no padding */
	    {"=?UTF-8?q?Gr=C3=BC=C3=9Fe?= an =?utf-8?Q?alle?=", "", "Grüße an alle"},
	    {"=?utf-8?Q?a=C3?= =?utf-8?Q?=BCb?=", "", "aüb"}, /* a character in two words */
	    {"=?utf-8?B?w7w?= =?utf-8?Q?=C3?= =?utf-8?B?vA==?=", "", "üü"},
	    {"=?iso-8859-1?Q?Andr=E9?= =?utf-8?Q?_x?=", "", "André x"},
	    {"=?iso-8859-1*en?Q?a=20b?=", "", "a b"},
	    {"=?utf-8?Q?blanks inside?=", "", "blanks inside"},
	    {"=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "", "日本"},
	    {"=?ISO-2022-JP?B?GyRCLSEbKEI=?=", "", "①"},
	    {"=?gb2312?B?xOO6ww==?=", "", "你好"},
	    {"=?koi8-r?B?8NLJ18XU?=", "", "Привет"},
	    {"=?unknown?Q?abc?=", "", "abc"},
	    {"=?utf-8?X?abc?=", "", "=?utf-8?X?abc?="},
	    {"a =?= b", "", "a =?= b"},
	    {"=?utf-8?Q?=3D?=", "", "="},
	    {"=?utf-8?Q?"
	     "?=",
		"", ""},
	    {"Gr\xc3\xbc\xc3\x9f"
	     "e",
		"", "Grüße"},
	    {"Gr\xfc\xdf"
	     "e",
		"", "Grüße"},
	    {"\xf0\xd2\xc9\xd7\xc5\xd4", "koi8-r", "Привет"},
	    {"tab\tand   blanks ", "", "tab and blanks"},
	    {"=?utf-8?Q?line=0D=0ABcc:_x?=", "", "line Bcc: x"},
	    {"=?utf-8?Q?exe=E2=80=AEcod?=", "", "execod"}, /* U+202E */
	    {"u\xcc\x88", "", "ü"},
	    {"=?utf-8?Q?cut", "", "cut"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *text = words_decode(rows[i].raw, rows[i].charset);

		g_assert_cmpstr(text, ==, rows[i].text);
	}
}

static void
test_params(void)
{
	static const struct {
		const char *field;
		const char *name;
		const char *value;
		const char *param;
	} rows[] = {
	    {"text/plain; charset=utf-8", "charset", "text/plain", "utf-8"},
	    {"Text/Plain ; Charset = \"UTF-8\"", "charset", "text/plain", "UTF-8"},
	    {"text/plain charset=utf-8", "charset", "text/plain", "utf-8"},
	    {"attachment; filename=my file.pdf", "filename", "attachment", "my file.pdf"},
	    {"attachment; filename=\"a \\\"b\\\" c.pdf\"", "filename", "attachment", "a \"b\" c.pdf"},
	    {"attachment; filename=\"a \"b\" c.pdf\"; size=1", "filename", "attachment", "a \"b\" c.pdf"},
	    {"attachment; filename=\"never closed.pdf", "filename", "attachment", "never closed.pdf"},
	    {"attachment; filename*=UTF-8''gr%C3%BCn.pdf", "filename", "attachment", "grün.pdf"},
	    {"attachment; filename*0=\"long \"; filename*1=name.pdf", "filename", "attachment",
		"long name.pdf"},
	    {"attachment; filename*1*=%BCn.pdf; filename*0*=utf-8''gr%C3", "filename", "attachment",
		"grün.pdf"},
	    {"attachment; filename=\"=?utf-8?Q?gr=C3=BCn=2Epdf?=\"", "filename", "attachment", "grün.pdf"},
	    {"attachment; filename==?utf-8?B?Z3LDvG4ucGRm?=", "filename", "attachment", "grün.pdf"},
	    {"attachment; filename*0=\"=?utf-8?B?Z3LD\"; filename*1=\"vG4ucGRm?=\"", "filename", "attachment",
		"grün.pdf"},
	    {"attachment; filename=\"gr\xfcn.pdf\"", "filename", "attachment", "grün.pdf"},
	    {"text/plain (comment (nested)); a=b", "a", "text/plain", "b"},
	    {"text/plain; ; ;a=b;;", "a", "text/plain", "b"},
	    {"text/plain; a", "a", "text/plain", NULL},
	    {"", "a", "", NULL},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct param_value v;
		g_autofree char *param = NULL;

		param_parse(rows[i].field, &v);
		param = param_get(&v, rows[i].name, "");
		g_assert_cmpstr(v.value, ==, rows[i].value);
		g_assert_cmpstr(param, ==, rows[i].param);
		param_clear(&v);
	}
}

static void
test_ids(void)
{
	static const struct {
		const char *field;
		const char *one;
		const char *all;
	} rows[] = {
	    {"<a@b>", "a@b", "a@b"},
	    {" (x) <a@b> y", "a@b", "a@b"},
	    {"<a@b> <c@d>\t<a@b>", "a@b", "c@d a@b"},
	    {"a@b", "a@b", "a@b"},
	    {"no brackets here", NULL, ""},
	    {"<>", NULL, ""},
	    {"<@>", NULL, ""},
	    {"< a@b >", "a@b", "a@b"},
	    {"<<a@b>", "a@b", "a@b"},
	    {"<a@b", NULL, ""},
	    {"<a\x01@b>", NULL, ""},
	    {"Message of Monday <a@b>", "a@b", "a@b"},
	    {"a@b, c@d", NULL, "a@b c@d"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *one = ids_one(rows[i].field);
		g_autoptr(GPtrArray) all = ids_all(rows[i].field, NULL);
		g_autofree char *joined = NULL;

		g_ptr_array_add(all, NULL);
		joined = g_strjoinv(" ", (char **)all->pdata);
		g_assert_cmpstr(one, ==, rows[i].one);
		g_assert_cmpstr(joined, ==, rows[i].all);
	}
}

static void
test_many_ids(void)
{
	g_autoptr(GString) field = g_string_new(NULL);
	g_autoptr(GPtrArray) all = NULL;
	gboolean cut = FALSE;

	for (int i = 0; i < 100000; i++)
		g_string_append_printf(field, " <%d@x>", i);
	all = ids_all(field->str, &cut);
	g_assert_true(cut);
	g_assert_cmpuint(all->len, ==, IDS_MAX);
	g_assert_cmpstr(all->pdata[0], ==, "99900@x");
	g_assert_cmpstr(all->pdata[IDS_MAX - 1], ==, "99999@x");
}

static void
test_dates(void)
{
	static const struct {
		const char *field;
		gint64 seconds;
	} rows[] = {
	    {"Sat, 21 Nov 2026 10:00:00 +0000", 1795255200},
	    {"Sat, 21 Nov 2026 11:00:00 +0100 (CET)", 1795255200},
	    {"21 Nov 26 10:00 GMT", 1795255200},
	    {"Sat,21 Nov 2026 05:00:00 EST", 1795255200},
	    {"Saturday, 21-Nov-26 10:00:00 UTC", 1795255200},
	    {"Sat, 21 November 2026 10.00.00 +00:00", 1795255200},
	    {"2026-11-21T10:00:00Z", 1795255200},
	    {"Sat, 21 Nov 2026 10:00:00", 1795255200},
	    {"Thu, 29 Feb 2024 23:59:60 +0000", 1709251200},
	    {"Thu, 1 Jan 1970 00:00:00 +0000", 0},
	    {"Thu, 1 Jan 2999 00:00:00 +0000", 0},
	    {"Thu, 1 Jan 1904 00:00:00 +0000", 0},
	    {"yesterday", 0},
	    {"", 0},
	    {NULL, 0},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_test_message("%s", rows[i].field != NULL ? rows[i].field : "none");
		g_assert_cmpint(date_parse(rows[i].field), ==, rows[i].seconds * 1000);
	}
}

static void
test_prescan(void)
{
	static const struct {
		const char *before, *repeated;
		int times;
		const char *after;
		gboolean good;
	} rows[] = {
	    {"", "--x\n", PRESCAN_DASHES_MAX, "", TRUE},
	    {"", "--x\n", PRESCAN_DASHES_MAX + 1, "", FALSE},
	    {"", "Content-Type: multipart/mixed; boundary=x\n", PRESCAN_BOUNDARIES_MAX, "", TRUE},
	    {"", "Content-Type: multipart/mixed; boundary=x\n", PRESCAN_BOUNDARIES_MAX + 1, "", FALSE},
	    {"Content-Type: text/plain", "; a=b", PRESCAN_PARAMETERS_MAX, "\n", TRUE},
	    {"Content-Type: text/plain", "; a=b", PRESCAN_PARAMETERS_MAX + 1, "\n", FALSE},
	    {"Content-Type: text/plain;\n ", "n", PRESCAN_NAME_MAX, "=\xfc\n", TRUE},
	    {"Content-Type: text/plain;\n ", "n", PRESCAN_NAME_MAX + 1, "=\xfc\n", FALSE},
	    {"Content-Disposition: attachment; filename==?utf-8?B?", "Z", 100, "=?=\n", TRUE},
	    {"Content-Disposition: attachment; filename=\"", "n", 100, "=b\"\n", TRUE},
	    {"Content-Type: text/plain; x=\"", "y", PRESCAN_FIELD_MAX, "\"\n", FALSE},
	    {"A line of text with n", "n", 100, "=\n", TRUE},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GString) raw = g_string_new(rows[i].before);
		g_autofree char *why = NULL;

		for (int k = 0; k < rows[i].times; k++)
			g_string_append(raw, rows[i].repeated);
		g_string_append(raw, rows[i].after);
		why = prescan(raw->str, raw->len);
		g_test_message("row %zu: %s", i, why != NULL ? why : "good");
		g_assert_true((why == NULL) == rows[i].good);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_mime_init();
	charset_init();
	g_test_add_func("/mime/fields", test_fields);
	g_test_add_func("/mime/field-limits", test_field_limits);
	g_test_add_func("/mime/words", test_words);
	g_test_add_func("/mime/params", test_params);
	g_test_add_func("/mime/ids", test_ids);
	g_test_add_func("/mime/many-ids", test_many_ids);
	g_test_add_func("/mime/dates", test_dates);
	g_test_add_func("/mime/prescan", test_prescan);
	return g_test_run();
}
