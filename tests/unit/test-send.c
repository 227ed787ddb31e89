/* The sender against scripted relays, and against smtp-sink where it is installed. */
#include "config.h"

#include "net/error.h"
#include "send/gate.h"
#include "tests/hostile/fakedesk.h"
#include "tests/hostile/peer.h"

#include <glib/gstdio.h>
#include <string.h>

#define STEPS(...)                                                                                           \
	(const struct peer_step[]){__VA_ARGS__}, G_N_ELEMENTS(((const struct peer_step[]){__VA_ARGS__}))
#define HELLO                                                                                                \
	{NULL, "220 relay\r\n", NULL},                                                                       \
	{                                                                                                    \
		"EHLO ", "250-relay\r\n250-SIZE 1000000\r\n250 8BITMIME\r\n", NULL                           \
	}
#define BYE                                                                                                  \
	{                                                                                                    \
		"QUIT", "221 bye\r\n", NULL                                                                  \
	}

static void
read_mail(struct peer *p)
{
	for (;;) {
		g_autofree char *line = peer_line(p);

		if (line == NULL || strcmp(line, ".") == 0)
			return;
	}
}

static const char mail[] = "Subject: x\r\n\r\n.dot\r\nend\r\n";

/* What the relay does at each stage, what the desk is told, and how the sender leaves. */
static void
test_outcomes(void)
{
	const struct {
		const char *name;
		const struct peer_step *steps;
		gsize n;
		const char *step; /* of SEND_RESULT; NULL: SEND_TROUBLE comes instead */
		guint32 codes[2]; /* for a@x.test and b@x.test */
		const char *text; /* somewhere in the first result, or in the trouble */
		int status;
	} rows[] = {
	    {"accepted",
		STEPS(HELLO, {"MAIL FROM:<s@x.test> SIZE=25", "250 ok\r\n", NULL},
		    {"RCPT TO:<a@x.test>", "250 ok\r\n", NULL},
		    {"RCPT TO:<b@x.test>", "251 will forward\r\n", NULL}, {"DATA", "354 go\r\n", read_mail},
		    {NULL, "250 2.0.0 taken\r\n", NULL}, BYE),
		"data", {250, 250}, "2.0.0 taken", 0},
	    {"later at MAIL",
		STEPS(HELLO, {"MAIL", "451 4.3.0 later\r\n", NULL}, {"RSET", "250 ok\r\n", NULL}, BYE),
		"mail", {451, 451}, "4.3.0 later", 0},
	    {"never at MAIL",
		STEPS(HELLO, {"MAIL", "550-5.7.1 no\r\n550 5.7.1 never\r\n", NULL},
		    {"RSET", "250 ok\r\n", NULL}, BYE),
		"mail", {550, 550}, "5.7.1 no 5.7.1 never", 0},
	    {"one recipient refused",
		STEPS(HELLO, {"MAIL", "250 ok\r\n", NULL}, {"RCPT", "550 5.1.1 no such\r\n", NULL},
		    {"RCPT", "250 ok\r\n", NULL}, {"DATA", "354 go\r\n", read_mail},
		    {NULL, "250 taken\r\n", NULL}, BYE),
		"data", {550, 250}, "5.1.1", 0},
	    {"all recipients refused",
		STEPS(HELLO, {"MAIL", "250 ok\r\n", NULL}, {"RCPT", "550 5.1.1 no\r\n", NULL},
		    {"RCPT", "450 4.2.1 later\r\n", NULL}, {"RSET", "250 ok\r\n", NULL}, BYE),
		"rcpt", {550, 450}, "5.1.1", 0},
	    {"full mailbox is later",
		STEPS(HELLO, {"MAIL", "250 ok\r\n", NULL}, {"RCPT", "552 full\r\n", NULL},
		    {"RCPT", "550 5.2.2 full\r\n", NULL}, {"RSET", "250 ok\r\n", NULL}, BYE),
		"rcpt", {452, 452}, "full", 0},
	    {"hung up at RCPT", STEPS(HELLO, {"MAIL", "250 ok\r\n", NULL}, {"RCPT", NULL, NULL}), "rcpt",
		{0, 0}, "closed", 0},
	    {"a code out of place",
		STEPS(HELLO, {"MAIL", "354 go on\r\n", NULL}, {"RSET", "250 ok\r\n", NULL}, BYE), "mail",
		{451, 451}, "go on", 0},
	    {"421 at RCPT", STEPS(HELLO, {"MAIL", "250 ok\r\n", NULL}, {"RCPT", "421 4.3.2 down\r\n", NULL}),
		"rcpt", {421, 421}, "4.3.2", 0},
	    {"DATA refused",
		STEPS(HELLO, {"MAIL", "250 ok\r\n", NULL}, {"RCPT", "250 ok\r\n", NULL},
		    {"RCPT", "250 ok\r\n", NULL}, {"DATA", "451 no room\r\n", NULL},
		    {"RSET", "250 ok\r\n", NULL}, BYE),
		"ask", {451, 451}, "no room", 0},
	    {"mail refused",
		STEPS(HELLO, {"MAIL", "250 ok\r\n", NULL}, {"RCPT", "250 ok\r\n", NULL},
		    {"RCPT", "250 ok\r\n", NULL}, {"DATA", "354 go\r\n", read_mail},
		    {NULL, "554 5.7.1 spam\r\n", NULL}, {"RSET", "250 ok\r\n", NULL}, BYE),
		"data", {554, 554}, "spam", 0},
	    {"mail deferred",
		STEPS(HELLO, {"MAIL", "250 ok\r\n", NULL}, {"RCPT", "250 ok\r\n", NULL},
		    {"RCPT", "250 ok\r\n", NULL}, {"DATA", "354 go\r\n", read_mail},
		    {NULL, "451 later\r\n", NULL}, {"RSET", "250 ok\r\n", NULL}, BYE),
		"data", {451, 451}, "later", 0},
	    {"closed after the dot",
		STEPS(HELLO, {"MAIL", "250 ok\r\n", NULL}, {"RCPT", "250 ok\r\n", NULL},
		    {"RCPT", "250 ok\r\n", NULL}, {"DATA", "354 go\r\n", read_mail}),
		"data", {0, 0}, "closed", 0},
	    {"reply cut after the dot",
		STEPS(HELLO, {"MAIL", "250 ok\r\n", NULL}, {"RCPT", "250 ok\r\n", NULL},
		    {"RCPT", "250 ok\r\n", NULL}, {"DATA", "354 go\r\n", read_mail}, {NULL, "250", NULL}),
		"data", {0, 0}, "closed", 0},
	    {"garbage after the dot",
		STEPS(HELLO, {"MAIL", "250 ok\r\n", NULL}, {"RCPT", "250 ok\r\n", NULL},
		    {"RCPT", "250 ok\r\n", NULL}, {"DATA", "354 go\r\n", read_mail},
		    {NULL, "4294967546 accepted\r\n", NULL}),
		"data", {0, 0}, "no SMTP reply", 0},
	    {"a code that says nothing",
		STEPS(HELLO, {"MAIL", "250 ok\r\n", NULL}, {"RCPT", "250 ok\r\n", NULL},
		    {"RCPT", "250 ok\r\n", NULL}, {"DATA", "354 go\r\n", read_mail},
		    {NULL, "354 more?\r\n", NULL}, {"RSET", "250 ok\r\n", NULL}, BYE),
		"data", {0, 0}, "more?", 0},
	    {"two codes in one reply",
		STEPS(HELLO, {"MAIL", "250 ok\r\n", NULL}, {"RCPT", "250 ok\r\n", NULL},
		    {"RCPT", "250 ok\r\n", NULL}, {"DATA", "354 go\r\n", read_mail},
		    {NULL, "550-no\r\n250 yes\r\n", NULL}),
		"data", {0, 0}, "no SMTP reply", 0},
	    {"smaller than the mail",
		STEPS({NULL, "220 r\r\n", NULL}, {"EHLO", "250-r\r\n250 SIZE 10\r\n", NULL}, BYE), "gate",
		{552, 552}, "larger", 0},
	    {"no service", STEPS({NULL, "554 go away\r\n", NULL}), NULL, {0, 0}, "554 go away", 75},
	    {"no SMTP", STEPS({NULL, "* OK IMAP ready\r\n", NULL}), NULL, {0, 0}, "no SMTP reply", 75},
	    {"EHLO with a tab",
		STEPS({NULL, "220 r\r\n", NULL}, {"EHLO", "250-r\r\n250 AUTH PLAIN\tLOGIN\r\n", NULL},
		    {"MAIL", "451 later\r\n", NULL}, {"RSET", "250 ok\r\n", NULL}, BYE),
		"mail", {451, 451}, "later", 0},
	};
	static const char *const to[] = {"a@x.test", "b@x.test", NULL};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		const struct peer_script script = {rows[i].steps, rows[i].n, PEER_CLOSE, NULL, FALSE};
		struct conf_server server = {.tls = CONF_TLS_PLAIN, .host = (char *)"127.0.0.1"};
		struct fakedesk desk;
		pid_t peer = peer_start(&script, &server.port);
		IPC_MESSAGE_AUTO m = {.fd = -1};

		g_test_message("%s", rows[i].name);
		fakedesk_send(&desk, &server, "");
		fakedesk_mail(&desk, 7, "s@x.test", to, mail, sizeof mail - 1);
		if (rows[i].step != NULL && (strcmp(rows[i].step, "data") == 0)) {
			fakedesk_expect(&desk, WIRE_SEND_DATA, &m);
			fakedesk_go(&desk, 7);
		}
		fakedesk_expect(&desk, rows[i].step != NULL ? WIRE_SEND_RESULT : WIRE_SEND_TROUBLE, &m);
		if (rows[i].step != NULL) {
			g_autoptr(GVariant) results = wire_value(&m, "results");

			g_assert_cmpstr(wire_string(&m, "step"), ==, rows[i].step);
			g_assert_cmpuint(g_variant_n_children(results), ==, 2);
			for (gsize k = 0; k < 2; k++) {
				const char *address, *text;
				guint32 code;

				g_variant_get_child(results, k, "(&su&s)", &address, &code, &text);
				g_assert_cmpstr(address, ==, to[k]);
				g_assert_cmpuint(code, ==, rows[i].codes[k]);
				if (k == 0)
					g_assert_nonnull(strstr(text, rows[i].text));
			}
			g_assert_cmpint(fakedesk_end(&desk), ==, rows[i].status);
		} else {
			g_assert_nonnull(strstr(wire_string(&m, "text"), rows[i].text));
			g_assert_cmpint(fakedesk_left(&desk), ==, rows[i].status);
		}
		g_assert_cmpint(peer_wait(peer), ==, 0);
	}
}

