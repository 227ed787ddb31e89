/*
 * From a read mail to its ticket. Each way a mail can go is a function; the order in take_read is the order
 * in which they are asked.
 */
#include "config.h"

#include "desk/take.h"

#include "base/clock.h"
#include "base/log.h"
#include "desk/agent.h"
#include "desk/bounce.h"
#include "desk/notice.h"
#include "desk/people.h"
#include "desk/thanks.h"
#include "desk/ticket.h"

#include <string.h>

enum { NAMED_MOST = 20, AUTO_AN_HOUR = 6, AUTO_TICKETS_AN_HOUR = 30, LOOP_AN_HOUR = 4, SUBJECT_MOST = 400 };

/* --- the mail and its sender
 * ----------------------------------------------------------------------------------- */

/* A digest of what people wrote, without what servers add on the way: two copies of one mail are equal in it.
 */
static gint64
fingerprint(const struct mail *mail)
{
	GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
	GVariant *parts = mail_value(mail, MAIL_attachments);
	const char *const texts[] = {mail_string(mail, MAIL_message_id), mail_string(mail, MAIL_from_one),
	    mail_string(mail, MAIL_subject), mail_string(mail, MAIL_body), mail_string(mail, MAIL_html)};
	gint64 date = mail_number(mail, MAIL_date);
	guint8 digest[32];
	gsize n = sizeof digest;
	gint64 value;

	for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
		g_checksum_update(sum, (const guchar *)texts[i], (gssize)strlen(texts[i]) + 1);
	g_checksum_update(sum, (const guchar *)&date, sizeof date);
	for (gsize i = 0; i < g_variant_n_children(parts); i++) {
		g_autoptr(GVariant) a = g_variant_get_child_value(parts, i);
		const char *sha = "";

		g_variant_lookup(a, "sha256", "&s", &sha);
		g_checksum_update(sum, (const guchar *)sha, -1);
	}
	g_checksum_get_digest(sum, digest, &n);
	g_checksum_free(sum);
	memcpy(&value, digest, sizeof value);
	return value;
}

/* Identity only without doubt; for showing and answering, the first address in From will do. */
static void
find_sender(struct desk *desk, struct taking *t)
{
	GVariant *from = mail_value(t->mail, MAIL_from);

	t->address = mail_string(t->mail, MAIL_from_one);
	t->name = "";
	if (g_variant_n_children(from) > 0) {
		const char *shown;

		g_variant_get_child(from, 0, "(&s&s)", &t->name, &shown);
		if (*t->address == '\0') {
			t->address = shown;
			return;
		}
	}
	t->person = people_get(desk, t->address, t->name);
}

/* FALSE: the store has no such mail. */
static gboolean
load_row(struct desk *desk, struct taking *t)
{
	struct query *q = store_query(desk->store, SQL_MAIL_GET, "i", t->id);

	while (query_next(q)) {
		t->mailbox = conf_mailbox_find(desk->conf, query_text(q, 1));
		t->cut = query_int(q, 6) != 0;
		t->held_ticket = query_int(q, 10);
		if (t->mailbox != NULL)
			continue;
		t->mailbox = desk->conf->mailboxes->pdata[0];
		log_warn(
		    "mail %" G_GINT64_FORMAT
		    " came to mailbox %s, which is not in the configuration any more; treated as one of %s",
		    t->id, query_text(q, 1), t->mailbox->name);
	}
	return t->mailbox != NULL;
}

/* --- rows
 * ------------------------------------------------------------------------------------------------------ */

static void
add_parts(struct desk *desk, const struct mail *mail, gint64 message)
{
	GVariant *parts = mail_value(mail, MAIL_attachments);

	for (gsize i = 0; i < g_variant_n_children(parts); i++) {
		g_autoptr(GVariant) a = g_variant_get_child_value(parts, i);
		const char *name = "";
		const char *type = "";
		const char *sha = "";
		guint64 size = 0;
		guint32 part = 0;
		gboolean is_inline = FALSE;

		g_variant_lookup(a, "name", "&s", &name);
		g_variant_lookup(a, "type", "&s", &type);
		g_variant_lookup(a, "sha256", "&s", &sha);
		g_variant_lookup(a, "size", "t", &size);
		g_variant_lookup(a, "part", "u", &part);
		g_variant_lookup(a, "inline", "b", &is_inline);
		store_run(desk->store, SQL_PART_ADD, "iiissisi", message, (gint64)i, (gint64)part, name, type,
		    (gint64)size, sha, (gint64)is_inline);
	}
}

