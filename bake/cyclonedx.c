/* cyclonedx: bom-refs are "package:NAME", "recipe:PN" and "image:NAME". */
#include "cyclonedx.h"

#include <string.h>

#include "bom.h"
#include "json.h"
#include "licence.h"

struct writer {
	const struct bom *bom;
	struct json j;
};

static struct slice ref(struct writer *w, const char *kind, struct slice name) {
	return arena_printf(w->bom->arena, "%s:" SFMT, kind, SARG(name));
}

/* --- parts of a component --- */

static void licences(struct writer *w, struct slice text) {
	struct slice expression = licences_expression(w->bom->licences, text);
	if (!expression.n)
		return;
	json_open(&w->j, SLICE("licenses"), '[');
	json_open(&w->j, SLICE_NONE, '{');
	json_member(&w->j, "expression", expression);
	json_close(&w->j, '}');
	json_close(&w->j, ']');
}

static void open_reference(struct writer *w, const char *type, struct slice url) {
	json_open(&w->j, SLICE_NONE, '{');
	json_member(&w->j, "type", slice_of(type));
	json_member(&w->j, "url", url);
}

static void source(struct writer *w, const struct bom_source *s) {
	struct slice url = s->commit.n ? arena_printf(w->bom->arena, SFMT "@" SFMT, SARG(s->url),
		SARG(s->commit)) : s->url;
	open_reference(w, s->commit.n ? "vcs" : "source-distribution", url);
	if (s->sha256.n) {
		json_open(&w->j, SLICE("hashes"), '[');
		json_open(&w->j, SLICE_NONE, '{');
		json_member(&w->j, "alg", SLICE("SHA-256"));
		json_member(&w->j, "content", s->sha256);
		json_close(&w->j, '}');
		json_close(&w->j, ']');
	}
	json_close(&w->j, '}');
}

static void references(struct writer *w, const struct bom_recipe *r) {
	if (!r->homepage.n && !r->sources)
		return;
	json_open(&w->j, SLICE("externalReferences"), '[');
	if (r->homepage.n) {
		open_reference(w, "website", r->homepage);
		json_close(&w->j, '}');
	}
	for (size_t i = 0; i < r->sources; i++)
		source(w, &r->source[i]);
	json_close(&w->j, ']');
}

/* CycloneDX has no digest of a patch: its name and sha256 are what "diff" points to. */
static void pedigree(struct writer *w, const struct bom_recipe *r) {
	if (!r->patches)
		return;
	json_open(&w->j, SLICE("pedigree"), '{');
	json_open(&w->j, SLICE("patches"), '[');
	for (size_t i = 0; i < r->patches; i++) {
		const struct bom_patch *p = &r->patch[i];
		json_open(&w->j, SLICE_NONE, '{');
		json_member(&w->j, "type", SLICE("unofficial"));
		json_open(&w->j, SLICE("diff"), '{');
		json_member(&w->j, "url", arena_printf(w->bom->arena, SFMT "%s%s", SARG(p->name),
			*p->sha256 ? "#sha256:" : "", p->sha256));
		json_close(&w->j, '}');
		json_close(&w->j, '}');
	}
	json_close(&w->j, ']');
	json_close(&w->j, '}');
}

static void property(struct writer *w, const char *name, struct slice value) {
	if (!value.n)
		return;
	json_open(&w->j, SLICE_NONE, '{');
	json_member(&w->j, "name", slice_of(name));
	json_member(&w->j, "value", value);
	json_close(&w->j, '}');
}

static void origin(struct writer *w, const struct bom_recipe *r) {
	references(w, r);
	pedigree(w, r);
	json_open(&w->j, SLICE("properties"), '[');
	property(w, "bake:recipe", r->pn);
	property(w, "bake:version", r->pv);
	property(w, "bake:channel", r->channel);
	json_close(&w->j, ']');
}

static void supplier(struct writer *w, const struct bom_recipe *r) {
	if (!r->supplier.n)
		return;
	json_open(&w->j, SLICE("supplier"), '{');
	json_member(&w->j, "name", r->supplier);
	json_close(&w->j, '}');
}

/* --- components --- */

static void package(struct writer *w, const struct bom_package *p) {
	json_open(&w->j, SLICE_NONE, '{');
	json_member(&w->j, "type", SLICE("library"));
	json_member(&w->j, "bom-ref", ref(w, "package", p->name));
	if (p->recipe)
		supplier(w, p->recipe);
	json_member(&w->j, "name", p->name);
	json_member(&w->j, "version", p->version);
	json_member(&w->j, "description", p->summary);
	json_member(&w->j, "scope", SLICE("required"));
	licences(w, p->licence);
	json_member(&w->j, "cpe", p->recipe ? p->recipe->cpe : SLICE_NONE);
	json_member(&w->j, "purl", bom_purl(w->bom, p->recipe, p));
	if (p->recipe)
		origin(w, p->recipe);
	json_close(&w->j, '}');
}

