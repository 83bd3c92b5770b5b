/*
 * fcm_judge.c - errors of FCM's HTTP v1 and of Google's token endpoint, as tables
 *
 * An error is {"error":{"code","message","status","details":[{"@type","errorCode"}]}}. FCM's own word is
 * errorCode; where it is missing, the status of google.rpc speaks, then the HTTP status.
 * Source: firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode.
 */
#include <string.h>
#include <talloc.h>

#include "services/notification/fcm_judge.h"
#include "services/notification/push_judge.h"
#include "services/notification/push_jwt.h"
#include "services/notification/secret.h"

enum {
	TOKEN_MAX = 4096,
	TOKEN_SECONDS = 3600, /* where the answer does not say */
	WAIT_QUOTA = 60,      /* seconds, as Google asks where it gives no Retry-After */
	WAIT_OTHER = 10
};

static const struct push_meaning own_codes[] = {
	{"UNREGISTERED", OUTCOME_DEAD},
	{"INVALID_ARGUMENT", OUTCOME_REFUSED},
	{"SENDER_ID_MISMATCH", OUTCOME_BROKEN},
	{"THIRD_PARTY_AUTH_ERROR", OUTCOME_BROKEN},
	{"QUOTA_EXCEEDED", OUTCOME_RETRY},
	{"UNAVAILABLE", OUTCOME_RETRY},
	{"INTERNAL", OUTCOME_RETRY},
	{NULL, 0},
};

static const struct push_meaning statuses[] = {
	{"INVALID_ARGUMENT", OUTCOME_REFUSED},
	{"OUT_OF_RANGE", OUTCOME_REFUSED},
	{"UNAUTHENTICATED", OUTCOME_BROKEN},
	{"PERMISSION_DENIED", OUTCOME_BROKEN},
	{"NOT_FOUND", OUTCOME_BROKEN}, /* without FCM's word it is the project that is not there */
	{"FAILED_PRECONDITION", OUTCOME_BROKEN},
	{"RESOURCE_EXHAUSTED", OUTCOME_RETRY},
	{"UNAVAILABLE", OUTCOME_RETRY},
	{"INTERNAL", OUTCOME_RETRY},
	{"UNKNOWN", OUTCOME_RETRY},
	{"ABORTED", OUTCOME_RETRY},
	{"DEADLINE_EXCEEDED", OUTCOME_RETRY},
	{NULL, 0},
};

/* It becomes part of a header: printable, without spaces. */
static bool token_fine(const char *token)
{
	const char *p;

	for (p = token; *p; p++)
		if ((unsigned char)*p <= ' ' || (unsigned char)*p >= 0x7f)
			return false;
	return p > token && p - token <= TOKEN_MAX;
}

static void judge_no_token(const void *parent, const struct answer *a, const struct json *reply,
			   struct step_out *out)
{
	const char *word = push_word(parent, json_get_text(reply, "error", ""));
	const char *code = word ? word : push_status_code(parent, a->status);

	if (push_status_passes(a->status))
		push_later(out, a, WAIT_OTHER * SECOND, code, "Google gives no access token now");
	else if (a->status == 200)
		push_done(out, OUTCOME_RETRY, "unreadable", "Google's access token cannot be read");
	else
		push_done(out, OUTCOME_BROKEN, code,
			  talloc_asprintf(parent, "Google gives this service account no access token (%d)",
					  a->status));
}

char *fcm_judge_token(const void *parent, const struct answer *a, int64_t *seconds, struct step_out *out)
{
	const struct json *reply;
	const char *fault, *token;
	void *scratch;
	char *kept = NULL;

	if (push_unanswered(parent, a, false, out))
		return NULL;
	scratch = talloc_new(parent);
	reply = json_parse(scratch, a->body, a->length, &fault);
	token = json_get_text(reply, "access_token", "");
	if (a->status == 200 && token_fine(token)) {
		*seconds = json_get_integer(reply, "expires_in", TOKEN_SECONDS);
		*seconds = *seconds < 0 ? 0 : *seconds > DAY_SECONDS ? DAY_SECONDS : *seconds;
		kept = secret_copy(parent, token, strlen(token));
	} else {
		judge_no_token(parent, a, reply, out);
	}
	talloc_free(scratch);
	return kept;
}

/* FCM's own word; "" if there is none. */
static const char *own_code(const struct json *error)
{
	const struct json *details = json_get(error, "details"), *d;
	const char *code;

	for (d = details && details->kind == JSON_ARRAY ? details->first : NULL; d; d = d->next) {
		code = json_get_text(d, "errorCode", "");
		if (*code && strstr(json_get_text(d, "@type", ""), "FcmError"))
			return code;
	}
	return "";
}

static enum outcome by_status(int status)
{
	if (push_status_passes(status))
		return OUTCOME_RETRY;
	return status == 400 || status == 413 ? OUTCOME_REFUSED : OUTCOME_BROKEN;
}

static bool judge_error(const void *parent, const struct answer *a, const struct json *error,
			struct step_out *out)
{
	const char *own = push_word(parent, own_code(error));
	const char *status = push_word(parent, json_get_text(error, "status", ""));
	const char *code = own ? own : status ? status : push_status_code(parent, a->status);
	const char *detail = talloc_asprintf(parent, "FCM answered %d %s", a->status, code);
	enum outcome outcome;

	if (!(own && push_meaning_find(own_codes, own, &outcome)) &&
	    !(status && push_meaning_find(statuses, status, &outcome)))
		outcome = by_status(a->status);
	if (outcome == OUTCOME_RETRY)
		push_later(out, a, (a->status == 429 ? WAIT_QUOTA : WAIT_OTHER) * SECOND, code, detail);
	else
		push_done(out, outcome, code, detail);
	return a->status == 401 && (own == NULL || strcmp(own, "THIRD_PARTY_AUTH_ERROR") != 0);
}

bool fcm_judge_send(const void *parent, const struct answer *a, struct step_out *out)
{
	const struct json *reply;
	const char *fault, *name, *p;

	if (push_unanswered(parent, a, true, out))
		return false;
	reply = json_parse(parent, a->body, a->length, &fault);
	if (a->status != 200)
		return judge_error(parent, a, json_get(reply, "error"), out);
	name = json_get_text(reply, "name", "");
	for (p = name; *p > ' ' && *p < 0x7f;)
		p++;
	if (p == name || *p || p - name > 512) { /* taken or not, this did not come from FCM whole */
		push_done(out, OUTCOME_UNKNOWN, "unreadable", "FCM's answer cannot be read");
		return false;
	}
	out->provider_ref = name;
	push_done(out, OUTCOME_ACCEPTED, "ok", "");
	return false;
}
