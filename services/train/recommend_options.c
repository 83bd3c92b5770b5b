/*
 * recommend_options.c - the options of ae-train recommend
 */
#include "services/train/recommend.h"
#include "services/train/moment.h"
#include "services/train/train.h"

#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

const char recommend_usage[] =
	"usage: ae-train recommend --interactions FILE (--time-split DATE | --leave-last) [OPTION...]\n\n"
	"Learns a recommender from what members took before a moment, and judges its lists by what they "
	"took\n"
	"after it: NDCG@10, Recall@20 and HR@10, with standard errors over members, and how far it is ahead "
	"of\n"
	"other recommenders, paired member by member.\n\n"
	"  --interactions FILE      CSV with columns member, item, time and perhaps value; gzip, too; - is\n"
	"                           standard input\n"
	"  --member-column NAME, --item-column, --time-column, --value-column   if they have other names\n"
	"  --least-value V          leave out rows with a lower value (default: those of 0 and below)\n"
	"  --time-split DATE        what is before it is known, the rest is to be foreseen\n"
	"  --test-end DATE          nothing from there on is looked at\n"
	"  --leave-last             everybody's last basket (rows of one time) is to be foreseen\n"
	"  --model NAME             ease (default), ials, knn, hybrid, popularity, popularity-30d, "
	"frequency,\n"
	"                           frequency-ease\n"
	"  --compare NAME,...       with others (default: popularity-30d; hybrid also ease and frequency)\n"
	"  --task new|all|both      new: what a member has already does not count (default: both)\n"
	"  --min-buyers N           leave out items that fewer members took (default: 10)\n"
	"  --validation-days N      hybrid: the time before the split that it learns from (default: as long "
	"as\n"
	"                           the test)\n"
	"  --lambda L               EASE: ridge (default: 400)\n"
	"  --neighbours N, --shrink S          kNN (default: 50, 50)\n"
	"  --factors N, --sweeps N             iALS (default: 64, 12)\n"
	"  --unobserved A, --regularisation R, --nu N   iALS (default: 0.3, 0.01, 1)\n"
	"  --half-life DAYS, --blend W         frequency-ease: decay, weight of EASE (default: 90, 1)\n"
	"  --recent-days N          popularity-30d: how many days (default: 30)\n"
	"  --candidates N           hybrid: of each collaborative model (default: 100)\n"
	"  --ridge R                hybrid: of the re-ranker (default: 1)\n"
	"  --seed N                 of what is random (default: 1)\n"
	"  --memory MB              the most that the rows, or one model, may take (default: 4096)\n"
	"  --json                   print the result as JSON\n";

enum kind {
	FLAG,
	TEXT,
	COUNT,  /* int32_t */
	NUMBER, /* int64_t */
	REAL,
	MOMENT,
	MODEL,
	MODELS,
	TASK
};

struct row {
	const char *name;
	enum kind kind;
	void *target;
	double least, most;
};

enum {
	ROWS_MAX = 40
};

static bool count_read(const char *option, const char *text, double least, double most, int32_t *out)
{
	int64_t value;

	if (!option_integer(option, text, (int64_t)least, (int64_t)most, &value))
		return false;
	*out = (int32_t)value;
	return true;
}

static bool moment_read(const char *option, const char *text, instant *out)
{
	if (moment_parse(text, out))
		return true;
	fprintf(stderr, "ae-train: --%s wants a date or a time, not '%s'\n", option, text);
	return false;
}

static bool model_read(const char *option, const char *text, size_t length, enum model_kind *out)
{
	if (model_find(text, length, out))
		return true;
	fprintf(stderr, "ae-train: --%s: there is no model '%.*s'\n", option, (int)length, text);
	return false;
}

static bool models_read(const char *option, const char *text, unsigned *out)
{
	enum model_kind k;

	for (*out = 0;; text++) {
		size_t length = strcspn(text, ",");

		if (!model_read(option, text, length, &k))
			return false;
		*out |= 1U << k;
		text += length;
		if (!*text)
			return true;
	}
}

static bool task_read(const char *option, const char *text, bool tasks[TASKS])
{
	tasks[TASK_NEW] = strcmp(text, "new") == 0 || strcmp(text, "both") == 0;
	tasks[TASK_ALL] = strcmp(text, "all") == 0 || strcmp(text, "both") == 0;
	if (tasks[TASK_NEW] || tasks[TASK_ALL])
		return true;
	fprintf(stderr, "ae-train: --%s wants new, all or both, not '%s'\n", option, text);
	return false;
}

static bool value_read(const struct row *r, const char *text)
{
	switch (r->kind) {
	case FLAG:
		*(bool *)r->target = true;
		return true;
	case TEXT:
		*(const char **)r->target = text;
		return true;
	case COUNT:
		return count_read(r->name, text, r->least, r->most, r->target);
	case NUMBER:
		return option_integer(r->name, text, (int64_t)r->least, (int64_t)r->most, r->target);
	case REAL:
		return option_real(r->name, text, r->least, r->most, r->target);
	case MOMENT:
		return moment_read(r->name, text, r->target);
	case MODEL:
		return model_read(r->name, text, strlen(text), r->target);
	case MODELS:
		return models_read(r->name, text, r->target);
	case TASK:
		return task_read(r->name, text, r->target);
	}
	return false;
}

