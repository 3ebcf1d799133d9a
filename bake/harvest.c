/* harvest: workers take items (files to read, or records to complete) from a shared counter, one at
 * a time, and send back one frame an item: warnings, then packed records or a fault. The
 * configuration is sealed before the fork, so its pages stay shared.
 *
 * Invariant: an item below the counter has its frame, or some live worker is at it. */
#include "harvest.h"
#include "layer.h"
#include "proc.h"
#include "recipe.h"
#include "os.h"
#include "record.h"
#include "util.h"
#include "witness.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_WORKERS = 64, IDLE = UINT32_MAX };

/* What all processes see. */
struct shared {
	atomic_uint next;                        /* the first item nobody took */
	atomic_uint at[MAX_WORKERS];             /* the item a worker is at */
};

struct frame {
	uint32_t item;
	uint32_t failed;
	uint32_t warnings;
	uint32_t count;                          /* records */
	uint64_t size;                           /* bytes of what follows */
};

struct worker {
	pid_t pid;
	int fd;
	struct frame frame;
	size_t got;                              /* bytes of the frame and of what follows it */
	char *bytes;
};

struct harvester {
	struct config *config;
	struct arena *arena;
	struct recipe *const *incomplete;        /* what to complete; NULL: the files are read */
	size_t items;
	struct shared *shared;
	struct frame *frame;                     /* one an item; size 0: none came */
	struct slice *bytes;
	struct worker worker[MAX_WORKERS];
	unsigned workers;
	struct recipes *list;
	struct harvest_faults *faults;
};

/* --- in a worker --- */

struct sack {
	struct buf *out;
	uint32_t warnings;
};

static void add_number(struct buf *out, uint32_t n) {
	buf_add(out, (struct slice){ (const char *)&n, sizeof n });
}

static void add_text(struct buf *out, struct slice s) {
	add_number(out, (uint32_t)s.n);
	buf_add(out, s);
}

static void keep_message(void *ctx, enum message_level level, const char *text) {
	struct sack *s = ctx;
	add_number(s->out, level);
	add_text(s->out, slice_of(text));
	s->warnings++;
}

static void add_fault_text(struct buf *out, const struct fault *fault) {
	add_text(out, fault->file);
	add_number(out, (uint32_t)fault->line);
	add_text(out, fault->message);
}

static struct slice path_of(const struct harvester *h, uint32_t item) {
	return h->incomplete ? h->incomplete[item]->file : h->config->file[item].path;
}

/* Adds the records of the item to *list. A record to complete is packed as a copy: whoever asked
 * for it has the original. */
static int do_item(struct harvester *h, uint32_t item, struct arena *a, struct recipes *list,
		struct fault *fault) {
	if (!h->incomplete)
		return recipe_read(h->config, &h->config->file[item], a, list, fault);
	struct recipe *copy = ARENA_NEW(a, struct recipe);
	*copy = *h->incomplete[item];
	copy->task = ARENA_ARRAY(a, struct recipe_task, copy->tasks + 1);
	memcpy(copy->task, h->incomplete[item]->task, copy->tasks * sizeof *copy->task);
	*list = (struct recipes){ copy, 1, 1 };
	int result = recipe_identify(h->config, copy, a, fault);
	list->n = result == 0;
	return result;
}

static unsigned messages(void) {
	return message_count(MESSAGE_NOTE) + message_count(MESSAGE_WARN)
			+ message_count(MESSAGE_ERROR);
}

/* What has something to say is read again each time, to say it. */
static void keep_witness(const struct harvester *h, struct arena *a, struct recipes *list) {
	struct buf facts = { .arena = a };
	if (!witness_lasts())
		return;
	witness_pack(&facts);
	for (size_t i = 0; i < list->n; i++)
		*(h->incomplete ? &list->v[i].identity_witness : &list->v[i].witness) =
				buf_slice(&facts);
}

/* Does one item: its frame, and in out the bytes that follow it. Warnings precede them when out is
 * where the sack puts them; without a sack they are given at once. */
static struct frame make_frame(struct harvester *h, uint32_t item, struct buf *out,
		struct sack *sack) {
	unsigned told = messages();
	struct arena *a = arena_new();
	struct recipes list = { 0 };
	struct fault fault = { 0 };
	struct frame frame = { .item = item };
	out->n = 0;
	if (sack)
		sack->warnings = 0;
	witness_begin();
	frame.failed = do_item(h, item, a, &list, &fault) != 0;
	witness_end();
	if (messages() == told)
		keep_witness(h, a, &list);
	frame.warnings = sack ? sack->warnings : 0;
	frame.count = (uint32_t)list.n;
	if (frame.failed)
		add_fault_text(out, &fault);
	for (size_t i = 0; i < list.n; i++)
		record_pack(&list.v[i], out);
	frame.size = out->n;
	arena_free(a);
	return frame;
}

