/* New words, quoted text, signature: each line in exactly one of them, in many languages and clients' habits.
 */
#include "config.h"

#include "mime/phrase.h"
#include "mime/quote.h"

#include <string.h>

static const struct {
	const char *name, *subject, *body, *text, *signature;
} rows[] = {
    {"plain", "", "Hello,\n\nthe lamp is broken.\n", "Hello,\n\nthe lamp is broken.", ""},
    {"empty", "", "", "", ""},
    {"gmail", "",
	"Thanks!\n\nOn Tue, 3 Mar 2026 at 10:15, Ann Lee <ann@example.com> wrote:\n\n> lamp\n> socket\n",
	"Thanks!", ""},
    {"gmail, broken line", "",
	"Thanks!\n\nOn Tue, 3 Mar 2026 at 10:15, Ann Marie Louise Lee <\nann@example.com> wrote:\n\n> lamp\n",
	"Thanks!", ""},
    {"attribution over four lines", "",
	"Yes.\n\nOn 3 Mar 2026,\nat 10:15,\nAnn Lee\n<ann@example.com> wrote:\n> lamp\n", "Yes.", ""},
    {"interleaved", "", "Ann wrote:\n> first?\n\nYes.\n\n> second?\n\nNo.\n", "Yes.\n\nNo.", ""},
    {"bottom posted", "", "On 3.3.2026 10:15, Ann wrote:\n> lamp\n\nIt burns again.\n-- \nBob\n",
	"It burns again.", "-- \nBob"},
    {"no marks", "",
	"Danke.\n\nAm 03.03.2026 um 10:15 schrieb Ann Lee <ann@example.com>:\n\nDie Lampe\nist da.\n",
	"Danke.", ""},
    {"two attributions without marks", "",
	"Third.\n\nOn 3 Mar 2026 at 10:15, Ann <a@example.com> wrote:\n\nSecond.\n\nOn 2 Mar 2026 at 10:15, "
	"Bob <b@example.com> wrote:\n\nFirst.\n",
	"Third.", ""},
    {"no verb", "", "Hotovo.\n\n3. 3. 2026 o 10:15, Ann <ann@example.com>:\n\n> lampa\n", "Hotovo.", ""},
    {"broken bracket", "",
	"Takk.\n\nman. 3. mar. 2026 kl. 10:15 skrev Ann Lee <ann@example.com\n>:\n\n> lampe\n", "Takk.", ""},
    {"slovak", "", "Ďakujem.\n\nut 3. 3. 2026 o 10:15 Ann Lee <ann@example.com> napísal(a):\n\n> lampa\n",
	"Ďakujem.", ""},
    {"czech", "", "Díky.\n\nDne 3. 3. 2026 v 10:15 Ann Lee napsal(a):\n> lampa\n", "Díky.", ""},
    {"polish", "", "Dzięki.\n\nW dniu 2026-03-03 10:15, Ann Lee pisze:\n> lampa\n", "Dzięki.", ""},
    {"french", "", "Merci.\n\nLe mar. 3 mars 2026 à 10:15, Ann Lee <ann@example.com> a\nécrit :\n\n> lampe\n",
	"Merci.", ""},
    {"spanish", "",
	"Gracias.\n\nEl mar, 3 mar 2026 a las 10:15, Ann (<ann@example.com>) escribió:\n\n> foco\n",
	"Gracias.", ""},
    {"italian", "",
	"Grazie.\n\nIl giorno mar 3 mar 2026 alle ore 10:15 Ann <ann@example.com> ha scritto:\n\n> lampada\n",
	"Grazie.", ""},
    {"dutch", "",
	"Dank.\n\nOp 3 mrt. 2026 om 10:15 heeft Ann <ann@example.com> het volgende geschreven:\n\n> lamp\n",
	"Dank.", ""},
    {"swedish", "", "Tack.\n\nDen tis 3 mars 2026 kl 10:15 skrev Ann <ann@example.com>:\n\n> lampa\n",
	"Tack.", ""},
    {"finnish", "", "Kiitos.\n\nti 3. maalisk. 2026 klo 10.15 Ann (ann@example.com) kirjoitti:\n\n> lamppu\n",
	"Kiitos.", ""},
    {"hungarian", "",
	"Köszi.\n\nAnn <ann@example.com> ezt írta (időpont: 2026. márc. 3., K, 10:15):\n\n> lámpa\n",
	"Köszi.", ""},
    {"turkish", "",
	"Sağol.\n\nAnn <ann@example.com>, 3 Mar 2026 Sal, 10:15 tarihinde şunu yazdı:\n\n> lamba\n", "Sağol.",
	""},
    {"russian", "", "Спасибо.\n\nвт, 3 мар. 2026 г. в 10:15, Ann <ann@example.com>:\n\n> лампа\n", "Спасибо.",
	""},
    {"ukrainian", "", "Дякую.\n\nвт, 3 бер. 2026 р. о 10:15 Ann <ann@example.com> пише:\n\n> лампа\n",
	"Дякую.", ""},
    {"greek", "",
	"Ευχαριστώ.\n\nΣτις Τρί 3 Μαρ 2026 στις 10:15, ο Ann <ann@example.com> έγραψε:\n\n> λάμπα\n",
	"Ευχαριστώ.", ""},
    {"chinese", "", "谢谢。\n\nAnn <ann@example.com> 于2026年3月3日周二 10:15写道：\n\n> 灯\n", "谢谢。", ""},
    {"japanese", "", "ありがとう。\n\n2026年3月3日(火) 10:15 Ann <ann@example.com>:\n\n> 電球\n",
	"ありがとう。", ""},
    {"korean", "",
	"감사합니다.\n\n2026년 3월 3일 (화) 오전 10:15, Ann <ann@example.com>님이 작성:\n\n> 전구\n",
	"감사합니다.", ""},
    {"hebrew", "",
	"תודה.\n\n\u202bבתאריך יום ג׳, 3 במרץ 2026 ב-10:15 מאת \u202aAnn\u202c\u200f "
	"<\u202aann@example.com\u202c\u200f>:\u202c\n\n> "
	"מנורה\n",
	"תודה.", ""},
    {"outlook", "",
	"Works.\n\n________________________________\nFrom: Ann Lee <ann@example.com>\nSent: Tuesday, March "
	"3, 2026 10:15 AM\nTo: Bob\nSubject: Lamp\n\nHello Bob\n",
	"Works.", ""},
    {"outlook, bold, german", "",
	"Läuft.\n\n*Von:* Ann Lee <ann@example.com>\n*Gesendet:* Dienstag, 3. März 2026 10:15\n*An:* "
	"Bob\n*Betreff:* Lampe\n\nHallo\n",
	"Läuft.", ""},
    {"outlook, french", "",
	"Bien.\n\nDe : Ann <ann@example.com>\nEnvoyé : mardi 3 mars 2026 10:15\nÀ : Bob\nObjet : "
	"Lampe\n\nBonjour\n",
	"Bien.", ""},
    {"outlook, chinese", "",
	"好的。\n\n发件人：Ann <ann@example.com>\n发送时间：2026年3月3日 "
	"10:15\n收件人：Bob\n主题：灯\n\n你好\n",
	"好的。", ""},
    {"original message", "", "See below.\n\n-----Original Message-----\nFrom: Ann\nSent: Tuesday\n\nlamp\n",
	"See below.", ""},
    {"original message, slovak", "", "Viď nižšie.\n\n-------- Pôvodná správa --------\nOd: Ann\n\nlampa\n",
	"Viď nižšie.", ""},
    {"reply above", "", "My answer.\n\n##- Please type your reply above this line -##\n\nTicket 5\n",
	"My answer.", ""},
    {"our marker", "",
	"My answer.\n\nOn 3 Mar 2026 at 10:15, Support <s@example.com> wrote:\n\n> =-=-= triaged =-=-= "
	"[#12]\n> head\n\nbelow\n",
	"My answer.", ""},
    {"our marker, bare", "",
	"My answer.\n\nSupport <s@example.com> wrote on 3 Mar 2026:\n=-=-= triaged =-=-=\nhead\n",
	"My answer.", ""},
    {"device", "",
	"Yes.\n\nSent from my iPhone\n\nOn 3 Mar 2026, at 10:15, Ann <a@example.com> wrote:\n\n> lamp\n",
	"Yes.", "Sent from my iPhone"},
    {"device, german", "", "Ja.\n\nVon meinem iPhone gesendet\n", "Ja.", "Von meinem iPhone gesendet"},
    {"device, japanese", "", "はい。\n\niPhoneから送信\n", "はい。", "iPhoneから送信"},
    {"signature", "", "Please call.\n\n-- \nBob Ray\nTel. 123\n", "Please call.", "-- \nBob Ray\nTel. 123"},
    {"dashes, no blank", "", "Please call.\n--\nBob Ray\n", "Please call.", "--\nBob Ray"},
    {"list footer", "", "Question.\n\n_______________\nlamps mailing list\nlamps@example.org\n", "Question.",
	"_______________\nlamps mailing list\nlamps@example.org"},
    /* What must stay. */
    {"a list of dashes", "", "Either -- or.\n- one\n- two\n", "Either -- or.\n- one\n- two", ""},
    {"a sentence with a colon", "", "On Thursday:\n\nwe meet at noon.\n", "On Thursday:\n\nwe meet at noon.",
	""},
    {"from within a sentence", "", "The mail came From: our shop.\nTo: nobody in particular\n",
	"The mail came From: our shop.\nTo: nobody in particular", ""},
    {"sent from within a sentence", "", "The order was sent from my iPhone.\n",
	"The order was sent from my iPhone.", ""},
    {"on this day", "", "On this day\n\nI wrote something.\n", "On this day\n\nI wrote something.", ""},
    {"a web form", "Contact form", "From: Ann Lee\nSubject: Lamp\nTo: shop\n\nIt is broken.\n",
	"From: Ann Lee\nSubject: Lamp\nTo: shop\n\nIt is broken.", ""},
    {"only a device", "", "Sent from my iPhone\n", "Sent from my iPhone", ""},
    {"only an attribution", "", "On 3 Mar 2026 at 10:15, Ann <a@example.com> wrote:\n\nlamp\n", "lamp", ""},
    {"a sentence about sending", "", "Hello.\n\nSent from our warehouse on Monday, the lamp never came.\n",
	"Hello.\n\nSent from our warehouse on Monday, the lamp never came.", ""},
    {"a sentence that ends so", "", "Hallo.\n\nDie Lampe habe ich gestern gesendet.\n",
	"Hallo.\n\nDie Lampe habe ich gestern gesendet.", ""},
    {"text between rules", "",
	"The log:\n---\none\ntwo\nthree\nfour\nfive\nsix\n---\nthat is all\nof\nit\nthere\nis\nhere\n",
	"The log:\n---\none\ntwo\nthree\nfour\nfive\nsix\n---\nthat is all\nof\nit\nthere\nis\nhere", ""},
    {"a forward within a quote", "",
	"On 3 Mar 2026 at 10:15, Ann <a@example.com> wrote:\n> ---------- Forwarded message ---------\n> "
	"From: Bob\n> Date: today\n> lamp\n\nIt is here.\n",
	"It is here.", ""},
    {"delimiter in words", "", "My answer.\n\nReply above this line to add a comment\n\nTicket 5\n",
	"My answer.", ""},
    {"any dashes", "",
	"Fine.\n\n‐‐‐‐‐‐‐ Original Message ‐‐‐‐‐‐‐\nOn Monday, May 3, 2021 10:15 AM, Ann <a@example.com> "
	"wrote:\n\nlamp\n",
	"Fine.", ""},
    {"title above the header", "",
	"Merci\n\nMessage du 03/05/21 10:15\nDe : Ann\nA : Bob\nObjet : lampe\n\nlampe\n", "Merci", ""},
    {"arabic", "",
	"شكرا\n\nفي الاثنين، ٣ مايو ٢٠٢١ في ١٠:١٥ ص تمت كتابة ما يلي بواسطة Ann <a@example.com>:\n\n> lamp\n",
	"شكرا", ""},
    {"thai", "", "ขอบคุณ\n\nในวันที่ จ. 3 พ.ค. 2021 เวลา 10:15 Ann <a@example.com> เขียนว่า:\n\n> lamp\n", "ขอบคุณ",
	""},
    {"hindi", "", "धन्यवाद\n\nसोम, 3 मई 2021 को 10:15 am बजे को Ann <a@example.com> ने लिखा:\n\n> lamp\n",
	"धन्यवाद", ""},
    {"vietnamese", "",
	"Cảm ơn\n\nVào Th 2, 3 thg 5, 2021 vào lúc 10:15 Ann <a@example.com> đã viết:\n\n> lamp\n", "Cảm ơn",
	""},
    {"indonesian", "",
	"Terima kasih\n\nPada tanggal Sen, 3 Mei 2021 pukul 10.15 Ann <a@example.com> menulis:\n\n> lamp\n",
	"Terima kasih", ""},
    {"croatian", "", "Hvala.\n\npon, 3. svi 2021. u 10:15 Ann <a@example.com> napisao je:\n\n> lamp\n",
	"Hvala.", ""},
    {"lithuanian", "", "Ačiū.\n\n2021-05-03, pr, 10:15 Ann <a@example.com> rašė:\n\n> lamp\n", "Ačiū.", ""},
    {"estonian", "", "Tänan.\n\nKuupäev E, 3. mai 2021 kell 10:15 kirjutas Ann <a@example.com>:\n\n> lamp\n",
	"Tänan.", ""},
    {"only quote", "", "> lamp\n", "", ""},
};

