/* proc: every child is started here. A command goes through vfork: the engine's memory may be large
 * and fork would copy its page tables. What runs between vfork and exec writes no memory that the
 * parent reads, but start.failed. Descriptors are close-on-exec everywhere, so a child inherits
 * only what is listed. */
#include "proc.h"
#include "family.h"
#include "os.h"
#include "witness.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* What the child needs, all made ready before vfork. */
struct start {
	const struct proc_command *command;
	const char *file;                /* what to exec */
	int in, out, err;                /* become 0, 1, 2; −1: stays as it is */
	volatile int failed;             /* errno of the child's exec; shared through vfork */
};

static void reset_signals(void) {
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
}

static void become(int fd, int number) {
	if (fd < 0)
		return;
	if (fd == number)
		fcntl(fd, F_SETFD, 0);
	else
		dup2(fd, number);
}

static _Noreturn void exec_command(struct start *s) {
	const struct proc_command *c = s->command;
	become(s->in, 0);
	become(s->out, 1);
	become(s->err, 2);
	for (const int *fd = c->keep; fd && *fd >= 0; fd++)
		fcntl(*fd, F_SETFD, 0);
	reset_signals();
	prctl(PR_SET_PDEATHSIG, SIGTERM);        /* nobody would read what it says */
	if (!c->cwd || chdir(c->cwd) == 0)
		execve(s->file, (char *const *)(uintptr_t)c->argv,
			c->env ? (char *const *)(uintptr_t)c->env : environ);
	s->failed = errno;
	_exit(127);
}

static pid_t start_child(struct start *s) {
	sigset_t all, old;
	/* No handler of ours may run in the child while it shares our memory. */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &old);
	pid_t child = vfork();
	if (child == 0)
		exec_command(s);
	sigprocmask(SIG_SETMASK, &old, NULL);
	if (child > 0 && s->failed) {
		waitpid(child, NULL, 0);
		errno = s->failed;
		return -1;
	}
	return child;
}

/* --- looking programs up --- */