static _Noreturn void work(struct harvester *h, unsigned number, int fd) {
	struct buf out = { 0 };
	struct sack sack = { .out = &out };
	message_sink(keep_message, &sack);
	for (;;) {
		uint32_t item = atomic_fetch_add(&h->shared->next, 1);
		if (item >= h->items)
			_exit(0);
		atomic_store(&h->shared->at[number], item);
		struct frame frame = make_frame(h, item, &out, &sack);
		struct slice head = { (const char *)&frame, sizeof frame };
		if (os_write_all(fd, head) || os_write_all(fd, buf_slice(&out)))
			_exit(1);
		atomic_store(&h->shared->at[number], IDLE);
	}
}

/* --- in the parent --- */

static int start(struct harvester *h, unsigned number) {
	int ends[2];
	if (pipe2(ends, O_CLOEXEC))
		return -1;
	atomic_store(&h->shared->at[number], IDLE);
	pid_t pid = proc_fork();
	if (pid < 0) {
		close(ends[0]);
		close(ends[1]);
		return -1;
	}
	if (pid == 0) {
		close(ends[0]);
		work(h, number, ends[1]);
	}
	close(ends[1]);
	h->worker[number] = (struct worker){ .pid = pid, .fd = ends[0] };
	return 0;
}

/* The frame is complete: it becomes the item's. */
static void keep_frame(struct harvester *h, struct worker *w) {
	h->frame[w->frame.item] = w->frame;
	h->bytes[w->frame.item] = (struct slice){ w->bytes, w->frame.size };
	w->got = 0;
}

/* Takes what the pipe has of a frame's head, or of its body straight into its place. False at
 * the end of the pipe. */
static bool receive(struct harvester *h, struct worker *w) {
	bool head = w->got < sizeof w->frame;
	char *to = head ? (char *)&w->frame + w->got : w->bytes + (w->got - sizeof w->frame);
	size_t want = head ? sizeof w->frame - w->got : sizeof w->frame + w->frame.size - w->got;
	ssize_t n = read(w->fd, to, want);
	if (n < 0)
		return errno == EINTR || errno == EAGAIN;
	w->got += (size_t)n;
	if (n && head && w->got == sizeof w->frame) {
		if (w->frame.item >= h->items)
			broken("a worker sent item %u of %zu", w->frame.item, h->items);
		w->bytes = arena_alloc(h->arena, w->frame.size + 1);
	}
	if (n && w->got == sizeof w->frame + w->frame.size)
		keep_frame(h, w);
	return n > 0;
}

static void lose(struct harvester *h, uint32_t item, int status) {
	struct buf out = { .arena = h->arena };
	struct fault fault = { .file = path_of(h, item) };
	fault.message = arena_printf(h->arena, "the process reading it ended: " SFMT,
			SARG(proc_describe(h->arena, status)));
	add_fault_text(&out, &fault);
	h->frame[item] = (struct frame){ .item = item, .failed = 1 };
	h->bytes[item] = buf_slice(&out);
}

/* A worker's pipe ended. When it died at an item, that item is at fault and another takes its
 * place. */
static void reap(struct harvester *h, unsigned number) {
	struct worker *w = &h->worker[number];
	int status = 0;
	close(w->fd);
	w->fd = -1;
	while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR)
		;
	uint32_t at = atomic_load(&h->shared->at[number]);
	if (at >= h->items)
		return;
	lose(h, at, status);
	if (atomic_load(&h->shared->next) < h->items)
		start(h, number);
}

static void collect(struct harvester *h) {
	for (;;) {
		struct pollfd fds[MAX_WORKERS];
		unsigned open = 0;
		for (unsigned i = 0; i < h->workers; i++) {
			fds[i] = (struct pollfd){ .fd = h->worker[i].fd, .events = POLLIN };
			open += h->worker[i].fd >= 0;
		}
		if (!open)
			return;
		if (poll(fds, h->workers, -1) < 0)
			continue;
		for (unsigned i = 0; i < h->workers; i++)
			if (fds[i].revents && !receive(h, &h->worker[i]))
				reap(h, i);
	}
}

/* --- frames to records --- */

static uint32_t take_number(struct slice *bytes) {
	uint32_t n = 0;
	if (bytes->n < sizeof n)
		broken("a worker's frame ends early");
	memcpy(&n, bytes->p, sizeof n);
	*bytes = slice_sub(*bytes, sizeof n, bytes->n);
	return n;
}

