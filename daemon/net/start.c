/* Configuration, secret and jail, as both network programs meet them. */
#include "config.h"

#include "net/start.h"

#include "base/fd.h"
#include "base/log.h"
#include "base/proc.h"

#include <gio/gio.h>
#include <string.h>
#include <unistd.h>

enum { CONF_MAX = 16 * 1024 * 1024, SECRET_MAX = 64 * 1024 };

static struct conf *
read_conf(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GBytes) packed = NULL;
	g_autoptr(GPtrArray) errors = conf_errors_new();
	struct conf_source *source = NULL;
	struct conf *conf = NULL;

	lseek(PROC_FD_CONF, 0, SEEK_SET);
	packed = fd_read_all(PROC_FD_CONF, CONF_MAX, &error);
	if (packed != NULL)
		source = conf_source_unpack(packed, &error);
	if (source == NULL)
		log_fatal("cannot read the configuration from the parent: %s", error->message);
	conf = conf_parse(source, errors);
	for (guint i = 0; conf == NULL && i < errors->len; i++) {
		const struct conf_error *e = errors->pdata[i];

		if (!e->warning)
			log_error("%s:%d:%d: %s", e->place.file, e->place.line, e->place.column, e->message);
	}
	if (conf == NULL)
		log_fatal("the configuration from the parent has errors; it should have been refused there");
	conf_source_free(source);
	return conf;
}

/* The descriptor may be shared with a program that was started before: read from its beginning. */
static char *
read_secret(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GBytes) bytes = NULL;
	gsize length;
	char *secret;

	lseek(PROC_FD_SECRET, 0, SEEK_SET);
	bytes = fd_read_all(PROC_FD_SECRET, SECRET_MAX, &error);
	if (bytes == NULL)
		return g_strdup("");
	length = g_bytes_get_size(bytes);
	if (length == 0)
		return g_strdup("");
	secret = g_strndup(g_bytes_get_data(bytes, NULL), length);
	explicit_bzero((void *)g_bytes_get_data(bytes, NULL), length);
	secret[strcspn(secret, "\r\n")] = '\0';
	return secret;
}

void
start_read(struct start *start)
{
	start->secret = read_secret();
	start->conf = read_conf();
	close(PROC_FD_CONF);
	close(PROC_FD_SECRET);
}

void
start_clear(struct start *start)
{
	if (start->secret != NULL)
		explicit_bzero(start->secret, strlen(start->secret));
	g_clear_pointer(&start->secret, g_free);
	g_clear_pointer(&start->conf, conf_free);
}

void
start_jail(const struct start *start, enum sandbox_kind kind)
{
	g_autoptr(GError) error = NULL;
	gboolean required = start->conf->sandbox_required;

	if (!sandbox_prepare(kind, start->conf->user, required, &error) ||
	    !sandbox_enter(kind, NULL, required, &error))
		log_fatal("%s", error->message);
}

int
start_probe(enum sandbox_kind kind)
{
	g_autoptr(GError) error = NULL;

	if (!sandbox_prepare(kind, NULL, TRUE, &error) || !sandbox_enter(kind, NULL, TRUE, &error))
		log_fatal("%s", error->message);
	return sandbox_probe(kind) == 0 ? 0 : 1;
}
