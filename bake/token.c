/* A token is cut on demand; nothing is copied but the text of strings with escapes. A name and a
 * keyword are the same kind: the parser knows which words it reserves. */
#include "token.h"

#include <ctype.h>
#include <string.h>

static void skip_blanks(struct tokens *t);
static void read_name(struct tokens *t);
static void read_number(struct tokens *t);
static bool read_string(struct tokens *t);
static void read_mark(struct tokens *t);

void token_start(struct tokens *t, struct slice whole, size_t from, size_t to) {
	*t = (struct tokens){ .whole = whole, .at = from, .end = to };
	token_next(t);
}

_Noreturn void token_fail(const struct tokens *t, const char *reason) {
	raise_error("expression: column %zu: %s: " SFMT, t->column, reason, SARG(t->whole));
}

/* The byte `ahead` places further, 0 behind the end. */
static char peek(const struct tokens *t, size_t ahead) {
	return t->at + ahead < t->end ? t->whole.p[t->at + ahead] : '\0';
}

static bool name_byte(char c) {
	return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

void token_next(struct tokens *t) {
	skip_blanks(t);
	t->column = t->at + 1;
	t->now = (struct token){ .kind = TOKEN_END };
	if (t->at >= t->end)
		return;
	char c = peek(t, 0);
	if (read_string(t))
		return;
	if (isdigit((unsigned char)c) || (c == '.' && isdigit((unsigned char)peek(t, 1))))
		read_number(t);
	else if (name_byte(c))
		read_name(t);
	else
		read_mark(t);
}

bool token_is(const struct tokens *t, const char *word) {
	return (t->now.kind == TOKEN_MARK || t->now.kind == TOKEN_NAME)
			&& slice_is(t->now.text, word);
}

/* Line ends are blanks too: BitBake joins continued lines, and brackets would allow them anyway. */
static void skip_blanks(struct tokens *t) {
	for (;;) {
		char c = peek(t, 0);
		if (t->at < t->end && c && strchr(" \t\r\n\f", c))
			t->at++;
		else if (c == '\\' && peek(t, 1) == '\n')
			t->at += 2;
		else
			return;
	}
}

static void take(struct tokens *t, enum token_kind kind, size_t length) {
	t->now.kind = kind;
	t->now.text = slice_sub(t->whole, t->at, t->at + length);
	t->at += length;
}

static void read_name(struct tokens *t) {
	size_t n = 0;
	while (t->at + n < t->end && name_byte(peek(t, n)))
		n++;
	take(t, TOKEN_NAME, n);
}

static void read_number(struct tokens *t) {
	size_t n = 0;
	bool hex = peek(t, 0) == '0' && strchr("xXoObB", peek(t, 1)) && peek(t, 1);
	while (t->at + n < t->end) {
		char c = peek(t, n);
		bool exponent_sign = !hex && n && (c == '+' || c == '-')
				&& strchr("eE", peek(t, n - 1));
		if (!isalnum((unsigned char)c) && c != '_' && c != '.' && !exponent_sign)
			break;
		n++;
	}
	take(t, TOKEN_NUMBER, n);
}

/* How many prefix letters stand before a quote; −1 when this is no string. */
static int prefix_length(const struct tokens *t) {
	for (int n = 0; n < 3; n++) {
		char c = peek(t, (size_t)n);
		if (c == '\'' || c == '"')
			return n;
		if (!c || !strchr("rRbBuUfF", c))
			return -1;
	}
	return -1;
}

static bool closes(const struct tokens *t, char quote, size_t width) {
	for (size_t i = 0; i < width; i++)
		if (peek(t, i) != quote)
			return false;
	return true;
}

static bool read_string(struct tokens *t) {
	int prefix = prefix_length(t);
	if (prefix < 0)
		return false;
	bool raw = false, format = false;
	for (int i = 0; i < prefix; i++) {
		char c = (char)tolower((unsigned char)peek(t, (size_t)i));
		raw |= c == 'r';
		format |= c == 'f';
	}
	t->at += (size_t)prefix;
	char quote = peek(t, 0);
	size_t width = peek(t, 1) == quote && peek(t, 2) == quote ? 3 : 1;
	t->at += width;
	size_t from = t->at;
	while (t->at < t->end && !closes(t, quote, width))
		t->at += peek(t, 0) == '\\' ? 2 : 1;
	if (t->at >= t->end)
		token_fail(t, "a string is not closed");
	t->now = (struct token){ TOKEN_STRING, slice_sub(t->whole, from, t->at), raw, format };
	t->at += width;
	return true;
}

static void read_mark(struct tokens *t) {
	static const char *const marks[] = {
		"**", "//", "<<", ">>", "<=", ">=", "==", "!=", "(", ")", "[", "]", "{", "}", ",",
		":", ".", "+", "-", "*", "/", "%", "<", ">", "&", "|", "^", "~", "=",
	};
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
		if (slice_starts(slice_sub(t->whole, t->at, t->end), marks[i])) {
			take(t, TOKEN_MARK, strlen(marks[i]));
			return;
		}
	token_fail(t, "this character means nothing here");
}

/* --- escapes --- */

static int digit_value(char c, int base) {
	int v = c >= '0' && c <= '9'		    ? c - '0'
			: isalpha((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10
							: 99;
	return v < base ? v : -1;
}

/* Reads up to `most` digits of part from *i on. */
static uint32_t read_digits(struct slice part, size_t *i, int most, int base) {
	uint32_t v = 0;
	for (int n = 0; n < most && *i < part.n; n++, ++*i) {
		int digit = digit_value(part.p[*i], base);
		if (digit < 0)
			break;
		v = v * (uint32_t)base + (uint32_t)digit;
	}
	return v;
}

static void add_utf8(struct buf *b, uint32_t c) {
	if (c < 0x80) {
		buf_addc(b, (char)c);
	} else if (c < 0x800) {
		buf_addc(b, (char)(0xc0 | c >> 6));
		buf_addc(b, (char)(0x80 | (c & 0x3f)));
	} else if (c < 0x10000) {
		buf_addc(b, (char)(0xe0 | c >> 12));
		buf_addc(b, (char)(0x80 | (c >> 6 & 0x3f)));
		buf_addc(b, (char)(0x80 | (c & 0x3f)));
	} else {
		buf_addc(b, (char)(0xf0 | (c >> 18 & 7)));
		buf_addc(b, (char)(0x80 | (c >> 12 & 0x3f)));
		buf_addc(b, (char)(0x80 | (c >> 6 & 0x3f)));
		buf_addc(b, (char)(0x80 | (c & 0x3f)));
	}
}

/* part.p[*i] is the character behind a backslash. */
static void add_escape(struct buf *b, struct slice part, size_t *i) {
	static const char from[] = "abfnrtv\\'\"", to[] = "\a\b\f\n\r\t\v\\'\"";
	char c = part.p[*i];
	const char *simple = c ? strchr(from, c) : NULL;
	if (simple) {
		buf_addc(b, to[simple - from]);
		++*i;
	} else if (digit_value(c, 8) >= 0) {
		add_utf8(b, read_digits(part, i, 3, 8));
	} else if (c == 'x' || c == 'u' || c == 'U') {
		++*i;
		add_utf8(b, read_digits(part, i, c == 'x' ? 2 : c == 'u' ? 4 : 8, 16));
	} else if (c == '\n') {
		++*i;
	} else {
		buf_addc(b, '\\');
	}
}

struct slice token_unescape(struct arena *a, struct slice part) {
	if (!memchr(part.p, '\\', part.n))
		return part;
	struct buf b = { .arena = a };
	for (size_t i = 0; i < part.n;) {
		if (part.p[i] == '\\' && i + 1 < part.n) {
			i++;
			add_escape(&b, part, &i);
		} else {
			buf_addc(&b, part.p[i++]);
		}
	}
	return buf_slice(&b);
}
