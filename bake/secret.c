/* secret: by the names people give such variables; there is no other sign. */
#include "secret.h"

#include <string.h>
#include <strings.h>

static bool has(struct slice text, const char *word) {
	size_t n = strlen(word);
	for (size_t i = 0; i + n <= text.n; i++)
		if (strncasecmp(text.p + i, word, n) == 0)
			return true;
	return false;
}

bool secret_name(struct slice name) {
	static const char *const words[] = { "PASSWORD", "PASSWD", "PASSPHRASE", "SECRET", "TOKEN",
		"CREDENTIAL" };
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (has(name, words[i]))
			return true;
	return false;
}

bool secret_key(struct slice text) {
	return slice_find(text, "PRIVATE KEY-----", NULL);
}

/* Up to the value of "NAME ?= value", when NAME is that of a secret; 0: it is not. */
static size_t masked_from(struct slice line) {
	size_t at;
	struct slice name;
	if (!slice_find(line, "=", &at))
		return 0;
	name = slice_trim(slice_sub(line, 0, at));
	return *slice_trim(line).p != '#' && secret_name(name) ? at + 1 : 0;
}

static bool continues(struct slice line) {
	return line.n && line.p[line.n - 1] == '\\';
}

struct slice secret_mask(struct arena *a, struct slice text, unsigned *count) {
	struct buf out = { .arena = a };
	bool inside = false;             /* a masked value goes on */
	struct slice line;
	buf_adds(&out, "");
	while (text.n && slice_field(&text, '\n', &line)) {
		size_t from = inside || !slice_trim(line).n ? 0 : masked_from(line);
		struct slice plain = text_mask(a, line);
		if (from) {
			buf_addf(&out, SFMT " \"***\"\n", SARG(slice_sub(line, 0, from)));
			++*count;
		} else if (!inside) {
			buf_addf(&out, SFMT "\n", SARG(plain));
			*count += !slice_eq(plain, line);
		}
		inside = (from || inside) && continues(line);
	}
	return buf_slice(&out);
}
