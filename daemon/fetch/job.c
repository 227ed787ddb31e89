/*
 * One loop: hear the desk, settle, take, wait. A refusal that concerns single mails (one that the server
 * cannot read, a folder that may not be written) is remembered and told when everything else is done, so that
 * it is never in the way of the next mail.
 */
#include "config.h"

#include "fetch/job.h"

#include "base/clock.h"
#include "base/failpoint.h"
#include "base/fd.h"
#include "base/log.h"
#include "fetch/list.h"
#include "fetch/range.h"
#include "fetch/settle.h"
#include "fetch/take.h"
#include "fetch/wait.h"
#include "net/error.h"
#include "wire/messages.h"

#include <string.h>
#include <sysexits.h>

enum { TROUBLE_TEXT = 1024, SETTLED_MAX = 8000, SETTLE_AT = 500, IN_VAIN_MOST = 3 };

struct job {
	struct session *session;
	int link;
	gboolean gone; /* the desk has left */
	const char *step;
	GArray *listed; /* struct list_mail, sorted */
	guint32 last;	/* highest UID ever listed */
	GArray *wanted; /* guint32, sorted; from `next` on still to be taken */
	guint next;
	guint64 largest;
	guint singly;	   /* so many mails to take one by one: together they were refused */
	GHashTable *ahead; /* UID -> bytes, sent and not yet kept */
	guint64 ahead_bytes;
	GArray *kept;	 /* guint32: to be settled */
	GArray *spared;	 /* guint32: to be settled, but not deleted */
	int answers_due; /* listings that FETCH_WANT has not answered */
	gboolean look;	 /* the whole folder is to be listed */
	gint64 full_at;	 /* clock_steady of the next full listing */
	gboolean quiet;	 /* said since there was work */
	int in_vain;	 /* listings in a row for mails that were announced and are not there */
	GError *late;	 /* what was refused first, to be told when all else is done */
	const char *late_step;
};

static gboolean
say(struct job *j, guint32 type, GVariant *fields, int fd)
{
	if (!j->gone && !ipc_send(j->link, type, fields, fd, NULL))
		j->gone = TRUE;
	return !j->gone;
}

static GVariant *
uid_array(const guint32 *uids, gsize n)
{
	return g_variant_new_fixed_array(G_VARIANT_TYPE_UINT32, uids, n, sizeof *uids);
}

static gboolean
list(struct job *j, gboolean full, GError **error)
{
	g_autoptr(GArray) mails = g_array_new(FALSE, FALSE, sizeof(struct list_mail));
	GVariantDict d;
	FD_AUTO fd = -1;

	j->step = "list";
	if (!full && j->last == G_MAXUINT32)
		return TRUE;
	if (!list_mails(j->session, full ? 1 : j->last + 1, mails, error))
		return FALSE;
	if (full) {
		g_array_set_size(j->listed, 0);
		j->full_at = clock_steady() + JOB_FULL_EVERY;
		j->look = FALSE;
	}
	if (!full && mails->len == 0)
		return TRUE;
	g_array_append_vals(j->listed, mails->data, mails->len);
	j->in_vain = 0;
	if (mails->len > 0)
		j->last = MAX(j->last, g_array_index(mails, struct list_mail, mails->len - 1).uid);
	failpoint("fetch-listed");
	fd = fd_from_bytes(mails->data, (gsize)mails->len * sizeof(struct list_mail), error);
	if (fd < 0)
		return FALSE;
	g_variant_dict_init(&d, NULL);
	g_variant_dict_insert(&d, "uidvalidity", "t", j->session->uidvalidity);
	g_variant_dict_insert(&d, "full", "b", full);
	g_variant_dict_insert(&d, "count", "u", mails->len);
	j->answers_due++;
	j->quiet = FALSE;
	say(j, WIRE_FETCH_LISTING, g_variant_dict_end(&d), fd);
	return TRUE;
}

