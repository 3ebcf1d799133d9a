/* reference: the two regular expressions BitBake expands by, as scanners:
 *	\$\{[a-zA-Z0-9\-_+./~:]+\}	and	\$\{@(?:\{.*?\}|.)+?\}		(a dot is not a
 *newline) */
#include "reference.h"

#include <string.h>

static bool opening(struct slice text, size_t *at) {
	size_t found;
	if (*at >= text.n || !slice_find(slice_sub(text, *at, text.n), "${", &found))
		return false;
	*at += found;
	return true;
}

static bool is_name(char c) {
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		(c && strchr("-_+./~:", c));
}

bool reference_name(struct slice text, size_t from, struct reference *r) {
	for (size_t at = from; opening(text, &at); at += 2) {
		size_t end = at + 2;
		while (end < text.n && is_name(text.p[end]))
			end++;
		if (end == at + 2 || end == text.n || text.p[end] != '}')
			continue;
		*r = (struct reference){ at, end + 1, slice_sub(text, at + 2, end) };
		return true;
	}
	return false;
}

/* The next } on the same line. */
static bool closing(struct slice text, size_t from, size_t *at) {
	for (size_t i = from; i < text.n && text.p[i] != '\n'; i++)
		if (text.p[i] == '}') {
			*at = i;
			return true;
		}
	return false;
}

/* Where code that begins at `from` ends. A { takes all up to the next } with it, unless no other }
 * would be left on the line to close the reference. */
static bool code_end(struct slice text, size_t from, size_t *end) {
	size_t i = from, close, last;
	while (i < text.n && text.p[i] != '\n') {
		if (text.p[i] == '}' && i > from) {
			*end = i;
			return true;
		}
		if (text.p[i] == '{' && closing(text, i + 1, &close) &&
				closing(text, close + 1, &last))
			i = close;
		i++;
	}
	return false;
}

bool reference_code(struct slice text, size_t from, struct reference *r) {
	for (size_t at = from, end; opening(text, &at); at += 2) {
		if (at + 2 >= text.n || text.p[at + 2] != '@' || !code_end(text, at + 3, &end))
			continue;
		*r = (struct reference){ at, end + 1, slice_sub(text, at + 3, end) };
		return true;
	}
	return false;
}

bool reference_unterminated(struct slice code) {
	char quote = 0;
	for (size_t i = 0; i < code.n; i++) {
		if (quote && code.p[i] == '\\')
			i++;
		else if (quote && code.p[i] == quote)
			quote = 0;
		else if (!quote && (code.p[i] == '\'' || code.p[i] == '"'))
			quote = code.p[i];
	}
	return quote != 0;
}
