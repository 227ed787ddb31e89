/*
 * An agent acts only with all of: a token made for this agent and this ticket in the recipient address; the
 * border's word that the sender is who From says (auth=pass for the address, or aligned dmarc=pass); one From
 * mailbox; a team of the ticket's queue now; no machine. Anything less is kept, shown, and relayed to nobody.
 */
#include "config.h"

#include "desk/agent.h"

#include "base/clock.h"
#include "desk/notice.h"
#include "desk/outgoing.h"
#include "desk/people.h"

#include <string.h>

enum { REFERENCES_MOST = 12 };

gboolean
agent_concerns(struct desk *desk, const struct taking *t)
{
	const struct decision *d = &t->decision;

	if (d->has_token && d->token.class == TOKEN_AGENT)
		return TRUE;
	return *t->address != '\0' && !d->may_write && conf_person_find(desk->conf, t->address) != NULL;
}

/* --- may it act?
 * ----------------------------------------------------------------------------------------------- */

static gboolean
listed(GVariant *list, const char *wanted)
{
	GVariantIter i;
	const char *value;

	g_variant_iter_init(&i, list);
	while (g_variant_iter_next(&i, "&s", &value))
		if (g_ascii_strcasecmp(value, wanted) == 0)
			return TRUE;
	return FALSE;
}

/* What is missing, in words for the agent; NULL where nothing is. */
static const char *
missing(struct desk *desk, const struct taking *t, const struct ticket *ticket)
{
	const struct decision *d = &t->decision;
	const char *from = mail_string(t->mail, MAIL_from_one);
	const struct conf_person *person = conf_person_find(desk->conf, from);
	const struct conf_queue *queue = conf_queue_find(desk->conf, ticket->queue);

	if (!d->has_token || d->token.class != TOKEN_AGENT || (gint64)d->token.number != ticket->id)
		return "it was not sent to the reply address of your notice";
	if (*from == '\0')
		return "its From field does not name exactly one sender";
	if (t->person == 0 || (gint64)d->token.person != t->person)
		return "the reply address was made for somebody else than the sender";
	if (person == NULL)
		return "the sender is no agent of this desk";
	if (!listed(mail_value(t->mail, MAIL_auth_pass), from) &&
	    !listed(mail_value(t->mail, MAIL_dmarc_pass), strrchr(from, '@') + 1))
		return "our mail server did not confirm that the sender is who From says";
	if (queue == NULL || !conf_person_serves(person, queue))
		return "the sender is in no team of the ticket's queue";
	return NULL;
}

/* --- refused
 * --------------------------------------------------------------------------------------------------- */

/* The real agent: the one the reply address was made for, else the one whom From names. */
static const struct conf_person *
real_agent(struct desk *desk, const struct taking *t)
{
	g_autofree char *address = NULL;
	g_autofree char *name = NULL;

	if (t->decision.has_token && t->decision.token.class == TOKEN_AGENT) {
		people_show(desk, t->decision.token.person, &address, &name);
		return conf_person_find(desk->conf, address);
	}
	return conf_person_find(desk->conf, t->address);
}

static void
refuse(struct desk *desk, const struct taking *t, struct ticket *ticket, const char *why)
{
	const struct conf_person *agent = real_agent(desk, t);
	gint64 message = take_message(desk, t, ticket->id, "unverified", t->decision.why);
	g_autofree char *who = notice_who(t->name, t->address);
	g_autofree char *headline = g_strdup_printf("A mail in your name was not acted upon: %s.", why);
	g_autofree char *warning = g_strdup_printf(
	    "It came from %s and is kept in the ticket as an unverified note; the customer got nothing. If "
	    "you wrote it, answer this notice "
	    "from your own account through our mail server. If you did not, somebody else did.",
	    who);
	/* One an hour for a ticket and an agent, however many are forged. */
	g_autofree char *cause = g_strdup_printf("refusal %" G_GINT64_FORMAT, clock_now() / CLOCK_HOUR);
	struct notice n = {.ticket = ticket,
	    .mailbox = t->mailbox,
	    .message = message,
	    .headline = headline,
	    .warning = warning,
	    .author_name = "",
	    .body = mail_string(t->mail, MAIL_text),
	    .cause = cause};

	ticket_note_history(
	    desk, ticket->id, "triaged", "refused", "", agent != NULL ? agent->address : "", why, t->id);
	take_done(desk, t, "unverified", ticket->id, message);
	if (agent != NULL)
		notice_person(desk, &n, agent);
}

/* --- accepted
 * -------------------------------------------------------------------------------------------------- */

/* The words after the command, or NULL where there is no "close" alone on the first line that says anything.
 */
