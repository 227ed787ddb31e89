/* What triagectl may ask the desk to change: a table, a function a row. */
#include "config.h"

#include "base/clock.h"
#include "base/log.h"
#include "desk/control.h"
#include "desk/health.h"
#include "desk/intake.h"
#include "desk/outbox.h"
#include "desk/people.h"
#include "desk/reader.h"
#include "desk/ticket.h"

#include <string.h>

/* A positive number, with or without the "#"; 0 for anything else. */
static gint64
number(const char *word)
{
	char *end;
	gint64 n;

	if (*word == '#')
		word++;
	n = g_ascii_strtoll(word, &end, 10);
	return *word != '\0' && *end == '\0' && n > 0 ? n : 0;
}

/* The ticket that the word names; FALSE and the sentence where there is none. */
static gboolean
find_ticket(struct request *r, const char *word, struct ticket *t, char **text)
{
	ticket_load(r->desk, number(word), t);
	if (t->id == 0)
		*text = g_strdup_printf("there is no ticket %s", word);
	return t->id != 0;
}

static int
set_state(struct request *r, const char *word, const char *state, char **text)
{
	TICKET_AUTO t;

	if (!find_ticket(r, word, &t, text))
		return CTL_NO_SUCH;
	ticket_set_state(r->desk, &t, state, r->who, "triagectl", 0);
	*text = g_strdup_printf("ticket #%" G_GINT64_FORMAT " is %s", t.id, state);
	return CTL_OK;
}

static int
run_close(struct request *r, char **a, int n, char **text)
{
	(void)n;
	return set_state(r, a[0], "closed", text);
}

static int
run_reopen(struct request *r, char **a, int n, char **text)
{
	(void)n;
	return set_state(r, a[0], "open", text);
}

static int
run_hold(struct request *r, char **a, int n, char **text)
{
	(void)n;
	return set_state(r, a[0], "hold", text);
}

static int
run_assign(struct request *r, char **a, int n, char **text)
{
	TICKET_AUTO t;
	const struct conf_person *p = conf_person_find(r->desk->conf, a[1]);
	gboolean nobody = strcmp(a[1], "nobody") == 0;

	(void)n;
	if (!find_ticket(r, a[0], &t, text))
		return CTL_NO_SUCH;
	if (p == NULL && !nobody) {
		*text = g_strdup_printf(
		    "%s is no agent of the configuration; say an agent's address, or \"nobody\"", a[1]);
		return CTL_NO_SUCH;
	}
	ticket_set_assignee(r->desk, &t,
	    nobody ? 0 : people_get(r->desk, p->address, p->name != NULL ? p->name : ""), r->who, "triagectl",
	    0);
	*text = g_strdup_printf("ticket #%" G_GINT64_FORMAT " is assigned to %s", t.id, a[1]);
	return CTL_OK;
}

static int
run_queue(struct request *r, char **a, int n, char **text)
{
	TICKET_AUTO t;

	(void)n;
	if (!find_ticket(r, a[0], &t, text))
		return CTL_NO_SUCH;
	if (conf_queue_find(r->desk->conf, a[1]) == NULL) {
		*text = g_strdup_printf("there is no queue \"%s\" in the configuration", a[1]);
		return CTL_NO_SUCH;
	}
	ticket_set_queue(r->desk, &t, a[1], r->who, "triagectl");
	*text = g_strdup_printf("ticket #%" G_GINT64_FORMAT " is in queue %s", t.id, a[1]);
	return CTL_OK;
}

static int
run_priority(struct request *r, char **a, int n, char **text)
{
	static const char *const known[] = {"low", "normal", "high", "urgent", NULL};
	TICKET_AUTO t;

	(void)n;
	if (!find_ticket(r, a[0], &t, text))
		return CTL_NO_SUCH;
	if (!g_strv_contains(known, a[1])) {
		*text = g_strdup_printf("a priority is low, normal, high or urgent, not \"%s\"", a[1]);
		return CTL_USAGE;
	}
	ticket_set_priority(r->desk, &t, a[1], r->who, "triagectl");
	*text = g_strdup_printf("ticket #%" G_GINT64_FORMAT " has priority %s", t.id, a[1]);
	return CTL_OK;
}

static int
change_tag(struct request *r, char **a, gboolean add, char **text)
{
	TICKET_AUTO t;

	if (!find_ticket(r, a[0], &t, text))
		return CTL_NO_SUCH;
	if (*a[1] == '\0' || strlen(a[1]) > 64 || strpbrk(a[1], " \t\r\n,") != NULL) {
		*text = g_strdup("a tag is one word of at most 64 bytes, without commas");
		return CTL_USAGE;
	}
	if (store_run(r->desk->store, add ? SQL_TAG_ADD : SQL_TAG_DELETE, "is", t.id, a[1]) > 0)
		ticket_note_history(
		    r->desk, t.id, r->who, "tag", add ? "" : a[1], add ? a[1] : "", "triagectl", 0);
	*text = g_strdup_printf(
	    "ticket #%" G_GINT64_FORMAT " is %stagged %s", t.id, add ? "" : "no longer ", a[1]);
	return CTL_OK;
}

static int
run_tag(struct request *r, char **a, int n, char **text)
{
	(void)n;
	return change_tag(r, a, TRUE, text);
}

static int
run_untag(struct request *r, char **a, int n, char **text)
{
	(void)n;
	return change_tag(r, a, FALSE, text);
}

