/* lua: functions of the metadata, what they can call, where their errors say they are. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data.h"
#include "inline.h"
#include "lib.h"
#include "library.h"
#include "lua.h"
#include "map.h"
#include "os.h"
#include "util.h"

static struct arena *a;
static struct data *d;

static void define(struct data *to, const char *name, const char *text, const char *flag) {
	const struct atom *n = atom_of(name);
	data_set(to, n, slice_of(text));
	data_set_flag(to, n, atom_of("func"), SLICE("1"));
	data_set_flag(to, n, atom_of(flag), SLICE("1"));
	data_set_flag(to, n, atom_of("filename"),
			SLICE("/a/long/path/that/is/longer/than/sixty/bytes/because/lua/cuts/names/"
				"x.bbclass"));
	data_set_flag(to, n, atom_of("lineno"), SLICE("10"));
}

static void set_up(void) {
	lib_init();
	a = arena_new();
	d = data_new(a);
	data_set_inline(d, inline_hooks());
	data_set(d, atom_of("PN"), SLICE("foo"));
}

static void tear_down(void) {
	arena_free(a);
	lua_shutdown();
}

TestSuite(lua, .init = set_up, .fini = tear_down);

static const char *get(const char *name) {
	struct slice value;
	return data_get(d, atom_of(name), &value) ? arena_str(a, value) : "(unset)";
}

static void run(const char *body) {
	lua_run_text(d, slice_of(body), (struct place){ atom_of("/x/y.bb"), 20 });
}

/* Runs body and gives back "file:line: message" of its failure. */
static const char *failure(const char *body) {
	struct trap trap;
	if (TRAP(&trap)) {
		run(body);
		trap_end(&trap);
		return "nothing failed";
	}
	return arena_printf(a, SFMT ":%d: " SFMT, SARG(trap.error.file), trap.error.line,
			SARG(trap.error.message)).p;
}

Test(lua, the_store_is_read_and_written) {
	run("d:setVar('A', d:getVar('PN') .. '-x')\n"
		"d:appendVar('A', ' y') d:setVarFlag('A', 'f', 7)\n"
		"d:setVar('B', d:expand('${A}!')) d:setVar('C', d:getVar('NONE') or 'none')\n"
		"d:setVar('D', '${PN}') d:setVar('E', d:getVar('D', false)) d:delVar('D')\n"
		"d:setVar('F', d:getVarFlag('A', 'f'))");
	cr_expect_str_eq(get("A"), "foo-x y");
	cr_expect_str_eq(get("B"), "foo-x y!");
	cr_expect_str_eq(get("C"), "none");
	cr_expect_str_eq(get("D"), "(unset)");
	cr_expect_str_eq(get("E"), "foo");
	cr_expect_str_eq(get("F"), "7");
}

Test(lua, functions_of_the_store_call_each_other) {
	define(d, "one", "function one(d, x) return two(x) .. d:getVar('PN') end", "lua");
	define(d, "two",
			"function two(x)\n\tif x == 0 then return '' end\n\treturn x .. two(x - "
			"1)\nend",
			"lua");
	define(d, "do_task", "\td:setVar('A', one(d, 3))\n", "lua");
	lua_run(d, atom_of("do_task"));
	cr_expect_str_eq(get("A"), "321foo");
	cr_expect_str_eq(arena_str(a, data_expand(d, SLICE("${@one(d, 2)}"))), "21foo");
	cr_expect_str_eq(arena_str(a, data_expand(d, SLICE("${@','.join(two(2))}"))), "2,1");
}

Test(lua, values_cross_both_ways) {
	define(d, "list",
			"function list(n) local t = {} for i = 1, n do t[i] = 'w' .. i end return "
			"t end",
			"lua");
	define(d, "count", "function count(t) return #t end", "lua");
	define(d, "map", "function map() return { a = 1 } end", "lua");
	define(d, "none", "function none() end", "lua");
	cr_expect_str_eq(arena_str(a, data_expand(d, SLICE("${@' '.join(list(3))}"))), "w1 w2 w3");
	cr_expect_str_eq(arena_str(a, data_expand(d, SLICE("${@count('a b c'.split())}"))), "3");
	cr_expect_str_eq(arena_str(a, inline_hooks()->eval(d, SLICE("map()['a'] + 1"))), "2");
	cr_expect_str_eq(arena_str(a, data_expand(d, SLICE("${@none() is None}"))), "True");
	define(d, "named",
			"function named(x, y, z) return tostring(x) .. tostring(y) .. tostring(z) "
			"end",
			"lua");
	cr_expect_str_eq(arena_str(a, data_expand(d, SLICE("${@named(1, z=3)}"))), "1nil3");
}

