/*
 * `imap` and `smtp`: where a server's statement goes, its kind of TLS, host and port, and the options behind
 * it. A second one in the same block has been reported and takes the first one's place.
 */
#include "config.h"

#include "conf/tree.h"

#include <string.h>

static const struct {
	const char *word;
	enum conf_tls tls;
	guint16 imap, smtp;
} kinds[] = {
    {"tls", CONF_TLS_IMPLICIT, 993, 465},
    {"starttls", CONF_TLS_STARTTLS, 143, 587},
    {"plain", CONF_TLS_PLAIN, 143, 25},
};

static void
server_clear(struct conf_server *server)
{
	g_free(server->host);
	g_free(server->user);
	g_free(server->secret_from);
	g_free(server->ca_file);
	*server = (struct conf_server){0};
}

void
server_of_imap(struct parse *p, const struct token *value)
{
	struct conf_mailbox *mailbox = tree_object(p);

	(void)value;
	if (mailbox->imap == NULL)
		mailbox->imap = g_new0(struct conf_server, 1);
	p->server = mailbox->imap;
}

/* A relay of the mailbox's own, with its name. */
void
server_of_mailbox(struct parse *p, const struct token *value)
{
	struct conf_mailbox *mailbox = tree_object(p);
	struct conf_relay *relay = (struct conf_relay *)mailbox->relay;

	(void)value;
	if (relay == NULL) {
		relay = g_new0(struct conf_relay, 1);
		relay->place = tree_place(&p->statement);
		relay->name = g_strdup(mailbox->name);
		g_ptr_array_add(p->conf->relays, relay);
		tree_mark(p, relay, &p->statement);
		mailbox->relay = relay;
	}
	p->server = &relay->server;
}

void
server_of_relay(struct parse *p, const struct token *value)
{
	struct conf_relay *relay = tree_object(p);

	(void)value;
	p->server = &relay->server;
}

/* The row of `kinds`; -1, reported, where there is none. */
static int
find_kind(struct parse *p, const struct token *tls)
{
	struct nearest nearest;
	g_autofree char *hint = NULL;
	g_autofree char *wants = NULL;

	nearest_begin(&nearest, tls->text);
	for (int i = 0; i < (int)G_N_ELEMENTS(kinds); i++) {
		if (strcmp(kinds[i].word, tls->text) == 0)
			return i;
		nearest_offer(&nearest, kinds[i].word);
	}
	hint = nearest_hint(&nearest);
	wants = tree_wants(p->statement.word);
	report_error(&p->report, &tls->span, "`%s` wants %s, not `%s`%s", p->statement.word->word, wants,
	    tls->text, hint);
	return -1;
}

static void
set_host(struct parse *p, const struct token *host)
{
	const char *why = NULL;

	if (!syntax_server(host->text, &p->server->host, &p->server->port, &why))
		report_error(&p->report, &host->span, "`%s` is no host: %s", host->text, why);
	else if (p->server->tls == CONF_TLS_PLAIN && !syntax_loopback(p->server->host))
		report_error(&p->report, &host->span,
		    "`plain` would send mail and password readable to %s: it is for this machine only; "
		    "write `tls` or `starttls`",
		    p->server->host);
}

void
tree_server(struct parse *p, const struct token *tls, const struct token *host)
{
	const struct word *word = p->statement.word;
	int kind = find_kind(p, tls);

	word->set(p, tls);
	server_clear(p->server);
	p->server->place = tree_place(&p->statement);
	tree_mark(p, p->server, &p->statement);
	if (kind >= 0) {
		p->server->tls = kinds[kind].tls;
		p->server->port = strcmp(word->word, "imap") == 0 ? kinds[kind].imap : kinds[kind].smtp;
	}
	set_host(p, host);
}

/* An option that stands there already gives way: it has been reported. */
static void
replace(struct parse *p, char **field, const struct token *value, char *text)
{
	if (*field)
		report_error(
		    &p->report, &p->statement.span, "this server has `%s` already", p->statement.text);
	else if (*value->text == 0)
		report_error(&p->report, &value->span, "`%s` cannot be empty", p->statement.text);
	g_free(*field);
	*field = text;
}

void
set_user(struct parse *p, const struct token *value)
{
	const char *why = *value->text ? syntax_title(value->text) : NULL;

	if (why)
		report_error(&p->report, &value->span, "this cannot be a user: %s", why);
	replace(p, &p->server->user, value, g_strdup(value->text));
}

void
set_secret(struct parse *p, const struct token *value)
{
	gboolean file = p->statement.word->value == CONF_SECRET_PASSWORD_FILE;

	if (p->server->secret != CONF_SECRET_NONE) {
		report_error(&p->report, &p->statement.span,
		    "this server has its secret already: one of `password-file`, `password-command` and "
		    "`token-command` is enough");
		return;
	}
	p->server->secret = (enum conf_secret)p->statement.word->value;
	replace(p, &p->server->secret_from, value,
	    file ? source_absolute(p->source, value->text) : g_strdup(value->text));
}

void
set_server_ca(struct parse *p, const struct token *value)
{
	replace(p, &p->server->ca_file, value, source_absolute(p->source, value->text));
}
