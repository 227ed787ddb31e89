/*
 * The text of a notice: the marker that tells what is ours when an agent's client quotes it, the head, the
 * mail as it stands.
 */
#include "config.h"

#include "desk/notice.h"

#include "base/clock.h"
#include "base/log.h"
#include "desk/outgoing.h"
#include "desk/people.h"

#include <string.h>

/* The reader (mime/quote.h) knows this line: it and all below it is quoted. */
#define MARKER NOTICE_MARK "  write your answer above this line"

enum { ATTACH_MOST = 24 * 1024 * 1024, EARLIER_SUBJECT = 60 };

char *
notice_who(const char *name, const char *address)
{
	return *name != '\0' ? g_strdup_printf("%s <%s>", name, address) : g_strdup(address);
}

static const char *
skip_prefix(const char *s)
{
	static const char *const prefixes[] = {
	    "re:", "aw:", "sv:", "vs:", "odp:", "antw:", "ref:", "rif:", "fw:", "fwd:", "wg:", "tr:"};

	for (gsize i = 0; i < G_N_ELEMENTS(prefixes); i++)
		if (g_ascii_strncasecmp(s, prefixes[i], strlen(prefixes[i])) == 0)
			return s + strlen(prefixes[i]);
	if (s[0] == '[' && s[1] == '#') {
		gsize n = strspn(s + 2, "0123456789");

		if (n > 0 && s[2 + n] == ']')
			return s + n + 3;
	}
	return s;
}

char *
notice_plain_subject(const char *subject)
{
	for (;;) {
		const char *next;

		while (*subject == ' ')
			subject++;
		next = skip_prefix(subject);
		if (next == subject)
			break;
		subject = next;
	}
	return g_strdup(*subject != '\0' ? subject : "(no subject)");
}

static void
add_earlier(struct desk *desk, const struct ticket *t, GString *text)
{
	struct query *q = store_query(desk->store, SQL_TICKET_EARLIER, "ii", t->customer, t->id);
	gboolean any = FALSE;

	while (query_next(q)) {
		g_autofree char *subject = g_utf8_substring(
		    query_text(q, 1), 0, MIN(EARLIER_SUBJECT, g_utf8_strlen(query_text(q, 1), -1)));

		g_string_append_printf(text, "%s #%" G_GINT64_FORMAT " %s (%s)\n",
		    any ? "         " : "Earlier: ", query_int(q, 0), subject, query_text(q, 2));
		any = TRUE;
	}
}

/* Which parts go along; those that would make the mail too large for any relay are named instead. */
static GArray *
choose_parts(const struct notice *n, GString *text)
{
	GArray *parts = g_array_new(FALSE, FALSE, sizeof(guint32));
	gsize count = n->attachments != NULL ? g_variant_n_children(n->attachments) : 0;
	guint64 sum = 0;

	for (gsize i = 0; i < count; i++) {
		g_autoptr(GVariant) a = g_variant_get_child_value(n->attachments, i);
		const char *name = "";
		guint64 size = 0;
		guint32 part = 0;

		g_variant_lookup(a, "name", "&s", &name);
		g_variant_lookup(a, "size", "t", &size);
		g_variant_lookup(a, "part", "u", &part);
		sum += size;
		if (sum <= ATTACH_MOST) {
			g_array_append_val(parts, part);
			continue;
		}
		sum -= size;
		g_string_append_printf(text,
		    "Not attached, too large for mail: %s, %" G_GUINT64_FORMAT
		    " bytes (triagectl mail raw %" G_GINT64_FORMAT ")\n",
		    name, size, n->raw_mail);
	}
	return parts;
}

