/* Each row of these was seen to crash the library, or to read where it should not. */
#include "config.h"

#include "net/trap.h"

#include <string.h>

static gboolean
starts(const char *text, const char *word)
{
	return g_ascii_strncasecmp(text, word, strlen(word)) == 0;
}

static gboolean
is_flag_character(char c)
{
	return (guint8)c > 0x20 && c != 0x7f && strchr("(){%*\"\\", c) == NULL;
}

/* "(\Seen $Triaged \*)]": flags apart by blanks. */
static gboolean
is_flag_list(const char *p)
{
	if (*p++ != '(')
		return FALSE;
	while (*p != ')') {
		gsize n = 0;

		if (p[0] == '\\' && p[1] == '*') {
			p += 2;
		} else {
			p += *p == '\\' ? 1 : 0;
			for (; is_flag_character(*p); p++)
				n++;
			if (n == 0)
				return FALSE;
		}
		if (*p != ' ' && *p != ')')
			return FALSE;
		p += strspn(p, " ");
	}
	return p[1] == ']';
}

const char *
trap_condition(const char *text)
{
	const char *end = strchr(text, ']');

	if ((starts(text, "[ALERT]") || starts(text, "[PARSE]")) && end[1 + strspn(end + 1, " ")] == '\0')
		return "the server sent an alert without words, which cannot be read";
	if (starts(text, "[PERMANENTFLAGS") &&
	    !(starts(text, "[PERMANENTFLAGS (") && is_flag_list(strchr(text, '('))))
		return "the server sent PERMANENTFLAGS that are no list of flags";
	if (starts(text, "[BADCHARSET"))
		return "the server speaks of charsets, which it was not asked about";
	return NULL;
}

const char *
trap_data(const char *text)
{
	return starts(text, "NAMESPACE") ? "the server speaks of namespaces, which it was not asked about"
					 : NULL;
}
