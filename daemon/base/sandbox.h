/*
 * What a program may still do once it has what it needs. Two calls: sandbox_prepare sets limits and gives up the
 * user, sandbox_enter closes the door (no-new-privs, Landlock, seccomp). In between a program opens what it needs.
 */
#ifndef TRIAGED_SANDBOX_H
#define TRIAGED_SANDBOX_H

#include <glib.h>

enum sandbox_kind {
	SANDBOX_DESK,  /* files below the store's and the control socket's folders, unix sockets; no internet, no exec */
	SANDBOX_FETCH, /* its open connection; no files, no new sockets, no exec */
	SANDBOX_SEND,  /* the same */
	SANDBOX_MIME,  /* descriptors that are handed to it; nothing else */
	SANDBOX_CTL_READ, /* the reader as a child of triagectl */
};

/* Limits (address space, files), and the user where we are root. `folders` (NULL-terminated, NULL for none) may be
 * written below by SANDBOX_DESK. `required`: a kernel that lacks Landlock or seccomp is an error, else one warning. */
gboolean sandbox_prepare(enum sandbox_kind kind, const char *user, gboolean required, GError **error);
gboolean sandbox_enter(enum sandbox_kind kind, const char *const *folders, gboolean required, GError **error);

/* Tries what `kind` may not do (open a file, make a socket, fork, exec, ptrace, ...), prints a line each "refused:
 * open /etc/passwd" or "ALLOWED: ..." to stdout; returns the number of things allowed. For --probe; after enter. */
int sandbox_probe(enum sandbox_kind kind);

#endif
