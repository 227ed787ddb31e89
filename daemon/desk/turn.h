/*
 * Turns: what is waiting is done in pieces, committed once, and only then is anything said to anybody.
 */
#ifndef TRIAGED_TURN_H
#define TRIAGED_TURN_H

#include "desk/desk.h"

enum {
	TURN_PIECES = 200, /* at most so many pieces a commit */
	TURN_GATHER = 5,   /* ms: while readers are at work, a turn waits this long for their next mails */
	TURN_MS = 20,	   /* and no turn longer than this */
};

void turn_init(struct desk *desk);

/* Begins a turn if none is open, and a piece in it. */
void turn_piece(struct desk *desk);
/* Ends the piece. FALSE: its work is undone, `error` says why. */
gboolean turn_piece_end(struct desk *desk, GError **error);

/* To be done once the turn is committed, in the order given; `free` (may be NULL) is called in any case. What
 * was asked for in a piece that was undone is not done. */
typedef void (*turn_fn)(struct desk *desk, gpointer data);
void turn_after(struct desk *desk, turn_fn fn, gpointer data, GDestroyNotify free);

/* Sends after the commit. `fields` may be floating; `fd` is duplicated (-1: none). A link that is gone by
 * then is no error. */
struct link;
void turn_send(struct desk *desk, struct link *link, enum wire_type type, GVariant *fields, int fd);

/* Commits what is open now. A commit that fails ends the desk: nothing was said, the parent starts us again.
 */
void turn_commit(struct desk *desk);

#endif
