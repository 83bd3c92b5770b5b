/*
 * rule_reading.h - a rule's document being read, for rule.c and rule_told.c only
 */
#ifndef AE_ENGAGEMENT_RULE_READING_H
#define AE_ENGAGEMENT_RULE_READING_H

#include "services/engagement/rule.h"

struct reading {
	struct rule *rule;
	struct fault *faults;
	size_t *count;
};

/* rule.c: a fault at a place, at a value; a field, or a fault where it is missing */
void rule_wrong_at(struct reading *r, const char *pointer, const char *detail);
void rule_wrong(struct reading *r, const struct json *value, const char *detail);
const struct json *rule_needed(struct reading *r, const char *name);
/* NULL of none and of a wrong one. */
struct logic *rule_logic_at(struct reading *r, const struct json *v, unsigned vocabulary);

/* rule_told.c: kind, category, link, texts, facts, words, channels */
void rule_read_told(struct reading *r);

#endif
