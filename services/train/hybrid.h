/*
 * hybrid.h - candidates from every source, ordered by what they turned out to be worth
 *
 * Candidates of a member: the best of EASE, iALS and kNN, what is popular lately, and in TASK_ALL what the
 * member has. Each is described by features of pair, item and member; a logistic re-ranker, one for each
 * task, gives the probability that it is taken in the window that follows.
 */
#ifndef AE_TRAIN_HYBRID_H
#define AE_TRAIN_HYBRID_H

#include "services/train/models.h"

struct hybrid;

/* Learns these tasks from models of an earlier history and what was wanted after it. NULL: none of their
 * candidates was wanted. */
struct hybrid *hybrid_fit(const void *parent, const struct models *before, const bool tasks[TASKS]);
/* out[items]: probabilities of candidates; -INFINITY elsewhere. m is fitted to the history that is asked
 * about. */
void hybrid_score(struct hybrid *h, const struct models *m, enum task t, int32_t member, float *out);

#endif
