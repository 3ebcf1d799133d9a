/* One Lua state for the process. Metadata runs in one environment table that cannot be written
 * to: a name that is not there is looked up in the library and then in the store that is being
 * worked on (`current`), so a function belongs to whoever's store defines it and nothing leaks
 * between recipes.
 *
 * Two kinds of long jump meet here. Invariant: no Lua error passes a trap of ours (between TRAP
 * and trap_end nothing is called that can raise one), and no raise passes a Lua frame (every C
 * function called by Lua traps and turns the fault into a Lua error).
 *
 * Lua cuts the names of chunks to 60 bytes, so a chunk is named by a number behind a control
 * character; messages get the file's name back when they leave. */
#include <lauxlib.h>
#include <lualib.h>

#include "lua.h"

#include "data.h"
#include "library.h"
#include "map.h"
#include "os.h"
#include "value.h"
#include "witness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEEPEST_TABLE = 40, MOST_ARGUMENTS = 24 };
#define CHUNK_MARK '\1'

static lua_State *state;
static struct data *current;             /* the store of the innermost function that runs */
static const struct atom **chunk_file;   /* number in a chunk's name → file */
static size_t chunk_files;
static const char *root;                 /* of our own tree; NULL: not told */
/* Keys of the registry. */
static char environment_key, functions_key, modules_key;

static lua_State *open_state(void);
static void push_environment(lua_State *L);

/* --- places in messages --- */

static size_t file_number(const struct atom *file) {
	for (size_t i = 0; i < chunk_files; i++)
		if (chunk_file[i] == file)
			return i;
	chunk_file = xrealloc(chunk_file, (chunk_files + 1) * sizeof *chunk_file);
	chunk_file[chunk_files] = file;
	return chunk_files++;
}

/* "\1NUMBER:LINE: rest" read off the start of text. */
static bool take_mark(struct slice *text, struct place *at) {
	char *end;
	if (!text->n || text->p[0] != CHUNK_MARK)
		return false;
	size_t number = strtoul(text->p + 1, &end, 10);
	if (*end != ':' || number >= chunk_files)
		return false;
	at->file = chunk_file[number];
	at->line = (int)strtol(end + 1, &end, 10);
	while (*end == ':' || *end == ' ')
		end++;
	*text = slice_sub(*text, (size_t)(end - text->p), text->n);
	return true;
}

/* The text with every mark spelled out as "file:line: ". */
static void add_readable(struct buf *b, struct slice text) {
	struct place at;
	while (text.n) {
		if (take_mark(&text, &at)) {
			buf_addf(b, "%s:%d: ", at.file->p, at.line);
			continue;
		}
		const char *mark = memchr(text.p + 1, CHUNK_MARK, text.n - 1);
		size_t n = mark ? (size_t)(mark - text.p) : text.n;
		buf_add(b, slice_sub(text, 0, n));
		text = slice_sub(text, n, text.n);
	}
}

/* Raises the error on top of the Lua stack. The stack is left for the caller's caller to reset. */
static _Noreturn void raise_lua_error(lua_State *L, struct arena *a, int top) {
	size_t n;
	const char *p = lua_tolstring(L, -1, &n);
	struct slice text = p ? arena_dup(a, (struct slice){ p, n })
				: SLICE("an error that is no text was raised");
	lua_settop(L, top);
	struct place at = { NULL, 0 };
	bool placed = take_mark(&text, &at);
	struct buf b = { .arena = a };
	add_readable(&b, text);
	if (placed)
		raise_at(atom_slice(at.file), at.line, SFMT, SARG(buf_slice(&b)));
	raise_error(SFMT, SARG(buf_slice(&b)));
}

/* Pushes a fault as the message of a Lua error: with its own place, else with the Lua caller's. */
static void push_fault(lua_State *L, const struct fault *f) {
	if (f->file.p)
		lua_pushfstring(L, "%c%d:%d: ", CHUNK_MARK, (int)file_number(atom(f->file)),
				f->line);
	else
		luaL_where(L, 1);
	lua_pushlstring(L, f->message.p ? f->message.p : "", f->message.n);
	lua_concat(L, 2);
}

