/* toolbox: the programs links lead to, with what they need to be run, and nothing else. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <unistd.h>

#include "os.h"
#include "toolbox.h"
#include "util.h"

static struct arena *a;
static char top[] = "/tmp/test-toolbox-XXXXXX";
static const char *links, *dir;

static void set_up(void) {
	a = arena_new();
	cr_assert(mkdtemp(top));
	links = arena_printf(a, "%s/links", top).p;
	dir = arena_printf(a, "%s/tools", top).p;
	cr_assert_eq(os_mkdirs(links), 0);
}
static void tear_down(void) {
	os_remove(top);
	arena_free(a);
}
TestSuite(toolbox, .init = set_up, .fini = tear_down);

static void tool(const char *name, const char *program) {
	cr_assert_eq(symlink(program, arena_printf(a, "%s/%s", links, name).p), 0);
}

/* With merged /usr or without. */
static bool has(const char *tree, const char *name) {
	return os_exists(arena_printf(a, "%s/usr/bin/%s", tree, name).p)
		|| os_exists(arena_printf(a, "%s/bin/%s", tree, name).p);
}

Test(toolbox, holds_what_is_named_and_a_shell) {
	tool("cat", "/usr/bin/cat");
	const char *tree = toolbox_make(a, dir, links);
	cr_assert_not_null(tree);
	cr_assert(has(tree, "cat") && has(tree, "sh"));
	cr_assert_not(has(tree, "ls"));
}

Test(toolbox, follows_links) {
	tool("awk", "/usr/bin/awk");
	const char *tree = toolbox_make(a, dir, links);
	const char *real = os_realpath(a, "/usr/bin/awk");
	cr_assert(has(tree, "awk"));
	cr_assert(has(tree, os_basename(slice_of(real)).p), "%s, which it leads to", real);
}

Test(toolbox, holds_interpreters) {
	tool("ldd", "/usr/bin/ldd");
	cr_assert(has(toolbox_make(a, dir, links), "bash"));
}

Test(toolbox, copies_and_does_not_link) {
	tool("cat", "/usr/bin/cat");
	const char *tree = toolbox_make(a, dir, links);
	const char *copy = arena_printf(a, "%s/usr/bin/cat", tree).p;
	cr_assert_eq(os_write(copy, SLICE("mine"), 0755, false), 0);
	cr_assert_eq(system("/usr/bin/cat /dev/null"), 0);
}

Test(toolbox, is_made_again_when_a_program_comes) {
	tool("cat", "/usr/bin/cat");
	const char *one = toolbox_make(a, dir, links);
	cr_assert_str_eq(toolbox_make(a, dir, links), one);
	tool("ls", "/usr/bin/ls");
	const char *two = toolbox_make(a, dir, links);
	cr_assert_str_neq(two, one);
	cr_assert(has(two, "ls"));
	cr_assert_not(os_exists(one));
}

Test(toolbox, what_lies_elsewhere_is_left_where_it_is) {
	tool("x", "/opt/no/such/x");
	cr_assert_not_null(toolbox_make(a, dir, links));
}
