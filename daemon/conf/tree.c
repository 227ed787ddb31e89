/*
 * The tree as it grows, statement by statement. A row of words.c says what a statement takes and where that
 * goes; here it is looked at, and put there. Nodes belong to the tree from the moment they are made, so an
 * error leaks nothing.
 */
#include "config.h"

#include "base/clock.h"
#include "base/log.h"
#include "conf/grammar.h"

#include <string.h>

void *
tree_object(const struct parse *p)
{
	return p->frames[p->depth].object;
}

struct conf_place
tree_place(const struct token *token)
{
	return (struct conf_place){token->span.file->name, token->span.line, token->span.column};
}

void
tree_mark(struct parse *p, const void *thing, const struct token *token)
{
	g_hash_table_insert(p->marks, (gpointer)thing, g_memdup2(&token->span, sizeof token->span));
}

const struct span *
tree_span(const struct parse *p, const void *thing)
{
	return g_hash_table_lookup(p->marks, thing);
}

void
tree_unsure(struct parse *p)
{
	g_hash_table_add(p->unsure, tree_object(p));
	if (p->server)
		g_hash_table_add(p->unsure, p->server);
}

gboolean
tree_name(struct parse *p, const struct token *name)
{
	const char *why = syntax_name(name->text);

	if (why)
		report_error(&p->report, &name->span, "`%s` cannot be a name: %s", name->text, why);
	return why == NULL;
}

char *
tree_address(struct parse *p, const struct token *token)
{
	const char *why = NULL;
	char *address = syntax_address(token->text, &why);

	if (address)
		return address;
	tree_unsure(p);
	report_error(&p->report, &token->span, "`%s` is no address: %s", token->text, why);
	return NULL;
}

static char *
wants_choice(const struct word *word)
{
	GString *out = g_string_new(NULL);

	for (const struct choice *c = word->choices; c->word; c++)
		g_string_append_printf(out, "%s`%s`%s",
		    c == word->choices ? ""
		    : c[1].word	       ? ", "
				       : " or ",
		    c->word, c->text ? " with a text" : "");
	return g_string_free(out, FALSE);
}

static char *
wants_amount(const struct range *range)
{
	static const char *const units[] = {
	    "a number", "a time with its unit (s, m, h, d)", "a size with its unit (K, M, G)"};

	if (range->second == NULL)
		return g_strdup_printf("%s, %s,", units[range->measure], range->words);
	return g_strdup_printf(
	    "the word `%s` and %s, %s,", range->second, units[range->measure], range->words);
}

static char *
wants_value(guint takes)
{
	static const struct {
		guint bit;
		const char *words;
	} kinds[] = {
	    {TAKES_WORD, "a name"}, {TAKES_ADDRESS, "an address"}, {TAKES_TEXT, "a text in quotation marks"}};
	GString *out = g_string_new(NULL);

	for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++)
		if (takes & kinds[i].bit)
			g_string_append_printf(out, "%s%s", out->len ? " or " : "", kinds[i].words);
	return g_string_free(out, FALSE);
}

char *
tree_wants(const struct word *word)
{
	g_autofree char *wants = NULL;

	if (word->choices)
		wants = wants_choice(word);
	else if (word->range)
		wants = wants_amount(word->range);
	else if (word->shape == T_SERVER)
		wants = g_strdup("tls, starttls or plain, and a host,");
	else if (word->shape == T_PERSON)
		wants = g_strdup("an address");
	else
		wants = wants_value(word->takes);
	return g_strdup_printf("%s%s such as `%s %s`", wants, g_str_has_suffix(wants, ",") ? "" : ",",
	    word->word, word->example);
}