static bool runnable(const char *path) {
	struct stat st;
	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

char *proc_find(struct arena *a, const char *name, const char *path) {
	witness_unsteady();
	struct slice rest = slice_of(path), dir;
	if (strchr(name, '/'))
		return runnable(name) ? arena_str(a, slice_of(name)) : NULL;
	while (rest.p && slice_field(&rest, ':', &dir)) {
		if (dir.n == 0)
			continue;        /* "" means the current directory to a shell; not to us */
		struct slice file = arena_printf(a, SFMT "/%s", SARG(dir), name);
		if (runnable(file.p))
			return arena_str(a, file);
	}
	return NULL;
}

static const char *path_of(const char *const *env) {
	if (!env)
		return getenv("PATH");
	for (; *env; env++)
		if (strncmp(*env, "PATH=", 5) == 0)
			return *env + 5;
	return "/usr/bin:/bin";
}

/* --- taking a command's output --- */

static int wait_status(pid_t child) {
	int status;
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* Writes what the pipe takes of *input; closes *fd when all is written or nobody reads it. */
static void feed(int *fd, struct slice *input) {
	ssize_t n = write(*fd, input->p, input->n);
	if (n > 0)
		*input = slice_sub(*input, (size_t)n, input->n);
	if (input->n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
		close(*fd);
		*fd = -1;
	}
}

/* A command under way. */
struct under_way {
	const struct proc_command *command;
	pid_t child;
	int64_t asked_ms;        /* when `enough` was asked */
	bool ending;             /* it has been told to */
};

/* How long to wait for input, ms. The command that does not end when told is killed. */
static int wait_ms(struct under_way *u) {
	enum { EVERY_MS = 1000, MERCY_MS = 5000 };
	int64_t now = os_now_ms(), every = u->ending ? MERCY_MS : EVERY_MS;
	if (!u->command->enough)
		return -1;
	if (now - u->asked_ms >= every) {
		u->asked_ms = now;
		if (u->ending)
			family_kill(u->child, SIGKILL);
		else if ((u->ending = u->command->enough(u->command->ctx, u->child)))
			family_kill(u->child, SIGTERM);
	}
	return EVERY_MS;
}

/* Feeds in (or −1) and reads out to its end, both at once: either pipe may fill up. */
static void exchange(struct under_way *u, int in, int out, struct buf *text) {
	struct slice input = u->command->input;
	char chunk[65536];
	u->asked_ms = os_now_ms();
	for (;;) {
		struct pollfd p[2] = { { out, POLLIN, 0 }, { in, POLLOUT, 0 } };
		if (poll(p, 2, wait_ms(u)) < 0 && errno != EINTR)
			break;
		if (in >= 0 && p[1].revents)
			feed(&in, &input);
		if (!p[0].revents)
			continue;
		ssize_t n = read(out, chunk, sizeof chunk);
		if (n == 0 || (n < 0 && errno != EINTR))
			break;
		if (n > 0)
			buf_add(text, (struct slice){ chunk, (size_t)n });
	}
	if (in >= 0)
		close(in);
}

static void close_pipe(const int pipe[2]) {
	for (int i = 0; i < 2; i++)
		if (pipe[i] >= 0)
			close(pipe[i]);
}

static int open_input(const struct proc_command *c, int in[2]) {
	if (c->input.p) {
		if (pipe2(in, O_CLOEXEC) < 0)
			return -1;
		return fcntl(in[1], F_SETFL, O_NONBLOCK);
	}
	in[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	return in[0] < 0 ? -1 : 0;
}

int proc_capture(struct arena *a, const struct proc_command *c, struct slice *out, int *status) {
	witness_unsteady();
	int in[2] = { -1, -1 }, to[2] = { -1, -1 };
	struct start s = { .command = c, .err = -1 };
	struct buf text = { .arena = a };
	s.file = proc_find(a, c->argv[0], path_of(c->env));
	if (!s.file) {
		errno = ENOENT;
		return -1;
	}
	if (open_input(c, in) < 0 || pipe2(to, O_CLOEXEC) < 0)
		goto fail;
	s.in = in[0];
	s.out = to[1];
	s.err = c->errors ? to[1] : -1;
	pid_t child = start_child(&s);
	if (child < 0)
		goto fail;
	close(in[0]);
	close(to[1]);
	void (*old)(int) = signal(SIGPIPE, SIG_IGN);
	struct under_way u = { .command = c, .child = child };
	exchange(&u, in[1], to[0], &text);
	signal(SIGPIPE, old);
	close(to[0]);
	*status = wait_status(child);
	*out = text.p ? buf_slice(&text) : SLICE("");
	return 0;
fail:
	close_pipe(in);
	close_pipe(to);
	return -1;
}

int proc_run(const struct proc_command *c, int fd) {
	witness_unsteady();
	struct arena *a = arena_new();
	int in[2] = { -1, -1 }, status = -1;
	struct start s = { .command = c, .out = fd, .err = fd };
	s.file = proc_find(a, c->argv[0], path_of(c->env));
	errno = ENOENT;
	if (s.file && !c->input.p && open_input(c, in) == 0) {
		s.in = in[0];
		pid_t child = start_child(&s);
		status = child < 0 ? -1 : wait_status(child);
	}
	int kept = errno;
	close_pipe(in);
	arena_free(a);
	errno = kept;
	return status;
}

/* --- children that run our own code --- */

/* Its parent has died: nobody else would end what it has started. */
static void end_group(int number) {
	(void)number;
	kill(0, SIGKILL);
}

pid_t proc_fork(void) {
	pid_t parent = getpid(), child = fork();
	if (child != 0)
		return child;
	setsid();
	reset_signals();
	signal(SIGUSR1, end_group);
	prctl(PR_SET_PDEATHSIG, SIGUSR1);
	if (getppid() != parent)         /* it died before prctl */
		_exit(1);
	return 0;
}

void proc_kill(pid_t child, int signal) {
	if (kill(-child, signal) < 0)
		kill(child, signal);     /* it has not come to setsid yet */
}

void proc_end_orphans(pid_t child) {
	kill(-child, SIGKILL);
}

struct slice proc_describe(struct arena *a, int status) {
	if (WIFSIGNALED(status))
		return arena_printf(a, "killed by signal %d (%s)", WTERMSIG(status),
			strsignal(WTERMSIG(status)));
	return arena_printf(a, "exit status %d", WEXITSTATUS(status));
}

int proc_signals(void) {
	static const int wanted[] = { SIGINT, SIGTERM, SIGHUP, SIGCHLD, SIGWINCH };
	sigset_t set;
	sigemptyset(&set);
	for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
		sigaddset(&set, wanted[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		error("signals: cannot be received: %s", strerror(errno));
	return fd;
}
