/*
 * triaged-mime: reads and composes mails, one after the other, in a jail that has nothing but the link it
 * answers on. Trusts nobody: neither the mails it is handed nor, beyond the shape of messages, the desk. What
 * it says is checked by the desk in turn. Ends with its link; with 70 where one of our own parts broke a
 * promise.
 */
#include "config.h"

#include "base/failpoint.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/proc.h"
#include "base/sandbox.h"
#include "conf/conf.h"
#include "mime/compose.h"
#include "mime/read.h"
#include "wire/messages.h"

#include <time.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sysexits.h>
#include <unistd.h>

enum { CONF_MAX = 16 * 1024 * 1024 };

/* The configuration, or NULL where there is none (the reader of triagectl): then nobody is trusted. */
static struct conf *
load_conf(void)
{
	g_autoptr(GBytes) packed = fd_map(PROC_FD_CONF, CONF_MAX, NULL);
	g_autoptr(GPtrArray) errors = conf_errors_new();
	g_autoptr(GError) error = NULL;
	struct conf_source *source;
	struct conf *conf;

	close(PROC_FD_CONF);
	if (packed == NULL || g_bytes_get_size(packed) == 0)
		return NULL;
	source = conf_source_unpack(packed, &error);
	conf = source != NULL ? conf_parse(source, errors) : NULL;
	if (conf == NULL)
		log_fatal("the configuration that the parent handed over cannot be read: %s; leaving",
		    error != NULL ? error->message : "it has errors");
	conf_source_free(source);
	return conf;
}

static void
enter_jail(const struct conf *conf)
{
	gboolean required = conf != NULL && conf->sandbox_required;
	enum sandbox_kind kind = conf != NULL ? SANDBOX_MIME : SANDBOX_CTL_READ;
	g_autoptr(GError) error = NULL;

	if (!sandbox_prepare(kind, conf != NULL ? conf->user : NULL, required, &error) ||
	    !sandbox_enter(kind, NULL, required, &error))
		log_fatal("cannot enter the jail: %s; leaving", error->message);
}

/* The next mail may use so many seconds of CPU more; then the kernel ends us and the mail has failed once
 * (I8). */
static void
bound_cpu(void)
{
	struct rusage used;
	struct rlimit limit;

	if (getrusage(RUSAGE_SELF, &used) < 0 || getrlimit(RLIMIT_CPU, &limit) < 0)
		return;
	limit.rlim_cur = (rlim_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec + 1 + READ_CPU_SECONDS);
	setrlimit(RLIMIT_CPU, &limit);
}

static void
answer(enum wire_type type, GVariant *fields, GBytes *content)
{
	g_autoptr(GError) error = NULL;
	gsize n = 0;
	const void *bytes = content != NULL ? g_bytes_get_data(content, &n) : NULL;
	FD_AUTO fd = content != NULL ? fd_from_bytes(bytes, n, &error) : -1;

	if (content != NULL && fd < 0)
		log_fatal(
		    "cannot hand over %zu bytes: %s; leaving, the mail is tried again", n, error->message);
	if (!ipc_send(PROC_FD_LINK, type, fields, fd, &error)) {
		log_info("the link is gone while answering: %s; leaving", error->message);
		exit(0);
	}
}

/* The raw mail within the batch's memory file. */
static GBytes *
raw_of(const struct ipc_message *m, guint64 offset, guint64 length)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GBytes) all = fd_map(m->fd, 1024u * 1024 * 1024, &error);

	if (all == NULL)
		log_fatal("a memory file cannot be mapped: %s; leaving", error->message);
	if (offset > g_bytes_get_size(all) || length > g_bytes_get_size(all) - offset ||
	    length > READ_MAIL_MAX)
		log_fatal("asked for %" G_GUINT64_FORMAT " bytes of a memory file of %zu; leaving", length,
		    g_bytes_get_size(all));
	return g_bytes_new_from_bytes(all, offset, length);
}

