/*
 * rule_json.c - a stored rule as replies tell it
 */
#include "services/engagement/rule_request.h"
#include "services/engagement/engagement_json.h"

void put_rule(struct json_writer *w, const struct rows *r, size_t i)
{
	json_put_text(w, "rule_id", row_text(r, i, 0));
	json_put_integer(w, "version", row_integer(r, i, 1));
	json_put_text(w, "state", row_text(r, i, 2));
	json_put_text(w, "created_by", row_text(r, i, 3));
	put_time(w, "created_at", r, i, 4);
	put_document(w, "document", r, i, 5);
}
