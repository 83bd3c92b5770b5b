/*
 * claim.c - due intents are claimed and decided, in one transaction
 *
 * Candidates come from the index in Redis; each lane is also looked for in PostgreSQL once a second, and
 * always while Redis is away or what the lane has is more than Redis knows.
 */
#include <string.h>
#include <talloc.h>

#include "common/log.h"
#include "gen/sql/notification.h"
#include "services/notification/due_index.h"
#include "services/notification/notifier.h"

enum {
	CLAIM_MAX = 2 * READY_MAX * PRIORITY_COUNT, /* from Redis and from PostgreSQL */
	READY_LOW = READY_MAX / 3,
	SWEEP = SECOND,
	SUSPECT = 2, /* crashes from which on a message is tried alone: whoever dies takes many with it that
			did nothing */
	CRASHES_MAX = 5
};

struct slice {
	struct notifier *n;
	size_t holders; /* deliveries that live on what was loaded for the slice */
	void *scratch;
	instant now;
	struct intent *intents[CLAIM_MAX];
	size_t count;
	struct recipients *recipients;
	const struct intent *suspect;
	struct delivery *starting[CLAIM_MAX];
	size_t starting_count;
	struct intent *changed[CLAIM_MAX]; /* to be written */
	size_t changed_count;
	struct intent *dead[CLAIM_MAX];
	size_t dead_count;
	struct log_line lines[CLAIM_MAX];
	size_t line_count;
};

/* --- claiming --------------------------------------------------------------------------------------- */

bool claim_worthwhile(const struct notifier *n)
{
	int p;

	for (p = 0; p < PRIORITY_COUNT; p++)
		if (n->full[p] && n->ready[p].count <= READY_LOW)
			return true;
	return false;
}

/*
 * What PostgreSQL itself is asked for: now and then of every lane, and where Redis has too little of a lane
 * that PostgreSQL had much of.
 */
static bool sweep_shares(const struct notifier *n, const size_t limit[PRIORITY_COUNT],
			 const size_t got[PRIORITY_COUNT], bool indexed, size_t share[PRIORITY_COUNT])
{
	bool any = false;
	int p;

	for (p = 0; p < PRIORITY_COUNT; p++) {
		share[p] = 0;
		if (!indexed || clock_monotonic() >= n->sweep_at[p])
			share[p] = limit[p];
		else if (n->deep[p])
			share[p] = limit[p] - got[p];
		any |= share[p] > 0;
	}
	return any;
}

static void note_claimed(struct slice *s, const size_t limit[PRIORITY_COUNT],
			 const size_t got[PRIORITY_COUNT], const size_t share[PRIORITY_COUNT],
			 size_t swept_from)
{
	size_t swept[PRIORITY_COUNT] = {0}, i;
	struct notifier *n = s->n;
	int p;

	for (i = swept_from; i < s->count; i++)
		swept[s->intents[i]->priority]++;
	for (p = 0; p < PRIORITY_COUNT; p++) {
		if (share[p] > 0) {
			n->deep[p] = swept[p] == share[p];
			n->sweep_at[p] = clock_monotonic() + SWEEP;
		}
		if (limit[p] > 0) /* else it had no room, and nothing was learned */
			n->full[p] = got[p] == limit[p] || n->deep[p];
	}
}

static bool claim(struct slice *s)
{
	struct notifier *n = s->n;
	struct candidate found[READY_MAX * PRIORITY_COUNT];
	size_t limit[PRIORITY_COUNT], got[PRIORITY_COUNT], share[PRIORITY_COUNT], total = 0, swept_from;
	bool indexed, sweeps;
	int p;

	for (p = 0; p < PRIORITY_COUNT; p++)
		limit[p] = ready_room(n, (enum priority)p);
	indexed = due_index_take(n->daemon->cache, s, s->now, limit, found, got);
	for (p = 0; p < PRIORITY_COUNT; p++)
		total += got[p];
	sweeps = sweep_shares(n, limit, got, indexed, share);
	if (total == 0 && !sweeps)
		return false;
	db_begin(n->daemon->db, NULL);
	if (total > 0)
		intents_ask_candidates(n->daemon->db, s, found, total, sending.lease);
	if (sweeps)
		intents_ask(n->daemon->db, s, share, sending.lease);
	if (total > 0)
		s->count = intents_take(n->daemon->db, s, s->intents);
	swept_from = s->count;
	if (sweeps)
		s->count += intents_take(n->daemon->db, s, s->intents + s->count);
	if (db_failed(n->daemon->db))
		return false;
	note_claimed(s, limit, got, share, swept_from);
	if (s->count == 0)
		db_run(n->daemon->db, "COMMIT");
	return s->count > 0;
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
	i->due = d->outcome == DECIDED_DROP ? s->now
		 : d->reason == REASON_PROVIDERS_DOWN
			 ? provider_turn(s->n, d->waits_for, i->priority, d->until)
			 : d->until;
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

static void make_ready(struct slice *s, struct intent *i, struct recipient *r,
		       const struct message_template *t, const struct decision *d)
{
	const char *error = "No address of the channel can be used";
	struct delivery *delivery = delivery_new(s->n, i, r, t, d->channels[0], s->now, &error);

	if (delivery == NULL || delivery->target_count == 0) {
		put_aside(s, i, delivery ? "no_address" : "render", error);
		return;
	}
	delivery->stale = s->now + sending.lease / 2;
	delivery->decision = decision_json(i, d);
	s->starting[s->starting_count++] = delivery;
	if (i->links)
		s->changed[s->changed_count++] = i;
	if (i->priority >= PRIORITY_ENGAGEMENT)
		recipient_count(r, i->category, s->now);
}

/* One suspect at a time is on its way: if it is the one that ends its senders, it alone is blamed from now
 * on. */
static bool waits_its_turn(struct slice *s, struct intent *i)
{
	if (i->crashes < SUSPECT)
		return false;
	if (s->n->suspect == NULL && s->suspect == NULL) {
		s->suspect = i;
		return false;
	}
	i->status = INTENT_QUEUED;
	i->due = s->now + SECOND / 4 + (int64_t)(random_share() * SECOND);
	s->changed[s->changed_count++] = i;
	return true;
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
	if (waits_its_turn(s, i))
		return;
	judge(s->n, i, r, t, s->now, NULL, &d);
	metric_add(s->n->decided, decide_outcome_name(d.outcome), 1);
	if (d.outcome == DECIDED_SEND)
		make_ready(s, i, r, t, &d);
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

/* The slice's memory goes with the last of its deliveries. */
static void all_ready(struct slice *s)
{
	size_t i;

	for (i = 0; i < s->starting_count; i++) {
		s->starting[i]->home = s;
		s->starting[i]->holders = &s->holders;
		s->holders++;
		if (s->starting[i]->intent == s->suspect)
			s->n->suspect = s->suspect;
		ready_put(s->n, s->starting[i]);
	}
}

void claim_due(struct notifier *n)
{
	struct slice *s = talloc_zero(n, struct slice);
	size_t i;

	s->n = n;
	s->scratch = s;
	s->now = clock_now();
	if (claim(s)) {
		s->recipients = recipients_load(n->daemon->db, s, s->intents, s->count, true, s->now);
		for (i = 0; s->recipients && i < s->count; i++)
			settle(s, s->intents[i]);
		if (s->recipients && commit(s)) {
			due_index_add(n->daemon->cache, s->changed, s->changed_count);
			all_ready(s);
		}
	}
	if (db_failed(n->daemon->db))
		log_warning("the queue waits reason=\"%s\"", db_message(n->daemon->db));
	if (s->holders == 0)
		talloc_free(s);
}
