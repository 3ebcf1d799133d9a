/* stamp: one a task, with its hash in the name; others' stay. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "graph.h"
#include "map.h"
#include "os.h"
#include "recipe.h"
#include "stamp.h"

static struct arena *a;
static char top[] = "/tmp/test-stamp-XXXXXX";
static struct recipe recipe;
static struct recipe_task spec;

static void set_up(void) {
	a = arena_new();
	cr_assert_not_null(mkdtemp(top));
	recipe.pn = SLICE("x");
	recipe.stamp = arena_printf(a, "%s/x/1.0-r0", top);
	spec.name = atom_of("do_y");
}
static void tear_down(void) {
	os_remove(top);
	arena_free(a);
}
TestSuite(stamp, .init = set_up, .fini = tear_down);

/* A task of the recipe with a hash of one repeated digit. */
static struct task task(char digit) {
	char hash[65] = { 0 };
	memset(hash, digit, 64);
	return (struct task){ .recipe = &recipe, .spec = &spec, .hash = arena_dup(a, slice_of(hash)) };
}

Test(stamp, keeps_the_content_hash) {
	struct task t = task('a');
	cr_assert_not(stamp_is_there(&t));
	cr_assert_eq(stamp_write(&t, SLICE("c0ffee")), 0);
	cr_assert(stamp_is_there(&t));
	cr_assert(slice_is(stamp_content(a, &t), "c0ffee"));
}

Test(stamp, a_new_one_replaces_the_old_one) {
	struct task old = task('a'), new = task('b');
	stamp_write(&old, SLICE(""));
	stamp_write(&new, SLICE(""));
	cr_assert_not(stamp_is_there(&old));
	cr_assert(stamp_is_there(&new));
}

Test(stamp, another_version_of_the_recipe_is_the_same_task) {
	struct task old = task('a'), new = task('b');
	stamp_write(&old, SLICE(""));
	struct slice before = recipe.stamp;
	recipe.stamp = arena_printf(a, "%s/x/2.0-r0", top);
	stamp_write(&new, SLICE(""));
	recipe.stamp = before;
	cr_assert_not(stamp_is_there(&old));
}

Test(stamp, other_tasks_and_instances_stay) {
	struct recipe_task other = { .name = atom_of("do_y_more") };
	struct recipe_task instance = { .name = spec.name, .stamp_extra = SLICE("machine") };
	struct task t = task('a'), t2 = task('a'), t3 = task('a');
	t2.spec = &other;
	t3.spec = &instance;
	stamp_write(&t2, SLICE(""));
	stamp_write(&t3, SLICE(""));
	stamp_write(&t, SLICE(""));
	stamp_remove(&t);
	cr_assert_not(stamp_is_there(&t));
	cr_assert(stamp_is_there(&t2) && stamp_is_there(&t3));
}

Test(stamp, recipes_that_share_a_directory_do_not_meet) {
	struct task t = task('a'), t2 = task('a');
	struct recipe other = recipe;
	recipe.stamp = arena_printf(a, "%s/all/x-1.0", top);
	other.pn = SLICE("z");
	other.stamp = arena_printf(a, "%s/all/z-1.0", top);
	t2.recipe = &other;
	stamp_write(&t2, SLICE(""));
	stamp_write(&t, SLICE(""));
	stamp_clear(&recipe);
	cr_assert(stamp_is_there(&t2));
	cr_assert_not(stamp_is_there(&t));
}
