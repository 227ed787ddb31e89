/*
 * The jail. A call that is not on a program's list fails with EPERM, so that a library that tries one more
 * way goes on and the probe can print what was refused; nothing that matters is on the lists (exec, ptrace,
 * new internet sockets).
 */
#include "config.h"

#include "base/sandbox.h"

#include "base/log.h"
#include "base/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <linux/landlock.h>
#include <netinet/in.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MIB = 1024 * 1024 };

static const struct limits {
	guint64 address_space; /* bytes, 0: as it was */
	guint64 file_size;     /* counts for memory files too */
	guint64 files;
} limits[] = {
    [SANDBOX_DESK] = {0, 0, 4096},
    [SANDBOX_FETCH] = {512ull * MIB, 256ull * MIB, 256},
    [SANDBOX_SEND] = {512ull * MIB, 256ull * MIB, 64},
    [SANDBOX_MIME] = {768ull * MIB, 256ull * MIB, 64},
    [SANDBOX_CTL_READ] = {768ull * MIB, 256ull * MIB, 64},
};

static const int calls_all[] = {SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(readv), SCMP_SYS(writev),
    SCMP_SYS(recvfrom), SCMP_SYS(sendto), SCMP_SYS(recvmsg), SCMP_SYS(sendmsg), SCMP_SYS(poll),
    SCMP_SYS(ppoll), SCMP_SYS(close), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(brk),
    SCMP_SYS(futex), SCMP_SYS(clock_gettime), SCMP_SYS(clock_nanosleep), SCMP_SYS(getrandom), SCMP_SYS(lseek),
    SCMP_SYS(fstat), SCMP_SYS(newfstatat), SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(tgkill),
    SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack),
    SCMP_SYS(shutdown), SCMP_SYS(getrusage), SCMP_SYS(restart_syscall), SCMP_SYS(exit), SCMP_SYS(exit_group),
    SCMP_SYS(pread64), SCMP_SYS(memfd_create), SCMP_SYS(ftruncate), SCMP_SYS(fcntl), SCMP_SYS(dup),
    SCMP_SYS(getsockopt), SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity), SCMP_SYS(sysinfo)};

static const int calls_mime[] = {
    SCMP_SYS(prlimit64), SCMP_SYS(setrlimit), SCMP_SYS(getrlimit), SCMP_SYS(times)};

static const int calls_net[] = {SCMP_SYS(select), SCMP_SYS(pselect6), SCMP_SYS(setsockopt),
    SCMP_SYS(getpeername), SCMP_SYS(getsockname), SCMP_SYS(uname)};

static const int calls_desk[] = {SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(stat), SCMP_SYS(lstat),
    SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(unlink), SCMP_SYS(unlinkat),
    SCMP_SYS(rename), SCMP_SYS(renameat), SCMP_SYS(renameat2), SCMP_SYS(fsync), SCMP_SYS(fdatasync),
    SCMP_SYS(pwrite64), SCMP_SYS(pwritev), SCMP_SYS(fallocate), SCMP_SYS(fstatfs), SCMP_SYS(statfs),
    SCMP_SYS(fchmod), SCMP_SYS(chmod), SCMP_SYS(fchown), SCMP_SYS(chown), SCMP_SYS(fchownat),
    SCMP_SYS(geteuid), SCMP_SYS(getuid), SCMP_SYS(getcwd), SCMP_SYS(readlink), SCMP_SYS(readlinkat),
    SCMP_SYS(mkdir), SCMP_SYS(accept4), SCMP_SYS(accept), SCMP_SYS(eventfd2), SCMP_SYS(setsockopt),
    SCMP_SYS(signalfd4), SCMP_SYS(getdents64), SCMP_SYS(utimensat), SCMP_SYS(prlimit64),
    SCMP_SYS(epoll_create1), SCMP_SYS(timerfd_create), SCMP_SYS(timerfd_settime), SCMP_SYS(flock),
    SCMP_SYS(bind), SCMP_SYS(listen), SCMP_SYS(connect)};

#ifdef TRIAGED_SANITIZED
/* The search for leaks at exit needs ptrace, which the jail refuses: without this a jailed program would
 * leave with the sanitizer's status in place of its own. Tests that link no jail still look for leaks. */
const char *__asan_default_options(void) __attribute__((weak));

const char *
__asan_default_options(void)
{
	return "detect_leaks=0";
}
#endif

static gboolean
set_limit(int what, guint64 value)
{
	struct rlimit r = {value, value};

	return value == 0 || setrlimit((__rlimit_resource_t)what, &r) == 0;
}

gboolean
sandbox_prepare(enum sandbox_kind kind, const char *user, gboolean required, GError **error)
{
	const struct limits *l = &limits[kind];

#ifndef TRIAGED_SANITIZED
	set_limit(RLIMIT_AS, l->address_space);
#endif
	set_limit(RLIMIT_FSIZE, l->file_size);
	set_limit(RLIMIT_NOFILE, l->files);
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 && required) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "sandbox: cannot switch off core dumps: %s",
		    g_strerror(errno));
		return FALSE;
	}
	return user == NULL || proc_become(user, error);
}

