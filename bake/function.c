/* function: BitBake's exec_func: a shell function becomes a script that a shell runs, a Lua
 * function runs in this process, each in the last of its [dirs]. */
#include "function.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data.h"
#include "emit.h"
#include "jobserver.h"
#include "lua.h"
#include "map.h"
#include "os.h"
#include "proc.h"
#include "util.h"

static struct {
	pid_t pid;
	const struct jobserver *tokens;
} setting;

void function_setup(pid_t pid, const struct jobserver *tokens) {
	setting.pid = pid;
	setting.tokens = tokens;
}

struct slice function_flag(struct data *d, const struct atom *name, const char *flag) {
	struct slice value;
	return data_get_flag(d, name, atom_of(flag), true, &value) ? value : SLICE("");
}

/* [cleandirs] and [dirs]; returns the last of dirs or NULL. */
static const char *make_dirs(struct data *d, const struct atom *name) {
	struct slice clean = function_flag(d, name, "cleandirs"),
		     dirs = function_flag(d, name, "dirs"), word;
	const char *last = NULL;
	while (slice_word(&clean, &word)) {
		const char *dir = arena_str(data_arena(d), word);
		if (os_remove(dir) < 0 || os_mkdirs(dir) < 0)
			raise_error("%s[cleandirs]: %s: %s", name->p, dir, strerror(errno));
	}
	while (slice_word(&dirs, &word)) {
		last = arena_str(data_arena(d), word);
		if (os_mkdirs(last) < 0)
			raise_error("%s[dirs]: %s: %s", name->p, last, strerror(errno));
	}
	return last;
}

/* Takes [lockfiles] in sorted order, so that two tasks cannot wait for each other. The fds, ended
 * by −1. */
static const int *take_locks(struct data *d, const struct atom *name) {
	struct arena *a = data_arena(d);
	struct slices files = { 0 };
	slices_words(a, &files, function_flag(d, name, "lockfiles"));
	slices_sort(&files);
	int *fds = ARENA_ARRAY(a, int, files.n + 1);
	for (size_t i = 0; i < files.n; i++) {
		const char *file = arena_str(a, files.v[i]);
		fds[i] = os_mkparents(file) < 0 ? -1 : os_lock(file, true);
		if (fds[i] < 0)
			raise_error("%s[lockfiles]: %s: %s", name->p, file, strerror(errno));
	}
	fds[files.n] = -1;
	return fds;
}

static void release_locks(const int *fds) {
	for (; *fds >= 0; fds++)
		close(*fds);
}

/* ${T}/run.NAME.PID, with run.NAME leading to it. */
static const char *write_script(struct data *d, const struct atom *name, const char *cwd) {
	struct arena *a = data_arena(d);
	struct buf script = { .arena = a };
	struct slice dir = data_text(d, "T");
	struct slice file = arena_printf(a, "run.%s.%d", name->p, (int)setting.pid);
	const char *path = os_path(a, dir, file).p;
	const char *link = arena_printf(a, SFMT "/run.%s", SARG(dir), name->p).p;
	emit_script(d, name, cwd, &script);
	if (os_write(path, buf_slice(&script), 0755, false) < 0)
		raise_error("%s: %s", path, strerror(errno));
	unlink(link);
	if (symlink(file.p, link) < 0)
		raise_error("%s: %s", link, strerror(errno));
	return path;
}

/* The exported variables, make's tokens, and a PATH whatever happens. */
static const char **environment(struct data *d) {
	struct arena *a = data_arena(d);
	const char **exported = emit_environment(d, a);
	size_t n = 0, used = 0;
	bool has_path = false;
	const char *preload = getenv("LD_PRELOAD");
	while (exported[n])
		n++;
	const char **env = ARENA_ARRAY(a, const char *, n + 4);
	for (size_t i = 0; i < n; i++) {
		has_path |= strncmp(exported[i], "PATH=", 5) == 0;
		env[used++] = exported[i];
	}
	if (!has_path)
		env[used++] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
	if (preload)             /* `bake repro` changes what programs see of the machine */
		env[used++] = arena_printf(a, "LD_PRELOAD=%s", preload).p;
	if (setting.tokens)
		env[used++] = arena_printf(a, "MAKEFLAGS=" SFMT,
			SARG(jobserver_makeflags(setting.tokens, a))).p;
	return env;
}

static void run_shell(struct data *d, const struct atom *name, const char *cwd) {
	const struct jobserver *j = setting.tokens;
	const char *argv[] = { "/bin/sh", write_script(d, name, cwd), NULL };
	const int keep[] = { j ? j->read_fd : -1, j ? j->write_fd : -1, -1 };
	struct proc_command c = { .argv = argv, .env = environment(d), .cwd = cwd, .keep = keep };
	fflush(NULL);
	int status = proc_run(&c, 2);
	if (status < 0)
		raise_error("%s: /bin/sh: %s", name->p, strerror(errno));
	if (status > 128)
		raise_error("%s: killed by signal %d (%s)", name->p, status - 128,
				strsignal(status - 128));
	if (status > 0)
		raise_error("%s: exit status %d", name->p, status);
}

static void run_lua(struct data *d, const struct atom *name, const char *cwd) {
	char *before = os_cwd(data_arena(d));
	if (cwd && chdir(cwd) < 0)
		raise_error("%s: %s: %s", name->p, cwd, strerror(errno));
	lua_run(d, name);
	fflush(stdout);
	if (before && chdir(before) < 0)
		raise_error("%s: %s: %s", name->p, before, strerror(errno));
}

void function_run(struct data *d, const struct atom *name) {
	struct slice body;
	const char *cwd = make_dirs(d, name);
	if (!data_get_raw(d, name, &body) || slice_trim(body).n == 0)
		return;
	if (function_flag(d, name, "python").n > 0)
		raise_at(function_flag(d, name, "filename"), atoi(arena_str(data_arena(d),
			function_flag(d, name, "lineno"))), "%s is Python, which is never run: "
			"write it as `lua %s() { … }`", name->p, name->p);
	const int *locks = take_locks(d, name);
	note("%s", name->p);
	if (function_flag(d, name, "lua").n > 0)
		run_lua(d, name, cwd);
	else
		run_shell(d, name, cwd);
	release_locks(locks);
}

void function_run_all(struct data *d, struct slice names) {
	struct slice name;
	while (slice_word(&names, &name))
		function_run(d, atom(name));
}