/* Words of a text, sorted. */
static int
compare(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static char *
sorted_words(const char *text)
{
	g_auto(GStrv) words = g_strsplit_set(text, " \n", -1);

	qsort(words, g_strv_length(words), sizeof *words, compare);
	return g_strstrip(g_strjoinv(" ", words));
}

static void
assert_nothing_lost(const char *body, const struct quote_split *split)
{
	g_autofree char *all = g_strjoin("\n", split->text, split->quoted, split->signature, NULL);
	g_autofree char *before = sorted_words(body);
	g_autofree char *after = sorted_words(all);

	g_assert_cmpstr(before, ==, after);
}

static void
test_split(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct quote_split split;

		g_test_message("%s", rows[i].name);
		quote_split(rows[i].body, rows[i].subject, &split);
		g_assert_cmpstr(split.text, ==, rows[i].text);
		g_assert_cmpstr(split.signature, ==, rows[i].signature);
		assert_nothing_lost(rows[i].body, &split);
		quote_clear(&split);
	}
}

static void
test_forward(void)
{
	static const struct {
		const char *subject, *body, *text, *from, *fwd_subject, *fwd_text;
	} forwards[] = {
	    {"Fwd: Lamp",
		"Can you help?\n\n---------- Forwarded message ---------\nFrom: Ann <ann@example.com>\nDate: "
		"Tue, 3 Mar 2026 at 10:15\nSubject: Lamp\nTo: Bob <bob@example.com>\n\nIt is broken.\n",
		"Can you help?", "Ann <ann@example.com>", "Lamp", "It is broken."},
	    {"WG: Lampe",
		"Von: Ann <ann@example.com>\nGesendet: Dienstag, 3. März 2026 10:15\nAn: Bob\nBetreff: "
		"Lampe\n\nSie ist kaputt.\n",
		"", "Ann <ann@example.com>", "Lampe", "Sie ist kaputt."},
	    {"Lamp",
		"Please see.\n\n> Begin forwarded message:\n> \n> From: Ann <ann@example.com>\n> Subject: "
		"Lamp\n> Date: 3 March 2026\n> To: bob@example.com\n> \n> It is broken.\n",
		"Please see.", "Ann <ann@example.com>", "Lamp", "It is broken."},
	    {"Fwd: Lamp",
		"Look.\n\n  ----- Forwarded Message ----- From: Ann <ann@example.com>To: \"b@example.com\" "
		"<b@example.com>Sent: Tuesday, 3 March 2026, 10:15:00 CETSubject: Lamp\n It is broken.\n",
		"Look.", "Ann <ann@example.com>", "Lamp", " It is broken."},
	    {"FW: Lamp", "Am 03.03.2026, 10:15 schrieb \"Ann\" <ann@example.com>:\n\n    Sie ist kaputt.\n",
		"", "Am 03.03.2026, 10:15 schrieb \"Ann\" <ann@example.com>:", "Lamp", "    Sie ist kaputt."},
	    {"Re: Lamp",
		"Thanks\n\nFrom: Ann <ann@example.com>\nSent: Tuesday\nTo: Bob\nSubject: Lamp\n\nIt is "
		"broken.\n",
		"Thanks", "", "", ""},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(forwards); i++) {
		struct quote_split split;

		g_test_message("row %zu", i);
		quote_split(forwards[i].body, forwards[i].subject, &split);
		g_assert_cmpstr(split.text, ==, forwards[i].text);
		g_assert_cmpstr(split.fwd_from, ==, forwards[i].from);
		g_assert_cmpstr(split.fwd_subject, ==, forwards[i].fwd_subject);
		g_assert_cmpstr(split.fwd_text, ==, forwards[i].fwd_text);
		assert_nothing_lost(forwards[i].body, &split);
		quote_clear(&split);
	}
}

