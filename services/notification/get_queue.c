/*
 * get_queue.c - how much waits in each lane and since when, and how the providers are
 */
#include "gen/sql/notification.h"
#include "services/notification/notification.h"
#include "services/notification/notifier.h"

static void put_lane(struct json_writer *w, const struct rows *r, size_t i, instant now)
{
	json_open_object(w, NULL);
	json_put_text(w, "lane", priority_name((enum priority)row_integer(r, i, 0)));
	json_put_integer(w, "open", row_integer(r, i, 1));
	json_put_integer(w, "due", row_integer(r, i, 2));
	json_put_integer(w, "sending", row_integer(r, i, 3));
	json_put_real(w, "oldest_seconds",
		      row_null(r, i, 4) ? 0 : (double)(now - row_instant(r, i, 4)) / SECOND);
	json_close(w);
}

static void put_provider(struct json_writer *w, const struct provider *p, instant now)
{
	instant next = breaker_next(&p->gate.breaker, now);
	char time[INSTANT_TEXT];

	json_open_object(w, NULL);
	json_put_text(w, "provider", p->driver->name);
	json_put_text(w, "channel", channel_name(p->driver->channel));
	json_put_text(w, "breaker", breaker_state_name(p->gate.breaker.state));
	if (next > now)
		json_put_text(w, "next_try_at", instant_format(next, time));
	json_close(w);
}

reply get_queue(struct request *req, const struct get_queue_in *in)
{
	const struct notifier *n = req->daemon->state;
	struct json_writer *w = json_writer_new(req);
	struct rows *r = db_query(req->db, req, SQL_NOTIFICATION_GET_QUEUE, "");
	instant now = clock_now();
	size_t i;

	(void)in;
	json_open_object(w, NULL);
	json_open_array(w, "lanes");
	for (i = 0; i < rows_count(r); i++)
		put_lane(w, r, i, now);
	json_close(w);
	json_put_text(w, "instance", req->daemon->instance);
	json_put_integer(w, "on_their_way", (int64_t)n->flying);
	json_open_array(w, "providers");
	for (i = 0; i < n->provider_count; i++)
		put_provider(w, &n->providers[i], now);
	json_close(w);
	json_close(w);
	return reply_json(req, w);
}
