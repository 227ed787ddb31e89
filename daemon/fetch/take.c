/* UID FETCH of bodies: one handler gets the bytes, the next one learns whose they were. */
#include "config.h"

#include "fetch/take.h"

#include "base/clock.h"
#include "base/failpoint.h"
#include "base/fd.h"
#include "fetch/range.h"
#include "net/error.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct taking {
	struct session *session;
	const GArray *asked;
	GArray *came;
	gboolean cut; /* only the beginning was asked for */
	guint64 largest;
	int fd;
	guint64 end;	  /* of the mails that count, in the file */
	guint64 received; /* of the body at hand */
	guint64 stored;	  /* of it, in the file behind `end` */
	const char *broken;
};

static gboolean
store(struct taking *t, const char *bytes, gsize length)
{
	if (!fd_write_all(t->fd, bytes, length, NULL)) {
		t->broken = "no memory for the mail";
		return FALSE;
	}
	t->stored += length;
	return TRUE;
}

/* BODY[], and not BODY[TEXT] or a part. */
static gboolean
is_whole(const struct mailimap_msg_att_body_section *body)
{
	return body->sec_section == NULL || body->sec_section->sec_spec == NULL;
}

/* A piece of a body. A mail that turns out larger than its announced size and than allowed is cut on the
 * way. */
static bool
take_bytes(
    int type, struct mailimap_msg_att_body_section *section, const char *bytes, size_t length, void *context)
{
	struct taking *t = context;

	if (type != MAILIMAP_MSG_ATT_BODY_SECTION || !is_whole(section))
		return true;
	t->received += length;
	if (t->received > MAX(t->largest, TAKE_CUT))
		return true;
	return store(t, bytes, length);
}

static gint64
milliseconds(const struct mailimap_date_time *d)
{
	struct tm tm = {.tm_mday = d->dt_day,
	    .tm_mon = d->dt_month - 1,
	    .tm_year = d->dt_year - 1900,
	    .tm_hour = d->dt_hour,
	    .tm_min = d->dt_min,
	    .tm_sec = d->dt_sec};
	gint64 zone = d->dt_zone / 100 * 60 + d->dt_zone % 100;
	gint64 t;

	if (d->dt_year < 1970 || d->dt_year > 9999)
		return 0;
	t = (gint64)timegm(&tm) - zone * 60;
	return t > 0 ? t * CLOCK_SECOND : 0;
}

struct line {
	guint32 uid;
	gint64 date;
	int bodies;
};

static void
read_line(const struct mailimap_msg_att *att, struct line *line)
{
	for (clistiter *i = clist_begin(att->att_list); i != NULL; i = clist_next(i)) {
		const struct mailimap_msg_att_item *item = clist_content(i);
		const struct mailimap_msg_att_static *s = item->att_data.att_static;

		if (item->att_type != MAILIMAP_MSG_ATT_ITEM_STATIC)
			continue;
		if (s->att_type == MAILIMAP_MSG_ATT_UID)
			line->uid = s->att_data.att_uid;
		if (s->att_type == MAILIMAP_MSG_ATT_INTERNALDATE && s->att_data.att_internal_date != NULL)
			line->date = milliseconds(s->att_data.att_internal_date);
		if (s->att_type == MAILIMAP_MSG_ATT_BODY_SECTION && is_whole(s->att_data.att_body_section))
			line->bodies++;
	}
}

static gboolean
has_come(const struct taking *t, guint32 uid)
{
	for (guint i = 0; i < t->came->len; i++)
		if (g_array_index(t->came, struct take_mail, i).uid == uid)
			return TRUE;
	return FALSE;
}

/* Is what lies in the file the whole body of a mail that was asked for? */
static gboolean
counts(struct taking *t, const struct line *line)
{
	guint64 announced = 0;

	if (t->received > 0 && (!guard_take_body(t->session->guard, &announced) ||
				   (announced != 0 && announced != t->received))) {
		t->broken = "a body is not as long as the server announced";
		return FALSE;
	}
	return t->received > 0 && line->bodies == 1 && list_find(t->asked, line->uid) != NULL &&
	       !has_come(t, line->uid);
}

