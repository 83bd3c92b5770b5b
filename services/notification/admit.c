/*
 * admit.c - who lets a message pass now: breakers and pauses of providers, and of servers that addresses name
 *
 * A provider with many servers (Web Push: each browser's maker runs one) has a gate for each, so that one
 * that fails is left alone and the others go on.
 */
#include <string.h>
#include <talloc.h>

#include "common/log.h"
#include "services/notification/notifier.h"
#include "services/notification/slack.h"

enum {
	RESUMED_PER_SECOND = 500 /* of those that waited for the same channel */
};

static const struct breaker_policy provider_policy = {.span = 30 * SECOND,
						      .minimum = 10,
						      .ratio = 0.5,
						      .open_base = 2 * SECOND,
						      .open_cap = 60 * SECOND,
						      .probes = 3,
						      .probe_timeout = 60 * SECOND,
						      .ramp = 10 * SECOND};

/* One of many gets fewer messages: fewer answers have to do, and one probe. */
static const struct breaker_policy server_policy = {.span = 30 * SECOND,
						    .minimum = 5,
						    .ratio = 0.5,
						    .open_base = 2 * SECOND,
						    .open_cap = 60 * SECOND,
						    .probes = 1,
						    .probe_timeout = 60 * SECOND,
						    .ramp = 5 * SECOND};

static const struct retry_policy retry_policy = {.span = 10 * SECOND, .share = 0.1, .least = 200};

static const struct breaker_policy *policy_of(const struct provider *p)
{
	return p->servers ? &server_policy : &provider_policy;
}

/* --- gates ----------------------------------------------------------------------------------------- */

/* "" where the provider is one server, or the address cannot be read: its driver will say so. */
static void server_of(const struct provider *p, const struct target *t, char server[LRU_KEY])
{
	void *scratch = talloc_named_const(NULL, 0, "server");
	const char *name = p->servers ? p->driver->server(p->driver, scratch, t->address) : NULL;
	size_t length = name ? strnlen(name, LRU_KEY - 1) : 0;

	if (length > 0)
		memcpy(server, name, length);
	server[length] = '\0';
	talloc_free(scratch);
}

static struct gate *gate_open(struct provider *p, const char *server, instant now)
{
	struct gate *g;
	bool made;

	if (server[0] == '\0')
		return &p->gate;
	g = lru_put(p->servers, server, &made);
	if (made)
		breaker_init(&g->breaker, now);
	return g;
}

static instant gate_next(const struct gate *g, instant now)
{
	instant next = breaker_next(&g->breaker, now);

	return g->paused > next ? g->paused : next;
}

/* Without making a gate for a server that nothing was sent to. */
static instant ready_at(const struct provider *p, const struct target *t, instant now)
{
	char server[LRU_KEY];
	const struct gate *g = &p->gate;

	server_of(p, t, server);
	if (server[0])
		g = lru_find(p->servers, server);
	return g ? gate_next(g, now) : now;
}

/* --- which provider -------------------------------------------------------------------------------- */

/* A push token belongs to one service, Slack's webhooks have a driver of their own; for mail any relay will
 * do. */
static bool serves(const struct provider *p, enum channel c, const char *platform)
{
	if (p->driver->channel != c)
		return false;
	if (c == CHANNEL_PUSH)
		return strcmp(p->driver->name, platform) == 0;
	return (p->driver->name == slack_webhook_name) == (strcmp(platform, "webhook") == 0);
}

bool provider_configured(const struct notifier *n, enum channel c, const char *platform)
{
	size_t i;

	for (i = 0; i < n->provider_count; i++)
		if (serves(&n->providers[i], c, platform))
			return true;
	return false;
}

unsigned providers_available(const struct notifier *n, const struct target *targets, size_t count,
			     instant now, instant retry_at[CHANNEL_COUNT])
{
	const struct target *t;
	unsigned bits = 0;
	size_t i;
	instant at;

	for (i = 0; i < CHANNEL_COUNT; i++)
		retry_at[i] = INSTANT_MAX;
	for (t = targets; t < targets + count; t++)
		for (i = 0; i < n->provider_count; i++) {
			if (!serves(&n->providers[i], t->channel, t->platform))
				continue;
			at = ready_at(&n->providers[i], t, now);
			if (at <= now)
				bits |= CHANNEL_BIT(t->channel);
			if (at < retry_at[t->channel])
				retry_at[t->channel] = at;
		}
	return bits;
}

bool provider_other(const struct notifier *n, const struct provider *than, const struct target *t,
		    instant now)
{
	size_t i;

	for (i = 0; i < n->provider_count; i++)
		if (&n->providers[i] != than && serves(&n->providers[i], t->channel, t->platform) &&
		    ready_at(&n->providers[i], t, now) <= now)
			return true;
	return false;
}

