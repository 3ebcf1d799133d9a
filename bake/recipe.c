/* recipe: what BitBake's cache.py takes from a finished store (CoreRecipeInfo): names, versions,
 * dependencies, and each task with its flags and base hash. */
#include "recipe.h"
#include "data.h"
#include "eval.h"
#include "glance.h"
#include "inline.h"
#include "layer.h"
#include "map.h"
#include "os.h"
#include "regex.h"
#include "sig.h"
#include "util.h"
#include "witness.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool recipe_is_native(const struct recipe *r) {
	static const char *const classes[] = { "native", "nativesdk", "cross", "crosssdk" };
	for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
		if (slices_has(&r->inherits, slice_of(classes[i])))
			return true;
	return false;
}

const struct recipe_task *recipe_task_find(const struct recipe *r, const struct atom *name) {
	for (size_t i = 0; i < r->tasks; i++)
		if (r->task[i].name == name)
			return &r->task[i];
	return NULL;
}

/* --- values --- */

static struct slices list_of(struct data *d, struct slice text) {
	struct slices list = { 0 };
	slices_words(data_arena(d), &list, text);
	return list;
}

/* "name (>= 1.0) other" → name, other. A parenthesis counts only at the start of a word, as in
 * bb.utils.explode_deps. */
static struct slices names_of(struct data *d, struct slice text) {
	struct slices list = { 0 };
	bool version = false;
	for (struct slice word; slice_word(&text, &word);) {
		version |= word.p[0] == '(';
		if (!version && !slices_has(&list, word))
			slices_add(data_arena(d), &list, word);
		if (slice_ends(word, ")"))
			version = false;
	}
	return list;
}

/* RDEPENDS of a package is the variable "RDEPENDS:package", whatever OVERRIDES says. */
static struct slices package_names(struct data *d, const char *variable, struct slice package) {
	struct slice name = arena_printf(data_arena(d), "%s:" SFMT, variable, SARG(package));
	return names_of(d, data_text(d, name.p));
}

static int number(struct data *d, const char *name) {
	struct slice text = slice_trim(data_text(d, name));
	char *end, *start = arena_str(data_arena(d), text);
	errno = 0;
	long value = strtol(start, &end, 10);
	if (*end || errno || value > INT32_MAX || value < INT32_MIN)
		raise_error("%s: " SFMT ": is not a number", name, SARG(text));
	return (int)value;
}

/* --- a recipe that does not fit --- */

static bool fits(struct data *d, const char *variable, struct slice pattern, struct slice text) {
	const char *why;
	struct regex *r = regex_new(data_arena(d), pattern, &why);
	if (!r)
		raise_error("%s: " SFMT ": %s", variable, SARG(pattern), why);
	return regex_match(r, text);
}

static bool fits_machine(struct data *d, struct slice pattern) {
	struct slice rest = data_text(d, "MACHINEOVERRIDES"), one;
	if (!rest.n)
		return fits(d, "COMPATIBLE_MACHINE", pattern, SLICE(""));
	while (slice_field(&rest, ':', &one))
		if (fits(d, "COMPATIBLE_MACHINE", pattern, one))
			return true;
	return false;
}

struct slice recipe_skip_reason(struct data *d) {
	struct slice machine = data_text(d, "COMPATIBLE_MACHINE");
	struct slice host = data_text(d, "COMPATIBLE_HOST");
	if (machine.n && !fits_machine(d, machine))
		return arena_printf(data_arena(d), "incompatible with machine " SFMT
				" (not in COMPATIBLE_MACHINE)", SARG(data_text(d, "MACHINE")));
	if (host.n && !fits(d, "COMPATIBLE_HOST", host, data_text(d, "HOST_SYS")))
		return arena_printf(data_arena(d), "incompatible with host " SFMT
				" (not in COMPATIBLE_HOST)", SARG(data_text(d, "HOST_SYS")));
	return SLICE_NONE;
}

/* --- tasks --- */

/* The flags of tasks, interned once. */
static struct {
	const struct atom *depends, *rdepends, *deptask, *rdeptask, *recrdeptask, *recideptask,
		*mcdepends, *file_checksums, *plaindirs, *inputdirs, *outputdirs, *stamp_extra,
		*noexec, *nostamp, *network;
} flag;

