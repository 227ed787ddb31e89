/* Bounces: reports and words; who, which status, which mail of ours; and what is none. */
#include "config.h"

#include "mime/bounce.h"
#include "mime/words.h"

#include <string.h>
#ifdef TRIAGED_SANITIZED
#include <sanitizer/lsan_interface.h>
#endif

#define DAEMON "From: Mail Delivery System <MAILER-DAEMON@mx.example.net>\nTo: support@desk.test\n"
#define REPORT(fields)                                                                                       \
	DAEMON "Subject: Undelivered Mail\nMIME-Version: 1.0\n"                                              \
	       "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"                 \
	       "--b\nContent-Type: text/plain\n\nSorry.\n--b\nContent-Type: message/delivery-status\n\n"     \
	       "Reporting-MTA: dns; mx.example.net\n\n" fields                                               \
	       "\n--b\nContent-Type: message/rfc822\n\nMessage-ID: <1.abc@desk.test>\nTo: "                  \
	       "ann@customer.test\n\nhello\n--b--\n"
#define RETURNED                                                                                             \
	"\n--- Below this line is a copy of the message.\n\nReceived: from desk.test\nFrom: "                \
	"support@desk.test\nTo: ann@customer.test\nMessage-ID: <1.abc@desk.test>\n\nhello\n"

