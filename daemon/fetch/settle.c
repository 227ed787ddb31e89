/* STORE, MOVE, or COPY with UID EXPUNGE, by ranges. */
#include "config.h"

#include "fetch/settle.h"

#include "base/log.h"
#include "fetch/range.h"
#include "net/error.h"

#include <string.h>

enum { SETTLE_BATCH = 1000 };

/* Servers move a thousand mails without a word in between. */
static const struct stream_limits patient = {STREAM_PATIENT, 2 * STREAM_PATIENT, STREAM_COMMAND_BYTES};

static gboolean command(struct session *s, const char *doing, GError **error, const char *format, ...)
    G_GNUC_PRINTF(4, 5);

static gboolean
command(struct session *s, const char *doing, GError **error, const char *format, ...)
{
	g_autofree char *line = NULL;
	va_list args;

	va_start(args, format);
	line = g_strdup_vprintf(format, args);
	va_end(args);
	return session_command(s, patient, doing, line, error);
}

static gboolean
flag(struct session *s, const char *set, GError **error)
{
	return command(s, "flagging mails", error, "UID STORE %s +FLAGS.SILENT (\\Seen%s)", set,
	    session_may_set(s, "$Triaged") ? " $Triaged" : "");
}

/* RFC 4315. Without UIDPLUS the flag stays: whoever expunges next takes the mail away. */
static gboolean
expunge(struct session *s, const char *set, GError **error)
{
	return command(s, "deleting mails", error, "UID STORE %s +FLAGS.SILENT (\\Deleted)", set) &&
	       (!s->can_uidplus || command(s, "expunging mails", error, "UID EXPUNGE %s", set));
}

/* `verb` is "MOVE" or "COPY". The folder is made when the server says that this would help (RFC 3501
 * section 6.4.7). */
static gboolean
transfer(struct session *s, const char *verb, const char *set, GError **error)
{
	g_autoptr(GError) why = NULL;

	if (command(s, "moving mails", &why, "UID %s %s %s", verb, set, s->done_folder))
		return TRUE;
	if (!g_error_matches(why, NET_ERROR, NET_ERROR_REFUSED) ||
	    g_ascii_strncasecmp(guard_text(s->guard), "[TRYCREATE]", strlen("[TRYCREATE]")) != 0) {
		g_propagate_error(error, g_steal_pointer(&why));
		return FALSE;
	}
	log_info("making the folder %s on %s", s->done_folder, s->where);
	if (!command(s, "making the folder for done mails", error, "CREATE %s", s->done_folder))
		return FALSE;
	/* Clients that show subscribed folders only should show it; a server that has no subscriptions loses
	 * nothing. */
	command(s, "subscribing the folder for done mails", NULL, "SUBSCRIBE %s", s->done_folder);
	return stream_reason(s->stream) == NULL &&
	       command(s, "moving mails", error, "UID %s %s %s", verb, set, s->done_folder);
}

/* Only what the server says it copied is deleted; the rest was gone. */
static gboolean
copy_and_delete(struct session *s, const GArray *batch, const char *set, GError **error)
{
	g_autoptr(GArray) copied = g_array_copy((GArray *)batch);
	guint at = 0;

	if (!transfer(s, "COPY", set, error))
		return FALSE;
	if (guard_copied(s->guard) != NULL)
		range_keep(copied, guard_copied(s->guard));
	for (;;) {
		g_autofree char *part = range_next(copied, &at, SETTLE_BATCH);

		if (part == NULL)
			return TRUE;
		if (!expunge(s, part, error))
			return FALSE;
	}
}

static gboolean
settle_batch(struct session *s, const GArray *batch, const char *set, gboolean spare, GError **error)
{
	switch (s->mailbox->done) {
	case CONF_DONE_KEEP:
		return TRUE;
	case CONF_DONE_FLAG:
		return flag(s, set, error);
	case CONF_DONE_MOVE:
		return s->can_move ? transfer(s, "MOVE", set, error) : copy_and_delete(s, batch, set, error);
	case CONF_DONE_DELETE:
		return spare ? flag(s, set, error) : expunge(s, set, error);
	}
	return TRUE;
}

gboolean
settle_mails(struct session *s, const GArray *uids, gboolean spare, GArray *settled, GError **error)
{
	for (guint at = 0; at < uids->len;) {
		guint first = at;
		g_autofree char *set = range_next(uids, &at, SETTLE_BATCH);
		g_autoptr(GArray) batch = g_array_new(FALSE, FALSE, sizeof(guint32));

		g_array_append_vals(batch, &g_array_index(uids, guint32, first), at - first);
		if (!settle_batch(s, batch, set, spare, error))
			return FALSE;
		g_array_append_vals(settled, batch->data, batch->len);
	}
	return TRUE;
}
