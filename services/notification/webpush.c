/*
 * webpush.c - one request per message, to the push service that the browser chose
 */
#include <openssl/evp.h>
#include <string.h>
#include <talloc.h>

#include "services/notification/base64url.h"
#include "services/notification/guard.h"
#include "services/notification/push_judge.h"
#include "services/notification/push_payload.h"
#include "services/notification/push_url.h"
#include "services/notification/vapid.h"
#include "services/notification/webpush.h"
#include "services/notification/webpush_crypto.h"

enum {
	ADDRESS_MAX = 8192,
	TIMEOUT_SECONDS = 10,
	TOPIC_MAX = 32, /* RFC 8030, section 5.4 */
	HEADERS = 6
};

struct webpush {
	struct vapid *vapid;
	const char *ca_file;
	const char *local_origin; /* on this machine, over TLS; NULL = none */
	int64_t timeout;
	bool allow_plain;
};

/* A delivery on its way. */
struct delivery {
	const char *endpoint, *origin;
	bool plain, local; /* local: on this machine, and the setting names it */
	struct webpush_receiver receiver;
};

struct visit {
	struct webpush *webpush;
	const void *parent;
	const struct message *m;
	struct delivery *delivery;
	struct step_out *out;
};

/* --- the subscription ------------------------------------------------------------------------------ */

static bool read_endpoint(struct visit *v, const char *url, const char **fault)
{
	struct delivery *d = v->delivery;

	d->endpoint = url;
	d->origin = push_url_origin(v->parent, url);
	d->plain = v->webpush->allow_plain && push_url_local(url);
	d->local = v->webpush->local_origin && d->origin && strcmp(d->origin, v->webpush->local_origin) == 0;
	if (!d->plain && !d->local && !guard_url(url, fault))
		return false;
	*fault = "has characters that a URL has not";
	return d->origin != NULL;
}

/* False: out holds why this address is dead. */
static bool read_subscription(struct visit *v)
{
	struct webpush_receiver *r = &v->delivery->receiver;
	const char *fault = "longer than 8192 bytes", *url;
	size_t length = strnlen(v->m->address, ADDRESS_MAX + 1);
	const struct json *j = length <= ADDRESS_MAX ? json_parse(v->parent, v->m->address, length, &fault)
						     : NULL;
	const struct json *keys = json_get(j, "keys");

	if (j == NULL)
		push_done(v->out, OUTCOME_DEAD, "bad_subscription",
			  talloc_asprintf(v->parent, "the subscription is no JSON: %s", fault));
	else if ((url = json_get_text(j, "endpoint", NULL)) == NULL)
		push_done(v->out, OUTCOME_DEAD, "bad_subscription", "the subscription has no endpoint");
	else if (!read_endpoint(v, url, &fault))
		push_done(v->out, OUTCOME_DEAD, "bad_endpoint",
			  talloc_asprintf(v->parent, "the subscription's endpoint: %s", fault));
	else if (!base64url_decode(json_get_text(keys, "auth", ""), r->auth, WEBPUSH_AUTH))
		push_done(v->out, OUTCOME_DEAD, "bad_key", "keys.auth: is not 16 bytes in base64url");
	else if (!base64url_decode(json_get_text(keys, "p256dh", ""), r->point, WEBPUSH_POINT))
		push_done(v->out, OUTCOME_DEAD, "bad_key", "keys.p256dh: is not 65 bytes in base64url");
	else if (!webpush_point_valid(r->point))
		push_done(v->out, OUTCOME_DEAD, "bad_key", "keys.p256dh: is not a point on P-256");
	else
		return true;
	return false;
}

/* --- the request ----------------------------------------------------------------------------------- */

static void write_payload(struct json_writer *w, const struct message *m, const char *text)
{
	json_open_object(w, NULL);
	json_put_text(w, "title", m->title);
	json_put_text(w, "body", text);
	json_put_text(w, "link", m->link);
	json_put_text(w, "notification_id", m->notification_id);
	push_put_data(w, m);
	json_close(w);
}

/*
 * A message with the same topic replaces one that the browser has not fetched yet. A notification without a
 * collapse key replaces itself, when it is repeated.
 */
static const char *topic_of(const void *parent, const struct message *m)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	const char *name = *m->collapse_key ? m->collapse_key : m->notification_id;
	unsigned length = 0;

	if (EVP_Digest(name, strlen(name), digest, &length, EVP_sha256(), NULL) != 1)
		length = 0;
	return base64url_encode(parent, digest, length > 0 ? TOPIC_MAX / 4 * 3 : 0);
}

static const char **headers_of(const struct visit *v, const char *authorization)
{
	const char **h = talloc_zero_array(v->parent, const char *, HEADERS);

	h[0] = talloc_asprintf(h, "Authorization: %s", authorization);
	h[1] = talloc_asprintf(h, "TTL: %lld", (long long)push_lifetime(v->m));
	h[2] = talloc_asprintf(h, "Urgency: %s", push_urgency(v->m));
	h[3] = talloc_asprintf(h, "Topic: %s", topic_of(h, v->m));
	h[4] = "Content-Encoding: aes128gcm";
	h[5] = "Content-Type: application/octet-stream";
	return h;
}