/* A place in line, for all but what is critical: what waited comes back evenly, not all at the first moment.
 */
instant provider_turn(struct notifier *n, enum channel c, enum priority priority, instant at)
{
	if (priority == PRIORITY_CRITICAL)
		return at + (int64_t)(random_share() * SECOND / 4) + 1;
	n->line[c] = (n->line[c] > at ? n->line[c] : at) + SECOND / RESUMED_PER_SECOND;
	return n->line[c];
}

/* --- in and out ------------------------------------------------------------------------------------ */

/* Mails beyond the connections would only wait inside libcurl, where no lane goes before another; and bulk
 * never takes the last two. Other providers multiplex. */
static bool has_room(const struct provider *p, enum priority priority)
{
	size_t connections = (size_t)sending.connections;

	if (p->driver->channel != CHANNEL_EMAIL || priority == PRIORITY_COUNT)
		return true;
	if (priority == PRIORITY_BULK && connections > 4)
		connections -= 2;
	return p->flying < connections;
}

static bool enter(struct provider *p, const struct target *t, enum priority priority, bool again, instant now,
		  struct pass *pass)
{
	struct gate *g;

	server_of(p, t, pass->server);
	g = gate_open(p, pass->server, now);
	pass->again = gate_next(g, now);
	if (pass->again > now || !has_room(p, priority)) {
		pass->wait |= pass->again < now + SECOND;
		return false;
	}
	pass->again = now + SECOND / 4;
	if (again && !retry_take(&g->budget, &retry_policy, now))
		return false;
	/* What is critical is little, and the first to go while only a share of all passes. */
	pass->term = breaker_enter(&g->breaker, policy_of(p), now,
				   priority == PRIORITY_CRITICAL ? 0 : random_share());
	if (pass->term == 0)
		return false;
	if (!again)
		retry_first(&g->budget, &retry_policy, now);
	p->flying++;
	return true;
}

struct provider *provider_enter(struct notifier *n, const struct target *t, enum priority priority,
				const char *last, instant now, struct pass *pass)
{
	instant soonest = INSTANT_MAX;
	struct provider *p;
	size_t round, i;

	pass->wait = false;
	for (round = 0; round < 2; round++)
		for (i = 0; i < n->provider_count; i++) {
			p = &n->providers[i];
			if (!serves(p, t->channel, t->platform) ||
			    (round == 0) == (last && strcmp(p->driver->name, last) == 0))
				continue;
			if (enter(p, t, priority, last != NULL, now, pass))
				return p;
			soonest = pass->again < soonest ? pass->again : soonest;
		}
	pass->again = soonest < INSTANT_MAX ? soonest : now + SECOND;
	return NULL;
}

/* The address whose provider lets it pass becomes the first; the others have their turn when it comes. */
bool delivery_enter(struct delivery *d, instant now)
{
	const char *last = d->intent->tries > 0 ? d->intent->provider : NULL;
	instant soonest = INSTANT_MAX;
	const struct target *t;
	bool wait = false;
	size_t i;

	for (i = 0; i < d->target_count; i++) {
		t = d->targets[i];
		d->provider = provider_enter(d->notifier, t, d->intent->priority, last, now, &d->pass);
		if (d->provider) {
			d->targets[i] = d->targets[0];
			d->targets[0] = t;
			return true;
		}
		soonest = d->pass.again < soonest ? d->pass.again : soonest;
		wait |= d->pass.wait;
	}
	d->pass.again = soonest;
	d->pass.wait = wait;
	return false;
}

void provider_back_out(struct provider *p, const struct pass *pass, instant now)
{
	p->flying--;
	breaker_cancel(&gate_open(p, pass->server, now)->breaker, pass->term);
}

/* A refusal of one message says nothing about the provider. */
void provider_leave(struct notifier *n, struct provider *p, const struct pass *pass,
		    const struct step_out *out)
{
	bool good = out->outcome == OUTCOME_ACCEPTED || out->outcome == OUTCOME_REFUSED ||
		    out->outcome == OUTCOME_DEAD;
	instant now = clock_now();
	struct gate *g = gate_open(p, pass->server, now);
	enum breaker_state before = g->breaker.state;

	p->flying--;
	metric_add(n->answers[out->outcome], channel_name(p->driver->channel), 1);
	if (out->retry_after > 0 && now + out->retry_after > g->paused) {
		g->paused = now + out->retry_after;
		if (p->servers == NULL)
			limits_close(n, p, out->retry_after);
	}
	breaker_leave(&g->breaker, policy_of(p), pass->term, good, now, random_share());
	if (g->breaker.state != before)
		log_warning("provider %s: breaker %s after code=%s%s%s", p->driver->name,
			    breaker_state_name(g->breaker.state), out->code,
			    pass->server[0] ? " server=" : "", pass->server);
}
