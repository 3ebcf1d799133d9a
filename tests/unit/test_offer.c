/* offer: a store filled here is the mirror of another one. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "data.h"
#include "map.h"
#include "offer.h"
#include "os.h"
#include "same.h"
#include "store.h"
#include "util.h"

#define FIRST "abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789"
#define AGAIN "bbcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789"
#define KEY "cccdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789"

static struct arena *a;
static struct data *d;
static struct store_options settings;
static struct store *store;
static struct same *same;
static struct offers *offers;
static struct slices keys;
static char top[] = "/tmp/test-offer-XXXXXX";
static char said[4000];

static const char *in(const char *name) { return arena_printf(a, "%s/%s", top, name).p; }

static void hear(void *ctx, enum message_level level, const char *text) {
	(void)ctx;
	if (level != MESSAGE_DEBUG && strlen(said) + strlen(text) + 2 < sizeof said)
		strcat(strcat(said, text), "\n");
}

static struct store_kin kin(void *ctx, struct slice content) {
	(void)content;
	return (struct store_kin){ .key = SLICE(KEY), .same = ctx ? SLICE(FIRST) : SLICE_NONE };
}

/* Puts an artefact of one file into the mirror; AGAIN says that FIRST left the same. */
static void made(const char *hash, const char *key) {
	static const char *names[1], *dirs[1];
	struct slice content;
	struct store_options o = { .dir = in("mirror"), .signing_key = key, .engine = "bake test" };
	names[0] = "tree";
	dirs[0] = in("tree");
	struct store_entry e = { .hash = hash, .id = "x:do_keep", .names = names, .dirs = dirs, .count = 1,
		.kin = kin, .ctx = strcmp(hash, AGAIN) == 0 ? (void *)1 : NULL };
	cr_assert_eq(store_put(store_open(a, &o), &e, &content), 0);
}

/* An empty store beside the mirrors, which are read anew. */
static void begin(const char *mirrors) {
	struct offer_options o;
	bool failed;
	said[0] = '\0';
	os_remove(in("store"));
	settings = (struct store_options){ .dir = in("store"), .verify_keys = &keys };
	store = store_open(a, &settings);
	same = same_open(a, in("store"));
	data_set(d, atom_of("SSTATE_MIRRORS"), slice_of(mirrors));
	o = (struct offer_options){ store, &settings, same };
	offers = offer_open(a, d, &o, &failed);
	cr_assert_not(failed);
}

static const char *mirror(void) { return arena_printf(a, "file://%s/mirror", top).p; }

static void set_up(void) {
	a = arena_new();
	d = data_new(a);
	keys = (struct slices){ 0 };
	cr_assert_not_null(mkdtemp(top));
	message_sink(hear, NULL);
	cr_assert_eq(os_mkdirs(in("tree")), 0);
	cr_assert_eq(os_write(in("tree/file"), SLICE("text"), 0644, false), 0);
}
static void tear_down(void) {
	message_sink(NULL, NULL);
	os_remove(top);
	arena_free(a);
}
TestSuite(offer, .init = set_up, .fini = tear_down);

static bool ask(const char *hash) {
	struct offer_wish w = { slice_of(hash), SLICE("x:do_keep") };
	return offer_ask(offers, &w, 1);
}
static int fetch(const char *hash) {
	return offer_fetch(offers, &(struct offer_wish){ slice_of(hash), SLICE("x:do_keep") });
}
static const char *info(const char *hash) {
	return arena_printf(a, "%s/mirror/%.2s/%s.info", top, hash, hash).p;
}

Test(offer, no_mirrors_no_offers) {
	begin("");
	cr_assert_null(offers);
}

Test(offer, what_a_mirror_has_is_fetched) {
	made(FIRST, NULL);
	begin(mirror());
	cr_assert_not(ask(FIRST));
	cr_assert(offer_has(offers, SLICE(FIRST)));
	cr_assert_not(store_has(store, FIRST), "asking fetches nothing");
	cr_assert_gt(offer_bytes(offers, SLICE(FIRST)), 0);
	cr_assert_eq(fetch(FIRST), 0, "%s", said);
	cr_assert(store_has(store, FIRST));
	cr_assert(slice_is(same_first(same, SLICE(KEY)), FIRST), "its content is known from now on");
	cr_assert_str_empty(said);
	ask(AGAIN);
	cr_assert_not(offer_has(offers, SLICE(AGAIN)));
}

Test(offer, an_equal_hash_changes_those_above) {
	made(AGAIN, NULL);
	begin(mirror());
	cr_assert(ask(AGAIN));
	cr_assert(slice_is(same_find(same, SLICE(AGAIN)), FIRST));
	cr_assert_not(ask(AGAIN), "asked once, told once");
}

