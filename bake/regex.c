/* regex: a pattern becomes a tree, the tree a small program, the program is run with
 * backtracking.
 *
 * Invariant: without captures and back-references an answer depends only on (instruction,
 * position), so a run marks the pairs it has been at and never tries one twice: time and memory
 * are bounded by program length × text length, whatever the pattern. Greedy and lazy repeats are
 * the same question. */
#include "regex.h"
#include "util.h"

#include <string.h>

enum kind {
	EMPTY, SET, START, END, LAST, BOUNDARY, NOT_BOUNDARY, CAT, ALT, REPEAT,
	AHEAD, NOT_AHEAD, BEHIND, NOT_BEHIND,
};

struct set {
	uint8_t bit[32];
};

struct node {
	enum kind kind;
	struct node *a, *b;
	int min, max;            /* of REPEAT; max < 0: no limit */
	struct set set;
};

enum op { OP_SET, OP_TEST, OP_SPLIT, OP_JUMP, OP_LOOK, OP_MATCH };

struct op_code {
	enum op op;
	enum kind kind;          /* of OP_TEST and OP_LOOK */
	uint32_t x, y;           /* OP_SPLIT: both; OP_JUMP: x; OP_LOOK: its body follows, x is behind */
	const struct set *set;
};

struct regex {
	struct op_code *code;
	uint32_t n, cap;
};

/* --- pattern to tree --- */

struct parser {
	struct arena *arena;
	struct slice rest;
	const char *why;         /* set: the pattern is wrong, everything unwinds */
	int depth;
};

enum { MAX_DEPTH = 100, MAX_REPEAT = 1000, MAX_CODE = 100000 };

static struct node *alternatives(struct parser *p);

static struct node *new_node(struct parser *p, enum kind kind, struct node *a, struct node *b) {
	struct node *n = ARENA_NEW(p->arena, struct node);
	n->kind = kind;
	n->a = a;
	n->b = b;
	return n;
}

static struct node *fail(struct parser *p, const char *why) {
	if (!p->why)
		p->why = why;
	p->rest = SLICE_NONE;
	return new_node(p, EMPTY, NULL, NULL);
}

static bool next_is(struct parser *p, char c) {
	return p->rest.n && p->rest.p[0] == c;
}

static unsigned char take(struct parser *p) {
	unsigned char c = (unsigned char)p->rest.p[0];
	p->rest = slice_sub(p->rest, 1, p->rest.n);
	return c;
}

static bool take_text(struct parser *p, const char *text) {
	if (!slice_starts(p->rest, text))
		return false;
	p->rest = slice_sub(p->rest, strlen(text), p->rest.n);
	return true;
}

static void set_add(struct set *s, unsigned from, unsigned to) {
	for (unsigned c = from; c <= to; c++)
		s->bit[c / 8] |= (uint8_t)(1u << (c % 8));
}

static bool set_has(const struct set *s, unsigned char c) {
	return s->bit[c / 8] & (1u << (c % 8));
}

static void set_invert(struct set *s) {
	for (size_t i = 0; i < sizeof s->bit; i++)
		s->bit[i] = (uint8_t)~s->bit[i];
}

/* \d \w \s and their opposites; false when c names no class. */
static bool set_class(struct set *s, unsigned char c) {
	struct set class = { 0 };
	switch (c | 0x20) {
	case 'd':
		set_add(&class, '0', '9');
		break;
	case 'w':
		set_add(&class, '0', '9');
		set_add(&class, 'a', 'z');
		set_add(&class, 'A', 'Z');
		set_add(&class, '_', '_');
		break;
	case 's':
		set_add(&class, '\t', '\r');
		set_add(&class, ' ', ' ');
		break;
	default:
		return false;
	}
	if (!(c & 0x20))
		set_invert(&class);
	for (size_t i = 0; i < sizeof class.bit; i++)
		s->bit[i] |= class.bit[i];
	return true;
}

static unsigned char escaped(unsigned char c) {
	static const char names[] = "nrtfv", bytes[] = "\n\r\t\f\v";
	const char *at = strchr(names, c);
	return at && c ? (unsigned char)bytes[at - names] : c;
}

