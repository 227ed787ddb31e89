/*
 * What triagectl says, for programs and for people. For people: columns as wide on the screen as they should
 * be, times in the local zone, and of what strangers wrote only what is printable (T23).
 */
#ifndef TRIAGED_CTL_PRINT_H
#define TRIAGED_CTL_PRINT_H

#include <json-glib/json-glib.h>
#include <stdio.h>

/* One value, on one line. */
void print_json(JsonNode *node);

/* A column of a table; a table of columns is ended by title NULL. A member that is a list of objects is shown
 * by the `address` of each. */
struct column {
	const char *title;
	const char *member;
	enum { COLUMN_TEXT, COLUMN_NUMBER, COLUMN_TIME } kind;
	int most; /* cells on the screen; 0: as wide as it is */
};
/* Rows are objects. "none" where there are none. */
void print_table(JsonArray *rows, const struct column *columns);

/* "label   text"; nothing where the text is empty. */
void print_pair(const char *label, const char *text);
/* The same for a member of the object: a text, a number, a time (ISO 8601) or a list. */
void print_member(JsonObject *object, const char *label, const char *member);
void print_time_member(JsonObject *object, const char *label, const char *member);
/* An empty line, and the title of what follows. */
void print_title(const char *title);
/* Line by line, each behind `indent`. */
void print_lines(FILE *out, const char *indent, const char *text);

/* Cells that the text takes on the screen. */
int print_width(const char *text);
/* At most `most` cells of the text; the last is an ellipsis where it was longer. Caller frees. */
char *print_fit(const char *text, int most);
/* The member's value as it is shown; "" for null. Caller frees. */
char *print_value(JsonObject *object, const char *member);
/* An ISO 8601 time as "2026-11-21 10:00" of the local zone; "" for "". Caller frees. */
char *print_time(const char *iso);

#endif
