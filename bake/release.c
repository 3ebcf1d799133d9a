/* release: images/ and packages/ are artefacts of the store, sources/ what `bake archive` collects,
 * the rest is what the engine knows: layers, lock, configuration, tools, signatures. SHA256SUMS is
 * over all of it and SHA256SUMS.sig over that. Nothing in it tells when or where it was made. */
#include "release.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agenda.h"
#include "archive.h"
#include "bom.h"
#include "config.h"
#include "cyclonedx.h"
#include "data.h"
#include "graph.h"
#include "hash.h"
#include "json.h"
#include "map.h"
#include "options.h"
#include "os.h"
#include "proc.h"
#include "recipe.h"
#include "sigdata.h"
#include "sign.h"
#include "source.h"
#include "spdx.h"
#include "store.h"
#include "util.h"
#include "workspace.h"

#define SUMS "SHA256SUMS"
#define COMMAND "command"
#define SIGNATURE "SHA256SUMS.sig"

struct release {
	struct arena *arena;
	const struct options *o;
	struct agenda *agenda;
	const char *dir;
};

static const char *below(struct release *r, const char *name) {
	return arena_printf(r->arena, "%s/%s", r->dir, name).p;
}

static int fail(const char *path) {
	error("%s: %s", path, strerror(errno));
	return -1;
}

/* --- building and collecting: bake itself --- */

static int bake(struct release *r, const char *command, const char *dir) {
	struct arena *a = r->arena;
	const struct options *o = r->o;
	const char **argv = ARENA_ARRAY(a, const char *, 2 * o->assigns.n + o->words.n + 8);
	size_t n = 0;
	argv[n++] = os_realpath(a, "/proc/self/exe");
	argv[n++] = "-B";
	argv[n++] = r->agenda->w->topdir;
	for (size_t i = 0; i < o->assigns.n; i++) {
		argv[n++] = "--set";
		argv[n++] = arena_str(a, o->assigns.v[i]);
	}
	if (dir) {
		argv[n++] = "-o";
		argv[n++] = dir;
	}
	if (command)
		argv[n++] = command;
	for (size_t i = 0; i < o->words.n; i++)
		argv[n++] = arena_str(a, o->words.v[i]);
	struct proc_command c = { .argv = argv };
	fflush(NULL);
	return proc_run(&c, 2) == 0 ? 0 : -1;
}

/* --- images and packages --- */

static bool listed(struct release *r, const char *variable, const struct task *t) {
	struct slice tasks = data_text(data_child(r->arena, r->agenda->config), variable), word;
	while (slice_word(&tasks, &word))
		if (slice_eq(word, atom_slice(t->spec->name)))
			return true;
	return false;
}

static int put_image(struct release *r, const char *file) {
	const char *dir = below(r, "images");
	struct archive_unpack u = { .file = file, .dir = dir, .strip = 1 };
	return os_mkdirs(dir) ? fail(dir) : archive_unpack(&u);
}

static int put_package(struct release *r, const struct task *t, const char *file) {
	const char *to = arena_printf(r->arena, "%s/packages/" SFMT "-" SFMT ".tar.zst", r->dir,
		SARG(t->recipe->pn), SARG(t->recipe->pv)).p;
	return os_mkparents(to) || os_copy_file(file, to) ? fail(to) : 0;
}

static int put_artefacts(struct release *r) {
	const struct graph *g = r->agenda->graph;
	struct store_options s = { .dir = agenda_text(r->agenda, "SSTATE_DIR") };
	for (uint32_t i = 0; i < g->count; i++) {
		const struct task *t = &g->task[i];
		bool image = listed(r, "RELEASE_IMAGE_TASKS", t);
		if (!t->spec->cached || (!image && !listed(r, "RELEASE_PACKAGE_TASKS", t)))
			continue;
		const char *file = store_file(r->arena, &s, arena_str(r->arena, t->hash));
		if (!os_is_file(file)) {
			error("release: " SFMT ": its artefact is not in SSTATE_DIR (%s): bake -f " SFMT,
				SARG(t->id), file, SARG(t->id));
			return -1;
		}
		if (image ? put_image(r, file) : put_package(r, t, file))
			return -1;
	}
	return 0;
}

/* --- what the engine knows --- */

