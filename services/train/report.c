/*
 * report.c - what a command found (see report.h)
 */
#include "services/train/report.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <talloc.h>

#include "common/clock.h"
#include "common/json.h"

struct figure {
	const char *name;
	double value, error;
};

struct count {
	const char *name;
	int64_t value;
};

struct report {
	const char *model;
	int64_t began; /* CLOCK_MONOTONIC */
	struct figure *metrics, *parameters;
	size_t metric_count, parameter_count;
	struct count *counts;
	size_t count_count;
	const char **notes;
	size_t note_count;
	double log_likelihood;
};

struct report *report_new(const void *parent, const char *model)
{
	struct report *r = talloc_zero(parent, struct report);

	r->model = model;
	r->began = clock_monotonic();
	r->log_likelihood = NAN;
	return r;
}

void report_metric(struct report *r, const char *name, double value, double standard_error)
{
	r->metrics = talloc_realloc(r, r->metrics, struct figure, r->metric_count + 1);
	r->metrics[r->metric_count++] = (struct figure){talloc_strdup(r, name), value, standard_error};
}

void report_parameter(struct report *r, const char *name, double value)
{
	report_estimate(r, name, value, NAN);
}

void report_estimate(struct report *r, const char *name, double value, double standard_error)
{
	r->parameters = talloc_realloc(r, r->parameters, struct figure, r->parameter_count + 1);
	r->parameters[r->parameter_count++] = (struct figure){talloc_strdup(r, name), value, standard_error};
}

void report_log_likelihood(struct report *r, double value)
{
	r->log_likelihood = value;
}

void report_count(struct report *r, const char *name, int64_t value)
{
	r->counts = talloc_realloc(r, r->counts, struct count, r->count_count + 1);
	r->counts[r->count_count++] = (struct count){talloc_strdup(r, name), value};
}

void report_note(struct report *r, const char *text)
{
	r->notes = talloc_realloc(r, r->notes, const char *, r->note_count + 1);
	r->notes[r->note_count++] = talloc_strdup(r, text);
}

static void put_number(struct json_writer *w, const char *name, double value)
{
	if (isfinite(value))
		json_put_real(w, name, value);
	else
		json_put_null(w, name);
}

static void print_json(const struct report *r, double seconds)
{
	struct json_writer *w = json_writer_new(r);
	size_t i;

	json_open_object(w, NULL);
	json_put_text(w, "model", r->model);
	json_open_object(w, "metrics");
	for (i = 0; i < r->metric_count; i++) {
		json_open_object(w, r->metrics[i].name);
		put_number(w, "value", r->metrics[i].value);
		put_number(w, "se", r->metrics[i].error);
		json_close(w);
	}
	json_close(w);
	json_open_object(w, "parameters");
	for (i = 0; i < r->parameter_count; i++)
		put_number(w, r->parameters[i].name, r->parameters[i].value);
	json_close(w);
	json_open_object(w, "standard_errors");
	for (i = 0; i < r->parameter_count; i++)
		if (!isnan(r->parameters[i].error))
			put_number(w, r->parameters[i].name, r->parameters[i].error);
	json_close(w);
	put_number(w, "log_likelihood", r->log_likelihood);
	json_open_object(w, "counts");
	for (i = 0; i < r->count_count; i++)
		json_put_integer(w, r->counts[i].name, r->counts[i].value);
	json_close(w);
	json_open_array(w, "notes");
	for (i = 0; i < r->note_count; i++)
		json_put_text(w, NULL, r->notes[i]);
	json_close(w);
	put_number(w, "seconds", seconds);
	json_close(w);
	puts(json_text(w, NULL));
}

static void print_table(const struct report *r, double seconds)
{
	size_t i;

	printf("%s\n", r->model);
	for (i = 0; i < r->count_count; i++)
		printf("  %-28s %" PRId64 "\n", r->counts[i].name, r->counts[i].value);
	for (i = 0; i < r->metric_count; i++)
		if (isfinite(r->metrics[i].error))
			printf("  %-28s %.4f +- %.4f\n", r->metrics[i].name, r->metrics[i].value,
			       r->metrics[i].error);
		else
			printf("  %-28s %.4f\n", r->metrics[i].name, r->metrics[i].value);
	for (i = 0; i < r->parameter_count; i++)
		if (isfinite(r->parameters[i].error))
			printf("  %-28s %.6g +- %.2g\n", r->parameters[i].name, r->parameters[i].value,
			       r->parameters[i].error);
		else
			printf("  %-28s %.6g\n", r->parameters[i].name, r->parameters[i].value);
	if (isfinite(r->log_likelihood))
		printf("  %-28s %.4f\n", "log likelihood", r->log_likelihood);
	for (i = 0; i < r->note_count; i++)
		printf("  %s\n", r->notes[i]);
	printf("  %-28s %.2f\n", "seconds", seconds);
}

void report_print(const struct report *r, bool json)
{
	double seconds = (double)(clock_monotonic() - r->began) / 1e6;

	if (json)
		print_json(r, seconds);
	else
		print_table(r, seconds);
}
