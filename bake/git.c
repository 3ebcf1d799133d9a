/* git: the git program, told what to do one command at a time. Large files are fetched by git-lfs;
 * they are put in place by us, so that unpacking needs neither it nor its filters.
 *
 * Invariants: a commit the mirror is said to hold has a ref of its own (refs/bake/COMMIT), so
 * that it is complete and git never prunes it; what is checked out does not depend on the user's
 * settings. */
#include "git.h"
#include "hash.h"
#include "os.h"
#include "proc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

extern char **environ;

enum { WORDS_MOST = 28, SETTINGS_MOST = 2, TRANSFER_S = 3600,
	STALL_S = 30 };

struct command {
	struct arena *arena;
	const struct git_source *g;
	bool own_settings;       /* leave the user's and the system's configuration out */
	bool transfer;           /* talks to a server: has a time limit */
	const char *index;       /* file for the index; NULL: git's own */
	const char *url;         /* of g, without credentials: what ps may show */
};

/* --- running git --- */

/* May this variable of ours lead git elsewhere, or past the verification of certificates? */
static bool misleads(const char *variable) {
	static const char *const kept[] = { "GIT_SSL_CAINFO=", "GIT_SSL_CAPATH=", "GIT_SSH=",
		"GIT_SSH_COMMAND=", "GIT_CONFIG_GLOBAL=", "GIT_PROXY_COMMAND=" };
	if (strncmp(variable, "GIT_", 4) != 0)
		return false;
	for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
		if (strncmp(variable, kept[i], strlen(kept[i])) == 0)
			return false;
	return true;
}

/* What https began does not go on in the clear. */
static const char *protocols(const struct git_source *g) {
	bool safe = g->url && strncmp(g->url, "https:", 6) == 0;
	return safe ? "GIT_ALLOW_PROTOCOL=https" : "GIT_ALLOW_PROTOCOL=file:git:http:https:ssh";
}

/* git asks this shell text for a name and a password; they are in the environment, for everyone may
 * read argv. */
static const char HELPER[] = "!f() { printf 'username=%s\\npassword=%s\\n' \"$BAKE_GIT_USER\" "
	"\"$BAKE_GIT_PASSWORD\"; }; f";

static int hex_digit(char c) {
	const char *digits = "0123456789abcdef0123456789ABCDEF", *at = c ? strchr(digits, c) : NULL;
	return at ? (int)((at - digits) % 16) : -1;
}

/* "%40" is "@" in the user part of a URL. */
static struct slice unquoted(struct arena *a, struct slice s) {
	struct buf b = { .arena = a };
	buf_adds(&b, "");
	for (size_t i = 0; i < s.n; i++) {
		bool quoted = s.p[i] == '%' && i + 2 < s.n && hex_digit(s.p[i + 1]) >= 0 &&
			hex_digit(s.p[i + 2]) >= 0;
		buf_addc(&b, quoted ? (char)(hex_digit(s.p[i + 1]) * 16 + hex_digit(s.p[i + 2])) :
			s.p[i]);
		i += quoted ? 2 : 0;
	}
	return buf_slice(&b);
}

/* The name and password of g's URL, as the helper takes them. */
static size_t add_credentials(const struct command *c, const char **env) {
	struct slice rest = slice_of(strstr(c->g->url, "://") + 3);
	size_t length = strlen(c->g->url) - strlen(c->url) - 1;
	struct slice password = slice_sub(rest, 0, length), user;
	slice_field(&password, ':', &user);
	env[0] = arena_printf(c->arena, "BAKE_GIT_USER=" SFMT,
		SARG(unquoted(c->arena, user))).p;
	env[1] = arena_printf(c->arena, "BAKE_GIT_PASSWORD=" SFMT,
		SARG(unquoted(c->arena, password))).p;
	return 2;
}

/* "https://host:port" of a URL. */
static struct slice server_of(const char *url) {
	const char *rest = strstr(url, "://") + 3, *slash = strchr(rest, '/');
	return (struct slice){ url, slash ? (size_t)(slash - url) : strlen(url) };
}

/* git's configuration by environment. Only the URL's own server is told the password, not one that
 * it redirects to. */
