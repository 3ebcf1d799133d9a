/* sandbox: a task's own user, mount, pid, network, ipc and uts namespace. Its root is a new tmpfs; what
 * it may see of the host is bound into it read-only. Everything that can be found out once is found
 * out by sandbox_prepare, so that a task pays for system calls alone.
 *
 * Order inside the child: the new tmpfs becomes the root with the old root at /.old, then binds are made
 * from /.old (no mount can hide the source of a later one), then /.old goes away.
 *
 * Target recipes must not see what the host would compile or link against. Directories of libraries are
 * replaced by a shadow that holds links to the libraries the host's own programs load (libz.so.1, not
 * libz.so, libz.a or crt1.o). The whole host stands at /.host, where only who means it looks: the links
 * of the shadows, and the compiler of build tools (BUILD_CC, by --sysroot). */
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <linux/mount.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os.h"
#include "util.h"

#define OLD "/.old"

/* One mount, ready to be made. */
struct bind {
	const char *from;        /* below OLD, except of a link */
	const char *to;
	enum { BIND_READ, BIND_WRITE, BIND_LINK } kind;  /* LINK: a symbolic link `to` with text `from` */
	bool file;
};

struct binds {
	struct bind *v;
	size_t n, cap;
};

struct sandbox_host {
	struct arena *arena;
	const char *dir;         /* tmpdir/sandbox */
	struct binds all;        /* of every task */
	struct binds network;    /* of tasks with network */
	struct binds target;     /* of tasks that must not see host headers */
};

/* --- what to bind, found out once --- */

static void add(struct sandbox_host *h, struct binds *list, struct bind b) {
	if (list->n == list->cap) {
		size_t cap = list->cap ? 2 * list->cap : 16;
		struct bind *v = ARENA_ARRAY(h->arena, struct bind, cap);
		if (list->n)
			memcpy(v, list->v, list->n * sizeof *v);
		list->v = v;
		list->cap = cap;
	}
	list->v[list->n++] = b;
}

/* Binds what `from` leads to on the host; nothing when it is not there. */
static void add_bind(struct sandbox_host *h, struct binds *list, const char *from, const char *to) {
	char *real = os_realpath(h->arena, from);
	if (!real)
		return;
	struct bind b = { arena_printf(h->arena, OLD "%s", real).p, to, BIND_READ, !os_is_dir(real) };
	add(h, list, b);
}

static void add_host_path(struct sandbox_host *h, struct binds *list, const char *path) {
	add_bind(h, list, path, path);
}

static const char *below(const struct sandbox_host *h, const char *name) {
	return arena_printf(h->arena, "%s/%s", h->dir, name).p;
}

static void hide(struct sandbox_host *h, const char *path) {
	if (os_is_dir(path))
		add_bind(h, &h->target, below(h, "empty"), arena_str(h->arena, slice_of(path)));
}

/* The host's programs, below prefix: /usr, and /bin and its like as the links or directories they are. */
static void add_root_dirs(struct sandbox_host *h, const char *prefix) {
	static const char *const names[] = { "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32" };
	add_bind(h, &h->all, "/usr", arena_printf(h->arena, "%s/usr", prefix).p);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *to = arena_printf(h->arena, "%s%s", prefix, names[i]).p;
		char text[256];
		ssize_t n = readlink(names[i], text, sizeof text);
		if (n > 0) {
			struct slice link = { text, (size_t)n };
			struct bind b = { arena_str(h->arena, link), to, BIND_LINK, false };
			add(h, &h->all, b);
		} else {
			add_bind(h, &h->all, names[i], to);
		}
	}
}

