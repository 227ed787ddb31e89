/*
 * One pass over the raw body before a library sees it: what is known to make GMime slow, large or endless is
 * found here and the mail is held with the reason (L12-L15).
 */
#ifndef TRIAGED_PRESCAN_H
#define TRIAGED_PRESCAN_H

#include <glib.h>

enum {
	PRESCAN_DASHES_MAX = 10000,    /* lines that begin with "--" */
	PRESCAN_BOUNDARIES_MAX = 1000, /* boundary parameters */
	PRESCAN_PARAMETERS_MAX = 128,  /* parameters of one Content field */
	PRESCAN_NAME_MAX = 60,	       /* bytes of a parameter's name: GMime 3.2.13 never ends at 70 */
	PRESCAN_FIELD_MAX = 64 * 1024, /* bytes of a Content field */
};

/* NULL where the bytes may be parsed; else the reason. Caller frees. */
char *prescan(const char *bytes, gsize n);

#endif
