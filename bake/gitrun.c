/* gitrun: what git is told by argv, and what by environment.
 *
 * Invariants: credentials are never in argv; nothing of the user's environment leads git to another
 * repository or past the verification of certificates; it never asks on the terminal. */
#include "gitrun.h"
#include "proc.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

enum { WORDS_MOST = 28, SETTINGS_MOST = 2, TRANSFER_S = 3600,
	STALL_S = 30 };

/* --- its environment --- */

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
static size_t add_credentials(const struct gitrun *c, const char **env) {
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
static size_t add_settings(const struct gitrun *c, const char **env) {
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
static const char *const *environment(const struct gitrun *c) {
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

struct gitrun gitrun_new(struct arena *a, const struct git_source *g) {
	return (struct gitrun){ .arena = a, .g = g, .url = without_user(a, g->url) };
}

/* --- running it --- */

const char *gitrun_program(const struct gitrun *c, const char *name) {
	const char *file = c->g->path ? proc_find(c->arena, name, c->g->path) : NULL;
	return file ? file : proc_find(c->arena, name, "/usr/local/bin:/usr/bin:/bin");
}

struct slice gitrun_reason(struct arena *a, struct slice output) {
	struct buf b = { .arena = a };
	for (struct slice line; output.p && slice_field(&output, '\n', &line);) {
		line = slice_trim(line);
		if (slice_starts(line, "fatal: ") || slice_starts(line, "error: "))
			buf_addf(&b, "%s" SFMT, b.n ? "; " : "", SARG(slice_sub(line, 7, line.n)));
	}
	return b.n ? text_mask(a, buf_slice(&b)) : SLICE("git failed without a word");
}

/* A transfer is given up in the end: git itself waits for ever for a server that says nothing. */
static size_t set_limit(const struct gitrun *c, const char **argv) {
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

int gitrun(const struct gitrun *c, const char *const *words, struct slice *out) {
	enum { TIMED_OUT = 124, KILLED = 137 };
	const char *argv[WORDS_MOST] = { NULL }, *file = gitrun_program(c, "git");
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

int gitrun_transfer(const struct gitrun *c, const char *const *words, struct slice *out) {
	struct gitrun t = *c;
	t.transfer = true;
	return gitrun(&t, words, out);
}

const char *gitrun_ref(const struct gitrun *c) {
	return arena_printf(c->arena, "refs/bake/" SFMT, SARG(c->g->commit)).p;
}
