/* patch: patch(1), and git apply for what patch(1) cannot read.
 *
 * Invariant: the tree is changed only after a trial of the whole patch went well. */
#include "patch.h"
#include "os.h"
#include "proc.h"

#include <errno.h>
#include <string.h>

enum { WORDS_MOST = 16 };

/* --- running programs --- */

/* What they print is read, so neither the user's language nor a repository around dir counts. */
static int run(struct arena *a, const struct patch *p, const char **argv, struct slice *out) {
	const char *const env[] = { "LC_ALL=C", "HOME=/nonexistent", "GIT_CONFIG_NOSYSTEM=1",
		arena_printf(a, "PATH=%s", p->path).p,
		arena_printf(a, "GIT_CEILING_DIRECTORIES=" SFMT, SARG(os_dirname(slice_of(p->dir)))).p,
		NULL };
	struct proc_command c = { .argv = argv, .env = env, .cwd = p->dir, .errors = true };
	int status;
	if (proc_capture(a, &c, out, &status) == 0)
		return status ? -1 : 0;
	*out = arena_printf(a, "%s: %s", argv[0], strerror(errno));
	return -1;
}

/* patch(1) with up to three more words. */
static int run_patch(struct arena *a, const struct patch *p, const char *const more[3],
		struct slice *out) {
	const char *argv[WORDS_MOST] = { "patch", arena_printf(a, "-p%s", p->strip).p,
		"-i", p->file, "--forward", "--batch", "--no-backup-if-mismatch",
		more[0], more[1], more[2] };
	return run(a, p, argv, out);
}

static int run_git(struct arena *a, const struct patch *p, const char *more, struct slice *out) {
	const char *argv[WORDS_MOST] = { "git", "apply", "--whitespace=nowarn",
		arena_printf(a, "-p%s", p->strip).p, p->file, more };
	return run(a, p, argv, out);
}

/* --- what they say --- */

static const char MISSING[] = "can't find file";

static void add_reason(struct buf *b, struct slice file, struct slice line) {
	buf_adds(b, b->n ? "; " : "");
	if (file.n)
		buf_addf(b, SFMT ": ", SARG(file));
	buf_add(b, line);
}

/* The lines of patch(1) that tell why, each with the file it is about. */
static struct slice reasons(struct arena *a, struct slice said) {
	static const char *const telling[] = { "FAILED", " with fuzz ", MISSING,
		"****", "previously applied", "not found" };
	struct buf b = { .arena = a };
	struct slice rest = said, file = SLICE("");
	for (struct slice line; slice_field(&rest, '\n', &line);) {
		if (slice_starts(line, "checking file ") || slice_starts(line, "patching file ")) {
			file = slice_sub(line, strlen("checking file "), line.n);
			continue;
		}
		if (slice_starts(line, "|+++ ") && slice_find(buf_slice(&b), MISSING, NULL))
			add_reason(&b, SLICE(""), slice_sub(line, 5, line.n));
		bool sum = slice_find(line, "out of", NULL);     /* "1 out of 2 hunks FAILED" */
		for (size_t i = 0; !sum && i < sizeof telling / sizeof *telling; i++)
			if (slice_find(line, telling[i], NULL)) {
				add_reason(&b, file, line);
				break;
			}
	}
	return b.n ? buf_slice(&b) : slice_trim(said);
}

/* "error: patch failed: a.c:17\nerror: a.c: patch does not apply" as one line. */
static struct slice one_line(struct arena *a, struct slice said) {
	struct buf b = { .arena = a };
	buf_adds(&b, "");
	for (struct slice line; slice_field(&said, '\n', &line);) {
		if (slice_starts(line, "error: "))
			line = slice_sub(line, 7, line.n);
		if (slice_trim(line).n)
			add_reason(&b, SLICE(""), slice_trim(line));
	}
	return buf_slice(&b);
}

/* --- applying --- */

/* Lets patch(1) write the hunks that do not fit, and the rest where nobody looks. */
static struct slice with_rejects(struct arena *a, const struct patch *p, struct slice said) {
	struct slice out;
	if (!p->rejects)
		return said;
	const char *rest = arena_printf(a, "%s.rest", p->rejects).p;
	const char *more[3] = { "-o", rest, arena_printf(a, "--reject-file=%s", p->rejects).p };
	os_remove(p->rejects);
	run_patch(a, p, more, &out);
	os_remove(rest);
	if (!os_exists(p->rejects))
		return said;
	return arena_printf(a, SFMT "; what does not fit is in %s", SARG(said), p->rejects);
}

static const char *const trial[3] = { "--dry-run", "--reject-file=-" };

/* Files that are not found are often found with another strip level. */
static struct slice with_level(struct arena *a, const struct patch *p, struct slice said) {
	static const char *const levels[] = { "0", "1", "2", "3" };
	struct slice out;
	for (size_t i = 0; i < sizeof levels / sizeof *levels && slice_find(said, MISSING, NULL); i++) {
		struct patch other = *p;
		other.strip = levels[i];
		if (run_patch(a, &other, trial, &out) == 0)
			return arena_printf(a, SFMT "; it applies with striplevel=%s", SARG(said), levels[i]);
	}
	return said;
}

static enum patch_result apply_text(struct arena *a, const struct patch *p, struct slice *said) {
	struct slice out;
	const char *const real[3] = { "--reject-file=-" };
	int rc = run_patch(a, p, trial, &out);
	*said = reasons(a, out);
	if (rc) {
		*said = with_level(a, p, with_rejects(a, p, *said));
		return PATCH_REFUSED;
	}
	bool inexact = slice_find(out, " with fuzz ", NULL);
	if (run_patch(a, p, real, &out)) {
		*said = reasons(a, out);
		return PATCH_REFUSED;
	}
	return inexact ? PATCH_INEXACT : PATCH_EXACT;
}

/* git apply is all or nothing by itself. */
static enum patch_result apply_binary(struct arena *a, const struct patch *p, struct slice *said) {
	struct slice out;
	int rc = run_git(a, p, NULL, &out);
	*said = one_line(a, out);
	return rc ? PATCH_REFUSED : PATCH_EXACT;
}

enum patch_result patch_apply(struct arena *a, const struct patch *p, struct slice *said) {
	struct slice text;
	if (os_read(a, p->file, &text)) {
		*said = arena_printf(a, "%s: %s", p->file, strerror(errno));
		return PATCH_REFUSED;
	}
	if (slice_trim(text).n == 0) {
		*said = SLICE("it is empty");
		return PATCH_INEXACT;
	}
	bool binary = slice_find(text, "\nGIT binary patch\n", NULL);
	return binary ? apply_binary(a, p, said) : apply_text(a, p, said);
}
