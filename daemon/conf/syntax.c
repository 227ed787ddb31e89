/* Forms that are the same wherever they stand: names, titles, hosts, addresses (RFC 5321 section 4.1.2, RFC
 * 6531). */
#include "config.h"

#include "conf/tree.h"

#include <gio/gio.h>
#include <idn2.h>
#include <string.h>

const char *
syntax_name(const char *name)
{
	if (*name == 0)
		return "it is empty";
	if (strlen(name) > TREE_NAME_MAX)
		return "it is longer than 64 characters";
	if (!g_ascii_isalnum(*name))
		return "it begins with a letter or a digit";
	for (; *name; name++)
		if (!g_ascii_isalnum(*name) && strchr("-_.", *name) == NULL)
			return "it consists of letters without accents, digits, and the characters - _ .";
	return NULL;
}

const char *
syntax_title(const char *title)
{
	if (*title == 0)
		return "it is empty";
	if (strlen(title) > 250)
		return "it is longer than 250 bytes";
	for (; *title; title = g_utf8_next_char(title))
		if (g_unichar_iscntrl(g_utf8_get_char(title)))
			return "it has a line end or another control character in it";
	return NULL;
}

/* One label of a domain in ASCII, of `length` bytes. */
static gboolean
is_label(const char *label, gsize length)
{
	if (length == 0 || length > 63 || label[0] == '-' || label[length - 1] == '-')
		return FALSE;
	for (gsize i = 0; i < length; i++)
		if (!g_ascii_isalnum(label[i]) && label[i] != '-' && label[i] != '_')
			return FALSE;
	return TRUE;
}

static const char *
check_host(const char *host)
{
	if (strlen(host) > 253)
		return "it is longer than 253 characters";
	for (;;) {
		gsize length = strcspn(host, ".");

		if (!is_label(host, length))
			return "a host name is labels of letters, digits and hyphens with dots between them";
		if (host[length] == 0)
			return NULL;
		host += length + 1;
	}
}

/* Dot-atom: atext and what is not ASCII, no dot at either end nor two in a row. */
static gboolean
is_local_part(const char *local, gsize length)
{
	char before = '.';

	if (length == 0 || length > 64)
		return FALSE;
	for (gsize i = 0; i < length; before = local[i++]) {
		if (local[i] == '.' && before == '.')
			return FALSE;
		if (local[i] != '.' && (guchar)local[i] < 0x80 && !g_ascii_isalnum(local[i]) &&
		    strchr("!#$%&'*+-/=?^_`{|}~", local[i]) == NULL)
			return FALSE;
	}
	return before != '.';
}

/* As A-labels in lower case; NULL where that cannot be done. Caller frees. */
static char *
domain_ascii(const char *domain)
{
	uint8_t *ascii = NULL;
	char *out;

	if (g_str_is_ascii(domain))
		return g_ascii_strdown(domain, -1);
	if (idn2_lookup_u8((const uint8_t *)domain, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
		return NULL;
	out = g_ascii_strdown((const char *)ascii, -1);
	idn2_free(ascii);
	return out;
}

char *
syntax_address(const char *text, const char **why)
{
	const char *at = strrchr(text, '@');
	g_autofree char *domain = NULL;

	if (at == NULL) {
		*why = "it has no @";
		return NULL;
	}
	if (!is_local_part(text, (gsize)(at - text))) {
		*why = "what stands before the @ must be 1 to 64 letters, digits and signs, with single dots "
		       "between them";
		return NULL;
	}
	domain = domain_ascii(at + 1);
	if (domain == NULL || check_host(domain)) {
		*why = "what stands behind the @ must be a domain";
		return NULL;
	}
	return g_strdup_printf("%.*s@%s", (int)(at - text), text, domain);
}

/* "993" behind a colon. */
static gboolean
parse_port(const char *text, guint16 *port)
{
	guint64 number;

	if (!g_ascii_string_to_unsigned(text, 10, 1, 65535, &number, NULL))
		return FALSE;
	*port = (guint16)number;
	return TRUE;
}

static gboolean
bad_host(const char **why, const char *reason)
{
	*why = reason;
	return FALSE;
}

gboolean
syntax_server(const char *text, char **host, guint16 *port, const char **why)
{
	gboolean bracket = *text == '[';
	const char *end = bracket ? strchr(text, ']') : strchr(text, ':');
	const char *behind = end == NULL ? "" : bracket ? end + 1 : end;
	g_autofree char *name = NULL;

	if (bracket && end == NULL)
		return bad_host(why, "its ] is missing");
	name = end ? g_strndup(text + bracket, (gsize)(end - text - bracket)) : g_strdup(text);
	if (bracket && !(strchr(name, ':') && g_hostname_is_ip_address(name)))
		return bad_host(why, "in brackets stands an IPv6 address");
	if (!bracket && strchr(name, '.') && strspn(name, "0123456789.") == strlen(name) &&
	    !g_hostname_is_ip_address(name))
		return bad_host(why, "an IPv4 address is four numbers up to 255");
	if (!bracket && check_host(name))
		return bad_host(why, check_host(name));
	if (*behind && (*behind != ':' || !parse_port(behind + 1, port)))
		return bad_host(why, "behind its colon stands a port, 1 to 65535");
	*host = g_ascii_strdown(name, -1);
	return TRUE;
}

gboolean
syntax_loopback(const char *host)
{
	g_autoptr(GInetAddress) address = g_inet_address_new_from_string(host);

	if (address)
		return g_inet_address_get_is_loopback(address);
	return strcmp(host, "localhost") == 0;
}
