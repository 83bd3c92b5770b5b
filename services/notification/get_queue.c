/*
 * get_queue.c - how much waits in each lane and for each provider, and how the providers are
 */
#include "services/notification/notification.h"
#include "services/notification/notification_json.h"
#include "services/notification/queue_figures.h"

static void put_age(struct json_writer *w, const char *name, instant since, instant now)
{
	json_put_real(w, name, since > 0 && since < now ? (double)(now - since) / SECOND : 0);
}

static void put_lane(struct json_writer *w, enum priority lane, const struct lane_figures *l, instant now)
{
	json_open_object(w, NULL);
	json_put_text(w, "lane", priority_name(lane));
	json_put_boolean(w, "exact", l->exact);
	json_put_integer(w, "open", l->open);
	json_put_integer(w, "due", l->due);
	json_put_integer(w, "held", l->held);
	json_put_integer(w, "sending", l->sending);
	put_age(w, "oldest_seconds", l->oldest, now);
	json_close(w);
}

static void put_gate(struct json_writer *w, const struct gate *g, instant now)
{
	instant next = breaker_next(&g->breaker, now);
	char time[INSTANT_TEXT];

	next = g->paused > next ? g->paused : next;
	json_put_text(w, "breaker", breaker_state_name(g->breaker.state));
	if (next > now)
		json_put_text(w, "next_try_at", instant_format(next, time));
}

static void put_servers(struct json_writer *w, const struct provider *p, instant now)
{
	const struct gate *g;
	const char *server;
	size_t i;

	if (p->servers == NULL)
		return;
	json_open_array(w, "servers");
	for (i = 0; (g = lru_at(p->servers, i, &server)) != NULL; i++) {
		json_open_object(w, NULL);
		json_put_text(w, "server", server);
		put_gate(w, g, now);
		json_close(w);
	}
	json_close(w);
}

static void put_provider(struct json_writer *w, const struct provider *p, const struct retry_figures *r,
			 instant now)
{
	json_open_object(w, NULL);
	json_put_text(w, "provider", p->driver->name);
	json_put_text(w, "channel", channel_name(p->driver->channel));
	put_gate(w, &p->gate, now);
	json_put_integer(w, "in_flight", (int64_t)p->flying);
	json_put_integer(w, "waiting_for_retry", r->waiting);
	put_age(w, "oldest_retry_seconds", r->oldest, now);
	put_servers(w, p, now);
	json_close(w);
}

reply get_queue(struct request *req, const struct get_queue_in *in)
{
	const struct notifier *n = req->daemon->state;
	struct json_writer *w = json_writer_new(req);
	struct queue_figures f;
	instant now = clock_now();
	size_t i;

	(void)in;
	queue_figures_load(req->db, req, n, &f);
	json_open_object(w, NULL);
	json_open_array(w, "lanes");
	for (i = 0; i < PRIORITY_COUNT; i++)
		put_lane(w, (enum priority)i, &f.lanes[i], now);
	json_close(w);
	json_put_integer(w, "waiting_for_digest", f.digest);
	json_put_integer(w, "dead_letters", f.dead);
	json_put_text(w, "instance", req->daemon->instance);
	json_put_integer(w, "on_their_way", (int64_t)n->flying);
	json_open_array(w, "providers");
	for (i = 0; i < n->provider_count; i++)
		put_provider(w, &n->providers[i], &f.retries[i], now);
	json_close(w);
	put_as_of(w);
	json_close(w);
	return reply_json(req, w);
}
