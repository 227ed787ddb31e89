/* Reading secrets from files and commands. */
#include "config.h"

#include "parent/secret.h"

#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SECRET_MAX = 65536, KEY_BYTES = 32 };

static int
seal_line(const char *bytes, gsize length, GError **error)
{
	const char *end = memchr(bytes, '\n', length);

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

static int
from_command(const char *command, GError **error)
{
	const char *argv[] = {"/bin/sh", "-c", command, NULL};
	g_autoptr(GSubprocess) sub = g_subprocess_newv(argv, G_SUBPROCESS_FLAGS_STDOUT_PIPE, error);
	g_autoptr(GBytes) out = NULL;
	gsize n;
	const char *data;

	if (sub == NULL || !g_subprocess_communicate(sub, NULL, NULL, &out, NULL, error)) {
		g_prefix_error(error, "command for a secret (%s): ", command);
		return -1;
	}
	if (!g_subprocess_get_successful(sub)) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED,
		    "command for a secret (%s) did not end well", command);
		return -1;
	}
	data = g_bytes_get_data(out, &n);
	return seal_line(data, n, error);
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
make_keys(const char *path, GError **error)
{
	guint8 bytes[KEY_BYTES];
	g_autoptr(GString) line = g_string_new("1 ");
	FD_AUTO fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0400);

	if (fd < 0 || getentropy(bytes, sizeof bytes) < 0) {
		g_set_error(error, G_IO_ERROR, (gint)g_io_error_from_errno(errno),
		    "keys %s: cannot make them: %s", path, g_strerror(errno));
		return FALSE;
	}
	for (gsize i = 0; i < sizeof bytes; i++)
		g_string_append_printf(line, "%02x", bytes[i]);
	g_string_append_c(line, '\n');
	if (!fd_write_all(fd, line->str, line->len, error) || fsync(fd) < 0) {
		unlink(path);
		return FALSE;
	}
	return TRUE;
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
