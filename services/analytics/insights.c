/*
 * insights.c - the list of finders, and what is the same for every finding: id, rank, words
 */
#include <math.h>
#include <openssl/evp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "services/analytics/insights.h"

const char *const severity_names[] = {"info", "notice", "warning"};

static finder *const finders[] = {
	find_expiry, find_spend_change, find_categories, find_missed,
	find_points, find_season,       find_peers,      find_market,
};

struct insights *insights_new(const void *parent, const struct view *v, const struct facts *f)
{
	struct insights *in = talloc_zero(parent, struct insights);

	in->view = v;
	in->facts = f;
	return in;
}

static int rank_order(const void *a, const void *b)
{
	const struct insight *x = a, *y = b;

	if (x->rank != y->rank)
		return x->rank < y->rank ? 1 : -1;
	return strcmp(x->id, y->id);
}

void insights_find(struct insights *in)
{
	size_t i;

	for (i = 0; i < sizeof(finders) / sizeof(finders[0]); i++)
		finders[i](in);
	if (in->count > 0)
		qsort(in->rows, in->count, sizeof(*in->rows), rank_order);
}

struct json_writer *insight_evidence(struct insights *in)
{
	struct json_writer *w = json_writer_new(in);

	json_open_object(w, NULL);
	return w;
}

/* First 128 bits of SHA-256 over member, kind, what and anchor, in hex. */
static void name_insight(struct insight *f, const char *member_id)
{
	static const char hex[] = "0123456789abcdef";
	unsigned char digest[EVP_MAX_MD_SIZE];
	char anchor[DAY_TEXT];
	char *text = talloc_asprintf(NULL, "%s\n%s\n%s\n%s", member_id, f->kind, f->what,
				     day_format(f->anchor, anchor));
	size_t i;

	EVP_Digest(text, strlen(text), digest, NULL, EVP_sha256(), NULL);
	for (i = 0; i < 16; i++) {
		f->id[2 * i] = hex[digest[i] >> 4];
		f->id[2 * i + 1] = hex[digest[i] & 15];
	}
	f->id[32] = '\0';
	talloc_free(text);
}

void insight_add(struct insights *in, const struct insight *found, struct json_writer *evidence,
		 const char *format, ...)
{
	struct insight *f;
	va_list values;

	if (in->count == talloc_array_length(in->rows))
		in->rows = talloc_realloc(in, in->rows, struct insight, 2 * in->count + 8);
	f = &in->rows[in->count++];
	*f = *found;
	f->first_seen = INSTANT_NONE;
	va_start(values, format);
	f->sentence = talloc_vasprintf(in, format, values);
	va_end(values);
	json_close(evidence);
	f->evidence = json_text(evidence, &f->evidence_length);
	f->strength = f->strength >= 0 && f->strength <= 1 ? f->strength : f->strength > 1;
	f->rank = f->severity * (INSIGHT_STRENGTH_MAX + 1) + (int)lround(f->strength * INSIGHT_STRENGTH_MAX);
	name_insight(f, in->view->member->member_id);
}

void evidence_put_day(struct json_writer *w, const char *name, day d)
{
	char text[DAY_TEXT];

	json_put_text(w, name, day_format(d, text));
}

void evidence_put_real(struct json_writer *w, const char *name, double value)
{
	json_put_real(w, name, round(value * 10000) / 10000);
}

day insights_month(const struct view *v, day *last)
{
	*last = day_month_start(v->today) - 1;
	return day_month_start(*last);
}

const char *insights_category(const struct insights *in, const char *category)
{
	return catalogue_category_name(in->view->catalogue, category);
}