gint64
take_message(struct desk *desk, const struct taking *t, gint64 ticket, const char *kind, const char *why)
{
	const struct mail *m = t->mail;
	gint64 id = store_insert(desk->store, SQL_MESSAGE_ADD, "iksksiisissss", ticket, t->id, kind,
	    t->person, t->name, clock_now(), mail_number(m, MAIL_date), mail_string(m, MAIL_message_id),
	    t->fingerprint, mail_string(m, MAIL_subject), mail_string(m, MAIL_text),
	    mail_string(m, MAIL_quoted), mail_string(m, MAIL_signature));

	desk_index(desk);
	add_parts(desk, m, id);
	thread_remember(desk, m, ticket, id);
	ticket_note_history(
	    desk, ticket, *t->address != '\0' ? t->address : "unknown", "message", "", kind, why, t->id);
	return id;
}

void
take_done(struct desk *desk, const struct taking *t, const char *outcome, gint64 ticket, gint64 message)
{
	store_run(desk->store, SQL_MAIL_END, "isskk", t->id, "done", outcome, ticket, message);
}

/* Who is named in To and Cc of a customer's mail may write into the ticket; nothing is sent to them (T7). */
static void
add_named(struct desk *desk, const struct taking *t, gint64 ticket)
{
	static const enum mail_field lists[] = {MAIL_to, MAIL_cc};

	for (gsize k = 0; k < G_N_ELEMENTS(lists); k++) {
		GVariantIter i;
		const char *name;
		const char *address;

		g_variant_iter_init(&i, mail_value(t->mail, lists[k]));
		while (g_variant_iter_next(&i, "(&s&s)", &name, &address)) {
			gint64 person;
			struct token token;

			if (conf_mailbox_by_address(desk->conf, address) != NULL ||
			    conf_person_find(desk->conf, address) != NULL ||
			    token_in_address(desk->tokens, address, 0, &token) ||
			    store_get_int(desk->store, 0, SQL_PARTICIPANT_COUNT, "i", ticket) >= NAMED_MOST)
				continue;
			person = people_get(desk, address, name);
			if (person != 0)
				store_run(desk->store, SQL_PARTICIPANT_ADD, "iis", ticket, person, "named");
		}
	}
}

/* A customer who asks for answers elsewhere (RFC 5322 section 3.6.2) gets them there. */
static void
add_reply_to(struct desk *desk, const struct taking *t, gint64 ticket)
{
	GVariant *list = mail_value(t->mail, MAIL_reply_to);
	const char *name;
	const char *address;
	gint64 person;

	if (g_variant_n_children(list) != 1)
		return;
	g_variant_get_child(list, 0, "(&s&s)", &name, &address);
	if (conf_mailbox_by_address(desk->conf, address) != NULL ||
	    conf_person_find(desk->conf, address) != NULL)
		return;
	person = people_get(desk, address, name);
	if (person != 0 && person != t->person)
		store_run(desk->store, SQL_PARTICIPANT_ADD, "iis", ticket, person, "reply-to");
}

/* --- the ways a mail can go
 * ------------------------------------------------------------------------------------ */

static void
tell_team(struct desk *desk, const struct taking *t, gint64 ticket, gint64 message, const char *what,
    const char *warning)
{
	TICKET_AUTO row;
	g_autofree char *who = notice_who(t->name, *t->address != '\0' ? t->address : "an unknown sender");
	g_autofree char *headline = g_strdup_printf("%s from %s", what, who);
	g_autofree char *cause = g_strdup_printf("mail %" G_GINT64_FORMAT, t->id);
	struct notice n = {.mailbox = t->mailbox,
	    .message = message,
	    .raw_mail = t->id,
	    .headline = headline,
	    .warning = warning,
	    .author_name = *t->name != '\0' ? t->name : t->address,
	    .body = mail_string(t->mail, MAIL_body),
	    .attachments = t->cut ? NULL : mail_value(t->mail, MAIL_attachments),
	    .from_html = mail_flag(t->mail, MAIL_from_html),
	    .cause = cause};

	ticket_load(desk, ticket, &row);
	n.ticket = &row;
	notice_team(desk, &n);
}

