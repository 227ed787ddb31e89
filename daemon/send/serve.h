/*
 * The sender between the desk and its relay: waits for the first mail before it connects, keeps the
 * connection while there is work and a minute more.
 */
#ifndef TRIAGED_SERVE_H
#define TRIAGED_SERVE_H

#include "conf/conf.h"

enum { SERVE_IDLE = 60 * 1000 }; /* ms without work after which it leaves */

/* Runs until there is no more work or no relay. `connected` (may be NULL) is called when nothing needs to be
 * opened any more. 0, or 75 or 77 after SEND_TROUBLE. */
int serve_run(
    const struct conf_server *server, const char *secret, int link, void (*connected)(void *), void *context);

#endif
