/* os.path, os and time, as far as metadata asks. Relative paths are taken as Python takes them;
 * what depends on the machine (uname, getpid) is the caller's to keep out of hashes. */
#include "lib.h"

#include "data.h"
#include "library.h"
#include "map.h"
#include "os.h"
#include "witness.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

/* --- paths as text --- */

/* Where the last component starts. */
static size_t tail_of(struct slice path) {
	size_t i = path.n;
	while (i && path.p[i - 1] != '/')
		i--;
	return i;
}

static struct value basename_of(struct call *c) {
	struct slice path = call_text(c, 0);
	return value_text(slice_sub(path, tail_of(path), path.n));
}

static struct slice directory(struct slice path) {
	size_t end = tail_of(path), all = end;
	while (end && path.p[end - 1] == '/')
		end--;
	return slice_sub(path, 0, end ? end : all);
}

static struct value dirname_of(struct call *c) {
	return value_text(directory(call_text(c, 0)));
}

static struct value pair(struct call *c, struct slice a, struct slice b) {
	struct value made = value_new(c->arena, VALUE_TUPLE);
	value_push(c->arena, &made, value_text(a));
	value_push(c->arena, &made, value_text(b));
	return made;
}

static struct value split(struct call *c) {
	struct slice path = call_text(c, 0);
	return pair(c, directory(path), slice_sub(path, tail_of(path), path.n));
}

static struct value splitext(struct call *c) {
	struct slice path = call_text(c, 0);
	size_t tail = tail_of(path), first = tail;
	while (first < path.n && path.p[first] == '.')
		first++;
	for (size_t i = path.n; i-- > first;)
		if (path.p[i] == '.' && i > first)
			return pair(c, slice_sub(path, 0, i), slice_sub(path, i, path.n));
	return pair(c, path, SLICE(""));
}

static struct value join(struct call *c) {
	struct buf b = { .arena = c->arena };
	for (size_t i = 0; i < c->args; i++) {
		struct slice part = call_text(c, i);
		if (slice_starts(part, "/"))
			b = (struct buf){ .arena = c->arena };
		else if (b.n && b.p[b.n - 1] != '/')
			buf_addc(&b, '/');
		buf_add(&b, part);
	}
	return value_text(buf_slice(&b));
}

/* Components without "." and without "x/.."; *absolute: it started with "/". */
static struct slices normal_parts(struct arena *a, struct slice path, bool *absolute) {
	struct slices parts = {0};
	struct slice part;
	*absolute = slice_starts(path, "/");
	while (slice_field(&path, '/', &part)) {
		if (!part.n || slice_is(part, "."))
			continue;
		bool up = slice_is(part, "..");
		if (up && parts.n && !slice_is(parts.v[parts.n - 1], ".."))
			parts.n--;
		else if (!up || !*absolute)
			slices_add(a, &parts, part);
	}
	return parts;
}

static struct slice normal(struct arena *a, struct slice path) {
	bool absolute;
	struct slices parts = normal_parts(a, path, &absolute);
	struct slice joined = slices_join(a, &parts, "/");
	if (absolute)
		return arena_printf(a, "/" SFMT, SARG(joined));
	return joined.n ? joined : SLICE(".");
}

static struct value normpath(struct call *c) {
	return value_text(normal(c->arena, call_text(c, 0)));
}

static struct slice absolute(struct arena *a, struct slice path) {
	if (slice_starts(path, "/"))
		return normal(a, path);
	return normal(a, os_path(a, slice_of(os_cwd(a)), path));
}

static struct value abspath(struct call *c) {
	return value_text(absolute(c->arena, call_text(c, 0)));
}

static struct value relpath(struct call *c) {
	bool is_absolute;
	struct slice start = call_text_or(c, 1, SLICE("."));
	struct slices to
			= normal_parts(c->arena, absolute(c->arena, call_text(c, 0)), &is_absolute);
	struct slices from = normal_parts(c->arena, absolute(c->arena, start), &is_absolute),
			made = { 0 };
	size_t same = 0;
	while (same < to.n && same < from.n && slice_eq(to.v[same], from.v[same]))
		same++;
	for (size_t i = same; i < from.n; i++)
		slices_add(c->arena, &made, SLICE(".."));
	for (size_t i = same; i < to.n; i++)
		slices_add(c->arena, &made, to.v[i]);
	struct slice text = slices_join(c->arena, &made, "/");
	return value_text(text.n ? text : SLICE("."));
}

static struct value isabs(struct call *c) {
	return value_bool(slice_starts(call_text(c, 0), "/"));
}

static struct value commonprefix(struct call *c) {
	struct slices list = {0};
	call_words(c, 0, &list);
	struct slice common = list.n ? list.v[0] : SLICE("");
	for (size_t i = 1; i < list.n; i++) {
		size_t n = 0;
		while (n < common.n && n < list.v[i].n && common.p[n] == list.v[i].p[n])
			n++;
		common = slice_sub(common, 0, n);
	}
	return value_text(common);
}

/* --- paths as files --- */

static struct value exists(struct call *c) {
	witness_existence(call_path(c, 0));
	return value_bool(access(call_path(c, 0), F_OK) == 0);
}

static struct value lexists(struct call *c) {
	return value_bool(os_exists(call_path(c, 0)));
}

static struct value isdir(struct call *c) {
	return value_bool(os_is_dir(call_path(c, 0)));
}

static struct value isfile(struct call *c) {
	return value_bool(os_is_file(call_path(c, 0)));
}

static struct value islink(struct call *c) {
	struct stat st;
	witness_existence(call_path(c, 0));
	return value_bool(lstat(call_path(c, 0), &st) == 0 && S_ISLNK(st.st_mode));
}

