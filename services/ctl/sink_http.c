/*
 * sink_http.c - batches of events posted to a system's intake, a few at a time
 *
 * Each place in the window has its own easy handle, and so its own kept connection. What fails for a
 * passing reason waits as long as Retry-After says (else 0.2 s, doubling to 5 s) and is sent again.
 */
#include "services/ctl/sink_http.h"
#include "common/clock.h"
#include "common/json.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <talloc.h>

enum {
	SHOWN_REJECTIONS = 5,
	REPLY_MAX = 8 << 20,
	CONNECT_SECONDS = 5,
	WAIT_MS = 1000
};
enum {
	FIRST_PAUSE = 200000,
	LONGEST_PAUSE = 5000000,
	LONGEST_RETRY_AFTER = 60
};

enum post_state {
	POST_FREE,
	POST_FLYING,
	POST_WAITING
};

struct post {
	struct sink_http *h;
	enum post_state state;
	CURL *easy;
	char *body, *reply;
	size_t length, room, reply_length;
	int64_t first;          /* number of the first line */
	int64_t again, give_up; /* monotonic */
	int64_t pause;
};

struct sink_http {
	CURLM *multi;
	struct curl_slist *headers;
	const char *url;
	int64_t deadline;
	struct sink_totals *totals;
	struct post *posts;
	size_t window;
	int shown;
	const char *error;
	bool away;
};

static int http_destroy(struct sink_http *h)
{
	size_t i;

	for (i = 0; i < h->window; i++)
		if (h->posts[i].easy) {
			curl_multi_remove_handle(h->multi, h->posts[i].easy);
			curl_easy_cleanup(h->posts[i].easy);
		}
	curl_multi_cleanup(h->multi);
	curl_slist_free_all(h->headers);
	return 0;
}

static size_t reply_take(char *bytes, size_t size, size_t count, void *user)
{
	struct post *p = user;
	size_t n = size * count;

	if (p->reply_length + n > REPLY_MAX)
		return 0;
	p->reply = talloc_realloc(p->h->posts, p->reply, char, p->reply_length + n + 1);
	memcpy(p->reply + p->reply_length, bytes, n);
	p->reply_length += n;
	p->reply[p->reply_length] = '\0';
	return n;
}

