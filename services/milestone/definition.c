/*
 * definition.c - a milestone's document becomes a struct, or a fault with its place
 */
#include <string.h>
#include <talloc.h>

#include "common/eventlog.h"
#include "services/milestone/definition.h"

enum {
	SHOWN_NAME_MAX = 200
};

struct reading {
	struct milestone *m;
	struct fault *fault;
};

static const char *const kinds[] = {"count", "sum",         "distinct", "streak",
				    "tier",  "anniversary", "birthday", "rule"};

const char *kind_name(enum kind kind)
{
	return kinds[kind];
}

/* The first fault is the one that is told. */
static void wrong(struct reading *r, const char *pointer, const char *detail)
{
	if (r->fault->pointer == NULL)
		*r->fault = (struct fault){pointer, detail};
}

bool milestone_id_valid(const char *id)
{
	size_t n = strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789_-");

	return n > 0 && n <= MILESTONE_NAME_MAX && id[n] == '\0';
}

bool milestone_of_dates(const struct milestone *m)
{
	return m->kind == KIND_ANNIVERSARY || m->kind == KIND_BIRTHDAY;
}

bool milestone_asks_facts(const struct milestone *m)
{
	return m->rule || (m->segment && !milestone_of_dates(m));
}

static void only(struct reading *r, const struct json *object, const char *const *names, size_t count)
{
	const struct json *v;
	size_t i;

	for (v = object->first; v; v = v->next) {
		for (i = 0; i < count && strcmp(names[i], v->name) != 0; i++)
			;
		if (i == count)
			wrong(r, json_pointer(r->m, v), "is not known here");
	}
}

/* A part of the document, with no members but these; NULL if there is none. */
static const struct json *read_part(struct reading *r, const char *name, const char *const *names,
				    size_t count)
{
	const struct json *v = json_get(r->m->document, name);

	if (v == NULL || v->kind == JSON_NULL)
		return NULL;
	if (v->kind != JSON_OBJECT) {
		wrong(r, json_pointer(r->m, v), "must be an object");
		return NULL;
	}
	only(r, v, names, count);
	return v;
}

static const char *read_text(struct reading *r, const struct json *from, const char *name, size_t most)
{
	const struct json *v = json_get(from, name);

	if (v == NULL || v->kind == JSON_NULL)
		return NULL;
	if (v->kind == JSON_TEXT && v->length > 0 && v->length <= most)
		return v->text;
	wrong(r, json_pointer(r->m, v), "must be a text, not empty and not too long");
	return NULL;
}

static int64_t read_integer(struct reading *r, const struct json *from, const char *name, int64_t least,
			    int64_t most, int64_t fallback)
{
	const struct json *v = json_get(from, name);

	if (v == NULL || v->kind == JSON_NULL)
		return fallback;
	if (v->kind == JSON_INTEGER && v->integer >= least && v->integer <= most)
		return v->integer;
	wrong(r, json_pointer(r->m, v),
	      talloc_asprintf(r->m, "must be an integer from %lld to %lld", (long long)least,
			      (long long)most));
	return fallback;
}

/* One of the words, or the fallback. */
static int read_word(struct reading *r, const struct json *v, const char *const *words, int count,
		     int fallback)
{
	int i;

	if (v == NULL || v->kind == JSON_NULL)
		return fallback;
	for (i = 0; v->kind == JSON_TEXT && i < count; i++)
		if (strcmp(words[i], v->text) == 0)
			return i;
	wrong(r, json_pointer(r->m, v), "is none of the words that are known here");
	return fallback;
}

static struct logic *read_filter(struct reading *r)
{
	const struct json *v = json_get(r->m->document, "filter");
	const char *pointer, *detail;
	struct logic *l;

	if (v == NULL || v->kind == JSON_NULL)
		return NULL;
	if (!logic_may_be_condition(v)) {
		wrong(r, "/filter", "must be a JsonLogic expression");
		return NULL;
	}
	l = logic_parse_at(r->m, v, &pointer, &detail);
	if (l == NULL)
		wrong(r, talloc_asprintf(r->m, "/filter%s", pointer), detail);
	return l;
}