static gboolean
take_duplicate(struct desk *desk, const struct taking *t)
{
	const char *id = mail_string(t->mail, MAIL_message_id);
	struct query *q;
	gint64 ticket = 0;
	gint64 message = 0;

	if (*id == '\0')
		return FALSE;
	q = store_query(desk->store, SQL_MID_FIND, "i", store_hash(desk->store, id));
	while (query_next(q)) {
		if (query_is_null(q, 1) || query_int(q, 4) != t->fingerprint ||
		    strcmp(query_text(q, 2), id) != 0)
			continue;
		ticket = query_int(q, 0);
		message = query_int(q, 1);
	}
	if (ticket == 0)
		return FALSE;
	ticket_note_history(desk, ticket, *t->address != '\0' ? t->address : "unknown", "same mail again", "",
	    t->mailbox->name, "the same Message-ID, sender, date and content", t->id);
	take_done(desk, t, "duplicate", ticket, message);
	return TRUE;
}

/* A mail that we sent ourselves: a rule or a forward brought it back. One with our Message-ID and another
 * sender is somebody's, who has seen ours. */
static gboolean
take_own(struct desk *desk, const struct taking *t)
{
	struct token token;
	const char *id = mail_string(t->mail, MAIL_message_id);
	gint64 ticket;

	if (!token_in_message_id(desk->tokens, id, 0, &token) ||
	    conf_mailbox_by_address(desk->conf, t->address) == NULL)
		return FALSE;
	/* A mail to the postmaster has no ticket, and a restored store may not know it. */
	ticket = ticket_exists(desk, token.number) ? token.number : 0;
	if (ticket != 0)
		ticket_note_history(desk, ticket, "triaged", "own mail came back", "", t->mailbox->name,
		    "its Message-ID is one of ours", t->id);
	take_done(desk, t, "own", ticket, 0);
	return TRUE;
}

/* A mail that was held has its ticket already. */
static gint64
open_ticket(struct desk *desk, const struct taking *t, const char *why)
{
	const char *subject = mail_string(t->mail, MAIL_subject);
	g_autofree char *shorter =
	    g_utf8_substring(subject, 0, MIN(SUBJECT_MOST, g_utf8_strlen(subject, -1)));
	gint64 customer = t->person != 0 ? t->person : people_get(desk, t->address, t->name);

	if (t->held_ticket != 0)
		return t->held_ticket;
	return ticket_new(
	    desk, t->mailbox, *shorter != '\0' ? shorter : "(no subject)", customer, why, t->id);
}

static const char *
cut_warning(const struct taking *t)
{
	return t->cut ? "The mail is larger than the desk reads: these are its headers and the beginning of "
			"its text, and nothing is "
			"attached. The whole of it is still in the mailbox, or, where it came by a pipe, in "
			"the store (triagectl mail raw)."
		      : NULL;
}

/* Machines that write to one another make a ticket a turn: after some in an hour nobody is told of those of
 * this sender, so that nothing of ours answers. A desk's own mark makes it few (T10). */
static gboolean
is_storm(struct desk *desk, const struct taking *t, gint64 ticket)
{
	gboolean desk_wrote = *mail_string(t->mail, MAIL_loop) != '\0';

	if (!mail_flag(t->mail, MAIL_is_auto) ||
	    store_get_int(desk->store, 0, SQL_TICKETS_LATELY, "ii", t->person, clock_now() - CLOCK_HOUR) <=
		(desk_wrote ? LOOP_AN_HOUR : AUTO_TICKETS_AN_HOUR))
		return FALSE;
	ticket_note_history(desk, ticket, "triaged", "silent", "", "",
	    "too many tickets of automatic mails from this sender in an hour", t->id);
	return TRUE;
}

