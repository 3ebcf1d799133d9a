/* amendment: the digest in LIC_FILES_CHKSUM names the earlier text exactly, so whatever file has that
 * digest is that text: whose it was, and whether its artefact was signed, do not matter. */
#include "amendment.h"

#include <ctype.h>
#include <string.h>
#include <unistd.h>

#include "archive.h"
#include "config.h"
#include "data.h"
#include "diff.h"
#include "inventory.h"
#include "map.h"
#include "notice.h"
#include "os.h"
#include "recipe.h"
#include "util.h"

enum { CONTEXT_LINES = 3, MOST_NAMES = 5 };

#define LICENCE_TASK "do_populate_lic"

/* One text that changed. */
struct amendment {
	struct data *d;
	struct arena *arena;
	struct notice notice;
	const char *file;        /* as it is now */
	struct slice now, before;        /* its lines; unset: not known */
	const char *origin;      /* of before: for people */
};

static const char *text_of(struct amendment *m, const char *name) {
	return arena_str(m->arena, data_text(m->d, name));
}

/* --- the earlier text --- */

static bool take(struct amendment *m, const char *file, const char *origin) {
	struct slice text;
	if (os_read(m->arena, file, &text))
		return false;
	m->before = notice_lines(&m->notice, text);
	m->origin = origin;
	return true;
}

/* Takes the first file below dir with the digest. */
static bool find_below(struct amendment *m, const char *dir, const char *origin) {
	struct os_entry *e;
	size_t n;
	char md5[HASH_HEX];
	if (!*dir || os_walk(m->arena, dir, &e, &n))
		return false;
	for (size_t i = 0; i < n; i++) {
		const char *file = arena_printf(m->arena, "%s/%s", dir, e[i].path).p;
		if (e[i].type == 'f' && notice_digest(&m->notice, file, md5) == 0
				&& slice_is(m->notice.md5, md5) && take(m, file, origin))
			return true;
	}
	return false;
}

static bool find_in_artefact(struct amendment *m, const char *artefact) {
	const char *dir = arena_printf(m->arena, "%s/amendment.%d", text_of(m, "TMPDIR"),
		(int)getpid()).p;
	struct archive_unpack u = { .file = artefact, .dir = dir };
	bool found = os_mkdirs(dir) == 0 && archive_unpack(&u) == 0
		&& find_below(m, dir, "of an earlier build, from SSTATE_DIR");
	os_remove(dir);
	return found;
}

static bool find_in_store(struct amendment *m) {
	const char *id = arena_printf(m->arena, "%s:" LICENCE_TASK, text_of(m, "PN")).p;
	struct inventory v;
	const char *dir = text_of(m, "SSTATE_DIR");
	if (!*dir || inventory_read(m->arena, dir, &v))
		return false;
	for (size_t i = v.n; i-- > 0;)           /* the last used first */
		if (slice_is(v.item[i].artefact, id) && find_in_artefact(m, v.item[i].file))
			return true;
	return false;
}

/* Where this recipe's own texts were published. */
static bool find_last(struct amendment *m, const struct recipe *r) {
	const struct recipe_task *t = recipe_task_find(r, atom_of(LICENCE_TASK));
	struct slice path = m->notice.path;
	if (!t || t->outputdirs.n == 0)
		return false;
	if (path.p[0] == '/')
		path = os_basename(path);
	return take(m, os_path(m->arena, t->outputdirs.v[0], path).p,
		"when it was last accepted: no text with the recipe's md5 is known");
}

static bool find_earlier(struct amendment *m, const struct recipe *r) {
	bool exact = m->notice.md5.n
		&& (find_below(m, text_of(m, "LICENSE_DIRECTORY"), "as the recipe was written for")
		|| find_in_store(m)
		|| find_below(m, text_of(m, "COMMON_LICENSE_DIR"), "as the recipe was written for"));
	return exact || find_last(m, r);
}

/* --- what is said --- */

static unsigned line_at(struct slice text, size_t at) {
	unsigned line = 1;
	for (size_t i = 0; i < at; i++)
		line += text.p[i] == '\n';
	return line;
}

