#include <criterion/criterion.h>
#include <string.h>

#include "record.h"
#include "records.h"

TestSuite(record, .init = records_begin, .fini = records_end);

static struct slice packed(const struct recipe *r) {
	struct buf out = { .arena = arena };
	record_pack(r, &out);
	return buf_slice(&out);
}

static struct recipe *full(void) {
	struct recipe *r = record("zlib_1.3");
	r->variant = SLICE("native");
	r->layer = SLICE("core");
	r->priority = -3;
	r->default_preference = -1;
	r->exclude_from_world = true;
	r->depends = words("a b c");
	r->package->rdepends = words("libc");
	struct recipe_task *t = task(r, "do_install", "do_compile");
	t->depends = words("x:do_y");
	t->outputdirs = words("/out");
	t->cached = true;
	t->stamp_extra = SLICE("");
	return r;
}

Test(record, round_trip) {
	struct recipe *r = full(), copy;
	struct slice bytes = packed(r), rest = bytes;
	cr_assert_eq(record_unpack(&rest, arena, &copy), 0);
	cr_assert_eq(rest.n, 0);
	cr_assert(slice_is(copy.pn, "zlib") && slice_is(copy.pv, "1.3") && slice_is(copy.layer, "core"));
	cr_assert_null(copy.skipped.p);
	cr_assert_eq(copy.priority, -3);
	cr_assert_eq(copy.default_preference, -1);
	cr_assert(copy.exclude_from_world);
	cr_assert_eq(copy.task[0].name, atom_of("do_install"));
	cr_assert(copy.task[0].cached && !copy.task[0].noexec);
	cr_assert(copy.task[0].stamp_extra.p);
	cr_assert(slice_eq(packed(&copy), bytes));
}

Test(record, several_in_a_row) {
	struct buf out = { .arena = arena };
	record_pack(full(), &out);
	record_pack(record("b_2"), &out);
	struct slice rest = buf_slice(&out);
	struct recipe r;
	cr_assert_eq(record_unpack(&rest, arena, &r), 0);
	cr_assert_eq(record_unpack(&rest, arena, &r), 0);
	cr_assert(slice_is(r.pn, "b"));
	cr_assert_eq(rest.n, 0);
}

Test(record, cut_anywhere_is_refused) {
	struct slice bytes = packed(full());
	for (size_t n = 0; n < bytes.n; n++) {
		struct slice cut = arena_dup(arena, slice_sub(bytes, 0, n));
		struct recipe r;
		cr_assert_eq(record_unpack(&cut, arena, &r), -1, "%zu bytes", n);
	}
}

Test(record, nonsense_is_refused) {
	char noise[400];
	memset(noise, 0xfe, sizeof noise);
	struct slice bytes = { noise, sizeof noise };
	struct recipe r;
	cr_assert_eq(record_unpack(&bytes, arena, &r), -1);
}
