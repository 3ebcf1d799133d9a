/* artefact: publishing into shared directories, and taking back what was published. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "artefact.h"
#include "graph.h"
#include "map.h"
#include "os.h"
#include "recipe.h"

static struct arena *a;
static char top[] = "/tmp/test-artefact-XXXXXX";
static struct recipe recipe;
static struct recipe_task spec;
static struct task task;

static const char *in(const char *name) { return arena_printf(a, "%s/%s", top, name).p; }

static void set_up(void) {
	a = arena_new();
	cr_assert_not_null(mkdtemp(top));
	recipe.pn = SLICE("x");
	recipe.stamp = arena_printf(a, "%s/stamps/x/1.0", top);
	spec.name = atom_of("do_deploy");
	slices_add(a, &spec.inputdirs, slice_of(in("work/out")));
	slices_add(a, &spec.outputdirs, slice_of(in("deploy")));
	task = (struct task){ .recipe = &recipe, .spec = &spec, .id = SLICE("x:do_deploy") };
}
static void tear_down(void) {
	os_remove(top);
	arena_free(a);
}
TestSuite(artefact, .init = set_up, .fini = tear_down);

static void put(const char *name, const char *text) {
	cr_assert_eq(os_mkparents(in(name)), 0);
	cr_assert_eq(os_write(in(name), slice_of(text), 0644, false), 0);
}

Test(artefact, shared_directories_keep_what_others_put_there) {
	put("deploy/other", "");
	put("deploy/sub/other", "");
	cr_assert_eq(artefact_empty(&task), 0);
	put("work/out/sub/mine", "");
	put("work/out/own/mine", "");
	cr_assert_eq(artefact_publish(&task), 0);
	cr_assert(os_is_file(in("deploy/sub/mine")) && os_is_file(in("deploy/own/mine")));
	artefact_withdraw(&recipe);
	cr_assert_not(os_exists(in("deploy/sub/mine")));
	cr_assert_not(os_exists(in("deploy/own")), "directories of its own go too");
	cr_assert(os_is_file(in("deploy/other")) && os_is_file(in("deploy/sub/other")));
}

Test(artefact, what_is_no_longer_made_is_withdrawn) {
	artefact_empty(&task);
	put("work/out/old", "1");
	put("work/out/both", "1");
	artefact_publish(&task);
	artefact_empty(&task);
	put("work/out/both", "2");
	artefact_publish(&task);
	struct slice text;
	cr_assert_not(os_exists(in("deploy/old")));
	cr_assert_eq(os_read(a, in("deploy/both"), &text), 0);
	cr_assert(slice_is(text, "2"));
}

static unsigned warnings;
static void count_warnings(void *ctx, enum message_level level, const char *text) {
	(void)ctx, (void)text;
	warnings += level == MESSAGE_WARN;
}

Test(artefact, replacing_other_bytes_is_said_once) {
	message_sink(count_warnings, NULL);
	put("deploy/same", "1");
	artefact_empty(&task);
	put("work/out/same", "1");
	artefact_publish(&task);
	cr_assert_eq(warnings, 0u);
	put("deploy/a", "1");
	put("deploy/b", "1");
	put("work/out/a", "2");
	put("work/out/b", "2");
	artefact_publish(&task);
	cr_assert_eq(warnings, 1u);
	message_sink(NULL, NULL);
}

Test(artefact, directories_must_pair_up) {
	message_sink(count_warnings, NULL);
	slices_add(a, &spec.inputdirs, slice_of(in("work/more")));
	cr_assert_eq(artefact_empty(&task), -1);
	message_sink(NULL, NULL);
}
