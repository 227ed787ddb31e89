/*
 * Errors of the text, shown as a compiler shows them: place, sentence, the line, and a caret under the
 * culprit. The number of errors and the length of a line are bounded, so that a file of garbage costs little.
 */
#include "config.h"

#include "conf/report.h"

#include <string.h>

static void
error_free(gpointer data)
{
	struct conf_error *error = data;

	g_free(error->message);
	g_free(error->line);
	g_free(error);
}

GPtrArray *
conf_errors_new(void)
{
	return g_ptr_array_new_with_free_func(error_free);
}

/* The line that begins at `start`, without its end, not more than REPORT_LINE_MAX characters. */
static char *
line_text(const char *start)
{
	const char *end = start;

	for (int n = 0; n < REPORT_LINE_MAX && *end && *end != '\n' && *end != '\r'; n++)
		end = g_utf8_next_char(end);
	return g_strndup(start, (gsize)(end - start));
}

static void
add(struct report *report, const struct span *span, gboolean warning, char *message)
{
	struct conf_error *error = g_new0(struct conf_error, 1);

	error->place.file = span->file->name;
	error->place.line = span->line;
	error->place.column = span->column;
	error->length = MAX(span->length, 1);
	error->warning = warning;
	error->message = message;
	error->line = line_text(span->start);
	g_ptr_array_add(report->errors, error);
}

static G_GNUC_PRINTF(4, 0) void reportv(
    struct report *report, const struct span *span, gboolean warning, const char *format, va_list ap)
{
	report->failed |= !warning;
	if (report->full)
		return;
	if (report->errors->len + 1 >= REPORT_ERRORS_MAX) {
		report->full = TRUE;
		report->failed = TRUE;
		add(report, span, FALSE, g_strdup("too many errors: nothing is read from here on"));
		return;
	}
	add(report, span, warning, g_strdup_vprintf(format, ap));
}

void
report_error(struct report *report, const struct span *span, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	reportv(report, span, FALSE, format, ap);
	va_end(ap);
}

void
report_warning(struct report *report, const struct span *span, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	reportv(report, span, TRUE, format, ap);
	va_end(ap);
}

/* Characters of the word that `text` begins with. */
static int
word_length(const char *text)
{
	int length = 0;

	while (*text && strchr(" \t\r\n{},#\"", *text) == NULL) {
		text = g_utf8_next_char(text);
		length++;
	}
	return length;
}

void
conf_error_add(const struct conf_source *source, GPtrArray *errors, const struct conf_place *place,
    gboolean warning, char *message)
{
	struct report report = {.errors = errors};
	struct span span = {.line = place->line, .column = place->column};

	for (guint i = 0; i < source->files->len; i++) {
		const struct source_file *file = source->files->pdata[i];

		if (file->name == place->file)
			span.file = file;
	}
	g_return_if_fail(span.file);
	span.start = span.file->text;
	for (int line = 1; line < place->line && strchr(span.start, '\n'); line++)
		span.start = strchr(span.start, '\n') + 1;
	span.length = word_length(g_utf8_offset_to_pointer(span.start, place->column - 1));
	add(&report, &span, warning, message);
}

static guint
file_index(const struct conf_source *source, const char *name)
{
	for (guint i = 0; i < source->files->len; i++) {
		const struct source_file *file = source->files->pdata[i];

		if (file->name == name)
			return i;
	}
	return source->files->len;
}

static gint
compare(gconstpointer a, gconstpointer b, gpointer data)
{
	const struct conf_place *x = &(*(struct conf_error *const *)a)->place;
	const struct conf_place *y = &(*(struct conf_error *const *)b)->place;

	if (x->file != y->file)
		return (gint)file_index(data, x->file) - (gint)file_index(data, y->file);
	return x->line != y->line ? x->line - y->line : x->column - y->column;
}

void
report_sort(GPtrArray *errors, const struct conf_source *source)
{
	g_ptr_array_sort_with_data(errors, compare, (gpointer)source);
}

/* Columns that a terminal gives to `c`, when it stands in column `at` (from 0). */
static int
width(gunichar c, int at)
{
	if (c == '\t')
		return 8 - at % 8;
	if (g_unichar_iszerowidth(c))
		return 0;
	return g_unichar_iswide(c) ? 2 : 1;
}

/* Appends `c` as a terminal may see it: tabs become spaces, controls become U+FFFD. */
static void
show(GString *out, gunichar c, int columns)
{
	if (c == '\t')
		g_string_append_printf(out, "%*s", columns, "");
	else
		g_string_append_unichar(out, g_unichar_iscntrl(c) ? 0xfffd : c);
}

static void
underline(GString *out, int indent, int columns)
{
	g_string_append_printf(out, "\n%*s^", indent, "");
	for (int i = 1; i < columns; i++)
		g_string_append_c(out, '~');
}

char *
conf_error_text(const struct conf_error *error)
{
	GString *out = g_string_new(NULL);
	int at = 0, from = 0, to = 0, character = 1;

	g_string_printf(out, "%s:%d:%d: %s%s\n", error->place.file, error->place.line, error->place.column,
	    error->warning ? "warning: " : "", error->message);
	for (const char *p = error->line; *p; p = g_utf8_next_char(p), character++) {
		gunichar c = g_utf8_get_char(p);
		int columns = width(c, at);

		if (character == error->place.column)
			from = at;
		show(out, c, columns);
		at += columns;
		if (character < error->place.column + error->length)
			to = at;
	}
	if (error->place.column >= character)
		from = at;
	if (error->place.column <= REPORT_LINE_MAX)
		underline(out, from, to - from);
	return g_string_free(out, FALSE);
}

/* Changes, insertions, deletions and swaps of neighbours that make `b` out of `a`, letters without case. Both
 * shorter than NEAREST_LENGTH. */
enum { NEAREST_LENGTH = 40 };

static guint
edit_distance(const char *a, const char *b)
{
	guint rows[3][NEAREST_LENGTH + 1];
	gsize la = strlen(a), lb = strlen(b);

	for (gsize j = 0; j <= lb; j++)
		rows[0][j] = (guint)j;
	for (gsize i = 1; i <= la; i++) {
		guint *now = rows[i % 3], *before = rows[(i + 2) % 3], *before2 = rows[(i + 1) % 3];

		now[0] = (guint)i;
		for (gsize j = 1; j <= lb; j++) {
			gboolean same = g_ascii_tolower(a[i - 1]) == g_ascii_tolower(b[j - 1]);

			now[j] = MIN(MIN(now[j - 1], before[j]) + 1, before[j - 1] + !same);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				now[j] = MIN(now[j], before2[j - 2] + 1);
		}
	}
	return rows[la % 3][lb];
}

void
nearest_begin(struct nearest *nearest, const char *word)
{
	*nearest = (struct nearest){.word = word, .distance = (guint)strlen(word) / 3 + 1};
}

void
nearest_offer(struct nearest *nearest, const char *candidate)
{
	gsize a = strlen(nearest->word), b = strlen(candidate);
	guint distance;

	if (a >= NEAREST_LENGTH || b >= NEAREST_LENGTH || nearest->offered++ >= REPORT_NEAREST_MAX)
		return;
	distance = edit_distance(nearest->word, candidate);
	/* a word that shares nothing is no proposal */
	if (distance > nearest->distance || distance >= MAX(a, b) ||
	    (nearest->found && distance == nearest->distance))
		return;
	nearest->found = candidate;
	nearest->distance = distance;
}

char *
nearest_hint(const struct nearest *nearest)
{
	if (nearest->found == NULL)
		return g_strdup("");
	return g_strdup_printf("; did you mean `%s`?", nearest->found);
}
