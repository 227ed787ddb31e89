/*
 * triaged-desk: every decision, and the store. Trusts the parent; believes of the others only what wire_check
 * and the handlers have checked. No internet, no exec, no MIME.
 */
#include "config.h"

#include "desk/desk.h"

#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/proc.h"
#include "base/sandbox.h"
#include "desk/control.h"
#include "desk/health.h"
#include "desk/intake.h"
#include "desk/link.h"
#include "desk/outbox.h"
#include "desk/reader.h"
#include "desk/token.h"
#include "desk/turn.h"
#include "store/search.h"

#include <errno.h>
#include <glib-unix.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { EXIT_DATA = 65, EXIT_AGAIN = 75, EXIT_TAKEN = 76, EXIT_CONFIG = 78 };
enum {
	PACKED_MAX = 32 * 1024 * 1024,
	KEYS_MAX = 65536,
	INDEX_EVERY = 200,
	INDEX_BATCH = 50,
	CHECKPOINT_EVERY = 60 * 1000,
	STOP_LOOK = 20,
	STOP_PATIENCE = 7 * 1000 /* ms; the parent kills after 10 s */
};

/* A mail whose data is on its way is waited for: without the relay's word it would be sent twice. */
static gboolean
on_stop(gpointer data)
{
	struct desk *desk = data;

	turn_commit(desk);
	if (outbox_in_data(desk) && clock_steady() < desk->stop_by)
		return G_SOURCE_CONTINUE;
	g_main_loop_quit(desk->loop);
	return G_SOURCE_REMOVE;
}

void
desk_stop(struct desk *desk, int status)
{
	if (desk->stopping)
		return;
	desk->stopping = TRUE;
	desk->status = status;
	desk->stop_by = clock_steady() + STOP_PATIENCE;
	g_timeout_add(STOP_LOOK, on_stop, desk);
}

void
desk_maybe_idle(struct desk *desk)
{
	if (desk->stopping || store_in_turn(desk->store) || !reader_idle(desk) || !intake_quiet_all(desk) ||
	    !outbox_idle(desk))
		return;
	ipc_send(desk->parent, WIRE_IDLE, wire_fields("{'well': <%b>}", health_all_well(desk)), -1, NULL);
}

/* --- the parent
 * -------------------------------------------------------------------------------------------------- */

static void
handle(struct desk *desk, struct ipc_message *m)
{
	switch (m->type) {
	case WIRE_CHILD_UP:
		link_up(
		    desk, wire_string(m, "kind"), wire_string(m, "name"), (guint32)wire_u64(m, "pid"), m->fd);
		m->fd = -1;
		break;
	case WIRE_CHILD_DOWN:
		health_down(desk, m);
		break;
	case WIRE_RELOAD_RESULT:
		control_reloaded(desk, wire_bool(m, "ok"), wire_string(m, "text"));
		break;
	default:
		log_fatal("the parent sent %s, which is not for the desk", wire_name(m->type));
	}
}

static gboolean
on_parent(gint fd, GIOCondition condition, gpointer data)
{
	struct desk *desk = data;
	g_autoptr(GError) error = NULL;
	IPC_MESSAGE_AUTO m = {.fd = -1};
	enum ipc_result r = wire_receive(fd, WIRE_PARENT, &m, &error);

	(void)condition;
	if (r == IPC_OK) {
		handle(desk, &m);
		return G_SOURCE_CONTINUE;
	}
	if (r == IPC_BROKEN)
		log_error("the parent's message: %s", error->message);
	desk_stop(desk, 0);
	return G_SOURCE_REMOVE;
}

static gboolean
on_signal(gint fd, GIOCondition condition, gpointer data)
{
	struct signalfd_siginfo info;

	(void)condition;
	if (read(fd, &info, sizeof info) == sizeof info)
		desk_stop(data, 0);
	return G_SOURCE_CONTINUE;
}

static void
watch_signals(struct desk *desk)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		log_fatal("cannot watch signals: %s", g_strerror(errno));
	g_unix_fd_add(fd, G_IO_IN, on_signal, desk);
}

/* --- in the background
 * -------------------------------------------------------------------------------------------- */

/* Behind the intake: a batch at a time, and only when no mail waits. The timer runs while there is something
 * to do; a full batch is followed by the next at once. */
static gboolean
on_index(gpointer data)
{
	struct desk *desk = data;
	g_autoptr(GError) error = NULL;
	guint wait = INDEX_EVERY;

	desk->index_timer = 0;
	if (desk->stopping)
		return G_SOURCE_REMOVE;
	if (reader_idle(desk) && !store_in_turn(desk->store)) {
		if (!search_pending(desk->store))
			return G_SOURCE_REMOVE;
		turn_piece(desk);
		if (search_index(desk->store, INDEX_BATCH) == INDEX_BATCH)
			wait = 1;
		if (!turn_piece_end(desk, &error)) {
			log_error(
			    "the search index cannot be filled: %s; tried again in a minute", error->message);
			wait = CLOCK_MINUTE;
		}
	}
	desk->index_timer = g_timeout_add(wait, on_index, desk);
	return G_SOURCE_REMOVE;
}

