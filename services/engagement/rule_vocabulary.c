/*
 * rule_vocabulary.c - what the expressions of a rule may read
 *
 * Facts of members are those of proto/facts.toml. Beside them stand facts of what the rule is about, the
 * triggering event's data, and, for `holds`, what the alert said.
 */
#include <string.h>
#include <talloc.h>

#include "common/member_facts.h"
#include "services/engagement/rule.h"

/* Facts of a subject (subject.c), by what they are about. */
static const struct {
	const char *name;
	enum about about;
} subject_facts[] = {
	{"expiring_points", ABOUT_EXPIRING_DAY},
	{"expiring_lots", ABOUT_EXPIRING_DAY},
	{"anniversary_years", ABOUT_ANNIVERSARY},
	{"reward_id", ABOUT_REWARD},
	{"reward_name", ABOUT_REWARD},
	{"reward_points", ABOUT_REWARD},
	{"reward_value_minor", ABOUT_REWARD},
	{"reward_currency", ABOUT_REWARD},
	{"offer_category", ABOUT_OFFER},
	{"offer_category_name", ABOUT_OFFER},
	{"offer_affinity", ABOUT_OFFER},
	{"offer_multiplier", ABOUT_OFFER},
	{"offer_bonus_points", ABOUT_OFFER},
	{"offer_title", ABOUT_OFFER},
	{"offer_details", ABOUT_OFFER},
	{"offer_min_spend_minor", ABOUT_OFFER},
	{"offer_currency", ABOUT_OFFER},
};

/* Of every rule: the day that the subject is about, and how far away it is. */
static const char *const common_facts[] = {"today", "weekday", "days_left", "tier_points"};

bool rule_fact_known(const char *name)
{
	return strchr(name, '.') == NULL && fact_find(name) != NULL;
}

static bool begins(const char *path, const char *name)
{
	size_t length = strlen(name);

	return strncmp(path, name, length) == 0 && (path[length] == '\0' || path[length] == '.');
}

static bool known(const char *path, unsigned vocabulary, enum about about)
{
	size_t i;

	if (vocabulary & VOCABULARY_DATA)
		return path[0] != '\0';
	if ((vocabulary & VOCABULARY_EVENT) && begins(path, "event"))
		return true;
	if ((vocabulary & VOCABULARY_ALERT) && begins(path, "alert"))
		return true;
	for (i = 0; i < sizeof(common_facts) / sizeof(common_facts[0]); i++)
		if (strcmp(path, common_facts[i]) == 0)
			return true;
	for (i = 0; i < sizeof(subject_facts) / sizeof(subject_facts[0]); i++)
		if (subject_facts[i].about == about && strcmp(path, subject_facts[i].name) == 0)
			return true;
	return fact_find(path) != NULL;
}

static bool paths_known(const void *parent, const struct logic *l, unsigned vocabulary, enum about about,
			struct fault *fault)
{
	struct logic_variables *v = logic_variables(parent, l);
	size_t i;

	if (v->dynamic && !(vocabulary & VOCABULARY_DATA)) {
		*fault = (struct fault){v->dynamic_place, "must be a fact's name as it is, not computed"};
		return false;
	}
	for (i = 0; i < v->count; i++)
		if (!known(v->paths[i], vocabulary, about)) {
			*fault = (struct fault){
				v->places[i],
				v->paths[i][0]
					? talloc_asprintf(parent, "%s is no fact that this rule can ask for",
							  v->paths[i])
					: "must be the name of a fact"};
			return false;
		}
	return true;
}

struct logic *rule_logic(const void *parent, const struct json *expression, unsigned vocabulary,
			 enum about about, struct fault *fault)
{
	struct logic *l = logic_parse_at(parent, expression, &fault->pointer, &fault->detail);

	return l && paths_known(parent, l, vocabulary, about, fault) ? l : NULL;
}
