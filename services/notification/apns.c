/*
 * apns.c - one request per message; a token that Apple calls expired is renewed once
 *
 * Headers, limits and reasons: Apple, "Sending notification requests to APNs" and "Handling notification
 * responses from APNs".
 */
#include <string.h>
#include <talloc.h>

#include "services/notification/apns.h"
#include "services/notification/notification_id.h"
#include "services/notification/push_judge.h"
#include "services/notification/push_jwt.h"
#include "services/notification/push_payload.h"
#include "services/notification/push_url.h"
#include "services/notification/secret.h"

enum {
	PAYLOAD_MAX = 4096,
	DEVICE_DIGITS_MIN = 64, /* Apple does not promise a length; none was ever shorter */
	DEVICE_DIGITS_MAX = 200,
	TIMEOUT_SECONDS = 10,
	TOKEN_SECONDS = 50 * 60,     /* Apple refuses it after an hour, */
	TOKEN_SECONDS_MIN = 20 * 60, /* and one that changes oftener than this */
	CLOCK_SECONDS = 60,          /* by so much a clock may be set back without a new token */
	HEADERS = 8
};

struct apns {
	struct push_key *key;
	const char *key_id, *team_id, *topic, *base_url, *ca_file;
	int64_t timeout;
	char *token; /* NULL: none; wiped when freed */
	instant made;
	unsigned generation; /* of token: which one a delivery was sent with */
};

/* A delivery on its way. */
struct delivery {
	bool renewed; /* once is enough */
	unsigned generation;
};

struct visit {
	struct apns *apns;
	const void *parent;
	const struct message *m;
	struct delivery *delivery;
	struct step_out *out;
	instant now;
};

/* --- the token ------------------------------------------------------------------------------------- */

static bool renew_token(struct apns *a, instant now)
{
	struct json_writer *w = json_writer_new(a);
	char *token;

	json_open_object(w, NULL);
	json_put_text(w, "iss", a->team_id);
	json_put_integer(w, "iat", now / SECOND);
	json_close(w);
	token = push_jwt(w, a->key, a->key_id, json_text(w, NULL));
	if (token) {
		talloc_free(a->token);
		a->token = secret_copy(a, token, strlen(token));
		a->made = now;
		a->generation++;
	}
	talloc_free(w);
	return token != NULL;
}

static bool token_good(const struct apns *a, instant now)
{
	return a->token && now < a->made + TOKEN_SECONDS * SECOND && now > a->made - CLOCK_SECONDS * SECOND;
}

/* --- the request ----------------------------------------------------------------------------------- */

static void write_payload(struct json_writer *w, const struct message *m, const char *text)
{
	json_open_object(w, NULL);
	json_open_object(w, "aps");
	json_open_object(w, "alert");
	json_put_text(w, "title", m->title);
	json_put_text(w, "body", text);
	json_close(w);
	if (push_urgent(m))
		json_put_text(w, "sound", "default");
	json_close(w);
	json_put_text(w, "notification_id", m->notification_id);
	json_put_text(w, "link", m->link);
	json_put_text(w, "category", m->category);
	push_put_data(w, m);
	json_close(w);
}

/* The 128 bits of the ULID as a UUID is written; NULL if it is none. */
static const char *uuid_of(const void *parent, const char *notification_id)
{
	unsigned char b[NOTIFICATION_ID_BYTES];

	if (!notification_id_decode(notification_id, b))
		return NULL;
	return talloc_asprintf(parent, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
			       b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11],
			       b[12], b[13], b[14], b[15]);
}

