/* convert: finds the places where a variable or function is named, and looks there alone: task names,
 * file names, shell words and comments that are text are never touched. A conversion replaces single
 * underscores by colons, so that no line and no length changes.
 *
 * NAME_append, NAME_prepend and NAME_remove were operations whatever the name, as BitBake's old
 * reader had it. NAME_something was an override only when OVERRIDES held it: that is known of
 * something, or a package name behind a variable that packages have. */
#include "convert.h"
#include "map.h"

#include <string.h>

enum { MOST_PARTS = 24 };                /* of a name; one with more is left alone */

struct convert {
	struct arena *arena;
	struct map overrides;            /* set of atoms: known for sure */
	struct map guesses;              /* seen where overrides stand: good for VARIABLES alone */
	struct map called;               /* do_x and pkg_x that values and directives mention */
	struct map names;                /* old names that are set somewhere: set of atoms */
};

static const char *const known_overrides[] = {
	"aarch64", "aarch64-be", "arm", "armeb", "armv4", "armv4t", "armv5", "armv5e", "armv6",
	"armv7a", "armv7ve", "armv8a", "arm64", "i386", "i486", "i586", "i686", "x86", "x86-64",
	"x86-x32", "mips", "mipsel", "mips64", "mips64el", "mips64n32", "mipsarch", "mipsarchr6", "mipsarcho32", "mipsarchn32", "mipsarchn64", "mips16e",
	"mipsisa32r6", "mipsisa64r6", "powerpc", "powerpc64", "powerpc64le", "ppc", "ppc64",
	"riscv32", "riscv64", "loongarch64", "microblaze", "nios2", "sh4", "linux-gnueabi",
	"linux-gnux32", "linux-gnun32", "linux-musl", "linux-musleabi", "linux-muslx32", "eabi",
	"mingw32", "sdkmingw32", "darwin", "linuxstdbase", "forcevariable", "poky", "poky-tiny",
	"nodistro", "qemuall", "qemuarm", "qemuarm64", "qemuarmv5", "qemux86", "qemux86-64",
	"qemumips", "qemumips64", "qemuppc", "qemuppc64", "qemuriscv32", "qemuriscv64",
	"genericx86", "genericx86-64", "genericarm64", "beaglebone-yocto", "edgerouter", "mpc8315e-rdb",
	"${MACHINE}", "${DISTRO}", "${TARGET_ARCH}", "${SOC_FAMILY}", "${MACHINE_ARCH}",
};

static const struct {
	const char *text;
	bool any_name;
} known_families[] = {
	{ "class-", false }, { "libc-", false }, { "pn-", true }, { "sdkarch-", true },
	{ "task-", true }, { "toolchain-", false }, { "tune-", true }, { "virtclass-", false },
};

/* Variables (and functions) that take a package's name. The longer of two that begin alike first. */
static const char *const of_packages[] = {
	"ALLOW_EMPTY", "ALTERNATIVE", "COMPRESS_CMD", "CONFFILES", "CONVERSION_CMD",
	"DEBIANNAME", "DEBIAN_NOAUTONAME", "DESCRIPTION", "EXTRA_IMAGECMD", "FILES", "GROUPADD_PARAM",
	"GROUPMEMS_PARAM", "IMAGE_CMD", "IMAGE_TYPEDEP", "INITSCRIPT_NAME", "INITSCRIPT_PARAMS",
	"INSANE_SKIP", "LICENSE", "PACKAGE_ADD_METADATA", "PKG", "PKGE", "PKGR", "PKGV",
	"PRIVATE_LIBS", "RCONFLICTS", "RDEPENDS", "RPROVIDES", "RRECOMMENDS", "RREPLACES",
	"RSUGGESTS", "SECTION", "SKIP_FILEDEPS", "SUMMARY", "SYSTEMD_AUTO_ENABLE",
	"SYSTEMD_SERVICE_ESCAPED", "SYSTEMD_SERVICE", "USERADD_PARAM", "pkg_postinst_ontarget",
	"pkg_postinst", "pkg_postrm", "pkg_preinst", "pkg_prerm",
};

