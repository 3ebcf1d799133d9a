/* patch: what applies, what does not and is told, and that a tree is changed whole or not at all. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "os.h"
#include "patch.h"
#include "util.h"

static struct arena *a;
static char top[] = "/tmp/test-patch-XXXXXX";

static const char *in(const char *name) { return arena_printf(a, "%s/%s", top, name).p; }
static void sh(const char *script) {
	cr_assert_eq(system(arena_printf(a, "cd %s && %s", top, script).p), 0, "%s", script);
}

static void set_up(void) {
	a = arena_new();
	cr_assert_not_null(mkdtemp(top));
	sh("mkdir old new && seq 1 40 >old/f && seq 1 9 >old/g && cp old/* new/ && "
		"sed -i 's/^5$/five/; s/^35$/last/' new/f && sed -i 's/^9$/nine/' new/g && "
		"{ diff -ru old new >p || :; } && cp -r old tree");
}
static void tear_down(void) {
	os_remove(top);
	arena_free(a);
}
TestSuite(patch, .init = set_up, .fini = tear_down);

static enum patch_result apply(const char *name, struct slice *said) {
	struct patch p = { .file = in(name), .dir = in("tree"), .strip = "1", .rejects = in("rej"),
		.path = "/usr/bin:/bin" };
	return patch_apply(a, &p, said);
}

Test(patch, applies) {
	struct slice said;
	cr_assert_eq(apply("p", &said), PATCH_EXACT, SFMT, SARG(said));
	sh("diff -r new tree");
}

Test(patch, moved_lines_are_exact_changed_context_is_not) {
	struct slice said;
	sh("sed -i '1i zero' tree/g && sed -i 's/^32$/other/' tree/f");
	cr_assert_eq(apply("p", &said), PATCH_INEXACT, SFMT, SARG(said));
	cr_assert(slice_find(said, "f: Hunk #2", NULL), SFMT, SARG(said));
	sh("grep -q last tree/f && grep -q nine tree/g");
}

Test(patch, a_hunk_that_does_not_fit_is_named_and_nothing_changes) {
	struct slice said;
	sh("sed -i 's/^35$/mine/' tree/f && cp -r tree before");
	cr_assert_eq(apply("p", &said), PATCH_REFUSED);
	cr_assert(slice_find(said, "f: Hunk #2 FAILED at 32", NULL), SFMT, SARG(said));
	cr_assert(slice_find(said, in("rej"), NULL), SFMT, SARG(said));
	sh("grep -q '^+last' rej && ! grep -q five rej && diff -r before tree && test ! -e rej.rest");
}

Test(patch, once_is_enough) {
	struct slice said;
	apply("p", &said);
	cr_assert_eq(apply("p", &said), PATCH_REFUSED);
	cr_assert(slice_find(said, "previously applied", NULL), SFMT, SARG(said));
	sh("diff -r new tree");
}

Test(patch, a_file_that_is_not_there) {
	struct slice said;
	sh("rm tree/g && cp -r tree before");
	cr_assert_eq(apply("p", &said), PATCH_REFUSED);
	cr_assert(slice_find(said, "new/g", NULL), SFMT, SARG(said));
	sh("diff -r before tree");
	cr_assert_eq(apply("missing", &said), PATCH_REFUSED);
	cr_assert(slice_find(said, "No such file", NULL), SFMT, SARG(said));
}

/* patch(1) knows no binary files; git does, and must not take the tree for part of a repository. */
Test(patch, a_binary_file) {
	struct slice said;
	sh("git init -q . && printf '\\000\\001\\002' >new/b && "
		"{ git diff --no-index --binary old new >p || :; } && "
		"sed -i 's,/old/,/,g; s,/new/,/,g' p && mv tree t && git add -f . >/dev/null && mv t tree");
	cr_assert_eq(apply("p", &said), PATCH_EXACT, SFMT, SARG(said));
	sh("diff -r new tree");
	cr_assert_eq(apply("p", &said), PATCH_REFUSED);
	cr_assert(slice_find(said, "b", NULL), SFMT, SARG(said));
}
