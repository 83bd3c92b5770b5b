/*
 * request.c - answering: every reply_* puts the answer into the request and gives out the token
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "common/daemon.h"
#include "common/log.h"
#include "common/request.h"

struct reply_token {
	char nothing;
};
static const struct reply_token token;

const char *request_header(const struct request *req, const char *name)
{
	size_t i;

	for (i = 0; i < req->value_count; i++)
		if (strncmp(req->values[i].name, "header.", 7) == 0 &&
		    strcmp(req->values[i].name + 7, name) == 0)
			return req->values[i].value;
	return NULL;
}

bool request_if_match(const struct request *req, int64_t *version)
{
	const char *tag = request_header(req, "if-match");
	char *end;

	*version = 0;
	if (tag == NULL || strcmp(tag, "*") == 0)
		return true;
	*version = tag[0] == '"' ? strtoll(tag + 1, &end, 10) : 0;
	return *version > 0 && strcmp(end, "\"") == 0;
}

const char *request_encoded(struct request *req, const char *value)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:@";
	char *out = talloc_zero_array(req, char, 3 * strlen(value) + 1), *o = out;

	for (; *value; value++)
		if (strchr(plain, *value))
			*o++ = *value;
		else
			o += snprintf(o, 4, "%%%02X", (unsigned char)*value);
	return out;
}

static const char *path_value(const struct request *req, const char *name, size_t length)
{
	size_t i;

	for (i = 0; i < req->value_count; i++)
		if (strncmp(req->values[i].name, "path.", 5) == 0 &&
		    strncmp(req->values[i].name + 5, name, length) == 0 &&
		    req->values[i].name[5 + length] == '\0')
			return req->values[i].value;
	return "";
}

/* The operation's path with its {names} filled in. */
const char *request_path(struct request *req)
{
	const char *p = req->operation ? req->operation->path : NULL, *open, *close;
	char *out;

	if (p == NULL || *p != '/')
		return NULL;
	out = talloc_strdup(req, "");
	while ((open = strchr(p, '{')) && (close = strchr(open, '}'))) {
		out = talloc_asprintf_append(
			out, "%.*s%s", (int)(open - p), p,
			request_encoded(req, path_value(req, open + 1, (size_t)(close - open - 1))));
		p = close + 1;
	}
	return talloc_asprintf_append(out, "%s", p);
}

void request_put_header(struct request *req, const char *name, const char *value)
{
	req->headers = talloc_realloc(req, req->headers, struct named_value, req->header_count + 1);
	req->headers[req->header_count].name = name;
	req->headers[req->header_count++].value = talloc_strdup(req, value);
}

static bool header_is_put(const struct request *req, const char *name)
{
	size_t i;

	for (i = 0; i < req->header_count; i++)
		if (strcmp(req->headers[i].name, name) == 0)
			return true;
	return false;
}

static reply finish(struct request *req, int status, const char *content_type, const void *body,
		    size_t length)
{
	req->status = status;
	if (content_type)
		request_put_header(req, "content-type", content_type);
	req->reply_body = body;
	req->reply_length = length;
	return &token;
}

static reply finish_problem(struct request *req, enum error e, const char *detail, const struct fault *faults,
			    size_t count)
{
	const char *text;
	size_t length;

	if (error_retryable(e) && !header_is_put(req, "retry-after"))
		request_put_header(req, "retry-after", "1");
	text = problem_text(req, e, detail, request_path(req), req->request_id, faults, count, &length);
	return finish(req, error_status(e), "application/problem+json", text, length);
}

/* A failed query shows here once, whatever the handler wanted to say. */
static bool database_failed(struct request *req, reply *out)
{
	if (req->db == NULL || !db_failed(req->db))
		return false;
	if (db_lost(req->db) && req->deadline && clock_monotonic() >= req->deadline) {
		log_warning("database too slow operation=%s message=\"%s\"", req->operation->name,
			    db_message(req->db));
		*out = finish_problem(req, ERR_TIMEOUT, "the database gave no answer in time", NULL, 0);
	} else if (db_lost(req->db)) {
		log_warning("database lost operation=%s message=\"%s\"", req->operation->name,
			    db_message(req->db));
		*out = finish_problem(req, ERR_UNAVAILABLE, "the database is away", NULL, 0);
	} else if (strncmp(db_sqlstate(req->db), "57", 2) == 0 ||
		   strncmp(db_sqlstate(req->db), "53", 2) == 0) {
		/* 57: cancelled or shutting down; 53: no room on disk, in memory, or for a connection */
		log_warning("database gave up operation=%s sqlstate=%s", req->operation->name,
			    db_sqlstate(req->db));
		*out = finish_problem(req, ERR_UNAVAILABLE, "the database gave up on this request", NULL, 0);
	} else {
		log_error("query failed operation=%s sqlstate=%s message=\"%s\"", req->operation->name,
			  db_sqlstate(req->db), db_message(req->db));
		*out = finish_problem(req, ERR_INTERNAL, NULL, NULL, 0);
	}
	return true;
}

reply reply_body(struct request *req, int status, const char *content_type, const void *body, size_t length)
{
	reply out;

	if (database_failed(req, &out))
		return out;
	return finish(req, status, content_type, body, length);
}

reply reply_json(struct request *req, const struct json_writer *document)
{
	size_t length;
	const char *text = json_text(document, &length);

	return reply_body(req, 200, "application/json", text, length);
}

/* Weak comparison (RFC 9110, 8.8.3.2) with each tag of If-None-Match. */
static bool tag_matches(const char *condition, const char *etag)
{
	const char *p = condition, *opaque = strncmp(etag, "W/", 2) == 0 ? etag + 2 : etag;
	size_t length = strlen(opaque);

	if (strcmp(condition, "*") == 0)
		return true;
	while ((p = strchr(p, '"')) != NULL) {
		if (strncmp(p, opaque, length) == 0)
			return true;
		p = strchr(p + 1, '"');
		if (p == NULL)
			break;
		p++;
	}
	return false;
}

bool reply_not_modified(struct request *req, const char *etag, reply *out)
{
	const char *condition = request_header(req, "if-none-match");

	if (database_failed(req, out))
		return true;
	request_put_header(req, "etag", etag);
	if (condition == NULL || !tag_matches(condition, etag))
		return false;
	*out = finish(req, 304, NULL, "", 0);
	return true;
}

reply reply_not_found(struct request *req, const char *what, const char *id)
{
	reply out;

	(void)id; /* not echoed: a member may be told about another's id only in this one way */
	if (database_failed(req, &out))
		return out;
	return finish_problem(req, ERR_NOT_FOUND, talloc_asprintf(req, "no such %s", what), NULL, 0);
}

reply reply_error(struct request *req, enum error e, const char *format, ...)
{
	char *detail;
	va_list values;
	reply out;

	if (database_failed(req, &out))
		return out;
	va_start(values, format);
	detail = talloc_vasprintf(req, format, values);
	va_end(values);
	return finish_problem(req, e, detail, NULL, 0);
}

reply reply_faults(struct request *req, enum error e, const struct fault *faults, size_t count)
{
	const char *detail = NULL;
	reply out;

	if (database_failed(req, &out))
		return out;
	if (count > 0) /* "" is the whole body */
		detail = talloc_asprintf(req, "%s%s%s", *faults[0].pointer ? faults[0].pointer : "the body",
					 *faults[0].pointer ? ": " : " ", faults[0].detail);
	return finish_problem(req, e, detail, faults, count);
}
