/* release: images/ and packages/ are artefacts of the store, sources/ what `bake archive` collects, the
 * rest is what the engine knows: layers, lock, configuration, tools, signatures, licences. Nothing in it
 * tells when or where it was made. It is filled under another name and renamed when it is whole. */
#include "release.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agenda.h"
#include "archive.h"
#include "attest.h"
#include "bom.h"
#include "cyclonedx.h"
#include "data.h"
#include "graph.h"
#include "hash.h"
#include "licence.h"
#include "map.h"
#include "options.h"
#include "os.h"
#include "proc.h"
#include "recipe.h"
#include "seal.h"
#include "secret.h"
#include "sigdata.h"
#include "spdx.h"
#include "store.h"
#include "util.h"
#include "workspace.h"

struct release {
	struct arena *arena;
	const struct options *o;
	struct agenda *agenda;
	struct bom bom;
	const size_t *texts;     /* of the licence, of each recipe of the bill */
	const char *final;       /* where it will be */
	const char *dir;         /* where it is filled */
	unsigned secrets;        /* masked lines, and keys left out */
};

static const char *below(struct release *r, const char *name) {
	return arena_printf(r->arena, "%s/%s", r->dir, name).p;
}

static int fail(const char *path) {
	error("%s: %s", path, strerror(errno));
	return -1;
}

static int write_text(struct release *r, const char *name, struct slice text) {
	return os_write(below(r, name), text, 0644, false) ? fail(below(r, name)) : 0;
}

/* --- building and collecting: bake itself --- */

static int bake(struct release *r, const char *command, const char *dir) {
	struct arena *a = r->arena;
	struct slices argv = { 0 };
	options_again(a, r->o, r->agenda->w->topdir, &argv);
	if (dir) {
		slices_add(a, &argv, SLICE("-o"));
		slices_add(a, &argv, slice_of(dir));
	}
	if (command)
		slices_add(a, &argv, slice_of(command));
	for (size_t i = 0; i < r->o->words.n; i++)
		slices_add(a, &argv, r->o->words.v[i]);
	struct proc_command c = { .argv = slices_argv(a, &argv) };
	fflush(NULL);
	return proc_run(&c, 2) == 0 ? 0 : -1;
}

/* --- images and packages --- */

