/* The language: every word in good and bad use, every error with its place, and the tree that comes of it. */
#include "config.h"

#include "conf-try.h"

#include "base/clock.h"
#include "conf/words.h"

#include <string.h>

enum hole { DESK, MAILBOX, RELAY, QUEUE, TEAM, END, HOLES };

#define SMTP "smtp tls h.test"

/* The configuration with `text` in one hole and something good in the others that need it. */
static char *
fill(enum hole hole, const char *text)
{
	static const char *const usual[HOLES] = {"", "relay r", SMTP, "team t", "", ""};
	const char *in[HOLES];

	for (int i = 0; i < HOLES; i++)
		in[i] = i == (int)hole ? text : usual[i];
	return g_strdup_printf(TRY_DESK, in[DESK], in[MAILBOX], in[RELAY], in[QUEUE], in[TEAM], in[END]);
}

/* The same word may be a row for several blocks; each row of words.c needs one here. `prints` is part of what
 * the good use prints; `says` is part of the only error, or the first one, of the bad use. */
static const struct {
	const char *word;
	guint in;
	enum hole hole;
	const char *good, *prints, *bad, *says;
} uses[] = {
    {"desk", IN_TOP, DESK, "store \"/s\"", "desk \"D\" {", "} desk \"E\" {",
	"`desk` is written already, in line 1"},
    {"mailbox", IN_TOP, END, "mailbox n { address n@desk.test relay r }", "mailbox n {",
	"mailbox m { address n@desk.test relay r }", "there is a mailbox `m` already, in line 3"},
    {"relay", IN_TOP, END, "relay s { " SMTP " }", "relay s {\n\tsmtp tls h.test:465\n}", "relay s { }",
	"relay `s` has no server: add `smtp`"},
    {"relay", IN_MAILBOX, MAILBOX, "relay r", "\trelay r\n", "relay R2",
	"there is no relay `R2`; did you mean `r`?"},
    {"queue", IN_TOP, END, "queue u { team t }", "queue u {\n\tteam t\n}", "queue u { }",
	"queue `u` has no team"},
    {"queue", IN_MAILBOX, MAILBOX, "relay r queue q", "\tqueue q\n", "relay r queue qq",
	"there is no queue `qq`; did you mean `q`?"},
    {"team", IN_TOP, END, "team u { agent u@desk.test } queue v { team u }", "team u {",
	"team \"u\" { agent a@b } queue v { team u }", "`team` wants a name"},
    {"team", IN_QUEUE, QUEUE, "team t", "\tteam t\n", "team t, t", "team `t` is in queue `q` already"},
    {"trust", IN_TOP, END, "trust \"A.test\", b", "trust \"a.test\"\ntrust \"b\"\n", "trust \"a b\"",
	"this is no authserv-id: it has a space in it"},
    {"include", IN_TOP, END, "include \"none/*\"", "", "include none",
	"`include` wants a text in quotation marks"},
    {"store", IN_DESK, DESK, "store \"/x/s.db\"", "\tstore \"/x/s.db\"\n", "store s",
	"`store` wants a text in"},
    {"keys", IN_DESK, DESK, "keys \"/x/../k\"", "\tkeys \"/k\"\n", "keys \"\"", "`keys` cannot be empty"},
    {"control", IN_DESK, DESK, "control \"/c\"", "\tcontrol \"/c\"\n",
	"control "
	"\"/0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456"
	"78901234567\"",
	"the path of a socket has at most 107 bytes"},
    {"user", IN_DESK, DESK, "user desk", "\tuser \"desk\"\n", "user \"a:b\"", "`a:b` cannot be a name"},
    {"user", IN_MAILBOX | IN_RELAY, RELAY, SMTP " user u@x.test password-file \"/f\"",
	"h.test:465 user \"u@x.test\" password-file \"/f\"\n", SMTP " user u", "user `u` has no secret"},
    {"group", IN_DESK, DESK, "group \"mail\"", "\tgroup \"mail\"\n", "group \"\"",
	"`` cannot be a name: it is empty"},
    {"postmaster", IN_DESK, DESK, "postmaster p@X.test", "\tpostmaster p@x.test\n", "postmaster p@",
	"`p@` is no address: what stands behind the @"},
    {"largest", IN_DESK, DESK, "largest mail 10K", "\tlargest mail 10K\n", "largest mail 10d",
	"`largest` wants the word `mail` and a size"},
    {"reopen", IN_DESK, DESK, "reopen within 48h", "\treopen within 2d\n", "reopen in 3d",
	"`reopen` wants the word `within` and a time"},
    {"readers", IN_DESK, DESK, "readers 3", "\treaders 3\n", "readers 257",
	"257 is out of range: `readers` can be 0 to"},
    {"sandbox", IN_DESK, DESK, "sandbox require", "\tsandbox require\n", "sandbox requier",
	"not `requier`; did you mean `require`?"},
    {"ca-file", IN_DESK, DESK, "ca-file \"/ca\"", SMTP ":465 ca-file \"/ca\"\n",
	"ca-file \"/ca\" ca-file \"/cb\"", "`ca-file` is written already"},
    {"ca-file", IN_MAILBOX | IN_RELAY, RELAY, SMTP " ca-file \"/ca\"", ":465 ca-file \"/ca\"\n",
	SMTP " ca-file \"/ca\" ca-file \"/cb\"", "this server has `ca-file` already"},
    {"address", IN_MAILBOX, MAILBOX, "relay r address n@desk.test, o@Desk.Test",
	"n@desk.test\n\taddress o@desk.test\n", "relay r address M@desk.test",
	"`M@desk.test` is an address of a mailbox already, in line 3"},
    {"name", IN_MAILBOX, MAILBOX, "relay r name \"N \\\"x\\\" \\\\\"", "\tname \"N \\\"x\\\" \\\\\"\n",
	"relay r name \"a\\nb\"", "`name` cannot be this: it has a line end"},
    {"imap", IN_MAILBOX, MAILBOX, "relay r imap starttls [::1] user u token-command \"t\"",
	"\timap starttls [::1]:143 user \"u\" token-command \"t\"\n", "relay r imap tls i.test",
	"an IMAP server wants a login"},
    {"smtp", IN_MAILBOX, MAILBOX, "smtp plain localhost", "relay m {\n\tsmtp plain localhost:25\n}",
	"smtp plain h.test", "`plain` would send mail and password readable to h.test"},
    {"smtp", IN_RELAY, RELAY, "smtp plain 127.0.0.1:2525", "\tsmtp plain 127.0.0.1:2525\n", "smtp tsl h.test",
	"not `tsl`; did you mean `tls`?"},
    {"password-file", IN_MAILBOX | IN_RELAY, RELAY, SMTP " password-file \"/p\" user 1",
	" user \"1\" password-file \"/p\"\n", SMTP " password-file \"/p\"",
	"nobody it belongs to: add `user`"},
    {"password-command", IN_MAILBOX | IN_RELAY, RELAY, SMTP " user user password-command \"pass x\"",
	" user \"user\" password-command \"pass x\"\n", SMTP " user u password-command \"\"",
	"cannot be empty"},
    {"token-command", IN_MAILBOX | IN_RELAY, RELAY, SMTP " user \"u u\" token-command \"t\"",
	" user \"u u\" token-command \"t\"\n", SMTP " user u token-command \"t\" password-file \"/f\"",
	"this server has its secret already"},
    {"folder", IN_MAILBOX, MAILBOX, "relay r folder \"Účty\"", "\tfolder \"Účty\"\n", "relay r folder INBOX",
	"`folder` wants a text in quotation marks"},
    {"done", IN_MAILBOX, MAILBOX, "relay r done move \"P\"", "\tdone move \"P\"\n", "relay r done move",
	"`done move` wants a text in quotation marks behind it"},
    {"poll", IN_MAILBOX, MAILBOX, "relay r poll 90s", "\tpoll 90s\n", "relay r poll 90",
	"`poll` wants a time with its unit"},
    {"separator", IN_MAILBOX, MAILBOX, "relay r separator \"-\"", "\tseparator \"-\"\n",
	"relay r separator \"a\"", "a separator is one of the characters"},
    {"agent", IN_TEAM, TEAM, "agent \"Ján\" <b@desk.test>", "\tagent b@desk.test \"Ján\"\n",
	"agent a@Desk.test", "there is a person `a@desk.test` already"},
    {"manager", IN_TEAM, TEAM, "manager b@desk.test", "\tmanager b@desk.test\n", "manager m@desk.test",
	"`m@desk.test` is the address of a mailbox"},
};

