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
#include "parent/parent.h"

#include <errno.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

enum { EXIT_CONFIG = 78, EXIT_TEMPFAIL = 75 };

struct parent the = {.desk_link = -1};

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
	family_tell_desk(
	    WIRE_RELOAD_RESULT, wire_fields("{'ok': <%b>, 'text': <%s>}", conf != NULL, text->str), -1);
	if (conf != NULL)
		family_renew(conf, packed);
}

/* --- the desk's messages
 * -------------------------------------------------------------------------------------- */

static void
on_kill(const struct ipc_message *m)
{
	struct child *c = family_find(wire_string(m, "kind"), wire_string(m, "name"));

	if (c == NULL || c->pid == 0 || (guint64)c->pid != wire_u64(m, "pid"))
		return;
	log_warn("%s %s (pid %d) is killed: %s", c->program, c->name, (int)c->pid, wire_string(m, "why"));
	kill(c->pid, SIGKILL);
}

static void
on_wake(const struct ipc_message *m)
{
	struct child *c = family_find(wire_string(m, "kind"), wire_string(m, "name"));

	if (c == NULL)
		return;
	c->again = 0;
	family_start_due();
}

static void
handle(const struct ipc_message *m)
{
	switch (m->type) {
	case WIRE_READY:
		the.desk_ready = TRUE;
		notify_systemd("READY=1");
		family_start_due();
		break;
	case WIRE_IDLE:
		if (the.until_idle)
			family_stop(wire_bool(m, "well") ? 0 : EXIT_TEMPFAIL);
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

gboolean
parent_on_desk(gint fd, GIOCondition condition, gpointer data)
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
		family_kill_desk();
	}
	the.desk_source = 0;
	fd_close(&the.desk_link);
	the.desk_ready = FALSE;
	return G_SOURCE_REMOVE;
}

/* --- signals
 * --------------------------------------------------------------------------------------------------- */

static gboolean
on_signal(gint fd, GIOCondition condition, gpointer data)
{
	struct signalfd_siginfo info;

	(void)condition;
	(void)data;
	if (read(fd, &info, sizeof info) != sizeof info)
		return G_SOURCE_CONTINUE;
	if (info.ssi_signo == SIGCHLD)
		family_reap();
	else if (info.ssi_signo == SIGHUP)
		reload();
	else
		family_stop(0);
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
	family_make();
	family_start_due();
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
