/*
 * triaged-fetch MAILBOX: from one folder of one IMAP server to the desk. Trusts the parent's configuration
 * and the desk's messages; believes nothing that the server says. It sees every mail of its mailbox and one
 * password, so once it is connected it can open nothing any more.
 */
#include "config.h"

#include "base/log.h"
#include "base/proc.h"
#include "fetch/job.h"
#include "net/start.h"

#include <string.h>

static void
enter_jail(void *start)
{
	start_jail(start, SANDBOX_FETCH);
}

int
main(int argc, char **argv)
{
	struct start start = {0};
	const struct conf_mailbox *mailbox;
	int status;

	proc_begin("triaged-fetch", argc > 1 ? argv[1] : NULL);
	if (argc != 2)
		log_fatal("it is started by triaged, with the name of a mailbox");
	if (strcmp(argv[1], "--probe") == 0)
		return start_probe(SANDBOX_FETCH);
	start_read(&start);
	mailbox = conf_mailbox_find(start.conf, argv[1]);
	if (mailbox == NULL || mailbox->imap == NULL)
		log_fatal("the configuration has no mailbox \"%s\" with an IMAP server", argv[1]);
	status = job_run(mailbox, start.secret, PROC_FD_LINK, enter_jail, &start);
	start_clear(&start);
	return status;
}
