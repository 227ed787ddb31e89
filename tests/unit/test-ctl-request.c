/*
 * triagectl against a desk that is not there, hangs up, talks nonsense or says no: exit statuses, and above
 * all that inject leaves with 0 only when the desk has said so.
 */
#include "config.h"

#include "base/fd.h"
#include "ctl/request.h"
#include "wire/messages.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sysexits.h>
#include <unistd.h>

static char *folder;
static char *socket_path;

/* What a desk does with one request. */
enum desk { ABSENT, HANGS_UP, NONSENSE, NOT_OURS, ANSWERS };

struct peer {
	enum desk desk;
	int status;
	int listener;
	GThread *thread;
	char *heard; /* "inject support: the mail" */
};

static void
remember(struct peer *p, const struct ipc_message *m)
{
	g_autoptr(GVariant) words = wire_value(m, "words");
	g_autofree const char **strv = g_variant_get_strv(words, NULL);
	g_autofree char *said = g_strjoinv(" ", (char **)strv);
	g_autoptr(GBytes) mail = m->fd >= 0 ? fd_map(m->fd, 1 << 20, NULL) : NULL;

	if (mail != NULL)
		p->heard = g_strdup_printf("%s: %.*s", said, (int)g_bytes_get_size(mail),
		    (const char *)g_bytes_get_data(mail, NULL));
	else
		p->heard = g_steal_pointer(&said);
}

static gpointer
serve(gpointer data)
{
	struct peer *p = data;
	FD_AUTO fd = accept4(p->listener, NULL, NULL, SOCK_CLOEXEC);
	IPC_MESSAGE_AUTO m = {.fd = -1};

	if (fd < 0 || wire_receive(fd, WIRE_CTL, &m, NULL) != IPC_OK)
		return NULL;
	remember(p, &m);
	if (p->desk == NONSENSE)
		g_assert_cmpint(write(fd, "hello", 5), ==, 5);
	else if (p->desk == NOT_OURS)
		ipc_send(fd, WIRE_FETCH_LOOK, wire_fields("@a{sv} {}"), -1, NULL);
	if (p->desk != ANSWERS)
		return NULL;
	ipc_send(fd, WIRE_CTL_END, wire_fields("{'status': <%i>, 'text': <'first, second'>}", p->status), -1, NULL);
	return NULL;
}

static void
peer_begin(struct peer *p, enum desk desk, int status)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	*p = (struct peer){.desk = desk, .status = status, .listener = -1};
	g_strlcpy(address.sun_path, socket_path, sizeof address.sun_path);
	unlink(socket_path);
	if (desk == ABSENT)
		return;
	p->listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	g_assert_cmpint(bind(p->listener, (struct sockaddr *)&address, sizeof address), ==, 0);
	g_assert_cmpint(listen(p->listener, 1), ==, 0);
	p->thread = g_thread_new("desk", serve, p);
}

/* A desk that was not asked still waits for somebody. */
static void
peer_end(struct peer *p)
{
	if (p->listener >= 0)
		shutdown(p->listener, SHUT_RDWR);
	if (p->thread != NULL)
		g_thread_join(p->thread);
	fd_close(&p->listener);
	unlink(socket_path);
}

static void
peer_clear(struct peer *p)
{
	g_free(p->heard);
}

static const struct {
	enum desk desk;
	int says, leaves, inject;
	gboolean sent;
} cases[] = {
    {ABSENT, 0, EX_TEMPFAIL, EX_TEMPFAIL, FALSE},
    {HANGS_UP, 0, EX_TEMPFAIL, EX_TEMPFAIL, TRUE},
    {NONSENSE, 0, EX_TEMPFAIL, EX_TEMPFAIL, TRUE},
    {NOT_OURS, 0, EX_TEMPFAIL, EX_TEMPFAIL, TRUE},
    {ANSWERS, 0, 0, 0, TRUE},
    {ANSWERS, 64, 64, EX_TEMPFAIL, TRUE},
    {ANSWERS, 65, 65, EX_TEMPFAIL, TRUE},
    {ANSWERS, 66, 66, EX_TEMPFAIL, TRUE},
    {ANSWERS, 75, 75, EX_TEMPFAIL, TRUE},
    {ANSWERS, -1, -1, EX_TEMPFAIL, TRUE},
};

static void
test_ask(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct ctl ctl = {.conf_path = "/nonexistent"};
		struct peer p;
		ANSWER_AUTO a = {0};
		char *words[] = {(char *)"ticket", (char *)"close", (char *)"1", NULL};

		peer_begin(&p, cases[i].desk, cases[i].says);
		g_assert_true(request_ask(&ctl, words, -1, &a) == (cases[i].desk == ANSWERS));
		g_assert_cmpint(a.status, ==, cases[i].leaves);
		g_assert_true(a.sent == cases[i].sent);
		if (cases[i].desk == ANSWERS)
			g_assert_cmpstr(a.text, ==, "first, second");
		else
			g_assert_cmpstr(a.text, !=, "");
		peer_end(&p);
		peer_clear(&p);
		ctl_clear(&ctl);
	}
}

