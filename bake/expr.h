/* expr: the text of an inline ${@…} to a tree. Nothing is evaluated here and nothing is looked
 * up. */
#ifndef BAKE_EXPR_H
#define BAKE_EXPR_H

#include <stddef.h>
#include <stdint.h>

#include "util.h"

struct arena;
struct atom;

enum expr_kind {
	EXPR_NONE, EXPR_TRUE, EXPR_FALSE,
	EXPR_INT,                /* number */
	EXPR_FLOAT,              /* real */
	EXPR_TEXT,               /* text, escapes decoded */
	EXPR_FORMAT,             /* f-string: kids are TEXT or FIELD */
	EXPR_FIELD,              /* kid[0]; op: conversion letter or 0; kid[1]: FORMAT spec if given */
	EXPR_NAME,               /* name */
	EXPR_ATTR,               /* kid[0].name */
	EXPR_CALL,               /* kid[0](kid[1], …); name: the dotted name, if it is one */
	EXPR_KEYWORD,            /* in a call or a lambda: name = kid[0] */
	EXPR_STAR, EXPR_STAR2,   /* *kid[0], **kid[0] in a call */
	EXPR_INDEX,              /* kid[0][kid[1]] */
	EXPR_SLICE,              /* kid[0][kid[1]:kid[2]:kid[3]]; NONE where left out */
	EXPR_NEGATE, EXPR_PLUS, EXPR_INVERT, EXPR_NOT,
	EXPR_BINARY,             /* kid[0] op kid[1] */
	EXPR_COMPARE,            /* kid[0] op kid[1] op kid[2] …: text holds the ops, one a byte */
	EXPR_AND, EXPR_OR,       /* two kids or more */
	EXPR_IF,                 /* kid[1] if kid[0] else kid[2] */
	EXPR_LIST, EXPR_TUPLE, EXPR_SET,
	EXPR_DICT,               /* kids: key, value, key, value … */
	EXPR_COMPREHENSION,      /* op: LIST … TUPLE; kid[0] (of a dict kid[1] too), then FOR */
	EXPR_FOR,                /* kid[0] target, kid[1] iterable, kid[2…] conditions */
	EXPR_LAMBDA,             /* kid[0] body, then parameters: NAME, or KEYWORD with a default */
};

/* Operators of BINARY and COMPARE in `op`. */
enum expr_op {
	OP_ADD = 1, OP_SUB, OP_MUL, OP_DIV, OP_FLOOR, OP_MOD, OP_POW, OP_AND, OP_OR, OP_XOR,
	OP_LEFT, OP_RIGHT,
	OP_EQ, OP_NE, OP_LT, OP_LE, OP_GT, OP_GE, OP_IN, OP_NOT_IN, OP_IS, OP_IS_NOT,
};

struct expr {
	uint8_t kind;            /* enum expr_kind */
	uint8_t op;
	uint32_t column;         /* 1-based, in the text */
	uint32_t kids;
	const struct atom *name;
	struct slice text;
	int64_t number;
	double real;
	struct expr **kid;
};

/* The tree of text in arena a. Raises "expression: column N: reason: «text»". */
struct expr *expr_parse(struct arena *a, struct slice text);

#endif