/* Endless EHLO lines end at the budget. */
static void
endless(struct peer *p)
{
	for (;;)
		peer_say(p, "250-more and more and more\r\n", 28);
}

static void
test_endless(void)
{
	const struct peer_step steps[] = {{NULL, "220 r\r\n", NULL}, {"EHLO", NULL, endless}};
	const struct peer_script script = {steps, G_N_ELEMENTS(steps), PEER_CLOSE, NULL, FALSE};
	struct conf_server server = {.tls = CONF_TLS_PLAIN, .host = (char *)"127.0.0.1"};
	static const char *const to[] = {"a@x.test", NULL};
	struct fakedesk desk;
	pid_t peer = peer_start(&script, &server.port);
	IPC_MESSAGE_AUTO m = {.fd = -1};

	fakedesk_send(&desk, &server, "");
	fakedesk_mail(&desk, 1, "", to, mail, sizeof mail - 1);
	fakedesk_expect(&desk, WIRE_SEND_TROUBLE, &m);
	g_assert_nonnull(strstr(wire_string(&m, "text"), "more than the 65536 bytes"));
	g_assert_cmpint(fakedesk_left(&desk), ==, 75);
	g_assert_cmpint(peer_wait(peer), ==, 4);
}

/* What goes over the wire is what the desk gave, dots stuffed, and nothing goes before SEND_GO. */
static GString *heard;

