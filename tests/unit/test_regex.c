/* The expected answers are Python's re.match and re.search. */
#include <criterion/criterion.h>

#include "regex.h"
#include "util.h"

static int answer(const char *pattern, const char *text, bool search) {
	struct arena *a = arena_new();
	const char *why;
	struct regex *r = regex_new(a, slice_of(pattern), &why);
	int found = -1;
	if (r)
		found = search ? regex_search(r, slice_of(text)) : regex_match(r, slice_of(text));
	arena_free(a);
	return found;
}

#define MATCHES(pattern, text) cr_assert_eq(answer(pattern, text, false), 1, "%s on %s", pattern, text)
#define DIFFERS(pattern, text) cr_assert_eq(answer(pattern, text, false), 0, "%s on %s", pattern, text)
#define WRONG(pattern) cr_assert_eq(answer(pattern, "", false), -1, "%s", pattern)

Test(regex, literal_and_any) {
	MATCHES("abc", "abcd");
	DIFFERS("abc", "xabc");
	MATCHES("a.c", "axc");
	DIFFERS("a.c", "a\nc");
	MATCHES("", "");
	MATCHES("", "x");
}

Test(regex, alternatives_and_groups) {
	MATCHES("(i.86|x86_64).*-linux", "x86_64-oe-linux");
	MATCHES("(i.86|x86_64).*-linux", "i586-poky-linux");
	DIFFERS("(i.86|x86_64).*-linux", "aarch64-oe-linux");
	MATCHES("^(a|)$", "");
	MATCHES("(?:a|b)+c", "ababc");
	MATCHES("(?P<name>a)b", "ab");
	MATCHES("(^$)", "");
	DIFFERS("(^$)", "m");
}

Test(regex, repeats) {
	MATCHES("a*b", "b");
	MATCHES("a+?b", "aab");
	DIFFERS("a+b", "b");
	MATCHES("^a{2,3}$", "aaa");
	DIFFERS("^a{2,3}$", "aaaa");
	MATCHES("^a{2}$", "aa");
	MATCHES("^a{,2}$", "");
	MATCHES("a{x", "a{x");
	MATCHES("(a*)*b", "aaab");
}

Test(regex, classes) {
	MATCHES("[a-c]+$", "abc");
	DIFFERS("[^a-c]", "a");
	MATCHES("[]x]+$", "]x");
	MATCHES("[\\d.]+$", "1.2");
	MATCHES("[a-]+$", "a-a");
	MATCHES("\\w+\\s\\S$", "ab_1 !");
	MATCHES("\\.", ".");
	DIFFERS("\\.", "x");
	MATCHES("bf[34]", "bf3");
}

Test(regex, anchors) {
	MATCHES("^a$", "a\n");
	DIFFERS("^a$", "a\nb");
	MATCHES("a\\b", "a b");
	DIFFERS("a\\b", "ab");
	DIFFERS("a\\Z", "a\n");
}

Test(regex, look_around) {
	MATCHES("^perl-module-.*(?<!native)$", "perl-module-x");
	DIFFERS("^perl-module-.*(?<!native)$", "perl-module-x-native");
	MATCHES("^glibc(?!.*-native)-.*", "glibc-dev");
	DIFFERS("^glibc(?!.*-native)-.*", "glibc-dev-native");
	DIFFERS("^(?!riscv32).*", "riscv32-linux");
	MATCHES("a(?=b)b", "ab");
	MATCHES(".*(?<=x)y", "axy");
}

Test(regex, search) {
	cr_assert_eq(answer("b+", "abbc", true), 1);
	cr_assert_eq(answer("^b", "abbc", true), 0);
	cr_assert_eq(answer("/recipes/", "/a/recipes/x.bb", true), 1);
}

Test(regex, wrong_patterns) {
	WRONG("(a");
	WRONG("a)");
	WRONG("[a");
	WRONG("*a");
	WRONG("a\\");
	WRONG("(a)\\1");
	WRONG("[b-a]");
	WRONG("a{2000}");
	WRONG("((a{1000}){1000}){1000}");
}

Test(regex, exponential_pattern_ends) {
	DIFFERS("(a|a)*(a|a)*(a|a)*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
}