/* --- values --- */

static struct value to_value(lua_State *L, int i, struct arena *a, int depth);

/* A table whose keys are 1 … n is a list, every other one a dict in the order of its keys. */
static struct value table_value(lua_State *L, int i, struct arena *a, int depth) {
	lua_Unsigned n = lua_rawlen(L, i), count = 0;
	struct value list = value_new(a, VALUE_LIST), dict = value_new(a, VALUE_DICT);
	i = lua_absindex(L, i);
	for (lua_Unsigned k = 1; k <= n; k++) {
		lua_rawgeti(L, i, (lua_Integer)k);
		value_push(a, &list, to_value(L, -1, a, depth));
		lua_pop(L, 1);
	}
	for (lua_pushnil(L); lua_next(L, i); count++)
		lua_pop(L, 1);
	if (count == n)
		return list;
	for (lua_pushnil(L); lua_next(L, i); lua_pop(L, 1)) {
		struct value key = to_value(L, -2, a, depth);
		value_put(a, &dict, key, to_value(L, -1, a, depth));
	}
	return dict;
}

/* Raises (ours) for what has no counterpart. Texts are copied into a. */
static struct value to_value(lua_State *L, int i, struct arena *a, int depth) {
	size_t n;
	const char *p;
	struct data **store;
	if (depth > DEEPEST_TABLE || !lua_checkstack(L, 4))
		raise_error("tables nested too deeply");
	switch (lua_type(L, i)) {
	case LUA_TNIL: case LUA_TNONE:
		return VALUE_NIL;
	case LUA_TBOOLEAN:
		return value_bool(lua_toboolean(L, i));
	case LUA_TNUMBER:
		return lua_isinteger(L, i) ? value_int(lua_tointeger(L, i))
						: value_real(lua_tonumber(L, i));
	case LUA_TSTRING:
		p = lua_tolstring(L, i, &n);
		return value_text(arena_dup(a, (struct slice){ p, n }));
	case LUA_TTABLE:
		return table_value(L, i, a, depth + 1);
	case LUA_TUSERDATA:
		store = luaL_testudata(L, i, "bake.data");
		if (store)
			return value_data(*store);
		/* fall through */
	default:
		raise_error("a %s cannot be passed here", luaL_typename(L, i));
	}
}

static void push_data(lua_State *L, struct data *d) {
	struct data **store = lua_newuserdatauv(L, sizeof d, 0);
	*store = d;
	luaL_setmetatable(L, "bake.data");
}

static void push_value(lua_State *L, struct value v);

