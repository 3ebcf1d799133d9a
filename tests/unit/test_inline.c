/* inline: what expressions evaluate to, what they read, how they fail. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "data.h"
#include "inline.h"
#include "lib.h"
#include "lua.h"
#include "map.h"
#include "util.h"

static struct arena *a;
static struct data *d;

static void set(const char *name, const char *value) {
	data_set(d, atom_of(name), slice_of(value));
}

static void set_up(void) {
	lib_init();
	a = arena_new();
	d = data_new(a);
	data_set_inline(d, inline_hooks());
	set("PN", "foo");
	set("PV", "1.2.3");
	set("FEATURES", "x11 pam usb");
	set("PARALLEL_MAKE", "-j 8 -l 4");
	set("EMPTY", "");
	set("YES", "True");
}

static void tear_down(void) {
	arena_free(a);
	lua_shutdown();
}

TestSuite(inline, .init = set_up, .fini = tear_down);

static const char *eval(const char *code) {
	return arena_str(a, inline_hooks()->eval(d, slice_of(code)));
}

/* What CPython 3.11 prints for the same text. */
static const struct { const char *code, *want;
} python[] = {
	{ "1 + 2 * 3", "7" },
	{ "(1 + 2) * 3", "9" },
	{ "2 ** 3 ** 2", "512" },
	{ "-2 ** 2", "-4" },
	{ "7 // 2", "3" },
	{ "-7 // 2", "-4" },
	{ "-7 % 3", "2" },
	{ "7 % -3", "-2" },
	{ "7 / 2", "3.5" },
	{ "1e3", "1000.0" },
	{ "0x1f", "31" },
	{ "0o17", "15" },
	{ "0b101", "5" },
	{ "1_000", "1000" },
	{ "10 ** 2", "100" },
	{ "1 << 4 | 1", "17" },
	{ "6 & 3 ^ 1", "3" },
	{ "~5", "-6" },
	{ "not 0", "True" },
	{ "1 < 2 < 3", "True" },
	{ "1 < 3 < 2", "False" },
	{ "1 == 1.0", "True" },
	{ "True + 1", "2" },
	{ "True and 'x'", "x" },
	{ "'' or 'y'", "y" },
	{ "None or 0", "0" },
	{ "[] or {}", "{}" },
	{ "'a' in 'abc'", "True" },
	{ "'z' not in ['a', 'b']", "True" },
	{ "None is None", "True" },
	{ "1 is not None", "True" },
	{ "'a' if 0 else 'b'", "b" },
	{ "'a' if 1 else 'b' if 1 else 'c'", "a" },
	{ "'abc'[0]", "a" },
	{ "'abc'[-1]", "c" },
	{ "'abcdef'[1:4]", "bcd" },
	{ "'abcdef'[::-1]", "fedcba" },
	{ "'abcdef'[::2]", "ace" },
	{ "'abcdef'[4:1:-1]", "edc" },
	{ "'abcdef'[-3:]", "def" },
	{ "'abcdef'[:100]", "abcdef" },
	{ "[1, 2, 3][1:]", "[2, 3]" },
	{ "(1, 2, 3)[-2]", "2" },
	{ "{'a': 1}['a']", "1" },
	{ "{'a': 1, 'b': [2]}", "{'a': 1, 'b': [2]}" },
	{ "{}", "{}" },
	{ "()", "()" },
	{ "(1,)", "(1,)" },
	{ "[1, 'a', None, True, 2.5]", "[1, 'a', None, True, 2.5]" },
	{ "{1}", "{1}" },
	{ "set()", "set()" },
	{ "'a' 'b' \"c\"", "abc" },
	{ "'it\\'s'", "it's" },
	{ "\"it's\"", "it's" },
	{ "[\"it's\", 'a\"b', 'both\\'\"']", "[\"it's\", 'a\"b', 'both\\'\"']" },
	{ "'tab\\there'", "tab\there" },
	{ "r'raw\\n'", "raw\\n" },
	{ "'\\x41\\101\\u0041'", "AAA" },
	{ "'line\\n'", "line\n" },
	{ "['line\\n\\t\\\\']", "['line\\n\\t\\\\']" },
	{ "'%s' % 'x'", "x" },
	{ "'%d-%s' % (3, 'x')", "3-x" },
	{ "'%5d|%-5d|%05d' % (42, 42, 42)", "   42|42   |00042" },
	{ "'%+d % d' % (3, 3)", "+3  3" },
	{ "'%x %X %#x %o' % (255, 255, 255, 8)", "ff FF 0xff 10" },
	{ "'%.2f' % 3.14159", "3.14" },
	{ "'%10.3f|' % 2.5", "     2.500|" },
	{ "'%s %r' % ('a', 'a')", "a 'a'" },
	{ "'%(a)s-%(b)d' % {'a': 'x', 'b': 3}", "x-3" },
	{ "'%%'  % ()", "%" },
	{ "'%5s|%-5s|%.2s' % ('abc', 'abc', 'abc')", "  abc|abc  |ab" },
	{ "'%c' % 'x'", "x" },
	{ "'%s' % [1, 2]", "[1, 2]" },
	{ "'%s' % None", "None" },
	{ "'{} {}'.format(1, 'a')", "1 a" },
	{ "'{0}{1}{0}'.format('a', 'b')", "aba" },
	{ "'{x:>5}'.format(x='a')", "    a" },
	{ "'{:05d} {:,} {:.1f} {:x} {:^7}|'.format(42, 1234567, 2.55, 255, 'mid')",
			"00042 1,234,567 2.5 ff   mid  |" },
	{ "'{{}}'.format()", "{}" },
	{ "'{0[a]} {0[b]}'.format({'a': 1, 'b': 2})", "1 2" },
	{ "f'{1+1}'", "2" },
	{ "f'{\"a\":>3}|{3:03d}|{2.5:.2f}'", "  a|003|2.50" },
	{ "f'{\"a\"!r}'", "'a'" },
	{ "f'a{{b}}c'", "a{b}c" },
	{ "f'{[x for x in (1,2)]}'", "[1, 2]" },
	{ "'a,b,,c'.split(',')", "['a', 'b', '', 'c']" },
	{ "' a  b '.split()", "['a', 'b']" },
	{ "'a b c d'.split(None, 1)", "['a', 'b c d']" },
	{ "'a  b  c '.split(None, 1)", "['a', 'b  c ']" },
	{ "'a-b-c'.rsplit('-', 1)", "['a-b', 'c']" },
	{ "' a b c '.rsplit(None, 1)", "[' a b', 'c']" },
	{ "'a b c'.split(maxsplit=1)", "['a', 'b c']" },
	{ "'a.b.c'.partition('.')", "('a', '.', 'b.c')" },
	{ "'a.b.c'.rpartition('.')", "('a.b', '.', 'c')" },
	{ "'abc'.partition('x')", "('abc', '', '')" },
	{ "'abc'.rpartition('x')", "('', '', 'abc')" },
	{ "'a\\nb\\r\\nc'.splitlines()", "['a', 'b', 'c']" },
	{ "'-'.join(['a', 'b'])", "a-b" },
	{ "''.join(reversed('abc'))", "cba" },
	{ "'aXbX'.replace('X', '--')", "a--b--" },
	{ "'aaa'.replace('a', 'b', 2)", "bba" },
	{ "'ab'.replace('', '-')", "-a-b-" },
	{ "'  x '.strip()", "x" },
	{ "'xxaxx'.strip('x')", "a" },
	{ "'xxaxx'.lstrip('x')", "axx" },
	{ "'xxaxx'.rstrip('x')", "xxa" },
	{ "'abc'.startswith('a')", "True" },
	{ "'abc'.startswith(('x', 'ab'))", "True" },
	{ "'abc'.endswith('c')", "True" },
	{ "'abcabc'.find('c')", "2" },
	{ "'abcabc'.find('c', 3)", "5" },
	{ "'abcabc'.rfind('c')", "5" },
	{ "'abc'.find('x')", "-1" },
	{ "'abcabc'.index('b')", "1" },
	{ "'abcabc'.count('bc')", "2" },
	{ "'aaaa'.count('aa')", "2" },
	{ "'Hello World'.lower()", "hello world" },
	{ "'Hello World'.upper()", "HELLO WORLD" },
	{ "'hello world'.title()", "Hello World" },
	{ "'HELLO world'.capitalize()", "Hello world" },
	{ "'42'.zfill(5)", "00042" },
	{ "'-42'.zfill(5)", "-0042" },
	{ "'a'.ljust(3) + '|'", "a  |" },
	{ "'a'.rjust(3, '.')", "..a" },
	{ "'a'.center(4, '*')", "*a**" },
	{ "'123'.isdigit()", "True" },
	{ "''.isdigit()", "False" },
	{ "'abc'.isalpha()", "True" },
	{ "'a1'.isalnum()", "True" },
	{ "'abc'.islower()", "True" },
	{ "'ABC'.isupper()", "True" },
	{ "'prefix-x'.removeprefix('prefix-')", "x" },
	{ "'x.suffix'.removesuffix('.suffix')", "x" },
	{ "len('abc')", "3" },
	{ "len([1, 2])", "2" },
	{ "len({'a': 1})", "1" },
	{ "str(1) + str(True) + str(None) + str(1.5)", "1TrueNone1.5" },
	{ "str([1, 'a'])", "[1, 'a']" },
	{ "repr('a')", "'a'" },
	{ "int('42')", "42" },
	{ "int(' 42 ')", "42" },
	{ "int('ff', 16)", "255" },
	{ "int('0x1f', 0)", "31" },
	{ "int(3.9)", "3" },
	{ "int(-3.9)", "-3" },
	{ "int(True)", "1" },
	{ "float('1.5')", "1.5" },
	{ "float(2)", "2.0" },
	{ "bool('')", "False" },
	{ "bool('a')", "True" },
	{ "bool([])", "False" },
	{ "list('abc')", "['a', 'b', 'c']" },
	{ "list({'a': 1, 'b': 2})", "['a', 'b']" },
	{ "tuple([1, 2])", "(1, 2)" },
	{ "sorted(['b', 'a', 'c'])", "['a', 'b', 'c']" },
	{ "sorted(['b', 'a'], reverse=True)", "['b', 'a']" },
	{ "sorted(['bb', 'a', 'ccc'], key=len)", "['a', 'bb', 'ccc']" },
	{ "sorted(['bb', 'a', 'ccc'], key=lambda x: -len(x))", "['ccc', 'bb', 'a']" },
	{ "sorted({3, 1, 2})", "[1, 2, 3]" },
	{ "list(reversed([1, 2, 3]))", "[3, 2, 1]" },
	{ "list(enumerate(['a', 'b']))", "[(0, 'a'), (1, 'b')]" },
	{ "list(enumerate(['a'], start=1))", "[(1, 'a')]" },
	{ "list(zip([1, 2], ['a', 'b']))", "[(1, 'a'), (2, 'b')]" },
	{ "list(range(3))", "[0, 1, 2]" },
	{ "list(range(1, 10, 3))", "[1, 4, 7]" },
	{ "list(range(3, 0, -1))", "[3, 2, 1]" },
	{ "list(map(str, [1, 2]))", "['1', '2']" },
	{ "list(map(lambda x: x * 2, [1, 2]))", "[2, 4]" },
	{ "list(filter(None, ['a', '', 'b']))", "['a', 'b']" },
	{ "list(filter(lambda x: x > 1, [1, 2, 3]))", "[2, 3]" },
	{ "any([0, 1])", "True" },
	{ "all([1, 0])", "False" },
	{ "any([])", "False" },
	{ "all([])", "True" },
	{ "any(x > 2 for x in [1, 2, 3])", "True" },
	{ "min(3, 1, 2)", "1" },
	{ "max([3, 1, 2])", "3" },
	{ "max('a', 'bb', key=len)", "bb" },
	{ "min([], default=0)", "0" },
	{ "sum([1, 2, 3])", "6" },
	{ "abs(-3)", "3" },
	{ "round(2.5)", "2" },
	{ "round(3.7)", "4" },
	{ "round(2.567, 2)", "2.57" },
	{ "hex(255)", "0xff" },
	{ "bin(5)", "0b101" },
	{ "oct(8)", "0o10" },
	{ "ord('a')", "97" },
	{ "chr(97)", "a" },
	{ "isinstance('a', str)", "True" },
	{ "isinstance(1, (str, int))", "True" },
	{ "dict(a=1)", "{'a': 1}" },
	{ "dict([('a', 1)])", "{'a': 1}" },
	{ "{'a': 1}.get('b', 2)", "2" },
	{ "{'a': 1}.get('b')", "None" },
	{ "list({'a': 1}.keys())", "['a']" },
	{ "list({'a': 1}.values())", "[1]" },
	{ "list({'a': 1}.items())", "[('a', 1)]" },
	{ "[x for x in range(5) if x % 2]", "[1, 3]" },
	{ "[x * y for x in (1, 2) for y in (3, 4)]", "[3, 4, 6, 8]" },
	{ "[k + str(v) for k, v in [('a', 1), ('b', 2)]]", "['a1', 'b2']" },
	{ "{x: x * x for x in (1, 2)}", "{1: 1, 2: 4}" },
	{ "sorted({x % 2 for x in range(5)})", "[0, 1]" },
	{ "' '.join(x for x in 'c b a'.split())", "c b a" },
	{ "[[y for y in range(x)] for x in range(3)]", "[[], [0], [0, 1]]" },
	{ "(lambda x, y=2: x + y)(1)", "3" },
	{ "(lambda: 5)()", "5" },
	{ "set([1, 2]) & set([2, 3])", "{2}" },
	{ "sorted(set([1, 2]) | set([2, 3]))", "[1, 2, 3]" },
	{ "set([1, 2]) - set([2, 3])", "{1}" },
	{ "sorted(set([1, 2]) ^ set([2, 3]))", "[1, 3]" },
	{ "set(['a']).issubset(set(['a', 'b']))", "True" },
	{ "sorted(set(['a']).union(['b']))", "['a', 'b']" },
	{ "[1] + [2]", "[1, 2]" },
	{ "(1,) + (2,)", "(1, 2)" },
	{ "'ab' * 3", "ababab" },
	{ "[0] * 3", "[0, 0, 0]" },
	{ "3 * 'x'", "xxx" },
	{ "[1, 2] == [1, 2]", "True" },
	{ "[1, 2] < [1, 3]", "True" },
	{ "'a' < 'b'", "True" },
	{ "(1, 'a') == (1, 'a')", "True" },
	{ "{'a': 1} == {'a': 1}", "True" },
	{ "{1, 2} == {2, 1}", "True" },
	{ "1 == '1'", "False" },
	{ "'a' != 'b'", "True" },
	{ "[3, 1, 2].index(1)", "1" },
	{ "[1, 1, 2].count(1)", "2" },
	{ "1, 2", "(1, 2)" },
	{ "'x' if 'a' in {'a': 1} else 'y'", "x" },
	{ "1.0", "1.0" },
	{ "1e16", "1e+16" },
	{ "1e-5", "1e-05" },
	{ "0.1 + 0.2", "0.30000000000000004" },
	{ "100.0", "100.0" },
	{ "123456789.123", "123456789.123" },
	{ "-0.5", "-0.5" },
	{ "3 > 2 and 'yes' or 'no'", "yes" },
	{ "not 'a' in 'abc'", "False" },
	{ "'a' == 'a' == 'a'", "True" },
	{ "\"%s\" % (\"x\",)", "x" },
	{ "\"%s=%s\" % tuple(\"a=b\".split(\"=\"))", "a=b" },
	{ "'a b'.split()[1]", "b" },
	{ "['a', 'b'][1].upper()", "B" },
	{ "'abc' [1]", "b" },
	{ "str(len('abc')).zfill(3)", "003" },
	{ "'' in 'abc'", "True" },
	{ "os.path.join('a', 'b', '/c', 'd')", "/c/d" },
	{ "os.path.join('a/', 'b')", "a/b" },
	{ "os.path.basename('/a/b.c')", "b.c" },
	{ "os.path.basename('/a/b/')", "" },
	{ "os.path.dirname('/a/b.c')", "/a" },
	{ "os.path.dirname('/a')", "/" },
	{ "os.path.dirname('a')", "" },
	{ "os.path.splitext('/a/b.tar.gz')", "('/a/b.tar', '.gz')" },
	{ "os.path.splitext('.bashrc')", "('.bashrc', '')" },
	{ "os.path.splitext('a.b/c')", "('a.b/c', '')" },
	{ "os.path.normpath('/a/./b/../c//d')", "/a/c/d" },
	{ "os.path.normpath('../a/../..')", "../.." },
	{ "os.path.normpath('')", "." },
	{ "os.path.relpath('/a/b', '/a/c/d')", "../../b" },
	{ "os.path.relpath('/a', '/a')", "." },
	{ "os.path.isabs('/a')", "True" },
	{ "os.path.split('/a/b/c')", "('/a/b', 'c')" },
	{ "os.path.commonprefix(['/usr/lib', '/usr/local'])", "/usr/l" },
	{ "time.strftime('%Y%m%d%H%M%S', time.gmtime(86400))", "19700102000000" },
	{ "time.gmtime(0)[0]", "1970" },
};

