/*
 * models.h - the recommenders by name, learned from a history and asked for scores
 */
#ifndef AE_TRAIN_MODELS_H
#define AE_TRAIN_MODELS_H

#include <stdbool.h>
#include "common/learn/ease.h"
#include "common/learn/ials.h"
#include "services/train/history.h"

enum model_kind {
	MODEL_POPULARITY,
	MODEL_POPULARITY_RECENT,
	MODEL_FREQUENCY,
	MODEL_FREQUENCY_EASE, /* decayed, with EASE for what was never bought */
	MODEL_KNN,
	MODEL_EASE,
	MODEL_IALS,
	MODEL_HYBRID,
	MODEL_KINDS
};

enum task {
	TASK_NEW, /* items that the member has are neither recommended nor wanted */
	TASK_ALL,
	TASKS
};

struct model_options {
	double lambda;      /* EASE */
	double blend;       /* weight of EASE beside decayed frequency */
	int32_t neighbours; /* kNN */
	double shrink;
	struct ials_options ials;
	int32_t candidates; /* hybrid: of each collaborative model */
	int32_t candidates_recent;
	double ridge;
	int64_t memory; /* bytes that one model may take */
};

struct models {
	const struct history *h;
	struct model_options o;
	struct ease *ease; /* NULL: not asked for */
	struct sparse *near;
	struct ials *ials;
	struct hybrid *hybrid;
	float most_buyers;
};

const char *model_name(enum model_kind k);
/* False: there is no such model. */
bool model_find(const char *name, size_t length, enum model_kind *out);

/* Those of the set of 1 << kind, and what they are made of, but for MODEL_HYBRID (hybrid.h). NULL: *error
 * says why. */
struct models *models_fit(const void *parent, const struct history *h, unsigned set,
			  const struct model_options *o, const char **error);
/* out[items]; what must not be recommended in this task is -INFINITY. */
void models_score(const struct models *m, enum model_kind k, enum task t, int32_t member, float *out);

#endif
