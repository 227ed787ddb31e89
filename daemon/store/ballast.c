/* A file of blocks that are really allocated, not a hole. */
#include "config.h"

#include "store/ballast.h"

#include "base/fd.h"

#include <fcntl.h>
#include <unistd.h>

static char *
path_of(const char *store)
{
	return g_strconcat(store, ".ballast", NULL);
}

void
ballast_keep(const char *store, gint64 room)
{
	g_autofree char *path = path_of(store);
	FD_AUTO fd = -1;

	if (room < 4 * (gint64)BALLAST_BYTES || access(path, F_OK) == 0)
		return;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd >= 0 && posix_fallocate(fd, 0, BALLAST_BYTES) != 0)
		unlink(path);
}

gboolean
ballast_drop(const char *store)
{
	g_autofree char *path = path_of(store);

	return unlink(path) == 0;
}
