/* Words of thanks and of courtesy, in the languages the desk speaks. Folded; accents as people write them and
 * without. */
#include "config.h"

#include "desk/thanks.h"

#include <string.h>

enum { WORDS_MAX = 25 };

static const char *const thanks[] = {"thank", "thanks", "thx", "ty", "cheers", "danke", "dankeschön", "merci",
    "gracias", "grazie", "obrigado", "obrigada", "ďakujem", "dakujem", "vďaka", "vdaka", "děkuji", "dekuji",
    "díky", "diky", "dik", "dík", "dziękuję", "dziekuje", "dzięki", "köszönöm", "bedankt", "dank", "tack",
    "takk", "tak", "kiitos", "salamat", "maraming", "cảm", "ơn", "teşekkürler", "спасибо", "дякую",
    "благодаря", "hvala", "mulțumesc", "multumesc", "ありがとう", "ありがとうございます",
    "ありがとうございました", "谢谢", "謝謝", "감사합니다", "شكرا", "ευχαριστώ"};

static const char *const courtesy[] = {"you", "u", "so", "very", "much", "many", "a", "lot", "for", "your",
    "the", "help", "support", "quick", "fast", "answer", "reply", "response", "great", "perfect", "super",
    "ok", "okay", "fine", "excellent", "awesome", "wonderful", "best", "kind", "regards", "greetings",
    "again", "all", "good", "have", "nice", "day", "weekend", "evening", "hi", "hello", "dear", "team",
    "that", "was", "it", "works", "working", "now", "solved", "resolved", "appreciated", "appreciate",
    "really", "and", "of", "in", "advance", "vielen", "herzlichen", "schön", "sehr", "für", "die", "ihre",
    "schnelle", "hilfe", "antwort", "hallo", "liebe", "grüße", "gruß", "viele", "freundliche", "freundlichen",
    "grüßen", "mit", "mfg", "lg", "alles", "gut", "beaucoup", "bien", "pour", "votre", "aide", "réponse",
    "rapide", "bonjour", "cordialement", "bonne", "journée", "muchas", "muchísimas", "por", "su", "ayuda",
    "respuesta", "saludos", "hola", "un", "saludo", "mille", "molte", "cordiali", "saluti", "muito", "veľmi",
    "velmi", "pekne", "pekný", "deň", "za", "pomoc", "rýchlu", "odpoveď", "odpověď", "rychlou", "dobrý",
    "den", "s", "pozdravom", "pozdravem", "bardzo", "pozdrawiam", "szépen", "wel", "hartelijk", "voor", "de",
    "hulp", "tusen", "mange", "po", "inyo", "sa", "tulong", "nhiều", "rất", "xin", "chân", "thành", "anh",
    "chị", "большое", "вам", "за", "помощь", "дуже", "super", "prima"};

static gboolean
is_in(const char *word, const char *const *list, gsize n)
{
	for (gsize i = 0; i < n; i++)
		if (strcmp(list[i], word) == 0)
			return TRUE;
	return FALSE;
}

static gboolean
in_name(const char *word, const char *folded_name)
{
	return strlen(word) > 1 && strstr(folded_name, word) != NULL;
}

/* The next run of letters and digits, folded; NULL at the end. */
static char *
next_word(const char **at)
{
	const char *start;

	while (**at != '\0' && !g_unichar_isalnum(g_utf8_get_char(*at)))
		*at = g_utf8_next_char(*at);
	start = *at;
	while (**at != '\0' &&
	       (g_unichar_isalnum(g_utf8_get_char(*at)) || g_unichar_ismark(g_utf8_get_char(*at))))
		*at = g_utf8_next_char(*at);
	return *at == start ? NULL : g_utf8_strdown(start, *at - start);
}

gboolean
thanks_only(const char *text, const char *sender_name)
{
	g_autofree char *name = g_utf8_strdown(sender_name, -1);
	gboolean thanked = FALSE;
	int words = 0;
	char *next;

	if (strchr(text, '?') != NULL)
		return FALSE;
	while ((next = next_word(&text)) != NULL) {
		g_autofree char *word = next;

		if (++words > WORDS_MAX)
			return FALSE;
		if (is_in(word, thanks, G_N_ELEMENTS(thanks)))
			thanked = TRUE;
		else if (!is_in(word, courtesy, G_N_ELEMENTS(courtesy)) && !in_name(word, name))
			return FALSE;
	}
	return thanked;
}
