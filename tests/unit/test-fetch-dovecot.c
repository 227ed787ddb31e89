/*
 * The fetcher against a real Dovecot, started here with a configuration of its own below a temporary folder.
 * Skipped where there is no Dovecot or where we are not root, without whom it does not start.
 */
#include "config.h"

#include "tests/hostile/fakedesk.h"
#include "tests/hostile/peer.h"

#include <arpa/inet.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <pwd.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LARGEST = 35 * 1024 * 1024 };

struct dovecot {
	char *folder;
	guint16 imap, imaps;
	GPid pid;
	struct peer_certificate *certificate;
};

static guint16
free_port(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t n = sizeof a;
	int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	g_assert_cmpint(bind(s, (struct sockaddr *)&a, n), ==, 0);
	getsockname(s, (struct sockaddr *)&a, &n);
	close(s);
	return ntohs(a.sin_port);
}

static void
write_conf(const struct dovecot *d, const char *path)
{
	g_autofree char *conf = g_strdup_printf(
	    "base_dir = %s/run\nstate_dir = %s/run\nlog_path = %s/log\n"
	    "protocols = imap\nlisten = 127.0.0.1\nssl = yes\n"
	    "ssl_cert = <%s/cert.pem\nssl_key = <%s/key.pem\n"
	    "disable_plaintext_auth = no\nauth_mechanisms = plain login\n"
	    "passdb {\n driver = static\n args = password=secret\n}\n"
	    "userdb {\n driver = static\n args = uid=nobody gid=nogroup home=%s/mail/%%u\n}\n"
	    "mail_location = maildir:%s/mail/%%u\nfirst_valid_uid = 1\nfirst_valid_gid = 1\n"
	    "service imap-login {\n"
	    " inet_listener imap {\n  address = 127.0.0.1\n  port = %u\n }\n"
	    " inet_listener imaps {\n  address = 127.0.0.1\n  port = %u\n  ssl = yes\n }\n}\n"
	    "service stats {\n chroot =\n}\n",
	    d->folder, d->folder, d->folder, d->folder, d->folder, d->folder, d->folder, d->imap, d->imaps);

	g_assert_true(g_file_set_contents(path, conf, -1, NULL));
}

static gboolean
run(const char *const *argv)
{
	int status = 0;

	return g_spawn_sync(
		   NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, &status, NULL) &&
	       status == 0;
}