static struct member_rule *read_rule(struct reading *r, const char *name)
{
	const struct json *v = json_get(r->m->document, name);
	struct member_rule *rule;
	struct fault fault;

	if (v == NULL || v->kind == JSON_NULL)
		return NULL;
	rule = member_rule_new(r->m, v, &fault);
	if (rule == NULL) {
		wrong(r, talloc_asprintf(r->m, "/%s%s", name, fault.pointer), fault.detail);
		return NULL;
	}
	rule->owner = r->m->id;
	rule->place = talloc_asprintf(r->m, "/%s", name);
	return rule;
}

static enum period read_period(struct reading *r, const struct json *from, const char *name,
			       enum period fallback)
{
	const char *text = read_text(r, from, name, 10);
	enum period p = text ? period_find(text) : fallback;

	if (p != PERIOD_COUNT)
		return p;
	wrong(r, json_pointer(r->m, json_get(from, name)), "must be day, week, month or year");
	return fallback;
}

static void check_name(struct reading *r, const struct json *v)
{
	if (v->kind != JSON_TEXT || v->length == 0 || v->length > SHOWN_NAME_MAX)
		wrong(r, json_pointer(r->m, v), "must be a text of at most 200 bytes");
}

static void read_name(struct reading *r)
{
	const struct json *name = json_get(r->m->document, "name"), *v;

	if (name == NULL || (name->kind != JSON_TEXT && name->kind != JSON_OBJECT) ||
	    (name->kind == JSON_TEXT && name->length == 0) || (name->kind == JSON_OBJECT && name->count == 0))
		wrong(r, "/name", "is required: a text, or one by language");
	for (v = name && name->kind == JSON_OBJECT ? name->first : NULL; v; v = v->next)
		check_name(r, v);
	if (name && name->kind == JSON_TEXT)
		check_name(r, name);
}

/* What is counted; none at all is fine. */
static void read_unit(struct reading *r)
{
	static const char *const languages[] = {"en", "de"};
	const struct json *unit = read_part(r, "unit", languages, 2), *v;

	for (v = unit ? unit->first : NULL; v; v = v->next)
		check_name(r, v);
}

static void read_target(struct reading *r)
{
	const struct json *v = json_get(r->m->document, "target");

	if (r->m->kind == KIND_TIER || r->m->kind == KIND_RULE || milestone_of_dates(r->m)) {
		r->m->target = 1;
		return;
	}
	if (v == NULL || (v->kind != JSON_INTEGER && v->kind != JSON_REAL) || v->real <= 0 || v->real > 1e15)
		wrong(r, "/target", "is required: a number above 0");
	else
		r->m->target = v->real;
}

static void read_recurrence(struct reading *r)
{
	const struct json *v = json_get(r->m->document, "recurrence"), *every = json_get(v, "every");

	if (v == NULL || v->kind == JSON_NULL || (v->kind == JSON_TEXT && strcmp(v->text, "once") == 0))
		return;
	if (milestone_of_dates(r->m)) {
		wrong(r, "/recurrence", "a date comes again by itself");
	} else if (v->kind == JSON_OBJECT && v->count == 1 && json_get(v, "per")) {
		r->m->per = read_period(r, v, "per", PERIOD_NONE);
	} else if (v->kind == JSON_OBJECT && v->count == 1 && every) {
		if (r->m->kind == KIND_TIER || r->m->kind == KIND_RULE)
			wrong(r, "/recurrence", "has nothing to count by");
		else if ((every->kind != JSON_INTEGER && every->kind != JSON_REAL) || every->real <= 0)
			wrong(r, "/recurrence/every", "must be a number above 0");
		else
			r->m->every = every->real;
	} else {
		wrong(r, "/recurrence",
		      "must be \"once\", {\"per\": \"day\", \"week\", \"month\" or \"year\"} or {\"every\": "
		      "N}");
	}
}

