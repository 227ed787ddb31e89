/* Rows as JSON. */
#include "config.h"

#include "ctl/rows.h"

#include "base/clock.h"

static void
set_text(JsonObject *o, const char *key, const char *text)
{
	g_autofree char *valid = g_utf8_make_valid(text, -1);

	json_object_set_string_member(o, key, valid);
}

static void
set_time(JsonObject *o, const char *key, gint64 ms)
{
	g_autofree char *iso = clock_iso(ms);

	json_object_set_string_member(o, key, iso);
}

static gboolean
is_nothing(struct query *q, int i, char type)
{
	switch (type) {
	case 'k':
		return query_int(q, i) == 0;
	case 't': /* never is written as the last of all times */
		return query_int(q, i) == 0 || query_int(q, i) == G_MAXINT64;
	case 'n':
		return *query_text(q, i) == '\0';
	default:
		return FALSE;
	}
}

static void
set_column(JsonObject *o, struct query *q, int i, char type)
{
	const char *key = query_name(q, i);

	if (is_nothing(q, i, type))
		json_object_set_null_member(o, key);
	else if (type == 'i' || type == 'k')
		json_object_set_int_member(o, key, query_int(q, i));
	else if (type == 'b')
		json_object_set_boolean_member(o, key, query_int(q, i) != 0);
	else if (type == 't')
		set_time(o, key, query_int(q, i));
	else
		set_text(o, key, query_text(q, i));
}

static JsonObject *
row(struct query *q, const char *types)
{
	JsonObject *o = json_object_new();

	for (int i = 0; types[i] != '\0'; i++)
		set_column(o, q, i, types[i]);
	return o;
}

JsonArray *
rows_array(struct query *q, const char *types)
{
	JsonArray *array = json_array_new();

	while (query_next(q))
		json_array_add_object_element(array, row(q, types));
	return array;
}

JsonObject *
rows_object(struct query *q, const char *types)
{
	JsonObject *o;

	if (!query_next(q))
		return NULL;
	o = row(q, types);
	query_end(q);
	return o;
}

JsonArray *
rows_strings(struct query *q)
{
	JsonArray *array = json_array_new();

	while (query_next(q)) {
		g_autofree char *valid = g_utf8_make_valid(query_text(q, 0), -1);

		json_array_add_string_element(array, valid);
	}
	return array;
}

JsonObject *
rows_pairs(struct query *q)
{
	JsonObject *o = json_object_new();

	while (query_next(q))
		set_text(o, query_text(q, 0), query_text(q, 1));
	return o;
}

JsonObject *
rows_counts(struct query *q)
{
	JsonObject *o = json_object_new();

	while (query_next(q))
		json_object_set_int_member(o, query_text(q, 0), query_int(q, 1));
	return o;
}
