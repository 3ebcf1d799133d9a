/* options: the command line. Options mean the same for every command; what makes no sense together
 * is a usage error. */
#include "options.h"

#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os.h"

static const char help[] =
	"usage: bake [options] TARGET…            build targets (a recipe, recipe:do_task, world)\n"
	"       bake [options] getvar VARIABLE    print a variable and where it was set\n"
	"       bake [options] layers show|recipes|appends|overlayed|add|remove|check|convert …\n"
	"       bake [options] why TARGET[:TASK]  what changed since a task ran last, or before that\n"
	"       bake [options] diffsigs A B       how two signatures differ (file, hash, TARGET:TASK)\n"
	"       bake [options] dumpsig A          everything a signature was made of\n"
	"       bake [options] clean RECIPE…      remove what was built of recipes (--all: everything)\n"
	"       bake [options] cache stats|verify|gc  look after stored artefacts (gc: --max-age DAYS,\n"
	"                                         --max-size MB)\n"
	"       bake [options] cache push [TARGET…]  send artefacts to SSTATE_MIRRORS (pull TARGET…: fetch)\n"
	"       bake [options] mirror DIR TARGET… fill DIR with all sources of targets\n"
	"       bake [options] archive TARGET… [-o DIR]  sources, patches, recipes, licence texts\n"
	"       bake [options] refresh RECIPE [NEW.patch] [FILE…]  edits in S into the patches\n"
	"       bake [options] repro TARGET…      build twice, as on unlike machines, and compare\n"
	"                                         (--against-cache: once, with the cache's artefacts)\n"
	"       bake [options] release TARGET… [-o DIR]  what is given out and all it was made from\n"
	"       bake [options] verify-release DIR  check a release, build it again and compare\n"
	"       bake [options] run [IMAGE]        boot an image in QEMU\n"
	"       bake [options] image-info IMAGE   where the image is, its size and packages\n"
	"       bake [options] lock [TARGET…]     resolve every source once, write conf/sources.lock\n"
	"                                         (--check: compare, --update: those recipes anew)\n"
	"       bake import SPEC|SRPM|URL [DIR]   write a first recipe from a package\n"
	"\n"
	"what to build:\n"
	"  -c, --cmd TASK            this task in place of the default one\n"
	"  -f, --force               run the task although it is current\n"
	"  -C, --clear-stamp TASK    run this task of the targets again, then what needs it\n"
	"  -k, --continue            after a failure go on with what does not need it\n"
	"  -j, --jobs N              tasks at once, compilers included (default: processors)\n"
	"  -n, --dry-run             print what would be done (cache gc, push, pull: too)\n"
	"\n"
	"instead of building:\n"
	"  -e, --environment [RECIPE]  print every variable and where it was set (--json;\n"
	"                            --vars 'NAME PREFIX*': these alone)\n"
	"  -g, --graphviz            write the graph of tasks (--json: print it)\n"
	"  -S, --dump-signatures none|printdiff  write what signatures are made of, or say what changed\n"
	"  -p, --parse-only          read all metadata and report what is wrong (--all: look at every\n"
	"                            variable a task reaches too, as a build does of what it needs)\n"
	"\n"
	"getvar: -r RECIPE, --flag FLAG, --value (nothing but the value), --unexpand, --history (what set\n"
	"        it alone), --json\n"
	"\n"
	"layers: show; recipes, appends, overlayed [PATTERN…]; add DIR…; remove NAME|DIR…;\n"
	"        check DIR: what would keep that layer from working here;\n"
	"        convert DIR: the diff from VAR_append to VAR:append (--write does it, --override NAME\n"
	"        knows one more)\n"
	"\n"
	"  -B, --build-dir DIR       the build directory (else $BUILDDIR, the current one, or build/)\n"
	"      --set NAME=VALUE      a variable, after all configuration\n"
	"  -v, --verbose             debug messages too\n"
	"      --version, -h, --help\n"
	"\n"
	"exit status: 0 done, 1 failed, 2 wrong usage\n";

