/* data: BitBake's data_smart: operators, overrides, flags, expansion, layers of stores. */
#include <criterion/criterion.h>
#include <stdarg.h>
#include <string.h>

#include "data.h"
#include "map.h"
#include "util.h"

static struct arena *a;
static struct data *d;

static void set_up(void) { a = arena_new(); d = data_new(a); message_threshold(MESSAGE_ERROR); }
static void tear_down(void) { arena_free(a); }
TestSuite(data, .init = set_up, .fini = tear_down);

static void set(const char *name, const char *value) {
	data_assign(d, atom_of(name), slice_of(value));
}

static void is(const char *name, const char *want) {
	struct slice value;
	bool have = data_get(d, atom_of(name), &value);
	cr_assert_eq(have, want != NULL, "%s is %s", name, have ? "set" : "not set");
	if (want)
		cr_assert(slice_is(value, want), "%s: «" SFMT "», not «%s»", name, SARG(value), want);
}

static void raw_is(const char *name, const char *want) {
	struct slice value;
	cr_assert(data_get_raw(d, atom_of(name), &value), "%s", name);
	cr_assert(slice_is(value, want), "%s: «" SFMT "», not «%s»", name, SARG(value), want);
}

/* Reading name raises a message that holds text. */
static void fails(const char *name, const char *text) {
	struct trap trap;
	struct slice value;
	if (TRAP(&trap)) {
		data_get(d, atom_of(name), &value);
		trap_end(&trap);
		cr_assert_fail("%s can be read", name);
	}
	cr_assert(slice_find(trap.error.message, text, NULL), SFMT, SARG(trap.error.message));
}

Test(data, references_are_expanded_and_unset_ones_stay) {
	set("A", "a ${B} ${C} ${D-.x}");
	set("B", "b${E}");
	set("E", "e");
	set("D-.x", "d");
	is("A", "a be ${C} d");
	raw_is("A", "a ${B} ${C} ${D-.x}");
	is("NOTHING", NULL);
}

Test(data, what_comes_out_is_scanned_again) {
	set("X", "Y");
	set("Y", "y");
	set("A", "${${X}}");
	is("A", "y");
	set("P", "$");
	set("B", "${P}{X}");
	is("B", "Y");
}

Test(data, recursion_names_the_chain) {
	set("A", "${B}");
	set("B", "x${C}");
	set("C", "${A}");
	fails("A", "A -> B -> C -> A");
	fails("B", "B -> C -> A -> B");
	set("C", "c");
	is("A", "xc");
	set("S", "s ${S}");
	fails("S", "refers to itself");
}

Test(data, a_remove_that_names_its_variable_is_recursion_too) {
	set("A", "a");
	set("A:remove", "${A}");
	fails("A", "refers to itself");
}

Test(data, weak_defaults) {
	data_set_default(d, atom_of("A"), SLICE("1"));
	is("A", "1");
	data_set_default(d, atom_of("A"), SLICE("2"));
	is("A", "2");
	set("A:append", "+");
	is("A", "2+");
	set("A", "3");
	is("A", "3+");
}

Test(data, operations_stay_until_set_from_code) {
	set("A:append", " z");
	set("A:prepend", "a ");
	set("A", "m");
	is("A", "a m z");
	set("A", "n");
	is("A", "a n z");
	data_set(d, atom_of("A"), SLICE("o"));
	is("A", "o");
	data_append(d, atom_of("A"), SLICE("p"));
	is("A", "op");
}

Test(data, remove_takes_words_and_leaves_blanks) {
	set("W", "b");
	set("A", "a b  c\tb d");
	set("A:remove", "${W} d");
	is("A", "a   c\t ");
	raw_is("A", "a b  c\tb d");
}

Test(data, the_last_override_wins) {
	set("OVERRIDES", "x:y");
	set("A", "base");
	set("A:x", "x");
	set("A:y", "y");
	set("A:z", "z");
	is("A", "y");
	set("A:x:y", "xy");
	is("A", "xy");
	is("A:z", "z");
}

Test(data, conditions_of_operations) {
	set("OVERRIDES", "x");
	set("A", "a");
	set("A:append:x", "1");
	set("A:append:q", "2");
	set("A:x:append", "3");
	is("A", "31");
	set("B", "b");
	set("B:append:x", "1");
	is("B", "b1");
	set("C:append:X", "none");
	is("C", NULL);
	is("C:append:X", "none");
}

