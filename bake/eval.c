/* eval: carries out statements on a store, as BitBake's ast.py and its two handlers do.
 *
 * A file's statements are parsed first, whole, and shared by every store that reads the file. While
 * a statement is at work the store's place is that statement's, so whatever fails without a place
 * of its own is blamed on it (with_place). */
#include "eval.h"
#include "data.h"
#include "fragment.h"
#include "inline.h"
#include "ledger.h"
#include "lib.h"
#include "library.h"
#include "lua.h"
#include "map.h"
#include "os.h"
#include "parse.h"
#include "search.h"
#include "tasklist.h"

#include <errno.h>
#include <string.h>

/* Names and flags this file deals in, interned once. */
static struct {
	const struct atom *file, *bbpath, *export, *func, *lua, *python, *fakeroot, *filename,
			*lineno, *handler, *eventmask, *defer, *anonymous, *base;
} name;

static void eval_statements(struct data *d, const struct statements *s, bool base);

static void intern_names(void) {
	name.file = atom_of("FILE");
	name.bbpath = atom_of("BBPATH");
	name.export = atom_of("export");
	name.func = atom_of("func");
	name.lua = atom_of("lua");
	name.python = atom_of("python");
	name.fakeroot = atom_of("fakeroot");
	name.filename = atom_of("filename");
	name.lineno = atom_of("lineno");
	name.handler = atom_of("handler");
	name.eventmask = atom_of("eventmask");
	name.defer = atom_of("BB_DEFER_BBCLASSES");
	name.anonymous = atom_of("BB_PYTHON_ANONYMOUS");
	name.base = atom_of("BB_BASE_LAYER");
}

static struct slice text_of(struct data *d, const struct atom *n) {
	struct slice value;
	return data_get(d, n, &value) ? value : SLICE("");
}

/* --- assignments --- */

static bool own_value(struct data *d, const struct stmt *s, struct slice *value) {
	return s->flag ? data_get_flag_own(d, s->name, s->flag, value) :
		data_get_own(d, s->name, false, value);
}

static void store(struct data *d, const struct stmt *s, struct slice value) {
	if (s->flag)
		data_set_flag(d, s->name, s->flag, value);
	else
		data_assign(d, s->name, value);
}

static void join(struct data *d, const struct stmt *s) {
	struct slice old, first, second;
	bool before = s->op == ASSIGN_PREPEND || s->op == ASSIGN_PREDOT;
	const char *sep = s->op == ASSIGN_APPEND || s->op == ASSIGN_PREPEND ? " " : "";
	if (!own_value(d, s, &old))
		old = SLICE("");
	first = before ? s->value : old;
	second = before ? old : s->value;
	store(d, s, arena_printf(data_arena(d), SFMT "%s" SFMT, SARG(first), sep, SARG(second)));
}

static void eval_assign(struct data *d, const struct stmt *s) {
	struct slice old;
	if (!s->flag && ledger_pinned(d, s->name))
		return;
	if (s->exported)
		data_set_flag(d, s->name, name.export, SLICE("1"));
	switch (s->op) {
	case ASSIGN_SET:
		store(d, s, s->value);
		break;
	case ASSIGN_DEFAULT:
		/* Storing what is there already has an effect: it makes an override known again. */
		store(d, s, own_value(d, s, &old) ? old : s->value);
		break;
	case ASSIGN_WEAK:
		if (s->flag)
			data_set_flag_default(d, s->name, s->flag, s->value);
		else
			data_set_default(d, s->name, s->value);
		break;
	case ASSIGN_NOW:
		store(d, s, data_expand(d, s->value));
		break;
	default:
		join(d, s);
	}
}

/* --- functions --- */

static void set_number(struct data *d, const struct atom *n, const struct atom *flag, int number) {
	data_set_flag(d, n, flag, arena_printf(data_arena(d), "%d", number));
}

/* A body that takes another's place does not keep the flags that say what language that was in. */
static void forget_language(struct data *d, const struct atom *n) {
	struct slice old;
	if (!data_get_raw(d, n, &old) || !old.n)
		return;
	data_del_flag(d, n, name.python);
	data_del_flag(d, n, name.lua);
	data_del_flag(d, n, name.fakeroot);
}

/* Is there a Lua function of that name? A Python def, which could not be called, does not take its
 * place: so a layer gives in Lua what a foreign class or recipe has in Python. */
