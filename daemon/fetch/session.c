/* Connection, TLS, login and SELECT of the fetcher, and its one way to send a command. */
#include "config.h"

#include "fetch/session.h"

#include "net/dial.h"
#include "net/error.h"
#include "net/login.h"

#include <string.h>

gboolean
session_fails(const struct session *s, int code, const char *doing, const char *why, GError **error)
{
	g_set_error(
	    error, NET_ERROR, code, "%s, folder \"%s\" of %s: %s", doing, s->mailbox->folder, s->where, why);
	return FALSE;
}

/* A folder's name on the wire (RFC 3501 section 5.1.3). A control character in it would be a command. */
static char *
wire_name(const struct session *s, const char *name, GError **error)
{
	char *wire;

	for (const char *p = name; *p != '\0'; p++)
		if ((guint8)*p < 0x20 || *p == 0x7f) {
			session_fails(s, NET_ERROR_PROTOCOL, "naming a folder",
			    "its name has a control character", error);
			return NULL;
		}
	wire = g_convert(name, -1, "UTF-7-IMAP", "UTF-8", NULL, NULL, NULL);
	if (wire == NULL)
		session_fails(s, NET_ERROR_PROTOCOL, "naming a folder",
		    "its name cannot be written in modified UTF-7", error);
	return wire;
}

static char *
quoted(const char *text)
{
	g_autoptr(GString) q = g_string_new("\"");

	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			g_string_append_c(q, '\\');
		g_string_append_c(q, *text);
	}
	g_string_append_c(q, '"');
	return g_strdup(q->str);
}

static gboolean
name_folders(struct session *s, GError **error)
{
	g_autofree char *done = NULL;

	s->folder = wire_name(s, s->mailbox->folder, error);
	if (s->folder == NULL || s->mailbox->done != CONF_DONE_MOVE)
		return s->folder != NULL;
	done = wire_name(s, s->mailbox->done_folder, error);
	s->done_folder = done != NULL ? quoted(done) : NULL;
	return s->done_folder != NULL;
}

struct session *
session_new(const struct conf_mailbox *mailbox, GError **error)
{
	const struct conf_server *server = mailbox->imap;
	struct session *s = g_new0(struct session, 1);
	g_autofree char *host = net_where(server->host, server->port);
	int fd = -1;

	s->mailbox = mailbox;
	s->where = g_strdup_printf("%s at %s", server->user, host);
	if (name_folders(s, error)) {
		if (server->tls != CONF_TLS_PLAIN)
			s->tls = tls_new(server->host, server->ca_file, error);
		if (server->tls == CONF_TLS_PLAIN || s->tls != NULL)
			fd = dial(server, error);
	}
	if (fd < 0) {
		session_free(s, FALSE);
		return NULL;
	}
	s->guard = guard_new();
	s->stream = stream_new(fd, s->guard);
	s->imap = mailimap_new(0, NULL);
	return s;
}

void
session_free(struct session *s, gboolean polite)
{
	if (s == NULL)
		return;
	if (s->imap != NULL && s->imap->imap_stream != NULL) {
		if (polite && stream_reason(s->stream) == NULL) {
			stream_begin(s->stream, stream_limits_goodbye);
			mailimap_logout(s->imap);
		}
		if (s->imap->imap_stream != NULL)
			mailstream_close(s->imap->imap_stream);
		s->imap->imap_stream = NULL;
	}
	if (s->imap != NULL)
		mailimap_free(s->imap);
	stream_free(s->stream);
	guard_free(s->guard);
	tls_free(s->tls);
	g_free(s->where);
	g_free(s->folder);
	g_free(s->done_folder);
	g_free(s);
}

gboolean
session_verdict(struct session *s, int result, const char *doing, GError **error)
{
	g_autofree char *why = NULL;

	if (stream_reason(s->stream) != NULL) {
		why = g_strdup_printf("%s%s%s", stream_reason(s->stream),
		    *guard_text(s->guard) != '\0' ? "; it said: " : "", guard_text(s->guard));
		return session_fails(s, NET_ERROR_STREAM, doing, why, error);
	}
	if (s->uidvalidity != 0 && guard_uidvalidity(s->guard) != s->uidvalidity)
		return session_fails(
		    s, NET_ERROR_PROTOCOL, doing, "UIDVALIDITY changed; all is listed anew", error);
	switch (guard_outcome(s->guard)) {
	case GUARD_OK:
		if (result == MAILIMAP_NO_ERROR)
			return TRUE;
		break;
	case GUARD_NO:
		why = g_strdup_printf("the server said NO: %s", guard_text(s->guard));
		return session_fails(s, NET_ERROR_REFUSED, doing, why, error);
	case GUARD_BAD:
		why = g_strdup_printf("the server said BAD: %s", guard_text(s->guard));
		return session_fails(s, NET_ERROR_PROTOCOL, doing, why, error);
	case GUARD_NONE:
		break;
	}
	return session_fails(
	    s, NET_ERROR_PROTOCOL, doing, "the server's answer could not be understood", error);
}

gboolean
session_command(
    struct session *s, struct stream_limits limits, const char *doing, const char *command, GError **error)
{
	stream_begin(s->stream, limits);
	guard_begin(s->guard);
	return session_verdict(s, mailimap_custom_command(s->imap, command), doing, error);
}

