/* lock: stanzas are kept as their text: what is read is written again byte by byte, so a lock under
 * review changes only where something was resolved anew. */
#include "lock.h"
#include "data.h"
#include "map.h"
#include "os.h"

#include <errno.h>
#include <string.h>

#define FORMAT "1"

static const char head[] =
	"# Every source of a build, as bake resolved it. Made by `bake lock`, kept with the layer\n"
	"# that builds from it; `bake lock --check` compares, `bake lock --update RECIPE` resolves\n"
	"# anew. See docs/sources.md.\n";

struct lock *lock_new(struct arena *a, const char *path) {
	struct lock *l = ARENA_NEW(a, struct lock);
	l->arena = a;
	l->path = arena_str(a, slice_of(path));
	return l;
}

/* --- stanzas --- */

bool lock_next(struct slice *text, const char *key, struct slice *value) {
	size_t n = strlen(key);
	for (struct slice line; text->p && slice_field(text, '\n', &line);)
		if (line.n > n && line.p[n] == ' ' && slice_starts(line, key)) {
			*value = slice_sub(line, n + 1, line.n);
			return true;
		}
	return false;
}

struct slice lock_value(struct slice text, const char *key) {
	struct slice value;
	return lock_next(&text, key, &value) ? value : SLICE_NONE;
}

static int order(const struct lock_entry *e, struct slice recipe, struct slice target) {
	int by_recipe = slice_cmp(e->recipe, recipe);
	return by_recipe ? by_recipe : slice_cmp(e->target, target);
}