static bool has_lua(struct data *d, const struct atom *function) {
	struct slice value;
	return data_get_flag(d, function, name.lua, false, &value);
}

static void eval_function(struct data *d, const struct statements *file, const struct stmt *s) {
	if (!s->name) {
		ledger_add_function(d, s, (struct place){ file->file, s->line });
		return;
	}
	if (s->language == LANGUAGE_PYTHON_BLOCK && has_lua(d, s->name))
		return;
	if (s->language != LANGUAGE_PYTHON_BLOCK)
		forget_language(d, s->name);
	if (s->language == LANGUAGE_PYTHON || s->language == LANGUAGE_PYTHON_BLOCK)
		data_set_flag(d, s->name, name.python, SLICE("1"));
	if (s->language == LANGUAGE_LUA || s->language == LANGUAGE_LUA_BLOCK)
		data_set_flag(d, s->name, name.lua, SLICE("1"));
	if (s->fakeroot)
		data_set_flag(d, s->name, name.fakeroot, SLICE("1"));
	data_set_flag(d, s->name, name.func, SLICE("1"));
	data_assign(d, s->name, s->value);
	data_set_flag(d, s->name, name.filename, atom_slice(file->file));
	set_number(d, s->name, name.lineno, s->line);
}

static void copy_flag(struct data *d, const struct atom *from, const struct atom *to,
		const struct atom *flag) {
	struct slice value;
	if (data_get_flag(d, from, flag, false, &value) && value.n)
		data_set_flag(d, to, flag, value);
}

#define SHELL_SENTINEL "    # Export function set\n"
#define LUA_SENTINEL "    -- Export function set\n"

static bool made_by_export(struct slice body) {
	return slice_find(body, SHELL_SENTINEL, NULL) || slice_find(body, LUA_SENTINEL, NULL);
}

static struct slice calling_body(struct data *d, struct slice class_name,
		const struct atom *called) {
	struct slice value;
	struct arena *a = data_arena(d);
	if (data_get_flag(d, called, name.lua, false, &value) && value.n)
		return arena_printf(a, LUA_SENTINEL "    bb.build.exec_func('%s', d)\n", called->p);
	if (data_get_flag(d, called, name.python, false, &value) && value.n)
		return arena_printf(a, SHELL_SENTINEL "    bb.build.exec_func('%s', d)\n",
				called->p);
	if (memchr(class_name.p, '-', class_name.n))
		raise_at(place_file(data_place(d)), data_place(d).line,
				"EXPORT_FUNCTIONS: class " SFMT
				": a shell function's name cannot hold '-': rename the class",
				SARG(class_name));
	return arena_printf(a, SHELL_SENTINEL "    %s\n", called->p);
}

/* do_x calls CLASS_do_x unless somebody wrote a do_x of his own. */
static void export_function(struct data *d, struct slice class_name, const struct atom *func) {
	const struct atom *called = atom(arena_printf(data_arena(d), SFMT "_%s",
			SARG(class_name), func->p));
	struct slice body;
	if (data_get_raw(d, func, &body) && body.n) {
		if (!made_by_export(body))
			return;
		data_del_flag(d, func, name.python);
		data_del_flag(d, func, name.lua);
		data_del_flag(d, func, name.func);
	}
	copy_flag(d, called, func, name.func);
	copy_flag(d, called, func, name.python);
	copy_flag(d, called, func, name.lua);
	copy_flag(d, func, called, atom_of("dirs"));
	copy_flag(d, func, called, atom_of("cleandirs"));
	copy_flag(d, func, called, name.fakeroot);
	data_set_flag(d, func, name.filename, SLICE("autogenerated"));
	set_number(d, func, name.lineno, 1);
	data_assign(d, func, calling_body(d, class_name, called));
}

/* --- tasks --- */

static void eval_addtask(struct data *d, const struct stmt *s) {
	struct slice rest = s->value, word;
	while (slice_word(&rest, &word))
		tasklist_add(d, word, s->task.before, s->task.after);
}

static void eval_deltask(struct data *d, const struct stmt *s) {
	struct slice rest = data_expand(d, s->value), word;
	while (slice_word(&rest, &word))
		tasklist_del(d, word);
}

