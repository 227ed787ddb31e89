/* Whole mails: parts, the choice of words and attachments, invitations, what is held, and what must not take
 * time. */
#include "config.h"

#include "mime/read.h"
#include "wire/mail.h"

#include <string.h>

#define HEAD "From: Ann <a@b.test>\nTo: support@desk.test\nSubject: s\nMessage-ID: <1@b.test>\n"
#define MULTI(type) HEAD "MIME-Version: 1.0\nContent-Type: multipart/" type "; boundary=x\n\n"
#define PLAIN "--x\nContent-Type: text/plain; charset=utf-8\n\n"
#define HTML "--x\nContent-Type: text/html; charset=utf-8\n\n"
#define FILE_PART(name)                                                                                      \
	"--x\nContent-Type: application/pdf; name=\"" name "\"\nContent-Disposition: attachment\n\nxyz\n"
#define END "--x--\n"

static struct mail *
read_one(const char *raw, gsize n, gboolean cut)
{
	g_autoptr(GBytes) in = g_bytes_new(raw, n); /* to the byte: ASan sees a step too far */
	g_autoptr(GBytes) out = read_mail(in, cut, NULL);
	g_autoptr(GError) error = NULL;
	struct mail *mail = mail_open(out, &error);

	g_assert_no_error(error);
	return mail;
}

/* "name:size" of each, "~" before one that is inline. */
static char *
attachments(const struct mail *mail)
{
	GVariant *list = mail_value(mail, MAIL_attachments);
	GString *out = g_string_new(NULL);

	for (gsize i = 0; i < g_variant_n_children(list); i++) {
		g_autoptr(GVariant) one = g_variant_get_child_value(list, i);
		const char *name;
		guint64 size;
		gboolean is_inline;

		g_assert_true(g_variant_lookup(one, "name", "&s", &name));
		g_assert_true(g_variant_lookup(one, "size", "t", &size));
		g_assert_true(g_variant_lookup(one, "inline", "b", &is_inline));
		g_string_append_printf(
		    out, "%s%s%s:%d", i > 0 ? "|" : "", is_inline ? "~" : "", name, (int)size);
	}
	return g_string_free(out, FALSE);
}

