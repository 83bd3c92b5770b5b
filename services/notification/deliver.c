/*
 * deliver.c - deliveries step by step, and what became of them
 *
 * Nothing here waits: a driver gives a transfer, the wire makes it, the answer comes from the loop. What has
 * landed is written by deliveries_flush, many in one transaction.
 */
#include <string.h>
#include <talloc.h>

#include "common/log.h"
#include "gen/sql/notification.h"
#include "services/notification/backoff.h"
#include "services/notification/dead_token.h"
#include "services/notification/due_index.h"
#include "services/notification/notifier.h"

enum {
	LINGER = SECOND / 50 /* nothing that has landed waits longer to be written */
};

static void advance(struct delivery *d, const struct answer *answer);

/* --- one intent's end ------------------------------------------------------------------------------ */

static bool passing(enum outcome o)
{
	return o == OUTCOME_RETRY || o == OUTCOME_UNKNOWN || o == OUTCOME_BROKEN;
}

/* This channel is done with; the next decision finds another one, or ends it. */
static void leave_channel(struct intent *i, instant now)
{
	i->tried |= CHANNEL_BIT(i->channel);
	i->tries = 0;
	i->due = now;
}

static void try_again(struct delivery *d, instant now)
{
	struct backoff policy = {.base = 2 * SECOND, .cap = 600 * SECOND, .attempts = (int)sending.attempts};
	struct intent *i = d->intent;
	instant deadline = i->expires < INSTANT_MAX ? i->expires : i->created + sending.give_up;

	i->tries++;
	i->unknown = d->worst == OUTCOME_UNKNOWN;
	if (i->tries < policy.attempts && d->worst != OUTCOME_UNKNOWN &&
	    provider_other(d->notifier, d->provider, d->targets[0], now))
		i->due = now;
	else if (!backoff_next(&policy, i->tries, random_share(), d->retry_after, now, deadline, &i->due))
		leave_channel(i, now);
}

static void conclude(struct delivery *d)
{
	struct intent *i = d->intent;
	instant now = clock_now();

	i->attempts++;
	i->provider = d->provider->driver->name;
	i->address = d->message.address;
	if (d->accepted > 0) {
		i->status = INTENT_SENT;
		i->sent = now;
		i->unknown = false;
		i->reason = NULL;
		return;
	}
	i->status = INTENT_QUEUED;
	if (passing(d->worst))
		try_again(d, now);
	else
		leave_channel(i, now);
}

static void to_be_written(struct delivery *d)
{
	struct notifier *n = d->notifier;

	if (n->landed == NULL)
		n->flush_by = clock_monotonic() + LINGER;
	d->next = n->landed;
	n->landed = d;
	n->landed_count++;
}

static void land(struct delivery *d)
{
	conclude(d);
	d->notifier->flying--;
	to_be_written(d);
}

void delivery_put_back(struct delivery *d, instant due)
{
	d->intent->status = INTENT_QUEUED;
	d->intent->due = due;
	to_be_written(d);
}

/* --- one address after the other ------------------------------------------------------------------- */

static const char *what_of(enum outcome o)
{
	return o == OUTCOME_ACCEPTED ? "accepted"
	       : passing(o)          ? "deferred"
	       : o == OUTCOME_DEAD   ? "dead_address"
				     : "refused";
}

static void note(struct delivery *d)
{
	const struct target *t = d->targets[d->target_at];
	struct step_out *o = &d->out;
	bool first = d->line_count == 0;

	d->lines[d->line_count++] = (struct log_line){.intent = d->intent,
						      .what = what_of(o->outcome),
						      .channel = (int)t->channel,
						      .provider = d->provider->driver->name,
						      .attempt = d->message.attempt,
						      .code = o->code,
						      .detail = o->detail,
						      .evidence = first ? d->decision : NULL,
						      .at = clock_now()};
	if (o->outcome == OUTCOME_ACCEPTED) {
		d->accepted++;
		d->intent->provider_ref = o->provider_ref;
		return;
	}
	d->intent->reason = o->code;
	if (o->outcome == OUTCOME_DEAD) {
		d->dead[d->dead_count] = t;
		d->dead_code[d->dead_count++] = o->code;
	}
	if (d->line_count == 1 || passing(o->outcome))
		d->worst = o->outcome;
	if (o->retry_after > d->retry_after)
		d->retry_after = o->retry_after;
}

