/*
 * decide.c - the steps of a decision, each a function that passes or says why not
 */
#include "services/notification/decide.h"

/* What the steps hand on: the channels that are left. */
struct deciding {
	const struct decision_input *in;
	struct decision *out;
	unsigned left;
	struct decision_step *step;
};

static enum priority weight(const struct decision_input *in)
{
	return category_priority(in->category, in->priority);
}

/* A test is to be seen now, by whoever asked for it. */
static bool is_critical(const struct decision_input *in)
{
	return in->test || weight(in) == PRIORITY_CRITICAL;
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

/* Of the channels that are left only these stay; the step tells of each. */
static void keep_only(struct deciding *d, unsigned these, enum decide_reason why)
{
	int c;

	for (c = 0; c < CHANNEL_COUNT; c++)
		if (d->left & CHANNEL_BIT(c))
			d->step->channels[c] = these & CHANNEL_BIT(c) ? REASON_PASSED : why;
	d->left &= these;
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

	d->left = asked;
	keep_only(d, d->in->template, REASON_NO_TEMPLATE);
	return d->left ? REASON_PASSED : drop(d, REASON_NO_TEMPLATE);
}

static enum decide_reason step_idempotency(struct deciding *d)
{
	switch (d->in->once) {
	case ONCE_NOT_ASKED:
		return REASON_NOT_ASKED;
	case ONCE_NEW:
		return REASON_PASSED;
	case ONCE_ANSWERED:
		return drop(d, REASON_ANSWERED);
	case ONCE_DUPLICATE:
		return drop(d, REASON_DUPLICATE);
	}
	return REASON_PASSED;
}

static enum decide_reason step_suppression(struct deciding *d)
{
	enum suppression mildest = is_owed(d->in) ? SUPPRESSION_MANUAL : SUPPRESSION_UNSUBSCRIBED;
	unsigned good = 0;
	int c;

	for (c = 0; c < CHANNEL_COUNT; c++)
		if (d->in->suppressed[c] < mildest)
			good |= CHANNEL_BIT(c);
	keep_only(d, good, REASON_SUPPRESSED);
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
		wanted = d->left;
	keep_only(d, wanted, REASON_NOT_WANTED);
	return wanted ? REASON_PASSED : drop(d, REASON_NOT_WANTED);
}

static enum decide_reason step_address(struct deciding *d)
{
	keep_only(d, d->in->addressed, REASON_NO_ADDRESS);
	if (!d->left)
		return drop(d, REASON_NO_ADDRESS);
	keep_only(d, ~d->in->tried, REASON_ALL_FAILED);
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

static enum decide_reason step_collapse(struct deciding *d)
{
	switch (d->in->collapse) {
	case COLLAPSE_NONE:
		return REASON_NOT_ASKED;
	case COLLAPSE_KEY:
		return REASON_PASSED;
	case COLLAPSE_OLDER:
		return REASON_COLLAPSES_OLDER;
	}
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

static enum decide_reason step_lane(struct deciding *d)
{
	static const enum decide_reason lanes[PRIORITY_COUNT] = {
		REASON_LANE_CRITICAL, REASON_LANE_TRANSACTIONAL, REASON_LANE_ENGAGEMENT, REASON_LANE_BULK};

	return lanes[d->out->lane];
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
	instant again = provider_back(d);

	keep_only(d, d->in->available, REASON_PROVIDERS_DOWN);
	return d->left ? REASON_PASSED : wait_until(d, DECIDED_HOLD, again, REASON_PROVIDERS_DOWN);
}

static enum decide_reason (*const steps[DECIDE_STEP_COUNT])(struct deciding *d) = {
	[DECIDE_TEMPLATE] = step_template,
	[DECIDE_IDEMPOTENCY] = step_idempotency,
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
	[DECIDE_COLLAPSE] = step_collapse,
	[DECIDE_DIGEST] = step_digest,
	[DECIDE_LANE] = step_lane,
	[DECIDE_PROVIDER] = step_provider,
};

static size_t put_channel(enum channel order[CHANNEL_COUNT], size_t count, enum channel c)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (order[i] == c)
			return count;
	order[count] = c;
	return count + 1;
}

/* What the message would have tried first, then the category, then the others. */
static void set_channels(const struct deciding *d)
{
	enum channel order[CHANNEL_COUNT];
	size_t count = 0, i;
	int c;

	for (i = 0; i < d->in->preferred_count; i++)
		count = put_channel(order, count, d->in->preferred[i]);
	count = put_channel(order, count, d->in->category->first);
	for (c = 0; c < CHANNEL_COUNT; c++)
		count = put_channel(order, count, (enum channel)c);
	for (i = 0; i < count; i++)
		if (d->left & CHANNEL_BIT(order[i]))
			d->out->channels[d->out->channel_count++] = order[i];
}

void decide(const struct decision_input *in, struct decision *out)
{
	struct deciding d = {.in = in, .out = out};
	int step, c;

	*out = (struct decision){.outcome = DECIDED_SEND, .reason = REASON_PASSED, .lane = weight(in)};
	for (step = 0; step < DECIDE_STEP_COUNT && out->outcome == DECIDED_SEND; step++) {
		d.step = &out->steps[out->step_count++];
		d.step->step = (enum decide_step)step;
		for (c = 0; c < CHANNEL_COUNT; c++)
			d.step->channels[c] = REASON_NOT_ASKED;
		out->reason = d.step->reason = steps[step](&d);
	}
	if (out->outcome != DECIDED_SEND)
		return;
	out->reason = REASON_PASSED;
	set_channels(&d);
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

const char *decide_step_outcome(const struct decision *d, size_t i)
{
	if (i + 1 == d->step_count && d->outcome != DECIDED_SEND)
		return decide_outcome_name(d->outcome);
	return d->steps[i].reason == REASON_NOT_ASKED ? "skipped" : "passed";
}

const char *decide_reason_code(enum decide_reason reason)
{
	return reason_codes[reason];
}

const char *decide_reason_sentence(enum decide_reason reason)
{
	return reason_sentences[reason];
}