static void
test_content(void)
{
	static const struct {
		const char *raw;
		const char *body;
		const char *attachments;
	} rows[] = {
	    {HEAD "\nHello\n", "Hello\n", ""},
	    {HEAD "Content-Type: text/html\n\n<p>Hello</p>", "Hello\n", ""},
	    {MULTI("alternative") PLAIN "plain\n" HTML "<p>html</p>\n" END, "plain", ""},
	    {MULTI("alternative") PLAIN " \n" HTML "<p>html</p>\n" END, "html\n", ""},
	    {MULTI("alternative") PLAIN "Your mail program does not support HTML.\n" HTML "<p>html</p>\n" END,
		"html\n", ""},
	    {MULTI("alternative") PLAIN "words\n" HTML "<style>x</style>\n" END, "words", ""},
	    {MULTI("mixed") PLAIN "one\n" PLAIN "two\n" END, "one\ntwo", ""},
	    {MULTI("mixed") PLAIN "one\n" HTML "<b>two</b>\n" END, "one\ntwo\n", ""},
	    {MULTI("mixed") PLAIN "one\n" FILE_PART("a.pdf") END, "one", "a.pdf:3"},
	    {MULTI("mixed") PLAIN "one\n" FILE_PART("../../etc/passwd") END, "one", "etc_passwd:3"},
	    {MULTI("mixed") PLAIN "one\n" FILE_PART("C:\\\\Temp\\\\a.pdf") END, "one", "a.pdf:3"},
	    {MULTI("mixed") PLAIN "one\n" FILE_PART("exe\xe2\x80\xaegpj.pdf") END, "one", "exegpj.pdf:3"},
	    {MULTI("mixed") PLAIN "one\n--x\nContent-Type: text/plain; name=log.txt\n\nlog\n" END, "one",
		"log.txt:3"},
	    {MULTI("mixed") PLAIN
		"one\n--x\nContent-Type: text/plain\nContent-Disposition: attachment\n\nlog\n" END,
		"one", ":3"},
	    {MULTI("related") HTML
		"<img src=cid:1>words\n--x\nContent-Type: image/png\nContent-ID: <1>\n\nabc\n" END,
		"words\n", "~:3"},
	    {MULTI("mixed") PLAIN "one\n--x\nContent-Type: message/rfc822\n\nSubject: "
				  "=?utf-8?Q?Gr=C3=BC=C3=9Fe?=\nTo: g:g:g:\n\nin\n" END,
		"one", "Grüße.eml:51"},
	    {MULTI("digest") "--x\n\nSubject: first\n\na\n" END, "", "first.eml:17"},
	    {HEAD "Content-Type: multipart/mixed\n\nno boundary\n", "no boundary\n", ""},
	    {MULTI("mixed") "never a part\n", "never a part\n", ""},
	    {MULTI("mixed") PLAIN "never ended\n", "never ended\n", ""},
	    {HEAD "Content-Type: text\n\nwords\n", "words\n", ""},
	    {HEAD "Content-Type: text/plain; name=a.txt\n\nwords\n", "words\n", ""},
	    {HEAD "Content-Type: application/pdf; name=a.pdf\n\nxyz", "", "a.pdf:3"},
	    {HEAD "Content-Type: text/plain; format=flowed; delsp=yes\n\none \ntwo\n", "onetwo\n", ""},
	    {HEAD "Content-Transfer-Encoding: base64\n\nSGVsbG8=\nV29ybGQ=\n", "HelloWorld", ""},
	    {HEAD "Content-Type: text/html\n\n<meta charset=\"koi8-r\">\xf0\xd2", "Пр\n", ""},
	    {HEAD "Content-Type: text/plain\nContent-Type: multipart/mixed; boundary=x\n\n--x\n", "--x\n",
		""},
	    {HEAD "no field\n\nrest\n", "no field\n\nrest\n", ""},
	    {"no header at all", "no header at all", ""},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		MAIL_AUTO *mail = read_one(rows[i].raw, strlen(rows[i].raw), FALSE);
		g_autofree char *list = attachments(mail);

		g_test_message("%s", rows[i].raw);
		g_assert_cmpstr(mail_string(mail, MAIL_held), ==, "");
		g_assert_cmpstr(mail_string(mail, MAIL_body), ==, rows[i].body);
		g_assert_cmpstr(list, ==, rows[i].attachments);
	}
}

static void
test_header(void)
{
	static const char raw[] =
	    "Return-Path: <>\nDelivered-To: support+x@desk.test\n"
	    "From: =?utf-8?Q?J=C3=BC?= <A@B.test>\nTo: x@y.test\nTo: z@y.test, x@y.test\nSubject: one\n two\n"
	    "Date: Sat, 21 Nov 2026 10:00:00 +0000\nReferences: <1@a> <2@a> <1@a>\nIn-Reply-To: <2@a>\n"
	    "Content-Language: de-AT, en\nX-Triaged-Loop: desk\n\nGr\xfc\xdf"
	    "e\r\n";
	MAIL_AUTO *mail = read_one(raw, sizeof raw - 1, TRUE);
	g_autofree char *from = g_variant_print(mail_value(mail, MAIL_from), FALSE);
	g_autofree char *to = g_variant_print(mail_value(mail, MAIL_to), FALSE);
	g_autofree char *references = g_variant_print(mail_value(mail, MAIL_references), FALSE);
	g_autofree char *delivered = g_variant_print(mail_value(mail, MAIL_delivered_to), FALSE);

	g_assert_cmpstr(from, ==, "[('Jü', 'A@b.test')]");
	g_assert_cmpstr(to, ==, "[('', 'x@y.test'), ('', 'z@y.test')]");
	g_assert_cmpstr(references, ==, "['2@a', '1@a']");
	g_assert_cmpstr(delivered, ==, "['support+x@desk.test']");
	g_assert_cmpstr(mail_string(mail, MAIL_from_one), ==, "A@b.test");
	g_assert_cmpstr(mail_string(mail, MAIL_return_path), ==, "<>");
	g_assert_cmpstr(mail_string(mail, MAIL_subject), ==, "one two");
	g_assert_cmpint(mail_number(mail, MAIL_date), ==, G_GINT64_CONSTANT(1795255200000));
	g_assert_cmpstr(mail_string(mail, MAIL_language), ==, "de-AT");
	g_assert_cmpstr(mail_string(mail, MAIL_loop), ==, "desk");
	g_assert_cmpstr(mail_string(mail, MAIL_body), ==, "Grüße\n");
	g_assert_cmpstr(mail_string(mail, MAIL_charset), ==, "windows-1252 (not declared)");
	g_assert_cmpuint(g_variant_n_children(mail_value(mail, MAIL_marks)), ==, 1); /* it was cut */
}

