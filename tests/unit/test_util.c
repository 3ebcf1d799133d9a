/* util: arenas, slices, buffers, messages, traps, near names. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "util.h"

static struct arena *a;

static void set_up(void) { a = arena_new(); }
static void tear_down(void) { arena_free(a); }
TestSuite(util, .init = set_up, .fini = tear_down);

Test(util, arena_memory_is_zeroed_aligned_and_survives_growth) {
	char *first = arena_alloc(a, 3);
	strcpy(first, "ab");
	for (size_t size = 1; size < 100000; size *= 3) {
		unsigned char *p = arena_alloc(a, size);
		cr_assert_eq((uintptr_t)p % sizeof(max_align_t), 0u);
		for (size_t i = 0; i < size; i++)
			cr_assert_eq(p[i], 0);
		memset(p, 0xff, size);
	}
	cr_assert_str_eq(first, "ab");
}

Test(util, words_split_at_any_blank) {
	struct slices list = { 0 };
	slices_words(a, &list, SLICE("  one\ttwo\n three "));
	cr_assert_eq(list.n, 3u);
	cr_assert(slice_is(list.v[0], "one") && slice_is(list.v[2], "three"));
	cr_assert(slice_is(slices_join(a, &list, ","), "one,two,three"));
}

Test(util, fields_keep_empty_ones_at_both_ends) {
	struct slice rest = SLICE(":a::"), field;
	const char *want[] = { "", "a", "", "" };
	for (int i = 0; i < 4; i++) {
		cr_assert(slice_field(&rest, ':', &field));
		cr_assert(slice_is(field, want[i]), "field %d", i);
	}
	cr_assert_not(slice_field(&rest, ':', &field));
}

Test(util, comparing_is_by_bytes_then_length) {
	cr_assert_lt(slice_cmp(SLICE("ab"), SLICE("abc")), 0);
	cr_assert_gt(slice_cmp(SLICE("b"), SLICE("abc")), 0);
	cr_assert_eq(slice_cmp(SLICE(""), SLICE_NONE), 0);
	cr_assert(slice_is(slice_trim(SLICE(" \n x y\t")), "x y"));
	cr_assert(slice_is(slice_sub(SLICE("abc"), 2, 99), "c"));
	cr_assert_eq(slice_sub(SLICE("abc"), 7, 9).n, 0u);
}

Test(util, find_gives_the_first_place) {
	size_t at = 99;
	cr_assert(slice_find(SLICE("a${b}${c}"), "${", &at));
	cr_assert_eq(at, 1u);
	cr_assert_not(slice_find(SLICE_NONE, "x", NULL));
	cr_assert(slice_starts(SLICE("do_fetch"), "do_") && slice_ends(SLICE("a.bb"), ".bb"));
}

Test(util, sorted_lists_are_in_byte_order) {
	struct slices list = { 0 };
	slices_words(a, &list, SLICE("b a-b a B"));
	slices_sort(&list);
	cr_assert(slice_is(slices_join(a, &list, " "), "B a a-b b"));
	cr_assert(slices_has(&list, SLICE("a-b")));
}

Test(util, buffers_grow_in_an_arena_or_in_the_heap) {
	struct buf heap = { 0 }, inside = { .arena = a };
	for (int i = 0; i < 1000; i++) {
		buf_addf(&heap, "%d,", i);
		buf_addf(&inside, "%d,", i);
	}
	cr_assert(slice_eq(buf_slice(&heap), buf_slice(&inside)));
	cr_assert_eq(strlen(heap.p), heap.n);
	buf_free(&heap);
	cr_assert_eq(heap.n, 0u);
}

static void keep_last(void *ctx, enum message_level level, const char *text) {
	snprintf(ctx, 100, "%d %s", (int)level, text);
}

Test(util, messages_go_to_the_sink_and_are_counted) {
	char last[100] = "";
	unsigned before = message_count(MESSAGE_WARN);
	message_sink(keep_last, last);
	warn("layer: %s: missing", "x");
	debug("not shown");
	message_sink(NULL, NULL);
	cr_assert_str_eq(last, "2 layer: x: missing");
	cr_assert_eq(message_count(MESSAGE_WARN), before + 1);
}

/* Names in archives, what servers say and logs may hold anything. */
Test(util, messages_do_not_drive_the_terminal) {
	char last[100] = "";
	message_sink(keep_last, last);
	warn("%s", "a\033[2J\033[31mred\033[0m\tb\r\x07\x7f\xc2\x9bK \033]0;title é\n  next\033[1");
	message_sink(NULL, NULL);
	cr_assert_str_eq(last, "2 ared\tb ???K ?]0;title é\n  next");
}

Test(util, numbers_are_digits_and_fit) {
	static const char *const none[] = { "", "-1", "+1", " 1", "1 ", "0x1", "1.", "18446744073709551616",
		"99999999999999999999" };
	uint64_t n = 7;
	for (size_t i = 0; i < sizeof none / sizeof *none; i++)
		cr_assert_not(slice_number(slice_of(none[i]), &n), "%s", none[i]);
	cr_assert(slice_number(SLICE("18446744073709551615"), &n));
	cr_assert_eq(n, UINT64_MAX);
	cr_assert(slice_number(slice_sub(SLICE("0123"), 0, 3), &n));
	cr_assert_eq(n, 12, "nothing behind the slice is read");
}

Test(util, plain_text_is_itself) {
	struct slice text = SLICE("Größe: 3\tMB\n");
	cr_assert_eq(text_plain(a, text).p, text.p);
	cr_assert(slice_is(text_plain(a, (struct slice){ "x\0y", 3 }), "x?y"));
}

Test(util, a_raise_reaches_the_innermost_trap_with_its_place) {
	struct trap outer, inner;
	volatile bool reached = false;          /* changed between setjmp and longjmp */
	if (TRAP(&outer)) {
		if (TRAP(&inner))
			raise_at(SLICE("a.bb"), 7, "unparsed line: %s", "x y");
		reached = true;
		cr_assert_eq(inner.error.line, 7);
		cr_assert(slice_is(inner.error.message, "unparsed line: x y"));
		raise_again(&inner.error);
	}
	cr_assert(reached && slice_is(outer.error.file, "a.bb"));
}

Test(util, near_names_count_swaps_as_one) {
	cr_assert_eq(near_distance(SLICE("busybox"), SLICE("bsuybox"), 3), 1u);
	cr_assert_eq(near_distance(SLICE("zlib"), SLICE("zlibs"), 3), 1u);
	cr_assert_eq(near_distance(SLICE("zlib"), SLICE("kmod"), 2), 3u);
	cr_assert_eq(near_distance(SLICE(""), SLICE("ab"), 2), 2u);
}

Test(util, bytes_as_people_say_them) {
	struct arena *b = arena_new();
	cr_assert_str_eq(text_bytes(b, 0).p, "0 bytes");
	cr_assert_str_eq(text_bytes(b, 1023).p, "1023 bytes");
	cr_assert_str_eq(text_bytes(b, 1024).p, "1 KB");
	cr_assert_str_eq(text_bytes(b, 5 << 20).p, "5 MB");
	arena_free(b);
}
