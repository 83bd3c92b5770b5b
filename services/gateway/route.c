/*
 * route.c - from method and path to an operation
 *
 * Routes are compiled once from the table of operations. There are a few dozen, so they are
 * compared one by one, cheapest test first: number of segments, then the segments.
 */
#include <string.h>
#include <talloc.h>

#include "services/gateway/gateway.h"

static struct {
	struct route *all;
	size_t count, body_max;
} routes;

struct segments {
	const char *at[ROUTE_SEGMENTS_MAX];
	size_t length[ROUTE_SEGMENTS_MAX];
	size_t count;
};

/* Cuts "/a/b" into "a" and "b" without touching it. False: too many. */
static bool path_cut(const char *path, struct segments *s)
{
	const char *p = path;

	for (s->count = 0; *p == '/'; s->count++) {
		if (s->count == ROUTE_SEGMENTS_MAX)
			return false;
		s->at[s->count] = ++p;
		s->length[s->count] = strcspn(p, "/");
		p += s->length[s->count];
	}
	return true;
}

static void route_compile(const void *parent, const struct operation *op, struct route *r)
{
	struct segments s;
	size_t i;

	r->operation = op;
	if (!path_cut(op->path, &s))
		return;
	r->segment_count = s.count;
	for (i = 0; i < s.count; i++)
		r->segments[i] = s.at[i][0] == '{' ? talloc_asprintf(parent, "{path.%.*s",
								     (int)s.length[i] - 2, s.at[i] + 1)
						   : talloc_strndup(parent, s.at[i], s.length[i]);
	if (strcmp(op->service, "gateway") == 0)
		r->local = local_find(op->name);
}

void routes_open(const void *parent)
{
	size_t i;

	routes.all = talloc_zero_array(parent, struct route, operation_count);
	routes.count = operation_count;
	for (i = 0; i < operation_count; i++) {
		route_compile(routes.all, operations[i], &routes.all[i]);
		if (operations[i]->body_limit > routes.body_max)
			routes.body_max = operations[i]->body_limit;
	}
}

size_t route_body_max(void)
{
	return routes.body_max;
}

static bool route_matches(const struct route *r, const struct segments *s)
{
	size_t i;

	if (r->segment_count != s->count)
		return false;
	for (i = 0; i < s->count; i++) {
		if (r->segments[i][0] == '{') {
			if (s->length[i] == 0)
				return false;
		} else if (strncmp(r->segments[i], s->at[i], s->length[i]) != 0 ||
			   r->segments[i][s->length[i]] != '\0') {
			return false;
		}
	}
	return true;
}

/* HEAD is GET without the body. */
static bool method_matches(const struct route *r, const char *method)
{
	return strcmp(r->operation->method, method) == 0 ||
	       (strcmp(method, "HEAD") == 0 && strcmp(r->operation->method, "GET") == 0);
}

static bool fault(struct call *call, enum error e, const char *detail)
{
	call->error = e;
	call->detail = detail;
	return false;
}

static bool values_take(struct call *call, const struct route *r, const struct segments *s)
{
	size_t i;
	char *value;

	for (i = 0; i < s->count; i++) {
		if (r->segments[i][0] != '{')
			continue;
		value = talloc_strndup(call, s->at[i], s->length[i]);
		if (!percent_decode(value, false))
			return fault(call, ERR_MALFORMED, "the path is not percent-encoded UTF-8");
		call->values[call->value_count].name = r->segments[i] + 1;
		call->values[call->value_count++].value = value;
	}
	return true;
}

/* The path is there, the method is not: says which are. OPTIONS asks for just that. */
static bool method_fault(struct call *call, const char *allow)
{
	call->allow = talloc_asprintf(call, "%s%sOPTIONS", allow, strstr(allow, "GET") ? "HEAD, " : "");
	return fault(call, ERR_METHOD_NOT_ALLOWED, "this path does not take this method");
}

bool route_call(struct call *call)
{
	const struct route *r, *found = NULL;
	struct segments s;
	char *allow = NULL;

	if (!path_cut(call->head->path, &s))
		return fault(call, ERR_NOT_FOUND, "no such path");
	for (r = routes.all; r < routes.all + routes.count; r++) {
		if (!route_matches(r, &s))
			continue;
		if (method_matches(r, call->head->method)) {
			found = r;
			break;
		}
		allow = talloc_asprintf(call, "%s%s, ", allow ? allow : "", r->operation->method);
	}
	if (found == NULL)
		return allow ? method_fault(call, allow) : fault(call, ERR_NOT_FOUND, "no such path");
	call->route = found;
	call->operation = found->operation;
	return values_take(call, found, &s);
}
