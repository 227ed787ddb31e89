/*
 * What is committed before and after each step decides what a crash leaves: "sending" before the relay is
 * spoken to, "data" between its 354 and the first byte, the result after its reply. Only "data" can be
 * uncertain.
 */
#include "config.h"

#include "desk/outbox.h"

#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "desk/delivery.h"
#include "desk/health.h"
#include "desk/reader.h"
#include "desk/turn.h"
#include "store/mails.h"

#include <string.h>

enum { MAIL_MAX = 256 * 1024 * 1024, TIMER_MOST = 10 * 60 * 1000 };

struct outbox {
	guint timer;
	gboolean kicked;
};

struct row {
	gint64 id;
	char *relay;
	char *state;
	char *sender;
	gint64 raw_mail;
	GBytes *head;
	GBytes *digest; /* NULL: never composed */
};

static void pump(struct desk *desk);

static gboolean
load(struct desk *desk, gint64 id, struct row *r)
{
	struct query *q = store_query(desk->store, SQL_OUTBOX_GET, "i", id);

	memset(r, 0, sizeof *r);
	while (query_next(q)) {
		r->id = id;
		r->relay = g_strdup(query_text(q, 4));
		r->state = g_strdup(query_text(q, 5));
		r->sender = g_strdup(query_text(q, 6));
		r->head = query_bytes(q, 8);
		r->raw_mail = query_int(q, 9);
		r->digest = query_is_null(q, 10) ? NULL : query_bytes(q, 10);
	}
	return r->id != 0;
}

static void
row_clear(struct row *r)
{
	g_free(r->relay);
	g_free(r->state);
	g_free(r->sender);
	g_clear_pointer(&r->head, g_bytes_unref);
	g_clear_pointer(&r->digest, g_bytes_unref);
}
#define ROW_AUTO __attribute__((cleanup(row_clear))) struct row

static struct link *
link_of(struct desk *desk, gint64 id)
{
	for (guint i = 0; i < desk->links->len; i++) {
		struct link *l = desk->links->pdata[i];

		if (l->role == WIRE_SEND && l->sending == id)
			return l;
	}
	return NULL;
}

static void
release(struct desk *desk, gint64 id)
{
	struct link *l = link_of(desk, id);

	if (l != NULL)
		l->sending = 0;
	outbox_kick_after(desk);
}

/* --- composed -> sending
 * ---------------------------------------------------------------------------------------- */

static GBytes *
digest_of(GBytes *bytes)
{
	guint8 digest[32];
	gsize n = sizeof digest;
	gsize length;
	const void *data = g_bytes_get_data(bytes, &length);
	GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);

	g_checksum_update(sum, data, (gssize)length);
	g_checksum_get_digest(sum, digest, &n);
	g_checksum_free(sum);
	return g_bytes_new(digest, sizeof digest);
}

/* Nothing was said to the relay and nothing will be. */
static void
cannot_compose(struct desk *desk, gint64 id, const char *why)
{
	g_autoptr(GError) error = NULL;

	log_error("outbox %" G_GINT64_FORMAT ": cannot be composed: %s", id, why);
	turn_piece(desk);
	delivery_impossible(desk, id, why);
	release(desk, id);
	if (!turn_piece_end(desk, &error))
		log_error("outbox %" G_GINT64_FORMAT ": %s", id, error->message);
}

static GVariant *
recipients_left(struct desk *desk, gint64 id)
{
	GVariantBuilder b;
	struct query *q = store_query(desk->store, SQL_RECIPIENT_LEFT, "i", id);

	g_variant_builder_init(&b, G_VARIANT_TYPE("as"));
	while (query_next(q))
		g_variant_builder_add(&b, "s", query_text(q, 0));
	return g_variant_builder_end(&b);
}