static void
check_use(gsize i)
{
	g_autofree char *good = fill(uses[i].hole, uses[i].good);
	g_autofree char *bad = fill(uses[i].hole, uses[i].bad);
	TRY_AUTO yes = try_text(good);
	TRY_AUTO no = try_text(bad);
	g_autofree char *yes_errors = try_errors(&yes);
	g_autofree char *no_errors = try_errors(&no);
	g_autofree char *print = NULL;

	g_test_message("%s in %s", uses[i].word, words_block(uses[i].in));
	if (*yes_errors)
		g_error("%s\nshould be good\n%s", good, yes_errors);
	print = conf_print(yes.conf);
	if (strstr(print, uses[i].prints) == NULL)
		g_error("no %s in:\n%s", uses[i].prints, print);
	if (no.conf || no.errors->len != 1 || strstr(no_errors, uses[i].says) == NULL)
		g_error("%s\nshould be one error: %s\nand not\n%s", bad, uses[i].says, no_errors);
}

/* A word without a row in `uses` is a failure, and so is a row without a word. */
static void
test_words(void)
{
	gsize count, found = 0;
	const struct word *words = words_all(&count);

	for (gsize i = 0; i < count; i++) {
		gsize before = found;

		for (gsize j = 0; j < G_N_ELEMENTS(uses); j++)
			found += strcmp(uses[j].word, words[i].word) == 0 && uses[j].in == words[i].in;
		if (found != before + 1)
			g_error("`%s` in %s has %zu tests", words[i].word, words_block(words[i].in),
			    found - before);
	}
	g_assert_cmpuint(found, ==, G_N_ELEMENTS(uses));
	for (gsize i = 0; i < G_N_ELEMENTS(uses); i++)
		check_use(i);
}

