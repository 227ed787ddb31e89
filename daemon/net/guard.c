/* Follows an IMAP server's lines and literals, byte by byte, in 64 bits. */
#include "config.h"

#include "net/guard.h"

#include "base/log.h"
#include "net/error.h"
#include "net/trap.h"

#include <string.h>

struct guard {
	GString *line;	    /* since the line's begin or the last literal's end */
	gboolean continued; /* a literal came before in this response */
	gboolean data;	    /* untagged, and not free text: `{n}` at its end is a literal */
	gboolean fetch;	    /* "* n FETCH" */
	gboolean numbers;   /* "* n ..." */
	int depth;	    /* of parentheses, at the end of what was read */
	guint64 literal_left;
	const char *broken;
	enum guard_outcome outcome;
	char *text;
	char *copied;
	GArray *bodies; /* guint64 */
	guint taken;	/* of bodies */
	guint64 uidvalidity;
};

struct guard *
guard_new(void)
{
	struct guard *g = g_new0(struct guard, 1);

	g->line = g_string_new(NULL);
	g->bodies = g_array_new(FALSE, FALSE, sizeof(guint64));
	return g;
}

void
guard_free(struct guard *g)
{
	if (g == NULL)
		return;
	g_string_free(g->line, TRUE);
	g_array_unref(g->bodies);
	g_free(g->text);
	g_free(g->copied);
	g_free(g);
}

void
guard_begin(struct guard *g)
{
	g->outcome = GUARD_NONE;
	g_clear_pointer(&g->text, g_free);
	g_clear_pointer(&g->copied, g_free);
	g_array_set_size(g->bodies, 0);
	g->taken = 0;
}

/* Reads digits; FALSE where there are none or they pass 2^32-1, which no number of RFC 3501 may. */
static gboolean
read_number(const char **p, guint64 *value)
{
	const char *start = *p;

	for (*value = 0; g_ascii_isdigit(**p); (*p)++) {
		*value = *value * 10 + (guint64)(**p - '0');
		if (*value > G_MAXUINT32)
			return FALSE;
	}
	return *p > start;
}

/* A line of data, or what follows its literal. Numbers count in "* n EXISTS" and "* n FETCH (UID n ...)";
 * deeper ones belong to extensions that may be wider. */
static const char *
scan_data(struct guard *g, const char *p)
{
	gboolean quoted = FALSE;

	while (*p != '\0') {
		guint64 value;

		if (quoted && *p == '\\' && p[1] != '\0')
			p++;
		else if (*p == '"')
			quoted = !quoted;
		else if (!quoted && (*p == '(' || *p == ')'))
			g->depth += *p == '(' ? 1 : -1;
		else if (!quoted && g->numbers && g->depth <= 1 && g_ascii_isdigit(*p)) {
			if (!read_number(&p, &value))
				return "the server sent a number of more than 32 bits";
			continue;
		}
		if (g->depth > TRAP_DEPTH_MAX)
			return "the server's answer is nested too deep";
		p++;
	}
	return NULL;
}

/* "[COPYUID 38505 304,319:320 3956:3958] Done": the second word. */
static void
read_copyuid(struct guard *g, const char *code)
{
	g_auto(GStrv) words = NULL;

	if (g_ascii_strncasecmp(code, "[COPYUID ", 9) != 0)
		return;
	words = g_strsplit_set(code + 9, " ]", 4);
	if (g_strv_length(words) < 3)
		return;
	g_free(g->copied);
	g->copied = g_strdup(words[1]);
}

static const char *
read_condition(struct guard *g, const char *code)
{
	static const char uidvalidity[] = "[UIDVALIDITY ";
	const char *p = code;

	read_copyuid(g, code);
	if (g_ascii_strncasecmp(p, uidvalidity, sizeof uidvalidity - 1) == 0) {
		p += sizeof uidvalidity - 1;
		if (!read_number(&p, &g->uidvalidity))
			return "the server's UIDVALIDITY is no number of 32 bits";
	}
	return trap_condition(code);
}

static gboolean
keyword(const char **p, const char *word)
{
	gsize n = strlen(word);

	if (g_ascii_strncasecmp(*p, word, n) != 0 || ((*p)[n] != ' ' && (*p)[n] != '\0'))
		return FALSE;
	*p += n;
	*p += **p == ' ' ? 1 : 0;
	return TRUE;
}

static void
keep_text(struct guard *g, const char *text)
{
	g_free(g->text);
	g->text = log_escape(text, NET_TEXT_MAX);
}

static const char *
begin_untagged(struct guard *g, const char *p)
{
	const char *data = p;

	if (keyword(&p, "OK"))
		return read_condition(g, p);
	if (keyword(&p, "NO") || keyword(&p, "BAD") || keyword(&p, "PREAUTH"))
		return trap_condition(p);
	if (keyword(&p, "BYE")) {
		keep_text(g, p);
		return trap_condition(p);
	}
	g->data = TRUE;
	g->numbers = g_ascii_isdigit(*p);
	p += strspn(p, "0123456789 ");
	g->fetch = g->numbers && keyword(&p, "FETCH");
	return trap_data(data) != NULL ? trap_data(data) : scan_data(g, data);
}

