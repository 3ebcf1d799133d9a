/* layers: each subcommand is a function that reads the workspace and prints, as text or as JSON. */
#include "layers.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit.h"
#include "harvest.h"
#include "json.h"
#include "layer.h"
#include "options.h"
#include "os.h"
#include "recipe.h"
#include "rewrite.h"
#include "workspace.h"

struct request {
	struct arena *arena;
	const struct options *o;
	struct workspace *w;
	struct slice *word;              /* behind the subcommand */
	size_t words;
	struct json json;
};

/* --- show --- */

static int show(struct request *r) {
	const struct config *c = r->w->config;
	if (r->o->json)
		json_open(&r->json, SLICE_NONE, '[');
	else
		printf("%-20s %8s  %s\n", "layer", "priority", "path");
	for (size_t i = 0; i < c->layers; i++) {
		const struct layer *l = &c->layer[i];
		if (!r->o->json) {
			printf("%-20.*s %8d  " SFMT "\n", SARG(l->collection), l->priority, SARG(l->dir));
			continue;
		}
		json_open(&r->json, SLICE_NONE, '{');
		json_text(&r->json, SLICE("name"), l->collection);
		json_int(&r->json, SLICE("priority"), l->priority);
		json_text(&r->json, SLICE("path"), l->dir);
		json_close(&r->json, '}');
	}
	if (r->o->json)
		json_close(&r->json, ']');
	return 0;
}

/* --- recipes, overlayed --- */

static int by_name(const void *x, const void *y) {
	const struct recipe *a = *(const struct recipe *const *)x;
	const struct recipe *b = *(const struct recipe *const *)y;
	int order = slice_cmp(a->pn, b->pn);
	if (!order)
		order = (b->priority > a->priority) - (b->priority < a->priority);
	if (!order)
		order = slice_cmp(a->layer, b->layer);
	return order ? order : slice_cmp(a->file, b->file);
}

static const struct recipe **sorted(struct request *r) {
	const struct recipes *all = r->w->recipes;
	const struct recipe **list = ARENA_ARRAY(r->arena, const struct recipe *, all->n + 1);
	for (size_t i = 0; i < all->n; i++)
		list[i] = &all->v[i];
	qsort(list, all->n, sizeof *list, by_name);
	return list;
}

static bool is_asked_for(const struct request *r, struct slice name) {
	for (size_t i = 0; i < r->words; i++)
		if (fnmatch(arena_str(r->arena, r->word[i]), arena_str(r->arena, name), 0) == 0)
			return true;
	return r->words == 0;
}

static void print_recipe(struct request *r, const struct recipe *p) {
	if (!r->o->json) {
		printf("  %-20.*s " SFMT "%s" SFMT "%s\n", SARG(p->layer), SARG(p->pv),
				p->skipped.p ? " (skipped: " : "", SARG(p->skipped),
				p->skipped.p ? ")" : "");
		return;
	}
	json_open(&r->json, SLICE_NONE, '{');
	json_text(&r->json, SLICE("layer"), p->layer);
	json_text(&r->json, SLICE("version"), p->pv);
	json_text(&r->json, SLICE("file"), p->file);
	if (p->skipped.p)
		json_text(&r->json, SLICE("skipped"), p->skipped);
	json_close(&r->json, '}');
}

static void print_recipes(struct request *r, const struct recipe **list, size_t n) {
	if (r->o->json)
		json_open(&r->json, list[0]->pn, '[');
	else
		printf(SFMT ":\n", SARG(list[0]->pn));
	for (size_t i = 0; i < n; i++)
		print_recipe(r, list[i]);
	if (r->o->json)
		json_close(&r->json, ']');
}

static bool of_several_layers(const struct recipe **list, size_t n) {
	for (size_t i = 1; i < n; i++)
		if (!slice_eq(list[i]->layer, list[0]->layer))
			return true;
	return false;
}

static int list_recipes(struct request *r, bool overlayed) {
	const struct recipe **list = sorted(r);
	size_t all = r->w->recipes->n, n;
	if (r->o->json)
		json_open(&r->json, SLICE_NONE, '{');
	for (size_t i = 0; i < all; i += n) {
		for (n = 1; i + n < all && slice_eq(list[i + n]->pn, list[i]->pn);)
			n++;
		if (is_asked_for(r, list[i]->pn) && (!overlayed || of_several_layers(&list[i], n)))
			print_recipes(r, &list[i], n);
	}
	if (r->o->json)
		json_close(&r->json, '}');
	return r->w->failures->n ? 1 : 0;
}

static int recipes(struct request *r) {
	return list_recipes(r, false);
}

