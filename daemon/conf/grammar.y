/*
 * The shapes of the language; its words stand in words.c. An action only calls a helper of tree.h.
 *
 * After an error the rest of the statement is skipped, up to the next keyword, word at the beginning of a line, or
 * brace, and parsing goes on: every error is reported, each once. The lexer sees to it that braces are balanced.
 */
%define api.pure full
%define api.prefix {grammar_}
%define api.token.prefix {T_}
%define api.value.type {struct token}
%define api.location.type {struct span}
%define parse.error custom
%locations
%parse-param {struct parse *p}
%lex-param {struct parse *p}
%initial-action { @$ = (struct span){0}; }

%code requires {
#include "conf/tree.h"
}

%code {
#include "config.h"

/* A statement is where its first token is. */
#define YYLLOC_DEFAULT(current, rhs, n) ((current) = YYRHSLOC(rhs, (n) > 0 ? 1 : 0))
#define YYMAXDEPTH 1000

static int
grammar_lex(struct token *token, struct span *span, struct parse *p)
{
	return parse_token(token, span, p);
}

/* Only called where the stack is too small, which balanced and bounded braces rule out. */
static void
grammar_error(struct span *span, struct parse *p, const char *message)
{
	report_error(&p->report, span, "%s", message);
}
}

/* keywords, by what follows them */
%token BLOCK VALUE LIST AMOUNT CHOICE SERVER OPTION PERSON INCLUDE
/* values; FIRST is a word that stands first on its line */
%token WORD FIRST TEXT ADDRESS NUMBER HOST
/* a brace that opens nothing we know */
%token STRAY

/* an unknown statement takes all it can get */
%precedence LOW
%precedence WORD STRAY

%%

configuration: statements;

statements: %empty | statements statement;

statement: BLOCK begin label '{'		{ tree_open(p, &$3); } statements '}' { tree_close(p); }
	| VALUE begin item			{ tree_value(p, &$3); }
	| LIST begin list
	| AMOUNT begin NUMBER			{ tree_amount(p, NULL, &$3); }
	| AMOUNT begin word NUMBER		{ tree_amount(p, &$3, &$4); }
	| CHOICE begin word			{ tree_choice(p, &$3, NULL); }
	| CHOICE begin word TEXT		{ tree_choice(p, &$3, &$4); }
	| SERVER begin word item		{ tree_server(p, &$3, &$4); } options
	| PERSON begin ADDRESS			{ tree_person(p, &$3, NULL); }
	| PERSON begin ADDRESS TEXT		{ tree_person(p, &$3, &$4); }
	| PERSON begin TEXT '<' ADDRESS '>'	{ tree_person(p, &$5, &$3); }
	| word					{ tree_unknown(p, &$1); } rest
	| STRAY					{ tree_misplaced(p, &$1); } anything '}'
	| error rest
	;

/* Behind the keyword: a new statement has begun, so the next error is one of its own. */
begin: %empty					{ yyerrok; tree_begin(p, &$0); };

label: %empty					{ $$ = (struct token){.text = "", .span = p->statement.span}; }
	| item
	;

list: item					{ tree_value(p, &$1); }
	| list ',' item				{ tree_value(p, &$3); }
	;

options: %empty
	| options OPTION begin item		{ tree_value(p, &$4); }
	;

word: WORD | FIRST;

item: word | TEXT | ADDRESS | NUMBER | HOST;

/* What is left of a statement that was not understood. */
rest: scraps %prec LOW
	| scraps STRAY anything '}'
	;

scraps: %empty
	| scraps scrap
	;

scrap: WORD | TEXT | ADDRESS | NUMBER | HOST | ',' | '<' | '>' ;

anything: %empty
	| anything scrap
	| anything STRAY anything '}'
	;

%%

/* Could a statement begin here? */
static gboolean
between_statements(const yypcontext_t *context)
{
	yysymbol_kind_t expected[YYNTOKENS];
	int n = yypcontext_expected_tokens(context, expected, YYNTOKENS);

	for (int i = 0; i < n; i++)
		if (expected[i] == YYSYMBOL_VALUE)
			return TRUE;
	return FALSE;
}

static int
yyreport_syntax_error(const yypcontext_t *context, struct parse *p)
{
	const struct word *word = p->statement.word;
	const struct span *here = yypcontext_location(context);
	/* what is missing at the end of a line is not missing where the next one begins */
	const struct span *span = here->start == p->statement.span.start ? here : &p->statement.span;
	g_autofree char *wants = word ? tree_wants(word) : NULL;

	tree_unsure(p);
	if (yypcontext_token(context) == YYSYMBOL_OPTION)
		report_error(&p->report, here, "this belongs behind a server, in a statement `imap` or `smtp`");
	else if (wants == NULL || between_statements(context))
		report_error(&p->report, here, "a statement begins with a word: this is left over from the one before");
	else
		report_error(&p->report, span, "`%s` wants %s", word->word, wants);
	return 0;
}
