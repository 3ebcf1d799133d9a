/* bom: manifests say which packages there are, "runtime" of the packages' data what they are, recipes
 * the rest. Everything is in the order of names: the same build gives the same bill. */
#include "bom.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "agenda.h"
#include "archive.h"
#include "config.h"
#include "data.h"
#include "graph.h"
#include "licence.h"
#include "lock.h"
#include "map.h"
#include "options.h"
#include "os.h"
#include "recipe.h"
#include "source.h"
#include "store.h"
#include "workspace.h"

#define RUNTIME "*-pkgdata/runtime/*"

struct reader {
	struct bom *bom;
	struct agenda *agenda;
	struct arena *arena;
	const char *scratch;             /* a directory a recipe: the data of its packages */
	struct map recipes;              /* PN → struct bom_recipe */
	struct map packages;             /* name → struct bom_package; RPROVIDES too */
};

/* --- sources of a recipe --- */

static struct slice said(struct data *d, const char *name) {
	struct slice text = slice_trim(data_text(d, name));
	return text.n ? text : SLICE_NONE;
}

static void sum_patch(struct bom_patch *p, const char *file) {
	if (hash_file(HASH_SHA1, file, p->sha1) || hash_file(HASH_SHA256, file, p->sha256))
		p->sha1[0] = p->sha256[0] = '\0';
}

/* A package's patches: only the lock has their sums. */
static void locked_patch(struct bom_patch *p, struct slice stanza) {
	struct slice line, name, word;
	while (lock_next(&stanza, "patch", &line)) {
		if (!slice_word(&line, &name) || !slice_eq(name, p->name))
			continue;
		while (slice_word(&line, &word))
			if (slice_starts(word, "sha256=") && word.n == 7 + 64)
				memcpy(p->sha256, word.p + 7, 64);
	}
}

static void add_patch(struct bom_recipe *r, const struct source *s, struct slice stanza) {
	struct bom_patch *p = &r->patch[r->patches++];
	*p = (struct bom_patch){ .name = os_basename(s->uri.path) };
	if (s->kind == SOURCE_PACKAGE)
		locked_patch(p, stanza);
	else if (s->path)
		sum_patch(p, s->path);
}

/* The scheme by which git fetches is protocol=, not the entry's "git". */
static struct slice git_url(struct arena *a, const struct source *s) {
	struct slice protocol = uri_param(&s->uri, "protocol");
	return arena_printf(a, "git+" SFMT "://" SFMT SFMT, SARG(protocol.n ? protocol : SLICE("git")),
		SARG(s->uri.host), SARG(s->uri.path));
}

static void add_source(struct arena *a, struct bom_recipe *r, const struct source *s) {
	struct bom_source *out = &r->source[r->sources++];
	struct slice sum = s->sums[HASH_SHA256].n ? s->sums[HASH_SHA256].v[0] : SLICE_NONE;
	if (s->kind == SOURCE_GIT)
		*out = (struct bom_source){ .url = git_url(a, s), .commit = s->commit };
	else
		*out = (struct bom_source){ .url = text_mask(a, uri_remote(a, &s->uri)), .sha256 = sum };
}

static void add_sources(struct reader *in, struct data *d, struct bom_recipe *r) {
	struct slice stanza = SLICE_NONE;
	struct lock *lock = in->agenda->w->lock;
	const struct lock_entry *locked = lock ? lock_find(lock, r->pn, data_text(d, "TARGET_ARCH")) : NULL;
	struct sources list = source_list(d);
	if (locked)
		stanza = locked->text;
	r->source = ARENA_ARRAY(in->arena, struct bom_source, list.n + 1);
	r->patch = ARENA_ARRAY(in->arena, struct bom_patch, list.n + 1);
	for (size_t i = 0; i < list.n; i++)
		if (source_is_patch(&list.v[i]))
			add_patch(r, &list.v[i], stanza);
		else if (list.v[i].kind == SOURCE_REMOTE || list.v[i].kind == SOURCE_GIT)
			add_source(in->arena, r, &list.v[i]);
	if (r->sources) {
		struct slice channel = stanza.p ? lock_value(stanza, "channel") : SLICE_NONE;
		r->channel = channel.n ? channel : SLICE("upstream");
	}
}

/* --- recipes --- */

