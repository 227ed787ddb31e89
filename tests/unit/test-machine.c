/* Robots, lists, reports, and the people who look like them. */
#include "config.h"

#include "mime/machine.h"

#include <string.h>
#ifdef TRIAGED_SANITIZED
#include <sanitizer/lsan_interface.h>
#endif

enum { A = 1, L = 2, F = 4, R = 8, S = 16 }; /* auto, list, feedback, receipt, suppress */

static const struct {
	const char *fields, *subject;
	int verdict;
	const char *why;
} rows[] = {
    {"From: ann@customer.test\n", "Lamp", 0, ""},
    {"From: ann@customer.test\nAuto-Submitted: no\n", "Lamp", 0, ""},
    {"From: ann@customer.test\nAuto-Submitted: no (of course)\n", "Lamp", 0, ""},
    {"From: ann@customer.test\nAuto-Submitted: auto-replied\n", "Lamp", A, "Auto-Submitted: auto-replied"},
    {"From: ann@customer.test\nAuto-Submitted: auto-notified; owner-email=\"x@y.test\"\n", "Lamp", A, NULL},
    {"From: ann@customer.test\nAuto-Submitted: never-heard-of\n", "Lamp", A, NULL},
    {"From: ann@customer.test\nX-Auto-Response-Suppress: All\n", "Lamp", S, ""},
    {"From: ann@customer.test\nX-Auto-Response-Suppress: DR, RN, NRN, OOF, AutoReply\n", "Lamp", S, ""},
    {"From: ann@customer.test\nX-Auto-Response-Suppress: DR\n", "Lamp", 0, ""},
    {"From: ann@customer.test\nX-Autoreply: yes\n", "Lamp", A, NULL},
    {"From: ann@customer.test\nX-Autorespond: x\n", "Lamp", A, NULL},
    {"From: ann@customer.test\nPrecedence: auto_reply\n", "Lamp", A, NULL},
    {"From: ann@customer.test\nPrecedence: bulk\n", "Lamp", A | L, "Precedence: bulk"},
    {"From: ann@customer.test\nPrecedence: list\nList-Id: <lamps.example.org>\n", "Lamp", L, NULL},
    {"From: ann@customer.test\nPrecedence: first-class\n", "Lamp", 0, ""},
    {"From: ann@customer.test\nMailing-List: contact lamps-help@example.org\n", "Lamp", L, NULL},
    {"From: ann@customer.test\nList-Unsubscribe: <mailto:u@example.org>\n", "Offer", L,
	"List-Unsubscribe: <mailto:u@example.org>"},
    {"From: ann@customer.test\nFeedback-ID: 1:2:3\n", "Offer", L, NULL},
    {"From: ann@customer.test\nSender: lamps-bounces@example.org\n", "Lamp", L, NULL},
    {"From: ann@customer.test\nReturn-Path: <>\n", "Lamp", A, "Return-Path: <>"},
    {"From: ann@customer.test\nReturn-Path: <ann@customer.test>\n", "Lamp", 0, ""},
    {"From: MAILER-DAEMON (Mail Delivery System)\n", "Lamp", A, NULL},
    {"From: \"Post\" <PostMaster@example.org>\n", "Lamp", A, NULL},
    {"From: No Reply <no-reply@example.org>\n", "Order", A, NULL},
    {"From: do_not_reply+17@example.org\n", "Order", A, NULL},
    {"From: Noreen Plye <noreen@example.org>\n", "Order", 0, ""},
    {"From: owner-lamps@example.org\n", "Digest", A, NULL},
    {"From: Acme <newsletter@acme.test>\n", "Offer", L, NULL},
    {"From: ann@lists.example.org\n", "Digest", L, NULL},
    {"From: ann@customer.test\nReturn-Path: <bounce-781148732@calendar.test>\n", "Lamp", 0, ""},
    {"From: ann@customer.test\nReturn-Path: <bounces+17=ann@desk.test>\n", "Lamp", 0, ""},
    {"From: ann@customer.test\nReturn-Path: <lamps-bounces+17=ann@example.org>\n", "Lamp", L, NULL},
    {"From: ann@customer.test\nReturn-Path: ann@customer.test\nReturn-Path: <lamps-errors@example.org>\n",
	"Lamp", L, "Return-Path: <lamps-errors@example.org>"},
    {"From: ann@customer.test\nReply-To: Lamps <lamps-unsubscribe@example.org>\n", "Lamp", L, NULL},
    {"From: bounce-42@example.org\n", "Lamp", A, NULL},
    {"From: Al Bouncer <bouncer@customer.test>\n", "Lamp", 0, ""},
    {"From: it-admin@customer.test\n", "Lamp", 0, ""},
    {"From: Alerts <alerts@example.org>\n", "Lamp", L, NULL},
    {"From: Ann News <ann.news@customer.test>\n", "Lamp", 0, ""},
    {"From: ann@customer.test\nX-Campaign: spring\n", "Lamp", L, NULL},
    {"From: ann@customer.test\nX-Failed-Recipients: b@example.org\n", "x", A, NULL},
    {"From: ann@customer.test\nX-Apple-Action: vacation\n", "x", A, NULL},
    {"From: ann@customer.test\nDelivered-To: autoresponder\n", "x", A, NULL},
    {"From: ann@customer.test\nDelivered-To: support@desk.test\n", "x", 0, ""},
    {"From: a@b.test\nContent-Type: multipart/report; report-type=disposition-notification; boundary=b\n",
	"Read: Lamp", A | R, NULL},
    {"From: a@b.test\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\n", "complaint",
	A | F, NULL},
    {"From: a@b.test\nContent-Type: multipart/report; report-type=anything; boundary=b\n", "x", A, NULL},
    {"From: a@b.test\n", "Automatic reply: Lamp", A, "Subject: Automatic reply: Lamp"},
    {"From: a@b.test\n", "Out of Office: Lamp", A, NULL},
    {"From: a@b.test\n", "Out of office next week - who answers Ann?", 0, ""},
    {"From: a@b.test\n", "Re: Automatic reply: Lamp", 0, ""},
    {"From: a@b.test\n", "Ann Lee is out of the office (returning 3 May)", A, NULL},
    {"From: a@b.test\n", "Re: Ann Lee is out of the office", 0, ""},
    {"From: a@b.test\n", "[lamps] Ann Lee is out of the office.", A, NULL},
    {"From: a@b.test\n", "The lamp is out of the office building", 0, ""},
    {"From: a@b.test\n", "Automatische Antwort: Lampe", A, NULL},
    {"From: a@b.test\n", "Abwesenheitsnotiz", A, NULL},
    {"From: a@b.test\n", "Réponse automatique : lampe", A, NULL},
    {"From: a@b.test\n", "Respuesta automática: foco", A, NULL},
    {"From: a@b.test\n", "Resposta automática: lâmpada", A, NULL},
    {"From: a@b.test\n", "Risposta automatica: lampada", A, NULL},
    {"From: a@b.test\n", "Automatisch antwoord: lamp", A, NULL},
    {"From: a@b.test\n", "Automatisk svar: lampe", A, NULL},
    {"From: a@b.test\n", "Autosvar: lampa", A, NULL},
    {"From: a@b.test\n", "Automaattinen vastaus: lamppu", A, NULL},
    {"From: a@b.test\n", "Automatická odpoveď: lampa", A, NULL},
    {"From: a@b.test\n", "Mimo kancelárie: lampa", A, NULL},
    {"From: a@b.test\n", "Automatická odpověď: lampa", A, NULL},
    {"From: a@b.test\n", "Odpowiedź automatyczna: lampa", A, NULL},
    {"From: a@b.test\n", "Automatikus válasz: lámpa", A, NULL},
    {"From: a@b.test\n", "Răspuns automat: lampă", A, NULL},
    {"From: a@b.test\n", "Otomatik Yanıt: lamba", A, NULL},
    {"From: a@b.test\n", "Автоматический ответ: лампа", A, NULL},
    {"From: a@b.test\n", "Автоматична відповідь: лампа", A, NULL},
    {"From: a@b.test\n", "Αυτόματη απάντηση: λάμπα", A, NULL},
    {"From: a@b.test\n", "תשובה אוטומטית: מנורה", A, NULL},
    {"From: a@b.test\n", "رد تلقائي: مصباح", A, NULL},
    {"From: a@b.test\n", "自动回复: 灯", A, NULL},
    {"From: a@b.test\n", "自動応答: 電球", A, NULL},
    {"From: a@b.test\n", "자동 회신: 전구", A, NULL},
    {"From: a@b.test\n", "Trả lời tự động: đèn", A, NULL},
    {"From: a@b.test\n", "Balasan otomatis: lampu", A, NULL},
    {"From: a@b.test\n", "Urlaub", A, NULL},
    {"From: a@b.test\n", "Urlaubsantrag für Mai", 0, ""},
};

