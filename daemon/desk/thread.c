/*
 * The evidence is looked for in order of its strength; the first that holds decides. What a stranger quotes
 * never joins, it only leaves a hint. Ids of parents that were never seen are remembered with the ticket
 * (message NULL), so that a late parent is known when it comes.
 */
#include "config.h"

#include "desk/thread.h"

#include "base/clock.h"
#include "desk/ticket.h"

#include <string.h>

enum { IDS_LOOKED_AT = 30 };

static guint32
today(void)
{
	return (guint32)(clock_now() / CLOCK_DAY);
}

static gboolean
is_participant(struct desk *desk, gint64 ticket, gint64 person)
{
	g_autofree char *role = ticket_role(desk, ticket, person);

	return role != NULL;
}

static gboolean
token_among(struct desk *desk, GVariant *list, const char *type, struct token *token)
{
	GVariantIter i;
	const char *name;
	const char *address;

	g_variant_iter_init(&i, list);
	while (g_variant_iter_next(&i, type, &name, &address))
		if (token_in_address(desk->tokens, address, today(), token))
			return TRUE;
	return FALSE;
}

/* Where it was delivered to says more than what the sender wrote into To. */
static gboolean
recipient_token(struct desk *desk, const struct mail *mail, struct token *token)
{
	GVariantIter i;
	const char *address;

	g_variant_iter_init(&i, mail_value(mail, MAIL_delivered_to));
	while (g_variant_iter_next(&i, "&s", &address))
		if (token_in_address(desk->tokens, address, today(), token))
			return TRUE;
	return token_among(desk, mail_value(mail, MAIL_to), "(&s&s)", token) ||
	       token_among(desk, mail_value(mail, MAIL_cc), "(&s&s)", token);
}

static void
join(struct decision *d, gint64 ticket, gboolean may_write, const char *why)
{
	d->ticket = ticket;
	d->may_write = may_write;
	d->why = g_strdup(why);
}

static void
hint(struct decision *d, gint64 ticket, const char *why)
{
	if (d->perhaps != 0)
		return;
	d->perhaps = ticket;
	d->perhaps_why = g_strdup(why);
}

static gint64
ticket_of_outbox(struct desk *desk, gint64 outbox)
{
	struct query *q = store_query(desk->store, SQL_OUTBOX_GET, "i", outbox);
	gint64 ticket = 0;

	while (query_next(q))
		ticket = query_int(q, 1);
	return ticket;
}

static void
by_address(struct desk *desk, const struct mail *mail, gint64 person, struct decision *d)
{
	gint64 ticket;

	d->has_token = recipient_token(desk, mail, &d->token);
	if (!d->has_token)
		return;
	if (d->token.class == TOKEN_BOUNCE) {
		d->outbox = d->token.number;
		ticket = ticket_of_outbox(desk, d->outbox);
	} else {
		ticket = d->token.number;
	}
	if (!ticket_exists(desk, ticket))
		return;
	/* A return path is for machines: whoever writes to it shows nothing but that he saw a mail of ours.
	 */
	if (person != 0 && person == (gint64)d->token.person && d->token.class != TOKEN_BOUNCE)
		join(d, ticket, TRUE, "signed: sent to the reply address that was made for this sender");
	else if (is_participant(desk, ticket, person))
		join(d, ticket, TRUE, "signed: sent to a reply address of the ticket, by a participant");
	else
		join(d, ticket, FALSE,
		    "signed, by another: sent to a reply address that was made for somebody else");
}

/* The ids a mail speaks of, nearest first. */
static GPtrArray *
ids_of(const struct mail *mail)
{
	GPtrArray *ids = g_ptr_array_new();
	GVariant *references = mail_value(mail, MAIL_references);
	GVariantIter i;
	const char *id;

	g_variant_iter_init(&i, mail_value(mail, MAIL_in_reply_to));
	while (g_variant_iter_next(&i, "&s", &id))
		g_ptr_array_add(ids, (gpointer)id);
	for (gsize n = g_variant_n_children(references); n > 0 && ids->len < IDS_LOOKED_AT; n--) {
		g_variant_get_child(references, n - 1, "&s", &id);
		g_ptr_array_add(ids, (gpointer)id);
	}
	return ids;
}

static void
by_signed_id(struct desk *desk, GPtrArray *ids, gint64 person, struct decision *d)
{
	struct token token;

	for (guint i = 0; i < ids->len && d->ticket == 0; i++) {
		if (!token_in_message_id(desk->tokens, ids->pdata[i], today(), &token) ||
		    !ticket_exists(desk, token.number))
			continue;
		if (is_participant(desk, token.number, person))
			join(d, token.number, TRUE,
			    "signed: answers a mail of ours by its Message-ID, by a participant");
		else
			join(d, token.number, FALSE,
			    "signed, by another: answers a mail of ours by its Message-ID");
	}
}

