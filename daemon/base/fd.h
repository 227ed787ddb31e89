/*
 * Descriptors and the memory files that carry long things between programs.
 */
#ifndef TRIAGED_FD_H
#define TRIAGED_FD_H

#include <glib.h>

/* A descriptor that closes itself. */
typedef int fd_auto;
void fd_close(int *fd);
#define FD_AUTO __attribute__((cleanup(fd_close))) int

/* A new memory file (close-on-exec), or -1 and `error`. Write to it with fd_write_all, then fd_seal. */
int fd_memory(const char *name, GError **error);
/* All of it, whatever EINTR and short writes say. */
gboolean fd_write_all(int fd, const void *bytes, gsize length, GError **error);
/* Nobody can shrink, grow or write it any more: only then may it be mapped by somebody else. */
gboolean fd_seal(int fd, GError **error);
/* The three above in one. */
int fd_from_bytes(const void *bytes, gsize length, GError **error);

/* A read-only mapping of a memory file. Refuses one that is not sealed (its sender could shrink it under us) and
 * one longer than `max`. An empty file gives empty bytes. Unmapped with the last unref. `fd` stays the caller's. */
GBytes *fd_map(int fd, gsize max, GError **error);

/* Reads a file whole, refusing more than `max` bytes. */
GBytes *fd_read_file(const char *path, gsize max, GError **error);
/* Reads to the end of `fd`, refusing more than `max` bytes. */
GBytes *fd_read_all(int fd, gsize max, GError **error);

gboolean fd_nonblocking(int fd, gboolean on);

#endif
