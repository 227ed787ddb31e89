/*
 * The first lines of the fetcher and the sender: what they find in their descriptors (base/proc.h), and the
 * probe of their jail.
 */
#ifndef TRIAGED_START_H
#define TRIAGED_START_H

#include "base/sandbox.h"
#include "conf/conf.h"

struct start {
	struct conf *conf;
	char *secret; /* "" for none; without the line end; wiped by start_clear */
};

/* Reads descriptors 4 and 5. Leaves with 70 where they hold nonsense: the parent checked them. */
void start_read(struct start *start);
void start_clear(struct start *start);

/* Closes the door behind a program that has its connection. Leaves with 70 where that must be possible and is
 * not. */
void start_jail(const struct start *start, enum sandbox_kind kind);

/* --probe: enters the jail with nothing in hand, tries what is forbidden; the exit status. */
int start_probe(enum sandbox_kind kind);

#endif
