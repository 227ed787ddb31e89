/*
 * The desk: the program in the middle. One struct holds what its files share; each file owns its own part of
 * it.
 */
#ifndef TRIAGED_DESK_H
#define TRIAGED_DESK_H

#include <glib.h>

#include "conf/conf.h"
#include "store/store.h"
#include "wire/messages.h"

struct desk {
	const struct conf *conf;
	struct store *store;
	struct tokens *tokens;
	GMainLoop *loop;
	int parent; /* link to the parent */
	gboolean stopping;
	gint64 stop_by;	       /* clock_steady: then it leaves whatever is under way */
	struct turn *turn;     /* turn.c */
	GPtrArray *links;      /* struct link *, link.c */
	struct reader *reader; /* reader.c */
	struct outbox *outbox; /* outbox.c */
	struct health *health; /* health.c */
	int status;	       /* exit status */
	guint index_timer;
};

/* Leaves with `status` after this turn, or a little later where a mail is just being handed to a relay. */
void desk_stop(struct desk *desk, int status);

/* There are messages that the search index lacks: it is filled when no mail waits. */
void desk_index(struct desk *desk);

/* Looks whether there is anything left to do, and says so to the parent if not (--exit-when-idle). */
void desk_maybe_idle(struct desk *desk);

#endif
