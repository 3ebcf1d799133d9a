/* gitrun: what git is told by argv, and what by environment.
 *
 * Invariants: credentials are never in argv; nothing of the user's environment leads git to another
 * repository or past the verification of certificates; it never asks on the terminal. */
#include "gitrun.h"
#include "family.h"
#include "os.h"
#include "proc.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

extern char **environ;

enum { WORDS_MOST = 28, SETTINGS_MOST = 3, TRANSFER_S = 3600, STALL_S = 30,
	LEAST_RATE = 10,         /* bytes a second: a server that counts sends lines of progress */
	ATTEMPTS = 3, PAUSE_MS = 1000,
	BUSY_SHARE = 20 };       /* git computes when it has 1/20 of a processor */

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
	const char *settings[SETTINGS_MOST][2] = { { "http.sslVerify", "true" },
		{ "http.followRedirects", c->g->hosts.n ? "false" : "initial" } };
	size_t count = 2, n = 0;
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
	for (size_t i = 0; i < c->settings.n; i++, count++) {
		struct slice value = c->settings.v[i], key;
		slice_field(&value, ' ', &key);
		env[n++] = arena_printf(c->arena, "GIT_CONFIG_KEY_%zu=" SFMT, count, SARG(key)).p;
		env[n++] = arena_printf(c->arena, "GIT_CONFIG_VALUE_%zu=" SFMT, count, SARG(value)).p;
	}
	env[n++] = arena_printf(c->arena, "GIT_CONFIG_COUNT=%zu", count).p;
	return n;
}

