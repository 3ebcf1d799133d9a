/* advice: guesses, in the order of how sure they are. */
#include "advice.h"

#include <string.h>

static const char *const directives[] = {
	"inherit", "inherit_defer", "include", "include_all", "require", "export", "unset",
	"addtask", "deltask", "addhandler", "EXPORT_FUNCTIONS", "addfragments", "addpylib",
	"python", "lua", "fakeroot", "function", "def", NULL,
};

static const char *const task_flags[] = {
	"cleandirs", "dirs", "depends", "rdepends", "deptask", "rdeptask", "recrdeptask",
	"recideptask", "mcdepends", "doc", "export", "fakeroot", "file-checksums", "func",
	"lockfiles", "network", "noexec", "nostamp", "number_threads", "postfuncs", "prefuncs",
	"progress", "python", "lua", "selfstamp", "sstate-inputdirs", "sstate-outputdirs",
	"sstate-plaindirs", "sstate-fixmedir", "sstate-lockfile", "sstate-interceptfuncs",
	"stamp-extra-info", "task", "umask", "vardeps", "vardepsexclude", "vardepvalue",
	"vardepvalueexclude", "subimages", "hasher", "exports", "manifest-outputs", NULL,
};

static const char *const checksum_flags[] = {
	"md5sum", "sha1sum", "sha256sum", "sha384sum", "sha512sum", "goh1", NULL,
};

/* Of all schemes that BitBake knows: what one of them ignores is no mistake. */
static const char *const parameters[] = {
	"name", "unpack", "subdir", "striplevel", "downloadfilename", "extract", "dos", "type",
	"apply", "patch", "patchdir", "patchname", "pnum", "mindate", "maxdate", "minrev", "maxrev", "notrev",
	"minver", "maxver", "md5sum", "sha1sum", "sha256sum", "sha384sum", "sha512sum", "goh1", "spdx",
	"protocol", "branch", "nobranch", "tag", "rev", "srcrev", "lfs", "subpath", "destsuffix", "rebaseable",
	"bareclone", "nocheckout", "usehead", "redirectauth", "user", "pswd", "module", "mod", "version",
	"manifest", "scmdata", "externals", "allowed", "transportuser", "path_spec", "nopegrevision",
	"nowarn", "repo", "key", "https", "package", "dev", "keep", "remotepath", "vob", "git", "ssh",
	"http", "tip", "unpackpath", "outsuffix", "dist", "signature", "keyring", NULL,
};

static const char *const operations[] = { "append", "prepend", "remove", NULL };

/* The name meant by word: a different one at most so far from it; NULL: none. Allocates nothing, for it
 * is asked of every line. */
static const char *meant(const char *const *names, struct slice word, unsigned limit) {
	const char *best = NULL;
	for (; *names; names++) {
		unsigned distance = near_distance(word, slice_of(*names), limit);
		if (distance == 0)
			return NULL;
		if (distance <= limit) {
			limit = distance - 1;
			best = *names;
		}
	}
	return best;
}

static bool is_blank(char c) {
	return c == ' ' || c == '\t';
}

static size_t count_char(struct slice s, char c) {
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == c;
	return n;
}

/* --- a line that is none --- */

static struct slice literal(const char *text) {
	return slice_of(text);
}

/* "=? " for "?=": the characters of an operator, and that which was meant. */
static struct slice wrong_operator(struct arena *a, struct slice s) {
	static const char *const table[][2] = {
		{ "=?", "?=" }, { "=:", ":=" }, { "==", "=" }, { "=>", "=" }, { "=?\?", "\?\?=" },
		{ "?+=", "?= or +=" }, { "+?=", "?= or +=" }, { "?=+", "?= or =+" }, { "?:=", "?= or :=" },
		{ "?.=", "?= or .=" }, { "-=", ":remove" }, { "=-", ":remove" }, { "+", "+=" },
		{ ":", "= or :=" }, { "<=", "=" }, { "!=", "=" }, { "\?\?\?=", "\?\?=" },
	};
	size_t from = 0;
	while (from < s.n && !is_blank(s.p[from]) && !strchr("=?!<", s.p[from]))
		from++;
	while (from < s.n && is_blank(s.p[from]))
		from++;
	size_t to = from;
	while (to < s.n && strchr("=?:+.-<>!", s.p[to]))
		to++;
	struct slice operator = slice_sub(s, from, to);
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (slice_is(operator, table[i][0]))
			return arena_printf(a, SFMT " is no operator: did you mean %s?", SARG(operator),
					table[i][1]);
	return SLICE_NONE;
}

