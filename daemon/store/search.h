/*
 * Full-text search in every script. Texts and questions are prepared the same way: NFKC, case folded, sharp s
 * as ss, a blank around each character of the scripts that do not put blanks between words; a run of those is
 * then searched as a phrase. The index is filled in the background, behind the intake.
 */
#ifndef TRIAGED_STORE_SEARCH_H
#define TRIAGED_STORE_SEARCH_H

#include "store/store.h"

/* Indexes up to `most` messages that are not yet in the index; inside a turn. Answers how many there were. */
int search_index(struct store *store, int most);

/* Is there a message that is not yet in the index? */
gboolean search_pending(struct store *store);

/* Message ids that hold all words of `words`, best first, at most `most`; columns: message, ticket, subject,
 * text. NULL and `error` where nothing can be searched for. */
struct query *search_query(struct store *store, const char *words, int most, GError **error);

/* For tests: the prepared text; the question in the index's syntax (NULL where it has no word). Caller frees.
 */
char *search_prepare(const char *text);
char *search_question(const char *words);

#endif
