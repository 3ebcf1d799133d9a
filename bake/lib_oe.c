/* oe.utils, oe.types, oe.path: what OpenEmbedded's own metadata calls from expressions. Anything
 * rarer can be written in Lua in classes/lib/oe/. */
#include "lib.h"

#include "data.h"
#include "library.h"
#include "map.h"
#include "os.h"
#include "proc.h"
#include "version.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool variable_of(struct call *c, size_t name, size_t d, struct slice *value) {
	*value = SLICE("");
	return data_get(call_data(c, d), atom(call_text(c, name)), value);
}

/* --- choices --- */

static struct value ifelse(struct call *c) {
	bool yes = value_truth(call_value(c, 0));
	if (c->args <= (yes ? 1u : 2u))
		return value_bool(yes);
	return call_value(c, yes ? 1 : 2);
}

static struct value conditional(struct call *c) {
	struct slice value;
	bool set = variable_of(c, 0, 4, &value);
	return call_value(c,
			value_equal(set ? value_text(value) : VALUE_NIL, call_value(c, 1)) ? 2 : 3);
}

static bool boolean_of(struct call *c, struct value v) {
	static const char *const yes[] = { "yes", "y", "true", "t", "1", NULL };
	static const char *const no[] = { "no", "n", "false", "f", "0", NULL };
	if (v.kind == VALUE_NONE || v.kind == VALUE_BOOL)
		return value_truth(v);
	if (v.kind != VALUE_TEXT)
		call_fail(c, "needs a text, not %s", value_type(v));
	const char *text = arena_str(c->arena, v.text);
	for (int i = 0; yes[i]; i++) {
		if (strcasecmp(text, yes[i]) == 0)
			return true;
		if (strcasecmp(text, no[i]) == 0)
			return false;
	}
	call_fail(c, "not a truth value: '%s'", text);
}

static struct value boolean(struct call *c) {
	return value_bool(boolean_of(c, call_value(c, 0)));
}

static struct value vartrue(struct call *c) {
	struct slice value;
	bool set = variable_of(c, 0, 3, &value);
	return call_value(c, boolean_of(c, set ? value_text(value) : VALUE_NIL) ? 1 : 2);
}

static double number(struct call *c, struct slice text) {
	char *end, *digits = arena_str(c->arena, slice_trim(text));
	double n = strtod(digits, &end);
	if (!*digits || *end)
		call_fail(c, "not a number: '%s'", digits);
	return n;
}

static struct value less_or_equal(struct call *c) {
	struct slice value;
	variable_of(c, 0, 4, &value);
	struct slice limit = value_str(c->arena, call_value(c, 1));
	return call_value(c, number(c, value) <= number(c, limit) ? 2 : 3);
}

static struct value version_less_or_equal(struct call *c) {
	struct slice value;
	variable_of(c, 0, 4, &value);
	return call_value(c, version_compare(value, call_text(c, 1)) <= 0 ? 2 : 3);
}

/* --- words --- */

static void words_of(struct call *c, size_t name, size_t d, struct slices *words) {
	struct slice value;
	variable_of(c, name, d, &value);
	slices_words(c->arena, words, value);
}

static struct value both_contain(struct call *c) {
	struct slices one = {0}, two = {0}, asked = {0};
	words_of(c, 0, 3, &one);
	words_of(c, 1, 3, &two);
	call_words(c, 2, &asked);
	for (size_t i = 0; i < asked.n; i++)
		if (!slices_has(&one, asked.v[i]) || !slices_has(&two, asked.v[i]))
			return value_text(SLICE(""));
	return value_text(slices_join(c->arena, &asked, " "));
}

/* The words of `one` that are (or are not) in `two`, sorted, each once. */
static struct value pick(
		struct call *c, const struct slices *one, const struct slices *two, bool in) {
	struct slices made = {0};
	for (size_t i = 0; i < one->n; i++)
		if (slices_has(two, one->v[i]) == in && !slices_has(&made, one->v[i]))
			slices_add(c->arena, &made, one->v[i]);
	slices_sort(&made);
	return value_text(slices_join(c->arena, &made, " "));
}

static struct value set_intersect(struct call *c) {
	struct slices one = {0}, two = {0};
	words_of(c, 0, 2, &one);
	words_of(c, 1, 2, &two);
	return pick(c, &one, &two, true);
}

