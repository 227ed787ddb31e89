/*
 * Only fields above the first Received that is not the final LMTP delivery: what stands there was written by
 * our own servers, whatever a stranger put into his mail lies below. Two results of one method that differ
 * are none. The grammar is section 2.2's, strictly: a field that is not of it says nothing.
 */
#include "config.h"

#include "mime/authres.h"

#include "mime/address.h"
#include "mime/field.h"

#include <string.h>

enum { TOKEN_MAX = 320 };

struct scanner {
	const char *p;
	char token[TOKEN_MAX + 1];
	gboolean quoted;
};

/* What one method said in all fields that count. */
struct verdict {
	gboolean passed, other;
	GPtrArray *subjects;
};

/* Blanks and comments; FALSE, and for each later call too, where a comment is not closed. */
static gboolean
skip_blanks(struct scanner *s)
{
	for (;;) {
		const char *start;
		int depth = 0;

		s->p += strspn(s->p, " \t");
		if (*s->p != '(')
			return TRUE;
		start = s->p;
		do {
			if (*s->p == '\0') {
				s->p = start;
				return FALSE;
			}
			if (*s->p == '\\' && s->p[1] != '\0')
				s->p++;
			else if (*s->p == '(')
				depth++;
			else if (*s->p == ')')
				depth--;
			s->p++;
		} while (depth > 0);
	}
}

static gboolean
scan_quoted(struct scanner *s)
{
	gsize n = 0;

	for (s->p++; *s->p != '"'; s->p++) {
		if (*s->p == '\\')
			s->p++;
		if ((guchar)*s->p < ' ' || n == TOKEN_MAX)
			return FALSE;
		s->token[n++] = *s->p;
	}
	s->p++;
	s->token[n] = '\0';
	return TRUE;
}

/* A token or quoted string; `extra` are characters allowed beside letters, digits and -_. */
static gboolean
scan(struct scanner *s, const char *extra)
{
	gsize n = 0;

	if (!skip_blanks(s))
		return FALSE;
	if (*s->p == '"')
		return scan_quoted(s);
	while (n < TOKEN_MAX && *s->p != '\0' &&
	       (g_ascii_isalnum(*s->p) || (guchar)*s->p >= 0x80 || strchr("-_", *s->p) != NULL ||
		   strchr(extra, *s->p) != NULL))
		s->token[n++] = *s->p++;
	s->token[n] = '\0';
	return n > 0;
}

static gboolean
expect(struct scanner *s, char c)
{
	if (!skip_blanks(s) || *s->p != c)
		return FALSE;
	s->p++;
	return TRUE;
}

/* ptype "." property "=" value; the wanted one's value is put. */
static gboolean
scan_property(struct scanner *s, const char *wanted, char **value)
{
	g_autofree char *type = NULL;
	g_autofree char *name = NULL;

	if (!scan(s, "") || !expect(s, g_ascii_strcasecmp(s->token, "reason") == 0 ? '=' : '.'))
		return FALSE;
	if (s->p[-1] == '=')
		return scan(s, "!#$%&'*+/?^`{|}~.@:");
	type = g_ascii_strdown(s->token, -1);
	if (!scan(s, "") || !expect(s, '='))
		return FALSE;
	name = g_strdup_printf("%s.%s", type, s->token);
	if (!scan(s, "!#$%&'*+/?^`{|}~.@:[]="))
		return FALSE;
	if (g_ascii_strcasecmp(name, wanted) == 0 && *value == NULL)
		*value = g_strdup(s->token);
	return TRUE;
}

static void
note(struct verdict *v, gboolean passed, const char *subject)
{
	if (passed && subject != NULL)
		g_ptr_array_add(v->subjects, g_ascii_strdown(subject, -1));
	v->passed |= passed;
	v->other |= !passed;
}

