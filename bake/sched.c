/* sched: everything that happens arrives at one poll: a signal (a child ended, the user wants to
 * stop, the terminal changed), a free token, a job's report. Invariant between two polls: every
 * task whose dependencies are done is in `ready`, is running, or has ended. */
#include "sched.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "graph.h"
#include "joblog.h"
#include "jobserver.h"
#include "map.h"
#include "os.h"
#include "plan.h"
#include "proc.h"
#include "ready.h"
#include "recipe.h"
#include "same.h"
#include "sandbox.h"
#include "stamp.h"
#include "task.h"
#include "ui.h"
#include "util.h"

enum { TICK_MS = 250, MERCY_MS = 3000, TAIL_LINES = 20, REMEDY_LINES = 10000 };
enum { FETCHES = 4 };            /* at once, beside the tasks that use the processors */

/* A running task. */
struct job {
	pid_t child;             /* 0: this place is free */
	struct task *task;
	char *id;
	int report;              /* what it tells us: see enum task_report */
	bool silent;             /* it has closed its end, but not ended yet */
	struct buf text;         /* of a record not yet complete */
	struct buf errors;       /* its error messages, one a line */
	char *log;
	int64_t since;           /* ms */
	bool fetches;            /* waits for the network: holds no token */
	bool dropped;            /* a transfer that was stopped: what has arrived is kept for the next run */
};

enum stopping { GOING, FINISHING, KILLING };

struct sched {
	struct arena *arena;
	struct graph *graph;
	struct task_context *context;
	const struct sched_options *o;
	struct ready ready;
	struct ready fetches;    /* ready tasks that wait for others' machines */
	struct job *job;         /* one place for each that may run */
	unsigned places;
	struct pollfd *poll;
	unsigned running, fetching;      /* fetching: those of them that hold no token */
	unsigned failed;
	struct slices failures;  /* "ID, log: PATH" */
	enum stopping stopping;
	bool interrupted, wants_token;
	int64_t kill_at;         /* when mercy ends; 0: not yet */
	int signals;
	FILE *statistics;
};

/* --- states --- */

static void push(struct sched *s, struct task *t) {
	bool fetches = t->plan == PLAN_RESTORE ? t->remote : t->spec->network && !t->spec->noexec;
	ready_push(fetches ? &s->fetches : &s->ready, t);
}

static void make_ready(struct sched *s, struct task *t) {
	task_become(t, TASK_READY);
	push(s, t);
}

static void complete(struct sched *s, struct task *t) {
	task_become(t, TASK_DONE);
	for (uint32_t i = 0; i < t->rdeps_count; i++) {
		struct task *up = &s->graph->task[t->rdeps[i]];
		if (up->state == TASK_WAITING && --up->missing == 0)
			make_ready(s, up);
	}
}

static void block_above(struct sched *s, const struct task *t) {
	for (uint32_t i = 0; i < t->rdeps_count; i++) {
		struct task *up = &s->graph->task[t->rdeps[i]];
		if (up->state != TASK_WAITING)
			continue;
		task_become(up, TASK_BLOCKED);
		block_above(s, up);
	}
}

static void collect_ready(struct sched *s) {
	s->ready.n = s->fetches.n = 0;
	for (uint32_t i = 0; i < s->graph->count; i++)
		if (s->graph->task[i].state == TASK_READY)
			push(s, &s->graph->task[i]);
}

static void show_plan(struct sched *s) {
	unsigned total = 0, current = 0;
	for (uint32_t i = 0; i < s->graph->count; i++) {
		const struct task *t = &s->graph->task[i];
		total += t->plan == PLAN_RESTORE || (t->plan == PLAN_RUN && !t->spec->noexec);
		current += t->plan == PLAN_CURRENT;
	}
	ui_plan(s->o->ui, total, current);
}

static void plan_again(struct sched *s) {
	plan_make(s->graph, s->o->facts);
	plan_start(s->graph);
	collect_ready(s);
	show_plan(s);
}

