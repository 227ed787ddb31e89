/*
 * triagectl check: is this configuration good, and are the files there that it names?
 */
#ifndef TRIAGED_CTL_CHECK_H
#define TRIAGED_CTL_CHECK_H

#include <glib.h>

/* `argv` from the word "check" on: check [--print] [FILE]. Errors and warnings go to stderr, the verdict
 * (with --print the tree, with `json` all of it as one object) to stdout. 0: it can be used. 64: wrong words.
 * 66: the main file cannot be read. 78: it cannot be used. */
int ctl_check(int argc, char **argv, gboolean json);

#endif