/* The ticket that an id belongs to, 0 where none. `unseen`: no mail with this id ever came, one of the
 * ticket's only named it. */
static gint64
ticket_of_id(struct desk *desk, const char *id, gboolean *unseen)
{
	struct query *q = store_query(desk->store, SQL_MID_FIND, "i", store_hash(desk->store, id));
	gint64 ticket = 0;

	*unseen = FALSE;
	while (query_next(q))
		if (query_is_null(q, 1) || strcmp(query_text(q, 2), id) == 0 ||
		    strcmp(query_text(q, 3), id) == 0) {
			ticket = query_int(q, 0);
			*unseen = query_is_null(q, 1);
		}
	return ticket;
}

/* Anybody can name an id that is not his and, in Cc, the one who will answer it: so that counts only for the
 * customer himself. */
static gboolean
is_customer(struct desk *desk, gint64 ticket, gint64 person)
{
	g_autofree char *role = ticket_role(desk, ticket, person);

	return role != NULL && strcmp(role, "named") != 0;
}

static void
by_known_id(struct desk *desk, GPtrArray *ids, gint64 person, struct decision *d)
{
	for (guint i = 0; i < ids->len && d->ticket == 0; i++) {
		gboolean unseen;
		gint64 ticket = ticket_of_id(desk, ids->pdata[i], &unseen);

		if (ticket == 0)
			continue;
		if (unseen ? is_customer(desk, ticket, person) : is_participant(desk, ticket, person))
			join(d, ticket, TRUE,
			    "known: References name a mail of the ticket, the sender is a participant");
		else
			hint(d, ticket, "a stranger to the ticket quotes a mail of it in References");
	}
}

/* Its own id was named by an earlier mail: a parent that comes late, or two halves of one conversation. */
static void
by_own_id(struct desk *desk, const struct mail *mail, gint64 person, struct decision *d)
{
	const char *id = mail_string(mail, MAIL_message_id);
	gboolean unseen;
	gint64 ticket = d->ticket == 0 && *id != '\0' ? ticket_of_id(desk, id, &unseen) : 0;

	if (ticket == 0)
		return;
	if (is_customer(desk, ticket, person))
		join(d, ticket, TRUE,
		    "known: a mail of the ticket answers this one, which came late, by the same customer");
	else
		hint(d, ticket, "a mail of that ticket answers this one");
}

/* "[#123]"; 0 where there is none. */
static gint64
number_in(const char *subject)
{
	for (const char *p = strstr(subject, "[#"); p != NULL; p = strstr(p + 1, "[#")) {
		gsize n = strspn(p + 2, "0123456789");

		if (n > 0 && n < 10 && p[2 + n] == ']')
			return g_ascii_strtoll(p + 2, NULL, 10);
	}
	return 0;
}

static void
by_number(struct desk *desk, const struct mail *mail, gint64 person, struct decision *d)
{
	gint64 ticket = number_in(mail_string(mail, MAIL_subject));

	if (d->ticket != 0 || ticket == 0 || !ticket_exists(desk, ticket))
		return;
	if (is_participant(desk, ticket, person))
		join(d, ticket, TRUE, "number: the subject names the ticket, the sender is a participant");
	else
		hint(d, ticket, "a stranger to the ticket names it in the subject");
}

void
thread_decide(struct desk *desk, const struct mail *mail, gint64 person, struct decision *d)
{
	g_autoptr(GPtrArray) ids = ids_of(mail);

	memset(d, 0, sizeof *d);
	by_address(desk, mail, person, d);
	by_signed_id(desk, ids, person, d);
	by_known_id(desk, ids, person, d);
	by_own_id(desk, mail, person, d);
	by_number(desk, mail, person, d);
	if (d->ticket == 0)
		d->why = g_strdup(d->perhaps != 0 ? d->perhaps_why : "nothing ties it to a ticket");
}

void
thread_clear(struct decision *d)
{
	g_free(d->why);
	g_free(d->perhaps_why);
	memset(d, 0, sizeof *d);
}

void
thread_remember(struct desk *desk, const struct mail *mail, gint64 ticket, gint64 message)
{
	const char *own = mail_string(mail, MAIL_message_id);
	g_autoptr(GPtrArray) ids = ids_of(mail);
	struct token token;

	if (*own != '\0')
		store_run(desk->store, SQL_MID_ADD, "iii", store_hash(desk->store, own), ticket, message);
	for (guint i = 0; i < ids->len; i++)
		if (!token_in_message_id(desk->tokens, ids->pdata[i], 0, &token))
			store_run(
			    desk->store, SQL_MID_GHOST, "ii", store_hash(desk->store, ids->pdata[i]), ticket);
}
