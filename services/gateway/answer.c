/*
 * answer.c - what goes back to the client, before HTTP: status, headers, body
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <talloc.h>

#include "common/problem.h"
#include "services/gateway/gateway.h"

void answer_put(struct answer *a, const char *name, const char *value)
{
	if (a->header_count == ANSWER_HEADERS_MAX)
		return;
	a->headers[a->header_count].name = name;
	a->headers[a->header_count++].value = value;
}

const char *answer_header(const struct answer *a, const char *name)
{
	size_t i;

	for (i = 0; i < a->header_count; i++)
		if (strcasecmp(a->headers[i].name, name) == 0)
			return a->headers[i].value;
	return NULL;
}

void answer_problem(const void *parent, struct answer *a, enum error e, const char *detail,
		    const char *instance, const char *request_id)
{
	a->status = error_status(e);
	a->body = problem_text(parent, e, detail, instance, request_id, NULL, 0, &a->length);
	answer_put(a, "Content-Type", "application/problem+json");
	if (error_retryable(e))
		answer_put(a, "Retry-After", "1");
}

/* A reply to one client is nobody else's, and is data, not a page, unless its maker says otherwise. */
void answer_harden(struct answer *a, const char *request_id)
{
	answer_put(a, "X-Request-Id", request_id);
	answer_put(a, "X-Content-Type-Options", "nosniff");
	if (!answer_header(a, "Content-Security-Policy"))
		answer_put(a, "Content-Security-Policy",
			   "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
	if (!answer_header(a, "Cache-Control"))
		answer_put(a, "Cache-Control", "no-store");
}

void message_release(struct message *m)
{
	if (--m->references > 0)
		return;
	m->release(m->data);
	free(m);
}
