/* pack write DIR FILE | read FILE DIR: what the artefact store does with a tree: one archive of it, or one tree of
 * that, its content checked. */
#include <stdio.h>
#include <string.h>

#include "pack.h"

int main(int count, char **words) {
	struct pack_content content, recorded;
	const char *why = "";
	if (count != 4)
		return 2;
	struct pack_tree tree = { .name = "tree", .dir = words[words[1][0] == 'r' ? 3 : 2] };
	if (strcmp(words[1], "write") == 0)
		return pack_write(words[3], &tree, 1, "bench", &content) ? 1 : 0;
	if (pack_read(words[2], &tree, 1, &content, &why) || pack_recorded(words[2], &recorded)
			|| strcmp(content.hash, recorded.hash) != 0) {
		fprintf(stderr, "%s: %s\n", words[2], why);
		return 1;
	}
	return 0;
}
