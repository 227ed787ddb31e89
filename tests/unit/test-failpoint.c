/* A program dies at its named point, also inside the strictest jail, and the next one lives. */
#include "config.h"

#include "base/failpoint.h"
#include "base/sandbox.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *self;

/* What the program under test does: enter the reader's jail and pass two points. */
static int
pass_points(void)
{
	if (!sandbox_prepare(SANDBOX_MIME, NULL, FALSE, NULL) ||
	    !sandbox_enter(SANDBOX_MIME, NULL, FALSE, NULL))
		return 2;
	failpoint("test-other");
	failpoint("test-here");
	failpoint("test-here");
	return 0;
}

static int
run(const char *point, const char *once)
{
	g_auto(GStrv) environment = g_environ_setenv(g_get_environ(), "TRIAGED_FAILPOINT", point, TRUE);
	char *argv[] = {(char *)self, (char *)"--pass", NULL};
	int status = 0;

	if (once != NULL)
		environment =
		    g_environ_setenv(g_steal_pointer(&environment), "TRIAGED_FAILPOINT_ONCE", once, TRUE);
	g_assert_true(
	    g_spawn_sync(NULL, argv, environment, G_SPAWN_DEFAULT, NULL, NULL, NULL, NULL, &status, NULL));
	return WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
}

static void
test_points(void)
{
	static const struct {
		const char *point;
		int ends; /* signal or exit status */
	} rows[] = {{"test-here", 9}, {"test-here:2", 9}, {"test-here:3", 0}, {"test-her", 0},
	    {"test-here-not", 0}, {"", 0}};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_test_message("%s", rows[i].point);
		g_assert_cmpint(run(rows[i].point, NULL), ==, rows[i].ends);
	}
}

static void
test_once(void)
{
	g_autofree char *folder = g_dir_make_tmp("triaged-failpoint-XXXXXX", NULL);
	g_autofree char *once = g_build_filename(folder, "once", NULL);

	g_assert_cmpint(run("test-nowhere", once), ==, 0);
	g_assert_cmpint(run("test-here", once), ==, 9);
	g_assert_cmpint(run("test-here", once), ==, 0);
	g_unlink(once);
	g_rmdir(folder);
}

int
main(int argc, char **argv)
{
#ifndef TRIAGED_FAILPOINTS
	return 77; /* skipped: built without --enable-failpoints */
#endif
	if (argc == 2 && strcmp(argv[1], "--pass") == 0)
		_exit(pass_points()); /* the leak sanitizer cannot work in the jail */
	self = argv[0];
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/failpoint/points", test_points);
	g_test_add_func("/failpoint/once", test_once);
	return g_test_run();
}
