/* One pass with recursion where shell nests (subshells, case items, substitutions). Only two
 * things matter: where a command may start and where a word ends. What BitBake's reader leaves
 * aside is left aside here too, because hashes must cover the same functions: words of
 * redirections, the word of `case`, substitutions inside ${…} and here-documents. */
#include "shell.h"

#include "map.h"
#include "util.h"

#include <ctype.h>
#include <string.h>

enum { DEEPEST = 60, MOST_HEREDOCS = 16 };

/* What ends a list of commands. */
enum stop { STOP_END, STOP_BRACKET, STOP_ITEM };

struct heredoc {
	struct slice delimiter;
	bool strip_tabs;
};

struct reader {
	struct slice text;
	size_t at;
	struct arena *arena;
	struct map *found, *defined;     /* sets of atoms */
	int depth;
	struct heredoc heredoc[MOST_HEREDOCS];
	int heredocs;                    /* begun on this line, not read yet */
};

static void read_commands(struct reader *r, enum stop stop);
static void read_text(const struct reader *outer, struct slice text);

void shell_commands(struct slice body, struct map *names) {
	struct arena *a = arena_new();
	struct map found = { .arena = a }, defined = { .arena = a };
	struct reader r = { .text = body, .arena = a, .found = &found, .defined = &defined };
	struct map_entry *e;
	read_commands(&r, STOP_END);
	for (uint32_t i = 0; (e = map_next(&found, &i));)
		if (!map_get(&defined, e->key))
			map_add(names, e->key);
	arena_free(a);
}

/* --- characters --- */

static char peek(const struct reader *r, size_t ahead) {
	return r->at + ahead < r->text.n ? r->text.p[r->at + ahead] : '\0';
}

static bool at_end(const struct reader *r) {
	return r->at >= r->text.n;
}

static void skip_line(struct reader *r) {
	while (!at_end(r) && peek(r, 0) != '\n')
		r->at++;
}

/* Reads the bodies of the here-documents that the line just ended began. */
static void skip_heredocs(struct reader *r) {
	for (int i = 0; i < r->heredocs; i++)
		while (!at_end(r)) {
			size_t from = r->at;
			skip_line(r);
			struct slice line = slice_sub(r->text, from, r->at);
			r->at += !at_end(r);
			while (r->heredoc[i].strip_tabs && slice_starts(line, "\t"))
				line = slice_sub(line, 1, line.n);
			if (slice_eq(line, r->heredoc[i].delimiter))
				break;
		}
	r->heredocs = 0;
}

static void take_newline(struct reader *r) {
	r->at++;
	skip_heredocs(r);
}

/* Blanks, continued lines and comments; newlines too when asked. */
static void skip_blanks(struct reader *r, bool newlines) {
	for (;;) {
		char c = peek(r, 0);
		if (at_end(r))
			return;
		if (c == ' ' || c == '\t' || c == '\r')
			r->at++;
		else if (c == '\\' && peek(r, 1) == '\n')
			r->at += 2;
		else if (c == '#')
			skip_line(r);
		else if (c == '\n' && newlines)
			take_newline(r);
		else
			return;
	}
}

/* --- words --- */

static void skip_double_quotes(struct reader *r);

/* From behind an opening bracket to behind its closing one; quotes and brackets inside count. */
static void skip_brackets(struct reader *r, char open, char close) {
	int level = 1;
	if (++r->depth > DEEPEST) {
		r->at = r->text.n;
		return;
	}
	while (!at_end(r) && level) {
		char c = r->text.p[r->at++];
		if (c == '\\')
			r->at += !at_end(r);
		else if (c == '\'' && open == '(')
			while (!at_end(r) && r->text.p[r->at++] != '\'')
				;
		else if (c == '"')
			skip_double_quotes(r);
		else if (c == open)
			level++;
		else if (c == close)
			level--;
	}
	r->depth--;
}

static void skip_backquotes(struct reader *r) {
	while (!at_end(r) && peek(r, 0) != '`')
		r->at += peek(r, 0) == '\\' ? 2 : 1;
	r->at += !at_end(r);
}

/* Behind a "$": ${…}, $(…) or just a name. */
static void skip_dollar(struct reader *r) {
	char c = peek(r, 0);
	if (c == '{' || c == '(') {
		r->at++;
		skip_brackets(r, c, c == '{' ? '}' : ')');
	}
}

static void skip_double_quotes(struct reader *r) {
	while (!at_end(r)) {
		char c = r->text.p[r->at++];
		if (c == '"')
			return;
		if (c == '\\')
			r->at += !at_end(r);
		else if (c == '$')
			skip_dollar(r);
		else if (c == '`')
			skip_backquotes(r);
	}
}

static bool ends_word(char c) {
	return c == '\0' || strchr(" \t\r\n;&|()<>", c) != NULL;
}

