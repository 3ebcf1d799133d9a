/* bom, spdx, cyclonedx: package URLs, and what is written for awkward names. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bom.h"
#include "cyclonedx.h"
#include "data.h"
#include "licence.h"
#include "spdx.h"
#include "util.h"

static struct arena *a;
static struct bom b;
static struct bom_recipe recipe;
static struct bom_package cpp, lib;
static struct bom_image image;
static const struct bom_package *both[2] = { &cpp, &lib };

static void set_up(void) {
	static struct bom_source source[2];
	static struct bom_patch patch[2];
	a = arena_new();
	source[0] = (struct bom_source){ .url = SLICE("https://a.org/x y.tar.gz"), .sha256 = SLICE("ab12") };
	source[1] = (struct bom_source){ .url = SLICE("git+https://a.org/x"), .commit = SLICE("c0ffee") };
	patch[0] = (struct bom_patch){ .name = SLICE("fix.patch"), .sha1 = "11", .sha256 = "22" };
	patch[1] = (struct bom_patch){ .name = SLICE("other.patch") };
	recipe = (struct bom_recipe){ .pn = SLICE("x+y"), .pv = SLICE("1.0~rc1"), .licence = SLICE("PD"),
		.source = source, .sources = 2, .patch = patch, .patches = 2, .channel = SLICE("upstream"),
		.supplier = SLICE("Us") };
	lib = (struct bom_package){ .name = SLICE("x-y"), .version = SLICE("1.0-r0") };
	cpp = (struct bom_package){ .name = SLICE("x+y"), .version = SLICE("1.0-r0"), .arch = SLICE("all"),
		.licence = SLICE("MIT"), .recipe = &recipe, .depends = &both[1], .count = 1 };
	image = (struct bom_image){ .name = SLICE("image"), .package = both, .packages = 2 };
	b = (struct bom){ .arena = a, .targets = SLICE("image"), .created = SLICE("2024-01-01T00:00:00Z"),
		.recipe = &recipe, .recipes = 1, .package = both, .packages = 2, .image = &image, .images = 1 };
	memset(b.identity, 'a', 64);
	b.licences = licences_new(a, data_new(a));
}
static void tear_down(void) { arena_free(a); }
TestSuite(bom, .init = set_up, .fini = tear_down);

static char *written(void (*write)(const struct bom *, FILE *)) {
	char *text;
	size_t n;
	FILE *out = open_memstream(&text, &n);
	write(&b, out);
	fclose(out);
	char *copy = arena_str(a, slice_of(text));
	free(text);
	return copy;
}

static void has(const char *text, const char *part) {
	cr_expect_not_null(strstr(text, part), "%s is not in\n%s", part, text);
}

Test(bom, purl_of_a_recipe_names_its_source) {
	struct slice purl = bom_purl(&b, &recipe, NULL);
	cr_expect(slice_is(purl, "pkg:generic/x%2By@1.0~rc1?checksum=sha256:ab12"
		"&download_url=https:%2F%2Fa.org%2Fx%20y.tar.gz"), SFMT, SARG(purl));
}

Test(bom, purl_of_a_package_has_its_architecture) {
	struct slice purl = bom_purl(&b, &recipe, &cpp);
	cr_expect(slice_starts(purl, "pkg:generic/x%2By@1.0-r0?arch=all&checksum="), SFMT, SARG(purl));
}

Test(bom, purl_of_a_repository) {
	recipe.source++;
	recipe.sources = 1;
	struct slice purl = bom_purl(&b, &recipe, NULL);
	cr_expect(slice_ends(purl, "?vcs_url=git%2Bhttps:%2F%2Fa.org%2Fx%40c0ffee"), SFMT, SARG(purl));
}

Test(bom, purl_without_anything) {
	cr_expect(slice_is(bom_purl(&b, NULL, &lib), "pkg:generic/x-y@1.0-r0"));
}

Test(bom, spdx_keeps_names_apart) {
	char *text = written(spdx_write);
	has(text, "\"SPDXRef-Package-x-y\"");
	has(text, "\"SPDXRef-Package-x-y-");    /* x+y, with a digest */
	has(text, "\"licenseDeclared\": \"LicenseRef-PD\"");
	has(text, "\"licenseId\": \"LicenseRef-PD\"");
	has(text, "\"downloadLocation\": \"git+https://a.org/x@c0ffee\"");
	has(text, "\"supplier\": \"Organization: Us\"");
}

Test(bom, spdx_relates) {
	char *text = written(spdx_write);
	static const char *const kinds[] = { "DESCRIBES", "CONTAINS", "GENERATED_FROM", "DEPENDS_ON",
		"PATCH_FOR" };
	for (size_t i = 0; i < 5; i++)
		has(text, arena_printf(a, "\"relationshipType\": \"%s\"", kinds[i]).p);
	cr_expect_null(strstr(text, "other.patch"), "a file without SHA-1 is none of SPDX");
}

Test(bom, spdx_without_an_image_describes_recipes) {
	b.images = b.packages = 0;
	has(written(spdx_write), "\"DESCRIBES\"");
}

Test(bom, cyclonedx_has_all_of_it) {
	char *text = written(cyclonedx_write);
	has(text, "\"serialNumber\": \"urn:uuid:aaaaaaaa-aaaa-8aaa-8aaa-aaaaaaaaaaaa\"");
	has(text, "\"bom-ref\": \"package:x+y\"");
	has(text, "\"url\": \"fix.patch#sha256:22\"");
	has(text, "\"url\": \"other.patch\"");
	has(text, "\"name\": \"bake:channel\"");
	has(text, "\"scope\": \"excluded\"");
}

Test(bom, cyclonedx_a_recipe_with_packages_is_no_component) {
	recipe.shipped = true;
	cr_expect_null(strstr(written(cyclonedx_write), "\"excluded\""));
}
