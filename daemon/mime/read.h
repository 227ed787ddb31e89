/*
 * A raw mail in, the structure of wire/mail.h out.
 */
#ifndef TRIAGED_READ_H
#define TRIAGED_READ_H

#include <glib.h>

enum {
	READ_MAIL_MAX = 64 * 1024 * 1024, /* bytes; the configuration's largest mail is below */
	READ_CPU_SECONDS = 10,		  /* of one mail (I11) */
};

/* Once, before the jail. */
void read_init(void);

/* Never NULL. `cut`: the mail was fetched only in part, for it is over the size limit. `trust`: authserv-ids
 * as in struct conf; NULL: nobody is trusted. Caller unrefs. */
GBytes *read_mail(GBytes *raw, gboolean cut, const GPtrArray *trust);

#endif
