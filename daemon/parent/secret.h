/* Secrets: read by the parent alone, handed on by descriptor, never in argv, environment, log or store (I32).
 */
#ifndef TRIAGED_SECRET_H
#define TRIAGED_SECRET_H

#include <glib.h>

#include "conf/conf.h"

/* A sealed memory file with the secret of this login (first line of the file, or of what the command
 * printed), empty where the server needs none. -1 and `error`, which names the file or command and never its
 * content. */
int secret_open(const struct conf_server *server, GError **error);

/* The token keys as a sealed memory file: lines of "id hex", the first one signs. The file is made (0400) if
 * missing. */
int secret_keys(const char *path, GError **error);

#endif
