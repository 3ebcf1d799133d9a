/* fragment: "layer/name" is PREFIX/name.conf in that layer; "kind/value" sets the variable that
 * goes with a built-in kind. */
#include "fragment.h"
#include "data.h"
#include "map.h"
#include "search.h"

#include <string.h>

static struct slice text_of(struct data *d, struct slice variable) {
	struct slice value;
	return data_get(d, atom(variable), &value) ? value : SLICE("");
}

/* The variable a built-in kind sets, or NULL. */
static const struct atom *builtin_variable(struct slice builtins, struct slice kind) {
	struct slice word, name;
	while (slice_word(&builtins, &word))
		if (slice_field(&word, ':', &name) && slice_eq(name, kind) && word.p)
			return atom(word);
	return NULL;
}

static struct slice find_file(struct data *d, struct slice layer, struct slice file) {
	struct slice dirs = data_text(d, "BBLAYERS"), dir;
	while (slice_word(&dirs, &dir)) {
		struct slice path = arena_printf(data_arena(d), SFMT "/" SFMT, SARG(dir),
				SARG(file));
		if (search_exists(path) && slice_eq(search_layer(d, path), layer))
			return path;
	}
	raise_error("fragment " SFMT ": no " SFMT " in layer " SFMT ": is the layer in BBLAYERS?",
			SARG(file), SARG(file), SARG(layer));
}

static struct fragment find(struct data *d, struct slice word, struct slice prefix,
		struct slice builtins) {
	struct fragment f = { .name = atom(word) };
	struct slice rest = word, first, old;
	if (!slice_field(&rest, '/', &first) || !rest.p)
		raise_error("fragment " SFMT ": write it as layer/name", SARG(word));
	f.variable = builtin_variable(builtins, first);
	if (!f.variable) {
		f.path = find_file(d, first,
				data_expand(d,
						arena_printf(data_arena(d), SFMT "/" SFMT ".conf",
								SARG(prefix), SARG(rest))));
		return f;
	}
	if (data_get_own(d, f.variable, false, &old))
		raise_error("fragment " SFMT
			    ": %s is set already: remove the fragment or the assignment",
				SARG(word), f.variable->p);
	f.value = rest;
	return f;
}

/* A built-in fragment sets a variable that nothing else may have set. */
static void check_twice(const struct fragment *f, size_t n, const struct fragment *new) {
	for (size_t i = 0; new->variable && i < n; i++)
		if (f[i].variable == new->variable)
			raise_error("fragments %s and %s: both set %s: remove one", f[i].name->p,
					new->name->p, new->variable->p);
}

struct fragment *fragment_list(struct data *d, struct slice list, struct slice prefix,
		struct slice builtin, size_t *count) {
	struct slice builtins = text_of(d, builtin), rest = text_of(d, list), word;
	struct fragment *f = ARENA_ARRAY(data_arena(d), struct fragment, rest.n / 2 + 1);
	*count = 0;
	while (slice_word(&rest, &word)) {
		f[*count] = find(d, word, prefix, builtins);
		check_twice(f, *count, &f[*count]);
		++*count;
	}
	return f;
}
