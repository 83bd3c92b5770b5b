/*
 * hybrid.c - candidates from every source, ordered by what they turned out to be worth
 */
#include "services/train/hybrid.h"

#include <math.h>
#include <string.h>
#include <talloc.h>

#include "common/learn/draw.h"
#include "common/learn/reranker.h"
#include "common/learn/top.h"
#include "common/progress.h"

enum feature {
	TIMES,   /* baskets of the member with the item */
	DECAYED, /* these, decayed */
	IDLE,    /* days since the last of them */
	SHARE,   /* of the member's baskets */
	SCORE_EASE,
	SCORE_IALS,
	SCORE_KNN,
	POPULAR,        /* buyers of the item */
	POPULAR_RECENT, /* lately */
	TREND,          /* the second over the first */
	BASKETS,        /* of the member */
	RECENCY,        /* of the member */
	BREADTH,        /* items that the member has */
	FEATURES
};

/* More would be learned from in proportion to their number, and teach little more. */
#define EXAMPLES_MOST 1000000.0

struct hybrid {
	struct reranker *reranker[TASKS];
	struct bench *bench; /* of the models asked last */
};

/* A member's scores, candidates and their features; made once and used for one member after another. */
struct bench {
	const struct models *m;
	float *ease, *ials, *near, *recent;
	int32_t *candidates, count;
	int32_t *entry; /* of items: the entry of owned + 1, 0: not owned */
	bool *chosen;   /* of items */
	float *rows;    /* candidates x FEATURES */
	float *worth;   /* of candidates */
	int32_t room;   /* of these two */
	int32_t *best;
};

static struct bench *bench_new(const void *parent, const struct models *m)
{
	struct bench *b = talloc_zero(parent, struct bench);
	int32_t n = m->h->items;

	b->m = m;
	b->ease = talloc_array(b, float, n);
	b->ials = talloc_array(b, float, n);
	b->near = talloc_array(b, float, n);
	b->recent = talloc_array(b, float, n);
	b->candidates = talloc_array(b, int32_t, n);
	b->best = talloc_array(b, int32_t, n);
	b->chosen = talloc_zero_array(b, bool, n);
	b->rows = talloc_array(b, float, (size_t)n *FEATURES);
	return b;
}

static void choose(struct bench *b, int32_t item)
{
	if (!b->chosen[item])
		b->candidates[b->count++] = item;
	b->chosen[item] = true;
}

static void choose_best(struct bench *b, const float *scores, int32_t most)
{
	int32_t n = top_select(scores, b->m->h->items, most, b->best), i;

	for (i = 0; i < n; i++)
		choose(b, b->best[i]);
}

static void candidates_find(struct bench *b, enum task t, int32_t member)
{
	const struct models *m = b->m;
	const struct sparse *owned = m->h->owned;
	size_t i;

	models_score(m, MODEL_EASE, t, member, b->ease);
	models_score(m, MODEL_IALS, t, member, b->ials);
	models_score(m, MODEL_KNN, t, member, b->near);
	models_score(m, MODEL_POPULARITY_RECENT, t, member, b->recent);
	b->count = 0;
	choose_best(b, b->ease, m->o.candidates);
	choose_best(b, b->ials, m->o.candidates);
	choose_best(b, b->near, m->o.candidates);
	choose_best(b, b->recent, m->o.candidates_recent);
	for (i = owned->begins[member]; t == TASK_ALL && i < owned->begins[member + 1]; i++)
		choose(b, owned->index[i]);
	for (i = 0; i < (size_t)b->count; i++)
		b->chosen[b->candidates[i]] = false;
}

/* Counts grow in proportion to what they mean, so their logarithms are compared. */
static void describe(const struct bench *b, int32_t member, int32_t item, size_t entry, float *row)
{
	const struct history *h = b->m->h;
	bool owned = entry < h->owned->begins[member + 1] && h->owned->index[entry] == item;
	float times = owned ? h->times[entry] : 0, baskets = (float)h->baskets[member];

	row[TIMES] = log1pf(times);
	row[DECAYED] = log1pf(owned ? h->decayed[entry] : 0);
	row[IDLE] = owned ? log1pf(h->idle[entry]) : 0;
	row[SHARE] = times / baskets;
	row[SCORE_EASE] = b->ease[item];
	row[SCORE_IALS] = b->ials[item];
	row[SCORE_KNN] = log1pf(b->near[item]);
	row[POPULAR] = logf(h->buyers[item]);
	row[POPULAR_RECENT] = log1pf(h->recent_buyers[item]);
	row[TREND] = log1pf(100 * h->recent_buyers[item] / h->buyers[item]);
	row[BASKETS] = logf(baskets);
	row[RECENCY] = log1pf(h->recency[member]);
	row[BREADTH] = log1pf((float)sparse_row_count(h->owned, member));
}

