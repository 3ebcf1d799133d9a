/* chart: everything is sorted by name, so that two charts can be compared with diff. */
#include "chart.h"
#include "graph.h"
#include "map.h"
#include "os.h"
#include "recipe.h"
#include "util.h"

#include <errno.h>
#include <string.h>

/* "PN.do_task": BitBake's name for a task in graphs. */
static struct slice dotted(struct arena *a, const struct task *t) {
	return arena_printf(a, SFMT ".%s", SARG(t->recipe->pn), t->spec->name->p);
}

static struct slices edge_list(const struct graph *g, struct arena *a) {
	struct slices list = { 0 };
	for (uint32_t i = 0; i < g->count; i++) {
		const struct task *t = &g->task[i];
		struct slice from = dotted(a, t);
		for (uint32_t k = 0; k < t->deps_count; k++)
			slices_add(a, &list, arena_printf(a, SFMT " -> " SFMT, SARG(from),
					SARG(dotted(a, &g->task[t->deps[k]]))));
	}
	slices_sort(&list);
	return list;
}

static void put_string(FILE *out, struct slice s) {
	putc('"', out);
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (c < ' ')
			fprintf(out, "\\u%04x", c);
		else
			putc(c, out);
	}
	putc('"', out);
}

static void put_list(FILE *out, const char *key, const struct slices *list, const char *end) {
	fprintf(out, " \"%s\": [", key);
	for (size_t i = 0; i < list->n; i++) {
		fputs(i ? ",\n  " : "\n  ", out);
		put_string(out, list->v[i]);
	}
	fprintf(out, "\n ]%s\n", end);
}

void chart_json(const struct graph *g, FILE *out) {
	struct arena *a = arena_new();
	struct slices edges = edge_list(g, a);
	fputs("{\n", out);
	put_list(out, "buildlist", &g->buildlist, ",");
	put_list(out, "edges", &edges, "");
	fputs("}\n", out);
	arena_free(a);
}

/* The line of a task sorts before its edges: "[" must not decide, so they are put together by
 * task. */
static struct slice task_lines(const struct graph *g, const struct task *t, struct arena *a) {
	const struct recipe *r = t->recipe;
	struct buf text = { .arena = a };
	struct slices edges = { 0 };
	struct slice name = dotted(a, t);
	buf_addf(&text, "\"" SFMT "\" [label=\"" SFMT " %s\\n", SARG(name), SARG(r->pn),
			t->spec->name->p);
	buf_addf(&text, SFMT ":" SFMT "-" SFMT "\\n" SFMT "\"]\n", SARG(r->pe), SARG(r->pv),
			SARG(r->pr), SARG(r->id));
	for (uint32_t k = 0; k < t->deps_count; k++)
		slices_add(a, &edges, arena_printf(a, "\"" SFMT "\" -> \"" SFMT "\"\n", SARG(name),
				SARG(dotted(a, &g->task[t->deps[k]]))));
	slices_sort(&edges);
	for (size_t i = 0; i < edges.n; i++)
		buf_add(&text, edges.v[i]);
	return buf_slice(&text);
}

static int write_file(struct arena *a, const char *dir, const char *name, struct slice text) {
	const char *path = arena_printf(a, "%s/%s", dir, name).p;
	if (os_write(path, text, 0644, false) == 0)
		return 0;
	error("%s: %s", path, strerror(errno));
	return -1;
}

int chart_write(const struct graph *g, const char *dir) {
	struct arena *a = arena_new();
	struct map by_name = { .arena = a };
	struct buf dot = { .arena = a };
	size_t n;
	for (uint32_t i = 0; i < g->count; i++)
		map_put(&by_name, atom(dotted(a, &g->task[i])), &g->task[i]);
	const struct atom **names = map_sorted(&by_name, a, &n);
	buf_adds(&dot, "digraph depends {\n");
	for (size_t i = 0; i < n; i++)
		buf_add(&dot, task_lines(g, map_get(&by_name, names[i]), a));
	buf_adds(&dot, "}\n");
	struct slice list = slices_join(a, &g->buildlist, "\n");
	int result = write_file(a, dir, "pn-buildlist", arena_printf(a, SFMT "\n", SARG(list)));
	if (write_file(a, dir, "task-depends.dot", buf_slice(&dot)))
		result = -1;
	arena_free(a);
	return result;
}