/* A block around `use`; around an option a server, too. */
static char *
inside_of(guint in, const char *use)
{
	if (in == IN_TOP)
		return g_strdup(use);
	if (in == (IN_MAILBOX | IN_RELAY))
		return g_strdup_printf("relay x { smtp tls h.test %s }", use);
	return g_strdup_printf("%s %s { %s }", words_block(in), in == IN_DESK ? "\"x\"" : "x", use);
}

/* What a message shows as an example is well-formed where its word may stand. */
static void
test_examples(void)
{
	gsize count;
	const struct word *words = words_all(&count);

	for (gsize i = 0; i < count; i++) {
		const char *dots = strstr(words[i].example, "...");
		g_autofree char *inside =
		    dots ? g_strndup(words[i].example, (gsize)(dots - words[i].example)) : NULL;
		g_autofree char *use = g_strdup_printf(
		    "%s %s%s", words[i].word, inside ? inside : words[i].example, dots ? "}" : "");
		g_autofree char *text = inside_of(words[i].in, use);
		TRY_AUTO try = try_text(text);
		g_autofree char *got = try_errors(&try);

		/* an option alone lacks its counterpart: that is said in other words */
		if (strstr(got, " wants ") || strstr(got, "begins with") || strstr(got, "left over") ||
		    strstr(got, "out of range"))
			g_error("%s\n%s", text, got);
	}
}

#define HEAD "desk \"D\" {}\ntrust mx\n"
#define TAIL "\nteam t { agent a@desk.test }\n"
#define BOX "mailbox m { address m@desk.test smtp plain localhost }"

