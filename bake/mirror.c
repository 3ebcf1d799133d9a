/* mirror: BitBake's uri_replace: a pattern must match the type, host and path of a URL, each from
 * its start; what matched gives way to the replacement's part. A URL made so may itself be
 * mirrored by the other pairs.
 *
 * Patterns are Python's there and POSIX's here: look-around and lazy repeats are not supported. */
#include "mirror.h"
#include "os.h"
#include "uri.h"

#include <ctype.h>
#include <regex.h>
#include <string.h>

enum { URLS_MOST = 100, GROUPS = 10 };

struct pair {
	struct uri find, replace;
	bool used;               /* on the way to the URL at hand */
};

struct work {
	struct arena *arena;
	struct pair *pair;
	size_t pairs;
	struct slice basename;
	struct slices *urls;
	struct slice *why;
};

/* --- one part of a URL --- */

/* Python's shorthands for classes as POSIX has them; anchored at the start as re.match is. */
static const char *to_posix(struct arena *a, struct slice pattern, bool whole) {
	struct buf b = { .arena = a };
	buf_adds(&b, "^(");
	for (size_t i = 0; i < pattern.n; i++) {
		char c = pattern.p[i], next = i + 1 < pattern.n ? pattern.p[i + 1] : '\0';
		if (c != '\\' || !strchr("dws/-", next) || !next) {
			buf_addc(&b, c);
			if (c == '\\' && next)
				buf_addc(&b, pattern.p[++i]);
			continue;
		}
		buf_adds(&b, next == 'd' ? "[0-9]" : next == 'w' ? "[[:alnum:]_]" :
			next == 's' ? "[[:space:]]" : next == '/' ? "/" : "-");
		i++;
	}
	buf_adds(&b, whole ? ")$" : ")");
	return b.p;
}

/* Python's lazy and possessive repeats ("*?", "++"): POSIX takes them for repeats of repeats, which match
 * something else and for which glibc needs twice the memory each. */
static bool repeats_twice(struct slice pattern) {
	bool in_class = false, repeat = false;
	for (size_t i = 0; i < pattern.n; i++) {
		char c = pattern.p[i];
		bool again = !in_class && c && strchr("*+?", c);
		if (again && repeat)
			return true;
		repeat = again || (!in_class && c == '}');
		in_class = in_class ? c != ']' : c == '[';
		i += c == '\\';
	}
	return false;
}

/* host and path in one word, as names of repositories in DL_DIR are made. */
static struct slice mirror_name(struct arena *a, const struct uri *u) {
	struct slice name = arena_printf(a, SFMT SFMT, SARG(u->host), SARG(u->path));
	for (char *p = arena_str(a, name), *at = p;; at++) {
		if (!*at)
			return slice_of(p);
		if (*at == '/' || *at == ':' || *at == '*')
			*at = '.';
	}
}

static struct slice last_part(struct slice path) {
	while (slice_find(path, "/", NULL)) {
		struct slice head;
		slice_field(&path, '/', &head);
	}
	return path;
}

static struct slice fill_in(struct arena *a, struct slice s, const struct uri *u) {
	s = text_replace(a, s, SLICE("TYPE"), u->scheme);
	s = text_replace(a, s, SLICE("HOST"), u->host);
	s = text_replace(a, s, SLICE("PATH"), u->path);
	s = text_replace(a, s, SLICE("BASENAME"), last_part(u->path));
	return text_replace(a, s, SLICE("MIRRORNAME"), mirror_name(a, u));
}

/* What matched gives way to `by`, in which \1 … \9 are groups; what follows the match stays. */
static struct slice substitute(struct arena *a, struct slice text, struct slice by,
		const regmatch_t *m) {
	struct buf b = { .arena = a };
	for (size_t i = 0; i < by.n; i++) {
		if (by.p[i] != '\\' || i + 1 == by.n || !isdigit((unsigned char)by.p[i + 1])) {
			buf_addc(&b, by.p[i]);
			continue;
		}
		int group = by.p[++i] - '0' + 1;         /* ours is the first */
		if (group < GROUPS && m[group].rm_so >= 0)
			buf_add(&b, slice_sub(text, (size_t)m[group].rm_so,
				(size_t)m[group].rm_eo));
	}
	buf_add(&b, slice_sub(text, (size_t)m[0].rm_eo, text.n));
	return buf_slice(&b);
}

enum outcome { NO_MATCH, MATCH, BAD_PATTERN };

struct part {
	struct slice find, replace, text;
	bool whole;              /* the pattern must match to the end */
};

static enum outcome replace_part(struct work *w, const struct part *p, const struct uri *u,
		struct slice *result) {
	regex_t re;
	regmatch_t m[GROUPS];
	if (slice_find(p->find, "(?", NULL) || repeats_twice(p->find) ||
			regcomp(&re, to_posix(w->arena, p->find, p->whole), REG_EXTENDED)) {
		*w->why = arena_printf(w->arena, "\"" SFMT "\" is no pattern bake understands",
			SARG(p->find));
		return BAD_PATTERN;
	}
	int rc = regexec(&re, arena_str(w->arena, p->text), GROUPS, m, 0);
	regfree(&re);
	if (rc)
		return NO_MATCH;
	*result = p->replace.n == 0 ? SLICE("") :
		substitute(w->arena, p->text, fill_in(w->arena, p->replace, u), m);
	return MATCH;
}