static void eval_addhandler(struct data *d, const struct stmt *s) {
	struct slice rest = s->value, word;
	while (slice_word(&rest, &word)) {
		ledger_add_handler(d, atom(word));
		data_set_flag(d, atom(word), name.handler, SLICE("1"));
	}
}

/* --- files --- */

/* Evaluates a file. 0, or −1 with errno when it cannot be read. FILE is its path meanwhile, except
 * for a class. base: what addpylib may stand in. */
static int eval_path(struct data *d, const struct atom *path, enum parse_dialect dialect,
		bool base) {
	struct slice old = SLICE_NONE, text = atom_slice(path);
	const struct statements *s = parse_file(path, dialect);
	if (!s)
		return -1;
	bool is_class = slice_ends(text, ".bbclass");
	ledger_add_input(d, path);
	if (is_class) {
		ledger_add_class(d, path);
		eval_statements(d, s, base);
		return 0;
	}
	bool had = data_get_own(d, name.file, true, &old);
	if (dialect == PARSE_CONF || !had || !slice_eq(old, text))
		data_set(d, name.file, text);
	eval_statements(d, s, base);
	if (had && !slice_eq(old, text))
		data_set(d, name.file, old);
	return 0;
}

static _Noreturn void raise_missing(struct data *d, struct slice file, const char *verb,
		const char *why) {
	struct arena *a = data_arena(d);
	struct slice beside = os_dirname(place_file(data_place(d)));
	struct slice path = arena_printf(a, SFMT ":" SFMT, SARG(beside), SARG(text_of(d, name.bbpath)));
	raise_at(place_file(data_place(d)), data_place(d).line,
			"%s " SFMT ": %s: looked beside the file "
			"that asks for it and along BBPATH (" SFMT ")" SFMT,
			verb, SARG(file), why, SARG(text_of(d, name.bbpath)),
			SARG(search_near(a, path, file, "")));
}

/* The file beside the one that asks for it, or along BBPATH. */
static bool find_include(struct data *d, const struct statements *from, struct slice file,
		struct slice *found) {
	struct slice path = arena_printf(data_arena(d), SFMT ":" SFMT,
			SARG(os_dirname(atom_slice(from->file))), SARG(text_of(d, name.bbpath)));
	*found = file;
	return file.p[0] == '/' || search_path(data_arena(d), path, file, found);
}

/* verb NULL: a missing file is fine. A name no metadata file can have is an error all the same. */
static void include_one(struct data *d, const struct statements *from, struct slice file,
		const char *verb) {
	struct place at = data_place(d);
	struct slice found;
	if (slice_eq(file, atom_slice(from->file)))
		return;
	bool any = find_include(d, from, file, &found);
	enum parse_dialect dialect = parse_dialect_of(found);
	if (!any && verb)
		raise_missing(d, file, verb, "not found");
	if (dialect == PARSE_NONE)
		raise_at(place_file(at), at.line,
				SFMT ": is no metadata file: its name must end in .inc, .conf, "
				     ".bb or .bbclass",
				SARG(found));
	if (!any)
		return;
	if (ledger_was_read(d, atom(found)))
		warn("%s:%d: " SFMT ": included again", at.file->p, at.line, SARG(found));
	if (eval_path(d, atom(found), dialect, false) < 0 && (verb || errno != ENOENT))
		raise_missing(d, found, verb ? verb : "include", strerror(errno));
}

static void eval_include(struct data *d, const struct statements *from, const struct stmt *s) {
	struct slice rest = data_expand(d, s->value), word;
	const char *verb = s->op == INCLUDE_REQUIRED ? "require" : NULL;
	if (s->op != INCLUDE_ALL) {
		while (slice_word(&rest, &word)) {
			data_at(d, (struct place){ from->file, s->line });
			include_one(d, from, word, verb);
		}
		return;
	}
	struct slice dirs = text_of(d, name.bbpath), dir;
	while (slice_field(&dirs, ':', &dir)) {
		struct slice files = os_path(data_arena(d), dir, rest);
		while (slice_word(&files, &word)) {
			data_at(d, (struct place){ from->file, s->line });
			include_one(d, from, word, NULL);
		}
	}
}

/* --- classes --- */

/* BB_ASSUME_CLASSES: classes that need not be there, for their work is done without them; '*' at the
 * start of a name stands for any. By default those that test what the engine tests itself. */
