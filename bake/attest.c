/* attest: it says nothing of the time or the machine, so that the same inputs give the same statement. */
#include "attest.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "agenda.h"
#include "bom.h"
#include "hash.h"
#include "json.h"
#include "options.h"
#include "os.h"
#include "sign.h"
#include "version.h"
#include "workspace.h"

#define PAYLOAD_TYPE "application/vnd.in-toto+json"

struct statement {
	struct agenda *agenda;
	const struct bom *bom;
	const char *dir;
	struct arena *arena;
	struct json j;
};

/* --- what was made --- */

static void digest(struct json *j, const char *algorithm, struct slice value) {
	if (!value.n)
		return;
	json_open(j, SLICE("digest"), '{');
	json_member(j, algorithm, value);
	json_close(j, '}');
}

static void subjects_below(struct statement *s, const char *name) {
	const char *root = arena_printf(s->arena, "%s/%s", s->dir, name).p;
	struct os_entry *e;
	size_t n;
	char hex[HASH_HEX];
	if (!os_is_dir(root) || os_walk(s->arena, root, &e, &n))
		return;
	for (size_t i = 0; i < n; i++) {
		const char *file = arena_printf(s->arena, "%s/%s", root, e[i].path).p;
		if (e[i].type != 'f' || hash_file(HASH_SHA256, file, hex))
			continue;
		json_open(&s->j, SLICE_NONE, '{');
		json_member(&s->j, "name", arena_printf(s->arena, "%s/%s", name, e[i].path));
		digest(&s->j, "sha256", slice_of(hex));
		json_close(&s->j, '}');
	}
}

static void subjects(struct statement *s) {
	json_open(&s->j, SLICE("subject"), '[');
	subjects_below(s, "images");
	subjects_below(s, "packages");
	json_close(&s->j, ']');
}

/* --- what of --- */

static void layers(struct statement *s) {
	for (size_t i = 0; i < s->bom->layers; i++) {
		const struct bom_layer *l = &s->bom->layer[i];
		json_open(&s->j, SLICE_NONE, '{');
		json_member(&s->j, "name", arena_printf(s->arena, "layer " SFMT, SARG(l->name)));
		digest(&s->j, "gitCommit", l->at.commit);
		json_open(&s->j, SLICE("annotations"), '{');
		json_bool(&s->j, SLICE("dirty"), l->at.dirty);
		json_close(&s->j, '}');
		json_close(&s->j, '}');
	}
}

static void sources(struct statement *s, const struct bom_recipe *r) {
	for (size_t i = 0; i < r->sources; i++) {
		const struct bom_source *source = &r->source[i];
		json_open(&s->j, SLICE_NONE, '{');
		json_member(&s->j, "name", r->pn);
		json_member(&s->j, "uri", source->url);
		digest(&s->j, source->commit.n ? "gitCommit" : "sha256",
			source->commit.n ? source->commit : source->sha256);
		json_close(&s->j, '}');
	}
	for (size_t i = 0; i < r->patches; i++) {
		json_open(&s->j, SLICE_NONE, '{');
		json_member(&s->j, "name", arena_printf(s->arena, SFMT " " SFMT, SARG(r->pn),
			SARG(r->patch[i].name)));
		digest(&s->j, "sha256", slice_of(r->patch[i].sha256));
		json_close(&s->j, '}');
	}
}

static void dependencies(struct statement *s) {
	json_open(&s->j, SLICE("resolvedDependencies"), '[');
	layers(s);
	for (size_t i = 0; i < s->bom->recipes; i++)
		sources(s, &s->bom->recipe[i]);
	json_close(&s->j, ']');
}

/* --- how --- */

