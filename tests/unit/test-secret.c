/* Secrets: the first line of a file or of what a command prints, and keys that are whole or not there. */
#include "config.h"

#include "parent/secret.h"

#include "base/fd.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

static void
test_command(void)
{
	static const struct {
		const char *command;
		const char *secret; /* NULL: refused */
	} rows[] = {
	    {"echo word", "word"},
	    {"printf 'word\\r\\nmore'", "word"},
	    {"true", ""},
	    {"echo word; false", NULL},
	    {"exec /nonexistent", NULL},
	    {"head -c 100000 /dev/zero", NULL},
	    {"kill -9 $$", NULL},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct conf_server server = {
		    .secret = CONF_SECRET_PASSWORD_COMMAND, .secret_from = (char *)rows[i].command};
		g_autoptr(GError) error = NULL;
		FD_AUTO fd = secret_open(&server, &error);
		g_autoptr(GBytes) bytes = fd >= 0 ? fd_map(fd, 65536, NULL) : NULL;

		g_test_message("%s", rows[i].command);
		g_assert_true((fd >= 0) == (rows[i].secret != NULL));
		if (rows[i].secret == NULL)
			g_assert_nonnull(strstr(error->message, rows[i].command));
		else
			g_assert_cmpmem(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes),
			    rows[i].secret, strlen(rows[i].secret));
	}
}

static void
test_keys(void)
{
	g_autofree char *folder = g_dir_make_tmp("triaged-secret-XXXXXX", NULL);
	g_autofree char *path = g_build_filename(folder, "keys", NULL);
	g_autofree char *left = g_strconcat(path, ".new", NULL);
	g_autoptr(GError) error = NULL;
	GStatBuf st;

	/* What a crash in the middle of making them leaves. */
	g_assert_true(g_file_set_contents(left, "", 0, NULL));
	FD_AUTO first = secret_keys(path, &error);
	FD_AUTO again = secret_keys(path, &error);
	g_assert_no_error(error);
	g_autoptr(GBytes) one = fd_map(first, 65536, NULL);
	g_autoptr(GBytes) two = fd_map(again, 65536, NULL);
	g_assert_cmpuint(g_bytes_get_size(one), ==, strlen("1 \n") + 64);
	g_assert_true(g_bytes_equal(one, two));
	g_assert_cmpint(g_stat(path, &st), ==, 0);
	g_assert_cmpint(st.st_mode & 0777, ==, 0400);
	g_assert_cmpint(g_access(left, F_OK), <, 0);
	g_unlink(path);
	g_rmdir(folder);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/secret/command", test_command);
	g_test_add_func("/secret/keys", test_keys);
	return g_test_run();
}
