/*
 * route.c - events into intents: condition, template, category, priority; once per event and route
 */
#include <inttypes.h>
#include <string.h>
#include <talloc.h>

#include "common/logic.h"
#include "common/mustache.h"
#include "gen/sql/notification.h"
#include "services/notification/notifier.h"
#include "services/notification/route.h"

struct route {
	const char *id, *event_type, *template, *fallback, *category;
	struct logic *condition;
	enum priority priority;
	int64_t max_age;
	bool from_event; /* the event may name another category and priority */
};

/* A template's newest version, looked up once for a batch. */
struct newest {
	const char *name;
	int version; /* 0: there is none in use */
};

struct routing {
	struct batch *batch;
	struct route *routes;
	size_t route_count;
	struct intent **made;
	size_t made_count;
	struct newest *newest;
	size_t newest_count;
	bool release_put; /* the release's templates were brought in by this batch */
	instant now;
};

static struct logic *read_condition(const void *parent, const struct rows *r, size_t i)
{
	const char *error, *text;
	size_t length;

	text = row_bytes(r, i, 2, &length);
	return logic_parse(parent, json_parse(parent, text, length, &error), &error);
}

static void load_routes(struct routing *g)
{
	struct rows *r = db_query(g->batch->db, g->batch->events, SQL_NOTIFICATION_GET_ROUTES, "");
	size_t i;

	g->routes = talloc_zero_array(g->batch->events, struct route, rows_count(r) + 1);
	for (i = 0; i < rows_count(r); i++)
		g->routes[g->route_count++] = (struct route){
			.id = row_text(r, i, 0),
			.event_type = row_text(r, i, 1),
			.condition = read_condition(g->routes, r, i),
			.template = row_text(r, i, 3),
			.fallback = row_null(r, i, 4) ? NULL : row_text(r, i, 4),
			.category = row_text(r, i, 5),
			.priority = (enum priority)row_integer(r, i, 6),
			.max_age = row_integer(r, i, 7),
			.from_event = row_boolean(r, i, 8)};
}

static bool applies(const struct routing *g, const struct route *route, const struct log_event *e)
{
	const struct json *value;
	const char *error;

	return route->condition && strcmp(route->event_type, e->type) == 0 && e->data &&
	       e->time >= g->now - route->max_age &&
	       logic_evaluate(g->made, route->condition, e->data, NULL, &value, &error) && logic_true(value);
}

/* "alert_{{kind}}" */
static const char *expand(const void *parent, const char *pattern, const struct json *data)
{
	const char *error;
	struct mustache *m = mustache_parse(parent, pattern, strlen(pattern), &error);

	return m ? mustache_render(parent, m, data, NULL, MUSTACHE_PLAIN, NULL, &error) : NULL;
}

static const char *event_text(const void *parent, const struct json *value)
{
	struct json_writer *w = json_writer_new(parent);

	json_put_value(w, NULL, value);
	return json_text(w, NULL);
}

static const char *cause_text(const void *parent, const struct log_event *e)
{
	struct json_writer *w = json_writer_new(parent);
	const char *rule = json_get_text(e->data, "rule_id", NULL);
	const struct json *channels = json_get(e->data, "channels");

	json_open_object(w, NULL);
	json_put_text(w, "event_id", e->id);
	if (rule)
		json_put_text(w, "rule_id", rule);
	if (channels && channels->kind == JSON_ARRAY && channels->count <= CHANNEL_COUNT)
		json_put_value(w, "channels", channels);
	json_close(w);
	return json_text(w, NULL);
}

/* What the event names, if the route lets it: it cannot make a message that nobody may refuse. */
static const struct category *category_of(const struct route *route, const struct log_event *e)
{
	const struct category *own = category_find(route->category), *named = NULL;

	if (route->from_event)
		named = category_find(json_get_text(e->data, "category", NULL));
	return named && named->class != CLASS_TRANSACTIONAL ? named : own;
}

static enum priority priority_of(const struct route *route, const struct log_event *e)
{
	enum priority named = PRIORITY_COUNT;

	if (route->from_event)
		named = priority_find(json_get_text(e->data, "priority", NULL));
	return named == PRIORITY_COUNT ? route->priority : named;
}

