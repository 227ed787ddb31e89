/*
 * Reading the configuration's files, and carrying their text from the parent to every other program. Includes
 * are found by the same lexer that later parses, so that both agree on what an include is.
 */
#include "config.h"

#include "base/fd.h"
#include "conf/grammar.h"

#include <errno.h>
#include <gio/gio.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>

/* folder, files (name, text, bad), includes (file, offset, files, errors) */
#define PACK_TYPE "(aya(ssx)a(uuauas))"
#define PACK_FORMAT "(^aya(ssx)a(uuauas))"

/* While files are read. */
struct load {
	struct conf_source *source;
	GHashTable *seen; /* real path of each file read */
	gsize total;	  /* bytes */
	guint depth;
	const char *typed; /* folder of the main file, as it was typed: for messages */
	GStringChunk *strings;
};

static void
file_free(gpointer data)
{
	struct source_file *file = data;

	g_free(file->text);
	g_free(file);
}

static void
include_free(gpointer data)
{
	struct source_include *include = data;

	g_array_unref(include->files);
	g_ptr_array_unref(include->errors);
	g_free(include);
}

static struct conf_source *
source_new(void)
{
	struct conf_source *source = g_new0(struct conf_source, 1);

	source->files = g_ptr_array_new_with_free_func(file_free);
	source->includes = g_ptr_array_new_with_free_func(include_free);
	return source;
}

void
conf_source_free(struct conf_source *source)
{
	if (source == NULL)
		return;
	g_free(source->folder);
	g_ptr_array_unref(source->files);
	g_ptr_array_unref(source->includes);
	g_free(source);
}

static struct source_include *
include_new(struct conf_source *source, guint32 file, guint32 offset)
{
	struct source_include *include = g_new0(struct source_include, 1);

	include->file = file;
	include->offset = offset;
	include->files = g_array_new(FALSE, FALSE, sizeof(guint32));
	include->errors = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(source->includes, include);
	return include;
}

const struct source_include *
source_include_at(const struct conf_source *source, guint file, gsize offset)
{
	for (guint i = 0; i < source->includes->len; i++) {
		const struct source_include *include = source->includes->pdata[i];

		if (include->file == file && include->offset == offset)
			return include;
	}
	return NULL;
}

char *
source_absolute(const struct conf_source *source, const char *name)
{
	return g_canonicalize_filename(name, source->folder);
}

static struct source_file *
add_file(struct conf_source *source, const char *name, const char *bytes, gsize length)
{
	struct source_file *file = g_new0(struct source_file, 1);
	const char *bad;
	g_autofree char *shown = g_utf8_make_valid(name, -1);

	file->name = g_intern_string(shown);
	file->bad = g_utf8_validate_len(bytes, length, &bad) ? -1 : bad - bytes;
	file->text = g_utf8_make_valid(bytes, (gssize)length);
	g_ptr_array_add(source->files, file);
	return file;
}

static void load_includes(struct load *load, guint32 index);

/* Reads `path`, called `name`, and what it includes. */
static gboolean
load_file(struct load *load, const char *path, const char *name, GError **error)
{
	g_autofree char *real = realpath(path, NULL);
	g_autoptr(GBytes) bytes = NULL;
	gsize length;
	const char *data;

	if (real && g_hash_table_contains(load->seen, real)) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_EXISTS, "%s is read already", name);
		return FALSE;
	}
	if (load->source->files->len == SOURCE_FILES_MAX) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "%s is one file too many, %d are read",
		    name, SOURCE_FILES_MAX);
		return FALSE;
	}
	bytes = fd_read_file(path, SOURCE_FILE_MAX, error);
	if (bytes == NULL) {
		g_prefix_error(error, "cannot read %s: ", name);
		return FALSE;
	}
	data = g_bytes_get_data(bytes, &length);
	if (load->total + length > SOURCE_TOTAL_MAX) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_NO_SPACE,
		    "with %s all files are larger than %d bytes together", name, SOURCE_TOTAL_MAX);
		return FALSE;
	}
	load->total += length;
	g_hash_table_add(load->seen, g_steal_pointer(&real));
	add_file(load->source, name, length ? data : "", length);
	load_includes(load, load->source->files->len - 1);
	return TRUE;
}

