/*
 * daemon.c - the order of life, once for all daemons
 *
 * One thread, one libevent loop. libevent only tells that something may be there; the work is
 * done between its turns: a frame of requests, a batch of events, a slice of a job, and around
 * again, so that none of the three waits behind more than one portion of the others.
 */
#include <errno.h>
#include <event2/event.h>
#include <getopt.h>
#include <malloc.h>
#include <nanomsg/nn.h>
#include <nanomsg/reqrep.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <talloc.h>
#include <unistd.h>

#include "common/log.h"
#include "common/loop.h"

struct common_settings {
	const char *postgres, *redis, *sockets, *status_listen, *log_level;
	int64_t redis_timeout, drain, batch_size;
	bool serve_requests, serve_events, serve_jobs;
};
static struct common_settings common;

static const struct setting common_rows[] = {
	{"postgres", SETTING_TEXT, &common.postgres, "dbname=ae", 0, 0,
	 "libpq connection string; user=ae_<service> is added unless it names a user"},
	{"redis", SETTING_TEXT, &common.redis, "127.0.0.1:6379", 0, 0, "Redis, as HOST:PORT or unix:PATH"},
	{"redis_timeout", SETTING_DURATION, &common.redis_timeout, "50ms", 1000, 10 * SECOND,
	 "Longest wait for an answer of Redis"},
	{"sockets", SETTING_TEXT, &common.sockets, "/run/ae", 0, 0,
	 "Folder of the sockets between gateway and daemons; only the service group may enter it"},
	{"status_listen", SETTING_TEXT, &common.status_listen, "", 0, 0,
	 "Where /healthz, /readyz and /metrics of this daemon listen: HOST:PORT or unix:PATH; empty means "
	 "<sockets>/<service>-<instance>.http"},
	{"drain", SETTING_DURATION, &common.drain, "5s", 0, 60 * SECOND,
	 "Longest time to finish work on SIGTERM"},
	{"batch_size", SETTING_INTEGER, &common.batch_size, "256", 1, 5000, "Most events of one transaction"},
	{"serve_requests", SETTING_BOOLEAN, &common.serve_requests, "yes", 0, 0, "Answer requests"},
	{"serve_events", SETTING_BOOLEAN, &common.serve_events, "yes", 0, 0, "Apply events of the log"},
	{"serve_jobs", SETTING_BOOLEAN, &common.serve_jobs, "yes", 0, 0, "Run due jobs"},
	{"log_level", SETTING_TEXT, &common.log_level, "info", 0, 0, "error, warning, info or debug"},
	SETTINGS_END,
};
static const struct setting no_rows[] = {SETTINGS_END};

struct options {
	const char *file, *instance;
	bool check, help;
};

static void die(const char *what, const char *why)
{
	log_error("%s reason=\"%s\"", what, why);
	exit(EXIT_FAILURE);
}

/* --- start --------------------------------------------------------------------------------------- */

static void usage(FILE *out, const char *service)
{
	fprintf(out,
		"usage: ae-%s [-c FILE] [-i INSTANCE] [-n | -H | -V]\n"
		"  -c FILE      configuration (INI)\n"
		"  -i INSTANCE  number of this instance, 1 if not given\n"
		"  -n           check the configuration and exit\n"
		"  -H           print the settings and exit\n"
		"  -V           print the version and exit\n",
		service);
}

static void options_read(struct options *o, const char *service, int argc, char **argv)
{
	int c;

	*o = (struct options){.instance = "1"};
	while ((c = getopt(argc, argv, "c:i:nHVh")) != -1) {
		switch (c) {
		case 'c':
			o->file = optarg;
			break;
		case 'i':
			o->instance = optarg;
			break;
		case 'n':
			o->check = true;
			break;
		case 'H':
			o->help = true;
			break;
		case 'V':
			printf("ae-%s %s\n", service, AE_VERSION);
			exit(EXIT_SUCCESS);
		case 'h':
			usage(stdout, service);
			exit(EXIT_SUCCESS);
		default:
			usage(stderr, service);
			exit(2);
		}
	}
	if (optind < argc || o->instance[0] == '\0' ||
	    strspn(o->instance, "0123456789") != strlen(o->instance) || strlen(o->instance) > 5) {
		usage(stderr, service);
		exit(2);
	}
}

