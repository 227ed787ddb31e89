/*
 * Readers work in parallel, each with a few jobs ahead; answers of one reader come in the order in which it
 * was asked, so that when it dies the oldest unanswered job is the one that did it. Mails are finished in the
 * order in which they were kept, unless an earlier one takes long.
 */
#include "config.h"

#include "desk/reader.h"

#include "base/clock.h"
#include "base/failpoint.h"
#include "base/fd.h"
#include "base/log.h"
#include "desk/health.h"
#include "desk/job.h"
#include "desk/take.h"
#include "desk/turn.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { TICK = 100, RESULT_MAX = 128 * 1024 * 1024 };

struct reader {
	GQueue *waiting;    /* struct job *, not given */
	GQueue *order;	    /* struct job * of mails given or answered, in the order of keeping */
	GQueue *unreadable; /* struct job * whose bytes the store does not give; failed by an idle source */
	guint tick;
	gboolean short_of_memory; /* said once */
};

static void feed(struct desk *desk);

enum given { GIVEN, NOT_NOW, NEVER };

/* Without bytes in the store no reader will ever have them; without a memory file, later perhaps. */
static enum given
no_memory(struct desk *desk, const struct job *j, const GError *error)
{
	if (error != NULL && error->domain == STORE_ERROR)
		return NEVER;
	if (!desk->reader->short_of_memory)
		log_error("cannot hand job %" G_GINT64_FORMAT " to a reader: %s; tried again until it can be",
		    j->id, error != NULL ? error->message : g_strerror(errno));
	desk->reader->short_of_memory = TRUE;
	return NOT_NOW;
}

static enum given
give(struct desk *desk, struct link *link, struct job *j)
{
	g_autoptr(GError) error = NULL;
	FD_AUTO fd = job_memory(desk, j, &error);

	if (fd < 0)
		return no_memory(desk, j, error);
	desk->reader->short_of_memory = FALSE;
	if (!link_send(desk, link, j->compose ? WIRE_MIME_COMPOSE : WIRE_MIME_READ, job_fields(j), fd))
		return NOT_NOW;
	if (g_queue_is_empty(link->jobs))
		link->head_since = clock_steady();
	j->given = TRUE;
	if (j->since == 0)
		j->since = clock_steady();
	g_queue_push_tail(link->jobs, j);
	return GIVEN;
}

/* The reader with the fewest jobs that is not stuck at one. */
static struct link *
freest(struct desk *desk)
{
	struct link *best = NULL;

	for (guint i = 0; i < desk->links->len; i++) {
		struct link *l = desk->links->pdata[i];

		if (l->role != WIRE_MIME || l->stuck || l->jobs->length >= READER_DEPTH)
			continue;
		if (l->jobs->length > 0 && clock_steady() - l->head_since > READER_SLOW)
			continue;
		if (best == NULL || l->jobs->length < best->jobs->length)
			best = l;
	}
	return best;
}

static void check(struct desk *desk);

static gboolean
on_tick(gpointer data)
{
	struct desk *desk = data;

	desk->reader->tick = 0;
	check(desk);
	feed(desk);
	return G_SOURCE_REMOVE;
}

static gboolean
anything_given(struct desk *desk)
{
	return reader_busy(desk) || !g_queue_is_empty(desk->reader->order);
}

static gboolean fail_unreadable(gpointer data);

static void
feed(struct desk *desk)
{
	struct reader *r = desk->reader;
	struct link *link;

	while (!g_queue_is_empty(r->waiting) && !desk->stopping && (link = freest(desk)) != NULL) {
		struct job *j = g_queue_pop_head(r->waiting);
		enum given given = give(desk, link, j);

		if (given == NEVER) {
			if (g_queue_is_empty(r->unreadable))
				g_idle_add(fail_unreadable, desk);
			g_queue_push_tail(r->unreadable, j);
			continue;
		}
		if (given == NOT_NOW) {
			g_queue_push_head(r->waiting, j);
			break;
		}
		if (!j->compose && g_queue_find(r->order, j) == NULL)
			g_queue_push_tail(r->order, j);
	}
	if (r->tick == 0 && (anything_given(desk) || r->short_of_memory))
		r->tick = g_timeout_add(TICK, on_tick, desk);
}