Test(lua, one_recipes_functions_are_not_anothers) {
	data_seal(d);
	struct data *one = data_child(a, d), *two = data_child(a, d);
	define(one, "helper", "function helper() return 'one' end", "lua");
	define(two, "helper", "function helper() return 'two' end", "lua");
	cr_expect_str_eq(arena_str(a, data_expand(one, SLICE("${@helper()}"))), "one");
	cr_expect_str_eq(arena_str(a, data_expand(two, SLICE("${@helper()}"))), "two");
	cr_expect_str_eq(arena_str(a, data_expand(one, SLICE("${@helper()}"))), "one");
}

Test(lua, globals_cannot_be_set) {
	cr_expect(strstr(failure("\n\tx = 1\n"), "/x/y.bb:22: x is no local variable"));
	cr_expect(strstr(failure("bb.utils.contains = nil"), "cannot be changed"));
}

Test(lua, errors_name_the_metadatas_own_line) {
	define(d, "bad", "function bad()\n\treturn nothing.x\nend", "lua");
	cr_expect(strstr(failure("\n\n\terror('boom')\n"), "/x/y.bb:23: boom"), "%s",
			failure("\n\n\terror('boom')\n"));
	cr_expect(strstr(failure("bad()"), "cuts/names/x.bbclass:11: "), "%s", failure("bad()"));
	cr_expect(strstr(failure("\tbb.fatal('stop')"), "/x/y.bb:21: stop"));
	cr_expect(strstr(failure("local x = = 1"), "/x/y.bb:21: "));
	cr_expect(strstr(failure("\nfs.read('/nonexistent')"),
			"/x/y.bb:22: fs.read: /nonexistent: "));
	cr_expect(strstr(failure("error({})"), "no text"));
}

Test(lua, a_raise_from_inside_keeps_its_place) {
	define(d, "bad", "function bad()\n\terror('deep')\nend", "lua");
	data_set(d, atom_of("V"), SLICE("${@bad()}"));
	cr_expect(strstr(failure("d:getVar('V')"), "x.bbclass:11: "), "%s",
			failure("d:getVar('V')"));
	cr_expect(strstr(failure("d:getVar('V')"), "deep"));
}

Test(lua, pcall_catches_with_readable_places) {
	run("local ok, why = pcall(function() bb.fatal('no') end)\n"
		"d:setVar('A', tostring(ok) .. ' ' .. why)");
	cr_expect_str_eq(get("A"), "false /x/y.bb:21: no");
}

Test(lua, python_functions_are_refused_by_name) {
	define(d, "py", "def py(d):\n    return 1", "python");
	cr_expect(strstr(failure("py(d)"), "py is needed"));
	cr_expect(strstr(failure("py(d)"), "x.bbclass:10 has it in Python only"));
}

Test(lua, the_sandbox_has_no_way_out) {
	run("d:setVar('A', tostring(io) .. tostring(load) .. tostring(dofile) .. tostring(debug) "
		".. "
		"tostring(rawget(os, 'execute')) .. tostring(os.exit))");
	cr_expect_str_eq(get("A"), "nilnilnilnilnilnil");
	run("d:setVar('B', tostring(os.getenv('PN')) .. tostring(os.getenv('HOME')))");
	cr_expect_str_eq(get("B"), "foonil");
}

Test(lua, bitbakes_functions_are_there) {
	data_set(d, atom_of("F"), SLICE("a b"));
	run("d:setVar('A', bb.utils.contains('F', 'a', 'y', 'n', d) .. "
		"oe.utils.trim_version('1.2.3'))\n"
		"d:setVar('B', table.concat(bb.utils.explode_deps('x (>= 1) y'), ','))\n"
		"d:setVar('C', hash.sha256('') .. os.path.basename('/a/b'))");
	cr_expect_str_eq(get("A"), "y1.2");
	cr_expect_str_eq(get("B"), "x,y");
	cr_expect(strstr(get("C"),
			"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855b"));
}

