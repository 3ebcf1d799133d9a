/* symptom: the words of compilers, linkers, pkg-config, shells and networks for what is missing. */
#include <criterion/criterion.h>

#include "symptom.h"
#include "util.h"

static const struct symptom_secrets secrets = {
	.home = { "/no-home", 8 },
	.real_home = { "/srv", 4 },
	.topdir = { "/srv/build", 10 },
	.tmpdir = { "/srv/build/tmp", 14 },
	.host = { "athena", 6 },
};

static size_t find(const char *text, struct symptom found[SYMPTOMS]) {
	return symptom_find(slice_of(text), &secrets, found);
}

static void expect(const char *text, enum symptom_kind kind, const char *name) {
	struct symptom found[SYMPTOMS];
	cr_assert_eq(find(text, found), 1u, "one symptom: %s", text);
	cr_assert_eq(found[0].kind, kind, "%s: kind %d", text, found[0].kind);
	cr_assert(slice_is(found[0].name, name), "%s: " SFMT, text, SARG(found[0].name));
}

static void expect_nothing(const char *text) {
	struct symptom found[SYMPTOMS];
	cr_assert_eq(find(text, found), 0u, "nothing: %s", text);
}

Test(symptom, headers) {
	expect("z.c:1:10: fatal error: zlib.h: No such file or directory", SYMPTOM_HEADER, "zlib.h");
	expect("z.c:1:10: fatal error: 'openssl/ssl.h' file not found", SYMPTOM_HEADER,
		"openssl/ssl.h");
}

Test(symptom, libraries) {
	expect("/usr/bin/ld: cannot find -lz: No such file or directory", SYMPTOM_LIBRARY, "z");
	expect("ld: cannot find -lcrypto", SYMPTOM_LIBRARY, "crypto");
	expect("ld.lld: error: unable to find library -lnl-3", SYMPTOM_LIBRARY, "nl-3");
	expect("a/meson.build:3:0: ERROR: C shared or static library 'z' not found", SYMPTOM_LIBRARY,
		"z");
}

Test(symptom, modules) {
	expect("No package 'zlib' found", SYMPTOM_MODULE, "zlib");
	expect("Package 'zlib', required by 'virtual:world', not found", SYMPTOM_MODULE, "zlib");
	expect("Package libelf was not found in the pkg-config search path.", SYMPTOM_MODULE, "libelf");
	expect("meson.build:3:0: ERROR: Dependency \"zlib\" not found, tried pkgconfig",
		SYMPTOM_MODULE, "zlib");
	expect("../meson.build:2:0: ERROR: Dependency lookup for zlib with method 'pkgconfig' failed: x",
		SYMPTOM_MODULE, "zlib");
	expect("  Could NOT find ZLIB (missing: ZLIB_LIBRARY)", SYMPTOM_PACKAGE, "ZLIB");
	expect_nothing("-- Could NOT find Doxygen (missing: DOXYGEN_EXECUTABLE)");
}

Test(symptom, programs) {
	expect("run.do_compile.5: 12: flex: not found", SYMPTOM_TOOL, "flex");
	expect("sh: line 1: flex: command not found", SYMPTOM_TOOL, "flex");
	expect("make[2]: flex: No such file or directory", SYMPTOM_TOOL, "flex");
	expect("env: 'python': No such file or directory", SYMPTOM_TOOL, "python");
	expect("x: line 3: /usr/bin/flex: No such file or directory", SYMPTOM_TOOL, "/usr/bin/flex");
	expect("FileNotFoundError: [Errno 2] No such file or directory: 'flex'", SYMPTOM_TOOL, "flex");
}

Test(symptom, modules_of_interpreters) {
	expect("ModuleNotFoundError: No module named 'yaml.reader'", SYMPTOM_PYTHON, "yaml.reader");
	expect("Can't locate XML/Parser.pm in @INC (you may need to install the XML::Parser module) (@INC "
		"contains: /etc/perl) at x.pl line 1.", SYMPTOM_PERL, "XML/Parser");
}