static gboolean
answers(guint16 port)
{
	struct sockaddr_in a = {
	    .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
	int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	gboolean ok = connect(s, (struct sockaddr *)&a, sizeof a) == 0;

	close(s);
	return ok;
}

/* A test that fails takes its server along. */
static void
die_with_parent(gpointer unused G_GNUC_UNUSED)
{
	prctl(PR_SET_PDEATHSIG, SIGTERM);
}

static gboolean
dovecot_start(struct dovecot *d)
{
	g_autofree char *program = g_find_program_in_path("dovecot");
	g_autofree char *conf = NULL;
	g_autofree char *mail = NULL;
	char *argv[] = {program, (char *)"-F", (char *)"-c", NULL, NULL};

	if (program == NULL && g_file_test("/usr/sbin/dovecot", G_FILE_TEST_IS_EXECUTABLE))
		argv[0] = program = g_strdup("/usr/sbin/dovecot");
	if (program == NULL || geteuid() != 0)
		return FALSE;
	d->folder = g_dir_make_tmp("triaged-dovecot-XXXXXX", NULL);
	g_assert_cmpint(chmod(d->folder, 0755), ==, 0);
	d->certificate = peer_certificate_new("localhost", 3600);
	peer_certificate_write(d->certificate, d->folder);
	d->imap = free_port();
	d->imaps = free_port();
	conf = g_build_filename(d->folder, "dovecot.conf", NULL);
	mail = g_build_filename(d->folder, "mail", NULL);
	write_conf(d, conf);
	g_assert_cmpint(g_mkdir(mail, 0777), ==, 0);
	g_assert_cmpint(chmod(mail, 0777), ==, 0);
	argv[3] = conf;
	g_assert_true(g_spawn_async(NULL, argv, NULL,
	    G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL,
	    die_with_parent, NULL, &d->pid, NULL));
	while (!answers(d->imap) || !answers(d->imaps)) {
		g_assert_cmpint(waitpid(d->pid, NULL, WNOHANG), ==, 0);
		g_usleep(20 * 1000);
	}
	return TRUE;
}

static void
dovecot_stop(struct dovecot *d)
{
	const char *argv[] = {"rm", "-rf", d->folder, NULL};

	kill(d->pid, SIGTERM);
	waitpid(d->pid, NULL, 0);
	g_assert_true(run(argv));
	peer_certificate_free(d->certificate);
	g_free(d->folder);
}

/* Dovecot reads the mails as nobody. */
static void
give_away(const char *path)
{
	const struct passwd *nobody = getpwnam("nobody");

	g_assert_nonnull(nobody);
	g_assert_cmpint(chown(path, nobody->pw_uid, nobody->pw_gid), ==, 0);
}

/* Puts a mail into a folder the way a delivery does: maildir's new/. */
static void
deliver(const struct dovecot *d, const char *user, const char *bytes, gsize length)
{
	static const char *const below[] = {"", "new", "cur", "tmp"};
	static int n;
	g_autofree char *box = g_build_filename(d->folder, "mail", user, NULL);
	g_autofree char *early = g_strdup_printf("%s/tmp/%d.test", box, ++n);
	g_autofree char *file = g_strdup_printf("%s/new/%d.test", box, n);

	for (gsize i = 0; i < G_N_ELEMENTS(below); i++) {
		g_autofree char *folder = g_build_filename(box, below[i], NULL);

		if (g_mkdir(folder, 0700) == 0)
			give_away(folder);
	}
	g_assert_true(g_file_set_contents(early, bytes, (gssize)length, NULL));
	give_away(early);
	g_assert_cmpint(rename(early, file), ==, 0);
}

static guint
files_in(const struct dovecot *d, const char *user, const char *below)
{
	g_autofree char *path = g_build_filename(d->folder, "mail", user, below, NULL);
	GDir *dir = g_dir_open(path, 0, NULL);
	guint n = 0;

	while (dir != NULL && g_dir_read_name(dir) != NULL)
		n++;
	if (dir != NULL)
		g_dir_close(dir);
	return n;
}

static void
fill(const struct dovecot *d, const char *user, int n)
{
	for (int i = 0; i < n; i++) {
		g_autofree char *mail =
		    g_strdup_printf("From: a@customer.test\nSubject: mail %d\n\nHello %d\n.\n", i, i);

		deliver(d, user, mail, strlen(mail));
	}
}

static struct conf_server
server_of(const struct dovecot *d, enum conf_tls tls, const char *user)
{
	return (struct conf_server){.tls = tls,
	    .host = (char *)"localhost",
	    .port = tls == CONF_TLS_IMPLICIT ? d->imaps : d->imap,
	    .user = (char *)user,
	    .secret = CONF_SECRET_PASSWORD_FILE,
	    .ca_file = d->certificate->ca_file};
}

/* Everything is fetched once, whole, over each kind of connection, and settled each way; then news comes by
 * IDLE. */
static void
check_way(const struct dovecot *d, enum conf_tls tls, enum conf_done done, const char *user)
{
	struct conf_server server = server_of(d, tls, user);
	struct conf_mailbox box = {.name = (char *)user,
	    .imap = &server,
	    .folder = (char *)"INBOX",
	    .done = done,
	    .done_folder = (char *)"Erledigt & fertig 日本",
	    .poll = 1000};
	struct fakedesk desk;
	IPC_MESSAGE_AUTO m = {.fd = -1};
	guint n, got = 0, settled = 0;
	g_autoptr(GBytes) body = NULL;
	const char *late = "Subject: late\n\nnews\n";

	fill(d, user, 7);
	fakedesk_fetch(&desk, &box, "secret");
	fakedesk_expect(&desk, WIRE_FETCH_UP, &m);
	g_assert_cmpuint(wire_u64(&m, "uidvalidity"), >, 0);
	fakedesk_expect(&desk, WIRE_FETCH_LISTING, &m);
	g_assert_true(wire_bool(&m, "full"));
	n = fakedesk_want_all(&desk, &m, LARGEST);
	g_assert_cmpuint(n, ==, 7);
	fakedesk_expect(&desk, WIRE_FETCH_MAILS, &m);
	got = fakedesk_count(&m);
	g_assert_cmpuint(got, ==, 7);
	body = fakedesk_body(&m, 6);
	g_assert_cmpstr(
	    g_strstr_len(g_bytes_get_data(body, NULL), (gssize)g_bytes_get_size(body), "Hello"), !=, NULL);
	g_assert_cmpuint(files_in(d, user, "new") + files_in(d, user, "cur"), ==, 7);
	fakedesk_keep_all(&desk, &m);
	fakedesk_expect(&desk, WIRE_FETCH_SETTLED, &m);
	settled = fakedesk_count(&m);
	g_assert_cmpuint(settled, ==, 7);
	fakedesk_expect(&desk, WIRE_FETCH_QUIET, &m);
	if (done == CONF_DONE_MOVE || done == CONF_DONE_DELETE)
		g_assert_cmpuint(files_in(d, user, "new") + files_in(d, user, "cur"), ==, 0);
	deliver(d, user, late, strlen(late));
	fakedesk_expect(&desk, WIRE_FETCH_LISTING, &m);
	g_assert_false(wire_bool(&m, "full"));
	g_assert_cmpuint(fakedesk_want_all(&desk, &m, LARGEST), ==, 1);
	fakedesk_expect(&desk, WIRE_FETCH_MAILS, &m);
	fakedesk_keep_all(&desk, &m);
	fakedesk_expect(&desk, WIRE_FETCH_SETTLED, &m);
	fakedesk_expect(&desk, WIRE_FETCH_QUIET, &m);
	fakedesk_look(&desk);
	fakedesk_expect(&desk, WIRE_FETCH_LISTING, &m);
	g_assert_true(wire_bool(&m, "full"));
	g_assert_cmpuint(
	    wire_u64(&m, "count"), ==, done == CONF_DONE_MOVE || done == CONF_DONE_DELETE ? 0 : 8);
	g_assert_cmpint(fakedesk_end(&desk), ==, 0);
}

static void
test_ways(gconstpointer data)
{
	const struct dovecot *d = data;

	check_way(d, CONF_TLS_PLAIN, CONF_DONE_KEEP, "keep");
	check_way(d, CONF_TLS_STARTTLS, CONF_DONE_FLAG, "flag");
	check_way(d, CONF_TLS_IMPLICIT, CONF_DONE_MOVE, "move");
	check_way(d, CONF_TLS_IMPLICIT, CONF_DONE_DELETE, "delete");
}

/* A configuration for the program itself; caller frees the path. */
static char *
write_program_conf(const struct dovecot *d, const char *user)
{
	char *path = g_build_filename(d->folder, "triaged.conf", NULL);
	g_autofree char *conf = g_strdup_printf(
	    "desk \"Test\" { store \"/nowhere/desk.db\" keys \"/nowhere/keys\" user nobody ca-file \"%s\" }\n"
	    "mailbox support { address support@desk.test queue general done move \"Done\"\n"
	    " imap starttls localhost:%u user %s password-file \"/nowhere/secret\" }\n"
	    "queue general { team first }\nteam first { agent a@desk.test }\n",
	    d->certificate->ca_file, d->imap, user);

	g_assert_true(g_file_set_contents(path, conf, -1, NULL));
	return path;
}

/* The program itself, in its jail. */
static void
test_program(gconstpointer data)
{
	const struct dovecot *d = data;
	g_autofree char *path = write_program_conf(d, "program");
	struct fakedesk desk;
	IPC_MESSAGE_AUTO m = {.fd = -1};

	fill(d, "program", 3);
	fakedesk_program(&desk, "triaged-fetch", "support", path, "secret\n");
	fakedesk_expect(&desk, WIRE_FETCH_UP, &m);
	fakedesk_expect(&desk, WIRE_FETCH_LISTING, &m);
	g_assert_cmpuint(fakedesk_want_all(&desk, &m, LARGEST), ==, 3);
	fakedesk_expect(&desk, WIRE_FETCH_MAILS, &m);
	fakedesk_keep_all(&desk, &m);
	fakedesk_expect(&desk, WIRE_FETCH_SETTLED, &m);
	fakedesk_expect(&desk, WIRE_FETCH_QUIET, &m);
	g_assert_cmpint(fakedesk_end(&desk), ==, 0);
}

enum { BIG = 30 * 1024 * 1024 };

static char
big_byte(gsize i)
{
	static const char head[] = "Subject: big\r\n\r\n";

	if (i < sizeof head - 1)
		return head[i];
	return i % 64 == 62 ? '\r' : i % 64 == 63 ? '\n' : (char)('a' + i % 23);
}

static void
deliver_big(const struct dovecot *d)
{
	char *big = g_malloc(BIG);

	for (gsize i = 0; i < BIG; i++)
		big[i] = big_byte(i);
	deliver(d, "large", big, BIG);
	g_free(big);
}

/* 30 MiB are streamed: whole, and without 30 MiB of memory. Over the largest allowed, only the beginning
 * comes. */
static void
test_large(gconstpointer data)
{
	static const struct {
		guint64 largest;
		gsize length;
		guint8 cut;
	} rows[] = {{LARGEST, BIG, FALSE}, {1024 * 1024, 64 * 1024, TRUE}};
	g_autofree char *path = write_program_conf(data, "large");
	struct rusage usage;

	deliver_big(data);
	for (gsize k = 0; k < G_N_ELEMENTS(rows); k++) {
		struct fakedesk desk;
		IPC_MESSAGE_AUTO m = {.fd = -1};
		g_autoptr(GBytes) body = NULL;
		g_autoptr(GVariant) cut = NULL;
		const char *bytes;
		gsize n;

		fakedesk_program(&desk, "triaged-fetch", "support", path, "secret");
		fakedesk_expect(&desk, WIRE_FETCH_UP, &m);
		fakedesk_expect(&desk, WIRE_FETCH_LISTING, &m);
		g_assert_cmpuint(fakedesk_want_all(&desk, &m, rows[k].largest), ==, 1);
		fakedesk_expect(&desk, WIRE_FETCH_MAILS, &m);
		g_assert_cmpint(fakedesk_end(&desk), ==, 0);
		cut = wire_value(&m, "cut");
		g_assert_cmpint(((const guint8 *)g_variant_get_fixed_array(cut, &n, 1))[0], ==, rows[k].cut);
		body = fakedesk_body(&m, 0);
		bytes = g_bytes_get_data(body, &n);
		g_assert_cmpuint(n, ==, rows[k].length);
		for (gsize i = 0; i < n; i++)
			if (bytes[i] != big_byte(i))
				g_error("byte %zu is another", i);
	}
	getrusage(RUSAGE_CHILDREN, &usage);
	g_test_message("largest resident set of a child: %ld KiB", usage.ru_maxrss);
#ifndef TRIAGED_SANITIZED
	g_assert_cmpint(usage.ru_maxrss, <, 25 * 1024);
#endif
}

static void
test_wrong_password(gconstpointer data)
{
	struct conf_server server = server_of(data, CONF_TLS_IMPLICIT, "keep");
	struct conf_mailbox box = {
	    .name = (char *)"keep", .imap = &server, .folder = (char *)"INBOX", .poll = 1000};
	struct fakedesk desk;
	IPC_MESSAGE_AUTO m = {.fd = -1};

	fakedesk_fetch(&desk, &box, "wrong");
	fakedesk_expect(&desk, WIRE_FETCH_TROUBLE, &m);
	g_assert_cmpstr(wire_string(&m, "step"), ==, "login");
	g_assert_null(strstr(wire_string(&m, "text"), "wrong"));
	g_assert_cmpint(fakedesk_left(&desk), ==, 77);
}

int
main(int argc, char **argv)
{
	struct dovecot d = {0};
	int status;

	g_test_init(&argc, &argv, NULL);
	if (!dovecot_start(&d))
		return 77;
	g_test_add_data_func("/fetch/dovecot/ways", &d, test_ways);
	g_test_add_data_func("/fetch/dovecot/program", &d, test_program);
	g_test_add_data_func("/fetch/dovecot/large", &d, test_large);
	g_test_add_data_func("/fetch/dovecot/wrong-password", &d, test_wrong_password);
	status = g_test_run();
	dovecot_stop(&d);
	return status;
}