static void
accept_mail(struct taking *t, const struct line *line)
{
	const struct list_mail *asked = list_find(t->asked, line->uid);
	gboolean over = t->received > t->largest;
	/* An estimate may have been too large: what is shorter than was asked for is whole. */
	gboolean whole = t->cut ? t->received < TAKE_CUT : !over;
	struct take_mail mail = {.uid = line->uid, .date = line->date, .cut = !whole};

	mail.length = over && !t->cut ? MIN(t->stored, TAKE_CUT) : t->stored;
	mail.size = whole ? t->received : MAX(asked->size, t->received);
	t->end += mail.length;
	g_array_append_val(t->came, mail);
}

static void
take_line(struct mailimap_msg_att *att, void *context)
{
	struct taking *t = context;
	struct line line = {0};

	read_line(att, &line);
	if (t->broken == NULL && counts(t, &line))
		accept_mail(t, &line);
	/* What does not count is written over. */
	if (lseek(t->fd, (off_t)t->end, SEEK_SET) < 0)
		t->broken = "the memory file cannot be rewound";
	t->received = 0;
	t->stored = 0;
	failpoint("fetch-body");
}

static void
no_progress(size_t current G_GNUC_UNUSED, size_t maximum G_GNUC_UNUSED, void *context G_GNUC_UNUSED)
{
}

static gboolean
run(struct taking *t, const char *command, struct stream_limits limits, GError **error)
{
	struct session *s = t->session;
	gboolean ok;

	mailimap_set_progress_callback(s->imap, no_progress, no_progress, NULL);
	mailimap_set_msg_body_handler(s->imap, take_bytes, t);
	mailimap_set_msg_att_handler(s->imap, take_line, t);
	ok = session_command(s, limits, "fetching mails", command, error);
	mailimap_set_msg_att_handler(s->imap, NULL, NULL);
	mailimap_set_msg_body_handler(s->imap, NULL, NULL);
	mailimap_set_progress_callback(s->imap, NULL, NULL, NULL);
	if (t->broken == NULL)
		return ok;
	g_clear_error(error);
	return session_fails(s, NET_ERROR_PROTOCOL, "fetching mails", t->broken, error);
}

static char *
uid_set(const GArray *asked)
{
	g_autoptr(GArray) uids = g_array_new(FALSE, FALSE, sizeof(guint32));
	guint at = 0;

	for (guint i = 0; i < asked->len; i++)
		g_array_append_val(uids, g_array_index(asked, struct list_mail, i).uid);
	return range_next(uids, &at, uids->len);
}

int
take_mails(struct session *s, const GArray *asked, guint64 largest, GArray *came, GError **error)
{
	struct taking t = {.session = s, .asked = asked, .came = came, .largest = largest};
	g_autofree char *set = uid_set(asked);
	g_autofree char *command = NULL;
	struct stream_limits limits;
	guint64 bytes = 0;
	FD_AUTO fd = fd_memory("mails", error);
	int out;

	if (fd < 0)
		return -1;
	t.fd = fd;
	t.cut = asked->len == 1 && g_array_index(asked, struct list_mail, 0).size > largest;
	for (guint i = 0; i < asked->len; i++)
		bytes += t.cut ? TAKE_CUT : g_array_index(asked, struct list_mail, i).size;
	command = g_strdup_printf(
	    "UID FETCH %s (UID INTERNALDATE BODY.PEEK[]%s)", set, t.cut ? "<0." G_STRINGIFY(65536) ">" : "");
	limits = stream_limits_transfer(bytes, TAKE_ROOM);
	limits.deadline += TAKE_TIME;
	if (!run(&t, command, limits, error))
		return -1;
	if (ftruncate(fd, (off_t)t.end) < 0 || !fd_seal(fd, NULL)) {
		session_fails(
		    s, NET_ERROR_STREAM, "fetching mails", "the memory file cannot be sealed", error);
		return -1;
	}
	out = fd;
	fd = -1;
	return out;
}