void
desk_index(struct desk *desk)
{
	if (desk->index_timer == 0)
		desk->index_timer = g_timeout_add(INDEX_EVERY, on_index, desk);
}

static gboolean
on_checkpoint(gpointer data)
{
	struct desk *desk = data;

	if (reader_idle(desk) && !store_in_turn(desk->store))
		store_checkpoint(desk->store);
	return G_SOURCE_CONTINUE;
}

/* --- start
 * -------------------------------------------------------------------------------------------------------- */

static int
exit_for(const GError *error)
{
	switch (error->code) {
	case STORE_ERROR_BUSY:
		return EXIT_TAKEN;
	case STORE_ERROR_DAMAGED:
	case STORE_ERROR_NEWER:
		return EXIT_DATA;
	default:
		return EXIT_AGAIN;
	}
}

static struct conf *
read_conf(GError **error)
{
	g_autoptr(GBytes) packed = fd_map(PROC_FD_CONF, PACKED_MAX, error);
	g_autoptr(GPtrArray) errors = conf_errors_new();
	struct conf_source *source = packed != NULL ? conf_source_unpack(packed, error) : NULL;
	struct conf *conf = source != NULL ? conf_parse(source, errors) : NULL;

	conf_source_free(source);
	return conf;
}

/* Everything that a jail would forbid. Answers an exit status, 0 when all is well. */
static int
open_all(struct desk *desk, GError **error)
{
	g_autofree char *store_folder = g_path_get_dirname(desk->conf->store);
	g_autofree char *control_folder = g_path_get_dirname(desk->conf->control);
	const char *folders[] = {store_folder, control_folder, NULL};
	g_autoptr(GBytes) keys = fd_map(PROC_FD_SECRET, KEYS_MAX, error);
	const struct group *group = getgrnam(desk->conf->group);
	gid_t gid = group != NULL ? group->gr_gid : (gid_t)-1;

	desk->tokens = keys != NULL ? tokens_new(keys, error) : NULL;
	if (desk->tokens == NULL)
		return EXIT_CONFIG;
	close(PROC_FD_SECRET);
	if (!sandbox_prepare(SANDBOX_DESK, desk->conf->user, desk->conf->sandbox_required, error) ||
	    !sandbox_enter(SANDBOX_DESK, folders, desk->conf->sandbox_required, error))
		return EXIT_CONFIG;
	desk->store = store_open(desk->conf->store, error);
	if (desk->store == NULL)
		return exit_for(*error);
	return control_init(desk, gid, error) ? 0 : EXIT_AGAIN;
}

static void
begin(struct desk *desk)
{
	desk->loop = g_main_loop_new(NULL, FALSE);
	desk->parent = PROC_FD_LINK;
	fd_nonblocking(desk->parent, TRUE);
	watch_signals(desk);
	reader_resume(desk);
	outbox_resume(desk);
	g_unix_fd_add(desk->parent, G_IO_IN | G_IO_HUP, on_parent, desk);
	desk_index(desk);
	g_timeout_add(CHECKPOINT_EVERY, on_checkpoint, desk);
	turn_commit(desk);
	ipc_send(desk->parent, WIRE_READY, wire_fields("@a{sv} {}"), -1, NULL);
}

static int
probe(void)
{
	const char *none[] = {NULL};
	g_autoptr(GError) error = NULL;

	if (!sandbox_prepare(SANDBOX_DESK, NULL, TRUE, &error) ||
	    !sandbox_enter(SANDBOX_DESK, none, TRUE, &error)) {
		fprintf(stderr, "triaged-desk: %s\n", error->message);
		return 1;
	}
	return sandbox_probe(SANDBOX_DESK) == 0 ? 0 : 1;
}

int
main(int argc, char **argv)
{
	struct desk desk = {0};
	g_autoptr(GError) error = NULL;
	int status;

	proc_begin("triaged-desk", NULL);
	if (argc == 2 && strcmp(argv[1], "--probe") == 0)
		return probe();
	desk.conf = read_conf(&error);
	if (desk.conf == NULL) {
		log_error("the configuration that the parent handed over cannot be read; start triaged, not "
			  "this program");
		return EXIT_CONFIG;
	}
	turn_init(&desk);
	link_init(&desk);
	reader_init(&desk);
	outbox_init(&desk);
	health_init(&desk);
	status = open_all(&desk, &error);
	if (status != 0) {
		log_error("%s", error->message);
		return status;
	}
	begin(&desk);
	g_main_loop_run(desk.loop);
	control_close(&desk);
	store_checkpoint(desk.store);
	store_close(desk.store);
	return desk.status;
}
