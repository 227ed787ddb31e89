/*
 * triagectl check. Parses as the parent does, then looks at what the parser does not: secrets and
 * certificates, the folders of the store and the control socket. Needs no running desk.
 */
#include "config.h"

#include "ctl/check.h"

#include "conf/conf.h"

#include <errno.h>
#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>

struct check {
	const char *path;
	gboolean print, json;
	struct conf_source *source;
	struct conf *conf; /* NULL: it cannot be used */
	GPtrArray *errors;
};

static G_GNUC_PRINTF(4, 5) void complain(
    struct check *check, const struct conf_place *place, gboolean warning, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	conf_error_add(check->source, check->errors, place, warning, g_strdup_vprintf(format, ap));
	va_end(ap);
}

/* FALSE, reported, where `path` is no regular file. Who may not look gets a warning: the parent may. */
static gboolean
look_at_file(
    struct check *check, const struct conf_place *place, const char *what, const char *path, struct stat *st)
{
	if (stat(path, st) != 0) {
		complain(check, place, errno == EACCES, "%s %s cannot be looked at: %s", what, path,
		    g_strerror(errno));
		return FALSE;
	}
	if (S_ISREG(st->st_mode))
		return TRUE;
	complain(check, place, FALSE, "%s %s is no file", what, path);
	return FALSE;
}

static void
check_secret_file(struct check *check, const struct conf_place *place, const char *path)
{
	struct stat st;

	if (!look_at_file(check, place, "password file", path, &st))
		return;
	if (st.st_size == 0)
		complain(check, place, FALSE, "password file %s is empty", path);
	if (st.st_mode & S_IRWXO)
		complain(check, place, FALSE, "password file %s is open to everybody: chmod 600 it", path);
	else if (st.st_mode & S_IRWXG)
		complain(check, place, TRUE, "password file %s is open to its group: chmod 600 it", path);
}

static void
check_server(struct check *check, const struct conf_server *server)
{
	struct stat st;

	if (server->secret == CONF_SECRET_PASSWORD_FILE)
		check_secret_file(check, &server->place, server->secret_from);
	if (server->ca_file &&
	    look_at_file(check, &server->place, "certificate file", server->ca_file, &st) && st.st_size == 0)
		complain(check, &server->place, FALSE, "certificate file %s is empty", server->ca_file);
}

static void
look_outside(struct check *check)
{
	for (guint i = 0; i < check->conf->mailboxes->len; i++) {
		const struct conf_mailbox *mailbox = check->conf->mailboxes->pdata[i];

		if (mailbox->imap)
			check_server(check, mailbox->imap);
	}
	for (guint i = 0; i < check->conf->relays->len; i++) {
		const struct conf_relay *relay = check->conf->relays->pdata[i];

		check_server(check, &relay->server);
	}
}

static guint
count(const struct check *check, gboolean warning)
{
	guint n = 0;

	for (guint i = 0; i < check->errors->len; i++)
		n += ((const struct conf_error *)check->errors->pdata[i])->warning == warning;
	return n;
}

static void
put_error(JsonBuilder *builder, const char *file, int line, int column, const char *message, gboolean warning)
{
	json_builder_begin_object(builder);
	json_builder_set_member_name(builder, "file");
	json_builder_add_string_value(builder, file);
	json_builder_set_member_name(builder, "line");
	json_builder_add_int_value(builder, line);
	json_builder_set_member_name(builder, "column");
	json_builder_add_int_value(builder, column);
	json_builder_set_member_name(builder, "message");
	json_builder_add_string_value(builder, message);
	json_builder_set_member_name(builder, "warning");
	json_builder_add_boolean_value(builder, warning);
	json_builder_end_object(builder);
}

/* `unreadable`: why there is nothing but the name of a file; NULL where it was read. */
static void
say_json(const struct check *check, const char *unreadable)
{
	g_autoptr(JsonBuilder) builder = json_builder_new();
	g_autoptr(JsonNode) root = NULL;
	g_autofree char *text = NULL;

	json_builder_begin_object(builder);
	json_builder_set_member_name(builder, "ok");
	json_builder_add_boolean_value(builder, unreadable == NULL && count(check, FALSE) == 0);
	json_builder_set_member_name(builder, "errors");
	json_builder_begin_array(builder);
	if (unreadable)
		put_error(builder, check->path, 0, 0, unreadable, FALSE);
	for (guint i = 0; i < check->errors->len; i++) {
		const struct conf_error *e = check->errors->pdata[i];

		put_error(builder, e->place.file, e->place.line, e->place.column, e->message, e->warning);
	}
	json_builder_end_array(builder);
	if (check->print && check->conf) {
		g_autofree char *tree = conf_print(check->conf);

		json_builder_set_member_name(builder, "tree");
		json_builder_add_string_value(builder, tree);
	}
	json_builder_end_object(builder);
	root = json_builder_get_root(builder);
	text = json_to_string(root, FALSE);
	puts(text);
}

static void
say_text(const struct check *check)
{
	guint errors = count(check, FALSE), warnings = count(check, TRUE);

	for (guint i = 0; i < check->errors->len; i++) {
		g_autofree char *text = conf_error_text(check->errors->pdata[i]);

		fprintf(stderr, "%s\n", text);
	}
	if (check->print && check->conf) {
		g_autofree char *tree = conf_print(check->conf);

		fputs(tree, stdout);
		return;
	}
	if (errors)
		printf("%s cannot be used: %u error%s", check->path, errors, errors == 1 ? "" : "s");
	else
		printf("%s is good", check->path);
	if (warnings)
		printf(", %u warning%s", warnings, warnings == 1 ? "" : "s");
	putchar('\n');
}

static int
run(struct check *check)
{
	g_autoptr(GError) error = NULL;

	check->source = conf_source_load(check->path, &error);
	if (check->source == NULL) {
		if (check->json)
			say_json(check, error->message);
		else
			fprintf(stderr, "%s\n", error->message);
		return EX_NOINPUT;
	}
	check->conf = conf_parse(check->source, check->errors);
	if (check->conf)
		look_outside(check);
	if (check->json)
		say_json(check, NULL);
	else
		say_text(check);
	return count(check, FALSE) ? EX_CONFIG : EX_OK;
}

/* FALSE: the words are not check [--print] [FILE]. */
static gboolean
read_words(struct check *check, int argc, char **argv)
{
	int i = 1;

	if (i < argc && strcmp(argv[i], "--print") == 0) {
		check->print = TRUE;
		i++;
	}
	if (i < argc && *argv[i] != '-')
		check->path = argv[i++];
	return i == argc;
}

int
ctl_check(int argc, char **argv, gboolean json)
{
	struct check check = {.path = TRIAGED_SYSCONFDIR "/triaged.conf", .json = json};
	int status;

	if (!read_words(&check, argc, argv)) {
		fputs("usage: triagectl check [--print] [FILE]\n", stderr);
		return EX_USAGE;
	}
	check.errors = conf_errors_new();
	status = run(&check);
	conf_free(check.conf);
	conf_source_free(check.source);
	g_ptr_array_unref(check.errors);
	return status;
}
