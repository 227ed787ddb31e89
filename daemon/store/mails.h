/* Mails: the ledger, the raw bytes, the states of a mail. To be called inside a piece. */
#ifndef TRIAGED_STORE_MAILS_H
#define TRIAGED_STORE_MAILS_H

#include "store/store.h"

struct new_mail {
	gint64 mailbox;	    /* mailbox.id */
	const char *source; /* "imap" or "pipe" */
	gint64 uidvalidity; /* imap */
	gint64 uid;	    /* imap; 0: none */
	gint64 size;	    /* as the server said */
	gboolean cut;	    /* only the beginning is here */
	gint64 arrived;	    /* INTERNALDATE, ms; 0 unknown */
	const void *bytes;
	gsize length;
};

/* The row of the mailbox, made when it is not there. */
gint64 mails_mailbox(struct store *store, const char *name, gint64 *uidvalidity);

/* Keeps one mail, its first try counted. 0: its bytes are already ours in this mailbox (a new UID of a mail
 * we have: only the ledger got a row); -1: this UID was already in the ledger and nothing was done. */
gint64 mails_keep(struct store *store, const struct new_mail *mail, gint64 now);

/* The raw bytes; NULL where they are gone. Caller unrefs. */
GBytes *mails_raw(struct store *store, gint64 mail);

#endif
