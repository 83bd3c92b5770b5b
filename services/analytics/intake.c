/*
 * intake.c - four ways to write events into a request body
 *
 * Structured (one event), batch (an array), NDJSON (one per line) and binary (attributes in ce-*
 * headers, the body is the data). Without a content type, as from a neighbour's socket, the
 * first byte tells.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <talloc.h>

#include "services/analytics/intake.h"

static void accept_event(struct request *req, struct intake *in, const struct log_event *e)
{
	if (in->count == in->size) {
		in->size = in->size ? in->size * 2 : 16;
		in->events = talloc_realloc(req, in->events, struct log_event, in->size);
	}
	in->events[in->count++] = *e;
	in->next++;
}

static void reject(struct request *req, struct intake *in, const char *id, const struct schema_fault *fault)
{
	if (in->rejected_count == in->rejected_size) {
		in->rejected_size = in->rejected_size ? in->rejected_size * 2 : 16;
		in->rejected = talloc_realloc(req, in->rejected, struct rejection, in->rejected_size);
	}
	in->rejected[in->rejected_count++] = (struct rejection){in->next++, id, *fault};
}

/* The tree goes, the texts stay: in one piece, since there are thousands of them. */
static void keep_texts(const void *parent, struct log_event *e)
{
	const char **texts[] = {&e->type, &e->source, &e->id, &e->subject};
	size_t lengths[4], total = 0, i;
	char *p;

	for (i = 0; i < 4; i++)
		total += lengths[i] = strlen(*texts[i]) + 1;
	p = talloc_size(parent, total);
	for (i = 0; i < 4; i++) {
		memcpy(p, *texts[i], lengths[i]);
		*texts[i] = p;
		p += lengths[i];
	}
	e->json = e->data = NULL;
}

/* Pointers start at the event, also when it is an item of a batch; its index is said beside. */
static void relate(const void *parent, const struct json *json, struct schema_fault *fault)
{
	const char *place = json_pointer(parent, json);
	size_t length = strlen(place);

	if (length > 0 && strncmp(fault->pointer, place, length) == 0 && strchr("/", fault->pointer[length]))
		fault->pointer += length;
}

static void judge(struct request *req, struct intake *in, const struct json *json, const char *text,
		  size_t length)
{
	struct log_event e;
	struct schema_fault fault;

	if (cloudevent_read(req, json, text, length, &e, &fault)) {
		keep_texts(req, &e);
		accept_event(req, in, &e);
	} else {
		relate(req, json, &fault);
		reject(req, in, talloc_strdup(req, json_get_text(json, "id", NULL)), &fault);
	}
}

static bool too_many(enum error *error, const char **detail)
{
	*error = ERR_TOO_LARGE;
	*detail = "more than 10000 events in one request";
	return false;
}

static bool read_structured(struct request *req, struct intake *in, enum error *error, const char **detail)
{
	const struct json *json = json_parse(req, req->body, req->body_length, detail);

	*error = ERR_MALFORMED;
	if (json == NULL)
		return false;
	in->single = true;
	judge(req, in, json, req->body, req->body_length);
	return true;
}

static bool read_array(struct request *req, struct intake *in, enum error *error, const char **detail)
{
	const struct json *json = json_parse(req, req->body, req->body_length, detail), *item;
	struct schema_fault fault = {"", "type", "must be an object"};

	*error = ERR_MALFORMED;
	if (json == NULL)
		return false;
	if (json->kind != JSON_ARRAY) {
		*detail = "a batch is a JSON array of events";
		return false;
	}
	if (json->count > INTAKE_EVENTS_MAX)
		return too_many(error, detail);
	for (item = json->first; item; item = item->next)
		if (item->kind == JSON_OBJECT)
			judge(req, in, item, req->body + item->begin, item->end - item->begin);
		else
			reject(req, in, NULL, &fault);
	return true;
}

/* The body is not NUL-terminated, so strspn would not do. */
static bool blank(const char *text, size_t length)
{
	while (length > 0 && strchr(" \t\r\n", text[length - 1]) && text[length - 1])
		length--;
	return length == 0;
}