static struct node *one_byte(struct parser *p, unsigned char c) {
	struct node *n = new_node(p, SET, NULL, NULL);
	set_add(&n->set, c, c);
	return n;
}

static struct node *escape(struct parser *p) {
	if (!p->rest.n)
		return fail(p, "it ends in a backslash");
	unsigned char c = take(p);
	struct node *n = new_node(p, SET, NULL, NULL);
	if (set_class(&n->set, c))
		return n;
	switch (c) {
	case 'A': n->kind = START; return n;
	case 'Z': n->kind = LAST; return n;
	case 'b': n->kind = BOUNDARY; return n;
	case 'B': n->kind = NOT_BOUNDARY; return n;
	}
	if (c >= '1' && c <= '9')
		return fail(p, "back-references are not supported");
	return one_byte(p, escaped(c));
}

/* One end of a range inside […]; false when it was a class such as \d, which is added at once. */
static bool range_end(struct parser *p, struct set *s, unsigned char *c) {
	*c = take(p);
	if (*c != '\\' || !p->rest.n)
		return true;
	*c = take(p);
	if (set_class(s, *c))
		return false;
	*c = escaped(*c);
	return true;
}

static struct node *bracket(struct parser *p) {
	struct node *n = new_node(p, SET, NULL, NULL);
	bool invert = take_text(p, "^"), first = true;
	while (p->rest.n && (first || !next_is(p, ']'))) {
		unsigned char from, to;
		first = false;
		if (!range_end(p, &n->set, &from))
			continue;
		to = from;
		if (next_is(p, '-') && p->rest.n > 1 && p->rest.p[1] != ']') {
			take(p);
			if (!range_end(p, &n->set, &to) || to < from)
				return fail(p, "a range in [ ] goes backwards");
		}
		set_add(&n->set, from, to);
	}
	if (!take_text(p, "]"))
		return fail(p, "[ has no ]");
	if (invert)
		set_invert(&n->set);
	return n;
}

static enum kind group_kind(struct parser *p) {
	static const struct { const char *text; enum kind kind; } openings[] = {
		{ "?:", EMPTY }, { "?=", AHEAD }, { "?!", NOT_AHEAD },
		{ "?<=", BEHIND }, { "?<!", NOT_BEHIND },
	};
	for (size_t i = 0; i < sizeof openings / sizeof *openings; i++)
		if (take_text(p, openings[i].text))
			return openings[i].kind;
	if (take_text(p, "?P<"))
		while (p->rest.n && take(p) != '>')
			;
	else if (next_is(p, '?'))
		fail(p, "this kind of (? is not supported");
	return EMPTY;
}

static struct node *group(struct parser *p) {
	if (++p->depth > MAX_DEPTH)
		return fail(p, "it is nested too deeply");
	enum kind kind = group_kind(p);
	struct node *body = alternatives(p);
	p->depth--;
	if (!take_text(p, ")"))
		return fail(p, "( has no )");
	return kind == EMPTY ? body : new_node(p, kind, body, NULL);
}

static struct node *single(struct parser *p) {
	unsigned char c = take(p);
	struct node *n;
	switch (c) {
	case '(': return group(p);
	case '[': return bracket(p);
	case '\\': return escape(p);
	case '^': return new_node(p, START, NULL, NULL);
	case '$': return new_node(p, END, NULL, NULL);
	case '*': case '+': case '?': return fail(p, "nothing to repeat");
	case '.':
		n = one_byte(p, '\n');
		set_invert(&n->set);
		return n;
	}
	return one_byte(p, c);
}

static bool number(struct parser *p, int *value) {
	bool any = false;
	*value = 0;
	while (p->rest.n && p->rest.p[0] >= '0' && p->rest.p[0] <= '9' && *value <= MAX_REPEAT) {
		*value = *value * 10 + (take(p) - '0');
		any = true;
	}
	return any;
}

/* {m}, {m,}, {,n}, {m,n}; anything else is text, as in Python, and nothing is taken. */
static bool counted(struct parser *p, int *min, int *max) {
	struct slice before = p->rest;
	if (take_text(p, "{")) {
		bool low = number(p, min), comma = take_text(p, ",");
		bool high = comma ? number(p, max) : low;
		if (!comma)
			*max = *min;
		else if (!high)
			*max = -1;
		if ((low || high) && take_text(p, "}"))
			return true;
	}
	p->rest = before;
	return false;
}

