/*
 * award.h - awards and the events that tell them
 */
#ifndef AE_MILESTONE_AWARD_H
#define AE_MILESTONE_AWARD_H

#include "services/milestone/milestone.h"

/* award_event.c: MilestoneAchievedEvent of the award's newest state, put with the set's events */
void award_publish(struct working_set *ws, const struct member *m, const struct milestone *of,
		   const struct award *a, const struct cause *why);

#endif
