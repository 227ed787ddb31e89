/*
 * Where the configuration, the control socket and the store are. A configuration that somebody is editing
 * just now must not keep people from looking at their tickets: then the running desk is asked.
 */
#include "config.h"

#include "ctl/ctl.h"

#include "conf/conf.h"
#include "ctl/print.h"
#include "ctl/request.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

int
ctl_fail(struct ctl *ctl, int status, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list ap;

	va_start(ap, format);
	text = g_strdup_vprintf(format, ap);
	va_end(ap);
	fputs("triagectl: ", stderr);
	print_lines(stderr, "", text);
	ctl->status = status;
	return status;
}

static void
set_no_conf(struct ctl *ctl, GPtrArray *errors)
{
	guint n = 0;
	const struct conf_error *first = NULL;

	for (guint i = 0; i < errors->len; i++) {
		const struct conf_error *e = errors->pdata[i];

		if (e->warning)
			continue;
		if (n++ == 0)
			first = e;
	}
	g_set_error(&ctl->no_conf, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
	    "configuration %s cannot be used now: %s:%d: %s (%u in all; triagectl check %s)", ctl->conf_path,
	    first != NULL ? first->place.file : "", first != NULL ? first->place.line : 0,
	    first != NULL ? first->message : "", n, ctl->conf_path);
}

const struct conf *
ctl_conf(struct ctl *ctl, GError **error)
{
	struct conf_source *source;
	GPtrArray *errors;

	if (ctl->conf == NULL && ctl->no_conf == NULL) {
		source = conf_source_load(ctl->conf_path, &ctl->no_conf);
		errors = conf_errors_new();
		if (source != NULL)
			ctl->conf = conf_parse(source, errors);
		if (source != NULL && ctl->conf == NULL)
			set_no_conf(ctl, errors);
		g_ptr_array_unref(errors);
		conf_source_free(source);
	}
	if (ctl->conf == NULL && error != NULL)
		*error = g_error_copy(ctl->no_conf);
	return ctl->conf;
}

char *
ctl_control_path(struct ctl *ctl)
{
	const char *path = getenv("TRIAGED_SOCKET");
	const struct conf *conf;

	if (path != NULL && *path != '\0')
		return g_strdup(path);
	conf = ctl_conf(ctl, NULL);
	return g_strdup(conf != NULL ? conf->control : TRIAGED_RUNSTATEDIR "/control");
}

/* Caller frees; NULL after ctl_fail. */
static char *
store_place(struct ctl *ctl)
{
	g_autoptr(GError) error = NULL;
	const struct conf *conf = ctl_conf(ctl, &error);
	g_autoptr(GVariant) status = NULL;
	ANSWER_AUTO a = {0};
	char *path = NULL;

	if (conf != NULL)
		return g_strdup(conf->store);
	status = request_status(ctl, &a);
	if (status == NULL)
		ctl_fail(ctl, EX_CONFIG, "%s; so there is nobody to say where the store is", a.text);
	else if (!g_variant_lookup(status, "store", "s", &path))
		ctl_fail(ctl, EX_CONFIG, "%s; and the running desk does not say where its store is",
		    error->message);
	return path;
}

/* SQLite says "unable to open" to all of these. */
static gboolean
can_be_read(struct ctl *ctl, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd >= 0) {
		close(fd);
		return TRUE;
	}
	if (errno == ENOENT)
		ctl_fail(ctl, EX_UNAVAILABLE,
		    "store %s: is not there; triaged makes it when it is first started", path);
	else if (errno == EACCES)
		ctl_fail(ctl, EX_UNAVAILABLE,
		    "store %s: you may not read it; root and the user that triaged runs as may", path);
	else
		ctl_fail(ctl, EX_UNAVAILABLE, "store %s: %s", path, g_strerror(errno));
	return FALSE;
}

gboolean
ctl_open_store(struct ctl *ctl)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *path = store_place(ctl);

	if (path == NULL || !can_be_read(ctl, path))
		return FALSE;
	ctl->store = store_open_readonly(path, &error);
	if (ctl->store == NULL)
		ctl_fail(ctl, EX_UNAVAILABLE, "%s", error->message);
	return ctl->store != NULL;
}

void
ctl_clear(struct ctl *ctl)
{
	store_close(ctl->store);
	conf_free(ctl->conf);
	g_clear_error(&ctl->no_conf);
	sentence_clear(&ctl->sentence);
}
