/* What may stand in an envelope, and what in a mail. */
#include "config.h"

#include "send/gate.h"

#include <string.h>

gboolean
gate_is_ascii(const char *text)
{
	for (; *text != '\0'; text++)
		if ((guint8)*text >= 0x80)
			return FALSE;
	return TRUE;
}

static gboolean
is_atext(char c)
{
	return (guint8)c >= 0x80 || g_ascii_isalnum(c) ||
	       (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

/* Words joined by single dots. */
static gboolean
is_dotted(const char *text, gsize length, gboolean domain)
{
	gboolean word = FALSE;

	for (gsize i = 0; i < length; i++) {
		char c = text[i];

		if (c == '.' && word) {
			word = FALSE;
			continue;
		}
		if (domain ? !((guint8)c >= 0x80 || g_ascii_isalnum(c) || c == '-' || c == '_')
			   : !is_atext(c))
			return FALSE;
		word = TRUE;
	}
	return word;
}

/* Quoted-string: printable, quotes and backslashes behind a backslash. */
static gboolean
is_quoted(const char *text, gsize length)
{
	if (length < 2 || text[0] != '"' || text[length - 1] != '"')
		return FALSE;
	for (gsize i = 1; i < length - 1; i++) {
		if (text[i] == '\\' && i + 1 < length - 1)
			i++;
		else if (text[i] == '"' || text[i] == '\\')
			return FALSE;
	}
	return TRUE;
}

static gboolean
is_literal(const char *text, gsize length)
{
	return length > 2 && text[0] == '[' && text[length - 1] == ']' &&
	       strspn(text + 1, "0123456789abcdefABCDEFIPvV:.") == length - 2;
}

gboolean
gate_address(const char *address)
{
	const char *at = strrchr(address, '@');
	gsize length = strlen(address);
	gsize local = at != NULL ? (gsize)(at - address) : 0;

	if (local == 0 || local > GATE_LOCAL_MAX || length > GATE_ADDRESS_MAX ||
	    !g_utf8_validate(address, -1, NULL))
		return FALSE;
	for (const char *p = address; *p != '\0'; p++)
		if ((guint8)*p < 0x20 || *p == 0x7f || *p == '<' || *p == '>')
			return FALSE;
	return (is_dotted(address, local, FALSE) || is_quoted(address, local)) &&
	       (is_dotted(at + 1, length - local - 1, TRUE) || is_literal(at + 1, length - local - 1));
}

const char *
gate_bytes(const char *bytes, gsize length)
{
	gsize line = 0;

	if (length == 0)
		return "the mail is empty";
	for (gsize i = 0; i < length; i++) {
		if (bytes[i] == '\0')
			return "the mail has a NUL byte in it";
		if (bytes[i] == '\n')
			return "the mail has a line feed without a carriage return";
		if (bytes[i] == '\r') {
			if (i + 1 == length || bytes[i + 1] != '\n')
				return "the mail has a carriage return without a line feed";
			i++;
			line = 0;
		} else if (++line > GATE_LINE_MAX) {
			return "the mail has a line of more than 998 bytes";
		}
	}
	return NULL;
}
