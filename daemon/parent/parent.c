/*
 * triaged: the parent. It reads the configuration and the secrets, starts the programs, gives each its link,
 * starts those again that die, and loads a new configuration when asked. It never sees a mail, the store or
 * the network.
 *
 * Trusts: the configuration file, its children only as far as their messages pass wire_check.
 */
#include "config.h"

#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/proc.h"
#include "conf/conf.h"
#include "parent/child.h"
#include "parent/secret.h"
#include "wire/messages.h"

#include <errno.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EXIT_CONFIG = 78, EXIT_TAKEN = 76, EXIT_TEMPFAIL = 75, EXIT_DATA = 65, STOP_PATIENCE = 10 * 1000 };

static struct {
	const char *path;
	struct conf *conf;
	GBytes *packed;
	GPtrArray *children; /* struct child *; the desk is the first */
	GMainLoop *loop;
	int desk_link; /* -1: no desk */
	guint desk_source;
	guint timer;
	gboolean desk_ready;
	gboolean stopping;
	gboolean until_idle;
	int status;
} the = {.desk_link = -1};

static void start_due(void);

/* The dictionary of a message, in GVariant's text form with printf-like holes. */
static GVariant *
fields(const char *format, ...)
{
	va_list ap;
	GVariant *v;

	va_start(ap, format);
	v = g_variant_new_parsed_va(format, &ap);
	va_end(ap);
	return v;
}

/* --- the configuration -------------------------------------------------------------------------------------
 */

static void
say_errors(GPtrArray *errors, GString *text)
{
	for (guint i = 0; i < errors->len; i++) {
		g_autofree char *one = conf_error_text(errors->pdata[i]);

		g_string_append_printf(text, "%s\n", one);
	}
}

/* Loads and checks whole; `text` gets every error. */
static struct conf *
load(GBytes **packed, GString *text)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) errors = conf_errors_new();
	struct conf_source *source = conf_source_load(the.path, &error);
	struct conf *conf;

	if (source == NULL) {
		g_string_append_printf(text, "%s\n", error->message);
		return NULL;
	}
	conf = conf_parse(source, errors);
	say_errors(errors, text);
	if (conf != NULL)
		*packed = conf_source_pack(source);
	conf_source_free(source);
	return conf;
}

/* --- starting
 * ------------------------------------------------------------------------------------------------ */

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

static void
to_desk(enum wire_type type, GVariant *v, int fd)
{
	g_autoptr(GError) error = NULL;

	if (the.desk_link < 0) {
		g_variant_unref(g_variant_ref_sink(v));
		return;
	}
	if (!ipc_send(the.desk_link, type, v, fd, &error))
		log_debug("cannot tell the desk: %s", error->message);
}

static gboolean on_desk_message(gint fd, GIOCondition condition, gpointer data);

static void
child_up(struct child *c, int ours)
{
	c->started = clock_steady();
	if (is_desk(c)) {
		the.desk_link = ours;
		the.desk_ready = FALSE;
		the.desk_source = g_unix_fd_add(ours, G_IO_IN | G_IO_HUP, on_desk_message, NULL);
		return;
	}
	to_desk(WIRE_CHILD_UP,
	    fields("{'kind': <%s>, 'name': <%s>, 'pid': <%u>}", c->kind, c->name, (guint32)c->pid), ours);
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
	log_debug("%s %s started, pid %d", c->program, c->name, (int)c->pid);
	child_up(c, pair[0]);
	return TRUE;
}

static void
start_failed(struct child *c, GError *error)
{
	g_autofree char *end = child_ended(c, EXIT_TEMPFAIL << 8);

	log_error("cannot start %s %s: %s; trying again in %" G_GINT64_FORMAT " ms", c->program, c->name,
	    error->message, c->again - clock_steady());
	to_desk(WIRE_CHILD_DOWN,
	    fields("{'kind': <%s>, 'name': <%s>, 'pid': <uint32 0>, 'why': <%s>, 'again_ms': <%t>}", c->kind,
		c->name, error->message, (guint64)MAX(0, c->again - clock_steady())),
	    -1);
}

