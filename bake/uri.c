/* uri: BitBake's URLs, which are not quite everyone else's: parameters follow ";", a relative
 * path may stand where a host would (file://name), and the user part may hold "@". */
#include "uri.h"

#include <ctype.h>
#include <fnmatch.h>
#include <string.h>

/* --- quoting --- */

static int hex_digit(char c) {
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "%00" stays: no name has that character, and what stands behind it would be lost unseen. */
static struct slice unquote(struct arena *a, struct slice s) {
	if (!slice_find(s, "%", NULL))
		return s;
	struct buf b = { .arena = a };
	for (size_t i = 0; i < s.n; i++) {
		int high = i + 2 < s.n ? hex_digit(s.p[i + 1]) : -1;
		int low = i + 2 < s.n ? hex_digit(s.p[i + 2]) : -1;
		if (s.p[i] == '%' && high >= 0 && low >= 0 && high + low > 0) {
			buf_addc(&b, (char)(high * 16 + low));
			i += 2;
		} else {
			buf_addc(&b, s.p[i]);
		}
	}
	return buf_slice(&b);
}

/* A query stays a query: "?", "=" and "&" are left alone. */
static void add_quoted(struct buf *b, struct slice path) {
	for (size_t i = 0; i < path.n; i++) {
		unsigned char c = (unsigned char)path.p[i];
		if (isalnum(c) || (c && strchr("/-._~!$&'()*+,=:@?#", c)))
			buf_addc(b, (char)c);
		else
			buf_addf(b, "%%%02X", c);
	}
}

/* --- parts --- */

/* "user:password@" before the last "@" that precedes any "/". */
static void take_user(struct slice *location, struct uri *u) {
	size_t end = 0;
	for (size_t i = 0; i < location->n && location->p[i] != '/'; i++)
		if (location->p[i] == '@')
			end = i + 1;
	if (!end)
		return;
	struct slice user = slice_sub(*location, 0, end - 1);
	*location = slice_sub(*location, end, location->n);
	slice_field(&user, ':', &u->user);
	u->password = user.p ? user : SLICE("");
}

static void take_place(struct arena *a, struct slice location, struct uri *u) {
	size_t slash;
	if (slice_is(u->scheme, "file")) {
		u->path = unquote(a, location);
		return;
	}
	take_user(&location, u);
	if (!slice_find(location, "/", &slash))
		slash = location.n;
	u->host = slice_sub(location, 0, slash);
	location = slice_sub(location, slash, location.n);
	u->path = location.n ? unquote(a, location) : SLICE("/");
}

static bool take_params(struct arena *a, struct slice rest, struct uri *u, const char **why) {
	for (struct slice field, name; rest.p && slice_field(&rest, ';', &field);) {
		if (slice_trim(field).n == 0)
			continue;
		if (!slice_find(field, "=", NULL)) {
			*why = "a parameter has no \"=\"";
			return false;
		}
		slice_field(&field, '=', &name);
		uri_param_set(a, u, name, field);
	}
	return true;
}

bool uri_parse(struct arena *a, struct slice text, struct uri *u, const char **why) {
	size_t colon;
	*u = (struct uri){ .text = text, .user = SLICE(""), .password = SLICE("") };
	u->host = SLICE("");
	if (!slice_find(text, "://", &colon) || colon == 0) {
		*why = "it has no \"://\"";
		return false;
	}
	u->scheme = slice_sub(text, 0, colon);
	struct slice rest = slice_sub(text, colon + 3, text.n), location;
	slice_field(&rest, ';', &location);
	if (location.n == 0) {
		*why = "nothing follows \"://\"";
		return false;
	}
	take_place(a, location, u);
	return take_params(a, rest, u, why);
}

/* The name in "name:port" and the address in "[address]:port". */
static struct slice without_port(struct slice host) {
	struct slice name = host;
	bool is_address = slice_starts(host, "[");
	host = slice_sub(host, is_address, host.n);
	slice_field(&host, is_address ? ']' : ':', &name);
	return name;
}

/* Does what precedes the path hold what ends it for a browser, or for curl, but not for us? */
static bool is_ambiguous(const struct uri *u) {
	struct slice place = u->text, scheme;
	slice_field(&place, ':', &scheme);
	for (size_t i = 2; i < place.n && place.p[i] != '/' && place.p[i] != ';'; i++)
		if (strchr("?#\\", place.p[i]))
			return true;
	return false;
}

bool uri_host_allowed(struct arena *a, struct slice url, struct slice hosts) {
	struct slice word;
	struct uri u;
	const char *why;
	if (!slice_trim(hosts).n || !uri_parse(a, url, &u, &why))
		return true;
	const char *name = arena_str(a, without_port(u.host));
	while (slice_word(&hosts, &word))
		if (!is_ambiguous(&u) && fnmatch(arena_str(a, word), name, FNM_CASEFOLD) == 0)
			return true;
	return false;
}

/* --- parameters --- */

static struct uri_param *find_param(const struct uri *u, struct slice name) {
	for (size_t i = 0; i < u->params_count; i++)
		if (slice_eq(u->params[i].name, name))
			return &u->params[i];
	return NULL;
}

struct slice uri_param(const struct uri *u, const char *name) {
	struct uri_param *p = find_param(u, slice_of(name));
	return p ? p->value : SLICE_NONE;
}

static bool is_one_of(struct slice s, const char *const *words) {
	for (; *words; words++)
		if (slice_is(s, *words))
			return true;
	return false;
}

static const char *const yes[] = { "1", "true", "yes", "y", "True", "on", NULL };
static const char *const no[] = { "0", "false", "no", "n", "False", "off", NULL };

bool uri_flag(const struct uri *u, const char *name, bool fallback) {
	struct slice v = uri_param(u, name);
	return v.p ? is_one_of(v, yes) : fallback;
}

bool uri_flag_odd(const struct uri *u, const char *name) {
	struct slice v = uri_param(u, name);
	return v.p && !is_one_of(v, yes) && !is_one_of(v, no);
}

void uri_param_set(struct arena *a, struct uri *u, struct slice name, struct slice value) {
	struct uri_param *old = find_param(u, name);
	if (old) {
		old->value = value;
		return;
	}
	struct uri_param *all = ARENA_ARRAY(a, struct uri_param, u->params_count + 1);
	if (u->params_count)
		memcpy(all, u->params, u->params_count * sizeof *all);
	all[u->params_count++] = (struct uri_param){ name, value };
	u->params = all;
}

/* --- together again --- */

struct slice uri_remote(struct arena *a, const struct uri *u) {
	struct buf b = { .arena = a };
	buf_addf(&b, SFMT "://", SARG(u->scheme));
	if (u->user.n) {
		buf_add(&b, u->user);
		if (u->password.n)
			buf_addf(&b, ":" SFMT, SARG(u->password));
		buf_addc(&b, '@');
	}
	buf_add(&b, u->host);
	add_quoted(&b, u->path);
	return buf_slice(&b);
}

struct slice uri_text(struct arena *a, const struct uri *u) {
	struct buf b = { .arena = a };
	buf_add(&b, uri_remote(a, u));
	for (size_t i = 0; i < u->params_count; i++)
		buf_addf(&b, ";" SFMT "=" SFMT, SARG(u->params[i].name), SARG(u->params[i].value));
	return buf_slice(&b);
}
