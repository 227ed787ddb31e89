/* Outgoing mails as JSON: in `outbox list`, and below a ticket. */
#ifndef TRIAGED_CTL_OUTBOX_H
#define TRIAGED_CTL_OUTBOX_H

#include <json-glib/json-glib.h>

#include "store/store.h"

JsonArray *outbox_of_ticket(struct store *store, gint64 ticket);
void outbox_table(JsonArray *rows);

#endif
