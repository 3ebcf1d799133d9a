/* family: children are found thread by thread (a child belongs to the thread that forked it). Processes
 * come and go while they are counted: what is gone counts as nothing. */
#include "family.h"
#include "os.h"
#include "util.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MEMBERS_MOST = 256 };

struct members {
	struct arena *arena;
	pid_t pid[MEMBERS_MOST]; /* elders first */
	size_t n;
};

static struct slice file_of(struct arena *a, pid_t pid, const char *name) {
	struct slice text;
	return os_read(a, arena_printf(a, "/proc/%d/%s", (int)pid, name).p, &text) ? SLICE_NONE : text;
}

static uint64_t number(struct arena *a, struct slice word) {
	return strtoull(arena_str(a, word), NULL, 10);
}

static void collect(struct members *m, pid_t head) {
	struct slices threads = { 0 };
	if (m->n == MEMBERS_MOST)
		return;
	m->pid[m->n++] = head;
	os_list(m->arena, arena_printf(m->arena, "/proc/%d/task", (int)head).p, &threads);
	for (size_t i = 0; i < threads.n; i++) {
		const char *name = arena_printf(m->arena, "task/" SFMT "/children", SARG(threads.v[i])).p;
		struct slice children = file_of(m->arena, head, name);
		for (struct slice word; children.p && slice_word(&children, &word);)
			collect(m, (pid_t)number(m->arena, word));
	}
}

/* Is /proc of our own pid namespace? In some containers it is another one's. */
static bool is_ours(void) {
	char text[32] = "";
	return readlink("/proc/self", text, sizeof text - 1) > 0 && atoi(text) == getpid();
}

/* Fields 14 and 15 of stat, in ticks. The name before them may hold anything but the last ")". */
static uint64_t cpu_ms(struct arena *a, pid_t pid) {
	struct slice stat = file_of(a, pid, "stat"), word;
	const char *end = stat.n ? memrchr(stat.p, ')', stat.n) : NULL;
	struct slice rest = end ? slice_sub(stat, (size_t)(end + 1 - stat.p), stat.n) : SLICE("");
	uint64_t ticks = 0;
	for (int field = 3; field <= 15 && slice_word(&rest, &word); field++)
		ticks += field >= 14 ? number(a, word) : 0;
	return ticks * 1000 / (uint64_t)sysconf(_SC_CLK_TCK);
}

/* "rchar: N": read by system calls, from files, pipes and sockets. */
static uint64_t read_bytes(struct arena *a, pid_t pid) {
	struct slice io = file_of(a, pid, "io"), word;
	if (!io.p || !slice_word(&io, &word) || !slice_is(word, "rchar:") || !slice_word(&io, &word))
		return 0;
	return number(a, word);
}

bool family_activity(pid_t head, struct family_activity *done) {
	struct members m = { .arena = arena_new() };
	const char *children = arena_printf(m.arena, "task/%d/children", (int)head).p;
	bool told = is_ours() && file_of(m.arena, head, children).p;
	*done = (struct family_activity){ 0 };
	if (told)
		collect(&m, head);
	for (size_t i = 0; i < m.n; i++) {
		done->bytes += read_bytes(m.arena, m.pid[i]);
		done->cpu_ms += cpu_ms(m.arena, m.pid[i]);
	}
	told = told && done->bytes > 0;          /* a program is read when it starts */
	arena_free(m.arena);
	return told;
}

/* All are found before the first one dies, whose children would be nobody's. */
void family_kill(pid_t head, int signal) {
	struct members m = { .arena = arena_new() };
	if (is_ours())
		collect(&m, head);
	else
		m.pid[m.n++] = head;
	for (size_t i = 0; i < m.n; i++)
		kill(m.pid[i], signal);
	arena_free(m.arena);
}