Test(data, removes_of_an_override_reach_the_variable) {
	set("OVERRIDES", "x");
	set("A:x", "a b c");
	set("A:x:remove", "b");
	set("A:append", " b d");
	is("A", "a  c  d");
}

Test(data, overrides_may_depend_on_overrides) {
	set("OVERRIDES", "m:${K}");
	set("K", "none");
	set("K:m", "k");
	set("A", "base");
	set("A:k", "hit");
	is("A", "hit");
	set("K:m", "other");
	data_set(d, atom_of("OVERRIDES"), SLICE("m:${K}"));
	is("A", "base");
}

Test(data, overrides_that_never_settle) {
	set("OVERRIDES", "${X}");
	set("X", "a");
	set("X:a", "b");
	set("X:b", "a");
	set("X:a:b", "c");
	fails("X", "does not settle");
}

Test(data, setting_from_code_drops_active_overrides) {
	set("OVERRIDES", "x");
	set("A:x", "x");
	set("A:y", "y");
	data_set(d, atom_of("A"), SLICE("new"));
	is("A", "new");
	is("A:x", NULL);
	is("A:y", "y");
}

Test(data, deleting_takes_flags_and_links) {
	struct slice value;
	set("OVERRIDES", "x");
	set("A", "a");
	set("A:x", "x");
	data_set_flag(d, atom_of("A"), atom_of("doc"), SLICE("text"));
	data_del(d, atom_of("A"));
	is("A", NULL);
	cr_assert_not(data_get_flag(d, atom_of("A"), atom_of("doc"), true, &value));
	set("A", "again");
	is("A", "again");
	set("B:x", "x");
	data_del(d, atom_of("B:x"));
	is("B", NULL);
}

Test(data, flags) {
	struct slice value;
	const struct atom *n = atom_of("A"), *f = atom_of("f");
	set("V", "v");
	data_set_flag_default(d, n, f, SLICE("weak"));
	cr_assert(data_get_flag(d, n, f, true, &value) && slice_is(value, "weak"));
	cr_assert_not(data_get_flag_own(d, n, f, &value));
	data_set_flag(d, n, f, SLICE("${V}"));
	cr_assert(data_get_flag(d, n, f, true, &value) && slice_is(value, "v"));
	cr_assert(data_get_flag(d, n, f, false, &value) && slice_is(value, "${V}"));
	data_del_flag(d, n, f);
	cr_assert_not(data_get_flag(d, n, f, true, &value));
	is("A", NULL);
}

Test(data, key_expansion_moves_values_and_operations) {
	set("V", "v");
	set("A_${V}", "a");
	set("A_${V}:append", "b");
	set("${UNSET}", "u");
	cr_assert_eq(data_overrides_key(d), 1u);
	is("A_v", "ab");
	is("A_${V}", NULL);
	is("${UNSET}", "u");
	data_assign(d, atom_of("A_${V}:append:o"), SLICE("c"));
}

Test(data, a_child_changes_nothing_in_its_parent) {
	set("OVERRIDES", "x");
	set("A", "a");
	set("B", "${A}");
	set("A:append", "1");
	data_seal(d);
	struct data *parent = d, *other = data_child(a, parent);
	d = data_child(a, parent);
	set("A:append", "2");
	set("A:x", "x");
	is("B", "x12");
	d = other;
	is("B", "a1");
	d = parent;
	is("B", "a1");
}

Test(data, a_copy_goes_its_own_way) {
	set("A", "a");
	data_set_flag(d, atom_of("A"), atom_of("f"), SLICE("1"));
	struct data *first = d, *copy = data_copy(d);
	struct slice value;
	d = copy;
	set("A", "copy");
	data_set_flag(d, atom_of("A"), atom_of("f"), SLICE("2"));
	d = first;
	is("A", "a");
	cr_assert(data_get_flag(d, atom_of("A"), atom_of("f"), true, &value) && slice_is(value, "1"));
	set("A", "first");
	d = copy;
	is("A", "copy");
}

