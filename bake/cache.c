/* A record depends on the configuration and on what its own evaluation asked of the disk. The first
 * is read anew by every run, and a digest of it names the file; of the second each record has a list
 * of facts (witness.h), which are looked at again.
 *
 * The file: a digest of the rest; the facts, each once; then file by file its appends, the numbers
 * of its facts, and its records. It is written whole, under a temporary name. */
#include "cache.h"

#include "config.h"
#include "data.h"
#include "glance.h"
#include "hash.h"
#include "map.h"
#include "os.h"
#include "recipe.h"
#include "record.h"
#include "util.h"
#include "witness.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

enum { MOST_FILES = 8 };                 /* configurations kept (machines, --set), the newest ones */

/* The two kinds of facts of one path. */
enum state { UNKNOWN, HOLDS, BROKEN };

struct known_fact {
	struct witness_fact fact;
	enum state state;
};

/* What the cache has of one recipe file; slices of its text. */
struct entry {
	struct slices appends;
	struct slice facts, records;     /* uint32_t each; packed */
	uint32_t count;                  /* records */
	bool taken;
};

struct cache {
	struct arena *arena;
	const char *dir, *path;          /* path NULL: this configuration is not to be kept */
	struct known_fact *fact;
	uint32_t facts;
	struct map entries;              /* path of a recipe file → struct entry * */
};

/* --- the name --- */

static void add_stat(struct buf *out, const char *path) {
	struct stat st;
	if (stat(path, &st) == 0)
		buf_addf(out, "%s %llu %llu %lld.%09ld\n", path, (unsigned long long)st.st_ino,
				(unsigned long long)st.st_size, (long long)st.st_mtim.tv_sec,
				st.st_mtim.tv_nsec);
}

/* What evaluation can ask of the machine that is no file, and which program asks. */
static void add_machine(struct buf *out) {
	struct utsname u;
	if (uname(&u) == 0)
		buf_addf(out, "%s %s %s %s %s\n", u.sysname, u.nodename, u.release, u.version,
				u.machine);
	buf_addf(out, "%u %u %ld\n", (unsigned)getuid(), (unsigned)getgid(),
			sysconf(_SC_NPROCESSORS_ONLN));
	add_stat(out, "/proc/self/exe");
}

static const char *name_of(struct arena *a, const struct config *c) {
	struct map restless = { .arena = a };
	struct buf all = { 0 };
	char hex[HASH_HEX];
	add_machine(&all);
	buf_add(&all, c->given);
	buf_add(&all, c->witness);
	for (size_t i = 0; config_restless[i]; i++)
		map_add(&restless, atom_of(config_restless[i]));
	glance_everything(c->data, &restless, &all);
	hash_text(HASH_SHA256, buf_slice(&all), hex);
	buf_free(&all);
	return arena_printf(a, "records-%s", hex).p;
}

/* --- reading: every number and length is checked, for the digest only tells of accidents --- */

struct reader {
	struct slice in;
	bool wrong;
};

static struct slice take(struct reader *r, size_t n) {
	if (n > r->in.n) {
		r->wrong = true;
		r->in = SLICE("");
		return SLICE("");
	}
	struct slice s = slice_sub(r->in, 0, n);
	r->in = slice_sub(r->in, n, r->in.n);
	return s;
}

static uint32_t take_number(struct reader *r) {
	uint32_t n = 0;
	struct slice s = take(r, sizeof n);
	if (s.n)
		memcpy(&n, s.p, sizeof n);
	return n;
}

static struct slice take_text(struct reader *r) {
	return take(r, take_number(r));
}

static void read_facts(struct cache *k, struct reader *r) {
	struct slice all = take_text(r);
	uint32_t count = take_number(r);
	if (count > all.n)
		return;
	k->fact = ARENA_ARRAY(k->arena, struct known_fact, count + 1);
	while (k->facts < count && witness_next(&all, &k->fact[k->facts].fact))
		k->facts++;
	r->wrong |= k->facts != count;
}

static void read_entry(struct cache *k, struct reader *r) {
	struct entry *e = ARENA_NEW(k->arena, struct entry);
	struct slice path = take_text(r);
	for (uint32_t n = take_number(r); n && !r->wrong; n--)
		slices_add(k->arena, &e->appends, take_text(r));
	e->facts = take_text(r);
	e->count = take_number(r);
	e->records = take_text(r);
	if (!r->wrong)
		map_put(&k->entries, atom(path), e);
}

/* The text behind the digest; unset when the digest is not its own. */
static struct slice checked(struct slice text) {
	char hex[HASH_HEX];
	size_t size = 64;
	if (text.n < size)
		return SLICE_NONE;
	struct slice rest = slice_sub(text, size, text.n);
	hash_text(HASH_SHA256, rest, hex);
	return slice_eq(slice_sub(text, 0, size), slice_of(hex)) ? rest : SLICE_NONE;
}

