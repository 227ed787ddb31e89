/* Who speaks: the tolerant reader for showing, the strict one for identifying, and the results of those we
 * trust. */
#include "config.h"

#include "mime/address.h"
#include "mime/authres.h"
#include "mime/charset.h"
#include "mime/field.h"

#include <gmime/gmime.h>
#include <string.h>

static void
test_list(void)
{
	static const struct {
		const char *field;
		const char *read; /* "name <address>" joined by "|" */
	} rows[] = {
	    {"a@b.test", " <a@b.test>"},
	    {"Ann <A.b@B.Test>", "Ann <A.b@b.test>"},
	    {"\"Doe, Jane\" <j@b.test>, k@b.test", "Doe, Jane <j@b.test>| <k@b.test>"},
	    {"j@b.test (Jane Doe)", "Jane Doe <j@b.test>"},
	    {"=?utf-8?Q?J=C3=BCrgen?= <j@b.test>", "Jürgen <j@b.test>"},
	    {"=?utf-8?Q?Doe=2C_J?= <j@b.test>", "Doe, J <j@b.test>"},
	    {"=?utf-8?Q?Doe,_J?= <j@b.test>", "Doe, J <j@b.test>"},
	    {"\"=?utf-8?B?SsO8?=\" <j@b.test>", "Jü <j@b.test>"},
	    {"Team: a@b.test, C <c@b.test>;, d@b.test", " <a@b.test>|C <c@b.test>| <d@b.test>"},
	    {"undisclosed-recipients:;", ""},
	    {"<@r1.test,@r2.test:a@b.test>", " <a@b.test>"},
	    {"a@b.test; c@b.test", " <a@b.test>| <c@b.test>"},
	    {"Ann a@b.test", "Ann <a@b.test>"},
	    {"'Ann' <a@b.test>", "Ann <a@b.test>"},
	    {"\"a@b.test\" <a@b.test>", "a@b.test <a@b.test>"},
	    {"<mailto:a@b.test>", " <a@b.test>"},
	    {"\"ann\"@b.test", " <ann@b.test>"},
	    {"a@m\xc3\xbcnchen.test", " <a@xn--mnchen-3ya.test>"},
	    {"Ann <a@b.test", "Ann <a@b.test>"},
	    {"Ann <>", "Ann <>"},
	    {"just a name", "just a name <>"},
	    {", ,", ""},
	    {"", ""},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GPtrArray) all = address_list(rows[i].field, "", NULL);
		g_autoptr(GString) read = g_string_new(NULL);

		for (guint k = 0; k < all->len; k++) {
			const struct address *a = all->pdata[k];

			g_string_append_printf(read, "%s%s <%s>", k > 0 ? "|" : "", a->name, a->address);
		}
		g_assert_cmpstr(read->str, ==, rows[i].read);
	}
}

static void
test_many(void)
{
	g_autoptr(GString) groups = g_string_new(NULL);
	g_autoptr(GString) commas = g_string_new(NULL);
	g_autoptr(GPtrArray) nested = NULL;
	g_autoptr(GPtrArray) many = NULL;
	gboolean cut = FALSE;

	for (int i = 0; i < 60000; i++) {
		g_string_append(groups, "g:");
		g_string_append(commas, "a@b.test,");
	}
	nested = address_list(groups->str, "", NULL);
	g_assert_cmpuint(nested->len, ==, 0);
	many = address_list(commas->str, "", &cut);
	g_assert_cmpuint(many->len, ==, ADDRESS_MAX);
	g_assert_true(cut);
}

static GArray *
header(const char *raw, gsize n, GStringChunk *strings)
{
	GArray *fields = g_array_new(FALSE, FALSE, sizeof(struct field));

	field_read(raw, n, strings, fields, NULL, NULL);
	return fields;
}

