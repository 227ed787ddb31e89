/*
 * From a configured server to a connected socket. Resolves and connects, so it runs before the jail is
 * entered.
 */
#ifndef TRIAGED_DIAL_H
#define TRIAGED_DIAL_H

#include "conf/conf.h"

enum { DIAL_PATIENCE = 30 * 1000 }; /* ms, over all addresses of the name */

/* A non-blocking, close-on-exec socket, or -1 and NET_ERROR. A server that is configured without TLS must
 * have loopback addresses only: anything else is refused before the first packet (T28). */
int dial(const struct conf_server *server, GError **error);

#endif
