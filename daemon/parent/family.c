/*
 * The family: every program of ours, started with its link, its configuration and its secret, and started
 * again when it dies. Only the desk's ways to end may end the whole.
 */
#include "config.h"

#include "parent/parent.h"

#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/proc.h"
#include "parent/secret.h"

#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EXIT_CONFIG = 78, EXIT_TAKEN = 76, EXIT_TEMPFAIL = 75, EXIT_DATA = 65, STOP_PATIENCE = 10 * 1000 };

static gboolean
is_desk(const struct child *c)
{
	return strcmp(c->kind, "desk") == 0;
}

static int
child_secret(const struct child *c, GError **error)
{
	const struct conf_mailbox *box;

	if (is_desk(c))
		return secret_keys(the.conf->keys, error);
	if (strcmp(c->kind, "fetch") == 0) {
		box = conf_mailbox_find(the.conf, c->name);
		return secret_open(box->imap, error);
	}
	if (strcmp(c->kind, "send") == 0)
		return secret_open(&conf_relay_find(the.conf, c->name)->server, error);
	return fd_from_bytes("", 0, error);
}

void
family_tell_desk(enum wire_type type, GVariant *v, int fd)
{
	/* A desk that is going is told nothing: the end of its link says it all. */
	if (the.desk_link >= 0)
		ipc_send(the.desk_link, type, v, fd, NULL);
	else
		g_variant_unref(g_variant_ref_sink(v));
}

static void
child_up(struct child *c, int ours)
{
	c->started = clock_steady();
	if (is_desk(c)) {
		the.desk_link = ours;
		the.desk_ready = FALSE;
		the.desk_source = g_unix_fd_add(ours, G_IO_IN | G_IO_HUP, parent_on_desk, NULL);
		return;
	}
	family_tell_desk(WIRE_CHILD_UP,
	    wire_fields("{'kind': <%s>, 'name': <%s>, 'pid': <%u>}", c->kind, c->name, (guint32)c->pid),
	    ours);
	close(ours);
}

static gboolean
start(struct child *c, GError **error)
{
	int pair[2] = {-1, -1};
	FD_AUTO conf = -1;
	FD_AUTO secret = -1;
	FD_AUTO theirs = -1;
	gsize n;
	const void *packed = g_bytes_get_data(the.packed, &n);

	conf = fd_from_bytes(packed, n, error);
	if (conf < 0)
		return FALSE;
	secret = child_secret(c, error);
	if (secret < 0 || !ipc_pair(pair, error))
		return FALSE;
	theirs = pair[1];
	c->pid = proc_start(c->program, c->name, theirs, conf, secret, error);
	if (c->pid == 0) {
		close(pair[0]);
		return FALSE;
	}
	child_up(c, pair[0]);
	return TRUE;
}

static void
start_failed(struct child *c, GError *error)
{
	g_autofree char *end = child_ended(c, EXIT_TEMPFAIL << 8);

	log_error("cannot start %s %s: %s; trying again in %" G_GINT64_FORMAT " ms", c->program, c->name,
	    error->message, c->again - clock_steady());
	family_tell_desk(WIRE_CHILD_DOWN,
	    wire_fields("{'kind': <%s>, 'name': <%s>, 'pid': <uint32 0>, 'why': <%s>, 'again_ms': <%t>}",
		c->kind, c->name, error->message, (guint64)MAX(0, c->again - clock_steady())),
	    -1);
}

static gboolean
on_timer(gpointer data)
{
	(void)data;
	the.timer = 0;
	family_start_due();
	return G_SOURCE_REMOVE;
}

static void
arm(gint64 when)
{
	gint64 wait = MAX(0, when - clock_steady());

	if (the.timer != 0)
		g_source_remove(the.timer);
	the.timer = g_timeout_add((guint)wait, on_timer, NULL);
}

/* Starts what is not running and due; the others wait until the desk has opened its store. */
void
family_start_due(void)
{
	gint64 next = G_MAXINT64;

	for (guint i = 0; i < the.children->len && !the.stopping; i++) {
		struct child *c = the.children->pdata[i];
		g_autoptr(GError) error = NULL;

		if (c->pid != 0 || (!is_desk(c) && !the.desk_ready))
			continue;
		if (c->again <= clock_steady() && !start(c, &error))
			start_failed(c, error);
		if (c->pid == 0)
			next = MIN(next, c->again);
	}
	if (next != G_MAXINT64)
		arm(next);
}

void
family_make(void)
{
	int readers = the.conf->readers > 0 ? the.conf->readers : (int)g_get_num_processors();

	the.children = g_ptr_array_new_with_free_func((GDestroyNotify)child_free);
	g_ptr_array_add(the.children, child_new("desk", "desk"));
	for (int i = 1; i <= readers; i++) {
		g_autofree char *number = g_strdup_printf("%d", i);

		g_ptr_array_add(the.children, child_new("mime", number));
	}
	for (guint i = 0; i < the.conf->relays->len; i++)
		g_ptr_array_add(
		    the.children, child_new("send", ((struct conf_relay *)the.conf->relays->pdata[i])->name));
	for (guint i = 0; i < the.conf->mailboxes->len; i++) {
		struct conf_mailbox *box = the.conf->mailboxes->pdata[i];

		if (box->imap != NULL)
			g_ptr_array_add(the.children, child_new("fetch", box->name));
	}
}

