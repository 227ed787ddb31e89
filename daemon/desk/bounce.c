/* A bounce never opens, reopens or answers a ticket: it changes what is known of an outgoing mail's
 * recipients. */
#include "config.h"

#include "desk/bounce.h"

#include "base/clock.h"
#include "base/log.h"
#include "desk/notice.h"
#include "desk/ticket.h"

#include <string.h>

enum { DIAGNOSTIC_MOST = 400 };

struct outbound {
	gint64 id;
	gint64 ticket;
	gboolean to_customer;
};

static gboolean
find_outbound(struct desk *desk, gint64 id, struct outbound *o)
{
	struct query *q = store_query(desk->store, SQL_OUTBOX_GET, "i", id);

	memset(o, 0, sizeof *o);
	while (query_next(q)) {
		o->id = id;
		o->ticket = query_int(q, 1);
		o->to_customer = strcmp(query_text(q, 3), "answer") == 0;
	}
	return o->id != 0;
}

/* "5.1.1" -> 5; 0 where there is none. */
static int
status_class(const char *status)
{
	return status[0] >= '2' && status[0] <= '5' ? status[0] - '0' : 0;
}

/* The row has one recipient, so that what the report says of the address (which a forward may have changed)
 * is about that one. */
static char *
apply_reports(struct desk *desk, const struct taking *t, const struct outbound *o, gboolean *failed)
{
	GVariant *list = mail_value(t->mail, MAIL_bounces);
	g_autofree char *ours = store_get_text(desk->store, SQL_RECIPIENT_FIRST, "i", o->id);
	g_autoptr(GString) said = g_string_new(NULL);
	g_autofree char *valid = NULL;

	*failed = FALSE;
	for (gsize i = 0; i < g_variant_n_children(list); i++) {
		g_autoptr(GVariant) one = g_variant_get_child_value(list, i);
		const char *recipient = "";
		const char *status = "";
		const char *action = "";
		const char *diagnostic = "";

		g_variant_lookup(one, "recipient", "&s", &recipient);
		g_variant_lookup(one, "status", "&s", &status);
		g_variant_lookup(one, "action", "&s", &action);
		g_variant_lookup(one, "diagnostic", "&s", &diagnostic);
		g_string_append_printf(said, "%s%s: %s %s %.*s", said->len > 0 ? "; " : "",
		    *recipient != '\0' ? recipient : ours, action, status, DIAGNOSTIC_MOST, diagnostic);
		if (strcmp(action, "failed") != 0 && (*action != '\0' || status_class(status) == 4))
			continue;
		*failed = TRUE;
	}
	/* The cut may have gone through a character. */
	valid = g_utf8_make_valid(said->str, -1);
	if (*failed && ours != NULL)
		store_run(desk->store, SQL_RECIPIENT_SET, "issisi", o->id, ours, "bounced", (gint64)0, valid,
		    clock_now());
	return g_steal_pointer(&valid);
}

static void
tell(struct desk *desk, const struct taking *t, gint64 ticket, gint64 message, const char *said)
{
	TICKET_AUTO row;
	g_autofree char *headline = g_strdup_printf("Your answer did not arrive: %s", said);
	g_autofree char *cause = g_strdup_printf("bounce mail %" G_GINT64_FORMAT, t->id);
	struct notice n = {.mailbox = t->mailbox,
	    .message = message,
	    .headline = headline,
	    .warning = "The customer does not have the last answer. Find another way to reach them, or "
		       "correct the address and answer again.",
	    .author_name = "",
	    .body = mail_string(t->mail, MAIL_body),
	    .cause = cause};

	ticket_load(desk, ticket, &row);
	n.ticket = &row;
	notice_team(desk, &n);
}

/* Only counted: anybody can write "your mail did not arrive". */
static void
unproven(struct desk *desk, const struct taking *t)
{
	store_run(desk->store, SQL_COUNT_UP, "s", "bounces without our return path");
	if (t->decision.ticket != 0)
		ticket_note_history(desk, t->decision.ticket, "triaged", "bounce not believed", "", "",
		    "it did not come to a return path of ours", t->id);
	take_done(desk, t, "bounce not believed", t->decision.ticket, 0);
	log_info("mail %" G_GINT64_FORMAT
		 " is a bounce that did not come to a return path of ours; only counted",
	    t->id);
}

void
bounce_take(struct desk *desk, const struct taking *t)
{
	struct outbound o;
	g_autofree char *said = NULL;
	gboolean failed;
	gint64 message;

	if (t->decision.outbox == 0 || !find_outbound(desk, t->decision.outbox, &o)) {
		unproven(desk, t);
		return;
	}
	said = apply_reports(desk, t, &o, &failed);
	if (o.ticket == 0) {
		log_error("a mail to our own people did not arrive: %s", said);
		take_done(desk, t, "bounce", 0, 0);
		return;
	}
	message = take_message(desk, t, o.ticket, "bounce", t->decision.why);
	ticket_note_history(desk, o.ticket, "triaged", failed ? "bounced" : "delayed", "",
	    o.to_customer ? "answer" : "notice", said, t->id);
	take_done(desk, t, "bounce", o.ticket, message);
	if (failed && o.to_customer)
		tell(desk, t, o.ticket, message, said);
}
