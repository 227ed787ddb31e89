/* triagectl read alone, for the corpus tests: readall [--json] FILE... */
#include "config.h"

#include "base/proc.h"
#include "ctl/read.h"

#include <string.h>

int
main(int argc, char **argv)
{
	gboolean json = argc > 1 && strcmp(argv[1], "--json") == 0;

	proc_begin("readall", NULL);
	return ctl_read(argc - 1 - json, argv + 1 + json, json);
}
