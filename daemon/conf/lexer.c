/*
 * Tokens. A bare word is a keyword if the block it stands in knows it, except directly behind a keyword or a
 * comma on the same line: there a value is expected, so that a queue may be called `team`. Time is linear in
 * the text.
 */
#include "config.h"

#include "conf/grammar.h"
#include "conf/lexer.h"

#include <string.h>

void
lexer_begin(struct lexer *l, const struct source_file *file, struct report *report, GStringChunk *strings)
{
	*l = (struct lexer){
	    .file = file, .report = report, .strings = strings, .line = 1, .column = 1, .fresh = TRUE};
	l->at = file->text;
	if (g_str_has_prefix(l->at, "\xef\xbb\xbf")) /* a byte order mark is no character */
		l->at += 3;
	l->start = l->at;
	l->in[0] = IN_TOP;
}

/* The block we are in; 0 inside one that is skipped. */
static guint
block(const struct lexer *l)
{
	return l->in[l->depth];
}

static void
step(struct lexer *l)
{
	if (*l->at == '\n') {
		l->at++;
		l->start = l->at;
		l->line++;
		l->column = 1;
		l->fresh = TRUE;
		return;
	}
	l->at = g_utf8_next_char(l->at);
	l->column++;
}

static void
complain(struct lexer *l, const struct span *span, const char *message)
{
	if (l->report)
		report_error(l->report, span, "%s", message);
}

static struct span
span_here(const struct lexer *l, int length)
{
	return (struct span){
	    .file = l->file, .start = l->start, .line = l->line, .column = l->column, .length = length};
}

static void
skip_space(struct lexer *l)
{
	while (*l->at == ' ' || *l->at == '\t' || *l->at == '\n' || *l->at == '\r' || *l->at == '#') {
		if (*l->at == '#')
			while (*l->at && *l->at != '\n')
				step(l);
		else
			step(l);
	}
}

/* Behind a backslash. */
static void
escape(struct lexer *l, GString *out)
{
	struct span span = span_here(l, 1);
	const char *p = l->at;

	if (strchr("\"\\n", *p) == NULL || *p == 0)
		complain(l, &span, "behind a backslash stands \" or \\ or n");
	if (*p == 0 || *p == '\n')
		return;
	step(l);
	if (*p == 'n')
		g_string_append_c(out, '\n');
	else
		g_string_append_len(out, p, l->at - p);
}

static void
lex_text(struct lexer *l, struct token *token)
{
	g_autoptr(GString) out = g_string_new(NULL);

	step(l);
	while (*l->at && *l->at != '"' && *l->at != '\n') {
		const char *p = l->at;

		step(l);
		if (*p == '\\')
			escape(l, out);
		else
			g_string_append_len(out, p, l->at - p);
	}
	token->kind = T_TEXT;
	token->text = g_string_chunk_insert_len(l->strings, out->str, (gssize)out->len);
	token->span.length = l->column - token->span.column;
	if (*l->at == '"') {
		step(l);
		token->span.length++;
	} else {
		complain(
		    l, &token->span, "the text ends at the end of its line; a quotation mark is missing");
	}
}

static gboolean
is_bare(char c)
{
	return (unsigned char)c > ' ' && c != 0x7f && strchr("\"{},#<>", c) == NULL;
}

/* Letters, digits and - _ . only */
static gboolean
is_word(const char *text)
{
	for (; *text; text++)
		if (!g_ascii_isalnum(*text) && *text != '-' && *text != '_' && *text != '.')
			return FALSE;
	return TRUE;
}

/* "60", "60s" */
static gboolean
lex_number(const char *text, struct token *token)
{
	gsize digits = strspn(text, "0123456789");

	if (digits == 0 || (text[digits] != 0 && (!g_ascii_isalpha(text[digits]) || text[digits + 1] != 0)))
		return FALSE;
	token->kind = T_NUMBER;
	token->number = g_ascii_strtoll(text, NULL, 10);
	token->unit = text[digits];
	return TRUE;
}

static gboolean
is_keyword_kind(int kind)
{
	return kind >= T_BLOCK && kind <= T_INCLUDE;
}

static gboolean
may_be_keyword(const struct lexer *l, gboolean fresh)
{
	return block(l) != 0 && (fresh || (!is_keyword_kind(l->before[0]) && l->before[0] != ','));
}

/* A word that stands outside of blocks only, at the beginning of a line, not further in than the line that
 * opened the block: its brace was forgotten. Taking it as closed spares an error for everything that follows.
 */
