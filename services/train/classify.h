/*
 * classify.h - what the files of ae-train classify share
 */
#ifndef AE_TRAIN_CLASSIFY_H
#define AE_TRAIN_CLASSIFY_H

#include "common/learn/boost.h"
#include "services/train/report.h"
#include "services/train/table.h"

enum classify_model {
	CLASSIFY_LOGISTIC,
	CLASSIFY_XGBOOST
};

struct classify_options {
	enum classify_model model;
	double ridge;
	struct boost_options boost;
};

/*
 * classify_fit.c: learns from the rows where part is not `held`, and predicts those where it is, into p. With
 * a report, the parameters go there. False: *error.
 */
bool classify_fit(const struct table *t, const struct classify_options *o, const unsigned char *part,
		  unsigned char held, double *p, struct report *report, const char **error);

#endif
