/* Persons in the store. */
#include "config.h"

#include "desk/people.h"

#include "base/clock.h"

#include <string.h>

char *
people_fold(const char *address)
{
	const char *at = strrchr(address, '@');
	g_autofree char *domain = NULL;

	if (at == NULL)
		return g_strdup(address);
	domain = g_ascii_strdown(at, -1);
	return g_strdup_printf("%.*s%s", (int)(at - address), address, domain);
}

gint64
people_get(struct desk *desk, const char *address, const char *name)
{
	g_autofree char *folded = people_fold(address);
	gint64 id;

	if (strchr(address, '@') == NULL)
		return 0;
	id = store_get_int(desk->store, 0, SQL_PERSON_FIND, "s", folded);
	if (id == 0)
		return store_insert(desk->store, SQL_PERSON_ADD, "ssi", folded, name, clock_now());
	if (*name != '\0')
		store_run(desk->store, SQL_PERSON_NAME, "is", id, name);
	return id;
}

void
people_show(struct desk *desk, gint64 person, char **address, char **name)
{
	struct query *q = store_query(desk->store, SQL_PERSON_GET, "i", person);

	*address = NULL;
	*name = NULL;
	while (query_next(q)) {
		*address = g_strdup(query_text(q, 0));
		*name = g_strdup(query_text(q, 1));
	}
	if (*address == NULL)
		*address = g_strdup("");
	if (*name == NULL)
		*name = g_strdup("");
}
