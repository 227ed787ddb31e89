/*
 * The tree while it grows: what grammar.y's actions call, what words.c's rows name, and what check.c finds.
 */
#ifndef TRIAGED_CONF_TREE_H
#define TRIAGED_CONF_TREE_H

#include "conf/lexer.h"

enum { TREE_NAME_MAX = 64 /* bytes of a name of ours */ };

enum reference_kind { TO_QUEUE, TO_RELAY, TO_TEAM };

/* A name that stands for something that may be written further down. */
struct reference {
	enum reference_kind kind;
	void *owner; /* struct conf_mailbox; struct conf_queue for TO_TEAM */
	struct token name;
};

/* One block that is open. */
struct frame {
	guint in;	  /* which block it is */
	void *object;	  /* the struct it fills; struct conf at the top and in desk */
	GHashTable *seen; /* const struct word * -> struct span *: for words that may come once */
};

struct parse {
	const struct conf_source *source;
	struct conf *conf;
	struct report report;
	GStringChunk *strings;
	GPtrArray *files;	/* struct opened *, those being read, the innermost last (parse.c) */
	struct token statement; /* the keyword at work */
	struct frame frames[LEXER_DEPTH_MAX + 1];
	int depth;
	struct conf_server *server; /* that options belong to */
	char *ca_file;		    /* of the desk: for servers that have none */
	GHashTable *unsure; /* blocks and servers with something that was not understood */
	GArray *references; /* struct reference */
	GHashTable *marks;  /* pointer into the tree -> struct span *: where it was written */
};

/* The actions of the grammar. */
void tree_begin(struct parse *p, const struct token *keyword);
void tree_open(struct parse *p, const struct token *label); /* of kind 0: none is written */
void tree_close(struct parse *p);
void tree_value(struct parse *p, const struct token *value);
void tree_amount(struct parse *p, const struct token *second, const struct token *number);
void tree_choice(struct parse *p, const struct token *word, const struct token *text);
void tree_server(struct parse *p, const struct token *tls, const struct token *host);
void tree_person(struct parse *p, const struct token *address, const struct token *name);
void tree_unknown(struct parse *p, const struct token *word);
void tree_misplaced(struct parse *p, const struct token *what); /* a block that belongs to nothing */

/* The setters of words.c: called with the value, p->statement being the keyword. */
void set_title(struct parse *p, const struct token *value); /* one line that people see */
void set_path(struct parse *p, const struct token *value);
void set_account(struct parse *p, const struct token *value); /* user and group names */
void set_control(struct parse *p, const struct token *value);
void set_postmaster(struct parse *p, const struct token *value);
void set_ca_file(struct parse *p, const struct token *value); /* of the desk */
void set_separator(struct parse *p, const struct token *value);
void set_trust(struct parse *p, const struct token *value);
void set_address(struct parse *p, const struct token *value); /* of a mailbox */
void set_queue(struct parse *p, const struct token *value);
void set_relay(struct parse *p, const struct token *value);
void set_team(struct parse *p, const struct token *value);
void open_desk(struct parse *p, const struct token *label);
void open_relay(struct parse *p, const struct token *label);
void open_mailbox(struct parse *p, const struct token *label);
void open_queue(struct parse *p, const struct token *label);
void open_team(struct parse *p, const struct token *label);

/* server.c: where a server goes, and its options. */
void server_of_imap(struct parse *p, const struct token *value);
void server_of_mailbox(struct parse *p, const struct token *value);
void server_of_relay(struct parse *p, const struct token *value);
void set_user(struct parse *p, const struct token *value);
void set_secret(struct parse *p, const struct token *value);
void set_server_ca(struct parse *p, const struct token *value);

/* The struct of the block we are in. */
void *tree_object(const struct parse *p);
struct conf_place tree_place(const struct token *token);
/* Remembers where `thing` was written; where that was (NULL: it was not). */
void tree_mark(struct parse *p, const void *thing, const struct token *token);
const struct span *tree_span(const struct parse *p, const void *thing);
/* Something here was not understood: nobody shall complain that it is missing. */
void tree_unsure(struct parse *p);
/* Is `name` one of ours (letters, digits, - _ .)? Reports if not. */
gboolean tree_name(struct parse *p, const struct token *name);
/* The address with its domain as A-label in lower case, or NULL, reported. Caller frees. */
char *tree_address(struct parse *p, const struct token *token);
/* What the statement wants, for "wants ...": "a text in quotation marks". Caller frees. */
char *tree_wants(const struct word *word);

/* parse.c: feeds the grammar. */
int parse_token(struct token *token, struct span *span, struct parse *p);

/* syntax.c: forms that are the same wherever they stand. NULL: good, else what is wrong with it. */
const char *syntax_name(const char *name);
const char *syntax_title(const char *title);
/* The address as tree_address gives it; NULL and `why` if it is none. Caller frees. */
char *syntax_address(const char *text, const char **why);
/* "host", "host:993", "[::1]:993" taken apart; `port` stays where none is written. FALSE and `why` where it
 * is none. */
gboolean syntax_server(const char *text, char **host, guint16 *port, const char **why);
gboolean syntax_loopback(const char *host);

/* check.c: resolves names, fills in defaults, and reports all that does not hold together. */
void check_tree(struct parse *p);

#endif
