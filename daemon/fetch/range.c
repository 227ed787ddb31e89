/* Sequence-sets, written and read. */
#include "config.h"

#include "fetch/range.h"

#include <string.h>

static gint
compare(gconstpointer a, gconstpointer b)
{
	guint32 x = *(const guint32 *)a;
	guint32 y = *(const guint32 *)b;

	return (x > y) - (x < y);
}

void
range_sort(GArray *uids)
{
	guint32 *u = (guint32 *)(void *)uids->data;
	guint n = 0;

	g_array_sort(uids, compare);
	for (guint i = 0; i < uids->len; i++)
		if (n == 0 || u[n - 1] != u[i])
			u[n++] = u[i];
	g_array_set_size(uids, n);
}

char *
range_next(const GArray *uids, guint *at, guint most)
{
	const guint32 *u = (const guint32 *)(const void *)uids->data;
	guint end = MIN(uids->len, *at + most);
	GString *set;

	if (*at >= uids->len)
		return NULL;
	set = g_string_new(NULL);
	for (int ranges = 0; *at < end && ranges < RANGE_MAX; ranges++) {
		guint first = *at;

		while (*at + 1 < end && u[*at + 1] == u[*at] + 1)
			(*at)++;
		g_string_append_printf(set, "%s%u", ranges > 0 ? "," : "", u[first]);
		if (*at > first)
			g_string_append_printf(set, ":%u", u[*at]);
		(*at)++;
	}
	return g_string_free(set, FALSE);
}

/* "304" or "319:320", either way round. */
static gboolean
read_range(const char *text, guint64 *low, guint64 *high)
{
	char *end = NULL;

	if (!g_ascii_isdigit(*text))
		return FALSE;
	*low = *high = g_ascii_strtoull(text, &end, 10);
	if (*end == ':' && g_ascii_isdigit(end[1]))
		*high = g_ascii_strtoull(end + 1, &end, 10);
	if (*low > *high) {
		guint64 swap = *low;

		*low = *high;
		*high = swap;
	}
	return *end == '\0';
}

static void
append_between(GArray *kept, const GArray *uids, guint64 low, guint64 high)
{
	const guint32 *u = (const guint32 *)(const void *)uids->data;
	guint from = 0;
	guint to = uids->len;

	while (from < to) {
		guint middle = from + (to - from) / 2;

		if (u[middle] < low)
			from = middle + 1;
		else
			to = middle;
	}
	for (; from < uids->len && u[from] <= high && kept->len <= uids->len; from++)
		g_array_append_val(kept, u[from]);
}

void
range_keep(GArray *uids, const char *set)
{
	g_auto(GStrv) words = g_strsplit(set, ",", RANGE_MAX * 8);
	g_autoptr(GArray) kept = g_array_new(FALSE, FALSE, sizeof(guint32));
	guint64 low, high;

	for (char **w = words; *w != NULL; w++) {
		if (!read_range(*w, &low, &high)) {
			g_array_set_size(kept, 0);
			break;
		}
		append_between(kept, uids, low, high);
	}
	range_sort(kept);
	g_array_set_size(uids, 0);
	if (kept->len > 0)
		g_array_append_vals(uids, kept->data, kept->len);
}
