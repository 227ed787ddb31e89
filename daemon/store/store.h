/*
 * The store: one SQLite file (WAL, synchronous=FULL, foreign keys, STRICT). One writing connection, in the
 * desk; triagectl opens it read-only.
 *
 * Statements have names (store/statements.h) and are prepared once. A failing statement does not stop its
 * caller in the middle of a thought: the failure sticks to the store, later statements of the same piece do
 * nothing, and store_piece_end or store_commit says what went wrong. What fails between two turns (then only
 * reading is done) is logged at the next store_begin, and forgotten. Only code in store/ sees SQLite.
 */
#ifndef TRIAGED_STORE_H
#define TRIAGED_STORE_H

#include <glib.h>

#include "store/statements.h"

struct store;

/* Error codes of store_open and store_commit, domain STORE_ERROR. */
GQuark store_error_quark(void);
#define STORE_ERROR (store_error_quark())
enum store_error {
	STORE_ERROR_BUSY,    /* another desk has it; the message names its pid */
	STORE_ERROR_NEWER,   /* written by a newer version */
	STORE_ERROR_DAMAGED, /* quick_check failed, or not a database of ours */
	STORE_ERROR_FULL,    /* no room on the disk */
	STORE_ERROR_OTHER,
};

/* Makes or opens the file for writing, takes the lock of the one desk, brings the schema up to date. */
struct store *store_open(const char *path, GError **error);
/* For readers: never writes, never checkpoints. */
struct store *store_open_readonly(const char *path, GError **error);
void store_close(struct store *store);

/* One turn: begin, any number of pieces, commit. A piece is a savepoint: if one of its statements failed, its
 * work is undone and FALSE comes back with the reason, and the turn goes on. store_commit FALSE: nothing of
 * the turn is there. */
void store_begin(struct store *store);
gboolean store_in_turn(const struct store *store);
void store_piece_begin(struct store *store);
gboolean store_piece_end(struct store *store, GError **error);
gboolean store_commit(struct store *store, GError **error);
/* The same as a failed statement: the piece will be undone. */
void store_piece_fail(struct store *store, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Runs a statement to its end. `types`, one letter a parameter: i gint64, k gint64 key (0 is NULL), s const
 * char * (NULL is NULL), b GBytes * (NULL is NULL). store_run answers the number of rows changed;
 * store_insert the rowid; store_get_int the first column of the first row, `otherwise` where there is none or
 * it is NULL; store_get_text likewise, caller frees. */
int store_run(struct store *store, enum statement which, const char *types, ...);
gint64 store_insert(struct store *store, enum statement which, const char *types, ...);
gint64 store_get_int(struct store *store, gint64 otherwise, enum statement which, const char *types, ...);
char *store_get_text(struct store *store, enum statement which, const char *types, ...);

/* Walks rows: for (q = store_query(...); query_next(q);) ...; query_next answers FALSE at the end and gives
 * the statement back; query_end does so before the end. A query must be at its end before the same statement
 * is run again. Column texts live until the next query_next; never NULL (NULL is ""). */
struct query;
struct query *store_query(struct store *store, enum statement which, const char *types, ...);
gboolean query_next(struct query *query);
void query_end(struct query *query);
gint64 query_int(struct query *query, int column);
const char *query_text(struct query *query, int column);
gboolean query_is_null(struct query *query, int column);
GBytes *query_bytes(struct query *query, int column); /* a copy; caller unrefs */
const char *query_name(struct query *query, int column);

/* A statement of a reader's own, written in the portable subset; freed at its end. Texts and bytes given must
 * outlive it. */
struct query *store_query_sql(struct store *store, const char *sql, const char *types, ...);

/* For readers: everything asked between the two is of one moment of the store. FALSE: something could not be
 * read, and why. */
void store_look_begin(struct store *store);
gboolean store_look_end(struct store *store, GError **error);

/* Bytes free on the store's disk; G_MAXINT64 where it cannot be told. */
gint64 store_room(struct store *store);
const char *store_path(const struct store *store);
/* Moves the log into the file; when idle only. */
void store_checkpoint(struct store *store);
/* A verified copy at `path` (must not exist): written beside it, checked, renamed. Marked, so that a desk
 * that is started on it sends nothing old unasked. */
gboolean store_backup(struct store *store, const char *path, GError **error);

/* Keyed 64-bit hash of a Message-ID; the key is made with the store. */
gint64 store_hash(struct store *store, const char *text);

/* meta: small facts about the store. Caller frees; NULL where there is none. */
char *store_meta(struct store *store, const char *key);
void store_set_meta(struct store *store, const char *key, const char *value);

#endif