static const char **headers_of(const struct visit *v, const char *uuid)
{
	const char **h = talloc_zero_array(v->parent, const char *, HEADERS);
	int64_t until = v->m->now / SECOND + push_lifetime(v->m);

	h[0] = talloc_asprintf(h, "authorization: bearer %s", v->apns->token);
	h[1] = talloc_asprintf(h, "apns-topic: %s", v->apns->topic);
	h[2] = "apns-push-type: alert";
	h[3] = talloc_asprintf(h, "apns-id: %s", uuid);
	h[4] = talloc_asprintf(h, "apns-collapse-id: %s", push_collapse_id(h, v->m));
	h[5] = talloc_asprintf(h, "apns-expiration: %lld", (long long)until);
	h[6] = push_urgent(v->m) ? "apns-priority: 10" : "apns-priority: 5";
	h[7] = "content-type: application/json";
	return h;
}

static bool address_fine(const char *text)
{
	size_t length = strspn(text, "0123456789abcdefABCDEF");

	return text[length] == '\0' && length % 2 == 0 && length >= DEVICE_DIGITS_MIN &&
	       length <= DEVICE_DIGITS_MAX;
}

static enum step ask(struct visit *v)
{
	struct apns *a = v->apns;
	const char *uuid = uuid_of(v->parent, v->m->notification_id), *body;
	size_t length = 0;

	if (!address_fine(v->m->address))
		return push_done(v->out, OUTCOME_DEAD, "bad_address", "not a device token");
	if (uuid == NULL)
		return push_done(v->out, OUTCOME_REFUSED, "bad_message", "the notification id is not a ULID");
	body = push_fit(v->parent, v->m, PAYLOAD_MAX, write_payload, &length);
	if (body == NULL)
		return push_done(v->out, OUTCOME_REFUSED, "bad_message", push_fit_fault(v->m));
	if (!token_good(a, v->now) && !renew_token(a, v->now))
		return push_done(v->out, OUTCOME_BROKEN, "no_signature", "the key does not sign");
	v->delivery->generation = a->generation;
	v->out->transfer = (struct transfer){
		.url = talloc_asprintf(v->parent, "%s/3/device/%s", a->base_url, v->m->address),
		.method = "POST",
		.headers = headers_of(v, uuid),
		.header_count = HEADERS,
		.body = body,
		.length = length,
		.user = "",
		.password = "",
		.ca_file = a->ca_file,
		.http2 = true,
		.timeout = a->timeout,
	};
	return STEP_TRANSFER;
}

/* --- the answer ------------------------------------------------------------------------------------ */

static const struct push_meaning bad_requests[] = {
	{"BadDeviceToken", OUTCOME_DEAD},
	{"DeviceTokenNotForTopic", OUTCOME_DEAD},
	/* The settings are wrong, not the message. */
	{"BadTopic", OUTCOME_BROKEN},
	{"MissingTopic", OUTCOME_BROKEN},
	{"TopicDisallowed", OUTCOME_BROKEN},
	{NULL, 0},
};

/* By status; a reason that is not listed refuses the message where Apple says 400, and is ours elsewhere. */
static enum outcome meaning(int status, const char *reason)
{
	enum outcome outcome = OUTCOME_REFUSED;

	if (push_status_passes(status))
		return OUTCOME_RETRY;
	if (status == 410)
		return OUTCOME_DEAD;
	if (status == 400)
		push_meaning_find(bad_requests, reason, &outcome);
	return status == 400 || status == 413 ? outcome : OUTCOME_BROKEN;
}

/* A device that was given up says since when, in milliseconds: it may have come back later. */
static const char *detail_of(const void *parent, int status, const char *reason, const struct json *reply)
{
	int64_t since = json_get_integer(reply, "timestamp", 0);
	char text[INSTANT_TEXT];

	if (status != 410 || since <= 0 || since > INSTANT_MAX / 1000)
		return talloc_asprintf(parent, "APNs answered %d %s", status, reason);
	return talloc_asprintf(parent, "APNs answered 410 %s, since %s", reason,
			       instant_format(since * 1000, text));
}

/*
 * Another delivery may have renewed the token already. One that is younger than Apple lets us renew is not
 * expired: then a clock is wrong.
 */
