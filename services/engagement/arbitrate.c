/*
 * arbitrate.c - one ranked queue per member: the best few are told, the others know why not
 *
 * Whoever is in a holdout goes through the queue like everybody else, and takes the place that the alert
 * would have had: so both arms differ in nothing but that it is not told.
 */
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "services/engagement/look.h"

struct places {
	int day, week; /* taken before this look */
	int now;       /* by this look */
};

static int by_rank(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;
	int order;

	if (x->rule->priority != y->rule->priority)
		return x->rule->priority > y->rule->priority ? -1 : 1;
	if (x->value != y->value)
		return x->value > y->value ? -1 : 1;
	if (x->deadline != y->deadline) /* none, below all as a number, comes last */
		return (uint64_t)x->deadline < (uint64_t)y->deadline ? -1 : 1;
	order = strcmp(x->rule->rule_id, y->rule->rule_id);
	return order ? order : strcmp(x->occasion, y->occasion);
}

static struct places count_places(const struct look *l)
{
	instant day_start = tz_day_start(l->m->zone, l->m->today),
		week = tz_day_start(l->m->zone, l->m->today - 6);
	struct places p = {0};
	size_t i;

	for (i = 0; i < l->past_count; i++) {
		p.day += l->past[i].created >= day_start;
		p.week += l->past[i].created >= week;
	}
	return p;
}

/* Alerts of a rule since an instant, those of this look with them. */
static int made_by(const struct look *l, const struct rule *r, instant since)
{
	int count = 0;
	size_t i;

	for (i = 0; i < l->past_count; i++)
		count += strcmp(l->past[i].rule_id, r->rule_id) == 0 && l->past[i].created >= since;
	for (i = 0; i < l->count; i++)
		count += l->candidates[i].rule == r && l->candidates[i].settled &&
			 (l->candidates[i].loss == LOSS_NONE || l->candidates[i].held_out);
	return count;
}

static instant days_ago(const struct look *l, int days)
{
	return tz_day_start(l->m->zone, l->m->today - days + 1);
}

static enum loss rule_limits(const struct look *l, const struct rule *r)
{
	if (r->cooldown_days > 0 && made_by(l, r, days_ago(l, r->cooldown_days)) > 0)
		return LOSS_COOLDOWN;
	if (r->cap_most > 0 && made_by(l, r, days_ago(l, r->cap_days)) >= r->cap_most)
		return LOSS_RULE_CAP;
	return LOSS_NONE;
}

/* A place that an earlier look took is a cap; one that a better candidate of this look took outranks. */
static enum loss place_limits(const struct look *l, const struct places *p)
{
	if (p->day >= l->per_day || p->week >= l->per_week)
		return LOSS_CAP;
	if (p->day + p->now >= l->per_day || p->week + p->now >= l->per_week)
		return LOSS_OUTRANKED;
	return LOSS_NONE;
}

static enum loss holdouts(const struct look *l, const struct rule *r)
{
	const unsigned char *key = l->catalogue->holdout_key;

	if (r->promotional && holdout_share(key, "", l->m->member_id) < l->catalogue->holdout_share)
		return LOSS_HOLDOUT;
	if (r->holdout > 0 && holdout_share(key, r->rule_id, l->m->member_id) < r->holdout)
		return LOSS_RULE_HOLDOUT;
	return LOSS_NONE;
}

/* Both draws are independent. */
static double share_held(const struct look *l, const struct rule *r)
{
	return 1 - (r->promotional ? 1 - l->catalogue->holdout_share : 1) * (1 - r->holdout);
}

static void settle(struct look *l, struct candidate *c, struct places *p, bool quiet)
{
	c->detail = wishes_against(&l->wishes, c->rule->category, c->rule->promotional);
	if (c->detail)
		c->loss = LOSS_REFUSED;
	else if ((c->loss = rule_limits(l, c->rule)) == LOSS_NONE &&
		 (c->loss = place_limits(l, p)) == LOSS_NONE)
		c->loss = quiet ? LOSS_QUIET_HOURS : LOSS_NONE;
	if (c->loss != LOSS_NONE)
		return;
	p->now++;
	c->loss = holdouts(l, c->rule);
	c->held_out = c->loss != LOSS_NONE;
	c->held_share = share_held(l, c->rule);
}

void arbitrate(struct look *l)
{
	struct places p = count_places(l);
	instant quiet_end = wishes_quiet_until(&l->wishes, l->m->zone, l->m->now);
	size_t i;

	if (l->count > 1)
		qsort(l->candidates, l->count, sizeof(*l->candidates), by_rank);
	for (i = 0; i < l->count; i++) {
		if (l->candidates[i].loss == LOSS_NONE)
			settle(l, &l->candidates[i], &p, quiet_end > l->m->now);
		l->candidates[i].settled = true;
		if (l->candidates[i].loss == LOSS_QUIET_HOURS) {
			l->again = true;
			l->quiet_end = quiet_end;
		}
	}
}
