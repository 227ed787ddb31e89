/* Reply codes into states (RFC 5321 section 4.2.1), the retry curve, and the mails that tell of failures. */
#include "config.h"

#include "desk/delivery.h"

#include "base/clock.h"
#include "base/log.h"
#include "desk/notice.h"
#include "desk/outbox.h"
#include "desk/ticket.h"

#include <string.h>

#define NEVER G_MAXINT64

/* A relay that hangs up in the middle of one mail so often is tried as one that says 4xx. */
enum { LOST_MOST = 3 };

struct facts {
	gint64 id, ticket, message, created;
	char *kind, *state;
	int tries, unknowns;
};

static gboolean
load(struct desk *desk, gint64 id, struct facts *f)
{
	struct query *q = store_query(desk->store, SQL_OUTBOX_GET, "i", id);

	memset(f, 0, sizeof *f);
	while (query_next(q)) {
		f->id = id;
		f->ticket = query_int(q, 1);
		f->message = query_int(q, 2);
		f->kind = g_strdup(query_text(q, 3));
		f->state = g_strdup(query_text(q, 5));
		f->created = query_int(q, 11);
		f->tries = (int)query_int(q, 13);
		f->unknowns = (int)query_int(q, 14);
	}
	return f->id != 0;
}

static void
facts_clear(struct facts *f)
{
	g_free(f->kind);
	g_free(f->state);
}
#define FACTS_AUTO __attribute__((cleanup(facts_clear))) struct facts

gint64
outbox_delay(int tries)
{
	gint64 delay = OUTBOX_RETRY_FIRST;

	for (int i = 1; i < tries && delay < OUTBOX_RETRY_LAST; i++)
		delay *= 2;
	return MIN(delay, OUTBOX_RETRY_LAST);
}

static gint64
with_jitter(gint64 delay)
{
	return delay - delay / 10 + g_random_int_range(0, (gint32)(delay / 5) + 1);
}

/* A full mailbox is a 5xx that deserves another try: enhanced status 5.2.2 (RFC 3463), or 552 where that does
 * not say that the mail is too large (5.3.4). */
static const char *
state_of(guint32 code, const char *text, gboolean data)
{
	if (code == 0)
		return data ? "unknown" : "queued";
	if (code < 300)
		return "sent";
	if (code < 500 || strncmp(text, "5.2.2", 5) == 0 || (code == 552 && strncmp(text, "5.3.4", 5) != 0))
		return "deferred";
	return "failed";
}

/* --- telling
 * ----------------------------------------------------------------------------------------------------- */

static void
history(struct desk *desk, const struct facts *f, const char *now, const char *why)
{
	if (f->ticket != 0)
		ticket_note_history(desk, f->ticket, "triaged", f->kind, f->state, now, why, 0);
}

/* The agent who wrote it, or the whole team where that is nobody we know. */
static void
tell(struct desk *desk, const struct facts *f, const char *why)
{
	TICKET_AUTO t;
	g_autofree char *author = store_get_text(desk->store, SQL_MESSAGE_AUTHOR, "i", f->message);
	const struct conf_person *person = author != NULL ? conf_person_find(desk->conf, author) : NULL;
	g_autofree char *headline = g_strdup_printf("Your answer could not be delivered: %s", why);
	g_autofree char *cause =
	    g_strdup_printf("failure of outbox %" G_GINT64_FORMAT " after try %d", f->id, f->tries);
	struct notice n = {.message = f->message,
	    .headline = headline,
	    .warning = "The customer does not have it. Answer again, or reach them in another way.",
	    .author_name = "",
	    .cause = cause};

	ticket_load(desk, f->ticket, &t);
	n.ticket = &t;
	n.mailbox = conf_mailbox_find(desk->conf, t.id != 0 ? t.mailbox : "");
	if (t.id == 0 || n.mailbox == NULL)
		return;
	if (person != NULL)
		notice_person(desk, &n, person);
	else
		notice_team(desk, &n);
}

/* --- the row
 * ----------------------------------------------------------------------------------------------------- */

static void
set_state(struct desk *desk, const struct facts *f, const char *state, const char *why, gint64 next)
{
	store_run(desk->store, SQL_OUTBOX_STATE, "issi", f->id, state, why, next);
	if (strcmp(f->kind, "answer") == 0 || strcmp(state, "sent") != 0)
		history(desk, f, state, why);
}