static const struct {
	const char *text, *errors; /* each line: "line:column: beginning of the message" */
} errors[] = {
    {HEAD BOX TAIL, ""},
    /* statements on one line, over several, with comments */
    {"desk\n# D\n\"D\"\n{ } trust mx " BOX TAIL, ""},
    {HEAD "mailbox m { address\n\tm@desk.test\n,\n\tn@desk.test smtp\nplain\nlocalhost:25 } # end" TAIL, ""},
    /* keywords as names */
    {HEAD BOX "queue team { team queue } team queue { agent a@desk.test }", ""},
    {HEAD BOX "queue mailbox { team user, queue } team user{agent a@b}team queue{agent a@b}", ""},
    /* a byte order mark, carriage returns */
    {"\xef\xbb\xbf" HEAD BOX "\r\n" TAIL, ""},
    {"\xef\xbb\xbfx\n", "1:1: no statement begins with `x`\n"},
    /* words that are not known, and what was meant */
    {"dekc \"D\" {}\n" BOX TAIL, "1:1: no statement begins with `dekc`; did you mean `desk`?\n"},
    {HEAD "mailbox m {\n\taddres m@desk.test\n\tsmpt plain localhost { a { b } }\n\tfolder \"f\" fodler "
	  "\"g\"\n}" TAIL,
	"4:2: no statement of `mailbox` begins with `addres`; did you mean `address`?\n"
	"5:2: no statement of `mailbox` begins with `smpt`; did you mean `smtp`?\n"
	"6:13: no statement of `mailbox` begins with `fodler`; did you mean `folder`?\n"},
    {HEAD BOX "team t {\n\tagent a@desk.test\n\tpoll 60s\n\tqueue q { }\n}",
	"5:2: no statement of `team` begins with `poll`; it belongs into `mailbox`\n"
	"6:2: no statement of `team` begins with `queue`; it stands outside of blocks: is a } missing "
	"above?\n"},
    {HEAD "mailbox m { address m@desk.test relay suport }\nrelay support { smtp plain localhost }" TAIL,
	"3:39: there is no relay `suport`; did you mean `support`?\n"},
    {HEAD BOX "queue q { team frist, xxxxxxxx }\nteam first { agent a@b }",
	"3:70: there is no team `frist`; did you mean `first`?\n3:77: there is no team `xxxxxxxx`\n"},
    /* values of the wrong kind: each statement by itself */
    {"desk \"D\" {\n\tstore\n\tkeys 5\n\treaders x\n\tpostmaster \"x\"\n\tsandbox\n}\ntrust mx " BOX TAIL,
	"2:2: `store` wants a text in quotation marks, such as `store \"desk.db\"`\n"
	"3:7: `keys` wants a text\n4:2: `readers` wants a number, 0 to 256, such as `readers 2`\n"
	"5:13: `postmaster` wants an address\n6:2: `sandbox` wants `require` or `prefer`, such as"},
    {"desk D {} trust mx " BOX TAIL, "1:6: `desk` wants a text"},
    {"desk {} trust mx " BOX TAIL, "1:1: `desk` wants a text"},
    {HEAD BOX "team t { agent Jana agent b@c d@e \"x\" }",
	"3:70: `agent` wants an address, such as `agent agent1@example.com \"Jana\"`\n"
	"3:85: a statement begins with a word: this is left over from the one before\n"},
    {HEAD "mailbox m { address m@desk.test user x imap tls }" TAIL,
	"3:33: this belongs behind a server, in a statement `imap` or `smtp`\n3:49: `imap` wants tls, "
	"starttls or plain"},
    {HEAD BOX "team t-\xc3\xbc { agent a@b }",
	"3:60: what is not a word, a number or an address stands in quotation marks\n"
	"3:60: `team` wants a name"},
    {HEAD BOX "team -t { agent a@b }", "3:60: `-t` cannot be a name: it begins with a letter or a digit\n"},
    /* numbers */
    {"desk \"D\" { largest mail 99999999999999999999G reopen within 3651d }trust mx " BOX TAIL,
	"1:25: 99999999999999999999G is out of range: `largest` can be 1K to 64M\n"
	"1:61: 3651d is out of range: `reopen` can be 0d to 3650d\n"},
    {"desk \"D\" { largest mail 64M reopen within 0s readers 256 }trust mx " BOX TAIL, ""},
    /* texts */
    {HEAD BOX "team t { agent a@b \"x\n}",
	"3:74: the text ends at the end of its line; a quotation mark is missing\n"},
    {HEAD BOX "team t { agent a@b \"\\x\" }", "3:76: behind a backslash stands \" or \\ or n\n"},
    {HEAD BOX "team t { agent a@b \"\" }", "3:74: this cannot be a name: it is empty\n"},
    /* what is missing is not complained of where something was not understood, and only there */
    {HEAD "mailbox m {\naddres m@x\nsmtp tls h user u pasword-file \"x\" }\nmailbox n { smtp tls h user u "
	  "}" TAIL,
	"4:1: no statement of `mailbox` begins with `addres`; did you mean `address`?\n"
	"5:19: no statement of `mailbox` begins with `pasword-file`; did you mean `password-file`?\n"
	"6:9: mailbox `n` has no address to write from: add `address`\n6:13: user `u` has no secret: add"},
    {HEAD BOX "team t { agent a..b@c }", "3:70: `a..b@c` is no address"},
    {HEAD BOX "taem t { agent a@b }", "3:55: no statement begins with `taem`; did you mean `team`?\n"},
    /* braces: those that are forgotten, misplaced or too many */
    {HEAD BOX TAIL "}", "5:1: no block is open that this } could close\n"},
    {HEAD BOX "team t { agent a@b", "3:62: this block is never closed: its } is missing\n"},
    {"desk \"D\" {\n" BOX TAIL "trust mx",
	"1:10: this block is not closed before `mailbox` in line 2: its } is missing\n"},
    {HEAD "foo {\n bar {\n" BOX TAIL,
	"3:1: no statement begins with `foo`\n3:5: this block is not closed before `mailbox` in line 5: its "
	"} is missing\n"
	"4:6: this block is not closed before `mailbox` in line 5: its } is missing\n"},
    {HEAD BOX "team t {\n\tagent a@b\n\tdesk \"E\" { }\n}",
	"5:2: no statement of `team` begins with `desk`; it stands outside of blocks: is a } missing "
	"above?\n"},
    {HEAD BOX TAIL "{ a }", "5:1: no block can begin here"},
    {HEAD BOX "queue q { team t { agent a@b } }" TAIL, "3:72: no block can begin here"},
    /* servers */
    {HEAD "mailbox m { address m@desk.test smtp tls [::1 smtp tls [x]:1 }" TAIL,
	"3:42: `[::1` is no host: its ] is missing\n3:47: `smtp` is written already, in line 3; one of them "
	"must go\n"
	"3:56: `[x]:1` is no host: in brackets stands an IPv6 address\n"},
    {HEAD "mailbox m { address m@desk.test smtp tls 1.2.3.400 }" TAIL,
	"3:42: `1.2.3.400` is no host: an IPv4 address is"},
    {HEAD "mailbox m { address m@desk.test smtp tls a..b }" TAIL,
	"3:42: `a..b` is no host: a host name is labels"},
    {HEAD "mailbox m { address m@desk.test smtp tls a:0 }" TAIL, "3:42: `a:0` is no host: behind its colon"},
    {HEAD "mailbox m { address m@desk.test smtp tls \"[::1]:26\" }" TAIL, ""},
    {HEAD "mailbox m { address m@desk.test smtp plain 127.1.2.3 imap plain [::1]:1 user a password-file "
	  "\"b\" }" TAIL,
	""},
    {HEAD "mailbox m { address m@desk.test smtp plain 128.0.0.1 }" TAIL,
	"3:44: `plain` would send mail and password"},
    {HEAD "mailbox m { address m@desk.test smtp tls h relay r }\nrelay r { smtp tls g }" TAIL,
	"3:50: mailbox `m` has a server `smtp` of its own: it cannot use relay `r` as well\n"},
    {HEAD BOX "relay m { smtp tls g }" TAIL, "3:61: there is a relay `m` already, in line 3"},
    /* what is missing */
    {"", "1:1: there is no desk\n1:1: there is no team\n1:1: warning: there is no mailbox\n1:1: warning: "
	 "nobody can act as"},
    {"trust mx " BOX TAIL, "1:1: there is no desk"},
    {"desk \"D\" {}" BOX TAIL, "1:1: warning: nobody can act as an agent by mail until `trust` names"},
    {HEAD "mailbox m { }" TAIL,
	"3:9: mailbox `m` has no address to write from: add `address`\n"
	"3:9: warning: mailbox `m` has neither `smtp` nor `relay`: nothing can be sent from it\n"},
    {HEAD BOX "team t { }", "3:60: warning: nobody is in team `t`: add `agent`\n"},
    {HEAD BOX TAIL "trust MX", "5:7: warning: `mx` is trusted already\n"},
    /* addresses */
    {HEAD BOX
	"team t { agent a..b@c agent .a@b agent a@-b agent a@b@c agent a\\@b agent @b agent a@\xc3\xa9.test}",
	"3:70: `a..b@c` is no address: what stands before the @\n3:83: `.a@b` is no address\n3:94: `a@-b` is "
	"no address\n"
	"3:105: `a@b@c` is no address\n3:117: `a\\@b` is no address\n3:128: `@b` is no address\n"},
    {HEAD "mailbox m { address abcdefghijklmnopqrstuv@desk.test, abcdefghijklmnopqrstuvwxyz@desk.test smtp "
	  "plain localhost }\n"
	  "mailbox n { address abcdefghijklmnopqrstuvw@desk.test smtp plain localhost }\n"
	  "mailbox o { address abcdefghijklmnopqrstuvwx@desk.test }" TAIL,
	"4:21: `abcdefghijklmnopqrstuvw@desk.test` is too long for the addresses that are made from it\n"
	"5:9: warning: mailbox `o` has neither\n"},
    {HEAD BOX "team t { agent a@B agent a@b }", "3:80: there is a person `a@b` already, in line 3"},
    /* control characters, and what is not UTF-8 */
    {HEAD BOX "\001" TAIL, "3:55: a control character cannot stand here\n"},
    {HEAD "# \xfc"
	  "ber\n" BOX TAIL,
	"3:3: this is not UTF-8 text; the file must be saved as UTF-8\n"},
};