struct child *
family_find(const char *kind, const char *name)
{
	for (guint i = 0; i < the.children->len; i++) {
		struct child *c = the.children->pdata[i];

		if (strcmp(c->kind, kind) == 0 && strcmp(c->name, name) == 0)
			return c;
	}
	return NULL;
}

static void
family_drop_desk_link(void)
{
	if (the.desk_link < 0)
		return;
	g_source_remove(the.desk_source);
	fd_close(&the.desk_link);
	the.desk_ready = FALSE;
}

static gboolean
on_patience(gpointer data)
{
	(void)data;
	for (guint i = 0; i < the.children->len; i++) {
		struct child *c = the.children->pdata[i];

		if (c->pid == 0)
			continue;
		log_warn("%s %s (pid %d) does not end; killing it", c->program, c->name, (int)c->pid);
		kill(c->pid, SIGKILL);
	}
	return G_SOURCE_REMOVE;
}

/* Never kill(0): that is ourselves and all of ours. */
void
family_kill_desk(void)
{
	struct child *desk = the.children->pdata[0];

	if (desk->pid != 0)
		kill(desk->pid, SIGKILL);
}

/* A desk that was asked to leave for the new configuration, and has not. */
static gboolean
on_desk_patience(gpointer data)
{
	struct child *desk = the.children->pdata[0];

	if (desk->pid == GPOINTER_TO_INT(data) && !the.stopping) {
		log_warn("triaged-desk (pid %d) does not end; killing it", (int)desk->pid);
		family_kill_desk();
	}
	return G_SOURCE_REMOVE;
}

static gboolean
all_gone(void)
{
	for (guint i = 0; i < the.children->len; i++)
		if (((struct child *)the.children->pdata[i])->pid != 0)
			return FALSE;
	return TRUE;
}

/* The desk finishes its turn; the end of its links ends all others. */
void
family_stop(int status)
{
	struct child *desk = the.children->pdata[0];

	if (the.stopping)
		return;
	the.stopping = TRUE;
	the.status = status;
	if (desk->pid != 0)
		kill(desk->pid, SIGTERM);
	for (guint i = 1; i < the.children->len && desk->pid == 0; i++)
		if (((struct child *)the.children->pdata[i])->pid != 0)
			kill(((struct child *)the.children->pdata[i])->pid, SIGTERM);
	g_timeout_add(STOP_PATIENCE, on_patience, NULL);
	if (all_gone())
		g_main_loop_quit(the.loop);
}

/* The children of the old configuration leave when the desk does. Those that the new one has too are known by
 * their pids until then; the others are reaped without a word. None of the new ones may start before the new
 * desk is there: the old one does not know them. */
void
family_renew(struct conf *conf, GBytes *packed)
{
	GPtrArray *old = the.children;
	struct child *desk = old->pdata[0];

	conf_free(the.conf);
	g_bytes_unref(the.packed);
	the.conf = conf;
	the.packed = packed;
	family_make();
	for (guint i = 0; i < old->len; i++) {
		struct child *was = old->pdata[i];
		struct child *is = family_find(was->kind, was->name);

		if (is != NULL)
			is->pid = was->pid;
	}
	the.desk_ready = FALSE;
	if (desk->pid != 0) {
		kill(desk->pid, SIGTERM);
		g_timeout_add(STOP_PATIENCE, on_desk_patience, GINT_TO_POINTER(desk->pid));
	}
	g_ptr_array_unref(old);
	family_start_due();
}

/* Ends of the desk that another start cannot mend: the store belongs to another desk (76), is damaged or too
 * new (65), or the configuration cannot be used (78). */
static int
final_status(int status)
{
	static const struct {
		int desk;
		int ours;
	} table[] = {{EXIT_CONFIG, EXIT_CONFIG}, {EXIT_TAKEN, EXIT_TEMPFAIL}, {EXIT_DATA, EXIT_DATA}};

	for (gsize i = 0; i < G_N_ELEMENTS(table) && WIFEXITED(status); i++)
		if (WEXITSTATUS(status) == table[i].desk)
			return table[i].ours;
	return 0;
}

static void
reaped(struct child *c, int status)
{
	g_autofree char *end = NULL;
	pid_t pid = c->pid;
	gboolean good = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	int final = is_desk(c) ? final_status(status) : 0;

	end = child_ended(c, status);
	if (is_desk(c))
		family_drop_desk_link();
	if (final != 0)
		log_error("%s %s (pid %d) ended: %s; another start would not mend that: leaving with %d",
		    c->program, c->name, (int)pid, end, final);
	else if (!good && !the.stopping)
		log_warn("%s %s (pid %d) ended: %s; starting it again in %" G_GINT64_FORMAT " ms", c->program,
		    c->name, (int)pid, end, MAX(0, c->again - clock_steady()));
	if (final != 0)
		family_stop(final);
	family_tell_desk(WIRE_CHILD_DOWN,
	    wire_fields("{'kind': <%s>, 'name': <%s>, 'pid': <%u>, 'why': <%s>, 'again_ms': <%t>}", c->kind,
		c->name, (guint32)pid, end, (guint64)MAX(0, c->again - clock_steady())),
	    -1);
}

void
family_reap(void)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (guint i = 0; i < the.children->len; i++)
			if (((struct child *)the.children->pdata[i])->pid == pid)
				reaped(the.children->pdata[i], status);
	if (the.stopping && all_gone())
		g_main_loop_quit(the.loop);
	else
		family_start_due();
}
