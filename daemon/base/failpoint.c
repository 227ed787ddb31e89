/*
 * Failpoints. TRIAGED_FAILPOINT_ONCE names a file that gets a byte just before dying: once it has one, no
 * point fires again in any program, so that the program that the parent starts anew lives. The file is opened
 * before main, because most programs of ours die in a jail where nothing can be opened.
 */
#include "config.h"

#include "base/failpoint.h"

#ifdef TRIAGED_FAILPOINTS
#include <fcntl.h>
#include <glib.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ONCE_FD_LEAST = 32 }; /* above the descriptors that a child finds open */

static int once = -1;

__attribute__((constructor)) static void
failpoint_prepare(void)
{
	const char *file = getenv("TRIAGED_FAILPOINT_ONCE");
	int fd = file != NULL ? open(file, O_CREAT | O_RDWR | O_CLOEXEC, 0600) : -1;

	if (fd >= 0) {
		once = fcntl(fd, F_DUPFD_CLOEXEC, ONCE_FD_LEAST);
		close(fd);
	}
}

/* Are we the first to die? Two programs may pass their points at the same time: the lock lets one write. */
static gboolean
first(void)
{
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	struct stat st;

	if (getenv("TRIAGED_FAILPOINT_ONCE") == NULL)
		return TRUE;
	return once >= 0 && fcntl(once, F_SETLK, &whole) == 0 && fstat(once, &st) == 0 && st.st_size == 0 &&
	       write(once, "x", 1) == 1;
}

void
failpoint(const char *name)
{
	static int passed;
	const char *wanted = g_getenv("TRIAGED_FAILPOINT");
	gsize length = strlen(name);

	if (wanted == NULL || strncmp(wanted, name, length) != 0 ||
	    (wanted[length] != ':' && wanted[length] != '\0'))
		return;
	if (++passed < (wanted[length] == ':' ? atoi(wanted + length + 1) : 1) || !first())
		return;
	raise(SIGKILL);
}
#endif
