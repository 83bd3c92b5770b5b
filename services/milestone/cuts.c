/*
 * cuts.c - counts what was cut by milestone, and names it in the log once a minute (see cuts.h)
 */
#include <stdio.h>

#include "common/log.h"
#include "services/milestone/cuts.h"

#define QUIET (60 * SECOND)

static struct {
	struct metric *metric;
	int64_t count, told; /* told: CLOCK_MONOTONIC, when the log last named one */
	char last[300];
} cuts;

void cuts_start(struct daemon *d)
{
	cuts.metric = metrics_counter(d->metrics, "ae_milestone_cuts_total",
				      "Expressions of milestones that ran into a limit", "milestone");
}

void cuts_add(const char *milestone_id, const char *place, const char *error)
{
	cuts.count++;
	snprintf(cuts.last, sizeof(cuts.last), "%s%s", place, error);
	if (cuts.metric)
		metric_add(cuts.metric, milestone_id, 1);
	if (cuts.told > 0 && clock_monotonic() - cuts.told < QUIET)
		return;
	cuts.told = clock_monotonic();
	log_warning("a milestone's expression was cut milestone=%s at=\"%s\"", milestone_id, cuts.last);
}

int64_t cuts_count(void)
{
	return cuts.count;
}

const char *cuts_last(void)
{
	return cuts.last;
}
