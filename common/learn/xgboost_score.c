/*
 * xgboost_score.c - models of XGBoost, loaded from bytes that were judged, never from a path
 *
 * XGBoost's reader crashes on some damaged models and takes others as if nothing were wrong with them. So it
 * sees only bytes whose signature is good, or, ahead of signing, runs in a process of its own.
 */
#include <math.h>
#include <string.h>
#include <talloc.h>
#include <xgboost/c_api.h>

#include "common/learn/model_score.h"

struct booster {
	BoosterHandle handle;
	DMatrixHandle rows;
};

static int booster_free(struct booster *b)
{
	if (b->rows)
		XGDMatrixFree(b->rows);
	if (b->handle)
		XGBoosterFree(b->handle);
	return 0;
}

static bool fault(const void *parent, const char **error)
{
	*error = talloc_asprintf(parent, "XGBoost: %s", XGBGetLastError());
	return false;
}

static bool booster_load(const void *parent, struct booster *b, const void *bytes, size_t length,
			 size_t width, const char **error)
{
	bst_ulong features = 0;

	if (length < 2 || *(const char *)bytes != '{') {
		*error = "is neither JSON nor UBJ; XGBoost's old binary format is not taken";
		return false;
	}
	if (XGBoosterCreate(NULL, 0, &b->handle) != 0 || XGBoosterSetParam(b->handle, "nthread", "1") != 0 ||
	    XGBoosterLoadModelFromBuffer(b->handle, bytes, length) != 0 ||
	    XGBoosterGetNumFeature(b->handle, &features) != 0)
		return fault(parent, error);
	if (features == width)
		return true;
	*error = talloc_asprintf(parent, "the XGBoost model has %zu features, not %zu", (size_t)features,
				 width);
	return false;
}

/* A leaf or a threshold that is no finite number: rows of a test need not come by. */
static bool trees_finite(const void *parent, struct booster *b, const char **error)
{
	static const char *const bad[] = {"=nan", "=-nan", "=inf", "=-inf", "<nan", "<-nan", "<inf", "<-inf"};
	const char **trees = NULL;
	bst_ulong count = 0, i;
	size_t k;

	if (XGBoosterDumpModelEx(b->handle, "", 0, "text", &count, &trees) != 0)
		return fault(parent, error);
	for (i = 0; i < count; i++)
		for (k = 0; k < sizeof(bad) / sizeof(bad[0]); k++)
			if (strstr(trees[i], bad[k])) {
				*error = talloc_asprintf(
					parent,
					"tree %zu of the XGBoost model has a number that is not finite",
					(size_t)i);
				return false;
			}
	return true;
}

/* XGBoost computes in floats; a value that is none there would be taken for a missing one. */
static bool rows_load(const void *parent, struct booster *b, const double *rows, size_t count, size_t width,
		      const char **error)
{
	float *values = talloc_array(b, float, count *width);
	size_t i;

	for (i = 0; i < count * width; i++) {
		values[i] = (float)rows[i];
		if (!isfinite(values[i])) {
			*error = talloc_asprintf(parent, "row %zu, column %zu is too large for a float",
						 i / width, i % width);
			return false;
		}
	}
	return XGDMatrixCreateFromMat(values, count, width, NAN, &b->rows) == 0 || fault(parent, error);
}

static bool booster_score(const void *parent, struct booster *b, size_t count, double *scores,
			  const char **error)
{
	static const char how[] = "{\"type\": 0, \"training\": false, \"iteration_begin\": 0, "
				  "\"iteration_end\": 0, \"strict_shape\": true}";
	const bst_ulong *shape = NULL;
	const float *values = NULL;
	bst_ulong dimensions = 0;
	size_t i;

	if (XGBoosterPredictFromDMatrix(b->handle, b->rows, how, &shape, &dimensions, &values) != 0)
		return fault(parent, error);
	if (dimensions != 2 || shape[0] != count || shape[1] != 1) {
		*error = "the XGBoost model gives several scores for a row, where one is wanted";
		return false;
	}
	for (i = 0; i < count; i++) {
		scores[i] = (double)values[i];
		if (!isfinite(values[i])) {
			*error = talloc_asprintf(parent, "the XGBoost model gives row %zu no finite score",
						 i);
			return false;
		}
	}
	return true;
}

bool xgboost_bytes_score(const void *parent, const void *bytes, size_t length, const double *rows,
			 size_t count, size_t width, double *scores, const char **error)
{
	struct booster *b = talloc_zero(NULL, struct booster);
	bool done;

	talloc_set_destructor(b, booster_free);
	done = booster_load(parent, b, bytes, length, width, error) && trees_finite(parent, b, error) &&
	       rows_load(parent, b, rows, count, width, error) &&
	       booster_score(parent, b, count, scores, error);
	talloc_free(b);
	return done;
}

bool xgboost_score(const void *parent, const struct container *c, const double *rows, size_t count,
		   size_t width, double *scores, const char **error)
{
	const struct container_section *s = container_find(c, "xgboost");

	if (!s || s->kind != CONTAINER_BYTES) {
		*error = "there is no section 'xgboost' of bytes";
		return false;
	}
	if (width != c->header.feature_count) {
		*error = talloc_asprintf(parent, "rows of %zu values for %zu features", width,
					 c->header.feature_count);
		return false;
	}
	return xgboost_bytes_score(parent, s->data, s->length, rows, count, width, scores, error);
}

const char *xgboost_library(const void *parent)
{
	int major = 0, minor = 0, patch = 0;

	XGBoostVersion(&major, &minor, &patch);
	return talloc_asprintf(parent, "%d.%d.%d", major, minor, patch);
}
