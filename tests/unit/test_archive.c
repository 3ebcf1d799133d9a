/* archive: what is unpacked, and what is refused. Archives are crafted here with libarchive. */
#include <archive.h>
#include <archive_entry.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive.h"
#include "os.h"
#include "util.h"

static struct arena *a;
static char top[] = "/tmp/test-archive-XXXXXX";
static struct archive *out;
static char said[1000];

static const char *in(const char *name) { return arena_printf(a, "%s/%s", top, name).p; }

static void hear(void *ctx, enum message_level level, const char *text) {
	(void)ctx, (void)level;
	snprintf(said, sizeof said, "%s", text);
}

static void set_up(void) {
	a = arena_new();
	cr_assert_not_null(mkdtemp(top));
	cr_assert_eq(os_mkdirs(in("to")), 0);
	message_sink(hear, NULL);
}
static void tear_down(void) {
	message_sink(NULL, NULL);
	os_remove(top);
	arena_free(a);
}
TestSuite(archive, .init = set_up, .fini = tear_down);

/* --- crafting --- */

static void begin(const char *name, int format, int filter) {
	out = archive_write_new();
	cr_assert_eq(archive_write_set_format(out, format), ARCHIVE_OK);
	cr_assert_eq(archive_write_add_filter(out, filter), ARCHIVE_OK);
	cr_assert_eq(archive_write_open_filename(out, in(name)), ARCHIVE_OK);
}

static void add(const char *name, mode_t mode, const char *text) {
	struct archive_entry *e = archive_entry_new();
	archive_entry_set_pathname(e, name);
	archive_entry_set_mode(e, mode);
	archive_entry_set_mtime(e, 1000000000, 0);
	archive_entry_set_size(e, 0);
	if (S_ISREG(mode))
		archive_entry_set_size(e, (la_int64_t)strlen(text));
	else if (S_ISLNK(mode))
		archive_entry_set_symlink(e, text);
	cr_assert_eq(archive_write_header(out, e), ARCHIVE_OK, "%s", archive_error_string(out));
	if (S_ISREG(mode))
		archive_write_data(out, text, strlen(text));
	archive_entry_free(e);
}

static void add_hard_link(const char *name, const char *to) {
	struct archive_entry *e = archive_entry_new();
	archive_entry_set_pathname(e, name);
	archive_entry_set_mode(e, S_IFREG | 0644);
	archive_entry_set_hardlink(e, to);
	cr_assert_eq(archive_write_header(out, e), ARCHIVE_OK);
	archive_entry_free(e);
}

static void end(void) { cr_assert_eq(archive_write_free(out), ARCHIVE_OK); }

static int unpack(const char *name, unsigned strip) {
	return archive_unpack(&(struct archive_unpack){ in(name), in("to"), strip, NULL, 0 });
}

static void holds(const char *name, const char *text) {
	struct slice got;
	cr_assert_eq(os_read(a, in(name), &got), 0, "%s", name);
	cr_assert(slice_is(got, text), "%s holds %s", name, got.p);
}

/* --- what is unpacked --- */

Test(archive, formats_and_filters) {
	static const struct { const char *name; int format, filter; } kinds[] = {
		{ "x.tar", ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_NONE },
		{ "x.tar.gz", ARCHIVE_FORMAT_TAR_GNUTAR, ARCHIVE_FILTER_GZIP },
		{ "x.tar.bz2", ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_BZIP2 },
		{ "x.tar.xz", ARCHIVE_FORMAT_TAR_PAX_INTERCHANGE, ARCHIVE_FILTER_XZ },
		{ "x.tar.lz", ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_LZIP },
		{ "x.tar.zst", ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_ZSTD },
		{ "x.zip", ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE },
		{ "x.cpio", ARCHIVE_FORMAT_CPIO_SVR4_NOCRC, ARCHIVE_FILTER_NONE },
		{ "x.7z", ARCHIVE_FORMAT_7ZIP, ARCHIVE_FILTER_NONE },
	};
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		begin(kinds[i].name, kinds[i].format, kinds[i].filter);
		add("p-1/a", S_IFREG | 0644, "text");
		add("p-1/sub/link", S_IFLNK | 0777, "../a");
		end();
		cr_assert(archive_is_tree(kinds[i].name) || kinds[i].format == ARCHIVE_FORMAT_CPIO_SVR4_NOCRC);
		cr_assert_eq(unpack(kinds[i].name, 0), 0, "%s: %s", kinds[i].name, said);
		holds("to/p-1/a", "text");
		holds("to/p-1/sub/link", "text");
		os_remove(in("to/p-1"));
	}
}

Test(archive, leading_parts_are_dropped) {
	begin("x.tar", ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_NONE);
	add("./p-1", S_IFDIR | 0755, "");
	add("./p-1//a", S_IFREG | 0644, "text");
	add_hard_link("p-1/b", "./p-1/a");
	end();
	cr_assert_eq(unpack("x.tar", 1), 0, "%s", said);
	holds("to/a", "text");
	holds("to/b", "text");
}

Test(archive, modes_do_not_depend_on_who_unpacks) {
	begin("x.tar", ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_NONE);
	add("setuid", S_IFREG | 06777, "x");
	add("secret", S_IFREG | 0400, "x");
	add("d", S_IFDIR | 0500, "");
	add("d/f", S_IFREG | 0644, "x");
	end();
	umask(0077);
	cr_assert_eq(unpack("x.tar", 0), 0, "%s", said);
	struct stat st;
	cr_assert_eq(stat(in("to/setuid"), &st), 0);
	cr_assert_eq(st.st_mode & 07777, 0755u);
	cr_assert_eq(st.st_mtime, 1000000000);
	cr_assert_eq(stat(in("to/secret"), &st), 0);
	cr_assert_eq(st.st_mode & 07777, 0600u);
	cr_assert_eq(stat(in("to/d"), &st), 0);
	cr_assert_eq(st.st_mode & 07777, 0700u);
	cr_assert_eq(st.st_mtime, 1000000000, "a directory keeps its time though it was filled");
}

