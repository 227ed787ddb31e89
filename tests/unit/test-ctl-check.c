/* triagectl check as a program sees it: exit status, standard output, standard error. */
#include "config.h"

#include "conf-try.h"

#include "ctl/check.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

#define HEAD "desk \"D\" {}\ntrust mx\nteam t { agent a@desk.test }\n"
#define BOX(server) "mailbox m { address m@desk.test relay r }\nrelay r {\n\tsmtp tls h.test " server "\n}\n"

static const char *self;

/* Runs this program as `triagectl check`; the words are split at spaces, %s is the folder. */
static int
run(const char *words, char **out, char **err)
{
	g_autoptr(GString) line = g_string_new(words);
	g_auto(GStrv) argv = NULL;
	g_autoptr(GPtrArray) all = g_ptr_array_new();
	g_autoptr(GSubprocess) child = NULL;
	g_autoptr(GError) error = NULL;

	g_string_replace(line, "%s", try_folder(), 0);
	argv = g_strsplit(line->str, " ", -1);
	g_ptr_array_add(all, (gpointer)self);
	for (gsize i = 0; argv[i]; i++)
		g_ptr_array_add(all, argv[i]);
	g_ptr_array_add(all, NULL);
	child = g_subprocess_newv((const char *const *)all->pdata,
	    G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE, &error);
	g_assert_no_error(error);
	g_assert_true(g_subprocess_communicate_utf8(child, NULL, NULL, out, err, &error));
	return g_subprocess_get_exit_status(child);
}

static const struct {
	const char *words, *text;
	int status;
	const char *out, *err; /* parts of it; "" for nothing at all */
} rows[] = {
    {"check %s/triaged.conf", HEAD BOX(""), 0, "/triaged.conf is good\n", ""},
    {"check %s/triaged.conf", "desk \"D\" {}\nteam t { agent a@desk.test }\n" BOX(""), 0,
	"is good, 1 warning\n", "triaged.conf:1:1: warning: nobody can act as an agent by mail"},
    {"check %s/triaged.conf", HEAD BOX("usr"), 78, "cannot be used: 1 error\n",
	":6:18: no statement of `relay` begins with `usr`; did you mean `user`?\n        smtp tls h.test "
	"usr\n"
	"                        ^~~\n"},
    {"check %s/none.conf", "", 66, "", "No such file"},
    {"check --print %s/triaged.conf", HEAD BOX(""), 0, "relay r {\n\tsmtp tls h.test:465\n}\n", ""},
    {"check --print %s/triaged.conf", "x", 78, "cannot be used", "no statement begins with `x`"},
    {"check -x", "", 64, "", "usage: "},
    {"check a b", "", 64, "", "usage: "},
    /* what is outside */
    {"check %s/triaged.conf", HEAD BOX("user u password-file \"none\""), 78, "1 error",
	":6:2: password file "},
    {"check %s/triaged.conf", HEAD BOX("user u password-file \"closed\""), 0, "is good\n", ""},
    {"check %s/triaged.conf", HEAD BOX("user u password-file \"group\""), 0, "1 warning",
	"/group is open to its group"},
    {"check %s/triaged.conf", HEAD BOX("user u password-file \"open\""), 78, "1 error",
	"/open is open to everybody"},
    {"check %s/triaged.conf", HEAD BOX("user u password-file \"empty\""), 78, "1 error", "/empty is empty"},
    {"check %s/triaged.conf", HEAD BOX("user u password-file \"/\""), 78, "1 error",
	"password file / is no file"},
    {"check %s/triaged.conf", HEAD BOX("ca-file \"none\""), 78, "1 error", ":6:2: certificate file "},
    {"check %s/triaged.conf", HEAD BOX("ca-file \"closed\""), 0, "is good\n", ""},
    {"check %s/triaged.conf",
	HEAD
	"mailbox m { address m@desk.test smtp plain localhost imap tls h user u password-file \"none\" }",
	78, "1 error", ":4:54: password file "},
    /* for programs */
    {"json %s/triaged.conf", HEAD BOX(""), 0, "{\"ok\":true,\"errors\":[]}\n", ""},
    {"json %s/triaged.conf", "x", 78,
	"triaged.conf\",\"line\":1,\"column\":1,\"message\":\"no statement begins with "
	"`x`\",\"warning\":false}]}\n",
	""},
    {"json %s/none.conf", "", 66, "none.conf\",\"line\":0,\"column\":0,\"message\":\"cannot read ", ""},
};

static void
write_secret(const char *name, const char *bytes, int mode)
{
	g_autofree char *path = g_build_filename(try_folder(), name, NULL);

	try_write(name, bytes, -1);
	g_assert_cmpint(g_chmod(path, mode), ==, 0);
}

static gboolean
contains(const char *got, const char *part)
{
	return *part ? strstr(got, part) != NULL : *got == 0;
}

static void
test_check(void)
{
	write_secret("closed", "x", 0600);
	write_secret("group", "x", 0640);
	write_secret("open", "x", 0644);
	write_secret("empty", "", 0600);
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *out = NULL;
		g_autofree char *err = NULL;
		int status;

		try_write("triaged.conf", rows[i].text, -1);
		status = run(rows[i].words, &out, &err);
		if (status != rows[i].status || !contains(out, rows[i].out) || !contains(err, rows[i].err))
			g_error("row %zu: %s of\n%s\nleft with %d and said\n%s%s", i, rows[i].words,
			    rows[i].text, status, out, err);
	}
}

int
main(int argc, char **argv)
{
	int failed;

	if (argc > 1 && (strcmp(argv[1], "check") == 0 || strcmp(argv[1], "json") == 0))
		return ctl_check(argc - 1, argv + 1, strcmp(argv[1], "json") == 0);
	self = argv[0];
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/ctl-check/rows", test_check);
	failed = g_test_run();
	try_end();
	return failed;
}
