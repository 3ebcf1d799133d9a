/* spec: rpmspec -P prints a spec with conditions decided and macros expanded, %setup and %patch
 * included: %prep is then plain shell. Nothing of it is run here. Which archive is unpacked where,
 * and which patch is applied how, is read from its commands; whatever else it does is handed on as
 * lines for a person.
 *
 * Invariant: a command counts as ours only when it names a file of the package by its full path. */
#include "spec.h"
#include "os.h"
#include "proc.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WORDS_MOST = 64 };

/* What %prep's "cd" to the top means, chosen so that no command line holds it by chance. */
#define TOPDIR "/bake-rpm-build"

/* rpmspec -P leaves out the heading that ends %prep: a comment before each heading survives. */
#define MARK "#bake-section "

/* --- tags --- */

/* "Patch12: x" with name "patch"; numbers may be left out. False when line is no such tag. */
static bool numbered(struct slice line, const char *name, struct slice *value) {
	size_t n = strlen(name), i = n;
	if (line.n <= n || strncasecmp(line.p, name, n) != 0)
		return false;
	while (i < line.n && isdigit((unsigned char)line.p[i]))
		i++;
	while (i < line.n && (line.p[i] == ' ' || line.p[i] == '\t'))
		i++;
	if (i >= line.n || line.p[i] != ':')
		return false;
	*value = slice_trim(slice_sub(line, i + 1, line.n));
	return true;
}

static bool tag(struct slice line, const char *name, struct slice *value) {
	size_t n = strlen(name);
	return numbered(line, name, value) && !isdigit((unsigned char)line.p[n]);
}

/* Takes the names out of "a, b >= 1.2 pkgconfig(c)". Rich dependencies "(a or b)" stay one. */
static void add_requires(struct arena *a, struct slices *list, struct slice text) {
	bool version = false;
	for (struct slice word; slice_word(&text, &word);) {
		if (version) {
			version = false;
			continue;
		}
		if (strchr("<>=", word.p[0])) {
			version = true;
			continue;
		}
		for (struct slice part; slice_field(&word, ',', &part);)
			if (part.n)
				slices_add(a, list, part);
	}
}

struct reading {
	struct arena *arena;
	struct spec *s;
	struct slice dir;                /* of the package's files */
	struct slices sources, patches, applied;         /* sources: as the tags have them */
	struct slice cwd;                /* of %prep, relative to TOPDIR; "" at the start */
	struct slice pending; /* a file named in a command that goes on in the next line */
	bool in_setup;                   /* between "STATUS=$?" and its "fi" */
	struct buf build;
};

static void read_tag(struct reading *r, struct slice line) {
	struct {
		const char *name;
		struct slice *to;
	} one[] = {
		{ "name", &r->s->name },
		{ "version", &r->s->version },
		{ "release", &r->s->release },
		{ "license", &r->s->licence },
		{ "summary", &r->s->summary },
		{ "url", &r->s->url },
	};
	struct slice value;
	for (size_t i = 0; i < sizeof one / sizeof *one; i++)
		if (!one[i].to->p && tag(line, one[i].name, &value))
			*one[i].to = value;
	if (numbered(line, "source", &value))
		slices_add(r->arena, &r->sources, value);
	else if (numbered(line, "patch", &value))
		slices_add(r->arena, &r->patches, os_basename(value));
	else if (tag(line, "buildrequires", &value))
		add_requires(r->arena, &r->s->requires, value);
}

/* --- %prep --- */

/* A file that rpm would have put beside the spec: a URL's last part, or what stands behind "#/". */
static struct slice file_of(struct slice source) {
	size_t at;
	if (slice_find(source, "#/", &at))
		source = slice_sub(source, at + 2, source.n);
	return os_basename(source);
}

static struct slice unquote(struct slice word) {
	if (word.n >= 2 && (word.p[0] == '\'' || word.p[0] == '"')
		&& word.p[word.n - 1] == word.p[0])
		return slice_sub(word, 1, word.n - 1);
	return word;
}

/* Does the word name a file of the package? Its name in *file. */
static bool names_file(const struct reading *r, struct slice word, struct slice *file) {
	word = unquote(word);
	if (word.n <= r->dir.n + 1 || !slice_eq(slice_sub(word, 0, r->dir.n), r->dir)
			|| word.p[r->dir.n] != '/')
		return false;
	*file = slice_sub(word, r->dir.n + 1, word.n);
	return true;
}

/* The words of a command. */
struct command {
	struct slice word[WORDS_MOST];
	size_t n;
};

static struct command words_of(struct slice line) {
	struct command c = { .n = 0 };
	while (c.n < WORDS_MOST && slice_word(&line, &c.word[c.n]))
		c.n++;
	return c;
}

