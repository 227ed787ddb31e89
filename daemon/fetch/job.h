/*
 * The fetcher's work between its server and the desk, as daemon/README.md tells it: list, be told, fetch,
 * settle, be quiet, wait.
 */
#ifndef TRIAGED_JOB_H
#define TRIAGED_JOB_H

#include "fetch/session.h"

enum {
	JOB_AHEAD_MAILS = 500, /* sent to the desk and not yet kept */
	JOB_AHEAD_BYTES = 16 * 1024 * 1024,
	JOB_FULL_EVERY = 60 * 60 * 1000, /* ms between listings of the whole folder */
};

/* Connects and works until the link ends (0), or until there is trouble that was told to the desk: 75, or 77
 * where only a person can help. `connected` (may be NULL) is called when nothing needs to be opened any more.
 */
int job_run(const struct conf_mailbox *mailbox, const char *secret, int link, void (*connected)(void *),
    void *context);

#endif