/* CVE_PRODUCT is "product" or "vendor:product", as in OpenEmbedded; without it, the name. */
static struct slice cpe_of(struct arena *a, struct data *d, const struct bom_recipe *r) {
	struct slice words = data_text(d, "CVE_PRODUCT"), product = SLICE_NONE;
	struct slice version = said(d, "CVE_VERSION"), vendor = SLICE("*");
	size_t at;
	if (!slice_word(&words, &product))
		product = data_text(d, "BPN");
	if (slice_find(product, ":", &at)) {
		vendor = slice_sub(product, 0, at);
		product = slice_sub(product, at + 1, product.n);
	}
	return arena_printf(a, "cpe:2.3:a:" SFMT ":" SFMT ":" SFMT ":*:*:*:*:*:*:*", SARG(vendor),
		SARG(product), SARG(version.p ? version : r->pv));
}

static void read_recipe(struct reader *in, const struct recipe *recipe, struct bom_recipe *r) {
	struct data *d = recipe_data(in->agenda->w->config, recipe->id, in->arena);
	*r = (struct bom_recipe){ .pn = recipe->pn, .pv = recipe->pv, .licence = said(d, "LICENSE"),
		.homepage = said(d, "HOMEPAGE"), .summary = said(d, "SUMMARY"),
		.supplier = said(d, "SBOM_SUPPLIER"), .copyleft = licence_copyleft(d) };
	add_sources(in, d, r);
	if (r->sources)
		r->cpe = cpe_of(in->arena, d, r);
	map_put(&in->recipes, atom(r->pn), r);
}

static int by_pn(const void *x, const void *y) {
	const struct recipe *const *a = x, *const *b = y;
	return slice_cmp((*a)->pn, (*b)->pn);
}

static void read_recipes(struct reader *in) {
	const struct graph *g = in->agenda->graph;
	const struct recipe **list = ARENA_ARRAY(in->arena, const struct recipe *, g->count + 1);
	struct map seen = { .arena = in->arena };
	struct bom *b = in->bom;
	for (uint32_t i = 0; i < g->count; i++) {
		const struct recipe *r = g->task[i].recipe;
		bool made = g->task[i].spec->name == atom_of("do_package")
			|| g->task[i].spec->name == atom_of("do_fetch");
		if (made && map_add(&seen, atom(r->pn)))
			list[b->recipes++] = r;
	}
	qsort(list, b->recipes, sizeof(const struct recipe *), by_pn);
	b->recipe = ARENA_ARRAY(in->arena, struct bom_recipe, b->recipes + 1);
	for (size_t i = 0; i < b->recipes; i++)
		read_recipe(in, list[i], &b->recipe[i]);
}

/* --- packages --- */

static int unpack_data(struct reader *in) {
	const struct graph *g = in->agenda->graph;
	struct store_options o = { .dir = agenda_text(in->agenda, "SSTATE_DIR") };
	for (uint32_t i = 0; i < g->count; i++) {
		const struct task *t = &g->task[i];
		if (t->spec->name != atom_of("do_package"))
			continue;
		const char *file = store_file(in->arena, &o, arena_str(in->arena, t->hash));
		struct archive_unpack u = { .file = file, .strip = 2, .only = RUNTIME,
			.dir = arena_printf(in->arena, "%s/" SFMT, in->scratch, SARG(t->recipe->pn)).p };
		if (!os_is_file(file)) {
			error("bill of materials: " SFMT ": its artefact is not in SSTATE_DIR (%s)",
				SARG(t->id), file);
			return -1;
		}
		if (os_mkdirs(u.dir) || archive_unpack(&u))
			return -1;
	}
	return 0;
}

/* "KEY: value" lines. */
static struct slice field(struct slice text, const char *key) {
	struct slice line;
	while (slice_field(&text, '\n', &line)) {
		size_t n = strlen(key);
		if (slice_starts(line, key) && line.n > n && line.p[n] == ':')
			return slice_trim(slice_sub(line, n + 1, line.n));
	}
	return SLICE_NONE;
}

struct line {                    /* of a manifest */
	struct slice name, version, licence;
};

