/* Statements: prepare once, bind by letter, step, read columns. */
#include "config.h"

#include "store/internal.h"

#include <stdarg.h>

static const char *const sql[] = {
#define S(name, text) text,
    STATEMENTS(S)
#undef S
};

static void
bind_one(sqlite3_stmt *stmt, int i, char type, va_list *ap)
{
	const char *text;
	GBytes *bytes;
	gint64 key;

	switch (type) {
	case 'i':
		sqlite3_bind_int64(stmt, i, va_arg(*ap, gint64));
		return;
	case 'k':
		key = va_arg(*ap, gint64);
		if (key != 0)
			sqlite3_bind_int64(stmt, i, key);
		else
			sqlite3_bind_null(stmt, i);
		return;
	case 's':
		text = va_arg(*ap, const char *);
		sqlite3_bind_text(stmt, i, text, -1, SQLITE_STATIC);
		return;
	case 'b':
		bytes = va_arg(*ap, GBytes *);
		if (bytes != NULL)
			sqlite3_bind_blob64(
			    stmt, i, g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), SQLITE_STATIC);
		else
			sqlite3_bind_null(stmt, i);
		return;
	default:
		g_assert_not_reached();
	}
}

static void
find_parameters(struct query *q)
{
	for (int i = 0; i < PARAMETERS_MOST; i++) {
		char name[8];

		g_snprintf(name, sizeof name, "$%d", i + 1);
		q->index[i] = sqlite3_bind_parameter_index(q->stmt, name);
	}
}

static void
bind_all(struct query *q, const char *types, va_list *ap)
{
	for (int i = 0; types[i] != '\0'; i++)
		bind_one(q->stmt, q->index[i], types[i], ap);
}

/* The statement, ready to step; NULL after a failure. */
static struct query *
start(struct store *store, enum statement which, const char *types, va_list *ap)
{
	struct query *q = &store->queries[which];
	int rc;

	if (store->trouble != NULL)
		return NULL;
	if (q->stmt == NULL) {
		rc = sqlite3_prepare_v3(store->db, sql[which], -1, SQLITE_PREPARE_PERSISTENT, &q->stmt, NULL);
		if (rc != SQLITE_OK) {
			store_trouble(store, rc, sql[which]);
			return NULL;
		}
		find_parameters(q);
	}
	g_assert(!q->busy);
	q->store = store;
	q->busy = TRUE;
	bind_all(q, types, ap);
	return q;
}

void
query_end(struct query *q)
{
	if (q == NULL || !q->busy)
		return;
	q->busy = FALSE;
	if (q->own) {
		sqlite3_finalize(q->stmt);
		g_free(q->keep);
		g_free(q);
		return;
	}
	sqlite3_reset(q->stmt);
	sqlite3_clear_bindings(q->stmt);
}

gboolean
query_next(struct query *q)
{
	int rc;

	if (q == NULL)
		return FALSE;
	rc = sqlite3_step(q->stmt);
	if (rc == SQLITE_ROW)
		return TRUE;
	if (rc != SQLITE_DONE)
		store_trouble(q->store, rc, sqlite3_sql(q->stmt));
	query_end(q);
	return FALSE;
}

/* With the varargs of the caller. */
#define START(q, which)                                                                                      \
	va_list ap;                                                                                          \
	va_start(ap, types);                                                                                 \
	q = start(store, which, types, &ap);                                                                 \
	va_end(ap)

int
store_run(struct store *store, enum statement which, const char *types, ...)
{
	struct query *q;

	START(q, which);
	if (q == NULL)
		return 0;
	while (query_next(q))
		continue;
	return store->trouble == NULL ? sqlite3_changes(store->db) : 0;
}

gint64
store_insert(struct store *store, enum statement which, const char *types, ...)
{
	struct query *q;

	START(q, which);
	if (q == NULL)
		return 0;
	while (query_next(q))
		continue;
	return store->trouble == NULL ? sqlite3_last_insert_rowid(store->db) : 0;
}

gint64
store_get_int(struct store *store, gint64 otherwise, enum statement which, const char *types, ...)
{
	struct query *q;
	gint64 value = otherwise;

	START(q, which);
	if (!query_next(q))
		return otherwise;
	if (!query_is_null(q, 0))
		value = query_int(q, 0);
	query_end(q);
	return value;
}

char *
store_get_text(struct store *store, enum statement which, const char *types, ...)
{
	struct query *q;
	char *value;

	START(q, which);
	if (!query_next(q))
		return NULL;
	value = g_strdup(query_text(q, 0));
	query_end(q);
	return value;
}

struct query *
store_query(struct store *store, enum statement which, const char *types, ...)
{
	struct query *q;

	START(q, which);
	return q;
}

struct query *
store_query_sql(struct store *store, const char *text, const char *types, ...)
{
	struct query *q = g_new0(struct query, 1);
	va_list ap;
	int rc = sqlite3_prepare_v2(store->db, text, -1, &q->stmt, NULL);

	if (rc != SQLITE_OK) {
		store_trouble(store, rc, text);
		g_free(q);
		return NULL;
	}
	q->store = store;
	q->busy = TRUE;
	q->own = TRUE;
	find_parameters(q);
	va_start(ap, types);
	bind_all(q, types, &ap);
	va_end(ap);
	return q;
}

gint64
query_int(struct query *q, int column)
{
	return sqlite3_column_int64(q->stmt, column);
}

const char *
query_text(struct query *q, int column)
{
	const char *text = (const char *)sqlite3_column_text(q->stmt, column);

	return text != NULL ? text : "";
}

gboolean
query_is_null(struct query *q, int column)
{
	return sqlite3_column_type(q->stmt, column) == SQLITE_NULL;
}

GBytes *
query_bytes(struct query *q, int column)
{
	const void *data = sqlite3_column_blob(q->stmt, column);

	return g_bytes_new(data, (gsize)sqlite3_column_bytes(q->stmt, column));
}

const char *
query_name(struct query *q, int column)
{
	return sqlite3_column_name(q->stmt, column);
}

/* A plain BEGIN takes its snapshot with the first statement, and waits for nobody. */
void
store_look_begin(struct store *store)
{
	store_exec(store, "BEGIN", store->trouble == NULL ? &store->trouble : NULL);
}

gboolean
store_look_end(struct store *store, GError **error)
{
	if (!sqlite3_get_autocommit(store->db))
		store_exec(store, "ROLLBACK", NULL);
	if (store->trouble == NULL)
		return TRUE;
	g_propagate_error(error, g_steal_pointer(&store->trouble));
	return FALSE;
}
