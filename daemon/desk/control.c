/*
 * A SOCK_SEQPACKET socket that only its owner and its group may open; who asks is known by the kernel's word
 * (SO_PEERCRED). The answer is given when what was asked for is committed.
 */
#include "config.h"

#include "desk/control.h"

#include "base/fd.h"
#include "base/log.h"
#include "desk/health.h"
#include "desk/turn.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { CLIENTS_MOST = 64, BACKLOG = 32 };

struct client {
	int refs;
	struct desk *desk;
	int fd;
	guint source;
	char *who;
};

static struct {
	int fd;
	guint source;
	int clients;
	struct client *reloading; /* waits for RELOAD_RESULT */
} the = {.fd = -1};

static void
client_unref(gpointer data)
{
	struct client *c = data;

	if (--c->refs > 0)
		return;
	the.clients--;
	fd_close(&c->fd);
	g_free(c->who);
	g_free(c);
}

static void
client_gone(struct client *c)
{
	if (c->source != 0)
		g_source_remove(c->source);
	c->source = 0;
	fd_close(&c->fd);
	client_unref(c);
}

static void
answer(struct client *c, int status, const char *text)
{
	g_autofree char *valid = g_utf8_make_valid(text != NULL ? text : "", -1);

	/* Nobody waits for a terminal that does not read. */
	if (c->fd >= 0)
		ipc_send_within(c->fd, WIRE_CTL_END,
		    wire_fields("{'status': <%i>, 'text': <%s>}", status, valid), -1, 0, NULL);
}

struct reply {
	struct client *client;
	int status;
	char *text;
};

static void
reply_free(gpointer data)
{
	struct reply *r = data;

	client_unref(r->client);
	g_free(r->text);
	g_free(r);
}

static void
do_reply(struct desk *desk, gpointer data)
{
	struct reply *r = data;

	(void)desk;
	answer(r->client, r->status, r->text);
}

static void
reply_after(struct client *c, int status, char *text)
{
	struct reply *r = g_new(struct reply, 1);

	c->refs++;
	r->client = c;
	r->status = status;
	r->text = text;
	turn_after(c->desk, do_reply, r, reply_free);
}

/* Does the request begin with the command's words? Then how many words those are. */
static int
matches(const struct command *command, char **words, int count)
{
	g_auto(GStrv) wanted = g_strsplit(command->words, " ", -1);
	int n = (int)g_strv_length(wanted);

	for (int i = 0; i < n; i++)
		if (i >= count || strcmp(wanted[i], words[i]) != 0)
			return 0;
	return n;
}

static void
run(struct client *c, const struct command *command, struct request *r, int skip)
{
	g_autoptr(GError) error = NULL;
	char *text = NULL;
	int status;
	int n = r->count - skip;

	if (n < command->least || n > command->most) {
		g_autofree char *usage = g_strdup_printf("\"%s\" takes %d to %d arguments, not %d",
		    command->words, command->least, command->most, n);

		answer(c, CTL_USAGE, usage);
		return;
	}
	turn_piece(c->desk);
	status = command->run(r, r->words + skip, n, &text);
	if (status == CTL_WAIT)
		g_free(text);
	else
		reply_after(c, status, text);
	if (!turn_piece_end(c->desk, &error))
		answer(c, CTL_LATER, error->message);
}

static void
handle(struct client *c, const struct ipc_message *m)
{
	g_autoptr(GVariant) value = wire_value(m, "words");
	g_auto(GStrv) words = g_variant_dup_strv(value, NULL);
	struct request r = {c->desk, c->who, words, (int)g_strv_length(words), m->fd, c};

	for (const struct command *command = commands; command->words != NULL; command++) {
		int skip = matches(command, r.words, r.count);

		if (skip > 0) {
			run(c, command, &r, skip);
			return;
		}
	}
	answer(
	    c, CTL_USAGE, "the running desk does not know this command; is triagectl of the same version?");
}

