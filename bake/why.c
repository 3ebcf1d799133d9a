/* why: a task that would run is compared with what its stamp was made from, one that is current with
 * its run before that. Both ways the answer is the chain from what changed to the task. */
#include "why.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "agenda.h"
#include "chain.h"
#include "data.h"
#include "diff.h"
#include "facts.h"
#include "graph.h"
#include "json.h"
#include "layer.h"
#include "map.h"
#include "options.h"
#include "os.h"
#include "recipe.h"
#include "sigdata.h"
#include "stamp.h"
#include "workspace.h"

/* --- the answer --- */

struct why {
	struct agenda *agenda;
	const struct task *task;
	const char *state;               /* "run", "restore", "current" */
	struct slice reason;             /* one that needs no comparison; unset: none */
	struct slice old, new;           /* signature data; unset: nothing to compare */
	struct chain *chain;             /* NULL: nothing was compared */
};

/* The forced task nearest below t; NULL: none. Numbers of dependencies are smaller. */
static const struct task *forced_below(struct agenda *g, const struct task *t) {
	bool *below = ARENA_ARRAY(g->arena, bool, g->graph->count);
	below[t->number] = true;
	for (uint32_t i = t->number + 1; i-- > 0;) {
		const struct task *at = &g->graph->task[i];
		if (!below[i])
			continue;
		if (at->forced)
			return at;
		for (uint32_t k = 0; k < at->deps_count; k++)
			below[at->deps[k]] = true;
	}
	return NULL;
}

static struct slice reason_to_run(struct agenda *g, const struct task *t, struct slice stamp) {
	const struct task *forced = forced_below(g, t);
	if (t->forced && t->spec->nostamp)
		return SLICE("it is [nostamp]: it runs in every build");
	if (t->forced)
		return SLICE("it is forced by the command line");
	if (forced)
		return arena_printf(g->arena, SFMT "%s runs in every build, and it is needed",
				SARG(forced->id), forced->spec->nostamp ? " is [nostamp]: it" : "");
	if (!stamp.p)
		return SLICE("it has no stamp in this build directory: it was not built yet, was "
			     "cleaned, or failed");
	return SLICE_NONE;
}

static void look_ahead(struct why *y) {
	struct agenda *g = y->agenda;
	struct slice stamp = stamp_hash(g->arena, y->task);
	y->state = y->task->plan == PLAN_RESTORE ? "restore" : "run";
	y->reason = reason_to_run(g, y->task, stamp);
	y->old = stamp.p ? sigdata_find(g, y->task->id, stamp) : sigdata_before(g, y->task);
	if (!y->old.p && !y->reason.p)
		y->reason = SLICE("its signature changed, but that of its last run is not kept");
	if (y->old.p)
		y->new = sigdata_now(g, y->task);
}

static void look_back(struct why *y) {
	struct agenda *g = y->agenda;
	y->state = "current";
	y->old = sigdata_before(g, y->task);
	y->new = sigdata_find(g, y->task->id, y->task->hash);
	if (!y->old.p || !y->new.p)
		y->reason = SLICE("it ran once in this build directory: there is no earlier run to "
				  "compare with");
}

static void explain(struct why *y) {
	bool runs = y->task->plan == PLAN_RUN || y->task->plan == PLAN_RESTORE;
	if (runs)
		look_ahead(y);
	else
		look_back(y);
	if (y->old.p && y->new.p)
		y->chain = chain_follow(y->agenda, y->task->id, y->old, y->new);
}

/* --- where a variable is set now --- */

static struct place place_in(struct data *d, const struct atom *name) {
	const struct atom *variable, *flag;
	size_t count;
	if (facts_split(name, &variable, &flag))
		return data_where_flag(d, variable, flag);
	struct data_event *events = data_history(d, name, data_arena(d), &count);
	for (size_t i = count; i-- > 0;)
		if (!events[i].flag && events[i].at.file)
			return events[i].at;
	return data_where(d, name);
}

/* "FILE:LINE" of the last write, relative to the build directory where it lies below; unset:
 * unknown. */
