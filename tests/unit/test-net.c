/* The guard, the stream and the sequence-sets: what may be believed, and for how long it is waited for. */
#include "config.h"

#include "base/fd.h"
#include "fetch/range.h"
#include "net/dial.h"
#include "net/error.h"
#include "net/guard.h"
#include "net/reply.h"
#include "net/stream.h"
#include "tests/hostile/peer.h"

#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define QUOTED G_MAXUINT64 /* stands for an announced size of 0 */

/* Every row is fed whole and byte by byte. */
static void
test_guard(void)
{
	static const struct {
		const char *bytes;
		const char *broken; /* NULL: believed */
		enum guard_outcome outcome;
		const char *text;
		guint64 uidvalidity;
		guint64 literals[3]; /* 0 ends */
	} rows[] = {
	    {"3 OK done\r\n", NULL, GUARD_OK, "done", 0, {0}},
	    {"3 ok\r\n", NULL, GUARD_OK, "", 0, {0}},
	    {"3 NO [TRYCREATE] x\r\n", NULL, GUARD_NO, "[TRYCREATE] x", 0, {0}},
	    {"3 BAD what\033[1m\r\n", NULL, GUARD_BAD, "what\\x1b[1m", 0, {0}},
	    {"* BYE overloaded\r\n", NULL, GUARD_NONE, "overloaded", 0, {0}},
	    {"+ 3 OK\r\n", NULL, GUARD_NONE, "", 0, {0}},
	    {"* OK [UIDVALIDITY 4294967295] x\r\n", NULL, GUARD_NONE, "", 4294967295, {0}},
	    {"* OK [UIDVALIDITY 4294967296] x\r\n", "UIDVALIDITY", GUARD_NONE, "", 0, {0}},
	    {"* OK [UIDVALIDITY 18446744073709551617] x\r\n", "UIDVALIDITY", GUARD_NONE, "", 0, {0}},
	    {"* OK [UIDVALIDITY -1] x\r\n", "UIDVALIDITY", GUARD_NONE, "", 0, {0}},
	    {"* OK call 0044123456789012 {7}\r\n3 OK x\r\n", NULL, GUARD_OK, "x", 0, {0}},
	    {"* 4294967296 EXISTS\r\n", "32 bits", GUARD_NONE, "", 0, {0}},
	    {"* 1 FETCH (UID 4294967296)\r\n", "32 bits", GUARD_NONE, "", 0, {0}},
	    {"* 1 FETCH (UID 5 MODSEQ (4294967296))\r\n", NULL, GUARD_NONE, "", 0, {0}},
	    {"* 1 FETCH (X \"99999999999\" UID 5)\r\n", NULL, GUARD_NONE, "", 0, {0}},
	    {"* 1 FETCH (X \"\\\"99999999999\" UID 5)\r\n", NULL, GUARD_NONE, "", 0, {0}},
	    {"* 1 FETCH (UID 5 BODY[] {4294967306}\r\n", "32 bits", GUARD_NONE, "", 0, {0}},
	    {"* LIST () \".\" {4294967306}\r\n", "2^32-1", GUARD_NONE, "", 0, {0}},
	    {"* 1 FETCH (UID 5 BODY[] {8}\r\n3 OK no\n)\r\n3 OK yes\r\n", NULL, GUARD_OK, "yes", 0, {8}},
	    {"* 1 FETCH (BODY[]<0> {3}\r\nabc UID 5)\r\n* 2 fetch (body[] {2}\r\nab)\r\n", NULL, GUARD_NONE,
		"", 0, {3, 2}},
	    {"* 1 FETCH (BODY[TEXT] {3}\r\nabc BODY[] {1}\r\na)\r\n", NULL, GUARD_NONE, "", 0, {1}},
	    {"* 1 FETCH (BODY[] {0}\r\n)\r\n3 OK x\r\n", NULL, GUARD_OK, "x", 0, {0}},
	    {"* 1 FETCH (BODY[] {-1}\r\n)\r\n3 OK x\r\n", NULL, GUARD_OK, "x", 0, {0}},
	    {"* 1 FETCH (BODY[] \"abc\")\r\n* 2 FETCH (BODY[]<0> {2}\r\nab)\r\n", NULL, GUARD_NONE, "", 0,
		{QUOTED, 2}},
	    {"* 1 FETCH (BODY[] \"\" X \"a[]\")\r\n", NULL, GUARD_NONE, "", 0, {0}},
	    {"* LIST () \".\" {7}\r\n3 OK no\r\n4 NO x\r\n", NULL, GUARD_NO, "x", 0, {0}},
	    {"* 1 FETCH (BODY[] {2}\r\nab UID 4294967296)\r\n", "32 bits", GUARD_NONE, "", 0, {2}},
	};

	for (gsize i = 0; i < 2 * G_N_ELEMENTS(rows); i++) {
		const char *bytes = rows[i / 2].bytes;
		gsize step = i % 2 == 0 ? strlen(bytes) : 1;
		struct guard *g = guard_new();
		const char *broken = NULL;
		guint64 size;

		g_test_message("row %zu", i / 2);
		for (gsize at = 0; at < strlen(bytes) && broken == NULL; at += step)
			broken = guard_feed(g, bytes + at, step);
		g_assert_cmpint(broken != NULL, ==, rows[i / 2].broken != NULL);
		if (broken != NULL) {
			g_assert_nonnull(strstr(broken, rows[i / 2].broken));
		} else {
			g_assert_cmpint(guard_outcome(g), ==, rows[i / 2].outcome);
			g_assert_cmpstr(guard_text(g), ==, rows[i / 2].text);
			g_assert_cmpuint(guard_uidvalidity(g), ==, rows[i / 2].uidvalidity);
			for (gsize k = 0; rows[i / 2].literals[k] != 0; k++) {
				g_assert_true(guard_take_body(g, &size));
				g_assert_cmpuint(size, ==,
				    rows[i / 2].literals[k] == QUOTED ? 0 : rows[i / 2].literals[k]);
			}
			g_assert_false(guard_take_body(g, &size));
		}
		guard_free(g);
	}
}