static size_t entry_of(const struct sparse *m, int32_t row, int32_t column)
{
	size_t low = m->begins[row], high = m->begins[row + 1];

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (m->index[middle] < column)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void bench_fill(struct bench *b, enum task t, int32_t member)
{
	int32_t i;

	candidates_find(b, t, member);
	if (b->count > b->room) {
		b->room = 2 * b->count;
		b->rows = talloc_realloc(b, b->rows, float, (size_t)b->room *FEATURES);
		b->worth = talloc_realloc(b, b->worth, float, b->room);
	}
	for (i = 0; i < b->count; i++)
		describe(b, member, b->candidates[i], entry_of(b->m->h->owned, member, b->candidates[i]),
			 b->rows + (size_t)i * FEATURES);
}

struct examples {
	float *rows;
	uint8_t *labels;
	size_t count, room;
};

static void examples_add(struct examples *e, const struct bench *b, int32_t member)
{
	const struct sparse *wanted = b->m->h->wanted;
	size_t n = (size_t)b->count, i, at;

	if (n == 0)
		return;
	if (!e->rows || e->count + n > e->room) {
		e->room = 2 * (e->count + n);
		e->rows = talloc_realloc(b, e->rows, float, e->room *FEATURES);
		e->labels = talloc_realloc(b, e->labels, uint8_t, e->room);
	}
	memcpy(e->rows + e->count * FEATURES, b->rows, n * FEATURES * sizeof(float));
	for (i = 0; i < n; i++) {
		at = entry_of(wanted, member, b->candidates[i]);
		e->labels[e->count + i] = at < wanted->begins[member + 1] &&
					  wanted->index[at] == b->candidates[i];
	}
	e->count += n;
}

/* The share of members to learn from. */
static double share_taken(const struct models *m)
{
	double each = 3.0 * m->o.candidates + m->o.candidates_recent, wanting = 0;
	int32_t i;

	for (i = 0; i < m->h->members; i++)
		wanting += sparse_row_count(m->h->wanted, i) > 0;
	return EXAMPLES_MOST / (each * wanting);
}

static struct reranker *task_fit(const void *parent, const struct models *before, enum task t)
{
	const struct history *h = before->h;
	struct progress *p = progress_new(NULL, "examples", "members", h->members);
	struct bench *b = bench_new(p, before);
	struct draw g = draw_begin(before->o.ials.seed);
	double share = share_taken(before);
	struct examples e = {0};
	struct reranker *r;
	int32_t i;

	for (i = 0; i < h->members; i++) {
		progress_at(p, i);
		if (sparse_row_count(h->wanted, i) == 0 || draw_uniform(&g) >= share)
			continue;
		bench_fill(b, t, i);
		examples_add(&e, b, i);
	}
	progress_end(p);
	r = reranker_fit(parent, e.rows, e.labels, e.count, FEATURES, before->o.ridge);
	talloc_free(p);
	return r;
}

struct hybrid *hybrid_fit(const void *parent, const struct models *before, const bool tasks[TASKS])
{
	struct hybrid *h = talloc_zero(parent, struct hybrid);
	int t;

	for (t = 0; t < TASKS; t++) {
		h->reranker[t] = tasks[t] ? task_fit(h, before, (enum task)t) : NULL;
		if (tasks[t] && !h->reranker[t]) {
			talloc_free(h);
			return NULL;
		}
	}
	return h;
}

void hybrid_score(struct hybrid *h, const struct models *m, enum task t, int32_t member, float *out)
{
	struct bench *b = h->bench;
	int32_t i;

	if (!b || b->m != m) {
		talloc_free(b);
		b = h->bench = bench_new(h, m);
	}
	bench_fill(b, t, member);
	reranker_score(h->reranker[t], b->rows, (size_t)b->count, b->worth);
	for (i = 0; i < m->h->items; i++)
		out[i] = -INFINITY;
	for (i = 0; i < b->count; i++)
		out[b->candidates[i]] = b->worth[i];
}
