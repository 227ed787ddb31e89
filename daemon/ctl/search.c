/* search: messages that have all the words, best first. */
#include "config.h"

#include "ctl/ctl.h"

#include "ctl/print.h"
#include "store/search.h"

#include <string.h>
#include <sysexits.h>

enum { FOUND_MOST = 100, SNIPPET_MOST = 120, LOOK_MOST = 65536 };

/* A line, or where it is long a piece of it, cut at a blank: at most SNIPPET_MOST characters. Its length in
 * bytes. */
static gsize
piece_length(const char *text)
{
	const char *p = text;
	const char *blank = NULL;

	for (int n = 0; n < SNIPPET_MOST && *p != '\0' && *p != '\n'; n++, p = g_utf8_next_char(p))
		if (*p == ' ')
			blank = p;
	if (*p != '\0' && *p != '\n' && blank != NULL)
		p = blank;
	return (gsize)(p - text);
}

static gboolean
has_any(const char *piece, char **words)
{
	g_autofree char *prepared = search_prepare(piece);

	for (char **w = words; *w != NULL; w++)
		if (**w != '\0' && strstr(prepared, *w) != NULL)
			return TRUE;
	return FALSE;
}

/* The first piece of the text that has one of the words; the beginning where an accent or the subject was
 * what matched. */
static char *
snippet(const char *text, char **words)
{
	char *first = NULL;
	const char *p = text;

	while (*p != '\0' && p - text < LOOK_MOST) {
		gsize n = piece_length(p);
		g_autofree char *piece = g_strstrip(g_strndup(p, n));

		p += n;
		p += *p == '\n' || *p == ' ';
		if (*piece == '\0')
			continue;
		if (has_any(piece, words)) {
			g_free(first);
			return g_steal_pointer(&piece);
		}
		if (first == NULL)
			first = g_steal_pointer(&piece);
	}
	return first != NULL ? first : g_strdup("");
}

static JsonObject *
hit(struct query *q, char **words)
{
	JsonObject *o = json_object_new();
	g_autofree char *subject = g_utf8_make_valid(query_text(q, 2), -1);
	g_autofree char *text = g_utf8_make_valid(query_text(q, 3), -1);
	g_autofree char *found = snippet(text, words);

	json_object_set_int_member(o, "ticket", query_int(q, 1));
	json_object_set_int_member(o, "message", query_int(q, 0));
	json_object_set_string_member(o, "subject", subject);
	json_object_set_string_member(o, "snippet", found);
	return o;
}

static char **
prepared_words(const struct sentence *s)
{
	GPtrArray *words = g_ptr_array_new();

	for (int i = 0; i < sentence_count(s); i++)
		g_ptr_array_add(words, g_strstrip(search_prepare(sentence_word(s, i))));
	g_ptr_array_add(words, NULL);
	return (char **)g_ptr_array_free(words, FALSE);
}

JsonNode *
search(struct ctl *ctl)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *asked = g_strjoinv(" ", (char **)ctl->sentence.words->pdata);
	g_auto(GStrv) words = prepared_words(&ctl->sentence);
	struct query *q = search_query(ctl->store, asked, FOUND_MOST, &error);
	JsonArray *hits;
	JsonNode *node;

	if (error != NULL) {
		ctl_fail(ctl, EX_USAGE, "%s", error->message);
		return NULL;
	}
	hits = json_array_new();
	while (query_next(q))
		json_array_add_object_element(hits, hit(q, words));
	node = json_node_new(JSON_NODE_ARRAY);
	json_node_take_array(node, hits);
	return node;
}

void
search_show(JsonNode *answer)
{
	static const struct column columns[] = {{"ticket", "ticket", COLUMN_NUMBER, 0},
	    {"subject", "subject", COLUMN_TEXT, 40}, {"words", "snippet", COLUMN_TEXT, 0},
	    {NULL, NULL, COLUMN_TEXT, 0}};

	print_table(json_node_get_array(answer), columns);
}