/* Texts made to be slow are read in the time of their length: ten times longer, not a hundred times slower.
 */
static void
test_linear(void)
{
	static const char *const pieces[] = {"From: a\n", "To: x\n", "To: x\n\n", ">", "> > >\n",
	    "On 1.1.2020 10:10 a@b\n", "On 1.1.2020 10:10 a@b wrote:\n> q\n", "____\n", "-- \n", "\n",
	    "wrote:", "<", "1.", "Sent from my iPhone\n\n"};

	for (gsize i = 0; i < G_N_ELEMENTS(pieces); i++) {
		g_autoptr(GString) body = g_string_new(NULL);
		struct quote_split split;
		gint64 start = g_get_monotonic_time();

		while (body->len < 400000)
			g_string_append(body, pieces[i]);
		quote_split(body->str, "", &split);
		g_test_message(
		    "%s: %" G_GINT64_FORMAT " ms", pieces[i], (g_get_monotonic_time() - start) / 1000);
		g_assert_cmpint(g_get_monotonic_time() - start, <, 3 * G_USEC_PER_SEC);
		quote_clear(&split);
	}
}

/* Several phrases may begin, or end, alike. */
static void
test_phrases(void)
{
	static const char *const list[] = {"on", "only", "sent from", "sent", "送信", NULL};
	static struct phrases begin = PHRASES(list);
	static struct phrases behind = PHRASES_BEHIND(list);
	static const struct {
		const char *text;
		guint begins, ends; /* how many phrases do */
		gboolean within;
	} texts[] = {{"", 0, 0, FALSE}, {"o", 0, 0, FALSE}, {"on", 1, 1, TRUE}, {"only", 2, 1, TRUE},
	    {"sent from", 2, 1, TRUE}, {"sent", 1, 1, TRUE}, {"not sent", 0, 1, TRUE}, {"so", 0, 0, FALSE},
	    {"送信", 1, 1, TRUE}, {"x送信y", 0, 0, TRUE}, {"送", 0, 0, FALSE}};

	for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
		guint from = 0, begins = 0, ends = 0;

		while (phrase_at(&begin, texts[i].text, &from) != 0)
			begins++;
		from = 0;
		while (phrase_behind(&behind, texts[i].text, strlen(texts[i].text), &from) != 0)
			ends++;
		g_test_message("%s", texts[i].text);
		g_assert_cmpuint(begins, ==, texts[i].begins);
		g_assert_cmpuint(ends, ==, texts[i].ends);
		g_assert_cmpint(phrase_within(&begin, texts[i].text), ==, texts[i].within);
	}
}