static void
allow_list(scmp_filter_ctx ctx, const int *calls, gsize n)
{
	for (gsize i = 0; i < n; i++)
		if (calls[i] >= 0)
			seccomp_rule_add(ctx, SCMP_ACT_ALLOW, calls[i], 0);
}
#define ALLOW(ctx, list) allow_list(ctx, list, G_N_ELEMENTS(list))

static void
allow_mappings(scmp_filter_ctx ctx, gboolean executable)
{
	if (executable) {
		seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 0);
		seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 0);
		return;
	}
	seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	seccomp_rule_add(
	    ctx, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
}

static int
load_filter(enum sandbox_kind kind)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int r;

	if (ctx == NULL)
		return -ENOMEM;
	ALLOW(ctx, calls_all);
	/* Patterns run as machine code in the reader: PCRE2's JIT (measured, notes on speed). */
	allow_mappings(ctx, kind == SANDBOX_MIME || kind == SANDBOX_CTL_READ);
	switch (kind) {
	case SANDBOX_DESK:
		ALLOW(ctx, calls_desk);
		seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1, SCMP_A0(SCMP_CMP_EQ, AF_UNIX));
		break;
	case SANDBOX_FETCH:
	case SANDBOX_SEND:
		ALLOW(ctx, calls_net);
		break;
	case SANDBOX_MIME:
	case SANDBOX_CTL_READ:
		ALLOW(ctx, calls_mime);
		break;
	}
	r = seccomp_load(ctx);
	seccomp_release(ctx);
	return r;
}

/* Landlock has no library and no wrappers in glibc: three raw calls. */
#define FS_ALL ((1ull << 13) - 1) /* every right of ABI 1 */

static gboolean
landlock_allow(int ruleset, const char *folder)
{
	struct landlock_path_beneath_attr rule = {.allowed_access = FS_ALL & ~LANDLOCK_ACCESS_FS_EXECUTE};
	gboolean ok;

	rule.parent_fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (rule.parent_fd < 0)
		return FALSE;
	ok = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
	close(rule.parent_fd);
	return ok;
}

static int
enter_landlock(const char *const *folders)
{
	struct landlock_ruleset_attr attr = {.handled_access_fs = FS_ALL};
	int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof attr, 0);
	int r = 0;

	if (ruleset < 0)
		return -errno;
	for (; folders != NULL && *folders != NULL; folders++)
		if (!landlock_allow(ruleset, *folders))
			r = -errno;
	if (r == 0 && syscall(SYS_landlock_restrict_self, ruleset, 0) < 0)
		r = -errno;
	close(ruleset);
	return r;
}

static gboolean
settle(int r, const char *what, gboolean required, GError **error)
{
	if (r == 0)
		return TRUE;
	if (required) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
		    "sandbox: %s cannot be entered: %s; the configuration says \"sandbox require\"", what,
		    g_strerror(-r));
		return FALSE;
	}
	log_warn("sandbox: %s cannot be entered: %s; going on without it", what, g_strerror(-r));
	return TRUE;
}

gboolean
sandbox_enter(enum sandbox_kind kind, const char *const *folders, gboolean required, GError **error)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return settle(-errno, "no-new-privs", TRUE, error);
	return settle(enter_landlock(folders), "Landlock", required, error) &&
	       settle(load_filter(kind), "seccomp", required, error);
}

static int
report(const char *what, gboolean allowed)
{
	printf("%s: %s\n", allowed ? "ALLOWED" : "refused", what);
	return allowed ? 1 : 0;
}

int
sandbox_probe(enum sandbox_kind kind)
{
	struct sockaddr_in nowhere = {
	    .sin_family = AF_INET, .sin_port = htons(9), .sin_addr = {htonl(INADDR_LOOPBACK)}};
	int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int allowed = 0;
	pid_t pid;

	allowed += report("read /etc/passwd", open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0);
	allowed += report(
	    "make a file in /tmp", open("/tmp/triaged-probe", O_CREAT | O_WRONLY | O_CLOEXEC, 0600) >= 0);
	allowed += report("an internet socket", s >= 0);
	allowed += report(
	    "connect to 127.0.0.1", s >= 0 && connect(s, (struct sockaddr *)&nowhere, sizeof nowhere) == 0);
	allowed += report("a raw socket", socket(AF_INET, SOCK_RAW, IPPROTO_ICMP) >= 0);
	allowed += report("ptrace", ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0);
	if (kind != SANDBOX_DESK)
		allowed += report("a unix socket", socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) >= 0);
	pid = fork();
	if (pid == 0)
		_exit(0);
	allowed += report("fork", pid > 0);
	execl("/bin/true", "true", (char *)NULL);
	allowed += report("exec /bin/true", FALSE);
	allowed += report("signal the parent", kill(getppid(), 0) == 0);
	fflush(stdout);
	return allowed;
}