/* --- what a job reports --- */

/* What a task says, for people: with the paths they see. */
static struct slice for_people(const struct sched *s, struct arena *a, struct slice text) {
	return s->context->host ? sandbox_on_host(a, text, s->context->tmpdir) : text;
}

static void take_record(struct sched *s, struct job *j, const char *record) {
	struct arena *a = arena_new();
	struct slice text = slice_of(record + 1), told = for_people(s, a, text);
	switch ((enum task_report)record[0]) {
	case TASK_REPORT_LOG:
		j->log = arena_str(s->arena, text);
		break;
	case TASK_REPORT_PLAIN:
		note(SFMT, SARG(told));
		break;
	case TASK_REPORT_WARNING:
		/* Some speak of the task in commands too, and name it. */
		if (slice_starts(told, arena_printf(a, "%s: ", j->id).p))
			warn(SFMT, SARG(told));
		else
			warn("%s: " SFMT, j->id, SARG(told));
		break;
	case TASK_REPORT_ERROR:
		buf_addf(&j->errors, SFMT "\n", SARG(told));
		break;
	case TASK_REPORT_CONTENT:
		j->task->content = arena_dup(s->graph->arena, text);
		break;
	}
	arena_free(a);
}

static void take_report(struct sched *s, struct job *j) {
	char chunk[4096];
	ssize_t n;
	while ((n = read(j->report, chunk, sizeof chunk)) > 0)
		for (ssize_t i = 0; i < n; i++) {
			buf_addc(&j->text, chunk[i]);
			if (chunk[i] != '\0')
				continue;
			take_record(s, j, j->text.p);
			j->text.n = 0;
		}
}

/* --- the end of a job --- */

/* One line a task: start, end (ms, monotonic), CPU ms of it and its children, peak KiB, what, how,
 * id. */
static void write_statistics(struct sched *s, const struct job *j, bool ok,
		const struct rusage *use) {
	if (!s->statistics)
		return;
	int64_t cpu_ms = (use->ru_utime.tv_sec + use->ru_stime.tv_sec) * 1000
		+ (use->ru_utime.tv_usec + use->ru_stime.tv_usec) / 1000;
	fprintf(s->statistics, "%lld\t%lld\t%lld\t%ld\t%s\t%s\t%s\n", (long long)j->since,
		(long long)os_now_ms(), (long long)cpu_ms, use->ru_maxrss,
		j->task->plan == PLAN_RESTORE ? "restore" : "run", ok ? "ok" : "failed", j->id);
}

/* ": disk full: …" when that is why; else empty. */
static const char *full_disk(const struct sched *s, struct arena *a, struct slice said) {
	const char *dir = joblog_full(a, said, s->context->disks);
	if (!dir)
		return "";
	return arena_printf(a, ": disk full: %s has %llu MB left: make room, run bake again", dir,
		(unsigned long long)(os_free_bytes(dir) >> 20)).p;
}

/* What the log tells of a way out, as lines below it. */
static const char *remedies(struct sched *s, struct arena *a, const struct job *j) {
	struct buf out = { .arena = a };
	struct slice line, rest = SLICE("");
	if (s->o->remedy)
		rest = s->o->remedy(s->o->ctx, a, j->task, joblog_end(a, j->log, REMEDY_LINES));
	while (slice_field(&rest, '\n', &line))
		if (line.n)
			buf_addf(&out, "\n  " SFMT, SARG(line));
	return out.n ? out.p : "";
}

/* What was found wrong after the log had ended: the errors that are not in it, each on a line. */
static const char *later_errors(struct arena *a, struct slice errors, struct slice log) {
	struct buf out = { .arena = a };
	struct slice line;
	while (slice_field(&errors, '\n', &line))
		if (line.n && !slice_find(log, arena_str(a, line), NULL))
			buf_addf(&out, "\n  " SFMT, SARG(line));
	return out.n ? out.p : "";
}

