/*
 * Line by line: unfold (section 3.1), name, parameters, value. Of several events the first is shown; a time
 * zone's own DTSTART is none of the event's.
 */
#include "config.h"

#include "mime/invite.h"

#include "mime/text.h"

#include <string.h>

enum { LINE_MAX_BYTES = 4096, VALUE_MAX = 1000 };

struct invite {
	char *method, *summary, *start, *end, *organizer, *location, *uid;
	gboolean inside, over; /* of the first event or task */
};

/* One content line, unfolded; `*p` goes behind it. NULL at the end. */
static char *
next_line(const char **p)
{
	GString *line;

	if (**p == '\0')
		return NULL;
	line = g_string_new(NULL);
	do {
		gsize n = strcspn(*p, "\n");

		if (line->len < LINE_MAX_BYTES)
			g_string_append_len(line, *p, (gssize)MIN(n, LINE_MAX_BYTES));
		*p += n + ((*p)[n] == '\n');
		if (**p != ' ' && **p != '\t')
			break;
		(*p)++;
	} while (**p != '\0');
	return g_string_free(line, FALSE);
}

/* \n, \, and the like (section 3.3.11), on one line. */
static char *
unescape(const char *value)
{
	g_autoptr(GString) out = g_string_new(NULL);
	g_autofree char *cut = text_cut(value, VALUE_MAX);

	for (const char *p = cut; *p != '\0'; p++) {
		if (*p == '\\' && p[1] != '\0')
			g_string_append_c(out, *++p == 'n' || *p == 'N' ? ' ' : *p);
		else
			g_string_append_c(out, *p);
	}
	if (!g_utf8_validate(out->str, out->len, NULL))
		return g_strdup("");
	return text_line(g_strdup(out->str));
}

/* The value of a parameter between name and colon; NULL where absent. Caller frees. */
static char *
parameter(const char *params, gsize n, const char *name)
{
	const char *end = params + n;
	gsize length = strlen(name);

	for (const char *p = params; p < end && (p = memchr(p, ';', (gsize)(end - p))) != NULL;) {
		p++;
		if ((gsize)(end - p) > length && g_ascii_strncasecmp(p, name, length) == 0 &&
		    p[length] == '=') {
			const char *value = p + length + 1;
			gsize v = 0;

			if (value < end && *value == '"')
				value++;
			while (value + v < end && value[v] != ';' && value[v] != '"')
				v++;
			return g_strndup(value, v);
		}
	}
	return NULL;
}

/* 20261121T100000Z -> 2026-11-21T10:00:00Z; with its zone's name behind it where it has one. */
static char *
read_time(const char *value, const char *zone)
{
	gboolean digits = TRUE;

	for (int i = 0; i < 8 && digits; i++)
		digits = g_ascii_isdigit(value[i]);
	if (!digits)
		return unescape(value);
	if (value[8] != 'T' || strlen(value) < 15)
		return g_strdup_printf("%.4s-%.2s-%.2s", value, value + 4, value + 6);
	return g_strdup_printf("%.4s-%.2s-%.2sT%.2s:%.2s:%.2s%s%s%s", value, value + 4, value + 6, value + 9,
	    value + 11, value + 13, value[15] == 'Z' ? "Z" : "", zone != NULL ? " " : "",
	    zone != NULL ? zone : "");
}

static void
put(char **field, char *value)
{
	if (*field == NULL)
		*field = value;
	else
		g_free(value);
}

static char *
read_organizer(const char *params, gsize n, const char *value)
{
	g_autofree char *name = parameter(params, n, "CN");
	g_autofree char *clean = name != NULL ? unescape(name) : NULL;
	g_autofree char *address = NULL;

	if (g_ascii_strncasecmp(value, "mailto:", 7) == 0)
		value += 7;
	address = unescape(value);
	return clean != NULL && clean[0] != '\0' ? g_strdup_printf("%s <%s>", clean, address)
						 : g_steal_pointer(&address);
}

static void
read_property(struct invite *in, const char *line, gsize name, const char *params, gsize n, const char *value)
{
	g_autofree char *zone = parameter(params, n, "TZID");
	g_autofree char *zone_name = zone != NULL ? unescape(zone) : NULL;

#define IS(word) (name == sizeof word - 1 && g_ascii_strncasecmp(line, word, name) == 0)
	if (IS("METHOD"))
		put(&in->method, unescape(value));
	if (!in->inside || in->over)
		return;
	if (IS("SUMMARY"))
		put(&in->summary, unescape(value));
	else if (IS("LOCATION"))
		put(&in->location, unescape(value));
	else if (IS("UID"))
		put(&in->uid, unescape(value));
	else if (IS("DTSTART"))
		put(&in->start, read_time(value, zone_name));
	else if (IS("DTEND") || IS("DUE"))
		put(&in->end, read_time(value, zone_name));
	else if (IS("ORGANIZER"))
		put(&in->organizer, read_organizer(params, n, value));
#undef IS
}

/* The colon that ends the parameters: not one in quotes. */
static const char *
find_colon(const char *line)
{
	gboolean quoted = FALSE;

	for (; *line != '\0'; line++) {
		if (*line == '"')
			quoted = !quoted;
		if (*line == ':' && !quoted)
			return line;
	}
	return NULL;
}

static void
read_line(struct invite *in, const char *line)
{
	gsize name = strcspn(line, ";:");
	const char *colon = find_colon(line);
	gboolean event;

	if (colon == NULL)
		return;
	event = g_ascii_strcasecmp(colon + 1, "VEVENT") == 0 || g_ascii_strcasecmp(colon + 1, "VTODO") == 0;
	if (name == 5 && g_ascii_strncasecmp(line, "BEGIN", 5) == 0)
		in->inside = event; /* not an alarm or zone within */
	else if (name == 3 && g_ascii_strncasecmp(line, "END", 3) == 0) {
		in->over |= event;
		in->inside = TRUE;
	} else
		read_property(in, line, name, line + name, (gsize)(colon - line) - name, colon + 1);
}

static void
add(GVariantBuilder *b, const char *key, char *value)
{
	if (value != NULL)
		g_variant_builder_add(b, "{ss}", key, value);
	g_free(value);
}

static GVariant *
read_calendar(const struct part *part)
{
	struct invite in = {0};
	GVariantBuilder b;
	const char *p = part->text;
	char *line;

	while ((line = next_line(&p)) != NULL) {
		read_line(&in, line);
		g_free(line);
	}
	g_variant_builder_init(&b, G_VARIANT_TYPE("a{ss}"));
	if (in.method == NULL && part->method[0] != '\0')
		in.method = g_ascii_strup(part->method, -1);
	add(&b, "method", in.method);
	add(&b, "summary", in.summary);
	add(&b, "start", in.start);
	add(&b, "end", in.end);
	add(&b, "organizer", in.organizer);
	add(&b, "location", in.location);
	add(&b, "uid", in.uid);
	return g_variant_builder_end(&b);
}

GVariant *
invite_read(const struct parts *parts)
{
	for (guint i = 0; i < parts->parts->len; i++) {
		const struct part *part = parts->parts->pdata[i];

		if (part->text != NULL && strcmp(part->type, "text/calendar") == 0 &&
		    strstr(part->text, "BEGIN:V") != NULL)
			return read_calendar(part);
	}
	return g_variant_new_array(G_VARIANT_TYPE("{ss}"), NULL, 0);
}
