/*
 * A mail taken apart: what the readers of text, machine mail, bounces and invitations work on. Made by
 * parts.c from GMime's tree (walked with our own stack and limits), decoded by us. Everything lives as long
 * as the struct parts.
 */
#ifndef TRIAGED_PARTS_H
#define TRIAGED_PARTS_H

#include <glib.h>

enum {
	PARTS_DEPTH_MAX = 50, /* multiparts in one another (I11) */
	PARTS_MAX = 1000,
	PARTS_TEXT_MAX = 2 * 1024 * 1024, /* bytes of one text that are read; the part keeps them all */
};

/* One header field as it stands in the mail, unfolded; the bytes are not decoded and need not be UTF-8. */
struct field {
	const char *name;
	const char *value;
	gboolean odd; /* held a NUL or a bare CR (left out of value): nobody is identified by it (T3) */
};

struct part {
	int index;		 /* in mail order, from 0 */
	int parent;		 /* index of the enclosing part; -1 for the top */
	const char *type;	 /* "text/plain", lower case */
	const char *charset;	 /* as declared, "" */
	const char *name;	 /* decoded and cleaned file name; "" */
	const char *cid;	 /* Content-ID without brackets; "" */
	const char *disposition; /* "inline", "attachment" or "" */
	const char *report_type; /* of multipart/report; "" */
	const char *smime_type;	 /* of application/pkcs7-mime; "" */
	const char *method;	 /* of text/calendar; "" */
	gboolean flowed, delsp;	 /* RFC 3676 */
	gboolean
	    leaf; /* has bytes; a multipart has children instead. message/rfc822 is a leaf: never opened */
	GBytes
	    *bytes; /* decoded content of a leaf; of message/rfc822 the raw message; NULL for a multipart */
	const char *text; /* of text leaves and of messages' reports: valid UTF-8, NFC, LF, PARTS_TEXT_MAX at
			     most; NULL for others */
	const char *used; /* the charset that text was read with, and why if not as declared; "" */
	GArray
	    *fields; /* struct field: header of a message/rfc822's message (or text/rfc822-headers); NULL */
};

struct parts {
	GArray *fields;	       /* struct field: the top header, in order */
	GPtrArray *parts;      /* struct part *, depth first */
	GPtrArray *marks;      /* char *: limits exceeded */
	GStringChunk *strings; /* where all of the above lives */
};

/* First field of this name (ASCII case ignored), NULL where there is none. */
const char *field_get(const GArray *fields, const char *name);

/* Opens what must be open before the jail is entered. Once. */
void parts_init(void);
/* Takes `raw` apart. Never NULL: where it cannot be taken apart, only `fields` is filled and `*held` says why
 * (caller frees; NULL else). `raw` may be unreferenced afterwards. */
struct parts *parts_read(GBytes *raw, char **held);
void parts_free(struct parts *parts);
typedef struct parts parts_t;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(parts_t, parts_free)

#endif