static void
take_new(struct desk *desk, const struct taking *t)
{
	const struct decision *d = &t->decision;
	gint64 ticket = open_ticket(desk, t, d->why);
	gboolean machine = mail_flag(t->mail, MAIL_is_auto);
	gint64 message = take_message(desk, t, ticket, machine ? "auto" : "customer", d->why);

	add_named(desk, t, ticket);
	add_reply_to(desk, t, ticket);
	if (d->perhaps != 0)
		ticket_link(desk, ticket, d->perhaps, "perhaps", d->perhaps_why, t->id);
	if (t->cut)
		ticket_note_history(desk, ticket, "triaged", "cut", "", "",
		    "larger than the desk takes: headers and the beginning of its text only", t->id);
	take_done(desk, t, "ticket", ticket, message);
	if (!is_storm(desk, t, ticket))
		tell_team(
		    desk, t, ticket, message, machine ? "New automatic mail" : "New mail", cut_warning(t));
}

/* A machine's words are kept and shown; they reopen nothing, answer nothing, and many of them tell nobody
 * (T10). */
static void
take_auto(struct desk *desk, const struct taking *t, struct ticket *ticket)
{
	gint64 message = take_message(desk, t, ticket->id, "auto", t->decision.why);
	gint64 lately =
	    store_get_int(desk->store, 0, SQL_AUTO_SINCE, "ii", ticket->id, clock_now() - CLOCK_HOUR);

	ticket_note_history(desk, ticket->id, "triaged", "automatic", "", "state unchanged",
	    mail_string(t->mail, MAIL_machine_why), t->id);
	take_done(desk, t, "automatic", ticket->id, message);
	if (conf_person_find(desk->conf, t->address) != NULL)
		return;
	if (lately <= AUTO_AN_HOUR)
		tell_team(desk, t, ticket->id, message, "Automatic reply", NULL);
	else
		ticket_note_history(desk, ticket->id, "triaged", "silent", "", "",
		    "more than six automatic mails in an hour", t->id);
}

static void
take_unverified(struct desk *desk, const struct taking *t, struct ticket *ticket)
{
	gint64 message = take_message(desk, t, ticket->id, "unverified", t->decision.why);

	take_done(desk, t, "unverified", ticket->id, message);
	tell_team(desk, t, ticket->id, message, "Unverified mail",
	    "This sender takes no part in the ticket but knew its reply address. It may be a colleague to "
	    "whom the mail was forwarded, or a "
	    "stranger. Nobody outside was told.");
}

/* A real answer opens; a thank you leaves closed what is closed. */
static void
after_answer(struct desk *desk, const struct taking *t, struct ticket *ticket)
{
	if (ticket_is_closed(ticket) && thanks_only(mail_string(t->mail, MAIL_text), t->name) &&
	    g_variant_n_children(mail_value(t->mail, MAIL_attachments)) == 0) {
		ticket_note_history(desk, ticket->id, "triaged", "state", "closed", "closed",
		    "stays closed: nothing but a thank you", t->id);
		return;
	}
	ticket_set_state(desk, ticket, "open", t->address,
	    ticket_is_closed(ticket) ? "reopened by an answer" : "answered by the customer", t->id);
}

static void
take_answer(struct desk *desk, const struct taking *t, struct ticket *ticket)
{
	gint64 message = take_message(desk, t, ticket->id, "customer", t->decision.why);

	if (ticket->customer != 0 && t->person == ticket->customer)
		add_named(desk, t, ticket->id);
	after_answer(desk, t, ticket);
	take_done(desk, t, "answer", ticket->id, message);
	tell_team(desk, t, ticket->id, message, "New mail", cut_warning(t));
}

/* Closed for longer than its reopen window: a new ticket that follows it. */
static gboolean
take_late(struct desk *desk, struct taking *t, const struct ticket *ticket)
{
	gint64 message;
	gint64 id;

	if (!ticket_is_closed(ticket) || clock_now() - ticket->closed <= desk->conf->reopen_within)
		return FALSE;
	id = open_ticket(desk, t, "answers a ticket that was closed too long ago to be reopened");
	message = take_message(desk, t, id, "customer", t->decision.why);
	ticket_link(desk, id, ticket->id, "follows", "answer after the reopen window", t->id);
	take_done(desk, t, "ticket", id, message);
	tell_team(desk, t, id, message, "New mail", cut_warning(t));
	return TRUE;
}

