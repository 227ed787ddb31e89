/* One program of ours and its life: started, linked to the desk, watched, started again with back-off. */
#ifndef TRIAGED_CHILD_H
#define TRIAGED_CHILD_H

#include <glib.h>
#include <sys/types.h>

enum { CHILD_BACKOFF_FIRST = 1000, CHILD_BACKOFF_LAST = 5 * 60 * 1000, CHILD_CALM = 60 * 1000 };

struct child {
	const char *program; /* "triaged-fetch" */
	char *kind;	     /* "fetch" */
	char *name;	     /* "support" */
	pid_t pid;	     /* 0: not running */
	gint64 started;	     /* clock_steady */
	gint64 again;	     /* clock_steady time of the next start; 0: now */
	gint64 backoff;	     /* ms, what the next failure costs */
};

struct child *child_new(const char *kind, const char *name);
void child_free(struct child *child);

/* Notes an end with wait status `status`; answers what to say of it ("exit 75", "killed by signal 9"), caller
 * frees, and sets `again`: at once after exit 0, else 1 s doubling to 5 min with jitter, and not under 5 min
 * for refused credentials (77). */
char *child_ended(struct child *child, int status);

#endif