static void read_package(struct reader *in, const struct line *l, struct bom_package *p) {
	struct slices found = { 0 };
	struct slice text;
	*p = (struct bom_package){ .name = l->name, .version = l->version, .licence = l->licence };
	map_put(&in->packages, atom(p->name), p);
	os_glob(in->arena, arena_printf(in->arena, "%s/*/" SFMT, in->scratch, SARG(p->name)).p, &found);
	if (!found.n || os_read(in->arena, arena_str(in->arena, found.v[0]), &text))
		return;
	struct bom_recipe *r = map_get(&in->recipes, atom(field(text, "PN")));
	p->arch = field(text, "PACKAGE_ARCH");
	p->summary = field(text, "SUMMARY");
	p->recipe = r;
	if (r)
		r->shipped = true;
}

/* Names of "a (>= 1) b"; what stands in parentheses is left out. */
static bool next_name(struct slice *rest, struct slice *name) {
	int depth = 0;
	while (slice_word(rest, name)) {
		bool inside = depth > 0 || *name->p == '(';
		for (size_t i = 0; i < name->n; i++)
			depth += name->p[i] == '(' ? 1 : name->p[i] == ')' ? -1 : 0;
		if (!inside)
			return true;
	}
	return false;
}

static struct slice runtime_of(struct reader *in, const struct bom_package *p) {
	struct slice text;
	const char *file = p->recipe ? arena_printf(in->arena, "%s/" SFMT "/" SFMT, in->scratch,
		SARG(p->recipe->pn), SARG(p->name)).p : NULL;
	return file && os_read(in->arena, file, &text) == 0 ? text : SLICE("");
}

static void add_provides(struct reader *in, struct bom_package *p) {
	struct slice names = field(runtime_of(in, p), "RPROVIDES"), name;
	while (names.p && next_name(&names, &name))
		if (!map_get(&in->packages, atom(name)))
			map_put(&in->packages, atom(name), p);
}

static void add_depends(struct reader *in, struct bom_package *p) {
	struct slice names = field(runtime_of(in, p), "RDEPENDS"), name;
	p->depends = ARENA_ARRAY(in->arena, const struct bom_package *, names.n / 2 + 1);
	struct map seen = { .arena = in->arena };
	while (names.p && next_name(&names, &name)) {
		struct bom_package *on = map_get(&in->packages, atom(name));
		if (on && on != p && map_add(&seen, atom(on->name)))
			p->depends[p->count++] = on;
	}
}

/* --- images --- */

static struct line *read_manifest(struct reader *in, struct slice file, size_t *count) {
	struct slice text, line;
	size_t n = 0, room = 1;
	*count = 0;
	if (os_read(in->arena, arena_str(in->arena, file), &text)) {
		error(SFMT ": %s", SARG(file), strerror(errno));
		return NULL;
	}
	for (size_t i = 0; i < text.n; i++)
		room += text.p[i] == '\n';
	struct line *list = ARENA_ARRAY(in->arena, struct line, room);
	while (slice_field(&text, '\n', &line))
		if (line.n && n < room) {
			struct line *l = &list[n++];
			slice_field(&line, '\t', &l->name);
			slice_field(&line, '\t', &l->version);
			slice_field(&line, '\t', &l->licence);
		}
	*count = n;
	return list;
}

static int read_image(struct reader *in, struct slice file, struct bom_image *image) {
	size_t n;
	struct slice name = os_basename(file);
	struct line *list = read_manifest(in, file, &n);
	if (!list)
		return -1;
	image->name = slice_sub(name, 0, name.n - strlen(".manifest"));
	image->package = ARENA_ARRAY(in->arena, const struct bom_package *, n + 1);
	for (size_t i = 0; i < n; i++) {
		struct bom_package *p = map_get(&in->packages, atom(list[i].name));
		if (!p) {
			p = ARENA_NEW(in->arena, struct bom_package);
			read_package(in, &list[i], p);
		}
		image->package[image->packages++] = p;
	}
	return 0;
}

static int read_images(struct reader *in, const char *dir) {
	struct slices files = { 0 };
	struct bom *b = in->bom;
	os_glob(in->arena, arena_printf(in->arena, "%s/*.manifest", dir).p, &files);
	slices_sort(&files);
	b->image = ARENA_ARRAY(in->arena, struct bom_image, files.n + 1);
	for (size_t i = 0; i < files.n; i++)
		if (read_image(in, files.v[i], &b->image[b->images++]))
			return -1;
	return 0;
}