/* --- failures
 * -------------------------------------------------------------------------------------------------- */

static void
requeue(struct desk *desk, gpointer data)
{
	struct job *j = data;

	g_queue_push_head(desk->reader->waiting, j);
	feed(desk);
}

static void
forget(struct desk *desk, struct job *j)
{
	g_queue_remove(desk->reader->order, j);
	job_free(j);
}

/* The reading of this mail failed: counted, and tried again or held. If even that cannot be written, the mail
 * stays kept and is the next desk's to read. */
static void
failed(struct desk *desk, struct job *j, const char *why)
{
	g_autoptr(GError) error = NULL;
	gint64 failures;
	gboolean again;

	turn_piece(desk);
	store_run(desk->store, SQL_MAIL_FAILED, "i", j->id);
	failures = store_get_int(desk->store, 0, SQL_MAIL_FAILURES, "i", j->id);
	again = failures < READER_FAILURES;
	log_warn("mail %" G_GINT64_FORMAT ": reading failed, try %" G_GINT64_FORMAT " of %d: %s", j->id,
	    failures, READER_FAILURES, why);
	j->given = FALSE;
	if (again) {
		store_run(desk->store, SQL_MAIL_TRY, "i", j->id);
		turn_after(desk, requeue, j, NULL);
	} else {
		take_unread(desk, j->id, why);
	}
	if (!turn_piece_end(desk, &error)) {
		log_error("mail %" G_GINT64_FORMAT " stays kept and is read at the next start: %s", j->id,
		    error->message);
		again = FALSE;
	}
	if (!again)
		forget(desk, j);
}

/* It may not have been the mail's fault that the reader died: another one tries. */
static void
compose_failed(struct desk *desk, struct job *j, const char *why)
{
	if (++j->failures < READER_FAILURES) {
		j->given = FALSE;
		j->since = 0;
		g_queue_push_head(desk->reader->waiting, j);
		return;
	}
	j->done(desk, j->id, -1, FALSE, FALSE, why);
	job_free(j);
}

static void
head_failed(struct desk *desk, struct job *j, const char *why)
{
	if (j->revoked)
		job_free(j);
	else if (j->compose)
		compose_failed(desk, j, why);
	else
		failed(desk, j, why);
}

static gboolean
fail_unreadable(gpointer data)
{
	struct desk *desk = data;
	struct job *j;

	while ((j = g_queue_pop_head(desk->reader->unreadable)) != NULL)
		head_failed(desk, j, "its bytes cannot be read from the store");
	return G_SOURCE_REMOVE;
}

/* Those that only waited behind are given to another reader and not counted. */
static void
take_back(struct desk *desk, struct link *link)
{
	while (link->jobs->length > 0) {
		struct job *j = g_queue_pop_tail(link->jobs);

		if (j->revoked) {
			job_free(j);
			continue;
		}
		j->given = FALSE;
		g_queue_push_head(desk->reader->waiting, j);
	}
}

void
reader_down(struct desk *desk, struct link *link)
{
	struct job *head = g_queue_pop_head(link->jobs);

	take_back(desk, link);
	if (head != NULL && !desk->stopping)
		head_failed(desk, head, "the reader died of it");
	else if (head != NULL)
		forget(desk, head);
	feed(desk);
}

void
reader_up(struct desk *desk, struct link *link)
{
	(void)link;
	feed(desk);
}