static enum step fill_transfer(struct visit *v, const char *authorization, const char *body, size_t length)
{
	v->out->transfer = (struct transfer){
		.url = v->delivery->endpoint,
		.method = "POST",
		.headers = headers_of(v, authorization),
		.header_count = HEADERS,
		.body = body,
		.length = length,
		.user = "",
		.password = "",
		.ca_file = v->webpush->ca_file,
		.http2 = !v->delivery->plain,
		.guarded = !v->delivery->plain && !v->delivery->local,
		.plain = v->delivery->plain,
		.timeout = v->webpush->timeout,
	};
	return STEP_TRANSFER;
}

static enum step ask(struct visit *v)
{
	const char *plain, *authorization;
	unsigned char *body = NULL;
	size_t plain_length = 0, length = 0;

	if (!read_subscription(v))
		return STEP_DONE;
	plain = push_fit(v->parent, v->m, WEBPUSH_PLAIN_MAX, write_payload, &plain_length);
	if (plain == NULL)
		return push_done(v->out, OUTCOME_REFUSED, "bad_message", push_fit_fault(v->m));
	authorization = vapid_authorization(v->parent, v->webpush->vapid, v->delivery->origin, v->m->now);
	if (authorization)
		body = webpush_encrypt(v->parent, &v->delivery->receiver, webpush_choose, plain, plain_length,
				       &length);
	if (body == NULL)
		return push_done(v->out, OUTCOME_BROKEN, "no_encryption", "OpenSSL does not sign or encrypt");
	return fill_transfer(v, authorization, (const char *)body, length);
}

/* --- the answer ------------------------------------------------------------------------------------ */

/* RFC 8030, section 5 and 7.3; RFC 8292, section 4.2. The other side's words are not shown to anybody. */
static enum step heard(struct visit *v, const struct answer *a)
{
	const char *code = push_status_code(v->parent, a->status);
	const char *detail = talloc_asprintf(v->parent, "the push service answered %d", a->status);

	if (push_unanswered(v->parent, a, true, v->out))
		return STEP_DONE;
	if (a->status >= 200 && a->status <= 202)
		return push_done(v->out, OUTCOME_ACCEPTED, "ok", "");
	if (a->status == 404 || a->status == 410)
		return push_done(v->out, OUTCOME_DEAD, code, detail);
	if (a->status == 413)
		return push_done(v->out, OUTCOME_REFUSED, code, detail);
	if (push_status_passes(a->status))
		return push_later(v->out, a, 0, code, detail);
	if (a->status == 401 || a->status == 403)
		vapid_forget(v->webpush->vapid, v->delivery->origin);
	return push_done(v->out, OUTCOME_BROKEN, code, detail);
}

static enum step webpush_next(struct driver *d, const void *parent, const struct message *m, int at,
			      const struct answer *answer, void **state, struct step_out *out)
{
	struct visit v = {d->config, parent, m, *state, out};

	push_clear(out);
	if (at > 0 && answer)
		return heard(&v, answer);
	*state = v.delivery = talloc_zero(parent, struct delivery);
	return ask(&v);
}

/* Push services are told apart by their origin. */
static const char *webpush_server(const struct driver *d, const void *parent, const char *address)
{
	const char *fault;
	size_t length = strnlen(address, ADDRESS_MAX + 1);
	const struct json *j = length <= ADDRESS_MAX ? json_parse(parent, address, length, &fault) : NULL;
	const char *url = json_get_text(j, "endpoint", NULL);

	(void)d;
	return url ? push_url_origin(parent, url) : NULL;
}

/* A hole in the guard for one service of the tests, which TLS then proves to be that one. */
static bool open_local(struct webpush *w, const void *parent, const char *local, const char **error)
{
	const char *url;

	if (local == NULL || local[0] == '\0')
		return true;
	url = talloc_asprintf(w, "https://%s/", local);
	if (w->allow_plain && push_url_loopback(url))
		w->local_origin = push_url_origin(w, url);
	if (w->local_origin == NULL)
		*error = talloc_asprintf(parent,
					 "push_local: \"%s\" is not a host and port of this machine, or "
					 "push_plain is not set",
					 local);
	return w->local_origin != NULL;
}

struct driver *webpush_driver_new(const void *parent, const struct webpush_settings *settings,
				  const char **error)
{
	struct driver *d = talloc_zero(parent, struct driver);
	struct webpush *w = talloc_zero(d, struct webpush);
	const char *fault = NULL;

	w->vapid = vapid_new(w, settings->key_file, settings->subject, &fault);
	if (w->vapid == NULL) {
		*error = talloc_strdup(parent, fault);
		talloc_free(d);
		return NULL;
	}
	w->ca_file = talloc_strdup(w, settings->ca_file ? settings->ca_file : "");
	w->timeout = settings->timeout > 0 ? settings->timeout : TIMEOUT_SECONDS * SECOND;
	w->allow_plain = settings->allow_plain;
	if (!open_local(w, parent, settings->local, error)) {
		talloc_free(d);
		return NULL;
	}
	d->name = "webpush";
	d->server = webpush_server;
	d->channel = CHANNEL_PUSH;
	d->config = w;
	d->next = webpush_next;
	return d;
}

const char *webpush_public_key(const struct driver *d)
{
	return vapid_public(((const struct webpush *)d->config)->vapid);
}