static void push_list(lua_State *L, const struct value_list *list) {
	lua_createtable(L, (int)list->n, 0);
	for (size_t i = 0; i < list->n; i++) {
		push_value(L, list->v[i]);
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
}

static void push_dict(lua_State *L, const struct value_dict *dict) {
	lua_createtable(L, 0, (int)dict->n);
	for (size_t i = 0; i < dict->n; i++) {
		if (dict->key[i].kind == VALUE_NONE)
			continue;
		push_value(L, dict->key[i]);
		push_value(L, dict->value[i]);
		lua_rawset(L, -3);
	}
}

static void push_value(lua_State *L, struct value v) {
	luaL_checkstack(L, 8, "values nested too deeply");
	switch (v.kind) {
	case VALUE_BOOL: lua_pushboolean(L, v.truth); break;
	case VALUE_INT: lua_pushinteger(L, v.integer); break;
	case VALUE_FLOAT: lua_pushnumber(L, v.real); break;
	case VALUE_TEXT: lua_pushlstring(L, v.text.p, v.text.n); break;
	case VALUE_LIST: case VALUE_TUPLE: case VALUE_SET: push_list(L, v.list); break;
	case VALUE_DICT: push_dict(L, v.dict); break;
	case VALUE_DATA: push_data(L, v.data); break;
	default: lua_pushnil(L);
	}
}

/* --- Lua calls the library --- */

/* Converts the arguments and calls; the call's results are in *c. Raises. */
static struct value call_function(lua_State *L, library_fn *fn, struct call *c) {
	int n = lua_gettop(L);
	struct value *args = ARENA_ARRAY(c->arena, struct value, (size_t)n + 1);
	for (int i = 0; i < n; i++)
		args[i] = to_value(L, i + 1, c->arena, 0);
	while (n && args[n - 1].kind == VALUE_NONE)
		n--;
	c->arg = args;
	c->args = (size_t)n;
	return fn(c);
}

static int call_library(lua_State *L) {
	const struct atom *name = lua_touserdata(L, lua_upvalueindex(1));
	struct arena *volatile scratch = arena_new();
	struct call c = { .name = name, .arena = scratch, .data = current };
	struct trap trap;
	if (TRAP(&trap)) {
		struct value result = call_function(L, library_find(name), &c);
		trap_end(&trap);
		push_value(L, result);
		for (size_t i = 0; i < c.mores; i++)
			push_value(L, c.more[i]);
		arena_free(scratch);
		return 1 + (int)c.mores;
	}
	arena_free(scratch);
	push_fault(L, &trap.error);
	return lua_error(L);
}

static void push_library(lua_State *L, const struct atom *name) {
	lua_pushlightuserdata(L, (void *)(uintptr_t)name);
	lua_pushcclosure(L, call_library, 1);
}

static int no_method(lua_State *L, const char *key, const char *path) {
	struct arena *a = arena_new();
	lua_pushfstring(L, "d has no method %s%s", key,
			arena_str(a, library_near(a, slice_of(path))));
	arena_free(a);
	luaL_where(L, 1);
	lua_insert(L, -2);
	lua_concat(L, 2);
	return lua_error(L);
}

/* d:method — the library's function d.method, kept in the metatable's own cache. */
static int data_index(lua_State *L) {
	lua_pushvalue(L, 2);
	if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL)
		return 1;
	const char *key = luaL_checkstring(L, 2);
	const char *path = lua_pushfstring(L, "d.%s", key);
	const struct atom *name = atom_find(slice_of(path));
	if (!name || !library_find(name))
		return no_method(L, key, path);
	push_library(L, name);
	lua_pushvalue(L, 2);
	lua_pushvalue(L, -2);
	lua_rawset(L, lua_upvalueindex(1));
	return 1;
}

static int data_equal(lua_State *L) {
	struct data **a = luaL_checkudata(L, 1, "bake.data"),
		    **b = luaL_checkudata(L, 2, "bake.data");
	lua_pushboolean(L, *a == *b);
	return 1;
}

/* --- code to functions --- */

/* Text of a whole `function NAME(…) … end` with its name cut out; false for a body. */
static bool is_whole(struct slice text, const struct atom *name, struct slice *parameters) {
	struct slice rest = slice_trim(text);
	if (!name || !slice_starts(rest, "function"))
		return false;
	rest = slice_trim(slice_sub(rest, 8, rest.n));
	if (rest.n <= name->n || memcmp(rest.p, name->p, name->n) != 0)
		return false;
	*parameters = slice_trim(slice_sub(rest, name->n, rest.n));
	return slice_starts(*parameters, "(");
}

/* Pushes the function compiled from text; returns false with a message pushed instead. Padding with
 * newlines makes Lua count the lines of the metadata's own file. */