Test(inline, results_are_pythons) {
	for (size_t i = 0; i < sizeof python / sizeof *python; i++)
		cr_expect_str_eq(eval(python[i].code), python[i].want, "%s: %s", python[i].code,
				eval(python[i].code));
}

static const struct { const char *code, *want; } metadata[] = {
	{ "PN", "foo" },
	{ "PN.upper()", "FOO" },
	{ "'PN' in d, 'NOPE' not in d", "(True, True)" },
	{ "d.getVar('PV').split('.')[0]", "1" },
	{ "d.getVar('NONE') or 'unset'", "unset" },
	{ "d.getVar('PV', True)", "1.2.3" },
	{ "d.expand('${PN}-x')", "foo-x" },
	{ "bb.utils.contains('FEATURES', 'x11 usb', 'y', 'n', d)", "y" },
	{ "bb.utils.contains('FEATURES', 'x11 wifi', 'y', 'n', d)", "n" },
	{ "bb.utils.contains('FEATURES', ['pam'], 'y', 'n', d)", "y" },
	{ "bb.utils.contains('EMPTY', '', 'y', 'n', d)", "n" },
	{ "bb.utils.contains_any('FEATURES', 'wifi usb', 'y', 'n', d)", "y" },
	{ "bb.utils.contains_any('FEATURES', 'wifi', 'y', 'n', d)", "n" },
	{ "bb.utils.filter('FEATURES', 'usb wifi pam', d)", "pam usb" },
	{ "bb.utils.to_boolean('yes')", "True" },
	{ "bb.utils.to_boolean('', False)", "False" },
	{ "bb.utils.vercmp_string('1.10', '1.9')", "1" },
	{ "bb.utils.vercmp_string('1.0~rc1', '1.0')", "-1" },
	{ "bb.utils.vercmp_string('1:1.0', '2.0')", "1" },
	{ "bb.utils.vercmp_string_op('1.0', '1.0-r1', '<')", "True" },
	{ "bb.utils.explode_deps('a (>= 1.0) b')", "['a', 'b']" },
	{ "bb.utils.explode_dep_versions2('b (>= 1.0) a')", "{'a': [], 'b': ['>= 1.0']}" },
	{ "bb.utils.join_deps({'a': ['> 1'], 'b': []})", "a (> 1), b" },
	{ "bb.parse.vars_from_file('/x/a_1.0.bb', d)", "['a', '1.0', None]" },
	{ "bb.parse.vars_from_file('/x/bblayers.conf', d)", "[None, None, None]" },
	{ "oe.utils.conditional('PN', 'foo', 'y', 'n', d)", "y" },
	{ "oe.utils.vartrue('YES', 'y', 'n', d)", "y" },
	{ "oe.utils.ifelse('', 1, 2)", "2" },
	{ "oe.utils.trim_version(PV)", "1.2" },
	{ "oe.utils.trim_version('1.2.3', 1)", "1" },
	{ "oe.utils.set_intersect('FEATURES', 'FEATURES', d)", "pam usb x11" },
	{ "oe.utils.set_difference('FEATURES', 'EMPTY', d)", "x11 pam usb" },
	{ "oe.utils.both_contain('FEATURES', 'FEATURES', 'pam', d)", "pam" },
	{ "oe.utils.parallel_make(d)", "8" },
	{ "oe.utils.parallel_make_argument(d, '-n %d', limit=4)", "-n 4" },
	{ "oe.utils.build_depends_string('a b', 'do_x')", "a:do_x b:do_x" },
	{ "oe.utils.prune_suffix('zlib-native', ('-native',), d)", "zlib" },
	{ "oe.types.boolean('n')", "False" },
	{ "oe.path.relative('/a/b', '/a/c')", "../c" },
	{ "oe.path.join('/a', '/b')", "/a/b" },
	{ "[w for w in FEATURES.split() if w != 'pam']", "['x11', 'usb']" },
};

