/* The mail that a mail passes on. */
#ifndef TRIAGED_FORWARD_H
#define TRIAGED_FORWARD_H

#include "mime/parts.h"
#include "mime/quote.h"

/* a{ss} as mail.h describes it, floating: the one found in the text or, where there is none, the only
 * attached one. Empty where nothing is forwarded. */
GVariant *forward_read(const struct parts *parts, const struct quote_split *split);

#endif
