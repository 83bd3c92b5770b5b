/*
 * slack.c - the steps of a delivery to Slack
 *
 * A conversation may have to be found first (users.lookupByEmail, conversations.open), once: it is kept until
 * Slack does not know it any more. The Web API has no
 * idempotency key, so a repetition first looks into the conversation for a message with our id in its
 * metadata.
 */
#include <string.h>
#include <talloc.h>

#include "services/notification/notification_id.h"
#include "services/notification/slack.h"
#include "services/notification/slack_blocks.h"
#include "services/notification/slack_config.h"
#include "services/notification/slack_judge.h"

enum {
	ADDRESS_MAX = 254,
	PAGE = 50,      /* messages of history; fewer if they do not fit into an answer */
	PAGES_MAX = 20, /* in a conversation that is busier than that, a rare double is the smaller evil */
	TIMEOUT_SECONDS = 10
};

enum phase {
	PHASE_LOOKUP,
	PHASE_OPEN,
	PHASE_HISTORY,
	PHASE_POST
};

/* A delivery on its way. */
struct delivery {
	enum phase phase;
	const char *user, *channel; /* NULL until known */
	bool booked;                /* the channel is one that was found before */
	const char *new_address;
	const char *cursor;
	int limit, pages;
};

struct visit {
	struct slack *slack;
	const void *parent;
	const struct message *m;
	struct delivery *delivery;
	struct step_out *out;
};

/* Everything but the unreserved characters of RFC 3986 as %XX. */
static const char *percent(const void *parent, const char *text)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
	char *out = talloc_strdup(parent, "");
	size_t length;

	while (*text) {
		length = strspn(text, plain);
		out = talloc_strndup_append_buffer(out, text, length);
		text += length;
		if (*text)
			out = talloc_asprintf_append_buffer(out, "%%%02X", (unsigned char)*text++);
	}
	return out;
}

/* body NULL: a GET. */
static enum step transfer(struct visit *v, enum phase phase, const char *method_and_query, const char *body,
			  size_t length)
{
	const char **headers = talloc_zero_array(v->parent, const char *, 2);

	headers[0] = talloc_asprintf(headers, "Authorization: Bearer %s", v->slack->token);
	headers[1] = "Content-Type: application/json; charset=utf-8";
	v->delivery->phase = phase;
	v->out->transfer = (struct transfer){
		.url = talloc_asprintf(v->parent, "%s/%s", v->slack->base_url, method_and_query),
		.method = body ? "POST" : "GET",
		.headers = headers,
		.header_count = body ? 2 : 1,
		.body = body ? body : "",
		.length = length,
		.user = "",
		.password = "",
		.ca_file = v->slack->ca_file,
		.plain = strncmp(v->slack->base_url, "http://", 7) == 0,
		.timeout = v->slack->timeout,
	};
	return STEP_TRANSFER;
}

static enum step ask_lookup(struct visit *v)
{
	return transfer(
		v, PHASE_LOOKUP,
		talloc_asprintf(v->parent, "users.lookupByEmail?email=%s", percent(v->parent, v->m->address)),
		NULL, 0);
}

static enum step ask_open(struct visit *v)
{
	struct json_writer *w = json_writer_new(v->parent);
	const char *body;
	size_t length;

	json_open_object(w, NULL);
	json_put_text(w, "users", v->delivery->user);
	json_close(w);
	body = json_text(w, &length);
	return transfer(v, PHASE_OPEN, "conversations.open", body, length);
}

/* No message of ours is older than its id; a minute is left for clocks that differ. */
static int64_t oldest_second(const struct message *m)
{
	instant made, earliest = m->now - DAY_SECONDS * SECOND;

	if (!notification_id_instant(m->notification_id, &made) || made < earliest)
		made = earliest;
	made = made / SECOND - 60;
	return made > 0 ? made : 0;
}

static enum step ask_history(struct visit *v)
{
	struct delivery *d = v->delivery;
	const char *cursor = d->cursor
				     ? talloc_asprintf(v->parent, "&cursor=%s", percent(v->parent, d->cursor))
				     : "";

