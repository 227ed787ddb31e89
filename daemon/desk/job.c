/* What is handed to a reader. */
#include "config.h"

#include "desk/job.h"

#include "base/fd.h"
#include "store/mails.h"

#include <unistd.h>

struct batch {
	int refs;
	int fd;
};

static int open_batches;

struct batch *
batch_new(int fd)
{
	struct batch *b = g_new0(struct batch, 1);

	b->refs = 1;
	b->fd = open_batches < JOB_BATCHES ? dup(fd) : -1;
	if (b->fd >= 0)
		open_batches++;
	return b;
}

void
batch_unref(struct batch *b)
{
	if (b == NULL || --b->refs > 0)
		return;
	if (b->fd >= 0)
		open_batches--;
	fd_close(&b->fd);
	g_free(b);
}

void
job_free(gpointer data)
{
	struct job *j = data;

	batch_unref(j->batch);
	g_clear_pointer(&j->result, g_bytes_unref);
	g_clear_pointer(&j->head, g_bytes_unref);
	g_clear_pointer(&j->raw, g_bytes_unref);
	g_free(j);
}

struct job *
job_of_mail(gint64 id, struct batch *batch, gsize offset, gsize length, gboolean cut)
{
	struct job *j = g_new0(struct job, 1);

	j->id = id;
	j->offset = offset;
	j->length = length;
	j->cut = cut;
	if (batch != NULL && batch->fd >= 0) {
		j->batch = batch;
		batch->refs++;
	}
	return j;
}

/* A memory file of the job's mail: the batch it came in, or the store's copy. */
static int
mail_memory(struct desk *desk, struct job *j, GError **error)
{
	g_autoptr(GBytes) raw = NULL;
	gsize n;
	const void *data;

	if (j->batch != NULL)
		return dup(j->batch->fd);
	raw = mails_raw(desk->store, j->id);
	if (raw == NULL) {
		g_set_error(error, STORE_ERROR, STORE_ERROR_DAMAGED,
		    "mail %" G_GINT64_FORMAT " has no bytes in the store", j->id);
		return -1;
	}
	data = g_bytes_get_data(raw, &n);
	j->offset = 0;
	j->length = n;
	return fd_from_bytes(data, n, error);
}

static int
compose_memory(const struct job *j, GError **error)
{
	gsize n;
	const void *data = g_bytes_get_data(j->head, &n);
	gsize m = 0;
	const void *raw = j->raw != NULL ? g_bytes_get_data(j->raw, &m) : "";
	FD_AUTO fd = fd_memory("compose", error);
	int out;

	if (fd < 0 || !fd_write_all(fd, data, n, error) || !fd_write_all(fd, raw, m, error) ||
	    !fd_seal(fd, error))
		return -1;
	out = fd;
	fd = -1;
	return out;
}

/* Once a mail: made by hand, the text form would have to be parsed each time. */
static GVariant *
read_fields(const struct job *j)
{
	GVariantBuilder b;

	g_variant_builder_init(&b, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(&b, "{sv}", "mail", g_variant_new_int64(j->id));
	g_variant_builder_add(&b, "{sv}", "offset", g_variant_new_uint64(j->offset));
	g_variant_builder_add(
	    &b, "{sv}", "length", g_variant_new_uint64(j->cut ? MIN(j->length, JOB_CUT) : j->length));
	g_variant_builder_add(&b, "{sv}", "cut", g_variant_new_boolean(j->cut));
	return g_variant_builder_end(&b);
}

int
job_memory(struct desk *desk, struct job *j, GError **error)
{
	return j->compose ? compose_memory(j, error) : mail_memory(desk, j, error);
}

GVariant *
job_fields(const struct job *j)
{
	return j->compose
		   ? wire_fields("{'id': <%x>, 'head': <%t>}", j->id, (guint64)g_bytes_get_size(j->head))
		   : read_fields(j);
}