static void post_prepare(struct sink_http *h, struct post *p)
{
	p->h = h;
	p->easy = curl_easy_init();
	curl_easy_setopt(p->easy, CURLOPT_URL, h->url);
	curl_easy_setopt(p->easy, CURLOPT_HTTPHEADER, h->headers);
	curl_easy_setopt(p->easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(p->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(p->easy, CURLOPT_POST, 1L);
	curl_easy_setopt(p->easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(p->easy, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
	curl_easy_setopt(p->easy, CURLOPT_TIMEOUT, (long)h->deadline);
	curl_easy_setopt(p->easy, CURLOPT_WRITEFUNCTION, reply_take);
	curl_easy_setopt(p->easy, CURLOPT_WRITEDATA, p);
	curl_easy_setopt(p->easy, CURLOPT_PRIVATE, p);
}

/* URL as given may be the system's or already the intake's. */
static const char *intake_url(const void *parent, const char *url)
{
	size_t n = strlen(url);

	while (n && url[n - 1] == '/')
		n--;
	if (n > 7 && strncmp(url + n - 7, "/events", 7) == 0)
		return talloc_strndup(parent, url, n);
	return talloc_asprintf(parent, "%.*s/events", (int)n, url);
}

struct sink_http *sink_http_open(const void *parent, const struct sink_options *o, struct sink_totals *totals,
				 const char **error)
{
	struct sink_http *h = talloc_zero(parent, struct sink_http);
	char *bearer;
	size_t i;

	if (strncmp(o->url, "http://", 7) != 0 && strncmp(o->url, "https://", 8) != 0) {
		*error = "the URL must begin with http:// or https://";
		talloc_free(h);
		return NULL;
	}
	curl_global_init(CURL_GLOBAL_DEFAULT);
	h->multi = curl_multi_init();
	h->url = intake_url(h, o->url);
	h->deadline = o->deadline;
	h->totals = totals;
	h->headers = curl_slist_append(NULL, "Content-Type: application/x-ndjson");
	h->headers = curl_slist_append(h->headers, "Expect:"); /* no pause to ask whether the body may come */
	if (o->token) {
		bearer = talloc_asprintf(h, "Authorization: Bearer %s", o->token);
		h->headers = curl_slist_append(h->headers, bearer);
		talloc_free(bearer);
	}
	h->window = (size_t)o->window;
	h->posts = talloc_zero_array(h, struct post, h->window);
	for (i = 0; i < h->window; i++)
		post_prepare(h, &h->posts[i]);
	talloc_set_destructor(h, http_destroy);
	return h;
}

static void http_fail(struct sink_http *h, bool away, const char *why)
{
	if (h->error)
		return;
	h->error = talloc_asprintf(h, "%s: %s", h->url, why);
	h->away = away;
}

static void post_start(struct post *p)
{
	p->state = POST_FLYING;
	p->reply_length = 0;
	curl_easy_setopt(p->easy, CURLOPT_POSTFIELDS, p->body);
	curl_easy_setopt(p->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)p->length);
	curl_multi_add_handle(p->h->multi, p->easy);
}

/* Puts the batch aside for another attempt, unless its time is up. */
static void post_again(struct post *p, const char *why)
{
	int64_t now = clock_monotonic();
	curl_off_t after = 0;

	curl_easy_getinfo(p->easy, CURLINFO_RETRY_AFTER, &after);
	if (after > LONGEST_RETRY_AFTER)
		after = LONGEST_RETRY_AFTER;
	p->again = now + (after > 0 ? (int64_t)after * SECOND : p->pause);
	p->pause = p->pause * 2 < LONGEST_PAUSE ? p->pause * 2 : LONGEST_PAUSE;
	if (p->again > p->give_up) {
		http_fail(p->h, true, why);
		p->state = POST_FREE;
		return;
	}
	p->h->totals->retries++;
	p->state = POST_WAITING;
}

/* The first rejections are shown, so that a wrong file is noticed at once. */
static void rejections_show(struct post *p, const struct json *list)
{
	const struct json *r;

	for (r = list ? list->first : NULL; r && p->h->shown < SHOWN_REJECTIONS; r = r->next, p->h->shown++)
		fprintf(stderr, "rejected: line %" PRId64 " id=%s %s %s: %s\n",
			p->first + json_get_integer(r, "index", 0), json_get_text(r, "id", "-"),
			json_get_text(r, "pointer", "-"), json_get_text(r, "code", "-"),
			json_get_text(r, "detail", "-"));
}

static void post_accepted(struct post *p)
{
	const char *error;
	struct json *reply = json_parse(p->h, p->reply ? p->reply : "", p->reply_length, &error);
	const struct json *rejected = json_get(reply, "rejected");

	if (!json_get(reply, "accepted")) {
		http_fail(p->h, false, "answered 2xx, but not as an intake does");
		talloc_free(reply);
		return;
	}
	p->h->totals->accepted += json_get_integer(reply, "accepted", 0);
	p->h->totals->duplicate += json_get_integer(reply, "duplicate", 0);
	p->h->totals->rejected += rejected ? (int64_t)rejected->count : 0;
	rejections_show(p, rejected);
	talloc_free(reply);
}

/* A refusal for good, in the words of the problem document if there is one. */
static void post_refused(struct post *p, long status)
{
	const char *error, *detail;
	struct json *reply = json_parse(p->h, p->reply ? p->reply : "", p->reply_length, &error);
	char *why;

	detail = json_get_text(reply, "detail", json_get_text(reply, "title", ""));
	why = talloc_asprintf(p->h, "HTTP %ld%s%s", status, *detail ? ", " : "", detail);
	http_fail(p->h, false, why);
	talloc_free(why);
	talloc_free(reply);
}

static bool passing(long status)
{
	return status == 503 || status == 504 || status == 502 || status == 429;
}

static void post_done(struct post *p, CURLcode code)
{
	long status = 0;
	char why[64];

	p->state = POST_FREE;
	if (code != CURLE_OK && code != CURLE_WRITE_ERROR) {
		post_again(p, curl_easy_strerror(code));
		return;
	}
	curl_easy_getinfo(p->easy, CURLINFO_RESPONSE_CODE, &status);
	if (passing(status)) {
		snprintf(why, sizeof(why), "HTTP %ld for too long", status);
		post_again(p, why);
	} else if (status >= 200 && status < 300)
		post_accepted(p);
	else
		post_refused(p, status);
}

/* Sends again what has waited enough; how long the next may still wait, in milliseconds. */
static int waiting_resume(struct sink_http *h)
{
	int64_t now = clock_monotonic(), next = now + WAIT_MS * 1000;
	struct post *p;

	for (p = h->posts; p < h->posts + h->window; p++) {
		if (p->state != POST_WAITING)
			continue;
		if (p->again <= now)
			post_start(p);
		else if (p->again < next)
			next = p->again;
	}
	return (int)((next - now) / 1000) + 1;
}

/* One turn: sends, receives, and waits for something to happen if wait is true. */
static void http_turn(struct sink_http *h, bool wait)
{
	int running, left, pause = waiting_resume(h);
	struct CURLMsg *m;
	struct post *p;
	CURLcode code;

	curl_multi_perform(h->multi, &running);
	while ((m = curl_multi_info_read(h->multi, &left)) != NULL) {
		if (m->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &p);
		code = m->data.result;
		curl_multi_remove_handle(h->multi, p->easy);
		post_done(p, code);
		wait = false;
	}
	if (wait)
		curl_multi_poll(h->multi, NULL, 0, pause, NULL);
}

static struct post *post_free(struct sink_http *h)
{
	struct post *p;

	for (p = h->posts; p < h->posts + h->window; p++)
		if (p->state == POST_FREE)
			return p;
	return NULL;
}

bool sink_http_post(struct sink_http *h, const char *body, size_t length, int64_t first)
{
	struct post *p;

	while ((p = post_free(h)) == NULL && !h->error)
		http_turn(h, true);
	if (h->error)
		return false;
	if (length > p->room) {
		p->room = length;
		p->body = talloc_realloc(h->posts, p->body, char, p->room);
	}
	memcpy(p->body, body, length);
	p->length = length;
	p->first = first;
	p->pause = FIRST_PAUSE;
	p->give_up = clock_monotonic() + h->deadline * SECOND;
	post_start(p);
	http_turn(h, false);
	return !h->error;
}

bool sink_http_finish(struct sink_http *h)
{
	size_t i;
	bool busy = true;

	while (busy && !h->error) {
		for (busy = false, i = 0; i < h->window; i++)
			busy |= h->posts[i].state != POST_FREE;
		if (busy)
			http_turn(h, true);
	}
	return !h->error;
}

const char *sink_http_error(const struct sink_http *h)
{
	return h->error;
}

bool sink_http_away(const struct sink_http *h)
{
	return h->away;
}