/* Behind a slow job nobody waits: a shadow stays with the slow reader, the job goes on to another. */
static void
revoke_behind(struct desk *desk, struct link *link)
{
	for (GList *l = link->jobs->tail; l != NULL && l != link->jobs->head; l = l->prev) {
		struct job *j = l->data;
		struct job *shadow;

		if (j->revoked)
			continue;
		shadow = g_new0(struct job, 1);
		shadow->id = j->id;
		shadow->compose = j->compose;
		shadow->revoked = TRUE;
		l->data = shadow;
		j->given = FALSE;
		g_queue_push_head(desk->reader->waiting, j);
	}
}

static void finish_ready(struct desk *desk);

static void
check(struct desk *desk)
{
	gint64 now = clock_steady();

	for (guint i = 0; i < desk->links->len; i++) {
		struct link *l = desk->links->pdata[i];

		if (l->role != WIRE_MIME || l->jobs->length == 0 || now - l->head_since < READER_SLOW)
			continue;
		revoke_behind(desk, l);
		if (now - l->head_since > READER_PATIENCE) {
			link_break(desk, l, "it is out of time for one mail");
			break;
		}
	}
	finish_ready(desk);
}

/* --- answers
 * --------------------------------------------------------------------------------------------------- */

/* The oldest job of this reader, if it is `id`; NULL after the link was broken. */
static struct job *
answered(struct desk *desk, struct link *link, gint64 id, gboolean compose)
{
	struct job *j = g_queue_peek_head(link->jobs);

	if (j == NULL || j->id != id || j->compose != compose) {
		link_break(desk, link, "an answer to something it was not asked");
		return NULL;
	}
	g_queue_pop_head(link->jobs);
	link->head_since = clock_steady();
	return j;
}

static void
finish(struct desk *desk, struct job *j)
{
	g_autoptr(GError) error = NULL;

	failpoint("desk-before-done");
	turn_piece(desk);
	take_read(desk, j->id, j->result);
	if (turn_piece_end(desk, &error)) {
		failpoint("desk-done");
		forget(desk, j);
		return;
	}
	log_error("mail %" G_GINT64_FORMAT ": its work was undone: %s", j->id, error->message);
	g_clear_pointer(&j->result, g_bytes_unref);
	failed(desk, j, error->message);
}

/* In the order of keeping; past one that has been out for long. */
static void
finish_ready(struct desk *desk)
{
	GQueue *order = desk->reader->order;
	GList *l = order->head;
	gint64 now = clock_steady();

	while (l != NULL) {
		struct job *j = l->data;
		GList *next = l->next;

		if (j->result != NULL)
			finish(desk, j);
		else if (j->since == 0 || now - j->since < READER_ORDER_WAIT)
			break;
		l = next;
	}
	desk_maybe_idle(desk);
}

void
reader_mail(struct desk *desk, struct link *link, const struct ipc_message *m)
{
	g_autoptr(GError) error = NULL;
	struct job *j = answered(desk, link, wire_i64(m, "mail"), FALSE);

	if (j == NULL)
		return;
	health_well(desk, link);
	if (j->revoked) {
		job_free(j);
		feed(desk);
		return;
	}
	j->result = fd_map(m->fd, RESULT_MAX, &error);
	if (j->result == NULL)
		failed(desk, j, error->message);
	finish_ready(desk);
	feed(desk);
}

void
reader_composed(struct desk *desk, struct link *link, const struct ipc_message *m)
{
	struct job *j = answered(desk, link, wire_i64(m, "id"), TRUE);
	const char *why;

	if (j == NULL)
		return;
	health_well(desk, link);
	why = wire_string(m, "failed");
	if (!j->revoked)
		j->done(desk, j->id, why == NULL ? m->fd : -1, wire_bool(m, "eight_bit"),
		    wire_bool(m, "utf8"), why != NULL || m->fd >= 0 ? why : "the composer gave no mail");
	job_free(j);
	feed(desk);
}

/* --- asking
 * ---------------------------------------------------------------------------------------------------- */

/* A job that waits for the commit; freed with the wish where the piece is undone. */
static void
enqueue(struct desk *desk, gpointer data)
{
	struct job **wish = data;

	g_queue_push_tail(desk->reader->waiting, g_steal_pointer(wish));
	feed(desk);
}

