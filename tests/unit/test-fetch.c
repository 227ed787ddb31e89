/* The fetcher against scripted IMAP servers: honest ones with few extensions, and hostile ones. */
#include "config.h"

#include "tests/hostile/fakedesk.h"
#include "tests/hostile/peer.h"

#include <stdio.h>
#include <string.h>

enum { LARGEST = 1024 * 1024, STAGES = 7 };

#define CAPABILITIES(words) "* CAPABILITY IMAP4rev1 " words "\r\n$ OK done\r\n"
#define SELECTED(exists)                                                                                     \
	"* " exists                                                                                          \
	" EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [PERMANENTFLAGS (\\Seen \\Deleted \\*)] x\r\n"            \
	"$ OK [READ-WRITE] done\r\n"
#define BEGIN(words, exists)                                                                                 \
	{NULL, "* OK hello\r\n", NULL}, {"CAPABILITY", CAPABILITIES(words), NULL},                           \
	    {"LOGIN", "$ OK in\r\n", NULL}, {"CAPABILITY", CAPABILITIES(words), NULL},                       \
	{                                                                                                    \
		"SELECT INBOX", SELECTED(exists), NULL                                                       \
	}
#define LIST_ONE                                                                                             \
	{                                                                                                    \
		"UID FETCH 1:* (UID RFC822.SIZE)", "* 1 FETCH (UID 5 RFC822.SIZE 4)\r\n$ OK done\r\n", NULL  \
	}
#define LIST_TWO                                                                                             \
	{                                                                                                    \
		"UID FETCH 1:* (UID RFC822.SIZE)",                                                           \
		    "* 1 FETCH (UID 5 RFC822.SIZE 4)\r\n* 2 FETCH (UID 6 RFC822.SIZE 4)\r\n$ OK done\r\n",   \
		    NULL                                                                                     \
	}
#define TWO_BODIES                                                                                           \
	"* 1 FETCH (UID 5 BODY[] {4}\r\nabcd)\r\n* 2 FETCH (UID 6 BODY[] {4}\r\nefgh)\r\n$ OK done\r\n"

static struct conf_mailbox
mailbox(struct conf_server *server, enum conf_done done)
{
	return (struct conf_mailbox){.name = (char *)"test",
	    .imap = server,
	    .folder = (char *)"INBOX",
	    .done = done,
	    .done_folder = (char *)"Done",
	    .poll = 50};
}

/* Each row replaces one answer of an honest server by another, after which the server waits or hangs up; what
 * the desk is told, and how the fetcher leaves. */
static void
test_trouble(void)
{
	static const struct peer_step honest[STAGES] = {
	    BEGIN("UIDPLUS", "1"), LIST_ONE, {"UID FETCH 5 ", NULL, NULL}};
	enum { GREETING, CAPABILITY, LOGIN, CAPABILITY_AGAIN, SELECT, LIST, BODY };
	static const struct {
		const char *name;
		int stage;
		const char *say;
		const char *step, *text;
		int status;
	} rows[] = {
	    {"PREAUTH in the clear", GREETING, "* PREAUTH hi\r\n", "tls", "PREAUTH", 75},
	    {"no room", GREETING, "* BYE full\r\n", "tls", "full", 75},
	    {"another protocol", GREETING, "220 smtp\r\n", "tls", "no IMAP greeting", 75},
	    {"hangs up", GREETING, NULL, "tls", "closed the connection", 75},
	    {"BAD", CAPABILITY, "$ BAD what\r\n", "login", "BAD: what", 75},
	    {"no login", CAPABILITY, CAPABILITIES("LOGINDISABLED"), "login", "does not offer it", 77},
	    {"wrong password", LOGIN, "$ NO [AUTHENTICATIONFAILED] no\r\n", "login", "AUTHENTICATIONFAILED",
		77},
	    {"server out of order", LOGIN, "$ NO [UNAVAILABLE] no\r\n", "login", "UNAVAILABLE", 75},
	    {"wrong tag", LOGIN, "x9 OK in\r\n", "login", "could not be understood", 75},
	    {"no UIDVALIDITY", SELECT, "* 1 EXISTS\r\n$ OK done\r\n", "select", "no UIDVALIDITY", 75},
	    {"UIDVALIDITY 0", SELECT, "* OK [UIDVALIDITY 0] x\r\n$ OK done\r\n", "select", "no UIDVALIDITY",
		75},
	    {"UIDVALIDITY of 33 bits", SELECT, "* OK [UIDVALIDITY 4294967297] x\r\n$ OK done\r\n", "select",
		"32 bits", 75},
	    {"no folder", SELECT, "$ NO [NONEXISTENT] no\r\n", "select", "NO: [NONEXISTENT] no", 75},
	    {"UID of 33 bits", LIST, "* 1 FETCH (UID 4294967301 RFC822.SIZE 4)\r\n$ OK done\r\n", "list",
		"32 bits", 75},
	    {"list refused", LIST, "$ NO cannot\r\n", "list", "NO: cannot", 75},
	    {"list refused after a line", LIST, "* 1 FETCH (UID 5 RFC822.SIZE 4)\r\n$ NO cannot\r\n", "list",
		"NO: cannot", 75},
	    {"literal of 33 bits", BODY,
		"* 1 FETCH (UID 5 BODY[] {4294967306}\r\n0123456789)\r\n$ OK done\r\n", "fetch", "32 bits",
		75},
	    {"literal too long", BODY, "* 1 FETCH (UID 5 BODY[] {99}\r\nabcd", "fetch", "closed", 75},
	    {"literal too short", BODY, "* 1 FETCH (UID 5 BODY[] {2}\r\nabcd)\r\n$ OK done\r\n", "fetch", "",
		75},
	    {"no tag", BODY, "* 1 FETCH (UID 5 BODY[] {4}\r\nabcd)\r\n", "fetch", "closed", 75},
	    {"another UIDVALIDITY", BODY, "* OK [UIDVALIDITY 8] x\r\n$ OK done\r\n", "fetch",
		"UIDVALIDITY changed", 75},
	    {"BAD after the body", BODY, "* 1 FETCH (UID 5 BODY[] {4}\r\nabcd)\r\n$ BAD no\r\n", "fetch",
		"BAD: no", 75},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct peer_step steps[STAGES];
		const struct peer_script script = {steps, (gsize)rows[i].stage + 1, PEER_CLOSE, NULL, FALSE};
		struct conf_server server = {.tls = CONF_TLS_PLAIN,
		    .host = (char *)"127.0.0.1",
		    .user = (char *)"u",
		    .secret = CONF_SECRET_PASSWORD_FILE};
		struct conf_mailbox box = mailbox(&server, CONF_DONE_KEEP);
		struct fakedesk desk;
		IPC_MESSAGE_AUTO m = {.fd = -1};
		pid_t peer;

		memcpy(steps, honest, sizeof steps);
		steps[rows[i].stage].say = rows[i].say;
		g_test_message("%s", rows[i].name);
		peer = peer_start(&script, &server.port);
		fakedesk_fetch(&desk, &box, "canary");
		if (rows[i].stage >= LIST)
			fakedesk_expect(&desk, WIRE_FETCH_UP, &m);
		if (rows[i].stage >= BODY) {
			fakedesk_expect(&desk, WIRE_FETCH_LISTING, &m);
			fakedesk_want_all(&desk, &m, LARGEST);
		}
		fakedesk_expect(&desk, WIRE_FETCH_TROUBLE, &m);
		g_assert_cmpstr(wire_string(&m, "step"), ==, rows[i].step);
		g_assert_nonnull(strstr(wire_string(&m, "text"), rows[i].text));
		g_assert_null(strstr(wire_string(&m, "text"), "canary"));
		g_assert_cmpint(fakedesk_left(&desk), ==, rows[i].status);
		g_assert_cmpint(peer_wait(peer), ==, 0);
	}
}

