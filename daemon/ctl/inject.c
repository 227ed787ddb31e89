/*
 * A mail from a pipe: /etc/aliases, procmail, a sieve script. Leaves with 0 only when the desk has committed
 * it, with 75 (EX_TEMPFAIL) whatever else happens, so that the mail server keeps it and tries again. Any
 * other status would make the mail server send it back to the customer.
 */
#include "config.h"

#include "base/fd.h"
#include "ctl/request.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

enum { PIECE = 65536, MOST = 256 * 1024 * 1024 };

static gboolean
no_input(int code, GError **error)
{
	g_set_error(
	    error, G_FILE_ERROR, (int)g_file_error_from_errno(code), "standard input: %s", g_strerror(code));
	return FALSE;
}

/* Standard input to its end. */
static gboolean
copy_input(int fd, GError **error)
{
	g_autofree char *piece = g_malloc(PIECE);
	gsize all = 0;

	for (;;) {
		gssize n = read(STDIN_FILENO, piece, PIECE);

		if (n == 0)
			return TRUE;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 || (all += (gsize)n) > MOST)
			return no_input(n < 0 ? errno : EFBIG, error);
		if (!fd_write_all(fd, piece, (gsize)n, error))
			return FALSE;
	}
}

/* The mail in a sealed memory file; -1 and `error`. Where nobody opened standard input the memory file would
 * become it, and be read as an empty mail. */
static int
read_mail(GError **error)
{
	FD_AUTO fd = -1;
	int done;

	if (fcntl(STDIN_FILENO, F_GETFD) < 0) {
		no_input(errno, error);
		return -1;
	}
	fd = fd_memory("mail", error);
	if (fd < 0 || !copy_input(fd, error) || !fd_seal(fd, error))
		return -1;
	done = fd;
	fd = -1;
	return done;
}

/* --mailbox NAME, or the name alone; NULL where it is missing or said twice. */
static const char *
mailbox_name(const struct sentence *s)
{
	const char *option = sentence_option(s, "--mailbox");
	const char *word = sentence_word(s, 0);

	if (option != NULL && word != NULL)
		return NULL;
	return option != NULL ? option : word;
}

int
inject(struct ctl *ctl)
{
	g_autoptr(GError) error = NULL;
	const char *mailbox = mailbox_name(&ctl->sentence);
	char *words[] = {(char *)"inject", (char *)mailbox, NULL};
	FD_AUTO fd = -1;
	ANSWER_AUTO a = {0};

	signal(SIGPIPE, SIG_IGN);
	if (mailbox == NULL)
		return ctl_fail(ctl, EX_TEMPFAIL,
		    "inject: into which mailbox? usage: triagectl inject --mailbox NAME < mail");
	fd = read_mail(&error);
	if (fd < 0)
		return ctl_fail(
		    ctl, EX_TEMPFAIL, "inject: the mail cannot be read: %s; it is not taken", error->message);
	if (!request_ask(ctl, words, fd, &a) || a.status != EX_OK)
		return ctl_fail(
		    ctl, EX_TEMPFAIL, "inject: %s; the mail is not taken, try again later", a.text);
	if (ctl->json)
		printf("{\"status\":0}\n");
	return EX_OK;
}
