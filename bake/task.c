/* task: a job is two processes. The outer one sees the host: it empties and stores artefacts,
 * writes the stamp. The inner one lives in the sandbox and does everything the metadata has a say
 * in: it evaluates the recipe there, so that code sees the directories the task will see. They
 * share one small page.
 *
 * Paths: records hold the host's, the inner store holds what the sandbox shows (TMPDIR is
 * /bake). */
#include "task.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "artefact.h"
#include "data.h"
#include "eval.h"
#include "fetch.h"
#include "function.h"
#include "graph.h"
#include "layer.h"
#include "library.h"
#include "lua.h"
#include "map.h"
#include "offer.h"
#include "os.h"
#include "proc.h"
#include "recipe.h"
#include "same.h"
#include "sandbox.h"
#include "stamp.h"
#include "store.h"
#include "util.h"
#include "view.h"

/* The job of this process: one per process, so its functions and the library's need no argument. */
static struct {
	const struct task_context *context;
	const struct task *task;
	int report;
	struct data *data;       /* the task's store, in the inner process */
	pid_t pid;               /* of the outer process: names the log and scripts */
	bool logged;             /* standard error is the log */
	struct shared {
		int64_t epoch;   /* SOURCE_DATE_EPOCH, seconds; 0 = not set */
	} *shared;
} job;

static struct value plain(struct call *c);

/* --- telling the scheduler --- */

static void report(enum task_report kind, const char *text) {
	struct buf b = { 0 };
	buf_addc(&b, (char)kind);
	buf_adds(&b, text);
	buf_addc(&b, '\0');
	if (os_write_all(job.report, buf_slice(&b)))
		_exit(1);        /* the scheduler is gone */
	buf_free(&b);
}

static void report_message(void *ctx, enum message_level level, const char *text) {
	static const char *const prefix[] = { "debug: ", "note: ", "warning: ", "error: " };
	(void)ctx;
	if (job.logged)
		fprintf(stderr, "%s%s\n", prefix[level], text);
	if (level == MESSAGE_WARN)
		report(TASK_REPORT_WARNING, text);
	else if (level == MESSAGE_ERROR)
		report(TASK_REPORT_ERROR, text);
}

/* --- two views of one directory --- */

/* Replaces the directory `from` at the start of path by `to`. */
static struct slice moved(struct arena *a, struct slice path, const char *from, const char *to) {
	size_t n = strlen(from);
	if (slice_starts(path, from) && (path.n == n || path.p[n] == '/'))
		return arena_printf(a, "%s" SFMT, to, SARG(slice_sub(path, n, path.n)));
	return arena_dup(a, path);
}

static struct slice inside(struct arena *a, struct slice path) {
	return job.context->host ? moved(a, path, job.context->tmpdir, SANDBOX_TMPDIR)
				 : arena_dup(a, path);
}

static struct slice outside(struct arena *a, struct slice path) {
	return job.context->host ? moved(a, path, SANDBOX_TMPDIR, job.context->tmpdir)
				 : arena_dup(a, path);
}

/* --- the inner process --- */

static void set(struct data *d, const char *name, struct slice value) {
	data_set(d, atom_of(name), value);
}

/* Who builds, from where and in what language is nothing to a task. With network it has the user's
 * home, for what fetching needs of it (.netrc, .gitconfig). */
static void forget_user(struct data *d) {
	static const char *const names[][2] = { { "HOME", SANDBOX_HOME }, { "USER", "root" },
		{ "LOGNAME", "root" }, { "SHELL", "/bin/sh" }, { "PWD", SANDBOX_TMPDIR } };
	for (size_t i = job.task->spec->network ? 1 : 0; i < sizeof names / sizeof *names; i++)
		set(d, names[i][0], slice_of(names[i][1]));
}

/* What BitBake's worker adds to the store of a task. */
static struct data *task_data(void) {
	const struct task *t = job.task;
	struct arena *a = arena_new();
	struct data *d = recipe_data(job.context->inside, t->recipe->id, a);
	struct slice name =
			slice_sub(atom_slice(t->spec->name), 3, t->spec->name->n); /* without do_ */
	char *override = arena_str(a, name);
	for (char *c = override; *c; c++)
		if (*c == '_')
			*c = '-';
	set(d, "OVERRIDES",
			arena_printf(a, "task-%s:" SFMT, override,
					SARG(data_text(d, "OVERRIDES"))));
	set(d, "BB_CURRENTTASK", name);
	set(d, "BB_RUNTASK", atom_slice(t->spec->name));
	set(d, "BB_TASKHASH", t->hash);
	set(d, "BB_HERMETIC", job.context->host ? SLICE("1") : SLICE("0"));
	if (job.context->host)
		forget_user(d);
	return d;
}

