/* fs, hash and bb.run: files, digests and processes for tasks in Lua. What the world refuses is
 * raised with the path and the reason; only questions (exists, stat …) answer quietly. */
#include "lib.h"

#include "data.h"
#include "hash.h"
#include "library.h"
#include "map.h"
#include "os.h"
#include "proc.h"
#include "witness.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Raises for a failed operation on path; nil otherwise. */
static struct value done(struct call *c, int result, const char *path) {
	if (result != 0)
		call_fail(c, "%s: %s", path, strerror(errno));
	return VALUE_NIL;
}

/* read(path[, offset, count]): these bytes, fewer at the end, "" behind it. */
static struct value read_part(struct call *c, const char *path) {
	witness_unsteady();
	int64_t offset = call_int(c, 1), left = call_int(c, 2);
	struct buf text = { .arena = c->arena };
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	done(c, fd < 0 ? -1 : 0, path);
	ssize_t n = 1;
	while (left > 0 && n > 0) {
		char bytes[65536];
		size_t want = left < (int64_t)sizeof bytes ? (size_t)left : sizeof bytes;
		n = pread(fd, bytes, want, (off_t)offset);
		buf_add(&text, (struct slice){ bytes, n > 0 ? (size_t)n : 0 });
		offset += n;
		left -= n;
	}
	close(fd);
	done(c, n < 0 ? -1 : 0, path);
	return value_text(buf_slice(&text));
}

static struct value fs_read(struct call *c) {
	struct slice text;
	const char *path = call_path(c, 0);
	if (call_value(c, 1).kind != VALUE_NONE)
		return read_part(c, path);
	done(c, os_read(c->arena, path, &text), path);
	return value_text(text);
}

static struct value fs_write(struct call *c) {
	const char *path = call_path(c, 0);
	mode_t mask = umask(0);
	umask(mask);
	mode_t mode = (mode_t)call_int_or(c, 2, (int64_t)(0666 & ~mask));
	return done(c, os_write(path, value_str(c->arena, call_value(c, 1)), mode, false), path);
}

static struct value fs_exists(struct call *c) {
	return value_bool(os_exists(call_path(c, 0)));
}

static struct value fs_isdir(struct call *c) {
	return value_bool(os_is_dir(call_path(c, 0)));
}

static struct value fs_isfile(struct call *c) {
	return value_bool(os_is_file(call_path(c, 0)));
}

static struct value fs_mkdir(struct call *c) {
	return done(c, os_mkdirs(call_path(c, 0)), call_path(c, 0));
}

static struct value fs_remove(struct call *c) {
	return done(c, os_remove(call_path(c, 0)), call_path(c, 0));
}

static struct value fs_rename(struct call *c) {
	witness_unsteady();
	return done(c, rename(call_path(c, 0), call_path(c, 1)), call_path(c, 0));
}

static struct value fs_link(struct call *c) {
	witness_unsteady();
	return done(c, link(call_path(c, 0), call_path(c, 1)), call_path(c, 0));
}

static struct value fs_symlink(struct call *c) {
	witness_unsteady();
	return done(c, symlink(call_path(c, 0), call_path(c, 1)), call_path(c, 1));
}

static struct value fs_readlink(struct call *c) {
	witness_unsteady();
	const char *path = call_path(c, 0);
	for (size_t size = 256;; size *= 2) {
		char *target = arena_alloc(c->arena, size);
		ssize_t n = readlink(path, target, size);
		if (n < 0)
			return VALUE_NIL;
		if ((size_t)n < size)
			return value_text((struct slice){ target, (size_t)n });
	}
}

static struct value fs_chmod(struct call *c) {
	witness_unsteady();
	return done(c, chmod(call_path(c, 0), (mode_t)call_int(c, 1)), call_path(c, 0));
}

static struct value fs_copytree(struct call *c) {
	struct slice how = call_text_or(c, 2, SLICE(""));
	const char *from = call_path(c, 0);
	return done(c, os_copy_tree(from, call_path(c, 1), slice_is(how, "link")), from);
}

static struct value fs_copy(struct call *c) {
	return done(c, os_copy_file(call_path(c, 0), call_path(c, 1)), call_path(c, 0));
}

/* touch(path[, seconds]): makes it when absent, sets its times. */
static struct value fs_touch(struct call *c) {
	witness_unsteady();
	const char *path = call_path(c, 0);
	struct timespec when[2];
	if (!os_exists(path))
		done(c, os_write(path, SLICE(""), 0644, false), path);
	clock_gettime(CLOCK_REALTIME, &when[0]);
	if (call_value(c, 1).kind != VALUE_NONE)
		when[0] = (struct timespec){ .tv_sec = (time_t)call_int(c, 1) };
	when[1] = when[0];
	return done(c, utimensat(AT_FDCWD, path, when, AT_SYMLINK_NOFOLLOW), path);
}

/* --- what is there --- */

static void put(struct call *c, struct value *dict, const char *key, struct value v) {
	value_put(c->arena, dict, value_text(slice_of(key)), v);
}

