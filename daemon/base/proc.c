/* Starting programs of ours, and the first lines of each of them. */
#include "config.h"

#include "base/proc.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <grp.h>
#include <locale.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

char *
proc_path(const char *program)
{
	g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
	g_autofree char *folder = self != NULL ? g_path_get_dirname(self) : g_strdup("/");
	g_autofree char *beside = g_build_filename(folder, program, NULL);

	if (access(beside, X_OK) == 0)
		return g_steal_pointer(&beside);
	return g_build_filename(TRIAGED_LIBEXECDIR, program, NULL);
}

/* Between fork and exec: only async-signal-safe calls. */
static void
child_descriptors(const int wanted[3])
{
	int moved[3];

	for (int i = 0; i < 3; i++)
		moved[i] = wanted[i] < 0 ? -1 : fcntl(wanted[i], F_DUPFD, 16);
	for (int i = 0; i < 3; i++) {
		if (moved[i] >= 0)
			dup2(moved[i], PROC_FD_LINK + i);
		else
			close(PROC_FD_LINK + i);
	}
	close_range(PROC_FD_SECRET + 1, ~0u, 0);
}

pid_t
proc_start(const char *program, const char *name, int link, int conf, int secret, GError **error)
{
	g_autofree char *path = proc_path(program);
	const int wanted[3] = {link, conf, secret};
	char *argv[] = {(char *)program, (char *)name, NULL};
	pid_t pid = fork();

	if (pid < 0)
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "cannot start %s: fork: %s", program,
		    g_strerror(errno));
	if (pid == 0) {
		sigset_t none;

		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		child_descriptors(wanted);
		execv(path, argv);
		_exit(127);
	}
	return pid < 0 ? 0 : pid;
}

void
proc_begin(const char *program, const char *name)
{
	struct rlimit none = {0, 0};

	for (int fd = open("/dev/null", O_RDWR | O_CLOEXEC); fd >= 0 && fd <= STDERR_FILENO;)
		fd = open("/dev/null", O_RDWR);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	umask(077);
	setrlimit(RLIMIT_CORE, &none);
	if (setlocale(LC_ALL, "C.UTF-8") == NULL)
		setlocale(LC_ALL, "C");
	log_init(program, name);
}

gboolean
proc_become(const char *user, GError **error)
{
	struct passwd *pw;

	if (geteuid() != 0)
		return TRUE;
	pw = getpwnam(user);
	if (pw == NULL) {
		g_set_error(
		    error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "there is no user \"%s\" to run as", user);
		return FALSE;
	}
	if (initgroups(user, pw->pw_gid) < 0 || setresgid(pw->pw_gid, pw->pw_gid, pw->pw_gid) < 0 ||
	    setresuid(pw->pw_uid, pw->pw_uid, pw->pw_uid) < 0) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "cannot become user \"%s\": %s", user,
		    g_strerror(errno));
		return FALSE;
	}
	return TRUE;
}
