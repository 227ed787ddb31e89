/*
 * Failpoints. TRIAGED_FAILPOINT_ONCE names a file that is made just before dying: while it exists, no point
 * fires again, so that the program that the parent starts anew lives.
 */
#include "config.h"

#include "base/failpoint.h"

#ifdef TRIAGED_FAILPOINTS
#include <fcntl.h>
#include <glib.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void
failpoint(const char *name)
{
	static int passed;
	static int once = -2;
	const char *wanted = g_getenv("TRIAGED_FAILPOINT");
	const char *colon;
	const char *file = g_getenv("TRIAGED_FAILPOINT_ONCE");

	if (wanted == NULL)
		return;
	colon = strchr(wanted, ':');
	if (strncmp(wanted, name, strlen(name)) != 0 ||
	    (wanted[strlen(name)] != ':' && wanted[strlen(name)] != '\0'))
		return;
	if (++passed < (colon != NULL ? atoi(colon + 1) : 1))
		return;
	if (file != NULL && once == -2) {
		once = open(file, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
		if (once < 0)
			return;
	}
	kill(getpid(), SIGKILL);
}
#endif