static void
wish_free(gpointer data)
{
	struct job **wish = data;

	if (*wish != NULL)
		job_free(*wish);
	g_free(wish);
}

static void
enqueue_after(struct desk *desk, struct job *j)
{
	struct job **wish = g_new(struct job *, 1);

	*wish = j;
	turn_after(desk, enqueue, wish, wish_free);
}

void
reader_add_after(
    struct desk *desk, gint64 mail, struct batch *batch, gsize offset, gsize length, gboolean cut)
{
	enqueue_after(desk, job_of_mail(mail, batch, offset, length, cut));
}

void
reader_again_after(struct desk *desk, gint64 mail)
{
	store_run(desk->store, SQL_MAIL_TRY, "i", mail);
	enqueue_after(desk, job_of_mail(mail, NULL, 0, 0, FALSE));
}

gboolean
reader_compose(struct desk *desk, gint64 id, GBytes *head, GBytes *raw, composed_fn done)
{
	struct job *j = g_new0(struct job, 1);

	j->id = id;
	j->compose = TRUE;
	j->head = g_bytes_ref(head);
	j->raw = raw != NULL ? g_bytes_ref(raw) : NULL;
	j->done = done;
	/* Outgoing mail does not wait behind a backlog of incoming. */
	g_queue_push_head(desk->reader->waiting, j);
	feed(desk);
	return TRUE;
}

gboolean
reader_busy(struct desk *desk)
{
	for (guint i = 0; i < desk->links->len; i++) {
		struct link *l = desk->links->pdata[i];

		if (l->role == WIRE_MIME && l->jobs->length > 0)
			return TRUE;
	}
	return FALSE;
}

gboolean
reader_idle(struct desk *desk)
{
	return g_queue_is_empty(desk->reader->waiting) && !anything_given(desk);
}

int
reader_waiting(struct desk *desk)
{
	return (int)(desk->reader->waiting->length + desk->reader->order->length);
}

void
reader_init(struct desk *desk)
{
	desk->reader = g_new0(struct reader, 1);
	desk->reader->waiting = g_queue_new();
	desk->reader->order = g_queue_new();
	desk->reader->unreadable = g_queue_new();
}

struct kept_row {
	gint64 id;
	gint64 tries;
	gboolean cut;
};

/* One that was begun too often is held. At most one at a start: the oldest is the likeliest to have ended the
 * desk, those behind it may be innocent. */
static void
resume_one(struct desk *desk, gint64 id, gboolean hold, gboolean suspect, gboolean cut)
{
	g_autoptr(GError) error = NULL;

	turn_piece(desk);
	if (hold) {
		take_unread(desk, id, "reading it was begun too often and never ended");
	} else {
		if (suspect)
			store_run(desk->store, SQL_MAIL_TRY, "i", id);
		enqueue_after(desk, job_of_mail(id, NULL, 0, 0, cut));
	}
	if (!turn_piece_end(desk, &error))
		log_error("mail %" G_GINT64_FORMAT ": %s; read at the next start", id, error->message);
}

/* Mails are done in the order of keeping: only the oldest can have been at work when the last desk ended, and
 * only they are counted. */
void
reader_resume(struct desk *desk)
{
	g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(struct kept_row));
	struct query *q = store_query(desk->store, SQL_MAIL_KEPT, "");
	gboolean held = FALSE;

	while (query_next(q)) {
		struct kept_row row = {query_int(q, 0), query_int(q, 1), query_int(q, 3) != 0};

		g_array_append_val(rows, row);
	}
	for (guint i = 0; i < rows->len; i++) {
		const struct kept_row *row = &g_array_index(rows, struct kept_row, i);
		gboolean hold = !held && row->tries >= READER_TRIES;

		resume_one(desk, row->id, hold, i < READER_SUSPECTS, row->cut);
		held = held || hold;
	}
	if (rows->len > 0)
		log_info("%u mails kept by an earlier run are read now", rows->len);
}