/* All or nothing: a file that cannot be read leaves every setting as it was. */
static bool settings_apply(struct daemon *d, const struct options *o, const char **error)
{
	const struct daemon_description *desc = d->description;
	const struct setting *const tables[] = {common_rows, desc->settings ? desc->settings : no_rows, NULL};
	enum log_level level;

	if (!settings_load(d, o->file, desc->service, tables, error))
		return false;
	if (!log_level_parse(common.log_level, &level)) {
		*error = talloc_asprintf(d, "log_level: \"%s\" is none of error, warning, info, debug",
					 common.log_level);
		return false;
	}
	log_set_level(level);
	return true;
}

static void settings_read(struct daemon *d, const struct options *o)
{
	const struct daemon_description *desc = d->description;
	const struct setting *const tables[] = {common_rows, desc->settings ? desc->settings : no_rows, NULL};
	const char *error;

	if (o->help) {
		settings_help(stdout, tables);
		exit(EXIT_SUCCESS);
	}
	if (!settings_apply(d, o, &error)) {
		fprintf(stderr, "ae-%s: %s\n", desc->service, error);
		exit(2);
	}
	if (o->check) {
		puts("the configuration is good");
		exit(EXIT_SUCCESS);
	}
}

/* Each daemon has a database role of its own; a "user=" in the setting wins. */
static const char *conninfo(struct daemon *d)
{
	const char *user = strstr(common.postgres, "user=")
				   ? ""
				   : talloc_asprintf(d, " user=ae_%s", d->description->service);

	return talloc_asprintf(
		d,
		"%s%s application_name=ae-%s-%s client_encoding=UTF8 options='-c statement_timeout=4500 "
		"-c lock_timeout=4000 -c TimeZone=UTC -c search_path=analytics -c jit=off -c "
		"enable_seqscan=off "
		"-c plan_cache_mode=force_generic_plan'",
		common.postgres, user, d->description->service, d->instance);
}

static void on_requests(evutil_socket_t fd, short what, void *loop)
{
	(void)fd;
	(void)what;
	((struct daemon_loop *)loop)->requests_ready = true;
}

static void on_neighbours(evutil_socket_t fd, short what, void *loop)
{
	(void)fd;
	(void)what;
	((struct daemon_loop *)loop)->neighbours_ready = true;
}

/* A REP socket bound in the folder, with its readable event in the loop. */
static int open_rep(struct daemon *d, const char *suffix, event_callback_fn ready)
{
	char *address = talloc_asprintf(d, "ipc://%s/%s.%s", d->loop->sockets, d->loop->name, suffix);
	int s = nn_socket(AF_SP, NN_REP), fd, any = -1;
	size_t size = sizeof(fd);

	if (strlen(address) - 6 > 107)
		die("the socket's path is longer than 107 bytes", address + 6);
	if (s < 0 || nn_setsockopt(s, NN_SOL_SOCKET, NN_RCVMAXSIZE, &any, sizeof(any)) < 0 ||
	    nn_bind(s, address) < 0 || nn_getsockopt(s, NN_SOL_SOCKET, NN_RCVFD, &fd, &size) < 0)
		die("cannot open the request socket",
		    talloc_asprintf(d, "%s: %s", address, nn_strerror(nn_errno())));
	event_add(event_new(d->loop->base, fd, EV_READ | EV_PERSIST, ready, d->loop), NULL);
	return s;
}

static void on_signal(evutil_socket_t signal_number, short what, void *loop)
{
	(void)what;
	if (signal_number == SIGHUP)
		((struct daemon_loop *)loop)->reloading = true;
	else
		((struct daemon_loop *)loop)->stopping = true;
}

/* Once a second: look into the log though nobody rang, find new peers, feed the watchdog. */
static void on_second(evutil_socket_t fd, short what, void *context)
{
	struct daemon *d = context;

	(void)fd;
	(void)what;
	d->loop->behind = true;
	doorbell_find_peers(d->loop->doorbell);
	metric_set(d->loop->up_postgresql, NULL, db_ensure(d->db));
	metric_set(d->loop->up_redis, NULL, cache_up(d->cache));
	sd_notify(0, "WATCHDOG=1");
}

