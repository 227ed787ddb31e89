/* The writing half of html.c: lines, quotes, lists and links. */
#ifndef TRIAGED_HTML_WRITE_H
#define TRIAGED_HTML_WRITE_H

#include <glib.h>

enum { HTML_LIST_DEPTH = 16, HTML_NEWLINES_MAX = 3 };

/* A piece of the markup, undecoded. */
struct html_slice {
	const char *p;
	gsize n;
};

struct html_writer {
	GString *out;
	int newlines;	 /* owed before the next word */
	gboolean blank;	 /* owed before the next word of the line */
	gboolean cell;	 /* a table cell begins */
	gboolean rule;	 /* a separator line is owed, unless the next words are one */
	gboolean inside; /* the line has words */
	int quote;	 /* quotes we are in */
	int line_quote;	 /* of the line last written */
	int pre;	 /* blanks count */
	int lists;
	int numbers[HTML_LIST_DEPTH]; /* next number of an ordered list, 0 for bullets */
	struct html_slice link;
	gsize link_start; /* in `out`, where the link's words begin */
};

void writer_newline(struct html_writer *w, int at_least);
void writer_character(struct html_writer *w, gunichar c);
/* Bytes that need no look at each: no blank, no entity, no tag. */
void writer_run(struct html_writer *w, const char *p, gsize n);
void writer_link_begin(struct html_writer *w, struct html_slice href);
void writer_link_end(struct html_writer *w);
void writer_list(struct html_writer *w, gboolean ordered);
void writer_item(struct html_writer *w);
void writer_signature(struct html_writer *w);
void writer_alt(struct html_writer *w, struct html_slice alt);
/* The text; caller frees. */
char *writer_end(struct html_writer *w);

#endif
