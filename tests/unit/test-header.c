/* Header values: any value comes out as one field, folded, and is refused where it cannot. */
#include "config.h"

#include "mime/header.h"

#include <string.h>

static void
test_text(void)
{
	static const struct {
		const char *value, *field;
	} rows[] = {
	    {"Hello world", "X: Hello world\r\n"},
	    {"", "X: \r\n"},
	    {"  both ends\t", "X: both ends\r\n"},
	    {"one\r\nBcc: evil@evil.test", "X: one Bcc: evil@evil.test\r\n"},
	    {"one\rtwo\nthree\tfour", "X: one two three four\r\n"},
	    {"nul\x01\x1b[31m red\x7f", "X: nul[31m red\r\n"},
	    {"a\xe2\x80\xae"
	     "b\xe2\x81\xa6"
	     "c\xd8\x9c",
		"X: abc\r\n"},
	    {"line\xe2\x80\xa8separator\xc2\x85next", "X: line separator next\r\n"},
	    {"Re: [#12] Gr\xc3\xbc\xc3\x9f"
	     "e now",
		"X: Re: [#12] =?UTF-8?Q?Gr=C3=BC=C3=9Fe?= now\r\n"},
	    {"two  blanks", "X: =?UTF-8?Q?two__blanks?=\r\n"},
	    {"=?utf-8?q?fake?=", "X: =?UTF-8?Q?=3D=3Futf-8=3Fq=3Ffake=3F=3D?=\r\n"},
	    {"\xf0\x9f\x98\x80", "X: =?UTF-8?Q?=F0=9F=98=80?=\r\n"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GString) out = g_string_new(NULL);
		const char *why;

		g_test_message("row %zu", i);
		g_assert_true(header_put_text(out, "X", rows[i].value, &why));
		g_assert_cmpstr(out->str, ==, rows[i].field);
	}
}

static void
test_refused_text(void)
{
	g_autoptr(GString) out = g_string_new("before");
	const char *why = NULL;

	g_assert_false(header_put_text(out, "X", "\xff\xfe", &why));
	g_assert_nonnull(why);
	g_assert_false(header_put_text(out, "X:\r\nBcc", "value", &why));
	g_assert_false(header_put_text(out, "", "value", &why));
	g_assert_cmpstr(out->str, ==, "before");
}

static void
test_address(void)
{
	static const struct {
		const char *address;
		gboolean good, utf8;
	} rows[] = {
	    {"a@b.test", TRUE, FALSE},
	    {"support+t2abc@example.com", TRUE, FALSE},
	    {"o'neil/x=y@example.com", TRUE, FALSE},
	    {"odd..dots.@docomo.test", TRUE, FALSE},
	    {"a@xn--bcher-kva.example", TRUE, FALSE},
	    {"a@b\xc3\xbc"
	     "cher.example",
		TRUE, TRUE},
	    {"j\xc3\xb6rg@example.com", TRUE, TRUE},
	    {"", FALSE, FALSE},
	    {"a", FALSE, FALSE},
	    {"@b.test", FALSE, FALSE},
	    {"a@", FALSE, FALSE},
	    {"a@b@c.test", FALSE, FALSE},
	    {"a@b.test>", FALSE, FALSE},
	    {"<a@b.test", FALSE, FALSE},
	    {"a b@c.test", FALSE, FALSE},
	    {"a@b.test\r\nRCPT TO:<x@y.test>", FALSE, FALSE},
	    {"a@b.test\n", FALSE, FALSE},
	    {"a,c@b.test", FALSE, FALSE},
	    {"\"a\"@b.test", FALSE, FALSE},
	    {"a@[127.0.0.1]", FALSE, FALSE},
	    {"a@-b.test", FALSE, FALSE},
	    {"a@b-.test", FALSE, FALSE},
	    {"a@b..test", FALSE, FALSE},
	    {"a\xe2\x80\xae@b.test", FALSE, FALSE},
	    {"a\xc2\xa0@b.test", FALSE, FALSE},
	    {"a\xff@b.test", FALSE, FALSE},
	    {"a\x7f@b.test", FALSE, FALSE},
	};
	g_autofree char *local = g_strnfill(65, 'a');
	g_autofree char *long_local = g_strconcat(local, "@b.test", NULL);
	g_autofree char *label = g_strnfill(250, 'b');
	g_autofree char *long_domain = g_strconcat("abcd@", label, NULL);
	gboolean utf8;
	const char *why;

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		utf8 = FALSE;
		g_test_message("row %zu", i);
		g_assert_true(header_address_ok(rows[i].address, &utf8, &why) == rows[i].good);
		g_assert_true(utf8 == rows[i].utf8);
	}
	g_assert_false(header_address_ok(long_local, &utf8, &why));
	g_assert_false(header_address_ok(long_domain, &utf8, &why));
}

