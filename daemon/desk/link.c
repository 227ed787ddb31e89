/*
 * Links and the table message -> handler. What a child sends is checked before a handler sees it; a child
 * that sends anything else is killed by the parent.
 */
#include "config.h"

#include "desk/link.h"

#include "base/fd.h"
#include "base/log.h"
#include "desk/health.h"
#include "desk/intake.h"
#include "desk/outbox.h"
#include "desk/reader.h"

#include <gio/gio.h>
#include <glib-unix.h>
#include <string.h>

enum { BURST = 64, LINK_PATIENCE = 3000 /* ms; the whole desk waits */ };

typedef void (*handler)(struct desk *desk, struct link *link, const struct ipc_message *message);

static const handler handlers[WIRE_TYPES] = {
    [WIRE_FETCH_UP] = intake_up,
    [WIRE_FETCH_LISTING] = intake_listing,
    [WIRE_FETCH_MAILS] = intake_mails,
    [WIRE_FETCH_SETTLED] = intake_settled,
    [WIRE_FETCH_QUIET] = intake_quiet,
    [WIRE_FETCH_TROUBLE] = health_trouble,
    [WIRE_MIME_MAIL] = reader_mail,
    [WIRE_MIME_COMPOSED] = reader_composed,
    [WIRE_SEND_DATA] = outbox_data,
    [WIRE_SEND_RESULT] = outbox_result,
    [WIRE_SEND_TROUBLE] = health_trouble,
};

static const struct {
	const char *kind;
	enum wire_role role;
	void (*up)(struct desk *desk, struct link *link);
	void (*down)(struct desk *desk, struct link *link);
} kinds[] = {
    {"fetch", WIRE_FETCH, NULL, intake_down},
    {"mime", WIRE_MIME, reader_up, reader_down},
    {"send", WIRE_SEND, outbox_up, outbox_down},
};

struct link *
link_ref(struct link *link)
{
	link->refs++;
	return link;
}

void
link_unref(struct link *link)
{
	if (link == NULL || --link->refs > 0)
		return;
	g_queue_free(link->jobs);
	fd_close(&link->fd);
	g_free(link->kind);
	g_free(link->name);
	g_free(link);
}

void
link_init(struct desk *desk)
{
	desk->links = g_ptr_array_new_with_free_func((GDestroyNotify)link_unref);
}

static int
kind_of(const char *kind)
{
	for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++)
		if (strcmp(kinds[i].kind, kind) == 0)
			return (int)i;
	return -1;
}

struct link *
link_find(struct desk *desk, const char *kind, const char *name)
{
	for (guint i = 0; i < desk->links->len; i++) {
		struct link *l = desk->links->pdata[i];

		if (strcmp(l->kind, kind) == 0 && strcmp(l->name, name) == 0)
			return l;
	}
	return NULL;
}

static void
gone(struct desk *desk, struct link *link)
{
	if (link->fd < 0)
		return;
	link_ref(link);
	if (link->source != 0)
		g_source_remove(link->source);
	link->source = 0;
	fd_close(&link->fd);
	g_ptr_array_remove(desk->links, link);
	kinds[kind_of(link->kind)].down(desk, link);
	link_unref(link);
	desk_maybe_idle(desk);
}

void
link_break(struct desk *desk, struct link *link, const char *why)
{
	g_autoptr(GError) error = NULL;

	log_error("triaged-%s %s is ended: %s", link->kind, link->name, why);
	if (!ipc_send(desk->parent, WIRE_CHILD_KILL,
		wire_fields("{'kind': <%s>, 'name': <%s>, 'pid': <%u>, 'why': <%s>}", link->kind, link->name,
		    link->pid, why),
		-1, &error))
		log_error("cannot reach the parent: %s", error->message);
	gone(desk, link);
}

void
link_wake(struct desk *desk, const char *kind, const char *name)
{
	if (link_find(desk, kind, name) == NULL)
		ipc_send(desk->parent, WIRE_CHILD_WAKE,
		    wire_fields("{'kind': <%s>, 'name': <%s>}", kind, name), -1, NULL);
}

static gboolean
on_readable(gint fd, GIOCondition condition, gpointer data)
{
	struct desk *desk = ((gpointer *)data)[0];
	struct link *link = ((gpointer *)data)[1];
	gboolean there = TRUE;

	(void)condition;
	link_ref(link);
	for (int i = 0; i < BURST && there; i++) {
		g_autoptr(GError) error = NULL;
		IPC_MESSAGE_AUTO m = {.fd = -1};
		enum ipc_result r = wire_receive(fd, link->role, &m, &error);

		if (r == IPC_AGAIN)
			break;
		if (r == IPC_OK && handlers[m.type] != NULL)
			handlers[m.type](desk, link, &m);
		else if (r == IPC_CLOSED)
			gone(desk, link);
		else
			link_break(desk, link, error != NULL ? error->message : "a message nobody waits for");
		there = link->fd >= 0;
	}
	link_unref(link);
	return there ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

void
link_up(struct desk *desk, const char *kind, const char *name, guint32 pid, int fd)
{
	int k = kind_of(kind);
	struct link *link;
	gpointer *pair;

	if (k < 0)
		log_fatal("the parent starts a \"%s\", which the desk does not know", kind);
	link = link_find(desk, kind, name);
	if (link != NULL)
		gone(desk, link);
	link = g_new0(struct link, 1);
	link->refs = 1;
	link->role = kinds[k].role;
	link->kind = g_strdup(kind);
	link->name = g_strdup(name);
	link->pid = pid;
	link->fd = fd;
	link->jobs = g_queue_new();
	fd_nonblocking(fd, TRUE);
	g_ptr_array_add(desk->links, link);
	pair = g_new(gpointer, 2);
	pair[0] = desk;
	pair[1] = link;
	link->source =
	    g_unix_fd_add_full(G_PRIORITY_DEFAULT, fd, G_IO_IN | G_IO_HUP, on_readable, pair, g_free);
	if (kinds[k].up != NULL)
		kinds[k].up(desk, link);
}

static gboolean
on_stuck(gpointer data)
{
	g_autofree gpointer *pair = data;
	struct link *link = pair[1];

	if (link->fd >= 0)
		link_break(pair[0], link, "it does not read what it is told");
	link_unref(link);
	return G_SOURCE_REMOVE;
}

gboolean
link_send(struct desk *desk, struct link *link, enum wire_type type, GVariant *fields, int fd)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) owned = g_variant_ref_sink(fields);

	if (link->fd < 0 || link->stuck)
		return FALSE;
	if (ipc_send_within(link->fd, type, owned, fd, LINK_PATIENCE, &error))
		return TRUE;
	log_warn(
	    "triaged-%s %s cannot be told %s: %s", link->kind, link->name, wire_name(type), error->message);
	if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT)) {
		gpointer *pair = g_new(gpointer, 2);

		link->stuck = TRUE;
		pair[0] = desk;
		pair[1] = link_ref(link);
		g_idle_add_full(G_PRIORITY_HIGH, on_stuck, pair, NULL);
	}
	return FALSE;
}