static const char *type_name(char type) {
	switch (type) {
	case 'f': return "file";
	case 'd': return "dir";
	case 'l': return "link";
	case 'p': return "fifo";
	case 's': return "socket";
	case 'c': return "char";
	default: return "block";
	}
}

static char type_letter(mode_t mode) {
	return S_ISREG(mode)		 ? 'f'
			: S_ISDIR(mode)	 ? 'd'
			: S_ISLNK(mode)	 ? 'l'
			: S_ISFIFO(mode) ? 'p'
			: S_ISSOCK(mode) ? 's'
			: S_ISCHR(mode)	 ? 'c'
					 : 'b';
}

static struct value fs_stat(struct call *c) {
	witness_unsteady();
	struct stat st;
	if (lstat(call_path(c, 0), &st) != 0)
		return VALUE_NIL;
	struct value made = value_new(c->arena, VALUE_DICT);
	put(c, &made, "type", value_text(slice_of(type_name(type_letter(st.st_mode)))));
	put(c, &made, "mode", value_int(st.st_mode & 07777));
	put(c, &made, "size", value_int(st.st_size));
	put(c, &made, "mtime", value_int(st.st_mtime));
	put(c, &made, "inode", value_int((int64_t)st.st_ino));
	put(c, &made, "nlink", value_int((int64_t)st.st_nlink));
	put(c, &made, "uid", value_int(st.st_uid));
	put(c, &made, "gid", value_int(st.st_gid));
	return made;
}

static struct value fs_list(struct call *c) {
	struct slices names = {0};
	done(c, os_list(c->arena, call_path(c, 0), &names), call_path(c, 0));
	return value_words(c->arena, &names);
}

static struct value entry_value(struct call *c, const struct os_entry *e) {
	struct value made = value_new(c->arena, VALUE_DICT);
	put(c, &made, "path", value_text(slice_of(e->path)));
	put(c, &made, "type", value_text(slice_of(type_name(e->type))));
	put(c, &made, "mode", value_int(e->mode));
	put(c, &made, "size", value_int((int64_t)e->size));
	put(c, &made, "mtime", value_int(e->mtime));
	put(c, &made, "inode", value_int((int64_t)e->inode));
	put(c, &made, "target", value_text(slice_of(e->target)));
	return made;
}

static struct value fs_walk(struct call *c) {
	struct os_entry *entries;
	size_t count;
	done(c, os_walk(c->arena, call_path(c, 0), &entries, &count), call_path(c, 0));
	struct value made = value_new(c->arena, VALUE_LIST);
	for (size_t i = 0; i < count; i++)
		value_push(c->arena, &made, entry_value(c, &entries[i]));
	return made;
}

static struct value fs_glob(struct call *c) {
	struct slices paths = {0};
	done(c, os_glob(c->arena, call_path(c, 0), &paths), call_path(c, 0));
	return value_words(c->arena, &paths);
}

static struct value fs_realpath(struct call *c) {
	char *path = os_realpath(c->arena, call_path(c, 0));
	return path ? value_text(slice_of(path)) : VALUE_NIL;
}

/* --- digests --- */

static struct value hash_sha256(struct call *c) {
	char hex[HASH_HEX];
	hash_text(HASH_SHA256, call_text(c, 0), hex);
	return value_text(arena_dup(c->arena, slice_of(hex)));
}

/* NAME_file(path[, first line, last line]) */
static struct value file_digest(struct call *c, enum hash_kind kind) {
	char hex[HASH_HEX];
	const char *path = call_path(c, 0);
	bool lines = call_value(c, 1).kind != VALUE_NONE || call_value(c, 2).kind != VALUE_NONE;
	unsigned first = (unsigned)call_int_or(c, 1, 1), last = (unsigned)call_int_or(c, 2, 0);
	done(c, lines ? hash_lines(kind, path, first, last, hex) : hash_file(kind, path, hex),
			path);
	return value_text(arena_dup(c->arena, slice_of(hex)));
}

static struct value hash_sha256_file(struct call *c) {
	return file_digest(c, HASH_SHA256);
}

static struct value hash_md5_file(struct call *c) {
	return file_digest(c, HASH_MD5);
}

static struct value hash_sha1_file(struct call *c) {
	return file_digest(c, HASH_SHA1);
}

/* --- processes: bb.run{"tar", "-x", cwd=, env=, input=, check=} --- */

static bool flag_on(struct data *d, const struct atom *name, const char *flag) {
	struct slice v;
	return data_get_flag(d, name, atom_of(flag), true, &v) && v.n && !slice_is(v, "0")
			&& !slice_is(v, "False");
}

struct environment {
	struct arena *arena;
	struct map names;        /* atom → "NAME=value" */
};

static void set_environment(struct environment *e, struct slice name, struct slice value) {
	struct slice text = arena_printf(e->arena, SFMT "=" SFMT, SARG(name), SARG(value));
	map_put(&e->names, atom(name), (char *)(uintptr_t)text.p);
}