static void loop_open(struct daemon *d)
{
	static const int signals[] = {SIGTERM, SIGINT, SIGHUP};
	struct daemon_loop *loop = d->loop;
	struct timeval second = {1, 0};
	const char *error;
	const char *address = common.status_listen;
	size_t i;

	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		event_add(evsignal_new(loop->base, signals[i], on_signal, loop), NULL);
	event_add(event_new(loop->base, -1, EV_PERSIST, on_second, d), &second);
	umask(0117); /* sockets for the owner and its group */
	loop->requests = open_rep(d, "rpc", on_requests);
	loop->neighbours = d->description->neighbours ? open_rep(d, "events", on_neighbours) : -1;
	loop->doorbell = doorbell_open(d, &error);
	if (loop->doorbell == NULL)
		die("cannot open the doorbell", error);
	if (address[0] == '\0')
		address = talloc_asprintf(d, "unix:%s/%s.http", loop->sockets, loop->name);
	loop->status = status_open(d, address, &error);
	if (loop->status == NULL)
		die("cannot open the status page", error);
	umask(0077);
}

static void metrics_open(struct daemon *d)
{
	struct daemon_loop *loop = d->loop;

	d->metrics = metrics_new(d, d->description->service, d->instance);
	loop->request_seconds = metrics_histogram(d->metrics, "ae_request_seconds", "Time spent on requests",
						  "operation");
	loop->replies = metrics_counter(d->metrics, "ae_replies_total", "Replies by status", "status");
	loop->events_applied = metrics_counter(d->metrics, "ae_events_applied_total",
					       "Events applied by this instance", "group");
	loop->dead_letters = metrics_counter(d->metrics, "ae_dead_letters_total", "Events put aside",
					     "group");
	loop->up_postgresql = metrics_gauge(d->metrics, "ae_postgresql_up", "1 while PostgreSQL answers",
					    NULL);
	loop->up_redis = metrics_gauge(d->metrics, "ae_redis_up", "1 while Redis answers", NULL);
}

/* --- the loop -------------------------------------------------------------------------------------- */

static bool take_events(struct daemon *d)
{
	const struct daemon_description *desc = d->description;
	bool more = false;
	size_t i;

	if (!d->loop->serves_events || !d->loop->behind)
		return false;
	d->loop->behind = false;
	for (i = 0; i < desc->subscription_count; i++)
		more |= consume_batch(d, &desc->subscriptions[i]);
	if (more)
		d->loop->behind = true;
	return more;
}

static bool take_job(struct daemon *d)
{
	const struct daemon_description *desc = d->description;
	int64_t now = clock_monotonic();
	size_t i;
	bool more;

	for (i = 0; i < desc->job_count; i++) {
		if (desc->jobs[i].pressing || d->loop->job_due[i] > now || !db_ensure(d->db))
			continue;
		more = desc->jobs[i].run(d);
		db_clear(d->db);
		d->loop->job_due[i] = more ? now : clock_monotonic() + desc->jobs[i].interval;
		return true;
	}
	return false;
}

/* Jobs that may not wait for a quiet moment, each in every turn that finds it due. */
static bool take_pressing(struct daemon *d)
{
	const struct daemon_description *desc = d->description;
	int64_t now = clock_monotonic();
	bool more, any = false;
	size_t i;

	for (i = 0; i < desc->job_count; i++) {
		if (!desc->jobs[i].pressing || d->loop->job_due[i] > now)
			continue;
		more = desc->jobs[i].run(d);
		db_clear(d->db);
		d->loop->job_due[i] = more ? now : clock_monotonic() + desc->jobs[i].interval;
		any |= more;
	}
	return any;
}

/* One round of the three kinds of work; true = there may be more at once. */
static bool turn(struct daemon *d)
{
	struct daemon_loop *loop = d->loop;
	int64_t began = clock_monotonic();
	bool more = false;

	if (loop->requests_ready) {
		loop->requests_ready = serve_frame(d);
		more |= loop->requests_ready;
	}
	if (loop->neighbours_ready) {
		loop->neighbours_ready = serve_neighbour(d);
		more |= loop->neighbours_ready;
	}
	d->requests_took = clock_monotonic() - began;
	more |= take_events(d);
	if (loop->serves_jobs)
		more |= take_pressing(d);
	if (loop->serves_jobs && !more)
		more |= take_job(d);
	return more;
}

