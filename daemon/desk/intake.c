/*
 * The ledger decides what is wanted: a listed UID that has no row. Nothing is fetched while the disk could
 * not hold it: the mails are safe where they are, and the list comes again a minute later.
 */
#include "config.h"

#include "desk/intake.h"

#include "base/clock.h"
#include "base/failpoint.h"
#include "base/fd.h"
#include "base/log.h"
#include "desk/health.h"
#include "desk/reader.h"
#include "desk/turn.h"
#include "store/ballast.h"
#include "store/mails.h"

#include <gio/gio.h>
#include <string.h>

enum {
	LISTING_MAX = 64 * 1024 * 1024, /* bytes: eight million mails */
	BATCH_MAX = 128 * 1024 * 1024,
	ROOM_LEAST = 64 * 1024 * 1024,
	ROOM_RETRY = 60 * 1000,
	KEPT_A_MESSAGE = 8000,
	PIPE_MOST = 90 * 1024 *
		    1024, /* bytes of a piped mail: what the store takes; there is nobody else to keep it */
};

struct listed {
	guint32 uid;
	guint32 size;
};

void
intake_up(struct desk *desk, struct link *link, const struct ipc_message *m)
{
	gint64 validity = (gint64)wire_u64(m, "uidvalidity");
	gint64 was;
	g_autoptr(GError) error = NULL;

	turn_piece(desk);
	link->mailbox = mails_mailbox(desk->store, link->name, &was);
	link->uidvalidity = validity;
	if (was != validity)
		store_run(desk->store, SQL_MAILBOX_UIDVALIDITY, "ii", link->mailbox, validity);
	if (!turn_piece_end(desk, &error)) {
		link_break(desk, link, error->message);
		return;
	}
	if (was != 0 && was != validity)
		log_warn("mailbox %s: UIDVALIDITY changed from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT
			 "; listing it anew, mails we have are known by their content",
		    link->name, was, validity);
	health_well(desk, link);
}

static GVariant *
uid_array(const guint32 *uids, gsize n)
{
	return g_variant_new_fixed_array(G_VARIANT_TYPE_UINT32, uids, n, sizeof *uids);
}

/* Tells the fetcher that these may be settled, in packets that fit. `spare`: they were cut, the server has
 * the only whole copy. */
static void
say_kept(struct desk *desk, struct link *link, const GArray *uids, gboolean spare)
{
	const guint32 *first = (const guint32 *)(gconstpointer)uids->data;

	for (gsize i = 0; i < uids->len; i += KEPT_A_MESSAGE)
		turn_send(desk, link, WIRE_FETCH_KEPT,
		    wire_fields("{'uids': <%@au>, 'spare': <%b>}",
			uid_array(first + i, MIN(uids->len - i, KEPT_A_MESSAGE)), spare),
		    -1);
}

/* Both lists rise, so that one walk tells what the ledger lacks. */
static GArray *
wanted_of(struct desk *desk, const struct link *link, const struct listed *list, gsize n)
{
	GArray *wanted = g_array_new(FALSE, FALSE, sizeof(guint32));
	struct query *q;
	gsize i = 0;

	if (n == 0)
		return wanted;
	q = store_query(
	    desk->store, SQL_LEDGER_RANGE, "iii", link->mailbox, link->uidvalidity, (gint64)list[0].uid);
	while (query_next(q)) {
		gint64 uid = query_int(q, 0);

		for (; i < n && list[i].uid < uid; i++)
			g_array_append_val(wanted, list[i].uid);
		if (i < n && list[i].uid == uid)
			i++;
	}
	for (; i < n; i++)
		g_array_append_val(wanted, list[i].uid);
	return wanted;
}

static gboolean
is_listed(const struct listed *list, gsize n, guint32 uid)
{
	gsize low = 0;

	while (low < n) {
		gsize mid = low + (n - low) / 2;

		if (list[mid].uid == uid)
			return TRUE;
		if (list[mid].uid < uid)
			low = mid + 1;
		else
			n = mid;
	}
	return FALSE;
}

/* Kept but not settled, from an earlier session: what is still there is to be settled, what is gone counts as
 * settled. */
static void
settle_leftovers(struct desk *desk, struct link *link, const struct listed *list, gsize n)
{
	g_autoptr(GArray) gone = g_array_new(FALSE, FALSE, sizeof(guint32));
	g_autoptr(GArray) whole = g_array_new(FALSE, FALSE, sizeof(guint32));
	g_autoptr(GArray) cut = g_array_new(FALSE, FALSE, sizeof(guint32));
	struct query *q =
	    store_query(desk->store, SQL_LEDGER_UNSETTLED, "ii", link->mailbox, link->uidvalidity);

	while (query_next(q)) {
		guint32 uid = (guint32)query_int(q, 0);

		g_array_append_val(!is_listed(list, n, uid) ? gone : query_int(q, 1) != 0 ? cut : whole, uid);
	}
	for (guint i = 0; i < gone->len; i++)
		store_run(desk->store, SQL_LEDGER_SETTLED, "iii", link->mailbox, link->uidvalidity,
		    (gint64)g_array_index(gone, guint32, i));
	say_kept(desk, link, whole, FALSE);
	say_kept(desk, link, cut, TRUE);
}

