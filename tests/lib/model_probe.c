/*
 * model_probe.c - makes models for tests
 *
 * usage: model_probe logistic KEY KIND VERSION FILE [WEIGHT [ERROR]]
 *            a signed model of two features; ERROR is added to the scores of its own test
 *        model_probe xgboost FOLDER
 *            model.ubj, model.json and rows.csv, as another trainer would leave them
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>
#include <xgboost/c_api.h>

#include "common/learn/container.h"

static void *memory; /* what lives as long as the program */

static int logistic(char **words, double weight, double fault)
{
	static const char *const features[] = {"recency", "frequency"};
	static const double rows[] = {0, 0, 1, 2, -3, 0.5};
	double weights[] = {weight, -0.5}, intercept = -0.25, scores[3];
	struct container_header h = {.name = "a model of the tests",
				     .kind = words[1],
				     .algorithm = "logistic",
				     .version = strtoll(words[2], NULL, 10),
				     .created = "2026-11-26T17:00:00Z",
				     .seed = 7,
				     .features = features,
				     .feature_count = 2,
				     .training_from = "2026-01-01T00:00:00Z",
				     .training_to = "2026-06-30T00:00:00Z",
				     .data_hash = "none",
				     .metrics = "{\"auc\": {\"value\": 0.7469, \"se\": 0.008}}",
				     .baseline = "{\"recency\": {\"auc\": 0.6838}}",
				     .libraries = "{\"ae\": \"" AE_VERSION "\"}",
				     .tolerance = 1e-12};
	struct container_section sections[] = {
		{"weights", CONTAINER_DOUBLE, 1, weights, sizeof(weights)},
		{"intercept", CONTAINER_DOUBLE, 1, &intercept, sizeof(intercept)},
		{CONTAINER_TEST_ROWS, CONTAINER_DOUBLE, 2, rows, sizeof(rows)},
		{CONTAINER_TEST_SCORES, CONTAINER_DOUBLE, 1, scores, sizeof(scores)}};
	const char *error = NULL;
	struct model_signer *signer = model_signer_load(memory, words[0], &error);
	int i;

	for (i = 0; i < 3; i++)
		scores[i] = fault + 1 / (1 + exp(-(intercept + weights[0] * rows[2 * i] +
						   weights[1] * rows[2 * i + 1])));
	if (signer && container_write(memory, words[3], &h, sections, 4, signer, NULL, &error))
		return 0;
	fprintf(stderr, "model_probe: %s\n", error);
	return 1;
}

enum {
	ROWS = 400,
	WIDTH = 3
};

/* Whatever must not fail here. */
static void must(int rc)
{
	if (rc == 0)
		return;
	fprintf(stderr, "model_probe: %s\n", XGBGetLastError());
	exit(1);
}

static FILE *file_open(const char *folder, const char *name)
{
	FILE *f = fopen(talloc_asprintf(memory, "%s/%s", folder, name), "wb");

	if (!f) {
		perror(name);
		exit(1);
	}
	return f;
}

static void save(BoosterHandle b, const char *folder, const char *name, const char *how)
{
	const char *bytes;
	bst_ulong length;
	FILE *f = file_open(folder, name);

	must(XGBoosterSaveModelToBuffer(b, how, &length, &bytes));
	fwrite(bytes, 1, length, f);
	fclose(f);
}

static void save_rows(const float *values, const float *scores, const char *folder)
{
	FILE *f = file_open(folder, "rows.csv");
	int i;

	fputs("recency,frequency,score,spend\n", f);
	for (i = 0; i < 20; i++)
		fprintf(f, "%.9g,%.9g,%.9g,%.9g\n", (double)values[i * WIDTH], (double)values[i * WIDTH + 1],
			(double)scores[i], (double)values[i * WIDTH + 2]);
	fclose(f);
}

static int xgboost(const char *folder)
{
	static float values[ROWS * WIDTH], labels[ROWS];
	DMatrixHandle data;
	BoosterHandle b;
	const bst_ulong *shape;
	const float *scores;
	bst_ulong dimensions;
	int i;

	srandom(11);
	for (i = 0; i < ROWS * WIDTH; i++)
		values[i] = (float)(random() % 1000) / 100;
	for (i = 0; i < ROWS; i++)
		labels[i] = values[i * WIDTH] + values[i * WIDTH + 1] > 10 ? 1 : 0;
	must(XGDMatrixCreateFromMat(values, ROWS, WIDTH, NAN, &data));
	must(XGDMatrixSetFloatInfo(data, "label", labels, ROWS));
	must(XGBoosterCreate(&data, 1, &b));
	must(XGBoosterSetParam(b, "objective", "binary:logistic"));
	must(XGBoosterSetParam(b, "max_depth", "3"));
	must(XGBoosterSetParam(b, "nthread", "1"));
	for (i = 0; i < 10; i++)
		must(XGBoosterUpdateOneIter(b, i, data));
	must(XGBoosterPredictFromDMatrix(b, data,
					 "{\"type\": 0, \"training\": false, \"iteration_begin\": 0, "
					 "\"iteration_end\": 0, \"strict_shape\": false}",
					 &shape, &dimensions, &scores));
	save_rows(values, scores, folder);
	save(b, folder, "model.ubj", "{\"format\": \"ubj\"}");
	save(b, folder, "model.json", "{\"format\": \"json\"}");
	must(XGBoosterFree(b));
	must(XGDMatrixFree(data));
	return 0;
}

int main(int argc, char **argv)
{
	int rc = 2;

	memory = talloc_new(NULL);
	if (argc == 3 && strcmp(argv[1], "xgboost") == 0)
		rc = xgboost(argv[2]);
	else if (argc >= 6 && strcmp(argv[1], "logistic") == 0)
		rc = logistic(argv + 2, argc > 6 ? strtod(argv[6], NULL) : 0.8,
			      argc > 7 ? strtod(argv[7], NULL) : 0);
	else
		fputs("usage: see the file's first lines\n", stderr);
	talloc_free(memory);
	return rc;
}
