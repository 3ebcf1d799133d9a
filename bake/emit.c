/* emit: what BitBake writes into run.do_x. The script is complete: exported variables, the function
 * and every shell function it reaches (found by its commands and by [vardeps]), so that it can be
 * run again by hand. Values are quoted literally; BitBake's double quotes let `…` in a value
 * run. */
#include "emit.h"

#include <ctype.h>
#include <string.h>

#include "data.h"
#include "map.h"
#include "shell.h"
#include "util.h"

static const struct atom *flag(const char *name) {
	return atom_of(name);
}

static bool flag_true(struct data *d, const struct atom *name, const char *which) {
	struct slice value;
	if (!data_get_flag(d, name, flag(which), true, &value))
		return false;
	value = slice_trim(value);
	return slice_is(value, "1") || slice_is(value, "yes") || slice_is(value, "y")
		|| slice_is(value, "true") || slice_is(value, "True") || slice_is(value, "t");
}

static bool has_flag(struct data *d, const struct atom *name, const char *which) {
	struct slice value;
	return data_get_flag(d, name, flag(which), false, &value) && value.n > 0;
}

static bool is_shell_function(struct data *d, const struct atom *name) {
	return has_flag(d, name, "func") && !has_flag(d, name, "python")
	       && !has_flag(d, name, "lua");
}

/* A shell can only name variables of letters, digits and underscores. */
static bool is_shell_name(const struct atom *name) {
	if (name->n == 0 || isdigit((unsigned char)name->p[0]))
		return false;
	for (size_t i = 0; i < name->n; i++)
		if (!isalnum((unsigned char)name->p[i]) && name->p[i] != '_')
			return false;
	return true;
}

/* --- variables --- */

/* Newlines become blanks, as in BitBake: values were written over several lines for the eye. */
static struct slice one_line(struct arena *a, struct slice value) {
	char *text = arena_str(a, value);
	for (char *c = text; *c; c++)
		if (*c == '\n')
			*c = ' ';
	return (struct slice){ text, value.n };
}

/* Calls visit for every exported variable in order; value unset: it is to be unset. */
typedef void visit_fn(void *ctx, const struct atom *name, struct slice value);

static void each_export(struct data *d, visit_fn *visit, void *ctx) {
	struct arena *a = data_arena(d);
	struct map names = { .arena = a };
	size_t count;
	data_exported(d, &names);
	const struct atom **keys = map_sorted(&names, a, &count);
	for (size_t i = 0; i < count; i++) {
		struct slice value;
		if (!is_shell_name(keys[i]) || has_flag(d, keys[i], "func"))
			continue;
		if (flag_true(d, keys[i], "unexport"))
			visit(ctx, keys[i], SLICE_NONE);
		else if (flag_true(d, keys[i], "export") && data_get(d, keys[i], &value))
			visit(ctx, keys[i], one_line(a, value));
	}
}

static void emit_variable(void *ctx, const struct atom *name, struct slice value) {
	struct buf *out = ctx;
	if (!value.p) {
		buf_addf(out, "unset %s\n", name->p);
		return;
	}
	buf_addf(out, "export %s='", name->p);
	for (size_t i = 0; i < value.n; i++)
		if (value.p[i] == '\'')
			buf_adds(out, "'\\''");
		else
			buf_addc(out, value.p[i]);
	buf_adds(out, "'\n");
}

/* --- functions --- */

static void emit_function(struct data *d, const struct atom *name, struct buf *out) {
	struct slice body;
	if (!data_get(d, name, &body))
		return;
	while (body.n > 0 && body.p[body.n - 1] == '\n')
		body.n--;
	/* A body of comments alone is no command to a shell. */
	buf_addf(out, "%s() {\n" SFMT "\n%s}\n\n", name->p, SARG(body),
		slice_trim(body).n == 0 ? "\t:\n" : "");
}

/* Adds to found what name calls or lists in [vardeps], then what those do. */
static void reach(struct data *d, const struct atom *name, struct map *found) {
	struct map words = { .arena = found->arena };
	struct map_entry *e;
	struct slice text, word;
	if (data_get(d, name, &text))
		shell_commands(text, &words);
	if (data_get_flag(d, name, flag("vardeps"), true, &text))
		while (slice_word(&text, &word))
			map_add(&words, atom(word));
	for (uint32_t i = 0; (e = map_next(&words, &i)); )
		if (is_shell_function(d, e->key) && map_add(found, e->key))
			reach(d, e->key, found);
}

static void emit_functions(struct data *d, const struct atom *name, struct buf *out) {
	struct map found = { .arena = data_arena(d) };
	size_t count;
	map_add(&found, name);
	reach(d, name, &found);
	emit_function(d, name, out);
	const struct atom **sorted = map_sorted(&found, data_arena(d), &count);
	for (size_t i = 0; i < count; i++)
		if (sorted[i] != name)
			emit_function(d, sorted[i], out);
}

void emit_script(struct data *d, const struct atom *name, const char *cwd, struct buf *out) {
	buf_adds(out, "#!/bin/sh\nset -e\n\n");
	each_export(d, emit_variable, out);
	buf_addc(out, '\n');
	emit_functions(d, name, out);
	if (cwd)
		buf_addf(out, "cd '%s'\n", cwd);
	buf_addf(out, "%s\n", name->p);
}

/* --- the environment --- */

struct environment {
	struct arena *arena;
	struct slices list;
};

static void list_variable(void *ctx, const struct atom *name, struct slice value) {
	struct environment *e = ctx;
	if (value.p)
		slices_add(e->arena, &e->list,
			arena_printf(e->arena, "%s=" SFMT, name->p, SARG(value)));
}

const char **emit_environment(struct data *d, struct arena *a) {
	struct environment e = { .arena = a };
	each_export(d, list_variable, &e);
	const char **env = ARENA_ARRAY(a, const char *, e.list.n + 1);
	for (size_t i = 0; i < e.list.n; i++)
		env[i] = e.list.v[i].p;
	return env;
}