/* A connection that is cut after byte N of the answer, for every N, never gives a mail (I4). */
static void
test_cut(void)
{
	static const char answer[] = "* 1 FETCH (UID 5 BODY[] {4}\r\nabcd)\r\n6 OK done\r\n";

	for (gsize n = 0; n < sizeof answer - 1; n++) {
		g_autofree char *piece = g_strndup(answer, n);
		const struct peer_step steps[] = {BEGIN("", "1"), LIST_ONE, {"UID FETCH 5 ", piece, NULL}};
		const struct peer_script script = {steps, G_N_ELEMENTS(steps), PEER_CLOSE, NULL, FALSE};
		struct conf_server server = {
		    .tls = CONF_TLS_PLAIN, .host = (char *)"127.0.0.1", .user = (char *)"u"};
		struct conf_mailbox box = mailbox(&server, CONF_DONE_KEEP);
		struct fakedesk desk;
		IPC_MESSAGE_AUTO m = {.fd = -1};
		pid_t peer = peer_start(&script, &server.port);

		fakedesk_fetch(&desk, &box, "");
		fakedesk_expect(&desk, WIRE_FETCH_UP, &m);
		fakedesk_expect(&desk, WIRE_FETCH_LISTING, &m);
		fakedesk_want_all(&desk, &m, LARGEST);
		fakedesk_expect(&desk, WIRE_FETCH_TROUBLE, &m);
		g_assert_cmpint(fakedesk_left(&desk), ==, 75);
		g_assert_cmpint(peer_wait(peer), ==, 0);
	}
}

static pid_t
start(struct fakedesk *desk, struct conf_server *server, enum conf_done done, const struct peer_step *steps,
    gsize n)
{
	const struct peer_script script = {steps, n, PEER_LINGER, NULL, FALSE};
	struct conf_mailbox box;
	pid_t peer;

	*server =
	    (struct conf_server){.tls = CONF_TLS_PLAIN, .host = (char *)"127.0.0.1", .user = (char *)"u"};
	box = mailbox(server, done);
	peer = peer_start(&script, &server->port);
	fakedesk_fetch(desk, &box, "");
	return peer;
}

/* Listing, want, mails, kept; the message of the mails is left in `m`. */
static void
take_and_keep(struct fakedesk *desk, struct ipc_message *m, guint expected)
{
	fakedesk_expect(desk, WIRE_FETCH_UP, m);
	fakedesk_expect(desk, WIRE_FETCH_LISTING, m);
	fakedesk_want_all(desk, m, LARGEST);
	fakedesk_expect(desk, WIRE_FETCH_MAILS, m);
	g_assert_cmpuint(fakedesk_count(m), ==, expected);
	fakedesk_keep_all(desk, m);
}

