/*
 * model_score.h - the algorithms that this build computes, by the names that headers give them
 *
 *   logistic   sections "weights" (doubles, one per feature) and "intercept" (one): 1 / (1 + exp(-(b + w x)))
 *   linear     the same without the curve: b + w x
 *   xgboost    section "xgboost" (bytes): a model as XGBoost saves it, UBJ or JSON (xgboost_score.c)
 *
 * To add one: a row in model_score.c, and here what its sections are.
 */
#ifndef AE_MODEL_SCORE_H
#define AE_MODEL_SCORE_H

#include "common/learn/container.h"

/* The scorer of an algorithm; NULL if there is none. What container_policy.scorer wants. */
container_score *model_scorer(const char *algorithm);

/* xgboost_score.c */
bool xgboost_score(const void *parent, const struct container *c, const double *rows, size_t count,
		   size_t width, double *scores, const char **error);
/* The same of bytes that are in no container. */
bool xgboost_bytes_score(const void *parent, const void *bytes, size_t length, const double *rows,
			 size_t count, size_t width, double *scores, const char **error);
/* The version of XGBoost, "1.7.4". */
const char *xgboost_library(const void *parent);

#endif