static void parameters(struct statement *s) {
	struct agenda *g = s->agenda;
	json_open(&s->j, SLICE("externalParameters"), '{');
	json_open(&s->j, SLICE("targets"), '[');
	for (size_t i = 0; i < g->o->words.n; i++)
		json_text(&s->j, SLICE_NONE, g->o->words.v[i]);
	json_close(&s->j, ']');
	json_member(&s->j, "machine", slice_of(agenda_text(g, "MACHINE")));
	json_member(&s->j, "distro", slice_of(agenda_text(g, "DISTRO")));
	json_close(&s->j, '}');
	json_open(&s->j, SLICE("internalParameters"), '{');
	json_member(&s->j, "taskHashes", slice_of(s->bom->identity));
	json_close(&s->j, '}');
}

static void builder(struct statement *s) {
	json_open(&s->j, SLICE("runDetails"), '{');
	json_open(&s->j, SLICE("builder"), '{');
	json_member(&s->j, "id", slice_of(agenda_text(s->agenda, "RELEASE_BUILDER_ID")));
	json_open(&s->j, SLICE("version"), '{');
	json_member(&s->j, "bake", slice_of(BAKE_VERSION));
	json_close(&s->j, '}');
	json_close(&s->j, '}');
	json_close(&s->j, '}');
}

static void predicate(struct statement *s) {
	json_open(&s->j, SLICE("predicate"), '{');
	json_open(&s->j, SLICE("buildDefinition"), '{');
	json_member(&s->j, "buildType", SLICE("urn:bake:build:1"));
	parameters(s);
	dependencies(s);
	json_close(&s->j, '}');
	builder(s);
	json_close(&s->j, '}');
}

static void statement(struct statement *s) {
	json_open(&s->j, SLICE_NONE, '{');
	json_member(&s->j, "_type", SLICE("https://in-toto.io/Statement/v1"));
	subjects(s);
	json_member(&s->j, "predicateType", SLICE("https://slsa.dev/provenance/v1"));
	predicate(s);
	json_close(&s->j, '}');
	fputc('\n', s->j.out);
}

/* --- files --- */

static int written(FILE *out, const char *file) {
	bool bad = !out || ferror(out);
	if (out && fclose(out))
		bad = true;
	if (bad)
		error("%s: %s", file, strerror(errno));
	return bad ? -1 : 0;
}

/* What DSSE signs ("pre-authentication encoding"). */
static struct slice encoded(struct arena *a, struct slice payload) {
	struct buf text = { .arena = a };
	buf_addf(&text, "DSSEv1 %zu %s %zu ", strlen(PAYLOAD_TYPE), PAYLOAD_TYPE, payload.n);
	buf_add(&text, payload);
	return buf_slice(&text);
}

static int write_envelope(struct statement *s, struct slice payload, const char *key_file) {
	const char *file = arena_printf(s->arena, "%s/provenance.dsse.json", s->dir).p;
	struct slice signature;
	if (sign_text(s->arena, key_file, encoded(s->arena, payload), &signature))
		return -1;
	struct json j = { .out = fopen(file, "we") };
	if (!j.out)
		return written(NULL, file);
	json_open(&j, SLICE_NONE, '{');
	json_member(&j, "payloadType", SLICE(PAYLOAD_TYPE));
	json_member(&j, "payload", sign_base64(s->arena, payload));
	json_open(&j, SLICE("signatures"), '[');
	json_open(&j, SLICE_NONE, '{');
	json_member(&j, "sig", signature);
	json_close(&j, '}');
	json_close(&j, ']');
	json_close(&j, '}');
	fputc('\n', j.out);
	return written(j.out, file);
}

int attest_write(struct agenda *g, const struct bom *b, const char *dir, const char *key_file) {
	const char *file = arena_printf(g->arena, "%s/provenance.json", dir).p;
	struct statement s = { g, b, dir, g->arena, { .out = fopen(file, "we") } };
	struct slice text;
	if (!s.j.out)
		return written(NULL, file);
	statement(&s);
	if (written(s.j.out, file))
		return -1;
	if (!key_file)
		return 0;
	if (os_read(s.arena, file, &text) == 0)
		return write_envelope(&s, text, key_file);
	error("%s: %s", file, strerror(errno));
	return -1;
}