/* `expected`: recipient status action, a line an entry; NULL: no bounce. */
static const struct {
	const char *name, *mail, *expected, *id;
} rows[] = {
    {"report",
	REPORT("Final-Recipient: rfc822; ann@customer.test\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: "
	       "smtp; 550 5.1.1 unknown\n"),
	"ann@customer.test 5.1.1 failed\n", "1.abc@desk.test"},
    {"two recipients",
	REPORT("Final-Recipient: rfc822; <ann@customer.test>\nAction: failed\nStatus: 5.2.2 (full)\n\n"
	       "Final-Recipient: rfc822; bob@customer.test\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: "
	       "smtp; 550 mailbox\n unavailable, no such user\n"),
	"ann@customer.test 5.2.2 failed\nbob@customer.test 5.0.0 failed\n", "1.abc@desk.test"},
    {"delayed", REPORT("Final-Recipient: rfc822;ann@customer.test\nAction: delayed\nStatus: 4.4.1\n"),
	"ann@customer.test 4.4.1 delayed\n", "1.abc@desk.test"},
    {"delivered", REPORT("Final-Recipient: rfc822;ann@customer.test\nAction: delivered\nStatus: 2.0.0\n"),
	NULL, ""},
    {"one delivered, one not",
	REPORT("Final-Recipient: rfc822;a@b.test\nAction: relayed\nStatus: 2.0.0\n\nFinal-Recipient: "
	       "rfc822;c@d.test\nAction: failed\nStatus: 5.7.1\n"),
	"c@d.test 5.7.1 failed\n", "1.abc@desk.test"},
    {"only the original recipient",
	REPORT("Original-Recipient: rfc822;ann@customer.test\nAction: failed\nStatus: 5.1.1\n"),
	"ann@customer.test 5.1.1 failed\n", "1.abc@desk.test"},
    {"utf-8", REPORT("Final-Recipient: utf-8; j\xc3\xb6rg@customer.test\nAction: failed\nStatus: 5.1.1\n"),
	"j\xc3\xb6rg@customer.test 5.1.1 failed\n", "1.abc@desk.test"},
    {"words with code",
	DAEMON
	"Subject: failure notice\n\nHi. I wasn't able to deliver your message to the following addresses.\n\n"
	"<ann@customer.test>:\n192.0.2.1 does not like recipient.\nRemote host said: 550 5.1.1 "
	"unknown\nGiving up on 192.0.2.1.\n" RETURNED,
	"ann@customer.test 5.1.1 failed\n", "1.abc@desk.test"},
    {"two in words",
	DAEMON "Subject: Delivery failure\n\nUnable to deliver message to the following addresses.\n\n"
	       "<ann@customer.test>:\nmailbox is full\n\n<bob@customer.test>:\nno such user\n" RETURNED,
	"ann@customer.test 5.2.2 failed\nbob@customer.test 5.1.1 failed\n", "1.abc@desk.test"},
    {"code before the address",
	DAEMON "Subject: Undeliverable Mail\n\nCould not be delivered because of\n\n550 5.7.1 Denied\n\n"
	       "The following recipients were affected:\n    ann@customer.test\n" RETURNED,
	"ann@customer.test 5.7.1 failed\n", "1.abc@desk.test"},
    {"reply code only",
	DAEMON "Subject: Returned mail\n\n----- Transcript of session follows -----\n>>> RCPT "
	       "To:<ann@customer.test>\n<<< 451 later\n" RETURNED,
	"ann@customer.test 4.0.0 failed\n", "1.abc@desk.test"},
    {"not an enhanced code",
	DAEMON "Subject: failure notice\n\n<ann@customer.test>:\nhost 5.1.1.9 said no\n" RETURNED,
	"ann@customer.test 5.0.0 failed\n", "1.abc@desk.test"},
    {"warning",
	DAEMON "Subject: Warning: message 1 delayed 24 hours\n\nA message has not yet been delivered to:\n\n "
	       " ann@customer.test\n\nDelivery attempts will continue to be made.\n",
	"ann@customer.test 4.0.0 delayed\n", ""},
    {"in the header",
	DAEMON "Subject: Mail delivery failed\nX-Failed-Recipients: ann@customer.test\n\nA message could not "
	       "be delivered.\n\n  ann@customer.test\n    host mx [192.0.2.9]: 550 5.2.1 disabled\n" RETURNED,
	"ann@customer.test 5.2.1 failed\n", "1.abc@desk.test"},
    {"nobody named: the returned mail's To",
	DAEMON "Subject: Undeliverable message\n\nThe user was not found.\n" RETURNED,
	"ann@customer.test 5.1.1 failed\n", "1.abc@desk.test"},
    {"german",
	DAEMON "Subject: Unzustellbar: Lampe\n\nIhre Nachricht konnte nicht zugestellt "
	       "werden:\n\nann@customer.test\n  5.1.1 Benutzer unbekannt\n",
	"ann@customer.test 5.1.1 failed\n", ""},
    {"transcript from nobody",
	"From: <>\nSubject: Returned mail: see transcript for details\n\n----- The following addresses had "
	"permanent fatal errors -----\n<ann@customer.test>\n    (reason: 550 5.7.1 blocked)\n    (expanded "
	"from: <anna@customer.test>)\n\n----- Transcript of session follows -----\n>>> DATA\n<<< 550 5.7.1 "
	"blocked\n554 5.0.0 Service unavailable\n",
	"ann@customer.test 5.7.1 failed\n", ""},
    {"helpers are not whom it is about",
	DAEMON
	"Subject: Undelivered mail\n\nFor further assistance, contact <help@isp.test>\n\n<help@isp.test> is "
	"glad to help.\n\n<ann@customer.test>: host mx said: 550 5.1.1 unknown\n",
	"ann@customer.test 5.1.1 failed\n", ""},
    {"json",
	"From: AWS <no-reply@sns.amazonaws.com>\nSubject: AWS Notification "
	"Message\n\n{\"notificationType\":\"Bounce\",\"bounce\":{\"bouncedRecipients\":[{\"emailAddress\":"
	"\"ann@customer.test\",\"status\":\"5.1.1\"}]},\"mail\":{\"source\":\"support@desk.test\"}}\n",
	"ann@customer.test 5.1.1 failed\n", ""},
    {"a person quotes one",
	"From: Ann <ann@customer.test>\nSubject: Mail delivery failed\n\nI wrote to sales@desk.test and it "
	"came back:\n\n550 5.1.1 <sales@desk.test>: User unknown\n\nCan you help?\n",
	NULL, ""},
    {"feedback",
	"From: fbl@isp.test\nSubject: complaint\nContent-Type: multipart/report; "
	"report-type=feedback-report; boundary=b\n\n"
	"--b\nContent-Type: text/plain\n\nundeliverable 550 5.1.1\n--b\nContent-Type: "
	"message/feedback-report\n\nFeedback-Type: abuse\n--b--\n",
	NULL, ""},
    {"receipt",
	"From: ann@customer.test\nSubject: Not read: Lamp\nContent-Type: multipart/report; "
	"report-type=disposition-notification; boundary=b\n\n"
	"--b\nContent-Type: text/plain\n\nwas not delivered\n--b\nContent-Type: "
	"message/disposition-notification\n\nFinal-Recipient: rfc822;ann@customer.test\nDisposition: "
	"automatic-action/MDN-sent-automatically; deleted\n--b--\n",
	NULL, ""},
    {"vacation",
	"From: ann@customer.test\nReturn-Path: <>\nAuto-Submitted: auto-replied\nSubject: Automatic reply: "
	"Lamp\n\nI am away until Monday.\n",
	NULL, ""},
    {"vacation, the customer's words in its subject",
	"From: ann@customer.test\nReturn-Path: <>\nAuto-Submitted: auto-replied\nSubject: Automatic reply: "
	"Re: Lamp not delivered\n\nI am away until Monday.\n",
	NULL, ""},
    {"vacation with a number",
	"From: ann@customer.test\nReturn-Path: <>\nAuto-Submitted: auto-replied\nSubject: Thank you\n\nI do "
	"not exist here until Monday; call 550 123 or 5.1.1 Ltd.; this does not exist.\n",
	NULL, ""},
    {"a person asks about one",
	"From: ann@customer.test\nSubject: Re: Undelivered Mail Returned to Sender\n\nWhat does this "
	"mean?\n> 550 5.1.1 user unknown\n",
	NULL, ""},
    {"a person complains",
	"From: ann@customer.test\nSubject: Not delivered!\n\nThe lamp was not delivered. It is refused.\n",
	NULL, ""},
};

