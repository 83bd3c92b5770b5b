/*
 * fcm.c - the steps of a delivery through FCM: an access token where none is kept, then messages:send
 */
#include <string.h>
#include <talloc.h>

#include "services/notification/fcm.h"
#include "services/notification/fcm_account.h"
#include "services/notification/fcm_body.h"
#include "services/notification/fcm_judge.h"
#include "services/notification/push_judge.h"
#include "services/notification/push_url.h"

enum {
	ADDRESS_MAX = 2048,
	TIMEOUT_SECONDS = 10,
	EARLY_SECONDS = 60 /* a token is not used in its last minute */
};

struct fcm {
	struct fcm_account *account;
	const char *send_url, *token_url, *ca_file;
	bool send_plain, token_plain;
	int64_t timeout;
	char *access; /* NULL: none; wiped when freed */
	instant until;
	unsigned generation; /* of access: which token a delivery was sent with */
};

/* A delivery on its way. */
struct delivery {
	bool asked;          /* the transfer under way asks for a token */
	bool renewed;        /* once is enough */
	unsigned generation; /* of the token that was used */
};

struct visit {
	struct fcm *fcm;
	const void *parent;
	const struct message *m;
	struct delivery *delivery;
	struct step_out *out;
	instant now;
};

static void fill_transfer(struct visit *v, const char *url, bool plain, const char **headers,
			  size_t header_count, const char *body, size_t length)
{
	v->out->transfer = (struct transfer){
		.url = url,
		.method = "POST",
		.headers = headers,
		.header_count = header_count,
		.body = body,
		.length = length,
		.user = "",
		.password = "",
		.ca_file = v->fcm->ca_file,
		.http2 = !plain,
		.plain = plain,
		.timeout = v->fcm->timeout,
	};
}

static enum step ask_token(struct visit *v)
{
	const char **headers = talloc_zero_array(v->parent, const char *, 1);
	const char *form = fcm_account_assertion(v->parent, v->fcm->account, v->now);

	if (form == NULL)
		return push_done(v->out, OUTCOME_BROKEN, "no_signature", "the account's key does not sign");
	headers[0] = "Content-Type: application/x-www-form-urlencoded";
	v->delivery->asked = true;
	fill_transfer(v, v->fcm->token_url, v->fcm->token_plain, headers, 1, form, strlen(form));
	return STEP_TRANSFER;
}

static enum step ask_send(struct visit *v)
{
	const char **headers = talloc_zero_array(v->parent, const char *, 2);
	const char *fault, *body;
	size_t length = 0;

	body = fcm_body(v->parent, v->m, &length, &fault);
	if (body == NULL)
		return push_done(v->out, OUTCOME_REFUSED, "bad_message", fault);
	headers[0] = talloc_asprintf(headers, "Authorization: Bearer %s", v->fcm->access);
	headers[1] = "Content-Type: application/json; charset=utf-8";
	v->delivery->asked = false;
	v->delivery->generation = v->fcm->generation;
	fill_transfer(v, v->fcm->send_url, v->fcm->send_plain, headers, 2, body, length);
	return STEP_TRANSFER;
}

static bool has_token(const struct visit *v)
{
	return v->fcm->access && v->now < v->fcm->until;
}

/* Registration tokens are opaque, but never hold a space or a control character. */
static bool address_fine(const char *text)
{
	size_t length;

	for (length = 0; text[length]; length++)
		if ((unsigned char)text[length] <= ' ' || (unsigned char)text[length] >= 0x7f ||
		    length >= ADDRESS_MAX)
			return false;
	return length > 0;
}

static enum step begin(struct visit *v)
{
	const char *fault;
	size_t length;

	if (!address_fine(v->m->address))
		return push_done(v->out, OUTCOME_DEAD, "bad_address", "not a registration token");
	if (has_token(v))
		return ask_send(v);
	if (fcm_body(v->parent, v->m, &length, &fault) == NULL) /* no token is fetched for nothing */
		return push_done(v->out, OUTCOME_REFUSED, "bad_message", fault);
	return ask_token(v);
}

static enum step heard_token(struct visit *v, const struct answer *a)
{
	int64_t seconds = 0;
	char *token = fcm_judge_token(v->parent, a, &seconds, v->out);

	if (token == NULL)
		return STEP_DONE;
	talloc_free(v->fcm->access);
	v->fcm->access = talloc_steal(v->fcm, token);
	v->fcm->until = v->now + (seconds - EARLY_SECONDS) * SECOND;
	v->fcm->generation++;
	return ask_send(v);
}

/* A token may end before its time; another delivery may have fetched the next one meanwhile. */
static enum step heard_send(struct visit *v, const struct answer *a)
{
	if (!fcm_judge_send(v->parent, a, v->out) || v->delivery->renewed)
		return STEP_DONE;
	v->delivery->renewed = true;
	push_clear(v->out);
	if (v->delivery->generation == v->fcm->generation) {
		talloc_free(v->fcm->access);
		v->fcm->access = NULL;
	}
	return has_token(v) ? ask_send(v) : ask_token(v);
}

static enum step fcm_next(struct driver *d, const void *parent, const struct message *m, int at,
			  const struct answer *answer, void **state, struct step_out *out)
{
	struct visit v = {d->config, parent, m, *state, out, answer ? answer->now : m->now};

	push_clear(out);
	if (at == 0) {
		*state = v.delivery = talloc_zero(parent, struct delivery);
		return begin(&v);
	}
	return v.delivery->asked ? heard_token(&v, answer) : heard_send(&v, answer);
}

/* *error hangs under f. */
static bool open_urls(struct fcm *f, const struct fcm_settings *s, const char **error)
{
	const char *base = push_base_url(f, "fcm_url", s->base_url, "https://fcm.googleapis.com",
					 s->allow_plain, &f->send_plain, error);

	if (base == NULL)
		return false;
	f->send_url = talloc_asprintf(f, "%s/v1/projects/%s/messages:send", base, f->account->project_id);
	f->token_url = push_base_url(f, "token_uri", s->token_url, f->account->token_uri, s->allow_plain,
				     &f->token_plain, error);
	return f->token_url != NULL;
}

struct driver *fcm_driver_new(const void *parent, const struct fcm_settings *settings, const char **error)
{
	struct driver *d = talloc_zero(parent, struct driver);
	struct fcm *f = talloc_zero(d, struct fcm);
	const char *fault = NULL;

	f->ca_file = talloc_strdup(f, settings->ca_file ? settings->ca_file : "");
	f->timeout = settings->timeout > 0 ? settings->timeout : TIMEOUT_SECONDS * SECOND;
	f->account = fcm_account_load(f, settings->account_file, &fault);
	if (f->account == NULL || !open_urls(f, settings, &fault)) {
		*error = talloc_strdup(parent, fault);
		talloc_free(d);
		return NULL;
	}
	d->name = "fcm";
	d->channel = CHANNEL_PUSH;
	d->config = f;
	d->next = fcm_next;
	return d;
}