static const char *
begin_tagged(struct guard *g, const char *line)
{
	static const struct {
		const char *word;
		enum guard_outcome outcome;
	} outcomes[] = {{"OK", GUARD_OK}, {"NO", GUARD_NO}, {"BAD", GUARD_BAD}};
	const char *p = strchr(line, ' ');

	if (p == NULL)
		return NULL;
	p++;
	for (gsize i = 0; i < G_N_ELEMENTS(outcomes); i++) {
		if (!keyword(&p, outcomes[i].word))
			continue;
		g->outcome = outcomes[i].outcome;
		keep_text(g, p);
		return read_condition(g, p);
	}
	return NULL;
}

static const char *
begin_response(struct guard *g)
{
	const char *line = g->line->str;

	g->data = FALSE;
	g->fetch = FALSE;
	g->numbers = FALSE;
	g->depth = 0;
	if (line[0] == '*' && line[1] == ' ')
		return begin_untagged(g, line + 2);
	if (line[0] == '+')
		return NULL;
	return begin_tagged(g, line);
}

/* Does the text before the literal's brace ask for "BODY[]" or "BODY[]<0>"? */
static gboolean
is_body(const char *line, const char *brace)
{
	const char *p = brace;

	if (p - line < 7 || *--p != ' ')
		return FALSE;
	if (p[-1] == '>') {
		for (p--; p > line && p[-1] != '<';)
			p--;
		p -= p > line ? 1 : 0;
	}
	return p - line >= 6 && g_ascii_strncasecmp(p - 6, "BODY[]", 6) == 0;
}

/* A body in quotes: no mail is that short, but the standard allows it. */
static gboolean
has_quoted_body(const char *line)
{
	for (const char *p = strchr(line, '['); p != NULL; p = strchr(p + 1, '[')) {
		const char *after = p + 2;

		if (p - line < 4 || g_ascii_strncasecmp(p - 4, "BODY[]", 6) != 0)
			continue;
		if (*after == '<')
			after += strcspn(after, "> ");
		after += *after == '>' ? 1 : 0;
		if (after[0] == ' ' && after[1] == '"' && after[2] != '"')
			return TRUE;
	}
	return FALSE;
}

/* `{n}` at the end of the line: n bytes follow that are not lines. */
static const char *
begin_literal(struct guard *g)
{
	const char *line = g->line->str;
	const char *brace = strrchr(line, '{');
	const char *p = brace != NULL ? brace + 1 : NULL;
	guint64 size = 0;

	if (!g->data || p == NULL || !g_ascii_isdigit(*p) || line[g->line->len - 1] != '}')
		return NULL;
	if (!read_number(&p, &size))
		return "the server announced a literal of more than 2^32-1 bytes";
	if (p[0] != '}' || p[1] != '\0')
		return NULL;
	g->literal_left = size;
	g->continued = TRUE;
	if (g->fetch && size > 0 && is_body(line, brace))
		g_array_append_val(g->bodies, size);
	return NULL;
}

static const char *
end_line(struct guard *g)
{
	const guint64 unannounced = 0;
	gboolean continued = g->continued;
	const char *why = NULL;

	if (g->line->len > 0 && g->line->str[g->line->len - 1] == '\r')
		g_string_truncate(g->line, g->line->len - 1);
	if (memchr(g->line->str, '\0', g->line->len) != NULL)
		return "the server sent a NUL byte in a line";
	if (!continued)
		why = begin_response(g);
	else
		why = scan_data(g, g->line->str);
	g->continued = FALSE;
	if (g->fetch && has_quoted_body(g->line->str))
		g_array_append_val(g->bodies, unannounced);
	if (why == NULL)
		why = begin_literal(g);
	g_string_truncate(g->line, 0);
	return why;
}

const char *
guard_feed(struct guard *g, const char *bytes, gsize length)
{
	while (length > 0 && g->broken == NULL) {
		gsize n = (gsize)MIN(g->literal_left, length);
		const char *end;

		g->literal_left -= n;
		bytes += n;
		length -= n;
		if (length == 0)
			break;
		end = memchr(bytes, '\n', length);
		n = end != NULL ? (gsize)(end - bytes) : length;
		if (g->line->len + n > GUARD_LINE_MAX) {
			g->broken = "the server sent a line of more than 64 KiB";
			break;
		}
		g_string_append_len(g->line, bytes, (gssize)n);
		if (end != NULL) {
			g->broken = end_line(g);
			n++;
		}
		bytes += n;
		length -= n;
	}
	return g->broken;
}

enum guard_outcome
guard_outcome(const struct guard *g)
{
	return g->outcome;
}

const char *
guard_text(const struct guard *g)
{
	return g->text != NULL ? g->text : "";
}

gboolean
guard_take_body(struct guard *g, guint64 *size)
{
	if (g->taken == g->bodies->len)
		return FALSE;
	*size = g_array_index(g->bodies, guint64, g->taken++);
	return TRUE;
}

guint64
guard_uidvalidity(const struct guard *g)
{
	return g->uidvalidity;
}

const char *
guard_copied(const struct guard *g)
{
	return g->copied;
}
