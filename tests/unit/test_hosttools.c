/* hosttools: links to the tools a task may call, and what each of them is. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data.h"
#include "hosttools.h"
#include "map.h"
#include "os.h"
#include "util.h"

static struct arena *a;
static struct data *d;
static char top[] = "/tmp/test-hosttools-XXXXXX";
static char said[1000];

static const char *in(const char *name) { return arena_printf(a, "%s/%s", top, name).p; }
static void set(const char *name, const char *value) {
	data_set(d, atom_of(name), slice_of(value));
}
static void hear(void *ctx, enum message_level level, const char *text) {
	(void)ctx, (void)level;
	strncpy(said, text, sizeof said - 1);
}
static void tool(const char *name, const char *body) {
	cr_assert_eq(os_write(in(arena_printf(a, "bin/%s", name).p),
		arena_printf(a, "#!/bin/sh\n%s\n", body), 0755, false), 0);
}

static void set_up(void) {
	a = arena_new();
	d = data_new(a);
	cr_assert_not_null(mkdtemp(top));
	cr_assert_eq(os_mkdirs(in("bin")), 0);
	setenv("PATH", in("bin"), 1);
	message_sink(hear, NULL);
	set("TMPDIR", in("tmp"));
	set("HOSTTOOLS_DIR", in("tmp/hosttools"));
	tool("bake-one", "echo 1");
	tool("bake-two", "echo 2");
	set("HOSTTOOLS", "bake-one bake-two");
	set("HOSTTOOLS_NONFATAL", "bake-three");
}
static void tear_down(void) {
	os_remove(top);
	arena_free(a);
}
TestSuite(hosttools, .init = set_up, .fini = tear_down);

static struct slice lines(void) {
	struct hosttools_identity id;
	cr_assert_eq(hosttools_identify(d, a, &id), 0);
	return id.lines;
}

static bool names(struct slice text, const char *name) {
	return slice_find(text, arena_printf(a, "@tool/%s ", name).p, NULL);
}

Test(hosttools, links_are_what_is_named) {
	cr_assert_eq(hosttools_link(d), 0);
	cr_expect(os_is_file(in("tmp/hosttools/bake-one")));
	set("HOSTTOOLS", "bake-two");
	cr_assert_eq(hosttools_link(d), 0);
	cr_expect_not(os_is_file(in("tmp/hosttools/bake-one")), "no longer named");
	cr_expect(os_is_file(in("tmp/hosttools/bake-two")));
}

Test(hosttools, all_that_are_missing_are_named) {
	set("HOSTTOOLS", "bake-four bake-one bake-five");
	cr_expect_eq(hosttools_link(d), -1);
	cr_expect_not_null(strstr(said, "bake-four bake-five"));
}

Test(hosttools, each_tool_has_a_line) {
	struct slice text = lines();
	cr_expect(names(text, "bake-one") && names(text, "bake-two"));
	cr_expect_not(names(text, "bake-three"), "the host lacks it");
	cr_expect(slice_starts(text, "@compiler \n"));
}

Test(hosttools, an_optional_tool_counts_once_it_is_there) {
	lines();
	tool("bake-three", "echo 3");
	cr_expect(names(lines(), "bake-three"));
}

Test(hosttools, another_program_is_another_line) {
	struct slice before = lines();
	cr_expect(slice_eq(before, lines()));
	tool("bake-two", "echo 3");              /* of the same size, in the same second */
	cr_expect_not(slice_eq(before, lines()));
}

Test(hosttools, a_copy_elsewhere_is_the_same_tool) {
	struct slice before = lines();
	cr_assert_eq(os_mkdirs(in("other")), 0);
	cr_assert_eq(rename(in("bin/bake-one"), in("other/bake-one")), 0);
	setenv("PATH", arena_printf(a, "%s:%s", in("other"), in("bin")).p, 1);
	cr_expect(slice_eq(before, lines()));
}

Test(hosttools, the_order_of_the_lists_does_not_matter) {
	struct slice before = lines();
	set("HOSTTOOLS", "bake-two bake-one bake-two");
	cr_expect(slice_eq(before, lines()));
}

Test(hosttools, excluded_ones_have_no_line) {
	set("HOSTTOOLS_HASHEXCLUDE", "bake-one");
	cr_expect_not(names(lines(), "bake-one"));
}

Test(hosttools, what_tools_say_of_themselves) {
	struct hosttools_identity id;
	set("EXTERNAL_TOOLCHAIN_ID_CMD", "echo gcc 12; echo; echo ld 2");
	set("HOSTTOOLS_ID_CMD", "bake-two");
	for (int i = 0; i < 2; i++) {            /* asked, then remembered */
		cr_assert_eq(hosttools_identify(d, a, &id), 0);
		cr_expect(slice_starts(id.lines, "@compiler gcc 12\\n\\nld 2\\n\n"
			"@tool/HOSTTOOLS_ID_CMD 2\\n\n@tool/bake-one "), SFMT, SARG(id.lines));
		cr_expect(slice_is(id.compiler, "gcc 12\n\nld 2\n"), SFMT, SARG(id.compiler));
	}
}

Test(hosttools, a_command_that_fails_is_an_error) {
	struct hosttools_identity id;
	set("EXTERNAL_TOOLCHAIN_ID_CMD", "bake-no-such-gcc --version");
	cr_expect_eq(hosttools_identify(d, a, &id), -1);
	cr_expect_not_null(strstr(said, "EXTERNAL_TOOLCHAIN_ID_CMD failed: bake-no-such-gcc"));
}

Test(hosttools, a_read_only_place_only_forgets) {
	set("TMPDIR", "/proc/none");
	cr_expect(names(lines(), "bake-one"));
}
