/* The desk's part of the conversation, without a desk. */
#include "config.h"

#include "fakedesk.h"

#include "base/fd.h"
#include "base/log.h"
#include "base/proc.h"
#include "fetch/job.h"
#include "peer.h"
#include "send/serve.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

enum { PATIENCE = 30 * 1000 };

#ifdef TRIAGED_SANITIZED
/* libetpan forgets a greeting that is a BYE; the fetcher leaves after it. */
const char *__lsan_default_suppressions(void);

const char *
__lsan_default_suppressions(void)
{
	return "leak:mailimap_greeting_new\n";
}
#endif

static gboolean
begin(struct fakedesk *d, enum wire_role role, int *other)
{
	int pair[2];

	g_assert_true(ipc_pair(pair, NULL));
	*d = (struct fakedesk){.link = pair[0], .role = role};
	*other = pair[1];
	d->pid = fork();
	if (d->pid == 0) {
		signal(SIGPIPE, SIG_IGN);
		close(pair[0]);
		return TRUE;
	}
	close(pair[1]);
	return FALSE;
}

void
fakedesk_fetch(struct fakedesk *d, const struct conf_mailbox *mailbox, const char *secret)
{
	int link;

	if (begin(d, WIRE_FETCH, &link)) {
		log_init("triaged-fetch", mailbox->name);
		exit(job_run(mailbox, secret, link, NULL, NULL));
	}
}

void
fakedesk_send(struct fakedesk *d, const struct conf_server *server, const char *secret)
{
	int link;

	if (begin(d, WIRE_SEND, &link)) {
		log_init("triaged-send", "test");
		exit(serve_run(server, secret, link, NULL, NULL));
	}
}

void
fakedesk_program(
    struct fakedesk *d, const char *program, const char *name, const char *conf, const char *secret)
{
	g_autoptr(GError) error = NULL;
	struct conf_source *source = conf_source_load(conf, &error);
	g_autoptr(GBytes) packed = NULL;
	FD_AUTO conf_fd = -1;
	FD_AUTO secret_fd = fd_from_bytes(secret, strlen(secret), NULL);
	int pair[2];

	g_assert_no_error(error);
	packed = conf_source_pack(source);
	conf_source_free(source);
	conf_fd = fd_from_bytes(g_bytes_get_data(packed, NULL), g_bytes_get_size(packed), NULL);
	g_assert_true(ipc_pair(pair, NULL));
	*d = (struct fakedesk){
	    .link = pair[0], .role = strcmp(program, "triaged-send") == 0 ? WIRE_SEND : WIRE_FETCH};
	d->pid = proc_start(program, name, pair[1], conf_fd, secret_fd, &error);
	g_assert_no_error(error);
	close(pair[1]);
}

void
fakedesk_expect(struct fakedesk *d, guint32 type, struct ipc_message *m)
{
	struct pollfd p = {.fd = d->link, .events = POLLIN};
	g_autoptr(GError) error = NULL;
	enum ipc_result r;

	ipc_message_clear(m);
	g_assert_cmpint(poll(&p, 1, PATIENCE), ==, 1);
	r = wire_receive(d->link, d->role, m, &error);
	g_assert_no_error(error);
	if (r == IPC_CLOSED)
		g_test_message("the other end left while %s was expected", wire_name(type));
	g_assert_cmpint(r, ==, IPC_OK);
	if (m->type != type && wire_string(m, "text") != NULL)
		g_test_message("it said: %s: %s", wire_string(m, "step"), wire_string(m, "text"));
	g_assert_cmpstr(wire_name(m->type), ==, wire_name(type));
}

int
fakedesk_end(struct fakedesk *d)
{
	close(d->link);
	return peer_wait(d->pid);
}

int
fakedesk_left(struct fakedesk *d)
{
	struct pollfd p = {.fd = d->link, .events = POLLIN};
	IPC_MESSAGE_AUTO m = {.fd = -1};

	g_assert_cmpint(poll(&p, 1, PATIENCE), ==, 1);
	g_assert_cmpint(wire_receive(d->link, d->role, &m, NULL), ==, IPC_CLOSED);
	return fakedesk_end(d);
}

