/* sandbox: a task's own user, mount, pid, network, ipc and uts namespace. Its root is a new tmpfs;
 * what it may see of the host is bound into it read-only.
 *
 * Order inside the child: the new tmpfs becomes the root with the old root at VIEW_OLD, then binds
 * are made from there (no mount can hide the source of a later one), then the old root goes
 * away. */
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os.h"
#include "util.h"
#include "view.h"

struct view *sandbox_prepare(struct arena *a, const char *tmpdir, const char *links, struct slice libs) {
	struct view_options o = { tmpdir, SANDBOX_TMPDIR, SANDBOX_HOST, libs, links };
	return view_new(a, &o);
}

/* --- in the child: each step returns NULL, or what it was that failed (with errno) --- */

static const char *write_map(const char *file, const char *text) {
	int fd = open(file, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return file;
	ssize_t n = write(fd, text, strlen(text));
	close(fd);
	return n < 0 ? file : NULL;
}

static const char *become_root(uid_t uid, gid_t gid) {
	char text[64];
	const char *failed = write_map("/proc/self/setgroups", "deny");
	snprintf(text, sizeof text, "0 %u 1", (unsigned)uid);
	if (!failed)
		failed = write_map("/proc/self/uid_map", text);
	snprintf(text, sizeof text, "0 %u 1", (unsigned)gid);
	return failed ? failed : write_map("/proc/self/gid_map", text);
}

/* A directory that stays writable when the root does not. */
static bool make_writable(const char *dir) {
	return (mkdir(dir, 01777) == 0 || errno == EEXIST) && chmod(dir, 01777) == 0
		&& mount(dir, dir, NULL, MS_BIND, NULL) == 0;
}

static const char *new_root(const char *dir) {
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return "making mounts private";
	if (mount("bake", dir, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755") < 0)
		return "mounting a tmpfs";
	if (chdir(dir) < 0 || mkdir(&VIEW_OLD[1], 0700) < 0)
		return "entering the new root";
	if (syscall(SYS_pivot_root, ".", &VIEW_OLD[1]) < 0)
		return "pivot_root";
	if (chdir("/") < 0 || mkdir("/dev", 0755) < 0)
		return "entering the new root";
	return make_writable("/tmp") && make_writable("/dev/shm") ? NULL : "making /tmp";
}

static const char *make_bind(const struct view_bind *b) {
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_RDONLY };
	if (os_mkparents(b->to) < 0)
		return b->to;
	if (b->kind == VIEW_LINK)
		return symlink(b->from, b->to) < 0 ? b->to : NULL;
	if (b->file) {
		int fd = open(b->to, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
		if (fd < 0 && errno != EROFS && errno != EACCES)
			return b->to;
		if (fd >= 0)
			close(fd);
	} else if (mkdir(b->to, 0755) < 0 && errno != EEXIST && errno != EROFS) {
		return b->to;
	}
	if (mount(b->from, b->to, NULL, MS_BIND | MS_REC, NULL) < 0)
		return b->to;
	if (b->kind == VIEW_READ
			&& syscall(SYS_mount_setattr, AT_FDCWD, b->to, AT_RECURSIVE, &attr,
				sizeof attr) < 0)
		return b->to;
	return NULL;
}

static const char *make_binds(const struct view_binds *list) {
	for (size_t i = 0; i < list->n; i++) {
		const char *failed = make_bind(&list->v[i]);
		if (failed)
			return failed;
	}
	return NULL;
}

static const char *mount_kernel_views(void) {
	mkdir("/proc", 0555);
	mkdir("/dev/pts", 0755);
	/* A container that hides parts of /proc forbids a new one; the old one serves. */
	if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0
			&& mount(VIEW_OLD "/proc", "/proc", NULL, MS_BIND | MS_REC, NULL) < 0)
		return "mounting /proc";
	if (mount("devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC,
			"newinstance,ptmxmode=0666,mode=620") < 0)
		return "mounting /dev/pts";
	return NULL;
}

static const char *raise_loopback(void) {
	struct ifreq request = { .ifr_name = "lo" };
	request.ifr_flags = IFF_UP | IFF_RUNNING;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return "opening a socket";
	int failed = ioctl(fd, SIOCSIFFLAGS, &request);
	close(fd);
	return failed < 0 ? "raising the loopback interface" : NULL;
}

static const char *bind_own(const struct sandbox *s) {
	struct arena *a = arena_new();
	const char *failed = NULL;
	for (size_t i = 0; i < s->binds_count && !failed; i++) {
		const struct sandbox_bind *own = &s->binds[i];
		struct view_bind b = { arena_printf(a, VIEW_OLD "%s", own->from).p,
			own->to ? own->to : own->from, own->writable ? VIEW_WRITE : VIEW_READ,
			false };
		b.file = !os_is_dir(b.from);
		failed = make_bind(&b);
	}
	if (!failed)
		arena_free(a);
	return failed;
}

/* What a process inherits of who started bake, and a task must not: its limits, its umask, the machine
 * it pretends to be. Soft limits only, for raising hard ones takes a privilege. */
static void forget_caller(void) {
	static const struct { int what; rlim_t soft; } limits[] = {
		{ RLIMIT_CORE, 0 }, { RLIMIT_NOFILE, 1024 }, { RLIMIT_STACK, 8 << 20 },
		{ RLIMIT_CPU, RLIM_INFINITY }, { RLIMIT_FSIZE, RLIM_INFINITY },
		{ RLIMIT_DATA, RLIM_INFINITY }, { RLIMIT_AS, RLIM_INFINITY },
	};
	struct rlimit limit;
	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
		if (getrlimit(limits[i].what, &limit) == 0) {
			limit.rlim_cur = limits[i].soft < limit.rlim_max ? limits[i].soft
				: limit.rlim_max;
			setrlimit(limits[i].what, &limit);
		}
	umask(022);
	personality(PER_LINUX);
}

/* $HOME with what tasks that fetch read of it. Others have none. */
static void make_home(const struct sandbox *s) {
	const char *home = getenv("HOME");
	if (home && s->network)
		os_mkdirs(home);
}

/* Nothing can be left in the root: what a task makes is below TMPDIR or lost with /tmp. */
static const char *close_root(void) {
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_RDONLY };
	if (umount2(VIEW_OLD, MNT_DETACH) < 0 || rmdir(VIEW_OLD) < 0 || sethostname("bake", 4) < 0
			|| setdomainname("", 0) < 0)
		return "leaving the old root";
	return syscall(SYS_mount_setattr, AT_FDCWD, "/", 0, &attr, sizeof attr) < 0
		? "making the root read-only" : NULL;
}

static const char *enter(const struct sandbox *s, uid_t uid, gid_t gid) {
	const struct view *v = s->view;
	const char *failed = become_root(uid, gid);
	forget_caller();
	if (!failed)
		failed = new_root(view_below(v, "root"));
	if (!failed)
		failed = make_binds(&v->all);
	if (!failed && s->network)
		failed = make_binds(&v->network);
	if (!failed && !s->network)
		failed = make_binds(&v->tools);
	if (!failed)
		failed = bind_own(s);
	make_home(s);
	if (!failed)
		failed = mount_kernel_views();
	if (!failed && !s->network)
		failed = raise_loopback();
	return failed ? failed : close_root();
}

#define NAMESPACES (CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS)

static pid_t fork_into(int namespaces) {
	return (pid_t)syscall(SYS_clone, namespaces | SIGCHLD, NULL, NULL, NULL, NULL);
}

pid_t sandbox_fork(const struct sandbox *s) {
	uid_t uid = geteuid();
	gid_t gid = getegid();
	pid_t child = fork_into(NAMESPACES | (s->network ? 0 : CLONE_NEWNET));
	if (child < 0)
		error("sandbox: new namespaces: %s", strerror(errno));
	if (child != 0)
		return child;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	const char *failed = enter(s, uid, gid);
	if (failed) {
		error("sandbox: %s: %s", failed, strerror(errno));
		_exit(1);
	}
	return 0;
}

/* --- the same paths outside --- */

static bool in_word(char c) {
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		strchr("_-+.~", c);
}

/* Does a path begin at `at`? Not in the middle of /usr/bake, but behind the letter of -I/bake. */
static bool begins_path(struct slice text, size_t at) {
	if (at == 0 || (text.p[at - 1] != '/' && !in_word(text.p[at - 1])))
		return true;
	return at >= 2 && text.p[at - 2] == '-' && text.p[at - 1] != '-' && text.p[at - 1] != '/' &&
		(at == 2 || (text.p[at - 3] != '/' && !in_word(text.p[at - 3])));
}

struct slice sandbox_on_host(struct arena *a, struct slice text, const char *tmpdir) {
	struct buf b = { .arena = a };
	size_t from = 0, at, n = strlen(SANDBOX_TMPDIR);
	buf_adds(&b, "");
	while (slice_find(slice_sub(text, from, text.n), SANDBOX_TMPDIR, &at)) {
		size_t begin = from + at, end = begin + n;
		bool whole = end == text.n || !in_word(text.p[end]);
		bool path = whole && begins_path(text, begin);
		buf_add(&b, slice_sub(text, from, path ? begin : end));
		if (path)
			buf_adds(&b, tmpdir);
		from = end;
	}
	buf_add(&b, slice_sub(text, from, text.n));
	return buf_slice(&b);
}

/* --- can it be done here? --- */

/* Every kind of step that enter() takes, without a view: the kernel or a container may forbid each. */
static const char *try_steps(uid_t uid, gid_t gid) {
	static const struct view_bind usr = { VIEW_OLD "/usr", "/usr", VIEW_READ, false };
	const char *failed = become_root(uid, gid);
	if (!failed)
		failed = new_root("/usr");
	if (!failed)
		failed = make_bind(&usr);
	if (!failed)
		failed = mount_kernel_views();
	if (!failed)
		failed = raise_loopback();
	return failed ? failed : close_root();
}

struct sandbox_probe sandbox_ask(void) {
	struct sandbox_probe p = { -1, -1 };
	uid_t uid = geteuid();
	gid_t gid = getegid();
	int pipe[2];
	if (pipe2(pipe, O_CLOEXEC) < 0)
		return p;
	p.answer = pipe[0];
	p.child = fork_into(NAMESPACES | CLONE_NEWNET);
	if (p.child == 0) {
		const char *failed = try_steps(uid, gid);
		if (failed)
			dprintf(pipe[1], "%s: %s", failed, strerror(errno));
		_exit(failed != NULL);
	}
	if (p.child < 0)
		dprintf(pipe[1], "new namespaces: %s (see /proc/sys/user/max_user_namespaces "
			"and kernel.unprivileged_userns_clone)", strerror(errno));
	close(pipe[1]);
	return p;
}

bool sandbox_answer(struct sandbox_probe *p, const char **why) {
	static char reason[256] = "no pipe";
	int status = 1;
	*why = reason;
	if (p->answer < 0)
		return false;
	ssize_t n = read(p->answer, reason, sizeof reason - 1);
	reason[n > 0 ? n : 0] = '\0';
	close(p->answer);
	while (p->child > 0 && waitpid(p->child, &status, 0) < 0 && errno == EINTR)
		;
	return p->child > 0 && n == 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