Test(offer, who_had_a_content_first) {
	made(AGAIN, NULL);
	begin(mirror());
	cr_assert_eq(os_mkparents(in("mirror/content/cc/" KEY)), 0);
	cr_assert_eq(os_write(in("mirror/content/cc/" KEY), SLICE(AGAIN), 0644, false), 0);
	offer_learn(offers, SLICE(KEY));
	cr_assert(slice_is(same_first(same, SLICE(KEY)), FIRST), "as the provenance says");
}

Test(offer, a_note_alone_proves_nothing) {
	made(FIRST, NULL);
	begin(mirror());
	cr_assert_eq(os_mkparents(in("mirror/content/ab/" FIRST)), 0);
	cr_assert_eq(os_write(in("mirror/content/ab/" FIRST), SLICE(FIRST), 0644, false), 0);
	offer_learn(offers, SLICE(FIRST));
	cr_assert_null(same_first(same, SLICE(FIRST)).p);
}

Test(offer, only_what_a_trusted_key_signed) {
	cr_assert_eq(system(arena_printf(a, "cd %s && openssl genpkey -algorithm ed25519 -out key 2>/dev/null", top).p), 0);
	slices_add(a, &keys, slice_of(in("key")));
	made(FIRST, NULL);
	begin(mirror());
	ask(FIRST);
	cr_assert_not(offer_has(offers, SLICE(FIRST)));
	cr_assert(strstr(said, "artefact refused: it is not signed"), "%s", said);
	made(FIRST, in("key"));
	begin(mirror());
	ask(FIRST);
	cr_assert(offer_has(offers, SLICE(FIRST)));
	cr_assert_eq(fetch(FIRST), 0, "%s", said);
}

Test(offer, a_signed_one_takes_the_place_of_what_is_not_trusted) {
	made(FIRST, NULL);
	begin(mirror());
	ask(FIRST);
	cr_assert_eq(fetch(FIRST), 0);
	cr_assert_eq(system(arena_printf(a, "cd %s && openssl genpkey -algorithm ed25519 -out key 2>/dev/null", top).p), 0);
	slices_add(a, &keys, slice_of(in("key")));
	cr_assert_not(store_has_trusted(store, FIRST));
	made(FIRST, in("key"));
	bool failed;
	offers = offer_open(a, d, &(struct offer_options){ store, &settings, same }, &failed);
	ask(FIRST);
	cr_assert_eq(fetch(FIRST), 0, "%s", said);
	cr_assert(store_has_trusted(store, FIRST));
}

Test(offer, other_bytes_are_refused_and_the_next_mirror_serves) {
	made(FIRST, NULL);
	cr_assert_eq(os_copy_tree(in("mirror"), in("good"), false), 0);
	cr_assert_eq(os_write(in("mirror/ab/" FIRST ".tar.zst"), SLICE("others"), 0644, false), 0);
	begin(mirror());
	ask(FIRST);
	cr_assert_eq(fetch(FIRST), -1);
	cr_assert(strstr(said, "refused: its bytes are not those its provenance tells of"), "%s", said);
	cr_assert_not(store_has(store, FIRST));
	cr_assert_not(os_exists(in("store/incoming/" FIRST)));
	begin(arena_printf(a, "%s file://%s/good", mirror(), top).p);
	ask(FIRST);
	cr_assert_eq(fetch(FIRST), 0);
}

Test(offer, a_mirror_that_is_lost_offers_nothing) {
	made(FIRST, NULL);
	begin(arena_printf(a, "file://%s/nowhere %s", top, mirror()).p);
	ask(FIRST);
	cr_assert(offer_has(offers, SLICE(FIRST)));
	cr_assert(offer_lost(offers));
	cr_assert(strstr(said, "nowhere: no such directory: given up, the build goes on without it"), "%s", said);
}

Test(offer, damaged_provenance_is_none) {
	made(FIRST, NULL);
	cr_assert_eq(os_write(info(FIRST), SLICE("<html>please log in</html>"), 0644, false), 0);
	begin(mirror());
	ask(FIRST);
	cr_assert_not(offer_has(offers, SLICE(FIRST)));
	cr_assert(strstr(said, "refused"), "%s", said);
}

/* What several builds want at once is fetched by one of them; none gets half of it. */
Test(offer, several_processes_fetch_one_artefact) {
	made(FIRST, NULL);
	begin(mirror());
	ask(FIRST);
	for (int i = 0; i < 8; i++)
		if (fork() == 0)
			_exit(fetch(FIRST) == 0 && store_has(store, FIRST) ? 0 : 1);
	for (int i = 0, status; i < 8; i++) {
		cr_assert_gt(wait(&status), 0);
		cr_assert_eq(status, 0);
	}
	struct slices left = { 0 };
	os_glob(a, in("store/incoming/*"), &left);
	cr_assert_eq(left.n, 0);
}