static struct slice git(struct release *r, const char *dir, const char *const *words) {
	const char *argv[8] = { "git", "-C", dir };
	struct slice out = SLICE("");
	int status = 1;
	for (size_t i = 0; words[i] && i < 4; i++)
		argv[3 + i] = words[i];
	struct proc_command c = { .argv = argv, .errors = true };
	if (proc_capture(r->arena, &c, &out, &status) || status)
		return SLICE_NONE;
	return slice_trim(out);
}

static int write_layers(struct release *r) {
	const struct config *c = r->agenda->w->config;
	const char *const head[] = { "rev-parse", "HEAD", NULL };
	const char *const state[] = { "status", "--porcelain", ".", NULL };
	struct buf text = { .arena = r->arena };
	for (size_t i = 0; i < c->layers; i++) {
		const char *dir = arena_str(r->arena, c->layer[i].dir);
		struct slice commit = git(r, dir, head), changes = git(r, dir, state);
		buf_addf(&text, SFMT "\t" SFMT "\t%s\n", SARG(c->layer[i].collection),
			SARG(commit.p ? commit : SLICE("no-repository")),
			!commit.p ? "unknown" : changes.n ? "dirty" : "clean");
		if (changes.n)
			warn("release: layer " SFMT " has changes that are in no commit",
				SARG(c->layer[i].collection));
	}
	return os_write(below(r, "layers.tsv"), buf_slice(&text), 0644, false)
		? fail(below(r, "layers.tsv")) : 0;
}

static int write_tools(struct release *r) {
	struct slice names = slice_of(agenda_text(r->agenda, "HOSTTOOLS")), name;
	struct buf text = { .arena = r->arena };
	char hex[HASH_HEX];
	struct slice compiler = r->agenda->tools.compiler, line;
	while (slice_field(&compiler, '\n', &line))
		if (slice_trim(line).n)
			buf_addf(&text, "compiler\t" SFMT "\n", SARG(line));
	buf_addf(&text, "sandbox\t%s\n", r->agenda->not_hermetic ? "none: not hermetic" : "yes");
	while (slice_word(&names, &name)) {
		const char *program = proc_find(r->arena, arena_str(r->arena, name), getenv("PATH"));
		if (program && hash_file(HASH_SHA256, program, hex) == 0)
			buf_addf(&text, SFMT "\tsha256:%s\n", SARG(name), hex);
	}
	return os_write(below(r, "hosttools.tsv"), buf_slice(&text), 0644, false)
		? fail(below(r, "hosttools.tsv")) : 0;
}

/* What verify-release gives to bake again. */
static int write_command(struct release *r) {
	struct buf text = { .arena = r->arena };
	for (size_t i = 0; i < r->o->assigns.n; i++)
		if (!slice_starts(r->o->assigns.v[i], "RELEASE_"))      /* keys: not what is built */
			buf_addf(&text, "--set\n" SFMT "\n", SARG(r->o->assigns.v[i]));
	for (size_t i = 0; i < r->o->words.n; i++)
		buf_addf(&text, SFMT "\n", SARG(r->o->words.v[i]));
	return os_write(below(r, COMMAND), buf_slice(&text), 0644, false)
		? fail(below(r, COMMAND)) : 0;
}

static int copy_conf(struct release *r) {
	const char *from = arena_printf(r->arena, "%s/conf", r->agenda->w->topdir).p;
	return os_copy_tree(from, below(r, "conf"), false) ? fail(below(r, "conf")) : 0;
}

/* --- the bill of materials --- */

static int write_with(struct release *r, const char *name, const struct bom *b,
		void (*write)(const struct bom *b, FILE *out)) {
	const char *file = below(r, name);
	FILE *out = fopen(file, "we");
	if (!out)
		return fail(file);
	write(b, out);
	bool bad = ferror(out);
	return fclose(out) || bad ? fail(file) : 0;
}

static int write_bom(struct release *r) {
	struct bom b;
	return bom_read(r->agenda, below(r, "images"), &b) || write_with(r, "sbom.spdx.json", &b, spdx_write)
		|| write_with(r, "sbom.cdx.json", &b, cyclonedx_write) ? -1 : 0;
}

/* --- provenance: an in-toto statement with a SLSA v1 predicate --- */

struct document {
	struct release *release;
	struct json j;
};

