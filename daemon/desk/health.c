/* Health, and the mails about it. */
#include "config.h"

#include "desk/health.h"

#include "base/clock.h"
#include "base/log.h"
#include "desk/outgoing.h"
#include "desk/people.h"
#include "desk/reader.h"
#include "desk/turn.h"

#include <string.h>

struct patient {
	gboolean well;
	int failures;  /* in a row */
	gboolean told; /* the postmaster knows that it is sick */
	gint64 since;  /* ms: of the present state */
	gint64 again;  /* ms: next start; 0 */
	char *trouble; /* the last; NULL */
};

struct health {
	GHashTable *patients; /* "fetch support" -> struct patient */
	gboolean no_room;
	gint64 room;
};

static void
patient_free(gpointer data)
{
	struct patient *p = data;

	g_free(p->trouble);
	g_free(p);
}

void
health_init(struct desk *desk)
{
	desk->health = g_new0(struct health, 1);
	desk->health->patients = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, patient_free);
}

static struct patient *
patient(struct desk *desk, const char *kind, const char *name)
{
	g_autofree char *key = g_strdup_printf("%s %s", kind, name);
	struct patient *p = g_hash_table_lookup(desk->health->patients, key);

	if (p == NULL) {
		p = g_new0(struct patient, 1);
		p->since = clock_now();
		g_hash_table_insert(desk->health->patients, g_steal_pointer(&key), p);
	}
	return p;
}

/* A mailbox that can send, preferring any over the sick one's relay is not worth a rule: the outbox waits. */
static const struct conf_mailbox *
sender(struct desk *desk)
{
	for (guint i = 0; i < desk->conf->mailboxes->len; i++) {
		const struct conf_mailbox *box = desk->conf->mailboxes->pdata[i];

		if (box->relay != NULL)
			return box;
	}
	return NULL;
}

static void
tell_postmaster(struct desk *desk, const char *subject, const char *text)
{
	struct outgoing out = {.kind = "operator",
	    .mailbox = sender(desk),
	    .address = desk->conf->postmaster,
	    .name = "",
	    .from_name = desk->conf->desk,
	    .mid_class = TOKEN_NOTICE,
	    .subject = subject,
	    .in_reply_to = "",
	    .auto_submitted = "auto-generated",
	    .text = text};
	g_autoptr(GError) error = NULL;

	if (out.mailbox == NULL || out.address == NULL || desk->stopping)
		return;
	turn_piece(desk);
	out.person = people_get(desk, out.address, "");
	outgoing_add(desk, &out, NULL);
	if (!turn_piece_end(desk, &error))
		log_error("the postmaster cannot be told \"%s\": %s", subject, error->message);
}

static const char *
noun(const char *kind)
{
	return strcmp(kind, "fetch") == 0 ? "Mailbox" : strcmp(kind, "send") == 0 ? "Relay" : "Program";
}

static void
sick(struct desk *desk, const char *kind, const char *name, struct patient *p)
{
	g_autofree char *subject = g_strdup_printf("%s %s is in trouble", noun(kind), name);
	g_autofree char *text = g_strdup_printf(
	    "%s %s does not work: %s.\n\nIt is tried again by itself, at longer and longer intervals; "
	    "nothing is lost meanwhile.\n"
	    "You will get one more mail when it works again. \"triagectl status\" tells more.",
	    noun(kind), name, p->trouble != NULL ? p->trouble : "no reason known");

	p->told = TRUE;
	log_error("%s %s is sick after %d tries: %s", noun(kind), name, p->failures,
	    p->trouble != NULL ? p->trouble : "?");
	tell_postmaster(desk, subject, text);
}

void
health_trouble(struct desk *desk, struct link *link, const struct ipc_message *m)
{
	struct patient *p = patient(desk, link->kind, link->name);

	g_free(p->trouble);
	p->trouble = g_strdup_printf("%s: %s", wire_string(m, "step"), wire_string(m, "text"));
	log_warn("%s %s: %s", noun(link->kind), link->name, p->trouble);
}

void
health_down(struct desk *desk, const struct ipc_message *m)
{
	const char *kind = wire_string(m, "kind");
	const char *name = wire_string(m, "name");
	struct patient *p = patient(desk, kind, name);

	if (strcmp(wire_string(m, "why"), "exit 0") == 0)
		return;
	if (p->well || p->failures == 0)
		p->since = clock_now();
	p->well = FALSE;
	p->failures++;
	p->again = clock_now() + (gint64)wire_u64(m, "again_ms");
	if (p->trouble == NULL)
		p->trouble = g_strdup(wire_string(m, "why"));
	if (p->failures >= HEALTH_SICK_AFTER && !p->told)
		sick(desk, kind, name, p);
	desk_maybe_idle(desk);
}