static bool calls(const struct command *c, const char *program) {
	for (size_t i = 0; i < c->n; i++)
		if (slice_is(os_basename(c->word[i]), program))
			return true;
	return false;
}

static bool has_word(const struct command *c, const char *word) {
	for (size_t i = 0; i < c->n; i++)
		if (slice_is(c->word[i], word))
			return true;
	return false;
}

/* dir as seen from the directory of the sources, both relative to TOPDIR. */
static struct slice below_sources(const struct reading *r, struct slice dir) {
	struct slice top = r->s->dir;
	if (slice_eq(dir, top))
		return SLICE("");
	if (dir.n > top.n && slice_eq(slice_sub(dir, 0, top.n), top) && dir.p[top.n] == '/')
		return slice_sub(dir, top.n + 1, dir.n);
	return arena_printf(r->arena, "../" SFMT, SARG(dir));
}

static struct slice joined(struct arena *a, struct slice dir, struct slice below) {
	while (slice_starts(below, "./"))
		below = slice_sub(below, 2, below.n);
	if (!below.n || slice_is(below, "."))
		return dir;
	return dir.n ? os_path(a, dir, below) : below;
}

/* -p1, -p 1, -d DIR, --directory=DIR of patch(1); git apply and git am know -p too. */
static void add_patch(struct reading *r, const struct command *c, struct slice file) {
	struct spec_patch p = { .file = file, .strip = SLICE_NONE, .dir = r->cwd };
	for (size_t i = 0; i < c->n; i++) {
		struct slice word = c->word[i], next = i + 1 < c->n ? c->word[i + 1] : SLICE("");
		if (slice_is(word, "-p"))
			p.strip = next;
		else if (slice_starts(word, "-p") && isdigit((unsigned char)word.p[2]))
			p.strip = slice_sub(word, 2, word.n);
		else if (slice_is(word, "-d"))
			p.dir = joined(r->arena, r->cwd, unquote(next));
		else if (slice_starts(word, "--directory="))
			p.dir = joined(r->arena, r->cwd, unquote(slice_sub(word, 12, word.n)));
	}
	/* patch without -p takes the file's name alone when it is there, which nobody means. */
	if (!p.strip.n)
		p.strip = SLICE("1");
	p.dir = below_sources(r, p.dir);
	struct spec_patch *grown = ARENA_ARRAY(r->arena, struct spec_patch, r->s->patches + 1);
	if (r->s->patches)
		memcpy(grown, r->s->patch, r->s->patches * sizeof *grown);
	grown[r->s->patches++] = p;
	r->s->patch = grown;
	slices_add(r->arena, &r->applied, file);
}

static bool unpacks(const struct command *c) {
	return (calls(c, "rpmuncompress") && has_word(c, "-x")) || calls(c, "tar")
		|| calls(c, "unzip");
}

static bool mark_unpacked(struct reading *r, struct slice file) {
	for (size_t i = 0; i < r->s->sources; i++)
		if (slice_eq(r->s->source[i].file, file)) {
			r->s->source[i].dir = r->cwd;
			return true;
		}
	return false;
}

static void change_directory(struct reading *r, struct slice to) {
	to = unquote(to);
	if (slice_starts(to, TOPDIR))
		r->cwd = SLICE("");
	else if (slice_starts(to, "/"))
		r->cwd = to;
	else
		r->cwd = joined(r->arena, r->cwd, to);
	if (!r->s->dir.p && r->cwd.n)
		r->s->dir = r->cwd;
}

/* Commands that %setup, %patch and %autosetup are made of and that mean nothing here. */
static bool is_frame(struct reading *r, const struct command *c) {
	if (slice_is(c->word[0], "STATUS=$?")) {
		r->in_setup = true;
		return true;
	}
	if (slice_is(c->word[0], "fi") || slice_is(c->word[0], "if")
		|| slice_is(c->word[0], "exit")) {
		bool was = r->in_setup;
		if (slice_is(c->word[0], "fi"))
			r->in_setup = false;
		return was;
	}
	if (slice_is(c->word[0], "echo"))
		return c->n > 1 && slice_is(c->word[1], "\"Patch");
	if (slice_is(os_basename(c->word[0]), "mkdir") || slice_is(c->word[0], "rm"))
		return c->n == 3;            /* as %setup writes them: "rm -rf 'x'", "mkdir -p x" */
	if (slice_is(os_basename(c->word[0]), "chmod"))
		return has_word(c, "a+rX,u+w,g-w,o-w");
	return slice_is(os_basename(c->word[0]), "git");     /* of %autosetup -S git */
}