/* The one message about a failed task: why, where its log is, how that ends. */
static void report_failure(struct sched *s, struct job *j, int status) {
	struct arena *a = arena_new();
	struct slice errors = slice_trim(j->errors.p ? buf_slice(&j->errors) : SLICE(""));
	struct slice tail = j->log ? for_people(s, a, joblog_tail(a, j->log, TAIL_LINES)) : SLICE("");
	struct slice why = proc_describe(a, status);
	const char *full = full_disk(s, a, tail.n ? tail : errors);
	if (j->log)
		error("%s: failed: " SFMT "%s\n  log: %s, which ends:\n" SFMT "%s%s", j->id,
				SARG(why), full, j->log, SARG(tail), later_errors(a, errors, tail),
				remedies(s, a, j));
	else
		error("%s: failed: " SFMT "%s", j->id, SARG(errors.n ? errors : why), full);
	arena_free(a);
}

static void job_failed(struct sched *s, struct job *j, int status) {
	bool stopped = s->stopping == KILLING || j->dropped;
	task_become(j->task, TASK_FAILED);
	if (!stopped) {
		report_failure(s, j, status);
		slices_add(s->arena, &s->failures, arena_printf(s->arena, "%s%s%s", j->id,
			j->log ? ", log: " : "", j->log ? j->log : ""));
		s->failed++;
	}
	block_above(s, j->task);
	if (!s->o->keep_going && s->stopping == GOING)
		s->stopping = FINISHING;
	ui_finished(s->o->ui, j->id, stopped ? UI_STOPPED : UI_FAILED);
}

static void job_done(struct sched *s, struct job *j, bool restored) {
	if (j->errors.n)
		error("%s: " SFMT, j->id, SARG(slice_trim(buf_slice(&j->errors))));
	complete(s, j->task);
	ui_finished(s->o->ui, j->id, restored ? UI_RESTORED : UI_RAN);
	if (restored && j->task->content.n && s->o->same)
		same_note_restored(s->o->same, s->graph, j->task);
	/* It left what an earlier run had left: what waits for it may be current after all. */
	if (!restored && j->task->content.n && s->o->same
			&& same_note(s->o->same, s->graph, j->task)
			&& s->o->hash_again(s->o->ctx) == 0)
		plan_again(s);
}

static void job_ended(struct sched *s, struct job *j, int status, const struct rusage *use) {
	bool restoring = j->task->plan == PLAN_RESTORE;
	bool exited = WIFEXITED(status);
	take_report(s, j);
	close(j->report);
	if (!exited)
		proc_end_orphans(j->child);
	s->running--;
	j->child = 0;
	if (j->fetches)
		s->fetching--;
	else
		jobserver_give(s->o->jobserver);
	write_statistics(s, j, exited && WEXITSTATUS(status) == 0, use);
	if (restoring && exited && WEXITSTATUS(status) == 2) {
		ui_finished(s->o->ui, j->id, UI_AGAIN);
		/* Its task runs, and what is below it may be needed after all. */
		j->task->unusable = true;
		task_become(j->task, TASK_WAITING);
		plan_again(s);
	} else if (exited && WEXITSTATUS(status) == 0) {
		job_done(s, j, restoring);
	} else {
		job_failed(s, j, status);
	}
	buf_free(&j->text);
	buf_free(&j->errors);
}

static void reap(struct sched *s) {
	struct rusage use;
	int status;
	for (unsigned i = 0; i < s->places; i++)
		if (s->job[i].child && wait4(s->job[i].child, &status, WNOHANG, &use) > 0)
			job_ended(s, &s->job[i], status, &use);
}

/* --- starting --- */

static _Noreturn void job_child(struct sched *s, const struct task *t, int report) {
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (null >= 0)
		dup2(null, 0);
	if (t->plan == PLAN_RESTORE)
		task_restore(s->context, t, report);
	task_run(s->context, t, report);
}

