/* The envelope, the mail, and a verdict for each recipient. */
#include "config.h"

#include "send/transaction.h"

#include "base/clock.h"
#include "base/failpoint.h"
#include "net/error.h"
#include "send/gate.h"

#include <string.h>

struct verdict {
	guint32 code;  /* 0: none yet */
	gboolean open; /* accepted by RCPT, or not yet asked */
	char *text;
};

struct run {
	struct transaction *t;
	struct relay *relay;
	struct verdict *verdicts; /* one a recipient */
	gsize n;
};

static void
judge(struct verdict *v, guint32 code, const char *text)
{
	v->code = code;
	v->open = FALSE;
	g_free(v->text);
	v->text = g_strdup(text);
}

static void
judge_open(struct run *r, guint32 code, const char *text)
{
	for (gsize i = 0; i < r->n; i++)
		if (r->verdicts[i].open)
			judge(&r->verdicts[i], code, text);
}

static gboolean
any_open(const struct run *r)
{
	for (gsize i = 0; i < r->n; i++)
		if (r->verdicts[i].open)
			return TRUE;
	return FALSE;
}

/* What a reply other than "yes" means before the mail is sent. A full mailbox is "later", whatever the first digit says (RFC
 * 5321 section 4.5.3.1.10, RFC 3463 X.2.2), and so is a code that has no place here. */
static guint32
refusal(const struct reply *reply)
{
	int class = reply->code / 100;

	if (reply->code == 552 || g_str_has_prefix(reply->text->str, "5.2.2"))
		return 452;
	if (reply->code == 0 || class == 4 || class == 5)
		return (guint32)reply->code;
	return 451;
}

/* What the reply to the mail itself means: here a code without a meaning is no answer. */
static guint32
outcome(const struct reply *reply)
{
	int class = reply->code / 100;

	if (class == 2)
		return 250;
	return class == 4 || class == 5 ? refusal(reply) : 0;
}

/* Refusals of our own, before anything is said about the mail. */
static gboolean
pass_gate(struct run *r)
{
	struct transaction *t = r->t;
	const struct reply_offers *o = &r->relay->offers;
	const char *why = gate_bytes(t->bytes, t->length);

	t->step = "gate";
	if (why != NULL)
		judge_open(r, 554, why);
	else if (*t->sender != '\0' && !gate_address(t->sender))
		judge_open(r, 553, "5.1.7 the sender's address is not one");
	else if ((t->utf8 || !gate_is_ascii(t->sender)) && !o->utf8)
		judge_open(r, 553, "5.6.7 the relay does not offer SMTPUTF8, which this mail needs");
	else if (t->eight_bit && !o->eight_bit)
		judge_open(r, 554, "5.6.3 the relay does not offer 8BITMIME, which this mail needs");
	else if (o->largest > 0 && t->length > o->largest)
		judge_open(r, 552, "5.3.4 the mail is larger than the relay takes");
	for (gsize i = 0; i < r->n; i++) {
		if (!r->verdicts[i].open)
			continue;
		if (!gate_address(t->recipients[i]))
			judge(&r->verdicts[i], 553, "5.1.3 the address is not one");
		else if (!gate_is_ascii(t->recipients[i]) && !o->utf8)
			judge(&r->verdicts[i], 553,
			    "5.6.7 the relay does not offer SMTPUTF8, which this address needs");
	}
	return any_open(r);
}

static gboolean
needs_utf8(const struct run *r)
{
	gboolean needs = r->t->utf8 || !gate_is_ascii(r->t->sender);

	for (gsize i = 0; i < r->n; i++)
		needs |= r->verdicts[i].open && !gate_is_ascii(r->t->recipients[i]);
	return needs;
}

static gboolean
mail_from(struct run *r)
{
	const struct reply_offers *o = &r->relay->offers;
	g_autofree char *size = o->size ? g_strdup_printf(" SIZE=%zu", r->t->length) : g_strdup("");
	g_autofree char *line = g_strdup_printf("MAIL FROM:<%s>%s%s%s", r->t->sender, size,
	    r->t->eight_bit ? " BODY=8BITMIME" : "", needs_utf8(r) ? " SMTPUTF8" : "");
	struct reply *reply = r->relay->reply;

	r->t->step = "mail";
	if (relay_command(r->relay, relay_patience, line) / 100 == 2)
		return TRUE;
	judge_open(r, refusal(reply), reply->text->str);
	return FALSE;
}

