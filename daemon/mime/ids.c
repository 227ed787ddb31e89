/*
 * An id is what stands between angle brackets, without blanks and controls. Ids that many mails share because
 * a program made them wrongly would bring strangers together; they count as none.
 */
#include "config.h"

#include "mime/ids.h"

#include "mime/text.h"

#include <string.h>

static gboolean
is_known_bad(const char *id)
{
	const char *at = strrchr(id, '@');

	return at == NULL ? strlen(id) < 8 : at == id || strcmp(id, "@") == 0;
}

/* `n` bytes that were between brackets; NULL where they cannot be an id. Folding blanks inside are dropped,
 * since long ids are folded by some relays. */
static char *
id_new(const char *p, gsize n)
{
	g_autoptr(GString) id = g_string_sized_new(n);

	for (gsize i = 0; i < n; i++) {
		guchar c = (guchar)p[i];

		if (c == ' ' || c == '\t')
			continue;
		if (c < ' ' || c == 127 || c == '<' || c == '>')
			return NULL;
		g_string_append_c(id, (char)c);
	}
	if (id->len == 0 || id->len > IDS_LENGTH_MAX || is_known_bad(id->str) ||
	    !g_utf8_validate(id->str, -1, NULL))
		return NULL;
	return g_strdup(id->str);
}

/* The next <...> at or behind `*p`. FALSE at the end. */
static gboolean
next(const char **p, const char **id, gsize *n)
{
	const char *open = strchr(*p, '<');
	const char *close = open != NULL ? strchr(open, '>') : NULL;

	if (close == NULL)
		return FALSE;
	/* "<<a@b>": the last opening one counts. */
	for (const char *q = open + 1; q < close; q++)
		if (*q == '<')
			open = q;
	*id = open + 1;
	*n = (gsize)(close - open) - 1;
	*p = close + 1;
	return TRUE;
}

/* Without brackets: words with an @, for old and broken mailers. */
static void
add_bare(GPtrArray *all, const char *value)
{
	g_auto(GStrv) words = g_strsplit_set(value, " \t,;", IDS_MAX);

	for (guint i = 0; words[i] != NULL; i++) {
		const char *at = strchr(words[i], '@');
		char *id =
		    at != NULL && at != words[i] && at[1] != '\0' && strpbrk(words[i], "\"()<>:") == NULL
			? id_new(words[i], strlen(words[i]))
			: NULL;

		if (id != NULL)
			g_ptr_array_add(all, id);
	}
}

char *
ids_one(const char *value)
{
	const char *p = value, *id;
	gsize n;
	g_autoptr(GPtrArray) bare = NULL;

	if (value == NULL)
		return NULL;
	if (next(&p, &id, &n))
		return id_new(id, n);
	bare = g_ptr_array_new_with_free_func(g_free);
	add_bare(bare, value);
	return bare->len == 1 ? g_strdup(bare->pdata[0]) : NULL;
}

/* Each once; where an id comes twice the last place counts: it is the nearer parent. */
static GPtrArray *
without_doubles(GPtrArray *all, gboolean *cut)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
	GPtrArray *out = g_ptr_array_new_with_free_func(g_free);

	for (guint i = all->len; i > 0; i--) {
		if (!g_hash_table_add(seen, all->pdata[i - 1]))
			continue;
		if (out->len == IDS_MAX) {
			if (cut != NULL)
				*cut = TRUE;
			break;
		}
		g_ptr_array_add(out, g_strdup(all->pdata[i - 1]));
	}
	for (guint i = 0; i < out->len / 2; i++) {
		gpointer swap = out->pdata[i];

		out->pdata[i] = out->pdata[out->len - 1 - i];
		out->pdata[out->len - 1 - i] = swap;
	}
	return out;
}

GPtrArray *
ids_all(const char *value, gboolean *cut)
{
	g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(g_free);
	const char *p = value != NULL ? value : "", *id;
	gsize n;

	while (next(&p, &id, &n)) {
		char *one = id_new(id, n);

		if (one != NULL)
			g_ptr_array_add(all, one);
	}
	if (all->len == 0 && value != NULL && strchr(value, '<') == NULL)
		add_bare(all, value);
	return without_doubles(all, cut);
}