/* method [/version] = result [properties] */
static gboolean
scan_result(struct scanner *s, struct verdict *auth, struct verdict *dmarc)
{
	g_autofree char *method = NULL;
	g_autofree char *value = NULL;
	struct verdict *v;
	const char *wanted;
	gboolean passed;

	if (!scan(s, ""))
		return FALSE;
	method = g_ascii_strdown(s->token, -1);
	if (strcmp(method, "none") == 0 && skip_blanks(s) && (*s->p == ';' || *s->p == '\0'))
		return TRUE;
	if (skip_blanks(s) && *s->p == '/' && (s->p++, !scan(s, "")))
		return FALSE;
	if (!expect(s, '=') || !scan(s, ""))
		return FALSE;
	passed = g_ascii_strcasecmp(s->token, "pass") == 0;
	v = strcmp(method, "auth") == 0 ? auth : strcmp(method, "dmarc") == 0 ? dmarc : NULL;
	wanted = v == auth ? "smtp.auth" : "header.from";
	while (skip_blanks(s) && *s->p != ';' && *s->p != '\0')
		if (!scan_property(s, wanted, &value))
			return FALSE;
	if (v != NULL)
		note(v, passed, value);
	return TRUE;
}

static gboolean
scan_field(const char *text, const GPtrArray *trust, struct verdict *auth, struct verdict *dmarc)
{
	struct scanner s = {.p = text};
	gboolean trusted = FALSE;

	if (!scan(&s, "."))
		return FALSE;
	for (guint i = 0; i < trust->len; i++)
		trusted |= g_ascii_strcasecmp(trust->pdata[i], s.token) == 0;
	if (!trusted)
		return TRUE;
	if (skip_blanks(&s) && g_ascii_isdigit(*s.p) && (!scan(&s, "") || strcmp(s.token, "1") != 0))
		return FALSE; /* another version of the grammar */
	while (expect(&s, ';')) {
		if (!skip_blanks(&s))
			return FALSE;
		if (*s.p == '\0')
			return TRUE;
		if (!scan_result(&s, auth, dmarc))
			return FALSE;
	}
	return skip_blanks(&s) && *s.p == '\0';
}

/* The last hop into the mailbox is ours too (RFC 3848's LMTP, LMTPA, LMTPS, LMTPSA). Each "with" has to say
 * so: a stranger can put one more into the line by the name he says HELO with, but not take the border's own
 * away. */
static gboolean
is_delivery(const char *received)
{
	gboolean any = FALSE;

	for (const char *p = received; (p = strpbrk(p, " \t")) != NULL;) {
		p += strspn(p, " \t");
		if (g_ascii_strncasecmp(p, "with", 4) != 0 || (p[4] != ' ' && p[4] != '\t'))
			continue;
		p += 4 + strspn(p + 4, " \t");
		if (g_ascii_strncasecmp(p, "LMTP", 4) != 0)
			return FALSE;
		any = TRUE;
	}
	return any;
}

/* Subjects, if every verdict was a pass. */
static GPtrArray *
outcome(struct verdict *v, gboolean domain)
{
	GPtrArray *out = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; v->passed && !v->other && i < v->subjects->len; i++) {
		const char *s = v->subjects->pdata[i];
		const char *at = strchr(s, '@');
		char *normal = domain		       ? address_domain(s, strlen(s))
			       : at != NULL && at != s ? address_normal(s)
						       : NULL;

		if (normal != NULL)
			g_ptr_array_add(out, normal);
	}
	if (out->len > 1) /* one mail, one sender: two different ones are none */
		for (guint i = 1; i < out->len; i++)
			if (strcmp(out->pdata[0], out->pdata[i]) != 0)
				g_ptr_array_set_size(out, 0);
	g_ptr_array_unref(v->subjects);
	return out;
}

void
authres_read(const GArray *fields, const GPtrArray *trust, struct authres *out)
{
	struct verdict auth = {.subjects = g_ptr_array_new_with_free_func(g_free)};
	struct verdict dmarc = {.subjects = g_ptr_array_new_with_free_func(g_free)};

	for (guint i = 0; trust != NULL && trust->len > 0 && i < fields->len; i++) {
		const struct field *f = &g_array_index(fields, struct field, i);

		if (g_ascii_strcasecmp(f->name, "Received") == 0 && !is_delivery(f->value))
			break;
		if (g_ascii_strcasecmp(f->name, "Authentication-Results") != 0)
			continue;
		if (f->odd || !scan_field(f->value, trust, &auth, &dmarc))
			auth.other = dmarc.other = TRUE;
	}
	out->auth_pass = outcome(&auth, FALSE);
	out->dmarc_pass = outcome(&dmarc, TRUE);
}

void
authres_clear(struct authres *results)
{
	g_ptr_array_unref(results->auth_pass);
	g_ptr_array_unref(results->dmarc_pass);
}
