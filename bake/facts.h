/* facts: what the text of a variable refers to, and its digest, worked out once for equal texts. */
#ifndef BAKE_FACTS_H
#define BAKE_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util.h"

struct arena;
struct atom;

enum { DIGEST_LANES = 4 };               /* of 64 bits: a sha256 */

struct digest {
	uint64_t lane[DIGEST_LANES];
};

/* bb.utils.contains(name, words): the words asked for, sorted, each once. */
struct facts_asked {
	const struct atom *name;
	struct slices words;
};

struct facts {
	struct digest digest;            /* of the variable's name with this text */
	const struct atom **var;         /* variables referred to */
	const struct atom **call;        /* functions called, those of a module ("a.b") left out */
	struct facts_asked *asked;       /* sorted by name */
	size_t vars, calls, askeds;
};

enum facts_kind { FACTS_VALUE, FACTS_LUA, FACTS_PYTHON };

/* NULL for a value whose references depend on other values (inline code, ${${X}}). The facts
 * live as long as arena a at least. text unset: a variable without a value. */
const struct facts *facts_of(struct arena *a, const struct atom *name, struct slice text,
		enum facts_kind kind);
struct digest facts_digest(const struct atom *name, struct slice value);

/* What hashing found of a variable of the sealed configuration; it holds for every store that
 * shares the variable and has the same settings. */
struct facts_shared {
	const void *variable;            /* as glance_shared gives it; NULL: not filled in yet */
	uint64_t settings;
	struct slice value;
	struct digest digest;
	const struct atom **dep;
	size_t deps;
};

const struct facts_shared *facts_shared(const struct atom *name);    /* NULL: none kept */
/* A place to keep it, with room for this many dependencies; the caller fills in the rest. */
struct facts_shared *facts_share(const struct atom *name, size_t deps);
void facts_share_value(struct facts_shared *kept, struct slice value);

/* The atom "NAME[flag]" and back; false when name is none. */
const struct atom *facts_flag(const struct atom *name, const struct atom *flag);
bool facts_split(const struct atom *name, const struct atom **variable, const struct atom **flag);

#endif
