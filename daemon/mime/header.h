/*
 * The one maker of header fields (RFC 5322, 2047, 2231): whatever a stranger wrote into a subject, a name, an
 * id or a file name, what comes out is one field with that value and nothing else. CR, LF, NUL, other
 * controls and bidi controls are taken out of free text and refused in addresses, ids and field names. Lines
 * are folded under 78 bytes where there is a place to fold, and are never longer than 998.
 */
#ifndef TRIAGED_HEADER_H
#define TRIAGED_HEADER_H

#include <glib.h>

enum {
	HEADER_NAME_MAX = 60,	  /* bytes of a field name */
	HEADER_VALUE_MAX = 8000,  /* bytes of free text; the rest is cut off */
	HEADER_ADDRESS_MAX = 254, /* bytes, RFC 5321 section 4.5.3.1 */
	HEADER_LOCAL_MAX = 64,
	HEADER_ID_MAX = 900,   /* bytes of an id, so that it fits into a line */
	HEADER_IDS_MAX = 100,  /* ids in References: the first and the last ones stay */
	HEADER_FILE_MAX = 120, /* characters of a file name */
};

/* Free text as it may stand in a field: controls, bidi controls and line separators gone or made a space, no
 * blanks at its ends, cut at HEADER_VALUE_MAX. NULL if it is not UTF-8. Caller frees. */
char *header_clean(const char *text);

/* Each of these says whether the value may be used, and if not why, in a few words that end a sentence ("the
 * address has a space in it"). `why` is static. */
gboolean header_name_ok(const char *name, const char **why);
/* One address, no quoted local part, no literal. *utf8 is set to TRUE if it needs SMTPUTF8, else left alone.
 */
gboolean header_address_ok(const char *address, gboolean *utf8, const char **why);
/* An id without its brackets. Ours must have one '@'; a foreign one is only kept from doing harm. */
gboolean header_id_ok(const char *id, const char **why);

/* Each of these appends one whole field with its line end; or nothing, and says why. */
gboolean header_put_text(GString *out, const char *name, const char *value, const char **why);
/* `mailboxes` is a(ss): name (may be ""), address. No mailboxes, no field. */
gboolean header_put_mailboxes(
    GString *out, const char *name, GVariant *mailboxes, gboolean *utf8, const char **why);
/* Ids that may not be used are left out, they would link nothing; none left, no field. */
void header_put_ids(GString *out, const char *name, const char *const *ids);

/* A file name of at most HEADER_FILE_MAX characters that is safe to save on any system; "" where nothing is
 * left of it. Caller frees. */
char *header_file_name(const char *name);
/* "; filename=..." for a file name of header_file_name's: plain where that is enough, else RFC 2231 in
 * pieces. */
void header_put_parameter(GString *out, const char *parameter, const char *file);
/* The same in ASCII, '_' for what is not: for those who cannot read RFC 2231. */
void header_put_parameter_ascii(GString *out, const char *parameter, const char *file);

#endif
