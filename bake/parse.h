/* parse: the text of one metadata file to immutable statements. Nothing is evaluated. */
#ifndef BAKE_PARSE_H
#define BAKE_PARSE_H

#include <stdbool.h>
#include <stddef.h>

#include "util.h"

struct atom;

enum stmt_kind {
	STMT_ASSIGN,             /* name[flag] op value; exported */
	STMT_EXPORT,             /* name */
	STMT_UNSET,              /* name, flag */
	STMT_FUNCTION,           /* name, value = body, language, fakeroot; NULL name: anonymous */
	STMT_INCLUDE,            /* value = files; op = how */
	STMT_INHERIT,            /* value = classes; op = INHERIT_NOW or INHERIT_DEFERRED */
	STMT_EXPORT_FUNCTIONS,   /* value = names */
	STMT_ADDTASK,            /* value = tasks, before, after */
	STMT_DELTASK,            /* value = tasks */
	STMT_ADDHANDLER,         /* value = names */
	STMT_ADDFRAGMENTS,       /* fragments */
	STMT_ADDPYLIB,           /* value = directory and namespace; read, never used */
};

enum stmt_op {
	ASSIGN_SET,              /* =   */
	ASSIGN_DEFAULT,          /* ?=  */
	ASSIGN_WEAK,             /* ??= */
	ASSIGN_NOW,              /* :=  */
	ASSIGN_APPEND,           /* +=  */
	ASSIGN_PREPEND,          /* =+  */
	ASSIGN_POSTDOT,          /* .=  */
	ASSIGN_PREDOT,           /* =.  */
	INCLUDE_OPTIONAL, INCLUDE_REQUIRED, INCLUDE_ALL,
	INHERIT_NOW, INHERIT_DEFERRED,
};

enum stmt_language {
	LANGUAGE_SHELL,
	LANGUAGE_LUA,            /* lua name() { body } */
	LANGUAGE_LUA_BLOCK,      /* function name(…) … end: value is all of it */
	LANGUAGE_PYTHON,         /* python name() { body }: kept, never run */
	LANGUAGE_PYTHON_BLOCK,   /* def name(…): value is all of it: kept, never run */
};

struct stmt {
	unsigned char kind, op, language;        /* enum stmt_kind, stmt_op, stmt_language */
	bool exported, fakeroot;
	int line;                /* of a continued line the last, of a function the first */
	const struct atom *name, *flag;          /* flag NULL: none */
	struct slice value;
	union {
		struct { struct slice before, after; } task;
		struct { struct slice prefix, list, metadata, builtin; } *fragments;
	};
};

struct statements {
	const struct atom *file; /* as it was asked for: messages name it so */
	struct slice class_name; /* "x" of x.bbclass, else empty: EXPORT_FUNCTIONS wants it */
	struct stmt *v;
	size_t n;
};

enum parse_dialect {
	PARSE_NONE,              /* not a metadata file */
	PARSE_CONF,              /* .conf */
	PARSE_RECIPE,            /* .bb .bbclass .inc, and .bbappend when asked for as one */
};

/* Who looks at the text of every Lua function when its file is parsed, and raises when it is none;
 * NULL: nobody. What is appended to a function is not looked at: alone it need not be one. */
void parse_set_lua(void (*check)(struct slice text, struct slice file, int line));

/* By the ending of the name. */
enum parse_dialect parse_dialect_of(struct slice path);
/* The statements of text, which must outlive them; memory of arena a. Raises file:line for what it
 * cannot read. */
struct statements *parse_text(struct arena *a, const struct atom *file, struct slice text,
		enum parse_dialect dialect);
/* The same for a file, parsed once as long as it does not change. NULL with errno set when it
 * cannot be read (ENOENT: there is none, or it is no regular file). */
const struct statements *parse_file(const struct atom *path, enum parse_dialect dialect);

#endif
