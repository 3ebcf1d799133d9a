/* json: writes JSON to a stream, piece by piece, indented. */
#ifndef BAKE_JSON_H
#define BAKE_JSON_H

#include <stdbool.h>
#include <stdio.h>

#include "util.h"

enum { JSON_DEPTH = 32 };

/* Start from {.out = stream}. */
struct json {
	FILE *out;
	int depth;               /* open objects and arrays; at most JSON_DEPTH */
	bool filled[JSON_DEPTH + 1];     /* whether the one at a depth has a member already */
};

/* key unset: an element of an array, or the whole. */
void json_open(struct json *j, struct slice key, char bracket);      /* '{' or '[' */
void json_close(struct json *j, char bracket);       /* '}' or ']' */
/* Bytes that are not UTF-8 become U+FFFD. */
void json_text(struct json *j, struct slice key, struct slice text);
/* The same with a key of ours; nothing when text is unset. */
void json_member(struct json *j, const char *key, struct slice text);
void json_bool(struct json *j, struct slice key, bool value);
void json_int(struct json *j, struct slice key, long long number);

#endif
