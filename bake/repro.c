/* repro: both builds are children, each in a build directory of its own whose conf/ is a copy; only
 * downloads are shared. What they made is compared artefact by artefact: bake/sigdata of the first build
 * says which tasks had which hash, the stores hold what they left. */
#include "repro.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agenda.h"
#include "archive.h"
#include "config.h"
#include "data.h"
#include "difference.h"
#include "graph.h"
#include "json.h"
#include "map.h"
#include "options.h"
#include "os.h"
#include "pack.h"
#include "proc.h"
#include "recipe.h"
#include "store.h"
#include "util.h"
#include "vary.h"
#include "workspace.h"

enum { NOBODY = 65534, HASH_DIGITS = 64 };

struct side {
	const char *top;         /* its build directory; NULL: not built, the cache stands for it */
	const char *store;
};

struct change {
	const char *what, *first, *second;
	const char *reason;      /* it is the same in both; NULL: it is not */
};

struct finding {
	const char *pn, *task;
	const char *path, *what;
};

struct repro {
	struct arena *arena;
	const struct options *o;
	struct workspace *w;
	struct agenda *plan;             /* whose hashes the cache's artefacts have; NULL: no cache */
	const char *dir;         /* TMPDIR/repro */
	struct side first, second;
	struct change change[12];
	size_t changes;
	struct finding *finding;
	size_t findings, room;
	unsigned artefacts, same;        /* compared; equal bit by bit */
	unsigned outputs, outputs_same;  /* those of REPRO_TASKS: what a user gets */
	unsigned missing;        /* of the first build, or in the cache */
};

static const char *text_of(struct repro *p, const char *name) {
	return arena_str(p->arena, data_text(data_child(p->arena, p->w->config->data), name));
}

/* --- two build directories --- */

static int copy_conf(struct repro *p, const char *top) {
	struct arena *a = p->arena;
	const char *from = arena_printf(a, "%s/conf", p->w->topdir).p;
	const char *to = arena_printf(a, "%s/conf", top).p;
	const char *layers = arena_printf(a, "%s/bblayers.conf", from).p;
	if (os_mkdirs(arena_printf(a, "%s/home", top).p) == 0 && os_copy_tree(from, to, false) == 0
			&& workspace_copy_layers(a, layers, to) == 0)
		return 0;
	error("%s: %s", to, strerror(errno));
	return -1;
}

static int prepare(struct repro *p) {
	struct arena *a = p->arena;
	mode_t before = umask(022);
	int rc = -1;
	p->dir = arena_printf(a, "%s/repro", os_absolute(a, text_of(p, "TMPDIR"))).p;
	p->second.top = arena_printf(a, "%s/second/build-in-a-directory-with-a-longer-path", p->dir).p;
	p->second.store = arena_printf(a, "%s/artefacts", p->second.top).p;
	if (p->o->against_cache) {
		p->first.store = text_of(p, "SSTATE_DIR");
	} else {
		p->first.top = arena_printf(a, "%s/first", p->dir).p;
		p->first.store = arena_printf(a, "%s/artefacts", p->first.top).p;
	}
	if (os_remove(p->dir))
		error("%s: %s", p->dir, strerror(errno));
	else if (!p->first.top || copy_conf(p, p->first.top) == 0)
		rc = copy_conf(p, p->second.top);
	umask(before);
	return rc;
}

static int give_away(struct arena *a, const char *top, uid_t user) {
	struct os_entry *e;
	size_t n;
	int rc = os_walk(a, top, &e, &n) || lchown(top, user, (gid_t)user) ? -1 : 0;
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = lchown(arena_printf(a, "%s/%s", top, e[i].path).p, user, (gid_t)user);
	if (rc)
		error("%s: %s", top, strerror(errno));
	return rc;
}

/* --- their surroundings --- */

static void changed(struct repro *p, const char *what, const char *first, const char *second) {
	p->change[p->changes++] = (struct change){ what, first, second, NULL };
}

static void unchanged(struct repro *p, const char *what, const char *reason) {
	p->change[p->changes++] = (struct change){ what, NULL, NULL, reason };
}

