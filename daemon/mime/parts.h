/*
 * A mail taken apart: what the readers of text, machine mail, bounces and invitations work on. Made by parts.c from
 * GMime's tree (walked with our own stack and limits), decoded by us. Everything lives as long as the struct parts.
 */
#ifndef TRIAGED_PARTS_H
#define TRIAGED_PARTS_H

#include <glib.h>

/* One header field as it stands in the mail, unfolded; the bytes are not decoded and need not be UTF-8. */
struct field {
	const char *name;
	const char *value;
};

struct part {
	int index;            /* in mail order, from 0 */
	int parent;           /* index of the enclosing part; -1 for the top */
	const char *type;     /* "text/plain", lower case */
	const char *charset;  /* as declared, "" */
	const char *name;     /* decoded and cleaned file name; "" */
	const char *cid;      /* Content-ID without brackets; "" */
	const char *disposition; /* "inline", "attachment" or "" */
	const char *report_type; /* of multipart/report; "" */
	gboolean flowed, delsp;  /* RFC 3676 */
	gboolean leaf;        /* has bytes; a multipart and an opened message/rfc822 have children instead */
	GBytes *bytes;        /* decoded content of a leaf; of message/rfc822 the raw message; NULL for a multipart */
	const char *text;     /* of text leaves: valid UTF-8, NFC, LF; NULL for others */
	GArray *fields;       /* struct field: header of a message/rfc822's message (or text/rfc822-headers); NULL */
};

struct parts {
	GArray *fields;       /* struct field: the top header, in order */
	GPtrArray *parts;     /* struct part *, depth first */
	GPtrArray *marks;     /* char *: limits exceeded */
};

/* First field of this name (ASCII case ignored), NULL where there is none. */
const char *field_get(const GArray *fields, const char *name);

#endif
