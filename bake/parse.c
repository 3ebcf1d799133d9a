/* parse: lines to statements by the rules of BitBake's two readers.
 *
 * A .conf file joins continued lines first and knows only assignments and a few directives. The
 * other files know functions too and refuse comments inside a continued line. Lines lose the blanks
 * at their end. Where BitBake splits oddly ("addtask a after b before c after d" joins b and d), so
 * does this. A statement's texts point into the file's text, or into its arena when they were
 * joined. */
#include "parse.h"
#include "advice.h"
#include "map.h"
#include "os.h"
#include "witness.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

struct parser {
	struct arena *arena;
	const struct atom *file;
	struct slice rest;               /* text not yet read */
	int line; /* of the line read last; at the end one more than there are */
	enum parse_dialect dialect;
	struct statements *out;
	size_t cap;
};

static void (*lua_check)(struct slice text, struct slice file, int line);

void parse_set_lua(void (*check)(struct slice text, struct slice file, int line)) {
	lua_check = check;
}

static void check_lua(const struct parser *p, const struct stmt *t) {
	bool lua = t->language == LANGUAGE_LUA || t->language == LANGUAGE_LUA_BLOCK;
	bool part = t->name && memchr(t->name->p, ':', t->name->n);
	if (lua && !part && lua_check)
		lua_check(t->value, atom_slice(p->file), t->line);
}

static _Noreturn void refuse(const struct parser *p, int line, struct slice text,
		struct slice hint) {
	raise_at(atom_slice(p->file), line, "unparsed line: '" SFMT "': " SFMT, SARG(text),
			SARG(hint));
}

static struct stmt *add(struct parser *p, enum stmt_kind kind) {
	struct statements *s = p->out;
	if (s->n == p->cap) {
		p->cap = p->cap ? p->cap * 2 : 16;
		struct stmt *v = ARENA_ARRAY(p->arena, struct stmt, p->cap);
		if (s->n)
			memcpy(v, s->v, s->n * sizeof *v);
		s->v = v;
	}
	struct stmt *t = &s->v[s->n++];
	*t = (struct stmt){ .kind = (unsigned char)kind, .line = p->line };
	return t;
}

/* --- characters and words --- */