static void
assert_body(const struct ipc_message *m, guint i, guint32 uid, const char *expected)
{
	g_autoptr(GBytes) body = fakedesk_body(m, i);

	g_assert_cmpuint(fakedesk_uid(m, i), ==, uid);
	g_assert_cmpmem(g_bytes_get_data(body, NULL), g_bytes_get_size(body), expected, strlen(expected));
}

/* Lines that nobody asked for, a mail twice, its UID behind its body, NIL, a part for the whole: L7. */
static void
test_unsolicited(void)
{
	const struct peer_step steps[] = {BEGIN("", "3"), LIST_TWO,
	    {"UID FETCH 5:6 (UID INTERNALDATE BODY.PEEK[])",
		"* 9 FETCH (UID 99 BODY[] {5}\r\nalien)\r\n"
		"* 1 FETCH (FLAGS (\\Seen))\r\n"
		"* 1 FETCH (UID 5 BODY[TEXT] {5}\r\nwrong)\r\n"
		"* 1 FETCH (UID 5 BODY[] NIL)\r\n"
		"* 1 FETCH (BODY[] {4}\r\nabcd UID 5 INTERNALDATE \"21-Nov-2026 10:00:00 +0100\")\r\n"
		"* 1 FETCH (UID 5 BODY[] {5}\r\nagain)\r\n"
		"* 2 FETCH (UID 6 BODY[] \"efgh\")\r\n$ OK done\r\n",
		NULL}};
	struct conf_server server;
	struct fakedesk desk;
	pid_t peer = start(&desk, &server, CONF_DONE_KEEP, steps, G_N_ELEMENTS(steps));
	IPC_MESSAGE_AUTO m = {.fd = -1};
	g_autoptr(GVariant) dates = NULL;
	gint64 date;

	take_and_keep(&desk, &m, 2);
	assert_body(&m, 0, 5, "abcd");
	assert_body(&m, 1, 6, "efgh");
	dates = wire_value(&m, "dates");
	g_variant_get_child(dates, 0, "x", &date);
	g_assert_cmpint(date, ==, 1795251600000);
	fakedesk_expect(&desk, WIRE_FETCH_SETTLED, &m);
	fakedesk_expect(&desk, WIRE_FETCH_QUIET, &m);
	fakedesk_end(&desk);
	peer_wait(peer);
}

/* The ways to settle that servers leave us (I6); the peer fails the test when something else is sent. */
static void
test_settle(void)
{
	enum { MOST = 8 };
	static const struct {
		const char *name;
		const char *capabilities;
		enum conf_done done;
		gboolean spare;
		struct peer_step steps[MOST];
	} rows[] = {
	    {"flag", "", CONF_DONE_FLAG, FALSE,
		{{"UID STORE 5:6 +FLAGS.SILENT (\\Seen $Triaged)", "$ OK done\r\n", NULL}}},
	    {"move", "MOVE", CONF_DONE_MOVE, FALSE, {{"UID MOVE 5:6 \"Done\"", "$ OK done\r\n", NULL}}},
	    {"move, folder missing", "MOVE", CONF_DONE_MOVE, FALSE,
		{{"UID MOVE 5:6 \"Done\"", "$ NO [TRYCREATE] no\r\n", NULL},
		    {"CREATE \"Done\"", "$ OK done\r\n", NULL}, {"SUBSCRIBE \"Done\"", "$ NO no\r\n", NULL},
		    {"UID MOVE 5:6 \"Done\"", "$ OK done\r\n", NULL}}},
	    {"copy", "UIDPLUS", CONF_DONE_MOVE, FALSE,
		{{"UID COPY 5:6 \"Done\"", "$ OK [COPYUID 1 5:6 8:9] done\r\n", NULL},
		    {"UID STORE 5:6 +FLAGS.SILENT (\\Deleted)", "$ OK done\r\n", NULL},
		    {"UID EXPUNGE 5:6", "$ OK done\r\n", NULL}}},
	    {"copy, one is gone", "UIDPLUS", CONF_DONE_MOVE, FALSE,
		{{"UID COPY 5:6 \"Done\"", "$ OK [COPYUID 1 6 9] done\r\n", NULL},
		    {"UID STORE 6 +FLAGS.SILENT (\\Deleted)", "$ OK done\r\n", NULL},
		    {"UID EXPUNGE 6", "$ OK done\r\n", NULL}}},
	    {"copy without UIDPLUS", "", CONF_DONE_MOVE, FALSE,
		{{"UID COPY 5:6 \"Done\"", "$ OK done\r\n", NULL},
		    {"UID STORE 5:6 +FLAGS.SILENT (\\Deleted)", "$ OK done\r\n", NULL}}},
	    {"delete", "UIDPLUS", CONF_DONE_DELETE, FALSE,
		{{"UID STORE 5:6 +FLAGS.SILENT (\\Deleted)", "$ OK done\r\n", NULL},
		    {"UID EXPUNGE 5:6", "$ OK done\r\n", NULL}}},
	    {"delete what was cut", "UIDPLUS", CONF_DONE_DELETE, TRUE,
		{{"UID STORE 5:6 +FLAGS.SILENT (\\Seen $Triaged)", "$ OK done\r\n", NULL}}},
	    {"move what was cut", "MOVE", CONF_DONE_MOVE, TRUE,
		{{"UID MOVE 5:6 \"Done\"", "$ OK done\r\n", NULL}}},
	    {"delete without UIDPLUS", "", CONF_DONE_DELETE, FALSE,
		{{"UID STORE 5:6 +FLAGS.SILENT (\\Deleted)", "$ OK done\r\n", NULL}}},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *capabilities =
		    g_strdup_printf("* CAPABILITY IMAP4rev1 %s\r\n$ OK done\r\n", rows[i].capabilities);
		const struct peer_step begin[] = {
		    BEGIN("", "2"), LIST_TWO, {"UID FETCH 5:6", TWO_BODIES, NULL}};
		struct peer_step steps[G_N_ELEMENTS(begin) + MOST];
		gsize n = G_N_ELEMENTS(begin);
		struct conf_server server;
		struct fakedesk desk;
		IPC_MESSAGE_AUTO m = {.fd = -1};
		pid_t peer;

		memcpy(steps, begin, sizeof begin);
		steps[3].say = capabilities;
		for (gsize k = 0; k < MOST && rows[i].steps[k].expect != NULL; k++)
			steps[n++] = rows[i].steps[k];
		g_test_message("%s", rows[i].name);
		peer = start(&desk, &server, rows[i].done, steps, n);
		desk.spare = rows[i].spare;
		take_and_keep(&desk, &m, 2);
		fakedesk_expect(&desk, WIRE_FETCH_SETTLED, &m);
		g_assert_cmpuint(fakedesk_count(&m), ==, 2);
		fakedesk_expect(&desk, WIRE_FETCH_QUIET, &m);
		fakedesk_end(&desk);
		g_assert_cmpint(peer_wait(peer), ==, 0);
	}
}

