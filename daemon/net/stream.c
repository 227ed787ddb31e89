/* The driver under libetpan: poll, never block, never return 0, fail once and for good. */
#include "config.h"

#include "net/stream.h"

#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "net/error.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct stream {
	int fd;
	struct tls *tls;
	struct guard *guard;
	mailstream *above; /* libetpan's; NULL when it has closed it */
	struct stream_limits limits;
	gint64 until;
	guint64 received;
	char *reason;
};

const struct stream_limits stream_limits_greeting = {STREAM_IDLE, STREAM_LOGIN, STREAM_GREETING_BYTES};
const struct stream_limits stream_limits_login = {STREAM_LOGIN, STREAM_LOGIN, STREAM_GREETING_BYTES};
const struct stream_limits stream_limits_command = {STREAM_IDLE, 2 * STREAM_IDLE, STREAM_COMMAND_BYTES};
const struct stream_limits stream_limits_goodbye = {500, 500, STREAM_GREETING_BYTES};

struct stream_limits
stream_limits_transfer(guint64 bytes, guint64 room)
{
	return (struct stream_limits){
	    .idle = STREAM_IDLE,
	    .deadline = 2 * STREAM_IDLE + (gint64)(bytes / STREAM_SLOWEST) * CLOCK_SECOND,
	    .budget = bytes + bytes / 10 + room,
	};
}

static void G_GNUC_PRINTF(2, 3) fail(struct stream *s, const char *format, ...)
{
	va_list args;

	if (s->reason != NULL)
		return;
	va_start(args, format);
	s->reason = g_strdup_vprintf(format, args);
	va_end(args);
}

static gboolean
overdue(struct stream *s)
{
	if (clock_steady() < s->until)
		return FALSE;
	fail(s, "the exchange was not finished within %" G_GINT64_FORMAT " s",
	    s->limits.deadline / CLOCK_SECOND);
	return TRUE;
}

/* Until the socket is ready; silence and deadline are failures. */
static gboolean
wait_ready(struct stream *s, short events)
{
	struct pollfd p = {.fd = s->fd, .events = events};
	gint64 silent_until = clock_steady() + s->limits.idle;

	for (;;) {
		gint64 left = MIN(silent_until, s->until) - clock_steady();
		int n = poll(&p, 1, (int)CLAMP(left, 0, G_MAXINT));

		if (n > 0)
			return TRUE;
		if (n < 0 && errno != EINTR) {
			fail(s, "waiting for the server: %s", g_strerror(errno));
			return FALSE;
		}
		if (overdue(s))
			return FALSE;
		if (clock_steady() >= silent_until) {
			fail(s, "the server was silent for %" G_GINT64_FORMAT " s",
			    s->limits.idle / CLOCK_SECOND);
			return FALSE;
		}
	}
}

