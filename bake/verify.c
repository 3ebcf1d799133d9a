/* verify: first what can be told by reading, then the build. */
#include "verify.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "data.h"
#include "hosttools.h"
#include "options.h"
#include "os.h"
#include "proc.h"
#include "release.h"
#include "revision.h"
#include "seal.h"
#include "util.h"
#include "workspace.h"

struct verify {
	struct arena *arena;
	const struct options *o;
	struct workspace *w;
	const char *dir;         /* the release */
	const char *place;       /* of the build directory */
};

static const char *below(struct verify *v, const char *name) {
	return arena_printf(v->arena, "%s/%s", v->dir, name).p;
}

static int fail(const char *path) {
	error("%s: %s", path, strerror(errno));
	return -1;
}

static struct slice setting(struct verify *v, const char *name) {
	return data_text(data_child(v->arena, v->w->config->data), name);
}

/* --- the seal --- */

static int check_seal(struct verify *v, struct slice said) {
	struct slices keys = { 0 };
	slices_words(v->arena, &keys, setting(v, "RELEASE_VERIFY_KEYS"));
	if (keys.n == 0) {
		error("verify-release: RELEASE_VERIFY_KEYS names no public key: nobody can tell whose it is");
		return -1;
	}
	return seal_check(v->arena, v->dir, said, &keys) || seal_holds(v->arena, v->dir, said) ? -1 : 0;
}

/* --- layers and tools --- */

static const struct layer *layer_here(struct verify *v, struct slice collection) {
	const struct config *c = v->w->config;
	for (size_t i = 0; i < c->layers; i++)
		if (slice_eq(c->layer[i].collection, collection))
			return &c->layer[i];
	return NULL;
}

/* Is the layer of this line what it was? */
static bool check_layer(struct verify *v, struct slice line) {
	struct slice collection, commit, state = SLICE_NONE;
	if (!slice_field(&line, '\t', &collection) || !slice_field(&line, '\t', &commit))
		return false;
	slice_field(&line, '\t', &state);
	const struct layer *l = layer_here(v, collection);
	if (!l) {
		error("layer " SFMT ": is in the release, not in conf/bblayers.conf", SARG(collection));
		return false;
	}
	const char *dir = arena_str(v->arena, l->dir);
	struct revision now = revision_of(v->arena, dir);
	if (slice_is(state, "dirty") || now.dirty)
		warn("layer " SFMT ": %s changes that are in no commit", SARG(collection),
			now.dirty ? "has" : "had, for the release,");
	if (slice_is(commit, "no-repository") || slice_eq(commit, now.commit))
		return true;
	error("layer " SFMT ": is at " SFMT ", the release was made at " SFMT ": git -C %s checkout " SFMT,
		SARG(collection), SARG(now.commit.p ? now.commit : SLICE("no commit")), SARG(commit), dir,
		SARG(commit));
	return false;
}

static int check_layers(struct verify *v) {
	struct slice text, line;
	bool same = true;
	if (os_read(v->arena, below(v, RELEASE_LAYERS), &text))
		return fail(below(v, RELEASE_LAYERS));
	while (slice_field(&text, '\n', &line))
		if (line.n && !check_layer(v, line))
			same = false;
	if (same || v->o->keep_going)
		return 0;
	error("verify-release: other layers build something else (-k: try all the same)");
	return -1;
}

/* They may well give the same bytes: the build will tell. */
static int check_tools(struct verify *v) {
	struct slice said, line;
	struct slices others = { 0 }, now = { 0 };
	struct hosttools_identity id;
	if (os_read(v->arena, below(v, RELEASE_TOOLS), &said))
		return fail(below(v, RELEASE_TOOLS));
	if (hosttools_identify(data_child(v->arena, v->w->config->data), v->arena, &id) < 0)
		return -1;
	struct slice tools = release_tools(v->arena, id.lines);
	while (slice_field(&tools, '\n', &line))
		slices_add(v->arena, &now, line);
	while (slice_field(&said, '\n', &line)) {
		struct slice rest = line, name;
		if (line.n && slice_field(&rest, '\t', &name) && !slice_is(name, RELEASE_SANDBOX)
				&& !slices_has(&now, line))
			slices_add(v->arena, &others, name);
	}
	if (others.n)
		warn("tools of this host that are others than the release's: " SFMT,
			SARG(slices_join(v->arena, &others, " ")));
	return 0;
}

/* --- the build --- */

/* Of a list of sums, those of what is given out. */
static struct slice outputs(struct arena *a, struct slice sums) {
	struct buf out = { .arena = a };
	struct slice line;
	while (slice_field(&sums, '\n', &line)) {
		struct slice path = slice_sub(line, SEAL_PATH, line.n);
		if (slice_starts(path, "images/") || slice_starts(path, "packages/"))
			buf_addf(&out, SFMT "\n", SARG(line));
	}
	return out.n ? buf_slice(&out) : SLICE("");
}

