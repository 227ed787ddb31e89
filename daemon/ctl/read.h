/* triagectl read: what triaged understands of a mail, without a running desk. */
#ifndef TRIAGED_CTL_READ_H
#define TRIAGED_CTL_READ_H

#include <glib.h>

/* Each of argv[0] to argv[argc - 1] is a file, "-" standard input. With `json` one object a line on standard
 * output, else a summary for people. A mail that the reader dies of, or is too slow for, is shown as held.
 * The exit status: 0, or 66 (EX_NOINPUT) if a file could not be opened (said on standard error; the others
 * are read all the same). */
int ctl_read(int argc, char **argv, gboolean json);

#endif
