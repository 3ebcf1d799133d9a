/* ready: heaviest first, ties in the order of the graph. */
#include <criterion/criterion.h>

#include "graph.h"
#include "ready.h"

Test(ready, heaviest_first_then_lowest_number) {
	struct task t[40] = { 0 };
	struct ready r = { 0 };
	for (uint32_t i = 0; i < 40; i++) {
		t[i].number = i;
		t[i].weight = (i * 7) % 5;
		ready_push(&r, &t[i]);
	}
	struct task *last = ready_pop(&r);
	for (int i = 1; i < 40; i++) {
		struct task *next = ready_pop(&r);
		cr_assert(last->weight > next->weight
			|| (last->weight == next->weight && last->number < next->number));
		last = next;
	}
	cr_assert_null(ready_pop(&r));
	cr_assert_null(ready_top(&r));
	ready_free(&r);
}
