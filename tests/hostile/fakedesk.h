/*
 * The desk's end of a fetcher's or sender's link, for tests: starts the other end as a child, expects its
 * messages one by one, answers.
 */
#ifndef TRIAGED_FAKEDESK_H
#define TRIAGED_FAKEDESK_H

#include "conf/conf.h"
#include "wire/messages.h"

#include <sys/types.h>

struct fakedesk {
	int link;
	pid_t pid;
	enum wire_role role; /* of the other end */
	int left;	     /* exit status when it left, else -1 */
	gboolean spare;	     /* its FETCH_KEPT says that nothing may be deleted */
};

void fakedesk_fetch(struct fakedesk *desk, const struct conf_mailbox *mailbox, const char *secret);
void fakedesk_send(struct fakedesk *desk, const struct conf_server *server, const char *secret);

/* The program itself, in its jail: `program` ("triaged-fetch") started with the configuration in the file
 * `conf`. */
void fakedesk_program(
    struct fakedesk *desk, const char *program, const char *name, const char *conf, const char *secret);

/* The next message, within 30 s; it must be of this type. */
void fakedesk_expect(struct fakedesk *desk, guint32 type, struct ipc_message *message);
/* Closes the link; the exit status of the other end, 256 and more for a signal. */
int fakedesk_end(struct fakedesk *desk);
/* Waits for the other end to leave by itself, with nothing more said. */
int fakedesk_left(struct fakedesk *desk);

/* Answers a FETCH_LISTING: everything in it is wanted. Returns how many. */
guint fakedesk_want_all(struct fakedesk *desk, const struct ipc_message *listing, guint64 largest);
void fakedesk_want(struct fakedesk *desk, const guint32 *uids, guint n, guint64 largest);
/* FETCH_KEPT for every mail of a FETCH_MAILS. */
void fakedesk_keep_all(struct fakedesk *desk, const struct ipc_message *mails);
void fakedesk_keep(struct fakedesk *desk, const guint32 *uids, guint n);
void fakedesk_look(struct fakedesk *desk);
/* The bytes of the i-th mail of a FETCH_MAILS; caller unrefs. */
GBytes *fakedesk_body(const struct ipc_message *mails, guint i);
guint fakedesk_count(const struct ipc_message *message); /* of its `uids` */
guint32 fakedesk_uid(const struct ipc_message *message, guint i);

/* SEND_MAIL; recipients NULL-terminated. */
void fakedesk_mail(struct fakedesk *desk, gint64 id, const char *sender, const char *const *recipients,
    const char *bytes, gsize length);
void fakedesk_go(struct fakedesk *desk, gint64 id);

#endif
