/* Files that include one another, and the packet that carries their text. */
#include "config.h"

#include "conf-try.h"

#include <string.h>
#include <sys/stat.h>

#define HEAD "desk \"D\" {}\ntrust mx\nmailbox m { address m@desk.test smtp plain localhost }\n"
#define TEAM "team t { agent a@desk.test }\n"

/* The last part of the file's name, and the error. */
static char *
errors_with_files(const struct try *try)
{
	GString *out = g_string_new(NULL);

	for (guint i = 0; i < try->errors->len; i++) {
		const struct conf_error *e = try->errors->pdata[i];
		g_autofree char *name = g_path_get_basename(e->place.file);

		g_string_append_printf(
		    out, "%s:%d:%d: %s\n", name, e->place.line, e->place.column, e->message);
	}
	return g_string_free(out, FALSE);
}

static void
assert_includes(const char *text, const char *expected)
{
	TRY_AUTO try = try_text(text);
	g_autofree char *got = errors_with_files(&try);
	g_autofree char *folder = g_strconcat(try_folder(), "/", NULL);
	g_autoptr(GString) plain = g_string_new(got);

	g_string_replace(plain, folder, "", 0);
	g_assert_cmpstr(plain->str, ==, expected);
}

static void
test_order(void)
{
	TRY_AUTO try = {NULL, NULL};
	const struct conf_team *team;

	try_write("20.rules", "team b { agent a@desk.test }", -1);
	try_write("10.rules", "team a { agent a@desk.test } include \"x.inc\"", -1);
	try_write("x.inc", "team x { agent a@desk.test }", -1);
	try = try_text(HEAD "team z { agent a@desk.test } include \"*.rules\" include \"none.*\" team y { "
			    "agent a@desk.test }");
	g_assert_nonnull(try.conf);
	g_assert_cmpuint(try.conf->teams->len, ==, 5);
	for (guint i = 0; i < 5; i++) {
		team = try.conf->teams->pdata[i];
		g_assert_cmpint(*team->name, ==, "zaxby"[i]);
	}
	team = try.conf->teams->pdata[2];
	g_assert_true(g_str_has_suffix(team->place.file, "/x.inc"));
	g_assert_cmpint(team->place.line, ==, 1);
	g_assert_cmpint(team->place.column, ==, 6);
}

static void
test_errors(void)
{
	try_write("bad.inc", "team u {\n\tagnet a@desk.test\n", -1);
	try_write("loop.inc", "include \"loop.inc\"\ninclude \"triaged.conf\"", -1);
	try_write("empty.inc", "", -1);
	assert_includes(HEAD TEAM "include \"bad.inc\"",
	    "bad.inc:1:8: this block is never closed: its } is missing\n"
	    "bad.inc:2:2: no statement of `team` begins with `agnet`; did you mean `agent`?\n");
	assert_includes(HEAD TEAM "include \"loop.inc\"", "loop.inc:1:9: loop.inc is read already\n"
							  "loop.inc:2:9: triaged.conf is read already\n");
	assert_includes(HEAD TEAM "include \"none.inc\"",
	    "triaged.conf:5:9: cannot read none.inc: there is no such file\n");
	assert_includes(HEAD TEAM "include \"empty.inc\" include \"empty.inc\"",
	    "triaged.conf:5:29: empty.inc is read already\n");
	assert_includes(HEAD TEAM "include\ninclude \"empty.inc\"",
	    "triaged.conf:5:1: `include` wants a text in quotation "
	    "marks, such as `include \"filters/*.rules\"`\n");
	assert_includes(HEAD TEAM "include",
	    "triaged.conf:5:1: `include` wants a text in quotation marks, such as "
	    "`include \"filters/*.rules\"`\n");
	assert_includes(HEAD "team t { agent a@desk.test include \"empty.inc\" }",
	    "triaged.conf:4:28: no statement of `team` begins with `include`; it stands outside of blocks: "
	    "is a } missing above?\n");
}

