/* refresh: the sources are unpacked once more beside TMPDIR/work and patched one patch a commit, in
 * a repository of our own; what S has otherwise is told by git.
 *
 * Invariant: a changed file belongs to the last patch that touches it. No later patch has it as
 * context, so rewriting that patch spoils none. */
#include "refresh.h"
#include "data.h"
#include "hunt.h"
#include "options.h"
#include "os.h"
#include "patch.h"
#include "proc.h"
#include "provider.h"
#include "recipe.h"
#include "source.h"
#include "unpack.h"
#include "util.h"
#include "workspace.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { WORDS_MOST = 20 };

/* One patch of the series, as a commit. */
struct step {
	struct unpack_patch patch;
	const char *file;        /* in the layer; NULL: it is none of ours to write */
	const char *dir;         /* where it is applied, below S; "" is S itself */
	struct slice before, after;      /* commits */
	struct slices changed;   /* files that become part of it now */
};

struct refresh {
	struct arena *arena;
	struct data *d;
	const char *s;           /* S */
	const char *scratch;     /* what we unpack and commit in */
	const char *tree;        /* S below scratch */
	const char *index;       /* file for git's index; NULL: its own */
	const char *work;        /* the tree git looks at */
	struct step *step;       /* the patches, then one more for NEW.patch */
	size_t steps;
	struct slice name;       /* of the new patch; unset: none is wanted */
};

/* --- git --- */

static int run(struct refresh *r, const char *const *words, struct slice *out) {
	struct arena *a = r->arena;
	const char *argv[WORDS_MOST] = { "git", "-c", "user.name=bake", "-c", "user.email=bake" };
	const char *env[] = { "PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C",
		"GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1",
		arena_printf(a, "GIT_DIR=%s/git", r->scratch).p,
		arena_printf(a, "GIT_WORK_TREE=%s", r->work).p, NULL, NULL };
	struct proc_command c = { .argv = argv, .env = env, .cwd = r->work };
	int status;
	if (r->index)
		env[6] = arena_printf(a, "GIT_INDEX_FILE=%s", r->index).p;
	for (size_t n = 5; *words; words++)
		argv[n++] = *words;
	if (proc_capture(a, &c, out, &status))
		raise_error("refresh: git: %s", strerror(errno));
	return status;
}

/* Its output; raises when git fails. */
static struct slice git(struct refresh *r, const char *const *words) {
	struct slice out;
	int status = run(r, words, &out);
	if (status)
		raise_error("refresh: git %s: exit status %d", words[0], status);
	return out;
}
#define GIT(r, ...) git(r, (const char *const[]){ __VA_ARGS__, NULL })

static struct slice commit_all(struct refresh *r) {
	GIT(r, "add", "-A", "-f", ".");
	GIT(r, "commit", "-q", "--allow-empty", "--no-verify", "-m", "step");
	return slice_trim(GIT(r, "rev-parse", "HEAD"));
}

/* --- the series, one commit a patch --- */

/* Attributes in the sources (line ends, filters) must not change what is compared. */
static void begin(struct refresh *r) {
	const char *attributes = arena_printf(r->arena, "%s/git/info/attributes", r->scratch).p;
	GIT(r, "init", "-q");
	if (os_mkparents(attributes) || os_write(attributes, SLICE("* -text !eol !ident !filter "
			"!working-tree-encoding !diff !export-subst\n"), 0644, false))
		raise_error("%s: %s", attributes, strerror(errno));
}

static void apply(struct refresh *r, const struct step *s) {
	struct slice said;
	struct patch p = { .dir = arena_printf(r->arena, "%s/%s", r->tree, s->dir).p,
		.file = arena_str(r->arena, s->patch.path), .path = "/usr/bin:/bin",
		.strip = arena_str(r->arena, s->patch.striplevel) };
	if (patch_apply(r->arena, &p, &said) == PATCH_REFUSED)
		raise_error("refresh: " SFMT " does not apply: " SFMT,
			SARG(os_basename(s->patch.path)), SARG(said));
}

static void commit_series(struct refresh *r) {
	begin(r);
	struct slice last = commit_all(r);
	for (size_t i = 0; i < r->steps; i++) {
		r->step[i].before = last;
		if (i + 1 < r->steps) {
			apply(r, &r->step[i]);
			last = commit_all(r);
		}
		r->step[i].after = last;
	}
}

