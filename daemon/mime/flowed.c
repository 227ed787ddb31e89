/*
 * A line that ends with a blank goes on in the next one if that has the same quote depth (section 4.5); the
 * signature's
 * "-- " never does (4.3); one blank at the start is stuffing (4.4).
 */
#include "config.h"

#include "mime/flowed.h"

#include <string.h>

static void
begin_line(GString *out, int depth)
{
	for (int i = 0; i < depth; i++)
		g_string_append_c(out, '>');
	if (depth > 0)
		g_string_append_c(out, ' ');
}

char *
flowed_text(const char *text, gboolean delsp)
{
	GString *out = g_string_sized_new(strlen(text) + 16);
	int open = -1; /* depth of the paragraph that goes on, -1 for none */

	while (*text != '\0') {
		gsize n = strcspn(text, "\n");
		gsize quotes = strspn(text, ">");
		int depth = (int)MIN(quotes, n);
		const char *line = text + depth;
		gsize length = n - (gsize)depth;
		gboolean signature, flows;

		if (length > 0 && line[0] == ' ') {
			line++;
			length--;
		}
		signature = length == 3 && memcmp(line, "-- ", 3) == 0;
		flows = length > 0 && line[length - 1] == ' ' && !signature;
		if (open >= 0 && (open != depth || signature)) {
			g_string_append_c(out, '\n');
			open = -1;
		}
		if (open < 0)
			begin_line(out, depth);
		g_string_append_len(out, line, (gssize)(flows && delsp ? length - 1 : length));
		if (!flows)
			g_string_append_c(out, '\n');
		open = flows ? depth : -1;
		text += n + (text[n] == '\n');
	}
	if (open >= 0)
		g_string_append_c(out, '\n');
	return g_string_free(out, FALSE);
}
