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
	struct slices left;              /* directories that popd goes back to, the last first */
	struct buf command;              /* lines so far of one that goes on */
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
	return !os_climbs(*file);
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

/* dir/below, "." and ".." taken out of the latter. */
static struct slice joined(struct arena *a, struct slice dir, struct slice below) {
	for (struct slice part; below.p && slice_field(&below, '/', &part);) {
		if (slice_is(part, ".."))
			dir = slice_find(dir, "/", NULL) ? os_dirname(dir) : SLICE("");
		else if (part.n && !slice_is(part, "."))
			dir = dir.n ? os_path(a, dir, part) : part;
	}
	return dir;
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

/* What %prep does in other directories of the machine is no unpacking or patching of ours. */
static bool is_elsewhere(const struct reading *r) {
	return slice_starts(r->cwd, "/");
}

static void change_directory(struct reading *r, struct slice to) {
	if (slice_starts(to, TOPDIR))
		r->cwd = joined(r->arena, SLICE(""), slice_sub(to, sizeof TOPDIR - 1, to.n));
	else if (slice_starts(to, "/"))
		r->cwd = to;
	else
		r->cwd = joined(r->arena, r->cwd, to);
	if (!r->s->dir.p && r->cwd.n && !is_elsewhere(r))
		r->s->dir = r->cwd;
}

/* cd, pushd and popd. */
static bool moves(struct reading *r, const struct command *c) {
	bool push = slice_is(c->word[0], "pushd");
	if (slice_is(c->word[0], "popd")) {
		if (r->left.n)
			r->cwd = r->left.v[--r->left.n];
		return true;
	}
	if (c->n != 2 || (!push && !slice_is(c->word[0], "cd")))
		return false;
	if (push)
		slices_add(r->arena, &r->left, r->cwd);
	change_directory(r, unquote(c->word[1]));
	return true;
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
	if (slice_is(os_basename(c->word[0]), "git"))        /* of %autosetup -S git */
		return true;
	return slice_is(c->word[0], ":");
}

/* What rpm prints in place of applying a patch that is not there: echo 'Cannot read FILE'; exit 1; */
static bool lacks_patch(struct reading *r, const struct command *c) {
	if (c->n < 4 || !slice_is(c->word[1], "'Cannot") || !slice_is(c->word[2], "read"))
		return false;
	struct slice file = os_basename(c->word[3]);
	while (file.n && (file.p[file.n - 1] == ';' || file.p[file.n - 1] == '\''))
		file.n--;
	slices_add(r->arena, &r->s->missing, file);
	slices_add(r->arena, &r->applied, file);
	return true;
}

/* Is it one that a patch of the package goes into? git apply, git am, quilt import, patch. */
static bool patches(const struct command *c) {
	if (calls(c, "git"))
		return has_word(c, "apply") || has_word(c, "am");
	return calls(c, "patch") || (calls(c, "quilt") && has_word(c, "import"));
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

/* Where the package lies now is nobody's business: the spec said %{_sourcedir}. */
static struct slice placeless(const struct reading *r, struct slice line) {
	struct buf b = { .arena = r->arena };
	size_t at;
	while (r->dir.n > 1 && slice_find(line, r->dir.p, &at)) {
		buf_addf(&b, SFMT "%%{_sourcedir}", SARG(slice_sub(line, 0, at)));
		line = slice_sub(line, at + r->dir.n, line.n);
	}
	buf_add(&b, line);
	return buf_slice(&b);
}

static void read_command(struct reading *r, struct slice line) {
	struct command c = words_of(line);
	struct slice file;
	if (!c.n || c.word[0].p[0] == '#')
		return;
	if (moves(r, &c) || lacks_patch(r, &c))
		return;
	if (file_in(r, &c, &file) && !is_elsewhere(r)) {
		if (patches(&c)) {
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
		slices_add(r->arena, &r->s->prep, placeless(r, slice_trim(line)));
}

/* A command's line, of which it may have several. */
static void read_prep(struct reading *r, struct slice line) {
	bool comment = !r->command.n && slice_starts(slice_trim(line), "#");
	bool goes_on = !comment && slice_ends(line, "\\");
	buf_add(&r->command, slice_trim(slice_sub(line, 0, line.n - goes_on)));
	if (goes_on) {
		buf_addc(&r->command, ' ');
		return;
	}
	read_command(r, arena_dup(r->arena, buf_slice(&r->command)));
	r->command.n = 0;
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
		read_prep(r, line);
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
		.arena = a, .s = s, .dir = arena_dup(a, dir), .cwd = SLICE(""), .build = { .arena = a },
		.command = { .arena = a },
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

/* --- rpmspec --- */

/* A run of it on a copy of the spec that has a mark before each heading. */
struct marking {
	struct arena *arena;
	const struct spec_request *r;
	char *copy;
	struct slice text;       /* of the copy */
};

/* The line of the spec that is line n of the copy. */
static size_t line_of(const struct marking *m, size_t n) {
	struct slice rest = m->text;
	size_t marks = 0;
	for (size_t i = 0; i < n && rest.p; i++) {
		struct slice line;
		if (slice_field(&rest, '\n', &line) && slice_starts(line, MARK))
			marks++;
	}
	return n - marks;
}

/* "line 12: x" or "COPY:12: x" of the copy as "line 11: x" of the spec; else the words as they are. */
static void add_error(const struct marking *m, struct buf *b, struct slice words) {
	struct slice rest = words, place = slice_of(m->copy), number;
	if (slice_starts(words, "line "))
		rest = slice_sub(words, 5, words.n);
	else if (slice_starts(words, m->copy) && words.n > place.n)
		rest = slice_sub(words, place.n + 1, words.n);
	slice_field(&rest, ':', &number);
	size_t n = number.p != words.p ? strtoul(arena_str(m->arena, number), NULL, 10) : 0;
	if (n)
		buf_addf(b, "line %zu:" SFMT, line_of(m, n), SARG(rest.p ? rest : SLICE("")));
	else
		buf_add(b, words);
}

/* rpm's own words, less what it says of patches it need not have read. */
static struct slice reason_in(const struct marking *m, struct slice output) {
	struct buf b = { .arena = m->arena };
	for (struct slice line; output.p && slice_field(&output, '\n', &line);) {
		bool error = slice_starts(line, "error: ");
		struct slice words = error ? slice_trim(slice_sub(line, 7, line.n)) : line;
		if ((!error && !slice_starts(line, "failed to load macro file"))
			|| slice_find(line, "is smaller than", NULL) || slice_is(words, "^"))
			continue;
		buf_adds(&b, b.n ? "; " : "");
		add_error(m, &b, words);
	}
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

/* Writes the copy to a temporary file. −1 and *why. */
static int mark_file(struct marking *m, struct slice *why) {
	struct slice text;
	m->copy = arena_str(m->arena, SLICE("/tmp/bake-spec-XXXXXX"));
	int fd = os_read(m->arena, m->r->file, &text) ? -1 : mkostemp(m->copy, O_CLOEXEC);
	m->text = fd < 0 ? SLICE_NONE : marked(m->arena, text);
	int rc = fd < 0 ? -1 : os_write_all(fd, m->text);
	if (rc)
		*why = arena_printf(m->arena, "%s: %s", m->r->file, strerror(errno));
	if (rc && fd >= 0)
		unlink(m->copy);
	if (fd >= 0)
		close(fd);
	return rc;
}

static void add_option(struct arena *a, struct slices *argv, const char *option, struct slice value) {
	slices_add(a, argv, slice_of(option));
	slices_add(a, argv, value);
}

/* rpmspec's command line, ended by NULL. */
static const char **command_line(const struct marking *m, const char *program) {
	struct arena *a = m->arena;
	const struct spec_request *r = m->r;
	struct slices words = { 0 };
	slices_add(a, &words, slice_of(program));
	slices_add(a, &words, SLICE("-P"));
	if (r->arch)
		add_option(a, &words, "--target", slice_of(r->arch));
	for (size_t i = 0; r->files && i < r->files->n; i++)
		add_option(a, &words, "--load", r->files->v[i]);
	struct slice dir = arena_dup(a, os_dirname(slice_of(r->file)));
	add_option(a, &words, "--define", arena_printf(a, "_sourcedir " SFMT, SARG(dir)));
	add_option(a, &words, "--define", SLICE("_builddir " TOPDIR));
	for (size_t i = 0; r->macros && i < r->macros->n; i++)
		add_option(a, &words, "--define", r->macros->v[i]);
	slices_add(a, &words, slice_of(m->copy));
	const char **argv = ARENA_ARRAY(a, const char *, words.n + 1);
	for (size_t i = 0; i < words.n; i++)
		argv[i] = arena_str(a, words.v[i]);
	argv[words.n] = NULL;
	return argv;
}

static int run(const struct marking *m, struct slice *out) {
	struct arena *a = m->arena;
	const char *program = proc_find(a, "rpmspec", m->r->path);
	const char *dir = arena_str(a, os_dirname(slice_of(m->r->file)));
	int status;
	if (!program) {
		*out = SLICE("error: rpmspec is not installed: install rpm (`make deps-image` "
			"does so), rpm-build on openEuler");
		return -1;
	}
	/* The user's ~/.rpmmacros must not change what a lock says. */
	const char *const env[] = { arena_printf(a, "PATH=%s", m->r->path).p,
		arena_printf(a, "HOME=%s", dir).p, "LC_ALL=C.UTF-8", NULL };
	struct proc_command c = { .argv = command_line(m, program), .env = env, .cwd = dir,
		.errors = true };
	if (proc_capture(a, &c, out, &status)) {
		*out = arena_printf(a, "error: %s: %s", program, strerror(errno));
		return -1;
	}
	return status ? -1 : 0;
}

int spec_read(struct arena *a, const struct spec_request *r, struct spec *s, struct slice *why) {
	struct marking m = { .arena = a, .r = r };
	struct slice out, file = slice_of(r->file);
	if (mark_file(&m, why))
		return -1;
	int rc = run(&m, &out);
	unlink(m.copy);
	if (rc) {
		*why = arena_printf(
			a, SFMT ": " SFMT, SARG(os_basename(file)), SARG(reason_in(&m, out)));
		return -1;
	}
	spec_parse(a, out, os_dirname(file), s);
	if (s->name.n && s->version.n)
		return 0;
	*why = arena_printf(a, SFMT ": it gives no name and version", SARG(os_basename(file)));
	return -1;
}