static void
take_into(struct desk *desk, struct taking *t)
{
	TICKET_AUTO ticket;

	ticket_load(desk, t->decision.ticket, &ticket);
	if (mail_flag(t->mail, MAIL_is_auto))
		take_auto(desk, t, &ticket);
	else if (agent_concerns(desk, t))
		agent_take(desk, t, &ticket);
	else if (!t->decision.may_write)
		take_unverified(desk, t, &ticket);
	else if (!take_late(desk, t, &ticket))
		take_answer(desk, t, &ticket);
}

/* --- held
 * ------------------------------------------------------------------------------------------------------ */

static void
take_held(struct desk *desk, const struct taking *t, const char *why)
{
	gint64 ticket = open_ticket(desk, t, "the mail could not be read");
	gint64 message = take_message(desk, t, ticket, "held", why);
	TICKET_AUTO row;
	g_autofree char *who = notice_who(t->name, *t->address != '\0' ? t->address : "an unknown sender");
	g_autofree char *headline = g_strdup_printf("A mail from %s could not be read: %s", who, why);
	g_autofree char *warning =
	    g_strdup_printf("It is kept as mail %" G_GINT64_FORMAT ". \"triagectl mail raw %" G_GINT64_FORMAT
			    "\" shows it, \"triagectl held release %" G_GINT64_FORMAT "\" tries again.",
		t->id, t->id, t->id);
	g_autofree char *cause = g_strdup_printf("held mail %" G_GINT64_FORMAT, t->id);
	struct notice n = {.mailbox = t->mailbox,
	    .message = message,
	    .headline = headline,
	    .warning = warning,
	    .author_name = *t->name != '\0' ? t->name : t->address,
	    .cause = cause};

	ticket_note_history(desk, ticket, "triaged", "held", "", "", why, t->id);
	store_run(desk->store, SQL_MAIL_END, "isskk", t->id, "held", why, ticket, message);
	ticket_load(desk, ticket, &row);
	n.ticket = &row;
	notice_team(desk, &n);
	log_warn("mail %" G_GINT64_FORMAT " in mailbox %s is held: %s; it is ticket #%" G_GINT64_FORMAT,
	    t->id, t->mailbox->name, why, ticket);
}

void
take_unread(struct desk *desk, gint64 mail, const char *why)
{
	struct mail_maker *maker = mail_maker_new();
	g_autoptr(GBytes) bytes = NULL;
	MAIL_AUTO *empty = NULL;
	struct taking t = {.id = mail, .address = "", .name = ""};

	bytes = mail_maker_end(maker);
	empty = mail_open(bytes, NULL);
	t.mail = empty;
	if (load_row(desk, &t))
		take_held(desk, &t, why);
}

/* --- the order of questions
 * ------------------------------------------------------------------------------------ */

void
take_read(struct desk *desk, gint64 id, GBytes *result)
{
	g_autoptr(GError) error = NULL;
	MAIL_AUTO *mail = mail_open(result, &error);
	struct taking t = {.id = id, .mail = mail};

	if (mail == NULL) {
		store_piece_fail(desk->store, "%s", error->message);
		return;
	}
	if (!load_row(desk, &t)) {
		store_piece_fail(desk->store, "mail %" G_GINT64_FORMAT " is not in the store", id);
		return;
	}
	t.fingerprint = fingerprint(mail);
	find_sender(desk, &t);
	if (*mail_string(mail, MAIL_held) != '\0') {
		take_held(desk, &t, mail_string(mail, MAIL_held));
		return;
	}
	if (take_duplicate(desk, &t) || take_own(desk, &t))
		return;
	thread_decide(desk, mail, t.person, &t.decision);
	if (mail_flag(mail, MAIL_is_bounce))
		bounce_take(desk, &t);
	else if (t.decision.ticket != 0)
		take_into(desk, &t);
	else
		take_new(desk, &t);
	thread_clear(&t.decision);
}
