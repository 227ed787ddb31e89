/*
 * Opening the store, turns and pieces. The order of pragmas and the reasons stand in the notes on SQLite: WAL
 * must be answered by "wal", BEGIN IMMEDIATE because a deferred one fails at its first write, and after an
 * error the first question is whether SQLite has already rolled back by itself.
 */
#include "config.h"

#include "store/store.h"

#include "base/fd.h"
#include "store/ballast.h"
#include "base/log.h"
#include "store/internal.h"
#include "store/schema.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define APPLICATION_ID 0x74726764 /* "trgd" */
enum {
	SCHEMA_VERSION = 1,
	BUSY_MS = 5000,
	CHECKPOINT_PAGES = 16000,
	CACHE_KIB = 16384,
	BLOB_MAX = 96 * 1024 * 1024
};

G_DEFINE_QUARK(triaged_store, store_error)

static int
error_code(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_FULL:
		return STORE_ERROR_FULL;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return STORE_ERROR_DAMAGED;
	default:
		return STORE_ERROR_OTHER;
	}
}

static gboolean
set_error(struct store *store, int rc, const char *what, GError **error)
{
	g_set_error(error, STORE_ERROR, error_code(rc), "store %s: %s: %s (%d)", store->path, what,
	    sqlite3_errmsg(store->db), rc);
	return FALSE;
}

