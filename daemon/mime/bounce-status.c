/* Codes found in diagnostics. */
#include "config.h"

#include "mime/bounce-status.h"
#include "mime/bounce-words.h"

#include <string.h>

/* Letters, digits and dots before it would make it a version, an address of a host or a part of a name. */
static gboolean
stands_alone(const char *text, const char *p)
{
	return p == text || (!g_ascii_isalnum(p[-1]) && p[-1] != '.' && p[-1] != '@' && p[-1] != '_');
}

/* Length of "5.7.606" at `p`, 0 if it is something else. */
static gsize
enhanced_at(const char *p)
{
	gsize subject, detail, length;

	if (strchr("245", *p) == NULL || p[1] != '.')
		return 0;
	subject = strspn(p + 2, "0123456789");
	if (subject == 0 || subject > 3 || p[2 + subject] != '.')
		return 0;
	detail = strspn(p + 3 + subject, "0123456789");
	length = 3 + subject + detail;
	if (detail == 0 || detail > 3 || (p[length] == '.' && g_ascii_isdigit(p[length + 1])) ||
	    g_ascii_isalpha(p[length]))
		return 0;
	return length;
}

char *
bounce_enhanced(const char *text)
{
	char *vague = NULL;

	for (const char *p = text; *p != '\0'; p++) {
		gsize length = stands_alone(text, p) ? enhanced_at(p) : 0;

		if (length == 0 || *p == '2')
			continue;
		/* "5.0.0" says less than what may follow. */
		if (!g_str_has_prefix(p + 1, ".0.0")) {
			g_free(vague);
			return g_strndup(p, length);
		}
		if (vague == NULL)
			vague = g_strndup(p, length);
	}
	return vague;
}

/* Class of the first SMTP reply code: '4', '5', 0. */
static char
reply_class(const char *text)
{
	for (const char *p = text; *p != '\0'; p++) {
		if ((*p != '4' && *p != '5') || p[1] < '0' || p[1] > '5' || !g_ascii_isdigit(p[2]) ||
		    !stands_alone(text, p))
			continue;
		if (p[3] == '\0' || strchr(" -:;,)]#.\n\"", p[3]) != NULL)
			return p[3] == '.' && g_ascii_isdigit(p[4]) ? 0 : *p;
	}
	return 0;
}

char *
bounce_status(const char *text, gboolean delayed)
{
	g_autofree char *enhanced = bounce_enhanced(text);
	g_autofree char *lower = g_ascii_strdown(text, -1);
	char class = reply_class(text);
	char *status = NULL;

	if (enhanced != NULL && !g_str_has_suffix(enhanced, ".0.0"))
		return g_steal_pointer(&enhanced);
	for (gsize i = 0; status == NULL && bounce_reasons[i].words != NULL; i++)
		if (strstr(lower, bounce_reasons[i].words) != NULL)
			status = g_strdup(bounce_reasons[i].status);
	if (status == NULL)
		status = g_strdup("5.0.0");
	if (enhanced != NULL)
		status[0] = enhanced[0];
	else if (class != 0)
		status[0] = class;
	else if (delayed)
		status[0] = '4';
	return status;
}