/* Devices praise themselves below a name without a blank line too, but only at the very end. */
static void
test_devices(void)
{
	static const struct {
		const char *body, *text;
	} texts[] = {
	    {"It is broken.\n\nAnn\nSent from my iPhone\n", "It is broken.\n\nAnn"},
	    {"It is broken.\nSent from the shop on Monday.\n",
		"It is broken.\nSent from the shop on Monday."},
	    {"The lamp was\nSent from my Galaxy\nto yours.\n",
		"The lamp was\nSent from my Galaxy\nto yours."},
	    {"Ďakujem\n\nZískajte Outlook pre Android\n", "Ďakujem"},
	    {"Salamat\n\nIpinadala mula sa aking telepono\n", "Salamat"},
	    {"谢谢\n\n从网易邮箱大师发来的邮件\n", "谢谢"},
	    {"よろしく\n\nスマートフォンから送信\n", "よろしく"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
		struct quote_split split;

		quote_split(texts[i].body, "", &split);
		g_assert_cmpstr(split.text, ==, texts[i].text);
		quote_clear(&split);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/quote/devices", test_devices);
	g_test_add_func("/quote/phrases", test_phrases);
	g_test_add_func("/quote/split", test_split);
	g_test_add_func("/quote/forward", test_forward);
	g_test_add_func("/quote/linear", test_linear);
	return g_test_run();
}
