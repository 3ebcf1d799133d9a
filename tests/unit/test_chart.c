#include <criterion/criterion.h>
#include <stdlib.h>
#include <unistd.h>

#include "chart.h"
#include "graph.h"
#include "os.h"
#include "records.h"

TestSuite(chart, .init = records_begin, .fini = records_end);

static struct graph *graph(void) {
	struct recipe *a = record("a_1");
	a->depends = words("b");
	task(a, "do_build", "")->deptask = words("do_build");
	task(record("b_2"), "do_build", "");
	struct providers *p = indexed();
	struct slices list = words("a");
	struct targets targets = graph_targets(arena, p, &list, SLICE("build"));
	return graph_build(arena, p, &targets);
}

Test(chart, json) {
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	chart_json(graph(), out);
	fclose(out);
	cr_assert_str_eq(text, "{\n \"buildlist\": [\n  \"a\",\n  \"b\"\n ],\n \"edges\": [\n"
			"  \"a.do_build -> b.do_build\"\n ]\n}\n");
	free(text);
}

Test(chart, files) {
	char dir[] = "/tmp/bake-chart-XXXXXX";
	struct slice text;
	cr_assert(mkdtemp(dir));
	cr_assert_eq(chart_write(graph(), dir), 0);
	cr_assert_eq(os_read(arena, arena_printf(arena, "%s/pn-buildlist", dir).p, &text), 0);
	cr_assert_str_eq(text.p, "a\nb\n");
	cr_assert_eq(os_read(arena, arena_printf(arena, "%s/task-depends.dot", dir).p, &text), 0);
	cr_assert_str_eq(text.p, "digraph depends {\n"
			"\"a.do_build\" [label=\"a do_build\\n:1-r0\\n/r/a_1.bb\"]\n"
			"\"a.do_build\" -> \"b.do_build\"\n"
			"\"b.do_build\" [label=\"b do_build\\n:2-r0\\n/r/b_2.bb\"]\n}\n");
	os_remove(dir);
}
