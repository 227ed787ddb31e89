/* LOGIN, PLAIN and XOAUTH2, for IMAP and SMTP. SASL libraries choose for themselves, so none is used. */
#include "config.h"

#include "net/login.h"

#include "net/error.h"

#include <string.h>

gboolean
login_is_safe(const struct conf_server *server, const struct stream *stream, GError **error)
{
	if (stream_is_tls(stream) || server->tls == CONF_TLS_PLAIN)
		return TRUE;
	g_set_error(error, NET_ERROR, NET_ERROR_TLS,
	    "logging in to %s: there is no TLS, so the secret is not sent", server->host);
	return FALSE;
}

/* A line end in a name or password would be a second command. */
static gboolean
is_one_line(const struct conf_server *server, const char *secret, GError **error)
{
	for (const char *const *s = (const char *const[]){server->user, secret, NULL}; *s != NULL; s++)
		for (const char *p = *s; *p != '\0'; p++)
			if ((guint8)*p < 0x20 || *p == 0x7f) {
				g_set_error(error, NET_ERROR, NET_ERROR_LOGIN,
				    "logging in to %s: the user name or the secret has a control character "
				    "in it",
				    server->host);
				return FALSE;
			}
	return TRUE;
}

/* base64 of NUL user NUL password (RFC 4616), or of the XOAUTH2 words. */
static char *
encode(const struct conf_server *server, const char *secret)
{
	g_autoptr(GString) s = g_string_new(NULL);

	if (server->secret == CONF_SECRET_TOKEN_COMMAND) {
		g_string_append_printf(s, "user=%s\001auth=Bearer %s\001\001", server->user, secret);
	} else {
		g_string_append_c(s, '\0');
		g_string_append(s, server->user);
		g_string_append_c(s, '\0');
		g_string_append(s, secret);
	}
	return g_base64_encode((const guchar *)s->str, s->len);
}

static gboolean
fails(GError **error, enum net_error code, const struct conf_server *server, const char *how, const char *why)
{
	g_autofree char *where = net_where(server->host, server->port);

	g_set_error(error, NET_ERROR, (gint)code, "logging in to %s as \"%s\" by %s: %s", where, server->user,
	    how, why);
	return FALSE;
}

gboolean
login_imap_offers(mailimap *imap, const char *mechanism)
{
	struct mailimap_capability_data *data = imap->imap_connection_info->imap_capability;

	for (clistiter *i = data != NULL ? clist_begin(data->cap_list) : NULL; i != NULL; i = clist_next(i)) {
		const struct mailimap_capability *c = clist_content(i);

		if (c->cap_type == MAILIMAP_CAPABILITY_AUTH_TYPE &&
		    g_ascii_strcasecmp(c->cap_data.cap_auth_type, mechanism) == 0)
			return TRUE;
	}
	return FALSE;
}

/* RFC 4616 over RFC 3501 section 6.2.2: the words follow the server's "+", which works with and without
 * SASL-IR. */
static int
authenticate_plain(mailimap *imap, const char *words)
{
	struct mailimap_response *response = NULL;
	g_autofree char *line = g_strconcat(words, "\r\n", NULL);
	const char *command = "AUTHENTICATE PLAIN\r\n";
	int r = mailimap_send_current_tag(imap);

	if (r != MAILIMAP_NO_ERROR)
		return r;
	if (mailstream_write(imap->imap_stream, command, strlen(command)) < 0 ||
	    mailstream_flush(imap->imap_stream) < 0 || mailimap_read_line(imap) == NULL)
		return MAILIMAP_ERROR_STREAM;
	if (imap->imap_stream_buffer->str[0] == '+' &&
	    (mailstream_write(imap->imap_stream, line, strlen(line)) < 0 ||
		mailstream_flush(imap->imap_stream) < 0 || mailimap_read_line(imap) == NULL))
		return MAILIMAP_ERROR_STREAM;
	r = mailimap_parse_response(imap, &response);
	if (r != MAILIMAP_NO_ERROR)
		return r;
	mailimap_response_free(response);
	return MAILIMAP_NO_ERROR;
}

static const char *
imap_way(mailimap *imap, const struct conf_server *server)
{
	if (server->secret == CONF_SECRET_TOKEN_COMMAND)
		return login_imap_offers(imap, "XOAUTH2") ? "XOAUTH2" : NULL;
	if (login_imap_offers(imap, "PLAIN"))
		return "PLAIN";
	return mailimap_has_extension(imap, (char *)"LOGINDISABLED") ? NULL : "LOGIN";
}