static void
record(struct peer *p)
{
	g_autofree char *line = NULL;

	heard = g_string_new(NULL);
	while ((line = peer_line(p)) != NULL) {
		g_string_append_printf(heard, "%s\n", line);
		if (strcmp(line, ".") == 0)
			break;
		g_clear_pointer(&line, g_free);
	}
	if (strcmp(heard->str, "Subject: x\n\n..dot\n..\nend\n.\n") != 0)
		peer_say(p, "554 not what was expected\r\n", 27);
	else
		peer_say(p, "250 same\r\n", 10);
}

static void
test_bytes(void)
{
	const struct peer_step steps[] = {HELLO, {"MAIL FROM:<>", "250 ok\r\n", NULL},
	    {"RCPT", "250 ok\r\n", NULL}, {"DATA", "354 go\r\n", record},
	    {"MAIL FROM:<s@x.test>", "250 ok\r\n", NULL}, {"RCPT", "250 ok\r\n", NULL},
	    {"DATA", "354 go\r\n", NULL}};
	const struct peer_script script = {steps, G_N_ELEMENTS(steps), PEER_LINGER, NULL, FALSE};
	struct conf_server server = {.tls = CONF_TLS_PLAIN, .host = (char *)"127.0.0.1"};
	static const char *const to[] = {"a@x.test", NULL};
	static const char dots[] = "Subject: x\r\n\r\n.dot\r\n.\r\nend\r\n";
	struct fakedesk desk;
	pid_t peer = peer_start(&script, &server.port);
	IPC_MESSAGE_AUTO m = {.fd = -1};
	g_autoptr(GVariant) results = NULL;
	guint32 code;

	fakedesk_send(&desk, &server, "");
	fakedesk_mail(&desk, 1, "", to, dots, sizeof dots - 1);
	fakedesk_mail(&desk, 2, "s@x.test", to, dots, sizeof dots - 1);
	fakedesk_expect(&desk, WIRE_SEND_DATA, &m);
	fakedesk_go(&desk, 1);
	fakedesk_expect(&desk, WIRE_SEND_RESULT, &m);
	g_assert_cmpint(wire_i64(&m, "id"), ==, 1);
	results = wire_value(&m, "results");
	g_variant_get_child(results, 0, "(&su&s)", NULL, &code, NULL);
	g_assert_cmpuint(code, ==, 250);
	/* The same connection serves the second; the desk leaves before it may go. */
	fakedesk_expect(&desk, WIRE_SEND_DATA, &m);
	g_assert_cmpint(wire_i64(&m, "id"), ==, 2);
	g_assert_cmpint(fakedesk_end(&desk), ==, 0);
	g_assert_cmpint(peer_wait(peer), ==, 0);
}