static void read_streak(struct reading *r)
{
	static const char *const names[] = {"period", "least"};
	const struct json *streak = read_part(r, "streak", names, 2);

	if (r->m->kind != KIND_STREAK)
		return;
	if (json_get(streak, "period") == NULL)
		wrong(r, "/streak/period", "is required: day, week, month or year");
	r->m->streak = read_period(r, streak, "period", PERIOD_WEEK);
	r->m->least = read_integer(r, streak, "least", 1, 1000, 1);
}

static instant read_instant(struct reading *r, const struct json *from, const char *name, instant fallback)
{
	const char *text = read_text(r, from, name, 40);
	instant t = fallback;

	if (text && !instant_parse(text, &t))
		wrong(r, json_pointer(r->m, json_get(from, name)), "must be an RFC 3339 date-time");
	return t;
}

static void read_window(struct reading *r)
{
	static const char *const names[] = {"from", "until"};
	const struct json *active = read_part(r, "active", names, 2);

	r->m->from = read_instant(r, active, "from", INSTANT_MIN);
	r->m->until = read_instant(r, active, "until", INSTANT_MAX);
	if (r->m->from >= r->m->until)
		wrong(r, "/active/until", "must be after from");
}

static void read_bonus(struct reading *r)
{
	static const char *const names[] = {"points", "reward_id", "reward_name", "cap"};
	const struct json *bonus = read_part(r, "bonus", names, 4);
	struct bonus *b = &r->m->bonus;

	if (bonus == NULL)
		return;
	b->points = read_integer(r, bonus, "points", 1, 1000000000, 0);
	b->reward_id = read_text(r, bonus, "reward_id", 200);
	b->reward_name = read_text(r, bonus, "reward_name", 200);
	b->cap = read_integer(r, bonus, "cap", 1, INT64_C(1000000000000), 0);
	if ((b->points > 0) == (b->reward_id != NULL))
		wrong(r, "/bonus", "must have either points or reward_id");
}

static void read_celebration(struct reading *r)
{
	static const char *const priorities[] = {"critical", "transactional", "engagement", "bulk"};
	static const char *const categories[] = {"points",         "expiry_warnings", "tier",
						 "milestones",     "insights",        "promotions",
						 "recommendations"};
	static const char *const names[] = {"template", "category", "priority"};
	const struct json *c = read_part(r, "celebration", names, 3), *category = json_get(c, "category"),
			  *priority = json_get(c, "priority");

	r->m->template = read_text(r, c, "template", 100);
	if (category && category->kind != JSON_NULL)
		r->m->category = categories[read_word(r, category, categories, 7, 3)];
	if (priority && priority->kind != JSON_NULL)
		r->m->priority = priorities[read_word(r, priority, priorities, 4, 2)];
}

static void read_policies(struct reading *r)
{
	static const char *const rollbacks[] = {"revoke", "keep"};
	static const char *const backfills[] = {"none", "silent", "celebrate"};
	const struct json *v = json_get(r->m->document, "rollback");

	if (v && v->kind == JSON_OBJECT && v->count == 1 && json_get(v, "revoke_within")) {
		r->m->rollback = ROLLBACK_WITHIN;
		r->m->rollback_days = read_integer(r, v, "revoke_within", 1, 36500, 30);
	} else {
		r->m->rollback = (enum rollback)read_word(r, v, rollbacks, 2, ROLLBACK_REVOKE);
	}
	r->m->backfill = (enum backfill)read_word(r, json_get(r->m->document, "backfill"), backfills, 3,
						  BACKFILL_NONE);
}