static void
test_mailboxes(void)
{
	static const struct {
		const char *mailboxes, *field;
	} rows[] = {
	    {"@a(ss) []", ""},
	    {"[('', 'a@b.test')]", "To: a@b.test\r\n"},
	    {"[('Ann Lee', 'a@b.test'), ('', 'c@d.test')]", "To: Ann Lee <a@b.test>, c@d.test\r\n"},
	    {"[('Lee, Ann', 'a@b.test')]", "To: \"Lee, Ann\" <a@b.test>\r\n"},
	    {"[('Ann \"x\" \\\\Lee', 'a@b.test')]", "To: \"Ann \\\"x\\\" \\\\Lee\" <a@b.test>\r\n"},
	    {"[('evil@evil.test', 'a@b.test')]", "To: \"evil@evil.test\" <a@b.test>\r\n"},
	    {"[('x\\r\\nBcc: e@e.test', 'a@b.test')]", "To: \"x Bcc: e@e.test\" <a@b.test>\r\n"},
	    {"[('J\xc3\xb6rg <x', 'a@b.test')]", "To: =?UTF-8?Q?J=C3=B6rg_=3Cx?= <a@b.test>\r\n"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GString) out = g_string_new(NULL);
		g_autoptr(GVariant) list =
		    g_variant_parse(G_VARIANT_TYPE("a(ss)"), rows[i].mailboxes, NULL, NULL, NULL);
		gboolean utf8 = FALSE;
		const char *why;

		g_test_message("row %zu", i);
		g_assert_true(header_put_mailboxes(out, "To", list, &utf8, &why));
		g_assert_cmpstr(out->str, ==, rows[i].field);
	}
}

static void
test_one_bad_mailbox(void)
{
	g_autoptr(GString) out = g_string_new("before");
	g_autoptr(GVariant) list = g_variant_parse(
	    G_VARIANT_TYPE("a(ss)"), "[('', 'a@b.test'), ('', 'c d@e.test')]", NULL, NULL, NULL);
	gboolean utf8 = FALSE;
	const char *why = NULL;

	g_assert_false(header_put_mailboxes(out, "To", list, &utf8, &why));
	g_assert_nonnull(why);
	g_assert_cmpstr(out->str, ==, "before");
}

/* No line over 76 bytes where blanks allow it, no character cut in two, no line of blanks only. */
static void
test_folding(void)
{
	g_autoptr(GString) value = g_string_new(NULL);
	g_autoptr(GString) out = g_string_new(NULL);
	g_auto(GStrv) lines = NULL;
	const char *why;

	for (int i = 0; i < 60; i++)
		g_string_append(value, i % 3 == 0 ? "word " : "\xe4\xbd\xa0\xf0\x9f\x98\x80 ");
	g_assert_true(header_put_text(out, "Subject", value->str, &why));
	lines = g_strsplit(out->str, "\r\n", -1);
	g_assert_cmpuint(g_strv_length(lines), >, 5);
	for (char **line = lines; line[1] != NULL; line++) {
		g_assert_cmpuint(strlen(*line), <=, 76);
		g_assert_true(
		    line == lines || ((*line)[0] == ' ' && (*line)[1] != ' ' && (*line)[1] != '\0'));
		g_assert_null(strstr(*line, "=F0?="));
	}
}