static struct job *free_place(struct sched *s) {
	for (unsigned i = 0; i < s->places; i++)
		if (!s->job[i].child)
			return &s->job[i];
	broken("sched: more jobs than places");
}

/* A task that could not even begin ends the build: the next one would not begin either. */
static void give_up(struct sched *s, struct task *t) {
	task_become(t, TASK_FAILED);
	s->failed++;
	s->stopping = s->stopping == GOING ? FINISHING : s->stopping;
	block_above(s, t);
}

/* Makes the process of a job and the pipe of its report. −1 with errno. */
static int launch(struct sched *s, struct job *j) {
	int fds[2];
	if (pipe2(fds, O_CLOEXEC) < 0)
		return -1;
	pid_t child = proc_fork();
	if (child == 0)
		job_child(s, j->task, fds[1]);
	int why = errno;
	close(fds[1]);
	if (child < 0)
		close(fds[0]);
	errno = why;
	if (child < 0)
		return -1;
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	j->report = fds[0];
	j->child = child;
	return 0;
}

static void start(struct sched *s, struct task *t, bool fetches) {
	struct job *j = free_place(s);
	task_become(t, TASK_RUNNING);
	*j = (struct job){ .task = t, .id = arena_str(s->arena, t->id), .since = os_now_ms(),
		.fetches = fetches };
	if (launch(s, j) < 0) {
		error("%s: cannot be started: %s", j->id, strerror(errno));
		if (!fetches)
			jobserver_give(s->o->jobserver);
		give_up(s, t);
		return;
	}
	s->running++;
	s->fetching += fetches;
	ui_started(s->o->ui, j->id, t->plan == PLAN_RESTORE);
}

/* A task without anything to execute needs no process. */
static void pass_over(struct sched *s, struct task *t) {
	task_become(t, TASK_RUNNING);
	if (t->spec->nostamp || stamp_write(t, SLICE("")) == 0) {
		complete(s, t);
		return;
	}
	give_up(s, t);
}

/* Fetching waits for others' machines: it must not keep ours from compiling. */
static void start_fetches(struct sched *s) {
	while (s->stopping == GOING && s->fetching < FETCHES && ready_top(&s->fetches))
		start(s, ready_pop(&s->fetches), true);
}

static void start_ready(struct sched *s) {
	struct task *t;
	s->wants_token = false;
	start_fetches(s);
	while (s->stopping == GOING && (t = ready_top(&s->ready))) {
		if (t->plan == PLAN_RUN && t->spec->noexec) {
			pass_over(s, ready_pop(&s->ready));
			continue;
		}
		unsigned working = s->running - s->fetching;
		if (working == s->o->jobs)
			return;
		if (working == 0)
			jobserver_refill(s->o->jobserver);
		if (!jobserver_take(s->o->jobserver)) {
			s->wants_token = true;
			return;
		}
		start(s, ready_pop(&s->ready), false);
	}
}

/* --- stopping --- */

static void signal_all(struct sched *s, int number) {
	for (unsigned i = 0; i < s->places; i++)
		if (s->job[i].child)
			proc_kill(s->job[i].child, number);
}

/* Transfers may take for ever, and go on where they were stopped. Returns how many there are. */
static unsigned drop_transfers(struct sched *s) {
	const struct atom *fetch = atom_of("do_fetch");
	unsigned n = 0;
	for (unsigned i = 0; i < s->places; i++) {
		struct job *j = &s->job[i];
		bool moves = j->fetches && (j->task->plan == PLAN_RESTORE || j->task->spec->name == fetch);
		if (!j->child || !moves)
			continue;
		j->dropped = true;
		proc_kill(j->child, SIGTERM);
		n++;
	}
	return n;
}

