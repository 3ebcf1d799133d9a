/* shadow: what a compiler may take from the host. libc is the one library that every program for the
 * build machine needs and no recipe makes; the names of its files are few, and old. */
#include "shadow.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hash.h"
#include "os.h"
#include "util.h"

enum { SCRIPT_BYTES = 4096 };

#define TRIPLET "*-linux-gnu*"           /* Debian's directories of one architecture */

static const char libc_headers[] =
	"a.out.h aio.h aliases.h alloca.h ar.h argp.h argz.h arpa assert.h bits byteswap.h complex.h "
	"cpio.h crypt.h ctype.h dirent.h dlfcn.h elf.h endian.h envz.h err.h errno.h error.h execinfo.h "
	"fcntl.h features-time64.h features.h fenv.h finclude fmtmsg.h fnmatch.h fpu_control.h fstab.h "
	"fts.h ftw.h gconv.h getopt.h glob.h gnu gnu-versions.h grp.h gshadow.h iconv.h ieee754.h "
	"ifaddrs.h inttypes.h langinfo.h lastlog.h libgen.h libintl.h limits.h link.h locale.h malloc.h "
	"math.h mcheck.h memory.h mntent.h monetary.h mqueue.h net netash netatalk netax25 netdb.h "
	"neteconet netinet netipx netiucv netpacket netrom netrose nfs nl_types.h nss.h obstack.h paths.h "
	"poll.h printf.h proc_service.h protocols pthread.h pty.h pwd.h re_comp.h regex.h regexp.h "
	"resolv.h rpc sched.h search.h semaphore.h setjmp.h sgtty.h shadow.h signal.h spawn.h "
	"stab.h stdc-predef.h stdint.h stdio.h stdio_ext.h stdlib.h string.h strings.h sys syscall.h "
	"sysexits.h syslog.h tar.h termio.h termios.h tgmath.h thread_db.h threads.h time.h ttyent.h "
	"uchar.h ucontext.h ulimit.h unistd.h utime.h utmp.h utmpx.h values.h wait.h wchar.h wctype.h "
	"wordexp.h "
	/* the kernel's, C++'s */
	"asm asm-generic drm linux misc mtd rdma scsi sound video xen c++ ";

static const char libc_libraries[] =
	"*crt1.o crti.o crtn.o libc.so libc.a libc_nonshared.a libm.so libm.a libm-*.a libmvec.so "
	"libmvec.a libpthread.so libpthread.a libpthread_nonshared.a libdl.so libdl.a librt.so librt.a "
	"libutil.so libutil.a libanl.so libanl.a libresolv.so libresolv.a libcrypt.so libcrypt.a libg.a "
	"libBrokenLocale.so libBrokenLocale.a libmcheck.a libnss_*.so libthread_db.so "
	"libc_malloc_debug.so ";

/* --- which files --- */

static bool is_elf(const char *path) {
	char magic[4] = { 0 };
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	bool elf = read(fd, magic, 4) == 4 && memcmp(magic, "\177ELF", 4) == 0;
	close(fd);
	return elf;
}

/* What a program loads: libz.so.1, ld-linux.so.2; libbfd-2.40-system.so is a file of its own, while
 * libz.so is a link and libc.so a linker script: these only a linker reads. */
static bool is_runtime(const char *path, const char *name) {
	struct stat st;
	if (fnmatch("*.so.[0-9]*", name, 0) == 0)
		return true;
	return fnmatch("*.so", name, 0) == 0 && lstat(path, &st) == 0 && S_ISREG(st.st_mode)
	       && is_elf(path);
}

static bool fits_one(struct arena *a, const char *patterns, const char *name) {
	struct slice rest = slice_of(patterns), word;
	while (slice_word(&rest, &word))
		if (fnmatch(arena_str(a, word), name, 0) == 0)
			return true;
	return false;
}

/* "six" of six.py */
static struct slice stem_of(const char *name) {
	return slice_sub(slice_of(name), 0, strcspn(name, "."));
}

static bool is_shown(const struct shadow *s, const char *path, enum shadow_kind kind) {
	const char *name = os_basename(slice_of(path)).p;
	if (kind >= SHADOW_LINKING && slices_has(&s->named, slice_of(name)))
		return true;
	if (kind == SHADOW_MODULES)
		return slices_has(&s->named, stem_of(name));
	if (kind == SHADOW_HEADERS)
		return fits_one(s->arena, libc_headers, name);
	if (os_is_dir(path))
		return strcmp(name, "pkgconfig") != 0 && strcmp(name, "cmake") != 0;
	if (kind == SHADOW_FOREIGN)
		return fnmatch("libgcc_s.so*", name, 0) == 0;
	return is_runtime(path, name)
		|| (kind == SHADOW_LINKING && fits_one(s->arena, libc_libraries, name));
}

/* --- making it --- */

/* A linker script (libc.so) names files below the sysroot it is found in, so it is copied. */
static int show(const struct shadow *s, const char *path, const char *to, enum shadow_kind kind) {
	struct stat st;
	bool runtime = is_runtime(path, os_basename(slice_of(path)).p);
	if (kind == SHADOW_LINKING && !runtime && lstat(path, &st) == 0 && S_ISREG(st.st_mode)
			&& st.st_size < SCRIPT_BYTES)
		return os_copy_file(path, to);
	return symlink(arena_printf(s->arena, "%s%s", s->whole, path).p, to);
}

static int fill(const struct shadow *s, const char *dir, const char *shadow, enum shadow_kind kind) {
	struct slices names = { 0 };
	if (os_mkdirs(shadow) < 0 || os_list(s->arena, dir, &names) < 0)
		return -1;
	for (size_t i = 0; i < names.n; i++) {
		const char *path = os_path(s->arena, slice_of(dir), names.v[i]).p;
		const char *to = os_path(s->arena, slice_of(shadow), names.v[i]).p;
		bool deeper = kind == SHADOW_HEADERS && os_is_dir(path)
			&& fnmatch(TRIPLET, arena_str(s->arena, names.v[i]), 0) == 0;
		if (deeper && fill(s, path, to, kind) < 0)
			return -1;
		if (!deeper && is_shown(s, path, kind) && show(s, path, to, kind) < 0)
			return -1;
	}
	return 0;
}

/* Its name tells the time of the directory's change, and everything else it depends on. */
static const char *name_of(const struct shadow *s, const char *dir, enum shadow_kind kind,
		const struct stat *st) {
	char hex[HASH_HEX];
	struct slice named = slices_join(s->arena, &s->named, " ");
	hash_text(HASH_SHA256, arena_printf(s->arena, "%d %s " SFMT, kind, s->whole, SARG(named)), hex);
	char *flat = arena_str(s->arena, slice_of(dir));
	for (char *c = flat; *c; c++)
		if (*c == '/')
			*c = '_';
	return arena_printf(s->arena, "%s/%s.%lld.%ld.%.8s", s->keep, flat,
			(long long)st->st_mtim.tv_sec, st->st_mtim.tv_nsec, hex).p;
}

const char *shadow_make(const struct shadow *s, const char *dir, enum shadow_kind kind) {
	struct stat st = { 0 };
	const char *shadow = dir;
	if (stat(dir, &st) == 0) {
		shadow = name_of(s, dir, kind, &st);
		if (os_is_dir(shadow))
			return shadow;
		const char *unfinished = arena_printf(s->arena, "%s.new", shadow).p;
		if (os_remove(unfinished) == 0 && fill(s, dir, unfinished, kind) == 0
				&& rename(unfinished, shadow) == 0)
			return shadow;
	}
	error("sandbox: %s: %s", shadow, strerror(errno));
	return NULL;
}
