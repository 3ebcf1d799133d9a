/* A call is a dotted name followed by "(" (in Lua also by a string or a table). Only literal
 * arguments can be told; BitBake's reader of Python has the same limit. */
#include "code.h"

#include "data.h"
#include "map.h"
#include "reference.h"
#include "util.h"

#include <ctype.h>
#include <string.h>

struct scanner {
	struct slice text;
	size_t at;
	bool python;
	struct data_refs *refs;
	struct arena *arena;
};

static char peek(const struct scanner *s, size_t ahead) {
	return s->at + ahead < s->text.n ? s->text.p[s->at + ahead] : '\0';
}

static bool starts(const struct scanner *s, const char *what) {
	return slice_starts(slice_sub(s->text, s->at, s->text.n), what);
}

static bool name_byte(char c) {
	return isalnum((unsigned char)c) || c == '_';
}

/* --- what is no code: comments and strings --- */

/* Width of "[=*[" at hand, 0 when there is none. */
static size_t long_bracket(const struct scanner *s) {
	size_t n = 1;
	if (peek(s, 0) != '[')
		return 0;
	while (peek(s, n) == '=')
		n++;
	return peek(s, n) == '[' ? n + 1 : 0;
}

/* From "[==[" to behind "]==]"; the text between. */
static struct slice read_long(struct scanner *s, size_t width) {
	size_t from = s->at += width;
	for (; s->at < s->text.n; s->at++) {
		size_t n = 1;
		while (n < width - 1 && peek(s, n) == '=')
			n++;
		if (peek(s, 0) == ']' && n == width - 1 && peek(s, n) == ']') {
			s->at += width;
			return slice_sub(s->text, from, s->at - width);
		}
	}
	return slice_sub(s->text, from, s->text.n);
}

static struct slice read_quoted(struct scanner *s) {
	char quote = peek(s, 0);
	size_t width = s->python && peek(s, 1) == quote && peek(s, 2) == quote ? 3 : 1;
	size_t from = s->at += width;
	for (; s->at < s->text.n; s->at++) {
		bool closed = peek(s, 0) == quote
				&& (width == 1 || (peek(s, 1) == quote && peek(s, 2) == quote));
		if (closed || (width == 1 && peek(s, 0) == '\n'))
			break;
		s->at += peek(s, 0) == '\\';
	}
	size_t to = s->at < s->text.n ? s->at : s->text.n;
	s->at = to + width;
	return slice_sub(s->text, from, to);
}

/* A string literal at hand: *value is its text as written. */
static bool read_string(struct scanner *s, struct slice *value) {
	char c = peek(s, 0);
	size_t width = s->python ? 0 : long_bracket(s);
	if (c == '"' || c == '\'') {
		*value = read_quoted(s);
		return true;
	}
	if (width)
		*value = read_long(s, width);
	return width > 0;
}

static bool skip_comment(struct scanner *s) {
	if (!starts(s, s->python ? "#" : "--"))
		return false;
	s->at += 2;
	size_t width = s->python ? 0 : long_bracket(s);
	if (width) {
		read_long(s, width);
		return true;
	}
	while (s->at < s->text.n && peek(s, 0) != '\n')
		s->at++;
	return true;
}

static void skip_blanks(struct scanner *s) {
	while (s->at < s->text.n && (isspace((unsigned char)peek(s, 0)) || skip_comment(s)))
		s->at += isspace((unsigned char)peek(s, 0)) ? 1 : 0;
}

/* --- calls --- */

struct literal {
	struct slice text;       /* unset: the argument is something else */
	bool more;               /* a comma follows */
};

static struct literal read_literal(struct scanner *s) {
	struct literal l = { SLICE_NONE, false };
	skip_blanks(s);
	if (!read_string(s, &l.text))
		return l;
	skip_blanks(s);
	l.more = peek(s, 0) == ',';
	if (l.more)
		s->at++;
	else if (peek(s, 0) != ')')
		l.text = SLICE_NONE;         /* "a" .. b */
	return l;
}

static bool is_one_of(struct slice name, const char *const *list, bool suffix) {
	for (; *list; list++)
		if (suffix ? slice_ends(name, *list) : slice_is(name, *list))
			return true;
	return false;
}

