/* vary: what the kernel says of a machine (host name, user, umask) is changed in the child between fork
 * and exec; what libc says (clock, processors, directories), by preload/vary.c. */
#include "vary.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proc.h"
#include "util.h"

/* --- the host name --- */

static int write_map(const char *file, unsigned id) {
	char text[64];
	int n = snprintf(text, sizeof text, "%u %u 1", id, id);
	int fd = open(file, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	ssize_t written = write(fd, text, (size_t)n);
	close(fd);
	return written == n ? 0 : -1;
}

/* An ordinary user may do it in a user namespace of its own, as whom it is. */
static int rename_host(const char *host) {
	unsigned uid = geteuid(), gid = getegid();
	if (unshare(CLONE_NEWUTS) == 0)
		return sethostname(host, strlen(host));
	if (unshare(CLONE_NEWUSER | CLONE_NEWUTS))
		return -1;
	int fd = open("/proc/self/setgroups", O_WRONLY | O_CLOEXEC);
	if (fd >= 0) {
		ssize_t n = write(fd, "deny", 4);
		close(fd);
		if (n != 4)
			return -1;
	}
	if (write_map("/proc/self/uid_map", uid) || write_map("/proc/self/gid_map", gid))
		return -1;
	return sethostname(host, strlen(host));
}

static bool child_succeeds(pid_t child) {
	int status;
	return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status)
		&& WEXITSTATUS(status) == 0;
}

bool vary_can_rename(void) {
	pid_t child = fork();
	if (child == 0)
		_exit(rename_host("try") ? 1 : 0);
	return child_succeeds(child);
}

/* --- mounts --- */

static int bind(const char *from, const char *to) {
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return -1;
	return from ? mount(from, to, NULL, MS_BIND | MS_REC, NULL) : 0;
}

bool vary_can_mount(void) {
	pid_t child = fork();
	if (child == 0)
		_exit(bind(NULL, NULL) ? 1 : 0);
	return child_succeeds(child);
}

/* --- the user --- */

static int become(uid_t user) {
	gid_t group = (gid_t)user;
	return setgroups(0, NULL) || setresgid(group, group, group) || setresuid(user, user, user)
		? -1 : 0;
}

const char *vary_unreachable(uid_t user, const char *const *paths) {
	for (; *paths; paths++) {
		pid_t child = fork();
		if (child == 0)
			_exit(become(user) || access(*paths, R_OK | X_OK) ? 1 : 0);
		if (!child_succeeds(child))
			return *paths;
	}
	return NULL;
}

/* --- the child --- */

static _Noreturn void fail(const char *what) {
	error("%s: %s", what, strerror(errno));
	_exit(127);
}

static void set(const char *name, const char *value) {
	if (setenv(name, value, 1))
		fail(name);
}

static void surround(const struct vary *v) {
	if (v->host && rename_host(v->host))
		fail("host name");
	if (v->bind_from && bind(v->bind_from, v->bind_to))
		fail(v->bind_to);
	if (v->user != (uid_t)-1) {
		if (become(v->user))
			fail("another user");
		set("USER", "nobody");
		set("LOGNAME", "nobody");
	}
	set("HOME", v->home);
	set("TZ", v->zone);
	set("LC_ALL", v->language);
	set("LANG", v->language);
	if (v->preload)
		set("LD_PRELOAD", v->preload);
	umask(v->umask);
}

int vary_run(struct arena *a, const struct vary *v, const char *const *argv) {
	struct sigaction ignore = { .sa_handler = SIG_IGN }, before;
	int status;
	fflush(NULL);
	pid_t child = fork();
	if (child < 0) {
		error("%s: %s", argv[0], strerror(errno));
		return -1;
	}
	if (child == 0) {
		surround(v);
		execv(argv[0], (char *const *)argv);
		fail(argv[0]);
	}
	sigaction(SIGINT, &ignore, &before);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	sigaction(SIGINT, &before, NULL);
	if (WIFSIGNALED(status))
		error("%s: " SFMT, argv[0], SARG(proc_describe(a, status)));
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
