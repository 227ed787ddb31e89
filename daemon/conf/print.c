/* The tree in its own words, every default written out: what it parses back to is equal. */
#include "config.h"

#include "conf/conf.h"

#include "base/clock.h"

#include <string.h>

static void
put_text(GString *out, const char *text)
{
	g_string_append_c(out, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			g_string_append_c(out, '\\');
		if (*text == '\n')
			g_string_append(out, "\\n");
		else
			g_string_append_c(out, *text);
	}
	g_string_append_c(out, '"');
}

/* `\tword "text"`; nothing where there is none. */
static void
put_line(GString *out, const char *word, const char *text)
{
	if (text == NULL)
		return;
	g_string_append_printf(out, "\t%s ", word);
	put_text(out, text);
	g_string_append_c(out, '\n');
}

struct unit {
	char letter;
	gint64 scale;
};

/* In the largest unit that leaves nothing over. `units` are ordered, the smallest last. */
static void
put_amount(GString *out, const char *words, gint64 amount, const struct unit *units, gsize count)
{
	gsize i = 0;

	while (i + 1 < count && amount % units[i].scale != 0)
		i++;
	g_string_append_printf(out, "\t%s %" G_GINT64_FORMAT, words, amount / units[i].scale);
	if (units[i].letter)
		g_string_append_c(out, units[i].letter);
	g_string_append_c(out, '\n');
}

static void
put_time(GString *out, const char *words, gint64 ms)
{
	static const struct unit units[] = {
	    {'d', CLOCK_DAY}, {'h', CLOCK_HOUR}, {'m', CLOCK_MINUTE}, {'s', CLOCK_SECOND}};

	put_amount(out, words, ms, units, G_N_ELEMENTS(units));
}

static void
put_size(GString *out, const char *words, gint64 bytes)
{
	static const struct unit units[] = {{'G', 1 << 30}, {'M', 1 << 20}, {'K', 1 << 10}, {0, 1}};

	put_amount(out, words, bytes, units, G_N_ELEMENTS(units));
}

static void
put_desk(GString *out, const struct conf *conf)
{
	g_string_append(out, "desk ");
	put_text(out, conf->desk);
	g_string_append(out, " {\n");
	put_line(out, "store", conf->store);
	put_line(out, "keys", conf->keys);
	put_line(out, "control", conf->control);
	put_line(out, "user", conf->user);
	put_line(out, "group", conf->group);
	if (conf->postmaster)
		g_string_append_printf(out, "\tpostmaster %s\n", conf->postmaster);
	put_size(out, "largest mail", conf->largest_mail);
	put_time(out, "reopen within", conf->reopen_within);
	g_string_append_printf(out, "\treaders %d\n", conf->readers);
	g_string_append_printf(out, "\tsandbox %s\n}\n", conf->sandbox_required ? "require" : "prefer");
}

static void
put_option(GString *out, const char *word, const char *text)
{
	g_string_append_printf(out, " %s ", word);
	put_text(out, text);
}

static void
put_server(GString *out, const char *word, const struct conf_server *server)
{
	static const char *const tls[] = {"tls", "starttls", "plain"};
	static const char *const secret[] = {NULL, "password-file", "password-command", "token-command"};
	gboolean v6 = strchr(server->host, ':') != NULL;

	g_string_append_printf(out, "\t%s %s %s%s%s:%d", word, tls[server->tls], v6 ? "[" : "", server->host,
	    v6 ? "]" : "", server->port);
	if (server->user)
		put_option(out, "user", server->user);
	if (server->secret != CONF_SECRET_NONE)
		put_option(out, secret[server->secret], server->secret_from);
	if (server->ca_file)
		put_option(out, "ca-file", server->ca_file);
	g_string_append_c(out, '\n');
}

static void
put_relay(GString *out, const struct conf_relay *relay)
{
	g_string_append_printf(out, "\nrelay %s {\n", relay->name);
	put_server(out, "smtp", &relay->server);
	g_string_append(out, "}\n");
}

static void
put_done(GString *out, const struct conf_mailbox *mailbox)
{
	static const char *const words[] = {"keep", "flag", "move", "delete"};

	g_string_append_printf(out, "\tdone %s", words[mailbox->done]);
	if (mailbox->done == CONF_DONE_MOVE) {
		g_string_append_c(out, ' ');
		put_text(out, mailbox->done_folder);
	}
	g_string_append_c(out, '\n');
}

static void
put_mailbox(GString *out, const struct conf_mailbox *mailbox)
{
	g_string_append_printf(out, "\nmailbox %s {\n", mailbox->name);
	for (guint i = 0; i < mailbox->addresses->len; i++)
		g_string_append_printf(out, "\taddress %s\n", (const char *)mailbox->addresses->pdata[i]);
	put_line(out, "name", mailbox->display);
	if (mailbox->imap)
		put_server(out, "imap", mailbox->imap);
	put_line(out, "folder", mailbox->folder);
	put_done(out, mailbox);
	if (mailbox->relay)
		g_string_append_printf(out, "\trelay %s\n", mailbox->relay->name);
	g_string_append_printf(out, "\tqueue %s\n", mailbox->queue->name);
	put_time(out, "poll", mailbox->poll);
	g_string_append_printf(out, "\tseparator \"%c\"\n}\n", mailbox->separator);
}

static void
put_queue(GString *out, const struct conf_queue *queue)
{
	g_string_append_printf(out, "\nqueue %s {\n", queue->name);
	for (guint i = 0; i < queue->teams->len; i++)
		g_string_append_printf(
		    out, "\tteam %s\n", ((const struct conf_team *)queue->teams->pdata[i])->name);
	g_string_append(out, "}\n");
}

static void
put_team(GString *out, const struct conf_team *team)
{
	g_string_append_printf(out, "\nteam %s {\n", team->name);
	for (guint i = 0; i < team->people->len; i++) {
		const struct conf_person *person = team->people->pdata[i];

		g_string_append_printf(
		    out, "\t%s %s", person->role == CONF_MANAGER ? "manager" : "agent", person->address);
		if (person->name) {
			g_string_append_c(out, ' ');
			put_text(out, person->name);
		}
		g_string_append_c(out, '\n');
	}
	g_string_append(out, "}\n");
}

char *
conf_print(const struct conf *conf)
{
	GString *out = g_string_new(NULL);

	put_desk(out, conf);
	for (guint i = 0; i < conf->relays->len; i++)
		put_relay(out, conf->relays->pdata[i]);
	for (guint i = 0; i < conf->mailboxes->len; i++)
		put_mailbox(out, conf->mailboxes->pdata[i]);
	for (guint i = 0; i < conf->queues->len; i++)
		put_queue(out, conf->queues->pdata[i]);
	for (guint i = 0; i < conf->teams->len; i++)
		put_team(out, conf->teams->pdata[i]);
	for (guint i = 0; i < conf->trust->len; i++) {
		g_string_append(out, i ? "trust " : "\ntrust ");
		put_text(out, conf->trust->pdata[i]);
		g_string_append_c(out, '\n');
	}
	return g_string_free(out, FALSE);
}
