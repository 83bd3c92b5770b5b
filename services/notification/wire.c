/*
 * wire.c - libcurl multi on libevent: one event per socket, one timer
 *
 * libcurl says which sockets it watches and when it wants to be called next; what it finished is
 * collected after each call. Easy handles are reset and used again.
 */
#include <curl/curl.h>
#include <event2/event.h>
#include <string.h>
#include <talloc.h>

#include "common/log.h"
#include "services/notification/guard.h"
#include "services/notification/wire.h"

enum {
	BODY_MAX = 64 * 1024,
	HEADERS_MAX = 32 * 1024,
	SPARE_HANDLES = 256,
	CONNECT_MILLISECONDS = 10000,
};

struct wire {
	struct event_base *base;
	struct event *timer;
	CURLM *multi;
	struct wire_settings settings;
	CURL *spare[SPARE_HANDLES];
	size_t spare_count, busy;
};

/* What libcurl collects of an answer: NUL-terminated, cut at a limit. */
struct piece {
	char *text;
	size_t length, limit;
};

struct flight {
	struct wire *wire;
	const struct transfer *transfer;
	wire_done done;
	void *context;
	CURL *curl;
	struct curl_slist *headers, *recipients;
	struct guard guard;
	struct piece head, body;
	size_t sent; /* of the body */
	char error[CURL_ERROR_SIZE];
};

/* --- what libcurl calls ------------------------------------------------------------------------- */

static size_t on_read(char *buffer, size_t size, size_t count, void *flight)
{
	struct flight *f = flight;
	size_t room = size * count, left = f->transfer->length - f->sent;
	size_t n = left < room ? left : room;

	memcpy(buffer, f->transfer->body + f->sent, n);
	f->sent += n;
	return n;
}

/*
 * libcurl asks to begin again when a kept connection breaks before an answer, to repeat the request by
 * itself. Whoever is there may have taken it: whether to repeat is not libcurl's to say.
 */
static int on_seek(void *flight, curl_off_t offset, int origin)
{
	(void)origin;
	return offset == 0 && ((struct flight *)flight)->sent == 0 ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL;
}

/* Keeps the beginning; the rest of an over-long answer is read and forgotten. */
static size_t piece_add(const void *parent, struct piece *p, const char *data, size_t length)
{
	size_t room = p->limit - p->length, n = length < room ? length : room;

	p->text = talloc_realloc(parent, p->text, char, p->length + n + 1);
	memcpy(p->text + p->length, data, n);
	p->length += n;
	p->text[p->length] = '\0';
	return length;
}

static size_t on_body(char *data, size_t size, size_t count, void *flight)
{
	struct flight *f = flight;

	return piece_add(f, &f->body, data, size * count);
}

static size_t on_header(char *data, size_t size, size_t count, void *flight)
{
	struct flight *f = flight;

	return piece_add(f, &f->head, data, size * count);
}

/* --- one transfer ---------------------------------------------------------------------------------- */

static int flight_free(struct flight *f)
{
	struct wire *w = f->wire;

	curl_slist_free_all(f->headers);
	curl_slist_free_all(f->recipients);
	curl_multi_remove_handle(w->multi, f->curl);
	if (w->spare_count < SPARE_HANDLES) {
		curl_easy_reset(f->curl);
		w->spare[w->spare_count++] = f->curl;
	} else {
		curl_easy_cleanup(f->curl);
	}
	w->busy--;
	return 0;
}

static void set_body(struct flight *f)
{
	curl_easy_setopt(f->curl, CURLOPT_READFUNCTION, on_read);
	curl_easy_setopt(f->curl, CURLOPT_READDATA, f);
	curl_easy_setopt(f->curl, CURLOPT_SEEKFUNCTION, on_seek);
	curl_easy_setopt(f->curl, CURLOPT_SEEKDATA, f);
}

