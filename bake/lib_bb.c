/* bb.utils and the other functions of BitBake's own modules, with BitBake's results. */
#include "lib.h"

#include "data.h"
#include "hash.h"
#include "library.h"
#include "map.h"
#include "os.h"
#include "version.h"
#include "witness.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* --- words of variables: by far the most called, so nothing is allocated --- */

static bool has_word(struct slice text, struct slice wanted) {
	struct slice word;
	while (slice_word(&text, &word))
		if (slice_eq(word, wanted))
			return true;
	return false;
}

/* Expanded text of the variable argument 0 names. */
static struct slice variable(struct call *c) {
	struct slice value = SLICE("");
	data_get(call_data(c, 4), atom(call_text(c, 0)), &value);
	return value;
}

/* Does `text` hold all (or any) of the words of argument 1? */
static bool holds(struct call *c, struct slice text, bool all) {
	struct slice rest, word;
	struct value asked = call_value(c, 1);
	if (asked.kind == VALUE_TEXT) {
		for (rest = asked.text; slice_word(&rest, &word);)
			if (has_word(text, word) != all)
				return !all;
		return all;
	}
	struct slices words = {0};
	call_words(c, 1, &words);
	for (size_t i = 0; i < words.n; i++)
		if (has_word(text, words.v[i]) != all)
			return !all;
	return all;
}

static struct value contains(struct call *c) {
	struct slice text = variable(c);
	return call_value(c, text.n && holds(c, text, true) ? 2 : 3);
}

static struct value contains_any(struct call *c) {
	struct slice text = variable(c);
	return call_value(c, text.n && holds(c, text, false) ? 2 : 3);
}

/* The asked words that text has, sorted, each once. */
static struct value filter_words(struct call *c, struct slice text) {
	struct slices asked = {0}, found = {0};
	call_words(c, 1, &asked);
	for (size_t i = 0; i < asked.n; i++)
		if (has_word(text, asked.v[i]) && !slices_has(&found, asked.v[i]))
			slices_add(c->arena, &found, asked.v[i]);
	slices_sort(&found);
	return value_text(slices_join(c->arena, &found, " "));
}

static struct value filter(struct call *c) {
	struct slice text = SLICE("");
	data_get(call_data(c, 2), atom(call_text(c, 0)), &text);
	return filter_words(c, text);
}

static struct value filter_string(struct call *c) {
	return filter_words(c, call_text_or(c, 0, SLICE("")));
}

static struct value to_boolean(struct call *c) {
	static const char *const yes[] = { "y", "yes", "1", "true", NULL };
	static const char *const no[] = { "n", "no", "0", "false", NULL };
	struct value v = call_value(c, 0);
	if (!value_truth(v))
		return call_value(c, 1);
	if (v.kind != VALUE_TEXT)
		return value_bool(true);
	const char *text = arena_str(c->arena, v.text);
	for (int i = 0; yes[i]; i++) {
		if (strcasecmp(text, yes[i]) == 0)
			return value_bool(true);
		if (strcasecmp(text, no[i]) == 0)
			return value_bool(false);
	}
	call_fail(c, "not a truth value: '%s'", text);
}

/* --- lists of dependencies: "name (>= 1.0) name" --- */

static struct value explode_deps(struct call *c) {
	struct slice rest = call_text_or(c, 0, SLICE("")), word;
	struct value made = value_new(c->arena, VALUE_LIST);
	bool version = false;
	while (slice_word(&rest, &word)) {
		version |= word.p[0] == '(';
		if (!version)
			value_push(c->arena, &made, value_text(word));
		version &= !slice_ends(word, ")");
	}
	return made;
}

/* Cuts the comparison off the start of word; raises when there is none. */
static struct slice take_comparison(struct call *c, struct slice *word) {
	static const char *const signs[]
			= { "<=", "=<", "<<", "==", "!=", ">=", "=>", ">>", "<", ">", "=" };
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
		if (slice_starts(*word, signs[i])) {
			size_t n = strlen(signs[i]);
			struct slice sign = slice_sub(*word, 0, n);
			*word = slice_sub(*word, n, word->n);
			return sign;
		}
	call_fail(c, "no comparison in '(" SFMT "'", SARG(*word));
}

