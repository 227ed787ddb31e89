/* The insides that the files of store/ share; nobody else includes this. */
#ifndef TRIAGED_STORE_INTERNAL_H
#define TRIAGED_STORE_INTERNAL_H

#include <sqlite3.h>

#include "store/store.h"

enum { PARAMETERS_MOST = 16 };

struct query {
	struct store *store;
	sqlite3_stmt *stmt;
	gboolean busy;
	gboolean own;		    /* of store_query_sql: finalised and freed at its end */
	int index[PARAMETERS_MOST]; /* SQLite's number of $1, $2, ...: to it these are names, numbered as they
				       appear */
	char *keep;		    /* a bound text that lives as long as the query */
};

struct store {
	sqlite3 *db;
	char *path;
	char *hash_key;
	int lock;
	gboolean in_turn;
	gboolean lost; /* SQLite has rolled the turn back by itself */
	GError *trouble;
	struct query queries[SQL_COUNT];
};

gboolean store_exec(struct store *store, const char *sql, GError **error);
void store_trouble(struct store *store, int rc, const char *what);

#endif
