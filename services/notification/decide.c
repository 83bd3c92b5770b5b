/*
 * decide.c - the steps of a decision, each a function that passes or says why not
 */
#include "services/notification/decide.h"

/* What the steps hand on: the channels that are left. */
struct deciding {
	const struct decision_input *in;
	struct decision *out;
	unsigned left;
};

/* An offer is never more than news, whatever priority somebody gave it. */
static enum priority weight(const struct decision_input *in)
{
	if (in->category->class == CLASS_MARKETING && in->priority < PRIORITY_ENGAGEMENT)
		return PRIORITY_ENGAGEMENT;
	return in->priority;
}

static bool is_critical(const struct decision_input *in)
{
	return weight(in) == PRIORITY_CRITICAL;
}

/* What the member did or must know: wishes about news do not stop it. */
static bool is_owed(const struct decision_input *in)
{
	return is_critical(in) || in->category->class == CLASS_TRANSACTIONAL;
}

static enum decide_reason drop(struct deciding *d, enum decide_reason why)
{
	d->out->outcome = DECIDED_DROP;
	return why;
}

/* Waiting is no use for what expires meanwhile. */
static enum decide_reason wait_until(struct deciding *d, enum decide_outcome how, instant until,
				     enum decide_reason why)
{
	if (until >= d->in->expires)
		return drop(d, REASON_EXPIRES_FIRST);
	d->out->outcome = how;
	d->out->until = until;
	return why;
}

static enum decide_reason step_template(struct deciding *d)
{
	unsigned asked = d->in->asked ? d->in->asked : d->in->category->channels;

	d->left = asked & d->in->template;
	return d->left ? REASON_PASSED : drop(d, REASON_NO_TEMPLATE);
}

static enum decide_reason step_suppression(struct deciding *d)
{
	enum suppression mildest = is_owed(d->in) ? SUPPRESSION_MANUAL : SUPPRESSION_UNSUBSCRIBED;
	int c;

	for (c = 0; c < CHANNEL_COUNT; c++)
		if (d->in->suppressed[c] >= mildest)
			d->left &= ~CHANNEL_BIT(c);
	return d->left ? REASON_PASSED : drop(d, REASON_SUPPRESSED);
}

static enum decide_reason step_consent(struct deciding *d)
{
	if (d->in->erased)
		return drop(d, REASON_ERASED);
	if (d->in->category->class != CLASS_MARKETING)
		return REASON_NOT_ASKED;
	return d->in->marketing_consent ? REASON_PASSED : drop(d, REASON_NO_CONSENT);
}

static enum decide_reason step_opt_out(struct deciding *d)
{
	if (is_owed(d->in))
		return REASON_NOT_ASKED;
	return d->in->opted_out ? drop(d, REASON_OPTED_OUT) : REASON_PASSED;
}

/* A transactional message that cannot go where it is wanted goes where it can. */
static enum decide_reason step_preference(struct deciding *d)
{
	unsigned wanted = d->left & d->in->wanted;

	if (is_critical(d->in))
		return REASON_NOT_ASKED;
	if (is_owed(d->in) && !(wanted & d->in->addressed & ~d->in->tried))
		return REASON_PASSED;
	d->left = wanted;
	return wanted ? REASON_PASSED : drop(d, REASON_NOT_WANTED);
}

static enum decide_reason step_address(struct deciding *d)
{
	d->left &= d->in->addressed;
	if (!d->left)
		return drop(d, REASON_NO_ADDRESS);
	d->left &= ~d->in->tried;
	return d->left ? REASON_PASSED : drop(d, REASON_ALL_FAILED);
}

static enum decide_reason step_holdout(struct deciding *d)
{
	if (is_owed(d->in) || weight(d->in) < PRIORITY_ENGAGEMENT)
		return REASON_NOT_ASKED;
	return d->in->held_out ? drop(d, REASON_HELD_OUT) : REASON_PASSED;
}

static enum decide_reason step_expiry(struct deciding *d)
{
	return d->in->expires > d->in->now ? REASON_PASSED : drop(d, REASON_EXPIRED);
}

static enum decide_reason step_schedule(struct deciding *d)
{
	if (d->in->send_at <= d->in->now)
		return REASON_PASSED;
	return wait_until(d, DECIDED_HOLD, d->in->send_at, REASON_NOT_YET);
}

static enum decide_reason step_quiet_hours(struct deciding *d)
{
	const struct tz *zone = d->in->quiet_zone ? d->in->quiet_zone : d->in->zone;
	instant until;

	if (is_critical(d->in))
		return REASON_NOT_ASKED;
	until = quiet_until(&d->in->quiet, zone, d->in->now);
	return until <= d->in->now ? REASON_PASSED : wait_until(d, DECIDED_HOLD, until, REASON_QUIET);
}

static bool reached(int limit, int sent)
{
	return limit > 0 && sent >= limit;
}

/* The longer wait first: what waits for the week waits for the day, too. */
static enum decide_reason step_frequency_cap(struct deciding *d)
{
	const struct decision_input *in = d->in;
	instant tomorrow, monday;