static gboolean
on_timer(gpointer data)
{
	(void)data;
	the.timer = 0;
	start_due();
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
static void
start_due(void)
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

static void
add_children(void)
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

/* --- ending and reloading
 * ------------------------------------------------------------------------------------- */

static struct child *
child_find(const char *kind, const char *name)
{
	for (guint i = 0; i < the.children->len; i++) {
		struct child *c = the.children->pdata[i];

		if (strcmp(c->kind, kind) == 0 && strcmp(c->name, name) == 0)
			return c;
	}
	return NULL;
}

static void
drop_desk_link(void)
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
static void
kill_desk(void)
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
		kill_desk();
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
static void
stop(int status)
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
static void
renew(struct conf *conf, GBytes *packed)
{
	GPtrArray *old = the.children;
	struct child *desk = old->pdata[0];

	conf_free(the.conf);
	g_bytes_unref(the.packed);
	the.conf = conf;
	the.packed = packed;
	add_children();
	for (guint i = 0; i < old->len; i++) {
		struct child *was = old->pdata[i];
		struct child *is = child_find(was->kind, was->name);

		if (is != NULL)
			is->pid = was->pid;
	}
	the.desk_ready = FALSE;
	if (desk->pid != 0) {
		kill(desk->pid, SIGTERM);
		g_timeout_add(STOP_PATIENCE, on_desk_patience, GINT_TO_POINTER(desk->pid));
	}
	g_ptr_array_unref(old);
	start_due();
}

static void
reload(void)
{
	g_autoptr(GString) text = g_string_new(NULL);
	GBytes *packed = NULL;
	struct conf *conf;

	if (the.stopping)
		return;
	conf = load(&packed, text);
	if (conf == NULL)
		log_error(
		    "reload: %s is not used, the running configuration stays:\n%s", the.path, text->str);
	else
		log_info("reload: %s is good; starting anew with it", the.path);
	to_desk(WIRE_RELOAD_RESULT, fields("{'ok': <%b>, 'text': <%s>}", conf != NULL, text->str), -1);
	if (conf != NULL)
		renew(conf, packed);
}

static void
notify(const char *state)
{
	const char *path = g_getenv("NOTIFY_SOCKET");
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	FD_AUTO s = -1;

	if (path == NULL || strlen(path) >= sizeof to.sun_path)
		return;
	memcpy(to.sun_path, path, strlen(path));
	if (path[0] == '@')
		to.sun_path[0] = '\0';
	s = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (s >= 0 && sendto(s, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&to,
			  (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path))) < 0)
		log_warn("cannot tell systemd \"%s\": %s", state, g_strerror(errno));
}

/* --- the desk's messages
 * -------------------------------------------------------------------------------------- */

static void
on_kill(const struct ipc_message *m)
{
	struct child *c = child_find(wire_string(m, "kind"), wire_string(m, "name"));

	if (c == NULL || c->pid == 0 || (guint64)c->pid != wire_u64(m, "pid"))
		return;
	log_warn("%s %s (pid %d) is killed: %s", c->program, c->name, (int)c->pid, wire_string(m, "why"));
	kill(c->pid, SIGKILL);
}

static void
on_wake(const struct ipc_message *m)
{
	struct child *c = child_find(wire_string(m, "kind"), wire_string(m, "name"));

	if (c == NULL)
		return;
	c->again = 0;
	start_due();
}

static void
handle(const struct ipc_message *m)
{
	switch (m->type) {
	case WIRE_READY:
		the.desk_ready = TRUE;
		notify("READY=1");
		start_due();
		break;
	case WIRE_IDLE:
		if (the.until_idle)
			stop(wire_bool(m, "well") ? 0 : EXIT_TEMPFAIL);
		break;
	case WIRE_CHILD_KILL:
		on_kill(m);
		break;
	case WIRE_CHILD_WAKE:
		on_wake(m);
		break;
	case WIRE_RELOAD:
		reload();
		break;
	default:
		log_error("the desk sent %s, which is not for the parent", wire_name(m->type));
	}
}

static gboolean
on_desk_message(gint fd, GIOCondition condition, gpointer data)
{
	g_autoptr(GError) error = NULL;
	IPC_MESSAGE_AUTO m = {.fd = -1};
	enum ipc_result r = wire_receive(fd, WIRE_DESK, &m, &error);

	(void)condition;
	(void)data;
	if (r == IPC_OK) {
		handle(&m);
		return G_SOURCE_CONTINUE;
	}
	if (r == IPC_BROKEN) {
		log_error("the desk is ended: %s", error->message);
		kill_desk();
	}
	the.desk_source = 0;
	fd_close(&the.desk_link);
	the.desk_ready = FALSE;
	return G_SOURCE_REMOVE;
}

/* --- signals
 * --------------------------------------------------------------------------------------------------- */

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
		drop_desk_link();
	if (final != 0)
		log_error("%s %s (pid %d) ended: %s; another start would not mend that: leaving with %d",
		    c->program, c->name, (int)pid, end, final);
	else if (!good && !the.stopping)
		log_warn("%s %s (pid %d) ended: %s; starting it again in %" G_GINT64_FORMAT " ms", c->program,
		    c->name, (int)pid, end, MAX(0, c->again - clock_steady()));
	if (final != 0)
		stop(final);
	to_desk(WIRE_CHILD_DOWN,
	    fields("{'kind': <%s>, 'name': <%s>, 'pid': <%u>, 'why': <%s>, 'again_ms': <%t>}", c->kind,
		c->name, (guint32)pid, end, (guint64)MAX(0, c->again - clock_steady())),
	    -1);
}

