/*
 * models_foreign.c - models of XGBoost that nobody has signed yet (see models_foreign.h)
 */
#include "services/ctl/models_foreign.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <talloc.h>
#include <unistd.h>
#include "common/csv.h"
#include "common/learn/model_score.h"

enum {
	MODEL_BYTES_MAX = 1 << 30,
	ROWS_MAX = 10000,
	TRY_SECONDS = 60
};

/* --- the test --- */

/* The header: 'score' and, in their order, the features. -1: there is no score. */
static int header_take(struct foreign_test *t, const char *const *fields, size_t count)
{
	int score = -1;
	size_t i;

	t->features = talloc_array(t, const char *, count);
	for (i = 0; i < count; i++)
		if (strcmp(fields[i], "score") == 0)
			score = (int)i;
		else
			t->features[t->width++] = talloc_strdup(t, fields[i]);
	return score;
}

static bool number_read(const char *text, double *out)
{
	char *end;

	*out = strtod(text, &end);
	return end != text && *end == '\0' && isfinite(*out);
}

/* A row; the column whose value is no finite number, or -1. */
static int row_take(struct foreign_test *t, const char *const *fields, size_t count, size_t score)
{
	size_t i, to = t->count * t->width;

	t->rows = talloc_realloc(t, t->rows, double, to + t->width);
	t->scores = talloc_realloc(t, t->scores, double, t->count + 1);
	for (i = 0; i < count; i++)
		if (!number_read(fields[i], i == score ? &t->scores[t->count] : &t->rows[to++]))
			return (int)i;
	t->count++;
	return -1;
}

static const char *rows_read(struct foreign_test *t, struct csv *c, const char *path)
{
	const char *const *fields;
	size_t count;
	int got = csv_next(c, &fields, &count), score = got == 1 ? header_take(t, fields, count) : -1, bad;

	if (got == 1 && (score < 0 || t->width == 0 || t->width + 1 != count))
		return talloc_asprintf(t, "%s: wants columns for the features and one column 'score'", path);
	while (got == 1 && (got = csv_next(c, &fields, &count)) == 1) {
		if (count != t->width + 1)
			return talloc_asprintf(t, "%s:%zu: has %zu fields, not %zu", path, csv_line(c), count,
					       t->width + 1);
		if (t->count == ROWS_MAX)
			return talloc_asprintf(t, "%s: has more than %d rows", path, ROWS_MAX);
		if ((bad = row_take(t, fields, count, (size_t)score)) >= 0)
			return talloc_asprintf(t, "%s:%zu: '%s' is no finite number", path, csv_line(c),
					       fields[bad]);
	}
	if (got < 0)
		return csv_error(c);
	return t->count ? NULL : talloc_asprintf(t, "%s: has no rows", path);
}

struct foreign_test *foreign_test_read(const void *parent, const char *path, const char **error)
{
	struct foreign_test *t = talloc_zero(parent, struct foreign_test);
	struct csv *c = csv_open(t, path, error);

	if (c && !(*error = rows_read(t, c, path)))
		return t;
	return NULL;
}

/* --- the model --- */

void *foreign_model_read(const void *parent, const char *path, size_t *length, const char **error)
{
	FILE *f = fopen(path, "re");
	char *bytes = NULL;
	size_t room = 0;

	*length = 0;
	*error = NULL;
	do {
		room = room ? room * 2 : 1 << 16;
		bytes = talloc_realloc(parent, bytes, char, room);
		if (f)
			*length += fread(bytes + *length, 1, room - *length, f);
	} while (f && *length == room && room < MODEL_BYTES_MAX);
	if (!f || ferror(f))
		*error = talloc_asprintf(parent, "%s: %s", path, strerror(errno));
	else if (*length == 0)
		*error = talloc_asprintf(parent, "%s: is empty", path);
	else if (*length == room)
		*error = talloc_asprintf(parent, "%s: is larger than 1 GiB", path);
	if (f)
		fclose(f);
	return *error ? NULL : bytes;
}

static void try_limits(void)
{
	const struct rlimit seconds = {TRY_SECONDS, TRY_SECONDS}, none = {0, 0};

	setrlimit(RLIMIT_CPU, &seconds);
	setrlimit(RLIMIT_CORE, &none);
#ifndef __SANITIZE_ADDRESS__
	setrlimit(RLIMIT_AS, &(struct rlimit){(rlim_t)8 << 30, (rlim_t)8 << 30});
#endif
	alarm(2 * TRY_SECONDS);
}

/* The child's part: what is wrong, as text; "" if nothing is. */
static const char *try_here(const void *parent, const void *model, size_t length,
			    const struct foreign_test *t)
{
	double *scores = talloc_zero_array(parent, double, t->count);
	const char *error = "";
	size_t i;

	if (!xgboost_bytes_score(parent, model, length, t->rows, t->count, t->width, scores, &error))
		return error;
	for (i = 0; i < t->count; i++)
		if (!(fabs(scores[i] - t->scores[i]) <= FOREIGN_TOLERANCE * (1 + fabs(t->scores[i]))))
			return talloc_asprintf(parent, "row %zu of the test scores %.9g here, not %.9g",
					       i + 1, scores[i], t->scores[i]);
	return "";
}

/* All that the child has to say, and how it ended. */
static const char *try_outcome(const void *parent, const char *path, int from, pid_t child)
{
	char said[4096];
	size_t length = 0;
	ssize_t n;
	int status = 0;

	while ((n = read(from, said + length, sizeof(said) - 1 - length)) > 0 || (n < 0 && errno == EINTR))
		length += n > 0 ? (size_t)n : 0;
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	said[length] = '\0';
	if (WIFSIGNALED(status))
		return talloc_asprintf(parent, "%s: XGBoost cannot read it, and died of it (%s)", path,
				       strsignal(WTERMSIG(status)));
	if (length > 0)
		return talloc_asprintf(parent, "%s: %s", path, strtok(said, "\n"));
	if (WEXITSTATUS(status) != 0)
		return talloc_asprintf(parent, "%s: XGBoost cannot read it, and died of it (exit %d)", path,
				       WEXITSTATUS(status));
	return NULL;
}

const char *foreign_model_try(const void *parent, const char *path, const void *model, size_t length,
			      const struct foreign_test *t)
{
	int ends[2];
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) < 0 || (child = fork()) < 0)
		return strerror(errno);
	if (child == 0) {
		const char *error;

		try_limits();
		error = try_here(parent, model, length, t);
		_exit(write(ends[1], error, strlen(error)) == (ssize_t)strlen(error) ? 0 : 1);
	}
	close(ends[1]);
	parent = try_outcome(parent, path, ends[0], child);
	close(ends[0]);
	return parent;
}