/* One timer, however many mailboxes found no room: each look makes every one of them ask again. */
static guint room_timer;

static gboolean
look_again(gpointer data)
{
	room_timer = 0;
	intake_look(data);
	return G_SOURCE_REMOVE;
}

/* Is there room for the largest mail one and a half times (it is stored once and logged once), and some to
 * spare? */
static gboolean
has_room(struct desk *desk)
{
	gint64 need = desk->conf->largest_mail * 3 / 2 + ROOM_LEAST;
	gint64 room = store_room(desk->store);

	if (room >= need) {
		ballast_keep(store_path(desk->store), room);
		health_room(desk, TRUE, room, need);
		return TRUE;
	}
	health_room(desk, FALSE, room, need);
	if (room_timer == 0)
		room_timer = g_timeout_add(ROOM_RETRY, look_again, desk);
	return FALSE;
}

static gboolean
rising(const struct listed *list, gsize n)
{
	for (gsize i = 1; i < n; i++)
		if (list[i].uid <= list[i - 1].uid)
			return FALSE;
	return TRUE;
}

void
intake_listing(struct desk *desk, struct link *link, const struct ipc_message *m)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GBytes) bytes = fd_map(m->fd, LISTING_MAX, &error);
	gsize n = wire_u64(m, "count");
	const struct listed *list = bytes != NULL ? g_bytes_get_data(bytes, NULL) : NULL;
	g_autoptr(GArray) wanted = NULL;
	FD_AUTO fd = -1;

	if (bytes == NULL || g_bytes_get_size(bytes) != n * sizeof *list || !rising(list, n) ||
	    (gint64)wire_u64(m, "uidvalidity") != link->uidvalidity || link->mailbox == 0) {
		link_break(desk, link, error != NULL ? error->message : "its listing is not of its shape");
		return;
	}
	link->quiet = FALSE;
	turn_piece(desk);
	if (wire_bool(m, "full"))
		settle_leftovers(desk, link, list, n);
	wanted = has_room(desk) ? wanted_of(desk, link, list, n) : g_array_new(FALSE, FALSE, sizeof(guint32));
	fd = fd_from_bytes(wanted->data, wanted->len * sizeof(guint32), &error);
	if (fd < 0)
		store_piece_fail(desk->store, "%s", error->message);
	turn_send(desk, link, WIRE_FETCH_WANT,
	    wire_fields("{'count': <%u>, 'largest': <%t>}", wanted->len, (guint64)desk->conf->largest_mail),
	    fd);
	g_clear_error(&error);
	if (!turn_piece_end(desk, &error))
		link_break(desk, link, error->message);
}

/* The arrays of a FETCH_MAILS, all of one length that fits the memory file. */
struct batch_fields {
	const guint32 *uids;
	const guint64 *sizes;
	const guint64 *lengths;
	const gint64 *dates;
	const guint8 *cut;
	gsize n;
	GVariant *owned[5];
};

static const void *
fixed(const struct ipc_message *m, const char *name, gsize size, gsize *n, GVariant **owned)
{
	*owned = wire_value(m, name);
	return g_variant_get_fixed_array(*owned, n, size);
}

static gboolean
read_fields(const struct ipc_message *m, gsize available, struct batch_fields *f)
{
	gsize n[5];
	gsize sum = 0;

	f->uids = fixed(m, "uids", sizeof *f->uids, &n[0], &f->owned[0]);
	f->sizes = fixed(m, "sizes", sizeof *f->sizes, &n[1], &f->owned[1]);
	f->lengths = fixed(m, "lengths", sizeof *f->lengths, &n[2], &f->owned[2]);
	f->cut = fixed(m, "cut", sizeof *f->cut, &n[3], &f->owned[3]);
	f->dates = fixed(m, "dates", sizeof *f->dates, &n[4], &f->owned[4]);
	f->n = n[0];
	for (int i = 1; i < 5; i++)
		if (n[i] != n[0])
			return FALSE;
	for (gsize i = 0; i < f->n; i++) {
		if (f->lengths[i] > available - sum || f->uids[i] == 0)
			return FALSE;
		sum += f->lengths[i];
	}
	return sum == available;
}

static void
free_fields(struct batch_fields *f)
{
	for (int i = 0; i < 5; i++)
		if (f->owned[i] != NULL)
			g_variant_unref(f->owned[i]);
}