static void intern_flags(void) {
	if (flag.depends)
		return;
	flag.depends = atom_of("depends");
	flag.rdepends = atom_of("rdepends");
	flag.deptask = atom_of("deptask");
	flag.rdeptask = atom_of("rdeptask");
	flag.recrdeptask = atom_of("recrdeptask");
	flag.recideptask = atom_of("recideptask");
	flag.mcdepends = atom_of("mcdepends");
	flag.file_checksums = atom_of("file-checksums");
	flag.plaindirs = atom_of("sstate-plaindirs");
	flag.inputdirs = atom_of("sstate-inputdirs");
	flag.outputdirs = atom_of("sstate-outputdirs");
	flag.stamp_extra = atom_of("stamp-extra-info");
	flag.noexec = atom_of("noexec");
	flag.nostamp = atom_of("nostamp");
	flag.network = atom_of("network");
}

static struct slice flag_text(struct data *d, const struct recipe_task *t,
		const struct atom *name) {
	struct slice text = SLICE_NONE;
	data_get_flag(d, t->name, name, true, &text);
	return text;
}

static struct slices flag_list(struct data *d, const struct recipe_task *t,
		const struct atom *name) {
	return list_of(d, flag_text(d, t, name));
}

/* bb.utils.to_boolean */
static bool is_yes(struct slice text) {
	static const char *const yes[] = { "y", "yes", "1", "true", "t" };
	char lower[8] = "";
	text = slice_trim(text);
	for (size_t i = 0; i < text.n && i < sizeof lower - 1; i++)
		lower[i] = (char)tolower((unsigned char)text.p[i]);
	for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
		if (strcmp(lower, yes[i]) == 0)
			return true;
	return false;
}

static void read_dependencies(struct data *d, struct recipe_task *t) {
	t->after = eval_task_after(d, t->name);
	t->depends = flag_list(d, t, flag.depends);
	t->rdepends = flag_list(d, t, flag.rdepends);
	t->deptask = flag_list(d, t, flag.deptask);
	t->rdeptask = flag_list(d, t, flag.rdeptask);
	t->recrdeptask = flag_list(d, t, flag.recrdeptask);
	t->recideptask = flag_list(d, t, flag.recideptask);
	t->mcdepends = flag_list(d, t, flag.mcdepends);
}

static void read_task(struct data *d, struct recipe_task *t) {
	read_dependencies(d, t);
	t->plaindirs = flag_list(d, t, flag.plaindirs);
	t->inputdirs = flag_list(d, t, flag.inputdirs);
	t->outputdirs = flag_list(d, t, flag.outputdirs);
	/* Outputs alone are of a task that puts its results there itself: no artefact, as in BitBake. */
	if (!t->inputdirs.n)
		t->outputdirs = (struct slices){ 0 };
	t->cached = t->plaindirs.n || t->outputdirs.n;
	if (t->inputdirs.n != t->outputdirs.n)
		raise_error("%s: [sstate-inputdirs] has %zu directories, [sstate-outputdirs] %zu: they "
				"are pairs", t->name->p, t->inputdirs.n, t->outputdirs.n);
	t->stamp_extra = flag_text(d, t, flag.stamp_extra);
	/* As in BitBake, being set is enough, whatever the value. */
	t->noexec = flag_text(d, t, flag.noexec).p;
	t->nostamp = flag_text(d, t, flag.nostamp).p;
	t->network = is_yes(flag_text(d, t, flag.network));
}

static void read_tasks(struct data *d, struct recipe *r) {
	struct slices names = eval_tasks(d);
	r->task = ARENA_ARRAY(data_arena(d), struct recipe_task, names.n + 1);
	r->tasks = names.n;
	for (size_t i = 0; i < names.n; i++) {
		r->task[i].name = atom(names.v[i]);
		read_task(d, &r->task[i]);
	}
}

static void identify_tasks(struct data *d, struct recipe *r) {
	struct sig *sig = sig_new(d);
	struct sig_task result;
	for (size_t i = 0; i < r->tasks; i++) {
		sig_task(sig, r->task[i].name, false, &result);
		r->task[i].base_hash = result.hash;
		r->task[i].file_checksums = flag_list(d, &r->task[i], flag.file_checksums);
	}
	for (size_t i = 0; config_restless[i]; i++)
		if (sig_reached(sig, atom_of(config_restless[i])))
			witness_unsteady();
	r->identified = true;
}

