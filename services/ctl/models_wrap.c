/*
 * models_wrap.c - aectl models wrap: a model of XGBoost, trained elsewhere, as a signed model file
 *
 * XGBoost's own reader dies of some damaged files. Ahead of the signature nobody vouches for the bytes, so it
 * first reads them in a process of its own, with limits, and must score the rows of the test as the trainer
 * says. Afterwards the signature keeps them as they are.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <talloc.h>
#include "common/clock.h"
#include "common/json.h"
#include "common/learn/model_score.h"
#include "services/ctl/ctl.h"
#include "services/ctl/models_foreign.h"

static const char help[] =
	"usage: aectl models wrap --kind K --version N --self-test ROWS.csv --key SECRET.pem MODEL FILE\n\n"
	"Makes a signed model file of a model that XGBoost has saved elsewhere (Python, Spark, Dask), as UBJ "
	"or "
	"JSON.\n"
	"ROWS.csv has a column for each feature, in the model's order and named as the features are to be "
	"called,\n"
	"and a column 'score' with what the model made of the row there; it must do so here.\n\n"
	"  --kind K             what it is for: churn, redemption...\n"
	"  --version N          from 1, above those of its kind\n"
	"  --self-test F        rows and scores\n"
	"  --key F              the secret key, of 'aectl models keygen'\n"
	"  --name TEXT          for people (default: the kind)\n"
	"  --metrics F          a JSON object: how good it is\n"
	"  --training-from T, --training-to T   the window of its data, RFC 3339\n"
	"  --data-hash TEXT     of its data\n"
	"  --seed N             default 0\n"
	"  --json               {\"file\": ..., \"file_hash\": ..., \"rows\": ...}\n\n"
	"Exit status: 0 done, 1 the model or its test is not good, 2 wrong usage.\n";

struct wrap_options {
	const char *test, *key, *metrics, *model, *file;
	struct container_header header;
	bool json;
};

static bool wrap_option(void *into, int option, const char *value)
{
	struct wrap_options *o = into;

	switch (option) {
	case 'k':
		o->header.kind = value;
		return true;
	case 'v':
		return option_integer("version", value, 1, INT64_MAX, &o->header.version);
	case 't':
		o->test = value;
		return true;
	case 'K':
		o->key = value;
		return true;
	case 'n':
		o->header.name = value;
		return true;
	case 'm':
		o->metrics = value;
		return true;
	case 'f':
		o->header.training_from = value;
		return true;
	case 'u':
		o->header.training_to = value;
		return true;
	case 'd':
		o->header.data_hash = value;
		return true;
	case 's':
		return option_integer("seed", value, INT64_MIN, INT64_MAX, &o->header.seed);
	case 'j':
		return o->json = true;
	}
	return false;
}

static int wrap_parse(struct wrap_options *o, int argc, char **argv)
{
	static const struct option options[] = {{"kind", required_argument, NULL, 'k'},
						{"version", required_argument, NULL, 'v'},
						{"self-test", required_argument, NULL, 't'},
						{"key", required_argument, NULL, 'K'},
						{"name", required_argument, NULL, 'n'},
						{"metrics", required_argument, NULL, 'm'},
						{"training-from", required_argument, NULL, 'f'},
						{"training-to", required_argument, NULL, 'u'},
						{"data-hash", required_argument, NULL, 'd'},
						{"seed", required_argument, NULL, 's'},
						{"json", no_argument, NULL, 'j'},
						{"help", no_argument, NULL, 'h'},
						{NULL, 0, NULL, 0}};
	int rc = command_options(argc, argv, help, options, wrap_option, o, 2);

	if (rc != OPTIONS_READ)
		return rc;
	if (!o->header.kind || !o->header.version || !o->test || !o->key)
		return usage_wrong(argv[0], "--kind, --version, --self-test and --key are needed");
	if (argc - optind != 2)
		return usage_wrong(argv[0], "the model and the file to make are wanted");
	o->model = argv[optind];
	o->file = argv[optind + 1];
	return OPTIONS_READ;
}

/* What goes into the header beside what was said. */
static bool header_fill(struct wrap_options *o, const char *command, const struct foreign_test *t)
{
	struct json_writer *w = json_writer_new(ctl_memory);
	const struct json *metrics;
	char now[INSTANT_TEXT];

	if (o->metrics) {
		if (!(metrics = json_file_read(command, o->metrics)))
			return false;
		json_put_value(w, NULL, metrics);
		o->header.metrics = json_text(w, NULL);
	}
	o->header.algorithm = "xgboost";
	o->header.created = talloc_strdup(ctl_memory, instant_format(clock_now(), now));
	o->header.features = t->features;
	o->header.feature_count = t->width;
	o->header.libraries = talloc_asprintf(ctl_memory, "{\"ae\": \"%s\", \"xgboost\": \"%s\"}", AE_VERSION,
					      xgboost_library(ctl_memory));
	o->header.tolerance = FOREIGN_TOLERANCE;
	if (!o->header.name)
		o->header.name = o->header.kind;
	return true;
}

static const char *wrap(const struct wrap_options *o, const struct foreign_test *t, const void *model,
			size_t length, uint8_t *hash)
{
	const struct container_section sections[] = {
		{"xgboost", CONTAINER_BYTES, 1, model, length},
		{CONTAINER_TEST_ROWS, CONTAINER_DOUBLE, (uint32_t)t->width, t->rows,
		 t->count * t->width * sizeof(*t->rows)},
		{CONTAINER_TEST_SCORES, CONTAINER_DOUBLE, 1, t->scores, t->count * sizeof(*t->scores)}};
	const char *error = NULL;
	struct model_signer *signer = model_signer_load(ctl_memory, o->key, &error);

	if (!signer || !container_write(ctl_memory, o->file, &o->header, sections, 3, signer, hash, &error))
		return error;
	return NULL;
}

static void report(const struct wrap_options *o, const struct foreign_test *t, const uint8_t *hash)
{
	struct json_writer *w = json_writer_new(ctl_memory);
	char text[MODEL_HASH_TEXT];

	if (!o->json) {
		printf("%s: version %lld of '%s', which scores %zu rows as it should\n", o->file,
		       (long long)o->header.version, o->header.kind, t->count);
		return;
	}
	json_open_object(w, NULL);
	json_put_text(w, "file", o->file);
	json_put_text(w, "file_hash", hex_text(hash, MODEL_HASH, text));
	json_put_integer(w, "rows", (int64_t)t->count);
	json_close(w);
	puts(json_text(w, NULL));
}

static int failed(const char *command, const char *error)
{
	fprintf(stderr, "%s: %s\n", command, error);
	return CTL_FAILED;
}

int models_wrap(int argc, char **argv)
{
	struct wrap_options o = {.test = NULL};
	uint8_t hash[MODEL_HASH];
	struct foreign_test *t;
	const char *error = NULL;
	void *model;
	size_t length;
	int rc;

	if ((rc = wrap_parse(&o, argc, argv)) != OPTIONS_READ)
		return rc;
	if (!(t = foreign_test_read(ctl_memory, o.test, &error)) ||
	    !(model = foreign_model_read(ctl_memory, o.model, &length, &error)) ||
	    (error = foreign_model_try(ctl_memory, o.model, model, length, t)))
		return failed(argv[0], error);
	if (!header_fill(&o, argv[0], t))
		return CTL_FAILED;
	if ((error = wrap(&o, t, model, length, hash)))
		return failed(argv[0], error);
	report(&o, t, hash);
	return CTL_DONE;
}