/* --- one pair --- */

static bool is_repository(struct slice scheme) {
	return slice_is(scheme, "git") || slice_is(scheme, "gitsm");
}

/* Parameters that the pattern names must be the same. */
static bool params_match(struct arena *a, const struct uri *u, const struct uri *wanted) {
	for (size_t i = 0; i < wanted->params_count; i++) {
		struct slice name = wanted->params[i].name;
		if (!slice_eq(uri_param(u, arena_str(a, name)), wanted->params[i].value))
			return false;
	}
	return true;
}

static void set_params(struct work *w, const struct uri *from, const struct pair *p,
		struct uri *made) {
	for (size_t i = 0; i < p->replace.params_count; i++)
		uri_param_set(w->arena, made, p->replace.params[i].name,
			fill_in(w->arena, p->replace.params[i].value, from));
}

/* The path ends in the name the file has in DL_DIR, whatever the pair says. */
static void end_in_basename(struct work *w, struct uri *made, struct slice old_name) {
	struct slice path = made->path, name = w->basename;
	if (!name.n || slice_eq(last_part(path), name))
		return;
	if (old_name.n && slice_eq(last_part(path), old_name))
		path = slice_sub(path, 0, path.n - old_name.n);
	made->path = os_path(w->arena, path, name);
}

/* As BitBake: "a//b" is "a/b". */
static struct slice without_doubles(struct arena *a, struct slice path) {
	struct buf b = { .arena = a };
	buf_adds(&b, "");
	for (size_t i = 0; i < path.n; i++)
		if (path.p[i] != '/' || b.n == 0 || b.p[b.n - 1] != '/')
			buf_addc(&b, path.p[i]);
	return buf_slice(&b);
}

static enum outcome apply(struct work *w, const struct pair *p, const struct uri *u,
		struct uri *made) {
	const struct part parts[] = {
		{ p->find.scheme, p->replace.scheme, u->scheme, true },
		{ p->find.host, p->replace.host, u->host, false },
		{ p->find.path, p->replace.path, u->path, false },
	};
	*made = *u;
	struct slice *results[] = { &made->scheme, &made->host, &made->path };
	for (size_t i = 0; i < 3; i++) {
		enum outcome o = replace_part(w, &parts[i], u, results[i]);
		if (o != MATCH)
			return o;
	}
	if (!params_match(w->arena, u, &p->find))
		return NO_MATCH;
	made->user = p->replace.user;
	made->password = p->replace.password;
	if (is_repository(u->scheme) && !is_repository(made->scheme))
		made->params_count = 0;  /* it is a tarball of the repository now */
	if (!is_repository(made->scheme))
		end_in_basename(w, made, last_part(u->path));
	made->path = without_doubles(w->arena, made->path);
	set_params(w, u, p, made);
	return MATCH;
}

static bool add_mirrors(struct work *w, const struct uri *u) {
	for (size_t i = 0; i < w->pairs; i++) {
		struct uri made;
		if (w->pair[i].used)
			continue;
		enum outcome o = apply(w, &w->pair[i], u, &made);
		if (o == BAD_PATTERN)
			return false;
		struct slice text = o == MATCH ? uri_text(w->arena, &made) : SLICE("");
		if (o != MATCH || slice_eq(text, uri_text(w->arena, u)) ||
				w->urls->n == URLS_MOST || slices_has(w->urls, text))
			continue;
		slices_add(w->arena, w->urls, text);
		w->pair[i].used = true;
		bool fine = add_mirrors(w, &made);
		w->pair[i].used = false;
		if (!fine)
			return false;
	}
	return true;
}

/* --- the variable --- */

static bool parse_pairs(struct work *w, struct slice mirrors) {
	struct slices words = { 0 };
	const char *why;
	slices_words(w->arena, &words, text_replace(w->arena, mirrors, SLICE("\\n"), SLICE(" ")));
	if (words.n % 2) {
		*w->why = arena_printf(w->arena, "%zu words are no pairs of pattern, replacement",
			words.n);
		return false;
	}
	w->pairs = words.n / 2;
	w->pair = ARENA_ARRAY(w->arena, struct pair, w->pairs + 1);
	for (size_t i = 0; i < words.n; i++) {
		struct pair *p = &w->pair[i / 2];
		if (!uri_parse(w->arena, words.v[i], i % 2 ? &p->replace : &p->find, &why)) {
			*w->why = arena_printf(w->arena, "\"" SFMT "\": %s", SARG(words.v[i]), why);
			return false;
		}
	}
	return true;
}

bool mirror_urls(struct arena *a, struct slice mirrors, const struct uri *u, struct slice basename,
		struct slices *urls, struct slice *why) {
	struct work w = { .arena = a, .basename = basename, .urls = urls, .why = why };
	return parse_pairs(&w, mirrors) && add_mirrors(&w, u);
}