/* What follows these is a name of something else: how many parts they have. */
static const struct {
	const char *text;
	size_t parts;
} not_overridden[] = {
	{ "BBFILE_PATTERN_", 2 }, { "BBFILE_PATTERN_IGNORE_EMPTY_", 4 }, { "BBFILE_PRIORITY_", 2 },
	{ "LAYERDEPENDS_", 1 }, { "LAYERRECOMMENDS_", 1 }, { "LAYERSERIES_COMPAT_", 2 },
	{ "LAYERVERSION_", 1 }, { "LICENSE_PATH_", 2 }, { "PREFERRED_PROVIDER_", 2 },
	{ "PREFERRED_RPROVIDER_", 2 }, { "PREFERRED_VERSION_", 2 }, { "REQUIRED_VERSION_", 2 },
	{ "SRCREV_", 1 }, { "UBOOT_CONFIG_", 2 }, { "VIRTUAL-RUNTIME_", MOST_PARTS },
};

struct convert *convert_new(struct arena *a) {
	struct convert *c = ARENA_NEW(a, struct convert);
	c->arena = c->overrides.arena = c->guesses.arena = a;
	c->called.arena = c->names.arena = a;
	for (size_t i = 0; i < sizeof known_overrides / sizeof *known_overrides; i++)
		map_add(&c->overrides, atom_of(known_overrides[i]));
	return c;
}

void convert_override(struct convert *c, struct slice name) {
	if (name.n)
		map_add(&c->overrides, atom(name));
}

enum convert_kind convert_kind_of(struct slice path) {
	bool conf = slice_ends(path, ".conf") || slice_ends(path, ".conf.sample");
	if (conf)
		return slice_starts(path, "conf/") || slice_find(path, "/conf/", NULL) ? CONVERT_CONF
			: CONVERT_NONE;
	if (slice_ends(path, ".bb") || slice_ends(path, ".bbappend") || slice_ends(path, ".inc") ||
			slice_ends(path, ".bbclass"))
		return CONVERT_RECIPE;
	return CONVERT_NONE;
}

/* --- names --- */

/* A name in parts: A_b:c has three. cut[i] is where the separator before part i stands. */
struct parts {
	struct slice name;
	size_t cut[MOST_PARTS];
	size_t n;
	bool flip[MOST_PARTS];           /* this separator becomes a colon */
};

/* "${…}" is of one part. */
static bool take_apart(struct slice name, struct parts *p) {
	size_t depth = 0;
	*p = (struct parts){ .name = name, .n = 1 };
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		depth += c == '{';
		depth -= c == '}' && depth > 0;
		if (depth || (c != '_' && c != ':'))
			continue;
		if (p->n == MOST_PARTS)
			return false;
		p->cut[p->n++] = i;
	}
	return true;
}

static struct slice part(const struct parts *p, size_t i) {
	size_t from = i ? p->cut[i] + 1 : 0;
	return slice_sub(p->name, from, i + 1 < p->n ? p->cut[i + 1] : p->name.n);
}

/* Capitals of ${…} do not count: they will be expanded. */
static bool has_capital(struct slice s) {
	size_t depth = 0;
	for (size_t i = 0; i < s.n; i++) {
		depth += s.p[i] == '{';
		depth -= s.p[i] == '}' && depth > 0;
		if (!depth && s.p[i] >= 'A' && s.p[i] <= 'Z')
			return true;
	}
	return false;
}

static bool is_operation(struct slice s) {
	return slice_is(s, "append") || slice_is(s, "prepend") || slice_is(s, "remove");
}

/* The first operation with nothing behind it but conditions; 0: none. */
static size_t operation_in(const struct parts *p) {
	for (size_t i = 1; i < p->n; i++)
		if (is_operation(part(p, i)) && p->cut[i] > 0 &&
				!has_capital(slice_sub(p->name, p->cut[i], p->name.n)))
			return i;
	return 0;
}

static bool is_in(const struct map *set, struct slice s) {
	const struct atom *known = atom_find(s);
	return known && map_get(set, known);
}

/* Of a family all are overrides: its names may have underscores when they are not ours. */
static bool is_of_family(struct slice s) {
	for (size_t i = 0; i < sizeof known_families / sizeof *known_families; i++) {
		const char *family = known_families[i].text;
		if (slice_starts(s, family) && s.n > strlen(family))
			return known_families[i].any_name || !memchr(s.p, '_', s.n);
	}
	return false;
}