static struct slice place_of(struct agenda *g, const struct cause *c) {
	struct place at = { NULL, 0 };
	struct trap trap;
	struct arena *a = arena_new();
	struct slice text = SLICE_NONE;
	if (c->change.kind == SIGCHANGE_VARIABLE && c->at->task && TRAP(&trap)) {
		struct data *d = recipe_data(g->w->config, c->at->task->recipe->id, a);
		at = place_in(d, atom(c->change.name));
		trap_end(&trap);
	}
	if (at.file) {
		struct slice file = atom_slice(at.file), top = slice_of(g->w->topdir);
		if (slice_starts(file, g->w->topdir) && file.n > top.n && file.p[top.n] == '/')
			file = slice_sub(file, top.n + 1, file.n);
		text = arena_printf(g->arena, SFMT ":%d", SARG(file), at.line);
	}
	arena_free(a);
	return text;
}

/* --- as text --- */

static const char *kind_name(enum sigchange_kind kind) {
	static const char *const name[] = {
		[SIGCHANGE_VARIABLE] = "variable", [SIGCHANGE_FILE] = "file",
		[SIGCHANGE_DEPENDENCY] = "dependency", [SIGCHANGE_COMPILER] = "compiler",
		[SIGCHANGE_TOOL] = "tool", [SIGCHANGE_FORCED] = "forced", [SIGCHANGE_BASE] = "variables",
	};
	return name[kind];
}

/* Of several lines, where no others are to be compared with, the first. */
static void print_value(const char *when, struct slice value) {
	struct slice rest = value, line;
	size_t lines = 0;
	for (size_t i = 0; i < value.n; i++)
		lines += value.p[i] == '\n';
	if (!value.p)
		printf("    %s unset\n", when);
	else if (lines == 0)
		printf("    %s '" SFMT "'\n", when, SARG(value));
	else if (slice_field(&rest, '\n', &line))
		printf("    %s '" SFMT "' … (%zu lines)\n", when, SARG(line), lines + 1);
}

static void print_values(const struct sigchange *c) {
	struct buf hunks = { 0 };
	bool lines = c->was.p && c->now.p && (memchr(c->was.p, '\n', c->was.n) ||
			memchr(c->now.p, '\n', c->now.n));
	if (lines) {
		diff_unified(&hunks, c->was, c->now, 1);
		struct slice rest = buf_slice(&hunks), line;
		while (slice_field(&rest, '\n', &line))
			if (line.n && line.p[0] != '@')
				printf("    " SFMT "\n", SARG(line));
		buf_free(&hunks);
		return;
	}
	if (c->before)
		print_value("was", c->was);
	else
		printf("    was not used\n");
	if (c->after)
		print_value("now", c->now);
	else
		printf("    is not used now\n");
}

static void print_change(const struct sigchange *c, struct slice place) {
	static const char *const what[] = { "changed", "is new", "is gone" };
	const char *how = what[!c->before ? 1 : !c->after ? 2 : 0];
	switch (c->kind) {
	case SIGCHANGE_VARIABLE:
		printf("  " SFMT "%s" SFMT "%s\n", SARG(c->name), place.p ? " (" : "", SARG(place),
				place.p ? ")" : "");
		print_values(c);
		break;
	case SIGCHANGE_FILE:
		printf("  file " SFMT ": %s\n", SARG(c->name), c->before && c->after
				? "its content changed" : how);
		break;
	case SIGCHANGE_DEPENDENCY:
		printf("  dependency on " SFMT ": %s\n", SARG(c->name), how);
		break;
	case SIGCHANGE_COMPILER:
		printf("  the external compiler\n");
		print_values(c);
		break;
	case SIGCHANGE_TOOL:
		printf("  host tool " SFMT ": %s\n", SARG(c->name), how);
		print_values(c);
		break;
	case SIGCHANGE_FORCED:
		printf("  forced by -f or -C%s\n", c->after ? "" : ", which is forgotten now");
		break;
	case SIGCHANGE_BASE:
		printf("  its variables: which is not known, for they were not kept\n");
		break;
	}
}

/* From the task that changed up to the one that was asked about. */
static struct slice way_up(struct arena *a, const struct link *at) {
	struct buf text = { .arena = a };
	for (const struct link *l = at; l; l = l->above)
		buf_addf(&text, "%s" SFMT, l == at ? "" : " → ", SARG(l->id));
	return buf_slice(&text);
}

