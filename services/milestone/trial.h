/*
 * trial.h - a definition over real members, their real events up to a moment and their facts; nothing written
 */
#ifndef AE_MILESTONE_TRIAL_H
#define AE_MILESTONE_TRIAL_H

#include "services/milestone/milestone.h"

enum {
	TRIAL_SAMPLE = 10
};

struct trial {
	const struct milestone *of;
	instant at;
	bool given;   /* another time than now: facts are moved to it */
	int64_t days; /* of dates: from then on */
	/* what was found */
	int64_t examined; /* members that were looked at: where facts decide, the candidates of the rule */
	int64_t members, awards, points, rewards;
	int64_t failed;    /* evaluations that ran into a limit */
	const char *fault; /* the last of them; NULL: none */
	const char *sample[TRIAL_SAMPLE];
	const char *reach; /* up to here in the order of the ids; NULL: all */
};

/* For two seconds at most; texts under req. */
void trial_run(struct request *req, struct trial *t);

#endif
