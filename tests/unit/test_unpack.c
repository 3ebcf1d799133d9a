/* unpack: where each kind of source goes. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "data.h"
#include "map.h"
#include "os.h"
#include "unpack.h"

static struct arena *a;
static struct data *d;
static char top[] = "/tmp/test-unpack-XXXXXX";

static const char *in(const char *name) { return arena_printf(a, "%s/%s", top, name).p; }
static void set(const char *name, const char *value) { data_set(d, atom_of(name), slice_of(value)); }

static void set_up(void) {
	a = arena_new();
	d = data_new(a);
	cr_assert_not_null(mkdtemp(top));
	set("DL_DIR", in("dl"));
	set("FILESPATH", in("layer"));
	set("UNPACKDIR", in("work"));
	set("PATH", "/usr/bin:/bin");
	cr_assert_eq(os_mkdirs(in("dl")), 0);
}
static void tear_down(void) {
	os_remove(top);
	arena_free(a);
}
TestSuite(unpack, .init = set_up, .fini = tear_down);

static void put(const char *name, const char *text) {
	cr_assert_eq(os_mkparents(in(name)), 0);
	cr_assert_eq(os_write(in(name), slice_of(text), 0644, false), 0);
}

static void shell(const char *script) {
	cr_assert_eq(system(arena_printf(a, "cd %s && { %s; }", top, script).p), 0, "%s", script);
}

static void holds(const char *name, const char *text) {
	struct slice got;
	cr_assert_eq(os_read(a, in(name), &got), 0, "%s is not there", name);
	cr_assert(slice_is(got, text), "%s holds %s", name, got.p);
}

static const char *unpack(const char *uris) {
	struct trap trap;
	set("SRC_URI", uris);
	if (!TRAP(&trap))
		return arena_str(a, trap.error.message);
	unpack_all(d, in("work"));
	trap_end(&trap);
	return "";
}

static void make_archive(void) {
	put("src/p-1/sub/f", "from the archive");
	shell("tar -C src -czf dl/p-1.tar.gz p-1");
}

Test(unpack, archives) {
	make_archive();
	cr_assert_str_eq(unpack("https://h/p-1.tar.gz"), "");
	holds("work/p-1/sub/f", "from the archive");
	cr_assert_str_eq(unpack("https://h/p-1.tar.gz;subdir=s;striplevel=1"), "");
	holds("work/s/sub/f", "from the archive");
	cr_assert_str_eq(unpack("https://h/p-1.tar.gz;unpack=0;subdir=raw"), "");
	cr_assert(os_is_file(in("work/raw/p-1.tar.gz")));
}

Test(unpack, files_and_directories) {
	put("layer/a.conf", "a");
	put("layer/d/e/b.conf", "b");
	cr_assert_str_eq(unpack("file://a.conf file://d/e/b.conf"), "");
	holds("work/a.conf", "a");
	holds("work/d/e/b.conf", "b");
	cr_assert_str_eq(unpack("file://d;subdir=x"), "");
	holds("work/x/d/e/b.conf", "b");
}

Test(unpack, a_directory_merges_with_what_is_there) {
	put("layer/d/one", "1");
	put("work/d/two", "2");
	cr_assert_str_eq(unpack("file://d/"), "");
	holds("work/d/one", "1");
	holds("work/d/two", "2");
}

Test(unpack, one_compressed_file) {
	put("layer/x.patch", "a patch");
	shell("gzip layer/x.patch");
	cr_assert_str_eq(unpack("file://x.patch.gz"), "");
	holds("work/x.patch", "a patch");
	size_t n;
	struct unpack_patch *p = unpack_patches(d, &n);
	cr_assert_eq(n, 1u);
	cr_assert(slice_is(p[0].path, in("work/x.patch")));
}

Test(unpack, patches_in_order) {
	put("layer/2.patch", "");
	put("layer/1.diff", "");
	set("SRC_URI", "file://2.patch;striplevel=0;patchdir=sub file://1.diff file://not;apply=no");
	size_t n;
	struct unpack_patch *p = unpack_patches(d, &n);
	cr_assert_eq(n, 2u);
	cr_assert(slice_is(p[0].path, in("layer/2.patch")), "before do_unpack it is the layer's");
	cr_assert(slice_is(p[0].striplevel, "0"));
	cr_assert(slice_is(p[0].patchdir, "sub"));
	cr_assert(slice_is(p[1].striplevel, "1"));
	cr_assert_null(p[1].patchdir.p);
}

Test(unpack, nothing_leaves_the_directory) {
	put("layer/a", "a");
	cr_assert_not_null(strstr(unpack("file://a;subdir=../out"), "outside"));
	cr_assert_not_null(strstr(unpack("file://a;subdir=/etc"), "outside"));
	cr_assert_not(os_exists(in("out")));
}

/* A directory whose name begins as ours is another; a link may lead anywhere. */
Test(unpack, nothing_leaves_through_what_is_there) {
	put("layer/a", "a");
	put("layer/tree/b", "b");
	put("src/p-1/f", "f");
	shell("ln -s ../../out src/p-1/link && ln -s $PWD/out src/tree && mkdir out work");
	shell("tar -C src -czf dl/p-1.tar.gz p-1 tree");
	cr_assert_not_null(strstr(unpack(arena_printf(a, "file://a;subdir=%s", in("work-other")).p), "outside"));
	cr_assert_not_null(strstr(unpack("https://h/p-1.tar.gz file://a;subdir=p-1/link"), "\"p-1/link\" is outside of"));
	cr_assert_not_null(strstr(unpack("https://h/p-1.tar.gz file://a;subdir=p-1/link/new"), "outside"));
	cr_assert_not_null(strstr(unpack("https://h/p-1.tar.gz https://h/p-1.tar.gz;subdir=tree"), "outside"));
	cr_assert_not_null(strstr(unpack("https://h/p-1.tar.gz file://tree"), "\"tree\" is outside of"));
	cr_assert_not(os_exists(in("work-other")));
	shell("rmdir out");      /* it is empty */
}

Test(unpack, what_is_missing) {
	cr_assert_not_null(strstr(unpack("file://gone"), "no such file; looked in"));
	cr_assert_not_null(strstr(unpack("https://h/gone.tgz"), "bake -f -c fetch"));
}
