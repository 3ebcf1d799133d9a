/* depot: PREMIRRORS finds what is here by name, BB_CONTENT_MIRRORS by content; classes/own-mirrors
 * says both. A name is given to the first content that asks for it; every content has its own
 * place, so nothing is ever missing. */
#include "depot.h"
#include "agenda.h"
#include "data.h"
#include "download.h"
#include "graph.h"
#include "hash.h"
#include "map.h"
#include "options.h"
#include "os.h"
#include "recipe.h"
#include "repository.h"
#include "source.h"
#include "util.h"
#include "workspace.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

struct depot {
	struct agenda *agenda;
	const char *dir;
	struct map kept;         /* names of files and tarballs that are in */
	unsigned files, repositories, failures;
	uint64_t bytes;
};

/* --- one source --- */

/* from becomes to: a link where that is possible, never half a copy. */
static void put(struct arena *a, const char *from, const char *to) {
	const char *part = arena_printf(a, "%s.tmp", to).p;
	os_remove(part);
	if (os_mkparents(to) == 0 && os_copy_tree(from, part, true) == 0 && rename(part, to) == 0)
		return;
	int why = errno;
	os_remove(part);
	raise_error("%s: %s", to, strerror(why));
}

static bool holds(const char *file, const char *hex) {
	char got[HASH_HEX];
	return os_is_file(file) && hash_file(HASH_SHA256, file, got) == 0 && strcmp(got, hex) == 0;
}

static void keep_file(struct depot *p, struct arena *a, const struct source *s) {
	char hex[HASH_HEX];
	struct stat st;
	struct slice name = os_basename(slice_of(s->path));
	const char *file = arena_printf(a, "%s/" SFMT, p->dir, SARG(name)).p;
	if (hash_file(HASH_SHA256, s->path, hex) || stat(s->path, &st))
		raise_error("%s: %s", s->path, strerror(errno));
	const char *content = arena_printf(a, "%s/sha256/%s", p->dir, hex).p;
	if (!holds(content, hex))
		put(a, s->path, content);
	if (map_add(&p->kept, atom(slice_of(hex)))) {
		p->files++;
		p->bytes += (uint64_t)st.st_size;
	}
	if (map_add(&p->kept, atom(name))) {
		if (!holds(file, hex))
			put(a, content, file);
	} else if (!holds(file, hex)) {
		note(SFMT ": two sources have this name: this one is found by content only: sha256/%s",
			SARG(name), hex);
	}
}

/* The tarball holds all commits that DL_DIR has, so one is enough for many recipes; but a later
 * recipe may have fetched more. */
static void keep_repository(struct depot *p, struct data *d, const struct source *s) {
	struct arena *a = data_arena(d);
	struct slice key = arena_printf(a, SFMT " " SFMT, SARG(source_tarball(a, s)),
		SARG(s->commit));
	if (!map_add(&p->kept, atom(key)))
		return;
	repository_pack(d, s, p->dir);
	p->repositories += map_add(&p->kept, atom(source_tarball(a, s)));
}

static void keep_sources(struct depot *p, struct data *d) {
	struct sources all = source_list(d);
	for (size_t i = 0; i < all.n; i++) {
		if (all.v[i].kind == SOURCE_REMOTE)
			keep_file(p, data_arena(d), &all.v[i]);
		else if (all.v[i].kind == SOURCE_GIT)
			keep_repository(p, d, &all.v[i]);
	}
}

/* --- all of them --- */

/* One recipe that cannot be fetched does not stop the others. */
static void keep_recipe(struct depot *p, const struct recipe *r) {
	struct arena *a = arena_new();
	struct trap trap;
	if (TRAP(&trap)) {
		struct data *d = recipe_data(p->agenda->w->config, r->id, a);
		download_all(d);
		keep_sources(p, d);
		trap_end(&trap);
	} else {
		error(SFMT ": " SFMT, SARG(r->pn), SARG(trap.error.message));
		p->failures++;
	}
	arena_free(a);
}

static int fill(struct depot *p) {
	const struct atom *fetch = atom_of("do_fetch");
	const struct graph *g = p->agenda->graph;
	for (uint32_t i = 0; i < g->count; i++)
		if (g->task[i].spec->name == fetch && !g->task[i].spec->noexec)
			keep_recipe(p, g->task[i].recipe);
	printf("%s: %u file%s (" SFMT "), %u repositor%s\n", p->dir, p->files,
		p->files == 1 ? "" : "s", SARG(text_bytes(p->agenda->arena, p->bytes)),
		p->repositories, p->repositories == 1 ? "y" : "ies");
	if (p->failures)
		error("mirror: the sources of %u recipe%s are not all in it", p->failures,
			p->failures == 1 ? "" : "s");
	return p->failures ? 1 : 0;
}

int depot_fill(struct arena *a, const struct options *o) {
	struct options of_targets = *o;
	if (o->words.n < 2) {
		error("mirror: say where and of what: bake mirror DIR TARGET…");
		return 2;
	}
	if (slice_find(o->words.v[0], "://", NULL)) {
		error("mirror: " SFMT ": is a URL; sources are collected in a directory of this machine: "
			"fill one, then copy it to the server", SARG(o->words.v[0]));
		return 2;
	}
	of_targets.words.v++;
	of_targets.words.n--;
	struct depot p = { .dir = os_absolute(a, arena_str(a, o->words.v[0])) };
	p.kept.arena = a;
	if (os_mkdirs(p.dir)) {
		error("mirror: %s: cannot be made a directory: %s", p.dir, strerror(errno));
		return 1;
	}
	p.agenda = agenda_look(a, &of_targets);
	if (!p.agenda)
		return 1;
	return fill(&p);
}