/* L6: each of these kills the library, or may. */
static void
test_traps(void)
{
	static const struct {
		const char *bytes;
		gboolean believed;
	} rows[] = {
	    {"* OK [ALERT]\r\n", FALSE},
	    {"* OK [alert] \r\n", FALSE},
	    {"* NO [PARSE]\r\n", FALSE},
	    {"3 OK [ALERT]\r\n", FALSE},
	    {"* OK [ALERT] the disk is full\r\n", TRUE},
	    {"* OK [PERMANENTFLAGS (\\Seen \\*x)] x\r\n", FALSE},
	    {"* OK [PERMANENTFLAGS (\r\n", FALSE},
	    {"* OK [PERMANENTFLAGS\r\n", FALSE},
	    {"* OK [PERMANENTFLAGS (a  b )] x\r\n", TRUE},
	    {"* OK [PERMANENTFLAGS (\\Seen $Triaged \\*)] x\r\n", TRUE},
	    {"* OK [PERMANENTFLAGS ()] x\r\n", TRUE},
	    {"* OK [PERMANENTFLAGS (\\*)]\r\n", TRUE},
	    {"3 NO [BADCHARSET (a b)] x\r\n", FALSE},
	    {"* NAMESPACE NIL NIL NIL\r\n", FALSE},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct guard *g = guard_new();

		g_test_message("row %zu", i);
		g_assert_cmpint(
		    guard_feed(g, rows[i].bytes, strlen(rows[i].bytes)) == NULL, ==, rows[i].believed);
		guard_free(g);
	}
}

/* Parentheses are counted across literals. */
static void
test_depth(void)
{
	for (int depth = 48; depth <= 52; depth++) {
		struct guard *g = guard_new();
		g_autofree char *half = g_strnfill((gsize)depth / 2, '(');
		g_autofree char *rest = g_strnfill((gsize)(depth - depth / 2), '(');
		g_autofree char *bytes = g_strdup_printf("* 1 FETCH %s {2}\r\n((%s\r\n", half, rest);

		g_assert_cmpint(guard_feed(g, bytes, strlen(bytes)) == NULL, ==, depth <= 50);
		guard_free(g);
	}
}

static void
test_guard_line(void)
{
	g_autofree char *line = g_strnfill(GUARD_LINE_MAX, 'x');
	struct guard *g = guard_new();

	g_assert_null(guard_feed(g, line, GUARD_LINE_MAX));
	g_assert_nonnull(guard_feed(g, "x", 1));
	g_assert_nonnull(guard_feed(g, "\r\n", 2));
	guard_free(g);
}

static void
test_copied(void)
{
	struct guard *g = guard_new();
	const char *said = "2 OK [COPYUID 38505 304,319:320 3956:3958] Done\r\n";

	guard_feed(g, said, strlen(said));
	g_assert_cmpstr(guard_copied(g), ==, "304,319:320");
	guard_begin(g);
	g_assert_null(guard_copied(g));
	guard_free(g);
}

static void
test_ranges(void)
{
	static const struct {
		guint32 uids[6];
		guint most;
		const char *sets[3];
	} rows[] = {
	    {{5}, 100, {"5"}},
	    {{7, 5, 6, 9, 5}, 100, {"5:7,9"}},
	    {{1, 2, 3, 4, 5}, 2, {"1:2", "3:4", "5"}},
	    {{4294967295, 4294967294, 1}, 100, {"1,4294967294:4294967295"}},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GArray) uids = g_array_new(FALSE, FALSE, sizeof(guint32));
		guint at = 0;

		for (gsize k = 0; rows[i].uids[k] != 0; k++)
			g_array_append_val(uids, rows[i].uids[k]);
		range_sort(uids);
		for (gsize k = 0; k < 3 && rows[i].sets[k] != NULL; k++) {
			g_autofree char *set = range_next(uids, &at, rows[i].most);

			g_assert_cmpstr(set, ==, rows[i].sets[k]);
		}
		g_assert_null(range_next(uids, &at, 1));
	}
}

