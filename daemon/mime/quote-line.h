/*
 * The lines of a text, each with a folded twin to look words up in; and the marks that clients set, found in
 * them. Shared by quote*.c only.
 */
#ifndef TRIAGED_QUOTE_LINE_H
#define TRIAGED_QUOTE_LINE_H

#include "mime/quote-words.h"

enum {
	QUOTE_LINE_MAX = 600,	   /* bytes of a line that are looked at; no mark is longer */
	QUOTE_ATTRIBUTION_MAX = 4, /* lines */
	QUOTE_HEADERS_MAX = 40,	   /* lines of a header block */
};

enum quote_has { QUOTE_HAS_COLON = 1, QUOTE_HAS_AT = 2, QUOTE_HAS_DIGIT = 4, QUOTE_HAS_EQUALS = 8 };

struct quote_line {
	const char *start; /* in the body, not terminated */
	gsize length;
	const char *folded;   /* without quote marks; lower case, one blank between words, none at the ends */
	enum quote_role role; /* of a header line of a quoted mail */
	guint has;	      /* enum quote_has: what `folded` holds */
	gboolean quoted;      /* begins with '>' */
	gboolean blank;
};

struct quote_lines {
	struct quote_line *line;
	gsize count;
	GStringChunk *folds;
};

void quote_lines_read(const char *body, struct quote_lines *lines);
void quote_lines_clear(struct quote_lines *lines);

/* Do the `length` bytes at `p` of `text` have no letter on either side? */
gboolean quote_stands_alone(const char *text, const char *p, gsize length);
/* One of `words` in `text`, standing alone. */
gboolean quote_has_word(const char *text, struct phrases *words);

/* What header the folded line is: "from: ann" -> QUOTE_FROM. */
enum quote_role quote_role_at(const char *folded);

/* A line of nothing but dashes, underscores and the like. */
gboolean quote_is_rule(const char *folded);
/* Does a signature begin at line `i` of the text that ends before `end`? */
gboolean quote_signs(const struct quote_lines *lines, gsize i, gsize end, gboolean text_above);

/* Index of the next line that is not blank, `count` if there is none. */
gsize quote_next(const struct quote_lines *lines, gsize from);

/* How many lines from `i` on say who wrote what follows ("On ... wrote:"); 0: none. */
gsize quote_attribution(const struct quote_lines *lines, gsize i);

/* A separator line: dashes and the words of quote_original or quote_forwarded. */
enum quote_separator { QUOTE_NO_SEPARATOR, QUOTE_ORIGINAL_SEPARATOR, QUOTE_FORWARD_SEPARATOR };
enum quote_separator quote_separator_at(const struct quote_lines *lines, gsize i);

/* The header of a quoted mail, as clients show it: "From: ...", "Sent: ..." in any language. */
struct quote_headers {
	gsize first, after; /* the lines; none if they are the same */
	guint roles;	    /* bit 1 << role: found */
	char *from, *to, *date, *subject;
};
/* Reads the block at `i`, where it may begin with blank lines or behind a separator on the line itself. */
void quote_headers_read(const struct quote_lines *lines, gsize i, struct quote_headers *headers);
/* The same where the client has glued all of it to the separator line. FALSE: it has not. */
gboolean quote_headers_glued(const struct quote_lines *lines, gsize i, struct quote_headers *headers);
void quote_headers_clear(struct quote_headers *headers);
/* Is what was found the head of a mail? */
gboolean quote_headers_enough(const struct quote_headers *headers);

#endif