/* The package's file that a command names, or the one that the line before pipes into it. */
static bool file_in(struct reading *r, const struct command *c, struct slice *file) {
	*file = r->pending;
	r->pending = SLICE_NONE;
	for (size_t i = 0; i < c->n; i++)
		if (names_file(r, c->word[i], file))
			return true;
	return file->p != NULL;
}

static void read_command(struct reading *r, struct slice line) {
	struct command c = words_of(line);
	struct slice file;
	if (!c.n || c.word[0].p[0] == '#')
		return;
	if (slice_is(c.word[0], "cd") && c.n == 2) {
		change_directory(r, c.word[1]);
		return;
	}
	if (file_in(r, &c, &file)) {
		bool git = calls(&c, "git") && (has_word(&c, "apply") || has_word(&c, "am"));
		if (git || calls(&c, "patch")) {
			add_patch(r, &c, file);
			return;
		}
		if (slice_is(c.word[c.n - 1], "|")) {
			r->pending = file;
			return;
		}
		if (unpacks(&c) && mark_unpacked(r, file))
			return;
	}
	if (!is_frame(r, &c))
		slices_add(r->arena, &r->s->prep, slice_trim(line));
}

/* --- the whole --- */

enum section { PREAMBLE, PREP, BUILD, SOURCELIST, PATCHLIST, ELSEWHERE };

static enum section section_of(struct slice line, enum section now) {
	static const struct {
		const char *name;
		enum section section;
	} known[] = {
		{ "%prep", PREP },
		{ "%build", BUILD },
		{ "%sourcelist", SOURCELIST },
		{ "%patchlist", PATCHLIST },
		{ "%description", ELSEWHERE },
		{ "%install", ELSEWHERE },
		{ "%check", ELSEWHERE },
		{ "%files", ELSEWHERE },
		{ "%changelog", ELSEWHERE },
		{ "%package", ELSEWHERE },
		{ "%conf", ELSEWHERE },
		{ "%clean", ELSEWHERE },
		{ "%pre", ELSEWHERE },
		{ "%post", ELSEWHERE },
		{ "%preun", ELSEWHERE },
		{ "%postun", ELSEWHERE },
		{ "%generate_buildrequires", ELSEWHERE },
	};
	struct slice word = line;
	if (!slice_starts(line, "%") || !slice_word(&line, &word))
		return now;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (slice_is(word, known[i].name))
			return known[i].section;
	return now;
}

/* Sources are known by the time %prep is read: rpm wants the tags first. */
static void begin_prep(struct reading *r) {
	r->s->source = ARENA_ARRAY(r->arena, struct spec_source, r->sources.n + 1);
	r->s->sources = r->sources.n;
	for (size_t i = 0; i < r->sources.n; i++)
		r->s->source[i] = (struct spec_source){ .url = r->sources.v[i],
			.file = file_of(r->sources.v[i]) };
}

static void read_line(struct reading *r, enum section section, struct slice line) {
	switch (section) {
	case PREAMBLE:
		read_tag(r, line);
		break;
	case SOURCELIST:
		if (slice_trim(line).n)
			slices_add(r->arena, &r->sources, slice_trim(line));
		break;
	case PATCHLIST:
		if (slice_trim(line).n)
			slices_add(r->arena, &r->patches, os_basename(slice_trim(line)));
		break;
	case PREP:
		read_command(r, line);
		break;
	case BUILD:
		buf_add(&r->build, line);
		buf_addc(&r->build, '\n');
		break;
	case ELSEWHERE:
		/* Tags of the package's parts may declare sources too. */
		if (slice_starts(line, "Source") || slice_starts(line, "Patch"))
			read_tag(r, line);
		break;
	}
}

/* A heading, or the mark that stands for one; the text of the latter is no part of the section. */
static bool is_heading(struct slice *line, enum section now) {
	if (slice_starts(*line, MARK)) {
		*line = slice_sub(*line, sizeof MARK - 1, line->n);
		return true;
	}
	return slice_starts(*line, "%prep") || section_of(*line, now) != now;
}

void spec_parse(struct arena *a, struct slice text, struct slice dir, struct spec *s) {
	struct reading r = {
		.arena = a, .s = s, .dir = dir, .cwd = SLICE(""), .build = { .arena = a }
	};
	enum section section = PREAMBLE;
	*s = (struct spec){ .name = SLICE_NONE };
	bool prepared = false;
	text = arena_dup(a, text);
	for (struct slice line; text.p && slice_field(&text, '\n', &line);) {
		bool heading = is_heading(&line, section);
		section = section_of(line, section);
		if (section == PREP && !prepared)
			begin_prep(&r);
		prepared |= section == PREP;
		if (!heading)
			read_line(&r, section, line);
	}
	if (!prepared)
		begin_prep(&r);
	s->build = slice_trim(buf_slice(&r.build));
	for (size_t i = 0; i < r.patches.n; i++)
		if (!slices_has(&r.applied, r.patches.v[i]))
			slices_add(a, &s->unused, r.patches.v[i]);
	if (!s->dir.p)
		s->dir = SLICE("");
}