static bool compile(lua_State *L, struct slice text, const struct atom *name, struct place at) {
	struct slice parameters;
	struct buf source = { .arena = NULL };
	bool whole = is_whole(text, name, &parameters);
	for (int i = 1; i < at.line; i++)
		buf_addc(&source, '\n');
	buf_adds(&source,
			whole			  ? "return function"
					: at.line ? "local d, e = ...\n"
							: "local d, e = ... ");
	buf_add(&source, whole ? parameters : text);
	char chunk[32];
	const struct atom *file = at.file ? at.file : atom_of("lua");
	snprintf(chunk, sizeof chunk, "=%c%zu", CHUNK_MARK, file_number(file));
	int failed = luaL_loadbufferx(L, source.p, source.n, chunk, "t");
	buf_free(&source);
	if (failed)
		return false;
	push_environment(L);
	lua_setupvalue(L, -2, 1);
	return !whole || lua_pcall(L, 0, 1, 0) == LUA_OK;
}

/* The same, kept by text and place: a function has no upvalue but the environment, so recipes
 * share it. */
static bool push_compiled(
		lua_State *L, struct slice text, const struct atom *name, struct place at) {
	lua_rawgetp(L, LUA_REGISTRYINDEX, &functions_key);
	lua_pushfstring(L, "%s:%d:", at.file ? at.file->p : "", at.line);
	lua_pushlstring(L, text.p, text.n);
	lua_concat(L, 2);
	lua_pushvalue(L, -1);
	if (lua_rawget(L, -3) == LUA_TFUNCTION) {
		lua_insert(L, -3);
		lua_pop(L, 2);
		return true;
	}
	lua_pop(L, 1);
	bool good = compile(L, text, name, at);
	if (good) {
		lua_pushvalue(L, -2);
		lua_pushvalue(L, -2);
		lua_rawset(L, -5);
	}
	lua_insert(L, -3);
	lua_pop(L, 2);
	return good;
}

/* --- functions of the store --- */

enum function_kind { FUNCTION_NONE, FUNCTION_LUA, FUNCTION_PYTHON, FUNCTION_SHELL };

static const struct atom *flag_atom(const struct atom **kept, const char *name) {
	if (!*kept)
		*kept = atom_of(name);
	return *kept;
}

static enum function_kind function_kind(struct data *d, const struct atom *name) {
	static const struct atom *func, *lua, *python;
	struct slice value;
	if (!data_get_flag(d, name, flag_atom(&func, "func"), false, &value))
		return FUNCTION_NONE;
	if (data_get_flag(d, name, flag_atom(&lua, "lua"), false, &value))
		return FUNCTION_LUA;
	return data_get_flag(d, name, flag_atom(&python, "python"), false, &value) ? FUNCTION_PYTHON
			: FUNCTION_SHELL;
}

static struct place function_place(struct data *d, const struct atom *name) {
	static const struct atom *lineno, *filename;
	struct slice value;
	struct place at = { NULL, 1 };
	if (data_get_flag(d, name, flag_atom(&lineno, "lineno"), false, &value))
		at.line = atoi(arena_str(data_arena(d), value));
	if (data_get_flag(d, name, flag_atom(&filename, "filename"), false, &value))
		at.file = atom(value);
	return at;
}

static _Noreturn void raise_python(struct data *d, const struct atom *name) {
	struct place at = function_place(d, name);
	raise_error("%s is needed, and %s:%d has it in Python only; give it in Lua: function %s(d, "
			"…) … end",
			name->p, at.file ? at.file->p : "?", at.line, name->p);
}

/* Pushes the store's Lua function of that name; false (nothing pushed) when it has none. Raises for
 * a Python one and for one that does not compile. */
static bool push_store_function(lua_State *L, struct data *d, const struct atom *name) {
	enum function_kind kind = function_kind(d, name);
	if (kind == FUNCTION_PYTHON)
		raise_python(d, name);
	struct slice text;
	if (kind != FUNCTION_LUA || !data_get_raw(d, name, &text))
		return false;
	int top = lua_gettop(L);
	if (!push_compiled(L, text, name, function_place(d, name)))
		raise_lua_error(L, data_arena(d), top);
	return true;
}