static int link_sources(struct verify *v, const char *downloads) {
	struct slices files = { 0 };
	if (os_mkdirs(downloads))
		return fail(downloads);
	os_glob(v->arena, below(v, "sources/*/*/sources/*"), &files);
	for (size_t i = 0; i < files.n; i++) {
		const char *to = os_path(v->arena, slice_of(downloads), os_basename(files.v[i])).p;
		if (!os_exists(to) && os_copy_tree(arena_str(v->arena, files.v[i]), to, true))
			return fail(to);
	}
	return 0;
}

/* A build directory with the release's configuration and sources; layers are those that are here. */
static int prepare(struct verify *v) {
	const char *conf = arena_printf(v->arena, "%s/conf", v->place).p;
	const char *layers = arena_printf(v->arena, "%s/conf/bblayers.conf", v->w->topdir).p;
	if (os_remove(v->place) || os_mkdirs(v->place) || os_copy_tree(below(v, "conf"), conf, false))
		return fail(v->place);
	if (workspace_copy_layers(v->arena, layers, conf))
		return fail(conf);
	return link_sources(v, arena_printf(v->arena, "%s/downloads", v->place).p);
}

static void set(struct verify *v, struct slices *argv, const char *assignment) {
	slices_add(v->arena, argv, SLICE("--set"));
	slices_add(v->arena, argv, slice_of(assignment));
}

/* What is not in sources/ (RELEASE_SOURCES = "copyleft") comes from DL_DIR or the network: a sum pins
 * it. */
static void set_sources(struct verify *v, struct slices *argv) {
	struct slice have = setting(v, "DL_DIR");
	set(v, argv, arena_printf(v->arena, "DL_DIR=%s/downloads", v->place).p);
	if (!slice_is(setting(v, "RELEASE_SOURCES"), "copyleft"))
		set(v, argv, "BB_NO_NETWORK=1");
	else
		set(v, argv, arena_printf(v->arena, "PREMIRRORS=.*://.*/.* file://" SFMT, SARG(have)).p);
}

static struct slices build_command(struct verify *v, struct slice words) {
	struct slices argv = { 0 };
	struct slice word;
	slices_add(v->arena, &argv, slice_of(os_realpath(v->arena, "/proc/self/exe")));
	slices_add(v->arena, &argv, SLICE("-B"));
	slices_add(v->arena, &argv, slice_of(v->place));
	slices_add(v->arena, &argv, SLICE("release"));
	while (slice_field(&words, '\n', &word))
		if (word.n)
			slices_add(v->arena, &argv, word);
	slices_add(v->arena, &argv, SLICE("-o"));
	slices_add(v->arena, &argv, arena_printf(v->arena, "%s/release", v->place));
	set(v, &argv, arena_printf(v->arena, "TMPDIR=%s/tmp", v->place).p);
	set(v, &argv, arena_printf(v->arena, "SSTATE_DIR=%s/artefacts", v->place).p);
	set(v, &argv, "SSTATE_MIRRORS=");
	set(v, &argv, "RELEASE_SIGNING_KEY=");
	set_sources(v, &argv);
	return argv;
}

static int rebuild(struct verify *v) {
	struct slice words;
	if (os_read(v->arena, below(v, RELEASE_COMMAND), &words))
		return fail(below(v, RELEASE_COMMAND));
	struct slices argv = build_command(v, words);
	struct proc_command c = { .argv = slices_argv(v->arena, &argv) };
	fflush(NULL);
	return proc_run(&c, 2) == 0 ? 0 : -1;
}

static int compare_rebuilt(struct verify *v, struct slice said) {
	struct arena *a = v->arena;
	struct slice again;
	v->place = arena_printf(a, "%s/verify-release",
		os_absolute(a, arena_str(a, setting(v, "TMPDIR")))).p;
	if (prepare(v) || rebuild(v) || seal_sums(a, arena_printf(a, "%s/release", v->place).p, &again))
		return -1;
	if (seal_compare(outputs(a, said), outputs(a, again))) {
		error("verify-release: what was built again is in %s/release", v->place);
		return -1;
	}
	os_remove(v->place);
	return 0;
}

/* --- the command --- */

int release_verify(struct arena *a, const struct options *o) {
	struct verify v = { .arena = a, .o = o };
	struct slice said;
	if (o->words.n != 1) {
		error("verify-release: name one directory");
		return 2;
	}
	v.dir = os_absolute(a, arena_str(a, o->words.v[0]));
	v.w = workspace_find(a, o);
	if (!v.w || workspace_configure(v.w, o) < 0)
		return 1;
	if (os_read(a, below(&v, SEAL_SUMS), &said)) {
		error("%s: no release: it has no " SEAL_SUMS " (%s)", v.dir, strerror(errno));
		return 1;
	}
	if (check_seal(&v, said) || check_layers(&v) || check_tools(&v) || compare_rebuilt(&v, said))
		return 1;
	printf("%s: signed, complete, and built again with the same bytes\n", v.dir);
	return 0;
}