static void
load_one(struct load *load, struct source_include *include, const char *path, const char *name)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *shown = g_utf8_make_valid(name, -1);
	guint32 index = load->source->files->len;

	/* a pattern may fit anything, a pipe that nobody writes to as well */
	if (g_file_test(path, G_FILE_TEST_EXISTS) && !g_file_test(path, G_FILE_TEST_IS_REGULAR))
		g_ptr_array_add(
		    include->errors, g_strdup_printf("cannot read %s: it is no regular file", shown));
	else if (load_file(load, path, name, &error))
		g_array_append_val(include->files, index);
	else
		g_ptr_array_add(include->errors, g_utf8_make_valid(error->message, -1));
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The folder may have characters in it that mean something to glob. */
static char *
quote_folder(const char *folder)
{
	GString *out = g_string_new(NULL);

	for (; *folder; folder++) {
		if (strchr("\\*?[", *folder))
			g_string_append_c(out, '\\');
		g_string_append_c(out, *folder);
	}
	return g_string_free(out, FALSE);
}

/* `path` as the administrator would type it. */
static char *
typed_name(const struct load *load, const char *path, gboolean absolute)
{
	gsize length = strlen(load->source->folder);

	if (absolute || !g_str_has_prefix(path, load->source->folder) || strcmp(load->typed, ".") == 0)
		return g_strdup(absolute ? path : path + length + strspn(path + length, "/"));
	return g_build_filename(load->typed, path + length, NULL);
}

static void
load_pattern(struct load *load, struct source_include *include, const char *pattern)
{
	gboolean absolute = g_path_is_absolute(pattern);
	g_autofree char *folder = quote_folder(load->source->folder);
	g_autofree char *whole = absolute ? g_strdup(pattern) : g_build_filename(folder, pattern, NULL);
	glob_t found = {0};
	int trouble = glob(whole, GLOB_NOSORT, NULL, &found);

	if (trouble == GLOB_NOMATCH && strpbrk(pattern, "*?[") == NULL)
		g_ptr_array_add(
		    include->errors, g_strdup_printf("cannot read %s: there is no such file", pattern));
	else if (trouble != 0 && trouble != GLOB_NOMATCH)
		g_ptr_array_add(
		    include->errors, g_strdup_printf("cannot look for %s: %s", pattern, g_strerror(errno)));
	if (found.gl_pathc)
		qsort(found.gl_pathv, found.gl_pathc, sizeof *found.gl_pathv, compare_names);
	for (gsize i = 0; i < found.gl_pathc; i++) {
		g_autofree char *name = typed_name(load, found.gl_pathv[i], absolute);

		load_one(load, include, found.gl_pathv[i], name);
	}
	globfree(&found);
}

static void
load_include(struct load *load, guint32 index, const struct token *pattern)
{
	struct source_include *include;

	if (load->source->includes->len == SOURCE_INCLUDES_MAX)
		return;
	include = include_new(load->source, index, (guint32)pattern->offset);
	if (load->depth == SOURCE_DEPTH_MAX - 1) {
		g_ptr_array_add(include->errors,
		    g_strdup_printf("not included: files can include one another %d deep", SOURCE_DEPTH_MAX));
		return;
	}
	load->depth++;
	load_pattern(load, include, pattern->text);
	load->depth--;
}

/* What the file of this index includes, depth first. */
static void
load_includes(struct load *load, guint32 index)
{
	struct lexer lexer;
	struct token token;
	int before = 0;

	lexer_begin(&lexer, load->source->files->pdata[index], NULL, load->strings);
	for (lexer_next(&lexer, &token); token.kind; lexer_next(&lexer, &token)) {
		if (before == T_INCLUDE && token.kind == T_TEXT)
			load_include(load, index, &token);
		before = token.kind;
	}
}

struct conf_source *
conf_source_load(const char *path, GError **error)
{
	g_autofree char *real = g_canonicalize_filename(path, NULL);
	g_autofree char *typed = g_path_get_dirname(path);
	struct load load = {.source = source_new(), .typed = typed};

	load.source->folder = g_path_get_dirname(real);
	load.seen = g_hash_table_new_full(g_str_hash, g_str_equal, free, NULL);
	load.strings = g_string_chunk_new(4096);
	if (!load_file(&load, path, path, error))
		g_clear_pointer(&load.source, conf_source_free);
	g_hash_table_unref(load.seen);
	g_string_chunk_free(load.strings);
	return load.source;
}