static int overlayed(struct request *r) {
	return list_recipes(r, true);
}

/* --- appends --- */

static void print_list(struct request *r, struct slice title, const struct slices *list) {
	if (r->o->json)
		json_open(&r->json, title, '[');
	else
		printf(SFMT ":\n", SARG(title));
	for (size_t i = 0; i < list->n; i++)
		if (r->o->json)
			json_text(&r->json, SLICE_NONE, list->v[i]);
		else
			printf("  " SFMT "\n", SARG(list->v[i]));
	if (r->o->json)
		json_close(&r->json, ']');
}

static int appends(struct request *r) {
	const struct config *c = r->w->config;
	if (r->o->json)
		json_open(&r->json, SLICE_NONE, '{');
	for (size_t i = 0; i < c->files; i++) {
		struct slice name = os_basename(c->file[i].path);
		if (c->file[i].appends.n && (is_asked_for(r, name)
				|| is_asked_for(r, slice_sub(name, 0, name.n - strlen(".bb")))))
			print_list(r, c->file[i].path, &c->file[i].appends);
	}
	if (c->dangling.n && r->words == 0)
		print_list(r, SLICE("without a recipe"), &c->dangling);
	if (r->o->json)
		json_close(&r->json, '}');
	return 0;
}

/* --- add, remove --- */

/* The words of BBLAYERS as the file has them, expanded; those that are the directory go. */
static bool is_dir(struct request *r, struct slice word, const char *dir) {
	struct arena *a = r->arena;
	struct buf text = { .arena = a };
	size_t at;
	for (; slice_find(word, "${TOPDIR}", &at); word = slice_sub(word, at + 9, word.n)) {
		buf_add(&text, slice_sub(word, 0, at));
		buf_adds(&text, r->w->topdir);
	}
	buf_add(&text, word);
	char *real = os_realpath(a, text.p ? text.p : "");
	return slice_is(buf_slice(&text), dir) || (real && strcmp(real, dir) == 0);
}

/* A line of BBLAYERS without the directory; false: nothing is left of it. */
static bool cut_line(struct request *r, struct slice line, const char *dir, struct buf *out) {
	static const char ends[] = " \t\"'\\";
	bool cut = false, rest = false;
	size_t start = out->n;
	for (size_t i = 0; i < line.n;) {
		size_t from = i;
		while (i < line.n && !strchr(ends, line.p[i]))
			i++;
		struct slice word = slice_sub(line, from, i);
		if (word.n && is_dir(r, word, dir)) {
			cut = true;
			while (i < line.n && line.p[i] == ' ')
				i++;
			continue;
		}
		rest |= word.n > 0;
		buf_add(out, word);
		if (i < line.n) {
			rest |= line.p[i] == '"' || line.p[i] == '\'';
			buf_addc(out, line.p[i++]);
		}
	}
	struct slice left = slice_trim(slice_sub(buf_slice(out), start, out->n));
	if (!cut || (rest && !slice_is(left, "BBLAYERS += \"\"")))
		return true;
	out->p[out->n = start] = '\0';
	return false;
}

static struct slice without_layer(struct request *r, struct slice text, const char *dir) {
	struct buf out = { .arena = r->arena };
	struct slice line;
	bool inside = false;
	buf_adds(&out, "");
	while (text.n && slice_field(&text, '\n', &line)) {
		inside |= slice_starts(line, "BBLAYERS");
		if (!inside)
			buf_add(&out, line);
		if (!inside || cut_line(r, line, dir, &out))
			buf_addc(&out, '\n');
		inside = inside && slice_ends(slice_trim(line), "\\");
	}
	return buf_slice(&out);
}

/* Writes conf/bblayers.conf and reads everything again; what does not work is taken back. */
static int change(struct request *r, const char *file, struct slice old, struct slice new) {
	struct layer_faults faults = { 0 };
	if (slice_eq(old, new))
		return 0;
	if (os_write(file, new, 0644, true) < 0) {
		error("%s: %s", file, strerror(errno));
		return 1;
	}
	if (workspace_load(r->w, r->o, &faults) == 0)
		return 0;
	for (size_t i = 0; i < faults.n; i++)
		fault_report(&faults.v[i]);
	if (os_write(file, old, 0644, true) < 0)
		error("%s: %s", file, strerror(errno));
	error("%s: unchanged, for the layers would not work together", file);
	return 1;
}

static bool is_configured(const struct request *r, const char *dir) {
	for (size_t i = 0; i < r->w->config->layers; i++) {
		char *real = os_realpath(r->arena, arena_str(r->arena, r->w->config->layer[i].dir));
		if (real && strcmp(real, dir) == 0)
			return true;
	}
	return false;
}

