/* profile: sections in brackets, "name = value" below them; what is set twice is what was said last. */
#include "profile.h"

#include <stdlib.h>
#include <string.h>

#include "os.h"
#include "util.h"

static const char *from_environment(const char *name) {
	const char *text = getenv(name);
	return text && *text ? text : NULL;
}

static void take(struct arena *a, struct slice line, struct profile *p) {
	const struct {
		const char *name, **value;
	} known[] = {
		{ "aws_access_key_id", &p->user }, { "aws_secret_access_key", &p->secret },
		{ "aws_session_token", &p->token }, { "region", &p->region },
	};
	struct slice name;
	if (!slice_field(&line, '=', &name))
		return;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (slice_is(slice_trim(name), known[i].name) && slice_trim(line).n)
			*known[i].value = arena_str(a, slice_trim(line));
}

static void read_section(struct arena *a, const char *file, struct slice section, struct profile *p) {
	struct slice text, line;
	bool inside = false;
	if (!file || os_read(a, file, &text) < 0)
		return;
	while (slice_field(&text, '\n', &line)) {
		line = slice_trim(line);
		if (slice_starts(line, "["))
			inside = slice_eq(line, section);
		else if (inside && !slice_starts(line, "#") && !slice_starts(line, ";"))
			take(a, line, p);
	}
}

static const char *file_of(struct arena *a, const char *variable, const char *usual) {
	const char *file = from_environment(variable), *home = from_environment("HOME");
	if (file)
		return file;
	return home ? arena_printf(a, "%s/.aws/%s", home, usual).p : NULL;
}

struct profile profile_read(struct arena *a) {
	struct profile p = { 0 };
	const char *name = from_environment("AWS_PROFILE");
	struct slice section = arena_printf(a, "[%s]", name ? name : "default");
	struct slice own = name && strcmp(name, "default") != 0 ? arena_printf(a, "[profile %s]", name) : section;
	read_section(a, file_of(a, "AWS_CONFIG_FILE", "config"), own, &p);
	read_section(a, file_of(a, "AWS_SHARED_CREDENTIALS_FILE", "credentials"), section, &p);
	return p;
}