Test(symptom, a_file_is_no_program) {
	expect_nothing("cat: data.txt: No such file or directory");
	expect_nothing("make: *** No rule to make target 'x'.  Stop.");
	expect_nothing("make[1]: src/x.c: No such file or directory");
	expect_nothing("checking for flex... not found by me: not found (yet)");
}

Test(symptom, networks) {
	expect("curl: (6) Could not resolve host: example.org", SYMPTOM_NETWORK, "example.org");
	expect("fatal: unable to look up example.org (port 9418) (Name or service not known)",
		SYMPTOM_NETWORK, "example.org");
	expect("connect: Network is unreachable", SYMPTOM_NETWORK, "");
}

Test(symptom, what_a_task_must_not_know) {
	expect("cat: /no-home/.toolrc: No such file or directory", SYMPTOM_HOME, "/no-home/.toolrc");
	expect("cat: /srv/.toolrc: No such file or directory", SYMPTOM_HOME, "/srv/.toolrc");
	expect("cat: /srv/build/tmp/x: No such file or directory", SYMPTOM_BUILD_PATH,
		"/srv/build/tmp/x");
	expect("ping: athena: Name or service not known", SYMPTOM_HOST_NAME, "athena");
	expect("touch: cannot touch '/usr/x': Read-only file system", SYMPTOM_READ_ONLY, "/usr/x");
	expect("run: 3: cannot create /opt/x: Read-only file system", SYMPTOM_READ_ONLY, "/opt/x");
}

Test(symptom, secrets_are_whole_names) {
	expect("cat: /srv/building/x: No such file or directory", SYMPTOM_HOME, "/srv/building/x");
	expect_nothing("cat: /srvs/x: No such file or directory");
	expect_nothing("cat: /bake/srv/x: No such file or directory");
	expect("cat: /bake/srv/x: /srv/x: not found", SYMPTOM_HOME, "/srv/x");
	expect_nothing("cat: pathenam: No such file or directory");
	expect_nothing("note: using /srv/build/tmp/x");
}

Test(symptom, configure_gives_up_after_a_check) {
	expect("checking for deflate in -lz... no\nconfigure: error: zlib is needed\n",
		SYMPTOM_LIBRARY, "z");
	expect("checking for zlib.h... no\nconfigure: error: zlib is needed\n", SYMPTOM_HEADER,
		"zlib.h");
	expect_nothing("checking for zlib.h... no\nchecking for stdio.h... yes\n"
		"configure: error: no luck\n");
}

Test(symptom, config_log_tells_of_the_last_check_alone) {
	expect("configure:10: checking for optional.h\nconftest.c:9:10: fatal error: optional.h: "
		"No such file or directory\nconfigure:10: result: no\nconfigure:20: checking for deflate "
		"in -lz\n/usr/bin/ld: cannot find -lz\nconfigure:20: result: no\nconfigure:21: error: "
		"zlib is needed\n", SYMPTOM_LIBRARY, "z");
	expect_nothing("configure:20: checking for deflate in -lz\nconfigure:20: result: yes\n"
		"configure:21: error: no luck\n");
}

Test(symptom, what_was_missing_long_ago_did_no_harm) {
	struct buf text = { 0 };
	struct symptom found[SYMPTOMS];
	buf_adds(&text, "flex: not found\n");
	for (int i = 0; i < 200; i++)
		buf_adds(&text, "  CC x.o\n");
	cr_assert_eq(symptom_find(buf_slice(&text), &secrets, found), 0u);
	buf_free(&text);
}

Test(symptom, each_once_and_few) {
	struct symptom found[SYMPTOMS];
	cr_assert_eq(find("ld: cannot find -lz\nld: cannot find -lz\nld: cannot find -ly\n", found), 2u);
	cr_assert_eq(find("a: not found\nb: not found\nc: not found\nd: not found\ne: not found\n"
		"f: not found\ng: not found\n", found), (size_t)SYMPTOMS);
}