static void add_words(
		struct data_refs *refs, struct slice variable, struct slice words, bool split) {
	const struct atom *name = atom(variable);
	struct slices *list = map_get(refs->contains, name);
	if (!list) {
		list = ARENA_NEW(refs->contains->arena, struct slices);
		map_put(refs->contains, name, list);
	}
	if (split)
		slices_words(refs->contains->arena, list, words);
	else
		slices_add(refs->contains->arena, list, words);
}

/* ${NAME} and ${@…} in a literal given to d:expand. */
static void add_expanded(struct data_refs *refs, struct slice text) {
	struct reference r;
	for (size_t at = 0; reference_name(text, at, &r); at = r.to)
		map_add(refs->vars, atom(r.inner));
	for (size_t at = 0; reference_code(text, at, &r); at = r.to)
		code_references(r.inner, true, refs);
}

/* s stands behind the "(" of a call of name (dots and colons made dots). */
static void use_call(struct scanner *s, struct slice name) {
	static const char *const getters[]
			= { ".getVar", ".appendVar", ".prependVar", "oe.utils.conditional", NULL };
	static const char *const flag_getters[]
			= { ".getVarFlag", ".appendVarFlag", ".prependVarFlag", NULL };
	static const char *const all[] = { "bb.utils.contains", "base_contains", NULL };
	static const char *const any[] = { "bb.utils.contains_any", "bb.utils.filter", NULL };
	static const char *const runs[]
			= { "bb.build.exec_func", "bb.build.exec_task", "bb.exec_func", NULL };
	struct data_refs *refs = s->refs;
	size_t back = s->at;
	struct literal first = read_literal(s), second = { SLICE_NONE, false };
	if (first.more && first.text.p)
		second = read_literal(s);
	s->at = back;
	bool flag = is_one_of(name, flag_getters, true), words = is_one_of(name, any, false);
	bool asks = words || is_one_of(name, all, false), gets = is_one_of(name, getters, true);
	if (flag || asks || gets) {
		if (asks && first.text.p && second.text.p)
			add_words(refs, first.text, second.text, words);
		else if (flag && first.text.p && second.text.p)
			map_add(refs->vars, atom(arena_printf(refs->vars->arena, SFMT "[" SFMT "]",
					SARG(first.text), SARG(second.text))));
		else if (!flag && first.text.p)
			map_add(refs->vars, atom(first.text));
	} else if (slice_ends(name, ".expand")) {
		if (first.text.p)
			add_expanded(refs, first.text);
	} else if (is_one_of(name, runs, false)) {
		if (first.text.p)
			map_add(refs->calls, atom(first.text));
	} else {
		map_add(refs->calls, atom(name));
	}
}

static bool is_separator(const struct scanner *s) {
	char c = peek(s, 0);
	return (c == '.' || (c == ':' && !s->python))
			&& (isalpha((unsigned char)peek(s, 1)) || peek(s, 1) == '_');
}

/* A dotted name and, when it is called, the call. */
static void read_name(struct scanner *s) {
	struct buf name = { .arena = s->arena };
	for (;;) {
		while (s->at < s->text.n && name_byte(peek(s, 0)))
			buf_addc(&name, s->text.p[s->at++]);
		if (!is_separator(s))
			break;
		buf_addc(&name, '.');
		s->at++;
	}
	while (peek(s, 0) == ' ')
		s->at++;
	bool literal = !s->python && (peek(s, 0) == '"' || peek(s, 0) == '\'' || peek(s, 0) == '{');
	if (peek(s, 0) == '(' || literal) {
		s->at += !literal;
		use_call(s, buf_slice(&name));
	}
}

void code_references(struct slice text, bool python, struct data_refs *refs) {
	struct scanner s = {
		.text = text, .python = python, .refs = refs, .arena = refs->vars->arena
	};
	struct slice ignored;
	while (s.at < text.n) {
		char c = peek(&s, 0);
		if (skip_comment(&s) || read_string(&s, &ignored))
			continue;
		if (isalpha((unsigned char)c) || c == '_')
			read_name(&s);
		else if (isdigit((unsigned char)c))
			while (s.at < text.n && name_byte(peek(&s, 0)))
				s.at++;
		else
			s.at++;
	}
}
