/*
 * limits.c - how fast, over all instances: a slice's deliveries ask Redis together
 *
 * While Redis is away every instance keeps to a share of its own (limit_share), by buckets in memory: what is
 * sent never waits for Redis, and a provider's limit is roughly kept.
 */
#include <string.h>
#include <talloc.h>

#include "services/notification/notifier.h"

enum {
	BUCKETS_MAX = 512, /* limits that are known of while Redis is away */
	HASH_SHOWN = 8
};

struct limits {
	struct limiter *shared;
	struct lru *own; /* struct bucket by the limit's key */
	struct metric *waits;
};

struct limits *limits_new(struct notifier *n)
{
	struct limits *l = talloc_zero(n, struct limits);

	l->shared = limiter_new(l, n->daemon->cache);
	l->own = lru_new(l, BUCKETS_MAX, sizeof(struct bucket));
	l->waits = metrics_counter(n->daemon->metrics, "ae_notification_limited_total",
				   "Deliveries that were put back because the limit was reached", "provider");
	return l;
}

/* An address is in no key as itself. */
static const char *key_of_address(const void *parent, const struct provider *p, const struct target *t)
{
	char *key = talloc_asprintf(parent, "%s:", p->limit.key);
	size_t i;

	for (i = 0; i < HASH_SHOWN; i++)
		key = talloc_asprintf_append_buffer(key, "%02x", t->hash[i]);
	return key;
}

/* False: nothing limits it. */
static bool ask_of(const void *parent, const struct delivery *d, struct limit_ask *a)
{
	const struct provider *p = d->provider;

	if (p->limit.key == NULL)
		return false;
	*a = (struct limit_ask){.limits = {p->limit},
				.count = 1,
				.cost = (int)d->target_count,
				.pressed = d->intent->priority == PRIORITY_CRITICAL};
	if (p->address_rate > 0)
		a->limits[a->count++] = (struct limit){.key = key_of_address(parent, p, d->targets[0]),
						       .rate = p->address_rate,
						       .burst = p->address_burst};
	return true;
}

/* --- Redis away ------------------------------------------------------------------------------------ */

static struct bucket_policy own_policy(const struct limit *limit)
{
	double share = (double)sending.limit_share / 100;

	return (struct bucket_policy){limit->rate * share, limit->burst * share};
}

static struct bucket *own_bucket(struct limits *l, const struct limit *limit, instant now)
{
	struct bucket_policy policy = own_policy(limit);
	struct bucket *b;
	bool made;

	b = lru_put(l->own, limit->key, &made);
	if (made)
		bucket_init(b, &policy, now);
	return b;
}

static void ask_own(struct limits *l, struct limit_ask *a, instant now)
{
	struct bucket_policy policy;
	instant next = now, at;
	size_t i;

	for (i = 0; i < a->count; i++) {
		policy = own_policy(&a->limits[i]);
		at = bucket_next(own_bucket(l, &a->limits[i], now), &policy, now);
		next = at > next ? at : next;
	}
	a->wait = next - now;
	for (i = 0; a->wait == 0 && i < a->count; i++) {
		policy = own_policy(&a->limits[i]);
		bucket_take(own_bucket(l, &a->limits[i], now), &policy, now);
	}
}

/* --- both ------------------------------------------------------------------------------------------ */

/* Where the line is longer than anybody is told to wait, or nothing but a pause holds, chance makes a line.
 */
static instant due_after(const struct delivery *d, const struct limit_ask *a, instant now)
{
	int64_t wait = a->wait;

	if (wait >= LIMIT_HORIZON)
		wait = (int64_t)((double)LIMIT_HORIZON * (1 + random_share()) / 2);
	if (d->provider->limit.rate <= 0)
		return provider_turn(d->notifier, d->targets[0]->channel, d->intent->priority, now + wait);
	return now + wait;
}

void limits_ask(struct notifier *n, struct delivery **deliveries, size_t count, instant now)
{
	void *scratch = talloc_named_const(NULL, 0, "limits");
	struct limit_ask *asks = talloc_array(scratch, struct limit_ask, count + 1);
	struct delivery **asking = talloc_array(scratch, struct delivery *, count + 1);
	size_t i, asked = 0;
	bool shared;

	for (i = 0; i < count; i++) {
		deliveries[i]->held_until = 0;
		if (ask_of(asks, deliveries[i], &asks[asked]))
			asking[asked++] = deliveries[i];
	}
	shared = limiter_ask(n->limits->shared, asks, asked);
	for (i = 0; i < asked; i++) {
		if (!shared)
			ask_own(n->limits, &asks[i], now);
		if (asks[i].wait == 0)
			continue;
		asking[i]->held_until = due_after(asking[i], &asks[i], now);
		provider_back_out(asking[i]->provider, &asking[i]->pass, now);
		metric_add(n->limits->waits, asking[i]->provider->driver->name, 1);
	}
	talloc_free(scratch);
}

void limits_close(struct notifier *n, const struct provider *p, int64_t microseconds)
{
	if (p->limit.key)
		limiter_close(n->limits->shared, &p->limit, microseconds);
}