static struct slice wrong_directive(struct arena *a, struct slice s) {
	struct slice rest = s, word = SLICE("");
	slice_word(&rest, &word);
	const char *near = meant(directives, word, word.n < 5 ? 1 : 2);
	if (!near)
		return SLICE_NONE;
	return arena_printf(a, SFMT " is no directive: did you mean %s?", SARG(word), near);
}

static struct slice wrong_value(struct slice s, size_t eq) {
	struct slice value = slice_trim(slice_sub(s, eq + 1, s.n));
	if (!value.n || (value.p[0] != '"' && value.p[0] != '\''))
		return literal("the value belongs in quotes: NAME = \"value\"");
	if (value.n < 2 || value.p[value.n - 1] != value.p[0])
		return literal("the quote is not closed on this line: close it, or continue the line "
			       "with \\");
	if (count_char(value, value.p[0]) == 3)
		return literal("three quotes of one kind: use the other kind around the value");
	return literal("the name or the operator is not one BitBake knows");
}

struct slice advice_line(struct arena *a, struct slice s, bool conf) {
	size_t eq;
	if (s.p[0] == ' ' || (s.p[0] >= '\t' && s.p[0] <= '\r'))
		return literal("statements begin in column 0: remove the blanks before it");
	if (slice_ends(s, ")") && !memchr(s.p, '=', s.n))
		return literal("the { of a function belongs at the end of this line");
	if (conf && (slice_starts(s, "inherit") || slice_starts(s, "addtask") || slice_ends(s, "{")))
		return literal("a .conf file holds settings only: use INHERIT += \"class\", or a recipe "
			       "or class");
	struct slice guess = wrong_directive(a, s);
	if (!guess.p)
		guess = wrong_operator(a, s);
	if (guess.p)
		return guess;
	if (!slice_find(s, "=", &eq))
		return literal("expected NAME = \"value\", a directive with its argument, or a "
			       "function");
	return wrong_value(s, eq);
}

/* --- a name --- */

/* SRC_URI[name.sha256sum] */
static struct slice last_part(struct slice flag) {
	const char *dot = memrchr(flag.p, '.', flag.n);
	return dot ? slice_sub(flag, (size_t)(dot + 1 - flag.p), flag.n) : flag;
}

static struct slice odd_flag(struct arena *a, struct slice name, struct slice flag) {
	bool task = slice_starts(name, "do_"), source = slice_is(name, "SRC_URI");
	struct slice last = last_part(flag);
	if (!task && !source)
		return SLICE_NONE;
	const char *near = meant(task ? task_flags : checksum_flags, last, last.n < 8 ? 1 : 2);
	if (!near)
		return SLICE_NONE;
	return arena_printf(a, SFMT "[" SFMT "]: unknown flag: did you mean %s?", SARG(name),
			SARG(flag), near);
}

/* An override so near an operation that it will be none. */
static struct slice odd_operation(struct arena *a, struct slice name) {
	struct slice rest = name, part;
	slice_field(&rest, ':', &part);
	while (slice_field(&rest, ':', &part)) {
		const char *near = part.n > 3 && strchr("apr", part.p[0]) && !slice_is(part, "remote")
			? meant(operations, part, 2) : NULL;
		if (near && near[0] == part.p[0])
			return arena_printf(a, SFMT ": " SFMT " is an override here: did you mean %s?",
					SARG(name), SARG(part), near);
	}
	return SLICE_NONE;
}

struct slice advice_name(struct arena *a, struct slice name, struct slice flag) {
	if (flag.n)
		return odd_flag(a, name, flag);
	return name.n && memchr(name.p, ':', name.n) ? odd_operation(a, name) : SLICE_NONE;
}

/* --- a parameter --- */

/* "sha256" for "sha256sum". */
static const char *begun(const char *const *names, struct slice word) {
	enum { TELLING = 4 };
	for (; word.n >= TELLING && *names; names++)
		if (slice_eq(slice_sub(slice_of(*names), 0, word.n), word))
			return *names;
	return NULL;
}

struct slice advice_parameter(struct slice name) {
	for (const char *const *known = parameters; *known; known++)
		if (slice_is(name, *known))
			return SLICE_NONE;
	const char *near = begun(parameters, name);
	return slice_of(near ? near : meant(parameters, name, name.n < 8 ? 1 : 2));
}