static bool is_assumed(struct data *d, struct slice class_name) {
	struct slice list, word;
	if (!data_get(d, atom_of("BB_ASSUME_CLASSES"), &list))
		list = SLICE("*compatible-machine *compatible-host");
	while (slice_word(&list, &word))
		if (word.p[0] == '*' ? slice_ends(class_name, arena_str(data_arena(d),
				slice_sub(word, 1, word.n))) : slice_eq(class_name, word))
			return true;
	return false;
}

/* The file of a class along path, in classes-recipe or classes-global before classes. */
static bool find_class_along(struct data *d, struct slice path, struct slice class_name,
		struct slice *found) {
	const char *const dir[] = { ledger_recipes(d) ? "classes-recipe" : "classes-global",
		"classes" };
	struct arena *a = data_arena(d);
	for (size_t i = 0; i < sizeof dir / sizeof *dir; i++) {
		struct slice file = class_name;
		if (file.p[0] != '/' && !slice_ends(file, ".bbclass"))
			file = arena_printf(a, "%s/" SFMT ".bbclass", dir[i], SARG(class_name));
		if (file.p[0] == '/' && search_exists(file)) {
			*found = file;
			return true;
		}
		if (file.p[0] != '/' && search_path(a, path, file, found))
			return true;
	}
	return false;
}

/* BBPATH up to and with the base layer; without one, none of it. */
static struct slice first_half(struct slice path, struct slice base) {
	struct slice rest = path, dir;
	while (base.n && slice_field(&rest, ':', &dir))
		if (slice_eq(dir, base))
			return slice_sub(path, 0, (size_t)(dir.p + dir.n - path.p));
	return SLICE("");
}

/* Layers made for Yocto keep their classes in classes-recipe and classes-global, which BitBake
 * searches along all of BBPATH before classes. A class of the base layer, or of a layer before it,
 * must hide theirs all the same. */
static bool find_class(struct data *d, struct slice class_name, struct slice *found) {
	struct slice path = text_of(d, name.bbpath);
	struct slice first = first_half(path, text_of(d, name.base));
	*found = SLICE_NONE;
	return (first.n && find_class_along(d, first, class_name, found)) ||
			find_class_along(d, path, class_name, found);
}

static _Noreturn void raise_no_class(struct data *d, struct slice class_name, struct place at) {
	struct arena *a = data_arena(d);
	struct slice path = text_of(d, name.bbpath), near = SLICE("");
	static const char *const dirs[] = { "classes", "classes-recipe", "classes-global" };
	for (size_t i = 0; i < sizeof dirs / sizeof *dirs && !near.n; i++)
		near = search_near(a, path, arena_printf(a, "%s/" SFMT, dirs[i], SARG(class_name)),
				".bbclass");
	raise_at(place_file(at), at.line, "inherit " SFMT ": no classes/" SFMT
			".bbclass along BBPATH (" SFMT ")" SFMT, SARG(class_name), SARG(class_name),
			SARG(path), SARG(near));
}

static void inherit_one(struct data *d, struct slice class_name, struct place at) {
	struct slice found;
	if (!find_class(d, class_name, &found) && is_assumed(d, class_name))
		return;
	if (!found.p)
		raise_no_class(d, class_name, at);
	const struct atom *path = atom(found);
	if (!ledger_add_class(d, path))
		return;
	if (parse_dialect_of(found) == PARSE_NONE)
		raise_at(place_file(at), at.line, "inherit " SFMT ": is no class file",
				SARG(found));
	if (eval_path(d, path, PARSE_RECIPE, false) < 0)
		raise_at(place_file(at), at.line, "inherit " SFMT ": %s", SARG(found),
				strerror(errno));
}

static bool put_off(struct data *d, struct slice class_name) {
	struct slice rest = text_of(d, name.defer), word;
	while (slice_word(&rest, &word))
		if (slice_eq(word, class_name))
			return true;
	return false;
}

static void inherit(struct data *d, struct slice classes, struct place at, bool deferred) {
	struct slice rest = data_expand(d, classes), word;
	while (slice_word(&rest, &word)) {
		data_at(d, at);
		if (!deferred && put_off(d, word))
			ledger_defer(d, word, at);
		else
			inherit_one(d, word, at);
	}
}

/* --- fragments --- */