static gboolean
brace_forgotten(const struct lexer *l, const struct token *token, gboolean fresh)
{
	return fresh && l->depth > 0 && l->before[0] != ',' && !is_keyword_kind(l->before[0]) &&
	       token->span.column <= l->indents[l->depth] && words_find(IN_TOP, token->text) &&
	       words_find(block(l), token->text) == NULL;
}

/* `token` becomes the brace, and its word is read again. */
static void
close_forgotten(struct lexer *l, struct token *token)
{
	g_autofree char *message = g_strdup_printf(
	    "this block is not closed before `%s` in line %d: its } is missing", token->text, l->line);

	complain(l, &l->opened[l->depth], message);
	token->kind = '}';
	l->depth--;
	l->at = l->file->text + token->offset;
	l->column = token->span.column;
	l->fresh = TRUE;
}

static void
lex_bare(struct lexer *l, struct token *token, gboolean fresh)
{
	const char *p = l->at;

	while (is_bare(*l->at))
		step(l);
	token->text = g_string_chunk_insert_len(l->strings, p, l->at - p);
	token->span.length = l->column - token->span.column;
	if (may_be_keyword(l, fresh))
		token->word = words_find(block(l), token->text);
	if (brace_forgotten(l, token, fresh)) {
		close_forgotten(l, token);
	} else if (token->word) {
		token->kind = token->word->shape;
		l->word = token->word;
	} else if (is_word(token->text)) {
		if (!lex_number(token->text, token))
			token->kind = fresh && l->before[0] != ',' && block(l) ? T_FIRST : T_WORD;
	} else if (strchr(token->text, '@')) {
		token->kind = T_ADDRESS;
	} else if (strchr(token->text, ':')) {
		token->kind = T_HOST;
	} else {
		token->kind = T_TEXT;
		complain(
		    l, &token->span, "what is not a word, a number or an address stands in quotation marks");
	}
}

/* Which block a brace opens: that of the word right before it or one value further. */
static guint
opens(const struct lexer *l)
{
	if (l->before[0] == T_BLOCK ||
	    (l->before[1] == T_BLOCK && l->before[0] >= T_WORD && l->before[0] <= T_HOST))
		return l->word->opens;
	return 0;
}

static void
lex_open(struct lexer *l, struct token *token)
{
	guint in = opens(l);

	step(l);
	if (l->depth == LEXER_DEPTH_MAX) {
		complain(
		    l, &token->span, "too many blocks inside one another: the rest of this file is not read");
		l->at += strlen(l->at);
		token->kind = ',';
		return;
	}
	token->kind = in ? '{' : T_STRAY;
	l->depth++;
	l->in[l->depth] = in;
	l->opened[l->depth] = token->span;
	l->indents[l->depth] = l->indent;
}

/* At the end of the text: 0, or a brace that is missing. */
static void
lex_end(struct lexer *l, struct token *token)
{
	if (l->depth == 0)
		return;
	complain(l, &l->opened[l->depth], "this block is never closed: its } is missing");
	token->kind = '}';
	l->depth--;
}

/* TRUE: `token` is one. FALSE: the character was skipped. */
static gboolean
lex_sign(struct lexer *l, struct token *token)
{
	token->kind = *l->at;
	if (*l->at == '{') {
		lex_open(l, token);
		return TRUE;
	}
	step(l);
	if (token->kind == '}' && l->depth > 0) {
		l->depth--;
		return TRUE;
	}
	if (token->kind == '}')
		complain(l, &token->span, "no block is open that this } could close");
	else if (token->kind == ',' || token->kind == '<' || token->kind == '>')
		return TRUE;
	else
		complain(l, &token->span, "a control character cannot stand here");
	return FALSE;
}

static void
lex(struct lexer *l, struct token *token)
{
	for (;;) {
		gboolean fresh;

		skip_space(l);
		fresh = l->fresh;
		l->fresh = FALSE;
		if (fresh)
			l->indent = l->column;
		*token = (struct token){
		    .text = "", .span = span_here(l, 1), .offset = (gsize)(l->at - l->file->text)};
		if (*l->at == 0)
			lex_end(l, token);
		else if (*l->at == '"')
			lex_text(l, token);
		else if (is_bare(*l->at))
			lex_bare(l, token, fresh);
		else if (!lex_sign(l, token))
			continue;
		return;
	}
}

void
lexer_next(struct lexer *l, struct token *token)
{
	lex(l, token);
	l->before[1] = l->before[0];
	l->before[0] = token->kind;
}