static void
composed(struct desk *desk, gint64 id, int fd, gboolean eight_bit, gboolean utf8, const char *why)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GBytes) bytes = fd >= 0 ? fd_map(fd, MAIL_MAX, &error) : NULL;
	g_autoptr(GBytes) digest = NULL;
	struct link *link = link_of(desk, id);
	ROW_AUTO row = {0};

	/* The sender went away meanwhile, and the row is as it was; or a new one took it up and has had the
	 * mail of an earlier composing. */
	if (link == NULL || link->given)
		return;
	if (desk->stopping || (load(desk, id, &row) && strcmp(row.state, "cancelled") == 0)) {
		link->sending = 0;
		return;
	}
	if (bytes == NULL || row.id == 0) {
		cannot_compose(desk, id,
		    why != NULL	    ? why
		    : error != NULL ? error->message
				    : "its row is gone");
		return;
	}
	digest = digest_of(bytes);
	if (row.digest != NULL && !g_bytes_equal(row.digest, digest)) {
		cannot_compose(desk, id,
		    "composing it again gave other bytes than the first time; it is not sent twice in two "
		    "forms");
		return;
	}
	link->given = TRUE;
	turn_piece(desk);
	store_run(desk->store, SQL_OUTBOX_SENDING, "ib", id, digest);
	turn_send(desk, link, WIRE_SEND_MAIL,
	    wire_fields("{'id': <%x>, 'sender': <%s>, 'recipients': <%@as>, 'utf8': <%b>, 'eight_bit': <%b>}",
		id, row.sender, recipients_left(desk, id), utf8, eight_bit),
	    fd);
	if (!turn_piece_end(desk, &error)) {
		log_error("outbox %" G_GINT64_FORMAT ": %s", id, error->message);
		link->sending = 0;
		link->given = FALSE;
	}
}

static void
begin(struct desk *desk, struct link *link, gint64 id)
{
	ROW_AUTO row;
	g_autoptr(GBytes) raw = NULL;

	if (!load(desk, id, &row))
		return;
	link->sending = id;
	link->given = FALSE;
	link->data = FALSE;
	if (row.raw_mail != 0)
		raw = mails_raw(desk->store, row.raw_mail);
	if (row.raw_mail != 0 && raw == NULL)
		cannot_compose(desk, id, "the mail whose parts go along is not in the store");
	else
		reader_compose(desk, id, row.head, raw, composed);
}

/* --- the relay's words
 * ------------------------------------------------------------------------------------------ */

void
outbox_data(struct desk *desk, struct link *link, const struct ipc_message *m)
{
	gint64 id = wire_i64(m, "id");
	g_autoptr(GError) error = NULL;

	if (link->sending != id || !link->given) {
		link_break(desk, link, "it speaks of a mail it was not given");
		return;
	}
	/* Without our word it sends nothing: the next desk begins this mail anew. */
	if (desk->stopping)
		return;
	turn_piece(desk);
	if (store_run(desk->store, SQL_OUTBOX_DATA, "i", id) == 0)
		store_piece_fail(desk->store, "outbox %" G_GINT64_FORMAT " is not being sent", id);
	turn_send(desk, link, WIRE_SEND_GO, wire_fields("{'id': <%x>}", id), -1);
	if (!turn_piece_end(desk, &error)) {
		link_break(desk, link, error->message);
		return;
	}
	link->data = TRUE;
}

void
outbox_result(struct desk *desk, struct link *link, const struct ipc_message *m)
{
	gint64 id = wire_i64(m, "id");
	g_autoptr(GVariant) results = wire_value(m, "results");
	g_autoptr(GError) error = NULL;

	if (link->sending != id) {
		link_break(desk, link, "it speaks of a mail it was not given");
		return;
	}
	turn_piece(desk);
	delivery_result(desk, id, wire_string(m, "step"), results);
	link->sending = 0;
	link->data = FALSE;
	outbox_kick_after(desk);
	if (!turn_piece_end(desk, &error))
		log_error(
		    "outbox %" G_GINT64_FORMAT ": its result cannot be written: %s", id, error->message);
	health_well(desk, link);
}

void
outbox_up(struct desk *desk, struct link *link)
{
	(void)link;
	pump(desk);
}

void
outbox_down(struct desk *desk, struct link *link)
{
	gint64 id = link->sending;
	g_autoptr(GError) error = NULL;

	link->sending = 0;
	if (id == 0 || desk->stopping)
		return;
	turn_piece(desk);
	delivery_lost(desk, id, "the connection to the relay was lost");
	if (!turn_piece_end(desk, &error))
		log_error("outbox %" G_GINT64_FORMAT ": %s", id, error->message);
}

/* --- when
 * ------------------------------------------------------------------------------------------------------- */

static gint64
next_due(struct desk *desk, const char *relay)
{
	struct query *q = store_query(desk->store, SQL_OUTBOX_DUE, "sii", relay, clock_now(), (gint64)1);
	gint64 id = 0;

	while (query_next(q))
		id = query_int(q, 0);
	return id;
}