/* The variables a fragment describes itself with become flags named after the fragment. */
static void collect_metadata(struct data *d, struct slice variables, const struct atom *fragment) {
	struct slice word, value;
	while (slice_word(&variables, &word)) {
		const struct atom *variable = atom(word);
		if (data_get(d, variable, &value))
			data_set_flag(d, variable, fragment, value);
		data_unset(d, variable);
	}
}

static void eval_fragments(struct data *d, const struct statements *from, const struct stmt *s) {
	size_t count;
	struct fragment *list = fragment_list(d, s->fragments->list, s->fragments->prefix,
			s->fragments->builtin, &count);
	struct slice variables = text_of(d, atom(s->fragments->metadata));
	for (size_t i = 0; i < count; i++) {
		data_at(d, (struct place){ from->file, s->line });
		if (list[i].variable) {
			data_assign(d, list[i].variable, list[i].value);
			continue;
		}
		include_one(d, from, list[i].path, "fragment");
		collect_metadata(d, variables, list[i].name);
	}
}

/* --- statements --- */

static void eval_export_functions(struct data *d, const struct statements *file,
		const struct stmt *s) {
	struct slice rest = s->value, word;
	while (slice_word(&rest, &word))
		export_function(d, file->class_name, atom(word));
}

static void eval_statement(struct data *d, const struct statements *file, const struct stmt *s,
		bool base) {
	switch (s->kind) {
	case STMT_ASSIGN:
		eval_assign(d, s);
		break;
	case STMT_EXPORT:
		data_set_flag(d, s->name, name.export, SLICE("1"));
		break;
	case STMT_UNSET:
		if (s->flag)
			data_del_flag(d, s->name, s->flag);
		else
			data_del(d, s->name);
		break;
	case STMT_FUNCTION:
		eval_function(d, file, s);
		break;
	case STMT_INCLUDE:
		eval_include(d, file, s);
		break;
	case STMT_INHERIT:
		if (s->op == INHERIT_DEFERRED)
			ledger_defer(d, s->value, data_place(d));
		else
			inherit(d, s->value, data_place(d), false);
		break;
	case STMT_EXPORT_FUNCTIONS:
		eval_export_functions(d, file, s);
		break;
	case STMT_ADDTASK:
		eval_addtask(d, s);
		break;
	case STMT_DELTASK:
		eval_deltask(d, s);
		break;
	case STMT_ADDHANDLER:
		eval_addhandler(d, s);
		break;
	case STMT_ADDFRAGMENTS:
		eval_fragments(d, file, s);
		break;
	case STMT_ADDPYLIB:
		if (!base)
			raise_at(atom_slice(file->file), s->line,
					"unparsed line: 'addpylib " SFMT
					"': only layer.conf, bblayers.conf and bitbake.conf may "
					"hold it",
					SARG(s->value));
		break;
	}
}

static void eval_statements(struct data *d, const struct statements *s, bool base) {
	for (size_t i = 0; i < s->n; i++) {
		data_at(d, (struct place){ s->file, s->v[i].line });
		eval_statement(d, s, &s->v[i], base);
	}
}

/* --- configuration --- */

void eval_config(struct data *d, struct slice path) {
	struct place at = data_place(d);
	struct slice found = path;
	if (path.p[0] != '/' && !search_path(data_arena(d), text_of(d, name.bbpath), path, &found))
		raise_at(place_file(at), at.line,
				SFMT ": not found along BBPATH (" SFMT "): does BBLAYERS name "
				     "the layer that holds it?",
				SARG(path), SARG(text_of(d, name.bbpath)));
	if (eval_path(d, atom(found), PARSE_CONF, true) < 0)
		raise_at(place_file(at), at.line, SFMT ": %s", SARG(found), strerror(errno));
}

void eval_inherit(struct data *d, struct slice classes) {
	inherit(d, classes, (struct place){ NULL, 0 }, false);
}

void eval_pin(struct data *d, const struct atom *variable, struct slice value) {
	data_assign(d, variable, value);
	ledger_pin(d, variable);
}

void eval_config_done(struct data *d) {
	ledger_begin_recipes(d);
}

/* --- events --- */

static bool listens(struct data *d, const struct atom *handler, struct slice event) {
	struct slice mask, word;
	if (!data_get_flag(d, handler, name.eventmask, true, &mask) || !mask.n)
		return true;
	while (slice_word(&mask, &word))
		if (slice_eq(word, event))
			return true;
	return false;
}