/* A folder that may not be written is in nobody's way: new mail is taken, then the trouble is told. */
static void
test_settle_refused(void)
{
	const struct peer_step steps[] = {BEGIN("MOVE", "2"), LIST_TWO, {"UID FETCH 5:6", TWO_BODIES, NULL},
	    {"UID MOVE 5:6", "$ NO [OVERQUOTA] full\r\n", NULL}};
	struct conf_server server;
	struct fakedesk desk;
	pid_t peer = start(&desk, &server, CONF_DONE_MOVE, steps, G_N_ELEMENTS(steps));
	IPC_MESSAGE_AUTO m = {.fd = -1};

	take_and_keep(&desk, &m, 2);
	fakedesk_expect(&desk, WIRE_FETCH_QUIET, &m);
	fakedesk_expect(&desk, WIRE_FETCH_TROUBLE, &m);
	g_assert_cmpstr(wire_string(&m, "step"), ==, "settle");
	g_assert_nonnull(strstr(wire_string(&m, "text"), "[OVERQUOTA] full"));
	g_assert_cmpint(fakedesk_left(&desk), ==, 75);
	g_assert_cmpint(peer_wait(peer), ==, 0);
}

/* One mail that the server cannot give costs that mail only, and a NO behind a body hides no loss. */
static void
test_one_refused(void)
{
	const struct peer_step steps[] = {BEGIN("", "2"), LIST_TWO,
	    {"UID FETCH 5:6 ", "* 1 FETCH (UID 5 BODY[] {4}\r\nabcd)\r\n$ NO 6 is damaged\r\n", NULL},
	    {"UID FETCH 5 ", "* 1 FETCH (UID 5 BODY[] {4}\r\nabcd)\r\n$ OK done\r\n", NULL},
	    {"UID FETCH 6 ", "$ NO 6 is damaged\r\n", NULL}};
	struct conf_server server;
	struct fakedesk desk;
	pid_t peer = start(&desk, &server, CONF_DONE_KEEP, steps, G_N_ELEMENTS(steps));
	IPC_MESSAGE_AUTO m = {.fd = -1};

	take_and_keep(&desk, &m, 1);
	assert_body(&m, 0, 5, "abcd");
	fakedesk_expect(&desk, WIRE_FETCH_SETTLED, &m);
	fakedesk_expect(&desk, WIRE_FETCH_QUIET, &m);
	fakedesk_expect(&desk, WIRE_FETCH_TROUBLE, &m);
	g_assert_cmpstr(wire_string(&m, "step"), ==, "fetch");
	g_assert_nonnull(strstr(wire_string(&m, "text"), "6 is damaged"));
	g_assert_cmpint(fakedesk_left(&desk), ==, 75);
	g_assert_cmpint(peer_wait(peer), ==, 0);
}

