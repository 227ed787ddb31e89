/* Taking mails in: the fetchers' side of the desk, and triagectl inject. */
#ifndef TRIAGED_INTAKE_H
#define TRIAGED_INTAKE_H

#include "desk/link.h"

void intake_up(struct desk *desk, struct link *link, const struct ipc_message *message);
void intake_listing(struct desk *desk, struct link *link, const struct ipc_message *message);
void intake_mails(struct desk *desk, struct link *link, const struct ipc_message *message);
void intake_settled(struct desk *desk, struct link *link, const struct ipc_message *message);
void intake_quiet(struct desk *desk, struct link *link, const struct ipc_message *message);
void intake_down(struct desk *desk, struct link *link);

/* Has every mailbox said that it holds nothing more for us? */
gboolean intake_quiet_all(struct desk *desk);

/* Keeps a mail from a pipe; inside a piece. The mail's id; 0 and `error` where the desk cannot take it now.
 */
gint64 intake_inject(struct desk *desk, const char *mailbox, int fd, GError **error);

/* All mailboxes are listed whole now. */
void intake_look(struct desk *desk);

#endif
