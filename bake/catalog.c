/* catalog: BBFILES to files. The words of BBFILES are ordered by the priority of the layer they lie
 * in; each is a pattern, a file or a directory that is walked whole; a file counts where it comes
 * first. */
#include "catalog.h"
#include "collection.h"
#include "data.h"
#include "map.h"
#include "os.h"
#include "regex.h"
#include "search.h"

#include <stdlib.h>
#include <string.h>

struct word {
	struct slice text;
	int priority;
	size_t number;           /* in BBFILES: keeps the order of equals */
};

static int by_priority(const void *a, const void *b) {
	const struct word *x = a, *y = b;
	if (x->priority != y->priority)
		return x->priority < y->priority ? -1 : 1;
	return (x->number > y->number) - (x->number < y->number);
}

static struct word *order_words(struct config *c, struct data *d, size_t *count) {
	struct slices texts = { 0 }, ordered = { 0 };
	slices_words(c->arena, &texts, data_text(d, "BBFILES"));
	struct word *words = ARENA_ARRAY(c->arena, struct word, texts.n + 1);
	for (size_t i = 0; i < texts.n; i++) {
		const struct layer *l = collection_of(c, texts.v[i]);
		words[i] = (struct word){ texts.v[i], l ? l->priority : 0, i };
	}
	qsort(words, texts.n, sizeof *words, by_priority);
	for (size_t i = 0; i < texts.n; i++)
		slices_add(c->arena, &ordered, words[i].text);
	data_set(d, atom_of("BBFILES_PRIORITIZED"), slices_join(c->arena, &ordered, " "));
	*count = texts.n;
	return words;
}

static bool is_metadata(struct slice path) {
	return slice_ends(path, ".bb") || slice_ends(path, ".bbappend");
}

/* The files of a directory, then those of the directories in it. */
static void walk(struct config *c, struct slice dir, struct map *files) {
	static const char *const ignored[] = { "SCCS", "CVS", ".svn" };
	struct slices names = { 0 }, dirs = { 0 };
	os_list(c->arena, arena_str(c->arena, dir), &names);
	for (size_t i = 0; i < names.n; i++) {
		struct slice path = os_path(c->arena, dir, names.v[i]);
		bool skip = false;
		for (size_t k = 0; k < sizeof ignored / sizeof *ignored; k++)
			skip |= slice_is(names.v[i], ignored[k]);
		if (os_is_dir(path.p) && !skip)
			slices_add(c->arena, &dirs, path);
		else if (is_metadata(path))
			map_add(files, atom(path));
	}
	for (size_t i = 0; i < dirs.n; i++)
		walk(c, dirs.v[i], files);
}

static void add_word(struct config *c, struct slice word, struct map *files) {
	struct slices found = { 0 };
	const char *path = arena_str(c->arena, word);
	if (os_is_dir(path)) {
		while (word.n > 1 && word.p[word.n - 1] == '/')
			word.n--;
		walk(c, word, files);
		return;
	}
	os_glob(c->arena, path, &found);
	if (!found.n && search_exists(word))
		slices_add(c->arena, &found, word);
	slices_sort(&found);
	for (size_t i = 0; i < found.n; i++)
		if (is_metadata(found.v[i]))
			map_add(files, atom(found.v[i]));
}

/* The expressions of BBMASK; one that is none is said so and left out. */
struct masks {
	struct regex **v;
	size_t n;
};

static struct masks read_masks(struct config *c, struct data *d) {
	struct slice rest = data_text(d, "BBMASK"), word;
	struct masks m = { ARENA_ARRAY(c->arena, struct regex *, rest.n / 2 + 1), 0 };
	while (slice_word(&rest, &word)) {
		const char *why;
		if (word.p[0] == '|') {
			warn("BBMASK: " SFMT ": the | at its begin would hide every file: ignored",
					SARG(word));
			word = slice_sub(word, 1, word.n);
		}
		struct regex *r = regex_new(c->arena, word, &why);
		if (r)
			m.v[m.n++] = r;
		else
			error("BBMASK: " SFMT ": %s: ignored", SARG(word), why);
	}
	return m;
}