static bool is_override(const struct convert *c, struct slice s, bool guess) {
	return is_of_family(s) || is_in(&c->overrides, s) || (guess && is_in(&c->guesses, s));
}

static bool begins_package(struct slice s) {
	return s.n && (s.p[0] == '$' || s.p[0] == '%' || s.p[0] == '{' ||
			(s.p[0] >= 'a' && s.p[0] <= 'z'));
}

/* How much of name is a variable of packages with its underscore; 0: it is none. */
static size_t package_variable(struct slice name) {
	for (size_t i = 0; i < sizeof of_packages / sizeof *of_packages; i++) {
		size_t n = strlen(of_packages[i]);
		if (slice_starts(name, of_packages[i]) && name.n > n
				&& (name.p[n] == '_' || name.p[n] == ':'))
			return name.p[n] == '_' ? n + 1 : 0;
	}
	return 0;
}

/* The first part that may be an override. */
static size_t first_free(struct slice name) {
	for (size_t i = 0; i < sizeof not_overridden / sizeof *not_overridden; i++)
		if (slice_starts(name, not_overridden[i].text))
			return not_overridden[i].parts + 1;
	return 1;
}

static bool is_function_of_tasks(struct slice name) {
	return slice_starts(name, "do_") || slice_starts(name, "pkg_");
}

/* Is a part up to this one an override of today already? */
static bool has_colon(const struct parts *p, size_t i) {
	for (size_t k = 1; k <= i; k++)
		if (p->name.p[p->cut[k]] == ':')
			return true;
	return false;
}

/* Marks what is behind the name proper: of the first `count` parts. */
static void mark_overrides(const struct convert *c, struct parts *p, size_t count) {
	size_t end = count < p->n ? p->cut[count] : p->name.n;
	struct slice name = slice_sub(p->name, 0, end);
	size_t package = package_variable(name), least = first_free(name);
	if (package && begins_package(slice_sub(name, package, name.n)))
		for (size_t i = 1; i < count; i++)
			if (p->cut[i] + 1 == package) {
				p->flip[i] = true;
				least = i + 1;
			}
	if (slice_starts(name, "do_") && least < 2)
		least = 2;
	bool function = !has_capital(part(p, 0));
	if (function && (!is_function_of_tasks(name) || is_in(&c->called, p->name)))
		return;
	/* SRCREV_name belongs to a source of that name, unless only an override is called so. */
	if (slice_starts(name, "SRCREV_") && (slice_find(name, "_class-", NULL) ||
			slice_find(name, "_pn-", NULL)))
		least = 1;
	for (size_t i = count; i-- > least && !has_colon(p, i);)
		/* What is only guessed follows the capitals of the name proper, or another override. */
		if (is_override(c, slice_sub(p->name, p->cut[i] + 1, end), !function &&
				(i + 1 < count || has_capital(part(p, i - 1))))) {
			p->flip[i] = true;
			end = p->cut[i];
		}
}

static void mark_conditions(const struct convert *c, struct parts *p, size_t op) {
	p->flip[op] = true;
	if (op + 1 == p->n)
		return;
	p->flip[op + 1] = true;
	/* A condition may hold underscores of its own when it is known so. */
	if (is_in(&c->overrides, slice_sub(p->name, p->cut[op + 1] + 1, p->name.n)))
		return;
	for (size_t i = op + 2; i < p->n; i++)
		p->flip[i] = true;
}

/* Is name an old one? What is to become a colon is marked. */
static bool mark(const struct convert *c, struct slice name, struct parts *p) {
	bool old = false;
	if (!take_apart(name, p))
		return false;
	size_t op = operation_in(p);
	mark_overrides(c, p, op ? op : p->n);
	if (op)
		mark_conditions(c, p, op);
	for (size_t i = 1; i < p->n; i++)
		old |= p->flip[i] && name.p[p->cut[i]] == '_';
	return old;
}

static void flip(const struct parts *p, char *text) {
	for (size_t i = 1; i < p->n; i++)
		if (p->flip[i])
			text[p->cut[i]] = ':';
}

/* --- what a line holds --- */

static bool is_blank(char c) {
	return c == ' ' || c == '\t' || c == '\r';
}

static bool is_name_char(char c) {
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		(c && strchr("_-+./~:", c));
}

static size_t skip_blanks(struct slice s, size_t at) {
	while (at < s.n && is_blank(s.p[at]))
		at++;
	return at;
}

