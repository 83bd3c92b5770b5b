/*
 * judge.c - an intent, its member and the providers as the decision's input, and the decision as JSON
 */
#include <openssl/sha.h>
#include <string.h>
#include <talloc.h>

#include "services/notification/notifier.h"

/* The control group is the same members until its share changes. */
static bool held_out(const char *member_id)
{
	unsigned char digest[SHA256_DIGEST_LENGTH];

	if (sending.holdout == 0)
		return false;
	SHA256((const unsigned char *)member_id, strlen(member_id), digest);
	return ((digest[0] << 8) + digest[1]) % 100 < sending.holdout;
}

/* The channels with an address that somebody is there to take. */
static unsigned reachable(const struct notifier *n, const struct recipient *r)
{
	unsigned bits = 0;
	size_t i;

	for (i = 0; i < r->target_count; i++)
		if (provider_configured(n, r->targets[i].channel, r->targets[i].platform))
			bits |= CHANNEL_BIT(r->targets[i].channel);
	return bits;
}

void judge(const struct notifier *n, const struct intent *i, const struct recipient *r,
	   const struct message_template *t, instant now, struct decision *out)
{
	struct decision_input in = {
		.now = now,
		.category = category_find(i->category),
		.priority = i->priority,
		.asked = i->channels,
		.template = t ? template_channels(t) : 0,
		.tried = i->tried,
		.send_at = i->status == INTENT_SENDING ? 0 : i->due,
		.expires = i->expires,
		.digest_minute = (int)sending.digest_hour * 60,
		.category_cap = {(int)sending.cap_category_day, (int)sending.cap_category_week},
		.total_cap = {(int)sending.cap_day, (int)sending.cap_week}};

	in.held_out = held_out(i->member_id);
	in.available = providers_available(n, r, now, in.retry_at);
	recipient_facts(r, &in);
	in.addressed &= reachable(n, r);
	decide(&in, out);
}

const char *decision_json(const void *parent, const struct decision *d)
{
	struct json_writer *w = json_writer_new(parent);
	char time[INSTANT_TEXT];
	size_t i;

	json_open_object(w, NULL);
	json_put_text(w, "outcome", decide_outcome_name(d->outcome));
	if (d->reason != REASON_PASSED) {
		json_put_text(w, "reason", decide_reason_code(d->reason));
		json_put_text(w, "detail", decide_reason_sentence(d->reason));
	}
	if (d->outcome == DECIDED_HOLD || d->outcome == DECIDED_DIGEST)
		json_put_text(w, "until", instant_format(d->until, time));
	json_open_array(w, "channels");
	for (i = 0; i < d->channel_count; i++)
		json_put_text(w, NULL, channel_name(d->channels[i]));
	json_close(w);
	json_open_array(w, "steps");
	for (i = 0; i < d->step_count; i++) {
		json_open_object(w, NULL);
		json_put_text(w, "step", decide_step_name(d->steps[i].step));
		json_put_text(w, "result",
			      d->steps[i].reason == REASON_PASSED ? "passed"
								  : decide_reason_code(d->steps[i].reason));
		json_close(w);
	}
	json_close(w);
	json_close(w);
	return json_text(w, NULL);
}
