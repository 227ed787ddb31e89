/*
 * Programs of ours: where they lie, how they are started, which descriptors they find.
 */
#ifndef TRIAGED_PROC_H
#define TRIAGED_PROC_H

#include <glib.h>
#include <sys/types.h>

/* What a child finds open. Everything else is closed. */
enum {
	PROC_FD_LINK = 3,   /* SOCK_SEQPACKET to its peer: the parent for the desk, the desk for the others */
	PROC_FD_CONF = 4,   /* packed conf_source */
	PROC_FD_SECRET = 5, /* memory file with the secret (password, token, keys); empty where none */
};

/* "triaged-mime" -> its path: beside the running program if it lies there (the build tree), else in libexecdir.
 * Caller frees. */
char *proc_path(const char *program);

/* argv[0] = program; `name` (may be NULL) is argv[1]. The three descriptors become 3, 4, 5; -1 leaves one closed.
 * They stay the caller's. The child has the parent's environment less secrets, its own process group no.
 * 0 and `error` on failure. */
pid_t proc_start(const char *program, const char *name, int link, int conf, int secret, GError **error);

/* First thing in each main: SIGPIPE ignored, umask 077, LC_ALL=C.UTF-8, no core, descriptors 0-2 open. */
void proc_begin(const char *program, const char *name);

/* Becomes `user` and its groups. No-op unless root. */
gboolean proc_become(const char *user, GError **error);

#endif