/* Is each line of `expected` the beginning of the line of `got`? */
static gboolean
errors_match(const char *expected, const char *got)
{
	g_auto(GStrv) want = g_strsplit(expected, "\n", -1);
	g_auto(GStrv) have = g_strsplit(got, "\n", -1);
	guint n = g_strv_length(want) - g_str_has_suffix(expected, "\n"),
	      m = g_strv_length(have) - g_str_has_suffix(got, "\n");

	for (guint i = 0; i < MIN(n, m); i++)
		if (!g_str_has_prefix(have[i], want[i]))
			return FALSE;
	return n == m;
}

static void
test_errors(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(errors); i++) {
		TRY_AUTO try = try_text(errors[i].text);
		g_autofree char *got = try_errors(&try);

		if (errors_match(errors[i].errors, got))
			continue;
		g_test_fail();
		g_test_message(
		    "of\n%s\nthere should be\n%s\nand not\n%s", errors[i].text, errors[i].errors, got);
	}
}

/* The caret stands under the culprit whatever the terminal makes of what is before it. */
static void
test_caret(void)
{
	static const struct {
		const char *line;
		int column, length;
		const char *shown;
	} rows[] = {
	    {"store x", 7, 1, "store x\n      ^"},
	    {"\tstore abc", 8, 3, "        store abc\n              ^~~"},
	    {"a\tb", 3, 1, "a       b\n        ^"},
	    {"日本 x", 4, 1, "日本 x\n     ^"},
	    {"日本 x", 1, 2, "日本 x\n^~~~"},
	    {"e\xcc\x81 x", 4, 1, "e\xcc\x81 x\n  ^"},
	    {"", 1, 1, "\n^"},
	    {"abc", 4, 1, "abc\n   ^"},
	    {"a\033[2J", 1, 1, "a\xef\xbf\xbd[2J\n^"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct conf_error error = {.place = {"f", 3, rows[i].column},
		    .length = rows[i].length,
		    .warning = i % 2,
		    .message = (char *)"why",
		    .line = (char *)rows[i].line};
		g_autofree char *text = conf_error_text(&error);
		g_autofree char *expected = g_strdup_printf(
		    "f:3:%d: %swhy\n%s", rows[i].column, i % 2 ? "warning: " : "", rows[i].shown);

		g_assert_cmpstr(text, ==, expected);
	}
}

static void
test_defaults(void)
{
	TRY_AUTO try =
	    try_text(HEAD "mailbox m { address M@Desk.test imap tls i user u password-file \"p\" }" TAIL);
	const struct conf_mailbox *mailbox;
	g_autofree char *secret = g_build_filename(try_folder(), "p", NULL);

	g_assert_nonnull(try.conf);
	g_assert_cmpstr(try.conf->store, ==, TRIAGED_LOCALSTATEDIR "/desk.db");
	g_assert_cmpstr(try.conf->keys, ==, TRIAGED_SYSCONFDIR "/keys");
	g_assert_cmpstr(try.conf->control, ==, TRIAGED_RUNSTATEDIR "/control");
	g_assert_cmpint(try.conf->largest_mail, ==, 35 << 20);
	g_assert_cmpint(try.conf->reopen_within, ==, 30 * (gint64)CLOCK_DAY);
	mailbox = conf_mailbox_find(try.conf, "m");
	g_assert_cmpstr(mailbox->display, ==, "D");
	g_assert_cmpstr(mailbox->folder, ==, "INBOX");
	g_assert_cmpint(mailbox->done, ==, CONF_DONE_KEEP);
	g_assert_cmpint(mailbox->poll, ==, CLOCK_MINUTE);
	g_assert_cmpint(mailbox->separator, ==, '+');
	g_assert_cmpstr(mailbox->addresses->pdata[0], ==, "M@desk.test");
	g_assert_cmpint(mailbox->imap->port, ==, 993);
	g_assert_cmpstr(mailbox->imap->secret_from, ==, secret);
	g_assert_null(mailbox->relay);
	g_assert_cmpstr(mailbox->queue->name, ==, "general");
	g_assert_true(conf_queue_find(try.conf, "general") == mailbox->queue);
	g_assert_true(mailbox->queue->teams->pdata[0] == try.conf->teams->pdata[0]);
}

/* The desk's certificates are for each server that has none of its own, wherever the desk is written. */
static void
test_ca_file(void)
{
	TRY_AUTO try = try_text(
	    "mailbox m { address m@x imap tls i user u password-file \"p\" smtp tls h ca-file \"/own\" }\n"
	    "relay r { smtp tls h }\ntrust mx\ndesk \"D\" { ca-file \"/desk\" }" TAIL);
	const struct conf_mailbox *mailbox = try.conf->mailboxes->pdata[0];

	g_assert_cmpstr(mailbox->imap->ca_file, ==, "/desk");
	g_assert_cmpstr(mailbox->relay->server.ca_file, ==, "/own");
	g_assert_cmpstr(conf_relay_find(try.conf, "r")->server.ca_file, ==, "/desk");
}

static void
test_find(void)
{
	TRY_AUTO try = try_text(HEAD BOX "relay r { smtp tls h } queue q { team t } queue s { team u, v }\n"
					 "team t { agent a@x.test } team u { agent b@x.test } team v { "
					 "manager a@x.test agent é@\xc3\xa9.test }");
	const struct conf *c = try.conf;
	const struct conf_person *a = conf_person_find(c, "a@X.TEST"), *b = conf_person_find(c, "b@x.test");

	g_assert_true(conf_relay_find(c, "r") == c->relays->pdata[1]);
	g_assert_null(conf_relay_find(c, "x"));
	g_assert_null(conf_mailbox_find(c, "x"));
	g_assert_null(conf_queue_find(c, "x"));
	g_assert_true(conf_mailbox_by_address(c, "M@Desk.Test") == c->mailboxes->pdata[0]);
	g_assert_null(conf_mailbox_by_address(c, "m@desk.tes"));
	g_assert_null(conf_person_find(c, "A@x.test"));
	g_assert_null(conf_person_find(c, "x.test"));
	g_assert_nonnull(conf_person_find(c, "é@xn--9ca.test"));
	g_assert_cmpint(a->role, ==, CONF_AGENT);
	/* as agent of t, and as manager of v */
	g_assert_true(conf_person_serves(a, conf_queue_find(c, "q")));
	g_assert_true(conf_person_serves(a, conf_queue_find(c, "s")));
	g_assert_false(conf_person_serves(b, conf_queue_find(c, "q")));
}

/* What is printed parses back to what prints the same. */
static void
assert_round_trip(const struct conf *conf)
{
	g_autofree char *first = conf_print(conf);
	TRY_AUTO again = try_text(first);
	g_autofree char *errors_again = try_errors(&again);
	g_autofree char *second = NULL;

	if (again.conf == NULL)
		g_error("%s\n%s", first, errors_again);
	second = conf_print(again.conf);
	g_assert_cmpstr(first, ==, second);
}

static void
test_round_trip(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(uses); i++) {
		g_autofree char *text = fill(uses[i].hole, uses[i].good);
		TRY_AUTO try = try_text(text);

		assert_round_trip(try.conf);
	}
}

