/* letter: a text's letters: code points of UTF-8. A byte that is none of UTF-8's is a letter too. */
#ifndef BAKE_LETTER_H
#define BAKE_LETTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct slice;

enum letter_kind { LETTER_ALPHA, LETTER_DIGIT, LETTER_SPACE, LETTER_UPPER, LETTER_LOWER };

size_t letter_count(struct slice s);
/* Where letter number i begins, in bytes; the length of s when it has no more than i. */
size_t letter_at(struct slice s, size_t i);
/* The letter at byte *at (below the length of s), which moves on to the next one. */
uint32_t letter_next(struct slice s, size_t *at);
void letter_add(struct buf *b, uint32_t letter);
bool letter_is(uint32_t letter, enum letter_kind kind);
uint32_t letter_upper(uint32_t letter);
uint32_t letter_lower(uint32_t letter);

#endif