static void read_series(struct refresh *r) {
	size_t count, local = 0;
	struct unpack_patch *patches = unpack_patches(r->d, &count);
	struct sources all = source_list(r->d);
	r->step = ARENA_ARRAY(r->arena, struct step, count + 1);
	r->steps = count + 1;
	for (size_t i = 0; i < all.n; i++) {
		if (!source_is_patch(&all.v[i]))
			continue;
		struct step *s = &r->step[local];
		s->patch = patches[local++];
		s->dir = s->patch.patchdir.p ? arena_str(r->arena, s->patch.patchdir) : "";
		bool ours = all.v[i].kind == SOURCE_LOCAL && slice_is(s->patch.striplevel, "1") &&
			s->dir[0] != '/' && !slice_find(s->patch.patchdir, "..", NULL);
		bool plain = all.v[i].path && (slice_ends(slice_of(all.v[i].path), ".patch") ||
			slice_ends(slice_of(all.v[i].path), ".diff"));
		s->file = ours && plain ? all.v[i].path : NULL;
		s->patch.path = slice_of(source_path(r->d, &all.v[i]));
	}
	r->step[count].dir = "";
}

/* --- what was changed, and whose it is --- */

static size_t owner(struct refresh *r, struct slice file) {
	const char *name = arena_printf(r->arena, ":(literal)" SFMT, SARG(file)).p;
	struct slice commit = slice_trim(GIT(r, "log", "-1", "--format=%H", "HEAD", "--", name));
	for (size_t i = 0; i + 1 < r->steps; i++)
		if (slice_eq(r->step[i].after, commit))
			return i;
	return r->steps - 1;
}

static void give(struct refresh *r, size_t i, struct slice file) {
	struct step *s = &r->step[i];
	if (i + 1 < r->steps && !s->file)
		raise_error("refresh: " SFMT ": it is part of " SFMT ", which is not a plain patch of a "
			"layer with striplevel 1: change that one by hand", SARG(file),
			SARG(os_basename(s->patch.path)));
	if (i + 1 == r->steps && !r->name.p)
		raise_error("refresh: " SFMT ": no patch touches it: name a new one: bake refresh "
			"RECIPE NEW.patch", SARG(file));
	slices_add(r->arena, &s->changed, file);
}

/* Files that the sources have. Others are what building left, but for those somebody names. */
static void find_changes(struct refresh *r, const struct slices *added) {
	r->work = r->s;
	struct slice out = GIT(r, "diff", "--no-renames", "--name-only", "-z", "HEAD");
	for (struct slice file; out.n && slice_field(&out, '\0', &file);)
		if (file.n)
			give(r, owner(r, file), file);
	for (size_t i = 0; i < added->n; i++) {
		const char *path = arena_printf(r->arena, "%s/" SFMT, r->s, SARG(added->v[i])).p;
		if (slice_starts(added->v[i], "/") || os_climbs(added->v[i]))
			raise_error("refresh: " SFMT ": name it as it is below %s", SARG(added->v[i]), r->s);
		if (!os_exists(path))
			raise_error("refresh: %s: not there", path);
		give(r, r->steps - 1, added->v[i]);
	}
}

/* --- patches --- */

/* What a patch says before its first file. */
static struct slice header(struct slice text) {
	struct slice rest = text, line;
	size_t length = 0;
	while (slice_field(&rest, '\n', &line)) {
		if (slice_starts(line, "diff ") || slice_starts(line, "Index: ") ||
				(slice_starts(line, "--- ") && slice_starts(rest, "+++ ")))
			return slice_sub(text, 0, length);
		length += line.n + 1;
	}
	return SLICE("");
}

/* The patch as it is with its changed files. */
static struct slice difference(struct refresh *r, const struct step *s) {
	struct arena *a = r->arena;
	r->index = arena_printf(a, "%s/index", r->scratch).p;
	GIT(r, "read-tree", arena_str(a, s->after));
	for (size_t i = 0; i < s->changed.n; i++)
		GIT(r, "update-index", "--add", "--remove", "--", arena_str(a, s->changed.v[i]));
	struct slice tree = slice_trim(GIT(r, "write-tree"));
	r->index = NULL;
	const char *below = *s->dir ? arena_printf(a, "--relative=%s", s->dir).p : "--no-relative";
	return GIT(r, "diff", "--no-renames", "--no-ext-diff", "--no-color", "--binary", below,
		arena_str(a, s->before), arena_str(a, tree));
}

static void write_patch(struct refresh *r, const char *file, struct slice old, struct slice diff) {
	struct slice text = arena_printf(r->arena, SFMT SFMT, SARG(header(old)), SARG(diff));
	if (os_mkparents(file) || os_write(file, text, 0644, false))
		raise_error("%s: %s", file, strerror(errno));
	printf("%s\n", file);
}

