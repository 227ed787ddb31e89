/* Packets and the table of messages: what is of its shape passes, everything else ends the sender. */
#include "config.h"

#include "base/fd.h"
#include "wire/mail.h"
#include "wire/messages.h"

#include <gio/gio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void
test_shapes(void)
{
	static const struct {
		guint32 type;
		enum wire_role sender;
		const char *fields;
		gboolean good;
	} rows[] = {
	    {WIRE_SEND_DATA, WIRE_SEND, "{'id': <int64 7>}", TRUE},
	    {WIRE_SEND_DATA, WIRE_FETCH, "{'id': <int64 7>}", FALSE},
	    {WIRE_SEND_DATA, WIRE_SEND, "{'id': <'7'>}", FALSE},
	    {WIRE_SEND_DATA, WIRE_SEND, "@a{sv} {}", FALSE},
	    {WIRE_SEND_DATA, WIRE_SEND, "{'id': <int64 7>, 'more': <true>}", FALSE},
	    {WIRE_SEND_DATA, WIRE_SEND, "{'id': <int64 7>, 'id': <int64 8>}", FALSE},
	    {WIRE_FETCH_QUIET, WIRE_FETCH, "@a{sv} {}", TRUE},
	    {WIRE_MIME_READ, WIRE_DESK,
		"{'mail': <int64 1>, 'offset': <uint64 0>, 'length': <uint64 0>, 'cut': <false>}", FALSE},
	    {WIRE_TYPES, WIRE_DESK, "@a{sv} {}", FALSE},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct ipc_message m = {.type = rows[i].type, .fd = -1};

		m.fields = g_variant_parse(G_VARIANT_TYPE_VARDICT, rows[i].fields, NULL, NULL, NULL);
		g_assert_nonnull(m.fields);
		g_test_message("row %zu", i);
		g_assert_true(wire_check(&m, rows[i].sender, NULL) == rows[i].good);
		ipc_message_clear(&m);
	}
}

static void
test_round_trip(void)
{
	int pair[2];
	IPC_MESSAGE_AUTO m = {.fd = -1};
	FD_AUTO memory = fd_from_bytes("hello", 5, NULL);
	g_autoptr(GBytes) bytes = NULL;

	g_assert_true(ipc_pair(pair, NULL));
	g_assert_true(ipc_send(pair[0], WIRE_CHILD_UP,
	    g_variant_parse(G_VARIANT_TYPE_VARDICT,
		"{'kind': <'fetch'>, 'name': <'support'>, 'pid': <uint32 9>}", NULL, NULL, NULL),
	    memory, NULL));
	g_assert_cmpint(wire_receive(pair[1], WIRE_PARENT, &m, NULL), ==, IPC_OK);
	g_assert_cmpstr(wire_string(&m, "name"), ==, "support");
	g_assert_cmpuint(wire_u64(&m, "pid"), ==, 9);
	bytes = fd_map(m.fd, 100, NULL);
	g_assert_cmpmem(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), "hello", 5);
	close(pair[0]);
	ipc_message_clear(&m);
	g_assert_cmpint(wire_receive(pair[1], WIRE_PARENT, &m, NULL), ==, IPC_CLOSED);
	close(pair[1]);
}

/* A peer that never reads costs its patience, not the sender's life. */
static void
test_nobody_reads(void)
{
	int pair[2];
	g_autoptr(GError) error = NULL;
	int sent = 0;

	g_assert_true(ipc_pair(pair, NULL));
	while (sent < 1000000 &&
	       ipc_send_within(pair[0], WIRE_FETCH_QUIET, g_variant_new_parsed("@a{sv} {}"), -1, 0, &error))
		sent++;
	g_assert_cmpint(sent, >, 8);
	g_assert_error(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
	close(pair[0]);
	close(pair[1]);
}

static void
test_garbage(void)
{
	static const char *const packets[] = {"", "x", "dgrt", "garbage garbage garbage"};

	for (gsize i = 1; i < G_N_ELEMENTS(packets); i++) {
		int pair[2];
		IPC_MESSAGE_AUTO m = {.fd = -1};

		g_assert_true(ipc_pair(pair, NULL));
		g_assert_cmpint(send(pair[0], packets[i], strlen(packets[i]), 0), >=, 0);
		g_assert_cmpint(wire_receive(pair[1], WIRE_PARENT, &m, NULL), ==, IPC_BROKEN);
		close(pair[0]);
		close(pair[1]);
	}
}

static void
test_memory_file(void)
{
	FD_AUTO open_one = fd_memory("t", NULL);
	FD_AUTO sealed = fd_from_bytes("abc", 3, NULL);

	g_assert_true(fd_write_all(open_one, "abc", 3, NULL));
	g_assert_null(fd_map(open_one, 10, NULL));
	g_assert_null(fd_map(sealed, 2, NULL));
	g_assert_cmpint(ftruncate(sealed, 0), ==, -1);
}

static void
test_mail(void)
{
	struct mail_maker *maker = mail_maker_new();
	g_autoptr(GBytes) bytes = NULL;
	g_autoptr(GBytes) shorter = NULL;
	MAIL_AUTO *mail = NULL;

	mail_put_string(maker, MAIL_subject, "Grüße");
	mail_put(maker, MAIL_date, g_variant_new_int64(12));
	bytes = mail_maker_end(maker);
	mail = mail_open(bytes, NULL);
	g_assert_nonnull(mail);
	g_assert_cmpstr(mail_string(mail, MAIL_subject), ==, "Grüße");
	g_assert_cmpint(mail_number(mail, MAIL_date), ==, 12);
	g_assert_cmpuint(g_variant_n_children(mail_value(mail, MAIL_attachments)), ==, 0);
	shorter = g_bytes_new_from_bytes(bytes, 0, g_bytes_get_size(bytes) - 1);
	g_assert_null(mail_open(shorter, NULL));
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/wire/shapes", test_shapes);
	g_test_add_func("/wire/round-trip", test_round_trip);
	g_test_add_func("/wire/nobody-reads", test_nobody_reads);
	g_test_add_func("/wire/garbage", test_garbage);
	g_test_add_func("/wire/memory-file", test_memory_file);
	g_test_add_func("/wire/mail", test_mail);
	return g_test_run();
}
