/*
 * rule_request.h - what requests about rules have in common
 */
#ifndef AE_ENGAGEMENT_RULE_REQUEST_H
#define AE_ENGAGEMENT_RULE_REQUEST_H

#include "services/engagement/engagement.h"
#include "services/engagement/rule.h"

/* rule_json.c: row i of get_rules or get_rule, into an open object */
void put_rule(struct json_writer *w, const struct rows *r, size_t i);

#endif
