/* util: memory by lifetime, text as slices, one sink for messages and one stack of traps.
 *
 * Invariant: the innermost trap is `traps`; raising without one is a broken invariant, because every
 * unit of work sets its boundary before it touches metadata. */
#include "util.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- memory --- */

enum { ARENA_FIRST = 8 * 1024, ARENA_LARGEST = 1024 * 1024 };

struct block {
	struct block *next;
	size_t size, used;
	max_align_t bytes[];
};

struct arena {
	struct block *blocks;    /* the first one is allocated from */
	size_t next_size, given;
};

enum { ABORTED = 134 };                  /* as a shell calls it */

/* The kernel gives the first process of a sandbox no signal of its own, so abort would end it as a
 * fault of memory. */
static _Noreturn void die(void) {
	if (getpid() == 1)
		_exit(ABORTED);
	abort();
}

/* No memory is nobody's mistake, and there is no way on: whoever started us sees the signal. */
static _Noreturn void no_memory(size_t bytes) {
	fprintf(stderr, "bake: out of memory: %zu bytes\n", bytes);
	die();
}

void *xrealloc(void *old, size_t size) {
	void *p = realloc(old, size ? size : 1);
	if (!p)
		no_memory(size);
	return p;
}

struct arena *arena_new(void) {
	struct arena *a = xrealloc(NULL, sizeof *a);
	*a = (struct arena){ .next_size = ARENA_FIRST };
	return a;
}

void arena_free(struct arena *a) {
	if (!a)
		return;
	for (struct block *b = a->blocks, *next; b; b = next) {
		next = b->next;
		free(b);
	}
	free(a);
}

/* A request larger than a block gets one of its own behind the current, which keeps its free rest. */
static void *alloc_large(struct arena *a, size_t size) {
	struct block *b = xrealloc(NULL, sizeof *b + size);
	b->size = b->used = size;
	if (a->blocks) {
		b->next = a->blocks->next;
		a->blocks->next = b;
	} else {
		b->next = NULL;
		a->blocks = b;
	}
	return b->bytes;
}

static void grow(struct arena *a) {
	struct block *b = xrealloc(NULL, sizeof *b + a->next_size);
	b->next = a->blocks;
	b->size = a->next_size;
	b->used = 0;
	a->blocks = b;
	if (a->next_size < ARENA_LARGEST)
		a->next_size *= 2;
}