static struct value difference(
		struct call *c, struct data *d, const struct atom *a, const struct atom *b) {
	struct slice x = SLICE(""), y = SLICE("");
	data_get(d, a, &x);
	data_get(d, b, &y);
	if (!y.n)
		return value_text(x);
	struct slices one = {0}, two = {0};
	slices_words(c->arena, &one, x);
	slices_words(c->arena, &two, y);
	if (slices_has(&two, SLICE("*")))
		return value_text(SLICE(""));
	return pick(c, &one, &two, false);
}

static struct value set_difference(struct call *c) {
	return difference(c, call_data(c, 2), atom(call_text(c, 0)), atom(call_text(c, 1)));
}

static struct value filter_default_features(struct call *c) {
	struct slice name = call_text(c, 0);
	return difference(c, call_data(c, 1),
			atom(arena_printf(c->arena, SFMT "_DEFAULTS", SARG(name))),
			atom(arena_printf(c->arena, SFMT "_OPTED_OUT", SARG(name))));
}

/* class_filter_features(defaults, features variable, filter variable, d): features and those
 * defaults that the filter variable names. */
static struct value class_filter_features(struct call *c) {
	struct slices made = {0}, defaults = {0}, allowed = {0}, none = {0};
	words_of(c, 1, 3, &made);
	slices_words(c->arena, &defaults, call_text(c, 0));
	words_of(c, 2, 3, &allowed);
	for (size_t i = 0; i < defaults.n; i++)
		if (slices_has(&allowed, defaults.v[i]))
			slices_add(c->arena, &made, defaults.v[i]);
	return pick(c, &made, &none, false);
}

static struct value prune_suffix(struct call *c) {
	struct slice name = call_text(c, 0), prefix = SLICE("");
	struct slices suffixes = {0};
	call_words(c, 1, &suffixes);
	for (size_t i = 0; i < suffixes.n; i++)
		if (suffixes.v[i].n && slice_ends(name, arena_str(c->arena, suffixes.v[i])))
			name = slice_sub(name, 0, name.n - suffixes.v[i].n);
	data_get(call_data(c, 2), atom_of("MLPREFIX"), &prefix);
	if (prefix.n && slice_starts(name, arena_str(c->arena, prefix)))
		name = slice_sub(name, prefix.n, name.n);
	return value_text(name);
}

static struct value build_depends_string(struct call *c) {
	struct slice rest = call_text_or(c, 0, SLICE("")), task = call_text(c, 1), word;
	struct slices made = {0};
	while (slice_word(&rest, &word))
		slices_add(c->arena, &made,
				arena_printf(c->arena, SFMT ":" SFMT, SARG(word), SARG(task)));
	return value_text(slices_join(c->arena, &made, " "));
}

static struct value trim_version(struct call *c) {
	struct slice version = call_text(c, 0), rest = version, part;
	struct value parts = call_value(c, 1);
	call_named(c, "num_parts", &parts);
	int64_t keep = parts.kind == VALUE_INT ? parts.integer : 2;
	if (keep < 1)
		call_fail(c, "cannot keep %lld parts", (long long)keep);
	size_t end = 0;
	for (int64_t i = 0; i < keep && slice_field(&rest, '.', &part); i++)
		end = (size_t)(part.p - version.p) + part.n;
	return value_text(slice_sub(version, 0, end));
}

/* --- -j --- */

/* The number behind -j in PARALLEL_MAKE or PARALLEL_MAKEINST; None when there is none. */
static struct value jobs_of(struct call *c, struct data *d, bool install) {
	struct slice rest = data_text(d, install ? "PARALLEL_MAKEINST" : "PARALLEL_MAKE"), word;
	while (slice_word(&rest, &word)) {
		if (!slice_starts(word, "-j"))
			continue;
		struct slice digits = slice_sub(word, 2, word.n);
		if (!digits.n && !slice_word(&rest, &digits))
			break;
		return value_int((int64_t)number(c, digits));
	}
	return VALUE_NIL;
}

static struct value parallel_make(struct call *c) {
	struct value install = call_value(c, 1);
	call_named(c, "makeinst", &install);
	struct value jobs = jobs_of(c, call_data(c, 0), value_truth(install));
	return jobs.kind ? jobs : value_text(SLICE(""));
}

