/*
 * breaker.c - a circuit breaker (see breaker.h)
 */
#include "services/notification/backoff.h"
#include "services/notification/breaker.h"

static const double ramp_start = 0.1; /* of the calls pass right after closing */

/* The one gate between states; whatever was known of the provider belongs to the state before. */
static void set_state(struct breaker *b, enum breaker_state state, instant now)
{
	b->state = state;
	b->term = b->term == UINT32_MAX ? 1 : b->term + 1;
	b->answers = (struct window){0};
	b->since = now;
	b->probes_sent = b->probes_good = 0;
}

/* Half of the time is sure, the other half is chance: those who opened together do not probe together. */
static void trip(struct breaker *b, const struct breaker_policy *p, instant now, double random)
{
	struct backoff times = {.base = p->open_base, .cap = p->open_cap};
	int64_t half;
	instant until;

	set_state(b, BREAKER_OPEN, now);
	b->in_a_row += b->in_a_row < 64;
	half = backoff_ceiling(&times, b->in_a_row) / 2;
	b->until = INSTANT_MAX;
	times = (struct backoff){.base = half, .cap = half};
	if (backoff_next(&times, 1, random, half, now, INSTANT_MAX, &until))
		b->until = until;
}

void breaker_init(struct breaker *b, instant now)
{
	*b = (struct breaker){0};
	set_state(b, BREAKER_CLOSED, now);
}

/* Only a provider that came back is spared: in_a_row is 0 until the first time it opens. */
static bool ramping(const struct breaker *b, const struct breaker_policy *p, instant now)
{
	return b->in_a_row > 0 && now - b->since < p->ramp;
}

double breaker_share(const struct breaker *b, const struct breaker_policy *p, instant now)
{
	double share;

	if (b->state != BREAKER_CLOSED)
		return 0;
	if (!ramping(b, p, now))
		return 1;
	share = now > b->since ? (double)(now - b->since) / (double)p->ramp : 0;
	return share > ramp_start ? share : ramp_start;
}

/* Only answered well, or still out, or forgotten: a bad answer ends HALF_OPEN. */
static bool take_probe(struct breaker *b, const struct breaker_policy *p, instant now)
{
	int probes = p->probes > 0 ? p->probes : 1;

	if (now >= b->until)
		b->probes_sent = b->probes_good;
	if (b->probes_sent >= probes)
		return false;
	b->probes_sent++;
	b->until = now + p->probe_timeout;
	return true;
}

breaker_pass breaker_enter(struct breaker *b, const struct breaker_policy *p, instant now, double random)
{
	bool passes = false;

	if (b->state == BREAKER_OPEN && now >= b->until)
		set_state(b, BREAKER_HALF_OPEN, now);
	switch (b->state) {
	case BREAKER_CLOSED:
		passes = random < breaker_share(b, p, now);
		break;
	case BREAKER_HALF_OPEN:
		passes = take_probe(b, p, now);
		break;
	case BREAKER_OPEN:
	case BREAKER_STATE_COUNT:
		break;
	}
	return passes ? b->term : 0;
}

static void count_answer(struct breaker *b, const struct breaker_policy *p, bool good, instant now,
			 double random)
{
	struct window_sums sums;

	if (good && b->in_a_row > 0 && !ramping(b, p, now))
		b->in_a_row = 0;
	window_add(&b->answers, p->span, now, good, !good);
	sums = window_sums(&b->answers, p->span, now);
	if (!good && sums.first + sums.second >= p->minimum &&
	    (double)sums.second >= p->ratio * (double)(sums.first + sums.second))
		trip(b, p, now, random);
}

void breaker_leave(struct breaker *b, const struct breaker_policy *p, breaker_pass pass, bool good,
		   instant now, double random)
{
	if (pass != b->term)
		return;
	if (b->state == BREAKER_CLOSED)
		count_answer(b, p, good, now, random);
	else if (!good)
		trip(b, p, now, random);
	else if (++b->probes_good >= (p->probes > 0 ? p->probes : 1))
		set_state(b, BREAKER_CLOSED, now);
}

void breaker_cancel(struct breaker *b, breaker_pass pass)
{
	if (pass == b->term && b->state == BREAKER_HALF_OPEN && b->probes_sent > b->probes_good)
		b->probes_sent--;
}

instant breaker_next(const struct breaker *b, instant now)
{
	return b->state == BREAKER_OPEN && b->until > now ? b->until : now;
}

const char *breaker_state_name(enum breaker_state s)
{
	static const char *const names[BREAKER_STATE_COUNT] = {"closed", "open", "half_open"};

	return names[s];
}