	d->pages++;
	return transfer(
		v, PHASE_HISTORY,
		talloc_asprintf(
			v->parent,
			"conversations.history?channel=%s&include_all_metadata=true&oldest=%lld.000000"
			"&limit=%d%s",
			d->channel, (long long)oldest_second(v->m), d->limit, cursor),
		NULL, 0);
}

static enum step ask_post(struct visit *v)
{
	const char *fault, *body;
	size_t length = 0;

	body = slack_body(v->parent, v->m, v->delivery->channel, &length, &fault);
	if (body == NULL)
		return slack_done(v->out, OUTCOME_REFUSED, "bad_message", fault);
	return transfer(v, PHASE_POST, "chat.postMessage", body, length);
}

static enum step ask_in_channel(struct visit *v)
{
	return v->m->attempt > 1 ? ask_history(v) : ask_post(v);
}

/* Slack's ids: a letter for the kind, then letters and digits. */
static bool is_id(const char *text, const char *kinds)
{
	size_t length = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

	return text[0] && strchr(kinds, text[0]) && length >= 2 && length <= 64 && text[length] == '\0';
}

static bool is_email(const char *text)
{
	const char *at = strrchr(text, '@');
	const unsigned char *p;

	for (p = (const unsigned char *)text; *p; p++)
		if (*p <= ' ' || *p == 0x7f)
			return false;
	return at && at > text && at[1] && strlen(text) <= ADDRESS_MAX;
}

static enum step find_conversation(struct visit *v)
{
	if (is_email(v->m->address))
		return ask_lookup(v);
	v->delivery->user = v->m->address;
	return ask_open(v);
}

static enum step begin_with_person(struct visit *v)
{
	const char *known = slack_book_find(v->slack->book, v->parent, v->m->address, v->m->now);

	if (known == NULL)
		return find_conversation(v);
	if (known[0] == '\0')
		return slack_done(v->out, OUTCOME_DEAD, "users_not_found",
				  "Slack said a short while ago that there is nobody of that address");
	v->delivery->booked = true;
	v->delivery->channel = v->delivery->new_address = known;
	return ask_in_channel(v);
}

static enum step begin(struct visit *v)
{
	const char *address = v->m->address;

	v->delivery->limit = PAGE;
	if (is_id(address, "CGD")) {
		v->delivery->channel = address;
		return ask_in_channel(v);
	}
	if (is_id(address, "UW") || is_email(address))
		return begin_with_person(v);
	return slack_done(v->out, OUTCOME_DEAD, "bad_address",
			  "neither a conversation, a user, nor an e-mail address");
}

static enum step strange(struct visit *v, const char *what)
{
	return slack_done(v->out, OUTCOME_RETRY, "unreadable", what);
}

static enum step heard_user(struct visit *v, const struct json *reply)
{
	const struct json *user = json_get(reply, "user");
	const char *id = json_get_text(user, "id", "");

	if (!is_id(id, "UW"))
		return strange(v, "users.lookupByEmail gave no user id");
	if (json_get_boolean(user, "deleted", false))
		return slack_done(v->out, OUTCOME_DEAD, "user_disabled", "the Slack user is deactivated");
	v->delivery->user = talloc_strdup(v->parent, id);
	return ask_open(v);
}

static enum step heard_channel(struct visit *v, const struct json *reply)
{
	const char *id = json_get_text(json_get(reply, "channel"), "id", "");

	if (!is_id(id, "CGD"))
		return strange(v, "conversations.open gave no conversation id");
	v->delivery->channel = v->delivery->new_address = talloc_strdup(v->parent, id);
	slack_book_put(v->slack->book, v->m->address, id, v->m->now);
	return ask_in_channel(v);
}

static enum step accepted(struct visit *v, const char *ts, const char *code)
{
	if (ts[0] == '\0' || strlen(ts) > 32 || ts[strspn(ts, "0123456789.")] != '\0')
		ts = "";
	v->out->provider_ref = *ts ? talloc_asprintf(v->parent, "%s/%s", v->delivery->channel, ts) : "";
	return slack_done(v->out, OUTCOME_ACCEPTED, code, "");
}