Test(lua, files) {
	char dir[] = "/tmp/test-lua-XXXXXX";
	cr_assert(mkdtemp(dir));
	data_set(d, atom_of("DIR"), slice_of(dir));
	run("local t = d:getVar('DIR')\n"
		"fs.mkdir(t .. '/a/b') fs.write(t .. '/a/f', 'text') fs.symlink('f', t .. '/a/l')\n"
		"fs.copytree(t .. '/a', t .. '/c', 'link')\n"
		"local out = {}\n"
		"for _, e in ipairs(fs.walk(t .. '/c')) do out[#out + 1] = e.path .. '=' .. e.type "
		"end\n"
		"d:setVar('WALK', table.concat(out, ' ') .. ' ' .. fs.readlink(t .. '/c/l'))\n"
		"d:setVar('STAT', fs.stat(t .. '/c/f').size .. fs.read(t .. '/c/f') .. fs.read(t .. "
		"'/c/f', 1, 2))\n"
		"d:setVar('GLOB', #fs.glob(t .. '/*') .. tostring(fs.stat(t .. '/none')))\n"
		"fs.write(t .. '/lines', 'one\\ntwo\\nthree\\n')\n"
		"d:setVar('LINES', tostring(hash.md5_file(t .. '/lines', nil, 2) == hash.md5_file(t .. '/lines', 1, 2)\n"
		"	and hash.md5_file(t .. '/lines', nil, 2) ~= hash.md5_file(t .. '/lines')))\n"
		"fs.remove(t) d:setVar('GONE', tostring(fs.exists(t)))");
	cr_expect_str_eq(get("LINES"), "true");
	cr_expect_str_eq(get("WALK"), "b=dir f=file l=link f");
	cr_expect_str_eq(get("STAT"), "4textex");
	cr_expect_str_eq(get("GLOB"), "2nil");
	cr_expect_str_eq(get("GONE"), "false");
}

Test(lua, processes) {
	data_set(d, atom_of("PATH"), SLICE("/usr/bin:/bin"));
	data_set(d, atom_of("EX"), SLICE("exported"));
	data_set_flag(d, atom_of("EX"), atom_of("export"), SLICE("1"));
	run("d:setVar('A', (bb.run{'sh', '-c', 'cat; echo $X $EX; pwd', input = 'in ', env = { X = "
		"'y' }, cwd = '/'}))\n"
		"local out, status = bb.run{'sh', '-c', 'exit 3', check = false} d:setVar('B', "
		"status)");
	cr_expect_str_eq(get("A"), "in y exported\n/\n");
	cr_expect_str_eq(get("B"), "3");
	cr_expect(strstr(failure("bb.run{'sh', '-c', 'echo why; exit 4'}"), "exit status 4: why"));
}

Test(lua, modules_are_found_on_bbpath) {
	char dir[] = "/tmp/test-lua-XXXXXX";
	cr_assert(mkdtemp(dir));
	cr_assert_eq(os_mkdirs(arena_printf(a, "%s/classes/lib/oe", dir).p), 0);
	os_write(arena_printf(a, "%s/classes/lib/mine.lua", dir).p,
			SLICE("local M = {}\nfunction M.f(x) return 'f' .. x end\nreturn M\n"),
			0644, false);
	os_write(arena_printf(a, "%s/classes/lib/oe/utils.lua", dir).p,
			SLICE("return { extra = function() return 'more' end }\n"), 0644, false);
	os_write(arena_printf(a, "%s/classes/lib/broken.lua", dir).p, SLICE("\nerror('x')\n"), 0644,
			false);
	data_set(d, atom_of("BBPATH"), slice_of(dir));
	run("d:setVar('A', require('mine').f(1) .. mine.f(2) .. oe.utils.extra() .. "
		"oe.utils.trim_version('1.2.3'))");
	cr_expect_str_eq(get("A"), "f1f2more1.2");
	cr_expect_str_eq(arena_str(a, data_expand(d, SLICE("${@mine.f('z')}"))), "fz");
	cr_expect_str_eq(arena_str(a, data_expand(d, SLICE("${@oe.utils.extra()}"))), "more");
	cr_expect(strstr(failure("require('none')"), "no module 'none'"));
	cr_expect(strstr(failure("require('broken')"), "classes/lib/broken.lua:2: x"), "%s",
			failure("require('broken')"));
	os_remove(dir);
}

Test(lua, events_and_checks) {
	define(d, "handler", "\td:setVar('SEEN', e.name .. tostring(e.data == d))\n", "lua");
	lua_run_event(d, atom_of("handler"), "bb.event.ConfigParsed", NULL);
	cr_expect_str_eq(get("SEEN"), "bb.event.ConfigParsedtrue");
	struct trap trap;
	lua_check(SLICE("function ok(d) return 1 end"), (struct place){ atom_of("/x"), 3 });
	if (TRAP(&trap)) {
		lua_check(SLICE("\tlocal = 3"), (struct place){ atom_of("/x"), 3 });
		trap_end(&trap);
		cr_assert(false, "not refused");
	}
	cr_expect_eq(trap.error.line, 4);
}

static struct value answer(struct call *c) {
	c->more[0] = value_text(SLICE("second"));
	c->mores = 1;
	return value_int(call_int(c, 0) + (int64_t)call_text(c, 1).n);
}

Test(lua, other_modules_add_functions) {
	library_add("bb.test.answer", answer);
	run("local x, y = bb.test.answer(40, 'ab') d:setVar('A', x .. y)");
	cr_expect_str_eq(get("A"), "42second");
	cr_expect(strstr(failure("bb.test.answer(1)"),
			"bb.test.answer: argument 2 must be a text, not NoneType"));
}