static bool repeat(struct parser *p, int *min, int *max) {
	*min = 0;
	*max = -1;
	if (take_text(p, "*"))
		return true;
	if (take_text(p, "+")) {
		*min = 1;
		return true;
	}
	if (take_text(p, "?")) {
		*max = 1;
		return true;
	}
	return counted(p, min, max);
}

static struct node *repeated(struct parser *p) {
	struct node *n = single(p);
	int min, max;
	while (!p->why && repeat(p, &min, &max)) {
		if (min > MAX_REPEAT || max > MAX_REPEAT)
			return fail(p, "it repeats too often");
		n = new_node(p, REPEAT, n, NULL);
		n->min = min;
		n->max = max;
		take_text(p, "?");
	}
	return n;
}

static struct node *sequence(struct parser *p) {
	struct node *n = new_node(p, EMPTY, NULL, NULL);
	while (p->rest.n && !next_is(p, '|') && !next_is(p, ')'))
		n = new_node(p, CAT, n, repeated(p));
	return n;
}

static struct node *alternatives(struct parser *p) {
	struct node *n = sequence(p);
	while (take_text(p, "|"))
		n = new_node(p, ALT, n, sequence(p));
	return n;
}

/* --- tree to program --- */

static uint32_t emit(struct parser *p, struct regex *r, struct op_code op) {
	if (r->n >= MAX_CODE) {
		fail(p, "it is too large");
		return 0;
	}
	if (r->n == r->cap) {
		r->cap = r->cap ? r->cap * 2 : 32;
		struct op_code *code = ARENA_ARRAY(p->arena, struct op_code, r->cap);
		if (r->n)
			memcpy(code, r->code, r->n * sizeof *code);
		r->code = code;
	}
	r->code[r->n] = op;
	return r->n++;
}

static void generate(struct parser *p, struct regex *r, const struct node *n);

static void generate_optional(struct parser *p, struct regex *r, const struct node *body,
		bool loop) {
	uint32_t split = emit(p, r, (struct op_code){ .op = OP_SPLIT });
	generate(p, r, body);
	if (loop)
		emit(p, r, (struct op_code){ .op = OP_JUMP, .x = split });
	r->code[split].x = split + 1;
	r->code[split].y = r->n;
}

static void generate_repeat(struct parser *p, struct regex *r, const struct node *n) {
	for (int i = 0; i < n->min && !p->why; i++)
		generate(p, r, n->a);
	if (n->max < 0)
		generate_optional(p, r, n->a, true);
	for (int i = n->min; i < n->max && !p->why; i++)
		generate_optional(p, r, n->a, false);
}

static void generate_alternative(struct parser *p, struct regex *r, const struct node *n) {
	uint32_t split = emit(p, r, (struct op_code){ .op = OP_SPLIT });
	generate(p, r, n->a);
	uint32_t jump = emit(p, r, (struct op_code){ .op = OP_JUMP });
	r->code[split].x = split + 1;
	r->code[split].y = r->n;
	generate(p, r, n->b);
	r->code[jump].x = r->n;
}

static void generate(struct parser *p, struct regex *r, const struct node *n) {
	uint32_t at;
	switch (n->kind) {
	case EMPTY:
		break;
	case SET:
		emit(p, r, (struct op_code){ .op = OP_SET, .set = &n->set });
		break;
	case START: case END: case LAST: case BOUNDARY: case NOT_BOUNDARY:
		emit(p, r, (struct op_code){ .op = OP_TEST, .kind = n->kind });
		break;
	case CAT:
		generate(p, r, n->a);
		generate(p, r, n->b);
		break;
	case ALT:
		generate_alternative(p, r, n);
		break;
	case REPEAT:
		generate_repeat(p, r, n);
		break;
	case AHEAD: case NOT_AHEAD: case BEHIND: case NOT_BEHIND:
		at = emit(p, r, (struct op_code){ .op = OP_LOOK, .kind = n->kind });
		generate(p, r, n->a);
		emit(p, r, (struct op_code){ .op = OP_MATCH });
		r->code[at].x = r->n;
		break;
	}
}