/* --- modules: a table for each, filled when asked --- */

/* The file of module "a.b" on BBPATH: classes/lib/a/b.lua. NULL: none. */
static const char *find_module(struct data *d, struct arena *a, struct slice module) {
	struct slice rest = data_text(d, "BBPATH"), dir;
	char *name = arena_str(a, module);
	for (char *p = name; *p; p++)
		*p = *p == '.' ? '/' : *p;
	while (slice_field(&rest, ':', &dir)) {
		struct slice path = arena_printf(a, SFMT "/classes/lib/%s.lua", SARG(dir), name);
		if (os_is_file(path.p))
			return path.p;
	}
	struct slice own = arena_printf(a, "%s/classes/lib/%s.lua", root ? root : "", name);
	return root && os_is_file(own.p) ? own.p : NULL;
}

void lua_set_root(const char *dir) {
	root = dir;
}

/* Pushes what the module's file returned, run once a path; false when there is no such file.
 * Raises. */
static bool push_module_file(lua_State *L, struct data *d, struct arena *a, struct slice module) {
	/* Modules stay loaded, and what was found in them is not looked for again. */
	witness_keep(true);
	const char *path = find_module(d, a, module);
	if (path)
		witness_content(path);
	witness_keep(false);
	if (!path)
		return false;
	int top = lua_gettop(L);
	lua_rawgetp(L, LUA_REGISTRYINDEX, &modules_key);
	if (lua_getfield(L, -1, path) == LUA_TNIL) {
		struct slice text;
		lua_settop(L, top + 1);
		if (os_read(a, path, &text) != 0)
			raise_error("%s: cannot be read", path);
		/* Line 0: there is no header, the text starts at line 1. */
		bool good = compile(L, text, NULL, (struct place){ atom_of(path), 0 });
		if (!good || lua_pcall(L, 0, 1, 0) != LUA_OK)
			raise_lua_error(L, a, top);
		lua_pushvalue(L, -1);
		lua_setfield(L, -3, path);
	}
	lua_remove(L, -2);
	return true;
}

/* What runs inside a trap on behalf of Lua: looks `key` up for an environment or module table whose
 * dotted name is `prefix` ("" for the environment). Pushes a value or nothing. */
static bool push_named(lua_State *L, struct arena *a, const char *prefix, const char *key);

static int table_index(lua_State *L) {
	const char *prefix = lua_tostring(L, lua_upvalueindex(1)), *key = lua_tostring(L, 2);
	if (lua_type(L, 2) != LUA_TSTRING)
		return 0;
	struct arena *volatile scratch = arena_new();
	struct trap trap;
	if (TRAP(&trap)) {
		bool found = push_named(L, scratch, prefix, key);
		trap_end(&trap);
		arena_free(scratch);
		return found;
	}
	arena_free(scratch);
	push_fault(L, &trap.error);
	return lua_error(L);
}

static int refuse_write(lua_State *L) {
	return luaL_error(L,
			"%s is no local variable: globals cannot be set (write 'local %s = …')",
			luaL_tolstring(L, 2, NULL), luaL_tolstring(L, 2, NULL));
}

static int refuse_method_write(lua_State *L) {
	return luaL_error(L, "a library table cannot be changed (%s)", luaL_tolstring(L, 2, NULL));
}

/* Gives the table on top its lookup. */
static void set_lookup(lua_State *L, const char *prefix, lua_CFunction write) {
	lua_createtable(L, 0, 3);
	lua_pushstring(L, prefix);
	lua_pushcclosure(L, table_index, 1);
	lua_setfield(L, -2, "__index");
	lua_pushcfunction(L, write);
	lua_setfield(L, -2, "__newindex");
	lua_pushliteral(L, "bake");
	lua_setfield(L, -2, "__metatable");
	lua_setmetatable(L, -2);
}

