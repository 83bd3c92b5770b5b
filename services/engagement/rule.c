/*
 * rule.c - a rule's document, checked and read (see rule.h)
 */
#include <string.h>
#include <talloc.h>

#include "common/schema.h"
#include "services/engagement/engagement.h"
#include "services/engagement/rule_reading.h"

static const char *const about_names[ABOUT_COUNT] = {
	[ABOUT_MEMBER] = "member",
	[ABOUT_EXPIRING_DAY] = "expiring_day",
	[ABOUT_BIRTHDAY] = "birthday",
	[ABOUT_ANNIVERSARY] = "anniversary",
	[ABOUT_TIER_DEADLINE] = "tier_deadline",
	[ABOUT_STREAK] = "streak",
	[ABOUT_OFFER] = "offer",
	[ABOUT_REWARD] = "reward",
};

const char *about_name(enum about a)
{
	return about_names[a];
}

/* --- faults ---------------------------------------------------------------------------------------- */

void rule_wrong_at(struct reading *r, const char *pointer, const char *detail)
{
	if (*r->count < RULE_FAULTS_MAX)
		r->faults[(*r->count)++] = (struct fault){pointer, detail};
}

void rule_wrong(struct reading *r, const struct json *value, const char *detail)
{
	rule_wrong_at(r, json_pointer(r->rule, value), detail);
}

/* A field, or a fault where it is missing. */
const struct json *rule_needed(struct reading *r, const char *name)
{
	const struct json *v = json_get(r->rule->document, name);

	if (v == NULL)
		rule_wrong_at(r, talloc_asprintf(r->rule, "/%s", name), "is required");
	return v;
}

static int64_t number(struct reading *r, const struct json *object, const char *name, int64_t least,
		      int64_t most, int64_t fallback)
{
	const struct json *v = json_get(object, name);

	if (v == NULL)
		return fallback;
	if (v->kind == JSON_INTEGER && v->integer >= least && v->integer <= most)
		return v->integer;
	rule_wrong(r, v,
		   talloc_asprintf(r->rule, "must be a whole number from %lld to %lld", (long long)least,
				   (long long)most));
	return fallback;
}

struct logic *rule_logic_at(struct reading *r, const struct json *v, unsigned vocabulary)
{
	struct fault fault;
	struct logic *l;

	if (v == NULL)
		return NULL;
	l = rule_logic(r->rule, v, vocabulary, r->rule->about, &fault);
	if (l == NULL)
		rule_wrong_at(r, talloc_asprintf(r->rule, "%s%s", json_pointer(r->rule, v), fault.pointer),
			      fault.detail);
	return l;
}

/* What is true or false of a member. */
static struct logic *condition_at(struct reading *r, const struct json *v, unsigned vocabulary)
{
	if (v == NULL || logic_may_be_condition(v))
		return rule_logic_at(r, v, vocabulary);
	rule_wrong(r, v, "must be a JsonLogic expression");
	return NULL;
}

/* The member's facts, those of the subject and, where an event asks, its data. */
static unsigned vocabulary_of(const struct rule *rule)
{
	return VOCABULARY_FACTS | (rule->event_type ? VOCABULARY_EVENT : 0);
}

static struct logic *expression(struct reading *r, const char *name)
{
	return rule_logic_at(r, json_get(r->rule->document, name), vocabulary_of(r->rule));
}

/* Members of a part of the document that has none but these. */
static void only(struct reading *r, const struct json *object, const char *const *names, size_t count)
{
	const struct json *v;
	size_t i;

	for (v = object->kind == JSON_OBJECT ? object->first : NULL; v; v = v->next) {
		for (i = 0; i < count && strcmp(names[i], v->name) != 0; i++)
			;
		if (i == count)
			rule_wrong(r, v, "is not a field of a rule");
	}
}

/* --- triggers -------------------------------------------------------------------------------------- */

/* What others tell, and of what this system tells that which is about members. */
static bool event_type_known(const char *type)
{
	return event_schema(type) != NULL || strcmp(type, "MilestoneAchievedEvent") == 0 ||
	       strcmp(type, "InsightGeneratedEvent") == 0 || strcmp(type, "NotificationEngagementEvent") == 0;
}