/* This process's environment, then what d exports, d's PATH, and what the caller adds. */
static const char *const *environment(struct call *c, struct value added) {
	struct environment e = { c->arena, { .arena = c->arena } };
	struct map exported = { .arena = c->arena };
	struct map_entry *m;
	struct slice value;
	for (char **p = environ; *p; p++) {
		const char *equals = strchr(*p, '=');
		if (equals)
			map_put(&e.names, atom((struct slice){ *p, (size_t)(equals - *p) }), *p);
	}
	data_exported(c->data, &exported);
	map_add(&exported, atom_of("PATH"));
	for (uint32_t i = 0; (m = map_next(&exported, &i));) {
		bool path = strcmp(m->key->p, "PATH") == 0;
		bool wanted = path
				|| (flag_on(c->data, m->key, "export")
						&& !flag_on(c->data, m->key, "unexport"));
		if (wanted && data_get(c->data, m->key, &value))
			set_environment(&e, atom_slice(m->key), value);
	}
	for (size_t i = 0; added.kind == VALUE_DICT && i < added.dict->n; i++)
		set_environment(&e, value_str(c->arena, added.dict->key[i]),
				value_str(c->arena, added.dict->value[i]));
	const char **list = ARENA_ARRAY(c->arena, const char *, map_count(&e.names) + 1);
	size_t n = 0;
	for (uint32_t i = 0; (m = map_next(&e.names, &i));)
		list[n++] = m->value;
	return list;
}

static struct value option(struct value options, const char *key) {
	struct value v = VALUE_NIL;
	if (options.kind == VALUE_DICT)
		value_lookup(&options, value_text(slice_of(key)), &v);
	return v;
}

/* A Lua table with both an array part and names comes as a dict whose keys 1, 2 … are the words. */
static const char **command_words(struct call *c, struct value v) {
	struct slices words = {0};
	struct value word = VALUE_NIL;
	if (v.kind == VALUE_TEXT)
		call_fail(c, "needs a list of words: bb.run{\"prog\", \"argument\"}");
	for (int64_t i = 1; v.kind == VALUE_DICT && value_lookup(&v, value_int(i), &word); i++)
		slices_add(c->arena, &words, value_str(c->arena, word));
	for (size_t i = 0; v.kind == VALUE_LIST && i < v.list->n; i++)
		slices_add(c->arena, &words, value_str(c->arena, v.list->v[i]));
	if (!words.n)
		call_fail(c, "needs a command");
	const char **argv = ARENA_ARRAY(c->arena, const char *, words.n + 1);
	for (size_t i = 0; i < words.n; i++)
		argv[i] = arena_str(c->arena, words.v[i]);
	return argv;
}

static struct value bb_run(struct call *c) {
	struct value options = call_value(c, 0), cwd = option(options, "cwd"),
			check = option(options, "check");
	struct value input = option(options, "input");
	struct proc_command command = {
		.argv = command_words(c, options), .env = environment(c, option(options, "env")),
		.cwd = cwd.kind == VALUE_TEXT ? arena_str(c->arena, cwd.text) : NULL,
		.input = input.kind == VALUE_TEXT ? input.text : SLICE_NONE,
	};
	struct slice out = SLICE("");
	int status = 0;
	fflush(stdout);
	if (proc_capture(c->arena, &command, &out, &status) != 0)
		call_fail(c, "%s: %s", command.argv[0], strerror(errno));
	if (status != 0 && (check.kind == VALUE_NONE || value_truth(check)))
		call_fail(c, "%s: exit status %d: " SFMT, command.argv[0], status,
				SARG(slice_trim(out)));
	c->more[0] = value_int(status);
	c->mores = 1;
	return value_text(out);
}

static const struct library_entry table[] = {
	{ "fs.read", fs_read },
	{ "fs.write", fs_write },
	{ "fs.exists", fs_exists },
	{ "fs.isdir", fs_isdir },
	{ "fs.isfile", fs_isfile },
	{ "fs.mkdir", fs_mkdir },
	{ "fs.remove", fs_remove },
	{ "fs.rename", fs_rename },
	{ "fs.link", fs_link },
	{ "fs.symlink", fs_symlink },
	{ "fs.readlink", fs_readlink },
	{ "fs.chmod", fs_chmod },
	{ "fs.stat", fs_stat },
	{ "fs.list", fs_list },
	{ "fs.walk", fs_walk },
	{ "fs.glob", fs_glob },
	{ "fs.copytree", fs_copytree },
	{ "fs.copy", fs_copy },
	{ "fs.touch", fs_touch },
	{ "fs.realpath", fs_realpath },
	{ "hash.sha256", hash_sha256 },
	{ "hash.sha256_file", hash_sha256_file },
	{ "hash.md5_file", hash_md5_file },
	{ "hash.sha1_file", hash_sha1_file },
	{ "bb.run", bb_run },
	{ NULL, NULL },
};

void lib_fs(void) {
	library_add_all(table);
}