static gboolean
on_timer(gpointer data)
{
	struct desk *desk = data;

	desk->outbox->timer = 0;
	pump(desk);
	return G_SOURCE_REMOVE;
}

/* What is due already waits for its relay, not for the clock. The long stop is for a clock that was set. */
static void
arm(struct desk *desk)
{
	gint64 now = clock_now();
	gint64 next = store_get_int(desk->store, G_MAXINT64, SQL_OUTBOX_NEXT, "i", now);

	if (desk->outbox->timer != 0)
		g_source_remove(desk->outbox->timer);
	desk->outbox->timer = g_timeout_add((guint)MIN(next - now, TIMER_MOST), on_timer, desk);
}

static void
pump(struct desk *desk)
{
	if (desk->stopping)
		return;
	for (guint i = 0; i < desk->links->len; i++) {
		struct link *l = desk->links->pdata[i];
		gint64 id;

		if (l->role == WIRE_SEND && l->sending == 0 && (id = next_due(desk, l->name)) != 0)
			begin(desk, l, id);
	}
	arm(desk);
	desk_maybe_idle(desk);
}

static void
kick(struct desk *desk, gpointer data)
{
	(void)data;
	desk->outbox->kicked = FALSE;
	pump(desk);
}

void
outbox_kick_after(struct desk *desk)
{
	if (desk->outbox->kicked)
		return;
	desk->outbox->kicked = TRUE;
	turn_after(desk, kick, NULL, NULL);
}

gboolean
outbox_in_data(struct desk *desk)
{
	for (guint i = 0; i < desk->links->len; i++) {
		const struct link *l = desk->links->pdata[i];

		if (l->role == WIRE_SEND && l->sending != 0 && l->data)
			return TRUE;
	}
	return FALSE;
}

gboolean
outbox_idle(struct desk *desk)
{
	for (guint i = 0; i < desk->conf->relays->len; i++) {
		const struct conf_relay *relay = desk->conf->relays->pdata[i];
		struct link *l = link_find(desk, "send", relay->name);

		if (l != NULL && l->sending != 0)
			return FALSE;
		if (!health_is_sick(desk, "send", relay->name) && next_due(desk, relay->name) != 0)
			return FALSE;
	}
	return TRUE;
}

gboolean
outbox_retry(struct desk *desk, gint64 id, const char *who)
{
	g_autofree char *why = g_strdup_printf("again by %s", who);
	ROW_AUTO row;

	if (!load(desk, id, &row) ||
	    store_run(desk->store, SQL_OUTBOX_RETRY, "iis", id, clock_now(), why) == 0)
		return FALSE;
	store_run(desk->store, SQL_RECIPIENT_REQUEUE, "i", id);
	link_wake(desk, "send", row.relay);
	outbox_kick_after(desk);
	return TRUE;
}

gboolean
outbox_cancel(struct desk *desk, gint64 id, const char *who)
{
	g_autofree char *why = g_strdup_printf("cancelled by %s", who);

	return store_run(desk->store, SQL_OUTBOX_CANCEL, "is", id, why) > 0;
}

void
outbox_init(struct desk *desk)
{
	desk->outbox = g_new0(struct outbox, 1);
}

void
outbox_resume(struct desk *desk)
{
	g_autoptr(GArray) stuck = g_array_new(FALSE, FALSE, sizeof(gint64));
	g_autofree char *copy = store_meta(desk->store, "copy");
	g_autoptr(GError) error = NULL;
	struct query *q;

	turn_piece(desk);
	if (copy != NULL) {
		int n = store_run(
		    desk->store, SQL_OUTBOX_FREEZE, "s", "restored from a backup: may have been sent since");

		store_set_meta(desk->store, "copy", NULL);
		log_warn("this store is a restored backup: %d outgoing mails are not sent unasked; see "
			 "triagectl outbox list, outbox retry",
		    n);
	}
	q = store_query(desk->store, SQL_OUTBOX_STUCK, "");
	while (query_next(q)) {
		gint64 id = query_int(q, 0);

		g_array_append_val(stuck, id);
	}
	for (guint i = 0; i < stuck->len; i++)
		delivery_lost(desk, g_array_index(stuck, gint64, i), "the desk ended while it was under way");
	if (!turn_piece_end(desk, &error))
		log_fatal("the outbox cannot be resumed: %s", error->message);
}