static void start_target(struct delivery *d)
{
	const struct target *t = d->targets[d->target_at];

	d->message.address = t->address;
	d->message.platform = t->platform;
	d->at = 0;
	d->state = NULL;
	advance(d, NULL);
}

/* The address's provider lets nobody pass just now, or the addresses before it took the time of the lease. */
static void pass_over(struct delivery *d, struct provider *last, bool late)
{
	d->provider = last;
	d->out = (struct step_out){.outcome = OUTCOME_RETRY,
				   .code = late ? "late" : "provider_away",
				   .detail = late ? "The addresses before this one took too long"
						  : "The provider of this address is away",
				   .provider_ref = ""};
	note(d);
}

/* Whoever is still at it when the lease ends sends what another instance sends, too. */
static bool late(const struct delivery *d)
{
	return clock_now() >= d->stale + sending.lease / 4;
}

static void finish_target(struct delivery *d)
{
	struct provider *last = d->provider;

	note(d);
	provider_leave(d->notifier, d->provider, &d->pass, &d->out);
	while (d->target_at + 1 < d->target_count) {
		d->target_at++;
		d->provider = late(d) ? NULL
				      : provider_enter(d->notifier, d->targets[d->target_at], PRIORITY_COUNT,
						       NULL, clock_now(), &d->pass);
		if (d->provider) {
			start_target(d);
			return;
		}
		pass_over(d, last, late(d));
	}
	land(d);
}

static void on_answer(void *delivery, const struct answer *answer)
{
	advance(delivery, answer);
}

static void advance(struct delivery *d, const struct answer *answer)
{
	struct driver *driver = d->provider->driver;

	d->out = (struct step_out){.code = "", .detail = "", .provider_ref = "", .new_address = ""};
	if (driver->next(driver, d, &d->message, d->at++, answer, &d->state, &d->out) == STEP_TRANSFER)
		wire_start(d->notifier->wire, &d->out.transfer, on_answer, d);
	else
		finish_target(d);
}

void delivery_start(struct delivery *d)
{
	d->notifier->flying++;
	start_target(d);
}

/* --- writing it down ------------------------------------------------------------------------------- */

static void make_event(const void *parent, const struct delivery *d, struct log_event *e)
{
	const struct intent *i = d->intent;
	struct json_writer *w = json_writer_new(parent);
	char time[INSTANT_TEXT];

	*e = (struct log_event){.type = "NotificationSentEvent",
				.source = "urn:ae:notification",
				.id = i->notification_id,
				.subject = i->member_id,
				.time = i->sent};
	eventlog_open(w, e);
	json_put_text(w, "member_id", i->member_id);
	json_put_text(w, "notification_id", i->notification_id);
	json_put_text(w, "category", i->category);
	json_put_text(w, "channel", channel_name((enum channel)i->channel));
	json_put_text(w, "provider", i->provider);
	json_put_text(w, "template", i->template);
	json_put_integer(w, "template_version", i->template_version);
	json_put_integer(w, "attempts", i->attempts);
	json_put_text(w, "accepted_at", instant_format(i->sent, time));
	if (i->cause)
		json_put_raw(w, "cause", i->cause, strlen(i->cause));
	if (i->metadata)
		json_put_raw(w, "metadata", i->metadata, strlen(i->metadata));
	eventlog_close(w, e);
}