void eval_event(struct data *d, const char *event, const struct lua_field *fields) {
	struct slices handlers = ledger_handlers(d, data_arena(d));
	for (size_t i = 0; i < handlers.n; i++) {
		const struct atom *handler = atom(handlers.v[i]);
		struct slice value;
		if (!data_get_flag(d, handler, name.filename, false, &value))
			raise_error("addhandler %s: no such function", handler->p);
		if (!data_get_flag(d, handler, name.lua, false, &value) ||
				!listens(d, handler, slice_of(event)))
			continue;
		data_at(d, data_where(d, handler));
		lua_run_event(d, handler, event, fields);
	}
}

/* --- finishing a recipe --- */

/* Python is never run; a recipe that needs it to be right is an error, unless whoever reads foreign
 * layers only to look at them says so. */
static void run_anonymous(struct data *d) {
	size_t count;
	struct ledger_function *f = ledger_functions(d, data_arena(d), &count);
	for (size_t i = 0; i < count; i++) {
		data_at(d, f[i].at);
		if (f[i].stmt->language == LANGUAGE_LUA)
			lua_run_text(d, f[i].stmt->value, f[i].at);
		else if (!slice_is(text_of(d, name.anonymous), "ignore"))
			raise_at(place_file(f[i].at), f[i].at.line,
					INLINE_ANONYMOUS ": write it as lua () { … }, with the "
					"same d:getVar and d:setVar");
	}
}

static void finish(struct data *d) {
	struct ledger_inherit next;
	data_at(d, (struct place){ NULL, 0 });
	eval_event(d, "bb.event.RecipePreDeferredInherits", NULL);
	while (ledger_next_deferred(d, &next))
		inherit(d, next.classes, next.at, true);
	data_at(d, (struct place){ NULL, 0 });
	eval_event(d, "bb.event.RecipePreFinalise", NULL);
	data_overrides_key(d);
	eval_event(d, "bb.event.RecipePostKeyExpansion", NULL);
	run_anonymous(d);
	data_at(d, (struct place){ NULL, 0 });
	eval_event(d, "bb.event.RecipeTaskPreProcess", NULL);
	tasklist_settle(d);
	eval_event(d, "bb.event.RecipeParsed", NULL);
}

/* --- boundaries: where skipping ends and faults get their place --- */

static void with_place(struct data *d, const struct fault *f) {
	struct place at = data_place(d);
	if (f->file.p || !at.file)
		raise_again(f);
	raise_at(atom_slice(at.file), at.line, SFMT, SARG(f->message));
}

/* Does work on d; what bb.skip raised ends here. */
static void until_skipped(struct data *d, void (*work)(struct data *d, const void *arg),
		const void *arg) {
	struct trap trap;
	if (TRAP(&trap)) {
		work(d, arg);
		trap_end(&trap);
	} else if (!ledger_skipped(d).p) {
		with_place(d, &trap.error);
	}
}

static void finish_work(struct data *d, const void *unused) {
	(void)unused;
	finish(d);
}

static void read_work(struct data *d, const void *arg) {
	const struct eval_source *source = arg;
	if (source->layer.p)
		data_set(d, atom_of("FILE_LAYERNAME"), source->layer);
	data_set(d, atom_of("__BB_RECIPE_FILE"), source->path);
	data_set(d, name.file, source->path);
	if (eval_path(d, atom(source->path), PARSE_RECIPE, false) < 0)
		raise_at(source->path, 0, "%s", strerror(errno));
	for (size_t i = 0; i < source->appends.n; i++)
		if (eval_path(d, atom(source->appends.v[i]), PARSE_RECIPE, false) < 0)
			raise_at(source->appends.v[i], 0, "%s", strerror(errno));
}

/* --- variants --- */

/* "class", or "class:variant" for classes that serve several (multilib). */
static void begin_variant(struct data *d, struct slice extension, struct slice pn) {
	struct slice rest = extension, class_name, variant;
	slice_field(&rest, ':', &class_name);
	if (slice_field(&rest, ':', &variant)) {
		data_set(d, atom_of("BBEXTENDCURR"), class_name);
		data_set(d, atom_of("BBEXTENDVARIANT"), variant);
	} else {
		data_set(d, atom_of("PN"), arena_printf(data_arena(d), SFMT "-" SFMT, SARG(pn),
				SARG(class_name)));
	}
	struct place at = { NULL, 0 };
	struct slice file;
	if (data_get_own(d, name.file, true, &file))
		at.file = atom(file);
	ledger_defer(d, class_name, at);
}