static size_t add_settings(const struct command *c, const char **env) {
	const char *settings[SETTINGS_MOST][2] = { { "http.sslVerify", "true" } };
	size_t count = 1, n = 0;
	if (c->g->url && strcmp(c->url, c->g->url) != 0) {
		settings[count][0] = arena_printf(c->arena, "credential." SFMT ".helper",
			SARG(server_of(c->url))).p;
		settings[count++][1] = HELPER;
		n += add_credentials(c, env);
	}
	for (size_t i = 0; i < count; i++) {
		env[n++] = arena_printf(c->arena, "GIT_CONFIG_KEY_%zu=%s", i, settings[i][0]).p;
		env[n++] = arena_printf(c->arena, "GIT_CONFIG_VALUE_%zu=%s", i, settings[i][1]).p;
	}
	env[n++] = arena_printf(c->arena, "GIT_CONFIG_COUNT=%zu", count).p;
	return n;
}

/* Ours without what would lead git elsewhere; it must not ask on the terminal either. */
static const char *const *environment(const struct command *c) {
	size_t n = 0, kept = 0;
	while (environ[n])
		n++;
	const char **env = ARENA_ARRAY(c->arena, const char *, n + 16 + 2 * SETTINGS_MOST);
	bool own_bundle = c->g->ca_bundle && *c->g->ca_bundle;
	for (size_t i = 0; i < n; i++)
		if (!misleads(environ[i]) &&
				!(own_bundle && strncmp(environ[i], "GIT_SSL_CA", 10) == 0))
			env[kept++] = environ[i];
	env[kept++] = "GIT_TERMINAL_PROMPT=0";
	env[kept++] = "GIT_ASKPASS=/bin/true";
	env[kept++] = "GIT_HTTP_LOW_SPEED_LIMIT=100";
	env[kept++] = arena_printf(c->arena, "GIT_HTTP_LOW_SPEED_TIME=%u",
		c->g->stall_s ? c->g->stall_s : STALL_S).p;
	env[kept++] = protocols(c->g);
	if (own_bundle)
		env[kept++] = arena_printf(c->arena, "GIT_SSL_CAINFO=%s", c->g->ca_bundle).p;
	if (c->own_settings) {
		env[kept++] = "GIT_CONFIG_GLOBAL=/dev/null";
		env[kept++] = "GIT_CONFIG_NOSYSTEM=1";
	}
	if (c->index)
		env[kept++] = arena_printf(c->arena, "GIT_INDEX_FILE=%s", c->index).p;
	add_settings(c, env + kept);
	return env;
}

/* "https://user:password@host/x" without the user. */
static const char *without_user(struct arena *a, const char *url) {
	const char *rest = url ? strstr(url, "://") : NULL;
	if (!rest || strncmp(url, "ssh", 3) == 0)
		return url;
	rest += 3;
	const char *at = strchr(rest, '@'), *slash = strchr(rest, '/');
	if (!at || (slash && slash < at))
		return url;
	for (const char *next; (next = strchr(at + 1, '@')) && (!slash || next < slash);)
		at = next;
	return arena_printf(a, "%.*s%s", (int)(rest - url), url, at + 1).p;
}

static struct command command(struct arena *a, const struct git_source *g) {
	return (struct command){ .arena = a, .g = g, .url = without_user(a, g->url) };
}

static const char *program(const struct command *c) {
	const char *file = c->g->path ? proc_find(c->arena, "git", c->g->path) : NULL;
	return file ? file : proc_find(c->arena, "git", "/usr/local/bin:/usr/bin:/bin");
}

/* The lines in which git says what went wrong, as one. */
static struct slice reason_in(struct arena *a, struct slice output) {
	struct buf b = { .arena = a };
	for (struct slice line; output.p && slice_field(&output, '\n', &line);) {
		line = slice_trim(line);
		if (slice_starts(line, "fatal: ") || slice_starts(line, "error: "))
			buf_addf(&b, "%s" SFMT, b.n ? "; " : "", SARG(slice_sub(line, 7, line.n)));
	}
	return b.n ? text_mask(a, buf_slice(&b)) : SLICE("git failed without a word");
}

/* A transfer is given up in the end: git itself waits for ever for a server that says nothing. */
static size_t set_limit(const struct command *c, const char **argv) {
	static const char *const timeout = "/usr/bin/timeout";
	unsigned most_s = c->g->most_s ? c->g->most_s : TRANSFER_S;
	if (!c->transfer || access(timeout, X_OK))
		return 0;
	argv[0] = timeout;
	argv[1] = "--foreground";
	argv[2] = "--kill-after=5";
	argv[3] = arena_printf(c->arena, "%u", most_s).p;
	return 4;
}