static void
pack_include(GVariantBuilder *builder, const struct source_include *include)
{
	g_variant_builder_open(builder, G_VARIANT_TYPE("(uuauas)"));
	g_variant_builder_add(builder, "u", include->file);
	g_variant_builder_add(builder, "u", include->offset);
	g_variant_builder_open(builder, G_VARIANT_TYPE("au"));
	for (guint i = 0; i < include->files->len; i++)
		g_variant_builder_add(builder, "u", g_array_index(include->files, guint32, i));
	g_variant_builder_close(builder);
	g_variant_builder_open(builder, G_VARIANT_TYPE("as"));
	for (guint i = 0; i < include->errors->len; i++)
		g_variant_builder_add(builder, "s", (const char *)include->errors->pdata[i]);
	g_variant_builder_close(builder);
	g_variant_builder_close(builder);
}

GBytes *
conf_source_pack(const struct conf_source *source)
{
	g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE(PACK_TYPE));
	g_autoptr(GVariant) packed = NULL;

	g_variant_builder_add(&builder, "^ay", source->folder);
	g_variant_builder_open(&builder, G_VARIANT_TYPE("a(ssx)"));
	for (guint i = 0; i < source->files->len; i++) {
		const struct source_file *file = source->files->pdata[i];

		g_variant_builder_add(&builder, "(ssx)", file->name, file->text, file->bad);
	}
	g_variant_builder_close(&builder);
	g_variant_builder_open(&builder, G_VARIANT_TYPE("a(uuauas)"));
	for (guint i = 0; i < source->includes->len; i++)
		pack_include(&builder, source->includes->pdata[i]);
	g_variant_builder_close(&builder);
	packed = g_variant_ref_sink(g_variant_builder_end(&builder));
	return g_variant_get_data_as_bytes(packed);
}

/* FALSE: not as conf_source_load makes it. A file stands behind the one that includes it, and is included
 * once, so there are no loops. `taken` is one byte a file. */
static gboolean
unpack_include(struct conf_source *source, GVariant *value, guint8 *taken)
{
	guint32 file, offset, index;
	g_autoptr(GVariantIter) files = NULL;
	g_autoptr(GVariantIter) errors = NULL;
	struct source_include *include;
	const char *error;

	g_variant_get(value, "(uuauas)", &file, &offset, &files, &errors);
	include = include_new(source, file, offset);
	while (g_variant_iter_next(files, "u", &index)) {
		if (index <= file || index >= source->files->len || taken[index])
			return FALSE;
		taken[index] = TRUE;
		g_array_append_val(include->files, index);
	}
	while (g_variant_iter_next(errors, "&s", &error))
		g_ptr_array_add(include->errors, g_strdup(error));
	return TRUE;
}

static gboolean
unpack(struct conf_source *source, GVariant *packed)
{
	g_autoptr(GVariantIter) files = NULL;
	g_autoptr(GVariantIter) includes = NULL;
	g_autofree guint8 *taken = NULL;
	const char *name, *text;
	gint64 bad;
	GVariant *include;
	gboolean good = TRUE;

	g_variant_get(packed, PACK_FORMAT, &source->folder, &files, &includes);
	if (g_variant_iter_n_children(files) == 0 || g_variant_iter_n_children(files) > SOURCE_FILES_MAX ||
	    g_variant_iter_n_children(includes) > SOURCE_INCLUDES_MAX || !g_path_is_absolute(source->folder))
		return FALSE;
	taken = g_malloc0(g_variant_iter_n_children(files));
	while (g_variant_iter_next(files, "(&s&sx)", &name, &text, &bad)) {
		struct source_file *file = add_file(source, name, text, strlen(text));

		file->bad = bad;
		good = good && bad >= -1 && bad < (gint64)MAX(strlen(text), 1);
	}
	while (good && g_variant_iter_next(includes, "@(uuauas)", &include)) {
		good = unpack_include(source, include, taken);
		g_variant_unref(include);
	}
	return good;
}

struct conf_source *
conf_source_unpack(GBytes *packed, GError **error)
{
	g_autoptr(GVariant) value =
	    g_variant_ref_sink(g_variant_new_from_bytes(G_VARIANT_TYPE(PACK_TYPE), packed, FALSE));
	struct conf_source *source = source_new();

	if (g_variant_is_normal_form(value) && unpack(source, value))
		return source;
	g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
	    "cannot unpack the configuration: these %zu bytes were not packed by the parent",
	    g_bytes_get_size(packed));
	conf_source_free(source);
	return NULL;
}
