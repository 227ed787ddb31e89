/*
 * The recipients of a bounce while it is read. Shared by bounce*.c only.
 */
#ifndef TRIAGED_BOUNCE_LIST_H
#define TRIAGED_BOUNCE_LIST_H

#include "mime/parts.h"

struct bounce_entry {
	char *recipient, *status, *action;
	GString *diagnostic;
};

/* GPtrArray of struct bounce_entry. */
GPtrArray *bounce_list_new(void);
/* The entry of this recipient, made if there is none; NULL if there are too many. */
struct bounce_entry *bounce_list_entry(GPtrArray *list, const char *recipient);
/* Appends to the diagnostic, a blank between, within its limit. */
void bounce_list_diagnose(struct bounce_entry *entry, const char *text);

/* Reads the groups of fields of a delivery status (RFC 3464 section 2.1, RFC 6533 section 3): failed and
 * delayed recipients go into the list. TRUE if there was a recipient at all, delivered ones included. */
gboolean bounce_report_read(const char *text, GPtrArray *list);

/* Reads what a mail system wrote in words: addresses that are not in `known` (lower case: sender, recipients
 * and helpers of the bounce), each with the words behind it. `known` is a set of strings. */
void bounce_text_read(const char *text, GHashTable *known, gboolean delayed, GPtrArray *list);
/* Offset of the returned mail in `text`; its length if none is in it. */
gsize bounce_text_original(const char *text);

#endif
