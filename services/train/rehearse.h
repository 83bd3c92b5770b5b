/*
 * rehearse.h - what is learned from the time before the one that is asked about
 */
#ifndef AE_TRAIN_REHEARSE_H
#define AE_TRAIN_REHEARSE_H

#include "services/train/recommend.h"
#include "services/train/report.h"

/* Hyperparameters, into o->model, and the hybrid's re-ranker: whatever of them is wanted. False: *error says
 * why. */
bool rehearse(struct recommend_options *o, const struct interactions *log, unsigned set, struct report *r,
	      struct hybrid **hybrid, const char **error);

#endif