static void
test_forward(void)
{
	static const struct {
		const char *raw, *from, *text;
	} rows[] = {
	    {MULTI("mixed") PLAIN
		"see\n--x\nContent-Type: message/rfc822\n\nFrom: B <b@c.test>\nSubject: s\n\nin it\n" END,
		"B <b@c.test>", "in it"},
	    {MULTI("digest") "--x\n\nFrom: b@c.test\n\none\n" END, NULL, NULL},
	    {MULTI("mixed") "--x\nContent-Type: message/rfc822\n\nFrom: b@c.test\n\na\n--x\nContent-Type: "
			    "message/rfc822\n\nFrom: c@c.test\n\nb\n" END,
		NULL, NULL},
	    {HEAD "\nplain\n", NULL, NULL},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		MAIL_AUTO *mail = read_one(rows[i].raw, strlen(rows[i].raw), FALSE);
		const char *from = NULL, *text = NULL;

		g_variant_lookup(mail_value(mail, MAIL_forward), "from", "&s", &from);
		g_variant_lookup(mail_value(mail, MAIL_forward), "text", "&s", &text);
		g_assert_cmpstr(from, ==, rows[i].from);
		g_assert_cmpstr(text, ==, rows[i].text);
	}
}

static void
test_protection(void)
{
	static const struct {
		const char *raw, *protection;
	} rows[] = {
	    {HEAD "\nx\n", ""},
	    {MULTI("signed") PLAIN "x\n--x\nContent-Type: application/pgp-signature\n\ny\n" END,
		"pgp-signed"},
	    {MULTI("encrypted") "--x\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n" END,
		"pgp-encrypted"},
	    {MULTI("signed") PLAIN "x\n--x\nContent-Type: application/x-pkcs7-signature\n\ny\n" END,
		"smime-signed"},
	    {HEAD "Content-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nx", "smime-encrypted"},
	    {HEAD "Content-Type: application/pkcs7-mime; smime-type=signed-data\n\nx", "smime-signed"},
	    {HEAD "\n-----BEGIN PGP MESSAGE-----\n\nx\n", "pgp-encrypted"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		MAIL_AUTO *mail = read_one(rows[i].raw, strlen(rows[i].raw), FALSE);

		g_assert_cmpstr(mail_string(mail, MAIL_protection), ==, rows[i].protection);
	}
}

static void
test_invite(void)
{
	static const char raw[] =
	    HEAD "Content-Type: text/calendar; method=REQUEST; charset=utf-8\n\n"
		 "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VTIMEZONE\r\nTZID:X\r\nBEGIN:"
		 "STANDARD\r\nDTSTART:16010101T000000\r\n"
		 "END:STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\nUID:u1@b.test\r\nSUMMARY;LANGUAGE=en:"
		 "Lunch\\, at\r\n  noon\r\n"
		 "DTSTART;TZID=\"Europe/Vienna\":20261121T120000\r\nDTEND:20261121T120000Z\r\n"
		 "ORGANIZER;CN=\"Ann: "
		 "B\":mailto:a@b.test\r\nBEGIN:VALARM\r\nSUMMARY:alarm\r\nEND:VALARM\r\nLOCATION:Room 1\r\n"
		 "END:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:second\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
	MAIL_AUTO *mail = read_one(raw, sizeof raw - 1, FALSE);
	static const char *const rows[][2] = {{"method", "REQUEST"}, {"summary", "Lunch, at noon"},
	    {"uid", "u1@b.test"}, {"start", "2026-11-21T12:00:00 Europe/Vienna"},
	    {"end", "2026-11-21T12:00:00Z"}, {"organizer", "Ann: B <a@b.test>"}, {"location", "Room 1"}};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		const char *value = NULL;

		g_variant_lookup(mail_value(mail, MAIL_invite), rows[i][0], "&s", &value);
		g_assert_cmpstr(value, ==, rows[i][1]);
	}
}

