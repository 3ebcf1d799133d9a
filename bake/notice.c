/* notice: what classes/license.bbclass reads of an entry, for the engine. Parameters it does not know are
 * no fault. */
#include "notice.h"

#include <limits.h>
#include <string.h>

static unsigned number(struct slice digits) {
	unsigned n = 0;
	for (size_t i = 0; i < digits.n && digits.p[i] >= '0' && digits.p[i] <= '9'; i++) {
		if (n > (UINT_MAX - 9) / 10)
			return UINT_MAX;
		n = n * 10 + (unsigned)(digits.p[i] - '0');
	}
	return n;
}

bool notice_parse(struct slice entry, struct notice *n) {
	struct slice rest = slice_sub(entry, strlen("file://"), entry.n), field, key;
	*n = (struct notice){ 0 };
	if (!slice_starts(entry, "file://"))
		return false;
	slice_field(&rest, ';', &n->path);
	while (rest.p && slice_field(&rest, ';', &field)) {
		struct slice value = field;
		slice_field(&value, '=', &key);
		if (slice_is(key, "beginline"))
			n->first = number(value);
		else if (slice_is(key, "endline"))
			n->last = number(value);
		else if (slice_is(key, "md5"))
			n->md5 = value;
	}
	return true;
}

int notice_digest(const struct notice *n, const char *file, char hex[HASH_HEX]) {
	return hash_lines(HASH_MD5, file, n->first ? n->first : 1, n->last, hex);
}

struct slice notice_lines(const struct notice *n, struct slice text) {
	size_t from = text.n, to = text.n;
	unsigned line = 1;
	for (size_t i = 0; i < text.n; i++) {
		bool starts = i == 0 || text.p[i - 1] == '\n';
		line += starts && i > 0;
		if (starts && line == (n->first ? n->first : 1))
			from = i;
		if (starts && n->last && line == n->last + 1)
			to = i;
	}
	return from < to ? slice_sub(text, from, to) : slice_sub(text, text.n, text.n);
}
