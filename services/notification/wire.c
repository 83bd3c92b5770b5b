/*
 * wire.c - transfers: HTTP through libcurl, mails through sessions that libcurl opens (smtp_pool.c)
 *
 * Easy handles are reset and used again.
 */
#include <string.h>
#include <talloc.h>

#include "services/notification/curl_loop.h"
#include "services/notification/guard.h"
#include "services/notification/smtp_pool.h"
#include "services/notification/wire.h"

enum {
	BODY_MAX = 64 * 1024,
	HEADERS_MAX = 32 * 1024,
	SPARE_HANDLES = 256,
	CONNECT_MILLISECONDS = 10000,
};

struct wire {
	struct curl_loop *loop;
	struct smtp_pool *relays;
	void *flights; /* hang here */
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
	struct curl_task task;
	struct wire *wire;
	const struct transfer *transfer;
	wire_done done;
	void *context;
	CURL *curl;
	struct curl_slist *headers;
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
	curl_loop_remove(w->loop, f->curl);
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
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, t->plain ? "http,https" : "https");
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
	if (t->ca_file && t->ca_file[0])
		curl_easy_setopt(c, CURLOPT_CAINFO, t->ca_file);
	set_http(f);
	f->guard = (struct guard){
		.proxy = f->wire->settings.proxy, .timeout = t->timeout, .bytes_max = BODY_MAX};
	return !t->guarded || guard_apply(c, &f->guard);
}

/* Whether the other side may have taken it although nothing came back. */
static bool may_be_taken(const struct flight *f)
{
	long request = 0;

	curl_easy_getinfo(f->curl, CURLINFO_REQUEST_SIZE, &request);
	return request > 0;
}

static void flight_end(struct curl_task *task, CURLcode code)
{
	struct flight *f = (struct flight *)task;
	struct answer a = {.headers = f->head.text ? f->head.text : "",
			   .body = f->body.text ? f->body.text : "",
			   .length = f->body.length,
			   .now = clock_now()};
	wire_done done = f->done;
	void *context = f->context;
	long status = 0;

	curl_easy_getinfo(f->curl, CURLINFO_RESPONSE_CODE, &status);
	a.status = (int)status;
	a.transported = code == CURLE_OK;
	a.error = f->guard.refused ? f->guard.refused
		  : f->error[0]    ? f->error
				   : (code == CURLE_OK ? "" : curl_easy_strerror(code));
	a.unknown = !a.transported && !f->guard.refused && may_be_taken(f);
	done(context, &a);
	talloc_free(f);
}

void wire_start(struct wire *w, const struct transfer *t, wire_done done, void *context)
{
	struct flight *f;

	if (t->mail_from) {
		smtp_submit(w->relays, t, done, context);
		return;
	}
	f = talloc_zero(w->flights, struct flight);
	f->task.finished = flight_end;
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
		flight_end(&f->task, CURLE_FAILED_INIT);
	else if (!curl_loop_add(w->loop, f->curl, &f->task))
		flight_end(&f->task, CURLE_OUT_OF_MEMORY);
}

/* --- the wire -------------------------------------------------------------------------------------- */

/* Transfers first: their handles are libcurl's as long as it lives. */
static int wire_free(struct wire *w)
{
	talloc_free(w->flights);
	talloc_free(w->relays);
	while (w->spare_count > 0)
		curl_easy_cleanup(w->spare[--w->spare_count]);
	return 0;
}

struct wire *wire_new(const void *parent, struct event_base *base, const struct wire_settings *settings)
{
	struct wire *w = talloc_zero(parent, struct wire);

	w->settings = *settings;
	w->loop = curl_loop_new(w, base, settings->connections);
	if (w->loop == NULL) {
		talloc_free(w);
		return NULL;
	}
	w->flights = talloc_named_const(w, 0, "transfers");
	w->relays = smtp_pool_new(w, w->loop, settings->connections);
	talloc_set_destructor(w, wire_free);
	return w;
}

size_t wire_busy(const struct wire *w)
{
	return w->busy + smtp_pool_busy(w->relays);
}