static void print_causes(struct agenda *g, const struct chain *chain) {
	for (size_t i = 0; i < chain->n; i++) {
		const struct cause *c = &chain->v[i];
		print_change(&c->change, place_of(g, c));
		printf("    → " SFMT "\n", SARG(way_up(g->arena, c->at)));
		if (c->others)
			printf("    and %zu more task%s directly\n", c->others,
					c->others == 1 ? "" : "s");
	}
	for (size_t i = 0; i < chain->lost.n; i++)
		printf("  " SFMT ": changed, but what it was made of then is not kept\n",
				SARG(chain->lost.v[i]));
}

static void print_answer(const struct why *y) {
	static const char *const verb[][2] = { { "run", "will run" },
		{ "restore", "will be restored from the cache" } };
	const char *says = "is current";
	for (size_t i = 0; i < sizeof verb / sizeof *verb; i++)
		if (strcmp(y->state, verb[i][0]) == 0)
			says = verb[i][1];
	printf(SFMT " %s", SARG(y->task->id), says);
	if (y->reason.p)
		printf(": " SFMT, SARG(y->reason));
	if (y->chain && y->chain->n + y->chain->lost.n == 0 && !y->reason.p)
		printf(": it differs in nothing");
	bool past = y->chain && strcmp(y->state, "current") == 0;
	bool lists = y->chain && y->chain->n + y->chain->lost.n > 0;
	printf("%s\n", !lists ? "" : past ? "; its last run was made necessary by"
			: y->reason.p ? "; since its last run these changed" : ", because of");
	if (y->chain)
		print_causes(y->agenda, y->chain);
}

/* --- as JSON --- */

static void json_cause(struct json *j, struct agenda *g, const struct cause *c) {
	struct slice place = place_of(g, c);
	json_open(j, SLICE_NONE, '{');
	json_text(j, SLICE("kind"), slice_of(kind_name(c->change.kind)));
	json_text(j, SLICE("name"), c->change.name);
	if (c->change.was.p)
		json_text(j, SLICE("was"), c->change.was);
	if (c->change.now.p)
		json_text(j, SLICE("now"), c->change.now);
	if (place.p)
		json_text(j, SLICE("place"), place);
	json_open(j, SLICE("chain"), '[');
	for (const struct link *l = c->at; l; l = l->above)
		json_text(j, SLICE_NONE, l->id);
	json_close(j, ']');
	json_int(j, SLICE("other_tasks"), (long long)c->others);
	json_close(j, '}');
}

static void json_causes(struct json *j, struct agenda *g, const struct chain *chain) {
	json_open(j, SLICE("causes"), '[');
	for (size_t i = 0; chain && i < chain->n; i++)
		json_cause(j, g, &chain->v[i]);
	json_close(j, ']');
	json_open(j, SLICE("not_kept"), '[');
	for (size_t i = 0; chain && i < chain->lost.n; i++)
		json_text(j, SLICE_NONE, chain->lost.v[i]);
	json_close(j, ']');
}

static void json_answer(struct json *j, const struct why *y) {
	json_open(j, SLICE_NONE, '{');
	json_text(j, SLICE("task"), y->task->id);
	json_text(j, SLICE("hash"), y->task->hash);
	json_text(j, SLICE("state"), slice_of(y->state));
	if (y->reason.p)
		json_text(j, SLICE("reason"), y->reason);
	json_causes(j, y->agenda, y->chain);
	json_close(j, '}');
}

/* --- the commands --- */

/* "zlib:compile" is "zlib:do_compile". */
static struct slice with_task(struct arena *a, struct slice word) {
	size_t at;
	if (slice_find(word, ":do_", NULL) || slice_starts(word, "virtual:") ||
			!slice_find(word, ":", &at))
		return word;
	return arena_printf(a, SFMT ":do_" SFMT, SARG(slice_sub(word, 0, at)),
			SARG(slice_sub(word, at + 1, word.n)));
}

/* The agenda of one word alone. It changes nothing: -f and -C set no taint. */
static struct agenda *agenda_of(struct arena *a, const struct options *o, struct slice word) {
	struct options one = *o;
	one.words = (struct slices){ 0 };
	slices_add(a, &one.words, with_task(a, word));
	return agenda_look(a, &one);
}

static int answer(struct agenda *g, struct json *j) {
	struct why y = { .agenda = g, .task = agenda_target(g) };
	if (!y.task)
		return 1;
	explain(&y);
	if (j)
		json_answer(j, &y);
	else
		print_answer(&y);
	return 0;
}