/* What is on its way to the desk already is not taken twice. */
static void
hear_want(struct job *j, const struct ipc_message *m)
{
	g_autoptr(GError) error = NULL;
	gsize n = (gsize)wire_u64(m, "count");
	g_autoptr(GBytes) bytes = fd_map(m->fd, n * sizeof(guint32), &error);
	const guint32 *uids;

	if (bytes == NULL || g_bytes_get_size(bytes) != n * sizeof(guint32))
		log_fatal("FETCH_WANT of %zu mails: %s", n,
		    error != NULL ? error->message : "another number of bytes");
	uids = g_bytes_get_data(bytes, NULL);
	g_array_remove_range(j->wanted, 0, j->next);
	j->next = 0;
	for (gsize i = 0; i < n; i++)
		if (uids[i] != 0 && !g_hash_table_contains(j->ahead, GUINT_TO_POINTER(uids[i])))
			g_array_append_val(j->wanted, uids[i]);
	range_sort(j->wanted);
	j->largest = wire_u64(m, "largest");
	j->answers_due = MAX(j->answers_due - 1, 0);
	j->quiet = FALSE;
}

static void
hear_kept(struct job *j, const struct ipc_message *m)
{
	g_autoptr(GVariant) v = wire_value(m, "uids");
	GArray *list = wire_bool(m, "spare") ? j->spared : j->kept;
	gsize n;
	const guint32 *uids = g_variant_get_fixed_array(v, &n, sizeof *uids);

	for (gsize i = 0; i < n; i++) {
		gpointer bytes;

		if (g_hash_table_steal_extended(j->ahead, GUINT_TO_POINTER(uids[i]), NULL, &bytes))
			j->ahead_bytes -= GPOINTER_TO_SIZE(bytes);
		if (uids[i] != 0)
			g_array_append_val(list, uids[i]);
	}
	j->quiet = FALSE;
}

/* Everything the desk has said so far. */
static void
hear(struct job *j)
{
	while (!j->gone) {
		g_autoptr(GError) error = NULL;
		IPC_MESSAGE_AUTO m = {.fd = -1};

		switch (wire_receive(j->link, WIRE_DESK, &m, &error)) {
		case IPC_AGAIN:
			return;
		case IPC_CLOSED:
			j->gone = TRUE;
			return;
		case IPC_BROKEN:
			log_fatal("from the desk: %s", error->message);
		case IPC_OK:
			break;
		}
		if (m.type == WIRE_FETCH_WANT)
			hear_want(j, &m);
		else if (m.type == WIRE_FETCH_KEPT)
			hear_kept(j, &m);
		else if (m.type == WIRE_FETCH_LOOK)
			j->look = TRUE;
		else
			log_fatal("the desk sent %s, which is not for a fetcher", wire_name(m.type));
	}
}

/* A clean refusal is kept for later; TRUE: go on. */
static gboolean
put_off(struct job *j, GError **error)
{
	if (!g_error_matches(*error, NET_ERROR, NET_ERROR_REFUSED))
		return FALSE;
	log_warn("%s; going on with the rest", (*error)->message);
	if (j->late == NULL) {
		j->late = g_steal_pointer(error);
		j->late_step = j->step;
	}
	g_clear_error(error);
	return TRUE;
}

static gboolean
settle(struct job *j, GError **error)
{
	g_autoptr(GArray) settled = g_array_new(FALSE, FALSE, sizeof(guint32));
	g_autoptr(GError) why = NULL;
	gboolean ok;

	j->step = "settle";
	range_sort(j->kept);
	range_sort(j->spared);
	failpoint("fetch-before-settle");
	ok = (settle_mails(j->session, j->kept, FALSE, settled, &why) &&
		 settle_mails(j->session, j->spared, TRUE, settled, &why)) ||
	     put_off(j, &why);
	g_array_set_size(j->kept, 0);
	g_array_set_size(j->spared, 0);
	failpoint("fetch-after-settle");
	for (guint at = 0; at < settled->len; at += SETTLED_MAX) {
		GVariantDict d;

		g_variant_dict_init(&d, NULL);
		g_variant_dict_insert_value(&d, "uids",
		    uid_array(&g_array_index(settled, guint32, at), MIN(settled->len - at, SETTLED_MAX)));
		say(j, WIRE_FETCH_SETTLED, g_variant_dict_end(&d), -1);
	}
	if (!ok)
		g_propagate_error(error, g_steal_pointer(&why));
	return ok;
}