static void add_variant(struct arena *a, struct eval_variants *out, struct slice variant,
		struct data *d) {
	struct eval_variant *v = ARENA_ARRAY(a, struct eval_variant, out->n + 1);
	if (out->n)
		memcpy(v, out->v, out->n * sizeof *v);
	v[out->n] = (struct eval_variant){ variant, d, ledger_skipped(d) };
	out->v = v;
	out->n++;
}

static void add_extensions(struct arena *a, struct data *main, const struct data *read,
		const struct slice *only, struct eval_variants *out) {
	struct slice extended = data_text(main, "BBCLASSEXTEND"), pn = data_text(main, "PN"),
		     rest = extended;
	struct slices seen = { 0 };
	for (struct slice word; slice_word(&rest, &word);) {
		if (slices_has(&seen, word) || (only && !slice_eq(*only, word)))
			continue;
		slices_add(a, &seen, word);
		struct data *d = data_child(a, read);
		data_set(d, atom_of("BBCLASSEXTEND"), extended);
		begin_variant(d, word, pn);
		until_skipped(d, finish_work, NULL);
		add_variant(a, out, word, d);
	}
}

struct eval_variants eval_recipe(struct arena *a, const struct data *config,
		const struct eval_source *source, const struct slice *only) {
	struct eval_variants out = { 0 };
	struct data *read = data_child(a, config);
	until_skipped(read, read_work, source);
	data_seal(read);
	struct data *main = data_child(a, read);
	if (ledger_skipped(read).p) {
		add_variant(a, &out, SLICE(""), main);
		return out;
	}
	until_skipped(main, finish_work, NULL);
	if (!only || !only->n)
		add_variant(a, &out, SLICE(""), main);
	if (!only || only->n)
		add_extensions(a, main, read, only, &out);
	return out;
}

/* --- what a store holds beside variables --- */

struct slices eval_tasks(struct data *d) {
	return tasklist_names(d);
}

struct slices eval_task_after(struct data *d, const struct atom *task) {
	return tasklist_after(d, task);
}

struct slices eval_classes(struct data *d) {
	return ledger_classes(d, data_arena(d));
}

bool eval_inherits(struct data *d, struct slice class_name) {
	struct slices classes = eval_classes(d);
	const char *file = arena_printf(data_arena(d), "/" SFMT ".bbclass", SARG(class_name)).p;
	for (size_t i = 0; i < classes.n; i++)
		if (slice_ends(classes.v[i], file))
			return true;
	return false;
}

struct slices eval_inputs(struct data *d) {
	return ledger_inputs(d, data_arena(d));
}

/* --- what Lua and expressions may ask of evaluation --- */

static struct value call_addtask(struct call *c) {
	tasklist_add(call_data(c, 3), call_text(c, 0), call_text_or(c, 1, SLICE("")),
			call_text_or(c, 2, SLICE("")));
	return VALUE_NIL;
}

static struct value call_deltask(struct call *c) {
	tasklist_del(call_data(c, 1), call_text(c, 0));
	return VALUE_NIL;
}

static struct value call_inherits_class(struct call *c) {
	return value_bool(eval_inherits(call_data(c, 1), call_text(c, 0)));
}

/* Leaves the recipe out, with a reason. */
static struct value call_skip(struct call *c) {
	struct slice reason = call_text(c, 0);
	ledger_skip(c->data, reason);
	raise_error("skipped: " SFMT, SARG(reason));
}

static void add_library(void) {
	static const struct library_entry table[] = {
		{ "bb.build.addtask", call_addtask },
		{ "bb.build.deltask", call_deltask },
		{ "bb.data.inherits_class", call_inherits_class },
		{ "bb.skip", call_skip },
		{ "bb.parse.SkipRecipe", call_skip },
		{ NULL, NULL },
	};
	library_add_all(table);
}

static void check_lua(struct slice text, struct slice file, int line) {
	lua_check(text, (struct place){ atom(file), line });
}

void eval_init(struct data *d) {
	intern_names();
	parse_set_lua(check_lua);
	tasklist_init();
	lib_init();
	add_library();
	ledger_open(d);
	data_set_inline(d, inline_hooks());
}