static struct value parallel_make_argument(struct call *c) {
	struct value limit = call_value(c, 2), install = call_value(c, 3);
	call_named(c, "limit", &limit);
	call_named(c, "makeinst", &install);
	struct value jobs = jobs_of(c, call_data(c, 0), value_truth(install));
	if (!value_truth(jobs))
		return value_text(SLICE(""));
	if (limit.kind == VALUE_INT && limit.integer && limit.integer < jobs.integer)
		jobs = limit;
	struct slice pattern = call_text(c, 1);
	size_t at;
	if (!slice_find(pattern, "%d", &at))
		call_fail(c, "no %%d in '" SFMT "'", SARG(pattern));
	return value_text(arena_printf(c->arena, SFMT "%lld" SFMT, SARG(slice_sub(pattern, 0, at)),
			(long long)jobs.integer, SARG(slice_sub(pattern, at + 2, pattern.n))));
}

static struct value cpu_count(struct call *c) {
	cpu_set_t set;
	struct value least = call_value(c, 0), most = call_value(c, 1);
	call_named(c, "at_least", &least);
	call_named(c, "at_most", &most);
	int64_t n = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
	int64_t low = least.kind == VALUE_INT ? least.integer : 1,
		high = most.kind == VALUE_INT ? most.integer : 64;
	n = n > high ? high : n;
	return value_int(n < low ? low : n);
}

/* --- files and paths --- */

static struct value read_file(struct call *c) {
	struct slice text;
	if (os_read(c->arena, call_path(c, 0), &text) != 0)
		return value_text(SLICE(""));
	return value_text(slice_trim(text));
}

/* oe.path.join: "/" means what it means in the middle of a path, not "start again". */
static struct value path_join(struct call *c) {
	struct buf b = { .arena = c->arena };
	for (size_t i = 0; i < c->args; i++) {
		if (i)
			buf_addc(&b, '/');
		buf_add(&b, call_text(c, i));
	}
	struct value joined = value_text(buf_slice(&b));
	struct call norm = *c;
	norm.arg = &joined;
	norm.args = 1;
	return library_find(atom_of("os.path.normpath"))(&norm);
}

static struct value path_relative(struct call *c) {
	struct value swapped[2] = { call_value(c, 1), call_value(c, 0) };
	struct call relpath = *c;
	relpath.arg = swapped;
	relpath.args = 2;
	return library_find(atom_of("os.path.relpath"))(&relpath);
}

/* Every path of a comma-separated list made absolute, those with unexpanded variables left alone.
 * */
static struct value path_canonicalize(struct call *c) {
	struct slice sep = call_text_or(c, 1, SLICE(",")), rest = call_text(c, 0), path;
	struct slices made = {0};
	while (slice_field(&rest, sep.n ? sep.p[0] : ',', &path)) {
		bool open = slice_find(path, "${", NULL), slash = slice_ends(path, "/");
		char *real = path.n && !open ? os_realpath(c->arena, arena_str(c->arena, path))
						: NULL;
		if (!path.n)
			continue;
		const char *text = real ? real : arena_str(c->arena, path);
		slices_add(c->arena, &made, arena_printf(c->arena, "%s%s", text,
				slash && !slice_ends(slice_of(text), "/") ? "/" : ""));
	}
	return value_text(slices_join(c->arena, &made, ","));
}

/* --- types --- */

static struct value types_integer(struct call *c) {
	char *end, *text = arena_str(c->arena, slice_trim(call_text(c, 0)));
	bool text_base = call_value(c, 1).kind == VALUE_TEXT;
	int base = text_base ? (int)number(c, call_text(c, 1)) : (int)call_int_or(c, 1, 10);
	if (base < 2 || base > 36)
		call_fail(c, "the base must be 2 to 36");
	long long n = strtoll(text, &end, base);
	if (!*text || *end)
		call_fail(c, "not a number of base %d: '%s'", base, text);
	return value_int(n);
}

static struct value types_list(struct call *c) {
	struct slices words = {0};
	struct slice text = call_text_or(c, 0, SLICE("")), sep = call_text_or(c, 1, SLICE_NONE),
			field;
	if (!sep.n)
		slices_words(c->arena, &words, text);
	while (sep.n && slice_field(&text, sep.p[0], &field))
		slices_add(c->arena, &words, field);
	return value_words(c->arena, &words);
}