struct regex *regex_new(struct arena *a, struct slice pattern, const char **why) {
	struct parser p = { .arena = a, .rest = pattern };
	struct regex *r = ARENA_NEW(a, struct regex);
	struct node *tree = alternatives(&p);
	if (!p.why && p.rest.n)
		fail(&p, ") has no (");
	if (!p.why) {
		generate(&p, r, tree);
		emit(&p, r, (struct op_code){ .op = OP_MATCH });
	}
	*why = p.why;
	return p.why ? NULL : r;
}

/* --- running --- */

struct run {
	const struct regex *regex;
	struct slice text;
	struct arena *arena;
	size_t end;              /* OP_MATCH counts only here; SIZE_MAX: anywhere */
	uint8_t *seen;           /* a bit for each (instruction, position) */
};

static bool run_from(const struct run *r, uint32_t pc, size_t at);

static bool is_word(const struct run *r, size_t at) {
	struct set word = { 0 };
	set_class(&word, 'w');
	return at < r->text.n && set_has(&word, (unsigned char)r->text.p[at]);
}

static bool test(const struct run *r, enum kind kind, size_t at) {
	size_t n = r->text.n;
	bool edge;
	switch (kind) {
	case START: return at == 0;
	case LAST: return at == n;
	case END: return at == n || (at + 1 == n && r->text.p[at] == '\n');
	default:
		edge = (at > 0 && is_word(r, at - 1)) != is_word(r, at);
		return edge == (kind == BOUNDARY);
	}
}

static struct run sub_run(const struct run *r, size_t end) {
	struct run s = *r;
	s.end = end;
	s.seen = arena_alloc(r->arena, ((size_t)r->regex->n * (r->text.n + 1) + 7) / 8);
	return s;
}

static bool look(const struct run *r, uint32_t pc, size_t at) {
	enum kind kind = r->regex->code[pc].kind;
	bool found = false;
	if (kind == AHEAD || kind == NOT_AHEAD) {
		struct run s = sub_run(r, SIZE_MAX);
		found = run_from(&s, pc + 1, at);
	} else {
		struct run s = sub_run(r, at);
		for (size_t from = 0; from <= at && !found; from++)
			found = run_from(&s, pc + 1, from);
	}
	return found == (kind == AHEAD || kind == BEHIND);
}

static bool visit(const struct run *r, uint32_t pc, size_t at) {
	size_t bit = (size_t)pc * (r->text.n + 1) + at;
	uint8_t mask = (uint8_t)(1u << (bit % 8));
	if (r->seen[bit / 8] & mask)
		return false;
	r->seen[bit / 8] |= mask;
	return true;
}

static bool run_from(const struct run *r, uint32_t pc, size_t at) {
	while (visit(r, pc, at)) {
		const struct op_code *op = &r->regex->code[pc];
		switch (op->op) {
		case OP_MATCH:
			return r->end == SIZE_MAX || at == r->end;
		case OP_SET:
			if (at == r->text.n || !set_has(op->set, (unsigned char)r->text.p[at]))
				return false;
			at++;
			pc++;
			break;
		case OP_TEST:
			if (!test(r, op->kind, at))
				return false;
			pc++;
			break;
		case OP_LOOK:
			if (!look(r, pc, at))
				return false;
			pc = op->x;
			break;
		case OP_SPLIT:
			if (run_from(r, op->x, at))
				return true;
			pc = op->y;
			break;
		case OP_JUMP:
			pc = op->x;
			break;
		}
	}
	return false;
}

static bool run_at(const struct regex *r, struct slice text, size_t last) {
	struct run base = { .regex = r, .text = text, .arena = arena_new() };
	struct run run = sub_run(&base, SIZE_MAX);
	bool found = false;
	for (size_t at = 0; at <= last && !found; at++)
		found = run_from(&run, 0, at);
	arena_free(base.arena);
	return found;
}

bool regex_match(const struct regex *r, struct slice text) {
	return run_at(r, text, 0);
}

bool regex_search(const struct regex *r, struct slice text) {
	return run_at(r, text, text.n);
}