void
tree_begin(struct parse *p, const struct token *keyword)
{
	struct frame *frame = &p->frames[p->depth];
	const struct span *first;

	p->statement = *keyword;
	if (keyword->kind != T_OPTION)
		p->server = NULL;
	if (!(keyword->word->in & frame->in))
		log_fatal("configuration: lexer and grammar disagree at %s:%d:%d: `%s` is in no such block",
		    keyword->span.file->name, keyword->span.line, keyword->span.column, keyword->text);
	first = g_hash_table_lookup(frame->seen, keyword->word);
	if (first && keyword->word->once)
		report_error(&p->report, &keyword->span,
		    "`%s` is written already, in line %d; one of them must go", keyword->text, first->line);
	else if (first == NULL)
		g_hash_table_insert(
		    frame->seen, (gpointer)keyword->word, g_memdup2(&keyword->span, sizeof keyword->span));
}

static gboolean
takes(const struct word *word, int kind)
{
	if (kind == T_WORD || kind == T_FIRST || kind == T_NUMBER)
		return (word->takes & TAKES_WORD) != 0;
	if (kind == T_TEXT)
		return (word->takes & TAKES_TEXT) != 0;
	return kind == T_ADDRESS && (word->takes & TAKES_ADDRESS);
}

static gboolean
value_fits(struct parse *p, const struct token *value)
{
	const struct word *word = p->statement.word;
	g_autofree char *wants = NULL;

	if (takes(word, value->kind))
		return TRUE;
	wants = tree_wants(word);
	report_error(&p->report, &value->span, "`%s` wants %s", word->word, wants);
	return FALSE;
}

void
tree_open(struct parse *p, const struct token *label)
{
	struct frame *frame;
	const struct word *word = p->statement.word;

	if (value_fits(p, label) && word->takes == TAKES_WORD)
		tree_name(p, label);
	frame = &p->frames[++p->depth];
	frame->in = word->opens;
	frame->object = NULL;
	frame->seen = g_hash_table_new_full(NULL, NULL, NULL, g_free);
	word->set(p, label);
}

void
tree_close(struct parse *p)
{
	g_hash_table_unref(p->frames[p->depth].seen);
	p->depth--;
}

void
tree_value(struct parse *p, const struct token *value)
{
	if (value_fits(p, value))
		p->statement.word->set(p, value);
}

/* Of one unit in the field's own; 0: there is no such unit. */
static gint64
unit_scale(enum measure measure, char unit)
{
	static const struct {
		enum measure measure;
		char unit;
		gint64 scale;
	} units[] = {{MEASURE_COUNT, 0, 1}, {MEASURE_TIME, 's', CLOCK_SECOND},
	    {MEASURE_TIME, 'm', CLOCK_MINUTE}, {MEASURE_TIME, 'h', CLOCK_HOUR},
	    {MEASURE_TIME, 'd', CLOCK_DAY}, {MEASURE_SIZE, 0, 1}, {MEASURE_SIZE, 'K', 1 << 10},
	    {MEASURE_SIZE, 'M', 1 << 20}, {MEASURE_SIZE, 'G', 1 << 30}};

	for (gsize i = 0; i < G_N_ELEMENTS(units); i++)
		if (units[i].measure == measure && units[i].unit == unit)
			return units[i].scale;
	return 0;
}

static void
store_amount(struct parse *p, const struct word *word, gint64 amount)
{
	if (word->range->measure == MEASURE_COUNT)
		G_STRUCT_MEMBER(int, tree_object(p), word->offset) = (int)amount;
	else
		G_STRUCT_MEMBER(gint64, tree_object(p), word->offset) = amount;
}

void
tree_amount(struct parse *p, const struct token *second, const struct token *number)
{
	const struct word *word = p->statement.word;
	const struct range *range = word->range;
	gint64 scale = unit_scale(range->measure, number->unit);
	g_autofree char *wants = tree_wants(word);

	if (g_strcmp0(second ? second->text : NULL, range->second) != 0)
		report_error(
		    &p->report, second ? &second->span : &number->span, "`%s` wants %s", word->word, wants);
	else if (scale == 0)
		report_error(&p->report, &number->span, "`%s` wants %s", word->word, wants);
	else if (number->number > range->max / scale || number->number * scale < range->min)
		report_error(&p->report, &number->span, "%s is out of range: `%s` can be %s", number->text,
		    word->word, range->words);
	else
		store_amount(p, word, number->number * scale);
}

