/* json: the structure is the caller's duty; commas, newlines and escapes are done here. */
#include "json.h"

static void put(struct json *j, const char *text) {
	fputs(text, j->out);
}

/* How many bytes of a well-formed character stand at p (Unicode's table 3-7); 0: none. */
static size_t character(const unsigned char *p, size_t n) {
	static const struct {
		unsigned char first, last;       /* first byte */
		unsigned char low, high;         /* bounds of the second; all others are 80 to bf */
		size_t size;
	} form[] = {
		{ 0x00, 0x7f, 0x80, 0xbf, 1 }, { 0xc2, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 }, { 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};
	size_t i = 0, k = 2;
	while (i < sizeof form / sizeof *form && (p[0] < form[i].first || p[0] > form[i].last))
		i++;
	if (i == sizeof form / sizeof *form || form[i].size > n)
		return 0;
	if (form[i].size > 1 && (p[1] < form[i].low || p[1] > form[i].high))
		return 0;
	while (k < form[i].size && (p[k] & 0xc0) == 0x80)
		k++;
	return k < form[i].size ? 0 : form[i].size;
}

static void put_escaped(struct json *j, unsigned char c) {
	switch (c) {
	case '"': put(j, "\\\""); break;
	case '\\': put(j, "\\\\"); break;
	case '\n': put(j, "\\n"); break;
	case '\t': put(j, "\\t"); break;
	case '\r': put(j, "\\r"); break;
	default:
		if (c < 0x20 || c == 0x7f)
			fprintf(j->out, "\\u%04x", c);
		else
			fputc(c, j->out);
	}
}

static void put_string(struct json *j, struct slice s) {
	fputc('"', j->out);
	for (size_t i = 0; i < s.n;) {
		size_t n = character((const unsigned char *)s.p + i, s.n - i);
		if (n == 1)
			put_escaped(j, (unsigned char)s.p[i]);
		else if (n)
			fwrite(s.p + i, 1, n, j->out);
		else
			put(j, "\\ufffd");
		i += n ? n : 1;
	}
	fputc('"', j->out);
}

static void indent(struct json *j) {
	fputc('\n', j->out);
	for (int i = 0; i < j->depth; i++)
		fputc(' ', j->out);
}

static void begin_member(struct json *j, struct slice key) {
	if (j->filled[j->depth])
		fputc(',', j->out);
	if (j->depth)
		indent(j);
	j->filled[j->depth] = true;
	if (key.p) {
		put_string(j, key);
		put(j, ": ");
	}
}

void json_open(struct json *j, struct slice key, char bracket) {
	begin_member(j, key);
	fputc(bracket, j->out);
	if (++j->depth > JSON_DEPTH)
		broken("json: nested too deep");
	j->filled[j->depth] = false;
}

void json_close(struct json *j, char bracket) {
	bool any = j->filled[j->depth];
	j->depth--;
	if (any)
		indent(j);
	fputc(bracket, j->out);
	if (!j->depth)
		fputc('\n', j->out);
}

void json_text(struct json *j, struct slice key, struct slice text) {
	begin_member(j, key);
	put_string(j, text);
}

void json_int(struct json *j, struct slice key, long long number) {
	begin_member(j, key);
	fprintf(j->out, "%lld", number);
}

void json_member(struct json *j, const char *key, struct slice text) {
	if (text.p)
		json_text(j, slice_of(key), text);
}

void json_bool(struct json *j, struct slice key, bool value) {
	begin_member(j, key);
	fputs(value ? "true" : "false", j->out);
}
