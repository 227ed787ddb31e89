/*
 * Starts triaged-mime as a child, as the desk would, and hands it one mail after the other. It is the same
 * program in the same jail: what it says here is what the desk would hear, but for trust, which nobody has.
 */
#include "config.h"

#include "ctl/read.h"

#include "base/clock.h"
#include "base/fd.h"
#include "base/proc.h"
#include "ctl/show.h"
#include "wire/mail.h"
#include "wire/messages.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

enum { FILE_MAX = 64 * 1024 * 1024, ANSWER_MAX = 256 * 1024 * 1024, PATIENCE = 15 * CLOCK_SECOND };

struct reader {
	pid_t pid; /* 0: none is running */
	int link;
};

static gboolean
reader_start(struct reader *r, GError **error)
{
	FD_AUTO conf = -1;
	int pair[2];

	if (!ipc_pair(pair, error))
		return FALSE;
	conf = fd_from_bytes("", 0, error);
	r->pid = conf >= 0 ? proc_start("triaged-mime", NULL, pair[1], conf, -1, error) : 0;
	close(pair[1]);
	r->link = pair[0];
	if (r->pid == 0)
		close(pair[0]);
	return r->pid != 0;
}

/* Ends it, one way or the other; how it ended. Caller frees. */
static char *
reader_end(struct reader *r, gboolean kill_it)
{
	int status = 0;

	close(r->link);
	if (kill_it)
		kill(r->pid, SIGKILL);
	while (waitpid(r->pid, &status, 0) < 0 && errno == EINTR)
		;
	r->pid = 0;
	if (WIFSIGNALED(status))
		return g_strdup_printf("the reader was ended by signal %d (%s)", WTERMSIG(status),
		    g_strsignal(WTERMSIG(status)));
	return g_strdup_printf("the reader left with status %d", WEXITSTATUS(status));
}

/* The answer to what was sent. NULL: `*held` says why there is none, and the reader is no more. */
static struct mail *
reader_answer(struct reader *r, char **held)
{
	struct pollfd p = {.fd = r->link, .events = POLLIN};
	IPC_MESSAGE_AUTO m = {.fd = -1};
	g_autoptr(GError) error = NULL;
	g_autoptr(GBytes) bytes = NULL;
	struct mail *mail;
	gint64 until = clock_steady() + PATIENCE;
	int n;

	do
		n = poll(&p, 1, (int)MAX(until - clock_steady(), 0));
	while (n < 0 && errno == EINTR);
	if (n == 0) {
		g_free(reader_end(r, TRUE));
		*held = g_strdup_printf("the reader was not done after %d s", PATIENCE / CLOCK_SECOND);
		return NULL;
	}
	if (wire_receive(r->link, WIRE_MIME, &m, &error) != IPC_OK || m.type != WIRE_MIME_MAIL) {
		*held = reader_end(r, error != NULL);
		return NULL;
	}
	bytes = fd_map(m.fd, ANSWER_MAX, &error);
	mail = bytes != NULL ? mail_open(bytes, &error) : NULL;
	if (mail == NULL) {
		*held = g_strdup_printf("the reader's answer cannot be used: %s", error->message);
		g_free(reader_end(r, TRUE));
	}
	return mail;
}

static struct mail *
reader_ask(struct reader *r, GBytes *raw, char **held)
{
	g_autoptr(GError) error = NULL;
	gsize length;
	const void *bytes = g_bytes_get_data(raw, &length);
	FD_AUTO fd = fd_from_bytes(bytes, length, &error);
	GVariantBuilder b;

	if (fd < 0 || (r->pid == 0 && !reader_start(r, &error))) {
		*held = g_strdup_printf("no reader: %s", error->message);
		return NULL;
	}
	g_variant_builder_init(&b, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(&b, "{sv}", "mail", g_variant_new_int64(1));
	g_variant_builder_add(&b, "{sv}", "offset", g_variant_new_uint64(0));
	g_variant_builder_add(&b, "{sv}", "length", g_variant_new_uint64(length));
	g_variant_builder_add(&b, "{sv}", "cut", g_variant_new_boolean(FALSE));
	if (!ipc_send(r->link, WIRE_MIME_READ, g_variant_builder_end(&b), fd, &error)) {
		*held = reader_end(r, FALSE);
		return NULL;
	}
	return reader_answer(r, held);
}

static GBytes *
read_input(const char *path, GError **error)
{
	if (strcmp(path, "-") == 0)
		return fd_read_all(STDIN_FILENO, FILE_MAX, error);
	return fd_read_file(path, FILE_MAX, error);
}

int
ctl_read(int argc, char **argv, gboolean json)
{
	struct reader reader = {0, -1};
	int status = 0;

	signal(SIGPIPE, SIG_IGN);
	for (int i = 0; i < argc; i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(GBytes) raw = read_input(argv[i], &error);
		g_autofree char *held = NULL;
		MAIL_AUTO *mail = NULL;

		if (raw == NULL) {
			fprintf(
			    stderr, "triagectl: %s: %s; going on with the next\n", argv[i], error->message);
			status = EX_NOINPUT;
			continue;
		}
		mail = reader_ask(&reader, raw, &held);
		if (json)
			show_json(argv[i], mail, held);
		else
			show_text(argv[i], mail, held);
		if (fflush(stdout) != 0)
			break;
	}
	if (reader.pid != 0)
		g_free(reader_end(&reader, FALSE));
	return status;
}
