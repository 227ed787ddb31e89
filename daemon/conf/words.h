/*
 * The words of the language, in one table: where each may stand, what may follow it, and what it sets. The
 * grammar knows shapes only, so a new word of a known shape is one row of words.c (and one of
 * triaged.conf.5).
 */
#ifndef TRIAGED_CONF_WORDS_H
#define TRIAGED_CONF_WORDS_H

#include <glib.h>

struct parse;
struct token;

/* The blocks a word may stand in. */
enum {
	IN_TOP = 1 << 0,
	IN_DESK = 1 << 1,
	IN_RELAY = 1 << 2,
	IN_MAILBOX = 1 << 3,
	IN_QUEUE = 1 << 4,
	IN_TEAM = 1 << 5,
};

/* What a value may be. */
enum {
	TAKES_WORD = 1 << 0, /* a number is a word, too */
	TAKES_TEXT = 1 << 1, /* in quotation marks */
	TAKES_ADDRESS = 1 << 2,
};

enum measure { MEASURE_COUNT, MEASURE_TIME, MEASURE_SIZE };

/* Of an amount. The field is a gint64 (milliseconds, bytes), for MEASURE_COUNT an int. */
struct range {
	enum measure measure;
	const char *second; /* the word between keyword and number; NULL: none */
	gint64 min, max;    /* in the unit of the field */
	const char *words;  /* the range as one says it */
};

/* One of a fixed set of words. The field is an int. */
struct choice {
	const char *word; /* NULL ends the list */
	int value;
	gboolean text; /* a text follows, kept in text_offset */
	gsize text_offset;
};

struct word {
	const char *word;
	guint in;
	int shape;     /* a token of grammar.y */
	guint takes;   /* T_VALUE, T_LIST, T_OPTION */
	gboolean once; /* a second one in the same block is an error */
	guint opens;   /* T_BLOCK: the block it opens */
	gsize offset;  /* of what it sets in the struct of its block */
	int value;     /* T_PERSON, T_OPTION: which enum */
	const struct range *range;
	const struct choice *choices;
	void (*set)(struct parse *p, const struct token *value); /* see tree.h */
	const char *example;					 /* what follows it, for messages */
};

/* NULL where `text` is no word of this block. */
const struct word *words_find(guint in, const char *text);
/* The whole table. */
const struct word *words_all(gsize *count);
/* What one writes before a block's brace: "mailbox"; "the file" for IN_TOP. */
const char *words_block(guint in);

#endif
