/* IDLE, and the two ways of doing without it. */
#include "config.h"

#include "fetch/wait.h"

#include "base/log.h"
#include "net/error.h"

static gboolean
noop(struct session *s, GError **error)
{
	return session_command(s, stream_limits_command, "asking for news", "NOOP", error);
}

/* Between IDLE and DONE nothing is read: libetpan parses what came when it reads the answer to DONE. */
static gboolean
idle(struct session *s, int link, gint64 ms, GError **error)
{
	int r;

	stream_begin(s->stream, stream_limits_command);
	guard_begin(s->guard);
	r = mailimap_idle(s->imap);
	if (r != MAILIMAP_NO_ERROR)
		return session_verdict(s, r, "waiting for news (IDLE)", error);
	stream_wait(s->stream, link, ms);
	stream_begin(s->stream, stream_limits_command);
	return session_verdict(s, mailimap_idle_done(s->imap), "waiting for news (IDLE)", error);
}

gboolean
wait_for_news(struct session *s, int link, gint64 ms, GError **error)
{
	g_autoptr(GError) why = NULL;

	if (s->can_idle) {
		if (idle(s, link, MIN(ms, WAIT_RENEW), &why))
			return TRUE;
		if (!g_error_matches(why, NET_ERROR, NET_ERROR_REFUSED)) {
			g_propagate_error(error, g_steal_pointer(&why));
			return FALSE;
		}
		log_info("%s; asking now and then instead", why->message);
		s->can_idle = FALSE;
	}
	if ((stream_wait(s->stream, link, MIN(ms, s->mailbox->poll)) & STREAM_OTHER) != 0)
		return TRUE;
	return noop(s, error);
}

gboolean
wait_for_link(struct session *s, int link, GError **error)
{
	while ((stream_wait(s->stream, link, WAIT_RENEW) & STREAM_OTHER) == 0)
		if (!noop(s, error))
			return FALSE;
	return TRUE;
}
