/*
 * From source to checked tree: feeds the grammar the tokens of all files, included ones where their statement
 * stands, and lets check.c have the last word.
 */
#include "config.h"

#include "conf/grammar.h"

#include "base/clock.h"

#include <string.h>

/* A file that is being read. */
struct opened {
	struct lexer lexer;
	guint file;
	struct token last;		      /* token, until it has been understood */
	const struct source_include *include; /* whose files stand here now; NULL: none */
	guint next;			      /* of include->files */
};

static void
open_file(struct parse *p, guint index)
{
	const struct source_file *file = p->source->files->pdata[index];
	struct opened *opened = g_new0(struct opened, 1);

	opened->file = index;
	lexer_begin(&opened->lexer, file, &p->report, p->strings);
	if (file->bad >= 0) {
		struct span span = {.file = file, .start = file->text, .line = 1, .column = 1, .length = 1};

		for (const char *c = file->text; c < file->text + file->bad;
		     c = g_utf8_next_char(c), span.column++)
			if (*c == '\n') {
				span.start = c + 1;
				span.line++;
				span.column = 0;
			}
		report_error(&p->report, &span, "this is not UTF-8 text; the file must be saved as UTF-8");
	}
	g_ptr_array_add(p->files, opened);
}

/* Its pattern is read: the files are next. */
static void
include(struct parse *p, struct opened *opened, const struct token *pattern)
{
	opened->include = source_include_at(p->source, opened->file, pattern->offset);
	opened->next = 0;
	if (opened->include == NULL)
		report_error(&p->report, &pattern->span, "not included: there can be %d statements `include`",
		    SOURCE_INCLUDES_MAX);
	for (guint i = 0; opened->include && i < opened->include->errors->len; i++)
		report_error(
		    &p->report, &pattern->span, "%s", (const char *)opened->include->errors->pdata[i]);
}

/* Behind `include`. FALSE: `token` was its value, good or not. */
static gboolean
behind_include(struct parse *p, struct opened *opened, const struct token *token)
{
	if (token->kind == T_TEXT) {
		include(p, opened, token);
		return FALSE;
	}
	report_error(&p->report, &opened->last.span,
	    "`include` wants a text in quotation marks, such as `include \"filters/*.rules\"`");
	return token->kind < T_WORD || token->kind > T_HOST || token->kind == T_FIRST;
}

/* The next file that stands here, if any. */
static gboolean
enter_next(struct parse *p, struct opened *opened)
{
	if (opened->include == NULL)
		return FALSE;
	if (opened->next == opened->include->files->len) {
		opened->include = NULL;
		return FALSE;
	}
	open_file(p, g_array_index(opened->include->files, guint32, opened->next++));
	return TRUE;
}

/* FALSE: `token` is not for the grammar, look again. */
static gboolean
read_token(struct parse *p, struct token *token)
{
	struct opened *opened = p->files->pdata[p->files->len - 1];
	gboolean behind = opened->last.kind == T_INCLUDE;

	if (enter_next(p, opened))
		return FALSE;
	lexer_next(&opened->lexer, token);
	if (behind && !behind_include(p, opened, token)) {
		opened->last.kind = 0;
		return FALSE;
	}
	opened->last = *token;
	if (token->kind == 0 && p->files->len > 1) {
		g_ptr_array_set_size(p->files, (gint)p->files->len - 1);
		return FALSE;
	}
	return token->kind != T_INCLUDE;
}

int
parse_token(struct token *token, struct span *span, struct parse *p)
{
	while (!read_token(p, token))
		;
	*span = token->span;
	return p->report.full ? 0 : token->kind;
}

static struct conf *
conf_new(void)
{
	struct conf *conf = g_new0(struct conf, 1);

	conf->store = g_strdup(TRIAGED_LOCALSTATEDIR "/desk.db");
	conf->keys = g_strdup(TRIAGED_SYSCONFDIR "/keys");
	conf->control = g_strdup(TRIAGED_RUNSTATEDIR "/control");
	conf->user = g_strdup("triaged");
	conf->group = g_strdup("triaged");
	conf->largest_mail = 35 * 1024 * 1024;
	conf->reopen_within = (gint64)30 * CLOCK_DAY;
	conf->mailboxes = g_ptr_array_new();
	conf->relays = g_ptr_array_new();
	conf->queues = g_ptr_array_new();
	conf->teams = g_ptr_array_new();
	conf->trust = g_ptr_array_new_with_free_func(g_free);
	return conf;
}

static void
parse_clear(struct parse *p)
{
	while (p->depth > 0)
		tree_close(p);
	g_hash_table_unref(p->frames[0].seen);
	g_hash_table_unref(p->marks);
	g_hash_table_unref(p->unsure);
	g_array_unref(p->references);
	g_ptr_array_unref(p->files);
	g_string_chunk_free(p->strings);
	g_free(p->ca_file);
}

struct conf *
conf_parse(const struct conf_source *source, GPtrArray *errors)
{
	struct parse p = {.source = source, .conf = conf_new(), .report = {.errors = errors}};

	p.strings = g_string_chunk_new(4096);
	p.files = g_ptr_array_new_with_free_func(g_free);
	p.references = g_array_new(FALSE, FALSE, sizeof(struct reference));
	p.unsure = g_hash_table_new(NULL, NULL);
	p.marks = g_hash_table_new_full(NULL, NULL, NULL, g_free);
	p.frames[0] = (struct frame){IN_TOP, p.conf, g_hash_table_new_full(NULL, NULL, NULL, g_free)};
	open_file(&p, 0);
	if (grammar_parse(&p) != 0)
		p.report.failed = TRUE;
	check_tree(&p);
	report_sort(errors, source);
	parse_clear(&p);
	if (p.report.failed)
		g_clear_pointer(&p.conf, conf_free);
	return p.conf;
}