/* Login: what is said, and what a refusal means. */
static void
test_login(void)
{
	static const struct {
		const char *offer;
		enum conf_secret secret;
		struct peer_step steps[3];
		const char *text; /* of the trouble; NULL: a mail is tried */
		int status;
	} rows[] = {
	    {"250-AUTH PLAIN LOGIN", CONF_SECRET_PASSWORD_FILE,
		{{"AUTH PLAIN AHVzZXIAcGE=", "235 ok\r\n", NULL}}, NULL, 0},
	    {"250-AUTH=LOGIN", CONF_SECRET_PASSWORD_FILE,
		{{"AUTH LOGIN", "334 VXNlcg==\r\n", NULL}, {"dXNlcg==", "334 UGFzcw==\r\n", NULL},
		    {"cGE=", "235 ok\r\n", NULL}},
		NULL, 0},
	    {"250-AUTH XOAUTH2 PLAIN", CONF_SECRET_TOKEN_COMMAND,
		{{"AUTH XOAUTH2 dXNlcj11c2VyAWF1dGg9QmVhcmVyIHBhAQE=", "334 e30=\r\n", NULL},
		    {"", "535 5.7.8 token\r\n", NULL}},
		"535 5.7.8 token", 77},
	    {"250-AUTH PLAIN", CONF_SECRET_PASSWORD_FILE, {{"AUTH PLAIN", "535 5.7.8 wrong\r\n", NULL}},
		"535 5.7.8 wrong", 77},
	    {"250-AUTH PLAIN", CONF_SECRET_PASSWORD_FILE, {{"AUTH PLAIN", "454 4.7.0 later\r\n", NULL}},
		"454 4.7.0 later", 75},
	    {"250-AUTH CRAM-MD5", CONF_SECRET_PASSWORD_FILE, {{NULL, NULL, NULL}}, "does not offer it", 77},
	};
	static const char *const to[] = {"a@x.test", NULL};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *offer = g_strdup_printf("250-r\r\n%s\r\n250 SIZE\r\n", rows[i].offer);
		struct peer_step steps[7] = {{NULL, "220 r\r\n", NULL}, {"EHLO", offer, NULL}};
		struct peer_script script = {steps, 2, PEER_LINGER, NULL, FALSE};
		struct conf_server server = {.tls = CONF_TLS_PLAIN,
		    .host = (char *)"127.0.0.1",
		    .user = (char *)"user",
		    .secret = rows[i].secret};
		struct fakedesk desk;
		pid_t peer;
		IPC_MESSAGE_AUTO m = {.fd = -1};

		for (gsize k = 0; k < 3 && rows[i].steps[k].expect != NULL; k++)
			steps[script.n++] = rows[i].steps[k];
		if (rows[i].text == NULL)
			steps[script.n++] = (struct peer_step){"MAIL", "421 bye\r\n", NULL};
		g_test_message("%s", rows[i].offer);
		peer = peer_start(&script, &server.port);
		fakedesk_send(&desk, &server, "pa");
		fakedesk_mail(&desk, 1, "", to, mail, sizeof mail - 1);
		fakedesk_expect(&desk, rows[i].text != NULL ? WIRE_SEND_TROUBLE : WIRE_SEND_RESULT, &m);
		if (rows[i].text != NULL)
			g_assert_nonnull(strstr(wire_string(&m, "text"), rows[i].text));
		g_assert_cmpint(fakedesk_left(&desk), ==, rows[i].status);
		g_assert_cmpint(peer_wait(peer), ==, 0);
	}
}