static void add_devices(struct sandbox_host *h) {
	static const char *const nodes[] = { "/dev/null", "/dev/zero", "/dev/full", "/dev/random",
		"/dev/urandom", "/dev/tty" };
	static const struct bind links[] = {
		{ "/proc/self/fd", "/dev/fd", BIND_LINK, false },
		{ "fd/0", "/dev/stdin", BIND_LINK, false },
		{ "fd/1", "/dev/stdout", BIND_LINK, false },
		{ "fd/2", "/dev/stderr", BIND_LINK, false },
		{ "pts/ptmx", "/dev/ptmx", BIND_LINK, false },
	};
	for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++) {
		struct bind b = { arena_printf(h->arena, OLD "%s", nodes[i]).p, nodes[i], BIND_WRITE, true };
		if (os_exists(nodes[i]))
			add(h, &h->all, b);
	}
	for (size_t i = 0; i < sizeof links / sizeof *links; i++)
		add(h, &h->all, links[i]);
}

/* --- the small /etc --- */

static int write_etc(struct sandbox_host *h) {
	static const struct { const char *name, *text; } files[] = {
		{ "passwd", "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n" },
		{ "group", "root:x:0:\nnogroup:x:65534:\n" },
		{ "hosts", "127.0.0.1 localhost bake\n::1 localhost\n" },
		{ "nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n" },
		{ "ld.so.cache", "" }, { "ld.so.conf", "" }, { "resolv.conf", "" },
		{ "gitconfig", "" },
	};
	static const char *const dirs[] = { "etc/ld.so.conf.d", "etc/alternatives", "etc/ssl", "etc/pki",
		"etc/ca-certificates", "etc/apt", "etc/yum.repos.d", "etc/ssh", "empty", "root", "lib" };
	for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++)
		if (os_mkdirs(below(h, dirs[i])) < 0)
			return -1;
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		const char *path = arena_printf(h->arena, "%s/etc/%s", h->dir, files[i].name).p;
		if (!os_is_file(path) && os_write(path, slice_of(files[i].text), 0644, false) < 0)
			return -1;
	}
	return 0;
}

static void add_etc(struct sandbox_host *h) {
	static const char *const always[] = { "/etc/ld.so.cache", "/etc/ld.so.conf",
		"/etc/ld.so.conf.d", "/etc/alternatives" };
	/* The package manager's too: sources are looked for in its index. */
	static const char *const network[] = { "/etc/resolv.conf", "/etc/ssl", "/etc/pki",
		"/etc/ca-certificates", "/etc/apt", "/etc/yum.repos.d", "/etc/gitconfig", "/etc/ssh",
		"/var/lib/apt", "/var/lib/dpkg" };
	const char *home = getenv("HOME");
	add_bind(h, &h->all, below(h, "etc"), "/etc");
	for (size_t i = 0; i < sizeof always / sizeof *always; i++)
		add_host_path(h, &h->all, always[i]);
	for (size_t i = 0; i < sizeof network / sizeof *network; i++)
		add_host_path(h, &h->network, network[i]);
	if (home) {
		add_host_path(h, &h->network, arena_printf(h->arena, "%s/.netrc", home).p);
		add_host_path(h, &h->network, arena_printf(h->arena, "%s/.gitconfig", home).p);
	}
}

/* --- library directories without what a compiler would take --- */

static bool is_elf(const char *path) {
	char magic[4] = { 0 };
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	bool elf = read(fd, magic, 4) == 4 && memcmp(magic, "\177ELF", 4) == 0;
	close(fd);
	return elf;
}

/* What a program loads: libz.so.1, ld-linux.so.2; libbfd-2.40-system.so is a file of its own, while
 * libz.so is a link and libc.so a linker script: these only a linker reads. */
static bool is_runtime(const char *path, const char *name) {
	struct stat st;
	if (fnmatch("*.so.[0-9]*", name, 0) == 0)
		return true;
	return fnmatch("*.so", name, 0) == 0 && lstat(path, &st) == 0 && S_ISREG(st.st_mode) && is_elf(path);
}

/* foreign: libraries of another machine; only the compiler's own belongs to the compiler. */
static bool is_shown(const char *path, const char *name, bool foreign) {
	if (os_is_dir(path))
		return strcmp(name, "pkgconfig") != 0 && strcmp(name, "cmake") != 0;
	if (foreign)
		return fnmatch("libgcc_s.so*", name, 0) == 0;
	return is_runtime(path, name);
}

