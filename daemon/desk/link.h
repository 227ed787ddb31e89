/* Links: the desk's ends of the sockets to fetchers, readers and senders, and who gets their messages. */
#ifndef TRIAGED_LINK_H
#define TRIAGED_LINK_H

#include "desk/desk.h"

struct link {
	int refs;
	enum wire_role role;
	char *kind; /* "fetch" */
	char *name; /* "support" */
	guint32 pid;
	int fd; /* -1: gone */
	guint source;
	gboolean stuck; /* it does not read: about to be broken */
	/* What the owner of the role keeps with it. */
	GQueue *jobs;	    /* readers: struct job * given and not answered, oldest first */
	gint64 head_since;  /* readers: clock_steady since when the oldest is at work */
	gint64 uidvalidity; /* fetchers */
	gint64 mailbox;	    /* fetchers: mailbox.id */
	gboolean quiet;	    /* fetchers: nothing more there */
	gint64 sending;	    /* senders: outbox id under way; 0: free */
	gboolean given;	    /* senders: it has been handed the mail of `sending` */
	gboolean data;	    /* senders: and was told to send its data */
};

void link_init(struct desk *desk);
/* CHILD_UP. Takes the descriptor. */
void link_up(struct desk *desk, const char *kind, const char *name, guint32 pid, int fd);
struct link *link_find(struct desk *desk, const char *kind, const char *name); /* NULL; lent */
struct link *link_ref(struct link *link);
void link_unref(struct link *link);

/* At once. FALSE when the link is gone, or its program has not read for so long that it is going to be broken
 * (not before the main loop runs again: callers hold what hangs on links). `fields` may be floating. */
gboolean link_send(struct desk *desk, struct link *link, enum wire_type type, GVariant *fields, int fd);

/* Ends the back-off of a program that is not running. */
void link_wake(struct desk *desk, const char *kind, const char *name);

/* The other side broke its promises: it is killed, its link ends. */
void link_break(struct desk *desk, struct link *link, const char *why);

#endif
