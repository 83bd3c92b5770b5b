/*
 * engagement_json.h - what replies of this daemon have in common
 */
#ifndef AE_ENGAGEMENT_JSON_H
#define AE_ENGAGEMENT_JSON_H

#include "common/db.h"
#include "common/json.h"

/* When the reply was true; its last member. */
void put_as_of(struct json_writer *w);
void put_time(struct json_writer *w, const char *name, const struct rows *r, size_t i,
	      int column); /* null: null */
void put_document(struct json_writer *w, const char *name, const struct rows *r, size_t i, int column);

#endif
