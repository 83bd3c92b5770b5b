/*
 * queue_figures.c - how much waits, by statements whose cost does not grow with the queue
 */
#include <talloc.h>

#include "gen/sql/notification.h"
#include "services/notification/queue_figures.h"

static void read_lane(const struct rows *r, size_t i, struct queue_figures *f)
{
	f->lanes[row_integer(r, i, 0)] = (struct lane_figures){
		.exact = row_boolean(r, i, 1),
		.open = row_integer(r, i, 2),
		.due = row_integer(r, i, 3),
		.held = row_integer(r, i, 4),
		.sending = row_integer(r, i, 5),
		.oldest = row_null(r, i, 6) ? 0 : row_instant(r, i, 6)};
}

static struct db_array *names_of(const void *parent, const struct notifier *n)
{
	struct db_array *names = db_array_new(parent, DB_TEXT, n->provider_count);
	size_t i;

	for (i = 0; i < n->provider_count; i++)
		db_array_text(names, n->providers[i].driver->name);
	return names;
}

bool queue_figures_load(struct db *db, const void *parent, const struct notifier *n, struct queue_figures *f)
{
	struct rows *lanes, *retries, *aside;
	size_t i;

	*f = (struct queue_figures){
		.retries = talloc_zero_array(parent, struct retry_figures, n->provider_count + 1)};
	db_send(db, SQL_NOTIFICATION_GET_QUEUE, "");
	db_send(db, SQL_NOTIFICATION_GET_QUEUE_RETRIES, "a", names_of(parent, n));
	db_send(db, SQL_NOTIFICATION_GET_QUEUE_ASIDE, "");
	lanes = db_next(db, parent);
	retries = db_next(db, parent);
	aside = db_next(db, parent);
	if (db_failed(db))
		return false;
	for (i = 0; i < rows_count(lanes); i++)
		read_lane(lanes, i, f);
	for (i = 0; i < rows_count(retries); i++)
		f->retries[i] = (struct retry_figures){
			row_integer(retries, i, 1), row_null(retries, i, 2) ? 0 : row_instant(retries, i, 2)};
	f->digest = row_integer(aside, 0, 0);
	f->dead = row_integer(aside, 0, 1);
	return true;
}

/* --- as metrics ------------------------------------------------------------------------------------ */

static double age(instant since, instant now)
{
	return since > 0 && since < now ? (double)(now - since) / SECOND : 0;
}

static void put_provider(struct queue_metrics *m, const struct provider *p, const struct retry_figures *r,
			 instant now)
{
	static const double states[BREAKER_STATE_COUNT] = {
		[BREAKER_CLOSED] = 0, [BREAKER_HALF_OPEN] = 1, [BREAKER_OPEN] = 2};
	const char *key;
	const struct gate *g;
	double state = states[p->gate.breaker.state];
	size_t i;

	for (i = 0; p->servers && (g = lru_at(p->servers, i, &key)) != NULL; i++)
		if (states[g->breaker.state] > state)
			state = states[g->breaker.state];
	metric_set(m->breaker, p->driver->name, state);
	metric_set(m->in_flight, p->driver->name, (double)p->flying);
	metric_set(m->retries, p->driver->name, (double)r->waiting);
	metric_set(m->retry_age, p->driver->name, age(r->oldest, now));
}

static void put_all(struct notifier *n, const struct queue_figures *f)
{
	struct queue_metrics *m = &n->queue_metrics;
	instant now = clock_now();
	const char *lane;
	size_t i;

	for (i = 0; i < PRIORITY_COUNT; i++) {
		lane = priority_name((enum priority)i);
		metric_set(m->depth, lane, (double)f->lanes[i].open);
		metric_set(m->oldest, lane, age(f->lanes[i].oldest, now));
	}
	for (i = 0; i < n->provider_count; i++)
		put_provider(m, &n->providers[i], &f->retries[i], now);
	metric_set(m->dead, NULL, (double)f->dead);
	metric_set(m->digest, NULL, (double)f->digest);
}

static void open_metrics(struct notifier *n)
{
	struct metrics *all = n->daemon->metrics;

	n->queue_metrics = (struct queue_metrics){
		.depth = metrics_gauge(all, "ae_notification_queue_depth",
				       "Open notifications; above 2,000 an estimate", "lane"),
		.oldest = metrics_gauge(all, "ae_notification_queue_oldest_seconds",
					"For how long the oldest due notification has waited", "lane"),
		.breaker = metrics_gauge(all, "ae_notification_breaker_state",
					 "0 closed, 1 half open, 2 open; of many servers the worst",
					 "provider"),
		.in_flight = metrics_gauge(all, "ae_notification_in_flight",
					   "Deliveries of this instance on their way", "provider"),
		.retries = metrics_gauge(all, "ae_notification_retries_waiting",
					 "Notifications that wait for another attempt", "provider"),
		.retry_age = metrics_gauge(
			all, "ae_notification_retries_oldest_seconds",
			"The age of the oldest notification that waits for another attempt", "provider"),
		.dead = metrics_gauge(all, "ae_notification_dead_letters", "Dead notifications, up to 2,001",
				      NULL),
		.digest = metrics_gauge(all, "ae_notification_digest_waiting",
					"Notifications that wait for a digest, up to 2,001", NULL)};
}

bool run_queue_figures(struct daemon *d)
{
	struct notifier *n = d->state;
	void *scratch = talloc_named_const(d, 0, "queue_figures");
	struct queue_figures f;

	if (n->queue_metrics.depth == NULL)
		open_metrics(n);
	if (queue_figures_load(d->db, scratch, n, &f))
		put_all(n, &f);
	talloc_free(scratch);
	return false;
}
