/* artefact: the directory trees a cached task leaves: made empty, published, stored, restored. */
#ifndef BAKE_ARTEFACT_H
#define BAKE_ARTEFACT_H

#include <stdint.h>

struct leak_secrets;
struct recipe;
struct slice;
struct store;
struct store_entry;
struct task;

/* A task with [sstate-inputdirs] writes there and the trees are linked into [sstate-outputdirs],
 * which other tasks may share; [sstate-plaindirs] stay where they are. All paths are the host's.
 * Each function returns 0, or −1 with a message. */

/* Before the task: input and plain directories exist and are empty. */
int artefact_empty(const struct task *t);
/* Does what the task leaves tell where it was made? Every file that does is reported. 0 or −1. */
int artefact_check(const struct task *t, const struct leak_secrets *secrets);
/* After it: links each input directory into its output directory in place of what this task had put
 * there before (known by a manifest beside the stamp). */
int artefact_publish(const struct task *t);
/* Takes away all that the tasks of r have published. */
void artefact_withdraw(const struct recipe *r);
/* Packs the trees into the store. cost: its newest, cpu_ms and kin, see store.h, are taken. *content: the
 * content hash. */
int artefact_store(struct store *s, const struct task *t, const struct store_entry *cost,
		struct slice *content);
/* Unpacks them from the store instead of running the task. */
int artefact_restore(struct store *s, const struct task *t, struct slice *content);

#endif
