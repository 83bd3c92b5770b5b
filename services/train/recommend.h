/*
 * recommend.h - what `ae-train recommend` is asked to do
 */
#ifndef AE_TRAIN_RECOMMEND_H
#define AE_TRAIN_RECOMMEND_H

#include "services/train/models.h"

struct recommend_options {
	void *top; /* parent of whatever the run needs */
	struct interactions_source source;
	struct history_options history;
	struct model_options model;
	instant split, end;      /* INSTANT_NONE: not given */
	int32_t validation_days; /* 0: as long as the test */
	bool leave_last, tune, json, help;
	enum model_kind chosen;
	unsigned compared; /* 1 << kind; 0: not given */
	bool tasks[TASKS];
};

extern const char recommend_usage[];

/* True, or the fault is told on standard error. */
bool recommend_options_read(int argc, char **argv, struct recommend_options *out);

#endif