static void
reap(void)
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
		start_due();
}

static gboolean
on_signal(gint fd, GIOCondition condition, gpointer data)
{
	struct signalfd_siginfo info;

	(void)condition;
	(void)data;
	if (read(fd, &info, sizeof info) != sizeof info)
		return G_SOURCE_CONTINUE;
	if (info.ssi_signo == SIGCHLD)
		reap();
	else if (info.ssi_signo == SIGHUP)
		reload();
	else
		stop(0);
	return G_SOURCE_CONTINUE;
}

static gboolean
watch_signals(void)
{
	static const int wanted[] = {SIGCHLD, SIGHUP, SIGTERM, SIGINT};
	sigset_t set;
	int fd;

	sigemptyset(&set);
	for (gsize i = 0; i < G_N_ELEMENTS(wanted); i++)
		sigaddset(&set, wanted[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd >= 0 && g_unix_fd_add(fd, G_IO_IN, on_signal, NULL) != 0;
}

/* --- main
 * ------------------------------------------------------------------------------------------------------ */

/* The folders of the store and the socket, owned by who will use them. */
static gboolean
make_folder(const char *file, const char *user, mode_t mode)
{
	g_autofree char *folder = g_path_get_dirname(file);
	struct passwd *pw = geteuid() == 0 ? getpwnam(user) : NULL;

	if (geteuid() == 0 && pw == NULL) {
		log_error("there is no user \"%s\" to run as; make it, or name another with user in the "
			  "desk's block",
		    user);
		return FALSE;
	}
	if (g_access(folder, F_OK) == 0)
		return TRUE;
	if (g_mkdir_with_parents(folder, mode) < 0 || chmod(folder, mode) < 0 ||
	    (pw != NULL && chown(folder, pw->pw_uid, pw->pw_gid) < 0)) {
		log_error("cannot make folder %s: %s", folder, g_strerror(errno));
		return FALSE;
	}
	return TRUE;
}

static int
run(gboolean foreground)
{
	g_autoptr(GString) text = g_string_new(NULL);

	the.conf = load(&the.packed, text);
	if (text->len > 0)
		fputs(text->str, stderr);
	if (the.conf == NULL) {
		log_error("%s cannot be used; not starting", the.path);
		return EXIT_CONFIG;
	}
	if (!make_folder(the.conf->store, the.conf->user, 0700) ||
	    !make_folder(the.conf->control, the.conf->user, 0755))
		return EXIT_CONFIG;
	/* Only now, so that whoever started us learns of a bad configuration by the exit status. */
	if (!foreground && daemon(1, 1) < 0)
		log_fatal("cannot go into the background: %s", g_strerror(errno));
	if (!watch_signals())
		log_fatal("cannot watch signals: %s", g_strerror(errno));
	the.loop = g_main_loop_new(NULL, FALSE);
	add_children();
	start_due();
	g_main_loop_run(the.loop);
	log_info("stopped");
	g_ptr_array_unref(the.children);
	g_bytes_unref(the.packed);
	conf_free(the.conf);
	g_main_loop_unref(the.loop);
	return the.status;
}

static int
usage(void)
{
	fputs("usage: triaged [-c FILE] [-f] [--exit-when-idle]\n", stderr);
	return 64;
}

int
main(int argc, char **argv)
{
	gboolean foreground = FALSE;
	const GOptionEntry entries[] = {
	    {"config", 'c', 0, G_OPTION_ARG_FILENAME, &the.path, NULL, NULL},
	    {"foreground", 'f', 0, G_OPTION_ARG_NONE, &foreground, NULL, NULL},
	    {"exit-when-idle", 0, 0, G_OPTION_ARG_NONE, &the.until_idle, NULL, NULL},
	    G_OPTION_ENTRY_NULL,
	};
	g_autoptr(GOptionContext) options = g_option_context_new(NULL);

	proc_begin("triaged", NULL);
	g_option_context_add_main_entries(options, entries, NULL);
	g_option_context_set_help_enabled(options, FALSE);
	if (!g_option_context_parse(options, &argc, &argv, NULL) || argc > 1)
		return usage();
	if (the.path == NULL)
		the.path = TRIAGED_SYSCONFDIR "/triaged.conf";
	return run(foreground);
}
