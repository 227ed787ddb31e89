/* Connection, TLS and login of the sender. */
#include "config.h"

#include "send/relay.h"

#include "base/clock.h"
#include "net/dial.h"
#include "net/error.h"
#include "net/login.h"

#include <netdb.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

const struct stream_limits relay_patience = {5 * CLOCK_MINUTE, 5 * CLOCK_MINUTE, STREAM_GREETING_BYTES};
const struct stream_limits relay_patience_data = {2 * CLOCK_MINUTE, 2 * CLOCK_MINUTE, STREAM_GREETING_BYTES};
const struct stream_limits relay_patience_dot = {10 * CLOCK_MINUTE, 10 * CLOCK_MINUTE, STREAM_GREETING_BYTES};

/* RFC 5321 section 4.1.1.1: a full name, or else the address we come from. */
static char *
own_name(int fd)
{
	struct sockaddr_storage own;
	socklen_t length = sizeof own;
	char name[256] = "";
	char address[128] = "";

	if (gethostname(name, sizeof name - 1) == 0 && strchr(name, '.') != NULL &&
	    strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.") == strlen(name))
		return g_strdup(name);
	if (getsockname(fd, (struct sockaddr *)&own, &length) < 0 ||
	    getnameinfo((struct sockaddr *)&own, length, address, sizeof address, NULL, 0, NI_NUMERICHOST) !=
		0)
		return g_strdup("[127.0.0.1]");
	address[strcspn(address, "%")] = '\0';
	return g_strdup_printf(own.ss_family == AF_INET6 ? "[IPv6:%s]" : "[%s]", address);
}

struct relay *
relay_new(const struct conf_server *server, GError **error)
{
	struct relay *r = g_new0(struct relay, 1);
	int fd = -1;

	r->server = server;
	r->where = net_where(server->host, server->port);
	if (server->tls != CONF_TLS_PLAIN)
		r->tls = tls_new(server->host, server->ca_file, error);
	if (server->tls == CONF_TLS_PLAIN || r->tls != NULL)
		fd = dial(server, error);
	if (fd < 0) {
		relay_free(r, FALSE);
		return NULL;
	}
	r->name = own_name(fd);
	r->stream = stream_new(fd, NULL);
	r->smtp = mailsmtp_new(0, NULL);
	r->reply = reply_new();
	return r;
}

void
relay_free(struct relay *r, gboolean polite)
{
	if (r == NULL)
		return;
	if (r->smtp != NULL && r->smtp->stream != NULL) {
		if (polite && stream_reason(r->stream) == NULL)
			relay_command(r, stream_limits_goodbye, "QUIT");
		mailstream_close(r->smtp->stream);
		r->smtp->stream = NULL;
	}
	if (r->smtp != NULL)
		mailsmtp_free(r->smtp);
	stream_free(r->stream);
	tls_free(r->tls);
	reply_free(r->reply);
	g_free(r->where);
	g_free(r->name);
	g_free(r);
}

int
relay_command(struct relay *r, struct stream_limits limits, const char *line)
{
	return reply_to(r->smtp, r->stream, limits, FALSE, line, r->reply);
}

static gboolean
fails(struct relay *r, int code, const char *doing, GError **error)
{
	if (r->reply->code == 0)
		g_set_error(error, NET_ERROR, NET_ERROR_STREAM, "%s, relay %s: %s", doing, r->where,
		    r->reply->text->str);
	else
		g_set_error(error, NET_ERROR, code, "%s, relay %s: it said %d %s", doing, r->where,
		    r->reply->code, r->reply->text->str);
	return FALSE;
}

static gboolean
start_tls(struct relay *r, GError **error)
{
	g_autoptr(GError) why = NULL;

	if (stream_start_tls(r->stream, g_steal_pointer(&r->tls), &why))
		return TRUE;
	g_set_error(error, why->domain, why->code, "connecting to relay %s: %s", r->where, why->message);
	return FALSE;
}

static gboolean
ehlo(struct relay *r, GError **error)
{
	g_autofree char *line = g_strconcat("EHLO ", r->name, NULL);

	if (relay_command(r, relay_patience, line) / 100 != 2)
		return fails(r, NET_ERROR_REFUSED, "saying EHLO", error);
	reply_read_offers(r->reply, &r->offers);
	return TRUE;
}

/* RFC 3207. */
static gboolean
ask_tls(struct relay *r, GError **error)
{
	if (!r->offers.starttls) {
		g_set_error(error, NET_ERROR, NET_ERROR_TLS,
		    "asking for STARTTLS, relay %s: it does not offer it, or somebody keeps it from us; "
		    "nothing is said without",
		    r->where);
		return FALSE;
	}
	if (relay_command(r, relay_patience, "STARTTLS") != 220)
		return fails(r, NET_ERROR_TLS, "asking for STARTTLS", error);
	/* What was offered in the clear may have been forged. */
	return start_tls(r, error) && ehlo(r, error);
}

gboolean
relay_open(struct relay *r, const char *secret, const char **step, GError **error)
{
	*step = "tls";
	stream_begin(r->stream, relay_patience);
	if (r->server->tls == CONF_TLS_IMPLICIT && !start_tls(r, error))
		return FALSE;
	*step = "greeting";
	r->smtp->stream = stream_mailstream(r->stream);
	if (relay_command(r, relay_patience, NULL) != 220)
		return fails(r, NET_ERROR_REFUSED, "reading the greeting", error);
	*step = "ehlo";
	if (!ehlo(r, error))
		return FALSE;
	*step = "tls";
	if (r->server->tls == CONF_TLS_STARTTLS && !ask_tls(r, error))
		return FALSE;
	*step = "login";
	return r->server->user == NULL ||
	       login_smtp(r->smtp, r->stream, &r->offers, r->server, secret, error);
}
