/* Packets: a fixed head, then the serialised dictionary; the descriptor rides along as SCM_RIGHTS. */
#include "config.h"

#include "base/ipc.h"

#include "base/clock.h"
#include "base/fd.h"

#include <errno.h>
#include <gio/gio.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define IPC_MAGIC 0x74726764u /* "trgd" */

struct head {
	guint32 magic;
	guint32 type;
};

void
ipc_message_clear(struct ipc_message *message)
{
	g_clear_pointer(&message->fields, g_variant_unref);
	fd_close(&message->fd);
}

gboolean
ipc_pair(int pair[2], GError **error)
{
	int room = 8 * IPC_PACKET_MAX;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "socketpair: %s", g_strerror(errno));
		return FALSE;
	}
	for (int i = 0; i < 2; i++)
		setsockopt(pair[i], SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
	return TRUE;
}

static void
attach_fd(struct msghdr *msg, char *control, gsize length, int fd)
{
	struct cmsghdr *c;

	memset(control, 0, length);
	msg->msg_control = control;
	msg->msg_controllen = length;
	c = CMSG_FIRSTHDR(msg);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof fd);
	memcpy(CMSG_DATA(c), &fd, sizeof fd);
}

/* FALSE when `until` is over. A descriptor too many in flight is no matter of POLLOUT: hence the short naps.
 */
static gboolean
wait_for_room(int socket, gint64 until)
{
	struct pollfd p = {.fd = socket, .events = POLLOUT};
	gint64 left = until - clock_steady();

	if (left <= 0)
		return FALSE;
	poll(&p, 1, (int)MIN(left, 100));
	return TRUE;
}

gboolean
ipc_send(int socket, guint32 type, GVariant *fields, int fd, GError **error)
{
	return ipc_send_within(socket, type, fields, fd, IPC_PATIENCE, error);
}

gboolean
ipc_send_within(int socket, guint32 type, GVariant *fields, int fd, int ms, GError **error)
{
	gint64 until = clock_steady() + ms;
	g_autoptr(GVariant) owned = g_variant_ref_sink(fields);
	struct head head = {.magic = IPC_MAGIC, .type = type};
	struct iovec iov[2] = {
	    {&head, sizeof head}, {(void *)g_variant_get_data(owned), g_variant_get_size(owned)}};
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))];
	struct msghdr msg = {.msg_iov = iov, .msg_iovlen = 2};

	if (iov[1].iov_len > IPC_PACKET_MAX) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE,
		    "message type %u has %zu bytes, more than %d", type, iov[1].iov_len, IPC_PACKET_MAX);
		return FALSE;
	}
	if (fd >= 0)
		attach_fd(&msg, control, sizeof control, fd);
	for (;;) {
		if (sendmsg(socket, &msg, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0)
			return TRUE;
		if (errno == EINTR)
			continue;
		if (errno == EAGAIN || errno == ENOBUFS || errno == ETOOMANYREFS) {
			if (wait_for_room(socket, until))
				continue;
			g_set_error(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
			    "sending message type %u: the other side has not read for %d ms", type, ms);
			return FALSE;
		}
		g_set_error(error, G_IO_ERROR, (gint)g_io_error_from_errno(errno),
		    "sending message type %u: %s", type, g_strerror(errno));
		return FALSE;
	}
}

/* The first descriptor of the packet; any more are closed. */
static int
take_fd(struct msghdr *msg)
{
	int taken = -1;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c != NULL; c = CMSG_NXTHDR(msg, c)) {
		gsize n;

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (gsize i = 0; i < n; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + i * sizeof fd, sizeof fd);
			if (taken < 0)
				taken = fd;
			else
				close(fd);
		}
	}
	return taken;
}

static enum ipc_result
broken(GError **error, const char *why)
{
	g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "a packet that is none of ours: %s", why);
	return IPC_BROKEN;
}

enum ipc_result
ipc_receive(int socket, struct ipc_message *message, GError **error)
{
	static guint8 buffer[sizeof(struct head) + IPC_PACKET_MAX];
	struct iovec iov = {buffer, sizeof buffer};
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(4 * sizeof(int))];
	struct msghdr msg = {
	    .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
	g_autoptr(GBytes) body = NULL;
	struct head head;
	ssize_t n;

	*message = (struct ipc_message){.fd = -1};
	do
		n = recvmsg(socket, &msg, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return IPC_AGAIN;
	if (n < 0 && errno != ECONNRESET) {
		g_set_error(error, G_IO_ERROR, (gint)g_io_error_from_errno(errno), "receiving: %s",
		    g_strerror(errno));
		return IPC_BROKEN;
	}
	/* An empty packet looks like the end, and is treated as one; a descriptor that came with it must go.
	 */
	message->fd = n >= 0 ? take_fd(&msg) : -1;
	if (n <= 0) {
		fd_close(&message->fd);
		return IPC_CLOSED;
	}
	if ((gsize)n < sizeof head || (msg.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0)
		goto bad;
	memcpy(&head, buffer, sizeof head);
	if (head.magic != IPC_MAGIC)
		goto bad;
	message->type = head.type;
	body = g_bytes_new(buffer + sizeof head, (gsize)n - sizeof head);
	message->fields = g_variant_ref_sink(g_variant_new_from_bytes(G_VARIANT_TYPE_VARDICT, body, FALSE));
	if (g_variant_is_normal_form(message->fields))
		return IPC_OK;
bad:
	ipc_message_clear(message);
	return broken(error, "short, cut or not in normal form");
}