/* The word at hand as written, quotes and all; empty at an operator. */
static struct slice read_word(struct reader *r) {
	size_t from = r->at;
	while (!at_end(r) && !ends_word(peek(r, 0))) {
		char c = r->text.p[r->at++];
		if (c == '\\')
			r->at += !at_end(r);
		else if (c == '\'')
			while (!at_end(r) && r->text.p[r->at++] != '\'')
				;
		else if (c == '"')
			skip_double_quotes(r);
		else if (c == '$')
			skip_dollar(r);
		else if (c == '`')
			skip_backquotes(r);
	}
	if (r->at > r->text.n)
		r->at = r->text.n;
	return slice_sub(r->text, from, r->at);
}

/* --- substitutions --- */

/* The text inside `…`, whose backslashes before ` \ $ vanish. */
static struct slice backquoted(const struct reader *r, struct slice inside) {
	struct buf b = { .arena = r->arena };
	for (size_t i = 0; i < inside.n; i++) {
		if (inside.p[i] == '\\' && i + 1 < inside.n && strchr("`\\$", inside.p[i + 1]))
			i++;
		buf_addc(&b, inside.p[i]);
	}
	return buf_slice(&b);
}

/* Reads the commands of one $(…) or `…` that starts at w->at (behind the opening); moves behind
 * it. */
static void read_substitution(const struct reader *outer, struct reader *w, bool backquote) {
	size_t from = w->at;
	if (backquote)
		skip_backquotes(w);
	else
		skip_brackets(w, '(', ')');
	struct slice inside = slice_sub(w->text, from, w->at ? w->at - 1 : 0);
	read_text(outer, backquote ? backquoted(outer, inside) : inside);
}

/* Reads what a word substitutes: directly, or directly inside double quotes. True when there is
 * any. */
static bool read_substitutions(const struct reader *outer, struct slice word) {
	struct reader w = { .text = word, .arena = outer->arena, .depth = outer->depth };
	bool quoted = false, any = false;
	while (!at_end(&w)) {
		char c = word.p[w.at++];
		if (c == '\\') {
			w.at += !at_end(&w);
		} else if (c == '\'' && !quoted) {
			while (!at_end(&w) && word.p[w.at++] != '\'')
				;
		} else if (c == '"') {
			quoted = !quoted;
		} else if (c == '`' || (c == '$' && peek(&w, 0) == '(' && peek(&w, 1) != '(')) {
			w.at += c == '$';
			read_substitution(outer, &w, c == '`');
			any = true;
		} else if (c == '$') {
			skip_dollar(&w);
		}
	}
	return any;
}

static void read_text(const struct reader *outer, struct slice text) {
	struct reader r = { .text = text, .arena = outer->arena, .found = outer->found,
		.defined = outer->defined, .depth = outer->depth + 1 };
	if (r.depth <= DEEPEST)
		read_commands(&r, STOP_END);
}

/* --- simple commands --- */

static bool is_assignment(struct slice word) {
	size_t n = 0;
	while (n < word.n && (isalnum((unsigned char)word.p[n]) || word.p[n] == '_'))
		n++;
	return n && n < word.n && word.p[n] == '=' && !isdigit((unsigned char)word.p[0]);
}

static bool all_digits(struct slice s) {
	for (size_t i = 0; i < s.n; i++)
		if (!isdigit((unsigned char)s.p[i]))
			return false;
	return s.n > 0;
}

/* At < or >: takes the operator and the word behind it. */
static void read_redirection(struct reader *r) {
	bool heredoc = peek(r, 0) == '<' && peek(r, 1) == '<';
	while (!at_end(r) && strchr("<>&|", peek(r, 0)) && peek(r, 0))
		r->at++;
	bool strip_tabs = heredoc && peek(r, 0) == '-';
	r->at += strip_tabs;
	skip_blanks(r, false);
	struct slice word = read_word(r);
	if (!heredoc || r->heredocs == MOST_HEREDOCS)
		return;
	struct buf b = { .arena = r->arena };
	for (size_t i = 0; i < word.n; i++)
		if (!strchr("'\"\\", word.p[i]))
			buf_addc(&b, word.p[i]);
	r->heredoc[r->heredocs++] = (struct heredoc){ buf_slice(&b), strip_tabs };
}

/* Words up to the operator that ends the command; redirections are passed over. */
static void read_words(struct reader *r, struct slices *words) {
	for (;;) {
		skip_blanks(r, false);
		char c = peek(r, 0);
		if (at_end(r))
			return;
		if (c == '<' || c == '>') {
			read_redirection(r);
			continue;
		}
		if (ends_word(c))
			return;
		struct slice word = read_word(r);
		char next = peek(r, 0);
		if (!((next == '<' || next == '>') && all_digits(word)))
			slices_add(r->arena, words, word);
	}
}

static void run_eval(struct reader *r, const struct slices *words, size_t from) {
	struct slices rest = {0};
	for (size_t i = from; i < words->n; i++)
		slices_add(r->arena, &rest, words->v[i]);
	read_text(r, slices_join(r->arena, &rest, " "));
}

