/* util: messages, arenas, slices, buffers and the one way to raise an error. */
#ifndef BAKE_UTIL_H
#define BAKE_UTIL_H

#define BAKE_VERSION "0.1.0"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* --- memory -------------------------------------------------------------------------------- */

/* Memory with one lifetime: allocate often, free once. Running out of memory aborts. */
struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *a);                    /* NULL is allowed */
void *arena_alloc(struct arena *a, size_t size);     /* zeroed, aligned for any type */
size_t arena_size(const struct arena *a);            /* bytes handed out so far */
#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define ARENA_ARRAY(a, type, count) ((type *)arena_alloc((a), sizeof(type) * (count)))

void *xrealloc(void *old, size_t size);              /* realloc that aborts when out of memory */

/* --- slices -------------------------------------------------------------------------------- */

/* Text somebody else owns; not NUL-terminated unless its maker says so. p == NULL means "unset". */
struct slice {
	const char *p;
	size_t n;
};

#define SLICE(literal) ((struct slice){ "" literal, sizeof(literal) - 1 })
#define SLICE_NONE ((struct slice){ NULL, 0 })
#define SFMT "%.*s"                                  /* printf format of a slice … */
#define SARG(s) (int)(s).n, (s).p ? (s).p : ""       /* … and its arguments */

struct slice slice_of(const char *text);             /* NULL gives SLICE_NONE */
bool slice_eq(struct slice a, struct slice b);
bool slice_is(struct slice a, const char *text);
int slice_cmp(struct slice a, struct slice b);       /* byte order, like memcmp */
bool slice_starts(struct slice s, const char *prefix);
bool slice_ends(struct slice s, const char *suffix);
bool slice_find(struct slice s, const char *needle, size_t *at);   /* at may be NULL */
struct slice slice_sub(struct slice s, size_t from, size_t to);    /* clamped to s */
struct slice slice_trim(struct slice s);             /* without blanks at both ends */
/* Takes the next word (separated by blanks and newlines) off *rest; false when none is left. */
bool slice_word(struct slice *rest, struct slice *word);
/* Takes what stands before the next sep off *rest (the last field may be empty); false at the end. */
bool slice_field(struct slice *rest, char sep, struct slice *field);
/* A decimal number: digits and nothing else. False when it is none, or too large. */
bool slice_number(struct slice s, uint64_t *number);

struct slice arena_dup(struct arena *a, struct slice s);      /* the copy is NUL-terminated */
char *arena_str(struct arena *a, struct slice s);             /* the same as a C string */
struct slice arena_printf(struct arena *a, const char *format, ...)
	__attribute__((format(printf, 2, 3)));                /* NUL-terminated */
struct slice arena_vprintf(struct arena *a, const char *format, va_list ap)
	__attribute__((format(printf, 2, 0)));

/* A list of slices that grows inside an arena. Start from {0}. */
struct slices {
	struct slice *v;
	size_t n, cap;
};

void slices_add(struct arena *a, struct slices *list, struct slice s);
void slices_words(struct arena *a, struct slices *list, struct slice text);  /* adds each word */
bool slices_has(const struct slices *list, struct slice s);
void slices_sort(struct slices *list);               /* byte order */
struct slice slices_join(struct arena *a, const struct slices *list, const char *sep);
const char **slices_argv(struct arena *a, const struct slices *list);        /* C strings, then NULL */

/* --- buffers ------------------------------------------------------------------------------- */

/* Text under construction, always NUL-terminated. With an arena it lives there (use that wherever
 * a raise may pass by); with a NULL arena it is malloc'd and buf_free releases it. */
struct buf {
	struct arena *arena;
	char *p;
	size_t n, cap;
};

void buf_add(struct buf *b, struct slice s);
void buf_adds(struct buf *b, const char *text);
void buf_addc(struct buf *b, char c);
void buf_addf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
struct slice buf_slice(const struct buf *b);         /* valid until the next buf_ call */
void buf_free(struct buf *b);

/* --- messages ------------------------------------------------------------------------------ */

/* One line each on standard error (or where message_sink sends it): lower case, "what: which: why". */
enum message_level { MESSAGE_DEBUG, MESSAGE_NOTE, MESSAGE_WARN, MESSAGE_ERROR };

void message(enum message_level level, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
#define note(...) message(MESSAGE_NOTE, __VA_ARGS__)
#define warn(...) message(MESSAGE_WARN, __VA_ARGS__)
#define error(...) message(MESSAGE_ERROR, __VA_ARGS__)
#define debug(...) message(MESSAGE_DEBUG, __VA_ARGS__)

/* Sends messages to sink instead of standard error; NULL restores it. The ui and tests use this. */
typedef void message_sink_fn(void *ctx, enum message_level level, const char *text);
void message_sink(message_sink_fn *sink, void *ctx);
void message_threshold(enum message_level lowest);   /* default MESSAGE_NOTE */
unsigned message_count(enum message_level level);    /* how many were given so far */

/* Text with every URL's password as "***", and a user name that stands alone: it may be a token.
 * Every message goes through it. */
struct slice text_mask(struct arena *a, struct slice text);
/* text as a terminal may show it: without the sequences that colour it or move the cursor; other control
 * characters but newline and tab are "?". Every message goes through it too. In arena a, or text itself. */
struct slice text_plain(struct arena *a, struct slice text);
/* text with every `from` (NUL-terminated) in it become `to`. In arena a. */
struct slice text_replace(struct arena *a, struct slice text, struct slice from, struct slice to);

/* A number of bytes as people say it: "17 bytes", "3 KB", "120 MB". */
struct slice text_bytes(struct arena *a, uint64_t bytes);

/* Says which invariant broke, then aborts. Never for bad input. */
_Noreturn void broken(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* --- raise and trap ------------------------------------------------------------------------ */

/* Bad metadata is raised with its place and trapped at one boundary per unit of work:
 *
 *	struct trap trap;
 *	if (TRAP(&trap)) { …work that may raise…; trap_end(&trap); }
 *	else report(&trap.error);        // the trap is already off
 *
 * What was malloc'd between the two leaks: work that may raise allocates from arenas. */
struct fault {
	struct slice file;       /* where; unset when no file is to blame */
	int line;                /* 1-based; 0 = unknown */
	struct slice message;    /* the reason, without the place */
};

struct trap {
	jmp_buf env;
	struct trap *outer;
	struct fault error;      /* memory: owned by the raise machinery, valid until the next raise */
};

#define TRAP(t) (trap_begin(t), setjmp((t)->env) == 0)
void trap_begin(struct trap *t);
void trap_end(struct trap *t);
_Noreturn void raise_at(struct slice file, int line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
_Noreturn void raise_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void raise_again(const struct fault *f);   /* passes a trapped fault on, unchanged */
/* Prints "file:line: message" through message(MESSAGE_ERROR). */
void fault_report(const struct fault *f);

/* --- near names ---------------------------------------------------------------------------- */

/* Edit distance (Damerau, at most limit; limit + 1 when further). For "did you mean". */
unsigned near_distance(struct slice a, struct slice b, unsigned limit);
/* Adds the names close to name among candidates, nearest first, at most 3. */
void near_pick(struct arena *a, struct slice name, const struct slices *candidates,
		struct slices *near);
/* ": did you mean X, Y?" of those, or empty. */
struct slice near_hint(struct arena *a, struct slice name, const struct slices *candidates);

#endif
