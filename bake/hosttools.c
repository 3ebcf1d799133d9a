/* hosttools: nothing of the host is called but what HOSTTOOLS names: PATH of a task ends in a
 * directory of links made here. Tools are looked for where a sandbox shows the host's programs,
 * then on the user's PATH. */
#include "hosttools.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data.h"
#include "map.h"
#include "os.h"
#include "proc.h"
#include "util.h"

#define SYSTEM_PATH "/usr/bin:/bin:/usr/sbin:/sbin"

static const char *search_path(struct arena *a) {
	const char *path = getenv("PATH");
	return path ? arena_printf(a, SYSTEM_PATH ":%s", path).p : SYSTEM_PATH;
}

/* Makes dir/name a link to program, quickly when it is one already. */
static int link_tool(struct arena *a, const char *dir, struct slice name, const char *program) {
	char now[512];
	const char *link = arena_printf(a, "%s/" SFMT, dir, SARG(name)).p;
	ssize_t n = readlink(link, now, sizeof now);
	if (n >= 0 && slice_is((struct slice){ now, (size_t)n }, program))
		return 0;
	if (os_remove(link) < 0 || symlink(program, link) < 0) {
		error("host tools: %s: %s", link, strerror(errno));
		return -1;
	}
	return 0;
}

/* Links every word of names; those the host lacks are added to missing. */
static int link_words(struct arena *a, const char *dir, struct slice names,
		struct slices *missing) {
	const char *path = search_path(a);
	struct slice name;
	while (slice_word(&names, &name)) {
		char *program = proc_find(a, arena_str(a, name), path);
		if (!program)
			slices_add(a, missing, name);
		else if (link_tool(a, dir, name, program) < 0)
			return -1;
	}
	return 0;
}

/* Removes links to what is no longer named. */
static void remove_others(struct arena *a, const char *dir, struct slice wanted,
		struct slice optional) {
	struct slices names = { 0 };
	struct slice name;
	struct map known = { .arena = a };
	while (slice_word(&wanted, &name) || slice_word(&optional, &name))
		map_add(&known, atom(name));
	if (os_list(a, dir, &names) < 0)
		return;
	for (size_t i = 0; i < names.n; i++)
		if (!map_get(&known, atom(names.v[i])))
			os_remove(arena_printf(a, "%s/" SFMT, dir, SARG(names.v[i])).p);
}

int hosttools_link(struct data *config) {
	struct slice dir = data_text(config, "HOSTTOOLS_DIR");
	struct slice wanted = data_text(config, "HOSTTOOLS");
	struct slice optional = data_text(config, "HOSTTOOLS_NONFATAL");
	struct slices missing = { 0 }, absent = { 0 };
	if (dir.n == 0)
		return 0;
	struct arena *a = arena_new();
	const char *path = arena_str(a, dir);
	int result = -1;
	if (os_mkdirs(path) < 0)
		error("host tools: %s: %s", path, strerror(errno));
	else
		result = link_words(a, path, wanted, &missing);
	if (result == 0 && missing.n > 0) {
		error("host tools: not found: " SFMT " (HOSTTOOLS asks for them: install the "
			"packages that hold them; `make deps` does so on Debian and openEuler)",
			SARG(slices_join(a, &missing, " ")));
		result = -1;
	}
	if (result == 0)
		result = link_words(a, path, optional, &absent);
	if (result == 0)
		remove_others(a, path, wanted, optional);
	arena_free(a);
	return result;
}

/* --- identity --- */

/* The command and, for each word of it that is a program, which file that is now. */
static struct slice fingerprint(struct arena *a, struct slice command) {
	struct buf text = { .arena = a };
	struct stat st;
	struct slice word, rest = command;
	const char *path = search_path(a);
	buf_addf(&text, SFMT "\n", SARG(command));
	while (slice_word(&rest, &word)) {
		char *program = proc_find(a, arena_str(a, word), path);
		if (program && stat(program, &st) == 0)
			buf_addf(&text, "%s %ld %lld %lld\n", program, (long)st.st_ino,
				(long long)st.st_size, (long long)st.st_mtime);
	}
	buf_adds(&text, "\n");
	return buf_slice(&text);
}

static int ask(struct arena *a, struct slice command, struct slice *answer) {
	const char *path = arena_printf(a, "PATH=%s", search_path(a)).p;
	const char *argv[] = { "/bin/sh", "-c", arena_str(a, command), NULL };
	const char *env[] = { path, "LC_ALL=C", NULL };
	struct proc_command c = { .argv = argv, .env = env };
	int status;
	if (proc_capture(a, &c, answer, &status) == 0 && status == 0)
		return 0;
	error("identity of the compiler: EXTERNAL_TOOLCHAIN_ID_CMD failed: " SFMT, SARG(command));
	return -1;
}

int hosttools_identity(struct data *config, struct arena *a, struct slice *identity) {
	struct slice command = slice_trim(data_text(config, "EXTERNAL_TOOLCHAIN_ID_CMD")), known;
	*identity = SLICE("");
	if (command.n == 0)
		return 0;
	struct slice print = fingerprint(a, command);
	const char *file = arena_printf(a, SFMT "/cache/compiler-identity",
		SARG(data_text(config, "TMPDIR"))).p;
	if (os_read(a, file, &known) == 0 && slice_starts(known, print.p)) {
		*identity = slice_sub(known, print.n, known.n);
		return 0;
	}
	if (ask(a, command, identity) < 0)
		return -1;
	/* Only a cache: when it cannot be written the next run asks again. */
	if (os_mkparents(file) == 0)
		os_write(file, arena_printf(a, SFMT SFMT, SARG(print), SARG(*identity)), 0644,
				false);
	return 0;
}