static int fill_shadow(struct sandbox_host *h, const char *dir, const char *shadow, bool foreign) {
	struct slices names = { 0 };
	if (os_mkdirs(shadow) < 0 || os_list(h->arena, dir, &names) < 0)
		return -1;
	for (size_t i = 0; i < names.n; i++) {
		const char *path = arena_printf(h->arena, "%s/" SFMT, dir, SARG(names.v[i])).p;
		const char *name = arena_str(h->arena, names.v[i]);
		if (!is_shown(path, name, foreign))
			continue;
		if (symlink(arena_printf(h->arena, SANDBOX_HOST "%s", path).p,
				arena_printf(h->arena, "%s/%s", shadow, name).p) < 0)
			return -1;
	}
	return 0;
}

/* The shadow of dir, made again when dir has changed. Its name carries the time of the change. */
static const char *make_shadow(struct sandbox_host *h, const char *dir, bool foreign) {
	struct stat st;
	if (stat(dir, &st) < 0)
		return NULL;
	char *flat = arena_str(h->arena, slice_of(dir));
	for (char *c = flat; *c; c++)
		if (*c == '/')
			*c = '_';
	const char *shadow = arena_printf(h->arena, "%s/lib/%s.%lld.%ld", h->dir, flat,
		(long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec).p;
	const char *unfinished = arena_printf(h->arena, "%s.new", shadow).p;
	if (os_is_dir(shadow))
		return shadow;
	if (os_remove(unfinished) < 0 || fill_shadow(h, dir, unfinished, foreign) < 0
			|| rename(unfinished, shadow) < 0) {
		error("sandbox: %s: %s", shadow, strerror(errno));
		return NULL;
	}
	return shadow;
}

static int shadow_dir(struct sandbox_host *h, const char *dir, bool foreign) {
	const char *shadow = make_shadow(h, dir, foreign);
	if (!shadow)
		return -1;
	add_bind(h, &h->target, shadow, arena_str(h->arena, slice_of(dir)));
	return 0;
}

static int shadow_all(struct sandbox_host *h, const char *pattern, bool foreign) {
	struct slices dirs = { 0 };
	os_glob(h->arena, pattern, &dirs);
	for (size_t i = 0; i < dirs.n; i++)
		if (os_is_dir(dirs.v[i].p) && shadow_dir(h, dirs.v[i].p, foreign) < 0)
			return -1;
	return 0;
}

static int hide_headers(struct sandbox_host *h) {
	static const char *const hidden[] = { "/usr/include", "/usr/local", "/usr/lib32", "/usr/libx32",
		"/usr/lib/pkgconfig", "/usr/lib/cmake", "/usr/share/pkgconfig" };
	static const char *const cross[] = { "/usr/*-linux-*/include", "/usr/*-linux-*/sys-root" };
	for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
		hide(h, hidden[i]);
	for (size_t i = 0; i < sizeof cross / sizeof *cross; i++) {
		struct slices dirs = { 0 };
		os_glob(h->arena, cross[i], &dirs);
		for (size_t k = 0; k < dirs.n; k++)
			hide(h, dirs.v[k].p);
	}
	if (shadow_all(h, "/usr/lib/*-linux-gnu*", false) < 0
			|| shadow_all(h, "/usr/*-linux-*/lib", true) < 0)
		return -1;
	return os_is_dir("/usr/lib64") ? shadow_dir(h, "/usr/lib64", false) : 0;
}

struct sandbox_host *sandbox_prepare(struct arena *a, const char *tmpdir) {
	struct sandbox_host *h = ARENA_NEW(a, struct sandbox_host);
	h->arena = a;
	h->dir = arena_printf(a, "%s/sandbox", tmpdir).p;
	if (write_etc(h) < 0) {
		error("sandbox: %s: %s", h->dir, strerror(errno));
		return NULL;
	}
	add_root_dirs(h, "");
	add_root_dirs(h, SANDBOX_HOST);
	add_devices(h);
	add_etc(h);
	add_bind(h, &h->all, tmpdir, SANDBOX_TMPDIR);
	h->all.v[h->all.n - 1].kind = BIND_WRITE;
	return hide_headers(h) < 0 ? NULL : h;
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

static const char *new_root(const char *dir) {
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return "making mounts private";
	if (mount("bake", dir, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755") < 0)
		return "mounting a tmpfs";
	if (chdir(dir) < 0 || mkdir(&OLD[1], 0700) < 0)
		return "entering the new root";
	if (syscall(SYS_pivot_root, ".", &OLD[1]) < 0)
		return "pivot_root";
	return chdir("/") < 0 ? "entering the new root" : NULL;
}

static const char *make_bind(const struct bind *b) {
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_RDONLY };
	if (os_mkparents(b->to) < 0)
		return b->to;
	if (b->kind == BIND_LINK)
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
	if (b->kind == BIND_READ
			&& syscall(SYS_mount_setattr, AT_FDCWD, b->to, AT_RECURSIVE, &attr, sizeof attr) < 0)
		return b->to;
	return NULL;
}

static const char *make_binds(const struct binds *list) {
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
	mkdir("/dev/shm", 01777);
	mkdir("/tmp", 01777);
	mkdir("/root", 0700);
	chmod("/tmp", 01777);
	chmod("/dev/shm", 01777);
	/* A container that hides parts of /proc forbids a new one; the old one serves. */
	if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0
			&& mount(OLD "/proc", "/proc", NULL, MS_BIND | MS_REC, NULL) < 0)
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
		struct bind b = { arena_printf(a, OLD "%s", own->from).p, own->to ? own->to : own->from,
			own->writable ? BIND_WRITE : BIND_READ, false };
		b.file = !os_is_dir(b.from);
		failed = make_bind(&b);
	}
	if (!failed)
		arena_free(a);
	return failed;
}

static const char *enter(const struct sandbox *s, uid_t uid, gid_t gid) {
	const struct sandbox_host *h = s->host;
	const char *failed = become_root(uid, gid);
	if (!failed)
		failed = new_root(below(s->host, "root"));
	if (!failed)
		failed = make_binds(&h->all);
	if (!failed && s->network)
		failed = make_binds(&h->network);
	if (!failed && !s->host_headers)
		failed = make_binds(&h->target);
	if (!failed)
		failed = bind_own(s);
	if (!failed)
		failed = mount_kernel_views();
	if (!failed && !s->network)
		failed = raise_loopback();
	if (!failed && (umount2(OLD, MNT_DETACH) < 0 || sethostname("bake", 4) < 0))
		failed = "leaving the old root";
	rmdir(OLD);
	return failed;
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

/* --- can it be done here? --- */

static _Noreturn void try_namespaces(int to, uid_t uid, gid_t gid) {
	const char *failed = become_root(uid, gid);
	if (!failed && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		failed = "making mounts private";
	if (!failed && mount("bake", "/", "tmpfs", 0, NULL) < 0)
		failed = "mounting a tmpfs";
	if (failed)
		dprintf(to, "%s: %s", failed, strerror(errno));
	_exit(failed != NULL);
}

bool sandbox_works(const char **why) {
	static char reason[256];
	int pipe[2];
	*why = reason;
	if (pipe2(pipe, O_CLOEXEC) < 0)
		return false;
	uid_t uid = geteuid();
	gid_t gid = getegid();
	pid_t child = fork_into(NAMESPACES | CLONE_NEWNET);
	if (child == 0)
		try_namespaces(pipe[1], uid, gid);
	close(pipe[1]);
	if (child < 0)
		snprintf(reason, sizeof reason, "new namespaces: %s (see /proc/sys/user/max_user_namespaces "
			"and kernel.unprivileged_userns_clone)", strerror(errno));
	ssize_t n = read(pipe[0], reason + strlen(reason), sizeof reason - strlen(reason) - 1);
	close(pipe[0]);
	if (child > 0)
		waitpid(child, NULL, 0);
	return child > 0 && n <= 0;
}
