/* File names in header fields: made safe to save anywhere, and written so that every client reads them. */
#include "config.h"

#include "mime/header.h"

#include <string.h>

enum {
	FILE_PLAIN = 60,    /* bytes of an ASCII name that stands in one piece */
	FILE_PIECE = 54,    /* bytes of a piece, RFC 2231 section 3 */
	EXTENSION_MAX = 16, /* characters */
};

/* Cuts to `max` characters and keeps a short extension: "very long….pdf" opens, "very long…" does not. */
static char *
cut(const char *name, glong max)
{
	glong length = g_utf8_strlen(name, -1);
	const char *dot = strrchr(name, '.');
	glong extension = dot == NULL ? 0 : g_utf8_strlen(dot, -1);
	g_autofree char *head = NULL;

	if (length <= max)
		return g_strdup(name);
	if (extension > EXTENSION_MAX)
		extension = 0;
	head = g_utf8_substring(name, 0, max - extension);
	return g_strconcat(head, extension > 0 ? dot : "", NULL);
}

/* A blank or a dot in front hides a file, one at the end is dropped by some systems. */
static void
strip_ends(char *name)
{
	gsize front = strspn(name, " .");
	gsize length = strlen(name + front);

	memmove(name, name + front, length + 1);
	while (length > 0 && strchr(" .", name[length - 1]) != NULL)
		name[--length] = '\0';
}

char *
header_file_name(const char *name)
{
	g_autofree char *clean = header_clean(name);

	if (clean == NULL)
		return g_strdup("");
	g_strdelimit(clean, "/\\:*?\"<>|", '_');
	strip_ends(clean);
	return cut(clean, HEADER_FILE_MAX);
}

void
header_put_parameter_ascii(GString *out, const char *parameter, const char *file)
{
	g_autoptr(GString) ascii = g_string_new(NULL);
	g_autofree char *shorter = NULL;

	for (; *file != '\0'; file = g_utf8_next_char(file))
		g_string_append_c(
		    ascii, (unsigned char)*file < 0x80 && *file != '"' && *file != '\\' ? *file : '_');
	shorter = cut(ascii->str, FILE_PLAIN);
	g_string_append_printf(out, ";\r\n %s=\"%s\"", parameter, shorter);
}

/* One character as RFC 2231 section 7 has it: attribute-char or percent. */
static const char *
put_percent(GString *out, const char *p)
{
	const char *next = g_utf8_next_char(p);

	for (; p < next; p++) {
		if (g_ascii_isalnum(*p) || (*p != '\0' && strchr(".-_", *p) != NULL))
			g_string_append_c(out, *p);
		else
			g_string_append_printf(out, "%%%02X", (unsigned char)*p);
	}
	return next;
}

void
header_put_parameter(GString *out, const char *parameter, const char *file)
{
	guint piece = 0;

	if (g_str_is_ascii(file) && strlen(file) <= FILE_PLAIN) {
		header_put_parameter_ascii(out, parameter, file);
		return;
	}
	while (*file != '\0') {
		gsize start;

		g_string_append_printf(out, ";\r\n %s*%u*=%s", parameter, piece, piece == 0 ? "UTF-8''" : "");
		for (start = out->len; *file != '\0' && out->len - start < FILE_PIECE;)
			file = put_percent(out, file);
		piece++;
	}
}
