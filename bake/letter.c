/* letter: UTF-8 decoded by hand; what kind a letter is the C library's UTF-8 locale knows. A byte
 * that does not belong stands for itself, as 0xDC00 + byte: it is added again as it was. */
#include "letter.h"
#include "util.h"

#include <locale.h>
#include <wctype.h>

enum { STRAY = 0xDC00 };

/* --- decoding --- */

static bool follows(struct slice s, size_t at) {
	return at < s.n && ((unsigned char)s.p[at] & 0xC0) == 0x80;
}

/* Bytes of the sequence that begins with this one; 1 for what begins none. */
static size_t size_of(unsigned char first) {
	return first >= 0xF0 && first < 0xF5 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 1;
}

static size_t size_at(struct slice s, size_t at) {
	unsigned char first = (unsigned char)s.p[at];
	size_t size = first >= 0xF5 ? 1 : size_of(first);
	for (size_t i = 1; i < size; i++)
		if (!follows(s, at + i))
			return 1;
	return size;
}

uint32_t letter_next(struct slice s, size_t *at) {
	static const unsigned char mask[] = { 0, 0x7F, 0x1F, 0x0F, 0x07 };
	size_t size = size_at(s, *at);
	unsigned char first = (unsigned char)s.p[(*at)++];
	if (size == 1)
		return first < 0x80 ? first : STRAY + first;
	uint32_t letter = first & mask[size];
	for (size_t i = 1; i < size; i++)
		letter = letter << 6 | ((unsigned char)s.p[(*at)++] & 0x3Fu);
	return letter;
}

size_t letter_at(struct slice s, size_t i) {
	size_t at = 0;
	for (; i > 0 && at < s.n; i--)
		at += size_at(s, at);
	return at;
}

size_t letter_count(struct slice s) {
	size_t count = 0;
	for (size_t at = 0; at < s.n; at += size_at(s, at))
		count++;
	return count;
}

void letter_add(struct buf *b, uint32_t letter) {
	if (letter < 0x80) {
		buf_addc(b, (char)letter);
	} else if (letter >= STRAY + 0x80 && letter <= STRAY + 0xFF) {
		buf_addc(b, (char)(letter - STRAY));
	} else if (letter < 0x800) {
		buf_addc(b, (char)(0xC0 | letter >> 6));
		buf_addc(b, (char)(0x80 | (letter & 0x3F)));
	} else {
		buf_addc(b, (char)(letter < 0x10000 ? 0xE0 | letter >> 12 : 0xF0 | letter >> 18));
		if (letter >= 0x10000)
			buf_addc(b, (char)(0x80 | (letter >> 12 & 0x3F)));
		buf_addc(b, (char)(0x80 | (letter >> 6 & 0x3F)));
		buf_addc(b, (char)(0x80 | (letter & 0x3F)));
	}
}

/* --- kinds --- */

/* Without such a locale on the host only ASCII is told apart. */
static locale_t unicode(void) {
	static locale_t known;
	if (!known)
		known = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	if (!known)
		known = newlocale(LC_CTYPE_MASK, "C", (locale_t)0);
	return known;
}

bool letter_is(uint32_t letter, enum letter_kind kind) {
	wint_t c = (wint_t)letter;
	switch (kind) {
	case LETTER_ALPHA: return iswalpha_l(c, unicode()) && !iswdigit_l(c, unicode());
	case LETTER_DIGIT: return iswdigit_l(c, unicode());
	case LETTER_SPACE: return iswspace_l(c, unicode()) || letter == 0xA0;
	case LETTER_UPPER: return iswupper_l(c, unicode());
	case LETTER_LOWER: return iswlower_l(c, unicode());
	}
	return false;
}

uint32_t letter_upper(uint32_t letter) {
	return (uint32_t)towupper_l((wint_t)letter, unicode());
}

uint32_t letter_lower(uint32_t letter) {
	return (uint32_t)towlower_l((wint_t)letter, unicode());
}
