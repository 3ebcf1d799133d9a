/* json: what is written can be read by anybody, whatever was given to write. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "util.h"

static void writes(struct slice text, const char *wanted) {
	char *out = NULL;
	size_t n = 0;
	struct json j = { .out = open_memstream(&out, &n) };
	json_text(&j, SLICE_NONE, text);
	fclose(j.out);
	cr_expect_str_eq(out, wanted);
	free(out);
}

Test(json, escapes) {
	writes(SLICE("a\"b\\c\n\t\r\x01\x7f\0."), "\"a\\\"b\\\\c\\n\\t\\r\\u0001\\u007f\\u0000.\"");
}

Test(json, letters_stay) {
	writes(SLICE("Größe € 😀"), "\"Größe € 😀\"");
	writes(SLICE("\xed\x9f\xbf \xee\x80\x80 \xf4\x8f\xbf\xbf"), "\"\xed\x9f\xbf \xee\x80\x80 \xf4\x8f\xbf\xbf\"");
}

/* Cut short, longer than need be, surrogates, beyond the last letter. */
Test(json, what_is_no_letter_is_replaced) {
	static const char *const none[] = { "\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80",
		"\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xe2\x82", "\xff" };
	for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
		char wanted[40] = "\"";
		for (size_t k = 0; k < strlen(none[i]); k++)
			strcat(wanted, "\\ufffd");
		writes(slice_of(none[i]), strcat(wanted, "\""));
	}
}

Test(json, structure) {
	char *out = NULL;
	size_t n = 0;
	struct json j = { .out = open_memstream(&out, &n) };
	json_open(&j, SLICE_NONE, '{');
	json_member(&j, "unset", SLICE_NONE);
	json_open(&j, SLICE("list"), '[');
	json_int(&j, SLICE_NONE, -3);
	json_bool(&j, SLICE_NONE, true);
	json_close(&j, ']');
	json_open(&j, SLICE("none"), '[');
	json_close(&j, ']');
	json_close(&j, '}');
	fclose(j.out);
	cr_expect_str_eq(out, "{\n \"list\": [\n  -3,\n  true\n ],\n \"none\": []\n}\n");
	free(out);
}
