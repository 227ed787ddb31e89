/*
 * Named points at which a test may stop a program as kill -9 would: TRIAGED_FAILPOINT="desk-kept:3" ends the
 * process the third time it passes that point. Compiled in with --enable-failpoints only.
 */
#ifndef TRIAGED_FAILPOINT_H
#define TRIAGED_FAILPOINT_H

#ifdef TRIAGED_FAILPOINTS
void failpoint(const char *name);
#else
#define failpoint(name) ((void)0)
#endif

#endif
