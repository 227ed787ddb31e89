/* Files of a temporary folder, parsed twice: read, and packed and unpacked. */
#include "config.h"

#include "conf-try.h"

#include <glib/gstdio.h>
#include <string.h>

static char *folder;

const char *
try_folder(void)
{
	if (folder == NULL)
		folder = g_dir_make_tmp("triaged-conf-XXXXXX", NULL);
	g_assert_nonnull(folder);
	return folder;
}

void
try_end(void)
{
	const char *name;
	g_autoptr(GDir) dir = folder ? g_dir_open(folder, 0, NULL) : NULL;

	while (dir && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *path = g_build_filename(folder, name, NULL);

		g_unlink(path);
	}
	if (folder)
		g_rmdir(folder);
	g_clear_pointer(&folder, g_free);
}

void
try_write(const char *name, const char *bytes, gssize length)
{
	g_autofree char *path = g_build_filename(try_folder(), name, NULL);
	g_autoptr(GError) error = NULL;

	g_file_set_contents_full(path, bytes, length, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error);
	g_assert_no_error(error);
}

static struct try
parse(const struct conf_source *source)
{
	struct try try = {.errors = conf_errors_new()};

	try.conf = conf_parse(source, try.errors);
	return try;
}

static void
assert_same(const struct try *a, const struct try *b)
{
	g_autofree char *errors_a = try_errors(a);
	g_autofree char *errors_b = try_errors(b);

	g_assert_cmpstr(errors_a, ==, errors_b);
	g_assert_true((a->conf == NULL) == (b->conf == NULL));
	if (a->conf) {
		g_autofree char *print_a = conf_print(a->conf);
		g_autofree char *print_b = conf_print(b->conf);

		g_assert_cmpstr(print_a, ==, print_b);
	}
}

struct try
try_parse(void)
{
	g_autofree char *path = g_build_filename(try_folder(), "triaged.conf", NULL);
	g_autoptr(GError) error = NULL;
	g_autoptr(GBytes) packed = NULL;
	struct conf_source *source = conf_source_load(path, &error), *unpacked;
	struct try try;
	TRY_AUTO again = {NULL, NULL};

	g_assert_no_error(error);
	packed = conf_source_pack(source);
	try = parse(source);
	conf_source_free(source);
	unpacked = conf_source_unpack(packed, &error);
	g_assert_no_error(error);
	again = parse(unpacked);
	conf_source_free(unpacked);
	assert_same(&try, &again);
	return try;
}

struct try
try_text(const char *text)
{
	try_write("triaged.conf", text, -1);
	return try_parse();
}

void
try_clear(struct try *try)
{
	conf_free(try->conf);
	if (try->errors)
		g_ptr_array_unref(try->errors);
}

char *
try_errors(const struct try *try)
{
	GString *out = g_string_new(NULL);

	for (guint i = 0; i < try->errors->len; i++) {
		const struct conf_error *e = try->errors->pdata[i];

		g_string_append_printf(out, "%d:%d: %s%s\n", e->place.line, e->place.column,
		    e->warning ? "warning: " : "", e->message);
	}
	return g_string_free(out, FALSE);
}