static void
fail(struct desk *desk, const struct facts *f, const char *why)
{
	set_state(desk, f, "failed", why, NEVER);
	log_warn("outbox %" G_GINT64_FORMAT " (%s, ticket #%" G_GINT64_FORMAT ") failed: %s", f->id, f->kind,
	    f->ticket, why);
	if (strcmp(f->kind, "answer") == 0)
		tell(desk, f, why);
}

/* What people wait for goes once more, the same bytes (I14); then, and all else, it stays as it is until
 * somebody looks. */
static void
uncertain(struct desk *desk, const struct facts *f, const char *why)
{
	gboolean again = f->unknowns == 0 && strcmp(f->kind, "operator") != 0;

	store_run(desk->store, SQL_OUTBOX_UNKNOWN, "issi", f->id, "unknown", why,
	    again ? clock_now() + OUTBOX_UNKNOWN_AGAIN : NEVER);
	history(desk, f, "unknown", why);
	log_warn("outbox %" G_GINT64_FORMAT ": %s after its data was sent: it may have been delivered%s",
	    f->id, why,
	    again ? "; it is sent once more with the same Message-ID" : "; not sent again unasked");
}

/* Surely not sent, and no decision of anybody: no history. */
static void
queue_again(struct desk *desk, const struct facts *f, const char *why)
{
	store_run(
	    desk->store, SQL_OUTBOX_STATE, "issi", f->id, "queued", why, clock_now() + OUTBOX_LOST_AGAIN);
}

static void
defer(struct desk *desk, const struct facts *f, const char *why)
{
	gint64 now = clock_now();

	if (now - f->created > OUTBOX_GIVE_UP) {
		g_autofree char *text = g_strdup_printf("given up after 5 days: %s", why);

		fail(desk, f, text);
		return;
	}
	set_state(desk, f, "deferred", why, now + with_jitter(outbox_delay(f->tries)));
}

/* The worst of what its recipients got, where something is still to be done first. */
static void
settle_row(struct desk *desk, const struct facts *f)
{
	struct query *q = store_query(desk->store, SQL_RECIPIENT_STATES, "i", f->id);
	g_autofree char *why = g_strdup("");
	gboolean unknown = FALSE;
	gboolean deferred = FALSE;
	gboolean lost = FALSE;
	gboolean failed = FALSE;

	while (query_next(q)) {
		const char *state = query_text(q, 0);

		unknown |= strcmp(state, "unknown") == 0;
		deferred |= strcmp(state, "deferred") == 0;
		lost |= strcmp(state, "queued") == 0;
		failed |= strcmp(state, "failed") == 0;
		if (strcmp(state, "sent") == 0 && *why != '\0')
			continue;
		g_free(why);
		why = query_int(q, 2) != 0 ? g_strdup_printf("%d %s", (int)query_int(q, 2), query_text(q, 3))
					   : g_strdup(query_text(q, 3));
	}
	if (unknown)
		uncertain(desk, f, why);
	else if (deferred || (lost && f->tries > LOST_MOST))
		defer(desk, f, why);
	else if (lost)
		queue_again(desk, f, why);
	else if (failed)
		fail(desk, f, why);
	else
		set_state(desk, f, "sent", why, NEVER);
}

void
delivery_result(struct desk *desk, gint64 outbox, const char *step, GVariant *results)
{
	FACTS_AUTO f;
	GVariantIter i;
	const char *recipient;
	const char *text;
	guint32 code;

	if (!load(desk, outbox, &f))
		return;
	g_variant_iter_init(&i, results);
	while (g_variant_iter_next(&i, "(&su&s)", &recipient, &code, &text))
		store_run(desk->store, SQL_RECIPIENT_SET, "issisi", outbox, recipient,
		    state_of(code, text, strcmp(step, "data") == 0), (gint64)code, text, clock_now());
	settle_row(desk, &f);
}

void
delivery_lost(struct desk *desk, gint64 outbox, const char *why)
{
	FACTS_AUTO f;

	if (!load(desk, outbox, &f))
		return;
	if (strcmp(f.state, "data") == 0)
		uncertain(desk, &f, why);
	else if (strcmp(f.state, "sending") == 0)
		queue_again(desk, &f, why);
}

void
delivery_impossible(struct desk *desk, gint64 outbox, const char *why)
{
	FACTS_AUTO f;

	if (load(desk, outbox, &f))
		fail(desk, &f, why);
}
