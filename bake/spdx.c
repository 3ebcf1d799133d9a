/* spdx: everything is a package of SPDX but patches, which are files; identifiers are made of a kind
 * and a name. */
#include "spdx.h"

#include <string.h>

#include "bom.h"
#include "hash.h"
#include "json.h"
#include "licence.h"

#define DOCUMENT SLICE("SPDXRef-DOCUMENT")
#define UNKNOWN SLICE("NOASSERTION")

struct writer {
	const struct bom *bom;
	struct json j;
};

/* Names have letters that identifiers may not have: then a digest keeps two of them apart. */
static struct slice identifier(struct arena *a, const char *kind, struct slice name) {
	struct buf text = { .arena = a };
	char hex[HASH_HEX];
	bool changed = false;
	buf_addf(&text, "SPDXRef-%s-", kind);
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
			|| c == '.' || c == '-';
		buf_addc(&text, fine ? c : '-');
		changed |= !fine;
	}
	hash_text(HASH_SHA256, name, hex);
	if (changed)
		buf_addf(&text, "-%.8s", hex);
	return buf_slice(&text);
}

static struct slice recipe_id(struct writer *w, const struct bom_recipe *r) {
	return identifier(w->bom->arena, "Recipe", r->pn);
}

static struct slice package_id(struct writer *w, const struct bom_package *p) {
	return identifier(w->bom->arena, "Package", p->name);
}

static struct slice image_id(struct writer *w, const struct bom_image *i) {
	return identifier(w->bom->arena, "Image", i->name);
}

static struct slice part_id(struct writer *w, const char *kind, const struct bom_recipe *r, size_t i) {
	return arena_printf(w->bom->arena, SFMT "-%zu", SARG(identifier(w->bom->arena, kind, r->pn)), i + 1);
}

/* --- elements --- */

/* What every package of SPDX says; left open. */
static void open_package(struct writer *w, struct slice id, struct slice name, struct slice version) {
	struct json *j = &w->j;
	json_open(j, SLICE_NONE, '{');
	json_member(j, "SPDXID", id);
	json_member(j, "name", name);
	json_member(j, "versionInfo", version);
	json_bool(j, SLICE("filesAnalyzed"), false);
	json_member(j, "licenseConcluded", UNKNOWN);
	json_member(j, "copyrightText", UNKNOWN);
}

static void declared(struct writer *w, struct slice licence) {
	struct slice text = licence.n ? licences_expression(w->bom->licences, licence) : SLICE_NONE;
	json_member(&w->j, "licenseDeclared", text.n ? text : UNKNOWN);
}

static void reference(struct writer *w, const char *category, const char *type, struct slice locator) {
	if (!locator.n)
		return;
	json_open(&w->j, SLICE_NONE, '{');
	json_member(&w->j, "referenceCategory", slice_of(category));
	json_member(&w->j, "referenceType", slice_of(type));
	json_member(&w->j, "referenceLocator", locator);
	json_close(&w->j, '}');
}

static void checksum(struct writer *w, const char *algorithm, struct slice value) {
	if (!value.n)
		return;
	json_open(&w->j, SLICE_NONE, '{');
	json_member(&w->j, "algorithm", slice_of(algorithm));
	json_member(&w->j, "checksumValue", value);
	json_close(&w->j, '}');
}

static void image(struct writer *w, const struct bom_image *i) {
	open_package(w, image_id(w, i), i->name, SLICE_NONE);
	json_member(&w->j, "primaryPackagePurpose", SLICE("OPERATING-SYSTEM"));
	json_member(&w->j, "downloadLocation", UNKNOWN);
	declared(w, SLICE_NONE);
	json_close(&w->j, '}');
}

static void package(struct writer *w, const struct bom_package *p) {
	open_package(w, package_id(w, p), p->name, p->version);
	json_member(&w->j, "primaryPackagePurpose", SLICE("INSTALL"));
	json_member(&w->j, "downloadLocation", UNKNOWN);
	json_member(&w->j, "summary", p->summary);
	declared(w, p->licence);
	json_open(&w->j, SLICE("externalRefs"), '[');
	reference(w, "PACKAGE-MANAGER", "purl", bom_purl(w->bom, p->recipe, p));
	if (p->recipe)
		reference(w, "SECURITY", "cpe23Type", p->recipe->cpe);
	json_close(&w->j, ']');
	json_close(&w->j, '}');
}

