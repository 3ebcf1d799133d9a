/* provenance: one table of fields serves writing and reading, so that neither can know a name the
 * other does not. The signature covers every line before its own. */
#include "provenance.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "hash.h"
#include "sign.h"

static const struct {
	const char *name;
	size_t at;
	enum { TEXT, NUMBER } kind;
} fields[] = {
	{ "artefact", offsetof(struct provenance, artefact), TEXT },
	{ "task", offsetof(struct provenance, task), TEXT },
	{ "content", offsetof(struct provenance, content), TEXT },
	{ "sha256", offsetof(struct provenance, sha256), TEXT },
	{ "size", offsetof(struct provenance, size), NUMBER },
	{ "same", offsetof(struct provenance, same), TEXT },
	{ "key", offsetof(struct provenance, key), TEXT },
	{ "engine", offsetof(struct provenance, engine), TEXT },
	{ "compiler", offsetof(struct provenance, compiler), TEXT },
	{ "hermetic", offsetof(struct provenance, hermetic), TEXT },
	{ "made", offsetof(struct provenance, made), NUMBER },
	{ "cpu-ms", offsetof(struct provenance, cpu_ms), NUMBER },
};
enum { FIELDS = sizeof fields / sizeof *fields };

#define SIGNATURE "signature "

static void write_field(struct buf *b, const struct provenance *p, size_t i) {
	const char *at = (const char *)p + fields[i].at;
	if (fields[i].kind == NUMBER) {
		buf_addf(b, "%s %" PRIu64 "\n", fields[i].name, *(const uint64_t *)(const void *)at);
		return;
	}
	const struct slice *text = (const void *)at;
	if (text->n)
		buf_addf(b, "%s " SFMT "\n", fields[i].name, SARG(*text));
}

int provenance_write(struct arena *a, const struct provenance *p, const char *key_file,
		struct slice *text) {
	struct buf b = { .arena = a };
	struct slice signature;
	for (size_t i = 0; i < FIELDS; i++)
		write_field(&b, p, i);
	if (key_file) {
		if (sign_text(a, key_file, buf_slice(&b), &signature) < 0)
			return -1;
		buf_addf(&b, SIGNATURE SFMT "\n", SARG(signature));
	}
	*text = buf_slice(&b);
	return 0;
}

/* A name this engine does not know is a later one's: passed over. False: the value is none. */
static bool read_field(struct provenance *p, struct slice name, struct slice value) {
	for (size_t i = 0; i < FIELDS; i++) {
		if (!slice_is(name, fields[i].name))
			continue;
		char *at = (char *)p + fields[i].at;
		if (fields[i].kind == NUMBER)
			return slice_number(value, (uint64_t *)(void *)at);
		*(struct slice *)(void *)at = value;
	}
	return true;
}

/* Lines and nothing that acts on a terminal: people are shown parts of it. */
static bool is_text(struct slice s) {
	for (size_t i = 0; i < s.n; i++)
		if (((unsigned char)s.p[i] < ' ' && s.p[i] != '\n') || s.p[i] == 0x7f)
			return false;
	return true;
}

int provenance_read(struct slice text, struct provenance *p) {
	struct slice line, name;
	*p = (struct provenance){ .size = 0 };
	if (text.n == 0 || text.p[text.n - 1] != '\n' || !is_text(text))
		return -1;       /* cut short, or no text */
	while (slice_field(&text, '\n', &line) && line.n) {
		if (!slice_field(&line, ' ', &name) || line.n == 0)
			return -1;
		if (slice_is(name, "signature"))
			break;   /* what stands behind it nobody has signed */
		if (!read_field(p, name, line))
			return -1;
	}
	return p->task.n && p->content.n && p->sha256.n ? 0 : -1;
}

int provenance_check(struct arena *a, struct slice text, const struct slices *keys,
		struct slice *why) {
	size_t at;
	*why = SLICE("it is not signed");
	if (!slice_find(text, "\n" SIGNATURE, &at))
		return -1;
	struct slice body = slice_sub(text, 0, at + 1);
	struct slice signature = slice_sub(text, at + 1 + strlen(SIGNATURE), text.n);
	return sign_verify(a, keys, body, signature, why);
}

/* Its hashes become names of files. */
static bool is_digest(struct slice text) {
	return text.n == 0 || hash_is_hex(HASH_SHA256, text);
}

int provenance_accept(struct arena *a, const struct provenance_claim *c, struct provenance *p,
		struct slice *why) {
	if (c->keys && c->keys->n && provenance_check(a, c->text, c->keys, why) < 0)
		return -1;
	*why = SLICE("what stands in the place of its provenance is none");
	if (provenance_read(c->text, p) < 0)
		return -1;
	*why = SLICE("its provenance is another artefact's");
	if (!slice_eq(p->task, c->task))
		return -1;
	*why = SLICE("its provenance is damaged");
	return is_digest(p->same) && is_digest(p->key) && is_digest(p->sha256) && is_digest(p->content) ? 0 : -1;
}
