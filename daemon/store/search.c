/* The search index: the one place with SQL of SQLite alone (FTS5, contentless: the words, not the texts). */
#include "config.h"

#include "store/search.h"

#include "store/internal.h"

#include <string.h>

/* Chinese, Japanese, Korean, Thai, Lao, Khmer, Burmese: words are not set apart by blanks. */
static gboolean
stands_alone(gunichar c)
{
	switch (g_unichar_get_script(c)) {
	case G_UNICODE_SCRIPT_HAN:
	case G_UNICODE_SCRIPT_HIRAGANA:
	case G_UNICODE_SCRIPT_KATAKANA:
	case G_UNICODE_SCRIPT_HANGUL:
	case G_UNICODE_SCRIPT_THAI:
	case G_UNICODE_SCRIPT_LAO:
	case G_UNICODE_SCRIPT_KHMER:
	case G_UNICODE_SCRIPT_MYANMAR:
		return TRUE;
	default:
		return FALSE;
	}
}

char *
search_prepare(const char *text)
{
	g_autofree char *normal = g_utf8_normalize(text, -1, G_NORMALIZE_NFKC);
	g_autofree char *folded = normal != NULL ? g_utf8_casefold(normal, -1) : g_strdup("");
	GString *out = g_string_sized_new(strlen(folded) + 16);

	for (const char *p = folded; *p != '\0'; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);

		if (stands_alone(c)) {
			g_string_append_c(out, ' ');
			g_string_append_unichar(out, c);
			g_string_append_c(out, ' ');
		} else if (g_unichar_isalnum(c) || g_unichar_ismark(c)) {
			g_string_append_unichar(out, c);
		} else {
			g_string_append_c(out, ' ');
		}
	}
	return g_string_free(out, FALSE);
}

/* Each word of the question is a phrase of the words that preparing makes of it. */
char *
search_question(const char *words)
{
	g_auto(GStrv) asked = g_strsplit_set(words, " \t\r\n", -1);
	GString *out = g_string_new(NULL);

	for (char **w = asked; *w != NULL; w++) {
		g_autofree char *prepared = search_prepare(*w);
		g_auto(GStrv) pieces = g_strsplit_set(g_strstrip(prepared), " ", -1);
		g_autoptr(GString) phrase = g_string_new(NULL);

		for (char **p = pieces; *p != NULL; p++)
			if (**p != '\0')
				g_string_append_printf(phrase, "%s%s", phrase->len > 0 ? " " : "", *p);
		if (phrase->len > 0)
			g_string_append_printf(out, "%s\"%s\"", out->len > 0 ? " " : "", phrase->str);
	}
	return g_string_free(out, out->len == 0);
}

static void
index_one(struct store *store, gint64 id, const char *subject, const char *text, const char *quoted)
{
	g_autofree char *all = g_strjoin("\n", subject, text, quoted, NULL);
	g_autofree char *prepared = search_prepare(all);
	struct query *q =
	    store_query_sql(store, "INSERT INTO search (rowid, words) VALUES ($1, $2)", "is", id, prepared);

	while (query_next(q))
		continue;
}

gboolean
search_pending(struct store *store)
{
	g_autofree char *upto = store_meta(store, "indexed");
	gint64 last = upto != NULL ? g_ascii_strtoll(upto, NULL, 10) : 0;
	struct query *q = store_query_sql(store, "SELECT max(id) FROM message", "");
	gboolean pending = FALSE;

	while (query_next(q))
		pending = query_int(q, 0) > last;
	return pending;
}

int
search_index(struct store *store, int most)
{
	g_autofree char *upto = store_meta(store, "indexed");
	gint64 last = upto != NULL ? g_ascii_strtoll(upto, NULL, 10) : 0;
	g_autofree char *now = NULL;
	int n = 0;
	struct query *q = store_query_sql(store,
	    "SELECT id, subject, text, quoted FROM message WHERE id > $1 ORDER BY id LIMIT $2", "ii", last,
	    (gint64)most);

	while (query_next(q)) {
		last = query_int(q, 0);
		index_one(store, last, query_text(q, 1), query_text(q, 2), query_text(q, 3));
		n++;
	}
	if (n == 0)
		return 0;
	now = g_strdup_printf("%" G_GINT64_FORMAT, last);
	store_set_meta(store, "indexed", now);
	return n;
}

struct query *
search_query(struct store *store, const char *words, int most, GError **error)
{
	g_autofree char *question = search_question(words);
	struct query *q;

	if (question == NULL) {
		g_set_error(
		    error, STORE_ERROR, STORE_ERROR_OTHER, "there is no word to search for in \"%s\"", words);
		return NULL;
	}
	q = store_query_sql(store,
	    "SELECT m.id, m.ticket, m.subject, m.text FROM search s JOIN message m ON m.id = s.rowid "
	    "WHERE s.words MATCH $1 ORDER BY s.rank LIMIT $2",
	    "si", question, (gint64)most);
	/* The question is bound as it is: it must outlive the walk. */
	if (q != NULL)
		q->keep = g_steal_pointer(&question);
	return q;
}