static void make_intent(struct routing *g, const struct route *route, const struct log_event *e,
			const char *template, int version)
{
	struct intent *i = talloc_zero(g->made, struct intent);
	const struct category *c = category_of(route, e);

	i->created = g->now;
	i->notification_id = notification_id_new(i, g->now);
	i->member_id = e->subject;
	i->category = c->name;
	i->priority = category_priority(c, priority_of(route, e));
	i->template = template;
	i->template_version = version;
	i->variables = event_text(i, e->data);
	i->cause = cause_text(i, e);
	i->client = talloc_asprintf(i, "route:%s", route->id);
	i->due = g->now;
	i->expires = INSTANT_MAX;
	i->dedup_key = talloc_asprintf(i, "%s\n%s\n%s", route->id, e->source, e->id);
	g->made[g->made_count++] = i;
}

static const struct newest *find_newest(struct routing *g, const char *name)
{
	struct notifier *n = g->batch->daemon->state;
	struct newest *found;
	size_t i;

	for (i = 0; i < g->newest_count; i++)
		if (strcmp(g->newest[i].name, name) == 0)
			return &g->newest[i];
	g->newest = talloc_realloc(g->made, g->newest, struct newest, g->newest_count + 1);
	found = &g->newest[g->newest_count++];
	*found = (struct newest){.name = name};
	if (template_load(n->templates, g->batch->db, name, &found->version) == NULL)
		found->version = 0;
	return found;
}

static const struct newest *template_for(struct routing *g, const struct route *route,
					 const struct log_event *e)
{
	const char *name = expand(g->made, route->template, e->data);
	const struct newest *t = name ? find_newest(g, name) : NULL;

	if ((t == NULL || t->version == 0) && route->fallback)
		t = find_newest(g, route->fallback);
	return t && t->version ? t : NULL;
}

/* Loaded anew, since the store keeps the last ones only. */
static bool fits(const struct routing *g, const struct newest *t, const struct log_event *e,
		 struct fault faults[TEMPLATE_FAULTS_MAX])
{
	struct notifier *n = g->batch->daemon->state;
	int version = t->version;
	struct message_template *template = template_load(n->templates, g->batch->db, t->name, &version);
	size_t count;

	faults[0] = (struct fault){"", "its template cannot be read"};
	return template && template_check(g->made, template, e->data, "/data", faults, &count);
}

static void follow(struct routing *g, const struct route *route, const struct log_event *e)
{
	const struct newest *t = template_for(g, route, e);
	struct fault faults[TEMPLATE_FAULTS_MAX];

	if (t == NULL && !g->release_put) {
		/* On a first start events may come before the job that brings the release's templates. */
		base_templates_put(g->batch->db, g->made);
		g->release_put = true;
		g->newest_count = 0;
		t = template_for(g, route, e);
	}
	if (t == NULL || category_find(route->category) == NULL)
		batch_reject(g->batch, e, "", "route %s: its template or category is not known", route->id);
	else if (!fits(g, t, e, faults))
		batch_reject(g->batch, e, faults[0].pointer, "route %s: %s", route->id, faults[0].detail);
	else
		make_intent(g, route, e, t->name, t->version);
}

static int forget_routed(struct routed *r)
{
	r->notifier->routed = NULL;
	return 0;
}

static void note_routed(struct routing *g)
{
	struct routed *r = talloc(g->made, struct routed);

	*r = (struct routed){g->batch->daemon->state, g->made, g->made_count};
	r->notifier->routed = r;
	talloc_set_destructor(r, forget_routed);
}

bool routes_apply(struct batch *b)
{
	struct routing g = {.batch = b, .now = clock_now()};
	size_t i, k;

	load_routes(&g);
	g.made = talloc_array(b->events, struct intent *, b->count * g.route_count + 1);
	for (i = 0; i < b->count && !db_failed(b->db); i++)
		for (k = 0; k < g.route_count; k++)
			if (applies(&g, &g.routes[k], &b->events[i]))
				follow(&g, &g.routes[k], &b->events[i]);
	note_routed(&g);
	return intents_create(b->db, g.made, g.made, g.made_count) && !db_failed(b->db);
}