/* T28: who does not prove to be the host we asked for learns nothing. */
static void
test_tls(void)
{
	static const struct {
		const char *name;
		const char *certificate;
		int seconds;
		const char *priority;
		gboolean other_ca, implicit;
		const char *step, *text;
		int status;
	} rows[] = {
	    {"good", "127.0.0.1", 3600, NULL, FALSE, TRUE, NULL, NULL, 0},
	    {"good STARTTLS", "127.0.0.1", 3600, NULL, FALSE, FALSE, NULL, NULL, 0},
	    {"wrong name", "evil.test", 3600, NULL, FALSE, TRUE, "tls",
		"name in the certificate does not match", 77},
	    {"wrong name, STARTTLS", "evil.test", 3600, NULL, FALSE, FALSE, "tls",
		"name in the certificate does not match", 77},
	    {"unknown authority", "127.0.0.1", 3600, NULL, TRUE, TRUE, "tls", "issuer is unknown", 77},
	    {"expired", "127.0.0.1", -60, NULL, FALSE, TRUE, "tls", "expired", 77},
	    {"old TLS", "127.0.0.1", 3600, "NORMAL:-VERS-ALL:+VERS-TLS1.1:%COMPAT", FALSE, TRUE, "tls", "TLS",
		75},
	};
	static const char *const to[] = {"a@x.test", NULL};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		const struct peer_step implicit[] = {HELLO, {"MAIL", "421 bye\r\n", NULL}};
		const struct peer_step starttls[] = {{NULL, "220 r\r\n", NULL},
		    {"EHLO", "250-r\r\n250 STARTTLS\r\n", NULL}, {"STARTTLS", "220 go\r\n", peer_start_tls},
		    {"EHLO", "250 r\r\n", NULL}, {"MAIL", "421 bye\r\n", NULL}};
		struct peer_certificate *c = peer_certificate_new(rows[i].certificate, rows[i].seconds);
		struct peer_certificate *other = peer_certificate_new("other", 3600);
		const struct peer_script script = {rows[i].implicit ? implicit : starttls,
		    rows[i].implicit ? G_N_ELEMENTS(implicit) : G_N_ELEMENTS(starttls), PEER_LINGER, c,
		    rows[i].implicit};
		struct conf_server server = {.tls = rows[i].implicit ? CONF_TLS_IMPLICIT : CONF_TLS_STARTTLS,
		    .host = (char *)"127.0.0.1",
		    .ca_file = rows[i].other_ca ? other->ca_file : c->ca_file};
		struct fakedesk desk;
		pid_t peer;
		IPC_MESSAGE_AUTO m = {.fd = -1};

		c->priority = rows[i].priority;
		g_test_message("%s", rows[i].name);
		peer = peer_start(&script, &server.port);
		fakedesk_send(&desk, &server, "pa");
		fakedesk_mail(&desk, 1, "", to, mail, sizeof mail - 1);
		fakedesk_expect(&desk, rows[i].text != NULL ? WIRE_SEND_TROUBLE : WIRE_SEND_RESULT, &m);
		if (rows[i].text != NULL) {
			g_assert_cmpstr(wire_string(&m, "step"), ==, rows[i].step);
			g_assert_nonnull(strstr(wire_string(&m, "text"), rows[i].text));
		}
		g_assert_cmpint(fakedesk_left(&desk), ==, rows[i].status);
		g_assert_cmpint(peer_wait(peer), ==, rows[i].text != NULL ? 4 : 0);
		peer_certificate_free(c);
		peer_certificate_free(other);
	}
}

