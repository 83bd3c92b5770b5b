/*
 * local.c - the operations that the gateway answers itself
 */
#include <stdio.h>
#include <string.h>
#include <talloc.h>

#include "services/gateway/gateway.h"

/* As cheap as a reply can be: it tells that the loop turns, and benchmarks measure against it. */
static void get_healthz(struct call *call)
{
	static const char text[] = "{\"status\":\"ok\"}";
	struct answer a = {.status = 200, .body = text, .length = sizeof(text) - 1};

	answer_put(&a, "Content-Type", "application/json");
	call_answer(call, &a);
}

/* The document only changes with the program: its tag is its checksum. */
static void get_openapi(struct call *call)
{
	static char tag[24];
	const char *condition = head_get(call->head, "if-none-match");
	struct answer a = {.status = 200, .body = openapi_text, .length = openapi_length};
	uint64_t sum = 14695981039346656037u;
	size_t i;

	if (tag[0] == '\0') {
		for (i = 0; i < openapi_length; i++)
			sum = (sum ^ (unsigned char)openapi_text[i]) * 1099511628211u;
		snprintf(tag, sizeof(tag), "\"%016llx\"", (unsigned long long)sum);
	}
	answer_put(&a, "Content-Type", "application/json");
	answer_put(&a, "ETag", tag);
	answer_put(&a, "Cache-Control", "max-age=60");
	if (condition && strstr(condition, tag)) {
		a.status = 304;
		a.length = 0;
	}
	call_answer(call, &a);
}

static const struct {
	const char *operation;
	local_function answer;
} locals[] = {
	{"get_healthz", get_healthz},
	{"get_openapi", get_openapi},
	{"get_readyz", gather_ready},
	{"get_metrics", gather_metrics},
};

local_function local_find(const char *operation)
{
	size_t i;

	for (i = 0; i < sizeof(locals) / sizeof(locals[0]); i++)
		if (strcmp(locals[i].operation, operation) == 0)
			return locals[i].answer;
	return NULL;
}
