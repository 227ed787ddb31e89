/* triaged-mime from outside: its jail, its answers in order, its end; and triagectl read, which starts it. */
#include "config.h"

#include "base/fd.h"
#include "base/proc.h"
#include "wire/mail.h"
#include "wire/messages.h"

#include <gio/gio.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char raw[] = "From: a@b.test\nSubject: first\n\none\nFrom: c@d.test\nSubject: second\n\ntwo\n";
enum { FIRST = 35, ALL = sizeof raw - 1 };

static pid_t
start(int *link)
{
	g_autoptr(GError) error = NULL;
	FD_AUTO conf = fd_from_bytes("", 0, NULL);
	int pair[2];
	pid_t pid;

	g_assert_true(ipc_pair(pair, NULL));
	pid = proc_start("triaged-mime", "1", pair[1], conf, -1, &error);
	g_assert_no_error(error);
	close(pair[1]);
	*link = pair[0];
	return pid;
}

static int
end_of(pid_t pid)
{
	int status;

	g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
	return status;
}

static void
ask(int link, int fd, gint64 mail, guint64 offset, guint64 length)
{
	GVariantBuilder b;

	g_variant_builder_init(&b, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(&b, "{sv}", "mail", g_variant_new_int64(mail));
	g_variant_builder_add(&b, "{sv}", "offset", g_variant_new_uint64(offset));
	g_variant_builder_add(&b, "{sv}", "length", g_variant_new_uint64(length));
	g_variant_builder_add(&b, "{sv}", "cut", g_variant_new_boolean(FALSE));
	g_assert_true(ipc_send(link, WIRE_MIME_READ, g_variant_builder_end(&b), fd, NULL));
}

static void
expect_subject(int link, gint64 number, const char *subject)
{
	IPC_MESSAGE_AUTO m = {.fd = -1};
	g_autoptr(GBytes) bytes = NULL;
	MAIL_AUTO *mail = NULL;

	g_assert_cmpint(wire_receive(link, WIRE_MIME, &m, NULL), ==, IPC_OK);
	g_assert_cmpuint(m.type, ==, WIRE_MIME_MAIL);
	g_assert_cmpint(wire_i64(&m, "mail"), ==, number);
	bytes = fd_map(m.fd, 1024 * 1024, NULL);
	g_assert_nonnull(bytes);
	mail = mail_open(bytes, NULL);
	g_assert_nonnull(mail);
	g_assert_cmpstr(mail_string(mail, MAIL_subject), ==, subject);
}

/* Two mails in one memory file, asked for before the first answer is read; then the link ends. */
static void
test_batch(void)
{
	FD_AUTO fd = fd_from_bytes(raw, ALL, NULL);
	int link;
	pid_t pid = start(&link);

	ask(link, fd, 7, 0, FIRST);
	ask(link, fd, 8, FIRST, ALL - FIRST);
	expect_subject(link, 7, "first");
	expect_subject(link, 8, "second");
	close(link);
	g_assert_cmpint(end_of(pid), ==, 0);
}

/* A range outside of the file is a broken promise: it leaves rather than read what it was not given. */
static void
test_range(void)
{
	static const guint64 rows[][2] = {{0, ALL + 1}, {ALL, 1}, {1, G_MAXUINT64}, {G_MAXUINT64, 2}};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		FD_AUTO fd = fd_from_bytes(raw, ALL, NULL);
		IPC_MESSAGE_AUTO m = {.fd = -1};
		int link;
		pid_t pid = start(&link);

		ask(link, fd, 1, rows[i][0], rows[i][1]);
		g_assert_cmpint(wire_receive(link, WIRE_MIME, &m, NULL), ==, IPC_CLOSED);
		g_assert_cmpint(WEXITSTATUS(end_of(pid)), ==, 70);
		close(link);
	}
}

/* A memory file that can still be written or cut is not read. */
static void
test_unsealed(void)
{
	FD_AUTO fd = fd_memory("open", NULL);
	IPC_MESSAGE_AUTO m = {.fd = -1};
	int link;
	pid_t pid = start(&link);

	g_assert_true(fd_write_all(fd, raw, ALL, NULL));
	ask(link, fd, 1, 0, ALL);
	g_assert_cmpint(wire_receive(link, WIRE_MIME, &m, NULL), ==, IPC_CLOSED);
	g_assert_cmpint(WEXITSTATUS(end_of(pid)), ==, 70);
	close(link);
}

static char *
run(const char *program, const char *argument, const char *more, int *status)
{
	g_autofree char *path = proc_path(program);
	const char *argv[] = {path, argument, more, NULL};
	g_autoptr(GError) error = NULL;
	char *out = NULL;

	g_assert_true(
	    g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &out, NULL, status, &error));
	g_assert_no_error(error);
	return out;
}

static void
test_probe(void)
{
	int status;
	g_autofree char *out = run("triaged-mime", "--probe", NULL, &status);

	g_assert_cmpint(status, ==, 0);
	g_assert_nonnull(strstr(out, "refused: "));
	g_assert_null(strstr(out, "ALLOWED"));
}

static void
test_ctl_read(void)
{
	g_autofree char *path = NULL;
	g_autoptr(GError) error = NULL;
	g_autofree char *out = NULL;
	int status, fd = g_file_open_tmp("triaged-mail-XXXXXX", &path, &error);

	g_assert_no_error(error);
	g_assert_true(fd_write_all(fd, raw, FIRST, NULL));
	close(fd);
	out = run("readall", "--json", path, &status);
	unlink(path);
	g_assert_cmpint(status, ==, 0);
	g_assert_nonnull(strstr(out, "\"subject\":\"first\""));
	g_assert_nonnull(strstr(out, "\"held\":null"));
	g_assert_nonnull(strstr(out, "\"text\":\"one\""));
}

#ifdef TRIAGED_FAILPOINTS
/* The reader dies of a mail: said as held, exit 0, and the next one is read by a new reader. */
static void
test_ctl_death(void)
{
	int status;
	g_autofree char *out = NULL;

	g_setenv("TRIAGED_FAILPOINT", "mime-read", TRUE);
	out = run("readall", "--json", "/dev/null", &status);
	g_unsetenv("TRIAGED_FAILPOINT");
	g_assert_cmpint(status, ==, 0);
	g_assert_nonnull(strstr(out, "\"held\":\"the reader was ended by signal 9"));
}
#endif

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	signal(SIGPIPE, SIG_IGN);
	g_test_add_func("/mime/program/batch", test_batch);
	g_test_add_func("/mime/program/range", test_range);
	g_test_add_func("/mime/program/unsealed", test_unsealed);
	g_test_add_func("/mime/program/probe", test_probe);
	g_test_add_func("/mime/program/ctl-read", test_ctl_read);
#ifdef TRIAGED_FAILPOINTS
	g_test_add_func("/mime/program/ctl-death", test_ctl_death);
#endif
	return g_test_run();
}
