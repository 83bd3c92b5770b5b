/*
 * jobs.h - what ae-analytics does without being asked, slice by slice
 */
#ifndef AE_ANALYTICS_JOBS_H
#define AE_ANALYTICS_JOBS_H

#include "common/daemon.h"

bool refresh_facts(struct daemon *d);
bool refresh_peers(struct daemon *d);

#endif
