/* The list of topics. */
#include "lib.h"

#include <stdbool.h>

void lib_init(void) {
	static bool ready;
	if (ready)
		return;
	ready = true;
	lib_builtin();
	lib_text();
	lib_group();
	lib_data();
	lib_os();
	lib_bb();
	lib_oe();
	lib_fs();
}