static const char *
after_close(const char *text)
{
	const char *end;
	g_autofree char *line = NULL;

	while (g_ascii_isspace(*text))
		text++;
	end = strchr(text, '\n');
	line = end != NULL ? g_strndup(text, (gsize)(end - text)) : g_strdup(text);
	g_strstrip(line);
	if (g_str_has_suffix(line, ".") || g_str_has_suffix(line, ":"))
		line[strlen(line) - 1] = '\0';
	if (g_ascii_strcasecmp(line, "close") != 0 && g_ascii_strcasecmp(line, "#close") != 0)
		return NULL;
	return end != NULL ? end + 1 : text + strlen(text);
}

static gboolean
blank(const char *text)
{
	return strspn(text, " \t\r\n") == strlen(text);
}

/* Ids the customer has seen, oldest first; `last` is what is answered. */
static char **
references_for(struct desk *desk, gint64 ticket, char **last)
{
	g_autoptr(GPtrArray) ids = g_ptr_array_new();
	struct query *q = store_query(desk->store, SQL_MESSAGE_PUBLIC, "i", ticket);

	*last = NULL;
	while (query_next(q)) {
		gboolean customer = strcmp(query_text(q, 0), "customer") == 0;
		const char *id = customer ? query_text(q, 1) : query_text(q, 2);

		if (*id == '\0')
			continue;
		if (customer && *last == NULL)
			*last = g_strdup(id);
		g_ptr_array_insert(ids, 0, g_strdup(id));
	}
	if (*last == NULL)
		*last = g_strdup("");
	g_ptr_array_add(ids, NULL);
	return (char **)g_ptr_array_free(g_steal_pointer(&ids), FALSE);
}

/* The attachments that may go outside. A notice that is attached stays here: its reply address was made for
 * the agent. */
static GArray *
parts_to_send(const struct taking *t)
{
	GVariant *list = mail_value(t->mail, MAIL_attachments);
	GArray *parts = g_array_new(FALSE, FALSE, sizeof(guint32));

	for (gsize i = 0; i < g_variant_n_children(list); i++) {
		g_autoptr(GVariant) a = g_variant_get_child_value(list, i);
		guint32 part = 0;
		gboolean ours = FALSE;

		g_variant_lookup(a, "part", "u", &part);
		g_variant_lookup(a, "ours", "b", &ours);
		if (!ours)
			g_array_append_val(parts, part);
	}
	return parts;
}

static char *
clean_words(struct desk *desk, const struct taking *t, const char *words)
{
	const char *signature = mail_string(t->mail, MAIL_signature);
	g_autofree char *all =
	    *signature != '\0' ? g_strdup_printf("%s\n\n%s", words, signature) : g_strdup(words);
	g_autofree char *scrubbed = token_scrub(desk->tokens, all);

	return g_strdup(g_strstrip(scrubbed));
}

/* Who gets the answer: where the customer asked for it, else the customer. */
static gint64
answer_to(struct desk *desk, gint64 ticket, char **address, char **name)
{
	struct query *q = store_query(desk->store, SQL_PARTICIPANT_ANSWER, "i", ticket);
	gint64 person = 0;

	*address = NULL;
	*name = NULL;
	if (query_next(q)) {
		person = query_int(q, 0);
		*address = g_strdup(query_text(q, 1));
		*name = g_strdup(query_text(q, 2));
		query_end(q);
	}
	return person;
}

static gint64
send_answer(struct desk *desk, const struct taking *t, const struct ticket *ticket,
    const struct conf_person *agent, gint64 message, const char *words, GArray *parts)
{
	const struct conf_mailbox *box = conf_mailbox_find(desk->conf, ticket->mailbox);
	g_autofree char *address = NULL;
	g_autofree char *name = NULL;
	g_autofree char *last = NULL;
	g_autofree char *mid = NULL;
	g_auto(GStrv) references = references_for(desk, ticket->id, &last);
	g_autofree char *plain = notice_plain_subject(ticket->subject);
	g_autofree char *subject = g_strdup_printf("Re: [#%" G_GINT64_FORMAT "] %s", ticket->id, plain);
	g_autofree char *text = clean_words(desk, t, words);
	struct outgoing out = {
	    .kind = "answer", .ticket = ticket->id, .message = message, .reply_token = TRUE};
	gint64 id;

	out.mailbox = box != NULL ? box : t->mailbox;
	out.person = answer_to(desk, ticket->id, &address, &name);
	if (out.person == 0)
		return 0;
	g_autofree char *from =
	    g_strdup_printf("%s, %s", agent->name != NULL ? agent->name : t->name, out.mailbox->display);
	out.address = address;
	out.name = name;
	out.from_name = from;
	out.reply_class = TOKEN_CUSTOMER;
	out.mid_class = TOKEN_MESSAGE;
	out.subject = subject;
	out.in_reply_to = last;
	out.references = (const char *const *)references;
	out.auto_submitted = "";
	out.text = text;
	out.raw_mail = parts->len > 0 ? t->id : 0;
	out.parts = parts;
	id = outgoing_add(desk, &out, &mid);
	if (id != 0) {
		store_run(desk->store, SQL_MESSAGE_SENT_MID, "is", message, mid);
		ticket_note_history(desk, ticket->id, t->address, "answer", "", address,
		    "authenticated: token and our mail server's word", t->id);
	}
	return id;
}