static bool masked(const struct masks *m, struct slice path) {
	for (size_t i = 0; i < m->n; i++)
		if (regex_search(m->v[i], path))
			return true;
	return false;
}

/* --- appends --- */

struct append {
	struct slice path;
	struct slice name;       /* file name with .bb in place of .bbappend */
	size_t stem;             /* up to the %; name.n without one */
	bool used;
};

static struct append append_of(struct config *c, struct slice path) {
	struct slice base = os_basename(path);
	struct append a = { .path = path };
	a.name = arena_printf(c->arena, SFMT ".bb",
			SARG(slice_sub(base, 0, base.n - strlen(".bbappend"))));
	a.stem = a.name.n;
	slice_find(a.name, "%", &a.stem);
	return a;
}

/* With a %, the name of the recipe up to where the % stands must begin the name of the append. */
static bool applies(const struct append *a, struct slice recipe) {
	if (a->stem == a->name.n)
		return slice_eq(a->name, recipe);
	struct slice begin = slice_sub(recipe, 0, a->stem);
	return slice_eq(slice_sub(a->name, 0, begin.n), begin);
}

static void add_recipe(struct config *c, struct slice path, struct append *appends, size_t count) {
	struct layer_file *f = &c->file[c->files++];
	f->path = path;
	f->layer = collection_of(c, path);
	for (size_t i = 0; i < count; i++)
		if (applies(&appends[i], os_basename(path))) {
			slices_add(c->arena, &f->appends, appends[i].path);
			appends[i].used = true;
		}
}

static void sort_out(struct config *c, const struct map *files, const struct masks *masks) {
	struct append *appends = ARENA_ARRAY(c->arena, struct append, map_count(files) + 1);
	struct slices recipes = { 0 };
	struct map_entry *e;
	size_t count = 0;
	for (uint32_t i = 0; (e = map_next(files, &i));) {
		struct slice path = atom_slice(e->key);
		if (masked(masks, path))
			continue;
		if (slice_ends(path, ".bb"))
			slices_add(c->arena, &recipes, path);
		else
			appends[count++] = append_of(c, path);
	}
	c->file = ARENA_ARRAY(c->arena, struct layer_file, recipes.n + 1);
	for (size_t i = 0; i < recipes.n; i++)
		add_recipe(c, recipes.v[i], appends, count);
	for (size_t i = 0; i < count; i++)
		if (!appends[i].used)
			slices_add(c->arena, &c->dangling, appends[i].path);
}

/* A layer none of whose patterns matches a file is worth a word: its pattern may be wrong. */
static void check_empty(struct config *c, struct data *d, const struct map *files) {
	for (size_t i = 0; i < c->layers; i++) {
		const struct layer *l = &c->layer[i];
		struct map_entry *e;
		bool any = false;
		for (uint32_t k = 0; !any && (e = map_next(files, &k));)
			any = regex_match(l->regex, atom_slice(e->key));
		struct slice ignore = arena_printf(c->arena, "BBFILE_PATTERN_IGNORE_EMPTY_" SFMT,
				SARG(l->collection));
		if (!any && !data_is(d, ignore.p, "1"))
			warn("layer " SFMT ": no recipe matches BBFILE_PATTERN_" SFMT " '" SFMT "'",
					SARG(l->collection), SARG(l->collection), SARG(l->pattern));
	}
}

void catalog_read(struct config *c, struct data *d) {
	struct map files = { .arena = c->arena };
	size_t count;
	struct word *words = order_words(c, d, &count);
	for (size_t i = 0; i < count; i++)
		add_word(c, words[i].text, &files);
	struct masks masks = read_masks(c, d);
	sort_out(c, &files, &masks);
	check_empty(c, d, &files);
}
