/* main: from the command line to one function a command. */
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "build.h"
#include "clean.h"
#include "collect.h"
#include "depot.h"
#include "fetch.h"
#include "image.h"
#include "import.h"
#include "layers.h"
#include "lib.h"
#include "options.h"
#include "refresh.h"
#include "release.h"
#include "repro.h"
#include "resolve.h"
#include "show.h"
#include "task.h"
#include "upkeep.h"
#include "util.h"
#include "verify.h"
#include "why.h"

typedef int command_fn(struct arena *a, const struct options *o);

static command_fn *const commands[] = {
	[COMMAND_BUILD] = build_targets,
	[COMMAND_PARSE] = show_parse,
	[COMMAND_ENVIRONMENT] = show_environment,
	[COMMAND_GRAPH] = show_graph,
	[COMMAND_GETVAR] = show_variable,
	[COMMAND_LAYERS] = layers_command,
	[COMMAND_WHY] = why_target,
	[COMMAND_DIFFSIGS] = why_diffsigs,
	[COMMAND_DUMPSIG] = why_dumpsig,
	[COMMAND_SIGNATURES] = why_signatures,
	[COMMAND_CLEAN] = clean_built,
	[COMMAND_CACHE] = upkeep_command,
	[COMMAND_MIRROR] = depot_fill,
	[COMMAND_ARCHIVE] = collect_sources,
	[COMMAND_REFRESH] = refresh_patches,
	[COMMAND_RELEASE] = release_make,
	[COMMAND_VERIFY_RELEASE] = release_verify,
	[COMMAND_REPRO] = repro_targets,
	[COMMAND_RUN] = image_run,
	[COMMAND_IMAGE_INFO] = image_info,
	[COMMAND_LOCK] = resolve_lock,
	[COMMAND_IMPORT] = import_package,
};

/* What the caller has open is for bake alone, not for what it starts. What it has closed of the first three
 * would be the number of some file of ours, and messages would go into that. */
static void open_first_three(void) {
	int fd;
	close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
	while ((fd = open("/dev/null", O_RDWR)) >= 0 && fd < 3)
		;
	if (fd >= 0)
		close(fd);
}

/* A result that could not be written is none. */
static int end(int status) {
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	error("standard output: %s", strerror(errno));
	return status ? status : 1;
}

int main(int count, char **words) {
	struct arena *a = arena_new();
	struct options o;
	struct trap trap;
	open_first_three();
	options_read(a, &o, count, words);
	if (o.verbose)
		message_threshold(MESSAGE_DEBUG);
	lib_init();
	fetch_init();
	task_library();
	if (TRAP(&trap)) {
		int status = commands[o.command](a, &o);
		trap_end(&trap);
		return end(status);
	}
	fault_report(&trap.error);
	return 1;
}
