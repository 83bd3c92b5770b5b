/*
 * queue.c - due intents are claimed, decided, and sent on their way
 */
#include <string.h>
#include <talloc.h>

#include "common/log.h"
#include "gen/sql/notification.h"
#include "services/notification/notifier.h"

enum {
	BATCH_MAX = 48,      /* intents of one slice */
	CRITICAL_EXTRA = 16, /* flights above the limit, for critical messages */
	PROBE = 2,           /* asked of a lane that had nothing last time */
	POLL = SECOND / 5,
	CRASHES_MAX = 3,
	WORTHWHILE = 24,      /* so many at a time, while others are on their way */
	LINGER = SECOND / 100 /* but nothing that has landed waits longer to be written */
};

struct slice {
	struct notifier *n;
	size_t holders; /* deliveries that live on what was loaded for the slice */
	void *scratch;
	instant now;
	struct intent *intents[BATCH_MAX + CRITICAL_EXTRA];
	size_t count;
	struct recipients *recipients;
	struct delivery *starting[BATCH_MAX + CRITICAL_EXTRA];
	size_t starting_count;
	struct intent *changed[BATCH_MAX + CRITICAL_EXTRA]; /* to be written */
	size_t changed_count;
	struct intent *dead[BATCH_MAX + CRITICAL_EXTRA];
	size_t dead_count;
	struct log_line lines[BATCH_MAX + CRITICAL_EXTRA];
	size_t line_count;
};

/* --- how many of each lane ------------------------------------------------------------------------- */

static void share_out(struct notifier *n, size_t room, int limit[PRIORITY_COUNT])
{
	int cost[PRIORITY_COUNT], p;

	for (p = 0; p < PRIORITY_COUNT; p++) {
		limit[p] = p == PRIORITY_CRITICAL ? CRITICAL_EXTRA : room > 0 ? PROBE : 0;
		cost[p] = p != PRIORITY_CRITICAL && n->full[p];
	}
	for (; room > 0; room--) {
		p = (int)lanes_next(&n->lanes, cost);
		if (p == PRIORITY_COUNT)
			break;
		limit[p]++;
	}
	/* What nobody else needs may go to those that had nothing. */
	for (p = PRIORITY_TRANSACTIONAL; p < PRIORITY_COUNT; p++)
		if (!n->full[p])
			limit[p] += (int)room / 4;
}

static bool claim(struct slice *s, size_t room)
{
	struct db *db = s->n->daemon->db;
	int limit[PRIORITY_COUNT], p;
	size_t got;

	share_out(s->n, room < BATCH_MAX - PROBE * PRIORITY_COUNT ? room : BATCH_MAX - PROBE * PRIORITY_COUNT,
		  limit);
	db_begin(db, NULL);
	for (p = 0; p < PRIORITY_COUNT; p++)
		intents_ask(db, (enum priority)p, (size_t)limit[p], sending.lease);
	for (p = 0; p < PRIORITY_COUNT; p++) {
		got = intents_take(db, s->scratch, s->intents + s->count);
		s->n->full[p] = limit[p] > 0 && got == (size_t)limit[p];
		s->count += got;
	}
	return !db_failed(db) && s->count > 0;
}

/* --- what is to become of them --------------------------------------------------------------------- */

static void put_aside(struct slice *s, struct intent *i, const char *reason, const char *detail)
{
	i->status = INTENT_FAILED;
	i->reason = reason;
	s->dead[s->dead_count++] = i;
	s->changed[s->changed_count++] = i;
	s->lines[s->line_count++] = (struct log_line){
		.intent = i, .what = "failed", .channel = -1, .code = reason, .detail = detail, .at = s->now};
}

static void wait_or_drop(struct slice *s, struct intent *i, const struct decision *d)
{
	static const enum intent_status status[DECIDE_OUTCOME_COUNT] = {[DECIDED_HOLD] = INTENT_HELD,
									[DECIDED_DIGEST] = INTENT_DIGEST,
									[DECIDED_DROP] = INTENT_DROPPED};

	if (d->reason == REASON_ALL_FAILED || d->reason == REASON_NO_TEMPLATE) {
		put_aside(s, i, decide_reason_code(d->reason), decide_reason_sentence(d->reason));
		return;
	}
	i->status = d->reason == REASON_EXPIRED || d->reason == REASON_EXPIRES_FIRST ? INTENT_EXPIRED
										     : status[d->outcome];
	i->due = d->outcome == DECIDED_DROP ? s->now : d->until;
	i->reason = decide_reason_code(d->reason);
	s->changed[s->changed_count++] = i;
	s->lines[s->line_count++] = (struct log_line){.intent = i,
						      .what = i->status == INTENT_EXPIRED  ? "expired"
							      : d->outcome == DECIDED_DROP ? "dropped"
											   : "held",
						      .channel = -1,
						      .code = i->reason,
						      .detail = decide_reason_sentence(d->reason),
						      .evidence = decision_json(i, d),
						      .at = s->now};
}

/* The provider let nobody pass at this very moment. */
static void put_back(struct slice *s, struct intent *i)
{
	i->status = INTENT_QUEUED;
	i->due = s->now + SECOND / 4 + (int64_t)(random_share() * SECOND);
	s->changed[s->changed_count++] = i;
}