static void
repeat(GString *s, const char *piece, int times)
{
	for (int i = 0; i < times; i++)
		g_string_append(s, piece);
}

/* `times` multiparts in one another. */
static void
nest(GString *s, int times)
{
	for (int i = 0; i < times; i++)
		g_string_append_printf(s, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i);
	g_string_append(s, "Content-Type: text/plain\n\ndeep\n");
}

/* L12 to L15 and what else brings GMime to its knees: held or read, at once, whatever it is. */
static void
test_bombs(void)
{
	static const struct {
		const char *name, *before, *piece;
		int times;
		const char *after;
		gboolean held;
	} rows[] = {
	    {"nested groups", "To: ", "g:", 200000, "\n\nx\n", FALSE},
	    {"nested groups in a part", MULTI("mixed") "--x\nContent-Type: message/rfc822\n\nTo: ", "g:",
		60000, "\n\nx\n--x--\n", FALSE},
	    {"addresses", "From: a@b.test\nTo: ", "a@b.test,\n ", 300000, "\n\nx\n", FALSE},
	    {"a field behind them", "To: ", "a@b.test,\n ", 300000, "c@b.test\nFrom: a@b.test\n\nx\n", TRUE},
	    {"comments", "From: a@b.test\nTo: ", "(", 1000000, "\n\nx\n", FALSE},
	    {"encoded words", "Subject: ", "=?utf-8?Q?x?= ", 500000, "\n\nx\n", FALSE},
	    {"open encoded words", "Subject: ", "=?utf-8?Q?", 500000, "\n\nx\n", FALSE},
	    {"ids", "References: ", "<a@b> ", 500000, "\n\nx\n", FALSE},
	    {"open ids", "References: ", "<", 500000, "\n\nx\n", FALSE},
	    {"fields", "", "A: b\n", 1000000, "\n\nx\n", TRUE},
	    {"parts", MULTI("mixed"), "--x\n\n\n", 9000, "", TRUE},
	    {"boundary lines", MULTI("mixed"), "--x\n\n\n", 300000, "", TRUE},
	    {"lines of dashes", HEAD "\n", "--\n", 300000, "", TRUE},
	    {"parameters", HEAD "Content-Type: text/plain", "; a=b", 10000, "\n\nx\n", TRUE},
	    {"parameter continuations", HEAD "Content-Disposition: attachment", "; filename*0*=x", 120,
		"\n\nx\n", FALSE},
	    {"a long line", HEAD "\n", "xxxxxxxxxxxxxxxxxxxxxxxxx", 1000000, "", FALSE},
	    {"blanks", HEAD "\n", "                         \n", 200000, "", FALSE},
	    {"quotes", HEAD "\n", "> ", 1000000, "", FALSE},
	    {"lines of quotes", HEAD "\n", "> > > > >\n", 200000, "", FALSE},
	    {"alternatives", MULTI("alternative"), PLAIN "\n" HTML "<p>\n", 400, END, FALSE},
	    {"markup", HEAD "Content-Type: text/html\n\n", "<div><blockquote>", 100000, "", FALSE},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GString) raw = g_string_new(rows[i].before);
		gint64 start;
		MAIL_AUTO *mail = NULL;

		repeat(raw, rows[i].piece, rows[i].times);
		g_string_append(raw, rows[i].after);
		start = g_get_monotonic_time();
		mail = read_one(raw->str, raw->len, FALSE);
		g_test_message("%s: %" G_GINT64_FORMAT " ms, held: %s", rows[i].name,
		    (g_get_monotonic_time() - start) / 1000, mail_string(mail, MAIL_held));
		g_assert_cmpint(g_get_monotonic_time() - start, <, 8 * G_USEC_PER_SEC);
		g_assert_true((mail_string(mail, MAIL_held)[0] != '\0') == rows[i].held);
	}
}