gboolean
store_exec(struct store *store, const char *sql, GError **error)
{
	int rc = sqlite3_exec(store->db, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK || set_error(store, rc, sql, error);
}

/* The first value a pragma answers. */
static char *
pragma(struct store *store, const char *sql)
{
	sqlite3_stmt *s = NULL;
	char *value = NULL;

	if (sqlite3_prepare_v2(store->db, sql, -1, &s, NULL) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW)
		value = g_strdup((const char *)sqlite3_column_text(s, 0));
	sqlite3_finalize(s);
	return value;
}

/* One desk a store: a lock of the kernel on a file beside it, which also says who has it. */
static gboolean
take_lock(struct store *store, GError **error)
{
	g_autofree char *path = g_strconcat(store->path, ".lock", NULL);
	char holder[32] = "";
	g_autofree char *mine = g_strdup_printf("%d\n", (int)getpid());

	store->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (store->lock < 0) {
		g_set_error(error, STORE_ERROR, STORE_ERROR_OTHER, "store %s: cannot open its lock %s: %s",
		    store->path, path, g_strerror(errno));
		return FALSE;
	}
	if (flock(store->lock, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK) {
		if (read(store->lock, holder, sizeof holder - 1) < 0)
			holder[0] = '\0';
		g_set_error(error, STORE_ERROR, STORE_ERROR_BUSY,
		    "store %s: another desk has it (pid %s); stop that one first", store->path,
		    g_strstrip(holder));
		return FALSE;
	}
	if (flock(store->lock, LOCK_EX | LOCK_NB) < 0) {
		g_set_error(error, STORE_ERROR, STORE_ERROR_OTHER, "store %s: cannot lock it: %s",
		    store->path, g_strerror(errno));
		return FALSE;
	}
	if (ftruncate(store->lock, 0) < 0 || !fd_write_all(store->lock, mine, strlen(mine), NULL))
		g_clear_error(error);
	return TRUE;
}

static gboolean
settings(struct store *store, gboolean writing, GError **error)
{
	g_autofree char *mode = NULL;

	sqlite3_busy_timeout(store->db, BUSY_MS);
	sqlite3_db_config(store->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	sqlite3_db_config(store->db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
	sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_limit(store->db, SQLITE_LIMIT_LENGTH, BLOB_MAX);
	if (!store_exec(
		store, "PRAGMA trusted_schema=OFF; PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY", error))
		return FALSE;
	if (!writing)
		return store_exec(store, "PRAGMA query_only=ON", error);
	if (!store_exec(store, "PRAGMA page_size=8192; PRAGMA auto_vacuum=INCREMENTAL", error))
		return FALSE;
	mode = pragma(store, "PRAGMA journal_mode=WAL");
	if (g_strcmp0(mode, "wal") != 0) {
		g_set_error(error, STORE_ERROR, STORE_ERROR_OTHER,
		    "store %s: its file system cannot keep a write-ahead log (a network file system?)",
		    store->path);
		return FALSE;
	}
	sqlite3_wal_autocheckpoint(store->db, CHECKPOINT_PAGES);
	g_autofree char *rest = g_strdup_printf(
	    "PRAGMA synchronous=FULL; PRAGMA cache_size=-%d; PRAGMA journal_size_limit=16777216", CACHE_KIB);
	return store_exec(store, rest, error);
}

static gboolean
make_schema(struct store *store, GError **error)
{
	g_autofree char *stamp = g_strdup_printf(
	    "PRAGMA application_id=%d; PRAGMA user_version=%d", APPLICATION_ID, SCHEMA_VERSION);

	return store_exec(store, "BEGIN IMMEDIATE", error) && store_exec(store, SCHEMA_SQL, error) &&
	       store_exec(store, SEARCH_SQL, error) && store_exec(store, stamp, error) &&
	       store_exec(store, "COMMIT", error);
}

static gboolean
check_schema(struct store *store, gboolean writing, GError **error)
{
	g_autofree char *id = pragma(store, "PRAGMA application_id");
	g_autofree char *version = pragma(store, "PRAGMA user_version");
	gint64 v = version != NULL ? g_ascii_strtoll(version, NULL, 10) : -1;
	gint64 a = id != NULL ? g_ascii_strtoll(id, NULL, 10) : -1;

	if (v == 0 && a == 0 && writing)
		return make_schema(store, error);
	if (v < 1 || a != APPLICATION_ID) {
		g_set_error(error, STORE_ERROR, STORE_ERROR_DAMAGED,
		    "store %s: cannot be read as a store of triaged; restore a backup, nothing was changed",
		    store->path);
		return FALSE;
	}
	if (v > SCHEMA_VERSION) {
		g_set_error(error, STORE_ERROR, STORE_ERROR_NEWER,
		    "store %s: has schema %d, this program knows up to %d; install the newer triaged again",
		    store->path, (int)v, SCHEMA_VERSION);
		return FALSE;
	}
	return TRUE;
}

static gboolean
load_hash_key(struct store *store, GError **error)
{
	g_autofree char *key = store_meta(store, "hash-key");

	if (key == NULL) {
		guint8 bytes[32];

		if (getentropy(bytes, sizeof bytes) < 0) {
			g_set_error(error, STORE_ERROR, STORE_ERROR_OTHER, "no random bytes to be had: %s",
			    g_strerror(errno));
			return FALSE;
		}
		key = g_base64_encode(bytes, sizeof bytes);
		store_begin(store);
		store_set_meta(store, "hash-key", key);
		if (!store_commit(store, error))
			return FALSE;
	}
	store->hash_key = g_steal_pointer(&key);
	return TRUE;
}

/* Before the first use: our programs have one thread, and nobody asks SQLite how much memory it has. */
static void
configure(void)
{
	static gboolean done;

	if (done)
		return;
	done = TRUE;
	sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static struct store *
open_any(const char *path, gboolean writing, GError **error)
{
	struct store *store = g_new0(struct store, 1);
	int flags = writing ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
	int rc;

	configure();
	store->path = g_strdup(path);
	store->lock = -1;
	if (writing && !take_lock(store, error))
		goto fail;
	rc = sqlite3_open_v2(path, &store->db, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
	if (rc != SQLITE_OK) {
		set_error(store, rc, "cannot open", error);
		goto fail;
	}
	if (!settings(store, writing, error) || !check_schema(store, writing, error))
		goto fail;
	if (writing && !load_hash_key(store, error))
		goto fail;
	return store;
fail:
	store_close(store);
	return NULL;
}

/* On a full disk the ballast makes room for one more try. */
struct store *
store_open(const char *path, GError **error)
{
	g_autoptr(GError) why = NULL;
	struct store *store = open_any(path, TRUE, &why);

	if (store == NULL && g_error_matches(why, STORE_ERROR, STORE_ERROR_FULL) && ballast_drop(path)) {
		g_clear_error(&why);
		store = open_any(path, TRUE, &why);
	}
	if (store == NULL)
		g_propagate_error(error, g_steal_pointer(&why));
	return store;
}

struct store *
store_open_readonly(const char *path, GError **error)
{
	return open_any(path, FALSE, error);
}

void
store_close(struct store *store)
{
	if (store == NULL)
		return;
	for (int i = 0; i < SQL_COUNT; i++)
		sqlite3_finalize(store->queries[i].stmt);
	sqlite3_close_v2(store->db);
	fd_close(&store->lock);
	g_clear_error(&store->trouble);
	g_free(store->hash_key);
	g_free(store->path);
	g_free(store);
}

/* What failed sticks until the end of the piece; the first reason counts. */
void
store_trouble(struct store *store, int rc, const char *what)
{
	if (store->trouble == NULL)
		set_error(store, rc, what, &store->trouble);
	if (store->in_turn && sqlite3_get_autocommit(store->db))
		store->lost = TRUE;
}

void
store_piece_fail(struct store *store, const char *format, ...)
{
	va_list ap;

	if (store->trouble != NULL)
		return;
	va_start(ap, format);
	g_autofree char *text = g_strdup_vprintf(format, ap);
	va_end(ap);
	g_set_error_literal(&store->trouble, STORE_ERROR, STORE_ERROR_OTHER, text);
}

/* One of the statements that steer the transaction. It runs whatever stuck before: only a turn that is lost
 * has none. */
static gboolean
control(struct store *store, enum statement which)
{
	GError *before = g_steal_pointer(&store->trouble);
	gboolean ok;

	if (!store->lost)
		store_run(store, which, "");
	ok = !store->lost && store->trouble == NULL;
	if (before != NULL) {
		g_clear_error(&store->trouble);
		store->trouble = before;
	}
	return ok;
}

void
store_begin(struct store *store)
{
	g_assert(!store->in_turn);
	if (store->trouble != NULL)
		log_error(
		    "%s; met between two turns, what was asked went unanswered", store->trouble->message);
	g_clear_error(&store->trouble);
	store->in_turn = TRUE;
	store->lost = FALSE;
	if (!control(store, SQL_BEGIN))
		store->lost = TRUE;
}

gboolean
store_in_turn(const struct store *store)
{
	return store->in_turn;
}

void
store_piece_begin(struct store *store)
{
	control(store, SQL_PIECE_BEGIN);
}

gboolean
store_piece_end(struct store *store, GError **error)
{
	if (store->trouble == NULL && control(store, SQL_PIECE_END))
		return TRUE;
	if (error != NULL)
		*error = g_error_copy(store->trouble);
	if (store->lost)
		return FALSE;
	g_clear_error(&store->trouble);
	control(store, SQL_PIECE_UNDO);
	control(store, SQL_PIECE_END);
	return FALSE;
}

gboolean
store_commit(struct store *store, GError **error)
{
	store->in_turn = FALSE;
	if (!store->lost && store->trouble == NULL && control(store, SQL_COMMIT))
		return TRUE;
	if (!sqlite3_get_autocommit(store->db))
		store_exec(store, "ROLLBACK", NULL);
	if (store->trouble != NULL)
		g_propagate_error(error, g_steal_pointer(&store->trouble));
	else
		g_set_error(
		    error, STORE_ERROR, STORE_ERROR_OTHER, "store %s: the turn was rolled back", store->path);
	return FALSE;
}

gint64
store_room(struct store *store)
{
	struct statvfs s;
	g_autofree char *folder = g_path_get_dirname(store->path);

	if (statvfs(folder, &s) < 0)
		return G_MAXINT64;
	return (gint64)s.f_bavail * (gint64)s.f_frsize;
}

const char *
store_path(const struct store *store)
{
	return store->path;
}

void
store_checkpoint(struct store *store)
{
	sqlite3_wal_checkpoint_v2(store->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
}

gint64
store_hash(struct store *store, const char *text)
{
	guint8 digest[32];
	gsize n = sizeof digest;
	gint64 value;
	GHmac *hmac = g_hmac_new(G_CHECKSUM_SHA256, (const guchar *)store->hash_key, strlen(store->hash_key));

	g_hmac_update(hmac, (const guchar *)text, -1);
	g_hmac_get_digest(hmac, digest, &n);
	g_hmac_unref(hmac);
	memcpy(&value, digest, sizeof value);
	return GINT64_FROM_LE(value);
}

char *
store_meta(struct store *store, const char *key)
{
	return store_get_text(store, SQL_META_GET, "s", key);
}

void
store_set_meta(struct store *store, const char *key, const char *value)
{
	if (value == NULL)
		store_run(store, SQL_META_DELETE, "s", key);
	else
		store_run(store, SQL_META_SET, "ss", key, value);
}
