/*
 * A backup that can be trusted: written beside its place, checked, synced, and only then given its name. It
 * is marked as a copy, so that a desk started on it does not send again what the original has sent since.
 */
#include "config.h"

#include "store/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static gboolean
check_copy(sqlite3 *db, const char *path, GError **error)
{
	sqlite3_stmt *s = NULL;
	g_autofree char *said = NULL;

	if (sqlite3_prepare_v2(db, "PRAGMA integrity_check(5)", -1, &s, NULL) == SQLITE_OK &&
	    sqlite3_step(s) == SQLITE_ROW)
		said = g_strdup((const char *)sqlite3_column_text(s, 0));
	sqlite3_finalize(s);
	if (g_strcmp0(said, "ok") == 0)
		return TRUE;
	g_set_error(error, STORE_ERROR, STORE_ERROR_DAMAGED, "backup %s: the copy is not sound: %s", path,
	    said != NULL ? said : sqlite3_errmsg(db));
	return FALSE;
}

static gboolean
mark_and_check(const char *temporary, const char *path, GError **error)
{
	sqlite3 *db = NULL;
	gboolean ok =
	    sqlite3_open_v2(temporary, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
	    sqlite3_exec(db, "INSERT INTO meta (key, value) VALUES ('copy', 'yes') ON CONFLICT DO NOTHING",
		NULL, NULL, NULL) == SQLITE_OK;

	if (!ok)
		g_set_error(error, STORE_ERROR, STORE_ERROR_OTHER, "backup %s: cannot mark the copy: %s",
		    path, sqlite3_errmsg(db));
	ok = ok && check_copy(db, path, error);
	sqlite3_close(db);
	return ok;
}

static gboolean
sync_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	gboolean ok = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	return ok;
}

/* link(2) refuses an existing name, which rename(2) would replace. */
static gboolean
name_it(const char *temporary, const char *path, GError **error)
{
	if (sync_file(temporary) && link(temporary, path) == 0)
		return TRUE;
	g_set_error(error, STORE_ERROR, STORE_ERROR_OTHER,
	    "backup %s: cannot give the finished copy its name: %s", path, g_strerror(errno));
	return FALSE;
}

gboolean
store_backup(struct store *store, const char *path, GError **error)
{
	g_autofree char *temporary = g_strdup_printf("%s.%d.part", path, (int)getpid());
	char *quoted = sqlite3_mprintf("VACUUM INTO %Q", temporary);
	gboolean ok;

	if (access(path, F_OK) == 0) {
		sqlite3_free(quoted);
		g_set_error(error, STORE_ERROR, STORE_ERROR_OTHER,
		    "backup %s: exists already; name a new file", path);
		return FALSE;
	}
	ok = store_exec(store, "PRAGMA query_only=OFF", error) && store_exec(store, quoted, error);
	sqlite3_free(quoted);
	ok = ok && mark_and_check(temporary, path, error) && name_it(temporary, path, error);
	unlink(temporary);
	return ok;
}