/* What is the same for every store is kept in the table that was asked (index 1). */
static void keep(lua_State *L, const char *key) {
	lua_pushvalue(L, -1);
	lua_pushstring(L, key);
	lua_insert(L, -2);
	lua_rawset(L, 1);
}

static bool push_named(lua_State *L, struct arena *a, const char *prefix, const char *key) {
	struct slice path = *prefix ? arena_printf(a, "%s.%s", prefix, key) : slice_of(key);
	const struct atom *name = atom(path);
	if (*prefix && library_find(name)) {
		push_library(L, name);
		keep(L, key);
		return true;
	}
	if (library_is_module(name) && !slice_is(path, "d")) {
		lua_newtable(L);
		set_lookup(L, path.p, refuse_method_write);
		keep(L, key);
		return true;
	}
	if (!current)
		return false;
	if (!*prefix && push_store_function(L, current, name))
		return true;
	if (push_module_file(L, current, a, path))
		return true;
	if (!*prefix || !push_module_file(L, current, a, slice_of(prefix)))
		return false;
	lua_pushstring(L, key);              /* a file that adds to a library module */
	lua_rawget(L, -2);
	return true;
}

static int require_module(lua_State *L) {
	const char *name = luaL_checkstring(L, 1);
	struct arena *volatile scratch = arena_new();
	struct trap trap;
	if (TRAP(&trap)) {
		bool found = current && push_module_file(L, current, scratch, slice_of(name));
		trap_end(&trap);
		arena_free(scratch);
		if (!found)
			return luaL_error(L, "no module '%s' (classes/lib/%s.lua) on BBPATH", name,
					name);
		return 1;
	}
	arena_free(scratch);
	push_fault(L, &trap.error);
	return lua_error(L);
}

/* --- the state --- */

/* pcall whose message is readable: marks of chunks become file names. */
static int protected_call(lua_State *L) {
	luaL_checkany(L, 1);
	int status = lua_pcall(L, lua_gettop(L) - 1, LUA_MULTRET, 0);
	if (status != LUA_OK && lua_type(L, -1) == LUA_TSTRING) {
		size_t n;
		const char *p = lua_tolstring(L, -1, &n);
		struct buf b = {0};
		add_readable(&b, (struct slice){ p, n });
		lua_pushlstring(L, b.p ? b.p : "", b.n);
		buf_free(&b);
		lua_replace(L, -2);
	}
	lua_pushboolean(L, status == LUA_OK);
	lua_insert(L, 1);
	return lua_gettop(L);
}

static void push_environment(lua_State *L) {
	lua_rawgetp(L, LUA_REGISTRYINDEX, &environment_key);
}

static void add_functions(lua_State *L, const char *const *names) {
	for (; *names; names++) {
		lua_getglobal(L, *names);
		lua_setfield(L, -2, *names);
	}
}

/* Calls the function it closes over, whose result is another each time. */
static int call_unsteady(lua_State *L) {
	witness_unsteady();
	lua_pushvalue(L, lua_upvalueindex(1));
	lua_insert(L, 1);
	lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
	return lua_gettop(L);
}

/* os has what harms nobody and knows no environment: time, date, clock; the library adds the
 * rest. */
static void add_os(lua_State *L) {
	static const char *const harmless[] = { "time", "date", "clock", "difftime", NULL };
	lua_newtable(L);
	luaL_requiref(L, "os", luaopen_os, 0);
	for (int i = 0; harmless[i]; i++) {
		lua_getfield(L, -1, harmless[i]);
		lua_pushcclosure(L, call_unsteady, 1);
		lua_setfield(L, -3, harmless[i]);
	}
	lua_pop(L, 1);
	set_lookup(L, "os", refuse_method_write);
	lua_setfield(L, -2, "os");
}

