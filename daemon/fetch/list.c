/* UID FETCH n:* (UID RFC822.SIZE), taken line by line so that a large folder costs eight bytes a mail. */
#include "config.h"

#include "fetch/list.h"

#include "net/error.h"

#include <string.h>

enum { LINE_BYTES = 256 }; /* more than an answer for one mail needs, flags that nobody asked for included */

struct listing {
	guint32 from;
	GArray *mails;
	gboolean too_many;
};

static void
take_line(struct mailimap_msg_att *att, void *context)
{
	struct listing *l = context;
	struct list_mail mail = {0, 0};

	for (clistiter *i = clist_begin(att->att_list); i != NULL; i = clist_next(i)) {
		const struct mailimap_msg_att_item *item = clist_content(i);

		if (item->att_type != MAILIMAP_MSG_ATT_ITEM_STATIC)
			continue;
		if (item->att_data.att_static->att_type == MAILIMAP_MSG_ATT_UID)
			mail.uid = item->att_data.att_static->att_data.att_uid;
		if (item->att_data.att_static->att_type == MAILIMAP_MSG_ATT_RFC822_SIZE)
			mail.size = item->att_data.att_static->att_data.att_rfc822_size;
	}
	/* "n:*" also names the last mail when n lies behind it. */
	if (mail.uid == 0 || mail.uid < l->from)
		return;
	if (l->mails->len >= LIST_MAX)
		l->too_many = TRUE;
	else
		g_array_append_val(l->mails, mail);
}

static gint
by_uid(gconstpointer a, gconstpointer b)
{
	const struct list_mail *x = a;
	const struct list_mail *y = b;

	return (x->uid > y->uid) - (x->uid < y->uid);
}

/* An unasked FETCH line may name a mail twice, once without its size: the larger one is kept. */
static void
sort(GArray *mails)
{
	struct list_mail *m = (struct list_mail *)(void *)mails->data;
	guint n = 0;

	g_array_sort(mails, by_uid);
	for (guint i = 0; i < mails->len; i++) {
		if (n > 0 && m[n - 1].uid == m[i].uid)
			m[n - 1].size = MAX(m[n - 1].size, m[i].size);
		else
			m[n++] = m[i];
	}
	g_array_set_size(mails, n);
}

static void
no_progress(size_t current G_GNUC_UNUSED, size_t maximum G_GNUC_UNUSED, void *context G_GNUC_UNUSED)
{
}

gboolean
list_mails(struct session *s, guint32 from, GArray *mails, GError **error)
{
	struct listing listing = {.from = from, .mails = mails};
	g_autofree char *command = g_strdup_printf("UID FETCH %u:* (UID RFC822.SIZE)", from);
	guint64 bytes = MIN(s->imap->imap_selection_info->sel_exists, (guint64)LIST_MAX) * LINE_BYTES;
	struct stream_limits limits = stream_limits_transfer(bytes, STREAM_COMMAND_BYTES);
	gboolean ok;

	/* From here on, what is announced is news. */
	s->imap->imap_selection_info->sel_has_exists = 0;
	limits.idle = STREAM_PATIENT;
	limits.deadline += STREAM_PATIENT;
	/* libetpan hands lines over one by one only where it may report progress as well. */
	mailimap_set_progress_callback(s->imap, no_progress, no_progress, NULL);
	mailimap_set_msg_att_handler(s->imap, take_line, &listing);
	ok = session_command(s, limits, "listing mails", command, error);
	mailimap_set_msg_att_handler(s->imap, NULL, NULL);
	mailimap_set_progress_callback(s->imap, NULL, NULL, NULL);
	if (ok && listing.too_many)
		return session_fails(
		    s, NET_ERROR_PROTOCOL, "listing mails", "there are more than 4 million", error);
	sort(mails);
	return ok;
}

gboolean
list_has_news(const struct session *s)
{
	return s->imap->imap_selection_info->sel_has_exists != 0;
}

const struct list_mail *
list_find(const GArray *mails, guint32 uid)
{
	struct list_mail key = {uid, 0};

	return mails->len == 0 ? NULL : bsearch(&key, mails->data, mails->len, sizeof key, by_uid);
}