/* Lines that only stand elsewhere need other numbers, not another licence. */
static bool tell_move(struct amendment *m, struct slice whole, struct buf *out) {
	size_t at;
	if (m->before.n == 0 || !slice_find(whole, arena_str(m->arena, m->before), &at)
			|| (at > 0 && whole.p[at - 1] != '\n'))
		return false;
	unsigned first = line_at(whole, at), last = line_at(whole, at + m->before.n - 1);
	buf_addf(out, SFMT ": " SFMT ": the text is the same, but stands elsewhere now: "
		"beginline=%u;endline=%u\n", SARG(data_text(m->d, "PN")), SARG(m->notice.path), first,
		last);
	return true;
}

static bool tell(struct amendment *m, const struct recipe *r, struct slice whole,
		struct buf *out) {
	struct buf hunks = { .arena = m->arena };
	if (!find_earlier(m, r)) {
		buf_addf(out, SFMT ": " SFMT ": the text with md5 " SFMT " is not known here (neither "
			"LICENSE_DIRECTORY nor SSTATE_DIR has it): read %s as a whole\n", SARG(r->pn),
			SARG(m->notice.path), SARG(m->notice.md5), m->file);
		return true;
	}
	if (tell_move(m, whole, out))
		return true;
	if (diff_unified(&hunks, m->before, m->now, CONTEXT_LINES) == 0)
		return false;
	buf_addf(out, "--- " SFMT " " SFMT ", %s\n+++ %s\n" SFMT, SARG(r->pn), SARG(m->notice.path),
		m->origin, m->file, SARG(buf_slice(&hunks)));
	return true;
}

/* --- a text that is not there --- */

static bool is_licence_name(struct arena *a, struct slice name) {
	static const char *const words[] = { "licen", "copying", "copyright", "notice", "legal" };
	char *lower = arena_str(a, name);
	for (char *c = lower; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strstr(lower, words[i]))
			return true;
	return false;
}

/* What took its place: a text with its digest under another name, or what is named like a licence. */
static bool tell_absent(struct amendment *m, struct buf *out) {
	const char *source = text_of(m, "S"), *same = NULL;
	struct slices like = { 0 };
	struct os_entry *e;
	size_t n;
	char md5[HASH_HEX];
	if (os_walk(m->arena, source, &e, &n))
		return false;
	for (size_t i = 0; i < n && !same; i++) {
		const char *file = arena_printf(m->arena, "%s/%s", source, e[i].path).p;
		if (e[i].type != 'f' || !is_licence_name(m->arena, os_basename(slice_of(e[i].path))))
			continue;
		if (notice_digest(&m->notice, file, md5) == 0 && slice_is(m->notice.md5, md5))
			same = e[i].path;
		else if (like.n < MOST_NAMES)
			slices_add(m->arena, &like, slice_of(e[i].path));
	}
	buf_addf(out, SFMT ": " SFMT ": ", SARG(data_text(m->d, "PN")), SARG(m->notice.path));
	if (same)
		buf_addf(out, "the same text is %s now\n", same);
	else if (like.n)
		buf_addf(out, "the source has these, of other texts: " SFMT "\n",
			SARG(slices_join(m->arena, &like, ", ")));
	else
		buf_adds(out, "no file of the source is named like a licence\n");
	return true;
}

static bool report(struct data *d, const struct recipe *r, struct slice entry, struct buf *out) {
	struct amendment m = { .d = d, .arena = data_arena(d) };
	struct slice whole;
	char md5[HASH_HEX];
	if (!notice_parse(entry, &m.notice) || m.notice.path.n == 0)
		return false;
	m.file = m.notice.path.p[0] == '/' ? arena_str(m.arena, m.notice.path)
		: os_path(m.arena, data_text(d, "S"), m.notice.path).p;
	if (!os_exists(m.file))
		return tell_absent(&m, out);
	if (os_read(m.arena, m.file, &whole) || notice_digest(&m.notice, m.file, md5)
			|| slice_is(m.notice.md5, md5))
		return false;
	m.now = notice_lines(&m.notice, whole);
	return tell(&m, r, whole, out);
}

unsigned amendment_report(struct config *c, const struct recipe *r, struct arena *a,
		struct buf *out) {
	struct trap trap;
	volatile unsigned count = 0;
	if (TRAP(&trap)) {
		struct data *d = recipe_data(c, r->id, a);
		struct slice list = data_text(d, "LIC_FILES_CHKSUM"), entry;
		while (slice_word(&list, &entry))
			count += report(d, r, entry, out);
		trap_end(&trap);
	}
	return count;
}