/* TLS_AGAIN and TLS_END as for TLS. */
static ssize_t
plain(ssize_t r, short wanted, short *events, const char **why)
{
	*events = wanted;
	if (r > 0)
		return r;
	if (r < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		return TLS_AGAIN;
	*why = r == 0 || errno == ECONNRESET || errno == EPIPE ? "the server closed the connection"
							       : g_strerror(errno);
	return TLS_END;
}

static ssize_t
read_some(struct stream *s, void *bytes, gsize length, short *events, const char **why)
{
	if (s->tls != NULL)
		return tls_read(s->tls, bytes, length, events, why);
	return plain(recv(s->fd, bytes, length, 0), POLLIN, events, why);
}

static ssize_t
write_some(struct stream *s, const void *bytes, gsize length, short *events, const char **why)
{
	if (s->tls != NULL)
		return tls_write(s->tls, bytes, length, events, why);
	return plain(send(s->fd, bytes, length, MSG_NOSIGNAL), POLLOUT, events, why);
}

/* Counts what came and shows it to the guard. */
static gboolean
accept_bytes(struct stream *s, const char *bytes, gsize length)
{
	const char *why;

	s->received += length;
	if (s->received > s->limits.budget) {
		fail(s, "the server sent more than the %" G_GUINT64_FORMAT " bytes that this answer may have",
		    s->limits.budget);
		return FALSE;
	}
	why = s->guard != NULL ? guard_feed(s->guard, bytes, length) : NULL;
	if (why != NULL)
		fail(s, "%s", why);
	return why == NULL;
}

static ssize_t
driver_read(mailstream_low *low, void *bytes, size_t length)
{
	struct stream *s = low->data;
	const char *why = NULL;
	short events = POLLIN;

	/* A server that drips is never caught waiting: the clock is looked at each time. */
	while (s->reason == NULL && !overdue(s)) {
		ssize_t r = read_some(s, bytes, length, &events, &why);

		if (r > 0)
			return accept_bytes(s, bytes, (gsize)r) ? r : -1;
		if (r == TLS_END)
			fail(s, "%s", why);
		else if (!wait_ready(s, events))
			break;
	}
	return -1;
}

static ssize_t
driver_write(mailstream_low *low, const void *bytes, size_t length)
{
	struct stream *s = low->data;
	const char *why = NULL;
	short events = POLLOUT;

	while (s->reason == NULL && !overdue(s)) {
		ssize_t r = write_some(s, bytes, length, &events, &why);

		if (r > 0)
			return r;
		if (r == TLS_END)
			fail(s, "%s", why);
		else if (!wait_ready(s, events))
			break;
	}
	return -1;
}

static int
driver_close(mailstream_low *low)
{
	struct stream *s = low->data;

	fail(s, "the connection is closed");
	shutdown(s->fd, SHUT_RDWR);
	s->above = NULL;
	return 0;
}

static int
driver_fd(mailstream_low *low)
{
	return ((struct stream *)low->data)->fd;
}

static void
driver_free(mailstream_low *low)
{
	free(low);
}

static void
driver_cancel(mailstream_low *low)
{
	fail(low->data, "cancelled");
}

static mailstream_low_driver driver = {
    .mailstream_read = driver_read,
    .mailstream_write = driver_write,
    .mailstream_close = driver_close,
    .mailstream_get_fd = driver_fd,
    .mailstream_free = driver_free,
    .mailstream_cancel = driver_cancel,
};

struct stream *
stream_new(int fd, struct guard *guard)
{
	struct stream *s = g_new0(struct stream, 1);

	s->fd = fd;
	s->guard = guard;
	fd_nonblocking(fd, TRUE);
	stream_begin(s, stream_limits_greeting);
	return s;
}

void
stream_free(struct stream *s)
{
	if (s == NULL)
		return;
	tls_free(s->tls);
	close(s->fd);
	g_free(s->reason);
	g_free(s);
}

mailstream *
stream_mailstream(struct stream *s)
{
	mailstream_low *low = mailstream_low_new(s, &driver);

	s->above = low != NULL ? mailstream_new(low, STREAM_BUFFER) : NULL;
	if (s->above == NULL)
		log_fatal("no memory for a stream");
	return s->above;
}

void
stream_begin(struct stream *s, struct stream_limits limits)
{
	s->limits = limits;
	s->until = clock_steady() + limits.deadline;
	s->received = 0;
}

gboolean
stream_start_tls(struct stream *s, struct tls *tls, GError **error)
{
	s->tls = tls;
	/* What a server (or somebody before it) said in the clear must not be read as if it were protected.
	 */
	if (s->above != NULL && s->above->read_buffer_len > 0) {
		fail(s, "bytes behind the answer to STARTTLS");
		g_set_error_literal(error, NET_ERROR, NET_ERROR_TLS,
		    "STARTTLS: the server sent more behind its answer, as an attacker would; nothing more is "
		    "said");
		return FALSE;
	}
	if (tls_handshake(tls, s->fd, s->until, error))
		return TRUE;
	fail(s, "there is no TLS");
	return FALSE;
}

gboolean
stream_is_tls(const struct stream *s)
{
	return s->tls != NULL;
}

const char *
stream_reason(const struct stream *s)
{
	return s->reason;
}

int
stream_wait(struct stream *s, int other, gint64 ms)
{
	struct pollfd p[2] = {{.fd = s->fd, .events = POLLIN}, {.fd = other, .events = POLLIN}};
	gboolean buffered =
	    (s->above != NULL && s->above->read_buffer_len > 0) || (s->tls != NULL && tls_pending(s->tls));
	gint64 until = clock_steady() + ms;
	int n;

	do {
		gint64 left = ms < 0 ? -1 : MAX(until - clock_steady(), 0);

		n = poll(p, 2, buffered ? 0 : (int)MIN(left, G_MAXINT));
	} while (n < 0 && errno == EINTR);
	return (buffered || (n > 0 && p[0].revents != 0) ? STREAM_SERVER : 0) |
	       (n > 0 && p[1].revents != 0 ? STREAM_OTHER : 0);
}