void
health_well(struct desk *desk, struct link *link)
{
	struct patient *p = patient(desk, link->kind, link->name);

	if (p->told) {
		g_autofree char *subject = g_strdup_printf("%s %s works again", noun(link->kind), link->name);
		g_autofree char *since = clock_iso(p->since);
		g_autofree char *text = g_strdup_printf(
		    "%s %s works again. It did not since %s.", noun(link->kind), link->name, since);

		log_info("%s %s works again", noun(link->kind), link->name);
		tell_postmaster(desk, subject, text);
	}
	if (!p->well)
		p->since = clock_now();
	p->well = TRUE;
	p->told = FALSE;
	p->failures = 0;
	p->again = 0;
	g_clear_pointer(&p->trouble, g_free);
}

void
health_room(struct desk *desk, gboolean enough, gint64 room, gint64 need)
{
	struct health *h = desk->health;

	h->room = room;
	if (!enough && !h->no_room)
		log_error("the disk of %s has %" G_GINT64_FORMAT
			  " bytes left, less than the %" G_GINT64_FORMAT
			  " that one mail may need: no mail is fetched until there is room, what is here is "
			  "worked on",
		    store_path(desk->store), room, need);
	if (enough && h->no_room)
		log_info("the disk has room again: fetching");
	h->no_room = !enough;
}

gboolean
health_is_sick(struct desk *desk, const char *kind, const char *name)
{
	struct patient *p = patient(desk, kind, name);

	return !p->well && p->failures > 0;
}

gboolean
health_all_well(struct desk *desk)
{
	GHashTableIter i;
	gpointer value;

	g_hash_table_iter_init(&i, desk->health->patients);
	while (g_hash_table_iter_next(&i, NULL, &value)) {
		const struct patient *p = value;

		if (!p->well && p->failures > 0)
			return FALSE;
	}
	return TRUE;
}

static GVariant *
patients_of(struct desk *desk, const char *kind, const char *name)
{
	struct patient *p = patient(desk, kind, name);
	struct link *l = link_find(desk, kind, name);
	const char *state = p->well				     ? "up"
			    : p->failures > 0			     ? "sick"
			    : l != NULL && strcmp(kind, "send") == 0 ? "ready"
								     : "starting";
	g_autofree char *since = clock_iso(p->since);
	g_autofree char *again = clock_iso(p->again);

	return g_variant_new_parsed("{'name': <%s>, 'state': <%s>, 'since': <%s>, 'failures': <%i>, "
				    "'trouble': <%s>, 'next_try': <%s>, "
				    "'pid': <%u>}",
	    name, state, since, p->failures, p->trouble != NULL ? p->trouble : "", again,
	    l != NULL ? l->pid : 0);
}

static GVariant *
counts(struct desk *desk, enum statement which)
{
	GVariantDict d;
	struct query *q = store_query(desk->store, which, "");

	g_variant_dict_init(&d, NULL);
	while (query_next(q))
		g_variant_dict_insert(&d, query_text(q, 0), "x", query_int(q, 1));
	return g_variant_dict_end(&d);
}

GVariant *
health_status(struct desk *desk)
{
	GVariantBuilder boxes;
	GVariantBuilder relays;
	GVariantDict d;

	g_variant_builder_init(&boxes, G_VARIANT_TYPE("aa{sv}"));
	for (guint i = 0; i < desk->conf->mailboxes->len; i++) {
		const struct conf_mailbox *box = desk->conf->mailboxes->pdata[i];

		if (box->imap != NULL)
			g_variant_builder_add_value(&boxes, patients_of(desk, "fetch", box->name));
	}
	g_variant_builder_init(&relays, G_VARIANT_TYPE("aa{sv}"));
	for (guint i = 0; i < desk->conf->relays->len; i++)
		g_variant_builder_add_value(&relays,
		    patients_of(desk, "send", ((struct conf_relay *)desk->conf->relays->pdata[i])->name));
	g_variant_dict_init(&d, NULL);
	g_variant_dict_insert(&d, "running", "b", TRUE);
	g_variant_dict_insert(&d, "desk", "s", desk->conf->desk);
	g_variant_dict_insert(&d, "store", "s", store_path(desk->store));
	g_variant_dict_insert(&d, "waiting_to_be_read", "i", reader_waiting(desk));
	g_variant_dict_insert(&d, "fetching", "b", !desk->health->no_room);
	g_variant_dict_insert_value(&d, "mailboxes", g_variant_builder_end(&boxes));
	g_variant_dict_insert_value(&d, "relays", g_variant_builder_end(&relays));
	g_variant_dict_insert_value(&d, "mails", counts(desk, SQL_MAIL_COUNTS));
	g_variant_dict_insert_value(&d, "outbox", counts(desk, SQL_OUTBOX_COUNTS));
	return g_variant_dict_end(&d);
}
