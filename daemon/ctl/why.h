/* The history of a ticket, for why and ticket show. */
#ifndef TRIAGED_CTL_WHY_H
#define TRIAGED_CTL_WHY_H

#include <json-glib/json-glib.h>

#include "store/store.h"

JsonArray *why_decisions(struct store *store, gint64 ticket);
void why_decisions_show(JsonArray *decisions);

#endif
