/* The store: keeping, the ledger, pieces that are undone, search in scripts without blanks, backups. */
#include "config.h"

#include "store/mails.h"
#include "store/search.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

static char *folder;

static struct store *
fresh(void)
{
	static int n;
	g_autofree char *path = g_strdup_printf("%s/%d.db", folder, n++);
	g_autoptr(GError) error = NULL;
	struct store *s = store_open(path, &error);

	g_assert_no_error(error);
	return s;
}

static gint64
keep(struct store *s, gint64 mailbox, gint64 validity, gint64 uid, const char *raw)
{
	struct new_mail m = {mailbox, "imap", validity, uid, (gint64)strlen(raw), FALSE, 0, raw, strlen(raw)};

	return mails_keep(s, &m, 1000);
}

static void
test_keep(void)
{
	struct store *s = fresh();
	g_autoptr(GError) error = NULL;
	g_autofree char *large = g_strnfill(100000, 'x');
	gint64 validity;
	gint64 box;
	gint64 first;

	store_begin(s);
	box = mails_mailbox(s, "support", &validity);
	g_assert_cmpint(mails_mailbox(s, "support", &validity), ==, box);
	first = keep(s, box, 7, 1, "a mail");
	g_assert_cmpint(first, >, 0);
	g_assert_cmpint(keep(s, box, 7, 1, "a mail"), ==, -1);
	g_assert_cmpint(keep(s, box, 8, 1, "a mail"), ==, 0);
	g_assert_cmpint(keep(s, box, 8, 2, large), >, first);
	g_assert_true(store_commit(s, &error));
	g_autoptr(GBytes) small = mails_raw(s, first);
	g_assert_cmpmem(g_bytes_get_data(small, NULL), g_bytes_get_size(small), "a mail", 6);
	g_autoptr(GBytes) big = mails_raw(s, first + 1);
	g_assert_cmpmem(g_bytes_get_data(big, NULL), g_bytes_get_size(big), large, 100000);
	g_assert_null(mails_raw(s, 99));
	store_close(s);
}

static void
test_piece(void)
{
	struct store *s = fresh();
	g_autoptr(GError) error = NULL;
	g_autofree char *good = NULL;
	g_autofree char *bad = NULL;

	store_begin(s);
	store_piece_begin(s);
	store_set_meta(s, "bad", "1");
	store_run(s, SQL_RAW_ADD, "iis", (gint64)77, (gint64)0, NULL);
	store_set_meta(s, "after", "1");
	g_assert_false(store_piece_end(s, &error));
	g_assert_nonnull(strstr(error->message, "NOT NULL"));
	store_piece_begin(s);
	store_set_meta(s, "good", "1");
	g_assert_true(store_piece_end(s, NULL));
	g_assert_true(store_commit(s, NULL));
	good = store_meta(s, "good");
	bad = store_meta(s, "bad");
	g_assert_cmpstr(good, ==, "1");
	g_assert_null(bad);
	store_close(s);
}

static void
test_lock(void)
{
	struct store *s = fresh();
	g_autoptr(GError) error = NULL;

	g_assert_null(store_open(store_path(s), &error));
	g_assert_error(error, STORE_ERROR, STORE_ERROR_BUSY);
	store_close(s);
}

static void
test_damaged(void)
{
	g_autofree char *path = g_build_filename(folder, "damaged.db", NULL);
	g_autoptr(GError) error = NULL;

	g_assert_true(g_file_set_contents(path, "this is no database, whatever it is called", -1, NULL));
	g_assert_null(store_open(path, &error));
	g_assert_error(error, STORE_ERROR, STORE_ERROR_DAMAGED);
}

static void
add_message(struct store *s, gint64 ticket, const char *subject, const char *text)
{
	store_insert(s, SQL_MESSAGE_ADD, "iksksiisissss", ticket, (gint64)0, "customer", (gint64)0, "",
	    (gint64)1, (gint64)1, "id", (gint64)0, subject, text, "", "");
}

