/*
 * benchmarks_load.c - aectl benchmarks load: market data into the database, all of a file or nothing
 *
 * What the file says about a period, region and currency takes the place of all that was known about
 * them, in one transaction; the catalogue's version then tells every instance.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <talloc.h>
#include "common/json.h"
#include "services/ctl/benchmarks_file.h"
#include "services/ctl/ctl.h"
#include "services/ctl/local.h"
#include "services/ctl/pg.h"

static const char help[] =
	"usage: aectl benchmarks load [--dry-run] [--json] FILE|URL\n\n"
	"Loads market data: what a customer spends on average in a month, by category and region. FILE is "
	"CSV\n"
	"(gzip too, - is standard input), URL http or https. Columns, by name: category, period (2026-10, or "
	"a\n"
	"date in the month), region (empty: everywhere), currency, and average_spend (12.50) or\n"
	"average_spend_minor (1250). One bad line and nothing is loaded; all bad lines are named.\n"
	"A loaded period, region and currency replaces what was there for them.\n\n" DATABASE_HELP
	"  --dry-run            judge the file, load nothing\n"
	"  --json               one JSON document\n\n"
	"Exit status: 0 loaded (or good, with --dry-run), 1 the file is bad or loading failed, 2 wrong "
	"usage,\n"
	"3 PostgreSQL cannot be reached.\n";

struct load_options {
	struct database_options where;
	const char *source;
	bool dry_run, json;
};

struct load_outcome {
	int64_t removed;
	PGresult *unknown; /* categories that the programme does not have (yet); NULL: not looked up */
	const char *error; /* NULL: loaded */
};

static const char *rows_json(const void *parent, const struct benchmark_file *f)
{
	struct json_writer *w = json_writer_new(parent);
	const struct benchmark_row *r;
	char text[DAY_TEXT];

	json_open_array(w, NULL);
	for (r = f->rows; r < f->rows + f->count; r++) {
		json_open_object(w, NULL);
		json_put_text(w, "period_start", day_format(r->period, text));
		json_put_text(w, "region", r->region);
		json_put_text(w, "category", r->category);
		json_put_text(w, "currency", r->currency);
		json_put_integer(w, "average_spend_minor", r->average_minor);
		json_close(w);
	}
	json_close(w);
	return json_text(w, NULL);
}

static void load_rows(struct pg *pg, const struct benchmark_file *f, struct load_outcome *out)
{
	const char *rows = rows_json(pg, f);
	PGresult *removed;

	if (!pg_run(pg, "BEGIN") || !(removed = pg_query(pg, SQL_CTL_DELETE_BENCHMARKS, 1, &rows)) ||
	    !pg_query(pg, SQL_CTL_INSERT_BENCHMARKS, 1, &rows) ||
	    !pg_query(pg, SQL_CTL_BUMP_CATALOGUE, 0, NULL) ||
	    !(out->unknown = pg_query(pg, SQL_CTL_UNKNOWN_CATEGORIES, 1, &rows)) || !pg_run(pg, "COMMIT")) {
		out->error = pg_error(pg);
		return;
	}
	option_integer("removed", PQcmdTuples(removed), 0, INT64_MAX, &out->removed);
}

static void show_json(const struct load_options *o, const struct benchmark_file *f,
		      const struct load_outcome *out)
{
	struct json_writer *w = json_writer_new(NULL);
	bool good = f->fault_count == 0 && !out->error;
	size_t i;
	int k;

	json_open_object(w, NULL);
	json_put_text(w, "source", o->source);
	json_put_boolean(w, "dry_run", o->dry_run);
	json_put_integer(w, "rows", (int64_t)f->count);
	json_put_integer(w, "groups", (int64_t)benchmark_file_groups(f));
	json_put_integer(w, "loaded", good && !o->dry_run ? (int64_t)f->count : 0);
	json_put_integer(w, "replaced", out->removed);
	json_open_array(w, "unknown_categories");
	for (k = 0; out->unknown && k < PQntuples(out->unknown); k++)
		json_put_text(w, NULL, PQgetvalue(out->unknown, k, 0));
	json_close(w);
	json_open_array(w, "errors");
	for (i = 0; i < f->fault_count; i++) {
		json_open_object(w, NULL);
		json_put_integer(w, "line", (int64_t)f->faults[i].line);
		json_put_text(w, "reason", f->faults[i].reason);
		json_close(w);
	}
	json_close(w);
	json_put_text(w, "error", out->error);
	json_close(w);
	puts(json_text(w, NULL));
	talloc_free(w);
}