Test(data, keys_are_what_holds_something_or_is_overridden) {
	size_t count;
	set("OVERRIDES", "x");
	set("A:x", "x");
	set("B:y", "y");
	data_set_flag(d, atom_of("C"), atom_of("f"), SLICE("1"));
	set("D", "d");
	data_del(d, atom_of("D"));
	const struct atom **keys = data_keys(d, a, &count);
	struct slices names = { 0 };
	for (size_t i = 0; i < count; i++)
		slices_add(a, &names, atom_slice(keys[i]));
	struct slice all = slices_join(a, &names, " ");
	cr_assert(slice_is(all, "A A:x B:y C OVERRIDES"), SFMT, SARG(all));
}

static struct slice shout(struct data *store, struct slice code) {
	return arena_printf(data_arena(store), "<" SFMT ">", SARG(code));
}

static void no_refs(struct data *store, struct slice code, struct data_refs *refs) {
	(void)store;
	map_add(refs->calls, atom(code));
}

static const struct data_inline hooks = { shout, no_refs };

Test(data, inline_code_is_cut_out_as_bitbakes_expression_does) {
	data_set_inline(d, &hooks);
	set("A", "${@f()} ${@{'a': 1}['a']}");
	is("A", "<f()> <{'a': 1}['a']>");
	set("B", "${@ '${UNSET}' }");
	is("B", "${@ '${UNSET}' }");
	set("C", "${@'}'}");
	is("C", "${@'}'}");
	set("D", "${@a\nb}");
	is("D", "${@a\nb}");
}

Test(data, references_of_a_variable) {
	struct map vars = { .arena = a }, calls = { .arena = a }, contains = { .arena = a };
	struct slices removes = { 0 };
	struct data_refs refs = { &vars, &calls, &contains, &removes };
	data_set_inline(d, &hooks);
	set("A", "${B} ${@f} w");
	set("A:append", " ${C}");
	set("A:remove", "w ${D}");
	data_references(d, atom_of("A"), &refs);
	cr_assert(map_get(&vars, atom_of("B")) && map_get(&vars, atom_of("C")));
	cr_assert_null(map_get(&vars, atom_of("D")));
	cr_assert(map_get(&calls, atom_of("f")));
	cr_assert(removes.n == 1 && slice_is(removes.v[0], "w ${D}"));
}

Test(data, refused_names) {
	struct trap trap;
	data_at(d, (struct place){ atom_of("/x/t.bb"), 7 });
	if (TRAP(&trap)) {
		set("A_append_o", "x");
		trap_end(&trap);
		cr_assert_fail("old syntax accepted");
	}
	cr_assert_eq(trap.error.line, 7);
	cr_assert(slice_find(trap.error.message, "A:append_o", NULL));
	data_set_flag(d, atom_of("BB_RENAMED_VARIABLES"), atom_of("OLD"), SLICE("NEW"));
	if (TRAP(&trap)) {
		set("OLD:x", "x");
		trap_end(&trap);
		cr_assert_fail("renamed variable accepted");
	}
	cr_assert(slice_find(trap.error.message, "NEW", NULL));
}

Test(data, history_has_every_write_in_order) {
	size_t count;
	data_keep_history(d, true);
	data_at(d, (struct place){ atom_of("/x/a.conf"), 1 });
	set("A", "a");
	data_at(d, (struct place){ atom_of("/x/b.conf"), 2 });
	set("A:append:o", "b");
	struct data_event *e = data_history(d, atom_of("A"), a, &count);
	cr_assert_eq(count, 2u);
	cr_assert_str_eq(e[0].op, "set");
	cr_assert_str_eq(e[1].op, ":append[o]");
	cr_assert_eq(e[1].at.line, 2);
}

Test(data, yes_and_no_as_bitbake_has_them) {
	static const char *const yes[] = { "1", "yes", "True", " y " }, *const no[] = { "0", "no", "False", "" };
	for (size_t i = 0; i < 4; i++) {
		set("YES", yes[i]);
		set("NO", no[i]);
		cr_assert(data_true(d, "YES"), "%s", yes[i]);
		cr_assert_not(data_true(d, "NO"), "%s", no[i]);
	}
	cr_assert_not(data_true(d, "UNSET"));
	struct trap trap;
	set("ODD", "maybe");
	if (TRAP(&trap)) {
		data_true(d, "ODD");
		trap_end(&trap);
		cr_assert_fail("it is neither");
	}
	cr_assert(slice_find(trap.error.message, "ODD", NULL));
}