/* Memory as it comes: the caller writes all of it. */
static void *alloc_raw(struct arena *a, size_t size) {
	enum { ALIGN = sizeof(max_align_t) };
	size = (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	a->given += size;
	if (size > a->next_size / 4)
		return alloc_large(a, size);
	if (!a->blocks || a->blocks->size - a->blocks->used < size)
		grow(a);
	struct block *b = a->blocks;
	void *p = (char *)b->bytes + b->used;
	b->used += size;
	return p;
}

void *arena_alloc(struct arena *a, size_t size) {
	return memset(alloc_raw(a, size), 0, size);
}

size_t arena_size(const struct arena *a) {
	return a->given;
}

/* --- slices --- */

struct slice slice_of(const char *text) {
	return text ? (struct slice){ text, strlen(text) } : SLICE_NONE;
}

bool slice_eq(struct slice a, struct slice b) {
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool slice_is(struct slice a, const char *text) {
	return slice_eq(a, slice_of(text));
}

int slice_cmp(struct slice a, struct slice b) {
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n ? memcmp(a.p, b.p, n) : 0;
	return order ? order : (a.n > b.n) - (a.n < b.n);
}

bool slice_starts(struct slice s, const char *prefix) {
	size_t n = strlen(prefix);
	return s.n >= n && memcmp(s.p, prefix, n) == 0;
}

bool slice_ends(struct slice s, const char *suffix) {
	size_t n = strlen(suffix);
	return s.n >= n && memcmp(s.p + s.n - n, suffix, n) == 0;
}

bool slice_find(struct slice s, const char *needle, size_t *at) {
	const char *hit = s.n ? memmem(s.p, s.n, needle, strlen(needle)) : NULL;
	if (hit && at)
		*at = (size_t)(hit - s.p);
	return hit != NULL;
}

struct slice slice_sub(struct slice s, size_t from, size_t to) {
	if (to > s.n)
		to = s.n;
	if (from > to)
		from = to;
	return (struct slice){ s.p ? s.p + from : NULL, to - from };
}

static bool is_blank(char c) {
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct slice slice_trim(struct slice s) {
	while (s.n && is_blank(s.p[0]))
		s.p++, s.n--;
	while (s.n && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

bool slice_word(struct slice *rest, struct slice *word) {
	while (rest->n && is_blank(rest->p[0]))
		rest->p++, rest->n--;
	if (!rest->n)
		return false;
	size_t n = 0;
	while (n < rest->n && !is_blank(rest->p[n]))
		n++;
	*word = slice_sub(*rest, 0, n);
	*rest = slice_sub(*rest, n, rest->n);
	return true;
}

bool slice_field(struct slice *rest, char sep, struct slice *field) {
	if (!rest->p)
		return false;
	const char *hit = rest->n ? memchr(rest->p, sep, rest->n) : NULL;
	if (!hit) {
		*field = *rest;
		*rest = SLICE_NONE;
		return true;
	}
	size_t n = (size_t)(hit - rest->p);
	*field = slice_sub(*rest, 0, n);
	*rest = slice_sub(*rest, n + 1, rest->n);
	return true;
}

bool slice_number(struct slice s, uint64_t *number) {
	uint64_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		unsigned digit = (unsigned)(s.p[i] - '0');
		if (digit > 9 || n > (UINT64_MAX - digit) / 10)
			return false;
		n = n * 10 + digit;
	}
	*number = n;
	return s.n > 0;
}

struct slice arena_dup(struct arena *a, struct slice s) {
	char *p = alloc_raw(a, s.n + 1);
	if (s.n)
		memcpy(p, s.p, s.n);
	p[s.n] = '\0';
	return (struct slice){ p, s.n };
}

char *arena_str(struct arena *a, struct slice s) {
	return (char *)arena_dup(a, s).p;
}

struct slice arena_vprintf(struct arena *a, const char *format, va_list ap) {
	va_list again;
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (n < 0)
		broken("format: %s", format);
	char *p = alloc_raw(a, (size_t)n + 1);
	vsnprintf(p, (size_t)n + 1, format, ap);
	return (struct slice){ p, (size_t)n };
}

struct slice arena_printf(struct arena *a, const char *format, ...) {
	va_list ap;
	va_start(ap, format);
	struct slice s = arena_vprintf(a, format, ap);
	va_end(ap);
	return s;
}

void slices_add(struct arena *a, struct slices *list, struct slice s) {
	if (list->n == list->cap) {
		size_t cap = list->cap ? list->cap * 2 : 4;
		struct slice *v = ARENA_ARRAY(a, struct slice, cap);
		if (list->n)
			memcpy(v, list->v, list->n * sizeof *v);
		list->v = v;
		list->cap = cap;
	}
	list->v[list->n++] = s;
}

void slices_words(struct arena *a, struct slices *list, struct slice text) {
	for (struct slice word; slice_word(&text, &word);)
		slices_add(a, list, word);
}

bool slices_has(const struct slices *list, struct slice s) {
	for (size_t i = 0; i < list->n; i++)
		if (slice_eq(list->v[i], s))
			return true;
	return false;
}

static int by_bytes(const void *a, const void *b) {
	return slice_cmp(*(const struct slice *)a, *(const struct slice *)b);
}

void slices_sort(struct slices *list) {
	if (list->n)
		qsort(list->v, list->n, sizeof *list->v, by_bytes);
}

struct slice slices_join(struct arena *a, const struct slices *list, const char *sep) {
	struct buf b = { .arena = a };
	buf_adds(&b, "");
	for (size_t i = 0; i < list->n; i++) {
		if (i)
			buf_adds(&b, sep);
		buf_add(&b, list->v[i]);
	}
	return buf_slice(&b);
}

const char **slices_argv(struct arena *a, const struct slices *list) {
	const char **argv = ARENA_ARRAY(a, const char *, list->n + 1);
	for (size_t i = 0; i < list->n; i++)
		argv[i] = arena_str(a, list->v[i]);
	argv[list->n] = NULL;
	return argv;
}

/* --- buffers --- */

static void reserve(struct buf *b, size_t more) {
	if (b->p && b->cap - b->n > more)
		return;
	size_t cap = b->cap ? b->cap * 2 : 64;
	while (cap <= b->n + more)
		cap *= 2;
	if (b->arena) {
		char *p = alloc_raw(b->arena, cap);
		if (b->n)
			memcpy(p, b->p, b->n);
		b->p = p;
	} else {
		b->p = xrealloc(b->p, cap);
	}
	b->cap = cap;
}

void buf_add(struct buf *b, struct slice s) {
	reserve(b, s.n);
	if (s.n)
		memcpy(b->p + b->n, s.p, s.n);
	b->n += s.n;
	b->p[b->n] = '\0';
}

void buf_adds(struct buf *b, const char *text) {
	buf_add(b, slice_of(text));
}

void buf_addc(struct buf *b, char c) {
	buf_add(b, (struct slice){ &c, 1 });
}

void buf_addf(struct buf *b, const char *format, ...) {
	va_list ap, again;
	va_start(ap, format);
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (n < 0)
		broken("format: %s", format);
	reserve(b, (size_t)n);
	vsnprintf(b->p + b->n, (size_t)n + 1, format, ap);
	va_end(ap);
	b->n += (size_t)n;
}

struct slice buf_slice(const struct buf *b) {
	return (struct slice){ b->p ? b->p : "", b->n };
}

void buf_free(struct buf *b) {
	if (!b->arena)
		free(b->p);
	*b = (struct buf){ .arena = b->arena };
}

/* --- messages --- */

static struct {
	message_sink_fn *sink;
	void *ctx;
	enum message_level lowest;
	unsigned count[MESSAGE_ERROR + 1];
} messages = { .lowest = MESSAGE_NOTE };

static void to_stderr(enum message_level level, const char *text) {
	static const char *const prefix[] = { "debug: ", "", "warning: ", "error: " };
	fprintf(stderr, "%s%s\n", prefix[level], text);
}

/* Is it what may follow the ":" of a host? */
static bool is_port(struct slice s) {
	for (size_t i = 0; i < s.n; i++)
		if (!isdigit((unsigned char)s.p[i]))
			return false;
	return true;
}

/* The length of "user:password@" at the start of an authority, or 0. A "/" ends it, but not within what can
 * only be a password; so does the quote that the URL began with. */
static size_t credentials(struct slice rest, char quote, size_t *colon) {
	size_t length = 0;
	*colon = 0;
	for (size_t i = 0; i < rest.n && !strchr(" \";\n\t", rest.p[i]) && rest.p[i] != quote; i++) {
		bool secret = *colon && !is_port(slice_sub(rest, *colon + 1, i));
		if (rest.p[i] == '/' && (length || !secret))
			break;
		if (rest.p[i] == '@')
			length = i + 1;
		if (rest.p[i] == ':' && !*colon)
			*colon = i;
	}
	return length;
}

/* The quote before the scheme that ends at `at`; '"' when there is none. */
static char quote_before(struct slice text, size_t at) {
	while (at && (isalnum((unsigned char)text.p[at - 1]) || strchr("+-.", text.p[at - 1])))
		at--;
	return at && text.p[at - 1] == '\'' ? '\'' : '"';
}

struct slice text_replace(struct arena *a, struct slice text, struct slice from, struct slice to) {
	struct buf b = { .arena = a };
	for (size_t at; slice_find(text, from.p, &at);
			text = slice_sub(text, at + from.n, text.n)) {
		buf_add(&b, slice_sub(text, 0, at));
		buf_add(&b, to);
	}
	buf_add(&b, text);
	return buf_slice(&b);
}

struct slice text_mask(struct arena *a, struct slice text) {
	struct buf b = { .arena = a };
	size_t at, colon;
	buf_adds(&b, "");
	while (slice_find(text, "://", &at)) {
		bool key = at >= 3 && memcmp(text.p + at - 3, "ssh", 3) == 0;
		char quote = quote_before(text, at);
		buf_add(&b, slice_sub(text, 0, at + 3));
		text = slice_sub(text, at + 3, text.n);
		size_t n = credentials(text, quote, &colon);
		bool password = colon && colon < n;
		bool git = slice_is(slice_sub(text, 0, n), "git@");
		if (n == 0 || git || (key && !password))
			continue;
		if (password)
			buf_add(&b, slice_sub(text, 0, colon + 1));
		buf_adds(&b, "***@");
		text = slice_sub(text, n, text.n);
	}
	buf_add(&b, text);
	return buf_slice(&b);
}

/* How many bytes a control character at p has; 0: it is none. Those of 8 bits are two in UTF-8. */
static size_t control(const unsigned char *p, size_t n) {
	if (n > 1 && p[0] == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0)
		return 2;
	return (p[0] < ' ' && p[0] != '\n' && p[0] != '\t') || p[0] == 0x7f ? 1 : 0;
}

/* The length of "ESC [ … LETTER" at the start of s; 0: it is no such sequence. */
static size_t escape_sequence(struct slice s) {
	size_t i = 2;
	if (!slice_starts(s, "\033["))
		return 0;
	while (i < s.n && s.p[i] >= ' ' && s.p[i] <= '?')
		i++;
	return i < s.n && s.p[i] >= '@' && s.p[i] <= '~' ? i + 1 : i;
}

static bool is_plain(struct slice s) {
	for (size_t i = 0; i < s.n; i++)
		if (control((const unsigned char *)s.p + i, s.n - i))
			return false;
	return true;
}

struct slice text_plain(struct arena *a, struct slice text) {
	struct buf b = { .arena = a };
	if (is_plain(text))
		return text;
	buf_adds(&b, "");
	for (size_t i = 0, n; i < text.n; i += n) {
		struct slice rest = slice_sub(text, i, text.n);
		if ((n = escape_sequence(rest)))
			continue;
		bool shown = !(n = control((const unsigned char *)rest.p, rest.n));
		n = n ? n : 1;
		buf_addc(&b, shown ? *rest.p : *rest.p == '\r' ? ' ' : '?');
	}
	return buf_slice(&b);
}

static void give(enum message_level level, const char *text) {
	bool secret = strstr(text, "://") && strchr(text, '@');
	struct arena *a = secret || !is_plain(slice_of(text)) ? arena_new() : NULL;
	if (a)
		text = text_plain(a, text_mask(a, slice_of(text))).p;
	if (messages.sink)
		messages.sink(messages.ctx, level, text);
	else
		to_stderr(level, text);
	arena_free(a);
}

void message(enum message_level level, const char *format, ...) {
	messages.count[level]++;
	if (level < messages.lowest)
		return;
	va_list ap;
	char *text;
	va_start(ap, format);
	if (vasprintf(&text, format, ap) < 0)
		broken("out of memory for a message");
	va_end(ap);
	give(level, text);
	free(text);
}

void message_sink(message_sink_fn *sink, void *ctx) {
	messages.sink = sink;
	messages.ctx = ctx;
}

void message_threshold(enum message_level lowest) {
	messages.lowest = lowest;
}

unsigned message_count(enum message_level level) {
	return messages.count[level];
}

struct slice text_bytes(struct arena *a, uint64_t bytes) {
	if (bytes < 1024)
		return arena_printf(a, "%u bytes", (unsigned)bytes);
	if (bytes < 1 << 20)
		return arena_printf(a, "%u KB", (unsigned)(bytes >> 10));
	return arena_printf(a, "%llu MB", (unsigned long long)(bytes >> 20));
}

void broken(const char *format, ...) {
	va_list ap;
	va_start(ap, format);
	fputs("bake: broken invariant: ", stderr);
	vfprintf(stderr, format, ap);
	fputc('\n', stderr);
	va_end(ap);
	die();
}

/* --- raise and trap --- */

static struct trap *traps;
static struct arena *fault_memory;       /* of the fault raised last */

void trap_begin(struct trap *t) {
	t->outer = traps;
	t->error = (struct fault){ 0 };
	traps = t;
}

void trap_end(struct trap *t) {
	if (traps != t)
		broken("traps do not nest");
	traps = t->outer;
}

static _Noreturn void deliver(struct fault f, struct arena *memory) {
	struct trap *t = traps;
	if (!t)
		broken("untrapped: " SFMT ":%d: " SFMT, SARG(f.file), f.line, SARG(f.message));
	arena_free(fault_memory);
	fault_memory = memory;
	traps = t->outer;
	t->error = f;
	longjmp(t->env, 1);
}

static _Noreturn void raise_v(struct slice file, int line, const char *format, va_list ap) {
	struct arena *memory = arena_new();
	struct fault f = { .line = line, .message = arena_vprintf(memory, format, ap) };
	if (file.p)
		f.file = arena_dup(memory, file);
	va_end(ap);
	deliver(f, memory);
}

void raise_at(struct slice file, int line, const char *format, ...) {
	va_list ap;
	va_start(ap, format);
	raise_v(file, line, format, ap);
}

void raise_error(const char *format, ...) {
	va_list ap;
	va_start(ap, format);
	raise_v(SLICE_NONE, 0, format, ap);
}

void raise_again(const struct fault *f) {
	struct arena *memory = arena_new();
	struct fault copy = { .line = f->line, .message = arena_dup(memory, f->message) };
	if (f->file.p)
		copy.file = arena_dup(memory, f->file);
	deliver(copy, memory);
}

void fault_report(const struct fault *f) {
	if (f->file.p && f->line)
		error(SFMT ":%d: " SFMT, SARG(f->file), f->line, SARG(f->message));
	else if (f->file.p)
		error(SFMT ": " SFMT, SARG(f->file), SARG(f->message));
	else
		error(SFMT, SARG(f->message));
}

/* --- near names --- */

enum { NEAR_LONGEST = 64 };

/* One row of the distance table from the two before it (two: transpositions count one). */
static unsigned near_row(struct slice a, struct slice b, size_t i, unsigned (*rows)[NEAR_LONGEST + 1]) {
	unsigned *now = rows[i % 3], *last = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
	unsigned best = now[0] = (unsigned)i;
	for (size_t j = 1; j <= b.n; j++) {
		unsigned change = last[j - 1] + (a.p[i - 1] != b.p[j - 1]);
		unsigned insert = now[j - 1] + 1, drop = last[j] + 1;
		now[j] = change < insert ? change : insert;
		if (drop < now[j])
			now[j] = drop;
		if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] && a.p[i - 2] == b.p[j - 1] &&
				before[j - 2] + 1 < now[j])
			now[j] = before[j - 2] + 1;
		if (now[j] < best)
			best = now[j];
	}
	return best;
}

unsigned near_distance(struct slice a, struct slice b, unsigned limit) {
	size_t gap = a.n > b.n ? a.n - b.n : b.n - a.n;
	if (gap > limit || a.n > NEAR_LONGEST || b.n > NEAR_LONGEST)
		return limit + 1;
	unsigned rows[3][NEAR_LONGEST + 1];
	for (size_t j = 0; j <= b.n; j++)
		rows[0][j] = (unsigned)j;
	for (size_t i = 1; i <= a.n; i++)
		if (near_row(a, b, i, rows) > limit)
			return limit + 1;
	unsigned d = rows[a.n % 3][b.n];
	return d > limit ? limit + 1 : d;
}

enum { MOST_NEAR = 3 };

struct near {
	struct slice name;
	unsigned distance;
};

static int by_distance(const void *x, const void *y) {
	const struct near *a = x, *b = y;
	if (a->distance != b->distance)
		return a->distance < b->distance ? -1 : 1;
	return slice_cmp(a->name, b->name);
}

void near_pick(struct arena *a, struct slice name, const struct slices *candidates,
		struct slices *near) {
	unsigned limit = name.n < 4 ? 1 : (unsigned)(name.n / 3 < 4 ? name.n / 3 + 1 : 4);
	struct near *found = ARENA_ARRAY(a, struct near, candidates->n + 1);
	size_t n = 0;
	for (size_t i = 0; i < candidates->n; i++) {
		unsigned d = near_distance(name, candidates->v[i], limit);
		if (d <= limit)
			found[n++] = (struct near){ candidates->v[i], d };
	}
	qsort(found, n, sizeof *found, by_distance);
	for (size_t i = 0; i < n && near->n < MOST_NEAR; i++)
		if (!slices_has(near, found[i].name))
			slices_add(a, near, found[i].name);
}

struct slice near_hint(struct arena *a, struct slice name, const struct slices *candidates) {
	struct slices near = { 0 };
	near_pick(a, name, candidates, &near);
	if (!near.n)
		return SLICE("");
	return arena_printf(a, ": did you mean " SFMT "?", SARG(slices_join(a, &near, ", ")));
}
