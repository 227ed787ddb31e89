/*
 * The usual form is read here, in any order of blanks, with two- and four-digit years, with and without
 * weekday, seconds and zone; GMime's reader gets what is left (asctime, ISO and other forms). Years before
 * 1970 and after 2100 are a broken clock: no date.
 */
#include "config.h"

#include "mime/date.h"

#include <gmime/gmime.h>
#include <string.h>

static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdec";

/* RFC 822 section 5.1 and RFC 5322 section 4.3; other letters say nothing: UTC. */
static const struct zone {
	const char *name;
	int minutes;
} zones[] = {{"est", -300}, {"edt", -240}, {"cst", -360}, {"cdt", -300}, {"mst", -420}, {"mdt", -360},
    {"pst", -480}, {"pdt", -420}, {"cet", 60}, {"cest", 120}, {"met", 60}, {"mest", 120}, {"bst", 60},
    {"eet", 120}, {"eest", 180}, {"msk", 180}, {"jst", 540}, {"ist", 330}};

static gboolean
number(const char **p, int digits, int *out)
{
	int n = 0;

	*p += strspn(*p, " \t");
	for (*out = 0; n < digits && g_ascii_isdigit(**p); n++)
		*out = *out * 10 + *(*p)++ - '0';
	return n > 0;
}

static gboolean
month(const char **p, int *out)
{
	char name[4] = "";
	const char *found;

	*p += strspn(*p, " \t-");
	for (int i = 0; i < 3 && g_ascii_isalpha((*p)[i]); i++)
		name[i] = g_ascii_tolower((*p)[i]);
	found = name[2] != '\0' ? strstr(months, name) : NULL;
	if (found == NULL || (found - months) % 3 != 0)
		return FALSE;
	*out = (int)(found - months) / 3 + 1;
	while (g_ascii_isalpha(**p))
		(*p)++;
	*p += strspn(*p, ".,- \t");
	return TRUE;
}

static gboolean
clock_time(const char **p, int *h, int *m, int *s)
{
	*s = 0;
	*p += strspn(*p, ", \t");
	if (!number(p, 2, h) || (**p != ':' && **p != '.'))
		return FALSE;
	(*p)++;
	if (!number(p, 2, m))
		return FALSE;
	if (**p == ':' || **p == '.') {
		(*p)++;
		if (!number(p, 2, s))
			return FALSE;
	}
	if (**p == '.') /* parts of a second */
		*p += 1 + strspn(*p + 1, "0123456789");
	return *h < 24 && *m < 60 && *s < 61;
}

static int
zone_minutes(const char *p)
{
	p += strspn(p, " \t");
	if (*p == '(')
		p++;
	if (g_ascii_strncasecmp(p, "GMT", 3) == 0 || g_ascii_strncasecmp(p, "UTC", 3) == 0)
		p += 3;
	if (*p == '+' || *p == '-') {
		int sign = *p == '-' ? -1 : 1;
		int h = 0, m = 0;

		p++;
		if (!number(&p, 2, &h))
			return 0;
		if (*p == ':')
			p++;
		if (!number(&p, 2, &m))
			m = 0;
		return h <= 14 && m < 60 ? sign * (h * 60 + m) : 0;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(zones); i++)
		if (g_ascii_strncasecmp(p, zones[i].name, strlen(zones[i].name)) == 0 &&
		    !g_ascii_isalpha(p[strlen(zones[i].name)]))
			return zones[i].minutes;
	return 0;
}

/* Days since 1970-01-01 of the proleptic Gregorian calendar. */
static gint64
days(int y, int m, int d)
{
	gint64 years = m <= 2 ? y - 1 : y;
	gint64 era = years / 400;
	gint64 of_era = years - era * 400;
	gint64 of_year = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static gint64
usual_form(const char *p)
{
	int y, mon, d, h, m, s;
	const char *digit = strpbrk(p, "0123456789");

	if (digit == NULL)
		return 0;
	p = digit;
	if (!number(&p, 2, &d) || g_ascii_isdigit(*p) || !month(&p, &mon) || !number(&p, 4, &y) ||
	    !clock_time(&p, &h, &m, &s))
		return 0;
	if (y < 100) /* RFC 5322 section 4.3 */
		y += y < 50 ? 2000 : 1900;
	else if (y < 1000)
		y += 1900;
	if (d < 1 || d > 31 || y < 1970 || y > 2100)
		return 0;
	return (((days(y, mon, d) * 24 + h) * 60 + m - zone_minutes(p)) * 60 + s) * 1000;
}

static gint64
other_form(const char *value)
{
	g_autoptr(GDateTime) t = g_date_time_new_from_iso8601(value, NULL);
	gint64 seconds;

	if (t == NULL)
		t = g_mime_utils_header_decode_date(value);
	seconds = t != NULL ? g_date_time_to_unix(t) : 0;
	return seconds > 0 && seconds < 4133980800 ? seconds * 1000 : 0;
}

gint64
date_parse(const char *value)
{
	gint64 ms;

	if (value == NULL || value[0] == '\0' || strlen(value) > 200)
		return 0;
	ms = usual_form(value);
	return ms != 0 ? ms : other_form(value);
}