static void recipe(struct writer *w, const struct bom_recipe *r) {
	open_package(w, recipe_id(w, r), r->pn, r->pv);
	json_member(&w->j, "primaryPackagePurpose", SLICE("SOURCE"));
	json_member(&w->j, "downloadLocation", UNKNOWN);
	json_member(&w->j, "homepage", r->homepage);
	json_member(&w->j, "summary", r->summary);
	if (r->supplier.n)
		json_member(&w->j, "supplier",
			arena_printf(w->bom->arena, "Organization: " SFMT, SARG(r->supplier)));
	if (r->channel.n)
		json_member(&w->j, "sourceInfo",
			arena_printf(w->bom->arena, "channel: " SFMT, SARG(r->channel)));
	declared(w, r->licence);
	json_open(&w->j, SLICE("externalRefs"), '[');
	reference(w, "PACKAGE-MANAGER", "purl", bom_purl(w->bom, r, NULL));
	reference(w, "SECURITY", "cpe23Type", r->cpe);
	json_close(&w->j, ']');
	json_close(&w->j, '}');
}

static struct slice location(struct writer *w, const struct bom_source *s) {
	return s->commit.n ? arena_printf(w->bom->arena, SFMT "@" SFMT, SARG(s->url), SARG(s->commit))
		: s->url;
}

static void source(struct writer *w, const struct bom_recipe *r, size_t i) {
	const struct bom_source *s = &r->source[i];
	size_t slash = s->url.n;
	while (slash && s->url.p[slash - 1] != '/')
		slash--;
	open_package(w, part_id(w, "Source", r, i), slice_sub(s->url, slash, s->url.n), s->commit);
	json_member(&w->j, "primaryPackagePurpose", s->commit.n ? SLICE("SOURCE") : SLICE("ARCHIVE"));
	json_member(&w->j, "downloadLocation", location(w, s));
	declared(w, SLICE_NONE);
	if (s->sha256.n) {
		json_open(&w->j, SLICE("checksums"), '[');
		checksum(w, "SHA256", s->sha256);
		json_close(&w->j, ']');
	}
	json_close(&w->j, '}');
}

static void packages(struct writer *w) {
	const struct bom *b = w->bom;
	json_open(&w->j, SLICE("packages"), '[');
	for (size_t i = 0; i < b->images; i++)
		image(w, &b->image[i]);
	for (size_t i = 0; i < b->packages; i++)
		package(w, b->package[i]);
	for (size_t i = 0; i < b->recipes; i++) {
		recipe(w, &b->recipe[i]);
		for (size_t s = 0; s < b->recipe[i].sources; s++)
			source(w, &b->recipe[i], s);
	}
	json_close(&w->j, ']');
}

/* SPDX wants the SHA-1 of a file: a patch without one is left to the recipe's package. */
static void files(struct writer *w) {
	const struct bom *b = w->bom;
	json_open(&w->j, SLICE("files"), '[');
	for (size_t i = 0; i < b->recipes; i++)
		for (size_t n = 0; n < b->recipe[i].patches; n++) {
			const struct bom_patch *p = &b->recipe[i].patch[n];
			if (!*p->sha1)
				continue;
			json_open(&w->j, SLICE_NONE, '{');
			json_member(&w->j, "SPDXID", part_id(w, "Patch", &b->recipe[i], n));
			json_member(&w->j, "fileName",
				arena_printf(b->arena, "./" SFMT, SARG(p->name)));
			json_open(&w->j, SLICE("checksums"), '[');
			checksum(w, "SHA1", slice_of(p->sha1));
			checksum(w, "SHA256", slice_of(p->sha256));
			json_close(&w->j, ']');
			json_close(&w->j, '}');
		}
	json_close(&w->j, ']');
}

/* --- relationships --- */