static void read_event(struct reading *r, const struct json *v)
{
	static const char *const names[] = {"type", "when"};
	const char *type = json_get_text(v, "type", "");

	only(r, v, names, 2);
	if (!event_type_known(type)) {
		rule_wrong_at(r, "/trigger/event/type", "is not a type of events");
		return;
	}
	r->rule->event_type = type;
	if (json_get(v, "when"))
		r->rule->event_when = condition_at(r, json_get(v, "when"), VOCABULARY_DATA);
}

static void read_changes(struct reading *r, const struct json *v)
{
	const struct json *one;

	if (v->kind != JSON_ARRAY || v->count == 0 || v->count > RULE_FACTS_MAX) {
		rule_wrong(r, v, "must be an array of one to 24 names of facts");
		return;
	}
	r->rule->changes = talloc_array(r->rule, const char *, v->count);
	for (one = v->first; one; one = one->next)
		if (one->kind != JSON_TEXT || !rule_fact_known(one->text))
			rule_wrong(r, one, "is not a fact of a member");
		else
			r->rule->changes[r->rule->change_count++] = one->text;
}

static void read_schedule(struct reading *r, const struct json *v)
{
	static const char *const days[] = {"monday", "tuesday",  "wednesday", "thursday",
					   "friday", "saturday", "sunday"};
	static const char *const names[] = {"every", "hour", "spread_hours"};
	const char *every = json_get_text(v, "every", "");
	int d, hour;

	only(r, v, names, 3);
	hour = (int)number(r, v, "hour", 0, 20, 9);
	r->rule->schedule = (struct schedule){true, -1, hour,
					      (int)number(r, v, "spread_hours", 0, 23 - hour, 3)};
	if (strcmp(every, "day") == 0)
		return;
	for (d = 0; d < 7; d++)
		if (strcmp(every, days[d]) == 0)
			r->rule->schedule.weekday = d;
	if (r->rule->schedule.weekday < 0)
		rule_wrong_at(r, "/trigger/schedule/every", "must be day, or a day of the week as monday");
}

static void read_trigger(struct reading *r)
{
	const struct json *v = rule_needed(r, "trigger"), *one;
	static const struct {
		const char *name;
		void (*read)(struct reading *r, const struct json *v);
	} kinds[] = {{"event", read_event}, {"fact_change", read_changes}, {"schedule", read_schedule}};
	size_t i, known = sizeof(kinds) / sizeof(kinds[0]);

	if (v && (v->kind != JSON_OBJECT || v->count == 0))
		rule_wrong(r, v, "must be an object of event, fact_change or schedule");
	for (one = v && v->kind == JSON_OBJECT ? v->first : NULL; one; one = one->next) {
		for (i = 0; i < known && strcmp(kinds[i].name, one->name) != 0; i++)
			;
		if (i < known)
			kinds[i].read(r, one);
		else
			rule_wrong(r, one, "is none of event, fact_change, schedule");
	}
}

/* --- of what, and how often ------------------------------------------------------------------------ */

static void read_about(struct reading *r)
{
	const struct json *v = json_get(r->rule->document, "about");
	int a;

	for (a = 0; v && a < ABOUT_COUNT; a++)
		if (v->kind == JSON_TEXT && strcmp(v->text, about_names[a]) == 0)
			break;
	if (a == ABOUT_COUNT)
		rule_wrong(
			r, v,
			"must be one of member, expiring_day, birthday, anniversary, tier_deadline, streak, "
			"offer, reward");
	else
		r->rule->about = (enum about)a;
}

/* The longest first, so that the last that has begun is the one that holds. */
static void read_leads(struct reading *r)
{
	const struct json *v = json_get(r->rule->document, "lead_days"), *one;
	struct rule *rule = r->rule;

	if (v && (v->kind != JSON_ARRAY || v->count == 0 || v->count > RULE_LEADS_MAX)) {
		rule_wrong(r, v, "must be an array of one to eight numbers of days");
		return;
	}
	if (v && rule->about == ABOUT_MEMBER)
		rule_wrong(r, v, "needs an about that has a day");
	for (one = v ? v->first : NULL; one; one = one->next) {
		if (one->kind != JSON_INTEGER || one->integer < 0 || one->integer > 90)
			rule_wrong(r, one, "must be 0 to 90 days");
		else if (rule->lead_count > 0 && one->integer >= rule->leads[rule->lead_count - 1])
			rule_wrong(r, one, "must be fewer days than the one before");
		else
			rule->leads[rule->lead_count++] = (int)one->integer;
	}
}