static int read_bblayers(struct request *r, const char **file, struct slice *text) {
	*file = arena_printf(r->arena, "%s/conf/bblayers.conf", r->w->topdir).p;
	if (r->words == 0) {
		error("layers " SFMT ": name a layer", SARG(r->o->words.v[0]));
		return 2;
	}
	if (os_read(r->arena, *file, text) == 0)
		return 0;
	error("%s: %s", *file, strerror(errno));
	return 1;
}

static int add(struct request *r) {
	const char *file;
	struct slice old;
	struct buf new = { .arena = r->arena };
	int result = read_bblayers(r, &file, &old);
	if (result)
		return result;
	buf_add(&new, old);
	if (old.n && old.p[old.n - 1] != '\n')
		buf_addc(&new, '\n');
	for (size_t i = 0; i < r->words; i++) {
		char *dir = os_realpath(r->arena, arena_str(r->arena, r->word[i]));
		if (!dir || !os_exists(arena_printf(r->arena, "%s/conf/layer.conf", dir).p)) {
			error("layers add: " SFMT ": has no conf/layer.conf", SARG(r->word[i]));
			return 1;
		}
		if (is_configured(r, dir))
			note("%s: is there already", dir);
		else
			buf_addf(&new, "BBLAYERS += \"%s\"\n", dir);
	}
	return change(r, file, old, buf_slice(&new));
}

/* The directory of a layer given by name or by directory; NULL: reported. */
static const char *layer_dir(struct request *r, struct slice word) {
	struct slices names = { 0 };
	for (size_t i = 0; i < r->w->config->layers; i++) {
		const struct layer *l = &r->w->config->layer[i];
		slices_add(r->arena, &names, l->collection);
		if (slice_eq(l->collection, word))
			return arena_str(r->arena, l->dir);
	}
	const char *dir = os_absolute(r->arena, arena_str(r->arena, word));
	char *real = os_realpath(r->arena, dir);
	if (is_configured(r, real ? real : dir))
		return real ? real : dir;
	error("layers remove: " SFMT ": no such layer in BBLAYERS" SFMT, SARG(word),
			SARG(near_hint(r->arena, word, &names)));
	return NULL;
}

static int take_away(struct request *r) {
	const char *file, *dir;
	struct slice old;
	int result = read_bblayers(r, &file, &old);
	struct slice new = old;
	for (size_t i = 0; result == 0 && i < r->words; i++) {
		if (!(dir = layer_dir(r, r->word[i])))
			return 1;
		struct slice before = new;
		new = without_layer(r, new, dir);
		if (slice_eq(before, new)) {
			error("layers remove: %s: does not stand in %s as it is: take it out by hand",
					dir, file);
			return 1;
		}
	}
	return result ? result : change(r, file, old, new);
}

/* --- check --- */

static void print_counts(const struct audit *f, struct slice dir) {
	size_t count[AUDIT_KINDS] = { 0 };
	bool any = false;
	for (size_t i = 0; i < f->n; i++)
		count[f->v[i].kind]++;
	printf(SFMT ": %zu files", SARG(dir), f->files);
	for (int k = 0; k < AUDIT_KINDS; k++)
		if (count[k]) {
			printf("%s %zu %s", any ? "," : ":", count[k], audit_kind_name((enum audit_kind)k));
			any = true;
		}
	printf(any ? "\n" : ": nothing found\n");
	if (count[AUDIT_OVERRIDE])
		printf("`bake layers convert " SFMT "` rewrites the old overrides\n", SARG(dir));
}

static void print_findings(struct request *r, const struct audit *f, struct slice dir) {
	for (size_t i = 0; i < f->n; i++) {
		const struct audit_finding *v = &f->v[i];
		if (v->line)
			printf(SFMT "/" SFMT ":%d: %s: " SFMT "\n", SARG(dir), SARG(v->file), v->line,
					audit_kind_name(v->kind), SARG(v->text));
		else
			printf(SFMT "/" SFMT ": %s: " SFMT "\n", SARG(dir), SARG(v->file),
					audit_kind_name(v->kind), SARG(v->text));
	}
	(void)r;
	print_counts(f, dir);
}

static void json_findings(struct request *r, const struct audit *f) {
	struct json *j = &r->json;
	json_open(j, SLICE_NONE, '[');
	for (size_t i = 0; i < f->n; i++) {
		json_open(j, SLICE_NONE, '{');
		json_text(j, SLICE("kind"), slice_of(audit_kind_name(f->v[i].kind)));
		json_text(j, SLICE("file"), f->v[i].file);
		if (f->v[i].line)
			json_int(j, SLICE("line"), f->v[i].line);
		json_text(j, SLICE("message"), f->v[i].text);
		json_close(j, '}');
	}
	json_close(j, ']');
}

