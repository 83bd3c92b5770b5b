/*
 * expand_campaigns.c - the job that turns campaigns into intents
 *
 * One slice of one campaign: candidates after the place it came to, the rule for each, an intent for each
 * that it is true of, and the new place, in one transaction. Campaigns take turns. A lane that is full makes
 * them wait, so that a million messages are not a million rows at once.
 */
#include <talloc.h>

#include "common/log.h"
#include "services/notification/campaign.h"
#include "services/notification/notifier.h"
#include "services/notification/send_intent.h"

enum {
	SLICE_MIN = 32,
	SLICE_MAX = 2000
};
#define AIM     (SECOND / 200)
#define PATIENT (SECOND)      /* until a full lane is looked at again */
#define FRESH   (10 * SECOND) /* as long as a lane's room that was counted is believed */
#define AFTER   (30 * SECOND) /* until a campaign whose slice failed is tried again */

static size_t slice_size = SLICE_MIN; /* candidates; follows the time that slices take */
static struct {
	int64_t room, until;
} lanes[PRIORITY_COUNT];

/* How many more intents the lane takes. Others fill it, too: the limit is meant roughly. */
static size_t lane_room(struct daemon *d, const void *scratch, enum priority lane)
{
	int64_t now = clock_monotonic();

	/* Campaigns that wait for a full lane do not count it one after the other. */
	if (now > lanes[lane].until || (lanes[lane].room <= 0 && now > lanes[lane].until - FRESH + PATIENT)) {
		lanes[lane].room = sending.campaign_open -
				   campaign_lane(d->db, scratch, lane, sending.campaign_open);
		lanes[lane].until = now + FRESH;
	}
	return lanes[lane].room > 0 ? (size_t)lanes[lane].room : 0;
}

static void follow(int64_t took)
{
	if (took > AIM)
		slice_size -= slice_size / 4;
	else if (took < AIM / 2)
		slice_size += slice_size / 4;
	slice_size = slice_size < SLICE_MIN ? SLICE_MIN : slice_size > SLICE_MAX ? SLICE_MAX : slice_size;
}

static struct intent *intent_for(const struct campaign *c, const char *member_id)
{
	struct intent *i = send_intent_new(c, &c->request, c->client, member_id, c->variables);

	i->campaign_id = c->campaign_id;
	i->dedup_key = talloc_asprintf(i, "%s\n%s", c->campaign_id, member_id);
	return i;
}

static size_t judge_slice(const struct campaign *c, const struct sweep_slice *slice,
			  struct campaign_step *step, struct intent **intents)
{
	const char *error;
	size_t i, count = 0;

	for (i = 0; i < slice->count; i++)
		switch (sweep_judge(c, slice, i, c->audience, &error)) {
		case VERDICT_TRUE:
			intents[count++] = intent_for(c, sweep_member(slice, i));
			step->judged++;
			break;
		case VERDICT_FAILED:
			step->fault = error;
			step->failed++;
			step->judged++;
			break;
		case VERDICT_FALSE:
			step->judged++;
			break;
		case VERDICT_OUTSIDE:
			break;
		}
	step->examined = (int64_t)slice->count;
	step->matched = (int64_t)count;
	return count;
}

static void expand(struct daemon *d, struct campaign *c, struct campaign_step *step, size_t most)
{
	struct sweep_slice slice;
	size_t i;

	if (step->driver < 0)
		step->driver = (int)sweep_choose(d->db, c, c->sweep);
	if (!sweep_read(d->db, c, c->sweep, (enum sweep_driver)step->driver, c->after, most, &slice))
		return;
	c->intents = talloc_array(c, struct intent *, slice.count);
	c->intent_count = judge_slice(c, &slice, step, c->intents);
	intents_create(d->db, c, c->intents, c->intent_count);
	for (i = 0; i < c->intent_count; i++)
		step->made += c->intents[i]->status != INTENT_STATUS_COUNT;
	lanes[c->request.priority].room -= step->made;
	step->after = slice.reach;
	step->finished = slice.reach == NULL;
	step->status = step->finished ? CAMPAIGN_EXPANDED : CAMPAIGN_EXPANDING;
}

static void take_step(struct daemon *d, struct campaign *c, const char *fault, struct campaign_step *step)
{
	bool open;
	size_t room;

	*step = (struct campaign_step){.status = c->status, .driver = c->driver};
	if (c->status == CAMPAIGN_CANCELLED) {
		step->pause = campaign_drop(d->db, c, c->campaign_id, &open) > 0 ? 0 : PATIENT;
		step->finished = step->pause > 0 && !open;
	} else if (fault) {
		*step = (struct campaign_step){
			.status = CAMPAIGN_CANCELLED, .finished = true, .driver = c->driver, .fault = fault};
	} else if (c->request.expires_at <= clock_now()) {
		step->status = CAMPAIGN_EXPIRED;
		step->finished = true;
	} else if ((room = lane_room(d, c, c->request.priority)) == 0) {
		step->pause = PATIENT;
	} else {
		expand(d, c, step, room < slice_size ? room : slice_size);
	}
}

/* A failure that is of the slice and not of the connection would come again: it is not to hold up the others.
 */
static void put_off(struct daemon *d, const void *scratch, const struct campaign *c)
{
	bool lost = db_lost(d->db);

	log_warning("a campaign waits id=%s reason=\"%s\"", c ? c->campaign_id : "-", db_message(d->db));
	if (c == NULL || lost)
		return;
	db_clear(d->db);
	campaign_postpone(d->db, scratch, c, AFTER);
}

bool run_campaigns(struct daemon *d)
{
	void *scratch = talloc_named_const(d, 0, "campaign");
	int64_t began = clock_monotonic();
	struct campaign_step step = {0};
	const char *fault = NULL;
	struct campaign *c;

	db_begin(d->db, NULL);
	c = campaign_claim(d->db, scratch, &fault);
	if (c) {
		take_step(d, c, fault, &step);
		campaign_move(d->db, scratch, c, &step);
	}
	if (db_failed(d->db) || !db_run(d->db, "COMMIT"))
		put_off(d, scratch, c);
	else if (c && step.made > 0)
		queue_added(d->state, c->intents, c->intent_count);
	if (c && step.examined > 0)
		follow(clock_monotonic() - began);
	talloc_free(scratch);
	return c != NULL && !db_failed(d->db);
}