/* oe.data.typed_value(NAME, d): the value as [type] says; only plain types are known. */
static struct value typed_value(struct call *c) {
	struct slice value = SLICE(""), type = SLICE("");
	struct data *d = call_data(c, 1);
	const struct atom *name = atom(call_text(c, 0));
	bool set = data_get(d, name, &value);
	data_get_flag(d, name, atom_of("type"), true, &type);
	if (slice_is(type, "boolean"))
		return value_bool(boolean_of(c, set ? value_text(value) : VALUE_NIL));
	if (slice_is(type, "integer"))
		return value_int((int64_t)number(c, value));
	if (!slice_is(type, "list"))
		return value_text(value);
	struct slices words = {0};
	slices_words(c->arena, &words, value);
	return value_words(c->arena, &words);
}

/* --- overrides, variants and multilib --- */

/* FILESPATH: every directory below every override of FILESOVERRIDES, the last override first. */
static struct value base_set_filespath(struct call *c) {
	struct slices dirs = {0}, overrides = {0}, made = {0};
	struct data *d = call_data(c, 1);
	struct slice rest = data_text(d, "FILESEXTRAPATHS"), field;
	while (slice_field(&rest, ':', &field))
		if (!slice_is(field, "__default") && field.n)
			slices_add(c->arena, &dirs, field);
	call_words(c, 0, &dirs);
	slices_add(c->arena, &overrides, SLICE(""));
	rest = data_text(d, "FILESOVERRIDES");
	while (slice_field(&rest, ':', &field))
		slices_add(c->arena, &overrides, field);
	for (size_t i = overrides.n; i-- > 0;)
		for (size_t k = 0; k < dirs.n; k++)
			if (dirs.v[k].n)
				slices_add(c->arena, &made,
						arena_printf(c->arena, SFMT "%s" SFMT,
								SARG(dirs.v[k]),
								slice_ends(dirs.v[k], "/") ? ""
												: "/",
								SARG(overrides.v[i])));
	return value_text(slices_join(c->arena, &made, ":"));
}

/* The second parts of the words "KIND:NAME" of a variable. */
static struct value extend_variants(struct call *c) {
	struct slices made = {0};
	struct slice whole = data_text(call_data(c, 0), call_path(c, 1)), word;
	struct slice kind = call_text(c, 2), delimiter = call_text_or(c, 3, SLICE(":"));
	while (slice_word(&whole, &word)) {
		struct slice first, second;
		bool two = slice_field(&word, delimiter.n ? delimiter.p[0] : ':', &first)
				&& slice_field(&word, delimiter.n ? delimiter.p[0] : ':', &second);
		if (two && slice_eq(first, kind))
			slices_add(c->arena, &made, second);
	}
	return value_text(slices_join(c->arena, &made, " "));
}

static struct value multilib_pkg_extend(struct call *c) {
	struct slices made = {0};
	struct slice package = call_text(c, 1),
			rest = data_text(call_data(c, 0), "MULTILIB_VARIANTS"), variant;
	slices_add(c->arena, &made, package);
	while (slice_word(&rest, &variant))
		slices_add(c->arena, &made,
				arena_printf(c->arena, SFMT "-" SFMT, SARG(variant),
						SARG(package)));
	return value_text(slices_join(c->arena, &made, " "));
}

/* The store as the multilib variant sees it. */
static struct data *multilib_store(struct call *c, struct data *d, struct slice variant) {
	struct data *copy = data_copy(d);
	struct slice tune;
	struct slice name = arena_printf(data_arena(d), "virtclass-multilib-" SFMT, SARG(variant));
	if (data_get(d, atom(arena_printf(c->arena, "DEFAULTTUNE:" SFMT, SARG(name))), &tune))
		data_set(copy, atom_of("DEFAULTTUNE"), tune);
	data_set(copy, atom_of("OVERRIDES"), arena_printf(data_arena(d), SFMT ":" SFMT,
			SARG(data_text(d, "OVERRIDES")), SARG(name)));
	data_set(copy, atom_of("MLPREFIX"), arena_printf(data_arena(d), SFMT "-", SARG(variant)));
	return copy;
}

/* all_multilib_tune_values(d, var, unique, need_split, delim): the values of every multilib and
 * of d. */
