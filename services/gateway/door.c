/*
 * door.c - what is decided when a head is complete, before a byte of the body is kept
 *
 * Route, token and role are judged here, so that nobody without a token makes the gateway
 * hold megabytes; and so is the size, by the operation's own limit.
 */
#include <string.h>
#include <talloc.h>

#include "services/gateway/connection.h"

/* A refused request's body is read up to this, so that its connection can be kept. */
enum {
	REFUSED_BODY_MAX = 64 * 1024
};

/* evhttp takes a body with these methods only; what follows others it would read as a request. */
static bool takes_body(const struct head *h)
{
	return h->method[0] == 'P';
}

static bool refuse(struct connection *c, enum error e, const char *detail)
{
	struct answer a = {0};

	c->call->error = e;
	c->call->detail = detail;
	call_fault_answer(c->call, &a);
	connection_refuse(c, &a);
	return false;
}

bool door_head(struct connection *c)
{
	const struct head *h = &c->head;
	struct head_fault fault;
	bool has_body;
	uint64_t limit;

	if (!head_parse(c->scan.head, c->scan.head_length, &c->head, &fault)) {
		connection_refuse_fault(c, fault.error, fault.detail);
		return false;
	}
	connection_phase(c, PHASE_BODY);
	c->call = call_new(c->http->gateway, c, h);
	has_body = h->chunked || h->length > 0;
	if (has_body && !takes_body(h))
		return refuse(c, ERR_MALFORMED, "this method takes no body");
	if (takes_body(h) && !h->chunked && !h->has_length)
		return refuse(c, ERR_MALFORMED, "Content-Length is missing");
	limit = c->call->error == ERR_OK ? c->call->operation->body_limit : REFUSED_BODY_MAX;
	if (c->call->error != ERR_OK && (h->chunked || h->length > limit))
		return refuse(c, c->call->error, c->call->detail);
	if (h->length > limit)
		return refuse(c, ERR_TOO_LARGE, "the body is larger than this operation takes");
	scan_expect_body(&c->scan, h, limit);
	return true;
}
