/*
 * slack_judge.c - errors of the Web API and of webhooks, as tables
 *
 * The Web API says most things with HTTP 200 and {"ok":false,"error":"..."}; webhooks with a status and a
 * word.
 */
#include <ctype.h>
#include <string.h>
#include <talloc.h>

#include "services/notification/retry_after.h"
#include "services/notification/slack_judge.h"

struct meaning {
	const char *error;
	enum outcome outcome;
};

/* An error that is not here refuses the message: it would be the same again. */
static const struct meaning api_errors[] = {
	{"ratelimited", OUTCOME_RETRY},
	{"rate_limited", OUTCOME_RETRY},
	{"message_limit_exceeded", OUTCOME_RETRY},
	{"internal_error", OUTCOME_RETRY},
	{"service_unavailable", OUTCOME_RETRY},
	{"fatal_error", OUTCOME_RETRY},
	{"request_timeout", OUTCOME_RETRY},
	{"team_added_to_org", OUTCOME_RETRY},
	{"channel_not_found", OUTCOME_DEAD},
	{"is_archived", OUTCOME_DEAD},
	{"user_not_found", OUTCOME_DEAD},
	{"users_not_found", OUTCOME_DEAD},
	{"user_disabled", OUTCOME_DEAD},
	{"user_not_visible", OUTCOME_DEAD},
	{"cannot_dm_bot", OUTCOME_DEAD},
	{"invalid_user_combination", OUTCOME_DEAD},
	{"messages_tab_disabled", OUTCOME_DEAD},
	{"invalid_auth", OUTCOME_BROKEN},
	{"not_authed", OUTCOME_BROKEN},
	{"token_revoked", OUTCOME_BROKEN},
	{"token_expired", OUTCOME_BROKEN},
	{"account_inactive", OUTCOME_BROKEN},
	{"missing_scope", OUTCOME_BROKEN},
	{"no_permission", OUTCOME_BROKEN},
	{"not_allowed_token_type", OUTCOME_BROKEN},
	{"access_denied", OUTCOME_BROKEN},
	{"ekm_access_denied", OUTCOME_BROKEN},
	{"org_login_required", OUTCOME_BROKEN},
	{"team_access_not_granted", OUTCOME_BROKEN},
	{"invalid_blocks", OUTCOME_REFUSED},
	{"invalid_blocks_format", OUTCOME_REFUSED},
	{"msg_too_long", OUTCOME_REFUSED},
	{"msg_blocks_too_long", OUTCOME_REFUSED},
	{"no_text", OUTCOME_REFUSED},
	{"not_in_channel", OUTCOME_REFUSED}, /* an invitation mends it: the address stays */
	{"restricted_action", OUTCOME_REFUSED},
};

static const struct meaning webhook_errors[] = {
	{"no_service", OUTCOME_DEAD},
	{"no_service_id", OUTCOME_DEAD},
	{"no_team", OUTCOME_DEAD},
	{"no_active_hooks", OUTCOME_DEAD},
	{"team_disabled", OUTCOME_DEAD},
	{"invalid_token", OUTCOME_DEAD},
	{"channel_not_found", OUTCOME_DEAD},
	{"channel_is_archived", OUTCOME_DEAD},
	{"user_not_found", OUTCOME_DEAD},
	{"action_prohibited", OUTCOME_REFUSED},
	{"invalid_payload", OUTCOME_REFUSED},
	{"no_text", OUTCOME_REFUSED},
	{"too_many_attachments", OUTCOME_REFUSED},
	{"rollup_error", OUTCOME_RETRY},
};

static void judged(struct step_out *out, enum outcome outcome, const char *code, const char *detail)
{
	out->outcome = outcome;
	out->code = code;
	out->detail = detail;
}

static bool look_up(const struct meaning *rows, size_t count, const char *error, enum outcome *outcome)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (strcmp(rows[i].error, error) == 0) {
			*outcome = rows[i].outcome;
			return true;
		}
	}
	return false;
}

