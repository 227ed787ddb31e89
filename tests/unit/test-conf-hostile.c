/* Whatever the bytes are, they are parsed or refused, in bounded time and memory. */
#include "config.h"

#include "conf-try.h"

#include "base/clock.h"

#include <string.h>

enum { MUTATIONS = 600, ERRORS_MAX = 200, FLOOD = 256 * 1024 };

static const char seed[] =
    "desk \"Acme\" { store \"s.db\" keys \"k\" control \"c\" user \"u\" group g postmaster p@x.test\n"
    "  largest mail 35M reopen within 30d readers 2 sandbox require ca-file \"ca.pem\" }\n"
    "# comment\n"
    "trust mx.test, \"my.test\"\n"
    "relay main { smtp starttls smtp.test:587 user u@x.test password-file \"f\" ca-file \"g\" }\n"
    "mailbox support { address s@x.test, h@x.test name \"S \\\"x\\\" \\\\ \" imap tls i.test user s "
    "token-command \"c\"\n"
    "  folder \"INBOX\" done move \"P\" relay main queue general poll 60s separator \"+\" }\n"
    "mailbox billing { address b@x.test smtp plain [::1]:25 done keep }\n"
    "queue general { team first } queue billing { team second, first }\n"
    "team first { agent a@x.test \"J\xc3\xa1n\" manager \"E\" <e@x.test> }\n"
    "team second { agent \xc3\xa9@\xc3\xa9.test }\n"
    "include \"*.none\"\n";

/* What is printed must be good, and print the same. */
static void
assert_round_trip(const struct conf *conf)
{
	g_autofree char *first = conf_print(conf);
	TRY_AUTO again = try_text(first);
	g_autofree char *errors = try_errors(&again);
	g_autofree char *second = again.conf ? conf_print(again.conf) : NULL;

	if (g_strcmp0(first, second) != 0)
		g_error("printed:\n%s\nparsed back:\n%s\n%s", first, second, errors);
}

static void
assert_sane(const char *bytes, gsize length)
{
	TRY_AUTO try = {NULL, NULL};
	gboolean bad = FALSE;

	try_write("triaged.conf", bytes, (gssize)length);
	try = try_parse();
	g_assert_cmpuint(try.errors->len, <=, ERRORS_MAX);
	for (guint i = 0; i < try.errors->len; i++) {
		const struct conf_error *error = try.errors->pdata[i];
		g_autofree char *text = conf_error_text(error);

		g_assert_true(g_utf8_validate(text, -1, NULL));
		g_assert_cmpint(error->place.line, >=, 1);
		g_assert_cmpint(error->place.column, >=, 1);
		bad |= !error->warning;
	}
	g_assert_true(bad == (try.conf == NULL));
	if (try.conf)
		assert_round_trip(try.conf);
}

static gsize
word_start(GRand *rand, const GString *text)
{
	gsize at = text->len ? (gsize)g_rand_int_range(rand, 0, (gint32)text->len) : 0;

	while (at > 0 && text->str[at - 1] != ' ' && text->str[at - 1] != '\n')
		at--;
	return at;
}

/* One change: a byte, a word taken out, doubled, or put elsewhere, or a sign put in. */
static void
mutate(GRand *rand, GString *text)
{
	static const char *const signs[] = {
	    "{", "}", "\"", ",", "<", "\\", "#", " } ", "\n", " desk ", " user ", "@", ":", "99999999999"};
	gsize at = word_start(rand, text), length = strcspn(text->str + at, " \n");
	g_autofree char *word = g_strndup(text->str + at, length);

	switch (g_rand_int_range(rand, 0, 5)) {
	case 0:
		if (text->len)
			text->str[g_rand_int_range(rand, 0, (gint32)text->len)] =
			    (char)g_rand_int_range(rand, 0, 256);
		break;
	case 1:
		g_string_erase(text, (gssize)at, (gssize)length);
		break;
	case 2:
		g_string_insert(text, (gssize)at, " ");
		g_string_insert(text, (gssize)at, word);
		break;
	case 3:
		g_string_erase(text, (gssize)at, (gssize)length);
		g_string_insert(text, (gssize)word_start(rand, text), word);
		break;
	default:
		g_string_insert(text, (gssize)at, signs[g_rand_int_range(rand, 0, G_N_ELEMENTS(signs))]);
	}
}

static void
test_mutations(void)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(20261121);

	assert_sane(seed, strlen(seed));
	for (int i = 0; i < MUTATIONS; i++) {
		g_autoptr(GString) text = g_string_new(seed);

		for (int n = g_rand_int_range(rand, 1, 6); n > 0; n--)
			mutate(rand, text);
		assert_sane(text->str, text->len);
	}
}

/* Every beginning of a good file. */
static void
test_cut(void)
{
	for (gsize length = 0; length < strlen(seed); length += 3)
		assert_sane(seed, length);
}

/* A file full of one thing. */
static void
test_floods(void)
{
	static const char *const things[] = {"{", "}", "a ", "\"", "\"\n", "desk \"\"{", "team a{agent a@b}",
	    "#", "\\", "include \"x\"\n", "queue a{team b,c}", "\001", "\xff", "a{", "agent",
	    "relay a{smtp tls b user c password-file \"d\"}", "trust a,b ", ",", "\t",
	    "mailbox a{queue b relay c}", "team a{agent b@c agent d@e}"};

	for (gsize i = 0; i < G_N_ELEMENTS(things); i++) {
		g_autoptr(GString) text = g_string_new(NULL);
		gint64 before = clock_steady();

		while (text->len < FLOOD)
			g_string_append(text, things[i]);
		assert_sane(text->str, text->len);
		g_test_message("%.10s: %" G_GINT64_FORMAT " ms", things[i], clock_steady() - before);
		/* far above what it takes with sanitizers on a busy machine, far below what quadratic work
		 * would */
		g_assert_cmpint(clock_steady() - before, <, 20 * CLOCK_SECOND);
	}
}

/* Many different names: duplicates and references are found in tables. */
static void
test_many(void)
{
	g_autoptr(GString) text = g_string_new("desk \"D\" {} trust mx team t { agent a@b }\n");
	gint64 before = clock_steady();

	for (int i = 0; text->len < FLOOD; i++)
		g_string_append_printf(
		    text, "queue q%d { team t } mailbox m%d { address m%d@x.test queue q%d }\n", i, i, i, i);
	assert_sane(text->str, text->len);
	g_assert_cmpint(clock_steady() - before, <, 20 * CLOCK_SECOND);
}

static void
test_garbage(void)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(7);
	g_autofree char *path = g_build_filename(try_folder(), "triaged.conf", NULL);
	enum { SIZE = 10 * 1024 * 1024 };
	g_autofree char *bytes = g_malloc(SIZE);
	g_autoptr(GError) error = NULL;

	for (gsize i = 0; i < SIZE; i++)
		bytes[i] = (char)g_rand_int(rand);
	assert_sane(bytes, 1024 * 1024);
	try_write("triaged.conf", bytes, SIZE);
	g_assert_null(conf_source_load(path, &error));
	g_assert_nonnull(error);
}

int
main(int argc, char **argv)
{
	int failed;

	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/conf-hostile/mutations", test_mutations);
	g_test_add_func("/conf-hostile/cut", test_cut);
	g_test_add_func("/conf-hostile/floods", test_floods);
	g_test_add_func("/conf-hostile/many", test_many);
	g_test_add_func("/conf-hostile/garbage", test_garbage);
	failed = g_test_run();
	try_end();
	return failed;
}