static int
imap_send(mailimap *imap, const char *way, const struct conf_server *server, const char *secret)
{
	g_autofree char *words = encode(server, secret);

	if (strcmp(way, "XOAUTH2") == 0)
		return mailimap_oauth2_authenticate(imap, server->user, secret);
	if (strcmp(way, "PLAIN") == 0)
		return authenticate_plain(imap, words);
	return mailimap_login(imap, server->user, secret);
}

gboolean
login_imap(mailimap *imap, struct stream *stream, struct guard *guard, const struct conf_server *server,
    const char *secret, GError **error)
{
	const char *way = imap_way(imap, server);
	const char *text;
	int r;

	if (!login_is_safe(server, stream, error) || !is_one_line(server, secret, error))
		return FALSE;
	if (way == NULL)
		return fails(error, NET_ERROR_LOGIN, server,
		    server->secret == CONF_SECRET_TOKEN_COMMAND ? "XOAUTH2" : "PLAIN or LOGIN",
		    "the server does not offer it");
	stream_begin(stream, stream_limits_login);
	guard_begin(guard);
	r = imap_send(imap, way, server, secret);
	text = guard_text(guard);
	if (stream_reason(stream) != NULL)
		return fails(error, NET_ERROR_STREAM, server, way, stream_reason(stream));
	if (guard_outcome(guard) == GUARD_OK && r == MAILIMAP_NO_ERROR) {
		imap->imap_state = MAILIMAP_STATE_AUTHENTICATED;
		return TRUE;
	}
	if (guard_outcome(guard) == GUARD_NONE || guard_outcome(guard) == GUARD_OK)
		return fails(error, NET_ERROR_PROTOCOL, server, way, "the answer could not be understood");
	/* RFC 5530: these are about the server, not about us. */
	if (g_str_has_prefix(text, "[UNAVAILABLE]") || g_str_has_prefix(text, "[INUSE]") ||
	    g_str_has_prefix(text, "[LIMIT]"))
		return fails(error, NET_ERROR_REFUSED, server, way, text);
	return fails(error, NET_ERROR_LOGIN, server, way, text);
}

/* RFC 4954; LOGIN has none, it asks for both in turn. */
static int
smtp_send(mailsmtp *smtp, struct stream *stream, const char *way, const struct conf_server *server,
    const char *secret, struct reply *reply)
{
	g_autofree char *words = encode(server, secret);
	g_autofree char *line = g_strdup_printf("AUTH %s %s", way, words);
	g_autofree char *user = g_base64_encode((const guchar *)server->user, strlen(server->user));
	g_autofree char *password = g_base64_encode((const guchar *)secret, strlen(secret));

	if (strcmp(way, "LOGIN") != 0) {
		if (reply_to(smtp, stream, stream_limits_login, TRUE, line, reply) ==
		    334) /* XOAUTH2 explains, then refuses */
			reply_to(smtp, stream, stream_limits_login, TRUE, "", reply);
		return reply->code;
	}
	if (reply_to(smtp, stream, stream_limits_login, FALSE, "AUTH LOGIN", reply) == 334 &&
	    reply_to(smtp, stream, stream_limits_login, TRUE, user, reply) == 334)
		reply_to(smtp, stream, stream_limits_login, TRUE, password, reply);
	return reply->code;
}

gboolean
login_smtp(mailsmtp *smtp, struct stream *stream, const struct reply_offers *offers,
    const struct conf_server *server, const char *secret, GError **error)
{
	g_autoptr(reply_auto) reply = reply_new();
	gboolean token = server->secret == CONF_SECRET_TOKEN_COMMAND;
	const char *way = token ? "XOAUTH2" : offers->plain ? "PLAIN" : "LOGIN";
	g_autofree char *why = NULL;

	if (!login_is_safe(server, stream, error) || !is_one_line(server, secret, error))
		return FALSE;
	if (token ? !offers->xoauth2 : !offers->plain && !offers->login)
		return fails(error, NET_ERROR_LOGIN, server, token ? "XOAUTH2" : "PLAIN or LOGIN",
		    "the server does not offer it");
	if (smtp_send(smtp, stream, way, server, secret, reply) == 235)
		return TRUE;
	if (reply->code == 0)
		return fails(error, NET_ERROR_STREAM, server, way, reply->text->str);
	why = g_strdup_printf("%d %s", reply->code, reply->text->str);
	return fails(error, reply->code >= 500 ? NET_ERROR_LOGIN : NET_ERROR_REFUSED, server, way, why);
}
