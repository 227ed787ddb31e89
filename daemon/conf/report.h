/*
 * Where the errors of one parse are gathered, and the search for the word that was meant.
 */
#ifndef TRIAGED_CONF_REPORT_H
#define TRIAGED_CONF_REPORT_H

#include "conf/source.h"

enum {
	REPORT_ERRORS_MAX = 200,  /* the rest is not shown, and parsing ends */
	REPORT_LINE_MAX = 400,	  /* characters of a line that are kept to be shown */
	REPORT_NEAREST_MAX = 500, /* words that are looked at for the one that was meant */
};

/* A piece of one line of the source; lives as long as the source. */
struct span {
	const struct source_file *file;
	const char *start; /* of the line */
	int line, column;  /* from 1; the column in characters */
	int length;	   /* in characters */
};

struct report {
	GPtrArray *errors; /* struct conf_error * */
	gboolean failed;   /* one of them is not a warning */
	gboolean full;	   /* REPORT_ERRORS_MAX is reached: whatever comes is dropped */
};

void report_error(struct report *report, const struct span *span, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
void report_warning(struct report *report, const struct span *span, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* By file, line and column, as one reads. `source` says in which order the files stand. */
void report_sort(GPtrArray *errors, const struct conf_source *source);

/* Looks among words, offered one by one, for the nearest to `word`. */
struct nearest {
	const char *word;
	const char *found; /* NULL: none is near enough */
	guint distance;
	guint offered;
};

void nearest_begin(struct nearest *nearest, const char *word);
void nearest_offer(struct nearest *nearest, const char *candidate);
/* "; did you mean `store`?", or "". Caller frees. */
char *nearest_hint(const struct nearest *nearest);

#endif
