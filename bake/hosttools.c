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
#include "hash.h"
#include "map.h"
#include "os.h"
#include "proc.h"
#include "sig.h"
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

struct identity {
	struct arena *arena;
	struct data *config;
	struct slice compiler_cmd, tools_cmd;
	struct slices names;             /* of the tools that count, sorted */
	struct slices programs;          /* where each of them is; "": the host lacks it */
};

static struct slice setting(struct identity *id, const char *name) {
	return slice_trim(data_text(id->config, name));
}

static void find_tools(struct identity *id) {
	struct arena *a = id->arena;
	const char *path = search_path(a);
	struct slice wanted = setting(id, "HOSTTOOLS"), optional = setting(id, "HOSTTOOLS_NONFATAL");
	struct slice excluded = setting(id, "HOSTTOOLS_HASHEXCLUDE"), name;
	struct map seen = { .arena = a };
	while (slice_word(&excluded, &name))
		map_add(&seen, atom(name));
	while (slice_word(&wanted, &name) || slice_word(&optional, &name))
		if (!map_get(&seen, atom(name))) {
			map_add(&seen, atom(name));
			slices_add(a, &id->names, name);
		}
	slices_sort(&id->names);
	for (size_t i = 0; i < id->names.n; i++) {
		char *program = proc_find(a, arena_str(a, id->names.v[i]), path);
		slices_add(a, &id->programs, slice_of(program ? program : ""));
	}
}

/* Changes whenever an answer might: the commands, and which file each tool and each word of a command
 * is now. */
static struct slice fingerprint(struct identity *id) {
	struct arena *a = id->arena;
	struct buf text = { .arena = a };
	struct stat st;
	struct slices files = { 0 };
	struct slice word, rest = id->compiler_cmd;
	buf_addf(&text, SFMT "\n" SFMT "\n", SARG(id->compiler_cmd), SARG(id->tools_cmd));
	while (slice_word(&rest, &word)) {
		char *program = proc_find(a, arena_str(a, word), search_path(a));
		slices_add(a, &files, slice_of(program ? program : ""));
	}
	for (size_t i = 0; i < id->programs.n; i++)
		slices_add(a, &files, id->programs.v[i]);
	for (size_t i = 0; i < files.n; i++)
		if (files.v[i].n && stat(files.v[i].p, &st) == 0)
			buf_addf(&text, "%s %ld %lld %lld.%09ld\n", files.v[i].p, (long)st.st_ino,
				(long long)st.st_size, (long long)st.st_ctim.tv_sec,
				st.st_ctim.tv_nsec);
		else
			buf_adds(&text, "-\n");
	buf_adds(&text, "\n");
	return buf_slice(&text);
}

static int ask(struct arena *a, const char *variable, struct slice command, struct slice *answer) {
	const char *path = arena_printf(a, "PATH=%s", search_path(a)).p;
	const char *argv[] = { "/bin/sh", "-c", arena_str(a, command), NULL };
	const char *env[] = { path, "LC_ALL=C", NULL };
	struct proc_command c = { .argv = argv, .env = env };
	int status;
	*answer = SLICE("");
	if (command.n == 0 || (proc_capture(a, &c, answer, &status) == 0 && status == 0))
		return 0;
	error("identity of the host's tools: %s failed: " SFMT, variable, SARG(command));
	return -1;
}

/* The lines of a signature's dump. */
static struct slice lines_of(struct identity *id, struct slice compiler, struct slice tools) {
	struct arena *a = id->arena;
	struct buf text = { .arena = a };
	char hex[HASH_HEX];
	sig_line(&text, SLICE("@compiler"), compiler);
	sig_line(&text, SLICE("@tool/HOSTTOOLS_ID_CMD"), tools);
	for (size_t i = 0; i < id->names.n; i++) {
		struct slice program = id->programs.v[i];
		bool known = program.n && hash_file(HASH_SHA256, program.p, hex) == 0;
		if (program.n)
			sig_line(&text, arena_printf(a, "@tool/" SFMT, SARG(id->names.v[i])),
				known ? slice_of(hex) : SLICE("unreadable"));
	}
	return buf_slice(&text);
}

/* Two texts, the first without an empty line. */
static void split(struct slice text, struct hosttools_identity *out) {
	size_t at = 0;
	slice_find(text, "\n\n", &at);
	out->lines = slice_sub(text, 0, at + 1);
	out->compiler = slice_sub(text, at + 2, text.n);
}

int hosttools_identify(struct data *config, struct arena *a, struct hosttools_identity *out) {
	struct identity id = { .arena = a, .config = config };
	struct slice known, compiler, tools;
	id.compiler_cmd = setting(&id, "EXTERNAL_TOOLCHAIN_ID_CMD");
	id.tools_cmd = setting(&id, "HOSTTOOLS_ID_CMD");
	find_tools(&id);
	struct slice print = fingerprint(&id);
	const char *file = arena_printf(a, SFMT "/cache/hosttools-identity",
		SARG(data_text(config, "TMPDIR"))).p;
	if (os_read(a, file, &known) == 0 && slice_starts(known, print.p)) {
		split(slice_sub(known, print.n, known.n), out);
		return 0;
	}
	if (ask(a, "EXTERNAL_TOOLCHAIN_ID_CMD", id.compiler_cmd, &compiler) < 0
			|| ask(a, "HOSTTOOLS_ID_CMD", id.tools_cmd, &tools) < 0)
		return -1;
	struct slice text = arena_printf(a, SFMT "\n" SFMT, SARG(lines_of(&id, compiler, tools)),
		SARG(compiler));
	split(text, out);
	/* Only a cache: when it cannot be written the next run asks again. */
	if (os_mkparents(file) == 0)
		os_write(file, arena_printf(a, SFMT SFMT, SARG(print), SARG(text)), 0644, false);
	return 0;
}