/* The next mails that fit into one batch and into what may be ahead of the desk; none: wait. */
static GArray *
next_batch(struct job *j)
{
	GArray *batch = g_array_new(FALSE, FALSE, sizeof(struct list_mail));
	guint most = j->singly > 0 ? 1 : TAKE_BATCH;
	guint64 bytes = 0;

	while (j->next < j->wanted->len && batch->len < most) {
		guint32 uid = g_array_index(j->wanted, guint32, j->next);
		const struct list_mail *known = list_find(j->listed, uid);
		struct list_mail mail = {uid, known != NULL ? known->size : TAKE_SMALL + 1};
		guint64 cost = mail.size > j->largest ? TAKE_CUT : mail.size;
		gboolean room =
		    j->ahead_bytes + bytes + cost <= JOB_AHEAD_BYTES || g_hash_table_size(j->ahead) == 0;

		if (g_hash_table_size(j->ahead) + batch->len >= JOB_AHEAD_MAILS || !room)
			break;
		if (batch->len > 0 &&
		    (cost > TAKE_SMALL || bytes + cost > TAKE_BATCH_BYTES || mail.size > j->largest))
			break;
		g_array_append_val(batch, mail);
		bytes += cost;
		j->next++;
		if (cost > TAKE_SMALL || mail.size > j->largest)
			break;
	}
	return batch;
}

static GVariant *
describe(const GArray *came)
{
	GVariantBuilder uids, sizes, lengths, cut, dates;
	GVariantDict d;

	g_variant_builder_init(&uids, G_VARIANT_TYPE("au"));
	g_variant_builder_init(&sizes, G_VARIANT_TYPE("at"));
	g_variant_builder_init(&lengths, G_VARIANT_TYPE("at"));
	g_variant_builder_init(&cut, G_VARIANT_TYPE("ab"));
	g_variant_builder_init(&dates, G_VARIANT_TYPE("ax"));
	for (guint i = 0; i < came->len; i++) {
		const struct take_mail *m = &g_array_index(came, struct take_mail, i);

		g_variant_builder_add(&uids, "u", m->uid);
		g_variant_builder_add(&sizes, "t", m->size);
		g_variant_builder_add(&lengths, "t", m->length);
		g_variant_builder_add(&cut, "b", m->cut);
		g_variant_builder_add(&dates, "x", m->date);
	}
	g_variant_dict_init(&d, NULL);
	g_variant_dict_insert_value(&d, "uids", g_variant_builder_end(&uids));
	g_variant_dict_insert_value(&d, "sizes", g_variant_builder_end(&sizes));
	g_variant_dict_insert_value(&d, "lengths", g_variant_builder_end(&lengths));
	g_variant_dict_insert_value(&d, "cut", g_variant_builder_end(&cut));
	g_variant_dict_insert_value(&d, "dates", g_variant_builder_end(&dates));
	return g_variant_dict_end(&d);
}

static void
hand_over(struct job *j, const GArray *asked, const GArray *came, int fd)
{
	if (came->len < asked->len)
		log_info("%u of %u mails are gone from %s meanwhile", asked->len - came->len, asked->len,
		    j->session->where);
	for (guint i = 0; i < came->len; i++) {
		const struct take_mail *m = &g_array_index(came, struct take_mail, i);

		g_hash_table_insert(j->ahead, GUINT_TO_POINTER(m->uid), GSIZE_TO_POINTER((gsize)m->length));
		j->ahead_bytes += m->length;
	}
	if (came->len > 0)
		say(j, WIRE_FETCH_MAILS, describe(came), fd);
}

/* A batch that is refused is taken again one by one, to find the mail that the server cannot give. */
static gboolean
take(struct job *j, const GArray *batch, GError **error)
{
	g_autoptr(GArray) came = g_array_new(FALSE, FALSE, sizeof(struct take_mail));
	g_autoptr(GError) why = NULL;
	FD_AUTO fd = -1;

	j->step = "fetch";
	fd = take_mails(j->session, batch, j->largest, came, &why);
	if (fd >= 0) {
		j->singly -= MIN(j->singly, batch->len);
		hand_over(j, batch, came, fd);
		return TRUE;
	}
	if (batch->len > 1 && g_error_matches(why, NET_ERROR, NET_ERROR_REFUSED)) {
		j->singly = batch->len;
		j->next -= batch->len;
		return TRUE;
	}
	j->singly -= MIN(j->singly, 1);
	if (put_off(j, &why))
		return TRUE;
	g_propagate_error(error, g_steal_pointer(&why));
	return FALSE;
}

