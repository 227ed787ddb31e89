/*
 * Rows of the store as JSON. A member is called what its column is called ("AS" in the SQL), so the SQL of a
 * command is also the list of its keys, which are a promise to scripts.
 */
#ifndef TRIAGED_CTL_ROWS_H
#define TRIAGED_CTL_ROWS_H

#include <json-glib/json-glib.h>

#include "store/store.h"

/* `types`, one letter a column: i number, k number or null (NULL or 0), b boolean, s text, n text or null
 * (NULL or ""), t time in ISO 8601 or null (0, or never). Each walks the query to its end. */
JsonArray *rows_array(struct query *query, const char *types);
/* The first row; NULL where there is none. */
JsonObject *rows_object(struct query *query, const char *types);
/* The first column of each row, a text. */
JsonArray *rows_strings(struct query *query);
/* Name and value: two columns of text. */
JsonObject *rows_pairs(struct query *query);
/* Name and number. */
JsonObject *rows_counts(struct query *query);

#endif