static void
add_state(struct desk *desk, const struct ticket *t, GString *text)
{
	g_autofree char *address = NULL;
	g_autofree char *name = NULL;
	g_autofree char *customer = NULL;
	g_autofree char *customer_name = NULL;
	g_autofree char *who = NULL;

	people_show(desk, t->assignee, &address, &name);
	people_show(desk, t->customer, &customer, &customer_name);
	who = notice_who(customer_name, customer);
	g_string_append_printf(text,
	    "Ticket:  #%" G_GINT64_FORMAT " %s\nState:   %s, queue %s, %s%s\nFrom:    %s\n", t->id,
	    t->subject, t->state, t->queue, t->assignee != 0 ? "assigned to " : "not assigned", address,
	    *customer != '\0' ? who : "unknown");
}

static char *
make_text(struct desk *desk, const struct notice *n, GArray **parts)
{
	GString *text = g_string_new(MARKER "\n\n");

	g_string_append_printf(text, "%s\n", n->headline);
	if (n->warning != NULL)
		g_string_append_printf(text, "\n%s\n", n->warning);
	g_string_append_c(text, '\n');
	add_state(desk, n->ticket, text);
	add_earlier(desk, n->ticket, text);
	*parts = choose_parts(n, text);
	if (n->from_html)
		g_string_append(text, "The mail was HTML; this is its text.\n");
	g_string_append(
	    text, "Your reply goes to the customer; \"close\" alone on its first line closes the ticket.\n");
	if (n->body != NULL)
		g_string_append_printf(text, "\n%s\n", n->body);
	return g_string_free(text, FALSE);
}

static void
send_to(struct desk *desk, const struct notice *n, const struct conf_person *person, const char *text,
    GArray *parts)
{
	const struct ticket *t = n->ticket;
	const char *references[] = {t->root, NULL};
	const char *name = person->name != NULL ? person->name : "";
	gint64 id = people_get(desk, person->address, name);
	g_autofree char *plain = notice_plain_subject(t->subject);
	g_autofree char *subject = g_strdup_printf("[#%" G_GINT64_FORMAT "] %s", t->id, plain);
	g_autofree char *once =
	    g_strdup_printf("notice, %s, ticket %" G_GINT64_FORMAT ", %s", n->cause, t->id, person->address);
	g_autofree char *from = *n->author_name != '\0'
				    ? g_strdup_printf("%s, %s", n->author_name, desk->conf->desk)
				    : g_strdup(desk->conf->desk);
	struct outgoing out = {.kind = "notice",
	    .ticket = t->id,
	    .message = n->message,
	    .mailbox = n->mailbox,
	    .person = id,
	    .address = person->address,
	    .name = name,
	    .from_name = from,
	    .reply_token = TRUE,
	    .reply_class = TOKEN_AGENT,
	    .mid_class = TOKEN_NOTICE,
	    .subject = subject,
	    .in_reply_to = t->root,
	    .references = references,
	    .auto_submitted = "auto-generated",
	    .text = text,
	    .raw_mail = parts->len > 0 || n->whole ? n->raw_mail : 0,
	    .parts = parts,
	    .whole = n->whole,
	    .once = once};

	if (id == n->except)
		return;
	outgoing_add(desk, &out, NULL);
}

void
notice_person(struct desk *desk, const struct notice *n, const struct conf_person *person)
{
	g_autoptr(GArray) parts = NULL;
	g_autofree char *text = make_text(desk, n, &parts);

	send_to(desk, n, person, text, parts);
}

void
notice_team(struct desk *desk, const struct notice *n)
{
	const struct conf_queue *queue = conf_queue_find(desk->conf, n->ticket->queue);
	g_autoptr(GArray) parts = NULL;
	g_autofree char *text = make_text(desk, n, &parts);

	if (queue == NULL) {
		log_warn("ticket #%" G_GINT64_FORMAT
			 ": its queue %s is not in the configuration any more; using the mailbox's",
		    n->ticket->id, n->ticket->queue);
		queue = n->mailbox->queue;
	}
	for (guint i = 0; i < queue->teams->len; i++) {
		const struct conf_team *team = queue->teams->pdata[i];

		for (guint k = 0; k < team->people->len; k++) {
			const struct conf_person *p = team->people->pdata[k];

			if (p->role == CONF_AGENT)
				send_to(desk, n, p, text, parts);
		}
	}
}