void
fakedesk_want(struct fakedesk *d, const guint32 *uids, guint n, guint64 largest)
{
	FD_AUTO fd = fd_from_bytes(uids, n * sizeof *uids, NULL);
	GVariantDict v;

	g_variant_dict_init(&v, NULL);
	g_variant_dict_insert(&v, "count", "u", n);
	g_variant_dict_insert(&v, "largest", "t", largest);
	g_assert_true(ipc_send(d->link, WIRE_FETCH_WANT, g_variant_dict_end(&v), fd, NULL));
}

guint
fakedesk_want_all(struct fakedesk *d, const struct ipc_message *listing, guint64 largest)
{
	guint n = (guint)wire_u64(listing, "count");
	g_autoptr(GBytes) bytes = fd_map(listing->fd, (gsize)n * 8, NULL);
	const guint32 *pairs = g_bytes_get_data(bytes, NULL);
	g_autofree guint32 *uids = g_new(guint32, n + 1);

	for (guint i = 0; i < n; i++)
		uids[i] = pairs[2 * i];
	fakedesk_want(d, uids, n, largest);
	return n;
}

static void
say_kept(struct fakedesk *d, const guint32 *uids, gsize n)
{
	GVariantDict v;

	g_variant_dict_init(&v, NULL);
	g_variant_dict_insert_value(
	    &v, "uids", g_variant_new_fixed_array(G_VARIANT_TYPE_UINT32, uids, n, sizeof *uids));
	if (d->spare)
		g_variant_dict_insert(&v, "spare", "b", TRUE);
	g_assert_true(ipc_send(d->link, WIRE_FETCH_KEPT, g_variant_dict_end(&v), -1, NULL));
}

void
fakedesk_keep(struct fakedesk *d, const guint32 *uids, guint n)
{
	say_kept(d, uids, n);
}

void
fakedesk_keep_all(struct fakedesk *d, const struct ipc_message *mails)
{
	g_autoptr(GVariant) v = wire_value(mails, "uids");
	gsize n;
	const guint32 *uids = g_variant_get_fixed_array(v, &n, sizeof *uids);

	say_kept(d, uids, n);
}

void
fakedesk_look(struct fakedesk *d)
{
	g_assert_true(ipc_send(d->link, WIRE_FETCH_LOOK, g_variant_new_parsed("@a{sv} {}"), -1, NULL));
}

guint
fakedesk_count(const struct ipc_message *m)
{
	g_autoptr(GVariant) v = wire_value(m, "uids");

	return (guint)g_variant_n_children(v);
}

guint32
fakedesk_uid(const struct ipc_message *m, guint i)
{
	g_autoptr(GVariant) v = wire_value(m, "uids");
	guint32 uid;

	g_variant_get_child(v, i, "u", &uid);
	return uid;
}

GBytes *
fakedesk_body(const struct ipc_message *mails, guint i)
{
	g_autoptr(GVariant) v = wire_value(mails, "lengths");
	g_autoptr(GBytes) all = fd_map(mails->fd, 256 * 1024 * 1024, NULL);
	gsize n;
	const guint64 *lengths = g_variant_get_fixed_array(v, &n, sizeof *lengths);
	guint64 offset = 0;

	g_assert_cmpuint(i, <, n);
	for (guint k = 0; k < i; k++)
		offset += lengths[k];
	return g_bytes_new_from_bytes(all, offset, lengths[i]);
}

void
fakedesk_mail(struct fakedesk *d, gint64 id, const char *sender, const char *const *recipients,
    const char *bytes, gsize length)
{
	FD_AUTO fd = fd_from_bytes(bytes, length, NULL);
	GVariantDict v;

	g_variant_dict_init(&v, NULL);
	g_variant_dict_insert(&v, "id", "x", id);
	g_variant_dict_insert(&v, "sender", "s", sender);
	g_variant_dict_insert_value(&v, "recipients", g_variant_new_strv(recipients, -1));
	g_variant_dict_insert(&v, "utf8", "b", FALSE);
	g_variant_dict_insert(&v, "eight_bit", "b", FALSE);
	g_assert_true(ipc_send(d->link, WIRE_SEND_MAIL, g_variant_dict_end(&v), fd, NULL));
}

void
fakedesk_go(struct fakedesk *d, gint64 id)
{
	GVariantDict v;

	g_variant_dict_init(&v, NULL);
	g_variant_dict_insert(&v, "id", "x", id);
	g_assert_true(ipc_send(d->link, WIRE_SEND_GO, g_variant_dict_end(&v), -1, NULL));
}
