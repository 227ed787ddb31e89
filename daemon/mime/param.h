/*
 * Values with parameters: Content-Type, Content-Disposition (RFC 2045 section 5.1, RFC 2231), and what
 * mailers write.
 */
#ifndef TRIAGED_PARAM_H
#define TRIAGED_PARAM_H

#include <glib.h>

enum { PARAM_MAX = 128 }; /* parameters of one field that are read */

struct param_value {
	char *value; /* what stands before the first semicolon, lower case, without blanks and comments */
	GPtrArray *names;  /* char *, lower case, with their RFC 2231 marks ("filename*0*") */
	GPtrArray *values; /* char *, unquoted, raw */
};

/* Never fails; `text` NULL gives an empty value. */
void param_parse(const char *text, struct param_value *out);
void param_clear(struct param_value *value);
/* The decoded parameter: continuations joined, charsets and encoded words undone; NULL where absent.
 * `charset` is tried for raw bytes. Caller frees. */
char *param_get(const struct param_value *value, const char *name, const char *charset);

#endif