/* git --git-dir=MIRROR WORDS… ended by NULL. Its output (of both kinds) in *out. */
static int git(const struct command *c, const char *const *words, struct slice *out) {
	enum { TIMED_OUT = 124, KILLED = 137 };
	const char *argv[WORDS_MOST] = { NULL }, *file = program(c);
	size_t n = set_limit(c, argv);
	if (!file) {
		*out = SLICE("fatal: git is not installed");
		return -1;
	}
	argv[n++] = file;
	argv[n++] = arena_printf(c->arena, "--git-dir=%s", c->g->mirror).p;
	for (; *words; words++)
		argv[n++] = *words;
	struct proc_command run = { .argv = argv, .env = environment(c), .errors = true };
	int status;
	if (proc_capture(c->arena, &run, out, &status)) {
		*out = arena_printf(c->arena, "fatal: %s", strerror(errno));
		return -1;
	}
	if (c->transfer && (status == TIMED_OUT || status == KILLED))
		*out = SLICE("fatal: given up: the server took too long (BB_GIT_TIMEOUT)");
	return status ? -1 : 0;
}

static struct command transfer(const struct command *c) {
	struct command t = *c;
	t.transfer = true;
	return t;
}

/* --- the mirror --- */

static const char *ref_of(const struct command *c) {
	return arena_printf(c->arena, "refs/bake/" SFMT, SARG(c->g->commit)).p;
}

static bool holds(const struct command *c) {
	struct slice out;
	const char *what = arena_printf(c->arena, "%s^{commit}", ref_of(c)).p;
	return git(c, (const char *const[]){ "cat-file", "-e", what, NULL }, &out) == 0;
}

static int init(const struct command *c, struct slice *why) {
	struct slice out;
	if (os_exists(arena_printf(c->arena, "%s/HEAD", c->g->mirror).p))
		return 0;
	if (os_mkparents(c->g->mirror)) {
		*why = arena_printf(c->arena, "%s: %s", c->g->mirror, strerror(errno));
		return -1;
	}
	if (git(c, (const char *const[]){ "init", "-q", "--bare", NULL }, &out)) {
		*why = reason_in(c->arena, out);
		return -1;
	}
	return 0;
}

/* Just the commit: servers may refuse to give one that no branch ends in. */
static int fetch_commit(const struct command *c, struct slice *why) {
	struct slice out;
	struct command t = transfer(c);
	const char *spec = arena_printf(c->arena, "+" SFMT ":%s", SARG(c->g->commit), ref_of(c)).p;
	const char *const words[] = { "fetch", "-q", "--no-tags", "--depth=1", c->url, spec, NULL };
	int rc = git(&t, words, &out);
	if (rc)
		*why = reason_in(c->arena, out);
	return rc;
}

/* The branch (or all of them) with its history, which the commit should be part of. */
static int fetch_branch(const struct command *c, struct slice *why) {
	struct slice out, branch = c->g->branch.n ? c->g->branch : SLICE("*");
	struct command t = transfer(c);
	const char *spec = arena_printf(c->arena, "+refs/heads/" SFMT ":refs/heads/" SFMT,
		SARG(branch), SARG(branch)).p;
	bool shallow = os_exists(arena_printf(c->arena, "%s/shallow", c->g->mirror).p);
	const char *const words[] = { "fetch", "-q", c->g->branch.n ? "--no-tags" : "--tags",
		shallow ? "--unshallow" : "--no-auto-gc", c->url, spec, NULL };
	int rc = git(&t, words, &out);
	if (rc)
		*why = reason_in(c->arena, out);
	return rc;
}

static int fetch_history(const struct command *c, struct slice *why) {
	struct slice out;
	if (fetch_branch(c, why))
		return -1;
	const char *commit = arena_printf(c->arena, SFMT "^{commit}", SARG(c->g->commit)).p;
	const char *const keep[] = { "update-ref", ref_of(c), commit, NULL };
	if (git(c, keep, &out) == 0)
		return 0;
	*why = arena_printf(c->arena, "no commit " SFMT " in %s" SFMT " (was its history "
		"rewritten?)", SARG(c->g->commit), c->g->branch.n ? "branch " : "it",
		SARG(c->g->branch));
	return -1;
}

/* A server that cannot be reached, or trusted, is not asked again in another way. */
static bool out_of_reach(struct slice why) {
	static const char *const signs[] = { "Could not resolve", "ailed to connect",
		"Connection refused", "unable to connect", "timed out", "certificate", "SSL",
		"given up", "not allowed", "not installed" };
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
		if (slice_find(why, signs[i], NULL))
			return true;
	return false;
}

