/*
 * put_route.c - sets or replaces a route from an event to a notification
 */
#include <talloc.h>

#include "common/logic.h"
#include "gen/sql/notification.h"
#include "services/notification/categories.h"
#include "services/notification/notification.h"
#include "services/notification/notification_json.h"

enum {
	MAX_AGE_SECONDS = 90 * 86400,
	FAULTS_MAX = 8
};

struct route_body {
	const char *event_type, *template, *fallback, *category, *condition;
	enum priority priority;
	int64_t max_age; /* seconds */
	bool from_event;
};

static size_t check(struct request *req, const struct json *j, struct route_body *b,
		    struct fault faults[FAULTS_MAX])
{
	const struct json *condition = json_get(j, "condition"), *from_event = json_get(j, "from_event");
	const struct category *c = category_find(json_get_text(j, "category", ""));
	struct json_writer *w = json_writer_new(req);
	const char *error;
	size_t n = 0;

	*b = (struct route_body){
		.event_type = json_get_text(j, "event_type", ""),
		.template = json_get_text(j, "template", ""),
		.fallback = json_get_text(j, "fallback", NULL),
		.category = c ? c->name : "",
		.priority = priority_find(json_get_text(j, "priority", c ? priority_name(c->priority) : "")),
		.max_age = json_get_integer(j, "max_age_seconds", 86400)};
	if (b->event_type[0] == '\0')
		faults[n++] = (struct fault){"/event_type", "is required"};
	if (b->template[0] == '\0')
		faults[n++] = (struct fault){"/template", "is required"};
	if (c == NULL)
		faults[n++] = (struct fault){"/category", "is not a category"};
	if (b->priority == PRIORITY_COUNT)
		faults[n++] = (struct fault){"/priority",
					     "must be one of critical, transactional, engagement, bulk"};
	if (b->max_age < 60 || b->max_age > MAX_AGE_SECONDS)
		faults[n++] = (struct fault){"/max_age_seconds", "must be 60 to 7776000"};
	if (from_event && from_event->kind != JSON_BOOLEAN)
		faults[n++] = (struct fault){"/from_event", "must be true or false"};
	b->from_event = from_event && from_event->boolean;
	if (condition && logic_parse(req, condition, &error) == NULL)
		faults[n++] = (struct fault){"/condition", error};
	if (condition)
		json_put_value(w, NULL, condition);
	b->condition = condition ? json_text(w, NULL) : "true";
	return n;
}

reply put_route(struct request *req, const struct put_route_in *in)
{
	struct json_writer *w = json_writer_new(req);
	struct fault faults[FAULTS_MAX];
	struct route_body b;
	const char *error;
	const struct json *j = json_parse(req, req->body, req->body_length, &error);
	size_t count;

	if (j == NULL)
		return reply_error(req, ERR_MALFORMED, "%s", error);
	if ((count = check(req, j, &b, faults)) > 0)
		return reply_faults(req, ERR_INVALID, talloc_memdup(req, faults, count * sizeof(*faults)),
				    count);
	db_query(req->db, req, SQL_NOTIFICATION_PUT_ROUTE, "ttttttiio", in->route_id, b.event_type,
		 b.condition, b.template, b.fallback, b.category, (int64_t)b.priority, b.max_age,
		 b.from_event);
	json_open_object(w, NULL);
	json_put_text(w, "route_id", in->route_id);
	put_as_of(w);
	json_close(w);
	return reply_json(req, w);
}