/* STARTTLS kept from us, or with words slipped in behind it. */
static void
test_starttls_attacks(void)
{
	static const struct {
		const char *offer, *answer, *text;
	} rows[] = {
	    {"250-r\r\n250 AUTH PLAIN\r\n", NULL, "does not offer it"},
	    {"250-r\r\n250 STARTTLS\r\n", "454 not now\r\n", "454 not now"},
	    {"250-r\r\n250 STARTTLS\r\n", "220 go\r\n250-r\r\n250 AUTH PLAIN\r\n", "more behind its answer"},
	};
	static const char *const to[] = {"a@x.test", NULL};
	struct peer_certificate *c = peer_certificate_new("127.0.0.1", 3600);

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		const struct peer_step steps[] = {{NULL, "220 r\r\n", NULL}, {"EHLO", rows[i].offer, NULL},
		    {"STARTTLS", rows[i].answer, NULL}};
		const struct peer_script script = {
		    steps, rows[i].answer != NULL ? 3 : 2, PEER_LINGER, NULL, FALSE};
		struct conf_server server = {.tls = CONF_TLS_STARTTLS,
		    .host = (char *)"127.0.0.1",
		    .ca_file = c->ca_file,
		    .user = (char *)"user",
		    .secret = CONF_SECRET_PASSWORD_FILE};
		struct fakedesk desk;
		pid_t peer = peer_start(&script, &server.port);
		IPC_MESSAGE_AUTO m = {.fd = -1};

		fakedesk_send(&desk, &server, "pa");
		fakedesk_mail(&desk, 1, "", to, mail, sizeof mail - 1);
		fakedesk_expect(&desk, WIRE_SEND_TROUBLE, &m);
		g_assert_nonnull(strstr(wire_string(&m, "text"), rows[i].text));
		g_assert_cmpint(fakedesk_left(&desk), ==, 75);
		g_assert_cmpint(peer_wait(peer), ==, 0);
	}
	peer_certificate_free(c);
}