static struct slice take_text(struct slice *bytes) {
	uint32_t n = take_number(bytes);
	struct slice s = slice_sub(*bytes, 0, n);
	*bytes = slice_sub(*bytes, n, bytes->n);
	return s;
}

static void add_records(struct harvester *h, const struct frame *frame, struct slice *bytes) {
	struct recipes *list = h->list;
	for (uint32_t i = 0; i < frame->count; i++) {
		if (list->n == list->cap) {
			list->cap = list->cap ? list->cap * 2 : h->items + 16;
			struct recipe *v = ARENA_ARRAY(h->arena, struct recipe, list->cap);
			if (list->n)
				memcpy(v, list->v, list->n * sizeof *v);
			list->v = v;
		}
		if (record_unpack(bytes, h->arena, &list->v[list->n]))
			broken("a worker's record is not one");
		list->n++;
	}
}

static void add_fault(struct harvester *h, struct fault fault) {
	struct harvest_faults *list = h->faults;
	if (list->n == list->cap) {
		list->cap = list->cap ? list->cap * 2 : 8;
		struct fault *v = ARENA_ARRAY(h->arena, struct fault, list->cap);
		if (list->n)
			memcpy(v, list->v, list->n * sizeof *v);
		list->v = v;
	}
	list->v[list->n++] = fault;
}

static void take_frame(struct harvester *h, const struct frame *frame, struct slice bytes) {
	for (uint32_t i = 0; i < frame->warnings; i++) {
		enum message_level level = (enum message_level)take_number(&bytes);
		struct slice text = take_text(&bytes);
		message(level, SFMT, SARG(text));
	}
	if (frame->failed) {
		struct fault fault = { .file = take_text(&bytes) };
		fault.line = (int)take_number(&bytes);
		fault.message = take_text(&bytes);
		add_fault(h, fault);
	}
	add_records(h, frame, &bytes);
}

/* An item no worker took: there is one job only, or none could be started. */
static void do_here(struct harvester *h, uint32_t item) {
	struct buf out = { 0 };
	struct frame frame = make_frame(h, item, &out, NULL);
	struct slice bytes = arena_dup(h->arena, buf_slice(&out));
	buf_free(&out);
	take_frame(h, &frame, bytes);
}

static void run_workers(struct harvester *h) {
	h->shared = mmap(NULL, sizeof *h->shared, PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (h->shared == MAP_FAILED)
		return;
	for (unsigned i = 0; i < h->workers; i++)
		if (start(h, i))
			h->worker[i].fd = -1;
	collect(h);
}

static size_t run(struct harvester *h, unsigned jobs) {
	size_t before = h->faults->n;
	h->workers = jobs < MAX_WORKERS ? jobs : MAX_WORKERS;
	h->frame = ARENA_ARRAY(h->arena, struct frame, h->items + 1);
	h->bytes = ARENA_ARRAY(h->arena, struct slice, h->items + 1);
	if (h->workers > 1 && h->items > 1)
		run_workers(h);
	for (uint32_t i = 0; i < h->items; i++) {
		if (h->bytes[i].p)
			take_frame(h, &h->frame[i], h->bytes[i]);
		else
			do_here(h, i);
	}
	if (h->shared && h->shared != MAP_FAILED)
		munmap(h->shared, sizeof *h->shared);
	return h->faults->n - before;
}

size_t harvest(struct config *c, unsigned jobs, struct arena *a, struct recipes *list,
		struct harvest_faults *faults) {
	struct harvester h = { .config = c, .arena = a, .items = c->files, .list = list,
		.faults = faults };
	return run(&h, jobs);
}

/* Other things point to the tasks of a record: they are filled in where they are. */
static void complete(struct recipe *r, const struct recipe *done) {
	for (size_t i = 0; i < r->tasks; i++) {
		r->task[i].base_hash = done->task[i].base_hash;
		r->task[i].file_checksums = done->task[i].file_checksums;
	}
	r->identity_witness = done->identity_witness;
	r->identified = true;
}

size_t harvest_identify(struct config *c, unsigned jobs, struct arena *a,
		const struct harvest_wanted *wanted, struct harvest_faults *faults) {
	struct recipes done = { 0 };
	struct harvester h = { .config = c, .arena = a, .incomplete = wanted->v,
		.items = wanted->n, .list = &done, .faults = faults };
	size_t failed = run(&h, jobs);
	for (size_t i = 0, k = 0; i < done.n; i++, k++) {
		while (!slice_eq(wanted->v[k]->id, done.v[i].id))
			k++;
		complete(wanted->v[k], &done.v[i]);
	}
	return failed;
}