static void digests(struct document *b, const char *below_dir, const char *key) {
	struct release *r = b->release;
	const char *root = below(r, below_dir);
	struct os_entry *e;
	size_t n;
	char hex[HASH_HEX];
	if (!os_is_dir(root) || os_walk(r->arena, root, &e, &n))
		return;
	for (size_t i = 0; i < n; i++) {
		const char *file = arena_printf(r->arena, "%s/%s", root, e[i].path).p;
		if (e[i].type != 'f' || hash_file(HASH_SHA256, file, hex))
			continue;
		json_open(&b->j, SLICE_NONE, '{');
		json_member(&b->j, key, arena_printf(r->arena, "%s/%s", below_dir, e[i].path));
		json_open(&b->j, SLICE("digest"), '{');
		json_member(&b->j, "sha256", slice_of(hex));
		json_close(&b->j, '}');
		json_close(&b->j, '}');
	}
}

static void build_definition(struct document *b) {
	struct json *j = &b->j;
	json_open(j, SLICE("buildDefinition"), '{');
	json_member(j, "buildType", SLICE("urn:bake:build:1"));
	json_open(j, SLICE("externalParameters"), '{');
	json_member(j, "targets", slices_join(b->release->arena, &b->release->o->words, " "));
	json_member(j, "machine", slice_of(agenda_text(b->release->agenda, "MACHINE")));
	json_close(j, '}');
	json_open(j, SLICE("resolvedDependencies"), '[');
	digests(b, "sources", "name");
	json_close(j, ']');
	json_close(j, '}');
}

static void provenance(struct document *b) {
	struct json *j = &b->j;
	json_member(j, "_type", SLICE("https://in-toto.io/Statement/v1"));
	json_open(j, SLICE("subject"), '[');
	digests(b, "images", "name");
	digests(b, "packages", "name");
	json_close(j, ']');
	json_member(j, "predicateType", SLICE("https://slsa.dev/provenance/v1"));
	json_open(j, SLICE("predicate"), '{');
	build_definition(b);
	json_open(j, SLICE("runDetails"), '{');
	json_open(j, SLICE("builder"), '{');
	json_member(j, "id", SLICE("urn:bake"));
	json_close(j, '}');
	json_close(j, '}');
	json_close(j, '}');
}

static int write_document(struct release *r, const char *name,
		void (*content)(struct document *b)) {
	const char *file = below(r, name);
	FILE *out = fopen(file, "we");
	struct document b = { r, { .out = out } };
	if (!out)
		return fail(file);
	json_open(&b.j, SLICE_NONE, '{');
	content(&b);
	json_close(&b.j, '}');
	fputc('\n', out);
	bool bad = ferror(out);
	return fclose(out) || bad ? fail(file) : 0;
}

/* --- checksums and their signature --- */

static int sums_of(struct arena *a, const char *dir, struct slice *sums) {
	struct buf text = { .arena = a };
	struct os_entry *e;
	size_t n;
	char hex[HASH_HEX];
	if (os_walk(a, dir, &e, &n))
		return fail(dir);
	for (size_t i = 0; i < n; i++) {
		const char *file = arena_printf(a, "%s/%s", dir, e[i].path).p;
		if (e[i].type != 'f' || strcmp(e[i].path, SUMS) == 0
				|| strcmp(e[i].path, SIGNATURE) == 0)
			continue;
		if (hash_file(HASH_SHA256, file, hex))
			return fail(file);
		buf_addf(&text, "%s  %s\n", hex, e[i].path);
	}
	*sums = buf_slice(&text);
	return 0;
}

static int seal(struct release *r) {
	const char *key = agenda_text(r->agenda, "RELEASE_SIGNING_KEY");
	struct slice sums, signature;
	if (sums_of(r->arena, r->dir, &sums))
		return -1;
	if (os_write(below(r, SUMS), sums, 0644, true))
		return fail(below(r, SUMS));
	if (!*key) {
		warn("release: not signed: set RELEASE_SIGNING_KEY to an Ed25519 key (PEM)");
		return 0;
	}
	if (sign_text(r->arena, key, sums, &signature))
		return -1;
	signature = arena_printf(r->arena, SFMT "\n", SARG(signature));
	return os_write(below(r, SIGNATURE), signature, 0644, true) ? fail(below(r, SIGNATURE)) : 0;
}

/* --- the commands --- */