struct dependency_reader {
	struct call *call;
	struct value made;               /* name → list of "OP VERSION" */
	struct value name;
	struct slice sign;
	struct buf version;
	bool open;                       /* inside brackets */
};

static void add_version(struct dependency_reader *r) {
	struct value list;
	if (!r->version.n || !value_lookup(&r->made, r->name, &list))
		return;
	struct slice text = arena_printf(
			r->call->arena, SFMT " " SFMT, SARG(r->sign), SARG(buf_slice(&r->version)));
	value_push(r->call->arena, &list, value_text(text));
}

static void read_version_word(struct dependency_reader *r, struct slice word) {
	if (!r->sign.p) {
		if (word.n && word.p[0] == '(')
			word = slice_sub(word, 1, word.n);
		if (!word.n)
			return;
		r->sign = take_comparison(r->call, &word);
	}
	bool closes = slice_ends(word, ")");
	word = slice_sub(word, 0, word.n - closes);
	if (r->version.n && word.n)
		buf_addc(&r->version, ' ');
	buf_add(&r->version, word);
	if (closes) {
		add_version(r);
		r->open = false;
	}
}

static struct value explode_versions(struct call *c, struct slice text) {
	struct dependency_reader r = { .call = c, .made = value_new(c->arena, VALUE_DICT) };
	struct slice word;
	while (slice_word(&text, &word)) {
		while (slice_ends(word, ","))
			word = slice_sub(word, 0, word.n - 1);
		if (!word.n)
			continue;
		if (word.p[0] == '(') {
			r.open = true;
			r.sign = SLICE_NONE;
			r.version = (struct buf){ .arena = c->arena };
		}
		if (r.open) {
			read_version_word(&r, word);
			continue;
		}
		struct value known;
		r.name = value_text(word);
		if (!value_lookup(&r.made, r.name, &known))
			value_put(c->arena, &r.made, r.name, value_new(c->arena, VALUE_LIST));
	}
	return r.made;
}

/* By name, in byte order. */
static struct value sort_dict(struct call *c, struct value dict) {
	struct value made = value_new(c->arena, VALUE_DICT), item;
	struct slices names = {0};
	for (size_t i = 0; i < dict.dict->n; i++)
		slices_add(c->arena, &names, dict.dict->key[i].text);
	slices_sort(&names);
	for (size_t i = 0; i < names.n; i++)
		if (value_lookup(&dict, value_text(names.v[i]), &item))
			value_put(c->arena, &made, value_text(names.v[i]), item);
	return made;
}

static struct value explode_dep_versions2(struct call *c) {
	struct value sort = value_bool(true),
			made = explode_versions(c, call_text_or(c, 0, SLICE("")));
	call_named(c, "sort", &sort);
	return value_truth(sort) ? sort_dict(c, made) : made;
}

static struct value explode_dep_versions(struct call *c) {
	struct value made = sort_dict(c, explode_versions(c, call_text_or(c, 0, SLICE(""))));
	for (size_t i = 0; i < made.dict->n; i++) {
		struct value_list *versions = made.dict->value[i].list;
		made.dict->value[i] = versions->n ? versions->v[0] : VALUE_NIL;
	}
	return made;
}

static struct value join_deps(struct call *c) {
	struct value deps = call_value(c, 0);
	if (deps.kind != VALUE_DICT)
		call_fail(c, "argument 1 must map names to versions");
	struct slices made = {0};
	for (size_t i = 0; i < deps.dict->n; i++) {
		struct slice name = value_str(c->arena, deps.dict->key[i]);
		struct value v = deps.dict->value[i];
		if (!value_truth(v)) {
			slices_add(c->arena, &made, name);
			continue;
		}
		struct value one = value_new(c->arena, VALUE_LIST);
		value_push(c->arena, &one, v);
		struct value_list *versions = v.kind == VALUE_LIST ? v.list : one.list;
		for (size_t k = 0; k < versions->n; k++)
			slices_add(c->arena, &made,
					arena_printf(c->arena, SFMT " (" SFMT ")", SARG(name),
							SARG(value_str(c->arena, versions->v[k]))));
	}
	return value_text(slices_join(c->arena, &made, call_truth_or(c, 1, true) ? ", " : " "));
}

/* --- versions --- */