/* The example that is shipped is good as it stands. */
static void
test_example_file(void)
{
	g_autofree char *path = g_build_filename(
	    g_getenv("srcdir") ? g_getenv("srcdir") : ".", "contrib/examples/triaged.conf", NULL);
	g_autofree char *text = NULL;
	TRY_AUTO try = {NULL, NULL};
	g_autofree char *got = NULL;

	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	try = try_text(text);
	got = try_errors(&try);
	g_assert_cmpstr(got, ==, "");
	assert_round_trip(try.conf);
}

/* The manual page is the specification: each word stands in it, and its examples, put together, are good. */
static void
test_manual(void)
{
	const char *srcdir = g_getenv("srcdir") ? g_getenv("srcdir") : ".";
	g_autofree char *path = g_build_filename(srcdir, "daemon/conf/triaged.conf.5", NULL);
	g_autofree char *text = NULL;
	g_auto(GStrv) pieces = NULL;
	g_autoptr(GString) examples = g_string_new(NULL);
	gsize count;
	const struct word *words = words_all(&count);

	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	for (gsize i = 0; i < count; i++) {
		g_autofree char *macro = g_strdup_printf(".It Ic %s ", words[i].word);
		g_autofree char *second = g_strdup_printf(" Ic %s ", words[i].word);

		if (strstr(text, macro) == NULL && strstr(text, second) == NULL)
			g_error("the manual page does not know `%s`", words[i].word);
	}
	pieces = g_strsplit(text, ".Bd -literal -offset indent\n", -1);
	g_assert_cmpuint(g_strv_length(pieces), >, 3);
	for (gsize i = 1; pieces[i]; i++)
		g_string_append_len(examples, pieces[i], strstr(pieces[i], ".Ed") - pieces[i]);
	TRY_AUTO try = try_text(examples->str);
	g_autofree char *got = try_errors(&try);
	g_assert_cmpstr(got, ==, "");
}

int
main(int argc, char **argv)
{
	int failed;

	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/conf/words", test_words);
	g_test_add_func("/conf/examples", test_examples);
	g_test_add_func("/conf/errors", test_errors);
	g_test_add_func("/conf/caret", test_caret);
	g_test_add_func("/conf/defaults", test_defaults);
	g_test_add_func("/conf/ca-file", test_ca_file);
	g_test_add_func("/conf/find", test_find);
	g_test_add_func("/conf/round-trip", test_round_trip);
	g_test_add_func("/conf/example-file", test_example_file);
	g_test_add_func("/conf/manual", test_manual);
	failed = g_test_run();
	try_end();
	return failed;
}