static struct parts *
read_mail(const char *fields)
{
	g_autofree char *mail =
	    g_strconcat(fields, "\n--b\nContent-Type: text/plain\n\nwords\n--b--\n", NULL);
	g_autoptr(GBytes) raw = g_bytes_new(mail, strlen(mail));
	g_autofree char *held = NULL;

	return parts_read(raw, &held);
}

static void
test_verdicts(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(parts_t) parts = read_mail(rows[i].fields);
		struct machine_verdict v;

		g_test_message("%s %s", rows[i].fields, rows[i].subject);
		machine_judge(parts, rows[i].subject, &v);
		g_assert_cmpint((v.is_auto ? A : 0) | (v.is_list ? L : 0) | (v.is_feedback ? F : 0) |
				    (v.is_receipt ? R : 0) | (v.suppress ? S : 0),
		    ==, rows[i].verdict);
		if (rows[i].why != NULL)
			g_assert_cmpstr(v.why, ==, rows[i].why);
		machine_clear(&v);
	}
}

static void
test_loop(void)
{
	for (int hops = 50; hops <= 51; hops++) {
		g_autoptr(GString) fields = g_string_new("From: a@b.test\n");
		g_autoptr(parts_t) parts = NULL;
		struct machine_verdict v;

		for (int i = 0; i < hops; i++)
			g_string_append(fields, "Received: from a by b\n");
		parts = read_mail(fields->str);
		machine_judge(parts, "Lamp", &v);
		g_assert_true(v.is_auto == (hops > 50));
		machine_clear(&v);
	}
}

static void
test_address(void)
{
	static const struct {
		const char *value, *address;
	} addresses[] = {
	    {"Ann <Ann@Example.org>", "ann@example.org"},
	    {"ann@example.org (Ann)", "ann@example.org"},
	    {"\"a <b@c.test>\" <d@e.test>", "d@e.test"},
	    {"<>", ""},
	    {"MAILER-DAEMON", ""},
	    {"x, y@z.test", "y@z.test"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(addresses); i++) {
		g_autofree char *address = machine_address(addresses[i].value);

		g_assert_cmpstr(address, ==, addresses[i].address);
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
	g_test_add_func("/machine/verdicts", test_verdicts);
	g_test_add_func("/machine/loop", test_loop);
	g_test_add_func("/machine/address", test_address);
	return g_test_run();
}
