/*
 * tune.h - hyperparameters, chosen on what was wanted before the split
 */
#ifndef AE_TRAIN_TUNE_H
#define AE_TRAIN_TUNE_H

#include "services/train/models.h"

/* Those of the models in the set (for MODEL_HYBRID: of its sources), by NDCG@10 in this task, beginning with
 * what *o has. Returns how many fits it took. */
int32_t models_tune(const struct history *before, unsigned set, enum task t, struct model_options *o);

#endif