/* The command is the first word that is no assignment; one with a substitution in it cannot be
 * told, and BitBake tells none either behind an assignment with a substitution. */
static void use_words(struct reader *r, const struct slices *words) {
	bool assigning = true;
	size_t command = words->n, none = words->n + 1;
	for (size_t i = 0; i < words->n; i++) {
		struct slice word = words->v[i];
		bool substitutes = read_substitutions(r, word);
		assigning = assigning && is_assignment(word);
		if (command != words->n)
			continue;
		if (substitutes)
			command = none;
		else if (!assigning && !memchr(word.p, '=', word.n))
			command = i;
	}
	if (command >= words->n)
		return;
	struct slice name = words->v[command];
	if (slice_is(name, "eval"))
		run_eval(r, words, command + 1);
	else if (name.n && name.p[0] != '$')
		map_add(r->found, atom(name));
}

/* --- compound commands --- */

static bool one_of(struct slice word, const char *const *list) {
	for (; *list; list++)
		if (slice_is(word, *list))
			return true;
	return false;
}

/* `for NAME in words` up to the separator before `do`. */
static void read_for(struct reader *r) {
	struct slices words = {0};
	read_words(r, &words);
	for (size_t i = 0; i < words.n; i++)
		read_substitutions(r, words.v[i]);
}

static void read_pattern(struct reader *r) {
	while (!at_end(r) && peek(r, 0) != ')') {
		skip_blanks(r, true);
		struct slice word = read_word(r);
		read_substitutions(r, word);
		if (!word.n && peek(r, 0) != ')')
			r->at += !at_end(r);
	}
	r->at += !at_end(r);
}

/* Is the word at hand `esac`? Then it is taken. */
static bool take_esac(struct reader *r) {
	size_t from = r->at;
	if (slice_is(read_word(r), "esac"))
		return true;
	r->at = from;
	return false;
}

static void read_case(struct reader *r) {
	skip_blanks(r, true);
	read_word(r);
	skip_blanks(r, true);
	read_word(r);                        /* in */
	for (;;) {
		skip_blanks(r, true);
		if (at_end(r) || take_esac(r))
			return;
		r->at += peek(r, 0) == '(';
		read_pattern(r);
		read_commands(r, STOP_ITEM);
		skip_blanks(r, true);
		if (peek(r, 0) == ';' && peek(r, 1) == ';')
			r->at += 2;
	}
}

/* `name ( )`: the name is taken, the body follows as any command. */
static bool read_function(struct reader *r) {
	size_t from = r->at;
	struct slice name = read_word(r);
	skip_blanks(r, false);
	if (name.n && peek(r, 0) == '(') {
		r->at++;
		skip_blanks(r, false);
		if (peek(r, 0) == ')') {
			r->at++;
			map_add(r->defined, atom(name));
			return true;
		}
	}
	r->at = from;
	return false;
}

/* At a word where a command may start. False: the list ends here (`esac` of the case around it). */
static bool read_command(struct reader *r, enum stop stop) {
	static const char *const before[]
			= { "if", "then", "elif", "else", "while", "until", "do", "{", "!", NULL };
	static const char *const behind[] = { "fi", "done", "}", NULL };
	struct slices words = {0};
	size_t from = r->at;
	if (read_function(r))
		return true;
	struct slice word = read_word(r);
	if (one_of(word, before))
		return true;
	if (slice_is(word, "for")) {
		read_for(r);
	} else if (slice_is(word, "case")) {
		read_case(r);
		read_words(r, &words);
	} else if (slice_is(word, "esac") && stop == STOP_ITEM) {
		r->at = from;
		return false;
	} else if (one_of(word, behind)) {
		read_words(r, &words);               /* redirections of the whole */
	} else {
		r->at = from;
		read_words(r, &words);
		use_words(r, &words);
	}
	return true;
}

static void read_subshell(struct reader *r) {
	r->at++;
	if (++r->depth > DEEPEST)
		r->at = r->text.n;
	else
		read_commands(r, STOP_BRACKET);
	r->depth--;
	struct slices words = {0};
	read_words(r, &words);
}

static void read_commands(struct reader *r, enum stop stop) {
	for (;;) {
		skip_blanks(r, true);
		char c = peek(r, 0);
		if (at_end(r))
			return;
		if (c == ')') {
			r->at++;
			if (stop == STOP_BRACKET)
				return;
		} else if (c == '(') {
			read_subshell(r);
		} else if (c == ';' && peek(r, 1) == ';' && stop == STOP_ITEM) {
			return;
		} else if (c == '<' || c == '>') {
			struct slices words = {0};
			read_words(r, &words);
			use_words(r, &words);
		} else if (ends_word(c)) {
			r->at++;
		} else if (!read_command(r, stop)) {
			return;
		}
	}
}
