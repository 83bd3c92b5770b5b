/*
 * local_sample.c - filling a new system, and finding a member to look at
 *
 * The sample goes through the gateway by the same code as `aectl import retail` and `aectl generate`.
 * D/sample.json says what was loaded; a load that was cut off is done again, which is harmless,
 * because events that are there already are counted as known.
 */
#include "services/ctl/local.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <talloc.h>
#include <unistd.h>
#include "common/json.h"
#include "services/ctl/ctl.h"
#include "services/ctl/pg.h"
#include "common/progress.h"

enum {
	TOKEN_SECONDS = 3600,
	CATCH_UP_SECONDS = 600
};

static bool single_value(struct pg *pg, int statement, const char **out, const char **error)
{
	PGresult *r = pg_query(pg, statement, 0, NULL);

	*out = NULL;
	if (!r) {
		*error = pg_error(pg);
		return false;
	}
	if (PQntuples(r) > 0 && !PQgetisnull(r, 0, 0))
		*out = talloc_strdup(pg, PQgetvalue(r, 0, 0));
	return true;
}

/* Events that wait, summed over all groups. */
static int64_t events_waiting(struct pg *pg)
{
	PGresult *r = pg_query(pg, SQL_CTL_LAG, 0, NULL);
	int64_t sum = r ? 0 : -1;
	int i;

	for (i = 0; r && i < PQntuples(r); i++)
		sum += strtoll(PQgetvalue(r, i, 1), NULL, 10);
	return sum;
}

/* Until every group has applied everything; false at the deadline. */
static bool wait_caught_up(struct pg *pg)
{
	int64_t until = clock_monotonic() + CATCH_UP_SECONDS * SECOND, first = events_waiting(pg),
		now = first;
	struct progress *p = progress_new(pg, "applying", "events", first);

	while (now > 0 && clock_monotonic() < until) {
		progress_at(p, now < first ? first - now : 0);
		pause_milliseconds(50);
		now = events_waiting(pg);
	}
	if (first > 0)
		progress_end(p);
	return now == 0;
}

static bool note(const struct local *l, const struct sample *s, bool loaded)
{
	struct json_writer *w = json_writer_new(l);
	const char *text;
	size_t length;

	json_open_object(w, NULL);
	json_put_text(w, "sample", s->name);
	json_put_boolean(w, "loaded", loaded);
	json_put_text(w, "member", s->member);
	json_close(w);
	text = json_text(w, &length);
	return file_replace(local_path(l, "sample.json"), text, length, 0644);
}

/* What D/sample.json says; false if a load was begun and not finished. */
static bool noted(const struct local *l, struct sample *s)
{
	const char *error;
	size_t length;
	char *text = file_read(l, local_path(l, "sample.json"), &length);
	const struct json *json = text ? json_parse(l, text, length, &error) : NULL;

	if (!json)
		return true;
	s->member = json_get_text(json, "member", NULL);
	return json_get_boolean(json, "loaded", true);
}

/* Runs a command of aectl in this process, with its report kept from our output. */
static int run_command(int (*run)(int, char **), const char **words, int count)
{
	int out = dup(STDOUT_FILENO), null = open("/dev/null", O_WRONLY | O_CLOEXEC), rc;
	char **argv = talloc_zero_array(NULL, char *, (size_t)count + 1);
	int i;

	for (i = 0; i < count; i++)
		argv[i] = talloc_strdup(argv, words[i]);
	fflush(stdout);
	dup2(null, STDOUT_FILENO);
	optind = 0; /* getopt begins anew */
	rc = run(count, argv);
	fflush(stdout);
	dup2(out, STDOUT_FILENO);
	close(out);
	close(null);
	talloc_free(argv);
	return rc;
}

/* The shop's year that comes with aectl: beside the programs, as in /usr. */
static const char *shipped_sample(const struct local *l)
{
	return talloc_asprintf(l, "%s/../share/ae/retail.csv.gz", l->programs);
}

static bool load(const struct local *l, const struct sample *s, const char **error)
{
	const char *token = local_token(l, l, "service", NULL, TOKEN_SECONDS, error);
	const char *words[12] = {"aectl local up"};
	int n = 1, rc;

	if (!token)
		return false;
	words[n++] = "--url";
	words[n++] = local_url(l);
	words[n++] = "--token";
	words[n++] = token;
	words[n++] = "--json";
	if (strncmp(s->name, "synthetic:", 10) == 0) {
		words[n++] = "--members";
		words[n++] = s->name + 10;
		rc = run_command(generate, words, n);
	} else {
		if (s->as_is)
			words[n++] = "--as-is";
		words[n++] = s->file ? s->file : shipped_sample(l);
		rc = run_command(import_retail, words, n);
	}
	if (rc != CTL_DONE)
		*error = "the sample could not be loaded";
	return rc == CTL_DONE;
}

/* Counts events and picks the member. */
static bool look(const struct local *l, struct pg *pg, struct sample *s, const char **error)
{
	const char *count, *member = NULL;

	if (!single_value(pg, SQL_CTL_COUNT_EVENTS, &count, error))
		return false;
	s->events = count ? strtoll(count, NULL, 10) : 0;
	if (!s->member && s->events && !single_value(pg, SQL_CTL_PICK_MEMBER, &member, error))
		return false;
	if (member)
		s->member = talloc_strdup(l, member);
	return true;
}

bool sample_look(const struct local *l, struct sample *s, const char **error)
{
	struct pg *pg = pg_open(l, local_conninfo(l, LOCAL_OWNER), error);
	bool good;

	noted(l, s);
	if (!pg)
		return false;
	good = look(l, pg, s, error);
	s->caught_up = good && events_waiting(pg) == 0;
	talloc_free(pg);
	return good;
}

bool sample_load(const struct local *l, struct sample *s, bool quiet, const char **error)
{
	bool finished = noted(l, s);
	struct pg *pg;
	bool good;

	if (!sample_look(l, s, error))
		return false;
	if ((s->events && finished) || strcmp(s->name, "none") == 0)
		return true;
	if (!quiet)
		printf("loading %s\n", s->file ? s->file : s->name);
	s->member = NULL;
	if (!note(l, s, false) || !load(l, s, error) ||
	    !(pg = pg_open(l, local_conninfo(l, LOCAL_OWNER), error)))
		return false;
	s->caught_up = wait_caught_up(pg);
	good = look(l, pg, s, error) && note(l, s, true);
	talloc_free(pg);
	return good;
}
