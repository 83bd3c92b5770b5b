/*
 * bucket.c - a token bucket and a retry budget (see bucket.h)
 */
#include "services/notification/bucket.h"

static double burst_of(const struct bucket_policy *p)
{
	return p->burst >= 1 ? p->burst : 1;
}

void bucket_init(struct bucket *b, const struct bucket_policy *p, instant now)
{
	*b = (struct bucket){.tokens = burst_of(p), .filled = now};
}

/* The policy may have changed since (a reload): the burst holds for saved tokens, too. */
static double tokens_at(const struct bucket *b, const struct bucket_policy *p, instant now)
{
	double tokens = b->tokens;

	if (now > b->filled)
		tokens += (double)(now - b->filled) / (double)SECOND * p->rate;
	return tokens < burst_of(p) ? tokens : burst_of(p);
}

bool bucket_take(struct bucket *b, const struct bucket_policy *p, instant now)
{
	double tokens = tokens_at(b, p, now);

	if (now < b->paused)
		return false;
	if (p->rate <= 0)
		return true;
	b->tokens = tokens >= 1 ? tokens - 1 : tokens;
	b->filled = now;
	return tokens >= 1;
}

/* Rounded down, and then looked at: a microsecond more where the sum falls short. */
instant bucket_next(const struct bucket *b, const struct bucket_policy *p, instant now)
{
	struct bucket then = *b;
	instant next = now > b->paused ? now : b->paused;
	double missing;

	if (now < then.filled)
		then.filled = now;
	missing = 1 - tokens_at(&then, p, next);
	if (p->rate <= 0 || missing <= 0)
		return next;
	if (missing / p->rate >= (double)(INSTANT_MAX - next) / (double)SECOND - 1)
		return INSTANT_MAX;
	next += (instant)(missing / p->rate * (double)SECOND);
	while (tokens_at(&then, p, next) < 1)
		next++;
	return next;
}

/* What was saved up is gone: the first token after the pause comes alone. */
void bucket_pause(struct bucket *b, instant until)
{
	if (until <= b->paused || until <= b->filled)
		return;
	b->paused = b->filled = until;
	b->tokens = b->tokens < 1 ? b->tokens : 1;
}

void retry_first(struct retry_budget *b, const struct retry_policy *p, instant now)
{
	window_add(&b->counts, p->span, now, 1, 0);
}

bool retry_take(struct retry_budget *b, const struct retry_policy *p, instant now)
{
	struct window_sums sums = window_sums(&b->counts, p->span, now);
	double allowed = (double)sums.first * p->share;

	if ((double)(sums.second + 1) > (allowed > p->least ? allowed : p->least))
		return false;
	window_add(&b->counts, p->span, now, 0, 1);
	return true;
}