/* --- the record --- */

static void read_names(struct data *d, struct recipe *r) {
	r->pn = data_text(d, "PN");
	if (!r->pn.n)
		raise_error("PN is empty");
	struct slices provides = names_of(d, data_text(d, "PROVIDES"));
	slices_add(data_arena(d), &r->provides, r->pn);
	for (size_t i = 0; i < provides.n; i++)
		if (!slice_eq(provides.v[i], r->pn))
			slices_add(data_arena(d), &r->provides, provides.v[i]);
	r->rprovides = names_of(d, data_text(d, "RPROVIDES"));
	r->packages = list_of(d, data_text(d, "PACKAGES"));
	if (!r->packages.n)
		slices_add(data_arena(d), &r->packages, r->pn);
	r->packages_dynamic = list_of(d, data_text(d, "PACKAGES_DYNAMIC"));
	r->package = ARENA_ARRAY(data_arena(d), struct recipe_package, r->packages.n);
	r->packages_count = r->packages.n;
	for (size_t i = 0; i < r->packages.n; i++) {
		r->package[i].name = r->packages.v[i];
		r->package[i].rprovides = package_names(d, "RPROVIDES", r->packages.v[i]);
	}
}

static void read_needs(struct data *d, struct recipe *r) {
	r->depends = names_of(d, data_text(d, "DEPENDS"));
	r->rdepends = names_of(d, data_text(d, "RDEPENDS"));
	r->rrecommends = names_of(d, data_text(d, "RRECOMMENDS"));
	for (size_t i = 0; i < r->packages_count; i++) {
		r->package[i].rdepends = package_names(d, "RDEPENDS", r->package[i].name);
		r->package[i].rrecommends = package_names(d, "RRECOMMENDS", r->package[i].name);
	}
}

static void read_classes(struct data *d, struct recipe *r) {
	struct slices paths = eval_classes(d);
	for (size_t i = 0; i < paths.n; i++) {
		struct slice name = os_basename(paths.v[i]);
		if (slice_ends(name, ".bbclass"))
			name.n -= strlen(".bbclass");
		slices_add(data_arena(d), &r->inherits, name);
	}
}

/* A recipe that is left out has names only: they are for messages. */
static void read_record(const struct eval_variant *v, struct recipe *r) {
	struct data *d = v->data;
	read_names(d, r);
	r->skipped = v->skipped.p ? v->skipped : recipe_skip_reason(d);
	r->pe = data_text(d, "PE");
	r->pv = data_text(d, "PV");
	r->pr = data_text(d, "PR");
	read_classes(d, r);
	if (r->skipped.p)
		return;
	r->default_preference = number(d, "DEFAULT_PREFERENCE");
	r->exclude_from_world = is_yes(data_text(d, "EXCLUDE_FROM_WORLD"));
	r->stamp = data_text(d, "STAMP");
	read_needs(d, r);
	read_tasks(d, r);
}

static struct recipe *add_record(struct arena *a, struct recipes *list) {
	if (list->n == list->cap) {
		list->cap = list->cap ? list->cap * 2 : 4;
		struct recipe *v = ARENA_ARRAY(a, struct recipe, list->cap);
		if (list->n)
			memcpy(v, list->v, list->n * sizeof *v);
		list->v = v;
	}
	list->v[list->n] = (struct recipe){ 0 };
	return &list->v[list->n++];
}

static void begin_record(const struct layer_file *file, struct slice variant, struct arena *a,
		struct recipe *r) {
	r->file = r->id = file->path;
	r->variant = variant;
	if (variant.n)
		r->id = arena_printf(a, "virtual:" SFMT ":" SFMT, SARG(variant), SARG(file->path));
	r->appends = file->appends;
	r->layer = file->layer ? file->layer->collection : SLICE_NONE;
	r->priority = file->layer ? file->layer->priority : 0;
}

static struct eval_source source_of(const struct layer_file *file) {
	return (struct eval_source){ file->path, file->appends,
		file->layer ? file->layer->collection : SLICE_NONE };
}

static void note_restless(const struct config *c, const struct data *d) {
	for (size_t i = 0; config_restless[i]; i++)
		if (glance_asked(d, c->data, atom_of(config_restless[i])))
			witness_unsteady();
}

