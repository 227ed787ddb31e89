/*
 * What the files of the parent share: its one state, and the family of programs that it keeps running.
 */
#ifndef TRIAGED_PARENT_H
#define TRIAGED_PARENT_H

#include <glib.h>

#include "conf/conf.h"
#include "parent/child.h"
#include "wire/messages.h"

struct parent {
	const char *path;
	struct conf *conf;
	GBytes *packed;	     /* the configuration as every program gets it */
	GPtrArray *children; /* struct child *; the desk is the first */
	GMainLoop *loop;
	int desk_link; /* -1: no desk */
	guint desk_source;
	guint timer;
	gboolean desk_ready;
	gboolean stopping;
	gboolean until_idle;
	int status;
};
extern struct parent the;

/* A message of the desk; the source ends with its link. */
gboolean parent_on_desk(gint fd, GIOCondition condition, gpointer data);

/* `v` is taken; `fd` stays the caller's. */
void family_tell_desk(enum wire_type type, GVariant *v, int fd);
/* Starts what is not running and due; the others wait until the desk has opened its store. */
void family_start_due(void);
/* The programs that the configuration asks for, none of them running. */
void family_make(void);
/* NULL where there is none. */
struct child *family_find(const char *kind, const char *name);
/* It broke its promises. */
void family_kill_desk(void);
/* The desk finishes its turn; the end of its links ends all others; the loop ends with the last. */
void family_stop(int status);
/* Takes the new configuration; everything starts anew with it. */
void family_renew(struct conf *conf, GBytes *packed);
/* After SIGCHLD. */
void family_reap(void);

/* Tells systemd, where it listens ("READY=1"). */
void notify_systemd(const char *state);

#endif