static bool is_blank(char c) {
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_alnum(char c) {
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_word(char c) {
	return is_alnum(c) || c == '_' || (unsigned char)c >= 0x80;
}

static bool is_one_of(char c, const char *more) {
	return is_alnum(c) || (c && strchr(more, c));
}

static size_t span(struct slice s, size_t from, const char *more) {
	while (from < s.n && is_one_of(s.p[from], more))
		from++;
	return from;
}

static size_t skip_blanks(struct slice s, size_t from) {
	while (from < s.n && is_blank(s.p[from]))
		from++;
	return from;
}

static struct slice without_tail(struct slice s) {
	while (s.n && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

/* "word rest": what stands behind the word and at least one blank; false when nothing does. */
static bool directive(struct slice s, const char *word, struct slice *rest) {
	size_t n = strlen(word);
	if (!slice_starts(s, word) || s.n == n || !is_blank(s.p[n]))
		return false;
	*rest = slice_sub(s, skip_blanks(s, n), s.n);
	return rest->n > 0;
}

/* The next line as it stands, without what ends it (\n, \r\n or \r). */
static bool raw_line(struct parser *p, struct slice *line) {
	p->line++;
	if (!p->rest.n)
		return false;
	const char *text = p->rest.p, *nl = memchr(text, '\n', p->rest.n);
	size_t n = nl ? (size_t)(nl - text) : p->rest.n;
	const char *cr = memchr(text, '\r', n);
	if (cr)
		n = (size_t)(cr - text);
	*line = slice_sub(p->rest, 0, n);
	size_t end = n < p->rest.n ? 1 : 0;
	if (cr && n + 1 < p->rest.n && text[n + 1] == '\n')
		end = 2;
	p->rest = slice_sub(p->rest, n + end, p->rest.n);
	return true;
}

static bool next_line(struct parser *p, struct slice *line) {
	bool more = raw_line(p, line);
	*line = more ? without_tail(*line) : SLICE("");
	return more;
}

/* --- assignments --- */

#define NAME_CHARS "-_+.${}/~:"

static const struct {
	const char *text;
	enum stmt_op op;
} operators[] = {
	{ ":=", ASSIGN_NOW }, { "\?\?=", ASSIGN_WEAK }, { "?=", ASSIGN_DEFAULT },
	{ "+=", ASSIGN_APPEND }, { "=+", ASSIGN_PREPEND }, { "=.", ASSIGN_PREDOT },
	{ ".=", ASSIGN_POSTDOT }, { "=", ASSIGN_SET },
};

struct assignment {
	struct slice name, flag, value;
	enum stmt_op op;
	const char *operator;
	bool exported, tight;            /* tight: a blank is missing beside the operator */
};

/* "[flag]" at `at`; without one, at stays. */
static size_t read_flag(struct slice s, size_t at, struct slice *flag) {
	*flag = SLICE_NONE;
	if (at + 1 >= s.n || s.p[at] != '[' || !is_one_of(s.p[at + 1], "-_+."))
		return at;
	size_t end = span(s, at + 1, "-_+.@/");
	if (end == s.n || s.p[end] != ']')
		return at;
	*flag = slice_sub(s, at + 1, end);
	return end + 1;
}

static bool read_operator(struct slice s, size_t *at, struct assignment *a) {
	for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
		if (!slice_starts(slice_sub(s, *at, s.n), operators[i].text))
			continue;
		a->op = operators[i].op;
		a->operator = operators[i].text;
		*at += strlen(operators[i].text);
		return true;
	}
	return false;
}

/* From the first quote to the same one at the end of the line; exactly three are refused. */
static bool read_value(struct slice s, size_t at, struct slice *value) {
	if (at + 1 >= s.n || (s.p[at] != '"' && s.p[at] != '\'') || s.p[s.n - 1] != s.p[at])
		return false;
	size_t quotes = 0;
	for (size_t i = at; i < s.n; i++)
		quotes += s.p[i] == s.p[at];
	*value = slice_sub(s, at + 1, s.n - 1);
	return quotes != 3;
}

/* An assignment whose name ends at `end`. */
static bool read_tail(struct slice s, size_t end, struct assignment *a) {
	size_t at = read_flag(s, end, &a->flag);
	size_t op = skip_blanks(s, at);
	size_t after = op;
	if (!read_operator(s, &after, a))
		return false;
	size_t quote = skip_blanks(s, after);
	a->tight = op == at || quote == after;
	return read_value(s, quote, &a->value);
}

/* The shortest name that leaves an assignment behind it: "A:=" is A and :=, not "A:" and =. */
static bool read_name(struct slice s, size_t from, struct assignment *a) {
	size_t longest = span(s, from, NAME_CHARS);
	for (size_t end = from; end <= longest; end++)
		if (read_tail(s, end, a)) {
			a->name = slice_sub(s, from, end);
			return true;
		}
	return false;
}

static bool read_assignment(struct slice s, struct assignment *a) {
	struct slice rest;
	a->exported = directive(s, "export", &rest);
	if (a->exported && read_name(s, s.n - rest.n, a))
		return true;
	a->exported = false;
	return read_name(s, 0, a);
}

/* Said once where it is written, not once for each recipe that reads it. */
static void advise(const struct parser *p, const struct assignment *a, struct slice s) {
	if (a->tight)
		warn("%s:%d: no blank around the assignment: " SFMT, p->file->p, p->line, SARG(s));
	bool adds = a->op == ASSIGN_APPEND || a->op == ASSIGN_PREPEND || a->op == ASSIGN_POSTDOT ||
		a->op == ASSIGN_PREDOT;
	if (adds &&
			(slice_find(a->name, ":append", NULL) ||
					slice_find(a->name, ":prepend", NULL) ||
					slice_find(a->name, ":remove", NULL)))
		warn("%s:%d: " SFMT " %s: two operators at once: use = here", p->file->p, p->line,
				SARG(a->name), a->operator);
	struct slice odd = advice_name(p->arena, a->name, a->flag);
	if (odd.p)
		warn("%s:%d: " SFMT, p->file->p, p->line, SARG(odd));
}

static bool assignment(struct parser *p, struct slice s) {
	struct assignment a;
	if (!read_assignment(s, &a))
		return false;
	if (!a.name.n)
		raise_at(atom_slice(p->file), p->line, "no variable name in the assignment: '" SFMT
				"': put the name before the operator", SARG(s));
	advise(p, &a, s);
	struct stmt *t = add(p, STMT_ASSIGN);
	t->op = (unsigned char)a.op;
	t->name = atom(a.name);
	t->flag = a.flag.p ? atom(a.flag) : NULL;
	t->value = a.value;
	t->exported = a.exported;
	return true;
}

/* --- directives every file may hold --- */

static bool with_value(struct parser *p, enum stmt_kind kind, unsigned op, struct slice value) {
	struct stmt *t = add(p, kind);
	t->op = (unsigned char)op;
	t->value = value;
	return true;
}

static bool include(struct parser *p, struct slice s) {
	struct slice rest;
	if (directive(s, "include", &rest))
		return with_value(p, STMT_INCLUDE, INCLUDE_OPTIONAL, rest);
	if (directive(s, "require", &rest))
		return with_value(p, STMT_INCLUDE, INCLUDE_REQUIRED, rest);
	if (directive(s, "include_all", &rest))
		return with_value(p, STMT_INCLUDE, INCLUDE_ALL, rest);
	return false;
}

static bool export_or_unset(struct parser *p, struct slice s) {
	struct slice rest;
	bool export = directive(s, "export", &rest);
	if (!export && !directive(s, "unset", &rest))
		return false;
	size_t end = span(rest, 0, "-_+.${}/~");
	if (end == 0)
		return false;
	const struct atom *name = atom(slice_sub(rest, 0, end)), *flag = NULL;
	if (end < rest.n) {
		/* The flag has at least two characters, as in BitBake. */
		size_t close = span(rest, end + 1, "-_+.@");
		if (export || rest.p[end] != '[' || close != rest.n - 1 || rest.p[close] != ']' ||
				close < end + 3 || rest.p[end + 1] == '@')
			return false;
		flag = atom(slice_sub(rest, end + 1, close));
	}
	struct stmt *t = add(p, export ? STMT_EXPORT : STMT_UNSET);
	t->name = name;
	t->flag = flag;
	return true;
}

static bool addpylib(struct parser *p, struct slice s) {
	struct slice rest;
	if (p->dialect != PARSE_CONF || !directive(s, "addpylib", &rest) ||
			!memchr(rest.p, ' ', rest.n))
		return false;
	return with_value(p, STMT_ADDPYLIB, 0, rest);
}

/* Takes the last word off *s; what is left must not be empty. */
static bool last_word(struct slice *s, struct slice *word) {
	size_t from = s->n;
	while (from && !is_blank(s->p[from - 1]))
		from--;
	*word = slice_sub(*s, from, s->n);
	*s = without_tail(slice_sub(*s, 0, from));
	return s->n > 0;
}

static bool addfragments(struct parser *p, struct slice s) {
	struct slice rest, list, metadata, builtin;
	if (!directive(s, "addfragments", &rest) || !last_word(&rest, &builtin) ||
			!last_word(&rest, &metadata) || !last_word(&rest, &list))
		return false;
	struct stmt *t = add(p, STMT_ADDFRAGMENTS);
	t->fragments = arena_alloc(p->arena, sizeof *t->fragments);
	t->fragments->prefix = rest;
	t->fragments->list = list;
	t->fragments->metadata = metadata;
	t->fragments->builtin = builtin;
	return true;
}

static void common_line(struct parser *p, struct slice s) {
	if (!assignment(p, s) && !include(p, s) && !export_or_unset(p, s) && !addpylib(p, s) &&
			!addfragments(p, s))
		refuse(p, p->line, s, advice_line(p->arena, s, p->dialect == PARSE_CONF));
}

/* --- .conf --- */

/* line and what continues it. A comment may go on in comments only. */
static struct slice join_lines(struct parser *p, struct slice line) {
	int first = p->line;
	struct slice more;
	struct buf b = { .arena = p->arena };
	bool comment = line.p[0] == '#';
	buf_add(&b, line);
	while (b.n && b.p[b.n - 1] == '\\') {
		next_line(p, &more);
		if (comment && (!more.n || more.p[0] != '#'))
			raise_at(atom_slice(p->file), first,
					"a comment that ends in \\ goes on in a line "
					"that is none: remove the \\ or begin that line with #");
		b.p[--b.n] = '\0';
		buf_add(&b, more);
	}
	if (!b.n)
		raise_at(atom_slice(p->file), first, "a \\ that continues nothing: remove it");
	return buf_slice(&b);
}

static void read_conf(struct parser *p) {
	struct slice line;
	while (next_line(p, &line)) {
		if (!line.n)
			continue;
		if (line.p[line.n - 1] == '\\')
			line = join_lines(p, line);
		if (line.p[0] != '#')
			common_line(p, line);
	}
}

/* --- functions --- */

struct function {
	struct slice name;               /* empty: anonymous */
	enum stmt_language language;
	bool fakeroot;
};

/* Does the keyword stand at `at`, followed by a blank (or by "(" if that may be)? */
static bool keyword(struct slice s, size_t at, const char *word, bool may_open) {
	size_t end = at + strlen(word);
	return slice_starts(slice_sub(s, at, s.n), word) && end < s.n &&
		(is_blank(s.p[end]) || (may_open && s.p[end] == '('));
}

/* "[python|lua] [fakeroot] NAME() {" */
static bool function_header(struct slice s, struct function *f) {
	size_t at = 0;
	*f = (struct function){ .language = LANGUAGE_SHELL };
	if (s.p[s.n - 1] != '{')
		return false;
	for (;; at = skip_blanks(s, at)) {
		if (keyword(s, at, "python", true)) {
			f->language = LANGUAGE_PYTHON;
			at += strlen("python");
		} else if (keyword(s, at, "lua", true)) {
			f->language = LANGUAGE_LUA;
			at += strlen("lua");
		} else if (keyword(s, at, "fakeroot", false)) {
			f->fakeroot = true;
			at += strlen("fakeroot");
		} else {
			break;
		}
	}
	size_t end = at;
	while (end < s.n && (is_word(s.p[end]) || strchr(".-+{}$:", s.p[end])))
		end++;
	f->name = slice_sub(s, at, end);
	size_t open = skip_blanks(s, end);
	if (open >= s.n || s.p[open] != '(')
		return false;
	size_t close = skip_blanks(s, open + 1);
	return close < s.n && s.p[close] == ')' && skip_blanks(s, close + 1) == s.n - 1;
}

/* Collects the lines of a body, each with its newline; copies only when blanks were stripped. */
struct body {
	struct slice text;               /* as it stands in the file */
	struct buf joined;               /* used from the first line on that lost blanks */
	bool changed;
};

static void body_line(struct body *b, struct slice whole, struct slice line) {
	/* line is followed by exactly "\n" in the text when nothing was stripped. */
	if (!b->changed && line.p + line.n + 1 == whole.p && whole.p[-1] == '\n') {
		b->text.n = (size_t)(whole.p - b->text.p);
		return;
	}
	if (!b->changed) {
		b->changed = true;
		buf_add(&b->joined, b->text);
	}
	buf_add(&b->joined, line);
	buf_addc(&b->joined, '\n');
}

static struct slice body_text(const struct body *b) {
	return b->changed ? buf_slice(&b->joined) : b->text;
}

static struct body body_from(const struct parser *p) {
	return (struct body){ .text = { p->rest.p, 0 }, .joined = { .arena = p->arena } };
}

/* Reads lines up to the one that is `last`, which closes the function. */
static struct slice read_body(struct parser *p, struct slice name, const char *last) {
	struct body b = body_from(p);
	struct slice line;
	int header = p->line;
	bool any = false;
	if (!name.n)
		name = SLICE("()");
	while (next_line(p, &line)) {
		if (slice_is(line, last))
			return body_text(&b);
		body_line(&b, p->rest, line);
		any = true;
	}
	raise_at(atom_slice(p->file), any ? p->line : header,
			"function " SFMT
			" of line %d is not closed: end it with a line that is only %s",
			SARG(name), header, last);
}

static bool function(struct parser *p, struct slice s) {
	struct function f;
	if (!function_header(s, &f))
		return false;
	int line = p->line;
	struct slice body = read_body(p, f.name, "}");
	struct stmt *t = add(p, STMT_FUNCTION);
	/* "() {" without a language is Python's in BitBake. */
	bool anonymous = !f.name.n || slice_is(f.name, "__anonymous");
	t->language = (unsigned char)(anonymous && f.language == LANGUAGE_SHELL ? LANGUAGE_PYTHON :
			f.language);
	t->name = anonymous ? NULL : atom(f.name);
	t->fakeroot = f.fakeroot;
	t->value = body;
	t->line = line;
	check_lua(p, t);
	return true;
}

static void add_block(struct parser *p, enum stmt_language language, struct slice name, int line,
		struct slice text) {
	struct stmt *t = add(p, STMT_FUNCTION);
	t->language = (unsigned char)language;
	t->name = atom(name);
	t->value = text;
	t->line = line;
	check_lua(p, t);
}

/* "def NAME(…):" and every line that is indented, empty or a comment. */
static bool def_block(struct parser *p, struct slice s) {
	struct slice rest, line;
	if (!directive(s, "def", &rest) || !is_word(rest.p[0]) || !memchr(rest.p, ':', rest.n))
		return false;
	size_t end = 0;
	while (end < rest.n && is_word(rest.p[end]))
		end++;
	struct buf b = { .arena = p->arena };
	int header = p->line;
	buf_add(&b, s);
	for (;;) {
		struct parser before = *p;
		bool more = next_line(p, &line);
		if (!more || (line.n && !is_blank(line.p[0]) && line.p[0] != '#')) {
			p->rest = before.rest;
			p->line = before.line;
			break;
		}
		buf_addc(&b, '\n');
		buf_add(&b, line);
	}
	add_block(p, LANGUAGE_PYTHON_BLOCK, slice_sub(rest, 0, end), header, buf_slice(&b));
	return true;
}

static bool ends_with_end(struct slice s) {
	return slice_ends(s, "end") && !is_word(s.p[s.n - 4]);
}

/* "function NAME(…)" up to a line that is only "end", or to an "end" on the same line. */
static bool lua_block(struct parser *p, struct slice s) {
	struct slice rest, text = s;
	if (!directive(s, "function", &rest) || !is_word(rest.p[0]))
		return false;
	size_t end = 0;
	while (end < rest.n && (is_word(rest.p[end]) || rest.p[end] == '.'))
		end++;
	size_t open = skip_blanks(rest, end);
	if (open == rest.n || rest.p[open] != '(')
		return false;
	int line = p->line;
	struct slice name = slice_sub(rest, 0, end);
	if (!ends_with_end(s)) {
		struct slice body = read_body(p, name, "end");
		text = arena_printf(p->arena, SFMT "\n" SFMT "end", SARG(s), SARG(body));
	}
	add_block(p, LANGUAGE_LUA_BLOCK, name, line, text);
	return true;
}

/* --- tasks and classes --- */

/* What follows each ` sep ` in s up to the next ` other `, joined as BitBake joins it: what one
 * stretch between two `other` holds with blanks, the stretches with nothing between. */
static struct slice words_behind(struct parser *p, struct slice s, const char *sep,
		const char *other) {
	struct buf b = { .arena = p->arena };
	struct slice stretch;
	for (bool more = true; more;) {
		size_t at;
		more = slice_find(s, other, &at);
		stretch = more ? slice_sub(s, 0, at) : s;
		if (more)
			s = slice_sub(s, at + strlen(other), s.n);
		for (bool first = true; slice_find(stretch, sep, &at); first = false) {
			stretch = slice_sub(stretch, at + strlen(sep), stretch.n);
			size_t end = stretch.n;
			slice_find(stretch, sep, &end);
			if (!first)
				buf_addc(&b, ' ');
			buf_add(&b, slice_sub(stretch, 0, end));
		}
	}
	return buf_slice(&b);
}

static struct slice until(struct slice s, const char *mark) {
	size_t at;
	return slice_find(s, mark, &at) ? slice_sub(s, 0, at) : s;
}

static void check_task_words(const struct parser *p, struct slice s) {
	static const char *const refused[] = { ":append_", ":prepend_", ":remove_" };
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
		if (slice_find(s, refused[i], NULL))
			raise_at(atom_slice(p->file), p->line, "task name with %s in '" SFMT
					"': rename the task", refused[i], SARG(s));
}

static bool task(struct parser *p, struct slice s) {
	struct slice rest;
	if (directive(s, "deltask", &rest) && rest.p[0] != '#')
		return with_value(p, STMT_DELTASK, 0, until(rest, "#"));
	if (!directive(s, "addtask", &rest) || rest.p[0] == '#')
		return false;
	check_task_words(p, s);
	rest = until(rest, "#");
	struct stmt *t = add(p, STMT_ADDTASK);
	t->value = until(until(rest, " before "), " after ");
	t->task.after = words_behind(p, rest, " after ", " before ");
	t->task.before = words_behind(p, rest, " before ", " after ");
	return true;
}

static bool class_line(struct parser *p, struct slice s) {
	struct slice rest;
	if (directive(s, "EXPORT_FUNCTIONS", &rest))
		return with_value(p, STMT_EXPORT_FUNCTIONS, 0, rest);
	if (task(p, s))
		return true;
	if (directive(s, "addhandler", &rest))
		return with_value(p, STMT_ADDHANDLER, 0, rest);
	if (directive(s, "inherit", &rest))
		return with_value(p, STMT_INHERIT, INHERIT_NOW, rest);
	if (directive(s, "inherit_defer", &rest))
		return with_value(p, STMT_INHERIT, INHERIT_DEFERRED, rest);
	return false;
}

/* --- .bb, .bbclass, .inc --- */

/* Lines continued so far. */
struct residue {
	struct buf text;
	int lines;
};

static void check_comment(const struct parser *p, const struct residue *r, struct slice line) {
	bool comment = line.n && line.p[0] == '#';
	if (!r->lines)
		return;
	if (!r->text.n)
		raise_at(atom_slice(p->file), p->line - 1,
				"a \\ that continues nothing: remove it");
	if (comment && r->text.p[0] != '#')
		raise_at(atom_slice(p->file), p->line,
				"a comment in the middle of a continued line: "
				"'" SFMT "': move it above",
				SARG(line));
	if (!comment && r->text.p[0] == '#')
		raise_at(atom_slice(p->file), p->line - r->lines,
				"a comment that ends in \\ goes on in a "
				"line that is none: remove the \\ or begin that line with #");
}

static void recipe_line(struct parser *p, struct slice s) {
	if (!s.n || s.p[0] == '#')
		return;
	if (!function(p, s) && !def_block(p, s) && !lua_block(p, s) && !class_line(p, s))
		common_line(p, s);
}

static void read_recipe(struct parser *p) {
	struct residue r = { .text = { .arena = p->arena } };
	struct slice line;
	while (next_line(p, &line)) {
		check_comment(p, &r, line);
		if (line.n && line.p[line.n - 1] == '\\') {
			buf_add(&r.text, slice_sub(line, 0, line.n - 1));
			r.lines++;
			continue;
		}
		if (r.lines) {
			buf_add(&r.text, line);
			line = buf_slice(&r.text);
			r = (struct residue){ .text = { .arena = p->arena } };
		}
		recipe_line(p, line);
	}
	if (r.lines)
		refuse(p, p->line, buf_slice(&r.text),
				SLICE("the file ends in a continued line: remove the \\"));
}

/* --- files --- */

enum parse_dialect parse_dialect_of(struct slice path) {
	if (slice_ends(path, ".conf"))
		return PARSE_CONF;
	if (slice_ends(path, ".bb") || slice_ends(path, ".bbclass") || slice_ends(path, ".inc"))
		return PARSE_RECIPE;
	return PARSE_NONE;
}

struct statements *parse_text(struct arena *a, const struct atom *file, struct slice text,
		enum parse_dialect dialect) {
	struct statements *out = ARENA_NEW(a, struct statements);
	struct parser p = { a, file, text, 0, dialect, out, 0 };
	out->file = file;
	struct slice base = os_basename(atom_slice(file));
	if (slice_ends(base, ".bbclass"))
		out->class_name = slice_sub(base, 0, base.n - strlen(".bbclass"));
	if (dialect == PARSE_CONF)
		read_conf(&p);
	else
		read_recipe(&p);
	return out;
}

/* A file as it was when it was parsed. */
struct parsed {
	struct stat at;
	struct statements *statements;
};

static bool unchanged(const struct stat *a, const struct stat *b) {
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev && a->st_size == b->st_size &&
		a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

const struct statements *parse_file(const struct atom *path, enum parse_dialect dialect) {
	static struct map files;         /* path → struct parsed * */
	struct stat now;
	struct slice text;
	if (!files.arena)
		files.arena = arena_new();
	witness_content(path->p);
	if (stat(path->p, &now) < 0)
		return NULL;
	if (!S_ISREG(now.st_mode)) {
		errno = ENOENT;
		return NULL;
	}
	struct parsed *known = map_get(&files, path);
	if (known && unchanged(&known->at, &now))
		return known->statements;
	if (os_read(files.arena, path->p, &text) < 0)
		return NULL;
	known = ARENA_NEW(files.arena, struct parsed);
	*known = (struct parsed){ now, parse_text(files.arena, path, text, dialect) };
	map_put(&files, path, known);
	return known->statements;
}