static int
run_note(struct request *r, char **a, int n, char **text)
{
	TICKET_AUTO t;
	g_autofree char *words = g_strjoinv(" ", a + 1);

	(void)n;
	if (!find_ticket(r, a[0], &t, text))
		return CTL_NO_SUCH;
	store_insert(r->desk->store, SQL_MESSAGE_ADD, "iksksiisissss", t.id, (gint64)0, "note", (gint64)0,
	    r->who, clock_now(), clock_now(), "", (gint64)0, "", words, "", "");
	desk_index(r->desk);
	ticket_note_history(r->desk, t.id, r->who, "message", "", "note", "triagectl", 0);
	*text = g_strdup_printf("noted on ticket #%" G_GINT64_FORMAT, t.id);
	return CTL_OK;
}

static gboolean
is_held(struct request *r, gint64 mail, const char *word, char **text)
{
	g_autofree char *state = store_get_text(r->desk->store, SQL_MAIL_STATE, "i", mail);

	if (g_strcmp0(state, "held") == 0)
		return TRUE;
	*text = g_strdup_printf(state != NULL ? "mail %s is not held" : "there is no mail %s", word);
	return FALSE;
}

static int
run_release(struct request *r, char **a, int n, char **text)
{
	g_autofree char *why = g_strdup_printf("released by %s", r->who);
	gint64 id = number(a[0]);

	(void)n;
	if (!is_held(r, id, a[0], text))
		return CTL_NO_SUCH;
	store_run(r->desk->store, SQL_MAIL_AGAIN, "is", id, why);
	reader_again_after(r->desk, id);
	*text = g_strdup_printf("mail %s is read again", a[0]);
	return CTL_OK;
}

static int
run_drop(struct request *r, char **a, int n, char **text)
{
	g_autofree char *why = g_strdup_printf("dropped by %s", r->who);
	gint64 id = number(a[0]);

	(void)n;
	if (!is_held(r, id, a[0], text))
		return CTL_NO_SUCH;
	store_run(r->desk->store, SQL_MAIL_DROP, "is", id, why);
	*text = g_strdup_printf("mail %s is dropped; its bytes stay in the store", a[0]);
	return CTL_OK;
}

static int
run_retry(struct request *r, char **a, int n, char **text)
{
	(void)n;
	if (!outbox_retry(r->desk, number(a[0]), r->who)) {
		*text =
		    g_strdup_printf("outgoing mail %s does not wait, has not failed, or is not there", a[0]);
		return CTL_NO_SUCH;
	}
	*text = g_strdup_printf("outgoing mail %s is tried now", a[0]);
	return CTL_OK;
}

static int
run_cancel(struct request *r, char **a, int n, char **text)
{
	(void)n;
	if (!outbox_cancel(r->desk, number(a[0]), r->who)) {
		*text = g_strdup_printf(
		    "outgoing mail %s cannot be cancelled: it is not there, under way, or sent", a[0]);
		return CTL_NO_SUCH;
	}
	*text = g_strdup_printf("outgoing mail %s is cancelled", a[0]);
	return CTL_OK;
}

static int
run_inject(struct request *r, char **a, int n, char **text)
{
	g_autoptr(GError) error = NULL;
	gint64 id;

	(void)n;
	if (r->fd < 0 || conf_mailbox_find(r->desk->conf, a[0]) == NULL) {
		*text = g_strdup_printf(r->fd < 0 ? "no mail came with the request for mailbox %s"
						  : "there is no mailbox \"%s\" in the configuration",
		    a[0]);
		return CTL_LATER;
	}
	id = intake_inject(r->desk, a[0], r->fd, &error);
	if (id == 0) {
		*text = g_strdup(error->message);
		return CTL_LATER;
	}
	*text = g_strdup_printf("kept as mail %" G_GINT64_FORMAT, id);
	return CTL_OK;
}

static int
run_reload(struct request *r, char **a, int n, char **text)
{
	g_autoptr(GError) error = NULL;

	(void)a;
	(void)n;
	if (!ipc_send(r->desk->parent, WIRE_RELOAD, wire_fields("@a{sv} {}"), -1, &error)) {
		*text = g_strdup(error->message);
		return CTL_LATER;
	}
	control_wait_for_reload(r);
	return CTL_WAIT;
}

static int
run_reconcile(struct request *r, char **a, int n, char **text)
{
	(void)a;
	(void)n;
	intake_look(r->desk);
	*text = g_strdup("every mailbox is listed whole and compared with the ledger now");
	return CTL_OK;
}

static int
run_status(struct request *r, char **a, int n, char **text)
{
	g_autoptr(GVariant) v = g_variant_ref_sink(health_status(r->desk));

	(void)a;
	(void)n;
	*text = g_variant_print(v, TRUE);
	return CTL_OK;
}

const struct command commands[] = {
    {"status", 0, 0, run_status},
    {"ticket close", 1, 1, run_close},
    {"ticket reopen", 1, 1, run_reopen},
    {"ticket hold", 1, 1, run_hold},
    {"ticket assign", 2, 2, run_assign},
    {"ticket queue", 2, 2, run_queue},
    {"ticket priority", 2, 2, run_priority},
    {"ticket tag", 2, 2, run_tag},
    {"ticket untag", 2, 2, run_untag},
    {"ticket note", 2, 1000, run_note},
    {"held release", 1, 1, run_release},
    {"held drop", 1, 1, run_drop},
    {"outbox retry", 1, 1, run_retry},
    {"outbox cancel", 1, 1, run_cancel},
    {"inject", 1, 1, run_inject},
    {"reload", 0, 0, run_reload},
    {"reconcile", 0, 0, run_reconcile},
    {NULL, 0, 0, NULL},
};
