/* The control socket's other end. */
#include "config.h"

#include "ctl/request.h"

#include "base/clock.h"
#include "base/fd.h"
#include "conf/conf.h"
#include "ctl/print.h"
#include "wire/messages.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sysexits.h>

enum { PATIENCE = CLOCK_MINUTE };

void
answer_clear(struct answer *a)
{
	g_clear_pointer(&a->text, g_free);
}

static gboolean fail(struct answer *a, int status, const char *format, ...) G_GNUC_PRINTF(3, 4);

static gboolean
fail(struct answer *a, int status, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	g_free(a->text);
	a->text = g_strdup_vprintf(format, ap);
	va_end(ap);
	a->status = status;
	return FALSE;
}

/* The connected socket, or -1 with the reason in the answer. */
static int
dial(struct ctl *ctl, struct answer *a)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct timeval patience = {PATIENCE / CLOCK_SECOND, 0};
	g_autofree char *path = ctl_control_path(ctl);
	int fd;

	if (strlen(path) >= sizeof address.sun_path) {
		fail(a, EX_TEMPFAIL, "control socket %s: the path is longer than a socket's may be", path);
		return -1;
	}
	memcpy(address.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd >= 0)
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
	if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
		return fd;
	if (errno == EACCES)
		fail(a, EX_NOPERM, "you may not ask triaged (control socket %s: its owner and its group may)",
		    path);
	else
		fail(a, EX_TEMPFAIL, "triaged is not running (control socket %s: %s)%s%s", path,
		    g_strerror(errno), ctl->no_conf != NULL ? "; " : "",
		    ctl->no_conf != NULL ? ctl->no_conf->message : "");
	fd_close(&fd);
	return -1;
}

static gboolean
send_words(int fd, char **words, int mail, gboolean json, struct answer *a)
{
	g_autoptr(GError) error = NULL;
	GVariantBuilder b;

	for (char **w = words; *w != NULL; w++)
		if (!g_utf8_validate(*w, -1, NULL))
			return fail(a, EX_USAGE, "the words are not UTF-8");
	g_variant_builder_init(&b, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(&b, "{sv}", "words", g_variant_new_strv((const char *const *)words, -1));
	g_variant_builder_add(&b, "{sv}", "json", g_variant_new_boolean(json));
	if (!ipc_send(fd, WIRE_CTL_DO, g_variant_builder_end(&b), mail, &error))
		return fail(a, EX_TEMPFAIL, "triaged cannot be asked: %s", error->message);
	a->sent = TRUE;
	return TRUE;
}

/* Is there a packet before the time is over? */
static gboolean
wait_for_packet(int fd, gint64 until, struct answer *a)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	int n;

	do
		n = poll(&p, 1, (int)MAX(until - clock_steady(), 0));
	while (n < 0 && errno == EINTR);
	if (n > 0)
		return TRUE;
	return fail(a, EX_TEMPFAIL, "triaged has not answered for %d s", PATIENCE / CLOCK_SECOND);
}

static gboolean
hear(int fd, struct answer *a)
{
	gint64 until = clock_steady() + PATIENCE;

	while (wait_for_packet(fd, until, a)) {
		IPC_MESSAGE_AUTO m = {.fd = -1};
		g_autoptr(GError) error = NULL;
		enum ipc_result r = wire_receive(fd, WIRE_DESK, &m, &error);

		if (r == IPC_CLOSED)
			return fail(a, EX_TEMPFAIL, "triaged hung up before it answered");
		if (r == IPC_OK && m.type == WIRE_CTL_END) {
			a->status = (int)wire_i64(&m, "status");
			a->text = g_strdup(wire_string(&m, "text"));
			return TRUE;
		}
		if (r != IPC_AGAIN)
			return fail(a, EX_TEMPFAIL, "triaged's answer cannot be understood: %s",
			    error != NULL ? error->message : wire_name(m.type));
	}
	return FALSE;
}

gboolean
request_ask(struct ctl *ctl, char **words, int mail, struct answer *a)
{
	FD_AUTO fd = -1;

	*a = (struct answer){.status = EX_TEMPFAIL};
	fd = dial(ctl, a);
	return fd >= 0 && send_words(fd, words, mail, ctl->json, a) && hear(fd, a);
}

GVariant *
request_status(struct ctl *ctl, struct answer *a)
{
	char *words[] = {(char *)"status", NULL};
	g_autoptr(GError) error = NULL;
	GVariant *status = NULL;

	if (!request_ask(ctl, words, -1, a) || a->status != EX_OK)
		return NULL;
	status = g_variant_parse(G_VARIANT_TYPE_VARDICT, a->text, NULL, NULL, &error);
	if (status == NULL)
		fail(a, EX_TEMPFAIL, "triaged's answer cannot be understood: %s", error->message);
	return status;
}