static void finish(struct sched *s) {
	s->stopping = FINISHING;
	unsigned dropped = drop_transfers(s), left = s->running - dropped;
	if (dropped)
		note("interrupted: %u transfer%s stopped: the next run goes on with files where they are, and begins "
			"anew with repositories", dropped, dropped == 1 ? "" : "s");
	if (left)
		note("interrupted: %u running task%s will finish; interrupt again to stop %s", left,
			left == 1 ? "" : "s", left == 1 ? "it" : "them");
}

static void stop(struct sched *s, bool now) {
	bool again = s->interrupted;
	s->interrupted = true;
	if (!now && !again) {
		finish(s);
		return;
	}
	if (s->stopping != KILLING)
		note("stopping the running tasks");
	s->stopping = KILLING;
	s->kill_at = os_now_ms() + MERCY_MS;
	signal_all(s, SIGTERM);
}

static void take_signals(struct sched *s) {
	struct signalfd_siginfo info;
	while (read(s->signals, &info, sizeof info) == sizeof info) {
		if (info.ssi_signo == SIGINT)
			stop(s, false);
		else if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGHUP)
			stop(s, true);
		else if (info.ssi_signo == SIGWINCH)
			ui_resized(s->o->ui);
	}
	reap(s);
}

/* --- the loop --- */

static void wait_events(struct sched *s) {
	nfds_t n = 0;
	s->poll[n++] = (struct pollfd){ s->signals, POLLIN, 0 };
	s->poll[n++] = (struct pollfd){ s->wants_token ? s->o->jobserver->own_fd : -1, POLLIN, 0 };
	for (unsigned i = 0; i < s->places; i++) {
		bool listen = s->job[i].child && !s->job[i].silent;
		s->poll[n++] = (struct pollfd){ listen ? s->job[i].report : -1, POLLIN, 0 };
	}
	poll(s->poll, n, TICK_MS);
	for (unsigned i = 0; i < s->places; i++) {
		if (s->poll[2 + i].revents & POLLIN)
			take_report(s, &s->job[i]);
		else if (s->poll[2 + i].revents)
			s->job[i].silent = true;
	}
	/* Children may have ended before the signals were blocked: reap on every turn. */
	take_signals(s);
	if (s->kill_at && os_now_ms() >= s->kill_at) {
		signal_all(s, SIGKILL);
		s->kill_at = os_now_ms() + MERCY_MS;
	}
	ui_tick(s->o->ui);
}

static int open_all(struct sched *s) {
	s->signals = proc_signals();
	if (s->signals < 0)
		return -1;
	s->places = s->o->jobs + FETCHES;
	s->job = ARENA_ARRAY(s->arena, struct job, s->places);
	s->poll = ARENA_ARRAY(s->arena, struct pollfd, s->places + 2);
	if (!s->o->statistics)
		return 0;
	os_mkparents(s->o->statistics);
	s->statistics = fopen(s->o->statistics, "we");
	/* By lines: what stood in a buffer at a fork would be written twice. */
	if (s->statistics)
		setvbuf(s->statistics, NULL, _IOLBF, 0);
	return 0;
}

static void close_all(struct sched *s) {
	if (s->statistics)
		fclose(s->statistics);
	close(s->signals);
	ready_free(&s->ready);
	ready_free(&s->fetches);
	arena_free(s->arena);
}

int sched_run(struct graph *g, struct task_context *c, const struct sched_options *o) {
	struct sched s = { .arena = arena_new(), .graph = g, .context = c, .o = o };
	if (open_all(&s) < 0) {
		arena_free(s.arena);
		return 1;
	}
	collect_ready(&s);
	show_plan(&s);
	for (start_ready(&s); s.running > 0; start_ready(&s))
		wait_events(&s);
	int result = s.interrupted ? -1 : (int)s.failed;
	/* One failure stands right above already. */
	for (size_t i = 0; i < s.failures.n && s.failures.n > 1; i++)
		note("failed: " SFMT, SARG(s.failures.v[i]));
	close_all(&s);
	return result;
}