static void
test_addresses(void)
{
	static const struct {
		const char *address;
		gboolean good;
	} rows[] = {
	    {"a@b", TRUE},
	    {"a.b+c@d.example", TRUE},
	    {"\"a b\"@d.example", TRUE},
	    {"\"a\\\"b\"@d.example", TRUE},
	    {"a@[127.0.0.1]", TRUE},
	    {"jörg@müller.example", TRUE},
	    {"o'brien@x.test", TRUE},
	    {"", FALSE},
	    {"a", FALSE},
	    {"@b", FALSE},
	    {"a@", FALSE},
	    {"a@b>\r\nRCPT TO:<x@y", FALSE},
	    {"a@b\r\nDATA", FALSE},
	    {"a@b\n", FALSE},
	    {"a b@c", FALSE},
	    {"a@b c", FALSE},
	    {"<a@b>", FALSE},
	    {"a..b@c", FALSE},
	    {".a@c", FALSE},
	    {"a.@c", FALSE},
	    {"a@b..c", FALSE},
	    {"a@b SIZE=1", FALSE},
	    {"\"a\"b\"@c", FALSE},
	    {"\"\\\"@c", FALSE},
	    {"a@\xff", FALSE},
	    {"a@b\x7f", FALSE},
	    {"a,b@c", FALSE},
	    {"a@b@c", FALSE},
	};
	g_autofree char *local = g_strnfill(65, 'a');
	g_autofree char *too_long = g_strconcat(local, "@x.test", NULL);

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_test_message("row %zu", i);
		g_assert_cmpint(gate_address(rows[i].address), ==, rows[i].good);
	}
	g_assert_false(gate_address(too_long));
}

static void
test_gate_bytes(void)
{
	static const struct {
		const char *bytes;
		gsize length;
		gboolean good;
	} rows[] = {
#define ROW(s, good) {s, sizeof s - 1, good}
	    ROW("A: b\r\n\r\nc\r\n", TRUE),
	    ROW("A: b\r\n\r\nc", TRUE),
	    ROW("", FALSE),
	    ROW("A: b\n", FALSE),
	    ROW("A: b\r\n\r", FALSE),
	    ROW("A\r\r\n", FALSE),
	    ROW("A\0b\r\n", FALSE),
	    ROW("A\r\n\n.\r\n", FALSE),
	    ROW("A\n.\r\n", FALSE),
	    ROW("A\r.\r\n", FALSE),
#undef ROW
	};
	g_autofree char *line = g_strnfill(GATE_LINE_MAX + 1, 'a');

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
		g_assert_cmpint(gate_bytes(rows[i].bytes, rows[i].length) == NULL, ==, rows[i].good);
	g_assert_null(gate_bytes(line, GATE_LINE_MAX));
	g_assert_nonnull(gate_bytes(line, GATE_LINE_MAX + 1));
}

/* Addresses that cannot go are refused one by one; the others get the mail. */
static void
test_gate_in_use(void)
{
	const struct peer_step steps[] = {HELLO, {"MAIL FROM:<>", "250 ok\r\n", NULL},
	    {"RCPT TO:<good@x.test>", "250 ok\r\n", NULL}, {"DATA", "354 go\r\n", read_mail},
	    {NULL, "250 taken\r\n", NULL}};
	const struct peer_script script = {steps, G_N_ELEMENTS(steps), PEER_LINGER, NULL, FALSE};
	struct conf_server server = {.tls = CONF_TLS_PLAIN, .host = (char *)"127.0.0.1"};
	static const char *const to[] = {"a@b>\r\nRCPT TO:<x@y", "good@x.test", "jörg@x.test", NULL};
	static const guint32 codes[] = {553, 250, 553};
	struct fakedesk desk;
	pid_t peer = peer_start(&script, &server.port);
	IPC_MESSAGE_AUTO m = {.fd = -1};
	g_autoptr(GVariant) results = NULL;

	fakedesk_send(&desk, &server, "");
	fakedesk_mail(&desk, 1, "", to, mail, sizeof mail - 1);
	fakedesk_expect(&desk, WIRE_SEND_DATA, &m);
	fakedesk_go(&desk, 1);
	fakedesk_expect(&desk, WIRE_SEND_RESULT, &m);
	results = wire_value(&m, "results");
	for (gsize i = 0; i < G_N_ELEMENTS(codes); i++) {
		guint32 code;

		g_variant_get_child(results, i, "(&su&s)", NULL, &code, NULL);
		g_assert_cmpuint(code, ==, codes[i]);
	}
	g_assert_cmpint(fakedesk_end(&desk), ==, 0);
	g_assert_cmpint(peer_wait(peer), ==, 0);
}