static void
on_read(const struct ipc_message *m, const struct conf *conf)
{
	g_autoptr(GBytes) raw = raw_of(m, wire_u64(m, "offset"), wire_u64(m, "length"));
	g_autoptr(GBytes) mail = NULL;
	GVariantBuilder b;

	failpoint("mime-read");
	mail = read_mail(raw, wire_bool(m, "cut"), conf != NULL ? conf->trust : NULL);
	g_variant_builder_init(&b, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(&b, "{sv}", "mail", g_variant_new_int64(wire_i64(m, "mail")));
	answer(WIRE_MIME_MAIL, g_variant_builder_end(&b), mail);
}

static void
on_compose(const struct ipc_message *m, const struct conf *conf)
{
	guint64 length = wire_u64(m, "head");
	g_autoptr(GError) error = NULL;
	g_autoptr(GBytes) all = fd_map(m->fd, 1024u * 1024 * 1024, &error);
	g_autoptr(GBytes) head_bytes = NULL;
	g_autoptr(GBytes) raw = NULL;
	g_autoptr(GBytes) mail = NULL;
	g_autoptr(GVariant) head = NULL;
	g_autofree char *failed = NULL;
	gboolean eight_bit = FALSE, utf8 = FALSE;
	GVariantBuilder b;

	(void)conf;
	failpoint("mime-compose");
	if (all == NULL || length > g_bytes_get_size(all))
		log_fatal("what is to be composed cannot be read: %s; leaving",
		    error != NULL ? error->message : "it is too short");
	head_bytes = g_bytes_new_from_bytes(all, 0, length);
	raw = length < g_bytes_get_size(all)
		  ? g_bytes_new_from_bytes(all, length, g_bytes_get_size(all) - length)
		  : NULL;
	head = g_variant_ref_sink(g_variant_new_from_bytes(G_VARIANT_TYPE_VARDICT, head_bytes, FALSE));
	mail = compose_mail(head, raw, &eight_bit, &utf8, &failed);
	g_variant_builder_init(&b, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(&b, "{sv}", "id", g_variant_new_int64(wire_i64(m, "id")));
	g_variant_builder_add(&b, "{sv}", "eight_bit", g_variant_new_boolean(eight_bit));
	g_variant_builder_add(&b, "{sv}", "utf8", g_variant_new_boolean(utf8));
	if (mail == NULL)
		g_variant_builder_add(
		    &b, "{sv}", "failed", g_variant_new_string(failed != NULL ? failed : "no reason given"));
	answer(WIRE_MIME_COMPOSED, g_variant_builder_end(&b), mail);
}

static const struct handler {
	enum wire_type type;
	void (*handle)(const struct ipc_message *, const struct conf *);
} handlers[] = {{WIRE_MIME_READ, on_read}, {WIRE_MIME_COMPOSE, on_compose}};

static void
dispatch(const struct ipc_message *m, const struct conf *conf)
{
	for (gsize i = 0; i < G_N_ELEMENTS(handlers); i++)
		if (handlers[i].type == m->type) {
			bound_cpu();
			handlers[i].handle(m, conf);
			return;
		}
	log_fatal("message %s is none for the reader; leaving", wire_name(m->type));
}

static int
serve(const struct conf *conf)
{
	for (;;) {
		IPC_MESSAGE_AUTO m = {.fd = -1};
		g_autoptr(GError) error = NULL;
		enum ipc_result r = wire_receive(PROC_FD_LINK, WIRE_DESK, &m, &error);

		if (r == IPC_CLOSED)
			return 0;
		if (r != IPC_OK)
			log_fatal("the desk's message cannot be understood: %s; leaving",
			    error != NULL ? error->message : "?");
		dispatch(&m, conf);
	}
}

int
main(int argc, char **argv)
{
	gboolean probe = argc > 1 && strcmp(argv[1], "--probe") == 0;
	struct conf *conf;
	int status;

	proc_begin("triaged-mime", argc > 1 ? argv[1] : NULL);
	if (argc > 2) {
		fprintf(stderr, "usage: triaged-mime [number | --probe]\n");
		return EX_USAGE;
	}
	conf = probe ? NULL : load_conf();
	read_init();
	tzset();
	enter_jail(conf);
	status = probe ? sandbox_probe(SANDBOX_MIME) != 0 : serve(conf);
	conf_free(conf);
	return status;
}