static void
test_depth(void)
{
	static const struct {
		int depth;
		gboolean held;
	} rows[] = {{45, FALSE}, {55, TRUE}, {900, TRUE}, {5000, TRUE}};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GString) raw = g_string_new(HEAD);
		MAIL_AUTO *mail = NULL;

		nest(raw, rows[i].depth);
		mail = read_one(raw->str, raw->len, FALSE);
		g_assert_true((mail_string(mail, MAIL_held)[0] != '\0') == rows[i].held);
		g_assert_cmpstr(mail_string(mail, MAIL_from_one), ==, "a@b.test");
		g_assert_cmpstr(mail_string(mail, MAIL_subject), ==, "s");
	}
}

static void
test_held(void)
{
	static const char *const rows[] = {"", "\n\n", "\r\n", "From x@y Mon Jan  1\n"};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		MAIL_AUTO *mail = read_one(rows[i], strlen(rows[i]), FALSE);

		g_assert_cmpstr(mail_string(mail, MAIL_held), ==, "the mail is empty");
	}
}

/* Bytes that are no text in every place that is shown. */
static void
test_raw_bytes(void)
{
	static const char raw[] =
	    "From: \xff <\xff@\xff>\nReturn-Path: <bounce-\xff@x.test>\nTo: \xff\nSubject: \xff\nMessage-ID: "
	    "<\xff@x>\n"
	    "Auto-Submitted: auto-\xff\nX-Failed-Recipients: \xff@x.test\nContent-Language: \xff\nList-Id: "
	    "\xff\n"
	    "Content-Type: multipart/report; report-type=delivery-status; boundary=x\n\n"
	    "--x\nContent-Type: text/\xff; charset=\xff; name=\xff\nContent-ID: <\xff>\n\n\xff\n"
	    "--x\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; \xff\n\nFinal-Recipient: "
	    "rfc822; \xff@x.test\n"
	    "Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; \xff\n"
	    "--x\nContent-Type: message/rfc822\n\nMessage-ID: <1\xff@x>\nSubject: \xff\n\n\xff\n--x--\n";
	MAIL_AUTO *mail = read_one(raw, sizeof raw - 1, FALSE);

	g_assert_true(mail_flag(mail, MAIL_is_bounce));
	g_assert_true(mail_flag(mail, MAIL_is_auto));
	g_assert_cmpstr(mail_string(mail, MAIL_from_one), ==, "");
	g_assert_cmpstr(mail_string(mail, MAIL_subject), ==, "ÿ");
}

/* Every prefix of a mail and every byte of it turned: always an answer of the right shape. */
static void
test_mangled(void)
{
	static const char raw[] = MULTI("mixed") PLAIN
	    "Grüße\n" HTML "<p>x&uuml;</p>\n"
	    "--x\nContent-Type: text/calendar\n\nBEGIN:VEVENT\nSUMMARY:x\nEND:VEVENT\n" FILE_PART(
		"=?utf-8?B?SGVsbG8=?=") END;

	for (gsize n = 0; n < sizeof raw; n++)
		mail_free(read_one(raw, n, TRUE));
	for (gsize i = 0; i < sizeof raw - 1; i++) {
		char turned[sizeof raw];

		memcpy(turned, raw, sizeof raw);
		turned[i] ^= (char)(1 << (i % 8));
		mail_free(read_one(turned, sizeof raw - 1, FALSE));
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	read_init();
	g_test_add_func("/mime/read/content", test_content);
	g_test_add_func("/mime/read/header", test_header);
	g_test_add_func("/mime/read/forward", test_forward);
	g_test_add_func("/mime/read/protection", test_protection);
	g_test_add_func("/mime/read/invite", test_invite);
	g_test_add_func("/mime/read/bombs", test_bombs);
	g_test_add_func("/mime/read/depth", test_depth);
	g_test_add_func("/mime/read/held", test_held);
	g_test_add_func("/mime/read/raw-bytes", test_raw_bytes);
	g_test_add_func("/mime/read/mangled", test_mangled);
	return g_test_run();
}