int why_target(struct arena *a, const struct options *o) {
	struct json j = { .out = stdout };
	if (o->words.n != 1) {
		error("why: name one target: bake why RECIPE[:TASK]");
		return 2;
	}
	struct agenda *g = agenda_of(a, o, o->words.v[0]);
	return g ? answer(g, o->json ? &j : NULL) : 1;
}

/* A file, a hash that is kept, or TARGET:TASK as it stands now. Opens *g when it must. */
static struct slice data_named(struct arena *a, const struct options *o, struct slice word,
		struct agenda **g) {
	struct slice text;
	if (os_is_file(arena_str(a, word))) {
		text = sigdata_read(a, arena_str(a, word));
		if (!text.p)
			error(SFMT ": it is no signature: those of tasks that ran are tmp/sigdata/PN/TASK.HASH, "
				"`bake -S none TARGET` writes them all", SARG(word));
		return text;
	}
	if (*g && (text = sigdata_find_any(*g, word)).p)
		return text;
	struct agenda *own = agenda_of(a, o, word);
	const struct task *t = own ? agenda_target(own) : NULL;
	if (!t)
		return SLICE_NONE;
	*g = own;
	return sigdata_now(own, t);
}

/* An agenda without tasks: enough to find what is kept. */
static struct agenda *kept_only(struct arena *a, const struct options *o) {
	struct agenda *g = ARENA_NEW(a, struct agenda);
	*g = (struct agenda){ .arena = a, .o = o, .w = workspace_find(a, o),
		.graph = ARENA_NEW(a, struct graph) };
	if (!g->w || workspace_configure(g->w, o) < 0)
		return NULL;
	g->config = g->w->config->data;
	g->tmpdir = agenda_text(g, "TMPDIR");
	return g;
}

static struct slice id_of(struct slice data, struct slice word) {
	struct slice id = sigdata_value(data, "@task");
	return id.p ? id : word;
}

int why_diffsigs(struct arena *a, const struct options *o) {
	struct json j = { .out = stdout };
	if (o->words.n != 2) {
		error("diffsigs: name two signatures: files, hashes or TARGET:TASK");
		return 2;
	}
	struct agenda *g = kept_only(a, o);
	if (!g)
		return 1;
	struct slice old = data_named(a, o, o->words.v[0], &g);
	struct slice new = old.p ? data_named(a, o, o->words.v[1], &g) : SLICE_NONE;
	if (!new.p)
		return 1;
	struct chain *chain = chain_follow(g, id_of(new, o->words.v[1]), old, new);
	if (o->json) {
		json_open(&j, SLICE_NONE, '{');
		json_causes(&j, g, chain);
		json_close(&j, '}');
		return 0;
	}
	if (chain->n + chain->lost.n == 0)
		printf("no difference\n");
	print_causes(g, chain);
	return 0;
}

int why_dumpsig(struct arena *a, const struct options *o) {
	struct json j = { .out = stdout };
	struct slice line;
	size_t at;
	if (o->words.n != 1) {
		error("dumpsig: name one signature: a file, a hash or TARGET:TASK");
		return 2;
	}
	struct agenda *g = kept_only(a, o);
	struct slice text = g ? data_named(a, o, o->words.v[0], &g) : SLICE_NONE;
	if (!text.p)
		return 1;
	if (!o->json) {
		printf(SFMT, SARG(text));
		return 0;
	}
	json_open(&j, SLICE_NONE, '{');
	while (slice_field(&text, '\n', &line)) {
		bool set = slice_find(line, " ", &at);
		if (line.n)
			json_text(&j, slice_sub(line, 0, set ? at : line.n),
					set ? slice_sub(line, at + 1, line.n) : SLICE(""));
	}
	json_close(&j, '}');
	return 0;
}

int why_signatures(struct arena *a, const struct options *o) {
	bool difference = slice_is(o->signatures, "printdiff");
	if (!difference && !slice_is(o->signatures, "none")) {
		error("-S " SFMT ": it is none or printdiff", SARG(o->signatures));
		return 2;
	}
	struct agenda *g = agenda_look(a, o);
	if (!g)
		return 1;
	if (difference)
		return answer(g, NULL);
	const char *dir = arena_printf(a, "%s/signatures", g->tmpdir).p;
	if (sigdata_write_all(g, dir) < 0)
		return 1;
	note("%s: the signatures of %u tasks", dir, g->graph->count);
	return 0;
}
