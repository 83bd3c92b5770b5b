/*
 * curl_loop.c - libcurl multi on libevent: one event per socket, one timer
 *
 * libcurl says which sockets it watches and when it wants to be called next; what it finished is collected
 * after each call.
 */
#include <event2/event.h>
#include <talloc.h>

#include "common/log.h"
#include "services/notification/curl_loop.h"

struct curl_loop {
	struct event_base *base;
	struct event *timer;
	CURLM *multi;
};

static void collect(struct curl_loop *l)
{
	struct curl_task *task;
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(l->multi, &left)) != NULL) {
		CURLcode code = message->data.result;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&task);
		task->finished(task, code);
	}
}

static void on_socket(evutil_socket_t fd, short what, void *loop)
{
	struct curl_loop *l = loop;
	int running;

	curl_multi_socket_action(
		l->multi, fd,
		(what & EV_READ ? CURL_CSELECT_IN : 0) | (what & EV_WRITE ? CURL_CSELECT_OUT : 0), &running);
	collect(l);
}

static void on_timer(evutil_socket_t fd, short what, void *loop)
{
	struct curl_loop *l = loop;
	int running;

	(void)fd;
	(void)what;
	curl_multi_socket_action(l->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	collect(l);
}

static int watch_socket(CURL *curl, curl_socket_t fd, int what, void *loop, void *event)
{
	struct curl_loop *l = loop;
	short kind = (short)((what & CURL_POLL_IN ? EV_READ : 0) | (what & CURL_POLL_OUT ? EV_WRITE : 0));

	(void)curl;
	if (event)
		event_free(event);
	event = NULL;
	if (what != CURL_POLL_REMOVE) {
		event = event_new(l->base, fd, (short)(kind | EV_PERSIST), on_socket, l);
		event_add(event, NULL);
	}
	curl_multi_assign(l->multi, fd, event);
	return 0;
}

static int watch_timer(CURLM *multi, long milliseconds, void *loop)
{
	struct curl_loop *l = loop;
	struct timeval when = {milliseconds / 1000, milliseconds % 1000 * 1000};

	(void)multi;
	if (milliseconds < 0)
		evtimer_del(l->timer);
	else
		evtimer_add(l->timer, &when);
	return 0;
}

static int loop_free(struct curl_loop *l)
{
	curl_multi_cleanup(l->multi);
	event_free(l->timer);
	return 0;
}

struct curl_loop *curl_loop_new(const void *parent, struct event_base *base, int64_t connections)
{
	struct curl_loop *l = talloc_zero(parent, struct curl_loop);

	curl_global_init(CURL_GLOBAL_DEFAULT);
	l->base = base;
	l->multi = curl_multi_init();
	l->timer = evtimer_new(base, on_timer, l);
	if (l->multi == NULL || l->timer == NULL) {
		log_error("libcurl or libevent gave out no handle");
		talloc_free(l);
		return NULL;
	}
	talloc_set_destructor(l, loop_free);
	curl_multi_setopt(l->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
	curl_multi_setopt(l->multi, CURLMOPT_SOCKETDATA, l);
	curl_multi_setopt(l->multi, CURLMOPT_TIMERFUNCTION, watch_timer);
	curl_multi_setopt(l->multi, CURLMOPT_TIMERDATA, l);
	curl_multi_setopt(l->multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)connections);
	curl_multi_setopt(l->multi, CURLMOPT_MAXCONNECTS, (long)(connections * 4));
	return l;
}

struct event_base *curl_loop_base(const struct curl_loop *l)
{
	return l->base;
}

bool curl_loop_add(struct curl_loop *l, CURL *curl, struct curl_task *task)
{
	curl_easy_setopt(curl, CURLOPT_PRIVATE, task);
	return curl_multi_add_handle(l->multi, curl) == CURLM_OK;
}

void curl_loop_remove(struct curl_loop *l, CURL *curl)
{
	curl_multi_remove_handle(l->multi, curl);
}
