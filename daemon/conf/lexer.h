/*
 * Characters to tokens, one file at a time. The lexer alone knows in which block it is, so that the grammar's
 * look-ahead cannot mislead it, and it hands on balanced braces only: what is missing or too many it reports
 * itself.
 */
#ifndef TRIAGED_CONF_LEXER_H
#define TRIAGED_CONF_LEXER_H

#include "conf/report.h"
#include "conf/words.h"

enum { LEXER_DEPTH_MAX = 32 /* blocks inside one another */ };

struct token {
	int kind;		 /* a token of grammar.y */
	const char *text;	 /* a text without quotation marks and escapes; lives as long as `strings` */
	const struct word *word; /* of a keyword */
	gint64 number;		 /* of a T_NUMBER; G_MAXINT64 where it is too large */
	char unit;		 /* 0: none */
	gsize offset;		 /* of its first byte in the file */
	struct span span;
};

struct lexer {
	const struct source_file *file;
	struct report *report;	 /* NULL: silent */
	GStringChunk *strings;	 /* what tokens point to */
	const char *at, *start;	 /* the next character; its line */
	int line, column;	 /* of `at` */
	gboolean fresh;		 /* no token yet on this line */
	int before[2];		 /* kinds of the last token and the one before */
	const struct word *word; /* the last keyword */
	int indent;		 /* column of the first token of this line */
	int depth;
	guint in[LEXER_DEPTH_MAX + 1]; /* block at each depth; 0: one that is skipped */
	struct span opened[LEXER_DEPTH_MAX + 1];
	int indents[LEXER_DEPTH_MAX + 1]; /* of the line that opened the block */
};

void lexer_begin(
    struct lexer *lexer, const struct source_file *file, struct report *report, GStringChunk *strings);
/* The next token; of kind 0 at the end, and again 0 after it. */
void lexer_next(struct lexer *lexer, struct token *token);

#endif