static struct value all_multilib_tune_values(struct call *c) {
	struct slices values = {0}, made = {0};
	struct data *d = call_data(c, 0);
	struct slice rest = data_text(d, "MULTILIB_VARIANTS"), variant,
			delimiter = call_text_or(c, 4, SLICE(" "));
	const char *name = call_path(c, 1);
	bool unique = call_truth_or(c, 2, true), split = call_truth_or(c, 3, true);
	while (slice_word(&rest, &variant))
		slices_add(c->arena, &values, data_text(multilib_store(c, d, variant), name));
	slices_add(c->arena, &values, data_text(d, name));
	for (size_t i = 0; i < values.n; i++) {
		struct slice value = values.v[i], item = value;
		while (value.n
				&& (!split
						|| slice_field(&value,
								delimiter.n ? delimiter.p[0] : ' ',
								&item))) {
			if (!unique || !slices_has(&made, item))
				slices_add(c->arena, &made, item);
			if (!split)
				break;
		}
	}
	return value_text(slices_join(c->arena, &made, " "));
}

/* oe.utils.inherits(d, class, …): any of them? */
static struct value inherits(struct call *c) {
	library_fn *one = library_find(atom_of("bb.data.inherits_class"));
	for (size_t i = 1; one && i < c->args; i++) {
		struct value swapped[2] = { c->arg[i], c->arg[0] };
		struct call ask = *c;
		ask.arg = swapped;
		ask.args = 2;
		if (value_truth(one(&ask)))
			return value_bool(true);
	}
	return value_bool(false);
}

/* --- the layer's own git: what `git rev-parse` says in ${COREBASE}/meta --- */

static struct value rev_parse(struct call *c, const char *option) {
	struct slice dir = os_path(c->arena, data_text(call_data(c, 0), "COREBASE"), SLICE("meta")),
			out;
	const char *const argv[] = { "git", "-C", dir.p, "rev-parse", option ? option : "HEAD",
		option ? "HEAD" : NULL, NULL };
	int status;
	if (!os_is_dir(dir.p)
			|| proc_capture(c->arena,
						&(struct proc_command){ .argv = argv, .errors = true },
						&out, &status)
					!= 0
			|| status != 0)
		return value_text(SLICE("<unknown>"));
	return value_text(slice_trim(out));
}

static struct value detect_branch(struct call *c) {
	return rev_parse(c, "--abbrev-ref");
}

static struct value detect_revision(struct call *c) {
	return rev_parse(c, NULL);
}

static const struct library_entry table[] = {
	{ "oe.buildcfg.detect_branch", detect_branch },
	{ "oe.buildcfg.detect_revision", detect_revision },
	{ "oe.utils.ifelse", ifelse },
	{ "oe.utils.conditional", conditional },
	{ "oe.utils.vartrue", vartrue },
	{ "oe.utils.less_or_equal", less_or_equal },
	{ "oe.utils.version_less_or_equal", version_less_or_equal },
	{ "oe.utils.both_contain", both_contain },
	{ "oe.utils.set_intersect", set_intersect },
	{ "oe.utils.set_difference", set_difference },
	{ "oe.utils.filter_default_features", filter_default_features },
	{ "oe.utils.class_filter_features", class_filter_features },
	{ "oe.utils.prune_suffix", prune_suffix },
	{ "oe.utils.build_depends_string", build_depends_string },
	{ "oe.utils.trim_version", trim_version },
	{ "oe.utils.parallel_make", parallel_make },
	{ "oe.utils.parallel_make_argument", parallel_make_argument },
	{ "oe.utils.base_set_filespath", base_set_filespath },
	{ "oe.utils.extend_variants", extend_variants },
	{ "oe.utils.multilib_pkg_extend", multilib_pkg_extend },
	{ "oe.utils.all_multilib_tune_values", all_multilib_tune_values },
	{ "oe.utils.inherits", inherits },
	{ "oe.utils.cpu_count", cpu_count },
	{ "oe.utils.read_file", read_file },
	{ "oe.path.join", path_join },
	{ "oe.path.relative", path_relative },
	{ "oe.path.canonicalize", path_canonicalize },
	{ "oe.types.boolean", boolean },
	{ "oe.types.integer", types_integer },
	{ "oe.types.list", types_list },
	{ "oe.data.typed_value", typed_value },
	{ NULL, NULL },
};

void lib_oe(void) {
	library_add_all(table);
}
