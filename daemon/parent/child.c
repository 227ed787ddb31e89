/* Back-off: a program that ran calmly for a minute starts from the beginning again. */
#include "config.h"

#include "parent/child.h"

#include "base/clock.h"

#include <string.h>
#include <sys/wait.h>

enum { EXIT_REFUSED = 77 };

struct child *
child_new(const char *kind, const char *name)
{
	struct child *c = g_new0(struct child, 1);
	g_autofree char *program = g_strconcat("triaged-", kind, NULL);

	c->kind = g_strdup(kind);
	c->name = g_strdup(name);
	c->program = g_intern_string(program);
	c->backoff = CHILD_BACKOFF_FIRST;
	return c;
}

void
child_free(struct child *child)
{
	if (child == NULL)
		return;
	g_free(child->kind);
	g_free(child->name);
	g_free(child);
}

static gint64
jitter(gint64 ms)
{
	return ms - ms / 4 + g_random_int_range(0, (gint32)(ms / 2) + 1);
}

static void
back_off(struct child *c, gint64 least)
{
	gint64 now = clock_steady();

	if (now - c->started > CHILD_CALM)
		c->backoff = CHILD_BACKOFF_FIRST;
	c->again = now + jitter(MAX(c->backoff, least));
	c->backoff = MIN(c->backoff * 2, CHILD_BACKOFF_LAST);
}

char *
child_ended(struct child *c, int status)
{
	c->pid = 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
		c->again = 0;
		c->backoff = CHILD_BACKOFF_FIRST;
		return g_strdup("exit 0");
	}
	back_off(c, WIFEXITED(status) && WEXITSTATUS(status) == EXIT_REFUSED ? CHILD_BACKOFF_LAST : 0);
	if (WIFSIGNALED(status))
		return g_strdup_printf(
		    "killed by signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
	return g_strdup_printf("exit %d", WEXITSTATUS(status));
}
