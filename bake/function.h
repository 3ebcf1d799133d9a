/* function: runs one function of the metadata, shell or Lua. */
#ifndef BAKE_FUNCTION_H
#define BAKE_FUNCTION_H

#include <sys/types.h>

struct atom;
struct data;
struct jobserver;
struct slice;

/* For this process: the number in the names of scripts, and the tokens shells hand to make (NULL:
 * none). */
void function_setup(pid_t pid, const struct jobserver *tokens);
/* Runs name with its [cleandirs], [dirs] and [lockfiles]; its output is our standard error. An
 * empty or missing function is fine. Raises when it fails. */
void function_run(struct data *d, const struct atom *name);
/* Each of a list of words. */
void function_run_all(struct data *d, struct slice names);
/* A flag, expanded; empty when unset. */
struct slice function_flag(struct data *d, const struct atom *name, const char *flag);

#endif