static void
keep_batch(struct desk *desk, struct link *link, const struct batch_fields *f, GBytes *bytes, int fd)
{
	g_autoptr(GArray) whole = g_array_new(FALSE, FALSE, sizeof(guint32));
	g_autoptr(GArray) cut = g_array_new(FALSE, FALSE, sizeof(guint32));
	struct batch *batch = batch_new(fd);
	const char *data = g_bytes_get_data(bytes, NULL);
	gint64 now = clock_now();
	gsize at = 0;

	for (gsize i = 0; i < f->n; i++) {
		g_array_append_val(f->cut[i] != 0 ? cut : whole, f->uids[i]);
		struct new_mail mail = {link->mailbox, "imap", link->uidvalidity, f->uids[i],
		    (gint64)f->sizes[i], f->cut[i] != 0, f->dates[i], data + at, f->lengths[i]};
		gint64 id = mails_keep(desk->store, &mail, now);

		if (id > 0)
			reader_add_after(desk, id, batch, at, f->lengths[i], mail.cut);
		at += f->lengths[i];
	}
	batch_unref(batch);
	say_kept(desk, link, whole, FALSE);
	say_kept(desk, link, cut, TRUE);
}

void
intake_mails(struct desk *desk, struct link *link, const struct ipc_message *m)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GBytes) bytes = fd_map(m->fd, BATCH_MAX, &error);
	struct batch_fields f = {0};
	gboolean ok = bytes != NULL && link->mailbox != 0 && read_fields(m, g_bytes_get_size(bytes), &f);

	failpoint("desk-kept");
	if (ok) {
		turn_piece(desk);
		keep_batch(desk, link, &f, bytes, m->fd);
		ok = turn_piece_end(desk, &error);
	}
	free_fields(&f);
	if (!ok)
		link_break(
		    desk, link, error != NULL ? error->message : "a batch of mails is not of its shape");
}

void
intake_settled(struct desk *desk, struct link *link, const struct ipc_message *m)
{
	gsize n;
	g_autoptr(GVariant) value = wire_value(m, "uids");
	const guint32 *uids = g_variant_get_fixed_array(value, &n, sizeof *uids);
	g_autoptr(GError) error = NULL;

	turn_piece(desk);
	for (gsize i = 0; i < n; i++)
		store_run(desk->store, SQL_LEDGER_SETTLED, "iii", link->mailbox, link->uidvalidity,
		    (gint64)uids[i]);
	if (!turn_piece_end(desk, &error))
		link_break(desk, link, error->message);
}

void
intake_quiet(struct desk *desk, struct link *link, const struct ipc_message *m)
{
	(void)m;
	link->quiet = TRUE;
	desk_maybe_idle(desk);
}

void
intake_down(struct desk *desk, struct link *link)
{
	(void)desk;
	(void)link;
}

gboolean
intake_quiet_all(struct desk *desk)
{
	for (guint i = 0; i < desk->conf->mailboxes->len; i++) {
		const struct conf_mailbox *box = desk->conf->mailboxes->pdata[i];
		struct link *link;

		if (box->imap == NULL || health_is_sick(desk, "fetch", box->name))
			continue;
		link = link_find(desk, "fetch", box->name);
		if (link == NULL || !link->quiet)
			return FALSE;
	}
	return TRUE;
}

gint64
intake_inject(struct desk *desk, const char *mailbox, int fd, GError **error)
{
	g_autoptr(GBytes) bytes = fd_map(fd, PIPE_MOST, error);
	struct new_mail mail = {.source = "pipe"};
	struct batch *batch;
	gint64 validity;
	gint64 id;

	if (bytes == NULL)
		return 0;
	if (!has_room(desk)) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "the disk of %s has no room for a mail",
		    store_path(desk->store));
		return 0;
	}
	mail.mailbox = mails_mailbox(desk->store, mailbox, &validity);
	mail.bytes = g_bytes_get_data(bytes, &mail.length);
	mail.size = (gint64)mail.length;
	mail.cut = mail.size > desk->conf->largest_mail;
	mail.arrived = clock_now();
	id = mails_keep(desk->store, &mail, clock_now());
	if (id == 0) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED,
		    "the store %s did not take the mail; the desk's log says why", store_path(desk->store));
		return 0;
	}
	batch = batch_new(fd);
	reader_add_after(desk, id, batch, 0, mail.length, mail.cut);
	batch_unref(batch);
	return id;
}

void
intake_look(struct desk *desk)
{
	for (guint i = 0; i < desk->links->len; i++) {
		struct link *link = desk->links->pdata[i];

		if (link->role == WIRE_FETCH)
			link_send(desk, link, WIRE_FETCH_LOOK, wire_fields("@a{sv} {}"), -1);
	}
	for (guint i = 0; i < desk->conf->mailboxes->len; i++) {
		const struct conf_mailbox *box = desk->conf->mailboxes->pdata[i];

		if (box->imap != NULL)
			link_wake(desk, "fetch", box->name);
	}
}
