/*
 * learn.c - ae-learn: how long models take to be learned, on one core, without reading files
 *
 * usage: ae-learn ease MEMBERS ITEMS EACH       made-up members with EACH items on average
 *        ae-learn ials MEMBERS ITEMS EACH FACTORS SWEEPS [PAIRS]
 *
 * PAIRS, a file of int32 member and item, receives what was made up, for a control that learns the same.
 * Tells processor seconds as JSON.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>
#include <time.h>

#include "common/learn/ease.h"
#include "common/learn/draw.h"
#include "common/learn/ials.h"
#include "common/learn/top.h"

static double processor_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Activity is lognormal, items are the more popular the lower their number. */
static struct sparse *made_up(int32_t members, int32_t items, double each, FILE *pairs)
{
	struct draw g = draw_begin(1);
	size_t room = (size_t)(members * each * 3) + 1000, count = 0;
	struct cell *cells = malloc(room * sizeof(*cells));
	struct sparse *m;
	int32_t r;

	if (!cells)
		abort();
	for (r = 0; r < members; r++) {
		int n = (int)ceil(each * exp(0.8 * draw_normal(&g) - 0.32)), i;

		for (i = 0; i < n && count < room; i++)
			cells[count++] = (struct cell){r, (int32_t)(items * pow(draw_uniform(&g), 1.5))};
	}
	m = sparse_new(NULL, members, items, cells, count);
	if (pairs)
		fwrite(cells, sizeof(*cells), count, pairs);
	free(cells);
	return m;
}

static int ease(char **argv)
{
	struct sparse *m = made_up(atoi(argv[2]), atoi(argv[3]), atof(argv[4]), NULL); // NOLINT
	double began = processor_seconds();
	struct ease *e = ease_fit(NULL, m, 500);

	printf("{\"seconds\": %.4f, \"pairs\": %zu}\n", processor_seconds() - began, sparse_entries(m));
	return e ? 0 : 1;
}

/* Microseconds to fold a member in, exactly and by three steps, and how much of the ten best both share. */
static void fold_in(const struct ials *f, const struct sparse *m)
{
	double seconds[2] = {0}, same = 0, of = 0;
	float *scores = talloc_array(f, float, m->columns), row[2][IALS_FACTORS_MAX];
	int32_t r, best[2][10], way, a, b;

	for (r = 0; r < m->rows; r++) {
		const int32_t *index = m->index + m->begins[r];
		int32_t count = sparse_row_count(m, r);

		for (way = 0; way < 2; way++) {
			double began = processor_seconds();

			if (way == 0)
				ials_fold_in(f, index, count, row[way]);
			else
				ials_fold_in_steps(f, index, count, 3, row[way]);
			seconds[way] += processor_seconds() - began;
			ials_score(f, row[way], scores);
			top_select(scores, m->columns, 10, best[way]);
		}
		for (a = 0; a < 10; a++, of++)
			for (b = 0; b < 10; b++)
				same += best[0][a] == best[1][b];
	}
	printf("{\"fold_in_us\": %.2f, \"steps_us\": %.2f, \"same\": %.3f, ", 1e6 * seconds[0] / m->rows,
	       1e6 * seconds[1] / m->rows, same / of);
}

static int ials(int argc, char **argv)
{
	FILE *pairs = argc > 7 ? fopen(argv[7], "wb") : NULL;
	struct sparse *m = made_up(atoi(argv[2]), atoi(argv[3]), atof(argv[4]), pairs); // NOLINT
	struct ials_options o = {.factors = atoi(argv[5]),                              // NOLINT
				 .sweeps = atoi(argv[6]),                               // NOLINT
				 .unobserved = 0.3,
				 .regularisation = 0.01,
				 .nu = 1,
				 .seed = 1};
	double began = processor_seconds(), seconds;
	struct ials *f = ials_fit(NULL, m, &o);

	if (!f || (pairs && fclose(pairs) != 0))
		return 1;
	seconds = processor_seconds() - began;
	fold_in(f, m);
	printf("\"seconds\": %.4f, \"pairs\": %zu}\n", seconds, sparse_entries(m));
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 5 && strcmp(argv[1], "ease") == 0)
		return ease(argv);
	if (argc >= 7 && strcmp(argv[1], "ials") == 0)
		return ials(argc, argv);
	fputs("usage: ae-learn ease MEMBERS ITEMS EACH | ials MEMBERS ITEMS EACH FACTORS SWEEPS [PAIRS]\n",
	      stderr);
	return 2;
}