static struct value vercmp_string(struct call *c) {
	int order = version_compare(call_text(c, 0), call_text(c, 1));
	return value_int(order < 0 ? -1 : order > 0);
}

static struct value vercmp_string_op(struct call *c) {
	int order = version_compare(call_text(c, 0), call_text(c, 1));
	struct slice op = call_text(c, 2);
	if (slice_is(op, "=") || slice_is(op, "=="))
		return value_bool(order == 0);
	if (slice_is(op, "!="))
		return value_bool(order != 0);
	if (slice_is(op, "<="))
		return value_bool(order <= 0);
	if (slice_is(op, ">="))
		return value_bool(order >= 0);
	if (slice_is(op, "<") || slice_is(op, "<<"))
		return value_bool(order < 0);
	if (slice_is(op, ">") || slice_is(op, ">>"))
		return value_bool(order > 0);
	call_fail(c, "unknown comparison '" SFMT "'", SARG(op));
}

/* --- files --- */

static struct value which(struct call *c) {
	struct slice rest = call_text_or(c, 0, SLICE("")), item = call_text(c, 1), dir;
	while (slice_field(&rest, ':', &dir)) {
		struct slice path = os_path(c->arena, dir, item);
		witness_existence(path.p);
		if (access(path.p, F_OK) == 0)
			return value_text(path);
	}
	return value_text(SLICE(""));
}

static struct value mkdirhier(struct call *c) {
	const char *path = call_path(c, 0);
	if (strstr(path, "${"))
		call_fail(c, "%s: holds an unexpanded variable", path);
	if (os_mkdirs(path) != 0)
		call_fail(c, "%s: %s", path, strerror(errno));
	return VALUE_NIL;
}

/* Removes what the pattern matches; directories only with recurse. */
static struct value remove_path(struct call *c) {
	witness_unsteady();
	struct value recurse = call_value(c, 1);
	call_named(c, "recurse", &recurse);
	struct slices paths = {0};
	os_glob(c->arena, call_path(c, 0), &paths);
	for (size_t i = 0; i < paths.n; i++) {
		const char *path = paths.v[i].p;
		if (slice_is(paths.v[i], "/") || !paths.v[i].n)
			call_fail(c, "refuses to remove %s", path);
		if (value_truth(recurse) ? os_remove(path) : unlink(path))
			call_fail(c, "%s: %s", path, strerror(errno));
	}
	return VALUE_NIL;
}

static struct value copyfile(struct call *c) {
	if (os_copy_file(call_path(c, 0), call_path(c, 1)) != 0)
		call_fail(c, "%s: %s", call_path(c, 0), strerror(errno));
	return value_bool(true);
}

static struct value movefile(struct call *c) {
	witness_unsteady();
	const char *from = call_path(c, 0), *to = call_path(c, 1);
	if (rename(from, to) == 0)
		return value_bool(true);
	if (errno != EXDEV || os_copy_file(from, to) != 0 || unlink(from) != 0)
		call_fail(c, "%s to %s: %s", from, to, strerror(errno));
	return value_bool(true);
}

static struct value digest(struct call *c, enum hash_kind kind) {
	char hex[HASH_HEX];
	const char *path = call_path(c, 0);
	if (hash_file(kind, path, hex) != 0)
		call_fail(c, "%s: %s", path, strerror(errno));
	return value_text(arena_dup(c->arena, slice_of(hex)));
}

static struct value sha256_file(struct call *c) {
	return digest(c, HASH_SHA256);
}

static struct value sha1_file(struct call *c) {
	return digest(c, HASH_SHA1);
}

static struct value md5_file(struct call *c) {
	return digest(c, HASH_MD5);
}

static struct value sha512_file(struct call *c) {
	return digest(c, HASH_SHA512);
}

static struct value cpu_count(struct call *c) {
	cpu_set_t set;
	(void)c;
	return value_int(sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1);
}

static struct value prune_suffix(struct call *c) {
	struct slice text = call_text(c, 0);
	struct slices suffixes = {0};
	call_words(c, 1, &suffixes);
	for (size_t i = 0; i < suffixes.n; i++)
		if (suffixes.v[i].n && slice_ends(text, arena_str(c->arena, suffixes.v[i])))
			return value_text(slice_sub(text, 0, text.n - suffixes.v[i].n));
	return value_text(text);
}