/* News that comes in one piece with "+ idling" is not slept over; "n:*" that names an old mail is none. */
static void
test_idle(void)
{
	const struct peer_step steps[] = {BEGIN("IDLE", "1"), LIST_ONE,
	    {"UID FETCH 5 ", "* 1 FETCH (UID 5 BODY[] {4}\r\nabcd)\r\n$ OK done\r\n", NULL},
	    {"IDLE", "+ idling\r\n* 2 EXISTS\r\n", NULL}, {"DONE", "7 OK done\r\n", NULL}};
	struct peer_step all[G_N_ELEMENTS(steps) + 2];
	struct conf_server server;
	struct fakedesk desk;
	pid_t peer;
	IPC_MESSAGE_AUTO m = {.fd = -1};

	memcpy(all, steps, sizeof steps);
	/* DONE has no tag of its own: the answer goes with IDLE's, the eighth command. */
	all[G_N_ELEMENTS(steps) - 1].say = "7 OK done\r\n";
	all[G_N_ELEMENTS(steps)] = (struct peer_step){
	    "UID FETCH 6:* (UID RFC822.SIZE)", "* 2 FETCH (UID 7 RFC822.SIZE 4)\r\n$ OK done\r\n", NULL};
	all[G_N_ELEMENTS(steps) + 1] =
	    (struct peer_step){"UID FETCH 7 ", "* 2 FETCH (UID 7 BODY[] {4}\r\nnews)\r\n$ OK done\r\n", NULL};
	peer = start(&desk, &server, CONF_DONE_KEEP, all, G_N_ELEMENTS(all));
	take_and_keep(&desk, &m, 1);
	fakedesk_expect(&desk, WIRE_FETCH_SETTLED, &m);
	fakedesk_expect(&desk, WIRE_FETCH_QUIET, &m);
	fakedesk_expect(&desk, WIRE_FETCH_LISTING, &m);
	g_assert_cmpuint(fakedesk_want_all(&desk, &m, LARGEST), ==, 1);
	fakedesk_expect(&desk, WIRE_FETCH_MAILS, &m);
	assert_body(&m, 0, 7, "news");
	fakedesk_end(&desk);
	g_assert_cmpint(peer_wait(peer), ==, 0);
}

/* A mail that the server announces while it answers something else is announced once: IDLE would not say it
 * again. */