static void read_cache(struct cache *k) {
	struct slice text;
	if (os_read(k->arena, k->path, &text))
		return;
	struct reader r = { .in = checked(text) };
	if (!r.in.p) {
		debug("%s: damaged: not used", k->path);
		return;
	}
	read_facts(k, &r);
	for (uint32_t n = take_number(&r); n && !r.wrong; n--)
		read_entry(k, &r);
}

struct cache *cache_open(struct arena *a, struct config *c) {
	struct cache *k = ARENA_NEW(a, struct cache);
	struct slice tmpdir = data_text(c->data, "TMPDIR");
	k->arena = k->entries.arena = a;
	if (!c->witness.p || !tmpdir.n || tmpdir.p[0] != '/')
		return k;
	k->dir = arena_printf(a, SFMT "/cache", SARG(tmpdir)).p;
	k->path = arena_printf(a, "%s/%s", k->dir, name_of(a, c)).p;
	read_cache(k);
	return k;
}

/* --- taking --- */

static bool fact_holds(struct cache *k, uint32_t number) {
	if (number >= k->facts)
		return false;
	struct known_fact *f = &k->fact[number];
	if (f->state == UNKNOWN)
		f->state = witness_holds(&f->fact) ? HOLDS : BROKEN;
	return f->state == HOLDS;
}

static bool same_list(const struct slices *a, const struct slices *b) {
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!slice_eq(a->v[i], b->v[i]))
			return false;
	return true;
}

static bool holds(struct cache *k, const struct entry *e, const struct layer_file *file) {
	struct reader r = { .in = e->facts };
	if (!same_list(&e->appends, &file->appends))
		return false;
	while (r.in.n)
		if (!fact_holds(k, take_number(&r)))
			return false;
	return !r.wrong;
}

static struct recipe *add_recipe(struct arena *a, struct recipes *list) {
	if (list->n == list->cap) {
		list->cap = list->cap ? list->cap * 2 : 256;
		struct recipe *v = ARENA_ARRAY(a, struct recipe, list->cap);
		if (list->n)
			memcpy(v, list->v, list->n * sizeof *v);
		list->v = v;
	}
	return &list->v[list->n++];
}

bool cache_take(struct cache *k, const struct layer_file *file, struct recipes *list) {
	struct entry *e = map_get(&k->entries, atom(file->path));
	size_t before = list->n;
	if (!e || !holds(k, e, file))
		return false;
	struct slice rest = e->records;
	for (uint32_t i = 0; i < e->count; i++)
		if (record_unpack(&rest, k->arena, add_recipe(k->arena, list))) {
			list->n = before;
			return false;
		}
	e->taken = true;
	return true;
}

/* --- keeping --- */

struct writer {
	struct cache *cache;
	struct buf facts, files;
	uint32_t fact_count, file_count;
	struct map numbers[2];           /* path → number of its fact + 1: existence, content */
	struct map prints[2];            /* path → the print of it, to see contradictions */
	struct buf list;                 /* numbers of the facts of the file at hand */
	bool contradiction;
};

static void add_number(struct buf *out, uint32_t n) {
	buf_add(out, (struct slice){ (const char *)&n, sizeof n });
}

static void add_text(struct buf *out, struct slice s) {
	add_number(out, (uint32_t)s.n);
	buf_add(out, s);
}

/* Two looks at one path that differ: it changed while the run went on. */
static void add_fact(struct writer *w, const struct witness_fact *f) {
	const struct atom *path = atom(f->path);
	uintptr_t number = (uintptr_t)map_get(&w->numbers[f->content], path);
	uint64_t *print = map_get(&w->prints[f->content], path);
	if (!number) {
		print = ARENA_NEW(w->cache->arena, uint64_t);
		*print = f->print;
		number = ++w->fact_count;
		witness_add(&w->facts, f);
		map_put(&w->numbers[f->content], path, (void *)number);
		map_put(&w->prints[f->content], path, print);
	}
	w->contradiction |= *print != f->print;
	add_number(&w->list, (uint32_t)number - 1);
}

static void add_facts(struct writer *w, struct slice packed) {
	struct witness_fact f;
	while (witness_next(&packed, &f))
		add_fact(w, &f);
}

static void add_entry_facts(struct writer *w, const struct entry *e) {
	struct reader r = { .in = e->facts };
	while (r.in.n && !r.wrong)
		add_fact(w, &w->cache->fact[take_number(&r)].fact);
}