static void
tell_others(struct desk *desk, const struct taking *t, const struct ticket *ticket, gint64 message,
    const char *what, const char *words)
{
	g_autofree char *who = notice_who(t->name, t->address);
	g_autofree char *headline = g_strdup_printf("%s %s", who, what);
	g_autofree char *cause = g_strdup_printf("agent's mail %" G_GINT64_FORMAT, t->id);
	struct notice n = {.ticket = ticket,
	    .mailbox = t->mailbox,
	    .message = message,
	    .raw_mail = t->id,
	    .headline = headline,
	    .author_name = t->name,
	    .body = words,
	    .attachments = mail_value(t->mail, MAIL_attachments),
	    .except = t->person,
	    .cause = cause};

	notice_team(desk, &n);
}

void
agent_close(struct desk *desk, struct ticket *ticket, const char *who, const char *why, gint64 mail)
{
	ticket_set_state(desk, ticket, "closed", who, why, mail);
}

/* Tells the agent, and only her, what did not go out. */
static void
tell_author(struct desk *desk, const struct taking *t, struct ticket *ticket, const struct conf_person *agent,
    gint64 message, const char *headline, const char *why)
{
	g_autofree char *cause = g_strdup_printf("not sent of mail %" G_GINT64_FORMAT, t->id);
	struct notice n = {.ticket = ticket,
	    .mailbox = t->mailbox,
	    .message = message,
	    .headline = headline,
	    .warning = why,
	    .author_name = "",
	    .body = mail_string(t->mail, MAIL_text),
	    .cause = cause};

	ticket_note_history(desk, ticket->id, "triaged", "not sent", "", "", why, t->id);
	notice_person(desk, &n, agent);
}

/* Why these words must not go to a customer; NULL where they may. */
static const char *
unsendable(const struct taking *t, const char *words, gboolean nothing)
{
	if (strstr(words, NOTICE_MARK) != NULL ||
	    strstr(mail_string(t->mail, MAIL_signature), NOTICE_MARK) != NULL)
		return "The text of our notice stands among your words and cannot be told from them. Write "
		       "above its first line, or leave it out.";
	return nothing ? "It has no words of your own: all of it is quoted." : NULL;
}

static gboolean
send_or_tell(struct desk *desk, const struct taking *t, struct ticket *ticket,
    const struct conf_person *agent, gint64 message, const char *words, GArray *parts)
{
	gboolean sent = send_answer(desk, t, ticket, agent, message, words, parts) != 0;

	if (!sent)
		tell_author(desk, t, ticket, agent, message, "Your answer could not be sent.",
		    "The ticket has no customer with a usable address, or its mailbox has no relay.");
	else if (parts->len < g_variant_n_children(mail_value(t->mail, MAIL_attachments)))
		tell_author(desk, t, ticket, agent, message,
		    "Your answer was sent, but not everything that was attached.",
		    "An attachment holds a mail of this desk with an address that was made for you alone; it "
		    "was left out.");
	return sent;
}

static void
act(struct desk *desk, const struct taking *t, struct ticket *ticket)
{
	const struct conf_person *agent = conf_person_find(desk->conf, t->address);
	const char *text = mail_string(t->mail, MAIL_text);
	const char *rest = after_close(text);
	const char *words = rest != NULL ? rest : text;
	g_autoptr(GArray) parts = parts_to_send(t);
	gboolean nothing = blank(words) && parts->len == 0;
	gboolean silent = nothing && rest != NULL;
	const char *why = silent ? NULL : unsendable(t, words, nothing);
	gint64 message =
	    take_message(desk, t, ticket->id, nothing || why != NULL ? "note" : "agent", t->decision.why);
	gboolean sent;

	if (why != NULL) {
		tell_author(desk, t, ticket, agent, message, "Your answer was not sent.", why);
		take_done(desk, t, "not sent", ticket->id, message);
		return;
	}
	sent = !silent && send_or_tell(desk, t, ticket, agent, message, words, parts);
	if (ticket->assignee == 0)
		ticket_set_assignee(desk, ticket, t->person, t->address, "first to answer", t->id);
	if (rest != NULL)
		agent_close(desk, ticket, t->address, "\"close\" in the agent's mail", t->id);
	else if (sent)
		ticket_set_state(desk, ticket, "waiting", t->address, "answered by an agent", t->id);
	take_done(desk, t, silent ? "command" : "answer of an agent", ticket->id, message);
	if (sent || rest != NULL)
		tell_others(
		    desk, t, ticket, message, sent ? "answered the customer" : "closed the ticket", words);
}

void
agent_take(struct desk *desk, const struct taking *t, struct ticket *ticket)
{
	const char *why = missing(desk, t, ticket);

	if (why == NULL)
		act(desk, t, ticket);
	else
		refuse(desk, t, ticket, why);
}
