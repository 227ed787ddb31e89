/* A mail's row as JSON: for mail show and held show. */
#ifndef TRIAGED_CTL_MAIL_H
#define TRIAGED_CTL_MAIL_H

#include "ctl/ctl.h"

/* The mail that the command's first hole names; NULL after ctl_fail. */
JsonObject *mail_object(struct ctl *ctl);

#endif
