/*
 * triaged-send RELAY: from the desk's outbox to one SMTP relay. Trusts the parent's configuration and the
 * desk's messages; of what the relay says it believes reply codes, and not all of these. Once connected it
 * can open nothing any more.
 */
#include "config.h"

#include "base/log.h"
#include "base/proc.h"
#include "net/start.h"
#include "send/serve.h"

#include <string.h>

static void
enter_jail(void *start)
{
	start_jail(start, SANDBOX_SEND);
}

int
main(int argc, char **argv)
{
	struct start start = {0};
	const struct conf_relay *relay;
	int status;

	proc_begin("triaged-send", argc > 1 ? argv[1] : NULL);
	if (argc != 2)
		log_fatal("it is started by triaged, with the name of a relay");
	if (strcmp(argv[1], "--probe") == 0)
		return start_probe(SANDBOX_SEND);
	start_read(&start);
	relay = conf_relay_find(start.conf, argv[1]);
	if (relay == NULL)
		log_fatal("the configuration has no relay \"%s\"", argv[1]);
	status = serve_run(&relay->server, start.secret, PROC_FD_LINK, enter_jail, &start);
	start_clear(&start);
	return status;
}
