/* Names to addresses, addresses to a connection: each address is tried until one answers or patience ends. */
#include "config.h"

#include "net/dial.h"

#include "base/clock.h"
#include "base/fd.h"
#include "net/error.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

static gboolean
is_loopback(const struct sockaddr *address)
{
	if (address->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const struct sockaddr_in *)(const void *)address;

		return ntohl(in->sin_addr.s_addr) >> 24 == 127;
	}
	return address->sa_family == AF_INET6 &&
	       IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)(const void *)address)->sin6_addr);
}

static gboolean
may_be_plain(const struct addrinfo *list, const char *where, GError **error)
{
	for (; list != NULL; list = list->ai_next) {
		if (is_loopback(list->ai_addr))
			continue;
		g_set_error(error, NET_ERROR, NET_ERROR_TLS,
		    "connecting to %s: configured as plain, but that is not this machine; without TLS "
		    "nothing is said",
		    where);
		return FALSE;
	}
	return TRUE;
}

/* 0 or errno. */
static int
connect_until(int fd, const struct addrinfo *address, gint64 until)
{
	struct pollfd p = {.fd = fd, .events = POLLOUT};
	int failed = 0;
	socklen_t length = sizeof failed;

	if (connect(fd, address->ai_addr, address->ai_addrlen) == 0)
		return 0;
	if (errno != EINPROGRESS)
		return errno;
	for (;;) {
		gint64 left = until - clock_steady();
		int n = poll(&p, 1, (int)CLAMP(left, 0, DIAL_PATIENCE));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0 ? ETIMEDOUT : errno;
		return getsockopt(fd, SOL_SOCKET, SO_ERROR, &failed, &length) < 0 ? errno : failed;
	}
}

static int
dial_one(const struct addrinfo *address, gint64 until, int *why)
{
	FD_AUTO fd =
	    socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, address->ai_protocol);
	int on = 1;
	int connected;

	if (fd < 0) {
		*why = errno;
		return -1;
	}
	*why = connect_until(fd, address, until);
	if (*why != 0)
		return -1;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
	connected = fd;
	fd = -1;
	return connected;
}

/* The patience left is shared fairly, so that one dead address does not eat it all. */
static int
dial_any(const struct addrinfo *list, int *why)
{
	gint64 end = clock_steady() + DIAL_PATIENCE;
	int fd = -1;
	int left = 0;

	for (const struct addrinfo *a = list; a != NULL; a = a->ai_next)
		left++;
	for (; list != NULL && fd < 0; list = list->ai_next, left--) {
		gint64 now = clock_steady();

		fd = dial_one(list, now + (end - now) / left, why);
	}
	return fd;
}

int
dial(const struct conf_server *server, GError **error)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
	g_autofree char *port = g_strdup_printf("%u", (unsigned)server->port);
	g_autofree char *where = net_where(server->host, server->port);
	struct addrinfo *list = NULL;
	int r = getaddrinfo(server->host, port, &hints, &list);
	int why = 0;
	int fd = -1;

	if (r != 0) {
		g_set_error(error, NET_ERROR, NET_ERROR_CONNECT,
		    "connecting to %s: the name cannot be resolved: %s", where, gai_strerror(r));
		return -1;
	}
	if (server->tls != CONF_TLS_PLAIN || may_be_plain(list, where, error)) {
		fd = dial_any(list, &why);
		if (fd < 0)
			g_set_error(error, NET_ERROR, NET_ERROR_CONNECT, "connecting to %s: %s", where,
			    g_strerror(why));
	}
	freeaddrinfo(list);
	return fd;
}
