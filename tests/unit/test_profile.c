/* profile: the files of Amazon's tools. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "os.h"
#include "profile.h"
#include "util.h"

static struct arena *a;
static char home[] = "/tmp/test-profile-XXXXXX";

static void put(const char *name, const char *text) {
	const char *file = arena_printf(a, "%s/.aws/%s", home, name).p;
	cr_assert_eq(os_mkparents(file), 0);
	cr_assert_eq(os_write(file, slice_of(text), 0600, false), 0);
}

static void set_up(void) {
	a = arena_new();
	cr_assert(mkdtemp(home));
	setenv("HOME", home, 1);
	unsetenv("AWS_PROFILE");
	unsetenv("AWS_SHARED_CREDENTIALS_FILE");
	unsetenv("AWS_CONFIG_FILE");
}
static void tear_down(void) {
	os_remove(home);
	arena_free(a);
}
TestSuite(profile, .init = set_up, .fini = tear_down);

static const char credentials[] = "aws_access_key_id = stray\n[default]\r\naws_access_key_id=ours\r\n"
	"# aws_session_token = old\nnonsense\n aws_secret_access_key =  a+b/c=  \n\n"
	"[ci]\naws_access_key_id = theirs\naws_session_token = t\n";

Test(profile, nothing_there_says_nothing) {
	struct profile p = profile_read(a);
	cr_assert_not(p.user || p.secret || p.token || p.region);
}

Test(profile, the_default) {
	put("credentials", credentials);
	put("config", "[profile ci]\nregion = there\n[default]\nregion = here\n");
	struct profile p = profile_read(a);
	cr_assert_str_eq(p.user, "ours");
	cr_assert_str_eq(p.secret, "a+b/c=");
	cr_assert_str_eq(p.region, "here");
	cr_assert_null(p.token, "a comment");
}

Test(profile, the_one_that_is_named) {
	put("credentials", credentials);
	put("config", "[ci]\nregion = no\n[profile ci]\nregion = there\n");
	setenv("AWS_PROFILE", "ci", 1);
	struct profile p = profile_read(a);
	cr_assert_str_eq(p.user, "theirs");
	cr_assert_str_eq(p.token, "t");
	cr_assert_str_eq(p.region, "there");
	cr_assert_null(p.secret);
}
