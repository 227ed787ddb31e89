/*
 * Log lines. Each is written with one write(2), so that lines of several programs on one descriptor do not
 * mix. A priority in front (<3>) is for journald, which takes it off; it is left out on a terminal.
 */
#include "config.h"

#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 2048, EXIT_BROKEN = 70 };

static struct {
	char tag[96];
	gboolean terminal;
	unsigned long lost;
} state = {.tag = "triaged"};

void
log_init(const char *program, const char *name)
{
	if (name != NULL)
		g_snprintf(state.tag, sizeof state.tag, "%s[%s]", program, name);
	else
		g_strlcpy(state.tag, program, sizeof state.tag);
	state.terminal = isatty(STDERR_FILENO);
}

char *
log_escape(const char *text, gsize max)
{
	GString *out = g_string_new(NULL);
	const char *p = text;

	while (*p != '\0' && out->len < max) {
		gunichar c = g_utf8_get_char_validated(p, -1);

		if (c == (gunichar)-1 || c == (gunichar)-2) {
			g_string_append_printf(out, "\\x%02x", (unsigned char)*p++);
			continue;
		}
		if (g_unichar_isprint(c))
			g_string_append_unichar(out, c);
		else
			for (int i = 0; i < g_utf8_skip[(guchar)*p]; i++)
				g_string_append_printf(out, "\\x%02x", (unsigned char)p[i]);
		p = g_utf8_next_char(p);
	}
	return g_string_free(out, FALSE);
}

static void
write_line(int priority, const char *format, va_list ap)
{
	g_autofree char *raw = g_strdup_vprintf(format, ap);
	g_autofree char *text = log_escape(raw, LINE_MAX_BYTES);
	g_autofree char *line = NULL;
	g_autofree char *lost =
	    state.lost > 0 ? g_strdup_printf(" (%lu lines lost before)", state.lost) : NULL;

	if (state.terminal)
		line = g_strdup_printf("%s: %s%s\n", state.tag, text, lost ? lost : "");
	else
		line = g_strdup_printf("<%d>%s: %s%s\n", priority, state.tag, text, lost ? lost : "");
	if (write(STDERR_FILENO, line, strlen(line)) < 0)
		state.lost++;
	else
		state.lost = 0;
}

#define LOG_AT(priority)                                                                                     \
	do {                                                                                                 \
		va_list ap;                                                                                  \
		va_start(ap, format);                                                                        \
		write_line(priority, format, ap);                                                            \
		va_end(ap);                                                                                  \
	} while (0)

void
log_error(const char *format, ...)
{
	LOG_AT(3);
}

void
log_warn(const char *format, ...)
{
	LOG_AT(4);
}

void
log_info(const char *format, ...)
{
	LOG_AT(6);
}

void
log_fatal(const char *format, ...)
{
	LOG_AT(2);
	exit(EXIT_BROKEN);
}
