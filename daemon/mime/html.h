/*
 * HTML to text: a stream of tags and words, no tree, no recursion, linear time whatever it is fed (the
 * packaged parsers take minutes for 200 kB of nested elements). Words that a reader would not see are
 * dropped; quotes become "> " lines and the heads of quoted mails a separator line, so that quote.c can work
 * as on plain text.
 */
#ifndef TRIAGED_HTML_H
#define TRIAGED_HTML_H

#include <glib.h>

enum {
	HTML_LINK_MAX = 1000, /* bytes of a link that are shown */
	HTML_QUOTE_MAX = 10,  /* ">" shown before a line */
};

/* Valid UTF-8 in, valid UTF-8 with LF out. Caller frees. */
char *html_text(const char *html, gsize length);

/* The charset that the markup names (<meta charset>, http-equiv, xml declaration) in its first 4 KiB; NULL
 * where none. Caller frees. */
char *html_charset(const char *bytes, gsize length);

#endif
