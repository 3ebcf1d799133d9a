/* emit: scripts that a shell accepts, with what they need and no more. */
#include <criterion/criterion.h>
#include <string.h>

#include "data.h"
#include "emit.h"
#include "map.h"
#include "proc.h"
#include "util.h"

static struct arena *a;
static struct data *d;

static void set_up(void) {
	a = arena_new();
	d = data_new(a);
}
static void tear_down(void) { arena_free(a); }
TestSuite(emit, .init = set_up, .fini = tear_down);

static void set(const char *name, const char *value) {
	data_set(d, atom_of(name), slice_of(value));
}

static void flag(const char *name, const char *which, const char *value) {
	data_set_flag(d, atom_of(name), atom_of(which), slice_of(value));
}

static void function(const char *name, const char *body) {
	set(name, body);
	flag(name, "func", "1");
}

static const char *script(const char *name, const char *cwd) {
	struct buf out = { .arena = a };
	emit_script(d, atom_of(name), cwd, &out);
	return out.p;
}

/* What the script prints when run with nothing in its environment but a PATH. */
static const char *run(const char *name) {
	const char *argv[] = { "/bin/sh", "-c", script(name, "/"), NULL };
	const char *env[] = { "PATH=/usr/bin:/bin", NULL };
	struct proc_command c = { .argv = argv, .env = env, .errors = true };
	struct slice out;
	int status;
	cr_assert_eq(proc_capture(a, &c, &out, &status), 0);
	return out.p;
}

Test(emit, exported_variables_keep_every_character) {
	set("ODD", "a'b \"c\" $d `e` \\f");
	flag("ODD", "export", "1");
	set("PRIVATE", "x");
	function("do_x", "\tprintf '%s|%s' \"$ODD\" \"$PRIVATE\"\n");
	cr_assert_str_eq(run("do_x"), "a'b \"c\" $d `e` \\f|");
}

Test(emit, functions_that_are_reached_come_along) {
	function("do_x", "\tfirst\n");
	function("first", "\tif true; then second; fi\n");
	function("second", "\techo deep\n");
	function("unused", "\techo no\n");
	function("listed", "\techo no\n");
	flag("do_x", "vardeps", "listed");
	cr_assert_str_eq(run("do_x"), "deep\n");
	cr_assert_null(strstr(script("do_x", NULL), "unused"));
	cr_assert_not_null(strstr(script("do_x", NULL), "listed() {"));
}

Test(emit, functions_that_call_each_other_end) {
	function("do_x", "\ta_fn\n");
	function("a_fn", "\tfalse && b_fn\n\ttrue\n");
	function("b_fn", "\ta_fn\n");
	cr_assert_not_null(strstr(script("do_x", NULL), "b_fn() {"));
}

Test(emit, an_empty_body_is_a_function_still) {
	function("do_x", "");
	cr_assert_str_eq(run("do_x"), "");
}

Test(emit, the_first_failing_command_ends_it) {
	function("do_x", "\tfalse\n\techo not reached\n");
	cr_assert_str_eq(run("do_x"), "");
}

Test(emit, unexport_unsets) {
	set("PATH", "/nowhere");
	flag("PATH", "unexport", "1");
	function("do_x", "\techo ${PATH-unset}\n");
	cr_assert_not_null(strstr(script("do_x", NULL), "unset PATH\n"));
}

Test(emit, environment_is_sorted_and_one_line_each) {
	set("B", "two\nlines");
	set("A", "1");
	set("not-a-shell-name", "1");
	flag("A", "export", "1");
	flag("B", "export", "1");
	flag("not-a-shell-name", "export", "1");
	const char **env = emit_environment(d, a);
	cr_assert_str_eq(env[0], "A=1");
	cr_assert_str_eq(env[1], "B=two lines");
	cr_assert_null(env[2]);
}
