/*
 * The commit comes when nothing else is waiting: it is an idle source of lower priority than every
 * descriptor, bounded by pieces and by time.
 */
#include "config.h"

#include "desk/turn.h"

#include "base/clock.h"
#include "base/failpoint.h"
#include "base/fd.h"
#include "base/log.h"
#include "desk/link.h"
#include "desk/reader.h"
#include "store/ballast.h"

#include <unistd.h>

enum { EXIT_AGAIN = 75 };

struct after {
	turn_fn fn;
	gpointer data;
	GDestroyNotify free;
};

struct turn {
	GArray *after; /* struct after */
	guint kept;    /* those of pieces that held */
	guint idle;
	int pieces;
	gint64 begun;
};

static void
free_after(gpointer data)
{
	struct after *a = data;

	if (a->free != NULL)
		a->free(a->data);
}

void
turn_init(struct desk *desk)
{
	desk->turn = g_new0(struct turn, 1);
	desk->turn->after = g_array_new(FALSE, FALSE, sizeof(struct after));
	g_array_set_clear_func(desk->turn->after, free_after);
}

static gboolean
on_idle(gpointer data)
{
	struct desk *desk = data;

	desk->turn->idle = 0;
	if (store_in_turn(desk->store) && reader_busy(desk) &&
	    clock_steady() - desk->turn->begun < TURN_GATHER)
		desk->turn->idle = g_timeout_add_full(G_PRIORITY_LOW, 1, on_idle, desk, NULL);
	else
		turn_commit(desk);
	return G_SOURCE_REMOVE;
}

void
turn_piece(struct desk *desk)
{
	struct turn *turn = desk->turn;

	if (store_in_turn(desk->store) &&
	    (turn->pieces >= TURN_PIECES || clock_steady() - turn->begun > TURN_MS))
		turn_commit(desk);
	if (!store_in_turn(desk->store)) {
		store_begin(desk->store);
		turn->begun = clock_steady();
		turn->pieces = 0;
	}
	if (turn->idle == 0)
		turn->idle = g_idle_add_full(G_PRIORITY_LOW, on_idle, desk, NULL);
	turn->pieces++;
	turn->kept = turn->after->len;
	store_piece_begin(desk->store);
}

gboolean
turn_piece_end(struct desk *desk, GError **error)
{
	struct turn *turn = desk->turn;

	if (store_piece_end(desk->store, error)) {
		turn->kept = turn->after->len;
		return TRUE;
	}
	g_array_set_size(turn->after, turn->kept);
	return FALSE;
}

void
turn_after(struct desk *desk, turn_fn fn, gpointer data, GDestroyNotify free)
{
	struct after a = {fn, data, free};

	g_array_append_val(desk->turn->after, a);
}

struct sending {
	struct link *link;
	enum wire_type type;
	GVariant *fields;
	int fd;
};

static void
free_sending(gpointer data)
{
	struct sending *s = data;

	link_unref(s->link);
	g_variant_unref(s->fields);
	fd_close(&s->fd);
	g_free(s);
}

static void
do_send(struct desk *desk, gpointer data)
{
	struct sending *s = data;

	link_send(desk, s->link, s->type, s->fields, s->fd);
}

void
turn_send(struct desk *desk, struct link *link, enum wire_type type, GVariant *fields, int fd)
{
	struct sending *s = g_new(struct sending, 1);

	s->link = link_ref(link);
	s->type = type;
	s->fields = g_variant_ref_sink(fields);
	s->fd = fd >= 0 ? dup(fd) : -1;
	turn_after(desk, do_send, s, free_sending);
}

/* What is done after a commit may begin the next turn: take the list first. */
void
turn_commit(struct desk *desk)
{
	struct turn *turn = desk->turn;
	g_autoptr(GError) error = NULL;
	GArray *after = turn->after;

	if (turn->idle != 0)
		g_source_remove(turn->idle);
	turn->idle = 0;
	if (!store_in_turn(desk->store))
		return;
	failpoint("desk-before-commit");
	if (!store_commit(desk->store, &error)) {
		log_error("%s; nothing of this turn was said to anybody, ending so that the desk begins anew",
		    error->message);
		if (g_error_matches(error, STORE_ERROR, STORE_ERROR_FULL) &&
		    ballast_drop(store_path(desk->store)))
			log_error("the disk is full: the ballast is dropped so that the next desk can "
				  "answer; make room");
		_exit(EXIT_AGAIN);
	}
	failpoint("desk-after-commit");
	turn->after = g_array_new(FALSE, FALSE, sizeof(struct after));
	g_array_set_clear_func(turn->after, free_after);
	turn->kept = 0;
	for (guint i = 0; i < after->len; i++) {
		struct after *a = &g_array_index(after, struct after, i);

		a->fn(desk, a->data);
	}
	g_array_unref(after);
}