enum { OPTION_SET = 256, OPTION_JSON, OPTION_ALL, OPTION_FLAG, OPTION_VALUE, OPTION_UNEXPAND,
	OPTION_HISTORY, OPTION_WRITE, OPTION_OVERRIDE, OPTION_VARS,
	OPTION_AGAINST_CACHE, OPTION_CHECK, OPTION_UPDATE, OPTION_MAX_AGE, OPTION_MAX_SIZE, OPTION_VERSION };

static const struct option long_options[] = {
	{ "cmd", required_argument, NULL, 'c' },
	{ "force", no_argument, NULL, 'f' },
	{ "clear-stamp", required_argument, NULL, 'C' },
	{ "continue", no_argument, NULL, 'k' },
	{ "jobs", required_argument, NULL, 'j' },
	{ "dry-run", no_argument, NULL, 'n' },
	{ "environment", no_argument, NULL, 'e' },
	{ "graphviz", no_argument, NULL, 'g' },
	{ "parse-only", no_argument, NULL, 'p' },
	{ "dump-signatures", required_argument, NULL, 'S' },
	{ "build-dir", required_argument, NULL, 'B' },
	{ "output", required_argument, NULL, 'o' },
	{ "recipe", required_argument, NULL, 'r' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	{ "set", required_argument, NULL, OPTION_SET },
	{ "json", no_argument, NULL, OPTION_JSON },
	{ "all", no_argument, NULL, OPTION_ALL },
	{ "flag", required_argument, NULL, OPTION_FLAG },
	{ "value", no_argument, NULL, OPTION_VALUE },
	{ "unexpand", no_argument, NULL, OPTION_UNEXPAND },
	{ "vars", required_argument, NULL, OPTION_VARS },
	{ "history", no_argument, NULL, OPTION_HISTORY },
	{ "write", no_argument, NULL, OPTION_WRITE },
	{ "override", required_argument, NULL, OPTION_OVERRIDE },
	{ "against-cache", no_argument, NULL, OPTION_AGAINST_CACHE },
	{ "check", no_argument, NULL, OPTION_CHECK },
	{ "update", no_argument, NULL, OPTION_UPDATE },
	{ "max-age", required_argument, NULL, OPTION_MAX_AGE },
	{ "max-size", required_argument, NULL, OPTION_MAX_SIZE },
	{ "version", no_argument, NULL, OPTION_VERSION },
	{ NULL, 0, NULL, 0 },
};

static const struct {
	const char *name;
	enum command command;
	bool acts;               /* has no way to say only what it would do */
} commands[] = {
	{ "getvar", COMMAND_GETVAR, false },
	{ "layers", COMMAND_LAYERS, true },
	{ "why", COMMAND_WHY, false },
	{ "diffsigs", COMMAND_DIFFSIGS, false },
	{ "dumpsig", COMMAND_DUMPSIG, false },
	{ "clean", COMMAND_CLEAN, true },
	{ "cache", COMMAND_CACHE, false },
	{ "mirror", COMMAND_MIRROR, true },
	{ "archive", COMMAND_ARCHIVE, true },
	{ "refresh", COMMAND_REFRESH, true },
	{ "repro", COMMAND_REPRO, true },
	{ "release", COMMAND_RELEASE, true },
	{ "verify-release", COMMAND_VERIFY_RELEASE, true },
	{ "run", COMMAND_RUN, true },
	{ "image-info", COMMAND_IMAGE_INFO, false },
	{ "lock", COMMAND_LOCK, true },
	{ "import", COMMAND_IMPORT, true },
};

static _Noreturn void usage(const char *why) {
	fprintf(stderr, "error: %s; see bake --help\n", why);
	exit(2);
}

static unsigned number(const char *text, unsigned most, const char *wrong) {
	uint64_t n;
	if (!slice_number(slice_of(text), &n) || n == 0 || n > most)
		usage(wrong);
	return (unsigned)n;
}

static void set_assign(struct arena *a, struct options *o, const char *text) {
	if (!strchr(text, '=') || text[0] == '=')
		usage("--set wants NAME=VALUE");
	slices_add(a, &o->assigns, slice_of(text));
}

static _Noreturn void print_and_leave(const char *text) {
	exit(fputs(text, stdout) == EOF || fflush(stdout) ? 1 : 0);
}

static void take_option(struct arena *a, struct options *o, int option) {
	switch (option) {
	case 'c': o->task = slice_of(optarg); break;
	case 'f': o->force = true; break;
	case 'C': o->clear = slice_of(optarg); break;
	case 'k': o->keep_going = true; break;
	case 'j': o->jobs = number(optarg, OPTIONS_JOBS_MOST, "-j wants a number from 1 to 4096"); break;
	case 'n': o->dry_run = true; break;
	case 'e': o->command = COMMAND_ENVIRONMENT; break;
	case 'g': o->command = COMMAND_GRAPH; break;
	case 'p': o->command = COMMAND_PARSE; break;
	case 'S': o->command = COMMAND_SIGNATURES; o->signatures = slice_of(optarg); break;
	case 'B': o->build_dir = optarg; break;
	case 'o': o->output = optarg; break;
	case 'r': o->recipe = slice_of(optarg); break;
	case 'v': o->verbose = true; break;
	case 'h': print_and_leave(help);
	case OPTION_SET: set_assign(a, o, optarg); break;
	case OPTION_JSON: o->json = true; break;
	case OPTION_ALL: o->all = true; break;
	case OPTION_FLAG: o->flag = slice_of(optarg); break;
	case OPTION_VALUE: o->value_only = true; break;
	case OPTION_UNEXPAND: o->unexpanded = true; break;
	case OPTION_VARS: o->vars = slice_of(optarg); break;
	case OPTION_HISTORY: o->history = true; break;
	case OPTION_WRITE: o->write = true; break;
	case OPTION_OVERRIDE: slices_add(a, &o->overrides, slice_of(optarg)); break;
	case OPTION_AGAINST_CACHE: o->against_cache = true; break;
	case OPTION_CHECK: o->check = true; break;
	case OPTION_UPDATE: o->update = true; break;
	case OPTION_MAX_AGE: o->max_age = number(optarg, 100000, "--max-age wants days"); break;
	case OPTION_MAX_SIZE: o->max_size = number(optarg, UINT_MAX, "--max-size wants MB"); break;
	case OPTION_VERSION: print_and_leave("bake " BAKE_VERSION "\n");
	default: exit(2);                /* getopt has said why */
	}
}

/* A first word that names a command is it; a recipe of such a name is built as "NAME:do_build". */
static void take_command(struct options *o, char ***words) {
	for (size_t i = 0; **words && i < sizeof commands / sizeof *commands; i++)
		if (strcmp(**words, commands[i].name) == 0) {
			o->command = commands[i].command;
			++*words;
			if (o->dry_run && commands[i].acts)
				usage("-n: that command cannot say what it would do without doing it");
			return;
		}
}

void options_read(struct arena *a, struct options *o, int count, char **words) {
	int option;
	*o = (struct options){ .command = COMMAND_BUILD };
	while ((option = getopt_long(count, words, "c:fC:kj:negpS:B:r:vho:", long_options, NULL)) != -1)
		take_option(a, o, option);
	words += optind;
	if (o->command == COMMAND_BUILD)
		take_command(o, &words);
	for (; *words; words++)
		slices_add(a, &o->words, slice_of(*words));
	if (o->words.n == 0 && (o->command == COMMAND_BUILD || o->command == COMMAND_GRAPH
			|| o->command == COMMAND_SIGNATURES))
		usage("nothing to do: name a target");
}

void options_again(struct arena *a, const struct options *o, const char *topdir,
		struct slices *argv) {
	slices_add(a, argv, slice_of(os_realpath(a, "/proc/self/exe")));
	slices_add(a, argv, SLICE("-B"));
	slices_add(a, argv, slice_of(topdir));
	for (size_t i = 0; i < o->assigns.n; i++) {
		slices_add(a, argv, SLICE("--set"));
		slices_add(a, argv, o->assigns.v[i]);
	}
}