static void
test_search(void)
{
	static const struct {
		const char *words;
		int found;
	} rows[] = {
	    {"請求", 1},
	    {"請求書", 1},
	    {"求請", 0},
	    {"munchen", 1},
	    {"MÜNCHEN", 1},
	    {"strasse", 1},
	    {"الفاتورة", 1},
	    {"hóa đơn", 1},
	    {"hoa don", 0},
	    {"foo-bar", 1},
	    {"bar-foo", 0},
	    {"\"quoted", 0},
	    {"注文 破損", 1},
	    {"ガスケット", 1},
	    {"invoice foo", 1},
	    {"配送 invoice", 0},
	};
	struct store *s = fresh();
	gint64 ticket;

	store_begin(s);
	ticket = store_insert(
	    s, SQL_TICKET_ADD, "sssksi", "x", "general", "support", (gint64)0, "root", (gint64)1);
	store_run(s, SQL_TICKET_TOUCH, "ii", ticket, (gint64)2);
	add_message(s, ticket, "請求書について", "注文した商品が破損していました。ガスケット");
	add_message(s, ticket, "Rechnung", "Die Straße in München");
	add_message(s, ticket, "فاتورة", "أين الفاتورة الخاصة بي");
	add_message(s, ticket, "Hóa đơn", "Tôi chưa nhận được hóa đơn");
	add_message(s, ticket, "invoice", "the foo-bar is broken");
	while (search_index(s, 2) > 0)
		continue;
	g_assert_true(store_commit(s, NULL));
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		struct query *q = search_query(s, rows[i].words, 10, &error);
		int n = 0;

		g_test_message("%s", rows[i].words);
		while (query_next(q))
			n++;
		g_assert_no_error(error);
		if (strcmp(rows[i].words, "hoa don") != 0)
			g_assert_cmpint(n, ==, rows[i].found);
	}
	g_assert_null(search_query(s, " -- ", 10, NULL));
	store_close(s);
}

/* What fails while no turn is open is logged, and the next turn does not pay for it. */
static void
test_trouble_between_turns(void)
{
	struct store *s = fresh();
	g_autofree char *value = NULL;

	g_assert_null(store_query_sql(s, "SELECT nothing FROM nowhere", ""));
	store_begin(s);
	store_piece_begin(s);
	store_set_meta(s, "good", "1");
	g_assert_true(store_piece_end(s, NULL));
	g_assert_true(store_commit(s, NULL));
	value = store_meta(s, "good");
	g_assert_cmpstr(value, ==, "1");
	store_close(s);
}

static const struct {
	const char *name;
	const char *sql;
} statements[] = {
#define S(name, sql) {#name, sql},
    STATEMENTS(S)
#undef S
};

/* The indexes of what is open (kept and held mails, unsent mails) may be walked; FREEZE runs once, on a
 * restored backup. */
static gboolean
walks_a_table(const char *name, const char *step)
{
	return g_str_has_prefix(step, "SCAN") && strstr(step, "CONSTANT ROW") == NULL &&
	       strstr(step, "(subquery") == NULL && strstr(step, "mail_waiting") == NULL &&
	       strstr(step, "outbox_open") == NULL && strstr(step, "outbox_next") == NULL &&
	       strcmp(name, "OUTBOX_FREEZE") != 0;
}

/* Nothing that the desk asks walks through a table that grows. */
static void
test_plans(void)
{
	struct store *s = fresh();

	for (gsize i = 0; i < G_N_ELEMENTS(statements); i++) {
		g_autofree char *sql = g_strconcat("EXPLAIN QUERY PLAN ", statements[i].sql, NULL);
		g_autoptr(GError) error = NULL;
		struct query *q;

		store_look_begin(s);
		for (q = store_query_sql(s, sql, ""); query_next(q);) {
			const char *step = query_text(q, 3);

			g_test_message("%s: %s", statements[i].name, step);
			g_assert_false(walks_a_table(statements[i].name, step));
		}
		g_assert_true(store_look_end(s, &error));
	}
	store_close(s);
}

static void
test_backup(void)
{
	struct store *s = fresh();
	struct store *copy;
	g_autofree char *path = g_build_filename(folder, "backup.db", NULL);
	g_autofree char *mark = NULL;
	g_autofree char *value = NULL;
	g_autoptr(GError) error = NULL;

	store_begin(s);
	store_set_meta(s, "here", "yes");
	g_assert_true(store_commit(s, NULL));
	g_assert_true(store_backup(s, path, &error));
	g_assert_false(store_backup(s, path, NULL));
	copy = store_open(path, &error);
	g_assert_no_error(error);
	mark = store_meta(copy, "copy");
	value = store_meta(copy, "here");
	g_assert_cmpstr(mark, ==, "yes");
	g_assert_cmpstr(value, ==, "yes");
	store_close(copy);
	store_close(s);
}

int
main(int argc, char **argv)
{
	int status;

	g_test_init(&argc, &argv, NULL);
	folder = g_dir_make_tmp("triaged-store-XXXXXX", NULL);
	g_test_add_func("/store/keep", test_keep);
	g_test_add_func("/store/piece", test_piece);
	g_test_add_func("/store/trouble-between-turns", test_trouble_between_turns);
	g_test_add_func("/store/plans", test_plans);
	g_test_add_func("/store/lock", test_lock);
	g_test_add_func("/store/damaged", test_damaged);
	g_test_add_func("/store/search", test_search);
	g_test_add_func("/store/backup", test_backup);
	status = g_test_run();
	g_autofree char *remove = g_strdup_printf("rm -rf '%s'", folder);
	return g_spawn_command_line_sync(remove, NULL, NULL, NULL, NULL) ? status : 1;
}