static int have_commit(const struct command *c, struct slice *why) {
	if (holds(c))
		return 0;
	if (c->g->offline) {
		*why = arena_printf(c->arena, "the commit is not in %s", c->g->mirror);
		return -1;
	}
	if (!c->g->history && fetch_commit(c, why) == 0)
		return 0;
	if (!c->g->history && out_of_reach(*why))
		return -1;
	return fetch_history(c, why);
}

/* --- names of commits --- */

/* The hash in the last line of ls-remote: of an annotated tag, "NAME^{}" follows NAME. */
static int ask(const struct command *c, const char *name, struct slice *commit, struct slice *why) {
	struct slice out, last = SLICE("");
	struct command t = transfer(c);
	const char *peeled = arena_printf(c->arena, "%s^{}", name).p;
	const char *const words[] = { "ls-remote", "-q", c->url, name, peeled, NULL };
	if (git(&t, words, &out)) {
		*why = reason_in(c->arena, out);
		return -1;
	}
	for (struct slice line, word; slice_field(&out, '\n', &line);)
		if (slice_word(&line, &word) && (hash_is_hex(HASH_SHA1, word) ||
				hash_is_hex(HASH_SHA256, word)))
			last = word;
	*commit = last;
	*why = arena_printf(c->arena, "it has no %s", name);
	return last.n ? 0 : -1;
}

int git_resolve(struct arena *a, const struct git_source *g, struct slice *commit,
		struct slice *why) {
	struct command c = command(a, g);
	const char *name = "HEAD";
	if (g->tag.n)
		name = arena_printf(a, "refs/tags/" SFMT, SARG(g->tag)).p;
	else if (g->branch.n)
		name = arena_printf(a, "refs/heads/" SFMT, SARG(g->branch)).p;
	return ask(&c, name, commit, why);
}

static const char *tag_ref(const struct command *c) {
	return arena_printf(c->arena, "refs/bake-tag/" SFMT, SARG(c->g->tag)).p;
}

bool git_tag_checked(struct arena *a, const struct git_source *g) {
	struct command c = command(a, g);
	struct slice out;
	const char *const known[] = { "rev-parse", "-q", "--verify", tag_ref(&c), NULL };
	return !g->tag.n || (git(&c, known, &out) == 0 && slice_eq(slice_trim(out), g->commit));
}

/* Does the tag lead to the commit? What was found once is kept as a ref, for when there is no
 * network. */
static int check_tag(const struct command *c, struct slice *why) {
	struct slice out, commit;
	if (git_tag_checked(c->arena, c->g))
		return 0;
	if (c->g->offline) {
		note("tag " SFMT ": taken for commit " SFMT " as SRCREV says: no server was asked",
			SARG(c->g->tag), SARG(c->g->commit));
		return 0;
	}
	if (git_resolve(c->arena, c->g, &commit, why))
		return -1;
	if (slice_eq(commit, c->g->commit)) {
		const char *const keep[] = { "update-ref", tag_ref(c),
			arena_str(c->arena, commit), NULL };
		return git(c, keep, &out) ? -1 : 0;
	}
	*why = arena_printf(c->arena, "tag " SFMT " is commit " SFMT ", not " SFMT ": it was moved, "
		"or SRCREV is wrong", SARG(c->g->tag), SARG(commit), SARG(c->g->commit));
	return -1;
}

/* --- large files --- */

/* Does the commit keep files elsewhere? Its attributes say so. */
static bool keeps_large(const struct command *c) {
	struct slice out;
	const char *const words[] = { "grep", "-q", "filter=lfs", ref_of(c), "--",
		":(glob)**/.gitattributes", NULL };
	return git(c, words, &out) == 0;
}

static const char *large_mark(const struct command *c) {
	return arena_printf(c->arena, "%s/lfs/complete-" SFMT, c->g->mirror,
		SARG(c->g->commit)).p;
}

