/*
 * request.h - one request in a daemon, and the ways to answer it
 *
 * A handler is straight-line code that returns a reply token; only the reply_* functions give
 * one out, so no path can forget to answer. If the database failed while the request was
 * worked on, whatever reply_* is called becomes 503: a handler need not check each query.
 */
#ifndef AE_REQUEST_H
#define AE_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "common/cache.h"
#include "common/clock.h"
#include "common/error.h"
#include "common/json.h"
#include "common/operation.h"
#include "common/problem.h"

struct daemon;
struct db;
struct cache;

struct named_value {
	const char *name, *value;
};

struct request {
	struct daemon *daemon;
	struct db *db;
	struct cache *cache;
	const struct operation *operation;
	int64_t id; /* of the entry in its frame's exchange */
	const char *request_id;
	const char *traceparent;
	int64_t deadline;           /* CLOCK_MONOTONIC microseconds */
	const char *subject;        /* who asks; "" for anyone */
	bool head;                  /* HEAD: somebody looks whether it is there; the gateway drops the body */
	unsigned roles;             /* of enum role */
	struct named_value *values; /* "path.member_id", "query.period", "header.if-none-match" */
	size_t value_count;
	const char *body;
	size_t body_length;
	const void *in;     /* the decoded input struct */
	const char *cached; /* what the daemon's prefetch found, else NULL */
	size_t cached_length;
	char cache_token[CACHE_TOKEN];

	/* the answer */
	int status;
	struct named_value *headers;
	size_t header_count;
	const char *reply_body;
	size_t reply_length;
};

typedef const struct reply_token *reply;
#define MUST_USE __attribute__((warn_unused_result))

/* A request header's value, NULL if absent; name in lower case. */
const char *request_header(const struct request *req, const char *name);
/* The version that If-Match names by an ETag that is its number; 0: none is named, or any. False: it cannot
 * be read. */
bool request_if_match(const struct request *req, int64_t *version);
/* A value as it may stand in a path or a query (RFC 3986), under the request. */
const char *request_encoded(struct request *req, const char *value);
/* The path that was asked for; NULL if the operation has none. */
const char *request_path(struct request *req);

MUST_USE reply reply_json(struct request *req, const struct json_writer *document);
/* Any body that hangs under the request (or is constant). */
MUST_USE reply reply_body(struct request *req, int status, const char *content_type, const void *body,
			  size_t length);
/* 304 if If-None-Match names this entity tag, and then *out is the answer; else sets ETag and returns false.
 */
bool reply_not_modified(struct request *req, const char *etag, reply *out);
MUST_USE reply reply_not_found(struct request *req, const char *what, const char *id);
MUST_USE reply reply_error(struct request *req, enum error e, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
MUST_USE reply reply_faults(struct request *req, enum error e, const struct fault *faults, size_t count);

/* Adds a header to the reply; later reply_* keep it. */
void request_put_header(struct request *req, const char *name, const char *value);

#endif