Test(inline, metadata_functions_answer_as_bitbakes) {
	for (size_t i = 0; i < sizeof metadata / sizeof *metadata; i++)
		cr_expect_str_eq(eval(metadata[i].code), metadata[i].want, "%s: %s",
				metadata[i].code, eval(metadata[i].code));
}

static const char *failure(const char *code) {
	struct trap trap;
	if (TRAP(&trap)) {
		eval(code);
		trap_end(&trap);
		return "nothing failed";
	}
	return arena_str(a, trap.error.message);
}

static const struct { const char *code, *part;
} failures[] = {
	{ "1 +", "column 4" },
	{ "(1", "ends before a ')'" },
	{ "'a", "not closed" },
	{ "x = 1", "left over" },
	{ "import os", "a name is expected" },
	{ "a b", "left over" },
	{ "f'{1'", "not closed" },
	{ "1 if 2", "before a 'else'" },
	{ "$", "means nothing" },
	{ "", "nothing to evaluate" },
	{ "NOPE", "name 'NOPE' is not defined" },
	{ "nope(d)", "no function" },
	{ "oe.rust.arch(d)", "classes/lib/oe/rust.lua" },
	{ "PN()", "cannot be called" },
	{ "PN.nope()", "no method nope" },
	{ "1 / 0", "division by zero" },
	{ "[][0]", "out of range" },
	{ "{}['a']", "no key 'a'" },
	{ "1 + 'a'", "does not go with" },
	{ "1 < 'a'", "no order" },
	{ "'%d' % 'x'", "needs a number" },
	{ "'%s %s' % 'x'", "not enough" },
	{ "'x' % 1", "not all" },
	{ "'%q' % 1", "unknown format" },
	{ "'a' * 100000000", "too large" },
	{ "2 ** 64", "too large" },
	{ "range(10000000)", "longer than" },
	{ "int('x')", "not a number" },
	{ "bb.utils.to_boolean('maybe')", "not a truth value" },
	{ "bb.fatal('stop here')", "stop here" },
	{ "(lambda f: f(f))(lambda f: f(f))", "nested too deeply" },
	{ "[0 for a in range(9999) for b in range(9999)]", "takes too long" },
	{ "'%99999d' % 1", "too large" },
	{ "len(1)", "has no length" },
	{ "','.join([1])", "not a text" },
};