/* Runs inject with `mail` on standard input; NULL: there is none. `heard`: what the desk was asked. */
static int
injected(struct peer *p, const char *mail, const char *mailbox)
{
	struct ctl ctl = {.conf_path = "/nonexistent"};
	g_autofree char *trouble = NULL;
	char *argv[] = {(char *)mailbox, NULL};
	FD_AUTO before = dup(STDIN_FILENO);
	int status;

	close(STDIN_FILENO);
	if (mail != NULL) {
		g_assert_cmpint(fd_from_bytes(mail, strlen(mail), NULL), ==, STDIN_FILENO);
		g_assert_cmpint(lseek(STDIN_FILENO, 0, SEEK_SET), ==, 0);
	}
	g_assert_true(
	    sentence_parse("[--mailbox MAILBOX] [MAILBOX]", mailbox != NULL, argv, &ctl.sentence, &trouble));
	status = inject(&ctl);
	dup2(before, STDIN_FILENO);
	ctl_clear(&ctl);
	peer_end(p);
	return status;
}

static void
test_inject(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct peer p;

		peer_begin(&p, cases[i].desk, cases[i].says);
		g_assert_cmpint(injected(&p, "From: a@b\n\nHello.\n", "support"), ==, cases[i].inject);
		g_assert_cmpstr(
		    p.heard, ==, cases[i].desk == ABSENT ? NULL : "inject support: From: a@b\n\nHello.\n");
		peer_clear(&p);
	}
}

static void
test_inject_empty(void)
{
	struct peer p;

	peer_begin(&p, ANSWERS, 0);
	g_assert_cmpint(injected(&p, "", "support"), ==, EX_OK);
	g_assert_cmpstr(p.heard, ==, "inject support: ");
	peer_clear(&p);
}

/* Nothing is asked when there is nothing to hand over, or nowhere to put it. */
static void
test_inject_nothing(void)
{
	static const struct {
		const char *mail, *mailbox;
	} wrong[] = {{NULL, "support"}, {"a mail", NULL}};

	for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
		struct peer p;

		peer_begin(&p, ANSWERS, 0);
		g_assert_cmpint(injected(&p, wrong[i].mail, wrong[i].mailbox), ==, EX_TEMPFAIL);
		g_assert_null(p.heard);
		peer_clear(&p);
	}
}

static void
test_status(void)
{
	static const struct {
		enum desk desk;
		int says, leaves;
	} wanted[] = {
	    {ABSENT, 0, CTL_DOWN}, {HANGS_UP, 0, CTL_DOWN}, {ANSWERS, 75, CTL_DOWN}, {ANSWERS, 64, 64}};

	for (gsize i = 0; i < G_N_ELEMENTS(wanted); i++) {
		struct ctl ctl = {.conf_path = "/nonexistent", .json = TRUE};
		struct peer p;

		peer_begin(&p, wanted[i].desk, wanted[i].says);
		g_assert_cmpint(status(&ctl), ==, wanted[i].leaves);
		peer_end(&p);
		peer_clear(&p);
		ctl_clear(&ctl);
	}
}

static void
test_long_path(void)
{
	struct ctl ctl = {.conf_path = "/nonexistent"};
	g_autofree char *path = g_strnfill(200, 'x');
	char *words[] = {(char *)"reload", NULL};
	ANSWER_AUTO a = {0};

	g_setenv("TRIAGED_SOCKET", path, TRUE);
	g_assert_false(request_ask(&ctl, words, -1, &a));
	g_assert_nonnull(strstr(a.text, "longer"));
	ctl_clear(&ctl);
}

int
main(int argc, char **argv)
{
	int result;

	g_test_init(&argc, &argv, NULL);
	folder = g_dir_make_tmp("triaged-ctl-XXXXXX", NULL);
	g_assert_nonnull(folder);
	socket_path = g_build_filename(folder, "control", NULL);
	g_setenv("TRIAGED_SOCKET", socket_path, TRUE);
	g_test_add_func("/ctl/request/ask", test_ask);
	g_test_add_func("/ctl/request/inject", test_inject);
	g_test_add_func("/ctl/request/inject-empty", test_inject_empty);
	g_test_add_func("/ctl/request/inject-nothing", test_inject_nothing);
	g_test_add_func("/ctl/request/status", test_status);
	g_test_add_func("/ctl/request/long-path", test_long_path);
	result = g_test_run();
	g_rmdir(folder);
	g_free(socket_path);
	g_free(folder);
	return result;
}