/* Root's second build is nobody's, when nobody can read what it is made of. */
static void choose_user(struct repro *p, struct vary *v, const char *engine) {
	const struct config *c = p->w->config;
	const char **paths = ARENA_ARRAY(p->arena, const char *, c->layers + 4);
	size_t n = 0;
	v->user = (uid_t)-1;
	if (geteuid() != 0) {
		unchanged(p, "user", "only root can become another");
		return;
	}
	paths[n++] = engine;
	paths[n++] = p->second.top;
	for (size_t i = 0; i < c->layers; i++)
		paths[n++] = arena_str(p->arena, c->layer[i].dir);
	const char *closed = vary_unreachable(NOBODY, paths);
	if (closed || !vary_can_mount()) {
		unchanged(p, "user", closed ? arena_printf(p->arena, "nobody cannot read %s", closed).p
			: "this kernel lets root make no mounts here");
		return;
	}
	v->user = NOBODY;
	v->bind_from = text_of(p, "DL_DIR");
	v->bind_to = arena_printf(p->arena, "%s/downloads", p->second.top).p;
	changed(p, "user", "root", "nobody");
}

static void choose_preload(struct repro *p, struct vary *v, const char *engine) {
	const char *dir = arena_str(p->arena, os_dirname(slice_of(engine)));
	for (size_t i = 0; i < 2 && !v->preload; i++) {
		const char *file = arena_printf(p->arena, i ? "%s/../share/bake/vary.so" : "%s/vary.so",
			dir).p;
		if (os_is_file(file))
			v->preload = os_realpath(p->arena, file);
	}
	if (!v->preload) {
		unchanged(p, "date, processors and order of directories",
			"vary.so is not beside bake: make build");
		return;
	}
	changed(p, "date", "now", "399 days later");
	changed(p, "processors", "those of this machine", "one more");
	changed(p, "order of directories", "as it is", "reversed");
}

static struct vary first_surroundings(struct repro *p) {
	return (struct vary){ .home = arena_printf(p->arena, "%s/home", p->first.top).p,
		.zone = "GMT+12", .language = "C.UTF-8", .umask = 022, .user = (uid_t)-1 };
}

static struct vary second_surroundings(struct repro *p, const char *engine) {
	struct vary v = { .home = arena_printf(p->arena, "%s/home", p->second.top).p,
		.zone = "GMT-14", .language = "fr_CH.UTF-8", .umask = 027 };
	changed(p, "directory", p->first.top ? p->first.top : "any", p->second.top);
	choose_user(p, &v, engine);
	choose_preload(p, &v, engine);
	changed(p, "time zone", "GMT+12", v.zone);
	changed(p, "language", "C.UTF-8", v.language);
	changed(p, "umask", "022", "027");
	if (vary_can_rename()) {
		v.host = "another-host";
		changed(p, "host name", "this one's", v.host);
	} else {
		unchanged(p, "host name", "the kernel allows no namespace for it");
	}
	return v;
}

/* --- building --- */

static void add(struct repro *p, struct slices *argv, const char *option, const char *value) {
	slices_add(p->arena, argv, slice_of(option));
	if (value)
		slices_add(p->arena, argv, slice_of(value));
}

static void assign(struct repro *p, struct slices *argv, const char *name, const char *value) {
	add(p, argv, "--set", arena_printf(p->arena, "%s=%s", name, value).p);
}