static gboolean
on_request(gint fd, GIOCondition condition, gpointer data)
{
	struct client *c = data;
	g_autoptr(GError) error = NULL;
	IPC_MESSAGE_AUTO m = {.fd = -1};
	enum ipc_result r = wire_receive(fd, WIRE_CTL, &m, &error);

	(void)condition;
	if (r == IPC_AGAIN)
		return G_SOURCE_CONTINUE;
	if (r == IPC_OK) {
		handle(c, &m);
		return G_SOURCE_CONTINUE;
	}
	if (r == IPC_BROKEN)
		log_warn("control socket: %s sent %s", c->who, error->message);
	c->source = 0;
	client_gone(c);
	return G_SOURCE_REMOVE;
}

static char *
who_is(int fd)
{
	struct ucred cred = {0};
	socklen_t n = sizeof cred;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &n) < 0)
		return g_strdup("unknown");
	return cred.uid == 0 ? g_strdup("root") : g_strdup_printf("uid %u", (unsigned)cred.uid);
}

static gboolean
on_connect(gint fd, GIOCondition condition, gpointer data)
{
	int s = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct client *c;

	(void)condition;
	if (s < 0)
		return G_SOURCE_CONTINUE;
	if (the.clients >= CLIENTS_MOST) {
		close(s);
		return G_SOURCE_CONTINUE;
	}
	c = g_new0(struct client, 1);
	c->refs = 1;
	c->desk = data;
	c->fd = s;
	c->who = who_is(s);
	c->source = g_unix_fd_add(s, G_IO_IN | G_IO_HUP, on_request, c);
	the.clients++;
	return G_SOURCE_CONTINUE;
}

/* Is somebody listening there? Then the socket is not ours to take. */
static gboolean
alive(const struct sockaddr_un *address)
{
	FD_AUTO s = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	return s >= 0 && connect(s, (const struct sockaddr *)address, sizeof *address) == 0;
}

gboolean
control_init(struct desk *desk, gid_t group, GError **error)
{
	const char *path = desk->conf->control;
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	if (strlen(path) >= sizeof address.sun_path) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED,
		    "control socket %s: the path is longer than %zu bytes", path,
		    sizeof address.sun_path - 1);
		return FALSE;
	}
	memcpy(address.sun_path, path, strlen(path));
	if (alive(&address)) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_BUSY,
		    "control socket %s: another desk listens there", path);
		return FALSE;
	}
	unlink(path);
	the.fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (the.fd < 0 || bind(the.fd, (struct sockaddr *)&address, sizeof address) < 0 ||
	    listen(the.fd, BACKLOG) < 0) {
		g_set_error(
		    error, G_IO_ERROR, G_IO_ERROR_FAILED, "control socket %s: %s", path, g_strerror(errno));
		return FALSE;
	}
	/* Without the group only the owner and root may ask. */
	if (group != (gid_t)-1 && chown(path, (uid_t)-1, group) < 0)
		log_warn(
		    "control socket %s: cannot be given to group %s: %s; only its owner and root can use "
		    "triagectl",
		    path, desk->conf->group, g_strerror(errno));
	chmod(path, 0660);
	the.source = g_unix_fd_add(the.fd, G_IO_IN, on_connect, desk);
	return TRUE;
}

void
control_wait_for_reload(struct request *request)
{
	struct client *c = request->client;

	if (the.reloading != NULL) {
		answer(the.reloading, CTL_LATER, "another reload came in between");
		client_unref(the.reloading);
	}
	c->refs++;
	the.reloading = c;
}

void
control_reloaded(struct desk *desk, gboolean ok, const char *text)
{
	(void)desk;
	if (the.reloading == NULL)
		return;
	answer(the.reloading, ok ? CTL_OK : 78, text);
	client_unref(the.reloading);
	the.reloading = NULL;
}

void
control_close(struct desk *desk)
{
	if (the.source != 0)
		g_source_remove(the.source);
	the.source = 0;
	fd_close(&the.fd);
	unlink(desk->conf->control);
}