static void send_off(struct slice *s, struct intent *i, struct recipient *r, const struct message_template *t,
		     const struct decision *d)
{
	const char *error = "No address of the channel can be used";
	struct delivery *delivery = delivery_new(s->n, i, r, t, d->channels[0], s->now, &error);

	if (delivery == NULL || delivery->target_count == 0) {
		put_aside(s, i, delivery ? "no_address" : "render", error);
		return;
	}
	delivery->provider = provider_enter(s->n, delivery->targets[0], i->tries > 0 ? i->provider : NULL,
					    s->now, &delivery->pass);
	if (delivery->provider == NULL) {
		put_back(s, i);
		return;
	}
	s->starting[s->starting_count++] = delivery;
	if (i->links)
		s->changed[s->changed_count++] = i;
	if (i->priority >= PRIORITY_ENGAGEMENT)
		recipient_count(r, i->category, s->now);
	s->lines[s->line_count++] = (struct log_line){.intent = i,
						      .what = "decided",
						      .channel = i->channel,
						      .provider = delivery->provider->driver->name,
						      .attempt = delivery->message.attempt,
						      .evidence = decision_json(i, d),
						      .at = s->now};
}

static void settle(struct slice *s, struct intent *i)
{
	struct recipient *r = recipient_find(s->recipients, i->member_id);
	int version = i->template_version;
	const struct message_template *t = template_load(s->n->templates, s->n->daemon->db, i->template,
							 &version);
	struct decision d;

	if (i->crashes >= CRASHES_MAX) {
		put_aside(s, i, "poison", "Whoever tried to send it did not come back, again and again");
		return;
	}
	if (r == NULL || category_find(i->category) == NULL) {
		put_aside(s, i, "broken", "Its member or its category is not known any more");
		return;
	}
	judge(s->n, i, r, t, s->now, &d);
	metric_add(s->n->decided, decide_outcome_name(d.outcome), 1);
	if (d.outcome == DECIDED_SEND)
		send_off(s, i, r, t, &d);
	else
		wait_or_drop(s, i, &d);
}

/* One round trip. */
static bool commit(struct slice *s)
{
	struct db *db = s->n->daemon->db;
	int owed;

	if (db_failed(db))
		return false;
	owed = intents_send(db, s->scratch, s->changed, s->changed_count);
	owed += logs_send(db, s->scratch, s->lines, s->line_count);
	owed += dead_letters_send(db, s->scratch, s->dead, s->dead_count);
	db_send_text(db, "COMMIT");
	for (; owed >= 0; owed--)
		db_next(db, s->scratch);
	return !db_failed(db);
}

/* The slice's memory goes with the last of its deliveries, which may land at once. */
static void start_all(struct slice *s)
{
	size_t i;

	for (i = 0; i < s->starting_count; i++) {
		s->starting[i]->home = s;
		s->starting[i]->holders = &s->holders;
		s->holders++;
	}
	for (i = 0; i < s->starting_count; i++)
		delivery_start(s->starting[i]);
}

static bool take_due(struct notifier *n, size_t room)
{
	struct slice *s = talloc_zero(n, struct slice);
	bool more = false;
	size_t i;

	s->n = n;
	s->scratch = s;
	s->now = clock_now();
	if (claim(s, room)) {
		s->recipients = recipients_load(n->daemon->db, s, s->intents, s->count, true, s->now);
		for (i = 0; s->recipients && i < s->count; i++)
			settle(s, s->intents[i]);
		if (s->recipients && commit(s)) {
			start_all(s);
			more = true;
		}
	} else if (!db_failed(n->daemon->db)) {
		db_run(n->daemon->db, "COMMIT");
	}
	if (db_failed(n->daemon->db))
		log_warning("the queue waits reason=\"%s\"", db_message(n->daemon->db));
	if (s->holders == 0)
		talloc_free(s);
	return more;
}

void queue_wake(struct notifier *n)
{
	n->look_at = 0;
}

/* A transaction costs the same for one outcome as for many. */
static bool flush_due(const struct notifier *n)
{
	return n->landed_count >= WORTHWHILE ||
	       (n->landed_count > 0 && (n->flying == 0 || clock_monotonic() >= n->flush_by));
}

static bool claim_due(const struct notifier *n, size_t under_way)
{
	if (!sending.sends || clock_monotonic() < n->look_at ||
	    under_way >= (size_t)sending.flights + CRITICAL_EXTRA)
		return false;
	return under_way == 0 || under_way + WORTHWHILE <= (size_t)sending.flights ||
	       clock_monotonic() >= n->look_by;
}

bool run_queue(struct daemon *d)
{
	struct notifier *n = d->state;
	size_t under_way;
	bool more;

	if (flush_due(n))
		deliveries_flush(n);
	under_way = n->flying + n->landed_count;
	if (!claim_due(n, under_way) || !db_ensure(d->db))
		return false;
	more = take_due(n, under_way < (size_t)sending.flights ? (size_t)sending.flights - under_way : 0);
	n->look_at = more ? 0 : clock_monotonic() + POLL;
	n->look_by = clock_monotonic() + 10 * LINGER; /* for what is critical */
	return more;
}

bool queue_finish(struct daemon *d)
{
	struct notifier *n = d->state;

	if (n->landed_count > 0)
		deliveries_flush(n);
	return n->flying + n->landed_count > 0;
}

static bool any_sending(struct daemon *d, const void *scratch, const char *member_id)
{
	struct rows *r = db_query(d->db, scratch, SQL_NOTIFICATION_COUNT_SENDING, "t", member_id);

	return db_failed(d->db) || row_integer(r, 0, 0) > 0;
}

bool queue_quiet(struct daemon *d, const void *scratch, const char *member_id, int64_t deadline)
{
	while (any_sending(d, scratch, member_id)) {
		if (db_failed(d->db) || clock_monotonic() > deadline)
			return false;
		daemon_wait(d, LINGER);
		deliveries_flush(d->state);
	}
	return true;
}