/* rpm's own words, less what it says of patches it need not have read. */
static struct slice reason_in(struct arena *a, struct slice output) {
	struct buf b = { .arena = a };
	for (struct slice line; output.p && slice_field(&output, '\n', &line);)
		if (slice_starts(line, "error: ") && !slice_find(line, "is smaller than", NULL))
			buf_addf(&b, "%s" SFMT, b.n ? "; " : "", SARG(slice_sub(line, 7, line.n)));
	return b.n ? buf_slice(&b) : SLICE("rpmspec failed without a word");
}

/* The spec with a mark before each heading, but in the middle of a macro's lines. */
static struct slice marked(struct arena *a, struct slice text) {
	struct buf b = { .arena = a };
	bool goes_on = false;
	for (struct slice line; text.p && slice_field(&text, '\n', &line);) {
		if (!goes_on && section_of(line, PREAMBLE) != PREAMBLE)
			buf_addf(&b, MARK "%%" SFMT "\n", SARG(line));
		buf_addf(&b, SFMT "\n", SARG(line));
		goes_on = slice_ends(line, "\\");
	}
	return buf_slice(&b);
}

/* A marked copy in a temporary file; NULL and *why. */
static const char *mark_file(struct arena *a, const char *file, struct slice *why) {
	struct slice text;
	char *copy = arena_str(a, SLICE("/tmp/bake-spec-XXXXXX"));
	int fd = os_read(a, file, &text) ? -1 : mkostemp(copy, O_CLOEXEC);
	if (fd < 0 || os_write_all(fd, marked(a, text))) {
		*why = arena_printf(a, "%s: %s", file, strerror(errno));
		if (fd >= 0)
			unlink(copy);
		copy = NULL;
	}
	if (fd >= 0)
		close(fd);
	return copy;
}

static int run(struct arena *a, const struct spec_request *r, const char *file, struct slice *out) {
	const char *dir = arena_str(a, os_dirname(slice_of(r->file)));
	const char *argv[WORDS_MOST] = { proc_find(a, "rpmspec", r->path) };
	size_t n = 1;
	int status;
	if (!argv[0]) {
		*out = SLICE("error: rpmspec is not installed: install rpm (`make deps-image` "
			"does so), rpm-build on openEuler");
		return -1;
	}
	argv[n++] = "-P";
	if (r->arch) {
		argv[n++] = "--target";
		argv[n++] = r->arch;
	}
	const char *const own[] = { arena_printf(a, "_sourcedir %s", dir).p, "_builddir " TOPDIR };
	for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
		argv[n++] = "--define";
		argv[n++] = own[i];
	}
	for (size_t i = 0; r->macros && i < r->macros->n && n + 3 < WORDS_MOST; i++) {
		argv[n++] = "--define";
		argv[n++] = arena_str(a, r->macros->v[i]);
	}
	argv[n] = file;
	/* The user's ~/.rpmmacros must not change what a lock says. */
	const char *const env[] = { arena_printf(a, "PATH=%s", r->path).p,
		arena_printf(a, "HOME=%s", dir).p, "LC_ALL=C.UTF-8", NULL };
	struct proc_command c = { .argv = argv, .env = env, .cwd = dir, .errors = true };
	if (proc_capture(a, &c, out, &status)) {
		*out = arena_printf(a, "error: %s: %s", argv[0], strerror(errno));
		return -1;
	}
	return status ? -1 : 0;
}

int spec_read(struct arena *a, const struct spec_request *r, struct spec *s, struct slice *why) {
	struct slice out, file = slice_of(r->file);
	const char *copy = mark_file(a, r->file, why);
	if (!copy)
		return -1;
	int rc = run(a, r, copy, &out);
	unlink(copy);
	if (rc) {
		*why = arena_printf(
			a, SFMT ": " SFMT, SARG(os_basename(file)), SARG(reason_in(a, out)));
		return -1;
	}
	spec_parse(a, out, os_dirname(file), s);
	if (s->name.n && s->version.n)
		return 0;
	*why = arena_printf(a, SFMT ": it gives no name and version", SARG(os_basename(file)));
	return -1;
}
