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

/* A test's one address stands for all of the member's. */
static void aim_facts(const struct notifier *n, const struct intent *i, struct decision_input *in)
{
	const struct target *t = i->aim;

	in->addressed = provider_configured(n, t->channel, t->platform) ? CHANNEL_BIT(t->channel) : 0;
	in->suppressed[t->channel] = target_suppressed(t, i->category);
}

void judge(const struct notifier *n, const struct intent *i, const struct recipient *r,
	   const struct message_template *t, instant now, const struct asked_before *before,
	   struct decision *out)
{
	struct decision_input in = {
		.now = now,
		.category = category_find(i->category),
		.priority = i->priority,
		.asked = i->channels,
		.preferred = i->preferred,
		.preferred_count = i->preferred_count,
		.template = t ? template_channels(t) : 0,
		.tried = i->tried,
		.once = before ? before->once : ONCE_NEW,
		.collapse = before            ? before->collapse
			    : i->collapse_key ? COLLAPSE_KEY
					      : COLLAPSE_NONE,
		.test = i->test != NULL,
		.send_at = i->status == INTENT_SENDING ? 0 : i->due,
		.expires = i->expires,
		.digest_minute = (int)sending.digest_hour * 60,
		.category_cap = {(int)sending.cap_category_day, (int)sending.cap_category_week},
		.total_cap = {(int)sending.cap_day, (int)sending.cap_week}};

	in.held_out = held_out(i->member_id);
	in.available = i->aim ? providers_available(n, i->aim, 1, now, in.retry_at)
			      : providers_available(n, r->targets, r->target_count, now, in.retry_at);
	recipient_facts(r, &in);
	in.addressed &= reachable(n, r);
	if (i->aim)
		aim_facts(n, i, &in);
	decide(&in, out);
}

static const char *code_or(enum decide_reason reason, const char *passed)
{
	return reason == REASON_PASSED ? passed : decide_reason_code(reason);
}

/* Of steps that ask by channel: what became of each. In short, only those that were ruled out. */
static void put_channels(struct json_writer *w, const struct decision_step *s, bool all)
{
	bool open = false;
	int c;

	for (c = 0; c < CHANNEL_COUNT; c++) {
		if (s->channels[c] == REASON_NOT_ASKED || (!all && s->channels[c] == REASON_PASSED))
			continue;
		if (!open)
			json_open_object(w, "channels");
		open = true;
		json_put_text(w, channel_name((enum channel)c), code_or(s->channels[c], "passed"));
	}
	if (open)
		json_close(w);
}

static void put_step(struct json_writer *w, const struct decision *d, size_t i, bool all)
{
	const struct decision_step *s = &d->steps[i];

	json_open_object(w, NULL);
	json_put_text(w, "step", decide_step_name(s->step));
	json_put_text(w, "outcome", decide_step_outcome(d, i));
	if (all || (s->reason != REASON_PASSED && s->reason != REASON_NOT_ASKED))
		json_put_text(w, "reason", code_or(s->reason, NULL));
	put_channels(w, s, all);
	json_close(w);
}

void decision_put(struct json_writer *w, const struct decision *d, bool all)
{
	char time[INSTANT_TEXT];
	size_t i;

	json_put_text(w, "outcome", decide_outcome_name(d->outcome));
	if (d->reason != REASON_PASSED) {
		json_put_text(w, "reason", decide_reason_code(d->reason));
		json_put_text(w, "detail", decide_reason_sentence(d->reason));
	}
	if (d->outcome == DECIDED_HOLD || d->outcome == DECIDED_DIGEST)
		json_put_text(w, "until", instant_format(d->until, time));
	json_put_text(w, "lane", priority_name(d->lane));
	json_open_array(w, "channels");
	for (i = 0; i < d->channel_count; i++)
		json_put_text(w, NULL, channel_name(d->channels[i]));
	json_close(w);
	json_open_array(w, "steps");
	for (i = 0; i < d->step_count; i++)
		put_step(w, d, i, all);
	json_close(w);
}

const char *decision_json(const void *parent, const struct decision *d)
{
	struct json_writer *w = json_writer_new(parent);

	json_open_object(w, NULL);
	decision_put(w, d, false);
	json_close(w);
	return json_text(w, NULL);
}
