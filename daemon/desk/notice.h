/* Notices: mails to our own people about a ticket, each with a reply address made for its reader. Inside a
 * piece. */
#ifndef TRIAGED_NOTICE_H
#define TRIAGED_NOTICE_H

#include "desk/desk.h"
#include "desk/ticket.h"
#include "wire/mail.h"

/* Stands in the line between our head and what a notice carries; mime/quote.h knows it too. */
#define NOTICE_MARK "=-=-= triaged =-=-="

struct notice {
	const struct ticket *ticket;
	const struct conf_mailbox *mailbox;
	gint64 message;		 /* what it is about; 0 */
	gint64 raw_mail;	 /* whose parts go along; 0 */
	const char *headline;	 /* "New mail from Ann Customer <ann@customer.test>" */
	const char *warning;	 /* a line of its own below, NULL for none */
	const char *author_name; /* shown in From: "Ann Customer, Acme Support" */
	const char *body;	 /* as it stands, or NULL */
	GVariant *attachments;	 /* of the mail structure; NULL for none */
	gboolean from_html;	 /* the body is the text of an HTML mail */
	gboolean whole;		 /* the raw mail itself goes along (held mails) */
	gint64 except;		 /* a person who need not be told; 0 */
	const char *cause;	 /* what makes it once: "mail 17" */
};

/* To every agent of the teams of the ticket's queue. */
void notice_team(struct desk *desk, const struct notice *notice);
/* To one person of the configuration only. */
void notice_person(struct desk *desk, const struct notice *notice, const struct conf_person *person);

/* "Ann <ann@customer.test>" or the address alone. Caller frees. */
char *notice_who(const char *name, const char *address);
/* Subject without reply prefixes and our own number. Caller frees. */
char *notice_plain_subject(const char *subject);

#endif