static int fetch_large(const struct command *c, struct slice *why) {
	struct slice out;
	struct command t = transfer(c);
	const char *remote = arena_printf(c->arena, "remote.bake.url=%s", c->url).p;
	const char *const words[] = { "-c", remote, "lfs", "fetch", "bake", ref_of(c), NULL };
	const char *path = c->g->path ? c->g->path : "/usr/local/bin:/usr/bin:/bin";
	if (os_exists(large_mark(c)) || !keeps_large(c))
		return 0;
	if (c->g->offline) {
		*why = arena_printf(c->arena, "its large files are not in %s", c->g->mirror);
		return -1;
	}
	if (!proc_find(c->arena, "git-lfs", path) &&
			!proc_find(c->arena, "git-lfs", "/usr/local/bin:/usr/bin:/bin")) {
		*why = SLICE("it keeps files in LFS and git-lfs is not installed: install it, or add "
			";lfs=0 to leave pointers in their place");
		return -1;
	}
	if (git(&t, words, &out)) {
		*why = arena_printf(c->arena, "git-lfs: " SFMT, SARG(text_mask(c->arena,
			slice_trim(out))));
		return -1;
	}
	os_mkparents(large_mark(c));
	return os_write(large_mark(c), SLICE(""), 0644, false);
}

/* The digest in a pointer; unset when the file is none. */
static struct slice pointer(struct arena *a, const char *file) {
	static const char first[] = "version https://git-lfs.github.com/spec/v1\n";
	struct slice text, line, hex;
	if (os_read(a, file, &text) || !slice_starts(text, first))
		return SLICE_NONE;
	while (slice_field(&text, '\n', &line)) {
		hex = slice_sub(line, strlen("oid sha256:"), line.n);
		if (slice_starts(line, "oid sha256:") && hash_is_hex(HASH_SHA256, hex))
			return hex;
	}
	return SLICE_NONE;
}

static int place_large(const struct command *c, const char *file, struct slice hex,
		struct slice *why) {
	char got[HASH_HEX];
	const char *from = arena_printf(c->arena, "%s/lfs/objects/%.2s/%.2s/" SFMT, c->g->mirror,
		hex.p, hex.p + 2, SARG(hex)).p;
	struct stat st;
	if (hash_file(HASH_SHA256, from, got) || !slice_is(hex, got)) {
		*why = arena_printf(c->arena, "%s: its large file is not in %s/lfs", file,
			c->g->mirror);
		return -1;
	}
	if (stat(file, &st) == 0 && os_copy_file(from, file) == 0 && chmod(file, st.st_mode) == 0)
		return 0;
	*why = arena_printf(c->arena, "%s: %s", file, strerror(errno));
	return -1;
}

/* Puts large files where their pointers are. */
static int place_all_large(const struct command *c, const char *dir, struct slice *why) {
	enum { POINTER_MOST = 1024 };
	struct os_entry *e;
	size_t n;
	if (!keeps_large(c))
		return 0;
	if (os_walk(c->arena, dir, &e, &n)) {
		*why = arena_printf(c->arena, "%s: %s", dir, strerror(errno));
		return -1;
	}
	for (size_t i = 0; i < n; i++) {
		const char *file = arena_printf(c->arena, "%s/%s", dir, e[i].path).p;
		bool small = e[i].type == 'f' && e[i].size <= POINTER_MOST;
		struct slice hex = small ? pointer(c->arena, file) : SLICE_NONE;
		if (hex.p && place_large(c, file, hex, why))
			return -1;
	}
	return 0;
}

int git_fetch(struct arena *a, const struct git_source *g, struct slice *why) {
	struct command c = command(a, g);
	if (init(&c, why) || have_commit(&c, why) || check_tag(&c, why))
		return -1;
	return g->lfs ? fetch_large(&c, why) : 0;
}

/* --- submodules --- */

/* "submodule.NAME.KEY\nVALUE" of all in .gitmodules, each ended by NUL. */
static struct slice modules_text(const struct command *c) {
	struct slice out;
	const char *blob = arena_printf(c->arena, "--blob=" SFMT ":.gitmodules",
		SARG(c->g->commit)).p;
	const char *const words[] = { "config", "-z", blob, "--get-regexp",
		"^submodule\\..*\\.(path|url)$", NULL };
	return git(c, words, &out) == 0 ? out : SLICE("");
}

/* Which commit stands at path; unset when none does. */
static struct slice module_commit(const struct command *c, struct slice path) {
	struct slice out, word;
	const char *const words[] = { "ls-tree", arena_str(c->arena, c->g->commit), "--",
		arena_str(c->arena, path), NULL };
	if (git(c, words, &out) || !slice_word(&out, &word) || !slice_is(word, "160000"))
		return SLICE_NONE;
	slice_word(&out, &word);
	return slice_word(&out, &word) ? word : SLICE_NONE;
}