static struct slices tasks_of(struct release *r, const char *variable) {
	struct slices tasks = { 0 };
	slices_words(r->arena, &tasks, slice_of(agenda_text(r->agenda, variable)));
	return tasks;
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
	struct slices images = tasks_of(r, "RELEASE_IMAGE_TASKS");
	struct slices packages = tasks_of(r, "RELEASE_PACKAGE_TASKS");
	for (uint32_t i = 0; i < g->count; i++) {
		const struct task *t = &g->task[i];
		bool image = slices_has(&images, atom_slice(t->spec->name));
		if (!t->spec->cached || (!image && !slices_has(&packages, atom_slice(t->spec->name))))
			continue;
		const char *file = store_file(r->arena, &s, arena_str(r->arena, t->hash));
		if (agenda_fetch(r->agenda, t) < 0) {
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

struct slice release_tools(struct arena *a, struct slice lines) {
	struct buf text = { .arena = a };
	struct slice line;
	size_t at;
	buf_adds(&text, "");
	while (slice_field(&lines, '\n', &line)) {
		if (slice_starts(line, "@tool/"))
			line = slice_sub(line, strlen("@tool"), line.n);
		if (line.n && slice_find(line, " ", &at))
			buf_addf(&text, SFMT "\t" SFMT "\n", SARG(slice_sub(line, 1, at)),
				SARG(slice_sub(line, at + 1, line.n)));
	}
	return buf_slice(&text);
}

static int write_layers(struct release *r) {
	struct buf text = { .arena = r->arena };
	for (size_t i = 0; i < r->bom.layers; i++) {
		const struct bom_layer *l = &r->bom.layer[i];
		buf_addf(&text, SFMT "\t" SFMT "\t%s\n", SARG(l->name),
			SARG(l->at.commit.p ? l->at.commit : SLICE("no-repository")),
			!l->at.commit.p ? "unknown" : l->at.dirty ? "dirty" : "clean");
		if (l->at.dirty)
			warn("release: layer " SFMT " has changes that are in no commit", SARG(l->name));
	}
	return write_text(r, RELEASE_LAYERS, buf_slice(&text));
}

static int write_tools(struct release *r) {
	struct slice tools = release_tools(r->arena, r->agenda->tools.lines);
	return write_text(r, RELEASE_TOOLS, arena_printf(r->arena, RELEASE_SANDBOX "\t%s\n" SFMT,
		r->agenda->not_hermetic ? "none: not hermetic" : "yes", SARG(tools)));
}

/* What verify-release gives to bake again. */
static int write_command(struct release *r) {
	struct buf text = { .arena = r->arena };
	for (size_t i = 0; i < r->o->assigns.n; i++) {
		struct slice word = r->o->assigns.v[i];
		unsigned masked = 0;
		if (slice_starts(word, "RELEASE_"))
			continue;
		secret_mask(r->arena, word, &masked);
		r->secrets += masked;
		if (!masked)
			buf_addf(&text, "--set\n" SFMT "\n", SARG(word));
	}
	for (size_t i = 0; i < r->o->words.n; i++)
		buf_addf(&text, SFMT "\n", SARG(r->o->words.v[i]));
	return write_text(r, RELEASE_COMMAND, buf_slice(&text));
}

static int copy_conf_file(struct release *r, const char *from, const char *name) {
	struct slice text;
	const char *file = arena_printf(r->arena, "%s/%s", from, name).p;
	const char *to = arena_printf(r->arena, "%s/conf/%s", r->dir, name).p;
	if (os_read(r->arena, file, &text))
		return fail(file);
	if (secret_key(text)) {
		r->secrets++;
		return 0;
	}
	text = secret_mask(r->arena, text, &r->secrets);
	return os_mkparents(to) || os_write(to, text, 0644, false) ? fail(to) : 0;
}

static int copy_conf(struct release *r) {
	const char *from = arena_printf(r->arena, "%s/conf", r->agenda->w->topdir).p;
	struct os_entry *e;
	size_t n;
	if (os_walk(r->arena, from, &e, &n))
		return fail(from);
	for (size_t i = 0; i < n; i++)
		if (os_is_file(arena_printf(r->arena, "%s/%s", from, e[i].path).p)
				&& copy_conf_file(r, from, e[i].path))
			return -1;
	return 0;
}

/* --- licences --- */

static const char *licence_dir(struct release *r, struct slice pn) {
	return arena_printf(r->arena, "%s/licences/" SFMT, r->dir, SARG(pn)).p;
}

/* What do_populate_lic left of each recipe. */
static int put_licences(struct release *r) {
	const struct graph *g = r->agenda->graph;
	struct store_options s = { .dir = agenda_text(r->agenda, "SSTATE_DIR") };
	for (uint32_t i = 0; i < g->count; i++) {
		const struct task *t = &g->task[i];
		struct archive_unpack u = { .file = store_file(r->arena, &s, arena_str(r->arena, t->hash)),
			.strip = 1 };
		u.dir = licence_dir(r, t->recipe->pn);
		if (t->spec->name != atom_of("do_populate_lic") || !os_is_file(u.file))
			continue;
		if (os_mkdirs(u.dir))
			return fail(u.dir);
		if (archive_unpack(&u))
			return -1;
	}
	return 0;
}

/* How many texts each recipe of the bill has; "recipeinfo" is none. */
static size_t *count_texts(struct release *r) {
	size_t *texts = ARENA_ARRAY(r->arena, size_t, r->bom.recipes + 1), n;
	struct os_entry *e;
	for (size_t i = 0; i < r->bom.recipes; i++) {
		const char *dir = licence_dir(r, r->bom.recipe[i].pn);
		texts[i] = 0;
		if (!os_is_dir(dir) || os_walk(r->arena, dir, &e, &n))
			continue;
		for (size_t k = 0; k < n; k++)
			texts[i] += e[k].type == 'f' && strcmp(e[k].path, "recipeinfo") != 0;
	}
	return texts;
}

static struct slice spdx(struct release *r, struct slice licence) {
	struct slice text = licences_expression(r->bom.licences, licence);
	return text.n ? text : SLICE("NOASSERTION");
}

static void licence_line(struct release *r, struct buf *text, const struct bom_package *p,
		const struct bom_recipe *from) {
	struct slice none = SLICE("-");
	size_t texts = from ? r->texts[from - r->bom.recipe] : 0;
	buf_addf(text, SFMT "\t" SFMT "\t" SFMT "\t" SFMT "\t%s\t", SARG(p ? p->name : none),
		SARG(p ? p->version : from->pv), SARG(from ? from->pn : none),
		SARG(spdx(r, p ? p->licence : from->licence)), from && from->copyleft ? "copyleft" : "-");
	if (texts)
		buf_addf(text, "licences/" SFMT " (%zu)\n", SARG(from->pn), texts);
	else
		buf_adds(text, "-\n");
}

/* Programs without a text of their licence are named: whoever gives them out must add it. */
static void warn_without_text(struct release *r) {
	struct slices names = { 0 };
	for (size_t i = 0; i < r->bom.recipes; i++) {
		const struct bom_recipe *b = &r->bom.recipe[i];
		if (b->shipped && r->texts[i] == 0 && os_is_dir(licence_dir(r, b->pn)))
			slices_add(r->arena, &names, b->pn);
	}
	if (names.n)
		warn("release: no licence text of: " SFMT " (LIC_FILES_CHKSUM names none)",
			SARG(slices_join(r->arena, &names, " ")));
}

static int write_licences(struct release *r) {
	struct buf text = { .arena = r->arena };
	r->texts = count_texts(r);
	buf_adds(&text, "package\tversion\trecipe\tlicence\tobligation\ttexts\n");
	for (size_t i = 0; i < r->bom.packages; i++)
		licence_line(r, &text, r->bom.package[i], r->bom.package[i]->recipe);
	for (size_t i = 0; i < r->bom.recipes; i++)
		if (!r->bom.recipe[i].shipped)
			licence_line(r, &text, NULL, &r->bom.recipe[i]);
	warn_without_text(r);
	return write_text(r, "licences.tsv", buf_slice(&text));
}

/* --- sources --- */

/* `bake archive` leaves a directory a recipe: those that must be offered go into sources/copyleft. */
static int sort_sources(struct release *r) {
	bool all = strcmp(agenda_text(r->agenda, "RELEASE_SOURCES"), "copyleft") != 0;
	for (size_t i = 0; i < r->bom.recipes; i++) {
		const struct bom_recipe *b = &r->bom.recipe[i];
		const char *from = arena_printf(r->arena, "%s/sources/" SFMT "-" SFMT, r->dir, SARG(b->pn),
			SARG(b->pv)).p;
		const char *to = arena_printf(r->arena, "%s/sources/%s/" SFMT "-" SFMT, r->dir,
			b->copyleft ? "copyleft" : "other", SARG(b->pn), SARG(b->pv)).p;
		if (!os_is_dir(from))
			continue;
		if (b->copyleft || all ? os_mkparents(to) || rename(from, to) : os_remove(from))
			return fail(from);
	}
	/* Of `bake archive`: the release has its own. */
	return os_remove(below(r, "sources/" SEAL_SUMS)) || os_remove(below(r, "sources/" SEAL_LINKS)) ? -1 : 0;
}

static int put_sources(struct release *r) {
	return bake(r, "archive", below(r, "sources")) || sort_sources(r) ? -1 : 0;
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
	return write_with(r, "sbom.spdx.json", &r->bom, spdx_write)
		|| write_with(r, "sbom.cdx.json", &r->bom, cyclonedx_write) ? -1 : 0;
}

/* --- the whole --- */

static int seal(struct release *r) {
	const char *key = agenda_text(r->agenda, "RELEASE_SIGNING_KEY");
	if (attest_write(r->agenda, &r->bom, r->dir, *key ? key : NULL) || seal_write(r->arena, r->dir))
		return -1;
	if (*key)
		return seal_sign(r->arena, r->dir, key);
	warn("release: not signed: set RELEASE_SIGNING_KEY to an Ed25519 key (PEM)");
	return 0;
}

static int fill(struct release *r) {
	if (put_artefacts(r) || bom_read(r->agenda, below(r, "images"), &r->bom))
		return -1;
	if (write_layers(r) || write_tools(r) || copy_conf(r) || write_command(r))
		return -1;
	if (r->secrets)
		warn("release: %u secret%s masked or left out of conf/ and " RELEASE_COMMAND, r->secrets,
			r->secrets == 1 ? " is" : "s are");
	if (sigdata_write_all(r->agenda, below(r, "signatures")) || put_sources(r) || put_licences(r))
		return -1;
	return write_licences(r) || write_bom(r) || seal(r) ? -1 : 0;
}

/* Whatever was there under the name is replaced at the end, in one step each. */
static int publish(struct release *r) {
	if (os_remove(r->final) || rename(r->dir, r->final))
		return fail(r->final);
	printf("%s: release of " SFMT "\n", r->final, SARG(slices_join(r->arena, &r->o->words, " ")));
	return 0;
}

/* Only a release, or nothing, may be replaced. */
static int check_place(struct release *r) {
	struct slices names = { 0 };
	const char *sums = arena_printf(r->arena, "%s/" SEAL_SUMS, r->final).p;
	if (!os_exists(r->final) || os_is_file(sums))
		return 0;
	if (os_list(r->arena, r->final, &names) == 0 && names.n == 0)
		return 0;
	error("release: %s: holds something that is no release: name another directory", r->final);
	return -1;
}

static int make_in_place(struct release *r) {
	/* Looked at again: what was built may have new hashes by early cut-off. */
	bool built = bake(r, NULL, NULL) == 0 && (r->agenda = agenda_look(r->arena, r->o));
	if (built && fill(r) == 0)
		return publish(r) ? 1 : 0;
	os_remove(r->dir);
	return 1;
}

int release_make(struct arena *a, const struct options *o) {
	struct release r = { .arena = a, .o = o };
	if (o->words.n == 0) {
		error("release: name a target");
		return 2;
	}
	r.agenda = agenda_look(a, o);
	if (!r.agenda)
		return 1;
	r.final = o->output ? os_absolute(a, o->output)
		: arena_printf(a, "%s/release", r.agenda->tmpdir).p;
	r.dir = arena_printf(a, "%s.part", r.final).p;
	/* Made before anything is built: where there is no room for it is known at once. */
	if (check_place(&r))
		return 1;
	if (os_remove(r.dir) || os_mkdirs(r.dir)) {
		fail(r.dir);
		return 1;
	}
	return make_in_place(&r);
}