/* --- names of recipe files: PN_PV_PR.bb --- */

static struct value vars_from_file(struct call *c) {
	struct value made = value_new(c->arena, VALUE_LIST);
	struct slice name = os_basename(call_text_or(c, 0, SLICE(""))), part;
	if (slice_ends(name, ".bb"))
		name.n -= 3;
	else if (slice_ends(name, ".bbappend"))
		name.n -= 9;
	else
		name.n = 0;                  /* no recipe: nothing is known */
	while (name.n && slice_field(&name, '_', &part))
		value_push(c->arena, &made, value_text(part));
	if (made.list->n > 3)
		call_fail(c, "'" SFMT "' is not NAME_VERSION_REVISION", SARG(call_text(c, 0)));
	while (made.list->n < 3)
		value_push(c->arena, &made, VALUE_NIL);
	return made;
}

/* --- messages --- */

/* Lua and Python print several values with blanks between them. */
static struct slice message_text(struct call *c) {
	struct buf b = { .arena = c->arena };
	size_t first = c->args && c->arg[0].kind == VALUE_INT ? 1 : 0;       /* bb.debug(1, …) */
	for (size_t i = c->args > 1 ? first : 0; i < c->args; i++) {
		if (b.n)
			buf_addc(&b, ' ');
		buf_add(&b, value_str(c->arena, c->arg[i]));
	}
	return buf_slice(&b);
}

static struct value say(struct call *c, enum message_level level) {
	message(level, SFMT, SARG(message_text(c)));
	return VALUE_NIL;
}

static struct value bb_note(struct call *c) {
	return say(c, MESSAGE_NOTE);
}

static struct value bb_warn(struct call *c) {
	return say(c, MESSAGE_WARN);
}

static struct value bb_error(struct call *c) {
	return say(c, MESSAGE_ERROR);
}

static struct value bb_debug(struct call *c) {
	return say(c, MESSAGE_DEBUG);
}

static struct value bb_plain(struct call *c) {
	struct slice text = message_text(c);
	printf(SFMT "\n", SARG(text));
	fflush(stdout);
	return VALUE_NIL;
}

static struct value bb_fatal(struct call *c) {
	raise_error(SFMT, SARG(message_text(c)));
}

static const struct library_entry table[] = {
	{ "bb.utils.contains", contains },
	{ "base_contains", contains },
	{ "bb.utils.contains_any", contains_any },
	{ "bb.utils.filter", filter },
	{ "bb.utils.filter_string", filter_string },
	{ "bb.utils.to_boolean", to_boolean },
	{ "bb.utils.explode_deps", explode_deps },
	{ "bb.utils.explode_dep_versions", explode_dep_versions },
	{ "bb.utils.explode_dep_versions2", explode_dep_versions2 },
	{ "bb.utils.join_deps", join_deps },
	{ "bb.utils.vercmp_string", vercmp_string },
	{ "bb.utils.vercmp_string_op", vercmp_string_op },
	{ "bb.utils.which", which },
	{ "bb.utils.mkdirhier", mkdirhier },
	{ "bb.utils.remove", remove_path },
	{ "bb.utils.copyfile", copyfile },
	{ "bb.utils.movefile", movefile },
	{ "bb.utils.rename", movefile },
	{ "bb.utils.sha256_file", sha256_file },
	{ "bb.utils.sha1_file", sha1_file },
	{ "bb.utils.sha512_file", sha512_file },
	{ "bb.utils.md5_file", md5_file },
	{ "bb.utils.cpu_count", cpu_count },
	{ "bb.utils.prune_suffix", prune_suffix },
	{ "bb.parse.vars_from_file", vars_from_file },
	{ "bb.note", bb_note },
	{ "bb.verbnote", bb_note },
	{ "bb.warn", bb_warn },
	{ "bb.warnonce", bb_warn },
	{ "bb.error", bb_error },
	{ "bb.erroronce", bb_error },
	{ "bb.debug", bb_debug },
	{ "bb.plain", bb_plain },
	{ "bb.fatal", bb_fatal },
	{ NULL, NULL },
};

void lib_bb(void) {
	library_add_all(table);
}