static int fill(struct release *r) {
	if (put_artefacts(r) || write_layers(r) || write_tools(r) || copy_conf(r)
			|| write_command(r))
		return -1;
	if (sigdata_write_all(r->agenda, below(r, "signatures")))
		return -1;
	if (bake(r, "archive", below(r, "sources")))
		return -1;
	if (write_bom(r) || write_document(r, "provenance.json", provenance))
		return -1;
	return seal(r);
}

/* The agenda is made twice: what was built may have new hashes by early cut-off. */
static struct agenda *plan(struct arena *a, const struct options *o) {
	struct options *dry = ARENA_NEW(a, struct options);  /* the agenda keeps it */
	*dry = *o;
	dry->dry_run = true;
	return agenda_open(a, dry, false);
}

int release_make(struct arena *a, const struct options *o) {
	struct release r = { .arena = a, .o = o };
	if (o->words.n == 0) {
		error("release: name a target");
		return 2;
	}
	r.agenda = plan(a, o);
	if (!r.agenda || bake(&r, NULL, NULL) || !(r.agenda = plan(a, o)))
		return 1;
	r.dir = o->output ? os_absolute(a, o->output)
		: arena_printf(a, "%s/release", r.agenda->tmpdir).p;
	if (os_is_dir(r.dir) && !os_is_file(below(&r, SUMS))) {
		struct slices names = { 0 };
		if (os_list(a, r.dir, &names) == 0 && names.n) {
			error("release: %s: holds something that is no release: name another directory",
				r.dir);
			return 1;
		}
	}
	if (os_remove(r.dir) || os_mkdirs(r.dir)) {
		fail(r.dir);
		return 1;
	}
	if (fill(&r))
		return 1;
	printf("%s: release of " SFMT "\n", r.dir, SARG(slices_join(a, &o->words, " ")));
	return 0;
}

/* --- verifying --- */

/* Names the files whose lines are in one of the two lists only. */
static unsigned compare_sums(struct slice said, struct slice found) {
	unsigned wrong = 0;
	struct slice x, y;
	bool more = slice_field(&said, '\n', &x) && x.n, has = slice_field(&found, '\n', &y) && y.n;
	while (more || has) {
		struct slice p = more ? slice_sub(x, 66, x.n) : SLICE_NONE;
		struct slice q = has ? slice_sub(y, 66, y.n) : SLICE_NONE;
		int order = !more ? 1 : !has ? -1 : slice_cmp(p, q);
		if (order != 0 || !slice_eq(x, y)) {
			wrong++;
			error("release: " SFMT ": %s", SARG(order <= 0 ? p : q), order < 0 ? "missing"
				: order > 0 ? "not in " SUMS : "not what " SUMS " says");
		}
		if (order <= 0)
			more = slice_field(&said, '\n', &x) && x.n;
		if (order >= 0)
			has = slice_field(&found, '\n', &y) && y.n;
	}
	return wrong;
}

static int verify_signature(struct workspace *w, const char *dir, struct slice sums) {
	struct arena *a = w->arena;
	struct slices keys = { 0 };
	struct slice signature, why;
	slices_words(a, &keys, data_text(data_child(a, w->config->data), "RELEASE_VERIFY_KEYS"));
	if (keys.n == 0) {
		error("verify-release: RELEASE_VERIFY_KEYS names no public key: nobody can tell whose it is");
		return -1;
	}
	if (os_read(a, arena_printf(a, "%s/" SIGNATURE, dir).p, &signature)) {
		error("%s/" SIGNATURE ": %s", dir, strerror(errno));
		return -1;
	}
	if (sign_verify(a, &keys, sums, slice_trim(signature), &why) == 0)
		return 0;
	error("%s/" SIGNATURE ": " SFMT, dir, SARG(why));
	return -1;
}

/* Of a list of sums, those of what is given out. */
static struct slice outputs(struct arena *a, struct slice sums) {
	struct buf out = { .arena = a };
	struct slice line;
	while (slice_field(&sums, '\n', &line)) {
		struct slice path = slice_sub(line, 66, line.n);
		if (slice_starts(path, "images/") || slice_starts(path, "packages/"))
			buf_addf(&out, SFMT "\n", SARG(line));
	}
	return out.n ? buf_slice(&out) : SLICE("");
}

