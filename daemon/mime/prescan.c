/* Goes from line to line with memchr and looks closer only at lines that begin with "--" or "Content-". */
#include "config.h"

#include "mime/prescan.h"

#include <string.h>

struct counts {
	guint dashes;
	guint boundaries;
};

static gsize
line_length(const char *p, gsize n)
{
	const char *lf = memchr(p, '\n', n);

	return lf != NULL ? (gsize)(lf - p) + 1 : n;
}

/* The line with its continuations. */
static gsize
field_length(const char *p, gsize n)
{
	gsize at = line_length(p, n);

	while (at < n && (p[at] == ' ' || p[at] == '\t'))
		at += line_length(p + at, n - at);
	return at;
}

static gboolean
is_name(char c)
{
	return (guchar)c > ' ' && c != ';' && c != '=' && c != '"' && c != 127;
}

/* A Content field: how many parameters, how long their names, does one name a boundary? Quoted text is
 * skipped. */
static char *
scan_field(const char *p, gsize n, struct counts *counts)
{
	guint parameters = 0;
	gboolean quoted = FALSE, value = FALSE;
	gsize name = 0;

	for (gsize i = 0; i < n; i++) {
		if (p[i] == '"' && (i == 0 || p[i - 1] != '\\'))
			quoted = !quoted;
		if (!quoted && p[i] == ';')
			value = FALSE;
		if (!quoted && !value && p[i] == '=') {
			value = TRUE;
			if (++parameters > PRESCAN_PARAMETERS_MAX)
				return g_strdup_printf(
				    "a field of a part has more than %d parameters", PRESCAN_PARAMETERS_MAX);
			if (name > PRESCAN_NAME_MAX)
				return g_strdup_printf(
				    "a parameter's name is longer than %d bytes", PRESCAN_NAME_MAX);
			if (name >= 8 && g_ascii_strncasecmp(p + i - name, "boundary", 8) == 0)
				counts->boundaries++;
		}
		name = !quoted && is_name(p[i]) ? name + 1 : 0;
	}
	return NULL;
}

static char *
scan_line(const char *p, gsize n, struct counts *counts)
{
	gsize length;

	if (p[0] == '-' && n > 1 && p[1] == '-') {
		if (++counts->dashes > PRESCAN_DASHES_MAX)
			return g_strdup_printf("more than %d lines begin with \"--\"", PRESCAN_DASHES_MAX);
		return NULL;
	}
	if ((p[0] | 0x20) != 'c' || n < 8 || g_ascii_strncasecmp(p, "content-", 8) != 0)
		return NULL;
	length = field_length(p, n);
	if (length > PRESCAN_FIELD_MAX)
		return g_strdup_printf("a field of a part is longer than %d bytes", PRESCAN_FIELD_MAX);
	return scan_field(p, length, counts);
}

char *
prescan(const char *bytes, gsize n)
{
	struct counts counts = {0, 0};

	for (gsize at = 0; at < n; at += line_length(bytes + at, n - at)) {
		char *why = scan_line(bytes + at, n - at, &counts);

		if (why != NULL)
			return why;
		if (counts.boundaries > PRESCAN_BOUNDARIES_MAX)
			return g_strdup_printf("more than %d boundaries", PRESCAN_BOUNDARIES_MAX);
	}
	return NULL;
}