Test(inline, failures_say_why) {
	for (size_t i = 0; i < sizeof failures / sizeof *failures; i++)
		cr_expect(strstr(failure(failures[i].code), failures[i].part), "%s: %s",
				failures[i].code, failure(failures[i].code));
}

Test(inline, a_failure_quotes_the_expression) {
	cr_expect(strstr(failure("1 / 0 + 2"), "${@1 / 0 + 2}"));
}

Test(inline, deep_nesting_is_refused_not_fatal) {
	struct buf b = { .arena = a };
	for (int i = 0; i < 100000; i++)
		buf_addc(&b, '(');
	cr_expect(strstr(failure(buf_slice(&b).p), "nested too deeply"));
}

Test(inline, python_only_functions_are_named_with_their_place) {
	set("pyfun", "def pyfun(d):\n    return 1\n");
	data_set_flag(d, atom_of("pyfun"), atom_of("func"), SLICE("1"));
	data_set_flag(d, atom_of("pyfun"), atom_of("python"), SLICE("1"));
	data_set_flag(d, atom_of("pyfun"), atom_of("lineno"), SLICE("7"));
	data_set_flag(d, atom_of("pyfun"), atom_of("filename"), SLICE("/x/y.bbclass"));
	cr_expect(strstr(failure("pyfun(d)"), "/x/y.bbclass:7"));
	cr_expect(strstr(failure("pyfun(d)"), "function pyfun"));
}

