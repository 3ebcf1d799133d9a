/* listing: prints; asks the store and changes nothing. */
#include "listing.h"

#include <stdio.h>

#include "data.h"
#include "json.h"
#include "map.h"
#include "util.h"

/* Every line of it is part of a comment. */
static void print_detail(struct slice text) {
	struct slice line;
	const char *quote = "\"";
	while (slice_field(&text, '\n', &line)) {
		printf("#     %s" SFMT "%s\n", quote, SARG(line), text.n ? "" : "\"");
		quote = "";
		if (!text.n)
			break;
	}
}

static void print_event(const struct data_event *e) {
	printf("#   %s%s%s%s", e->op, e->flag ? "[" : "", e->flag ? e->flag->p : "",
			e->flag ? "]" : "");
	if (e->at.file)
		printf(" %s:%d\n", e->at.file->p, e->at.line);
	else
		printf(" (the engine)\n");
	if (e->detail)
		print_detail(slice_of(e->detail));
}

void listing_history(struct data *d, const struct atom *name, const struct atom *flag,
		struct arena *a) {
	size_t count, shown = 0;
	struct data_event *events = data_history(d, name, a, &count);
	for (size_t i = 0; i < count; i++)
		shown += !flag || events[i].flag == flag;
	printf("#\n# $%s", name->p);
	printf(shown == 1 ? "\n" : " [%zu operations]\n", shown);
	for (size_t i = 0; i < count; i++)
		if (!flag || events[i].flag == flag)
			print_event(&events[i]);
}

/* As a shell would read it: quotes and dollars escaped. */
static void print_quoted(struct slice value) {
	putchar('"');
	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] == '"' || value.p[i] == '\\' || value.p[i] == '$'
				|| value.p[i] == '`')
			putchar('\\');
		putchar(value.p[i]);
	}
	putchar('"');
	putchar('\n');
}

static bool has_flag(struct data *d, const struct atom *name, const char *flag) {
	struct slice value;
	return data_get_flag(d, name, atom_of(flag), false, &value) && value.n > 0;
}

/* The value, or in a comment why there is none. */
static bool value_of(struct data *d, const struct atom *name, bool raw, struct slice *value) {
	struct trap trap;
	if (!TRAP(&trap)) {
		printf("# %s cannot be expanded: " SFMT "\n", name->p, SARG(trap.error.message));
		return false;
	}
	bool set = raw ? data_get_raw(d, name, value) : data_get(d, name, value);
	trap_end(&trap);
	return set;
}

void listing_variable(struct data *d, const struct atom *name, struct arena *a) {
	struct slice value;
	bool function = has_flag(d, name, "func");
	bool code = has_flag(d, name, "lua") || has_flag(d, name, "python");
	if (name->n > 1 && name->p[0] == '_' && name->p[1] == '_')
		return;
	listing_history(d, name, NULL, a);
	if (!value_of(d, name, function && code, &value))
		return;
	if (function) {
		printf("%s() {\n" SFMT "%s}\n", name->p, SARG(value), slice_ends(value, "\n") ? "" : "\n");
		return;
	}
	printf("%s%s=", has_flag(d, name, "export") ? "export " : "", name->p);
	print_quoted(value);
}

void listing_value(const struct atom *name, const struct atom *flag, struct slice value) {
	printf("%s%s%s%s=", name->p, flag ? "[" : "", flag ? flag->p : "", flag ? "]" : "");
	print_quoted(value);
}

void listing_json_history(struct json *j, struct data *d, const struct atom *name,
		struct arena *a) {
	size_t count;
	struct data_event *events = data_history(d, name, a, &count);
	json_open(j, SLICE("history"), '[');
	for (size_t i = 0; i < count; i++) {
		const struct data_event *e = &events[i];
		json_open(j, SLICE_NONE, '{');
		json_text(j, SLICE("operation"), slice_of(e->op));
		if (e->flag)
			json_text(j, SLICE("flag"), atom_slice(e->flag));
		if (e->at.file) {
			json_text(j, SLICE("file"), atom_slice(e->at.file));
			json_int(j, SLICE("line"), e->at.line);
		}
		if (e->detail)
			json_text(j, SLICE("text"), slice_of(e->detail));
		json_close(j, '}');
	}
	json_close(j, ']');
}