/* Where the entry is, or would be; *found says which. */
static size_t place_of(const struct lock *l, struct slice recipe, struct slice target,
		bool *found) {
	size_t low = 0, high = l->n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (order(&l->entry[middle], recipe, target) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*found = low < l->n && order(&l->entry[low], recipe, target) == 0;
	return low;
}

const struct lock_entry *lock_find(const struct lock *l, struct slice recipe, struct slice target) {
	bool found;
	size_t at = place_of(l, recipe, target, &found);
	return found ? &l->entry[at] : NULL;
}

static void make_room(struct lock *l) {
	if (l->n < l->cap)
		return;
	l->cap = l->cap ? l->cap * 2 : 32;
	struct lock_entry *v = ARENA_ARRAY(l->arena, struct lock_entry, l->cap);
	if (l->n)
		memcpy(v, l->entry, l->n * sizeof *v);
	l->entry = v;
}

void lock_put(struct lock *l, const struct lock_entry *e) {
	bool found;
	size_t at = place_of(l, e->recipe, e->target, &found);
	if (found && slice_eq(l->entry[at].text, e->text))
		return;
	if (!found) {
		make_room(l);
		memmove(&l->entry[at + 1], &l->entry[at], (l->n - at) * sizeof *l->entry);
		l->n++;
	}
	l->entry[at] = (struct lock_entry){ .recipe = arena_dup(l->arena, e->recipe),
		.target = arena_dup(l->arena, e->target), .text = arena_dup(l->arena, e->text) };
	l->changed = true;
}

void lock_drop(struct lock *l, struct slice recipe, struct slice target) {
	bool found;
	size_t at = place_of(l, recipe, target, &found);
	if (!found)
		return;
	l->n--;
	memmove(&l->entry[at], &l->entry[at + 1], (l->n - at) * sizeof *l->entry);
	l->changed = true;
}

void lock_settle(struct lock *l, struct slice channel, struct slice reason) {
	reason = text_replace(l->arena, reason, SLICE("\n"), SLICE(" "));
	if (slice_eq(l->channel, channel) && slice_eq(l->reason, reason))
		return;
	l->channel = arena_dup(l->arena, channel);
	l->reason = arena_dup(l->arena, reason);
	l->changed = true;
}

/* --- the file --- */

static void demand_channel(const struct lock *l, struct slice channel, int line) {
	if (!slice_is(channel, "openeuler") && !slice_is(channel, "upstream"))
		raise_at(slice_of(l->path), line, "channel \"" SFMT "\": it is openeuler or upstream: make the "
			"lock again with bake lock", SARG(channel));
}

static void take_own(struct lock *l, struct slice text, int line) {
	if (!slice_is(lock_value(text, "lock"), FORMAT))
		raise_at(slice_of(l->path), line,
			"a lock of format \"" SFMT "\"; this bake knows format " FORMAT
			": make it again with bake lock",
			SARG(lock_value(text, "lock")));
	l->channel = lock_value(text, "channel");
	if (l->channel.n)
		demand_channel(l, l->channel, line);
	l->reason = lock_value(text, "reason");
}

static void take_stanza(struct lock *l, struct slice text, int line) {
	struct lock_entry e = { lock_value(text, "recipe"), lock_value(text, "target"), text };
	if (slice_starts(text, "lock ")) {
		take_own(l, text, line);
		return;
	}
	if (!slice_starts(text, "recipe ") || !e.target.n || !lock_value(text, "channel").n)
		raise_at(slice_of(l->path), line,
			"no stanza of a source: it must begin with \"recipe NAME\" and "
			"have \"target\" and \"channel\": make the lock again with bake lock");
	demand_channel(l, lock_value(text, "channel"), line);
	if (lock_find(l, e.recipe, e.target))
		raise_at(slice_of(l->path), line,
			"recipe " SFMT " for " SFMT " twice: take one out", SARG(e.recipe),
			SARG(e.target));
	lock_put(l, &e);
}

static void take_text(struct lock *l, struct slice text) {
	struct buf stanza = { .arena = l->arena };
	int number = 0, begun = 1;
	for (struct slice line; text.p && slice_field(&text, '\n', &line);) {
		number++;
		if (slice_starts(line, "#"))
			continue;
		if (line.n) {
			if (!stanza.n)
				begun = number;
			buf_add(&stanza, line);
			buf_addc(&stanza, '\n');
		} else if (stanza.n) {
			take_stanza(l, arena_dup(l->arena, buf_slice(&stanza)), begun);
			stanza.n = 0;
		}
	}
	if (stanza.n)
		take_stanza(l, arena_dup(l->arena, buf_slice(&stanza)), begun);
}

/* What a power cut leaves of a file may be zeros. */
static void demand_text(const struct lock *l, struct slice text) {
	const char *nul = text.n ? memchr(text.p, '\0', text.n) : NULL;
	int line = 1;
	for (const char *c = text.p; nul && c < nul; c++)
		line += *c == '\n';
	if (nul)
		raise_at(slice_of(l->path), line, "a NUL byte: it is damaged: take it from where it is kept, or "
			"make it again with bake lock");
}

struct lock *lock_parse(struct arena *a, const char *path, struct slice text) {
	struct lock *l = lock_new(a, path);
	demand_text(l, text);
	take_text(l, text);
	l->changed = false;
	return l;
}

struct lock *lock_read(struct arena *a, const char *path) {
	struct slice text;
	if (os_read(a, path, &text) == 0)
		return lock_parse(a, path, text);
	if (errno != ENOENT)
		raise_error("%s: %s", path, strerror(errno));
	return lock_new(a, path);
}

struct slice lock_text(const struct lock *l) {
	struct buf out = { .arena = l->arena };
	buf_adds(&out, head);
	buf_adds(&out, "\nlock " FORMAT "\n");
	if (l->channel.n)
		buf_addf(&out, "channel " SFMT "\n", SARG(l->channel));
	if (l->reason.n)
		buf_addf(&out, "reason " SFMT "\n", SARG(l->reason));
	for (size_t i = 0; i < l->n; i++) {
		buf_addc(&out, '\n');
		buf_add(&out, l->entry[i].text);
	}
	return buf_slice(&out);
}

int lock_write(struct lock *l) {
	if (!l->changed)
		return 0;
	if (os_mkparents(l->path) || os_write(l->path, lock_text(l), 0644, true)) {
		error("%s: %s: say with SOURCES_LOCK where the lock is to be", l->path,
			strerror(errno));
		return -1;
	}
	l->changed = false;
	return 0;
}

/* --- for recipes --- */

void lock_apply(const struct lock *l, struct data *d) {
	struct slice arch = data_text(d, "TARGET_ARCH");
	if (l->channel.n)
		data_set(d, atom_of("SOURCES_CHANNEL"), l->channel);
	for (size_t i = 0; i < l->n; i++) {
		const struct lock_entry *e = &l->entry[i];
		const char *name = arena_printf(l->arena, "SOURCE_LOCK_" SFMT, SARG(e->recipe)).p;
		if (slice_eq(e->target, arch))
			data_set(d, atom_of(name), e->text);
	}
}