static void
test_range_keep(void)
{
	static const struct {
		const char *set;
		const char *left;
	} rows[] = {
	    {"1:4294967295", "3:5,9"},
	    {"4", "4"},
	    {"5:4,9", "4:5,9"},
	    {"1,2", NULL},
	    {"x", NULL},
	    {"3,,4", NULL},
	    {"3:", NULL},
	    {"4,4,4:4", "4"},
	    {"", NULL},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GArray) uids = g_array_new(FALSE, FALSE, sizeof(guint32));
		const guint32 given[] = {3, 4, 5, 9};
		g_autofree char *left = NULL;
		guint at = 0;

		g_array_append_vals(uids, given, G_N_ELEMENTS(given));
		range_keep(uids, rows[i].set);
		left = range_next(uids, &at, 100);
		g_assert_cmpstr(left, ==, rows[i].left);
	}
}

static void
nothing(struct peer *p)
{
	g_autofree char *line = peer_line(p);

	g_assert_null(line);
}

static void
drip(struct peer *p)
{
	for (;;) {
		peer_say(p, "x", 1);
		g_usleep(5000);
	}
}

static void
flood(struct peer *p)
{
	static const char much[4096];

	for (;;)
		peer_say(p, much, sizeof much);
}

/* Each way of not answering ends in time, with its reason, and for good. */
static void
test_stream_ends(void)
{
	static const struct {
		void (*act)(struct peer *);
		struct stream_limits limits;
		const char *reason;
	} rows[] = {
	    {NULL, {10000, 10000, 1000}, "closed the connection"},
	    {nothing, {50, 10000, 1000}, "silent"},
	    {drip, {10000, 100, 1000}, "not finished within"},
	    {flood, {10000, 10000, 100000}, "more than the 100000 bytes"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		const struct peer_step steps[] = {{NULL, NULL, rows[i].act}};
		const struct peer_script script = {steps, 1, PEER_CLOSE, NULL, FALSE};
		struct conf_server server = {.tls = CONF_TLS_PLAIN, .host = (char *)"127.0.0.1"};
		pid_t peer = peer_start(&script, &server.port);
		struct stream *s = stream_new(dial(&server, NULL), NULL);
		mailstream *m = stream_mailstream(s);
		char buffer[1000];
		ssize_t n;

		stream_begin(s, rows[i].limits);
		do
			n = m->low->driver->mailstream_read(m->low, buffer, sizeof buffer);
		while (n > 0);
		g_assert_cmpint(n, ==, -1);
		g_assert_nonnull(strstr(stream_reason(s), rows[i].reason));
		stream_begin(s, stream_limits_command);
		g_assert_cmpint(m->low->driver->mailstream_read(m->low, buffer, sizeof buffer), ==, -1);
		g_assert_cmpint(m->low->driver->mailstream_write(m->low, buffer, 1), ==, -1);
		mailstream_close(m);
		stream_free(s);
		peer_wait(peer);
	}
}

/* Without TLS, this machine only; and before the first packet. */
static void
test_dial(void)
{
	static const struct {
		const char *host;
		int code;
	} rows[] = {
	    {"192.0.2.1", NET_ERROR_TLS},
	    {"2001:db8::1", NET_ERROR_TLS},
	    {"0.0.0.0", NET_ERROR_TLS},
	    {"no-such-name.invalid", NET_ERROR_CONNECT},
	    {"127.0.0.1", NET_ERROR_CONNECT},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		const struct conf_server server = {
		    .tls = CONF_TLS_PLAIN, .host = (char *)rows[i].host, .port = 1};
		g_autoptr(GError) error = NULL;

		g_assert_cmpint(dial(&server, &error), ==, -1);
		g_assert_error(error, NET_ERROR, rows[i].code);
	}
}

static void
test_offers(void)
{
	struct reply_offers o;
	g_autoptr(reply_auto) r = reply_new();
	static const char *const lines[] = {"relay AUTH STARTTLS", "size 35882577", "8bitmime",
	    "AUTH CRAM-MD5\tPLAIN", "AUTH=LOGIN", "SMTPUTF8"};

	for (gsize i = 0; i < G_N_ELEMENTS(lines); i++)
		g_ptr_array_add(r->lines, g_strdup(lines[i]));
	reply_read_offers(r, &o);
	g_assert_false(o.starttls);
	g_assert_true(o.size && o.eight_bit && o.plain && o.login && o.utf8 && !o.xoauth2);
	g_assert_cmpuint(o.largest, ==, 35882577);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	signal(SIGPIPE, SIG_IGN);
	g_test_add_func("/net/guard", test_guard);
	g_test_add_func("/net/guard/traps", test_traps);
	g_test_add_func("/net/guard/depth", test_depth);
	g_test_add_func("/net/guard/line", test_guard_line);
	g_test_add_func("/net/guard/copied", test_copied);
	g_test_add_func("/net/ranges", test_ranges);
	g_test_add_func("/net/ranges/keep", test_range_keep);
	g_test_add_func("/net/stream/ends", test_stream_ends);
	g_test_add_func("/net/dial", test_dial);
	g_test_add_func("/net/offers", test_offers);
	return g_test_run();
}