/* Attack T3: whatever two programs could read as two people is nobody. */
static void
test_one(void)
{
#define RAW(s) s, sizeof s - 1
	static const struct {
		const char *raw;
		gsize n;
		const char *one;
	} rows[] = {
	    {RAW("From: a@b.test"), "a@b.test"},
	    {RAW("From: Ann <a@b.test>"), "a@b.test"},
	    {RAW("From: \"Ann, B.\" <a.b+c@B.TEST>"), "a.b+c@b.test"},
	    {RAW("From: =?utf-8?Q?J=C3=BC?= <a@b.test>"), "a@b.test"},
	    {RAW("From: J\xc3\xbc <a@b.test>"), "a@b.test"},
	    {RAW("From: a@b.test (Ann)"), "a@b.test"},
	    {RAW("From: Ann\n <a@b.test>"), "a@b.test"},
	    {RAW("from: A@b.test"), "A@b.test"},
	    {RAW("From: a@m\xc3\xbcnchen.test"), "a@xn--mnchen-3ya.test"},
	    {RAW("To: a@b.test"), NULL},
	    {RAW("From: "), NULL},
	    {RAW("From: a@b.test\nFrom: c@d.test"), NULL},
	    {RAW("From: a@b.test\nFrom: a@b.test"), NULL},
	    {RAW("From: a@b.test, c@d.test"), NULL},
	    {RAW("From: a@b.test; c@d.test"), NULL},
	    {RAW("From: a@b.test c@d.test"), NULL},
	    {RAW("From: <a@b.test> <c@d.test>"), NULL},
	    {RAW("From: <a@b.test>, "), NULL},
	    {RAW("From: c@d.test <a@b.test>"), NULL},
	    {RAW("From: <c@d.test><a@b.test>"), NULL},
	    {RAW("From: \"c@d.test\" <a@b.test>"), "a@b.test"},
	    {RAW("From: \"x\" <c@d.test> \"y\" <a@b.test>"), NULL},
	    {RAW("From: g: a@b.test;"), NULL},
	    {RAW("From: <@r.test:a@b.test>"), NULL},
	    {RAW("From: <a@b.test\0.evil.test>"), NULL},
	    {RAW("From: a@b.test\0"), NULL},
	    {RAW("From: a@b.test\r.evil.test"), NULL},
	    {RAW("From: a(x)@b.test"), NULL},
	    {RAW("From: a@(x)b.test"), NULL},
	    {RAW("From: <a@b.test(x)>"), NULL},
	    {RAW("From: (c@d.test) a@b.test"), NULL},
	    {RAW("From: a@b.test (c@d.test)"), NULL},
	    {RAW("From: a@b.test (x) (y)"), NULL},
	    {RAW("From: a@b.test (x"), NULL},
	    {RAW("From: =?utf-8?Q?a=40b=2Etest?="), NULL},
	    {RAW("From: <=?utf-8?Q?a?=@b.test>"), NULL},
	    {RAW("From: a @b.test"), NULL},
	    {RAW("From: a@ b.test"), NULL},
	    {RAW("From: < a@b.test>"), NULL},
	    {RAW("From: a@b.test."), NULL},
	    {RAW("From: .a@b.test"), NULL},
	    {RAW("From: a..b@b.test"), NULL},
	    {RAW("From: a@b@c.test"), NULL},
	    {RAW("From: \"a b\"@b.test"), NULL},
	    {RAW("From: a@[127.0.0.1]"), NULL},
	    {RAW("From: a@b..test"), NULL},
	    {RAW("From: a@b.test>"), NULL},
	    {RAW("From: <a@b.test"), NULL},
	    {RAW("From: Ann <a@b.test> evil"), NULL},
	    {RAW("From: \"Ann <a@b.test>"), NULL},
	    {RAW("From: a\\@c@b.test"), NULL},
	    {RAW("From: @b.test"), NULL},
	    {RAW("From: a@"), NULL},
	    {RAW("From: a"), NULL},
	};
#undef RAW

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		GStringChunk *strings = g_string_chunk_new(256);
		g_autoptr(GArray) fields = header(rows[i].raw, rows[i].n, strings);
		g_autofree char *one = address_one(fields);

		g_test_message("%s", rows[i].raw);
		g_assert_cmpstr(one, ==, rows[i].one);
		g_string_chunk_free(strings);
	}
}

#define TOP "Authentication-Results: "
#define OURS TOP "mx.desk.test; "
#define BORDER "Received: from x by mx.desk.test with ESMTP id 1; Sat, 21 Nov 2026 10:00:00 +0000\n"
#define DELIVERY                                                                                             \
	"Received: from mx.desk.test by mx.desk.test with LMTP id 2; Sat, 21 Nov 2026 10:00:00 +0000\n"