Test(archive, names_are_utf8_in_any_locale) {
	setenv("LC_ALL", "C", 1);
	begin("x.tar", ARCHIVE_FORMAT_TAR_PAX_INTERCHANGE, ARCHIVE_FILTER_NONE);
	add("a", S_IFREG | 0644, "x");
	end();
	/* Python and others write such names in pax headers; this one is GNU tar's. */
	cr_assert_eq(system(arena_printf(a, "cd %s && mkdir p && echo x > p/\xc3\xbc && "
		"tar --format=pax -cf u.tar p", top).p), 0);
	cr_assert_eq(unpack("u.tar", 0), 0, "%s", said);
	cr_assert(os_exists(in("to/p/\xc3\xbc")));
}

Test(archive, a_debian_package_gives_its_data) {
	begin("data.tar.xz", ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_XZ);
	add("./usr/src/x.c", S_IFREG | 0644, "int x;");
	end();
	struct slice data;
	cr_assert_eq(os_read(a, in("data.tar.xz"), &data), 0);
	struct buf b = { .arena = a };
	buf_adds(&b, "!<arch>\n");
	buf_addf(&b, "%-16s%-12d%-6d%-6d%-8s%-10d`\n2.0\n", "debian-binary", 0, 0, 0, "100644", 4);
	buf_addf(&b, "%-16s%-12d%-6d%-6d%-8s%-10zu`\n", "data.tar.xz", 0, 0, 0, "100644", data.n);
	buf_add(&b, data);
	cr_assert_eq(os_write(in("x.deb"), buf_slice(&b), 0644, false), 0);
	cr_assert_eq(unpack("x.deb", 0), 0, "%s", said);
	holds("to/usr/src/x.c", "int x;");
}

Test(archive, one_compressed_file) {
	begin("x.txt.gz", ARCHIVE_FORMAT_RAW, ARCHIVE_FILTER_GZIP);
	add("x", S_IFREG | 0644, "one file");
	end();
	cr_assert(archive_is_single("x.txt.gz"));
	cr_assert_not(archive_is_single("x.tar.gz"));
	cr_assert_eq(archive_expand(in("x.txt.gz"), in("to/x.txt"), 0), 0, "%s", said);
	holds("to/x.txt", "one file");
	cr_assert_eq(archive_expand(in("x.txt.gz"), in("to/y"), 3), -1);
	cr_assert_not(os_exists(in("to/y")));
}

/* --- what is refused --- */

static void refused(const char *archive, const char *what) {
	said[0] = '\0';
	cr_assert_eq(unpack(archive, 0), -1, "%s", what);
	cr_assert_not_null(strstr(said, what), "%s", said);
}

Test(archive, names_that_leave) {
	begin("x.tar", ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_NONE);
	add("../evil", S_IFREG | 0644, "x");
	end();
	refused("x.tar", "../evil: refused: its name leaves");
	begin("y.tar", ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_NONE);
	add(in("evil"), S_IFREG | 0644, "x");
	end();
	refused("y.tar", "absolute");
	begin("z.tar", ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_NONE);
	add_hard_link("in", "../x.tar");
	end();
	refused("z.tar", "in: refused");
	cr_assert_not(os_exists(in("evil")));
}

Test(archive, through_a_symbolic_link) {
	begin("x.tar", ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_NONE);
	add("door", S_IFLNK | 0777, "..");
	add("door/evil", S_IFREG | 0644, "x");
	end();
	refused("x.tar", "door/evil");
	cr_assert_not(os_exists(in("evil")));
	begin("y.tar", ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_NONE);
	add("f", S_IFLNK | 0777, "../evil");
	add("f", S_IFREG | 0644, "x");
	end();
	cr_assert_eq(unpack("y.tar", 0), 0, "a file replaces a link of its name: %s", said);
	cr_assert_not(os_exists(in("evil")));
}

Test(archive, devices) {
	begin("x.tar", ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_NONE);
	add("null", S_IFCHR | 0666, "");
	end();
	refused("x.tar", "null: refused: it is a device");
}

Test(archive, bombs) {
	begin("x.tar.gz", ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_GZIP);
	char *zeros = arena_alloc(a, 100001);
	memset(zeros, '0', 100000);
	add("big", S_IFREG | 0644, zeros);
	end();
	cr_assert_eq(archive_unpack(&(struct archive_unpack){ in("x.tar.gz"), in("to"), 0, NULL, 99999 }), -1);
	cr_assert_not_null(strstr(said, "big: refused"), "%s", said);
}

Test(archive, damaged_and_missing_files) {
	begin("x.tar.gz", ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_GZIP);
	for (int i = 0; i < 200; i++)
		add(arena_printf(a, "f%d", i * 7919).p, S_IFREG | 0644, arena_printf(a, "%d", i * i).p);
	end();
	cr_assert_eq(truncate(in("x.tar.gz"), 700), 0);
	refused("x.tar.gz", "cannot be unpacked");
	cr_assert_eq(os_write(in("y.tar"), SLICE("<html>not here</html>"), 0644, false), 0);
	refused("y.tar", "cannot be unpacked");
	refused("nothing.tar", "No such file");
}