static bool rows_read(const struct row *rows, size_t count, int argc, char **argv)
{
	struct option options[ROWS_MAX + 1] = {{0}};
	size_t i;
	int c;

	for (i = 0; i < count; i++)
		options[i] = (struct option){
			.name = rows[i].name, .has_arg = rows[i].kind != FLAG, .val = (int)i};
	optind = 1;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1)
		if (c == '?' || !value_read(&rows[c], optarg))
			return false;
	if (optind == argc)
		return true;
	fprintf(stderr, "ae-train: '%s' is no option\n", argv[optind]);
	return false;
}

static void defaults(struct recommend_options *o)
{
	*o = (struct recommend_options){.source = {.member = "member",
						   .item = "item",
						   .time = "time",
						   .value = "value",
						   .least = NAN},
					.history = {.least_buyers = 10, .half_life = 90, .recent = 30},
					.model = {.lambda = 400,
						  .blend = 1,
						  .neighbours = 50,
						  .shrink = 50,
						  .ials = {.factors = 64,
							   .sweeps = 12,
							   .unobserved = 0.3,
							   .regularisation = 0.01,
							   .nu = 1,
							   .seed = 1},
						  .candidates = 100,
						  .candidates_recent = 30,
						  .ridge = 1},
					.split = INSTANT_NONE,
					.end = INSTANT_NONE,
					.chosen = MODEL_EASE,
					.tasks = {true, true}};
}

/* What must be there, and what excludes what. */
static bool sensible(struct recommend_options *o, int64_t seed, int64_t megabytes)
{
	const char *wrong = NULL;

	o->model.ials.seed = (uint64_t)seed;
	o->source.memory = o->model.memory = megabytes << 20;
	if (o->help)
		return true;
	if (!o->source.path)
		wrong = "--interactions is missing";
	else if (o->leave_last == (o->split != INSTANT_NONE))
		wrong = "one of --time-split and --leave-last is wanted";
	else if (o->leave_last && (o->end != INSTANT_NONE || o->validation_days))
		wrong = "--leave-last goes without --test-end and --validation-days";
	else if (o->end != INSTANT_NONE && o->end <= o->split)
		wrong = "--test-end must be after --time-split";
	if (wrong)
		usage_wrong("recommend", "%s", wrong);
	return wrong == NULL;
}

bool recommend_options_read(int argc, char **argv, struct recommend_options *out)
{
	int64_t seed = 1, megabytes = 4096;
	struct model_options *m = &out->model;
	struct interactions_source *s = &out->source;
	const struct row rows[] = {
		{"help", FLAG, &out->help, 0, 0},
		{"json", FLAG, &out->json, 0, 0},
		{"leave-last", FLAG, &out->leave_last, 0, 0},
		{"tune", FLAG, &out->tune, 0, 0},
		{"interactions", TEXT, &s->path, 0, 0},
		{"member-column", TEXT, &s->member, 0, 0},
		{"item-column", TEXT, &s->item, 0, 0},
		{"time-column", TEXT, &s->time, 0, 0},
		{"value-column", TEXT, &s->value, 0, 0},
		{"least-value", REAL, &s->least, -1e300, 1e300},
		{"time-split", MOMENT, &out->split, 0, 0},
		{"test-end", MOMENT, &out->end, 0, 0},
		{"model", MODEL, &out->chosen, 0, 0},
		{"compare", MODELS, &out->compared, 0, 0},
		{"task", TASK, out->tasks, 0, 0},
		{"min-buyers", COUNT, &out->history.least_buyers, 1, 1e9},
		{"validation-days", COUNT, &out->validation_days, 1, 36500},
		{"lambda", REAL, &m->lambda, 1e-6, 1e12},
		{"neighbours", COUNT, &m->neighbours, 1, 10000},
		{"shrink", REAL, &m->shrink, 0, 1e9},
		{"factors", COUNT, &m->ials.factors, 1, IALS_FACTORS_MAX},
		{"sweeps", COUNT, &m->ials.sweeps, 1, 1000},
		{"unobserved", REAL, &m->ials.unobserved, 0, 1e6},
		{"regularisation", REAL, &m->ials.regularisation, 1e-9, 1e9},
		{"nu", REAL, &m->ials.nu, 0, 2},
		{"half-life", REAL, &out->history.half_life, 1e-3, 1e6},
		{"blend", REAL, &m->blend, 0, 1e6},
		{"recent-days", REAL, &out->history.recent, 1e-3, 1e6},
		{"candidates", COUNT, &m->candidates, 1, 100000},
		{"ridge", REAL, &m->ridge, 1e-6, 1e9},
		{"seed", NUMBER, &seed, 0, 9e15},
		{"memory", NUMBER, &megabytes, 1, 1e8},
	};

	_Static_assert(sizeof(rows) / sizeof(rows[0]) <= ROWS_MAX, "more rows than room");
	defaults(out);
	return rows_read(rows, sizeof(rows) / sizeof(rows[0]), argc, argv) && sensible(out, seed, megabytes);
}