static void make_environment(lua_State *L) {
	static const char *const safe[] = {
		"assert",
		"error",
		"getmetatable",
		"ipairs",
		"next",
		"pairs",
		"print",
		"rawequal",
		"rawget",
		"rawlen",
		"rawset",
		"select",
		"setmetatable",
		"tonumber",
		"tostring",
		"type",
		"string",
		"table",
		"math",
		"utf8",
		"coroutine",
		"_VERSION",
		NULL,
	};
	lua_newtable(L);
	add_functions(L, safe);
	lua_pushcfunction(L, protected_call);
	lua_setfield(L, -2, "pcall");
	lua_pushcfunction(L, require_module);
	lua_setfield(L, -2, "require");
	add_os(L);
	set_lookup(L, "", refuse_write);
	lua_rawsetp(L, LUA_REGISTRYINDEX, &environment_key);
}

static void make_data_type(lua_State *L) {
	luaL_newmetatable(L, "bake.data");
	lua_newtable(L);
	lua_pushcclosure(L, data_index, 1);
	lua_setfield(L, -2, "__index");
	lua_pushcfunction(L, data_equal);
	lua_setfield(L, -2, "__eq");
	lua_pushliteral(L, "bake");
	lua_setfield(L, -2, "__metatable");
	lua_pop(L, 1);
}

static lua_State *open_state(void) {
	static const luaL_Reg libraries[] = {
		{ LUA_GNAME, luaopen_base }, { LUA_TABLIBNAME, luaopen_table },
		{ LUA_STRLIBNAME, luaopen_string }, { LUA_MATHLIBNAME, luaopen_math },
		{ LUA_UTF8LIBNAME, luaopen_utf8 }, { LUA_COLIBNAME, luaopen_coroutine },
	};
	if (state)
		return state;
	state = luaL_newstate();
	if (!state)
		broken("no memory for Lua");
	for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++) {
		luaL_requiref(state, libraries[i].name, libraries[i].func, 1);
		lua_pop(state, 1);
	}
	char *const tables[] = { &functions_key, &modules_key };
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
		lua_newtable(state);
		lua_rawsetp(state, LUA_REGISTRYINDEX, tables[i]);
	}
	make_data_type(state);
	make_environment(state);
	return state;
}

void lua_shutdown(void) {
	if (state)
		lua_close(state);
	state = NULL;
	free(chunk_file);
	chunk_file = NULL;
	chunk_files = 0;
}

/* --- running --- */

/* Not luaL_checkstack: a Lua error must not pass the traps between here and whoever called us. */
static void make_room(lua_State *L) {
	if (!lua_checkstack(L, MOST_ARGUMENTS + 16))
		raise_error("Lua functions call each other too deeply");
}

/* Calls the function below its n arguments on the stack, with d as the store worked on. Raises. */
static void run(lua_State *L, struct data *d, int n, int results) {
	int top = lua_gettop(L) - n - 1;
	struct data *outer = current;
	current = d;
	int status = lua_pcall(L, n, results, 0);
	current = outer;
	fflush(stdout);
	if (status != LUA_OK)
		raise_lua_error(L, data_arena(d), top);
}

/* Pushes the function `name` of d or raises. */
static lua_State *push_function(struct data *d, const struct atom *name) {
	lua_State *L = open_state();
	make_room(L);
	if (!push_store_function(L, d, name))
		raise_error("%s: no Lua function of that name", name->p);
	return L;
}

void lua_run(struct data *d, const struct atom *name) {
	lua_State *L = push_function(d, name);
	push_data(L, d);
	run(L, d, 1, 0);
}

void lua_run_event(struct data *d, const struct atom *name, const char *event,
		const struct lua_field *fields) {
	lua_State *L = push_function(d, name);
	push_data(L, d);
	lua_createtable(L, 0, 2);
	lua_pushstring(L, event);
	lua_setfield(L, -2, "name");
	lua_pushvalue(L, -2);
	lua_setfield(L, -2, "data");
	for (; fields && fields->key; fields++) {
		lua_pushlstring(L, fields->text.p, fields->text.n);
		lua_setfield(L, -2, fields->key);
	}
	run(L, d, 2, 0);
}