static void rewrite(struct refresh *r, const struct step *s) {
	struct slice old, diff = difference(r, s);
	if (os_read(r->arena, s->file, &old))
		raise_error("%s: %s", s->file, strerror(errno));
	if (diff.n)
		write_patch(r, s->file, old, diff);
	else
		warn("%s: nothing is left of it: take it out of SRC_URI", s->file);
}

/* Beside the recipe's other patches, or where FILESPATH looks for files of this recipe alone. */
static const char *new_file(struct refresh *r) {
	struct slice dir = SLICE_NONE, file = data_text(r->d, "FILE");
	for (size_t i = 0; i + 1 < r->steps; i++)
		if (r->step[i].file)
			dir = os_dirname(slice_of(r->step[i].file));
	if (!dir.p)
		dir = os_path(r->arena, os_dirname(file), data_text(r->d, "BPN"));
	return os_path(r->arena, dir, r->name).p;
}

static void rewrite_all(struct refresh *r) {
	size_t changed = 0;
	for (size_t i = 0; i + 1 < r->steps; i++) {
		if (r->step[i].changed.n)
			rewrite(r, &r->step[i]);
		changed += r->step[i].changed.n;
	}
	const struct step *new = &r->step[r->steps - 1];
	if (new->changed.n) {
		const char *file = new_file(r);
		if (os_exists(file))
			raise_error("refresh: %s: is there already", file);
		write_patch(r, file, SLICE(""), difference(r, new));
		note("add it to the recipe: SRC_URI += \"file://" SFMT "\"", SARG(r->name));
	}
	if (!changed && !new->changed.n)
		note("refresh: %s: nothing was changed", r->s);
}

/* --- the command --- */

/* S as it is below the directory that sources are unpacked in. */
static struct slice below_unpack(struct refresh *r) {
	struct slice dir = slice_of(os_absolute(r->arena, hunt_text(r->d, "UNPACKDIR")));
	struct slice s = slice_of(r->s);
	if (s.n <= dir.n + 1 || !slice_eq(slice_sub(s, 0, dir.n), dir) || s.p[dir.n] != '/')
		raise_error("refresh: S is %s: it must be a directory below " SFMT, r->s, SARG(dir));
	return slice_sub(s, dir.n + 1, s.n);
}

static void refresh(struct refresh *r, const struct slices *added) {
	r->s = os_absolute(r->arena, hunt_text(r->d, "S"));
	struct slice below = below_unpack(r);
	const char *state = arena_printf(r->arena, "%s/series", hunt_text(r->d, "PATCH_STATE")).p;
	const char *unpacked = arena_printf(r->arena, "%s/unpacked", r->scratch).p;
	read_series(r);
	/* do_patch says what it did; of a series of none there is nothing to say. */
	if ((r->steps > 1 && !os_is_file(state)) || !os_is_dir(r->s))
		raise_error("refresh: %s: not patched yet: run bake -c patch first, then edit", r->s);
	unpack_all(r->d, unpacked);
	r->tree = r->work = os_path(r->arena, slice_of(unpacked), below).p;
	commit_series(r);
	find_changes(r, added);
	rewrite_all(r);
}

static struct data *open_recipe(struct arena *a, const struct options *o) {
	struct workspace *w = workspace_find(a, o);
	if (!w || workspace_lock(w) < 0 || workspace_open(w, o) < 0)
		return NULL;
	const struct provider_choice *choice = provider_build(w->providers, o->words.v[0]);
	if (choice->n)
		return recipe_data(w->config, choice->v[0]->id, a);
	error("nothing provides " SFMT, SARG(o->words.v[0]));
	return NULL;
}

int refresh_patches(struct arena *a, const struct options *o) {
	struct refresh r = { .arena = a };
	struct slices added = { 0 };
	struct trap trap;
	if (!o->words.n) {
		error("refresh: say of what: bake refresh RECIPE [NEW.patch] [FILE…]");
		return 2;
	}
	for (size_t i = 1; i < o->words.n; i++) {
		if (slice_ends(o->words.v[i], ".patch") && !r.name.p)
			r.name = o->words.v[i];
		else
			slices_add(a, &added, o->words.v[i]);
	}
	if (slice_find(r.name, "/", NULL)) {
		error("refresh: " SFMT ": give a name alone: it is put beside the recipe's other patches",
			SARG(r.name));
		return 2;
	}
	r.d = open_recipe(a, o);
	if (!r.d)
		return 1;
	r.scratch = arena_printf(a, "%s/refresh-%d", hunt_text(r.d, "TMPDIR"), (int)getpid()).p;
	if (TRAP(&trap)) {
		refresh(&r, &added);
		trap_end(&trap);
	}
	os_remove(r.scratch);
	if (!trap.error.message.p)
		return 0;
	fault_report(&trap.error);
	return 1;
}