/* What is counted, and of it what. */
static void read_events(struct reading *r, const char *programme_currency)
{
	static const char *const types[] = {"TransactionProcessedEvent", "PointsEarnedEvent",
					    "RedemptionProcessedEvent", "TierAdvancedEvent",
					    "MemberEnrolledEvent"};
	struct milestone *m = r->m;

	m->event =
		types[read_word(r, json_get(m->document, "event"), types, 5, m->kind == KIND_TIER ? 3 : 0)];
	m->filter = read_filter(r);
	m->of = read_text(r, m->document, "of", 64);
	if ((m->kind == KIND_SUM || m->kind == KIND_DISTINCT) && m->of == NULL)
		wrong(r, "/of", "is required: the member of the event's data that is meant");
	if (m->of && strcmp(m->of, "amount_minor") == 0 && m->kind == KIND_SUM) {
		m->currency = read_text(r, m->document, "currency", 3);
		m->currency = m->currency ? m->currency : programme_currency;
	}
	if (m->kind == KIND_TIER && (m->tier = read_text(r, m->document, "tier", 64)) == NULL)
		wrong(r, "/tier", "is required: the tier that is reached");
	if (m->kind == KIND_TIER && strcmp(m->event, "TierAdvancedEvent") != 0)
		wrong(r, "/event", "of a tier is TierAdvancedEvent");
}

static void read_dates(struct reading *r)
{
	r->m->anniversary = read_period(r, r->m->document, "every", PERIOD_YEAR);
	if (r->m->anniversary != PERIOD_MONTH && r->m->anniversary != PERIOD_YEAR)
		wrong(r, "/every", "must be month or year");
	if (r->m->kind == KIND_BIRTHDAY && r->m->anniversary != PERIOD_YEAR)
		wrong(r, "/every", "of a birthday is year");
	r->m->hour = (int)read_integer(r, r->m->document, "hour", 0, 23, 9);
	r->m->late_days = read_integer(r, r->m->document, "late_days", 0, 366, 7);
}

static void refuse_unknown(struct reading *r)
{
	static const char *const names[] = {"name",     "description", "kind",    "event",    "filter",
					    "of",       "unit",        "target",  "currency", "recurrence",
					    "streak",   "active",      "segment", "bonus",    "celebration",
					    "rollback", "backfill",    "every",   "hour",     "late_days",
					    "tier",     "rule",        "visual"};

	only(r, r->m->document, names, sizeof(names) / sizeof(names[0]));
}

static void read_kind(struct reading *r)
{
	const struct json *v = json_get(r->m->document, "kind");

	if (v == NULL || v->kind == JSON_NULL)
		wrong(r, "/kind", "is required");
	r->m->kind = (enum kind)read_word(r, v, kinds, KIND_UNKNOWN, KIND_COUNT);
}

static void read_parts(struct reading *r, const char *programme_currency)
{
	static const char *const visuals[] = {"ring", "bar"};

	read_kind(r);
	read_name(r);
	read_unit(r);
	refuse_unknown(r);
	read_target(r);
	read_recurrence(r);
	read_streak(r);
	read_window(r);
	read_bonus(r);
	read_celebration(r);
	read_policies(r);
	read_word(r, json_get(r->m->document, "visual"), visuals, 2, 0);
	r->m->segment = read_rule(r, "segment");
	if (milestone_of_dates(r->m))
		read_dates(r);
	else if (r->m->kind != KIND_RULE)
		read_events(r, programme_currency);
	else if ((r->m->rule = read_rule(r, "rule")) == NULL)
		wrong(r, "/rule", "is required");
}

struct milestone *milestone_read(const void *parent, const char *id, int version, const struct json *document,
				 const char *programme_currency, struct fault *fault)
{
	struct milestone *m = talloc_zero(parent, struct milestone);
	struct reading r = {m, fault};

	*fault = (struct fault){NULL, NULL};
	m->id = talloc_strdup(m, id);
	m->version = version;
	m->document = document;
	if (document->kind != JSON_OBJECT)
		wrong(&r, "", "must be an object");
	else
		read_parts(&r, programme_currency);
	return fault->pointer ? NULL : m;
}

const char *milestone_name(const struct milestone *m, const char *language)
{
	const struct json *name = json_get(m->document, "name");

	if (name->kind == JSON_TEXT)
		return name->text;
	return json_get_text(name, language, json_get_text(name, "en", m->id));
}
