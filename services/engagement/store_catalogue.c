/*
 * store_catalogue.c - rules, tiers, offers and rewards as rows (see catalogue.h)
 */
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "common/log.h"
#include "gen/sql/engagement.h"
#include "services/engagement/catalogue.h"

static const struct json *json_of(const void *parent, const struct rows *r, size_t i, int column)
{
	const char *error, *text;
	size_t length;

	text = row_bytes(r, i, column, &length);
	return text ? json_parse(parent, text, length, &error) : NULL;
}

/* --- the switch and the versions ----------------------------------------------------------------------- */

static bool read_programme(struct catalogue *c, const struct rows *r)
{
	const char *key;
	size_t length;

	if (rows_count(r) == 0)
		return false;
	c->running = row_boolean(r, 0, 0);
	c->rules_version = row_integer(r, 0, 1);
	key = row_bytes(r, 0, 2, &length);
	if (length == HOLDOUT_KEY)
		memcpy(c->holdout_key, key, HOLDOUT_KEY);
	c->holdout_share = row_real(r, 0, 3);
	c->programme_version = row_integer(r, 0, 4);
	c->zone = tz_find(row_text(r, 0, 5));
	if (c->zone == NULL)
		c->zone = tz_utc();
	return true;
}

bool store_catalogue_current(struct db *db, struct catalogue *c)
{
	struct catalogue now = *c;
	struct rows *r = db_query(db, c, SQL_ENGAGEMENT_GET_PROGRAMME, "");
	bool same = read_programme(&now, r) && now.rules_version == c->rules_version &&
		    now.programme_version == c->programme_version;

	if (same)
		*c = now;
	talloc_free(r);
	return same;
}

/* --- rules ------------------------------------------------------------------------------------------- */

static void watch(struct catalogue *c, const char *fact)
{
	size_t i;

	for (i = 0; i < c->watched_count; i++)
		if (strcmp(c->watched[i], fact) == 0)
			return;
	c->watched = talloc_realloc(c, c->watched, const char *, c->watched_count + 1);
	c->watched[c->watched_count++] = fact;
}

/* A rule that an older release took and this one does not is left out; the log says so. */
static void read_rules(struct catalogue *c, const struct rows *r)
{
	struct fault faults[RULE_FAULTS_MAX];
	const struct json *document;
	struct rule *rule;
	size_t i, k, count;

	c->rules = talloc_array(c, struct rule *, rows_count(r) + 1);
	for (i = 0; i < rows_count(r); i++) {
		document = json_of(c, r, i, 2);
		rule = document ? rule_read(c, row_text(r, i, 0), (int)row_integer(r, i, 1), document, faults,
					    &count)
				: NULL;
		if (rule == NULL) {
			log_error("a rule cannot be read rule=%s", row_text(r, i, 0));
			continue;
		}
		c->rules[c->rule_count++] = rule;
		for (k = 0; k < rule->change_count; k++)
			watch(c, rule->changes[k]);
	}
}

/* --- the programme's ----------------------------------------------------------------------------------- */

static void read_tiers(struct catalogue *c, const struct rows *r)
{
	size_t i;

	c->tiers = talloc_array(c, struct tier, rows_count(r) + 1);
	for (i = 0; i < rows_count(r); i++)
		c->tiers[c->tier_count++] = (struct tier){row_text(r, i, 0), row_integer(r, i, 1)};
}

static instant instant_or_none(const struct rows *r, size_t i, int column)
{
	return row_null(r, i, column) ? INSTANT_NONE : row_instant(r, i, column);
}

/* What is on offer is named by its promotion or, a mere multiplier, by category and start. */
static void read_offers(struct catalogue *c, const struct rows *r)
{
	const struct json *p;
	const char *category, *id;
	char from[INSTANT_TEXT];
	size_t i;

	c->offers = talloc_array(c, struct offer, rows_count(r) + 1);
	for (i = 0; i < rows_count(r); i++) {
		p = json_of(c, r, i, 5);
		category = row_text(r, i, 0);
		id = json_get_text(p, "promotion_id", NULL);
		c->offers[c->offer_count++] = (struct offer){
			.key = id ? id
				  : talloc_asprintf(c, "%s %s", category,
						    instant_format(row_instant(r, i, 2), from)),
			.category = category,
			.category_name = row_text(r, i, 1),
			.from = row_instant(r, i, 2),
			.to = instant_or_none(r, i, 3),
			.multiplier = row_real(r, i, 4),
			.title = json_get_text(p, "title", NULL),
			.details = json_get_text(p, "description", NULL),
			.currency = json_get_text(p, "currency", NULL),
			.bonus_points = json_get_integer(p, "bonus_points", 0),
			.min_spend_minor = json_get_integer(p, "min_spend_minor", 0)};
	}
}

static instant instant_of(const struct json *object, const char *name)
{
	instant t;

	return instant_parse(json_get_text(object, name, ""), &t) ? t : INSTANT_NONE;
}

static void add_reward(struct catalogue *c, const struct json *v)
{
	int64_t points = json_get_integer(v, "points", 0);
	const char *id = json_get_text(v, "reward_id", NULL);

	if (id == NULL || points <= 0)
		return;
	c->rewards = talloc_realloc(c, c->rewards, struct reward, c->reward_count + 1);
	c->rewards[c->reward_count++] = (struct reward){.reward_id = id,
							.name = json_get_text(v, "name", id),
							.currency = json_get_text(v, "currency", NULL),
							.points = points,
							.value_minor = json_get_integer(v, "value_minor", 0),
							.from = instant_of(v, "available_from"),
							.to = instant_of(v, "available_to")};
}

static int by_price(const void *a, const void *b)
{
	const struct reward *x = a, *y = b;

	if (x->points != y->points)
		return x->points > y->points ? -1 : 1;
	if (x->value_minor != y->value_minor)
		return x->value_minor > y->value_minor ? -1 : 1;
	return strcmp(x->reward_id, y->reward_id);
}

static void read_rewards(struct catalogue *c, const struct rows *r)
{
	const struct json *list, *v;
	size_t i;

	for (i = 0; i < rows_count(r); i++) {
		list = json_of(c, r, i, 0);
		for (v = list && list->kind == JSON_ARRAY ? list->first : NULL; v; v = v->next)
			add_reward(c, v);
	}
	if (c->reward_count > 1)
		qsort(c->rewards, c->reward_count, sizeof(*c->rewards), by_price);
}

struct catalogue *store_catalogue(struct db *db, const void *parent)
{
	static const int statements[] = {SQL_ENGAGEMENT_GET_PROGRAMME, SQL_ENGAGEMENT_GET_ACTIVE_RULES,
					 SQL_ENGAGEMENT_GET_TIERS, SQL_ENGAGEMENT_GET_OFFERS,
					 SQL_ENGAGEMENT_GET_REWARDS};
	static void (*const readers[])(struct catalogue * c, const struct rows *r) = {
		read_rules, read_tiers, read_offers, read_rewards};
	struct catalogue *c = talloc_zero(parent, struct catalogue);
	size_t i;

	for (i = 0; i < sizeof(statements) / sizeof(statements[0]); i++)
		db_send(db, statements[i], "");
	read_programme(c, db_next(db, c));
	for (i = 0; i < sizeof(readers) / sizeof(readers[0]); i++)
		readers[i](c, db_next(db, c));
	if (!db_failed(db))
		return c;
	talloc_free(c);
	return NULL;
}
