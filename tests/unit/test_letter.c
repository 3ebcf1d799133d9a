#include <criterion/criterion.h>

#include "letter.h"
#include "util.h"

static struct arena *arena;

static void start(void) {
	arena = arena_new();
}

static void stop(void) {
	arena_free(arena);
}

TestSuite(letter, .init = start, .fini = stop);

/* Every letter of text, taken out and added again. */
static struct slice copied(struct slice text) {
	struct buf b = { .arena = arena };
	for (size_t at = 0; at < text.n;)
		letter_add(&b, letter_next(text, &at));
	return buf_slice(&b);
}

Test(letter, counted_and_found) {
	struct slice text = SLICE("a\u00e9\u65e5\U0001F600z");
	cr_expect_eq(letter_count(text), 5u);
	cr_expect_eq(letter_at(text, 0), 0u);
	cr_expect_eq(letter_at(text, 2), 3u);
	cr_expect_eq(letter_at(text, 4), 10u);
	cr_expect_eq(letter_at(text, 5), text.n);
	cr_expect_eq(letter_at(text, 99), text.n);
	cr_expect_eq(letter_count(SLICE("")), 0u);
}

Test(letter, decoded) {
	size_t at = 0;
	struct slice text = SLICE("\u00e9\u65e5\U0001F600");
	cr_expect_eq(letter_next(text, &at), 0xE9u);
	cr_expect_eq(letter_next(text, &at), 0x65E5u);
	cr_expect_eq(letter_next(text, &at), 0x1F600u);
	cr_expect_eq(at, text.n);
}

Test(letter, comes_out_as_it_went_in) {
	struct slice texts[] = { SLICE("plain"), SLICE("\u00e9\u65e5\U0001F600"), SLICE("\xff\xc3"), SLICE("\xe6\x97"),
		SLICE("a\x80" "b"), SLICE("\xf0\x9f\x98") };
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		cr_expect(slice_eq(copied(texts[i]), texts[i]), "text %zu", i);
}

Test(letter, stray_bytes_are_letters) {
	cr_expect_eq(letter_count(SLICE("\xff\xfe")), 2u);
	cr_expect_eq(letter_count(SLICE("\xe6\x97")), 2u);
	cr_expect_eq(letter_count(SLICE("\xe6\x97x")), 3u);
}

Test(letter, kinds) {
	cr_expect(letter_is('a', LETTER_ALPHA) && !letter_is('1', LETTER_ALPHA));
	cr_expect(letter_is('7', LETTER_DIGIT) && letter_is('\t', LETTER_SPACE));
	cr_expect_eq(letter_upper('a'), (uint32_t)'A');
	cr_expect_eq(letter_lower('A'), (uint32_t)'a');
}