/* From here on 1 and 2 are ${T}/log.do_x.PID. */
static void open_log(struct data *d) {
	struct arena *a = data_arena(d);
	struct slice dir = data_text(d, "T"), name = atom_slice(job.task->spec->name);
	if (dir.n == 0)
		raise_error("T is not set: there is no place for the log");
	struct slice file = arena_printf(a, "log." SFMT ".%d", SARG(name), (int)job.pid);
	struct slice path = os_path(a, dir, file);
	const char *link = arena_printf(a, SFMT "/log." SFMT, SARG(dir), SARG(name)).p;
	if (os_mkdirs(dir.p) < 0)
		raise_error("T: " SFMT ": %s", SARG(dir), strerror(errno));
	int fd = open(path.p, O_WRONLY | O_CREAT | O_APPEND | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		raise_error(SFMT ": %s", SARG(path), strerror(errno));
	unlink(link);
	if (symlink(file.p, link) < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0)
		raise_error("%s: %s", link, strerror(errno));
	close(fd);
	setvbuf(stdout, NULL, _IOLBF, 0);
	job.logged = true;
	report(TASK_REPORT_LOG, outside(a, path).p);
}

static void set_umask(struct data *d, const struct atom *name) {
	struct slice value = slice_trim(function_flag(d, name, "umask"));
	if (value.n == 0)
		value = slice_trim(data_text(d, "BB_DEFAULT_UMASK"));
	umask(value.n ? (mode_t)strtoul(arena_str(data_arena(d), value), NULL, 8) : 022);
}

/* Handlers of a task's events run where the task runs. */
static void tell(struct data *d, const char *event) {
	struct lua_field fields[] = { { "task", atom_slice(job.task->spec->name) },
		{ "pn", job.task->recipe->pn }, { NULL, SLICE_NONE } };
	eval_event(d, event, fields);
}

static void run_all(struct data *d) {
	const struct atom *name = job.task->spec->name;
	open_log(d);
	set_umask(d, name);
	if (chdir(arena_str(data_arena(d), os_dirname(data_text(d, "T")))) < 0)
		raise_error("T: %s", strerror(errno));
	tell(d, "bb.build.TaskStarted");
	function_run_all(d, function_flag(d, name, "prefuncs"));
	function_run(d, name);
	function_run_all(d, function_flag(d, name, "postfuncs"));
	tell(d, "bb.build.TaskSucceeded");
	job.shared->epoch = strtoll(
			arena_str(data_arena(d), data_text(d, "SOURCE_DATE_EPOCH")), NULL, 10);
}

/* work on the task's store; a fault is reported. */
static int trapped(void (*work)(struct data *d), struct data *d) {
	struct trap trap;
	if (TRAP(&trap)) {
		work(d);
		trap_end(&trap);
		return 0;
	}
	fault_report(&trap.error);
	return -1;
}

static void open_data(struct data *unused) {
	(void)unused;
	job.data = task_data();
}

static void tell_failure(struct data *d) {
	tell(d, "bb.build.TaskFailed");
}

static _Noreturn void inner(void) {
	library_add("bb.plain", plain);
	int status = trapped(open_data, NULL);
	if (status == 0 && (status = trapped(run_all, job.data)) < 0)
		trapped(tell_failure, job.data);
	fflush(NULL);
	_exit(status == 0 ? 0 : 1);
}

/* --- the outer process --- */

static bool seen_through(const struct sandbox_bind *binds, size_t count, struct slice dir) {
	for (size_t i = 0; i < count; i++) {
		size_t n = strlen(binds[i].from);
		if (slice_starts(dir, binds[i].from) && (dir.n == n || dir.p[n] == '/'))
			return true;
	}
	return false;
}

/* Binds under construction. */
struct binds {
	struct arena *arena;
	struct sandbox_bind *v;
	size_t n, cap;
};

static void bind(struct binds *b, struct slice path, bool writable) {
	if (b->n == b->cap) {
		struct sandbox_bind *more = ARENA_ARRAY(b->arena, struct sandbox_bind, 2 * b->cap + 8);
		if (b->n)
			memcpy(more, b->v, b->n * sizeof *more);
		b->v = more;
		b->cap = 2 * b->cap + 8;
	}
	b->v[b->n++] = (struct sandbox_bind){ arena_str(b->arena, path), NULL, writable };
}

/* For reading, unless it is seen through another bind. */
static void show(struct binds *b, struct slice path) {
	if (!seen_through(b->v, b->n, path))
		bind(b, path, false);
}

/* TMPDIR often lies in a layer: an empty directory takes its place there, so that nothing finds it where
 * it really is. */
static void hide_tmpdir(struct binds *b) {
	const struct task_context *c = job.context;
	if (!seen_through(b->v, b->n, slice_of(c->tmpdir)))
		return;
	bind(b, slice_of(view_below(c->host, "empty")), false);
	b->v[b->n - 1].to = c->tmpdir;
}

/* Files of SRC_URI that lie outside the layers: the hash of the fetching task covers them. */
static void show_local_files(struct binds *b, const struct recipe *r) {
	const struct recipe_task *fetch = recipe_task_find(r, atom_of("do_fetch"));
	for (size_t i = 0; fetch && i < fetch->file_checksums.n; i++) {
		struct slice path = fetch->file_checksums.v[i];
		if (!slice_ends(path, ":True"))
			continue;
		path = slice_sub(path, 0, path.n - strlen(":True"));
		if (os_exists(arena_str(b->arena, path)))
			show(b, path);
	}
}

/* Mirrors and repositories of this machine, which the recipe or the configuration may name. */
static void show_mirrors(struct binds *b, const struct recipe *r) {
	struct slices dirs = { 0 };
	struct trap trap;
	if (TRAP(&trap)) {
		fetch_directories(recipe_data(job.context->config, r->id, b->arena), &dirs);
		trap_end(&trap);
	}
	for (size_t i = 0; i < dirs.n; i++)
		show(b, dirs.v[i]);
}

/* The shared binds, and what of the host the recipe's own files and mirrors are. A fault of the
 * recipe is reported inside. */
static size_t task_binds(struct arena *a, struct sandbox_bind **binds) {
	const struct task_context *c = job.context;
	const struct recipe *r = job.task->recipe;
	struct binds b = { .arena = a };
	for (size_t i = 0; i < c->binds_count; i++)
		show(&b, slice_of(c->binds[i].from));
	hide_tmpdir(&b);
	for (size_t i = 0; i <= r->appends.n; i++)
		show(&b, os_dirname(i ? r->appends.v[i - 1] : r->file));
	show_local_files(&b, r);
	if (job.task->spec->network)
		show_mirrors(&b, r);
	if (c->downloads)
		bind(&b, slice_of(c->downloads), job.task->spec->network);
	*binds = b.v;
	return b.n;
}

static pid_t fork_inner(struct arena *a) {
	const struct task_context *c = job.context;
	struct sandbox_bind *binds;
	if (!c->host)
		return fork();
	struct sandbox s = { .view = c->host, .network = job.task->spec->network };
	s.binds_count = task_binds(a, &binds);
	s.binds = binds;
	return sandbox_fork(&s);
}

static int run_inner(void) {
	struct arena *a = arena_new();
	int status;
	pid_t child = fork_inner(a);
	if (child == 0)
		inner();
	if (child < 0)
		return -1;
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFSIGNALED(status))
		error(SFMT ": " SFMT, SARG(job.task->id), SARG(proc_describe(a, status)));
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

static void begin(const struct task_context *c, const struct task *t, int report_fd) {
	job.context = c;
	job.task = t;
	job.report = report_fd;
	job.pid = getpid();
	function_setup(job.pid, c->jobserver);
	job.shared = mmap(NULL, sizeof *job.shared, PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (job.shared == MAP_FAILED)
		broken("no memory to share with a task");
	message_sink(report_message, NULL);
}

/* Of everything that ran for the task. */
static uint64_t cpu_ms(void) {
	struct rusage use;
	getrusage(RUSAGE_CHILDREN, &use);
	return (uint64_t)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1000
	       + (uint64_t)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1000;
}

/* Here the content of the artefact is known, and the task's dependencies are all done. */
static struct store_kin find_kin(void *ctx, struct slice content) {
	const struct task_context *c = job.context;
	struct task t = *job.task;
	(void)ctx;
	t.content = content;
	struct slice key = same_key(c->arena, c->graph, &t);
	if (c->offers && !same_first(c->same, key).p)
		offer_learn(c->offers, key);
	same_note(c->same, c->graph, &t);
	return (struct store_kin){ .key = key, .same = t.same };
}

/* Keeps the artefact; a store that cannot take it (disk full …) has said so, and the build goes
 * on. */
static struct slice keep(const struct task *t) {
	struct slice content = SLICE("");
	if (!t->spec->cached || !job.context->store)
		return content;
	struct store_entry cost = { .newest = job.shared->epoch, .cpu_ms = cpu_ms(),
		.kin = job.context->same ? find_kin : NULL };
	if (artefact_store(job.context->store, t, &cost, &content) < 0)
		return SLICE("");
	report(TASK_REPORT_CONTENT, content.p);
	return content;
}

static void drop_message(void *ctx, enum message_level level, const char *text) {
	(void)ctx, (void)level, (void)text;
}

/* What a recipe has to say was said when it ran. */
static int finish(const struct task *t, struct slice content) {
	if (job.context->finished) {
		message_sink(drop_message, NULL);
		job.context->finished(job.context->ctx, t);
		message_sink(report_message, NULL);
	}
	return t->spec->nostamp ? 0 : stamp_write(t, content);
}

void task_run(const struct task_context *c, const struct task *t, int report_fd) {
	begin(c, t, report_fd);
	stamp_remove(t);
	if (t->spec->cached && artefact_empty(t) < 0)
		_exit(1);
	if (run_inner() < 0 || (t->spec->cached && artefact_check(t, &c->secrets) < 0))
		_exit(1);
	if (t->spec->cached && artefact_publish(t) < 0)
		_exit(1);
	_exit(finish(t, keep(t)) < 0 ? 1 : 0);
}

void task_restore(const struct task_context *c, const struct task *t, int report_fd) {
	struct slice content = SLICE("");
	begin(c, t, report_fd);
	stamp_remove(t);
	if (t->remote && offer_fetch(c->offers, &(struct offer_wish){ t->hash, t->id }) < 0)
		_exit(2);
	if (artefact_restore(c->store, t, &content) < 0 || artefact_publish(t) < 0)
		_exit(2);
	report(TASK_REPORT_CONTENT, content.p);
	_exit(finish(t, content) < 0 ? 1 : 0);
}

/* --- what tasks of a build share --- */

static void place(struct data *d, const char *name, struct slice dir) {
	data_del(d, atom_of(name));
	data_set(d, atom_of(name), dir);
}

/* Replaced before any recipe is evaluated, so that every variable made of them follows: TMPDIR, and
 * BUILD_SYSROOT, where the compiler of build tools finds the host's libc. */
static struct config *config_inside(struct arena *a, const struct config *config) {
	struct config *c = ARENA_NEW(a, struct config);
	*c = *config;
	c->data = data_child(a, config->data);
	/* As it is here, for it may be below $HOME, or below TMPDIR, which moves. */
	struct slice downloads = data_text(config->data, "DL_DIR");
	struct slice tmpdir = data_text(config->data, "TMPDIR");
	if (downloads.n)
		place(c->data, "DL_DIR", moved(a, downloads, arena_str(a, tmpdir), SANDBOX_TMPDIR));
	place(c->data, "TMPDIR", SLICE(SANDBOX_TMPDIR));
	place(c->data, "BUILD_SYSROOT", SLICE(SANDBOX_HOST));
	data_seal(c->data);
	return c;
}

static void add_bind(struct task_context *c, struct sandbox_bind *binds, struct slice dir) {
	if (dir.n == 0 || seen_through(binds, c->binds_count, dir)
			|| !os_exists(arena_str(c->arena, dir)))
		return;
	binds[c->binds_count++] = (struct sandbox_bind){ arena_str(c->arena, dir), NULL, false };
}

static void add_binds(struct task_context *c) {
	const struct config *config = c->config;
	struct sandbox_bind *binds = ARENA_ARRAY(c->arena, struct sandbox_bind, config->layers + 2);
	struct sandbox_bind tmpdir = { .from = c->tmpdir };
	struct slice downloads = data_text(config->data, "DL_DIR");
	add_bind(c, binds, data_text(config->data, "COREBASE"));
	for (size_t i = 0; i < config->layers; i++)
		add_bind(c, binds, config->layer[i].dir);
	/* What AUTOREV is: the recipe is evaluated again in there. */
	add_bind(c, binds, os_path(c->arena, config->topdir, SLICE("conf/autorev")));
	c->binds = binds;
	if (os_is_dir(arena_str(c->arena, downloads)) && !seen_through(&tmpdir, 1, downloads))
		c->downloads = arena_str(c->arena, downloads);
}

static void add_secret(struct task_context *c, struct leak_secret secret) {
	if (leak_tells_path(secret.text) || leak_tells_host(secret.text))
		c->secrets.v[c->secrets.n++] = secret;
}

/* The places that variables and /proc/self/mountinfo tell; TMPDIR before what it lies in. */
static void add_secrets(struct task_context *c) {
	static const char *const below[] = { "the path of TMPDIR", "${WORKDIR}, ${S} or ${B}" },
		*const topdir[] = { "the path of the build directory",
		"a directory below ${WORKDIR}" }, *const layer[] = { "the path of a layer",
		"a copy in ${WORKDIR} (SRC_URI)" };
	static char host[256];
	const struct config *config = c->config;
	struct slice base = data_text(config->data, "COREBASE");
	c->secrets.v = ARENA_ARRAY(c->arena, struct leak_secret, config->layers + 4);
	add_secret(c, (struct leak_secret){ below[0], below[1], slice_of(c->tmpdir) });
	add_secret(c, (struct leak_secret){ topdir[0], topdir[1], config->topdir });
	for (size_t i = 0; i < config->layers; i++)
		add_secret(c, (struct leak_secret){ layer[0], layer[1], config->layer[i].dir });
	add_secret(c, (struct leak_secret){ layer[0], layer[1], base });
	if (gethostname(host, sizeof host - 1) == 0)
		add_secret(c, (struct leak_secret){ "the name of this machine",
			"nothing of the machine: to a task it is \"bake\"", slice_of(host) });
}

struct task_context *task_context_new(struct arena *a, struct config *config,
		const struct view *host) {
	struct task_context *c = ARENA_NEW(a, struct task_context);
	*c = (struct task_context){ .arena = a, .config = config, .host = host };
	c->tmpdir = arena_str(a, data_text(config->data, "TMPDIR"));
	c->disks[0] = c->tmpdir;
	c->disks[1] = arena_str(a, data_text(config->data, "DL_DIR"));
	c->inside = ARENA_NEW(a, struct config);
	*c->inside = *config;
	if (host) {
		c->inside = config_inside(a, config);
		add_binds(c);
		add_secrets(c);
	}
	return c;
}

/* --- what code may ask --- */

static struct value exec_func(struct call *c) {
	call_count(c, 1, 2);
	function_run(call_data(c, 1), atom(call_text(c, 0)));
	return VALUE_NIL;
}

static void put_text(struct arena *a, struct value *dict, const char *key, struct slice text) {
	value_put(a, dict, value_text(slice_of(key)), value_text(text));
}

static struct value task_outputs(struct arena *a, const struct recipe_task *spec) {
	struct value list = value_new(a, VALUE_LIST);
	for (size_t i = 0; i < spec->outputdirs.n; i++)
		value_push(a, &list, value_text(inside(a, spec->outputdirs.v[i])));
	for (size_t i = 0; i < spec->plaindirs.n; i++)
		value_push(a, &list, value_text(inside(a, spec->plaindirs.v[i])));
	return list;
}

static struct value taskdeps(struct call *c) {
	struct value list = value_new(c->arena, VALUE_LIST);
	size_t count;
	call_count(c, 0, 1);
	if (!job.task)
		call_fail(c, "only a running task has dependencies to list");
	struct graph_input *in = graph_inputs(job.context->graph, job.task, c->arena, &count);
	for (size_t i = 0; i < count; i++) {
		const struct task *t = in[i].task;
		struct value entry = value_new(c->arena, VALUE_DICT);
		put_text(c->arena, &entry, "pn", t->recipe->pn);
		put_text(c->arena, &entry, "task", atom_slice(t->spec->name));
		put_text(c->arena, &entry, "hash", t->hash);
		put_text(c->arena, &entry, "file", t->recipe->file);
		value_put(c->arena, &entry, value_text(SLICE("direct")), value_bool(in[i].direct));
		value_put(c->arena, &entry, value_text(SLICE("outputs")),
				task_outputs(c->arena, t->spec));
		value_push(c->arena, &list, entry);
	}
	return list;
}

/* bb.plain of a running task: into the log, and to the terminal as it is. */
static struct value plain(struct call *c) {
	struct slice text = call_text(c, 0);
	fprintf(stderr, SFMT "\n", SARG(text));
	report(TASK_REPORT_PLAIN, arena_str(c->arena, text));
	return VALUE_NIL;
}

void task_library(void) {
	static const struct library_entry table[] = {
		{ "bb.exec_func", exec_func },
		{ "bb.build.exec_func", exec_func },
		{ "bb.taskdeps", taskdeps },
		{ NULL, NULL },
	};
	library_add_all(table);
}