/* Attack T2. */
static void
test_results(void)
{
	static const struct {
		const char *header;
		const char *auth, *dmarc;
	} rows[] = {
	    {OURS "auth=pass (PLAIN) smtp.auth=a@b.test\n" BORDER, "a@b.test", ""},
	    {OURS "auth=pass smtp.auth=\"a@B.test\"\n" BORDER, "a@b.test", ""},
	    {TOP "MX.desk.test 1;\n\tauth=pass smtp.auth=a@b.test\n" BORDER, "a@b.test", ""},
	    {OURS "dmarc=pass (p=none) header.from=B.test\n" BORDER, "", "b.test"},
	    {OURS
		"spf=pass smtp.mailfrom=x@b.test; dkim=pass header.d=b.test; dmarc=pass header.from=b.test\n",
		"", "b.test"},
	    {DELIVERY OURS "auth=pass smtp.auth=a@b.test\n" BORDER, "a@b.test", ""},
	    {OURS "dmarc=pass policy.x=\"y; z\" reason=\"because; of\" header.from=b.test\n", "", "b.test"},
	    {OURS "none\n" BORDER, "", ""},
	    {TOP "mx.evil.test; auth=pass smtp.auth=a@b.test\n" BORDER, "", ""},
	    {TOP "mx.desk.test.evil; auth=pass smtp.auth=a@b.test\n" BORDER, "", ""},
	    {BORDER OURS "auth=pass smtp.auth=a@b.test\n", "", ""},
	    {DELIVERY BORDER OURS "auth=pass smtp.auth=a@b.test\n", "", ""},
	    /* HELO "x with LMTP" */
	    {"Received: from x with LMTP (y) by mx.desk.test with ESMTP id 1\n" OURS
	     "auth=pass smtp.auth=a@b.test\n",
		"", ""},
	    {OURS "auth=fail smtp.auth=a@b.test\n" BORDER, "", ""},
	    {OURS "auth=pass smtp.auth=a@b.test\n" OURS "auth=fail\n" BORDER, "", ""},
	    {OURS "auth=pass smtp.auth=a@b.test\n" OURS "auth=pass smtp.auth=c@b.test\n" BORDER, "", ""},
	    {OURS "dmarc=pass header.from=b.test; dmarc=fail header.from=b.test\n" BORDER, "", ""},
	    {OURS "auth=pass smtp.auth=agent\n" BORDER, "", ""},
	    {OURS "auth=pass smtp.mailfrom=a@b.test\n" BORDER, "", ""},
	    {OURS "auth=pass (smtp.auth=a@b.test)\n" BORDER, "", ""},
	    {OURS "auth=pass smtp.auth=a@b.test garbage\n" BORDER, "", ""},
	    {OURS "auth=pass smtp.auth=a@b.test (\n" BORDER, "", ""},
	    {OURS "auth=pass smtp.auth=\n" BORDER, "", ""},
	    {TOP "mx.desk.test 2; auth=pass smtp.auth=a@b.test\n" BORDER, "", ""},
	    {TOP "(mx.desk.test; auth=pass) mx.evil.test; auth=pass smtp.auth=a@b.test\n" BORDER, "", ""},
	    {TOP "\"mx.desk.test\"; auth=pass smtp.auth=a@b.test\n" BORDER, "a@b.test", ""},
	    {TOP "auth=pass smtp.auth=a@b.test\n" BORDER, "", ""},
	    {"X-" OURS "auth=pass smtp.auth=a@b.test\n" BORDER, "", ""},
	    {"ARC-" OURS "auth=pass smtp.auth=a@b.test\n" BORDER, "", ""},
	};
	g_autoptr(GPtrArray) trust = g_ptr_array_new();

	g_ptr_array_add(trust, (gpointer) "mx.desk.test");
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		GStringChunk *strings = g_string_chunk_new(256);
		g_autoptr(GArray) fields = header(rows[i].header, strlen(rows[i].header), strings);
		struct authres r;

		g_test_message("%s", rows[i].header);
		authres_read(fields, trust, &r);
		g_assert_cmpstr(r.auth_pass->len > 0 ? r.auth_pass->pdata[0] : "", ==, rows[i].auth);
		g_assert_cmpstr(r.dmarc_pass->len > 0 ? r.dmarc_pass->pdata[0] : "", ==, rows[i].dmarc);
		authres_clear(&r);
		authres_read(fields, NULL, &r);
		g_assert_cmpuint(r.auth_pass->len + r.dmarc_pass->len, ==, 0);
		authres_clear(&r);
		g_string_chunk_free(strings);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_mime_init();
	charset_init();
	g_test_add_func("/mime/address/list", test_list);
	g_test_add_func("/mime/address/many", test_many);
	g_test_add_func("/mime/address/one", test_one);
	g_test_add_func("/mime/authres", test_results);
	return g_test_run();
}
