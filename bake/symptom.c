/* symptom: compilers, linkers, pkg-config, cmake, meson, shells, make and curl each have their own
 * words for "it is not there". A table of them, tried on each line of a log; a line that fits none
 * says nothing, and nothing is guessed. */
#include "symptom.h"

#include <string.h>

#include "joblog.h"
#include "util.h"

enum { LINES = 100 };            /* of the end: before that, what was missing did no harm */

/* In a line: before, the name, after. An empty `before` means that the name is the last word in front of
 * `after`; an empty `after`, that it ends where a name does. */
struct wording {
	enum symptom_kind kind;
	const char *before, *after;
};

static const struct wording wordings[] = {
	/* gcc, clang */
	{ SYMPTOM_HEADER, "fatal error: ", ": No such file or directory" },
	{ SYMPTOM_HEADER, "fatal error: '", "' file not found" },
	/* ld and gold, lld; meson */
	{ SYMPTOM_LIBRARY, "cannot find -l", "" },
	{ SYMPTOM_LIBRARY, "unable to find library -l", "" },
	{ SYMPTOM_LIBRARY, "shared or static library '", "' not found" },
	/* pkg-config and pkgconf; meson; cmake's FindPkgConfig */
	{ SYMPTOM_MODULE, "No package '", "' found" },
	{ SYMPTOM_MODULE, "Package '", "', required by" },
	{ SYMPTOM_MODULE, "Package ", " was not found in the pkg-config search path" },
	{ SYMPTOM_MODULE, "ERROR: Dependency \"", "\" not found" },
	{ SYMPTOM_MODULE, "ERROR: Dependency lookup for ", " with method" },
	{ SYMPTOM_PACKAGE, "  Could NOT find ", " (" },       /* "-- Could NOT …" is no error */
	{ SYMPTOM_PACKAGE, "package configuration file provided by \"", "\"" },
	{ SYMPTOM_PYTHON, "No module named '", "'" },
	{ SYMPTOM_PERL, "Can't locate ", ".pm in @INC" },
	/* bash; dash; make; env; perl; python; meson */
	{ SYMPTOM_TOOL, "", ": command not found" },
	{ SYMPTOM_TOOL, "", ": not found" },
	{ SYMPTOM_TOOL, "env: ‘", "’: No such file or directory" },
	{ SYMPTOM_TOOL, "env: '", "': No such file or directory" },
	{ SYMPTOM_TOOL, "Can't exec \"", "\": No such file or directory" },
	{ SYMPTOM_TOOL, "[Errno 2] No such file or directory: '", "'" },
	{ SYMPTOM_TOOL, "ERROR: Program '", "' not found" },
	/* curl and git, ssh, wget, python; whatever has an address and no route */
	{ SYMPTOM_NETWORK, "Could not resolve host: ", "" },
	{ SYMPTOM_NETWORK, "Could not resolve hostname ", "" },
	{ SYMPTOM_NETWORK, "unable to resolve host address ‘", "’" },
	{ SYMPTOM_NETWORK, "unable to resolve host address '", "'" },
	{ SYMPTOM_NETWORK, "unable to look up ", " (" },
	{ SYMPTOM_NETWORK, "Failed to connect to ", "" },
	{ SYMPTOM_NETWORK, "connect to host ", "" },
};

/* Said without a name that could be trusted to be one. */
static const char *const no_network[] = { "Network is unreachable",
	"Temporary failure in name resolution", "Name or service not known" };

/* --- names --- */

static bool in_name(char c) {
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
		|| (c != '\0' && strchr("_-+./", c));
}

static bool is_name(struct slice s) {
	for (size_t i = 0; i < s.n; i++)
		if (!in_name(s.p[i]))
			return false;
	return s.n > 0;
}

/* A name's characters from the start of s; a full stop at their end belongs to the sentence. */
static struct slice leading_name(struct slice s) {
	size_t n = 0;
	while (n < s.n && in_name(s.p[n]))
		n++;
	while (n > 0 && s.p[n - 1] == '.')
		n--;
	return slice_sub(s, 0, n);
}

static struct slice last_word(struct slice s) {
	size_t from = s.n;
	while (from > 0 && s.p[from - 1] != ' ' && s.p[from - 1] != '\t')
		from--;
	return slice_sub(s, from, s.n);
}

/* --- one line --- */

