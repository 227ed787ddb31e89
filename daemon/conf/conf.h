/*
 * The configuration as a checked tree. Every program parses the same bytes (a conf_source packed by the
 * parent), so nobody needs the files; no secret is in it, only the names of files and commands that the parent reads.
 *
 * The tree is const once conf_parse has returned it. Strings live as long as the tree. Lists are GPtrArray,
 * never NULL. Times are milliseconds, sizes bytes. Words of the language stand in conf/words.c, its shapes in
 * conf/grammar.y, its specification in triaged.conf.5.
 */
#ifndef TRIAGED_CONF_H
#define TRIAGED_CONF_H

#include <glib.h>

/* Where a thing was written: for messages. `file` is the name as the administrator would type it. */
struct conf_place {
	const char *file;
	int line;
	int column; /* in characters, from 1 */
};

/* The text of all files read: main file first, includes where they stand. */
struct conf_source;

/* Reads `path` and everything it includes. Relative names are relative to the folder of the main file.
 * A file that cannot be read is an error of the text (reported by conf_parse with its place), but the main
 * file missing is `error`. What is too large is not read. */
struct conf_source *conf_source_load(const char *path, GError **error);
GBytes *conf_source_pack(const struct conf_source *source);
struct conf_source *conf_source_unpack(GBytes *packed, GError **error);
void conf_source_free(struct conf_source *source);

enum conf_tls { CONF_TLS_IMPLICIT, CONF_TLS_STARTTLS, CONF_TLS_PLAIN };
enum conf_secret { CONF_SECRET_NONE, CONF_SECRET_PASSWORD_FILE, CONF_SECRET_PASSWORD_COMMAND, CONF_SECRET_TOKEN_COMMAND };
enum conf_done { CONF_DONE_KEEP, CONF_DONE_FLAG, CONF_DONE_MOVE, CONF_DONE_DELETE };

/* An IMAP server or SMTP relay and who we are there. */
struct conf_server {
	struct conf_place place;
	enum conf_tls tls;
	char *host;              /* an IPv6 address without its brackets */
	guint16 port;            /* 993/143 and 465/587/25 where not written */
	char *user;              /* NULL: no login (SMTP only) */
	enum conf_secret secret;
	char *secret_from;       /* absolute path, or command line for /bin/sh -c */
	char *ca_file;           /* absolute path; NULL: the system's */
};

struct conf_relay {
	struct conf_place place;
	char *name;              /* the mailbox's name where the relay was written inside it */
	struct conf_server server;
};

struct conf_mailbox {
	struct conf_place place;
	char *name;
	GPtrArray *addresses;    /* char *, lower-case domain; the first is the one we write from; at least one */
	char *display;           /* name in From; the desk's name where not written */
	struct conf_server *imap;/* NULL: pipe intake only */
	char *folder;            /* "INBOX" */
	enum conf_done done;     /* CONF_DONE_KEEP where not written */
	char *done_folder;       /* CONF_DONE_MOVE */
	const struct conf_relay *relay; /* NULL: cannot send; check says so */
	const struct conf_queue *queue; /* never NULL after a good check */
	gint64 poll;             /* ms between looks where the server has no IDLE; 60 s */
	char separator;          /* of the plus-address; '+' */
};

enum conf_role { CONF_AGENT, CONF_MANAGER };

struct conf_person {
	struct conf_place place;
	enum conf_role role;
	char *address;           /* lower-case domain */
	char *name;              /* may be NULL */
	const struct conf_team *team;
};

struct conf_team {
	struct conf_place place;
	char *name;
	GPtrArray *people;       /* struct conf_person *, as written */
};

struct conf_queue {
	struct conf_place place;
	char *name;
	GPtrArray *teams;        /* const struct conf_team *; at least one */
};

struct conf {
	char *desk;              /* "Acme Support" */
	char *store;             /* absolute path of the SQLite file */
	char *keys;              /* absolute path of the token keys */
	char *control;           /* absolute path of the control socket; /run/triaged/control */
	char *user;              /* run as, when started as root; "triaged" */
	char *group;             /* may use the control socket; "triaged" */
	char *postmaster;        /* operator's address for notices about the desk itself; may be NULL */
	gint64 largest_mail;     /* bytes; 35 MiB */
	gint64 reopen_within;    /* ms; 30 d */
	int readers;             /* mime processes; 0: one a core */
	gboolean sandbox_required;
	GPtrArray *mailboxes;    /* struct conf_mailbox * */
	GPtrArray *relays;       /* struct conf_relay *, the ones inside mailboxes too */
	GPtrArray *queues;       /* struct conf_queue * */
	GPtrArray *teams;        /* struct conf_team * */
	GPtrArray *trust;        /* char *, authserv-ids (RFC 8601), lower case */
};

struct conf_error {
	struct conf_place place;
	int length;              /* characters to underline, at least 1 */
	gboolean warning;        /* the configuration can be used all the same */
	char *message;           /* one sentence, with the did-you-mean */
	char *line;              /* the text of the line; its first 400 characters where it is longer */
};

/* Parses and checks whole. Every trouble is appended to `errors` (struct conf_error *, with free function).
 * NULL if one of them is not a warning. Looks at nothing outside the source: no file, no network. */
struct conf *conf_parse(const struct conf_source *source, GPtrArray *errors);
void conf_free(struct conf *conf);
GPtrArray *conf_errors_new(void);
/* For those who look at what conf_parse does not: appends a trouble at a place of the tree. `message` is taken. */
void conf_error_add(const struct conf_source *source, GPtrArray *errors, const struct conf_place *place,
    gboolean warning, char *message);

/* "file:line:column: message", the line, and a caret line under it. Caller frees. */
char *conf_error_text(const struct conf_error *error);

/* The tree in its own words; parses back to an equal tree. Caller frees. */
char *conf_print(const struct conf *conf);

/* NULL where there is none. */
const struct conf_mailbox *conf_mailbox_find(const struct conf *conf, const char *name);
/* The address as it stands in the configuration, without case: a token must be taken out before. */
const struct conf_mailbox *conf_mailbox_by_address(const struct conf *conf, const char *address);
const struct conf_relay *conf_relay_find(const struct conf *conf, const char *name);
const struct conf_queue *conf_queue_find(const struct conf *conf, const char *name);
/* The person with this address (local part as it is, domain without case), or NULL. */
const struct conf_person *conf_person_find(const struct conf *conf, const char *address);
/* Is the person in a team of this queue? */
gboolean conf_person_serves(const struct conf_person *person, const struct conf_queue *queue);

#endif