/* The program itself, in its jail. */
static void
test_program(void)
{
	const struct peer_step steps[] = {{NULL, "220 relay\r\n", NULL},
	    {"EHLO ", "250-relay\r\n250 STARTTLS\r\n", NULL}, {"STARTTLS", "220 go\r\n", peer_start_tls},
	    {"EHLO ", "250-relay\r\n250 AUTH PLAIN\r\n", NULL},
	    {"AUTH PLAIN AHVzZXIAcGE=", "235 ok\r\n", NULL}, {"MAIL", "250 ok\r\n", NULL},
	    {"RCPT", "250 ok\r\n", NULL}, {"DATA", "354 go\r\n", read_mail}, {NULL, "250 taken\r\n", NULL},
	    BYE};
	struct peer_certificate *c = peer_certificate_new("127.0.0.1", 3600);
	const struct peer_script script = {steps, G_N_ELEMENTS(steps), PEER_CLOSE, c, FALSE};
	static const char *const to[] = {"a@x.test", NULL};
	g_autofree char *path = g_build_filename(c->folder, "triaged.conf", NULL);
	g_autofree char *conf = NULL;
	guint16 port;
	pid_t peer = peer_start(&script, &port);
	struct fakedesk desk;
	IPC_MESSAGE_AUTO m = {.fd = -1};

	conf = g_strdup_printf(
	    "desk \"Test\" { store \"/nowhere/desk.db\" keys \"/nowhere/keys\" user nobody\n"
	    " ca-file \"%s\" }\n"
	    "relay main { smtp starttls 127.0.0.1:%u user user password-file \"/nowhere/secret\" }\n"
	    "mailbox support { address support@desk.test queue general relay main }\n"
	    "queue general { team first }\nteam first { agent a@desk.test }\n",
	    c->ca_file, port);
	g_assert_true(g_file_set_contents(path, conf, -1, NULL));
	fakedesk_program(&desk, "triaged-send", "main", path, "pa\n");
	fakedesk_mail(&desk, 1, "", to, mail, sizeof mail - 1);
	fakedesk_expect(&desk, WIRE_SEND_DATA, &m);
	fakedesk_go(&desk, 1);
	fakedesk_expect(&desk, WIRE_SEND_RESULT, &m);
	g_assert_cmpstr(wire_string(&m, "step"), ==, "data");
	g_assert_cmpint(fakedesk_end(&desk), ==, 0);
	g_assert_cmpint(peer_wait(peer), ==, 0);
	g_remove(path);
	peer_certificate_free(c);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/send/gate/addresses", test_addresses);
	g_test_add_func("/send/gate/bytes", test_gate_bytes);
	g_test_add_func("/send/gate/in-use", test_gate_in_use);
	g_test_add_func("/send/program", test_program);
	g_test_add_func("/send/outcomes", test_outcomes);
	g_test_add_func("/send/endless", test_endless);
	g_test_add_func("/send/bytes", test_bytes);
	g_test_add_func("/send/login", test_login);
	g_test_add_func("/send/tls", test_tls);
	g_test_add_func("/send/starttls-attacks", test_starttls_attacks);
	return g_test_run();
}