static void
test_announced(void)
{
	static const struct {
		const char *name;
		const char *list, *body, *settle; /* what comes before the tagged answer */
	} rows[] = {
	    {"while listing", "* 2 EXISTS\r\n", "", ""},
	    {"while fetching", "", "* 2 EXISTS\r\n", ""},
	    {"while settling", "", "", "* 2 EXISTS\r\n"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *list =
		    g_strdup_printf("* 1 FETCH (UID 5 RFC822.SIZE 4)\r\n%s$ OK done\r\n", rows[i].list);
		g_autofree char *body =
		    g_strdup_printf("* 1 FETCH (UID 5 BODY[] {4}\r\nabcd)\r\n%s$ OK done\r\n", rows[i].body);
		g_autofree char *settle = g_strdup_printf("%s$ OK done\r\n", rows[i].settle);
		const struct peer_step steps[] = {BEGIN("IDLE", "1"), {"UID FETCH 1:*", list, NULL},
		    {"UID FETCH 5 ", body, NULL}, {"UID STORE 5 ", settle, NULL},
		    {"UID FETCH 6:* (UID RFC822.SIZE)", "* 2 FETCH (UID 7 RFC822.SIZE 4)\r\n$ OK done\r\n",
			NULL},
		    {"UID FETCH 7 ", "* 2 FETCH (UID 7 BODY[] {4}\r\nnews)\r\n$ OK done\r\n", NULL}};
		struct conf_server server;
		struct fakedesk desk;
		pid_t peer;
		IPC_MESSAGE_AUTO m = {.fd = -1};

		g_test_message("%s", rows[i].name);
		peer = start(&desk, &server, CONF_DONE_FLAG, steps, G_N_ELEMENTS(steps));
		take_and_keep(&desk, &m, 1);
		fakedesk_expect(&desk, WIRE_FETCH_SETTLED, &m);
		fakedesk_expect(&desk, WIRE_FETCH_LISTING, &m);
		g_assert_cmpuint(fakedesk_want_all(&desk, &m, LARGEST), ==, 1);
		fakedesk_expect(&desk, WIRE_FETCH_MAILS, &m);
		assert_body(&m, 0, 7, "news");
		fakedesk_end(&desk);
		g_assert_cmpint(peer_wait(peer), ==, 0);
	}
}

/* Without IDLE: NOOP, then a look behind the last UID; the server names the last mail all the same, and it is
 * no news. */
static void
test_poll(void)
{
	const struct peer_step steps[] = {BEGIN("", "0"), {"UID FETCH 1:*", "$ OK done\r\n", NULL},
	    {"NOOP", "$ OK done\r\n", NULL},
	    {"UID FETCH 1:*", "* 1 FETCH (UID 5 RFC822.SIZE 4)\r\n$ OK done\r\n", NULL},
	    {"UID FETCH 5 ", "* 1 FETCH (UID 5 BODY[] {4}\r\nabcd)\r\n$ OK done\r\n", NULL},
	    {"NOOP", "$ OK done\r\n", NULL},
	    {"UID FETCH 6:*", "* 1 FETCH (UID 5 RFC822.SIZE 4)\r\n$ OK done\r\n", NULL},
	    {"NOOP", "* BYE tired\r\n", NULL}};
	const struct peer_script script = {steps, G_N_ELEMENTS(steps), PEER_CLOSE, NULL, FALSE};
	struct conf_server server = {.tls = CONF_TLS_PLAIN, .host = (char *)"127.0.0.1", .user = (char *)"u"};
	struct conf_mailbox box = mailbox(&server, CONF_DONE_KEEP);
	struct fakedesk desk;
	pid_t peer = peer_start(&script, &server.port);
	IPC_MESSAGE_AUTO m = {.fd = -1};

	fakedesk_fetch(&desk, &box, "");
	fakedesk_expect(&desk, WIRE_FETCH_UP, &m);
	fakedesk_expect(&desk, WIRE_FETCH_LISTING, &m);
	g_assert_cmpuint(fakedesk_want_all(&desk, &m, LARGEST), ==, 0);
	fakedesk_expect(&desk, WIRE_FETCH_QUIET, &m);
	fakedesk_expect(&desk, WIRE_FETCH_LISTING, &m);
	g_assert_cmpuint(fakedesk_want_all(&desk, &m, LARGEST), ==, 1);
	fakedesk_expect(&desk, WIRE_FETCH_MAILS, &m);
	fakedesk_keep_all(&desk, &m);
	fakedesk_expect(&desk, WIRE_FETCH_SETTLED, &m);
	fakedesk_expect(&desk, WIRE_FETCH_QUIET, &m);
	fakedesk_expect(&desk, WIRE_FETCH_TROUBLE, &m);
	g_assert_cmpstr(wire_string(&m, "step"), ==, "wait");
	g_assert_nonnull(strstr(wire_string(&m, "text"), "tired"));
	g_assert_cmpint(fakedesk_left(&desk), ==, 75);
	g_assert_cmpint(peer_wait(peer), ==, 0);
}

/* A body much larger than its RFC822.SIZE, and than allowed, is cut on the way instead of stopping the
 * mailbox. */
static void
say_large(struct peer *p)
{
	g_autofree char *body = g_strnfill(3 * LARGEST, 'x');
	g_autofree char *head = g_strdup_printf("* 1 FETCH (UID 5 BODY[] {%d}\r\n", 3 * LARGEST);
	g_autofree char *tail = g_strdup_printf(")\r\n%s OK done\r\n", p->tag);

	peer_say(p, head, strlen(head));
	peer_say(p, body, 3 * LARGEST);
	peer_say(p, tail, strlen(tail));
}

static void
say_beginning(struct peer *p)
{
	g_autofree char *body = g_strnfill(64 * 1024, 'x');
	g_autofree char *tail = g_strdup_printf(")\r\n%s OK done\r\n", p->tag);

	peer_say(p, "* 1 FETCH (UID 5 BODY[]<0> {65536}\r\n", 36);
	peer_say(p, body, 64 * 1024);
	peer_say(p, tail, strlen(tail));
}

static void
test_size_is_a_hint(void)
{
	static const struct {
		const char *listed;
		struct peer_step fetch;
		guint64 size, length;
		gboolean cut;
	} rows[] = {
	    {"4", {"BODY.PEEK[])", NULL, say_large}, 3 * LARGEST, 64 * 1024, TRUE},
	    {"3000000", {"BODY.PEEK[]<0.65536>)", NULL, say_beginning}, 3000000, 64 * 1024, TRUE},
	    {"3000000",
		{"BODY.PEEK[]<0.65536>)", "* 1 FETCH (UID 5 BODY[]<0> {3}\r\nabc)\r\n$ OK done\r\n", NULL}, 3,
		3, FALSE},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *list =
		    g_strdup_printf("* 1 FETCH (UID 5 RFC822.SIZE %s)\r\n$ OK done\r\n", rows[i].listed);
		const struct peer_step steps[] = {
		    BEGIN("", "1"), {"UID FETCH 1:*", list, NULL}, rows[i].fetch};
		struct conf_server server;
		struct fakedesk desk;
		pid_t peer = start(&desk, &server, CONF_DONE_KEEP, steps, G_N_ELEMENTS(steps));
		IPC_MESSAGE_AUTO m = {.fd = -1};
		g_autoptr(GVariant) cut = NULL;
		g_autoptr(GVariant) sizes = NULL;
		g_autoptr(GBytes) body = NULL;
		gboolean is_cut;
		guint64 size;

		take_and_keep(&desk, &m, 1);
		cut = wire_value(&m, "cut");
		sizes = wire_value(&m, "sizes");
		g_variant_get_child(cut, 0, "b", &is_cut);
		g_variant_get_child(sizes, 0, "t", &size);
		body = fakedesk_body(&m, 0);
		g_assert_cmpint(is_cut, ==, rows[i].cut);
		g_assert_cmpuint(size, ==, rows[i].size);
		g_assert_cmpuint(g_bytes_get_size(body), ==, rows[i].length);
		fakedesk_end(&desk);
		peer_wait(peer);
	}
}

/* No more than 500 mails are ahead of the desk. */
static void
say_list(struct peer *p)
{
	g_autoptr(GString) lines = g_string_new(NULL);

	for (int i = 1; i <= 700; i++)
		g_string_append_printf(lines, "* %d FETCH (UID %d RFC822.SIZE 4)\r\n", i, i);
	g_string_append_printf(lines, "%s OK done\r\n", p->tag);
	peer_say(p, lines->str, lines->len);
}

static void
serve_bodies(struct peer *p)
{
	g_autofree char *line = NULL;

	while ((line = peer_line(p)) != NULL) {
		g_autoptr(GString) lines = g_string_new(NULL);
		int first = 0;
		int last = 0;
		const char *set = strstr(line, "UID FETCH ");

		if (set == NULL || sscanf(set, "UID FETCH %d:%d", &first, &last) < 1)
			return;
		for (int i = first; i <= MAX(first, last); i++)
			g_string_append_printf(lines, "* %d FETCH (UID %d BODY[] {4}\r\nabcd)\r\n", i, i);
		line[strcspn(line, " ")] = '\0';
		g_string_append_printf(lines, "%s OK done\r\n", line);
		peer_say(p, lines->str, lines->len);
		g_clear_pointer(&line, g_free);
	}
}

static void
test_window(void)
{
	const struct peer_step steps[] = {
	    BEGIN("", "700"), {"UID FETCH 1:*", NULL, say_list}, {NULL, NULL, serve_bodies}};
	struct conf_server server;
	struct fakedesk desk;
	pid_t peer = start(&desk, &server, CONF_DONE_KEEP, steps, G_N_ELEMENTS(steps));
	IPC_MESSAGE_AUTO m = {.fd = -1};
	guint32 uids[700];
	guint got = 0;

	for (guint i = 0; i < 700; i++)
		uids[i] = i + 1;
	fakedesk_expect(&desk, WIRE_FETCH_UP, &m);
	fakedesk_expect(&desk, WIRE_FETCH_LISTING, &m);
	fakedesk_want_all(&desk, &m, LARGEST);
	while (got < 500) {
		fakedesk_expect(&desk, WIRE_FETCH_MAILS, &m);
		got += fakedesk_count(&m);
	}
	g_assert_cmpuint(got, ==, 500);
	/* The next thing it says is about what was kept: nothing more was sent before that. */
	fakedesk_keep(&desk, uids, 1);
	fakedesk_expect(&desk, WIRE_FETCH_MAILS, &m);
	g_assert_cmpuint(fakedesk_count(&m), ==, 1);
	fakedesk_expect(&desk, WIRE_FETCH_SETTLED, &m);
	fakedesk_keep(&desk, uids + 1, 500);
	fakedesk_expect(&desk, WIRE_FETCH_SETTLED, &m);
	g_assert_cmpuint(fakedesk_count(&m), ==, 500);
	got = 501;
	while (got < 700) {
		fakedesk_expect(&desk, WIRE_FETCH_MAILS, &m);
		got += fakedesk_count(&m);
	}
	g_assert_cmpuint(got, ==, 700);
	fakedesk_end(&desk);
	peer_wait(peer);
}

/* STARTTLS refused, kept from us, or with words slipped in behind it: nothing is said in the clear. */
static void
test_starttls(void)
{
	static const struct {
		const char *say;
		const char *text;
	} rows[] = {
	    {"$ BAD what\r\n", "without TLS nothing is said"},
	    {"$ NO not now\r\n", "without TLS nothing is said"},
	    {"$ OK go\r\n* OK [CAPABILITY IMAP4rev1] injected\r\n", "without TLS nothing is said"},
	};
	struct peer_certificate *c = peer_certificate_new("127.0.0.1", 3600);

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		const struct peer_step steps[] = {
		    {NULL, "* OK hello\r\n", NULL}, {"STARTTLS", rows[i].say, NULL}};
		const struct peer_script script = {steps, G_N_ELEMENTS(steps), PEER_LINGER, NULL, FALSE};
		struct conf_server server = {.tls = CONF_TLS_STARTTLS,
		    .host = (char *)"127.0.0.1",
		    .user = (char *)"u",
		    .ca_file = c->ca_file};
		struct conf_mailbox box = mailbox(&server, CONF_DONE_KEEP);
		struct fakedesk desk;
		pid_t peer = peer_start(&script, &server.port);
		IPC_MESSAGE_AUTO m = {.fd = -1};

		fakedesk_fetch(&desk, &box, "secret");
		fakedesk_expect(&desk, WIRE_FETCH_TROUBLE, &m);
		g_assert_cmpstr(wire_string(&m, "step"), ==, "tls");
		g_assert_nonnull(strstr(wire_string(&m, "text"), rows[i].text));
		g_assert_cmpint(fakedesk_left(&desk), ==, 75);
		g_assert_cmpint(peer_wait(peer), ==, 0);
	}
	peer_certificate_free(c);
}