/* A word of theirs that may go into our logs: lower-case letters, digits, "_", at most 64. */
static const char *word(const void *parent, const char *text)
{
	size_t length = text ? strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_") : 0;

	if (length == 0 || length > 64 || (text[length] && !isspace((unsigned char)text[length])))
		return "unreadable";
	return talloc_strndup(parent, text, length);
}

static const char *status_code(const void *parent, int status)
{
	return talloc_asprintf(parent, "http_%d", status);
}

/* What is the same for both: no answer, too fast, their failure. True if that was it. */
static bool judge_transport(const void *parent, const struct answer *a, bool posting, struct step_out *out)
{
	if (!a->transported) {
		judged(out, a->unknown && posting ? OUTCOME_UNKNOWN : OUTCOME_RETRY, "no_answer",
		       a->error ? talloc_strdup(parent, a->error) : "no answer");
		return true;
	}
	if (a->status != 429 && a->status != 408 && a->status < 500)
		return false;
	judged(out, OUTCOME_RETRY, a->status == 429 ? "ratelimited" : status_code(parent, a->status),
	       "Slack asks to come again later");
	if (!retry_after_read(a->headers, a->now, &out->retry_after))
		out->retry_after = 0;
	return true;
}

static void judge_api_error(const void *parent, const struct answer *a, const struct json *reply,
			    struct step_out *out)
{
	const char *error = word(parent, json_get_text(reply, "error", "")), *needed;
	enum outcome outcome = OUTCOME_REFUSED;

	look_up(api_errors, sizeof(api_errors) / sizeof(api_errors[0]), error, &outcome);
	needed = json_get_text(reply, "needed", NULL);
	judged(out, outcome, error,
	       needed ? talloc_asprintf(parent, "Slack answered %s, scope %.80s", error, needed)
		      : talloc_asprintf(parent, "Slack answered %s", error));
	if (outcome != OUTCOME_RETRY || !retry_after_read(a->headers, a->now, &out->retry_after))
		out->retry_after = 0;
}

bool slack_judge_api(const void *parent, const struct answer *a, bool posting, const struct json **reply,
		     struct step_out *out)
{
	const char *fault;
	const struct json *json;

	if (judge_transport(parent, a, posting, out))
		return false;
	json = json_parse(parent, a->body, a->length, &fault);
	if (json_get_boolean(json, "ok", false) && a->status == 200) {
		*reply = json;
		return true;
	}
	if (json_get_text(json, "error", NULL))
		judge_api_error(parent, a, json, out);
	else if (a->status == 200) /* taken or not, this did not come from Slack whole */
		judged(out, posting ? OUTCOME_UNKNOWN : OUTCOME_RETRY, "unreadable",
		       "Slack's answer cannot be read");
	else if (a->status == 401 || a->status == 403)
		judged(out, OUTCOME_BROKEN, status_code(parent, a->status),
		       "Slack does not accept the token");
	else /* a redirect or a 404 of the API: the base URL is wrong */
		judged(out, OUTCOME_BROKEN, status_code(parent, a->status), "this is not Slack's Web API");
	return false;
}

void slack_judge_webhook(const void *parent, const struct answer *a, struct step_out *out)
{
	enum outcome outcome = OUTCOME_REFUSED;
	const char *error;

	if (judge_transport(parent, a, true, out))
		return;
	if (a->status == 200 && a->length >= 2 && strncmp(a->body, "ok", 2) == 0 &&
	    a->body[2 + strspn(a->body + 2, "\r\n ")] == '\0') {
		judged(out, OUTCOME_ACCEPTED, "ok", "");
		return;
	}
	error = word(parent, a->body);
	if (a->status == 404 || a->status == 410)
		outcome = OUTCOME_DEAD;
	if (a->status >= 400)
		look_up(webhook_errors, sizeof(webhook_errors) / sizeof(webhook_errors[0]), error, &outcome);
	judged(out, outcome, strcmp(error, "unreadable") ? error : status_code(parent, a->status),
	       talloc_asprintf(parent, "the webhook answered %d", a->status));
}
