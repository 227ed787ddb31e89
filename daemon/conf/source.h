/*
 * The text of the configuration, as the other files of conf/ see it: the files that were read, and at which
 * include statement each of them stands.
 */
#ifndef TRIAGED_CONF_SOURCE_H
#define TRIAGED_CONF_SOURCE_H

#include "conf/conf.h"

enum {
	SOURCE_FILE_MAX = 1024 * 1024,	    /* bytes of one file */
	SOURCE_TOTAL_MAX = 8 * 1024 * 1024, /* bytes of all files */
	SOURCE_FILES_MAX = 1000,
	SOURCE_INCLUDES_MAX = 1000, /* statements */
	SOURCE_DEPTH_MAX = 8,	    /* files that include one another */
};

struct source_file {
	const char *name; /* as the administrator would type it; interned */
	char *text;	  /* valid UTF-8: what was not is U+FFFD */
	gint64 bad;	  /* offset of the first byte that was not UTF-8; -1: none */
};

/* What one include statement brought in. */
struct source_include {
	guint32 file;	   /* where the statement stands: index of the file, */
	guint32 offset;	   /* and of its pattern's quotation mark */
	GArray *files;	   /* guint32: indices of the files, in the order of their names */
	GPtrArray *errors; /* char *: what could not be read, and why */
};

struct conf_source {
	char *folder;	     /* absolute: what relative names begin at */
	GPtrArray *files;    /* struct source_file *, the main file first */
	GPtrArray *includes; /* struct source_include *, in the order the parser meets them */
};

/* What the include at this place brought in; NULL where it is one
 * of more than SOURCE_INCLUDES_MAX. */
const struct source_include *source_include_at(const struct conf_source *source, guint file, gsize offset);

/* `name` if it is absolute, else below the folder of the main file. Caller frees. */
char *source_absolute(const struct conf_source *source, const char *name);

#endif
