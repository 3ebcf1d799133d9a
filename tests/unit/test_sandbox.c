/* sandbox: what a task sees, can write and can reach. Skipped where the kernel forbids namespaces. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os.h"
#include "sandbox.h"
#include "util.h"

static struct arena *a;
static char top[] = "/tmp/test-sandbox-XXXXXX";
static struct view *host;

static void set_up(void) {
	const char *why;
	a = arena_new();
	cr_assert_not_null(mkdtemp(top));
	cr_assert_not_null(host = sandbox_prepare(a, arena_printf(a, "%s/tmp", top).p, NULL, SLICE("")));
	struct sandbox_probe probe = sandbox_ask();
	if (!sandbox_answer(&probe, &why))
		cr_skip_test("no sandbox here: %s", why);
}
static void tear_down(void) {
	os_remove(top);
	arena_free(a);
}
TestSuite(sandbox, .init = set_up, .fini = tear_down);

/* The exit status of a shell script inside. */
static int inside(struct sandbox s, const char *script) {
	int status;
	s.view = host;
	pid_t child = sandbox_fork(&s);
	if (child == 0) {
		execl("/bin/sh", "sh", "-c", script, NULL);
		_exit(127);
	}
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

Test(sandbox, is_another_machine) {
	cr_assert_eq(inside((struct sandbox){ 0 }, "[ $(hostname) = bake ] && [ $(id -u) = 0 ] && [ $$ = 1 ]"), 0);
	cr_assert_eq(inside((struct sandbox){ 0 }, "[ ! -e /root/.bashrc ] && [ ! -e /home ] && [ ! -e /var/lib ]"), 0);
}

/* What is printed is for a person, who sees the host. */
Test(sandbox, paths_in_messages_are_the_hosts, .init = NULL) {
	static const char *const same[] = { "/usr/bin/bake", "/usr/bake/x", "/bakery", "x/bake/y", "/bake-2",
		"--x-/bake", "" };
	struct arena *b = arena_new();
	struct slice text = sandbox_on_host(b, SLICE("cc -I/bake/i -L=/bake/l '/bake/w/x.c:1' /bake: /bake/a:/bake/b"),
		"/home/t");
	cr_assert_str_eq(text.p, "cc -I/home/t/i -L=/home/t/l '/home/t/w/x.c:1' /home/t: /home/t/a:/home/t/b");
	for (size_t i = 0; i < sizeof same / sizeof *same; i++)
		cr_assert_str_eq(sandbox_on_host(b, slice_of(same[i]), "/home/t").p, same[i]);
	arena_free(b);
}

Test(sandbox, tmpdir_is_bake_and_writable) {
	cr_assert_eq(inside((struct sandbox){ 0 }, "echo x > /bake/file"), 0);
	cr_assert(os_is_file(arena_printf(a, "%s/tmp/file", top).p));
}

Test(sandbox, the_host_is_read_only) {
	cr_assert_neq(inside((struct sandbox){ 0 }, "touch /usr/bin/x 2>/dev/null"), 0);
	cr_assert_neq(inside((struct sandbox){ 0 }, "touch /etc/x 2>/dev/null"), 0);
}

Test(sandbox, binds_are_writable_only_when_asked) {
	struct sandbox_bind b = { .from = top };
	char script[128];
	snprintf(script, sizeof script, "exec 2>/dev/null; echo x > %s/y", top);
	cr_assert_neq(inside((struct sandbox){ .binds = &b, .binds_count = 1 }, script), 0);
	b.writable = true;
	cr_assert_eq(inside((struct sandbox){ .binds = &b, .binds_count = 1 }, script), 0);
}

Test(sandbox, the_network_is_loopback_alone) {
	cr_assert_eq(inside((struct sandbox){ 0 }, "[ $(grep -c : /proc/net/dev) = 1 ] && grep -q lo: /proc/net/dev"), 0);
	cr_assert_eq(inside((struct sandbox){ 0 }, "[ ! -s /etc/resolv.conf ]"), 0);
}

Test(sandbox, headers_and_link_libraries_of_libc_are_in_a_sysroot_alone) {
	const char *script = "[ -e $root/usr/include/stdio.h ] && ls $root/usr/lib/*-linux-gnu/crt1.o >/dev/null 2>&1";
	if (!os_is_file("/usr/include/stdio.h"))
		cr_skip_test("the host has no headers");
	cr_assert_neq(inside((struct sandbox){ 0 }, arena_printf(a, "root=; %s", script).p), 0);
	cr_assert_eq(inside((struct sandbox){ 0 }, arena_printf(a, "root=/.host; %s", script).p), 0);
}

Test(sandbox, devices_work) {
	cr_assert_eq(inside((struct sandbox){ 0 }, "echo x > /dev/null && head -c 4 /dev/urandom > /dev/shm/r"), 0);
}