static void reload(struct daemon *d, const struct options *o)
{
	const char *error;

	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld", (long long)clock_monotonic());
	d->loop->reloading = false;
	if (!settings_apply(d, o, &error)) {
		log_error("settings stay as they were reason=\"%s\"", error);
	} else {
		if (d->description->reload)
			d->description->reload(d);
		log_info("settings read again");
	}
	sd_notify(0, "READY=1");
}

static bool under_way(struct daemon *d)
{
	return d->description->finish && d->description->finish(d);
}

/* Takes itself out of the folder, so that the gateway sends nothing new, and answers what is under way. */
static void drain(struct daemon *d)
{
	int64_t end = clock_monotonic() + common.drain;

	sd_notify(0, "STOPPING=1");
	unlink(talloc_asprintf(d, "%s/%s.rpc", d->loop->sockets, d->loop->name));
	d->loop->last_request = clock_monotonic();
	while (clock_monotonic() < end &&
	       (clock_monotonic() < d->loop->last_request + SECOND / 4 || under_way(d))) {
		daemon_wait(d, SECOND / 50);
		while (d->loop->requests_ready)
			d->loop->requests_ready = serve_frame(d);
	}
	nn_close(d->loop->requests);
	log_info("stopped");
}

static void run(struct daemon *d, const struct options *o)
{
	bool more = true;

	while (!d->loop->stopping) {
		event_base_loop(d->loop->base, EVLOOP_ONCE | (more ? EVLOOP_NONBLOCK : 0));
		if (d->loop->reloading)
			reload(d, o);
		more = turn(d);
	}
	drain(d);
}

bool daemon_ready(struct daemon *d, const void *parent, const char **reason)
{
	if (!db_ensure(d->db)) {
		*reason = talloc_strdup(parent, "PostgreSQL is away");
		return false;
	}
	return true;
}

void daemon_wait(struct daemon *d, int64_t microseconds)
{
	struct timeval longest = {microseconds / SECOND, microseconds % SECOND};

	event_base_loopexit(d->loop->base, &longest);
	event_base_loop(d->loop->base, EVLOOP_ONCE);
}

struct event_base *daemon_events(struct daemon *d)
{
	return d->loop->base;
}

void daemon_announce(struct daemon *d, const struct log_event *events, size_t count)
{
	doorbell_ring(d->loop->doorbell, events, count);
}

void daemon_call(struct daemon *d, const char *text)
{
	doorbell_call(d->loop->doorbell, text);
}

int daemon_run(const struct daemon_description *description, int argc, char **argv)
{
	struct daemon *d = talloc_zero(NULL, struct daemon);
	struct options options;
	size_t i;

	signal(SIGPIPE, SIG_IGN);
	mallopt(M_MMAP_THRESHOLD, 64 << 20); /* scratch pools come and go: keep their pages */
	mallopt(M_TRIM_THRESHOLD, 64 << 20);
	d->description = description;
	options_read(&options, description->service, argc, argv);
	d->instance = options.instance;
	log_open(talloc_asprintf(d, "ae-%s", description->service), d->instance, LOG_LEVEL_INFO);
	settings_read(d, &options);
	d->loop = talloc_zero(d, struct daemon_loop);
	d->loop->base = event_base_new();
	d->loop->sockets = common.sockets;
	d->loop->name = talloc_asprintf(d, "%s-%s", description->service, d->instance);
	d->loop->serves_requests = common.serve_requests;
	d->loop->serves_events = common.serve_events;
	d->loop->serves_jobs = common.serve_jobs;
	d->loop->batch_size = common.batch_size;
	d->loop->job_due = talloc_zero_array(d->loop, int64_t, description->job_count + 1);
	d->loop->behind = true;
	metrics_open(d);
	d->db = db_new(d, conninfo(d), description->statements, description->statement_count);
	d->cache = cache_new(d, common.redis, common.redis_timeout);
	db_ensure(d->db);
	if (description->start && !description->start(d))
		return EXIT_FAILURE;
	loop_open(d);
	for (i = 0; i < description->subscription_count; i++)
		consume_heal(d, &description->subscriptions[i]);
	log_info("ready version=%s", AE_VERSION);
	sd_notify(0, "READY=1");
	run(d, &options);
	talloc_free(d);
	return EXIT_SUCCESS;
}
