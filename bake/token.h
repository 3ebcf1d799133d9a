/* token: the words of an inline expression, as Python's lexer would cut it. */
#ifndef BAKE_TOKEN_H
#define BAKE_TOKEN_H

#include <stdbool.h>
#include <stddef.h>

#include "util.h"

struct arena;

enum token_kind { TOKEN_END, TOKEN_NAME, TOKEN_NUMBER, TOKEN_STRING, TOKEN_MARK };

struct token {
	enum token_kind kind;
	struct slice text;       /* as written; of a string: what stands between its quotes */
	bool raw, format;        /* of a string: its prefixes r and f */
};

/* Reads [at, end) of `whole`, to which columns refer. */
struct tokens {
	struct slice whole;
	size_t at, end;
	struct token now;        /* the token to be looked at */
	size_t column;           /* where it starts: 1-based in whole */
};

void token_start(struct tokens *t, struct slice whole, size_t from, size_t to);
void token_next(struct tokens *t);                   /* raises for what is no token */
bool token_is(const struct tokens *t, const char *mark_or_keyword);
/* Text of a string token's part with its escapes decoded (Python's; unknown ones stay). */
struct slice token_unescape(struct arena *a, struct slice part);
_Noreturn void token_fail(const struct tokens *t, const char *reason);

#endif
