/* lua: runs the Lua of the metadata. lua.c is the only file that sees the Lua library (so include
 * this header freely: it is ours). One state per process, made on first use.
 *
 * What the metadata defines is found through the store, by name and flags, so that nothing one
 * recipe's classes define can be seen by another recipe:
 *	lua do_x() { … }            func=1 lua=1, value = the body, lineno = line of the header
 *	function x(d, …) … end      func=1 lua=1, value = the text from "function" to "end"
 *	Python (kept, never run)    func=1 python=1 */
#ifndef BAKE_LUA_H
#define BAKE_LUA_H

#include "util.h"
#include <stdbool.h>

struct atom;
struct call;
struct data;
struct place;
struct value;

/* Runs the function `name` of d (a task, a handler, a helper) with d as its argument. Raises with
 * the place in the metadata's own file. */
void lua_run(struct data *d, const struct atom *name);
/* What a handler is told beside the event's name and the store; a list ends with a NULL key. */
struct lua_field {
	const char *key;
	struct slice text;
};
/* The same for a handler: `e` is a table { name = event, data = d, … }. fields may be NULL. */
void lua_run_event(struct data *d, const struct atom *name, const char *event,
		const struct lua_field *fields);
/* Runs text, the body of `lua () { … }` or `lua __anonymous() { … }`; at is the place of its
 * header. */
void lua_run_text(struct data *d, struct slice body, struct place at);
/* Raises when text (as stored: a body or a whole function) is not Lua. Nothing runs. */
void lua_check(struct slice text, struct place at);
/* Calls the function c->name: one of the store's, or one of a Lua module found on BBPATH as
 * classes/lib/A/B.lua (or classes/lib/A.lua) for "A.B.f". False when there is none. */
bool lua_call_named(struct call *c, struct value *result);
/* Modules that BBPATH does not have are looked for below dir, the root of our own tree. dir is
 * kept. */
void lua_set_root(const char *dir);
void lua_shutdown(void);                             /* frees the state, for tests */

#endif
