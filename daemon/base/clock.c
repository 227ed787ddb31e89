/* Time, and its two written forms. */
#include "config.h"

#include "base/clock.h"

#include <time.h>

static gint64 (*replaced)(void);

gint64
clock_now(void)
{
	struct timespec ts;

	if (replaced != NULL)
		return replaced();
	clock_gettime(CLOCK_REALTIME, &ts);
	return (gint64)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

gint64
clock_steady(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (gint64)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

void
clock_replace(gint64 (*now)(void))
{
	replaced = now;
}

static struct tm
utc(gint64 ms)
{
	time_t t = (time_t)(ms / 1000);
	struct tm tm = {0};

	gmtime_r(&t, &tm);
	return tm;
}

char *
clock_iso(gint64 ms)
{
	struct tm tm = utc(ms);

	if (ms == 0)
		return g_strdup("");
	return g_strdup_printf("%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
	    tm.tm_hour, tm.tm_min, tm.tm_sec);
}

char *
clock_rfc5322(gint64 ms)
{
	static const char days[7][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char months[12][4] = {
	    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	struct tm tm = utc(ms);

	return g_strdup_printf("%s, %d %s %04d %02d:%02d:%02d +0000", days[tm.tm_wday], tm.tm_mday,
	    months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}
