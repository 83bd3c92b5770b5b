/*
 * try_audience.c - a dry run with an audience: how many it is true of, and what would become of a sample
 *
 * Bounded in members and in time, so that a large audience is judged by its first members and the rest
 * estimated; the answer says which of the two it is.
 */
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "gen/sql/notification.h"
#include "services/notification/campaign.h"
#include "services/notification/notification_json.h"
#include "services/notification/notifier.h"
#include "services/notification/send_intent.h"

enum {
	EXAMINED_MAX = 10000,
	SLICE = 1000,
	SAMPLE = 200, /* decided */
	TOLD = 10,    /* with all steps */
	PASSED_MAX = 1000000
};
#define TIME_MAX (2 * SECOND)

struct trial {
	struct request *req;
	const struct send_request *send;
	const struct message_template *template;
	struct member_rule *audience;
	const struct sweep *sweep;
	enum sweep_driver driver;
	const char *after;
	bool complete;
	int64_t examined, judged, matched, failed;
	const char *fault;
	const char *sample[SAMPLE];
	size_t sampled;
	int64_t outcomes[DECIDE_OUTCOME_COUNT];
	unsigned short chance[3];
};

/* Each that matched is as likely to be in the sample as any other (Vitter's algorithm R). */
static void note_match(struct trial *t, const char *member_id)
{
	int64_t place = t->matched++;

	if (place >= SAMPLE)
		place = nrand48(t->chance) % t->matched;
	if (place < SAMPLE)
		t->sample[place] = member_id;
	if (t->sampled < SAMPLE)
		t->sampled++;
}

static bool examine_slice(struct trial *t)
{
	struct sweep_slice slice;
	void *scratch = talloc_new(t->req);
	enum rule_verdict verdict;
	const char *error;
	size_t i;

	if (!sweep_read(t->req->db, t->req, t->sweep, t->driver, t->after, SLICE, &slice))
		return false;
	for (i = 0; i < slice.count; i++) {
		verdict = sweep_judge(scratch, &slice, i, t->audience, &error);
		t->judged += verdict != VERDICT_OUTSIDE;
		if (verdict == VERDICT_TRUE)
			note_match(t, sweep_member(&slice, i));
		if (verdict == VERDICT_FAILED) {
			t->failed++;
			t->fault = talloc_strdup(t->req, error);
		}
	}
	t->examined += (int64_t)slice.count;
	t->after = slice.reach ? slice.reach : t->after;
	t->complete = slice.reach == NULL;
	talloc_free(scratch);
	return !t->complete;
}

static void examine(struct trial *t)
{
	int64_t end = clock_monotonic() + TIME_MAX;

	t->sweep = sweep_new(t->req, &t->audience, 1);
	t->driver = sweep_choose(t->req->db, t->req, t->sweep);
	while (examine_slice(t) && t->examined < EXAMINED_MAX && clock_monotonic() < end)
		;
}

/* By what share of all members the audience's first ones were found among. 0: not known. */
static double all_by_examined(const struct trial *t)
{
	struct rows *r;
	int64_t passed, all;

	if (t->complete)
		return 1;
	r = db_query(t->req->db, t->req, SQL_NOTIFICATION_COUNT_MEMBERS, "ti", t->after, (int64_t)PASSED_MAX);
	if (rows_count(r) == 0)
		return 0;
	passed = row_integer(r, 0, 0);
	all = row_integer(r, 0, 1);
	return passed == 0 || passed == PASSED_MAX ? 0 : all > passed ? (double)all / (double)passed : 1;
}

/* --- what would become of them ----------------------------------------------------------------------- */

static void tell_decision(struct json_writer *w, const char *member_id, const struct decision *d)
{
	json_open_object(w, NULL);
	json_put_text(w, "member_id", member_id);
	decision_put(w, d, true);
	json_close(w);
}

static void decide_sample(struct trial *t, struct json_writer *w)
{
	struct intent **intents = talloc_array(t->req, struct intent *, t->sampled);
	const char *variables = send_variables(t->req, t->send);
	struct recipients *all;
	struct recipient *r;
	struct decision d;
	size_t i, told = 0;

	for (i = 0; i < t->sampled; i++)
		intents[i] = send_intent_new(t->req, t->send, t->req->subject, t->sample[i], variables);
	all = recipients_load(t->req->db, t->req, intents, t->sampled, false, clock_now());
	json_open_array(w, "decisions");
	for (i = 0; all && i < t->sampled; i++) {
		if ((r = recipient_find(all, t->sample[i])) == NULL)
			continue;
		judge(t->req->daemon->state, intents[i], r, t->template, clock_now(), NULL, &d);
		t->outcomes[d.outcome]++;
		if (told++ < TOLD)
			tell_decision(w, t->sample[i], &d);
	}
	json_close(w);
}

static void put_estimate(const struct trial *t, struct json_writer *w)
{
	double all = (double)t->matched * all_by_examined(t);
	int64_t decided = 0;
	int o;

	for (o = 0; o < DECIDE_OUTCOME_COUNT; o++)
		decided += t->outcomes[o];
	if (all == 0 && t->matched > 0) {
		json_put_null(w, "estimate");
		return;
	}
	json_open_object(w, "estimate");
	json_put_integer(w, "matched", (int64_t)(all + 0.5));
	for (o = 0; o < DECIDE_OUTCOME_COUNT; o++)
		json_put_integer(
			w, decide_outcome_name((enum decide_outcome)o),
			decided == 0 ? 0 : (int64_t)(all * (double)t->outcomes[o] / (double)decided + 0.5));
	json_close(w);
}

reply try_audience(struct request *req, const struct send_request *s, const struct message_template *t)
{
	struct trial *trial = talloc_zero(req, struct trial);
	struct json_writer *w = json_writer_new(req);
	reply out;

	trial->req = req;
	trial->send = s;
	trial->template = t;
	trial->after = "";
	if ((trial->audience = audience_of(req, s, &out)) == NULL)
		return out;
	examine(trial);
	json_open_object(w, NULL);
	json_put_boolean(w, "dry_run", true);
	json_put_text(w, "candidates", sweep_driver_name(trial->driver));
	json_put_boolean(w, "complete", trial->complete);
	json_put_integer(w, "examined", trial->examined);
	json_put_integer(w, "judged", trial->judged);
	json_put_integer(w, "matched", trial->matched);
	json_put_integer(w, "failed", trial->failed);
	if (trial->fault)
		json_put_text(w, "fault", trial->fault);
	json_put_integer(w, "decided", (int64_t)trial->sampled);
	decide_sample(trial, w);
	put_estimate(trial, w);
	put_as_of(w);
	json_close(w);
	return reply_json(req, w);
}
