/* A file is told by what stat says of it: device, inode, size, times of content and of status. A
 * status time (ctime) cannot be set back, so a file whose times are a while ago cannot change
 * unseen; one that changed within settle_ns might change again within the same tick of the clock of
 * its file system, and is not relied on.
 *
 * A path that is not there counts by the uppermost directory that is not there: most of what is
 * looked for along FILESPATH is in directories nobody made. */
#include "witness.h"

#include "map.h"

#include <string.h>
#include <sys/stat.h>
#include <time.h>

/* The coarsest file systems in use count in two seconds. */
static int64_t settle_ns = 2000000000;

/* A path as it was when it was first asked for. */
struct look {
	const struct atom *path;
	uint64_t content, existence;     /* prints; 0: not there */
	bool settled;
	uint32_t content_in, existence_in;       /* number of the unit of work that has it; or KEPT */
};

enum { KEPT = UINT32_MAX };
enum { THERE = 1, LINK = 2 };            /* of an existence print; above them the type */

static struct {
	struct arena *arena;
	struct map looks;                /* path → struct look * */
	struct buf facts, kept;
	uint32_t unit;
	bool on, keeping, unsteady, unsettled, kept_unsteady, kept_unsettled;
} w;

/* --- looks --- */

static uint64_t mix(uint64_t h, uint64_t value) {
	h = (h ^ value) * 0x9e3779b97f4a7c15u;
	return h ^ (h >> 29);
}

static int64_t in_ns(struct timespec t) {
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static uint64_t content_print(const struct stat *st) {
	uint64_t h = 1;
	const uint64_t value[] = { st->st_dev, st->st_ino, st->st_mode, (uint64_t)st->st_size,
		(uint64_t)in_ns(st->st_mtim), (uint64_t)in_ns(st->st_ctim) };
	for (size_t i = 0; i < sizeof value / sizeof *value; i++)
		h = mix(h, value[i]);
	return h | 1;
}

/* What exists, is a directory, a file or a link may ask. */
static uint64_t existence_print(const char *path, const struct stat *st) {
	struct stat own;
	bool there = lstat(path, &own) == 0;
	return (there ? THERE : 0) | (there && S_ISLNK(own.st_mode) ? LINK : 0)
			| (st ? (uint64_t)(st->st_mode & S_IFMT) << 2 : 0);
}

static void look_at(struct look *l) {
	struct stat st;
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	bool there = stat(l->path->p, &st) == 0;
	l->content = there ? content_print(&st) : 0;
	l->existence = existence_print(l->path->p, there ? &st : NULL);
	l->settled = !there || (in_ns(st.st_ctim) + settle_ns < in_ns(now)
			&& in_ns(st.st_mtim) + settle_ns < in_ns(now));
}

static struct look *look_of(struct slice path) {
	const struct atom *name = atom(path);
	if (!w.arena) {
		w.arena = arena_new();
		w.looks.arena = w.arena;
	}
	struct look *l = map_get(&w.looks, name);
	if (l)
		return l;
	l = ARENA_NEW(w.arena, struct look);
	l->path = name;
	look_at(l);
	map_put(&w.looks, name, l);
	return l;
}

static struct look *uppermost_absent(struct look *l) {
	for (;;) {
		struct slice above = atom_slice(l->path);
		while (above.n && above.p[above.n - 1] != '/')
			above.n--;
		while (above.n > 1 && above.p[above.n - 1] == '/')
			above.n--;
		if (above.n < 2)
			return l;
		struct look *dir = look_of(above);
		if (dir->existence)
			return l;
		l = dir;
	}
}

void witness_settle(int64_t ns) {
	settle_ns = ns;
}

void witness_forget(void) {
	arena_free(w.arena);
	buf_free(&w.facts);
	buf_free(&w.kept);
	memset(&w, 0, sizeof w);
}

/* --- telling --- */

void witness_begin(void) {
	w.on = true;
	w.unit++;
	w.unsteady = w.kept_unsteady;
	w.unsettled = w.kept_unsettled;
	w.facts.n = 0;
	if (w.kept.n)
		buf_add(&w.facts, buf_slice(&w.kept));
}

void witness_end(void) {
	w.on = false;
}

void witness_keep(bool on) {
	w.keeping = on;
}

void witness_unsteady(void) {
	w.unsteady = true;
	w.kept_unsteady |= w.keeping;
}

/* A number, then the path, which is not empty. */
void witness_add(struct buf *out, const struct witness_fact *f) {
	uint32_t head[2] = { f->content, (uint32_t)f->path.n };
	buf_add(out, (struct slice){ (const char *)head, sizeof head });
	buf_add(out, (struct slice){ (const char *)&f->print, sizeof f->print });
	buf_add(out, f->path);
}

static void tell(const struct look *l, bool content, uint32_t *in) {
	if (*in == KEPT || (*in == w.unit && !w.keeping))
		return;
	struct witness_fact f = { atom_slice(l->path), content ? l->content : l->existence,
		content };
	*in = w.keeping ? KEPT : w.unit;
	w.unsettled |= content && !l->settled;
	witness_add(&w.facts, &f);
	if (w.keeping) {
		w.kept_unsettled |= content && !l->settled;
		witness_add(&w.kept, &f);
	}
}

/* A relative path depends on where the process stands. */
static bool listening(const char *path) {
	if (w.on && path[0] != '/')
		witness_unsteady();
	return w.on && path[0] == '/';
}

void witness_existence(const char *path) {
	if (!listening(path))
		return;
	struct look *l = look_of(slice_of(path));
	if (!l->existence)
		l = uppermost_absent(l);
	tell(l, false, &l->existence_in);
}

void witness_content(const char *path) {
	if (!listening(path))
		return;
	struct look *l = look_of(slice_of(path));
	if (l->content)
		tell(l, true, &l->content_in);
	else
		witness_existence(path);
}

void witness_pack(struct buf *out) {
	if (w.facts.n)
		buf_add(out, buf_slice(&w.facts));
}

void witness_resolution(const char *path) {
	size_t n = strlen(path);
	if (!listening(path))
		return;
	for (size_t i = 1; i <= n; i++) {
		if (i < n && path[i] != '/')
			continue;
		struct look *l = look_of((struct slice){ path, i });
		if (l->existence & LINK)
			witness_unsteady();
		witness_existence(l->path->p);
		if (!l->existence)
			return;
	}
}

bool witness_settled(void) {
	return !w.unsettled;
}

bool witness_lasts(void) {
	return !w.unsteady && !w.unsettled;
}

/* --- asking again --- */

bool witness_next(struct slice *bytes, struct witness_fact *f) {
	uint32_t head[2];
	size_t fixed = sizeof head + sizeof f->print;
	if (bytes->n < fixed)
		return false;
	memcpy(head, bytes->p, sizeof head);
	memcpy(&f->print, bytes->p + sizeof head, sizeof f->print);
	if (head[1] > bytes->n - fixed)
		return false;
	f->content = head[0] != 0;
	f->path = slice_sub(*bytes, fixed, fixed + head[1]);
	*bytes = slice_sub(*bytes, fixed + head[1], bytes->n);
	return true;
}

bool witness_holds(const struct witness_fact *f) {
	const struct look *l = look_of(f->path);
	return f->print == (f->content ? l->content : l->existence);
}
