/* A mail that was read, for programs and for people, on standard output. */
#ifndef TRIAGED_CTL_SHOW_H
#define TRIAGED_CTL_SHOW_H

#include "wire/mail.h"

/* `mail` may be NULL: then `held` says why. */
void show_json(const char *file, const struct mail *mail, const char *held);
void show_text(const char *file, const struct mail *mail, const char *held);

#endif