static void read_variants(struct config *c, const struct layer_file *file, struct arena *a,
		struct recipes *list) {
	struct eval_source source = source_of(file);
	struct eval_variants all = eval_recipe(a, c->data, &source, NULL);
	intern_flags();
	if (all.n && data_is(all.v[0].data, "BB_DONT_CACHE", "1"))
		witness_unsteady();
	for (size_t i = 0; i < all.n; i++) {
		struct recipe *r = add_record(a, list);
		begin_record(file, all.v[i].name, a, r);
		read_record(&all.v[i], r);
		note_restless(c, all.v[i].data);
	}
}

/* Puts what a trap caught into *fault: its text may be gone with the next raise. */
static int keep_fault(const struct trap *trap, struct slice file, struct arena *a,
		struct fault *fault) {
	fault->file = arena_dup(a, trap->error.file.p ? trap->error.file : file);
	fault->line = trap->error.line;
	fault->message = arena_dup(a, trap->error.message);
	return -1;
}

/* --- recipes that only Python could make sense of --- */

/* A layer made for Yocto is not to be refused for the recipes in it that need Python:
 * BB_NEEDS_PYTHON = "skip" leaves these out, each with its reason. */
static bool may_be_left_out(const struct config *c, const struct fault *f) {
	return slice_is(data_text(c->data, "BB_NEEDS_PYTHON"), "skip") && inline_wants_python(f);
}

/* The record of a file that cannot be evaluated: its name as a file of that name has it. */
static void leave_out(struct config *c, const struct layer_file *file, struct arena *a,
		struct recipes *list, const struct fault *f) {
	struct data *d = data_child(a, c->data);
	data_set(d, atom_of("FILE"), file->path);
	struct recipe *r = add_record(a, list);
	begin_record(file, SLICE(""), a, r);
	r->pn = data_text(d, "PN");
	r->pv = data_text(d, "PV");
	slices_add(a, &r->provides, r->pn);
	r->skipped = arena_printf(a, RECIPE_NEEDS_PYTHON SFMT ":%d: " SFMT, SARG(f->file), f->line,
			SARG(f->message));
}

int recipe_read(struct config *c, const struct layer_file *file, struct arena *a,
		struct recipes *list, struct fault *fault) {
	size_t before = list->n;
	struct trap trap;
	if (TRAP(&trap)) {
		read_variants(c, file, a, list);
		trap_end(&trap);
		return 0;
	}
	list->n = before;
	keep_fault(&trap, file->path, a, fault);
	if (!may_be_left_out(c, fault))
		return -1;
	leave_out(c, file, a, list, fault);
	return 0;
}

int recipe_identify(struct config *c, struct recipe *r, struct arena *a, struct fault *fault) {
	struct trap trap;
	intern_flags();
	if (TRAP(&trap)) {
		struct data *d = recipe_data(c, r->id, a);
		identify_tasks(d, r);
		note_restless(c, d);
		trap_end(&trap);
		return 0;
	}
	return keep_fault(&trap, r->file, a, fault);
}

/* --- one store --- */

static const struct layer_file *find_file(const struct config *c, struct slice path) {
	for (size_t i = 0; i < c->files; i++)
		if (slice_eq(c->file[i].path, path))
			return &c->file[i];
	raise_error(SFMT ": is not among the recipes of the layers", SARG(path));
}

/* "virtual:VARIANT:/path/of/recipe"; a variant may hold colons (mcextend:apr). */
static void split_id(struct slice id, struct slice *variant, struct slice *path) {
	size_t at;
	*variant = SLICE("");
	*path = id;
	if (!slice_starts(id, "virtual:") || !slice_find(id, ":/", &at))
		return;
	*variant = slice_sub(id, strlen("virtual:"), at);
	*path = slice_sub(id, at + 1, id.n);
}

struct data *recipe_data(struct config *c, struct slice id, struct arena *a) {
	struct slice path, variant;
	split_id(id, &variant, &path);
	struct eval_source source = source_of(find_file(c, path));
	struct eval_variants all = eval_recipe(a, c->data, &source, &variant);
	if (!all.n)
		raise_error(SFMT ": has no variant " SFMT, SARG(path), SARG(variant));
	return all.v[0].data;
}