static void
test_ids(void)
{
	static const char *const ids[] = {
	    "a@b", "bad id@x", "c@d\r\nBcc: e", "x[1]:2$y@z", "<e@f>", "", NULL};
	static const char *const none[] = {"", NULL};
	const char *many[151];
	g_autoptr(GString) out = g_string_new(NULL);
	g_autoptr(GString) long_one = g_string_new(NULL);

	header_put_ids(out, "References", ids);
	g_assert_cmpstr(out->str, ==, "References: <a@b> <x[1]:2$y@z>\r\n");
	g_string_truncate(out, 0);
	header_put_ids(out, "References", none);
	g_assert_cmpstr(out->str, ==, "");
	for (int i = 0; i < 150; i++)
		many[i] = i == 0 ? "first@a.test" : i < 51 ? "dropped@a.test" : "kept@a.test";
	many[150] = NULL;
	header_put_ids(long_one, "References", many);
	g_assert_true(g_str_has_prefix(long_one->str, "References: <first@a.test> <kept@a.test>"));
	g_assert_null(strstr(long_one->str, "dropped"));
}

static void
test_file_names(void)
{
	static const struct {
		const char *name, *clean;
	} rows[] = {
	    {"invoice.pdf", "invoice.pdf"},
	    {"../../etc/passwd", "_.._etc_passwd"},
	    {"C:\\windows\\x.exe", "C__windows_x.exe"},
	    {".bashrc", "bashrc"},
	    {"evil\xe2\x80\xaegnp.exe", "evilgnp.exe"},
	    {"a\"; filename=\"b", "a_; filename=_b"},
	    {"a\r\nX: y.txt", "a X_ y.txt"},
	    {"  ", ""},
	    {"trailing. . ", "trailing"},
	    {"r\xc3\xa9sum\xc3\xa9.doc", "r\xc3\xa9sum\xc3\xa9.doc"},
	};
	g_autofree char *fill = g_strnfill(300, 'n');
	g_autofree char *name = g_strconcat(fill, ".tar.gz", NULL);
	g_autofree char *cut = header_file_name(name);

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *clean = header_file_name(rows[i].name);

		g_assert_cmpstr(clean, ==, rows[i].clean);
	}
	g_assert_cmpuint(strlen(cut), ==, HEADER_FILE_MAX);
	g_assert_true(g_str_has_suffix(cut, "n.gz"));
}

static void
test_parameters(void)
{
	g_autoptr(GString) out = g_string_new(NULL);

	header_put_parameter(out, "filename", "plain name.txt");
	g_assert_cmpstr(out->str, ==, ";\r\n filename=\"plain name.txt\"");
	g_string_truncate(out, 0);
	header_put_parameter(out, "filename", "\xc3\xa9t\xc3\xa9.txt");
	g_assert_cmpstr(out->str, ==, ";\r\n filename*0*=UTF-8''%C3%A9t%C3%A9.txt");
	header_put_parameter_ascii(out, "name", "\xc3\xa9t\xc3\xa9.txt");
	g_assert_true(g_str_has_suffix(out->str, ";\r\n name=\"_t_.txt\""));
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/header/text", test_text);
	g_test_add_func("/header/refused-text", test_refused_text);
	g_test_add_func("/header/address", test_address);
	g_test_add_func("/header/mailboxes", test_mailboxes);
	g_test_add_func("/header/one-bad-mailbox", test_one_bad_mailbox);
	g_test_add_func("/header/folding", test_folding);
	g_test_add_func("/header/ids", test_ids);
	g_test_add_func("/header/file-names", test_file_names);
	g_test_add_func("/header/parameters", test_parameters);
	return g_test_run();
}
