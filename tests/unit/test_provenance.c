/* provenance: what is written is read, and what may not be believed is not. */
#include <criterion/criterion.h>
#include <string.h>

#include "provenance.h"
#include "util.h"

#define TASK "abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789"
#define OTHER "0000000000000000000000000000000000000000000000000000000000000000"

static struct arena *a;
static void set_up(void) { a = arena_new(); }
static void tear_down(void) { arena_free(a); }
TestSuite(provenance, .init = set_up, .fini = tear_down);

static struct provenance some(void) {
	return (struct provenance){ .artefact = SLICE("zlib:do_install"), .task = SLICE(TASK),
		.content = SLICE(OTHER), .sha256 = SLICE(OTHER), .size = 5, .same = SLICE(OTHER),
		.key = SLICE(OTHER), .engine = SLICE("bake test"), .made = 7, .cpu_ms = 9 };
}

static const char *refused(const struct provenance *p, const char *task) {
	struct slice text, why = SLICE("");
	struct provenance seen;
	cr_assert_eq(provenance_write(a, p, NULL, &text), 0);
	return provenance_accept(a, &(struct provenance_claim){ text, slice_of(task), NULL }, &seen, &why) < 0 ? arena_str(a, why) : "";
}

Test(provenance, what_is_written_is_read) {
	struct provenance p = some(), seen;
	struct slice text;
	cr_assert_eq(provenance_write(a, &p, NULL, &text), 0);
	cr_assert_eq(provenance_read(text, &seen), 0);
	cr_assert(slice_eq(seen.same, p.same) && slice_eq(seen.key, p.key) && slice_eq(seen.task, p.task));
	cr_assert_eq(seen.size, 5);
	cr_assert_eq(seen.cpu_ms, 9);
	cr_assert_eq(provenance_read(slice_sub(text, 0, text.n - 1), &seen), -1, "cut short");
	cr_assert_eq(provenance_read(SLICE("artefact a\0b\n" "task 1\ncontent 2\nsha256 3\n"), &seen), -1, "no text");
}

/* A blank for a number would make strtoull read on in the next line. */
Test(provenance, numbers_and_texts_are_such) {
	static const char *const bad[] = { "size  \n", "size -1\n", "size 1x\n", "made 99999999999999999999\n",
		"artefact \033[2Jzlib\n", "artefact a\rb\n" };
	struct provenance p = some(), seen;
	struct slice text;
	cr_assert_eq(provenance_write(a, &p, NULL, &text), 0);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		cr_expect_eq(provenance_read(arena_printf(a, "%s" SFMT, bad[i], SARG(text)), &seen), -1, "%s", bad[i]);
}

Test(provenance, of_one_task_alone) {
	struct provenance p = some();
	cr_assert_str_empty(refused(&p, TASK));
	cr_assert_str_eq(refused(&p, OTHER), "its provenance is another artefact's");
	p.same = p.key = SLICE_NONE;
	cr_assert_str_empty(refused(&p, TASK), "both are optional");
}

Test(provenance, hashes_that_become_names_of_files_are_hashes) {
	struct provenance p = some();
	p.same = SLICE("../../../../etc/passwd");
	cr_assert_str_eq(refused(&p, TASK), "its provenance is damaged");
	p = some();
	p.key = SLICE("../x");
	cr_assert_str_eq(refused(&p, TASK), "its provenance is damaged");
	p = some();
	p.content = SLICE("..");
	cr_assert_str_eq(refused(&p, TASK), "its provenance is damaged");
}