static bool read_lines(struct request *req, struct intake *in, enum error *error, const char **detail)
{
	const char *p = req->body, *end = p + req->body_length, *stop, *why;
	struct schema_fault fault = {"", "json", NULL};
	struct json *json;
	void *scratch = talloc_pool(req, 64 * 1024);
	size_t length;

	for (; p < end; p = stop + 1) {
		talloc_free_children(scratch); /* a line's tree is small, and the pool stays in the cache */
		stop = memchr(p, '\n', (size_t)(end - p));
		if (stop == NULL)
			stop = end;
		length = (size_t)(stop - p);
		while (length > 0 && (p[length - 1] == '\r' || p[length - 1] == ' ' || p[length - 1] == '\t'))
			length--;
		if (length == 0)
			continue;
		if (in->next == INTAKE_EVENTS_MAX)
			return too_many(error, detail);
		json = json_parse(scratch, p, length, &why);
		if (json)
			judge(req, in, json, p, length);
		else {
			fault.detail = talloc_strdup(req, why);
			reject(req, in, NULL, &fault);
		}
	}
	talloc_free(scratch);
	return true;
}

/* Percent-decoding as the HTTP binding asks for header values. */
static const char *header_decoded(const void *parent, const char *value)
{
	char *out = talloc_strdup(parent, value), *o = out;
	char hex[3] = "", *end;
	long byte;

	for (; *value; value++) {
		hex[0] = value[0] == '%' ? value[1] : '\0';
		hex[1] = hex[0] ? value[2] : '\0';
		byte = isxdigit((unsigned char)hex[0]) ? strtol(hex, &end, 16) : 0;
		if (byte != 0 && end == hex + 2) {
			*o++ = (char)byte;
			value += 2;
		} else {
			*o++ = *value;
		}
	}
	*o = '\0';
	return out;
}

/* Binary mode becomes structured text first, so that the log holds one form only. */
static bool read_binary(struct request *req, struct intake *in, enum error *error, const char **detail)
{
	struct json_writer *w = json_writer_new(req);
	const struct json *json;
	const char *text, *name;
	size_t i, length;

	*error = ERR_MALFORMED;
	if (json_parse(req, req->body, req->body_length, detail) == NULL)
		return false;
	json_open_object(w, NULL);
	for (i = 0; i < req->value_count; i++) {
		name = req->values[i].name;
		if (strncmp(name, "header.ce-", 10) == 0)
			json_put_text(w, name + 10, header_decoded(req, req->values[i].value));
	}
	json_put_raw(w, "data", req->body, req->body_length);
	json_close(w);
	text = json_text(w, &length);
	json = json_parse(req, text, length, detail);
	if (json == NULL)
		return false;
	in->single = true;
	judge(req, in, json, text, length);
	return true;
}

static bool media_is(const char *type, const char *wanted)
{
	size_t length = strlen(wanted);

	return strncasecmp(type, wanted, length) == 0 &&
	       (type[length] == '\0' || strchr("; \t", type[length]));
}

static bool read_unnamed(struct request *req, struct intake *in, enum error *error, const char **detail)
{
	const char *why;

	if (req->body_length > 0 && req->body[0] == '[')
		return read_array(req, in, error, detail);
	if (json_parse(req, req->body, req->body_length, &why))
		return read_structured(req, in, error, detail);
	return read_lines(req, in, error, detail);
}

static bool read_body(struct request *req, struct intake *in, enum error *error, const char **detail)
{
	const char *type = request_header(req, "content-type");

	if (request_header(req, "ce-specversion"))
		return read_binary(req, in, error, detail);
	if (type == NULL)
		return read_unnamed(req, in, error, detail);
	if (media_is(type, "application/cloudevents+json"))
		return read_structured(req, in, error, detail);
	if (media_is(type, "application/cloudevents-batch+json"))
		return read_array(req, in, error, detail);
	if (media_is(type, "application/x-ndjson"))
		return read_lines(req, in, error, detail);
	if (media_is(type, "application/json"))
		return read_unnamed(req, in, error, detail);
	*error = ERR_UNSUPPORTED_MEDIA;
	*detail = "events come as application/cloudevents+json, application/cloudevents-batch+json, "
		  "application/x-ndjson, or with ce-* headers";
	return false;
}

bool intake_read(struct request *req, struct intake *in, enum error *error, const char **detail)
{
	*in = (struct intake){0};
	if (req->body_length == 0 || blank(req->body, req->body_length)) {
		*error = ERR_MALFORMED;
		*detail = "the body is empty";
		return false;
	}
	return read_body(req, in, error, detail);
}