static void relate(struct writer *w, struct slice from, const char *how, struct slice to) {
	json_open(&w->j, SLICE_NONE, '{');
	json_member(&w->j, "spdxElementId", from);
	json_member(&w->j, "relationshipType", slice_of(how));
	json_member(&w->j, "relatedSpdxElement", to);
	json_close(&w->j, '}');
}

static void relate_images(struct writer *w) {
	const struct bom *b = w->bom;
	for (size_t i = 0; i < b->images; i++) {
		struct slice id = image_id(w, &b->image[i]);
		relate(w, DOCUMENT, "DESCRIBES", id);
		for (size_t p = 0; p < b->image[i].packages; p++)
			relate(w, id, "CONTAINS", package_id(w, b->image[i].package[p]));
	}
}

static void relate_package(struct writer *w, const struct bom_package *p) {
	struct slice id = package_id(w, p);
	if (p->recipe)
		relate(w, id, "GENERATED_FROM", recipe_id(w, p->recipe));
	for (size_t i = 0; i < p->count; i++)
		relate(w, id, "DEPENDS_ON", package_id(w, p->depends[i]));
}

/* A document without an image describes its recipes. */
static void relate_recipe(struct writer *w, const struct bom_recipe *r) {
	struct slice id = recipe_id(w, r);
	if (!w->bom->images)
		relate(w, DOCUMENT, "DESCRIBES", id);
	for (size_t i = 0; i < r->sources; i++)
		relate(w, id, "GENERATED_FROM", part_id(w, "Source", r, i));
	for (size_t i = 0; i < r->patches; i++)
		if (*r->patch[i].sha1)
			relate(w, part_id(w, "Patch", r, i), "PATCH_FOR", id);
}

static void relationships(struct writer *w) {
	const struct bom *b = w->bom;
	json_open(&w->j, SLICE("relationships"), '[');
	relate_images(w);
	for (size_t i = 0; i < b->packages; i++)
		relate_package(w, b->package[i]);
	for (size_t i = 0; i < b->recipes; i++)
		relate_recipe(w, &b->recipe[i]);
	json_close(&w->j, ']');
}

/* --- the document --- */

static void head(struct writer *w) {
	const struct bom *b = w->bom;
	json_member(&w->j, "spdxVersion", SLICE("SPDX-2.3"));
	json_member(&w->j, "dataLicense", SLICE("CC0-1.0"));
	json_member(&w->j, "SPDXID", DOCUMENT);
	json_member(&w->j, "name", b->targets);
	json_member(&w->j, "documentNamespace", arena_printf(b->arena, "urn:bake:spdx:%s", b->identity));
	json_open(&w->j, SLICE("creationInfo"), '{');
	json_member(&w->j, "created", b->created);
	json_open(&w->j, SLICE("creators"), '[');
	json_text(&w->j, SLICE_NONE, SLICE("Tool: bake"));
	json_close(&w->j, ']');
	json_close(&w->j, '}');
}

/* Written last: by then every licence has been met. */
static void foreign_licences(struct writer *w) {
	const struct slices *names = licences_foreign(w->bom->licences);
	struct arena *a = w->bom->arena;
	json_open(&w->j, SLICE("hasExtractedLicensingInfos"), '[');
	for (size_t i = 0; i < names->n; i++) {
		json_open(&w->j, SLICE_NONE, '{');
		json_member(&w->j, "licenseId", licence_reference(a, names->v[i]));
		json_member(&w->j, "name", names->v[i]);
		json_member(&w->j, "extractedText", arena_printf(a, "Recipes call it " SFMT
			"; its text is among those of the recipe, in licences/.", SARG(names->v[i])));
		json_close(&w->j, '}');
	}
	json_close(&w->j, ']');
}

void spdx_write(const struct bom *b, FILE *out) {
	struct writer w = { b, { .out = out } };
	json_open(&w.j, SLICE_NONE, '{');
	head(&w);
	packages(&w);
	files(&w);
	relationships(&w);
	foreign_licences(&w);
	json_close(&w.j, '}');
	fputc('\n', out);
}