static struct value realpath_of(struct call *c) {
	const char *path = call_path(c, 0);
	char *real = os_realpath(c->arena, path);
	return value_text(real ? slice_of(real) : absolute(c->arena, slice_of(path)));
}

static struct value listdir(struct call *c) {
	struct slices names = {0};
	if (os_list(c->arena, call_path(c, 0), &names) != 0)
		call_fail(c, "%s: %s", call_path(c, 0), strerror(errno));
	return value_words(c->arena, &names);
}

/* --- the machine --- */

/* The host name is the one that tasks see: no variable may hold the real one. */
static struct value uname_of(struct call *c) {
	struct utsname u;
	struct value made = value_new(c->arena, VALUE_TUPLE);
	uname(&u);
	const char *const parts[] = { u.sysname, "bake", u.release, u.version, u.machine };
	for (size_t i = 0; i < 5; i++)
		value_push(c->arena, &made, value_text(arena_dup(c->arena, slice_of(parts[i]))));
	return made;
}

/* Of some process that evaluates: nothing may build on which, so no record is stale by it. */
static struct value getpid_of(struct call *c) {
	(void)c;
	return value_int(getpid());
}

static struct value getuid_of(struct call *c) {
	(void)c;
	return value_int(getuid());
}

static struct value getgid_of(struct call *c) {
	(void)c;
	return value_int(getgid());
}

/* The environment is what the configuration let in: d, never the process's own. */
static struct value getenv_of(struct call *c) {
	struct slice value;
	bool set = data_get(c->data, atom(call_text(c, 0)), &value);
	return set ? value_text(value) : call_value(c, 1);
}

static struct value cwd(struct call *c) {
	return value_text(slice_of(os_cwd(c->arena)));
}

static struct value separator(struct call *c) {
	(void)c;
	return value_text(SLICE("/"));
}

/* What Python calls itself: recipes use it for the interpreter of the host. */
static struct value executable(struct call *c) {
	(void)c;
	return value_text(SLICE("/usr/bin/python3"));
}

static struct value path_separator(struct call *c) {
	(void)c;
	return value_text(SLICE(":"));
}

/* --- time: a broken-down time is the tuple Python's struct_time is --- */

static struct value broken_down(struct call *c, bool local) {
	witness_unsteady();
	time_t now = (time_t)call_int_or(c, 0, (int64_t)time(NULL));
	struct tm tm;
	if (local)
		localtime_r(&now, &tm);
	else
		gmtime_r(&now, &tm);
	const int parts[] = { tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
		tm.tm_sec, (tm.tm_wday + 6) % 7, tm.tm_yday + 1, tm.tm_isdst };
	struct value made = value_new(c->arena, VALUE_TUPLE);
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		value_push(c->arena, &made, value_int(parts[i]));
	return made;
}

static struct value gmtime_of(struct call *c) {
	return broken_down(c, false);
}

static struct value localtime_of(struct call *c) {
	return broken_down(c, true);
}

static int part_of(struct value_list *parts, size_t i) {
	return i < parts->n && parts->v[i].kind == VALUE_INT ? (int)parts->v[i].integer : 0;
}

static struct value strftime_of(struct call *c) {
	char text[512];
	struct value when = c->args > 1 ? c->arg[1] : broken_down(&(struct call){ .name = c->name,
			.arena = c->arena, .data = c->data }, true);
	struct value_list *p = value_items(c->arena, when);
	struct tm tm = { .tm_year = part_of(p, 0) - 1900,
		.tm_mon = part_of(p, 1) - 1,
		.tm_mday = part_of(p, 2),
		.tm_hour = part_of(p, 3),
		.tm_min = part_of(p, 4),
		.tm_sec = part_of(p, 5),
		.tm_wday = (part_of(p, 6) + 1) % 7,
		.tm_yday = part_of(p, 7) - 1 };
	size_t n = strftime(text, sizeof text, call_path(c, 0), &tm);
	return value_text(arena_dup(c->arena, (struct slice){ text, n }));
}

static struct value now(struct call *c) {
	witness_unsteady();
	(void)c;
	return value_real((double)time(NULL));
}

static const struct library_entry table[] = {
	{ "os.path.basename", basename_of },
	{ "os.path.dirname", dirname_of },
	{ "os.path.split", split },
	{ "os.path.splitext", splitext },
	{ "os.path.join", join },
	{ "os.path.normpath", normpath },
	{ "os.path.abspath", abspath },
	{ "os.path.relpath", relpath },
	{ "os.path.isabs", isabs },
	{ "os.path.commonprefix", commonprefix },
	{ "os.path.exists", exists },
	{ "os.path.lexists", lexists },
	{ "os.path.isdir", isdir },
	{ "os.path.isfile", isfile },
	{ "os.path.islink", islink },
	{ "os.path.realpath", realpath_of },
	{ "os.listdir", listdir },
	{ "os.uname", uname_of },
	{ "os.getpid", getpid_of },
	{ "os.getuid", getuid_of },
	{ "os.geteuid", getuid_of },
	{ "os.getgid", getgid_of },
	{ "os.getenv", getenv_of },
	{ "os.environ.get", getenv_of },
	{ "os.getcwd", cwd },
	{ "os.sep()", separator },
	{ "os.path.sep()", separator },
	{ "os.pathsep()", path_separator },
	{ "sys.executable()", executable },
	{ "time.gmtime", gmtime_of },
	{ "time.localtime", localtime_of },
	{ "time.strftime", strftime_of },
	{ "time.time", now },
	{ NULL, NULL },
};

void lib_os(void) {
	library_add_all(table);
}
