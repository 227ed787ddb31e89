/* Mails from the desk in the order they come, one at a time, over one connection. */
#include "config.h"

#include "send/serve.h"

#include "base/failpoint.h"
#include "base/fd.h"
#include "base/log.h"
#include "net/error.h"
#include "send/relay.h"
#include "send/transaction.h"
#include "wire/messages.h"

#include <poll.h>
#include <sysexits.h>

enum { MAIL_MAX = 256 * 1024 * 1024, TROUBLE_TEXT = 1024 };

struct serve {
	int link;
	struct relay *relay;
	GQueue mails;  /* struct ipc_message *: SEND_MAIL that came while another was at work */
	gint64 go;     /* id that SEND_GO named last; 0: none */
	gboolean gone; /* the desk has left */
};

static void
drop_mail(gpointer data)
{
	ipc_message_clear(data);
	g_free(data);
}

/* Takes one message from the desk, waiting for it. */
static void
hear(struct serve *s)
{
	g_autoptr(GError) error = NULL;
	struct ipc_message *m = g_new0(struct ipc_message, 1);

	switch (wire_receive(s->link, WIRE_DESK, m, &error)) {
	case IPC_AGAIN:
		g_free(m);
		return;
	case IPC_CLOSED:
		s->gone = TRUE;
		g_free(m);
		return;
	case IPC_BROKEN:
		log_fatal("from the desk: %s", error->message);
	case IPC_OK:
		break;
	}
	if (m->type == WIRE_SEND_MAIL) {
		g_queue_push_tail(&s->mails, m);
		return;
	}
	if (m->type != WIRE_SEND_GO)
		log_fatal("the desk sent %s, which is not for a sender", wire_name(m->type));
	s->go = wire_i64(m, "id");
	drop_mail(m);
}

static void
say(struct serve *s, guint32 type, GVariant *fields)
{
	if (!s->gone && !ipc_send(s->link, type, fields, -1, NULL))
		s->gone = TRUE;
}

static gboolean
may_go(gint64 id, void *context)
{
	struct serve *s = context;
	GVariantDict d;

	g_variant_dict_init(&d, NULL);
	g_variant_dict_insert(&d, "id", "x", id);
	s->go = 0;
	say(s, WIRE_SEND_DATA, g_variant_dict_end(&d));
	while (!s->gone && s->go != id)
		hear(s);
	return !s->gone;
}

/* FALSE: the connection is of no use any more. */
static gboolean
send_one(struct serve *s, const struct ipc_message *m)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GBytes) bytes = fd_map(m->fd, MAIL_MAX, &error);
	g_autoptr(GVariant) recipients = wire_value(m, "recipients");
	g_autofree const char **to = g_variant_get_strv(recipients, NULL);
	struct transaction t = {.id = wire_i64(m, "id"),
	    .sender = wire_string(m, "sender"),
	    .recipients = to,
	    .utf8 = wire_bool(m, "utf8"),
	    .eight_bit = wire_bool(m, "eight_bit"),
	    .may_go = may_go,
	    .context = s};
	GVariantDict d;

	if (bytes == NULL)
		log_fatal("SEND_MAIL: %s", error->message);
	t.bytes = g_bytes_get_data(bytes, &t.length);
	transaction_run(&t, s->relay);
	if (t.results == NULL)
		return FALSE;
	failpoint("send-result");
	g_variant_dict_init(&d, NULL);
	g_variant_dict_insert(&d, "id", "x", t.id);
	g_variant_dict_insert(&d, "step", "s", t.step);
	g_variant_dict_insert_value(&d, "results", t.results);
	say(s, WIRE_SEND_RESULT, g_variant_dict_end(&d));
	return t.usable;
}

static int
trouble(struct serve *s, const char *step, const GError *why)
{
	g_autofree char *text = log_escape(why->message, TROUBLE_TEXT);
	GVariantDict d;

	log_warn("%s: %s", step, text);
	g_variant_dict_init(&d, NULL);
	g_variant_dict_insert(&d, "step", "s", step);
	g_variant_dict_insert(&d, "text", "s", text);
	say(s, WIRE_SEND_TROUBLE, g_variant_dict_end(&d));
	return net_exit_status(why);
}

/* Mails until the relay hangs up, the desk leaves, or a minute passes without any. Is the relay still there?
 */
static gboolean
work(struct serve *s)
{
	gboolean usable = TRUE;

	while (usable && !s->gone) {
		struct ipc_message *m = g_queue_pop_head(&s->mails);
		int events;

		if (m != NULL) {
			usable = send_one(s, m);
			drop_mail(m);
			continue;
		}
		events = stream_wait(s->relay->stream, s->link, SERVE_IDLE);
		if (events == STREAM_TIME || (events & STREAM_SERVER) != 0)
			return events == STREAM_TIME;
		hear(s);
	}
	return usable;
}

int
serve_run(
    const struct conf_server *server, const char *secret, int link, void (*connected)(void *), void *context)
{
	g_autoptr(GError) error = NULL;
	struct serve s = {.link = link, .mails = G_QUEUE_INIT};
	const char *step = "connect";
	gboolean polite = FALSE;
	int status = EX_OK;

	while (!s.gone && g_queue_is_empty(&s.mails))
		hear(&s);
	if (s.gone)
		return EX_OK;
	s.relay = relay_new(server, &error);
	if (s.relay != NULL && connected != NULL)
		connected(context);
	if (s.relay != NULL && relay_open(s.relay, secret, &step, &error))
		polite = work(&s);
	else
		status = trouble(&s, step, error);
	relay_free(s.relay, polite);
	g_queue_clear_full(&s.mails, drop_mail);
	return status;
}
