/* JSON and tables. */
#include "config.h"

#include "ctl/print.h"

#include "base/log.h"

#include <string.h>

enum { LINE_MOST = 65536, LABEL_WIDTH = 13, GAP = 2 };

void
print_json(JsonNode *node)
{
	g_autofree char *text = json_to_string(node, FALSE);

	puts(text);
}

static int
cells(gunichar c)
{
	if (g_unichar_iszerowidth(c))
		return 0;
	return g_unichar_iswide(c) ? 2 : 1;
}

int
print_width(const char *text)
{
	int width = 0;

	for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p))
		width += cells(g_utf8_get_char(p));
	return width;
}

char *
print_fit(const char *text, int most)
{
	const char *p = text;
	int width = 0;

	if (print_width(text) <= most)
		return g_strdup(text);
	while (*p != '\0' && width + cells(g_utf8_get_char(p)) <= most - 1) {
		width += cells(g_utf8_get_char(p));
		p = g_utf8_next_char(p);
	}
	return g_strdup_printf("%.*s…", (int)(p - text), text);
}

char *
print_time(const char *iso)
{
	g_autoptr(GDateTime) utc = *iso != '\0' ? g_date_time_new_from_iso8601(iso, NULL) : NULL;
	g_autoptr(GDateTime) local = utc != NULL ? g_date_time_to_local(utc) : NULL;

	return local != NULL ? g_date_time_format(local, "%Y-%m-%d %H:%M") : g_strdup("");
}

static void
append_element(JsonArray *array, guint index, JsonNode *node, gpointer data)
{
	GString *all = data;
	const char *text = JSON_NODE_HOLDS_OBJECT(node) ? json_object_get_string_member_with_default(
							      json_node_get_object(node), "address", "")
							: json_node_get_string(node);

	(void)array;
	g_string_append_printf(all, "%s%s", index > 0 ? ", " : "", text != NULL ? text : "");
}

static char *
raw_value(JsonObject *object, const char *member)
{
	JsonNode *node = json_object_get_member(object, member);
	GString *all;

	if (node == NULL || JSON_NODE_HOLDS_NULL(node) || JSON_NODE_HOLDS_OBJECT(node))
		return g_strdup("");
	if (JSON_NODE_HOLDS_ARRAY(node)) {
		all = g_string_new(NULL);
		json_array_foreach_element(json_node_get_array(node), append_element, all);
		return g_string_free(all, FALSE);
	}
	if (json_node_get_value_type(node) == G_TYPE_STRING)
		return g_strdup(json_node_get_string(node));
	if (json_node_get_value_type(node) == G_TYPE_BOOLEAN)
		return g_strdup(json_node_get_boolean(node) ? "yes" : "no");
	return g_strdup_printf("%" G_GINT64_FORMAT, json_node_get_int(node));
}

char *
print_value(JsonObject *object, const char *member)
{
	g_autofree char *raw = raw_value(object, member);

	return log_escape(raw, LINE_MOST);
}

static char *
cell(JsonObject *row, const struct column *column)
{
	g_autofree char *value = print_value(row, column->member);

	if (column->kind == COLUMN_TIME)
		return print_time(value);
	return column->most > 0 ? print_fit(value, column->most) : g_steal_pointer(&value);
}

static void
append_cell(GString *line, const char *text, int width, gboolean right)
{
	int pad = width - print_width(text);

	if (line->len > 0)
		g_string_append_printf(line, "%*s", GAP, "");
	if (right)
		g_string_append_printf(line, "%*s%s", pad, "", text);
	else
		g_string_append_printf(line, "%s%*s", text, pad, "");
}

/* Blanks at the end of a line help nobody. */
static void
put_cells(char **texts, const int *widths, const struct column *columns)
{
	g_autoptr(GString) line = g_string_new(NULL);

	for (int i = 0; columns[i].title != NULL; i++)
		append_cell(line, texts[i], widths[i], columns[i].kind == COLUMN_NUMBER);
	puts(g_strchomp(line->str));
}

static char **
make_cells(JsonObject *row, const struct column *columns, int *widths)
{
	GPtrArray *texts = g_ptr_array_new();

	for (int i = 0; columns[i].title != NULL; i++) {
		char *text = row != NULL ? cell(row, &columns[i]) : g_strdup(columns[i].title);

		widths[i] = MAX(widths[i], print_width(text));
		g_ptr_array_add(texts, text);
	}
	g_ptr_array_add(texts, NULL);
	return (char **)g_ptr_array_free(texts, FALSE);
}

void
print_table(JsonArray *rows, const struct column *columns)
{
	int widths[16] = {0};
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);

	if (json_array_get_length(rows) == 0) {
		puts("none");
		return;
	}
	g_ptr_array_add(lines, make_cells(NULL, columns, widths));
	for (guint i = 0; i < json_array_get_length(rows); i++)
		g_ptr_array_add(lines, make_cells(json_array_get_object_element(rows, i), columns, widths));
	for (guint i = 0; i < lines->len; i++)
		put_cells(lines->pdata[i], widths, columns);
}

void
print_pair(const char *label, const char *text)
{
	g_autofree char *clean = log_escape(text, LINE_MOST);

	if (*clean != '\0')
		printf("%-*s %s\n", LABEL_WIDTH, label, clean);
}

void
print_member(JsonObject *object, const char *label, const char *member)
{
	g_autofree char *value = print_value(object, member);

	print_pair(label, value);
}

void
print_time_member(JsonObject *object, const char *label, const char *member)
{
	g_autofree char *value = print_value(object, member);
	g_autofree char *text = print_time(value);

	print_pair(label, text);
}

void
print_title(const char *title)
{
	printf("\n%s\n", title);
}

void
print_lines(FILE *out, const char *indent, const char *text)
{
	for (const char *end; *text != '\0'; text = end + (*end != '\0')) {
		g_autofree char *line = NULL;
		g_autofree char *clean = NULL;

		end = strchrnul(text, '\n');
		line = g_strndup(text, (gsize)(end - text));
		clean = log_escape(line, LINE_MOST);
		fprintf(out, "%s%s\n", *clean != '\0' ? indent : "", clean);
	}
}