static bool leaves(struct slice path) {
	if (!path.n || path.p[0] == '/')
		return true;
	for (struct slice part; slice_field(&path, '/', &part);)
		if (slice_is(part, "..") || slice_is(part, ".git"))
			return true;
	return false;
}

/* The value of submodule.NAME.KEY. */
static struct slice module_value(struct slice text, struct slice name, const char *key) {
	for (struct slice item; text.n && slice_field(&text, '\0', &item);) {
		struct slice where;
		slice_field(&item, '\n', &where);
		if (slice_starts(where, "submodule.") && slice_ends(where, key) &&
				slice_eq(slice_sub(where, 10, where.n - strlen(key)), name))
			return item;
	}
	return SLICE_NONE;
}

int git_modules(struct arena *a, const struct git_source *g, struct git_module **list,
		size_t *count, struct slice *why) {
	struct command c = command(a, g);
	struct slice text = modules_text(&c), rest = text, item, name;
	*count = 0;
	*list = ARENA_ARRAY(a, struct git_module, text.n / 8 + 1);
	while (rest.n && slice_field(&rest, '\0', &item)) {
		struct git_module m;
		slice_field(&item, '\n', &name);
		if (!slice_ends(name, ".path"))
			continue;
		m.path = item;
		m.url = module_value(text, slice_sub(name, 10, name.n - 5), ".url");
		m.commit = module_commit(&c, m.path);
		if (!m.commit.p)         /* listed, but not part of this commit */
			continue;
		if (!m.url.n || leaves(m.path)) {
			*why = arena_printf(a, "submodule \"" SFMT "\": %s", SARG(m.path),
				m.url.n ? "its path is outside" : "it has no URL");
			return -1;
		}
		(*list)[(*count)++] = m;
	}
	return 0;
}

/* --- the files --- */

static int64_t commit_date(const struct command *c) {
	struct slice out;
	const char *const words[] = { "show", "-s", "--format=%ct", ref_of(c), NULL };
	return git(c, words, &out) ? 0 : strtoll(out.p, NULL, 10);
}

/* Files get the date of the commit, not of the day they were fetched. */
static int date(struct arena *a, const char *dir, int64_t seconds) {
	struct os_entry *e;
	size_t n;
	if (os_walk(a, dir, &e, &n))
		return -1;
	struct timespec times[2] = { { .tv_sec = seconds }, { .tv_sec = seconds } };
	for (size_t i = n; i-- > 0;)
		if (utimensat(AT_FDCWD, arena_printf(a, "%s/%s", dir, e[i].path).p, times,
				AT_SYMLINK_NOFOLLOW))
			return -1;
	return 0;
}

static int check_out(const struct command *c, const char *dir, const char *subpath,
		struct slice *out) {
	const char *tree = ref_of(c);
	if (subpath)
		tree = arena_printf(c->arena, "%s:%s", tree, subpath).p;
	const char *work = arena_printf(c->arena, "--work-tree=%s", dir).p;
	const char *const read[] = { work, "read-tree", tree, NULL };
	const char *const write[] = { work, "checkout-index", "-q", "-a", "-f", NULL };
	return git(c, read, out) || git(c, write, out) ? -1 : 0;
}

int git_checkout(struct arena *a, const struct git_source *g, const char *dir, const char *subpath,
		struct slice *why) {
	struct command c = command(a, g);
	struct slice out;
	c.own_settings = true;
	c.index = arena_printf(a, "%s/.git-index", dir).p;
	if (os_mkdirs(dir)) {
		*why = arena_printf(a, "%s: %s", dir, strerror(errno));
		return -1;
	}
	int rc = check_out(&c, dir, subpath, &out);
	if (rc)
		*why = reason_in(a, out);
	os_remove(c.index);
	c.index = NULL;
	if (!rc && g->lfs)
		rc = place_all_large(&c, dir, why);
	if (!rc && date(a, dir, commit_date(&c))) {
		*why = arena_printf(a, "%s: %s", dir, strerror(errno));
		rc = -1;
	}
	return rc;
}

int git_show(struct arena *a, const struct git_source *g, const char *path, struct slice *text,
		struct slice *why) {
	struct command c = { .arena = a, .g = g, .own_settings = true };
	const char *what = arena_printf(a, "%s:%s", ref_of(&c), path).p;
	if (git(&c, (const char *const[]){ "show", what, NULL }, text) == 0)
		return 0;
	*why = reason_in(a, *text);
	return -1;
}