static gboolean
rest(struct job *j, GError **error)
{
	gint64 left;

	/* The server says it once, with whatever it is answering; IDLE would not say it again. */
	if (j->late == NULL && list_has_news(j->session) && j->in_vain++ < IN_VAIN_MOST)
		return list(j, FALSE, error);
	if (!j->quiet)
		say(j, WIRE_FETCH_QUIET, g_variant_new_parsed("@a{sv} {}"), -1);
	j->quiet = TRUE;
	if (j->late != NULL) {
		j->step = j->late_step;
		g_propagate_error(error, g_steal_pointer(&j->late));
		return FALSE;
	}
	j->step = "wait";
	left = j->full_at - clock_steady();
	if (left > 0 && !wait_for_news(j->session, j->link, left, error))
		return FALSE;
	j->in_vain = 0;
	hear(j);
	return j->gone || list(j, j->look || clock_steady() >= j->full_at, error);
}

/* One thing at a time, the most urgent first. */
static gboolean
turn(struct job *j, GError **error)
{
	g_autoptr(GArray) batch = next_batch(j);
	guint due = j->kept->len + j->spared->len;

	if (due >= SETTLE_AT || (due > 0 && batch->len == 0)) {
		j->next -= batch->len;
		return settle(j, error);
	}
	if (batch->len > 0)
		return take(j, batch, error);
	if (j->look && j->answers_due == 0)
		return list(j, TRUE, error);
	j->step = "wait";
	if (j->answers_due > 0 || g_hash_table_size(j->ahead) > 0)
		return wait_for_link(j->session, j->link, error);
	return rest(j, error);
}

/* Says what is wrong, as the last word; the exit status. */
static int
trouble(int link, const char *step, const GError *why)
{
	g_autofree char *text = log_escape(why->message, TROUBLE_TEXT);
	GVariantDict d;

	log_warn("%s: %s", step, text);
	g_variant_dict_init(&d, NULL);
	g_variant_dict_insert(&d, "step", "s", step);
	g_variant_dict_insert(&d, "text", "s", text);
	ipc_send(link, WIRE_FETCH_TROUBLE, g_variant_dict_end(&d), -1, NULL);
	return net_exit_status(why);
}

static void
say_up(struct job *j)
{
	GVariantDict d;

	g_variant_dict_init(&d, NULL);
	g_variant_dict_insert(&d, "uidvalidity", "t", j->session->uidvalidity);
	g_variant_dict_insert(&d, "exists", "t", j->session->exists);
	g_variant_dict_insert(&d, "idle", "b", j->session->can_idle);
	say(j, WIRE_FETCH_UP, g_variant_dict_end(&d), -1);
}

static void
job_clear(struct job *j)
{
	g_array_unref(j->listed);
	g_array_unref(j->wanted);
	g_array_unref(j->kept);
	g_array_unref(j->spared);
	g_hash_table_unref(j->ahead);
	g_clear_error(&j->late);
}

static int
work(struct session *session, int link)
{
	g_autoptr(GError) error = NULL;
	struct job j = {.session = session, .link = link, .step = "list", .look = TRUE};
	int status = EX_OK;

	j.listed = g_array_new(FALSE, FALSE, sizeof(struct list_mail));
	j.wanted = g_array_new(FALSE, FALSE, sizeof(guint32));
	j.kept = g_array_new(FALSE, FALSE, sizeof(guint32));
	j.spared = g_array_new(FALSE, FALSE, sizeof(guint32));
	j.ahead = g_hash_table_new(NULL, NULL);
	fd_nonblocking(link, TRUE);
	say_up(&j);
	while (!j.gone && turn(&j, &error))
		hear(&j);
	if (error != NULL && !j.gone)
		status = trouble(link, j.step, error);
	job_clear(&j);
	return status;
}

int
job_run(const struct conf_mailbox *mailbox, const char *secret, int link, void (*connected)(void *),
    void *context)
{
	g_autoptr(GError) error = NULL;
	const char *step = "connect";
	struct session *session = session_new(mailbox, &error);
	int status;

	if (session != NULL && connected != NULL)
		connected(context);
	if (session != NULL && session_open(session, secret, &step, &error))
		status = work(session, link);
	else
		status = trouble(link, step, error);
	session_free(session, status == EX_OK);
	return status;
}