/* The end of a name, ${…} included. */
static size_t name_end(struct slice s, size_t at) {
	size_t depth = 0;
	for (; at < s.n; at++) {
		if (s.p[at] == '$' && at + 1 < s.n && s.p[at + 1] == '{') {
			depth++;
			at++;
		} else if (depth && s.p[at] == '}') {
			depth--;
		} else if (!is_name_char(s.p[at])) {
			break;
		}
	}
	return at;
}

static size_t skip_word(struct slice s, size_t at, const char *word) {
	size_t n = strlen(word);
	if (!slice_starts(slice_sub(s, at, s.n), word) || at + n >= s.n || !is_blank(s.p[at + n]))
		return at;
	return skip_blanks(s, at + n);
}

/* What is written where: parts of one line. */
struct look {
	struct slice name;               /* of a variable or function */
	struct slice flag;
	size_t value;                    /* where the value begins; s.n: nowhere */
	bool python, function;
};

/* "NAME[flag] = "; the operators :=, ?=, ??=, +=, =+, .=, =. too. */
static bool is_assignment(struct slice s, size_t at, struct look *l) {
	at = skip_word(s, at, "export");
	size_t end = name_end(s, at);
	/* Operators that begin with a character of names. */
	while (end > at && strchr(".+:", s.p[end - 1]) && end < s.n && s.p[end] == '=')
		end--;
	l->name = slice_sub(s, at, end);
	if (end < s.n && s.p[end] == '[') {
		const char *close = memchr(s.p + end, ']', s.n - end);
		if (!close)
			return false;
		size_t to = (size_t)(close - s.p);
		l->flag = slice_sub(s, end + 1, to);
		end = to + 1;
	}
	end = skip_blanks(s, end);
	size_t op = end;
	while (op < s.n && strchr("=?:+.", s.p[op]))
		op++;
	l->value = skip_blanks(s, op);
	return l->name.n && op > end && memchr(s.p + end, '=', op - end) && l->value < s.n &&
		(s.p[l->value] == '"' || s.p[l->value] == '\'');
}

/* "[python|lua|fakeroot] NAME () {" */
static bool is_function(struct slice s, size_t at, struct look *l) {
	for (size_t before = s.n; before != at;) {
		before = at;
		size_t next = skip_word(s, at, "python");
		l->python |= next != at;
		at = skip_word(s, next, "fakeroot");
		next = skip_word(s, at, "lua");
		at = next;
	}
	size_t end = name_end(s, at);
	l->name = slice_sub(s, at, end);
	end = skip_blanks(s, end);
	if (end >= s.n || s.p[end] != '(')
		return false;
	end = skip_blanks(s, end + 1);
	if (end >= s.n || s.p[end] != ')')
		return false;
	end = skip_blanks(s, end + 1);
	l->function = end < s.n && s.p[end] == '{';
	return l->function;
}

/* "unset NAME", "export NAME" */
static bool is_mention(struct slice s, size_t at, struct look *l) {
	size_t from = skip_word(s, at, "unset");
	if (from == at)
		from = skip_word(s, at, "export");
	size_t end = name_end(s, from);
	l->name = slice_sub(s, from, end);
	l->value = s.n;
	return from != at && l->name.n && (skip_blanks(s, end) == s.n || s.p[end] == '[');
}

/* --- the scan --- */

enum where {
	AT_TOP,
	IN_VALUE,                /* a line continues an assignment or a directive */
	IN_SHELL, IN_PYTHON,     /* up to a line that is "}" */
	IN_DEF,                  /* up to a line that is not indented */
};

struct scan {
	const struct convert *c;
	struct convert *learn;           /* names and overrides are taken; NULL: text is converted */
	struct arena *arena;
	struct convert_hits *hits;
	struct slice whole;
	char *out;
	enum convert_kind kind;
	enum where where;
	bool names;                      /* the value lists names of variables ([vardeps]) */
	struct slice overrides;          /* of the value: the variable, when it lists overrides */
	int line;
};

