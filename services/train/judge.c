/*
 * judge.c - models against what members wanted in the end
 */
#include "services/train/judge.h"

#include <math.h>
#include <string.h>
#include <talloc.h>

#include "common/learn/top.h"
#include "common/progress.h"

static const char *const measure_names[MEASURES] = {"ndcg@10", "recall@20", "hr@10", "recall@50", "ndcg@100"};

struct court {
	const struct models *m;
	enum task task;
	float *scores;
	int32_t *wanted, wanted_count;
	bool *shown[MODEL_KINDS]; /* of items */
};

const char *measure_name(enum measure m)
{
	return measure_names[m];
}

/* What the member wanted, without what the task excludes. */
static void wanted_find(struct court *c, int32_t member)
{
	const struct sparse *owned = c->m->h->owned, *wanted = c->m->h->wanted;
	size_t i, o = owned->begins[member];

	c->wanted_count = 0;
	for (i = wanted->begins[member]; i < wanted->begins[member + 1]; i++) {
		while (o < owned->begins[member + 1] && owned->index[o] < wanted->index[i])
			o++;
		if (c->task == TASK_NEW && o < owned->begins[member + 1] &&
		    owned->index[o] == wanted->index[i])
			continue;
		c->wanted[c->wanted_count++] = wanted->index[i];
	}
}

static void measures_take(struct court *c, enum model_kind k, int32_t member, double out[MEASURES])
{
	int32_t list[LIST_MOST], n, i;
	bool hit[LIST_MOST];

	models_score(c->m, k, c->task, member, c->scores);
	n = top_select(c->scores, c->m->h->items, LIST_MOST, list);
	ranking_hits(list, n, c->wanted, c->wanted_count, hit);
	for (i = 0; i < n && i < SHOWN; i++)
		c->shown[k][list[i]] = true;
	out[NDCG_10] = ranking_ndcg(hit, n, c->wanted_count, 10);
	out[RECALL_20] = ranking_recall(hit, n, c->wanted_count, 20);
	out[HR_10] = ranking_any(hit, n, 10);
	out[RECALL_50] = ranking_recall(hit, n, c->wanted_count, 50);
	out[NDCG_100] = ranking_ndcg(hit, n, c->wanted_count, 100);
}

static void member_judge(struct court *c, unsigned set, enum model_kind chosen, int32_t member,
			 struct judgement *out)
{
	double values[MODEL_KINDS][MEASURES];
	int k, i;

	out->members++;
	for (k = 0; k < MODEL_KINDS; k++)
		if (set & 1U << k)
			measures_take(c, (enum model_kind)k, member, values[k]);
	for (k = 0; k < MODEL_KINDS; k++)
		for (i = 0; set & 1U << k && i < MEASURES; i++) {
			mean_add(&out->of[k][i], values[k][i]);
			mean_add(&out->ahead[k][i], values[chosen][i] - values[k][i]);
		}
}

static double share_shown(const bool *shown, int32_t count)
{
	int32_t i, n = 0;

	for (i = 0; i < count; i++)
		n += shown[i];
	return count ? n / (double)count : NAN;
}

void judge(const struct models *m, unsigned set, enum model_kind chosen, enum task t, struct judgement *out)
{
	void *pool = talloc_new(NULL);
	struct court c = {.m = m,
			  .task = t,
			  .scores = talloc_array(pool, float, m->h->items),
			  .wanted = talloc_array(pool, int32_t, m->h->items)};
	struct progress *p = progress_new(pool, t == TASK_NEW ? "judging, new items" : "judging, all items",
					  "members", m->h->members);
	int32_t member;
	int k;

	memset(out, 0, sizeof(*out));
	for (k = 0; k < MODEL_KINDS; k++)
		c.shown[k] = talloc_zero_array(pool, bool, m->h->items);
	for (member = 0; member < m->h->members; member++) {
		wanted_find(&c, member);
		if (c.wanted_count > 0)
			member_judge(&c, set, chosen, member, out);
		progress_at(p, member + 1);
	}
	progress_end(p);
	for (k = 0; k < MODEL_KINDS; k++)
		out->coverage[k] = share_shown(c.shown[k], m->h->items);
	talloc_free(pool);
}