/* Ours without what would lead git elsewhere; it must not ask on the terminal either. */
static const char *const *environment(const struct gitrun *c) {
	size_t n = 0, kept = 0;
	while (environ[n])
		n++;
	const char **env = ARENA_ARRAY(c->arena, const char *, n + 16 + 2 * (SETTINGS_MOST + c->settings.n));
	bool own_bundle = c->g->ca_bundle && *c->g->ca_bundle;
	for (size_t i = 0; i < n; i++)
		if (!misleads(environ[i]) &&
				!(own_bundle && strncmp(environ[i], "GIT_SSL_CA", 10) == 0) &&
				!(c->no_proxy && strncasecmp(environ[i], "no_proxy=", 9) == 0))
			env[kept++] = environ[i];
	env[kept++] = "GIT_TERMINAL_PROMPT=0";
	env[kept++] = "GIT_ASKPASS=/bin/true";
	env[kept++] = arena_printf(c->arena, "GIT_HTTP_LOW_SPEED_LIMIT=%d", LEAST_RATE).p;
	env[kept++] = arena_printf(c->arena, "GIT_HTTP_LOW_SPEED_TIME=%u",
		c->g->stall_s ? c->g->stall_s : STALL_S).p;
	env[kept++] = protocols(c->g);
	if (own_bundle)
		env[kept++] = arena_printf(c->arena, "GIT_SSL_CAINFO=%s", c->g->ca_bundle).p;
	if (c->own_settings) {
		env[kept++] = "GIT_CONFIG_GLOBAL=/dev/null";
		env[kept++] = "GIT_CONFIG_NOSYSTEM=1";
	}
	if (c->no_proxy)
		env[kept++] = arena_printf(c->arena, "no_proxy=%s", c->no_proxy).p;
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

/* The text of a line as it was drawn last. */
static struct slice drawn(struct slice line) {
	const char *again = line.n ? memrchr(line.p, '\r', line.n - 1) : NULL;
	return slice_trim(again ? slice_sub(line, (size_t)(again - line.p), line.n) : line);
}

/* Is this line ssh's own? git says only that it failed. */
static bool is_of_ssh(struct slice line) {
	static const char *const signs[] = { "ssh: ", "Host key verification failed", "Permission denied (" };
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
		if (slice_find(line, signs[i], NULL))
			return true;
	return false;
}

struct slice gitrun_reason(struct arena *a, struct slice output) {
	struct buf b = { .arena = a };
	for (struct slice line; output.p && slice_field(&output, '\n', &line);) {
		line = drawn(line);
		bool told = slice_starts(line, "fatal: ") || slice_starts(line, "error: ");
		if (told || is_of_ssh(line))
			buf_addf(&b, "%s" SFMT, b.n ? "; " : "", SARG(slice_sub(line, told ? 7 : 0, line.n)));
	}
	return b.n ? text_mask(a, buf_slice(&b)) : SLICE("git failed without a word");
}

/* A transfer is given up in the end: git itself waits for ever for a server that says nothing. */
struct watch {
	unsigned stall_s, most_s;
	int64_t begun, moved;    /* ms: when it began, and when it last got on */
	struct family_activity last;
	struct slice why;        /* given up: in git's own form; unset: not */
};

/* Has git read, or computed (it unpacks what has come), since it last got on? */
static bool gets_on(struct watch *w, pid_t child) {
	struct family_activity now;
	if (!family_activity(child, &now))
		return true;
	bool fewer = now.bytes < w->last.bytes;  /* one of its programs has ended */
	bool more = now.bytes >= w->last.bytes + (uint64_t)LEAST_RATE * w->stall_s;
	bool works = now.cpu_ms >= w->last.cpu_ms + w->stall_s * 1000 / BUSY_SHARE;
	if (fewer || more || works)
		w->last = now;
	return fewer || more || works;
}

static bool is_enough(void *ctx, pid_t child) {
	struct watch *w = ctx;
	int64_t now = os_now_ms();
	if (gets_on(w, child))
		w->moved = now;
	if (now - w->begun >= (int64_t)w->most_s * 1000)
		w->why = SLICE("fatal: given up: the server took too long (BB_GIT_TIMEOUT)");
	else if (now - w->moved >= (int64_t)w->stall_s * 1000)
		w->why = SLICE("fatal: given up: the server stalled (BB_FETCH_STALL_TIMEOUT)");
	return w->why.p != NULL;
}

static struct watch watch_of(const struct gitrun *c) {
	int64_t now = os_now_ms();
	return (struct watch){ .stall_s = c->g->stall_s ? c->g->stall_s : STALL_S,
		.most_s = c->g->most_s ? c->g->most_s : TRANSFER_S, .begun = now, .moved = now };
}

int gitrun(const struct gitrun *c, const char *const *words, struct slice *out) {
	const char *argv[WORDS_MOST] = { NULL }, *file = gitrun_program(c, "git");
	struct watch w = watch_of(c);
	size_t n = 0;
	if (!file) {
		*out = SLICE("fatal: git is not installed");
		return -1;
	}
	argv[n++] = file;
	argv[n++] = arena_printf(c->arena, "--git-dir=%s", c->g->mirror).p;
	for (; *words; words++)
		argv[n++] = *words;
	struct proc_command run = { .argv = argv, .env = environment(c), .errors = true,
		.enough = c->transfer ? is_enough : NULL, .ctx = &w };
	int status;
	if (proc_capture(c->arena, &run, out, &status)) {
		*out = arena_printf(c->arena, "fatal: %s", strerror(errno));
		return -1;
	}
	if (status && w.why.p)
		*out = w.why;
	else if (status && c->g->hosts.n && slice_find(*out, "returned error: 30", NULL))
		*out = SLICE("fatal: it redirects, which is not followed while BB_ALLOWED_NETWORKS is "
			"set: name the address that it leads to");
	return status ? -1 : 0;
}

/* May the same transfer succeed a little later? Not when the server has said why it will not. */
static bool passes(struct slice said) {
	static const char *const signs[] = { "early EOF", "unexpected disconnect", "hung up unexpectedly",
		"Connection reset", "returned error: 5", "Empty reply", "transfer closed" };
	if (slice_find(said, "remote error: ", NULL))
		return false;
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
		if (slice_find(said, signs[i], NULL))
			return true;
	return false;
}

int gitrun_transfer(const struct gitrun *c, const char *const *words, struct slice *out) {
	struct gitrun t = *c;
	unsigned attempts = c->g->attempts ? c->g->attempts : ATTEMPTS;
	unsigned pause = c->g->pause_ms ? c->g->pause_ms : PAUSE_MS;
	t.transfer = true;
	for (unsigned i = 1;; i++) {
		int rc = gitrun(&t, words, out);
		if (rc == 0 || i == attempts || !passes(*out))
			return rc;
		debug("%s: " SFMT "; once more", c->url, SARG(gitrun_reason(c->arena, *out)));
		os_pause(pause);
		pause *= 2;
	}
}

const char *gitrun_ref(const struct gitrun *c) {
	return arena_printf(c->arena, "refs/bake/" SFMT, SARG(c->g->commit)).p;
}