static void add_hit(struct scan *s, struct slice old, struct slice new) {
	struct convert_hits *h = s->hits;
	if (!h)
		return;
	if (h->n == h->cap) {
		h->cap = h->cap ? h->cap * 2 : 16;
		struct convert_hit *v = ARENA_ARRAY(s->arena, struct convert_hit, h->cap);
		if (h->n)
			memcpy(v, h->v, h->n * sizeof *v);
		h->v = v;
	}
	h->v[h->n++] = (struct convert_hit){ s->line, old, new };
}

static void guess(struct convert *c, struct slice s) {
	if (s.n && ((s.p[0] >= 'a' && s.p[0] <= 'z') || (s.p[0] >= '0' && s.p[0] <= '9')) &&
			!has_capital(s) && !memchr(s.p, '$', s.n))
		map_add(&c->guesses, atom(s));
}

static void take_conditions(struct convert *c, const struct parts *p) {
	size_t op = operation_in(p);
	for (size_t i = op + 1; op && i < p->n; i++)
		guess(c, part(p, i));
}

static void take_name(struct scan *s, struct slice name) {
	struct parts p;
	if (s->learn) {
		if (take_apart(name, &p))
			take_conditions(s->learn, &p);
		/* As every override may not be known yet, more names are taken than will be old. */
		map_add(&s->learn->names, atom(name));
		return;
	}
	if (!mark(s->c, name, &p))
		return;
	char *at = s->out + (name.p - s->whole.p);
	flip(&p, at);
	add_hit(s, name, (struct slice){ at, name.n });
}

/* A name that is only mentioned counts when some file sets it, or when it is a package's. */
static void take_mention(struct scan *s, struct slice name) {
	const struct atom *known = atom_find(name);
	size_t package = package_variable(name);
	bool of_package = package && begins_package(slice_sub(name, package, name.n));
	if (!s->learn && (of_package || (known && map_get(&s->c->names, known))))
		take_name(s, name);
}

/* A string of Python that begins with the name of a variable: 'FILES_' + pkg, "RDEPENDS_%s". */
static void take_literal(struct scan *s, struct slice text) {
	size_t package = package_variable(text), end = name_end(text, 0);
	if (s->learn)
		return;
	if (package && package == text.n) {
		char *at = s->out + (text.p - s->whole.p);
		at[package - 1] = ':';
		add_hit(s, text, (struct slice){ at, text.n });
	} else if (package && text.p[package] == '%') {
		take_name(s, slice_sub(text, 0, package + 2));
	} else if (end == text.n && has_capital(text)) {
		take_mention(s, text);
	}
}

static void python(struct scan *s, struct slice code) {
	for (size_t i = 0; i < code.n; i++) {
		char quote = code.p[i];
		if (quote == '#')
			return;
		if (quote != '"' && quote != '\'')
			continue;
		size_t from = ++i;
		while (i < code.n && code.p[i] != quote)
			i += code.p[i] == '\\' && i + 1 < code.n ? 2 : 1;
		take_literal(s, slice_sub(code, from, i < code.n ? i : code.n));
	}
}

/* Where the "${" at `at` is closed. */
static size_t brace_end(struct slice s, size_t at) {
	size_t depth = 0;
	for (; at < s.n; at++) {
		depth += s.p[at] == '{';
		if (s.p[at] == '}' && --depth == 0)
			return at;
	}
	return s.n;
}

static void references(struct scan *s, struct slice text) {
	for (size_t i = 0; i + 2 < text.n; i++) {
		if (text.p[i] != '$' || text.p[i + 1] != '{')
			continue;
		struct slice inner = slice_sub(text, i + 2, brace_end(text, i + 1));
		if (inner.n && inner.p[0] == '@') {
			python(s, inner);
			i += inner.n;
		} else if (name_end(inner, 0) == inner.n) {
			take_mention(s, inner);
		}
	}
}

/* "bf:soc:${X}": what stands between colons and quotes. */
static void learn_overrides(struct convert *c, struct slice text) {
	for (size_t i = 0; i < text.n;) {
		if (text.p[i] == '$' && i + 1 < text.n && text.p[i + 1] == '{') {
			i = brace_end(text, i + 1) + 1;
			continue;
		}
		size_t from = i;
		while (i < text.n && is_name_char(text.p[i]) && text.p[i] != ':')
			i++;
		guess(c, slice_sub(text, from, i));
		i += i == from || (i < text.n && text.p[i] != '$');
	}
}