/* NULL, reported, where `token` is none of them. */
static const struct choice *
choose(struct parse *p, const struct word *word, const struct token *token)
{
	struct nearest nearest;
	g_autofree char *hint = NULL;
	g_autofree char *wants = NULL;

	nearest_begin(&nearest, token->text);
	for (const struct choice *c = word->choices; c->word; c++) {
		if (strcmp(c->word, token->text) == 0)
			return c;
		nearest_offer(&nearest, c->word);
	}
	hint = nearest_hint(&nearest);
	wants = tree_wants(word);
	report_error(
	    &p->report, &token->span, "`%s` wants %s, not `%s`%s", word->word, wants, token->text, hint);
	return NULL;
}

void
tree_choice(struct parse *p, const struct token *token, const struct token *text)
{
	const struct word *word = p->statement.word;
	const struct choice *c = choose(p, word, token);

	if (c == NULL)
		return;
	if (c->text && text == NULL) {
		report_error(&p->report, &token->span, "`%s %s` wants a text in quotation marks behind it",
		    word->word, c->word);
		return;
	}
	if (!c->text && text) {
		report_error(&p->report, &text->span, "`%s %s` takes no text", word->word, c->word);
		return;
	}
	G_STRUCT_MEMBER(int, tree_object(p), word->offset) = c->value;
	if (text) {
		char **field = G_STRUCT_MEMBER_P(tree_object(p), c->text_offset);

		g_free(*field);
		*field = g_strdup(text->text);
	}
}

void
tree_person(struct parse *p, const struct token *address, const struct token *name)
{
	struct conf_team *team = tree_object(p);
	g_autofree char *clean = tree_address(p, address);
	const char *why = name ? syntax_title(name->text) : NULL;
	struct conf_person *person;

	if (why)
		report_error(&p->report, &name->span, "this cannot be a name: %s", why);
	if (clean == NULL)
		return;
	person = g_new0(struct conf_person, 1);
	person->place = tree_place(address);
	person->role = (enum conf_role)p->statement.word->value;
	person->address = g_steal_pointer(&clean);
	person->name = name ? g_strdup(name->text) : NULL;
	person->team = team;
	g_ptr_array_add(team->people, person);
	tree_mark(p, person, address);
}

/* The word that was meant; failing that, the block in which this word would be good. */
static char *
hint_unknown(guint in, const char *text)
{
	struct nearest nearest;
	gsize count;
	const struct word *words = words_all(&count);

	nearest_begin(&nearest, text);
	for (gsize i = 0; i < count; i++) {
		if (strcmp(words[i].word, text) == 0 && words[i].in == IN_TOP)
			return g_strdup("; it stands outside of blocks: is a } missing above?");
		if (strcmp(words[i].word, text) == 0)
			return g_strdup_printf("; it belongs into `%s`", words_block(words[i].in));
		if (words[i].in & in)
			nearest_offer(&nearest, words[i].word);
	}
	return nearest_hint(&nearest);
}

void
tree_unknown(struct parse *p, const struct token *word)
{
	guint in = p->frames[p->depth].in;
	g_autofree char *hint = hint_unknown(in, word->text);

	tree_unsure(p);
	if (in == IN_TOP)
		report_error(&p->report, &word->span, "no statement begins with `%s`%s", word->text, hint);
	else
		report_error(&p->report, &word->span, "no statement of `%s` begins with `%s`%s",
		    words_block(in), word->text, hint);
}

void
tree_misplaced(struct parse *p, const struct token *what)
{
	tree_unsure(p);
	report_error(&p->report, &what->span, "no block can begin here: what stands inside is not looked at");
}