static void show_text(const struct load_options *o, const struct benchmark_file *f,
		      const struct load_outcome *out)
{
	size_t i;
	int k;

	for (i = 0; i < f->fault_count; i++)
		if (f->faults[i].line == 0)
			fprintf(stderr, "aectl benchmarks load: %s\n", f->faults[i].reason);
		else
			fprintf(stderr, "%s:%zu: %s\n", o->source, f->faults[i].line, f->faults[i].reason);
	if (f->fault_count)
		fprintf(stderr, "nothing was loaded\n");
	else if (out->error)
		fprintf(stderr, "aectl benchmarks load: %s\n", out->error);
	else if (o->dry_run)
		printf("%zu rows in %zu groups of period, region and currency: good\n", f->count,
		       benchmark_file_groups(f));
	else
		printf("%zu rows loaded in %zu groups of period, region and currency, %lld replaced\n",
		       f->count, benchmark_file_groups(f), (long long)out->removed);
	for (k = 0; out->unknown && k < PQntuples(out->unknown); k++)
		printf("note: the programme has no category '%s' yet\n", PQgetvalue(out->unknown, k, 0));
}

static bool is_url(const char *source)
{
	return strncmp(source, "http://", 7) == 0 || strncmp(source, "https://", 8) == 0;
}

static int load(const char *command, const struct load_options *o)
{
	void *scratch = talloc_new(NULL);
	struct load_outcome out = {0};
	struct benchmark_file *f;
	struct pg *pg = NULL;
	const char *path = o->source, *error;
	int rc = CTL_DONE;

	if (is_url(o->source) && !(path = benchmark_fetch(scratch, o->source, &error))) {
		fprintf(stderr, "%s: %s: %s\n", command, o->source, error);
		talloc_free(scratch);
		return CTL_FAILED;
	}
	f = benchmark_file_read(scratch, path);
	if (f->fault_count == 0 && !o->dry_run) {
		if (!(pg = database_open(command, &o->where))) {
			talloc_free(scratch);
			return CTL_AWAY;
		}
		load_rows(pg, f, &out);
	}
	if (o->json)
		show_json(o, f, &out);
	else
		show_text(o, f, &out);
	rc = f->fault_count || out.error ? CTL_FAILED : CTL_DONE;
	talloc_free(pg);
	talloc_free(scratch);
	return rc;
}

static bool load_option(void *into, int option, const char *value)
{
	struct load_options *o = into;

	switch (option) {
	case 'd':
		return o->dry_run = true;
	case 'j':
		return o->json = true;
	}
	return database_option(&o->where, option, value);
}

int benchmarks_load(int argc, char **argv)
{
	static const struct option options[] = {DATABASE_LONG_OPTIONS,
						{"dry-run", no_argument, NULL, 'd'},
						{"json", no_argument, NULL, 'j'},
						{"help", no_argument, NULL, 'h'},
						{NULL, 0, NULL, 0}};
	struct load_options o = {.source = NULL};
	int rc;

	if ((rc = command_options(argc, argv, help, options, load_option, &o, 1)) != OPTIONS_READ)
		return rc;
	if (optind == argc)
		return usage_wrong(argv[0], "one FILE or URL is wanted");
	o.source = argv[optind];
	return load(argv[0], &o);
}
