/*
 * judge.h - models against what members wanted in the end, paired member by member
 */
#ifndef AE_TRAIN_JUDGE_H
#define AE_TRAIN_JUDGE_H

#include "common/learn/ranking.h"
#include "services/train/models.h"

enum measure {
	NDCG_10,
	RECALL_20,
	HR_10,
	RECALL_50,
	NDCG_100,
	MEASURES
};

enum {
	LIST_MOST = 100,
	SHOWN = 10
};

struct judgement {
	int64_t members;                          /* who wanted anything */
	struct mean of[MODEL_KINDS][MEASURES];    /* of the models in the set */
	struct mean ahead[MODEL_KINDS][MEASURES]; /* the chosen model's value less this model's */
	double coverage[MODEL_KINDS];             /* share of the items that are in anybody's first SHOWN */
};

const char *measure_name(enum measure m);
void judge(const struct models *m, unsigned set, enum model_kind chosen, enum task t, struct judgement *out);

#endif