/* A function that is called by its whole name has no override in it. */
static void learn_words(struct scan *s, struct slice text) {
	for (size_t i = 0; i < text.n; i++) {
		size_t end = i;
		while (end < text.n && is_name_char(text.p[end]))
			end++;
		if (is_function_of_tasks(slice_sub(text, i, end)))
			map_add(&s->learn->called, atom(slice_sub(text, i, end)));
		i = end;
	}
	if (s->overrides.p)
		learn_overrides(s->learn, text);
}

static void value(struct scan *s, struct slice text) {
	struct slice rest = text, word;
	references(s, text);
	while (s->names && slice_word(&rest, &word)) {
		while (word.n && (word.p[0] == '"' || word.p[0] == '\''))
			word = slice_sub(word, 1, word.n);
		word = slice_sub(word, 0, name_end(word, 0));
		take_mention(s, word);
	}
	if (s->learn)
		learn_words(s, text);
}

static bool lists_overrides(struct slice name) {
	return slice_starts(name, "MACHINEOVERRIDES") || slice_starts(name, "DISTROOVERRIDES") ||
		slice_starts(name, "OVERRIDES") || slice_starts(name, "SOC_FAMILY") ||
		slice_is(name, "MACHINE") || slice_is(name, "DISTRO");
}

static bool continues(struct slice line) {
	return line.n && line.p[line.n - 1] == '\\';
}

/* A line of a function that has ended, or the one that ends it. */
static bool body(struct scan *s, struct slice line) {
	bool last = line.n && line.p[0] == '}' && slice_trim(line).n == 1;
	if (s->where == IN_DEF && line.n && !is_blank(line.p[0]) && line.p[0] != '#') {
		s->where = AT_TOP;
		return false;
	}
	if (s->where == IN_SHELL)
		value(s, line);
	else
		python(s, line);
	if (last && s->where != IN_DEF)
		s->where = AT_TOP;
	return true;
}

static void top(struct scan *s, struct slice line) {
	size_t at = 0;
	bool comment = line.n && line.p[0] == '#';
	while (at < line.n && (line.p[at] == '#' || (comment && is_blank(line.p[at]))))
		at++;
	struct look l = { .value = line.n }, f = { .value = line.n };
	s->names = false;
	s->overrides = SLICE_NONE;
	if (s->kind == CONVERT_RECIPE && is_function(line, at, &f)) {
		take_name(s, f.name);
		if (!comment)
			s->where = f.python || !f.name.n ? IN_PYTHON : IN_SHELL;
		return;
	}
	if (s->kind == CONVERT_RECIPE && !comment && slice_starts(line, "def ")) {
		s->where = IN_DEF;
		return;
	}
	if (is_assignment(line, at, &l)) {
		take_name(s, l.name);
		s->names = slice_starts(l.flag, "vardep");
		s->overrides = !comment && lists_overrides(l.name) ? l.name : SLICE_NONE;
		value(s, slice_sub(line, l.value, line.n));
	} else if (!comment && is_mention(line, at, &l)) {
		take_name(s, l.name);
	} else if (!comment) {
		value(s, line);
	}
	if (!comment && continues(line))
		s->where = IN_VALUE;
}

static void one_line(struct scan *s, struct slice line) {
	while (line.n && is_blank(line.p[line.n - 1]))
		line.n--;
	if (s->where == IN_VALUE) {
		value(s, line);
		if (!continues(line))
			s->where = AT_TOP;
		return;
	}
	if (s->where == AT_TOP || !body(s, line))
		top(s, line);
}

static void scan(struct scan *s) {
	struct slice rest = s->whole, line;
	while (s->kind != CONVERT_NONE && slice_field(&rest, '\n', &line)) {
		s->line++;
		one_line(s, line);
	}
}

void convert_learn(struct convert *c, struct slice text, enum convert_kind kind) {
	struct scan s = { .c = c, .learn = c, .arena = c->arena, .whole = text, .kind = kind };
	scan(&s);
}

struct slice convert_text(const struct convert *c, struct arena *a, struct slice text,
		enum convert_kind kind, struct convert_hits *hits) {
	struct slice out = arena_dup(a, text);
	struct scan s = { .c = c, .arena = a, .hits = hits, .whole = text, .kind = kind };
	s.out = arena_str(a, out);
	scan(&s);
	return (struct slice){ s.out, text.n };
}