	if (is_owed(in) || weight(in) < PRIORITY_ENGAGEMENT)
		return REASON_NOT_ASKED;
	tomorrow = member_next_day(in->zone, in->now);
	monday = member_next_week(in->zone, in->now);
	if (reached(in->category_cap.week, in->sent_category_week))
		return wait_until(d, DECIDED_HOLD, monday, REASON_CAP_CATEGORY_WEEK);
	if (reached(in->total_cap.week, in->sent_week))
		return wait_until(d, DECIDED_HOLD, monday, REASON_CAP_WEEK);
	if (reached(in->category_cap.day, in->sent_category_day))
		return wait_until(d, DECIDED_HOLD, tomorrow, REASON_CAP_CATEGORY_DAY);
	if (reached(in->total_cap.day, in->sent_day))
		return wait_until(d, DECIDED_HOLD, tomorrow, REASON_CAP_DAY);
	return REASON_PASSED;
}

static enum decide_reason step_digest(struct deciding *d)
{
	const struct decision_input *in = d->in;
	bool weekly = in->frequency == FREQUENCY_WEEKLY;
	instant until;

	if (is_owed(in) || weight(in) < PRIORITY_ENGAGEMENT || !in->category->digestible)
		return REASON_NOT_ASKED;
	if (in->frequency == FREQUENCY_IMMEDIATE)
		return REASON_PASSED;
	until = member_next_time(in->zone, in->now, in->digest_minute, weekly ? 0 : EVERY_DAY);
	return wait_until(d, DECIDED_DIGEST, until, weekly ? REASON_DIGEST_WEEKLY : REASON_DIGEST_DAILY);
}

/* Of the channels that are left, that which is back first. */
static instant provider_back(struct deciding *d)
{
	instant at = INSTANT_MAX;
	int c;

	for (c = 0; c < CHANNEL_COUNT; c++)
		if (d->left & CHANNEL_BIT(c) && d->in->retry_at[c] < at) {
			at = d->in->retry_at[c];
			d->out->waits_for = (enum channel)c;
		}
	return at > d->in->now && at < INSTANT_MAX ? at : d->in->now + SECOND;
}

static enum decide_reason step_provider(struct deciding *d)
{
	unsigned now = d->left & d->in->available;

	if (!now)
		return wait_until(d, DECIDED_HOLD, provider_back(d), REASON_PROVIDERS_DOWN);
	d->left = now;
	return REASON_PASSED;
}

static enum decide_reason (*const steps[DECIDE_STEP_COUNT])(struct deciding *d) = {
	[DECIDE_TEMPLATE] = step_template,
	[DECIDE_SUPPRESSION] = step_suppression,
	[DECIDE_CONSENT] = step_consent,
	[DECIDE_OPT_OUT] = step_opt_out,
	[DECIDE_PREFERENCE] = step_preference,
	[DECIDE_ADDRESS] = step_address,
	[DECIDE_HOLDOUT] = step_holdout,
	[DECIDE_EXPIRY] = step_expiry,
	[DECIDE_SCHEDULE] = step_schedule,
	[DECIDE_QUIET_HOURS] = step_quiet_hours,
	[DECIDE_FREQUENCY_CAP] = step_frequency_cap,
	[DECIDE_DIGEST] = step_digest,
	[DECIDE_PROVIDER] = step_provider,
};

void decide(const struct decision_input *in, struct decision *out)
{
	struct deciding d = {in, out, 0};
	enum channel order[CHANNEL_COUNT];
	int step, c;

	*out = (struct decision){.outcome = DECIDED_SEND, .reason = REASON_PASSED};
	for (step = 0; step < DECIDE_STEP_COUNT && out->outcome == DECIDED_SEND; step++) {
		out->steps[out->step_count].step = (enum decide_step)step;
		out->reason = steps[step](&d);
		out->steps[out->step_count++].reason = out->reason;
	}
	if (out->outcome != DECIDED_SEND)
		return;
	out->reason = REASON_PASSED;
	order[0] = in->category->first;
	for (c = 0, step = 1; c < CHANNEL_COUNT; c++)
		if (c != (int)order[0])
			order[step++] = (enum channel)c;
	for (c = 0; c < CHANNEL_COUNT; c++)
		if (d.left & CHANNEL_BIT(order[c]))
			out->channels[out->channel_count++] = order[c];
}

#define DECIDE_NAME(step, name) [DECIDE_##step] = name,
static const char *const step_names[] = {DECIDE_STEPS(DECIDE_NAME)};
#undef DECIDE_NAME
#define DECIDE_NAME(reason, code, sentence) [REASON_##reason] = code,
static const char *const reason_codes[] = {DECIDE_REASONS(DECIDE_NAME)};
#undef DECIDE_NAME
#define DECIDE_NAME(reason, code, sentence) [REASON_##reason] = sentence,
static const char *const reason_sentences[] = {DECIDE_REASONS(DECIDE_NAME)};
#undef DECIDE_NAME

const char *decide_step_name(enum decide_step step)
{
	return step_names[step];
}

const char *decide_outcome_name(enum decide_outcome outcome)
{
	static const char *const names[DECIDE_OUTCOME_COUNT] = {"send", "hold", "digest", "drop"};

	return names[outcome];
}

const char *decide_reason_code(enum decide_reason reason)
{
	return reason_codes[reason];
}

const char *decide_reason_sentence(enum decide_reason reason)
{
	return reason_sentences[reason];
}
