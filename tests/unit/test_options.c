/* options: what words mean, and which are wrong usage. */
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <getopt.h>

#include "options.h"

static struct arena *a;
static void set_up(void) {
	a = arena_new();
	cr_redirect_stderr();
	cr_redirect_stdout();
}
static void tear_down(void) { arena_free(a); }
TestSuite(options, .init = set_up, .fini = tear_down);

#define READ(...) read_words((char *[]){ "bake", __VA_ARGS__, NULL })
static struct options read_words(char **words) {
	struct options o;
	int count = 0;
	while (words[count])
		count++;
	optind = 1;
	options_read(a, &o, count, words);
	return o;
}

Test(options, targets_are_built) {
	struct options o = READ("-k", "zlib", "-j", "3", "kmod:do_fetch", "-c", "compile");
	cr_assert_eq(o.command, COMMAND_BUILD);
	cr_assert_eq(o.words.n, 2u);
	cr_assert(slice_is(o.words.v[1], "kmod:do_fetch"));
	cr_assert(o.keep_going && o.jobs == 3 && slice_is(o.task, "compile"));
}

Test(options, a_first_word_may_be_a_command) {
	struct options o = READ("getvar", "-r", "zlib", "--value", "PV");
	cr_assert_eq(o.command, COMMAND_GETVAR);
	cr_assert(slice_is(o.recipe, "zlib") && o.value_only && o.words.n == 1);
	cr_assert_eq(READ("clean", "--all").command, COMMAND_CLEAN);
	cr_assert_eq(READ("run").command, COMMAND_RUN);
	cr_assert_eq(READ("zlib", "run").command, COMMAND_BUILD, "a later word is a target");
	cr_assert_eq(READ("-e", "run").command, COMMAND_ENVIRONMENT, "after -e it is a recipe");
}

Test(options, variables_are_kept_in_order) {
	struct options o = READ("--set", "A=1", "--set", "B=a=b", "-p");
	cr_assert_eq(o.command, COMMAND_PARSE);
	cr_assert_eq(o.assigns.n, 2u);
	cr_assert(slice_is(o.assigns.v[1], "B=a=b"));
}

Test(options, no_target_is_wrong, .exit_code = 2) { READ("-k"); }
Test(options, unknown_options_are_wrong, .exit_code = 2) { READ("--nonsense", "x"); }
Test(options, no_jobs_are_wrong, .exit_code = 2) { READ("-j", "0", "x"); }
Test(options, jobs_are_a_number, .exit_code = 2) { READ("-j", "2x", "x"); }
Test(options, an_assignment_has_a_name, .exit_code = 2) { READ("--set", "=x", "x"); }
Test(options, what_acts_has_no_dry_run, .exit_code = 2) { READ("-n", "clean", "x"); }
Test(options, gc_has_one) { cr_assert(READ("-n", "cache", "gc").dry_run); }
Test(options, help_is_no_error, .exit_code = 0) { READ("--help"); cr_assert_fail("not reached"); }