void lua_run_text(struct data *d, struct slice body, struct place at) {
	lua_State *L = open_state();
	int top = lua_gettop(L);
	make_room(L);
	if (!push_compiled(L, body, NULL, at))
		raise_lua_error(L, data_arena(d), top);
	push_data(L, d);
	run(L, d, 1, 0);
}

/* A whole function names itself: `function NAME(`. */
static const struct atom *own_name(struct slice text) {
	struct slice rest = slice_trim(text);
	size_t n = 0;
	if (!slice_starts(rest, "function"))
		return NULL;
	rest = slice_trim(slice_sub(rest, 8, rest.n));
	while (n < rest.n && rest.p[n] != '(' && rest.p[n] != ' ' && rest.p[n] != '\t')
		n++;
	return n ? atom(slice_sub(rest, 0, n)) : NULL;
}

void lua_check(struct slice text, struct place at) {
	lua_State *L = open_state();
	int top = lua_gettop(L);
	make_room(L);
	if (push_compiled(L, text, own_name(text), at)) {
		lua_settop(L, top);
		return;
	}
	struct arena *a = arena_new();
	struct trap trap;
	if (TRAP(&trap))
		raise_lua_error(L, a, top);
	arena_free(a);
	raise_again(&trap.error);
}

/* --- called by expressions --- */

/* Pushes the function M.f for "A.B.f": the file A/B.lua with f, or A.lua with B.f. */
static bool push_module_function(lua_State *L, struct call *c) {
	struct slice path = atom_slice(c->name);
	int top = lua_gettop(L);
	for (size_t i = path.n; i-- > 0;) {
		if (path.p[i] != '.'
				|| !push_module_file(L, c->data, c->arena, slice_sub(path, 0, i)))
			continue;
		struct slice rest = slice_sub(path, i + 1, path.n), field;
		while (slice_field(&rest, '.', &field) && lua_istable(L, -1)) {
			lua_pushlstring(L, field.p, field.n);
			lua_rawget(L, -2);
			lua_remove(L, -2);
		}
		if (lua_isfunction(L, -1))
			return true;
		lua_settop(L, top);
	}
	return false;
}

/* The arguments by position, named ones where the function on top of the stack has a parameter
 * of that name. Raises when it has none. */
static size_t place_arguments(lua_State *L, struct call *c, struct value args[MOST_ARGUMENTS]) {
	size_t n = 0;
	for (; n < c->args && n < MOST_ARGUMENTS; n++)
		args[n] = c->arg[n];
	for (size_t i = 0; i < c->nameds; i++) {
		size_t k = 0;
		const char *name = NULL;
		do
			name = lua_getlocal(L, NULL, (int)++k);
		while (name && strcmp(name, c->key[i]->p) != 0);
		if (!name || k > MOST_ARGUMENTS) {
			lua_pop(L, 1);
			call_fail(c, "has no parameter %s", c->key[i]->p);
		}
		while (n < k)
			args[n++] = VALUE_NIL;
		args[k - 1] = c->named[i];
	}
	return n;
}

bool lua_call_named(struct call *c, struct value *result) {
	lua_State *L = open_state();
	int top = lua_gettop(L);
	make_room(L);
	bool dotted = memchr(c->name->p, '.', c->name->n) != NULL;
	if (dotted ? !push_module_function(L, c) : !push_store_function(L, c->data, c->name))
		return false;
	struct value args[MOST_ARGUMENTS];
	size_t n = place_arguments(L, c, args);
	for (size_t i = 0; i < n; i++)
		push_value(L, args[i]);
	run(L, c->data, (int)n, 1);
	struct trap trap;
	if (TRAP(&trap)) {
		*result = to_value(L, -1, c->arena, 0);
		trap_end(&trap);
		lua_settop(L, top);
		return true;
	}
	lua_settop(L, top);
	raise_again(&trap.error);
}
