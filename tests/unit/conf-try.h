/* A configuration out of a string, for the tests of conf. */
#ifndef TRIAGED_CONF_TRY_H
#define TRIAGED_CONF_TRY_H

#include "conf/conf.h"

struct
try {
	struct conf *conf; /* NULL: it cannot be used */
	GPtrArray *errors;
};

/* A folder for this program; removed by try_end. */
const char *try_folder(void);
void try_end(void);
/* Writes a file below the folder. */
void try_write(const char *name, const char *bytes, gssize length);
/* Parses triaged.conf of the folder, as the parent does; then again what was packed, as every other program
 * does, and insists that both are the same. */
struct try try_parse(void);
struct try try_text(const char *text);
void try_clear(struct try *try);
/* "line:column: message" of each, with "warning: " before the message of a warning, a line each. Caller
 * frees. */
char *try_errors(const struct try *try);

#define TRY_AUTO                                                                                             \
	__attribute__((cleanup(try_clear))) struct                                                           \
	try

/* A desk that is good, with holes for more: in desk, in mailbox m, in relay r, in queue q, in team t, at the
 * end. */
#define TRY_DESK                                                                                             \
	"desk \"D\" {%s}\ntrust mx.test\n"                                                                   \
	"mailbox m { address m@desk.test %s}\nrelay r {%s}\nqueue q {%s}\nteam t { agent a@desk.test "       \
	"%s}\n%s\n"

#endif