/* The certificate of another host: 77, and not a word of ours was read by it. */
static void
test_wrong_name(void)
{
	struct peer_certificate *c = peer_certificate_new("other.test", 3600);
	const struct peer_step steps[] = {{NULL, "* OK hello\r\n", NULL}};
	const struct peer_script script = {steps, G_N_ELEMENTS(steps), PEER_LINGER, c, TRUE};
	struct conf_server server = {.tls = CONF_TLS_IMPLICIT,
	    .host = (char *)"127.0.0.1",
	    .user = (char *)"u",
	    .ca_file = c->ca_file};
	struct conf_mailbox box = mailbox(&server, CONF_DONE_KEEP);
	struct fakedesk desk;
	pid_t peer = peer_start(&script, &server.port);
	IPC_MESSAGE_AUTO m = {.fd = -1};

	fakedesk_fetch(&desk, &box, "secret");
	fakedesk_expect(&desk, WIRE_FETCH_TROUBLE, &m);
	g_assert_nonnull(strstr(wire_string(&m, "text"), "name in the certificate"));
	g_assert_cmpint(fakedesk_left(&desk), ==, 77);
	g_assert_cmpint(peer_wait(peer), ==, 4);
	peer_certificate_free(c);
}

/* A greeting without end ends at the length of a line, long before memory does. */
static void
babble(struct peer *p)
{
	static const char words[4096] = {[0 ... 4095] = 'x'};

	for (;;)
		peer_say(p, words, sizeof words);
}

