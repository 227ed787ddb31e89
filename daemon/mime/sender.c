/*
 * The strict reader of address.h: who wrote this, if it can be said at all. Whatever another program along
 * the way could have understood differently identifies nobody; the mail is a ticket all the same (T3).
 */
#include "config.h"

#include "mime/address.h"
#include "mime/field.h"

#include <gmime/gmime.h>
#include <string.h>

enum { LOCAL_MAX = 64 };

static gboolean
is_atext(char c)
{
	return g_ascii_isalnum(c) || (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

/* dot-atom of RFC 5322 section 3.2.3; UTF-8 as RFC 6532 allows. */
static gboolean
is_local(const char *p, gsize n)
{
	if (n == 0 || n > LOCAL_MAX || p[0] == '.' || p[n - 1] == '.' ||
	    g_strstr_len(p, (gssize)n, "=?") != NULL)
		return FALSE;
	for (gsize i = 0; i < n; i++)
		if (!is_atext(p[i]) && (guchar)p[i] < 0x80 && !(p[i] == '.' && p[i - 1] != '.'))
			return FALSE;
	return g_utf8_validate_len(p, n, NULL);
}

/* local@domain and nothing else. */
static char *
read_address(const char *p, gsize n)
{
	const char *at = memchr(p, '@', n);
	g_autofree char *domain = NULL;

	if (at == NULL || !is_local(p, (gsize)(at - p)))
		return NULL;
	domain = address_domain(at + 1, n - (gsize)(at - p) - 1);
	return domain != NULL ? g_strdup_printf("%.*s@%s", (int)(at - p), p, domain) : NULL;
}

static const char *
skip_blanks(const char *p)
{
	return p + strspn(p, " \t");
}

/* Behind a quoted string; NULL where it is not closed or holds a control. */
static const char *
skip_quoted(const char *p)
{
	for (p++; *p != '"'; p++) {
		if (*p == '\\')
			p++;
		if ((guchar)*p < ' ' && *p != '\t')
			return NULL;
	}
	return p + 1;
}

/* The display name up to the "<": words, quoted strings and dots. NULL where anything else stands in it. */
static const char *
skip_phrase(const char *p)
{
	for (p = skip_blanks(p); *p != '<'; p = skip_blanks(p)) {
		if (*p == '"')
			p = skip_quoted(p);
		else if (is_atext(*p) || (guchar)*p >= 0x80 || *p == '.')
			p++;
		else
			return NULL;
		if (p == NULL)
			return NULL;
	}
	return p;
}

/* One comment without marks that another reader could take for an address, then the end. */
static gboolean
is_end(const char *p)
{
	p = skip_blanks(p);
	if (*p == '(') {
		p += 1 + strcspn(p + 1, "()<>@\\,;:\"");
		if (*p != ')')
			return FALSE;
		p = skip_blanks(p + 1);
	}
	return *p == '\0';
}

static char *
read_mailbox(const char *value)
{
	const char *p = skip_blanks(value);
	const char *open = strchr(p, '<') != NULL ? skip_phrase(p) : NULL;
	gsize n;

	if (open != NULL) {
		n = strcspn(open + 1, ">");
		return open[1 + n] == '>' && is_end(open + 2 + n) ? read_address(open + 1, n) : NULL;
	}
	n = strcspn(p, " \t(<");
	return is_end(p + n) ? read_address(p, n) : NULL;
}

/* A second reader has to agree. It sees no groups and no nesting: the first one would have refused them. */
static gboolean
library_agrees(const char *value, const char *address)
{
	InternetAddressList *list = internet_address_list_parse(NULL, value);
	gboolean same = FALSE;

	if (list == NULL)
		return FALSE;
	if (internet_address_list_length(list) == 1) {
		InternetAddress *ia = internet_address_list_get_address(list, 0);

		if (INTERNET_ADDRESS_IS_MAILBOX(ia)) {
			const char *theirs = internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(ia));
			g_autofree char *normal = theirs != NULL ? address_normal(theirs) : NULL;

			same = normal != NULL && strcmp(normal, address) == 0;
		}
	}
	g_object_unref(list);
	return same;
}

char *
address_one(const GArray *fields)
{
	guint from = 0;
	const struct field *f = field_next(fields, "From", &from);
	g_autofree char *address = NULL;

	if (f == NULL || f->odd || field_next(fields, "From", &from) != NULL)
		return NULL;
	address = read_mailbox(f->value);
	if (address == NULL || !library_agrees(f->value, address))
		return NULL;
	return g_steal_pointer(&address);
}