static void list_packages(struct reader *in) {
	struct bom *b = in->bom;
	size_t n;
	const struct atom **names = map_sorted(&in->packages, in->arena, &n);
	struct bom_package **list = ARENA_ARRAY(in->arena, struct bom_package *, n + 1);
	for (size_t i = 0; i < n; i++)
		list[i] = map_get(&in->packages, names[i]);
	for (size_t i = 0; i < n; i++)
		add_provides(in, list[i]);
	for (size_t i = 0; i < n; i++)
		add_depends(in, list[i]);
	b->package = (const struct bom_package **)list;
	b->packages = n;
}

/* --- the whole --- */

static void read_layers(struct reader *in) {
	const struct config *c = in->agenda->w->config;
	struct bom *b = in->bom;
	b->layers = c->layers;
	b->layer = ARENA_ARRAY(in->arena, struct bom_layer, c->layers + 1);
	for (size_t i = 0; i < c->layers; i++)
		b->layer[i] = (struct bom_layer){ c->layer[i].collection,
			revision_of(in->arena, arena_str(in->arena, c->layer[i].dir)) };
}

/* The targets' task hashes stand for everything. */
static void identify(const struct graph *g, char hex[HASH_HEX]) {
	struct hash *h = hash_new(HASH_SHA256);
	for (uint32_t i = 0; i < g->count; i++)
		if (g->task[i].target)
			hash_add_text(h, g->task[i].hash);
	hash_end(h, hex);
	hash_free(h);
}

static struct slice day(struct agenda *g, struct arena *a) {
	time_t t = (time_t)strtoll(agenda_text(g, "REPRODUCIBLE_TIMESTAMP_ROOTFS"), NULL, 10);
	struct tm tm;
	char text[32];
	gmtime_r(&t, &tm);
	strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
	return arena_printf(a, "%s", text);
}

int bom_read(struct agenda *g, const char *image_dir, struct bom *b) {
	struct arena *a = g->arena;
	struct reader in = { .bom = b, .agenda = g, .arena = a, .recipes = { .arena = a },
		.packages = { .arena = a }, .scratch = arena_printf(a, "%s/bom", g->tmpdir).p };
	*b = (struct bom){ .arena = a, .targets = slices_join(a, &g->o->words, " "),
		.created = day(g, a), .licences = licences_new(a, g->config) };
	identify(g->graph, b->identity);
	read_layers(&in);
	read_recipes(&in);
	int rc = os_remove(in.scratch) || unpack_data(&in) || read_images(&in, image_dir) ? -1 : 0;
	if (rc == 0)
		list_packages(&in);
	os_remove(in.scratch);
	return rc;
}

/* --- package URLs --- */

static void encode(struct buf *out, struct slice text) {
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
			|| strchr(".-_~:", c);
		if (plain)
			buf_addc(out, (char)c);
		else
			buf_addf(out, "%%%02X", c);
	}
}

static void qualifier(struct buf *out, const char *key, struct slice value) {
	bool first = !memchr(out->p, '?', out->n);
	if (!value.n)
		return;
	buf_addf(out, "%c%s=", first ? '?' : '&', key);
	encode(out, value);
}

/* Qualifiers are in the order of their keys. */
static void source_qualifiers(struct buf *out, struct arena *a, const struct bom_source *s) {
	if (s->sha256.n)
		qualifier(out, "checksum", arena_printf(a, "sha256:" SFMT, SARG(s->sha256)));
	if (s->commit.n)
		qualifier(out, "vcs_url", arena_printf(a, SFMT "@" SFMT, SARG(s->url), SARG(s->commit)));
	else
		qualifier(out, "download_url", s->url);
}

struct slice bom_purl(const struct bom *b, const struct bom_recipe *r, const struct bom_package *p) {
	struct buf out = { .arena = b->arena };
	buf_adds(&out, "pkg:generic/");
	encode(&out, p ? p->name : r->pn);
	buf_addc(&out, '@');
	encode(&out, p ? p->version : r->pv);
	if (p)
		qualifier(&out, "arch", p->arch);
	if (r && r->sources)
		source_qualifiers(&out, b->arena, &r->source[0]);
	return buf_slice(&out);
}