/* --- references --- */

static const char *names(const struct map *set) {
	size_t count;
	struct slices list = {0};
	const struct atom **sorted = map_sorted(set, a, &count);
	for (size_t i = 0; i < count; i++)
		slices_add(a, &list, atom_slice(sorted[i]));
	return slices_join(a, &list, " ").p;
}

Test(inline, references_follow_bitbakes_rules) {
	struct map vars = { .arena = a }, calls = { .arena = a }, contains = { .arena = a };
	struct data_refs refs = { &vars, &calls, &contains, NULL };
	inline_hooks()->refs(d,
			SLICE("helper(d.getVar('A'), d.getVarFlag('B', 'f'), x.y.z()) + "
				"bb.utils.contains('C', 'w v', 'a', 'b', d) + "
				"oe.utils.conditional('E', '1', '', '', d) + "
				"d.expand('${F}') + d.getVar(name) + bb.utils.filter('G', 'p q', d)"),
			&refs);
	cr_expect_str_eq(names(&vars), "A B[f] E F");
	cr_expect_str_eq(names(&calls), "helper x.y.z");
	cr_expect_str_eq(names(&contains), "C G");
	struct slices *words = map_get(&contains, atom_of("C")),
		      *each = map_get(&contains, atom_of("G"));
	cr_expect(words->n == 1 && slice_is(words->v[0], "w v"));
	cr_expect_eq(each->n, 2u);
}