static int send_marks(struct db *db, const void *scratch, const struct delivery *first)
{
	struct db_array *c[4] = {db_array_new(scratch, DB_INT2, 8), db_array_new(scratch, DB_BYTEA, 8),
				 db_array_new(scratch, DB_TEXT, 8), db_array_new(scratch, DB_TEXT, 8)};
	const struct delivery *d;
	size_t k;

	for (d = first; d; d = d->next)
		for (k = 0; k < d->dead_count; k++) {
			db_array_integer(c[0], d->dead[k]->channel);
			db_array_bytes(c[1], d->dead[k]->hash, ADDRESS_HASH);
			db_array_text(c[2],
				      d->dead[k]->channel == CHANNEL_EMAIL ? "hard_bounce" : "invalid_token");
			db_array_text(c[3], d->dead_code[k]);
		}
	if (db_array_count(c[0]) == 0)
		return 0;
	db_send(db, SQL_NOTIFICATION_PUT_MARKS, "aaaa", c[0], c[1], c[2], c[3]);
	return 1;
}

static size_t count_lines(const struct delivery *d)
{
	size_t lines = 0;

	for (; d; d = d->next)
		lines += d->line_count;
	return lines;
}

static bool write_all(struct notifier *n, const void *scratch, struct intent **intents,
		      struct log_event *events, size_t *event_count)
{
	struct log_line *lines = talloc_array(scratch, struct log_line, count_lines(n->landed) + 1);
	struct db *db = n->daemon->db;
	struct delivery *d;
	size_t count = 0, line_count = 0;
	int owed;

	for (d = n->landed; d; d = d->next) {
		intents[count++] = d->intent;
		memcpy(lines + line_count, d->lines, d->line_count * sizeof(*lines));
		line_count += d->line_count;
		if (d->intent->status == INTENT_SENT && d->intent->test == NULL)
			make_event(scratch, d, &events[(*event_count)++]);
	}
	db_begin(db, NULL);
	owed = intents_send(db, scratch, intents, count);
	owed += logs_send(db, scratch, lines, line_count);
	owed += send_marks(db, scratch, n->landed);
	for (; owed > 0; owed--)
		db_next(db, scratch);
	return !db_failed(db) && (*event_count == 0 || eventlog_append(db, scratch, events, *event_count)) &&
	       db_run(db, "COMMIT");
}

static void count(struct notifier *n, const struct delivery *d)
{
	const struct intent *i = d->intent;
	bool taken = i->status == INTENT_SENT;

	if (d->line_count == 0) /* it was never started */
		return;
	metric_add(taken ? n->sent : n->failed, d->provider->driver->name, 1);
	if (taken && i->sent >= i->due)
		metric_observe(n->wait, priority_name(i->priority), (double)(i->sent - i->due) / SECOND);
}

static void forget(struct notifier *n)
{
	struct delivery *d, *next;

	for (d = n->landed; d; d = next) {
		next = d->next;
		count(n, d);
		if (n->suspect == d->intent)
			n->suspect = NULL;
		if (--*d->holders == 0)
			talloc_free(d->home);
	}
	n->landed = NULL;
	n->landed_count = 0;
}

bool deliveries_flush(struct notifier *n)
{
	void *scratch = talloc_named_const(n, 0, "flush");
	struct log_event *events = talloc_zero_array(scratch, struct log_event, n->landed_count + 1);
	struct intent **intents = talloc_array(scratch, struct intent *, n->landed_count + 1);
	size_t event_count = 0;
	bool done = n->landed_count == 0;

	if (!done && db_ensure(n->daemon->db)) {
		done = write_all(n, scratch, intents, events, &event_count);
		if (done) {
			due_index_add(n->daemon->cache, intents, n->landed_count);
			daemon_announce(n->daemon, events, event_count);
			dead_tokens_remove(n, scratch, n->landed);
			forget(n);
		} else {
			log_warning("outcomes wait reason=\"%s\"", db_message(n->daemon->db));
			db_clear(n->daemon->db);
		}
	}
	talloc_free(scratch);
	return done;
}