/* The directory a subcommand is about; NULL: reported. */
static char *one_dir(struct request *r) {
	char *dir = r->words == 1 ? os_realpath(r->arena, arena_str(r->arena, r->word[0])) : NULL;
	if (r->words != 1)
		error("layers " SFMT ": name one directory", SARG(r->o->words.v[0]));
	else if (!dir || !os_is_dir(dir))
		error(SFMT ": %s", SARG(r->word[0]), dir ? "is no directory" : strerror(errno));
	return dir && os_is_dir(dir) ? dir : NULL;
}

static int check(struct request *r) {
	struct audit found = { 0 };
	char *dir = one_dir(r);
	if (!dir)
		return r->words == 1 ? 1 : 2;
	if (audit_layer(r->arena, r->w->config, dir, &found) < 0)
		return 1;
	if (r->o->json)
		json_findings(r, &found);
	else
		print_findings(r, &found, r->word[0]);
	return found.n ? 1 : 0;
}

/* --- convert --- */

static void json_file(struct request *r, const struct rewrite_file *f) {
	struct json *j = &r->json;
	json_open(j, SLICE_NONE, '{');
	json_text(j, SLICE("file"), f->path);
	json_open(j, SLICE("names"), '[');
	for (size_t i = 0; i < f->hits.n; i++) {
		json_open(j, SLICE_NONE, '{');
		json_int(j, SLICE("line"), f->hits.v[i].line);
		json_text(j, SLICE("old"), f->hits.v[i].old);
		json_text(j, SLICE("new"), f->hits.v[i].new);
		json_close(j, '}');
	}
	json_close(j, ']');
	json_close(j, '}');
}

static int convert(struct request *r) {
	struct rewrite all = { 0 };
	char *dir = one_dir(r);
	size_t names = 0;
	if (!dir)
		return r->words == 1 ? 1 : 2;
	if (rewrite_plan(r->arena, dir, &r->o->overrides, &all) < 0)
		return 1;
	if (r->o->json)
		json_open(&r->json, SLICE_NONE, '[');
	for (size_t i = 0; i < all.n; i++) {
		names += all.v[i].hits.n;
		if (r->o->json)
			json_file(r, &all.v[i]);
		else if (!r->o->write)
			rewrite_diff(&all.v[i], stdout);
	}
	if (r->o->json)
		json_close(&r->json, ']');
	if (r->o->write && rewrite_write(&all) < 0)
		return 1;
	note("%zu old name%s in %zu of %zu files%s", names, names == 1 ? "" : "s", all.n, all.files,
			names == 0 ? "" : r->o->write ? ": rewritten" : ": nothing is written without --write");
	return 0;
}

/* --- the command --- */

static const struct {
	const char *name;
	int (*run)(struct request *r);
	enum { NO_LAYERS, LAYERS, RECIPES } needs;
} subcommands[] = {
	{ "show", show, LAYERS }, { "recipes", recipes, RECIPES }, { "appends", appends, LAYERS },
	{ "overlayed", overlayed, RECIPES }, { "add", add, LAYERS }, { "remove", take_away, LAYERS },
	{ "check", check, LAYERS }, { "convert", convert, NO_LAYERS },
};

static int usage(struct arena *a, struct slice word) {
	struct slices names = { 0 };
	for (size_t i = 0; i < sizeof subcommands / sizeof *subcommands; i++)
		slices_add(a, &names, slice_of(subcommands[i].name));
	error("layers" SFMT SFMT ": it is one of " SFMT, SARG(word.n ? SLICE(" ") : word), SARG(word),
			SARG(slices_join(a, &names, ", ")));
	return 2;
}

int layers_command(struct arena *a, const struct options *o) {
	struct slice word = o->words.n ? o->words.v[0] : SLICE_NONE;
	size_t i = 0, count = sizeof subcommands / sizeof *subcommands;
	while (i < count && !slice_is(word, subcommands[i].name))
		i++;
	if (i == count)
		return usage(a, word);
	struct request r = { .arena = a, .o = o, .word = o->words.v + 1, .words = o->words.n - 1,
		.json = { .out = stdout } };
	if (subcommands[i].needs != NO_LAYERS) {
		if (!(r.w = workspace_find(a, o)) || workspace_configure(r.w, o) < 0)
			return 1;
		if (subcommands[i].needs == RECIPES && workspace_open(r.w, o) < 0 && !r.w->recipes)
			return 1;
	}
	return subcommands[i].run(&r);
}
