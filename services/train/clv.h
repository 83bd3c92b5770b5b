/*
 * clv.h - what the files of ae-train clv share
 */
#ifndef AE_TRAIN_CLV_H
#define AE_TRAIN_CLV_H

#include "services/train/report.h"
#include "services/train/transactions.h"

enum clv_model {
	CLV_BGNBD,
	CLV_PARETO,
	CLV_TWO_PART
};

struct clv_request {
	struct transactions_options transactions;
	enum clv_model model;
	day calibration_end, holdout_end; /* both days belong to what they end; DAY_NONE: not given */
	double unit;                      /* days of a unit of time */
	int64_t seed, horizon;            /* days to forecast */
	const char *out;
	bool json;
};

/* Of one customer over the horizon; NaN where nothing is known. */
struct clv_forecast {
	const struct customer *customer;
	double purchases;
	double spend, low, high; /* expected, and between these with 80 % */
	double alive;            /* still there, or will come: each model's own probability */
	double variance;         /* of the purchases */
};

struct clv_forecasts {
	struct clv_forecast *list; /* of who had bought by the end of the calibration */
	size_t count;
	bool counts, amounts; /* purchases, spend are forecast */
};

/* clv_btyd.c, clv_two_part.c: false, and *error, where there is no model. The list is there, empty of
 * forecasts. */
bool clv_btyd(const struct clv_request *q, struct clv_forecasts *f, struct report *r, const char **error);
bool clv_two_part(const struct clv_request *q, const struct transactions *t, struct clv_forecasts *f,
		  struct report *r, const char **error);

/* clv_snapshots.c: days before the end of the calibration from which a window of so many days fits in front
 * of it, newest first; how many there are. */
enum {
	CLV_SNAPSHOTS = 3
};
size_t clv_snapshots(const struct clv_request *q, day first, int64_t window, day days[CLV_SNAPSHOTS]);
/* What 99 of 100 spent at most in a window behind those days: where forecasts are cut to be compared. */
double clv_cap(const struct clv_request *q, const struct transactions *t, int64_t window);

/* clv_holdout.c: how good the forecasts were. */
void clv_holdout(const struct clv_request *q, const struct transactions *t, const struct clv_forecasts *f,
		 struct report *r);

#endif