/* What of a record is kept: its identity only when that lasts. */
static struct recipe lasting(struct arena *a, const struct recipe *r) {
	struct recipe copy = *r;
	copy.witness = SLICE("");
	if (r->identity_witness.p || !r->identified) {
		if (r->identified)
			copy.identity_witness = SLICE("");
		return copy;
	}
	copy.identified = false;
	copy.task = ARENA_ARRAY(a, struct recipe_task, r->tasks + 1);
	for (size_t i = 0; i < r->tasks; i++) {
		copy.task[i] = r->task[i];
		copy.task[i].base_hash = SLICE_NONE;
		copy.task[i].file_checksums = (struct slices){ 0 };
	}
	return copy;
}

/* The records of one file, n of them. */
static void add_file(struct writer *w, const struct recipe *r, uint32_t n) {
	struct entry *e = map_get(&w->cache->entries, atom(r->file));
	struct buf records = { 0 };
	w->list.n = 0;
	w->contradiction = false;
	if (e && e->taken)
		add_entry_facts(w, e);
	for (uint32_t i = 0; i < n; i++) {
		struct recipe one = lasting(w->cache->arena, &r[i]);
		w->contradiction |= !r[i].witness.p;
		add_facts(w, r[i].witness);
		add_facts(w, r[i].identity_witness);
		record_pack(&one, &records);
	}
	if (!w->contradiction) {
		w->file_count++;
		add_text(&w->files, r->file);
		add_number(&w->files, (uint32_t)r->appends.n);
		for (size_t i = 0; i < r->appends.n; i++)
			add_text(&w->files, r->appends.v[i]);
		add_text(&w->files, buf_slice(&w->list));
		add_number(&w->files, n);
		add_text(&w->files, buf_slice(&records));
	}
	buf_free(&records);
}

struct old_file {
	const char *path;
	struct timespec at;
};

static int newest_first(const void *x, const void *y) {
	const struct old_file *a = x, *b = y;
	if (a->at.tv_sec != b->at.tv_sec)
		return a->at.tv_sec < b->at.tv_sec ? 1 : -1;
	return (a->at.tv_nsec < b->at.tv_nsec) - (a->at.tv_nsec > b->at.tv_nsec);
}

/* Makes room for one more; what another bake is about to read may go too: it reads metadata then. */
static void drop_old(struct cache *k) {
	struct slices names = { 0 };
	size_t n = 0;
	if (os_list(k->arena, k->dir, &names))
		return;
	struct old_file *old = ARENA_ARRAY(k->arena, struct old_file, names.n + 1);
	for (size_t i = 0; i < names.n; i++) {
		struct stat st;
		old[n].path = os_path(k->arena, slice_of(k->dir), names.v[i]).p;
		if (slice_starts(names.v[i], "records-") && stat(old[n].path, &st) == 0)
			old[n++].at = st.st_mtim;
	}
	qsort(old, n, sizeof *old, newest_first);
	for (size_t i = MOST_FILES - 1; i < n; i++)
		unlink(old[i].path);
}

static void write_cache(struct writer *w) {
	struct cache *k = w->cache;
	struct buf body = { 0 }, whole = { 0 };
	char hex[HASH_HEX];
	add_text(&body, buf_slice(&w->facts));
	add_number(&body, w->fact_count);
	add_number(&body, w->file_count);
	buf_add(&body, buf_slice(&w->files));
	hash_text(HASH_SHA256, buf_slice(&body), hex);
	buf_adds(&whole, hex);
	buf_add(&whole, buf_slice(&body));
	drop_old(k);
	if (os_mkdirs(k->dir) || os_write(k->path, buf_slice(&whole), 0644, false))
		debug("%s: cannot be written: recipes are read again next time", k->path);
	buf_free(&body);
	buf_free(&whole);
}

/* Anything that was read, or identified, by this run? */
static bool has_news(const struct recipes *list) {
	for (size_t i = 0; i < list->n; i++)
		if (list->v[i].witness.n || list->v[i].identity_witness.n)
			return true;
	return false;
}

void cache_keep(struct cache *k, const struct recipes *list) {
	struct writer w = { .cache = k };
	if (!k->path || !has_news(list))
		return;
	for (int i = 0; i < 2; i++)
		w.numbers[i].arena = w.prints[i].arena = k->arena;
	for (size_t i = 0, next; i < list->n; i = next) {
		for (next = i + 1; next < list->n
				&& slice_eq(list->v[next].file, list->v[i].file); next++)
			;
		add_file(&w, &list->v[i], (uint32_t)(next - i));
	}
	write_cache(&w);
	buf_free(&w.facts);
	buf_free(&w.files);
	buf_free(&w.list);
}