static void set_mail(struct flight *f)
{
	const struct transfer *t = f->transfer;

	f->recipients = curl_slist_append(NULL, t->recipient);
	curl_easy_setopt(f->curl, CURLOPT_MAIL_FROM, t->mail_from);
	curl_easy_setopt(f->curl, CURLOPT_MAIL_RCPT, f->recipients);
	curl_easy_setopt(f->curl, CURLOPT_UPLOAD, 1L);
	set_body(f);
	curl_easy_setopt(f->curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)t->length);
	curl_easy_setopt(f->curl, CURLOPT_USE_SSL, (long)(t->plain ? CURLUSESSL_NONE : CURLUSESSL_ALL));
	if (t->user && t->user[0]) {
		curl_easy_setopt(f->curl, CURLOPT_USERNAME, t->user);
		curl_easy_setopt(f->curl, CURLOPT_PASSWORD, t->password);
	}
}

static void set_http(struct flight *f)
{
	const struct transfer *t = f->transfer;
	size_t i;

	for (i = 0; i < t->header_count; i++)
		f->headers = curl_slist_append(f->headers, t->headers[i]);
	f->headers = curl_slist_append(f->headers, "Expect:"); /* no waiting for 100 Continue */
	curl_easy_setopt(f->curl, CURLOPT_HTTPHEADER, f->headers);
	if (t->body) {
		set_body(f);
		curl_easy_setopt(f->curl, CURLOPT_POST, 1L);
		curl_easy_setopt(f->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)t->length);
	}
	if (t->method)
		curl_easy_setopt(f->curl, CURLOPT_CUSTOMREQUEST, t->method);
	if (t->http2) {
		curl_easy_setopt(f->curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
		curl_easy_setopt(f->curl, CURLOPT_PIPEWAIT, 1L);
	}
}

static bool flight_prepare(struct flight *f)
{
	const struct transfer *t = f->transfer;
	CURL *c = f->curl;

	curl_easy_setopt(c, CURLOPT_URL, t->url);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, t->plain ? "http,https,smtp,smtps" : "https,smtp,smtps");
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MILLISECONDS);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)(t->timeout > 0 ? t->timeout / 1000 : 30000));
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, f->error);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, f);
	curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(c, CURLOPT_HEADERDATA, f);
	curl_easy_setopt(c, CURLOPT_PRIVATE, f);
	if (t->ca_file && t->ca_file[0])
		curl_easy_setopt(c, CURLOPT_CAINFO, t->ca_file);
	if (t->mail_from)
		set_mail(f);
	else
		set_http(f);
	f->guard = (struct guard){
		.proxy = f->wire->settings.proxy, .timeout = t->timeout, .bytes_max = BODY_MAX};
	return !t->guarded || guard_apply(c, &f->guard);
}

/* Whether the other side may have taken it although nothing came back. */
static bool may_be_taken(const struct flight *f)
{
	long request = 0;

	if (f->transfer->mail_from)
		return f->sent == f->transfer->length;
	curl_easy_getinfo(f->curl, CURLINFO_REQUEST_SIZE, &request);
	return request > 0;
}

static void flight_end(struct flight *f, CURLcode code)
{
	struct answer a = {.headers = f->head.text ? f->head.text : "",
			   .body = f->body.text ? f->body.text : "",
			   .length = f->body.length,
			   .now = clock_now()};
	wire_done done = f->done;
	void *context = f->context;
	long status = 0;

	curl_easy_getinfo(f->curl, CURLINFO_RESPONSE_CODE, &status);
	a.status = (int)status;
	a.transported = code == CURLE_OK || (f->transfer->mail_from && status >= 400);
	a.error = f->guard.refused ? f->guard.refused
		  : f->error[0]    ? f->error
				   : (code == CURLE_OK ? "" : curl_easy_strerror(code));
	a.unknown = !a.transported && !f->guard.refused && may_be_taken(f);
	done(context, &a);
	talloc_free(f);
}

