/* Reading secrets from files and commands. */
#include "config.h"

#include "parent/secret.h"

#include "base/clock.h"
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SECRET_MAX = 65536, KEY_BYTES = 32, COMMAND_PATIENCE = 20 * 1000 /* ms */ };

static int
seal_line(const char *bytes, gsize length, GError **error)
{
	const char *end = length > 0 ? memchr(bytes, '\n', length) : NULL;

	if (end != NULL)
		length = (gsize)(end - bytes);
	if (length > 0 && bytes[length - 1] == '\r')
		length--;
	return fd_from_bytes(bytes, length, error);
}

static int
from_file(const char *path, GError **error)
{
	g_autoptr(GBytes) bytes = fd_read_file(path, SECRET_MAX, error);
	struct stat st;
	gsize n;
	const char *data;

	if (bytes == NULL) {
		g_prefix_error(error, "password-file: ");
		return -1;
	}
	if (stat(path, &st) == 0 && (st.st_mode & 077) != 0) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
		    "password-file %s can be read by others than its owner; chmod 400 it", path);
		return -1;
	}
	data = g_bytes_get_data(bytes, &n);
	return seal_line(data, n, error);
}

/* Between fork and exec: a group of its own, so that all of it can be ended, and signals as a shell expects.
 */
static void
own_group(gpointer data)
{
	sigset_t none;

	(void)data;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	setpgid(0, 0);
}

/* Reads to the end of `fd`; NULL where that does not come by `until` or something is wrong. */
static GByteArray *
read_until(int fd, gint64 until)
{
	g_autoptr(GByteArray) all = g_byte_array_new();
	struct pollfd p = {.fd = fd, .events = POLLIN};
	guint8 buffer[4096];
	ssize_t n = 1;

	while (n > 0 && all->len <= SECRET_MAX) {
		gint64 left = until - clock_steady();

		if (left <= 0)
			return NULL;
		if (poll(&p, 1, (int)left) <= 0)
			continue;
		n = read(fd, buffer, sizeof buffer);
		if (n > 0)
			g_byte_array_append(all, buffer, (guint)n);
	}
	explicit_bzero(buffer, sizeof buffer);
	return n == 0 ? g_steal_pointer(&all) : NULL;
}

/* TRUE where it has left with 0 by `until`; it is killed otherwise. The parent waits meanwhile, hence the
 * hurry. */
static gboolean
ended_well(pid_t pid, gint64 until)
{
	int status = -1;
	pid_t r;

	while ((r = waitpid(pid, &status, WNOHANG)) == 0 && clock_steady() < until)
		g_usleep(1000);
	if (r == pid)
		return WIFEXITED(status) && WEXITSTATUS(status) == 0;
	kill(-pid, SIGKILL);
	waitpid(pid, &status, 0);
	return FALSE;
}

static int
from_command(const char *command, GError **error)
{
	char *argv[] = {(char *)"/bin/sh", (char *)"-c", (char *)command, NULL};
	gint64 until = clock_steady() + COMMAND_PATIENCE;
	g_autoptr(GByteArray) out = NULL;
	FD_AUTO fd = -1;
	gboolean well;
	int secret;
	GPid pid;

	if (!g_spawn_async_with_pipes(
		NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, own_group, NULL, &pid, NULL, &fd, NULL, error)) {
		g_prefix_error(error, "command for a secret (%s): ", command);
		return -1;
	}
	out = read_until(fd, until);
	well = ended_well(pid, out != NULL ? until : 0);
	if (out == NULL || !well) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED,
		    "command for a secret (%s) did not end well within %d s", command,
		    COMMAND_PATIENCE / 1000);
		return -1;
	}
	secret = seal_line((const char *)out->data, out->len, error);
	if (out->len > 0)
		explicit_bzero(out->data, out->len);
	return secret;
}

int
secret_open(const struct conf_server *server, GError **error)
{
	if (server == NULL)
		return fd_from_bytes("", 0, error);
	switch (server->secret) {
	case CONF_SECRET_PASSWORD_FILE:
		return from_file(server->secret_from, error);
	case CONF_SECRET_PASSWORD_COMMAND:
	case CONF_SECRET_TOKEN_COMMAND:
		return from_command(server->secret_from, error);
	case CONF_SECRET_NONE:
		break;
	}
	return fd_from_bytes("", 0, error);
}

static gboolean
keys_error(const char *path, GError **error)
{
	int saved = errno;

	g_set_error(error, G_IO_ERROR, (gint)g_io_error_from_errno(saved), "keys %s: cannot make them: %s",
	    path, g_strerror(saved));
	return FALSE;
}

/* Written beside its place and given its name when it is on the disk: a crash leaves no empty keys. */
static gboolean
make_keys(const char *path, GError **error)
{
	guint8 bytes[KEY_BYTES];
	g_autoptr(GString) line = g_string_new("1 ");
	g_autofree char *temporary = g_strconcat(path, ".new", NULL);
	FD_AUTO fd = -1;
	gboolean ok;

	unlink(temporary);
	fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0400);
	if (fd < 0 || getentropy(bytes, sizeof bytes) < 0)
		return keys_error(path, error);
	for (gsize i = 0; i < sizeof bytes; i++)
		g_string_append_printf(line, "%02x", bytes[i]);
	g_string_append_c(line, '\n');
	ok = fd_write_all(fd, line->str, line->len, NULL) && fsync(fd) == 0 && link(temporary, path) == 0;
	if (!ok)
		keys_error(path, error);
	explicit_bzero(bytes, sizeof bytes);
	explicit_bzero(line->str, line->len);
	unlink(temporary);
	return ok;
}

int
secret_keys(const char *path, GError **error)
{
	g_autoptr(GBytes) bytes = NULL;
	gsize n;
	const void *data;

	if (access(path, F_OK) < 0 && errno == ENOENT && !make_keys(path, error))
		return -1;
	bytes = fd_read_file(path, SECRET_MAX, error);
	if (bytes == NULL) {
		g_prefix_error(error, "keys: ");
		return -1;
	}
	data = g_bytes_get_data(bytes, &n);
	return fd_from_bytes(data, n, error);
}
