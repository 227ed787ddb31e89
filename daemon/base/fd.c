/* Descriptors: sealed memory files, whole reads and writes. */
#include "config.h"

#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

static void
set_errno(GError **error, const char *what)
{
	int saved = errno;

	g_set_error(error, G_IO_ERROR, (gint)g_io_error_from_errno(saved), "%s: %s", what, g_strerror(saved));
}

void
fd_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

int
fd_memory(const char *name, GError **error)
{
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0)
		set_errno(error, "cannot make a memory file");
	return fd;
}

gboolean
fd_write_all(int fd, const void *bytes, gsize length, GError **error)
{
	const char *p = bytes;

	while (length > 0) {
		ssize_t n = write(fd, p, length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			set_errno(error, "cannot write");
			return FALSE;
		}
		p += n;
		length -= (gsize)n;
	}
	return TRUE;
}

gboolean
fd_seal(int fd, GError **error)
{
	if (fcntl(fd, F_ADD_SEALS, SEALS) == 0)
		return TRUE;
	set_errno(error, "cannot seal a memory file");
	return FALSE;
}

int
fd_from_bytes(const void *bytes, gsize length, GError **error)
{
	FD_AUTO fd = fd_memory("triaged", error);

	if (fd < 0 || !fd_write_all(fd, bytes, length, error) || !fd_seal(fd, error))
		return -1;
	int out = fd;
	fd = -1;
	return out;
}

struct mapping {
	void *at;
	gsize length;
};

static void
unmap(gpointer data)
{
	struct mapping *m = data;

	munmap(m->at, m->length);
	g_free(m);
}

GBytes *
fd_map(int fd, gsize max, GError **error)
{
	struct stat st;
	int seals = fcntl(fd, F_GET_SEALS);
	struct mapping *m;
	void *at;

	if (seals < 0 || (seals & SEALS) != SEALS) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "a memory file came unsealed");
		return NULL;
	}
	if (fstat(fd, &st) < 0) {
		set_errno(error, "cannot stat a memory file");
		return NULL;
	}
	if ((gsize)st.st_size > max) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
		    "a memory file has %" G_GINT64_FORMAT " bytes, more than %zu", (gint64)st.st_size, max);
		return NULL;
	}
	if (st.st_size == 0)
		return g_bytes_new_static("", 0);
	at = mmap(NULL, (gsize)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (at == MAP_FAILED) {
		set_errno(error, "cannot map a memory file");
		return NULL;
	}
	m = g_new(struct mapping, 1);
	m->at = at;
	m->length = (gsize)st.st_size;
	return g_bytes_new_with_free_func(at, m->length, unmap, m);
}

GBytes *
fd_read_all(int fd, gsize max, GError **error)
{
	g_autoptr(GByteArray) all = g_byte_array_new();
	guint8 buffer[65536];

	for (;;) {
		ssize_t n = read(fd, buffer, sizeof buffer);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			set_errno(error, "cannot read");
			return NULL;
		}
		if (n == 0)
			break;
		if (all->len + (gsize)n > max) {
			g_set_error(
			    error, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE, "more than %zu bytes", max);
			return NULL;
		}
		g_byte_array_append(all, buffer, (guint)n);
	}
	return g_byte_array_free_to_bytes(g_steal_pointer(&all));
}

GBytes *
fd_read_file(const char *path, gsize max, GError **error)
{
	FD_AUTO fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	GBytes *bytes;

	if (fd < 0) {
		g_autofree char *what = g_strdup_printf("cannot open %s", path);

		set_errno(error, what);
		return NULL;
	}
	bytes = fd_read_all(fd, max, error);
	if (bytes == NULL)
		g_prefix_error(error, "%s: ", path);
	return bytes;
}

gboolean
fd_nonblocking(int fd, gboolean on)
{
	int flags = fcntl(fd, F_GETFL);

	return flags >= 0 && fcntl(fd, F_SETFL, on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK) == 0;
}