static void
test_endless_greeting(void)
{
	const struct peer_step steps[] = {{NULL, "* OK ", babble}};
	struct conf_server server;
	struct fakedesk desk;
	pid_t peer = start(&desk, &server, CONF_DONE_KEEP, steps, G_N_ELEMENTS(steps));
	IPC_MESSAGE_AUTO m = {.fd = -1};

	fakedesk_expect(&desk, WIRE_FETCH_TROUBLE, &m);
	g_assert_nonnull(strstr(wire_string(&m, "text"), "more than"));
	g_assert_cmpint(fakedesk_left(&desk), ==, 75);
	g_assert_cmpint(peer_wait(peer), ==, 4);
}

/* The way to log in follows what is held and what is offered; nothing weaker is tried after a refusal. */
static void
test_login(void)
{
	static const struct {
		const char *offer;
		enum conf_secret secret;
		struct peer_step steps[2];
		const char *text; /* of the trouble */
		int status;
	} rows[] = {
	    {"AUTH=PLAIN LOGINDISABLED", CONF_SECRET_PASSWORD_FILE,
		{{"AUTHENTICATE PLAIN", "+ \r\n", NULL}, {"AHUAcGE=", "2 OK in\r\n", NULL}}, "closed", 75},
	    {"AUTH=PLAIN", CONF_SECRET_PASSWORD_FILE,
		{{"AUTHENTICATE PLAIN", "+ \r\n", NULL}, {"AHUAcGE=", "2 NO wrong\r\n", NULL}},
		"by PLAIN: wrong", 77},
	    {"AUTH=XOAUTH2 AUTH=PLAIN", CONF_SECRET_TOKEN_COMMAND,
		{{"AUTHENTICATE XOAUTH2 dXNlcj11AWF1dGg9QmVhcmVyIHBhAQE=", "$ OK in\r\n", NULL}}, "closed",
		75},
	    {"AUTH=XOAUTH2", CONF_SECRET_TOKEN_COMMAND,
		{{"AUTHENTICATE XOAUTH2", "+ e30=\r\n", NULL}, {"", "2 NO expired\r\n", NULL}},
		"by XOAUTH2: expired", 77},
	    {"AUTH=PLAIN", CONF_SECRET_TOKEN_COMMAND, {{NULL, NULL, NULL}}, "does not offer it", 77},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *offer =
		    g_strdup_printf("* CAPABILITY IMAP4rev1 %s\r\n$ OK done\r\n", rows[i].offer);
		struct peer_step steps[5] = {{NULL, "* OK hello\r\n", NULL}, {"CAPABILITY", offer, NULL}};
		struct peer_script script = {steps, 2, PEER_CLOSE, NULL, FALSE};
		struct conf_server server = {.tls = CONF_TLS_PLAIN,
		    .host = (char *)"127.0.0.1",
		    .user = (char *)"u",
		    .secret = rows[i].secret};
		struct conf_mailbox box = mailbox(&server, CONF_DONE_KEEP);
		struct fakedesk desk;
		IPC_MESSAGE_AUTO m = {.fd = -1};
		pid_t peer;

		for (gsize k = 0; k < 2 && rows[i].steps[k].expect != NULL; k++)
			steps[script.n++] = rows[i].steps[k];
		if (rows[i].status == 75) /* logged in: the next command comes */
			steps[script.n++] = (struct peer_step){"CAPABILITY", NULL, NULL};
		g_test_message("%s", rows[i].offer);
		peer = peer_start(&script, &server.port);
		fakedesk_fetch(&desk, &box, "pa");
		fakedesk_expect(&desk, WIRE_FETCH_TROUBLE, &m);
		g_assert_nonnull(strstr(wire_string(&m, "text"), rows[i].text));
		g_assert_cmpint(fakedesk_left(&desk), ==, rows[i].status);
		g_assert_cmpint(peer_wait(peer), ==, 0);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/fetch/trouble", test_trouble);
	g_test_add_func("/fetch/starttls", test_starttls);
	g_test_add_func("/fetch/wrong-name", test_wrong_name);
	g_test_add_func("/fetch/endless-greeting", test_endless_greeting);
	g_test_add_func("/fetch/login", test_login);
	g_test_add_func("/fetch/cut", test_cut);
	g_test_add_func("/fetch/unsolicited", test_unsolicited);
	g_test_add_func("/fetch/settle", test_settle);
	g_test_add_func("/fetch/settle-refused", test_settle_refused);
	g_test_add_func("/fetch/one-refused", test_one_refused);
	g_test_add_func("/fetch/idle", test_idle);
	g_test_add_func("/fetch/announced", test_announced);
	g_test_add_func("/fetch/poll", test_poll);
	g_test_add_func("/fetch/size-is-a-hint", test_size_is_a_hint);
	g_test_add_func("/fetch/window", test_window);
	return g_test_run();
}