static bool fits(const struct wording *w, struct slice line, struct slice *name) {
	size_t at;
	struct slice rest = line;
	if (*w->before) {
		if (!slice_find(line, w->before, &at))
			return false;
		rest = slice_sub(line, at + strlen(w->before), line.n);
	}
	if (!*w->after) {
		*name = leading_name(rest);
		return name->n > 0;
	}
	if (!slice_find(rest, w->after, &at))
		return false;
	*name = slice_sub(rest, 0, at);
	if (!*w->before) {
		*name = last_word(*name);
		/* "checking …: not found" ends the line for a shell; for others it goes on. */
		if (at + strlen(w->after) != rest.n)
			return false;
	}
	return is_name(*name);
}

/* make: "make[2]: flex: No such file or directory" is a program; what has blanks or a path that is
 * not of programs is a file. So it is with shells: "line 3: /usr/bin/flex: No such …". */
static bool tool_as_file(struct slice line, struct slice *name) {
	static const char *const dirs[] = { "/usr/bin/", "/bin/", "/usr/sbin/", "/sbin/",
		"/usr/local/bin/" };
	size_t at;
	if (!slice_find(line, ": No such file or directory", &at))
		return false;
	struct slice before = slice_sub(line, 0, at);
	*name = last_word(before);
	if (!is_name(*name))
		return false;
	for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++)
		if (slice_starts(*name, dirs[i]) && !memchr(name->p + strlen(dirs[i]), '/',
				name->n - strlen(dirs[i])))
			return true;
	return slice_starts(line, "make") && !memchr(name->p, '/', name->n)
		&& slice_find(before, ": ", NULL) && before.n - name->n <= strlen("make[99]: ");
}

/* "touch: cannot touch '/usr/x': Read-only file system" */
static bool read_only(struct slice line, struct slice *name) {
	size_t at;
	if (!slice_find(line, ": Read-only file system", &at))
		return false;
	*name = last_word(slice_sub(line, 0, at));
	size_t quote = name->n > 2 && name->p[0] == '\'' ? 1 : 0;
	*name = slice_sub(*name, quote, name->n - quote);
	return is_name(*name);
}

static bool ends_path(struct slice line, size_t at) {
	return at == line.n || line.p[at] == '/' || !in_name(line.p[at]);
}

/* A secret that is a path counts as a whole one: "/root" is not in "/rootfs" nor in "/bake/root". *name:
 * what it and the characters behind it spell. */
static bool has_path(struct slice line, struct slice path, struct slice *name) {
	size_t from = 0, at;
	if (path.n < 2)
		return false;
	for (; slice_find(slice_sub(line, from, line.n), path.p, &at); from += at + 1) {
		size_t start = from + at, end = start + path.n;
		if ((start > 0 && in_name(line.p[start - 1])) || !ends_path(line, end))
			continue;
		while (end < line.n && in_name(line.p[end]))
			end++;
		*name = slice_sub(line, start, end);
		return true;
	}
	return false;
}

static bool has_secret(struct slice line, const struct symptom_secrets *secrets,
		struct symptom *s) {
	size_t at;
	s->kind = SYMPTOM_HOME;
	if (has_path(line, secrets->home, &s->name))
		return true;
	s->kind = SYMPTOM_BUILD_PATH;
	if (has_path(line, secrets->tmpdir, &s->name) || has_path(line, secrets->topdir, &s->name))
		return true;
	s->kind = SYMPTOM_HOME;          /* where the build directory may be below */
	if (has_path(line, secrets->real_home, &s->name))
		return true;
	s->kind = SYMPTOM_HOST_NAME;
	if (!secrets->host.n || !slice_find(line, secrets->host.p, &at))
		return false;
	s->name = slice_sub(line, at, at + secrets->host.n);
	bool starts = at == 0 || !in_name(line.p[at - 1]);
	size_t end = at + s->name.n;
	return starts && (end == line.n || !in_name(line.p[end]) || line.p[end] == '.');
}

/* Before anything else: what a task cannot have is why the rest failed. Only lines of failure: that a
 * path is mentioned means nothing. */
static bool speaks_of_failure(struct slice line) {
	static const char *const words[] = { "No such file", "not found", "Read-only file system",
		"Permission denied", "cannot", "not known", "resolve", "unknown host", "failed" };
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (slice_find(line, words[i], NULL))
			return true;
	return false;
}

