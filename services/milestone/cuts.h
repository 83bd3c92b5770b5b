/*
 * cuts.h - expressions of milestones that ran into a limit: such a milestone is not reached, and says so
 */
#ifndef AE_MILESTONE_CUTS_H
#define AE_MILESTONE_CUTS_H

#include "common/daemon.h"

void cuts_start(struct daemon *d);
/* The limit that the expression at that place ("/filter") of a document ran into. */
void cuts_add(const char *milestone_id, const char *place, const char *error);

/* How many there were since the start of the process, and the last: for a dry run, its own. */
int64_t cuts_count(void);
const char *cuts_last(void);

#endif