static void recipe(struct writer *w, const struct bom_recipe *r) {
	json_open(&w->j, SLICE_NONE, '{');
	json_member(&w->j, "type", SLICE("application"));
	json_member(&w->j, "bom-ref", ref(w, "recipe", r->pn));
	supplier(w, r);
	json_member(&w->j, "name", r->pn);
	json_member(&w->j, "version", r->pv);
	json_member(&w->j, "description", r->summary);
	json_member(&w->j, "scope", SLICE("excluded"));
	licences(w, r->licence);
	json_member(&w->j, "cpe", r->cpe);
	json_member(&w->j, "purl", bom_purl(w->bom, r, NULL));
	origin(w, r);
	json_close(&w->j, '}');
}

static void image(struct writer *w, const struct bom_image *i) {
	json_open(&w->j, SLICE_NONE, '{');
	json_member(&w->j, "type", SLICE("operating-system"));
	json_member(&w->j, "bom-ref", ref(w, "image", i->name));
	json_member(&w->j, "name", i->name);
	json_close(&w->j, '}');
}

static void components(struct writer *w) {
	const struct bom *b = w->bom;
	json_open(&w->j, SLICE("components"), '[');
	for (size_t i = 0; i < b->images; i++)
		image(w, &b->image[i]);
	for (size_t i = 0; i < b->packages; i++)
		package(w, b->package[i]);
	for (size_t i = 0; i < b->recipes; i++)
		if (!b->recipe[i].shipped)
			recipe(w, &b->recipe[i]);
	json_close(&w->j, ']');
}

/* --- dependencies --- */

static void depends(struct writer *w, struct slice of, const struct bom_package **on, size_t n) {
	json_open(&w->j, SLICE_NONE, '{');
	json_member(&w->j, "ref", of);
	json_open(&w->j, SLICE("dependsOn"), '[');
	for (size_t i = 0; i < n; i++)
		json_text(&w->j, SLICE_NONE, ref(w, "package", on[i]->name));
	json_close(&w->j, ']');
	json_close(&w->j, '}');
}

static void dependencies(struct writer *w) {
	const struct bom *b = w->bom;
	json_open(&w->j, SLICE("dependencies"), '[');
	for (size_t i = 0; i < b->images; i++)
		depends(w, ref(w, "image", b->image[i].name), b->image[i].package, b->image[i].packages);
	for (size_t i = 0; i < b->packages; i++)
		depends(w, ref(w, "package", b->package[i]->name), b->package[i]->depends,
			b->package[i]->count);
	json_close(&w->j, ']');
}

/* --- the document --- */

/* A UUID (version 8: of our own making) of the identity. */
static struct slice serial(const struct bom *b) {
	const char *h = b->identity;
	return arena_printf(b->arena, "urn:uuid:%.8s-%.4s-8%.3s-8%.3s-%.12s", h, h + 8, h + 12, h + 15,
		h + 18);
}

static void metadata(struct writer *w) {
	json_open(&w->j, SLICE("metadata"), '{');
	json_member(&w->j, "timestamp", w->bom->created);
	json_open(&w->j, SLICE("tools"), '{');
	json_open(&w->j, SLICE("components"), '[');
	json_open(&w->j, SLICE_NONE, '{');
	json_member(&w->j, "type", SLICE("application"));
	json_member(&w->j, "name", SLICE("bake"));
	json_close(&w->j, '}');
	json_close(&w->j, ']');
	json_close(&w->j, '}');
	json_open(&w->j, SLICE("component"), '{');
	json_member(&w->j, "type", SLICE("firmware"));
	json_member(&w->j, "bom-ref", SLICE("release"));
	json_member(&w->j, "name", w->bom->targets);
	json_close(&w->j, '}');
	json_close(&w->j, '}');
}

void cyclonedx_write(const struct bom *b, FILE *out) {
	struct writer w = { b, { .out = out } };
	json_open(&w.j, SLICE_NONE, '{');
	json_member(&w.j, "$schema", SLICE("http://cyclonedx.org/schema/bom-1.5.schema.json"));
	json_member(&w.j, "bomFormat", SLICE("CycloneDX"));
	json_member(&w.j, "specVersion", SLICE("1.5"));
	json_member(&w.j, "serialNumber", serial(b));
	json_int(&w.j, SLICE("version"), 1);
	metadata(&w);
	components(&w);
	dependencies(&w);
	json_close(&w.j, '}');
	fputc('\n', out);
}
