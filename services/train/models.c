/*
 * models.c - the recommenders by name
 */
#include "services/train/models.h"
#include "services/train/hybrid.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <talloc.h>

#include "common/learn/knn.h"
#include "common/progress.h"

/* What orders items that a member never bought in the frequency models: too little to outweigh a purchase. */
#define POPULARITY_SHARE 0.001F

static const char *const names[MODEL_KINDS] = {"popularity", "popularity-30d", "frequency", "frequency-ease",
					       "knn",        "ease",           "ials",      "hybrid"};

const char *model_name(enum model_kind k)
{
	return names[k];
}

bool model_find(const char *name, size_t length, enum model_kind *out)
{
	int k;

	for (k = 0; k < MODEL_KINDS; k++)
		if (strlen(names[k]) == length && memcmp(names[k], name, length) == 0) {
			*out = (enum model_kind)k;
			return true;
		}
	return false;
}

static bool ease_make(struct models *m, const char **error)
{
	size_t bytes = ease_memory(m->h->items);

	if (bytes > (size_t)m->o.memory) {
		*error = talloc_asprintf(m,
					 "EASE over %" PRId32
					 " items needs %zu MB: more --memory, or fewer items by --min-buyers",
					 m->h->items, bytes >> 20);
		return false;
	}
	m->ease = ease_fit(m, m->h->owned, m->o.lambda);
	if (!m->ease)
		*error = "EASE: no memory, or --lambda is too small";
	return m->ease != NULL;
}

static void halves_show(void *whom, int32_t halves)
{
	progress_at(whom, halves);
}

static bool ials_make(struct models *m, const char **error)
{
	struct ials_options o = m->o.ials;
	struct progress *p = progress_new(m, "iALS", "half sweeps", 2 * o.sweeps);

	o.at = halves_show;
	o.whom = p;
	m->ials = ials_fit(m, m->h->owned, &o);
	progress_end(p);
	if (!m->ials)
		*error = "iALS: the equations have no unique solution; --regularisation must be greater";
	return m->ials != NULL;
}

struct models *models_fit(const void *parent, const struct history *h, unsigned set,
			  const struct model_options *o, const char **error)
{
	struct models *m = talloc_zero(parent, struct models);
	int32_t i;

	m->h = h;
	m->o = *o;
	for (i = 0; i < h->items; i++)
		m->most_buyers = fmaxf(m->most_buyers, h->buyers[i]);
	if (set & (1U << MODEL_EASE | 1U << MODEL_FREQUENCY_EASE | 1U << MODEL_HYBRID) &&
	    !ease_make(m, error))
		return NULL;
	if (set & (1U << MODEL_IALS | 1U << MODEL_HYBRID) && !ials_make(m, error))
		return NULL;
	if (set & (1U << MODEL_KNN | 1U << MODEL_HYBRID))
		m->near = knn_fit(m, h->owned, o->neighbours, o->shrink);
	return m;
}

static void frequency_add(const struct models *m, int32_t member, const float *counts, float *out)
{
	size_t i;

	for (i = m->h->owned->begins[member]; i < m->h->owned->begins[member + 1]; i++)
		out[m->h->owned->index[i]] += counts[i];
}

static void popularity_score(const struct models *m, const float *buyers, float factor, float *out)
{
	int32_t i;

	for (i = 0; i < m->h->items; i++)
		out[i] = factor * buyers[i];
}

static void owned_forbid(const struct history *h, int32_t member, float *out)
{
	size_t i;

	for (i = h->owned->begins[member]; i < h->owned->begins[member + 1]; i++)
		out[h->owned->index[i]] = -INFINITY;
}

void models_score(const struct models *m, enum model_kind k, enum task t, int32_t member, float *out)
{
	const struct history *h = m->h;
	const int32_t *index = h->owned->index + h->owned->begins[member];
	int32_t count = sparse_row_count(h->owned, member), i;

	switch (k) {
	case MODEL_POPULARITY:
		popularity_score(m, h->buyers, 1, out);
		break;
	case MODEL_POPULARITY_RECENT:
		popularity_score(m, h->recent_buyers, 1, out);
		break;
	case MODEL_FREQUENCY:
		popularity_score(m, h->buyers, POPULARITY_SHARE / m->most_buyers, out);
		frequency_add(m, member, h->times, out);
		break;
	case MODEL_FREQUENCY_EASE:
		ease_score(m->ease, index, count, out);
		for (i = 0; i < h->items; i++)
			out[i] *= (float)m->o.blend;
		frequency_add(m, member, h->decayed, out);
		break;
	case MODEL_KNN:
		knn_score(m->near, index, count, out);
		break;
	case MODEL_EASE:
		ease_score(m->ease, index, count, out);
		break;
	case MODEL_IALS:
		ials_score(m->ials, m->ials->row_factors + (size_t)member * (size_t)m->ials->side, out);
		break;
	case MODEL_HYBRID:
		hybrid_score(m->hybrid, m, t, member, out);
		break;
	case MODEL_KINDS:
		break;
	}
	if (t == TASK_NEW)
		owned_forbid(h, member, out);
}
