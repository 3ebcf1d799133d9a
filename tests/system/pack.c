/* pack FORMAT FILTER ARCHIVE NAME FILE: one file in an archive, under whatever name, in formats that the
 * host's programs do not make (7z, lzip). */
#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv) {
	static char text[1 << 20];
	struct archive *out = archive_write_new();
	struct archive_entry *e = archive_entry_new();
	FILE *in = argc == 6 ? fopen(argv[5], "r") : NULL;
	size_t n = in ? fread(text, 1, sizeof text, in) : 0;
	if (!in || archive_write_set_format_by_name(out, argv[1]) ||
			(strcmp(argv[2], "none") != 0 && archive_write_add_filter_by_name(out, argv[2])) ||
			archive_write_open_filename(out, argv[3]))
		return 1;
	archive_entry_set_pathname(e, argv[4]);
	archive_entry_set_size(e, (la_int64_t)n);
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_perm(e, 0644);
	if (archive_write_header(out, e) || archive_write_data(out, text, n) != (la_ssize_t)n)
		return 1;
	return archive_write_close(out) ? 1 : 0;
}