static bool line_tells(struct slice line, const struct symptom_secrets *secrets,
		struct symptom *s) {
	if (speaks_of_failure(line) && has_secret(line, secrets, s))
		return true;
	for (size_t i = 0; i < sizeof wordings / sizeof *wordings; i++) {
		s->kind = wordings[i].kind;
		if (fits(&wordings[i], line, &s->name))
			return true;
	}
	s->kind = SYMPTOM_TOOL;
	if (tool_as_file(line, &s->name))
		return true;
	s->kind = SYMPTOM_READ_ONLY;
	if (read_only(line, &s->name))
		return true;
	s->kind = SYMPTOM_NETWORK;
	s->name = slice_sub(line, 0, 0);
	for (size_t i = 0; i < sizeof no_network / sizeof *no_network; i++)
		if (slice_find(line, no_network[i], NULL))
			return true;
	return false;
}

/* --- configure, which says what it looked for and only later that it gives up --- */

/* "deflate in -lz", "zlib.h" */
static bool looked_for(struct slice what, struct symptom *s) {
	size_t at;
	s->kind = SYMPTOM_LIBRARY;
	if (slice_find(what, " in -l", &at)) {
		s->name = leading_name(slice_sub(what, at + strlen(" in -l"), what.n));
		return s->name.n > 0;
	}
	s->kind = SYMPTOM_HEADER;
	s->name = what;
	return is_name(what) && slice_ends(what, ".h");
}

/* "configure:3456: result: no", of config.log, without its beginning. */
static bool cut_number(struct slice *line) {
	struct slice rest = *line, field;
	if (!slice_starts(rest, "configure:"))
		return false;
	rest = slice_sub(rest, strlen("configure:"), rest.n);
	if (!slice_field(&rest, ':', &field) || field.n == 0 || field.p[0] < '0' || field.p[0] > '9')
		return false;
	*line = slice_trim(rest);
	return true;
}

/* The check that failed last before configure gave up. In config.log its result is a line of its own. */
struct check {
	struct symptom s;
	enum { NO_CHECK, ASKED, IN_VAIN } state;
};

static void follow(struct check *c, struct slice line) {
	bool no = slice_ends(line, "... no");
	if (slice_starts(line, "checking for ")) {
		struct slice what = slice_sub(line, strlen("checking for "), line.n);
		if (slice_find(what, "...", NULL))
			what = slice_sub(what, 0, what.n - (no ? strlen("... no") : 0));
		c->state = !looked_for(what, &c->s) ? NO_CHECK : no ? IN_VAIN : ASKED;
	} else if (slice_starts(line, "checking ")) {
		c->state = NO_CHECK;
	} else if (slice_starts(line, "result: ")) {
		c->state = c->state == ASKED && slice_is(line, "result: no") ? IN_VAIN : NO_CHECK;
	}
}

/* Where config.log is in the log, compilers have complained of whatever is optional. */
static bool has_config_log(struct slice text) {
	struct slice line;
	while (slice_field(&text, '\n', &line))
		if (cut_number(&line))
			return true;
	return false;
}

/* --- all lines --- */

static size_t add(struct symptom found[SYMPTOMS], size_t n, struct symptom s) {
	if (n == SYMPTOMS)
		return n;
	for (size_t i = 0; i < n; i++)
		if (found[i].kind == s.kind && (slice_eq(found[i].name, s.name)
				|| (s.kind == SYMPTOM_NETWORK && s.name.n == 0)))
			return n;
	found[n] = s;
	return n + 1;
}

size_t symptom_find(struct slice text, const struct symptom_secrets *secrets,
		struct symptom found[SYMPTOMS]) {
	struct check check = { .state = NO_CHECK };
	bool config_log = has_config_log(text);
	struct slice line;
	struct symptom s;
	size_t n = 0;
	if (!config_log)
		text = joblog_last(text, LINES);
	while (n < SYMPTOMS && slice_field(&text, '\n', &line)) {
		bool numbered = cut_number(&line);
		bool ends = numbered ? slice_starts(line, "error:") : slice_starts(line, "configure: error:");
		if (!config_log && line_tells(line, secrets, &s))
			n = add(found, n, s);
		follow(&check, line);
		if (ends && check.state == IN_VAIN)
			n = add(found, n, check.s);
	}
	return n;
}