void wire_start(struct wire *w, const struct transfer *t, wire_done done, void *context)
{
	struct flight *f = talloc_zero(w, struct flight);

	f->wire = w;
	f->transfer = t;
	f->done = done;
	f->context = context;
	f->head.limit = HEADERS_MAX;
	f->body.limit = BODY_MAX;
	f->curl = w->spare_count > 0 ? w->spare[--w->spare_count] : curl_easy_init();
	w->busy++;
	talloc_set_destructor(f, flight_free);
	if (!flight_prepare(f))
		flight_end(f, CURLE_FAILED_INIT);
	else if (curl_multi_add_handle(w->multi, f->curl) != CURLM_OK)
		flight_end(f, CURLE_OUT_OF_MEMORY);
}

/* --- the loop ---------------------------------------------------------------------------------------- */

static void collect(struct wire *w)
{
	struct flight *f;
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(w->multi, &left)) != NULL) {
		CURLcode code = message->data.result;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&f);
		flight_end(f, code);
	}
}

static void on_socket(evutil_socket_t fd, short what, void *wire)
{
	struct wire *w = wire;
	int running;

	curl_multi_socket_action(
		w->multi, fd,
		(what & EV_READ ? CURL_CSELECT_IN : 0) | (what & EV_WRITE ? CURL_CSELECT_OUT : 0), &running);
	collect(w);
}

static void on_timer(evutil_socket_t fd, short what, void *wire)
{
	struct wire *w = wire;
	int running;

	(void)fd;
	(void)what;
	curl_multi_socket_action(w->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	collect(w);
}

static int watch_socket(CURL *curl, curl_socket_t fd, int what, void *wire, void *event)
{
	struct wire *w = wire;
	short kind = (short)((what & CURL_POLL_IN ? EV_READ : 0) | (what & CURL_POLL_OUT ? EV_WRITE : 0));

	(void)curl;
	if (event)
		event_free(event);
	event = NULL;
	if (what != CURL_POLL_REMOVE) {
		event = event_new(w->base, fd, (short)(kind | EV_PERSIST), on_socket, w);
		event_add(event, NULL);
	}
	curl_multi_assign(w->multi, fd, event);
	return 0;
}

static int watch_timer(CURLM *multi, long milliseconds, void *wire)
{
	struct wire *w = wire;
	struct timeval when = {milliseconds / 1000, milliseconds % 1000 * 1000};

	(void)multi;
	if (milliseconds < 0)
		evtimer_del(w->timer);
	else
		evtimer_add(w->timer, &when);
	return 0;
}

/* Transfers first: their handles are libcurl's as long as it lives. */
static int wire_free(struct wire *w)
{
	talloc_free_children(w);
	while (w->spare_count > 0)
		curl_easy_cleanup(w->spare[--w->spare_count]);
	curl_multi_cleanup(w->multi);
	event_free(w->timer);
	return 0;
}

struct wire *wire_new(const void *parent, struct event_base *base, const struct wire_settings *settings)
{
	struct wire *w = talloc_zero(parent, struct wire);

	curl_global_init(CURL_GLOBAL_DEFAULT);
	w->base = base;
	w->settings = *settings;
	w->multi = curl_multi_init();
	w->timer = evtimer_new(base, on_timer, w);
	if (w->multi == NULL || w->timer == NULL) {
		log_error("libcurl or libevent gave out no handle");
		talloc_free(w);
		return NULL;
	}
	talloc_set_destructor(w, wire_free);
	curl_multi_setopt(w->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
	curl_multi_setopt(w->multi, CURLMOPT_SOCKETDATA, w);
	curl_multi_setopt(w->multi, CURLMOPT_TIMERFUNCTION, watch_timer);
	curl_multi_setopt(w->multi, CURLMOPT_TIMERDATA, w);
	curl_multi_setopt(w->multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)settings->connections);
	curl_multi_setopt(w->multi, CURLMOPT_MAXCONNECTS, (long)(settings->connections * 4));
	return w;
}

size_t wire_busy(const struct wire *w)
{
	return w->busy;
}