static const struct json *find_ours(const struct json *reply, const char *notification_id)
{
	const struct json *messages = json_get(reply, "messages"), *m, *metadata, *payload;

	for (m = messages ? messages->first : NULL; m; m = m->next) {
		metadata = json_get(m, "metadata");
		payload = json_get(metadata, "event_payload");
		if (strcmp(json_get_text(metadata, "event_type", ""), "ae_notification") == 0 &&
		    strcmp(json_get_text(payload, "notification_id", ""), notification_id) == 0)
			return m;
	}
	return NULL;
}

static enum step heard_history(struct visit *v, const struct json *reply)
{
	const struct json *found = find_ours(reply, v->m->notification_id);
	const char *cursor = json_get_text(json_get(reply, "response_metadata"), "next_cursor", "");

	if (found)
		return accepted(v, json_get_text(found, "ts", ""), "found");
	if (*cursor == '\0' || strlen(cursor) > 1024 || v->delivery->pages >= PAGES_MAX)
		return ask_post(v);
	v->delivery->cursor = talloc_strdup(v->parent, cursor);
	return ask_history(v);
}

/* An answer is cut at 64 KiB: a page that is not whole is asked for again, with fewer messages. */
static bool cut_short(struct visit *v, const struct answer *a)
{
	const char *fault;

	if (v->delivery->phase != PHASE_HISTORY || !a->transported || a->status != 200 ||
	    v->delivery->limit == 1)
		return false;
	return json_parse(v->parent, a->body, a->length, &fault) == NULL;
}

/* What Slack does not know is forgotten; a conversation out of the book is then found anew, once. */
static enum step told_no(struct visit *v)
{
	struct delivery *d = v->delivery;

	if (d->phase == PHASE_LOOKUP && strcmp(v->out->code, "users_not_found") == 0)
		slack_book_put(v->slack->book, v->m->address, "", v->m->now);
	if (!d->booked || strcmp(v->out->code, "channel_not_found") != 0)
		return STEP_DONE;
	slack_book_drop(v->slack->book, v->m->address);
	d->booked = false;
	d->new_address = NULL;
	slack_clear(v->out);
	return find_conversation(v);
}

static enum step heard(struct visit *v, const struct answer *a)
{
	const struct json *reply;

	if (cut_short(v, a)) {
		v->delivery->limit = v->delivery->limit > 5 ? 5 : 1;
		return ask_history(v);
	}
	if (!slack_judge_api(v->parent, a, v->delivery->phase == PHASE_POST, &reply, v->out))
		return told_no(v);
	switch (v->delivery->phase) {
	case PHASE_LOOKUP:
		return heard_user(v, reply);
	case PHASE_OPEN:
		return heard_channel(v, reply);
	case PHASE_HISTORY:
		return heard_history(v, reply);
	case PHASE_POST:
		return accepted(v, json_get_text(reply, "ts", ""), "ok");
	}
	return strange(v, "a step that does not exist");
}

static enum step api_next(struct driver *d, const void *parent, const struct message *m, int at,
			  const struct answer *answer, void **state, struct step_out *out)
{
	struct visit v = {d->config, parent, m, *state, out};
	enum step step;

	slack_clear(out);
	if (at == 0)
		*state = v.delivery = talloc_zero(parent, struct delivery);
	step = at == 0 ? begin(&v) : heard(&v, answer);
	/* Found once, the conversation is worth keeping whatever became of the message. */
	if (v.delivery->new_address)
		out->new_address = v.delivery->new_address;
	return step;
}

/* A bot's token is of one workspace; it is hashed by whoever takes it. */
const char *slack_workspace(const struct driver *d)
{
	return ((const struct slack *)d->config)->token;
}

struct driver *slack_api_new(const void *parent, const struct slack_settings *settings, const char **error)
{
	struct driver *d = slack_driver_new(parent, settings);
	struct slack *slack = d->config;
	const char *url = slack->base_url;

	*error = NULL;
	if (strncmp(url, "https://", 8) != 0 && !(slack->allow_plain && strncmp(url, "http://", 7) == 0))
		*error = talloc_asprintf(parent, "%s: Slack's base URL must begin with https://",
					 slack->base_url);
	else
		slack_read_token(parent, slack, settings->token_file, error);
	if (*error) {
		talloc_free(d);
		return NULL;
	}
	slack->book = slack_book_new(slack, settings->cache, slack->token);
	d->name = "slack";
	d->next = api_next;
	return d;
}