static const char **command(struct repro *p, const struct side *side, const char *downloads) {
	struct slices argv = { 0 };
	options_again(p->arena, p->o, side->top, &argv);
	assign(p, &argv, "TMPDIR", arena_printf(p->arena, "%s/tmp", side->top).p);
	assign(p, &argv, "SSTATE_DIR", side->store);
	assign(p, &argv, "SSTATE_MIRRORS", "");
	assign(p, &argv, "SSTATE_VERIFY_KEYS", "");
	assign(p, &argv, "SSTATE_SIGNING_KEY", "");
	assign(p, &argv, "DL_DIR", downloads);
	if (p->o->task.n)
		add(p, &argv, "-c", arena_str(p->arena, p->o->task));
	unsigned jobs = p->o->jobs ? p->o->jobs : (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
	add(p, &argv, "-j", arena_printf(p->arena, "%u", side == &p->first ? jobs : jobs + 1).p);
	for (size_t i = 0; i < p->o->words.n; i++)
		add(p, &argv, arena_str(p->arena, p->o->words.v[i]), NULL);
	return slices_argv(p->arena, &argv);
}

static int run(struct repro *p, const struct vary *v, const char **argv, const char *which) {
	note("repro: %s build", which);
	int status = vary_run(p->arena, v, argv);
	if (status == 0)
		return 0;
	error("repro: the %s build failed", which);
	return -1;
}

/* The second build is of the sources that the first has settled on. */
static int share_lock(struct repro *p) {
	struct arena *a = p->arena;
	const char *from = arena_printf(a, "%s/conf/sources.lock", p->first.top).p;
	const char *to = arena_printf(a, "%s/conf/sources.lock", p->second.top).p;
	if (!os_exists(from) || os_exists(to) || os_copy_tree(from, to, false) == 0)
		return 0;
	error("%s: %s", to, strerror(errno));
	return -1;
}

static int build_first(struct repro *p, const char *downloads) {
	struct vary first = first_surroundings(p);
	if (run(p, &first, command(p, &p->first, downloads), "first"))
		return -1;
	return share_lock(p);
}

static int build_both(struct repro *p) {
	struct arena *a = p->arena;
	const char *engine = os_realpath(a, "/proc/self/exe"), *downloads = text_of(p, "DL_DIR");
	struct vary second = second_surroundings(p, engine);
	changed(p, "-j", "as asked for", "one more");
	mode_t before = umask(022);
	int rc = os_mkdirs(downloads) || (second.bind_to && os_mkdirs(second.bind_to)) ? -1 : 0;
	umask(before);
	if (rc)
		error("DL_DIR: %s: %s", downloads, strerror(errno));
	if (rc == 0 && p->first.top)
		rc = build_first(p, downloads);
	if (rc == 0 && second.user != (uid_t)-1)
		rc = give_away(a, p->second.top, second.user);
	if (rc == 0)
		rc = run(p, &second, command(p, &p->second,
			second.bind_to ? second.bind_to : downloads),
			p->first.top ? "second" : "varied");
	return rc;
}

/* --- comparing --- */

static void found(struct repro *p, struct finding f) {
	if (p->findings == p->room) {
		p->room = p->room ? p->room * 2 : 16;
		p->finding = xrealloc(p->finding, p->room * sizeof *p->finding);
	}
	p->finding[p->findings++] = f;
}

/* An artefact that differs is unpacked twice, where diffoscope and a person can look at it. */
static int unpack_both(const char *const file[2], const char *const dir[2]) {
	for (int i = 0; i < 2; i++) {
		struct archive_unpack u = { .file = file[i], .dir = dir[i] };
		if (os_mkdirs(dir[i])) {
			error("%s: %s", dir[i], strerror(errno));
			return -1;
		}
		if (archive_unpack(&u))
			return -1;
	}
	return 0;
}

/* NULL: it is not installed. */
static const char *diffoscope(struct repro *p) {
	const char *path = getenv("PATH");
	return proc_find(p->arena, "diffoscope", path ? path : "/usr/bin");
}

static void run_diffoscope(struct repro *p, const char *place) {
	const char *program = diffoscope(p);
	if (!program)
		return;
	const char *report = arena_printf(p->arena, "%s/diffoscope.txt", place).p;
	/* When the two were unpacked says nothing. */
	const char *argv[] = { program, "--text", report, "1", "2", "--exclude-directory-metadata=recursive", NULL };
	struct proc_command c = { .argv = argv, .cwd = place };
	struct slice out;
	int status;
	if (proc_capture(p->arena, &c, &out, &status) || status > 1)
		warn("diffoscope: no report of %s", place);
	else
		note("diffoscope: %s", report);
}

static void explain(struct repro *p, const char *pn, const char *task,
		const char *const file[2]) {
	struct arena *a = p->arena;
	const char *place = arena_printf(a, "%s/differences/%s.%s", p->dir, pn, task).p;
	const char *dir[2] = { arena_printf(a, "%s/1", place).p, arena_printf(a, "%s/2", place).p };
	struct differences d = { .arena = a };
	if (unpack_both(file, dir) || difference_trees(&d, dir[0], dir[1],
			arena_printf(a, "%s/within", place).p)) {
		found(p, (struct finding){ pn, task, "", "cannot be unpacked" });
		return;
	}
	for (size_t i = 0; i < d.n; i++)
		found(p, (struct finding){ pn, task, d.v[i].path, d.v[i].what });
	if (d.n == 0)
		found(p, (struct finding){ pn, task, "", "special modes or hard links" });
	run_diffoscope(p, place);
}

static const char *artefact(struct repro *p, const struct side *side, const char *hash) {
	struct store_options o = { .dir = side->store };
	return store_file(p->arena, &o, hash);
}

static bool is_output(struct repro *p, const char *task) {
	struct slices tasks = { 0 };
	slices_words(p->arena, &tasks, slice_of(text_of(p, "REPRO_TASKS")));
	return tasks.n == 0 || slices_has(&tasks, slice_of(task));
}

static void compare_artefact(struct repro *p, const char *pn, const char *task,
		const char *const file[2]) {
	struct pack_content content[2];
	bool output = is_output(p, task);
	bool same = pack_recorded(file[0], &content[0]) == 0
		&& pack_recorded(file[1], &content[1]) == 0
		&& strcmp(content[0].hash, content[1].hash) == 0;
	p->artefacts++;
	p->same += same;
	p->outputs += output;
	p->outputs_same += output && same;
	if (!same)
		explain(p, pn, task, file);
}

/* The cache knows a task by the hash it has now: another than in a build from nothing where an earlier
 * build had found something below it to be the same. */
static const char *first_hash(struct repro *p, const char *pn, const char *task, struct slice hash) {
	const struct graph *g = p->plan ? p->plan->graph : NULL;
	for (uint32_t i = 0; g && i < g->count; i++) {
		const struct task *t = &g->task[i];
		if (slice_is(t->recipe->pn, pn) && slice_is(atom_slice(t->spec->name), task))
			return arena_str(p->arena, t->hash);
	}
	return arena_str(p->arena, hash);
}

/* What the hash of the task is in the second build, where it is another one. */
static const char *compare_hashes(struct repro *p, const char *pn, const char *task,
		const char *hash) {
	struct arena *a = p->arena;
	const char *stem = arena_printf(a, "%s/tmp/sigdata/%s/%s.", p->second.top, pn, task).p;
	struct slices found = { 0 };
	os_glob(a, arena_printf(a, "%s*", stem).p, &found);
	for (size_t i = 0; i < found.n; i++)
		if (found.v[i].n == strlen(stem) + HASH_DIGITS)
			return arena_printf(a, "its hash is another one in the second build: see bake "
				"diffsigs %s " SFMT, hash, SARG(slice_sub(found.v[i], strlen(stem),
				found.v[i].n))).p;
	return "the second build did not run it";
}

/* Where bake diffsigs looks for what hashes were made of. */
static void keep_inputs(struct repro *p) {
	const char *to = arena_printf(p->arena, "%s/../sigdata", p->dir).p;
	const char *top[2] = { p->first.top, p->second.top };
	for (int i = 0; i < 2; i++) {
		const char *from = arena_printf(p->arena, "%s/tmp/sigdata", top[i] ? top[i] : "").p;
		if (top[i] && (os_mkdirs(to) || os_copy_tree(from, to, false)))
			warn("%s: %s", to, strerror(errno));
	}
}

/* name: "do_x.HASH" of the build that sigdata is of. */
static void compare_task(struct repro *p, const char *pn, struct slice name) {
	struct arena *a = p->arena;
	struct slice hash = slice_sub(name, name.n - HASH_DIGITS, name.n);
	const char *task = arena_str(a, slice_sub(name, 0, name.n - HASH_DIGITS - 1));
	const char *file[2] = { artefact(p, &p->first, first_hash(p, pn, task, hash)),
		artefact(p, &p->second, arena_str(a, hash)) };
	const struct side *built = p->first.top ? &p->first : &p->second;
	if (!os_is_file(file[built == &p->second]))
		return;                  /* not a task that leaves an artefact */
	if (os_is_file(file[0]) && os_is_file(file[1])) {
		compare_artefact(p, pn, task, file);
	} else if (p->first.top) {
		p->artefacts++;
		p->outputs += is_output(p, task);
		found(p, (struct finding){ pn, task, "",
			compare_hashes(p, pn, task, arena_str(a, hash)) });
	} else {
		p->missing++;
	}
}

static int compare_all(struct repro *p) {
	struct arena *a = p->arena;
	const char *top = p->first.top ? p->first.top : p->second.top;
	const char *root = arena_printf(a, "%s/tmp/sigdata", top).p;
	struct os_entry *e;
	size_t n;
	if (os_walk(a, root, &e, &n)) {
		error("%s: %s", root, strerror(errno));
		return -1;
	}
	for (size_t i = 0; i < n; i++) {
		struct slice path = slice_of(e[i].path), name = os_basename(path);
		bool header = name.n > HASH_DIGITS && !slice_find(name, ".vars.", NULL);
		if (e[i].type == 'f' && header)
			compare_task(p, arena_str(a, os_dirname(path)), name);
	}
	return 0;
}

/* --- the report --- */

static void write_changes(struct repro *p, struct json *j) {
	json_open(j, SLICE("varied"), '[');
	for (size_t i = 0; i < p->changes; i++) {
		const struct change *c = &p->change[i];
		json_open(j, SLICE_NONE, '{');
		json_member(j, "what", slice_of(c->what));
		json_member(j, "first", slice_of(c->first));
		json_member(j, "second", slice_of(c->second));
		json_member(j, "not-varied", slice_of(c->reason));
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void write_findings(struct repro *p, struct json *j) {
	json_open(j, SLICE("differences"), '[');
	for (size_t i = 0; i < p->findings; i++) {
		const struct finding *f = &p->finding[i];
		json_open(j, SLICE_NONE, '{');
		json_member(j, "recipe", slice_of(f->pn));
		json_member(j, "task", slice_of(f->task));
		json_member(j, "file", slice_of(f->path));
		json_member(j, "difference", slice_of(f->what));
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void write_json(struct repro *p, FILE *out) {
	struct json j = { .out = out };
	json_open(&j, SLICE_NONE, '{');
	json_text(&j, SLICE("targets"), slices_join(p->arena, &p->o->words, " "));
	json_member(&j, "machine", slice_of(text_of(p, "MACHINE")));
	json_member(&j, "compared-with", slice_of(p->first.top ? "a second build" : "the cache"));
	json_int(&j, SLICE("artefacts"), p->artefacts);
	json_int(&j, SLICE("artefacts-identical"), p->same);
	json_int(&j, SLICE("outputs"), p->outputs);
	json_int(&j, SLICE("outputs-identical"), p->outputs_same);
	json_int(&j, SLICE("not-in-cache"), p->missing);
	write_changes(p, &j);
	write_findings(p, &j);
	json_close(&j, '}');
	fputc('\n', out);
}

static void print_text(struct repro *p) {
	for (size_t i = 0; i < p->changes; i++)
		if (p->change[i].reason)
			printf("not varied: %s: %s\n", p->change[i].what, p->change[i].reason);
	for (size_t i = 0; i < p->findings; i++) {
		const struct finding *f = &p->finding[i];
		printf("differs: %s:%s%s%s: %s\n", f->pn, f->task, *f->path ? ": " : "", f->path,
			f->what);
	}
	if (p->missing)
		printf("%u artefact%s not in the cache\n", p->missing,
			p->missing == 1 ? " is" : "s are");
	if (p->outputs)
		printf("%u of %u packages and images identical, ", p->outputs_same, p->outputs);
	printf("%u of %u artefacts identical\n", p->same, p->artefacts);
}

static int keep_report(struct repro *p) {
	const char *file = arena_printf(p->arena, "%s/report.json", p->dir).p;
	FILE *out = fopen(file, "we");
	if (out)
		write_json(p, out);
	if (out && !ferror(out) && fclose(out) == 0)
		return 0;
	error("%s: %s", file, strerror(errno));
	return -1;
}

/* What is equal has nothing to show. */
static void tidy(struct repro *p) {
	os_remove(arena_printf(p->arena, "%s/second", p->dir).p);
	if (p->first.top)
		os_remove(p->first.top);
}

static int conclude(struct repro *p) {
	if (compare_all(p) || keep_report(p))
		return 1;
	if (p->o->json)
		write_json(p, stdout);
	else
		print_text(p);
	if (p->artefacts == 0)
		error("repro: nothing was compared: %s", p->first.top
			? "no task of the targets keeps an artefact" : "the cache holds none of it");
	if (p->findings && !diffoscope(p))
		note("install diffoscope (the distribution's package) and run this again to see what differs "
			"within files, or look yourself: both versions are in %s/differences", p->dir);
	if (p->findings)
		keep_inputs(p);
	if (p->findings || p->artefacts == 0)
		return 1;
	tidy(p);
	return 0;
}

int repro_targets(struct arena *a, const struct options *o) {
	struct repro p = { .arena = a, .o = o };
	if (o->words.n == 0) {
		error("repro: name a target");
		return 2;
	}
	p.w = workspace_find(a, o);
	if (!p.w || workspace_configure(p.w, o) < 0 || (o->against_cache && !(p.plan = agenda_look(a, o)))
			|| prepare(&p) < 0
			|| build_both(&p) < 0)
		return 1;
	int status = conclude(&p);
	free(p.finding);
	return status;
}
