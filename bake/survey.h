/* survey: many small files asked of one server at once. */
#ifndef BAKE_SURVEY_H
#define BAKE_SURVEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util.h"

struct arena;
struct net_request;

struct survey_question {
	const char *url;
	bool head;               /* only whether it is there, and how long it is */
	long status;             /* of the answer (200, 404 …); 0: there was none */
	uint64_t bytes;          /* of what is there; head only */
	struct slice text;       /* the answer's body; unset with head */
};

struct survey {
	struct survey_question *question;
	size_t n;
};

/* Puts all questions, some of them at once. Of r, connect_s (seconds without any answer, 0: 15),
 * trust and access count. 0; or −1 and *why, without credentials, when the server does not answer or
 * is too slow: what was answered until then stands. */
int survey_ask(struct arena *a, const struct net_request *r, const struct survey *s,
		struct slice *why);

#endif