static gboolean
rcpt_to(struct run *r)
{
	struct reply *reply = r->relay->reply;

	r->t->step = "rcpt";
	for (gsize i = 0; i < r->n; i++) {
		g_autofree char *line = NULL;

		if (!r->verdicts[i].open)
			continue;
		line = g_strdup_printf("RCPT TO:<%s>", r->t->recipients[i]);
		if (relay_command(r->relay, relay_patience, line) / 100 == 2)
			continue;
		if (reply->code == 0 || reply->code == 421) {
			judge_open(r, refusal(reply), reply->text->str);
			return FALSE;
		}
		judge(&r->verdicts[i], refusal(reply), reply->text->str);
	}
	return any_open(r);
}

static gboolean
ask_for_data(struct run *r)
{
	struct reply *reply = r->relay->reply;

	r->t->step = "ask";
	if (relay_command(r->relay, relay_patience_data, "DATA") == 354)
		return TRUE;
	judge_open(r, refusal(reply), reply->text->str);
	return FALSE;
}

/* libetpan stuffs the dots and ends with CR LF . CR LF itself, so the mail goes without its last line end. If
 * this fails the final dot did not leave us whole. */
static gboolean
send_body(struct run *r)
{
	struct stream_limits limits = stream_limits_transfer(r->t->length, STREAM_GREETING_BYTES);
	gsize length = r->t->length;

	r->t->step = "body";
	limits.idle = 3 * CLOCK_MINUTE;
	limits.deadline += 3 * CLOCK_MINUTE;
	stream_begin(r->relay->stream, limits);
	if (length >= 2 && memcmp(r->t->bytes + length - 2, "\r\n", 2) == 0)
		length -= 2;
	return mailstream_send_data(r->relay->smtp->stream, r->t->bytes, length, 0, NULL) == 0 &&
	       mailstream_flush(r->relay->smtp->stream) == 0;
}

static void
deliver(struct run *r)
{
	struct reply *reply = r->relay->reply;

	failpoint("send-data");
	if (!send_body(r)) {
		const char *why = stream_reason(r->relay->stream);

		reply->code = 0;
		judge_open(r, 0, why != NULL ? why : "the mail could not be sent");
		return;
	}
	failpoint("send-dot");
	r->t->step = "data";
	relay_command(r->relay, relay_patience_dot, NULL);
	judge_open(r, outcome(reply), reply->text->str);
}

static GVariant *
collect(const struct run *r)
{
	GVariantBuilder b;

	g_variant_builder_init(&b, G_VARIANT_TYPE("a(sus)"));
	for (gsize i = 0; i < r->n; i++)
		g_variant_builder_add(
		    &b, "(sus)", r->t->recipients[i], r->verdicts[i].code, r->verdicts[i].text);
	return g_variant_builder_end(&b);
}

/* After a refusal the relay still holds an envelope; after a delivery it does not. */
static gboolean
clean_up(struct run *r)
{
	int code = r->relay->reply->code;

	if (stream_reason(r->relay->stream) != NULL || code == 0 || code == 421)
		return FALSE;
	if (strcmp(r->t->step, "data") == 0 && code / 100 == 2)
		return TRUE;
	return relay_command(r->relay, relay_patience, "RSET") / 100 == 2;
}

void
transaction_run(struct transaction *t, struct relay *relay)
{
	struct run r = {.t = t, .relay = relay, .n = g_strv_length((char **)t->recipients)};
	gboolean gone = FALSE;

	r.verdicts = g_new0(struct verdict, r.n);
	for (gsize i = 0; i < r.n; i++)
		r.verdicts[i].open = TRUE;
	failpoint("send-mail");
	t->usable = TRUE;
	if (pass_gate(&r)) {
		if (mail_from(&r) && rcpt_to(&r) && ask_for_data(&r)) {
			gone = !t->may_go(t->id, t->context);
			if (!gone)
				deliver(&r);
		}
		t->usable = !gone && clean_up(&r);
	}
	t->results = gone ? NULL : collect(&r);
	for (gsize i = 0; i < r.n; i++)
		g_free(r.verdicts[i].text);
	g_free(r.verdicts);
}