static void read_limits(struct reading *r)
{
	static const char *const cap_names[] = {"most", "days"};
	const struct json *document = r->rule->document, *cap = json_get(document, "cap"),
			  *holdout = json_get(document, "holdout");

	r->rule->late_days = (int)number(r, document, "late_days", 0, 30, 0);
	r->rule->valid_days = (int)number(r, document, "valid_days", 1, 365, 14);
	r->rule->cooldown_days = (int)number(r, document, "cooldown_days", 0, 365, 0);
	r->rule->priority = (int)number(r, document, "priority", 1, 100, 50);
	if (cap) {
		only(r, cap, cap_names, 2);
		r->rule->cap_most = (int)number(r, cap, "most", 1, 100, 0);
		r->rule->cap_days = (int)number(r, cap, "days", 1, 365, 0);
		if (r->rule->cap_most == 0 || r->rule->cap_days == 0)
			rule_wrong(r, cap, "must be an object of most and days");
	}
	r->rule->holdout = holdout && (holdout->kind == JSON_REAL || holdout->kind == JSON_INTEGER)
				   ? holdout->real
				   : 0;
	if (holdout && ((holdout->kind != JSON_REAL && holdout->kind != JSON_INTEGER) || holdout->real < 0 ||
			holdout->real > 0.5))
		rule_wrong(r, holdout, "must be a share from 0 to 0.5");
}

/* --- the whole ------------------------------------------------------------------------------------- */

static void check_names(struct reading *r)
{
	static const char *const names[] = {"name",
					    "description",
					    "kind",
					    "category",
					    "link",
					    "trigger",
					    "about",
					    "condition",
					    "holds",
					    "occasion",
					    "lead_days",
					    "late_days",
					    "valid_days",
					    "cooldown_days",
					    "cap",
					    "priority",
					    "value",
					    "holdout",
					    "facts",
					    "words",
					    "points_at_stake",
					    "value_minor",
					    "currency",
					    "deadline_days",
					    "suggested_action",
					    "sentence",
					    "channels"};
	const struct json *v;
	size_t i;

	for (v = r->rule->document->first; v; v = v->next) {
		for (i = 0; i < sizeof(names) / sizeof(names[0]) && strcmp(names[i], v->name) != 0; i++)
			;
		if (i == sizeof(names) / sizeof(names[0]))
			rule_wrong(r, v, "is not a field of a rule");
	}
}

static void read_expressions(struct reading *r)
{
	struct rule *rule = r->rule;

	rule->condition = condition_at(r, rule_needed(r, "condition"), vocabulary_of(rule));
	rule->holds = condition_at(r, json_get(rule->document, "holds"), VOCABULARY_FACTS | VOCABULARY_ALERT);
	rule->occasion = expression(r, "occasion");
	rule->value = expression(r, "value");
	rule->points_at_stake = expression(r, "points_at_stake");
	rule->value_minor = expression(r, "value_minor");
	rule->currency = expression(r, "currency");
	rule->deadline_days = expression(r, "deadline_days");
	if (rule->value_minor && rule->currency == NULL)
		rule_wrong_at(r, "/currency", "is required with value_minor");
}

struct rule *rule_read(const void *parent, const char *rule_id, int version, const struct json *document,
		       struct fault faults[RULE_FAULTS_MAX], size_t *count)
{
	struct rule *rule = talloc_zero(parent, struct rule);
	struct reading r = {rule, faults, count};

	*count = 0;
	rule->rule_id = rule_id;
	rule->version = version;
	rule->document = document;
	if (document->kind != JSON_OBJECT) {
		rule_wrong_at(&r, "", "must be an object");
		return NULL;
	}
	check_names(&r);
	read_about(&r);
	read_trigger(&r);
	read_leads(&r);
	read_limits(&r);
	rule_read_told(&r);
	read_expressions(&r);
	if (*count > 0)
		return NULL;
	rule->outlook = outlook_new(rule);
	return rule;
}