static bool renew_expired(struct visit *v)
{
	struct apns *a = v->apns;

	if (v->delivery->renewed)
		return false;
	v->delivery->renewed = true;
	if (v->delivery->generation != a->generation)
		return true;
	return v->now >= a->made + TOKEN_SECONDS_MIN * SECOND && renew_token(a, v->now);
}

static enum step heard(struct visit *v, const struct answer *a)
{
	const struct json *reply;
	const char *fault, *reason, *detail;
	enum outcome outcome;

	if (push_unanswered(v->parent, a, true, v->out))
		return STEP_DONE;
	if (a->status == 200) {
		v->out->provider_ref = uuid_of(v->parent, v->m->notification_id);
		return push_done(v->out, OUTCOME_ACCEPTED, "ok", "");
	}
	reply = json_parse(v->parent, a->body, a->length, &fault);
	reason = push_word(v->parent, json_get_text(reply, "reason", ""));
	if (a->status == 403 && reason && strcmp(reason, "ExpiredProviderToken") == 0 && renew_expired(v))
		return ask(v);
	reason = reason ? reason : push_status_code(v->parent, a->status);
	detail = detail_of(v->parent, a->status, reason, reply);
	outcome = meaning(a->status, reason);
	return outcome == OUTCOME_RETRY ? push_later(v->out, a, 0, reason, detail)
					: push_done(v->out, outcome, reason, detail);
}

static enum step apns_next(struct driver *d, const void *parent, const struct message *m, int at,
			   const struct answer *answer, void **state, struct step_out *out)
{
	struct visit v = {d->config, parent, m, *state, out, answer ? answer->now : m->now};

	push_clear(out);
	if (at > 0 && answer)
		return heard(&v, answer);
	*state = v.delivery = talloc_zero(parent, struct delivery);
	return ask(&v);
}

/* --- settings -------------------------------------------------------------------------------------- */

/* They become parts of headers and claims. */
static bool word_fine(const char *text, const char *more)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
	const char *p = text ? text : "";

	while (*p && (strchr(plain, *p) || strchr(more, *p)))
		p++;
	return text && p > text && *p == '\0' && p - text <= 255;
}

/* *error hangs under a. */
static bool open_settings(struct apns *a, const struct apns_settings *s, const char **error)
{
	bool plain;

	*error = !word_fine(s->key_id, "")     ? "key_id: is not the id of a key, such as ABC123DEFG"
		 : !word_fine(s->team_id, "")  ? "team_id: is not the id of a team, such as DEF123GHIJ"
		 : !word_fine(s->topic, ".-_") ? "topic: is not the id of an app, such as com.example.app"
					       : NULL;
	if (*error)
		return false;
	a->key_id = talloc_strdup(a, s->key_id);
	a->team_id = talloc_strdup(a, s->team_id);
	a->topic = talloc_strdup(a, s->topic);
	a->ca_file = talloc_strdup(a, s->ca_file ? s->ca_file : "");
	a->timeout = s->timeout > 0 ? s->timeout : TIMEOUT_SECONDS * SECOND;
	a->base_url = push_base_url(a, "apns_url", s->base_url, "https://api.push.apple.com", false, &plain,
				    error);
	if (a->base_url)
		a->key = push_key_load(a, s->key_file, PUSH_ES256, error);
	return a->key != NULL;
}

struct driver *apns_driver_new(const void *parent, const struct apns_settings *settings, const char **error)
{
	struct driver *d = talloc_zero(parent, struct driver);
	struct apns *a = talloc_zero(d, struct apns);
	const char *fault = NULL;

	if (!open_settings(a, settings, &fault)) {
		*error = talloc_strdup(parent, fault);
		talloc_free(d);
		return NULL;
	}
	d->name = "apns";
	d->channel = CHANNEL_PUSH;
	d->config = a;
	d->next = apns_next;
	return d;
}