static void
test_depth(void)
{
	for (int i = 0; i < 9; i++) {
		g_autofree char *name = g_strdup_printf("d%d.deep", i);
		g_autofree char *text = g_strdup_printf("include \"d%d.deep\"", i + 1);

		try_write(name, text, -1);
	}
	assert_includes(HEAD TEAM "include \"d0.deep\"",
	    "d6.deep:1:9: not included: files can include one another 8 deep\n");
}

static void
test_too_large(void)
{
	g_autofree char *big = g_malloc(1024 * 1024 + 1);
	g_autofree char *path = g_build_filename(try_folder(), "triaged.conf", NULL);
	g_autoptr(GError) error = NULL;

	memset(big, '\n', 1024 * 1024 + 1);
	try_write("triaged.conf", big, 1024 * 1024 + 1);
	g_assert_null(conf_source_load(path, &error));
	g_assert_nonnull(strstr(error->message, "cannot read "));
	for (int i = 0; i < 8; i++) {
		g_autofree char *name = g_strdup_printf("%d.big", i);

		try_write(name, big, 1024 * 1024);
	}
	assert_includes(HEAD TEAM "include \"*.big\"",
	    "triaged.conf:5:9: with 7.big all files are larger than 8388608 bytes together\n");
}

/* What would block whoever opens it, and names that are not UTF-8. */
static void
test_odd_files(void)
{
	g_autofree char *pipe = g_build_filename(try_folder(), "pipe.odd", NULL);

	g_assert_cmpint(mkfifo(pipe, 0600), ==, 0);
	try_write("a\xff.odd", "x", -1);
	assert_includes(HEAD TEAM "include \"*.odd\"",
	    "triaged.conf:5:9: cannot read pipe.odd: it is no regular file\n"
	    "a\xef\xbf\xbd.odd:1:1: no statement begins with `x`\n");
	assert_includes(
	    HEAD TEAM "include \".\"", "triaged.conf:5:9: cannot read .: it is no regular file\n");
}

static void
test_main_file(void)
{
	g_autofree char *path = g_build_filename(try_folder(), "nowhere.conf", NULL);
	g_autoptr(GError) error = NULL;

	g_assert_null(conf_source_load(path, &error));
	g_assert_nonnull(strstr(error->message, path));
	g_assert_nonnull(strstr(error->message, "No such file"));
}

/* Every packet that is cut off or changed is either refused or parsed, never believed. */
static void
test_packet(void)
{
	g_autofree char *path = g_build_filename(try_folder(), "triaged.conf", NULL);
	g_autoptr(GBytes) good = NULL;
	struct conf_source *source;
	guint refused = 0;
	gsize length;
	const guint8 *bytes;

	try_write("1.pack", TEAM, -1);
	try_write("triaged.conf", HEAD "include \"*.pack\"", -1);
	source = conf_source_load(path, NULL);
	good = conf_source_pack(source);
	conf_source_free(source);
	bytes = g_bytes_get_data(good, &length);
	for (gsize i = 0; i < 2 * length; i++) {
		g_autofree guint8 *copy = g_memdup2(bytes, length);
		g_autoptr(GBytes) bad = NULL;

		copy[i % length] ^= i < length ? 0 : (guint8)(i * 37 | 1);
		bad = g_bytes_new(copy, i < length ? i : length);
		source = conf_source_unpack(bad, NULL);
		refused += source == NULL;
		if (source) {
			g_autoptr(GPtrArray) errors = conf_errors_new();

			conf_free(conf_parse(source, errors));
			conf_source_free(source);
		}
	}
	g_assert_cmpuint(refused, >=, length);
}

int
main(int argc, char **argv)
{
	int failed;

	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/conf-source/order", test_order);
	g_test_add_func("/conf-source/errors", test_errors);
	g_test_add_func("/conf-source/depth", test_depth);
	g_test_add_func("/conf-source/too-large", test_too_large);
	g_test_add_func("/conf-source/main-file", test_main_file);
	g_test_add_func("/conf-source/odd-files", test_odd_files);
	g_test_add_func("/conf-source/packet", test_packet);
	failed = g_test_run();
	try_end();
	return failed;
}