static char *
as_text(GVariant *bounces, char **id)
{
	g_autoptr(GString) out = g_string_new(NULL);

	for (gsize i = 0; i < g_variant_n_children(bounces); i++) {
		g_autoptr(GVariant) one = g_variant_get_child_value(bounces, i);
		const char *recipient, *status, *action, *original;

		g_assert_true(g_variant_lookup(one, "recipient", "&s", &recipient));
		g_assert_true(g_variant_lookup(one, "status", "&s", &status));
		g_assert_true(g_variant_lookup(one, "action", "&s", &action));
		g_assert_true(g_variant_lookup(one, "original_message_id", "&s", &original));
		g_string_append_printf(out, "%s %s %s\n", recipient, status, action);
		g_free(*id);
		*id = g_strdup(original);
	}
	return g_strdup(out->str);
}

/* The text of the first part, or of the mail. */
static const char *
body_of(const struct parts *parts)
{
	for (guint i = 0; i < parts->parts->len; i++) {
		const struct part *part = g_ptr_array_index(parts->parts, i);

		if (strcmp(part->type, "text/plain") == 0)
			return part->text;
	}
	return "";
}

static void
test_bounces(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GBytes) raw = g_bytes_new_static(rows[i].mail, strlen(rows[i].mail));
		g_autofree char *held = NULL, *text = NULL, *id = g_strdup("");
		g_autoptr(parts_t) parts = parts_read(raw, &held);
		g_autofree char *subject = words_decode(field_get(parts->fields, "Subject"), "");
		g_autoptr(GVariant) bounces = bounce_read(parts, body_of(parts), subject);

		g_test_message("%s", rows[i].name);
		if (bounces != NULL) {
			g_variant_ref_sink(bounces);
			text = as_text(bounces, &id);
		}
		g_assert_cmpstr(text, ==, rows[i].expected);
		g_assert_cmpstr(id, ==, rows[i].id);
	}
}

/* As much of everything as a mail can hold. */
static void
test_large(void)
{
	static const char *const pieces[] = {"<a%d@b.test>\n", "@", "5.1.1 ",
	    "Final-Recipient: rfc822;a%d@b.test\nAction: failed\n\n", "\n", "550 "};

	for (gsize i = 0; i < G_N_ELEMENTS(pieces); i++) {
		g_autoptr(GString) mail = g_string_new(DAEMON "Subject: failure notice\n\n");
		g_autoptr(GBytes) raw = NULL;
		g_autofree char *held = NULL;
		g_autoptr(parts_t) parts = NULL;
		g_autoptr(GVariant) bounces = NULL;

		for (int n = 0; n < 50000; n++)
			for (const char *p = pieces[i]; *p != '\0'; p++)
				if (p[0] == '%')
					g_string_append_printf(mail, "%d", n), p++;
				else
					g_string_append_c(mail, *p);
		raw = g_bytes_new(mail->str, mail->len);
		parts = parts_read(raw, &held);
		bounces = bounce_read(parts, body_of(parts), "failure notice");
		g_assert_nonnull(bounces);
		g_variant_ref_sink(bounces);
		g_assert_cmpuint(g_variant_n_children(bounces), <=, BOUNCE_RECIPIENTS_MAX);
	}
}

/* GMime never frees its table of types. */
static void
init(void)
{
#ifdef TRIAGED_SANITIZED
	__lsan_disable();
#endif
	parts_init();
#ifdef TRIAGED_SANITIZED
	__lsan_enable();
#endif
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	init();
	g_test_add_func("/bounce/bounces", test_bounces);
	g_test_add_func("/bounce/large", test_large);
	return g_test_run();
}