/* Forgets what was said before: it may have been said by somebody else. */
static gboolean
ask_capabilities(struct session *s, GError **error)
{
	struct mailimap_connection_info *info = s->imap->imap_connection_info;

	if (info->imap_capability != NULL)
		mailimap_capability_data_free(info->imap_capability);
	info->imap_capability = NULL;
	return session_command(s, stream_limits_command, "asking for capabilities", "CAPABILITY", error);
}

static gboolean
start_tls(struct session *s, GError **error)
{
	g_autofree char *host = net_where(s->mailbox->imap->host, s->mailbox->imap->port);
	g_autoptr(GError) why = NULL;

	if (stream_start_tls(s->stream, g_steal_pointer(&s->tls), &why))
		return TRUE;
	g_set_error(error, why->domain, why->code, "connecting to %s: %s", host, why->message);
	return FALSE;
}

/* RFC 2595. A server that will not, or that somebody keeps from it, gets nothing from us. */
static gboolean
ask_tls(struct session *s, GError **error)
{
	g_autoptr(GError) why = NULL;

	stream_begin(s->stream, stream_limits_command);
	guard_begin(s->guard);
	if (!session_verdict(s, mailimap_starttls(s->imap), "asking for STARTTLS", &why)) {
		g_set_error(error, NET_ERROR, NET_ERROR_TLS, "%s; without TLS nothing is said", why->message);
		return FALSE;
	}
	return start_tls(s, error);
}

static const char *
bad_greeting(const struct session *s)
{
	if (stream_reason(s->stream) != NULL)
		return stream_reason(s->stream);
	return *guard_text(s->guard) != '\0' ? guard_text(s->guard) : "it is no IMAP greeting";
}

static gboolean
greet(struct session *s, GError **error)
{
	int r;

	stream_begin(s->stream, stream_limits_greeting);
	if (s->mailbox->imap->tls == CONF_TLS_IMPLICIT && !start_tls(s, error))
		return FALSE;
	r = mailimap_connect(s->imap, stream_mailstream(s->stream));
	if (r == MAILIMAP_NO_ERROR_AUTHENTICATED && !stream_is_tls(s->stream))
		return session_fails(s, NET_ERROR_TLS, "reading the greeting",
		    "the server says PREAUTH before TLS, as an attacker would; nothing is said", error);
	if (r != MAILIMAP_NO_ERROR_AUTHENTICATED && r != MAILIMAP_NO_ERROR_NON_AUTHENTICATED)
		return session_fails(s, NET_ERROR_STREAM, "reading the greeting", bad_greeting(s), error);
	return s->mailbox->imap->tls != CONF_TLS_STARTTLS || ask_tls(s, error);
}

static gboolean
select_folder(struct session *s, GError **error)
{
	stream_begin(
	    s->stream, (struct stream_limits){STREAM_PATIENT, 2 * STREAM_PATIENT, STREAM_COMMAND_BYTES});
	guard_begin(s->guard);
	if (!session_verdict(s, mailimap_select(s->imap, s->folder), "selecting", error))
		return FALSE;
	if (s->imap->imap_selection_info == NULL || guard_uidvalidity(s->guard) == 0)
		return session_fails(s, NET_ERROR_PROTOCOL, "selecting",
		    "the server gives no UIDVALIDITY, so mails cannot be told apart", error);
	s->uidvalidity = guard_uidvalidity(s->guard);
	s->exists = s->imap->imap_selection_info->sel_exists;
	s->can_idle = mailimap_has_extension(s->imap, (char *)"IDLE");
	s->can_move = mailimap_has_extension(s->imap, (char *)"MOVE");
	s->can_uidplus = mailimap_has_extension(s->imap, (char *)"UIDPLUS");
	return TRUE;
}

gboolean
session_open(struct session *s, const char *secret, const char **step, GError **error)
{
	*step = "tls";
	if (!greet(s, error))
		return FALSE;
	*step = "login";
	if (!ask_capabilities(s, error))
		return FALSE;
	if (s->imap->imap_state == MAILIMAP_STATE_NON_AUTHENTICATED &&
	    !login_imap(s->imap, s->stream, s->guard, s->mailbox->imap, secret, error))
		return FALSE;
	*step = "select";
	return ask_capabilities(s, error) && select_folder(s, error);
}

static gboolean
is_keyword(const struct mailimap_flag *flag, const char *keyword)
{
	return flag != NULL && flag->fl_type == MAILIMAP_FLAG_KEYWORD &&
	       g_ascii_strcasecmp(flag->fl_data.fl_keyword, keyword) == 0;
}

gboolean
session_may_set(const struct session *s, const char *keyword)
{
	const struct mailimap_selection_info *info = s->imap->imap_selection_info;

	if (info == NULL || info->sel_perm_flags == NULL)
		return FALSE;
	for (clistiter *i = clist_begin(info->sel_perm_flags); i != NULL; i = clist_next(i)) {
		const struct mailimap_flag_perm *p = clist_content(i);

		if (p->fl_type == MAILIMAP_FLAG_PERM_ALL || is_keyword(p->fl_flag, keyword))
			return TRUE;
	}
	return FALSE;
}
