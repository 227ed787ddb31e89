/* The kinds of trouble with a server, and what each means for the program's exit status. */
#include "config.h"

#include "net/error.h"

#include <string.h>
#include <sysexits.h>

G_DEFINE_QUARK(net - error, net_error)

int
net_exit_status(const GError *error)
{
	if (g_error_matches(error, NET_ERROR, NET_ERROR_LOGIN) ||
	    g_error_matches(error, NET_ERROR, NET_ERROR_CERTIFICATE))
		return EX_NOPERM;
	return EX_TEMPFAIL;
}

char *
net_where(const char *host, guint16 port)
{
	return g_strdup_printf(strchr(host, ':') != NULL ? "[%s]:%u" : "%s:%u", host, (unsigned)port);
}