/* A build directory with the release's configuration and sources; layers are those of w. */
static int prepare_rebuild(struct workspace *w, const char *dir, const char *place) {
	struct arena *a = w->arena;
	const char *conf = arena_printf(a, "%s/conf", place).p;
	const char *downloads = arena_printf(a, "%s/downloads", place).p;
	const char *layers = arena_printf(a, "%s/conf/bblayers.conf", w->topdir).p;
	struct slices files = { 0 };
	if (os_remove(place) || os_mkdirs(downloads)
			|| os_copy_tree(arena_printf(a, "%s/conf", dir).p, conf, false))
		return fail(place);
	if (workspace_copy_layers(a, layers, conf))
		return fail(conf);
	os_glob(a, arena_printf(a, "%s/sources/*/sources/*", dir).p, &files);
	for (size_t i = 0; i < files.n; i++) {
		const char *to = os_path(a, slice_of(downloads), os_basename(files.v[i])).p;
		if (os_copy_tree(arena_str(a, files.v[i]), to, true))
			return fail(to);
	}
	return 0;
}

static int rebuild(struct workspace *w, const char *dir, const char *place) {
	struct arena *a = w->arena;
	struct slices argv = { 0 };
	struct slice command, word;
	if (os_read(a, arena_printf(a, "%s/" COMMAND, dir).p, &command))
		return fail(arena_printf(a, "%s/" COMMAND, dir).p);
	slices_add(a, &argv, slice_of(os_realpath(a, "/proc/self/exe")));
	slices_add(a, &argv, SLICE("-B"));
	slices_add(a, &argv, slice_of(place));
	while (slice_field(&command, '\n', &word))
		if (word.n)
			slices_add(a, &argv, word);
	slices_add(a, &argv, SLICE("-o"));
	slices_add(a, &argv, arena_printf(a, "%s/release", place));
	static const char *const own[] = { "TMPDIR", "tmp", "SSTATE_DIR", "artefacts", "DL_DIR",
		"downloads" };
	for (size_t i = 0; i < 6; i += 2) {
		slices_add(a, &argv, SLICE("--set"));
		slices_add(a, &argv, arena_printf(a, "%s=%s/%s", own[i], place, own[i + 1]));
	}
	static const char *const fixed[] = { "--set", "SSTATE_MIRRORS=", "--set",
		"RELEASE_SIGNING_KEY=", "--set", "BB_NO_NETWORK=1" };
	for (size_t i = 0; i < 6; i++)
		slices_add(a, &argv, slice_of(fixed[i]));
	const char **list = ARENA_ARRAY(a, const char *, argv.n + 2);
	for (size_t i = 0; i < argv.n; i++)
		list[i + (i >= 3)] = arena_str(a, argv.v[i]);
	list[3] = "release";
	struct proc_command c = { .argv = list };
	fflush(NULL);
	return proc_run(&c, 2) == 0 ? 0 : -1;
}

static int compare_rebuilt(struct workspace *w, const char *dir, struct slice said) {
	struct arena *a = w->arena;
	const char *tmpdir = arena_str(a, data_text(data_child(a, w->config->data), "TMPDIR"));
	const char *place = arena_printf(a, "%s/verify-release", os_absolute(a, tmpdir)).p;
	struct slice again;
	if (prepare_rebuild(w, dir, place) || rebuild(w, dir, place)
			|| sums_of(a, arena_printf(a, "%s/release", place).p, &again))
		return -1;
	if (compare_sums(outputs(a, said), outputs(a, again))) {
		error("verify-release: what was built again is in %s/release", place);
		return -1;
	}
	os_remove(place);
	return 0;
}

int release_verify(struct arena *a, const struct options *o) {
	struct slice said, found;
	if (o->words.n != 1) {
		error("verify-release: name one directory");
		return 2;
	}
	const char *dir = os_absolute(a, arena_str(a, o->words.v[0]));
	struct workspace *w = workspace_find(a, o);
	if (!w || workspace_configure(w, o) < 0)
		return 1;
	if (os_read(a, arena_printf(a, "%s/" SUMS, dir).p, &said)) {
		error("%s/" SUMS ": %s", dir, strerror(errno));
		return 1;
	}
	if (verify_signature(w, dir, said) || sums_of(a, dir, &found) || compare_sums(said, found))
		return 1;
	if (compare_rebuilt(w, dir, said))
		return 1;
	printf("%s: signed, complete, and built again with the same bytes\n", dir);
	return 0;
}
