/*
 * gateway.c - the gateway's life: open everything, turn the loop, drain, close
 */
#include <event2/event.h>
#include <event2/http.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <talloc.h>

#include "common/clock.h"
#include "common/log.h"
#include "services/gateway/life.h"

static void metrics_open(struct gateway *g)
{
	struct gateway_metrics *m = &g->metrics;

	m->all = metrics_new(g, "gateway", gateway_settings.instance);
	m->requests = metrics_histogram(m->all, "ae_gateway_request_seconds",
					"Time from the request's head to its answer", "operation");
	m->responses = metrics_counter(m->all, "ae_gateway_responses_total", "Answers by class of status",
				       "class");
	m->refused = metrics_counter(m->all, "ae_gateway_refused_total", "Requests refused at the door",
				     "reason");
	m->connections = metrics_gauge(m->all, "ae_gateway_connections", "Open client connections", NULL);
	m->queued = metrics_gauge(m->all, "ae_gateway_queued", "Requests that wait for an instance", "to");
	m->instances = metrics_gauge(m->all, "ae_gateway_instances", "Instances that may get work", "to");
	m->shed = metrics_counter(m->all, "ae_gateway_shed_total",
				  "Requests answered 503 for want of an instance", "to");
	m->retried = metrics_counter(m->all, "ae_gateway_retried_total",
				     "Requests tried on a second instance", "to");
	m->lost = metrics_counter(m->all, "ae_gateway_lost_total", "Requests that an instance took with it",
				  "to");
	m->timed_out = metrics_counter(m->all, "ae_gateway_timed_out_total",
				       "Tries without an answer in time", "to");
}

/* libevent's own words, as ours: what clients do wrong is not a warning. */
static void libevent_says(int severity, const char *text)
{
	if (severity >= EVENT_LOG_ERR)
		log_error("libevent says reason=\"%s\"", text);
	else
		log_debug("libevent says reason=\"%s\"", text);
}

static void on_second(evutil_socket_t fd, short what, void *arg)
{
	struct life *life = arg;
	int64_t now = clock_monotonic();

	(void)fd;
	(void)what;
	auth_watch(life->gateway.auth);
	sd_notify(0, "WATCHDOG=1");
	if (life->gateway.draining && (life->gateway.calls == 0 || now > life->drain_until))
		event_base_loopbreak(life->gateway.base);
}

static void on_reload(evutil_socket_t signal_number, short what, void *arg)
{
	struct life *life = arg;

	(void)signal_number;
	(void)what;
	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld", (long long)clock_monotonic());
	life_reload(life);
	auth_reload(life->gateway.auth);
	backend_look(&life->gateway);
	sd_notify(0, "READY=1");
}

/* No new connections; what is in flight is finished; the loop ends when nothing is. */
static void on_stop(evutil_socket_t signal_number, short what, void *arg)
{
	struct life *life = arg;
	const struct timeval soon = {0, 50000};

	(void)signal_number;
	(void)what;
	if (life->gateway.draining)
		return;
	log_info("stopping in_flight=%zu", life->gateway.calls);
	sd_notify(0, "STOPPING=1");
	life->gateway.draining = true;
	life->drain_until = clock_monotonic() + gateway_settings.drain_timeout;
	http_stop(&life->gateway);
	event_add(life->second, &soon);
}

static bool parts_open(struct gateway *g, const char **error)
{
	routes_open(g);
	metrics_open(g);
	g->auth = auth_open(g, error);
	return g->auth && backend_open(g, error) && http_open(g, error);
}

static void events_open(struct life *life)
{
	static const int signals[] = {SIGTERM, SIGINT, SIGHUP};
	const struct timeval second = {1, 0};
	size_t i;

	for (i = 0; i < LIFE_SIGNALS; i++) {
		life->signals[i] = evsignal_new(life->gateway.base, signals[i],
						signals[i] == SIGHUP ? on_reload : on_stop, life);
		event_add(life->signals[i], NULL);
	}
	life->second = event_new(life->gateway.base, -1, EV_PERSIST, on_second, life);
	event_add(life->second, &second);
}

static void parts_close(struct life *life)
{
	struct gateway *g = &life->gateway;
	size_t i;

	backend_close(g);
	event_base_loop(g->base, EVLOOP_NONBLOCK); /* lets the last answers out */
	http_close(g);
	for (i = 0; i < LIFE_SIGNALS; i++)
		event_free(life->signals[i]);
	event_free(life->second);
	event_base_free(g->base);
}

int gateway_run(struct life *life)
{
	const char *error = NULL;

	signal(SIGPIPE, SIG_IGN);
	event_set_log_callback(libevent_says);
	life->gateway.base = event_base_new();
	if (!parts_open(&life->gateway, &error)) {
		log_error("cannot start reason=\"%s\"", error);
		return EXIT_FAILURE;
	}
	events_open(life);
	log_info("listening address=%s sockets=%s", gateway_settings.listen, gateway_settings.sockets);
	sd_notify(0, "READY=1");
	event_base_dispatch(life->gateway.base);
	parts_close(life);
	log_info("stopped");
	talloc_free(life);
	return EXIT_SUCCESS;
}
