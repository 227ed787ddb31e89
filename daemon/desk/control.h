/* The control socket: triagectl's requests that change something, and the status. */
#ifndef TRIAGED_CONTROL_H
#define TRIAGED_CONTROL_H

#include <sys/types.h>

#include "desk/desk.h"

/* Listens. `group` may ask besides the owner and root; (gid_t)-1: nobody. */
gboolean control_init(struct desk *desk, gid_t group, GError **error);
void control_reloaded(struct desk *desk, gboolean ok, const char *text);
/* The answer to this request comes with control_reloaded. */
struct request;
void control_wait_for_reload(struct request *request);
void control_close(struct desk *desk);

/* A request under way. */
struct request {
	struct desk *desk;
	const char *who; /* for the history */
	char **words;	 /* the command and its arguments */
	int count;
	int fd;		 /* inject's mail; -1 */
	gpointer client; /* to whom the answer goes */
};

/* Exit statuses are sysexits.h. `text` goes to the terminal's standard error where the status is not 0, else
 * to its output. */
enum {
	CTL_OK = 0,
	CTL_USAGE = 64,
	CTL_NO_SUCH = 66,
	CTL_LATER = 75,
	CTL_WAIT = -1 /* the answer comes by itself */
};

/* One command: runs inside a piece; its answer is given after the commit. Caller frees *text. */
struct command {
	const char *words; /* "ticket close" */
	int least, most;   /* arguments */
	int (*run)(struct request *request, char **arguments, int count, char **text);
};

/* All of them, ended by words NULL. */
extern const struct command commands[];

#endif
