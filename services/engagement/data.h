/*
 * data.h - JSON values made for rules to read, laid before others without copying them
 */
#ifndef AE_ENGAGEMENT_DATA_H
#define AE_ENGAGEMENT_DATA_H

#include "common/clock.h"
#include "common/json.h"

struct data; /* members of an object, in the making */

struct data *data_new(const void *parent);
void data_integer(struct data *d, const char *name, int64_t value);
void data_real(struct data *d, const char *name, double value);
void data_boolean(struct data *d, const char *name, bool value);
void data_text(struct data *d, const char *name, const char *value); /* NULL: null; kept, not copied */
void data_day(struct data *d, const char *name, day value);          /* DAY_NONE: null */
void data_null(struct data *d, const char *name);
/* A value that is there already, under another name. */
void data_value(struct data *d, const char *name, const struct json *value);
/* One object of the members and then those of `behind` (may be NULL), which they hide by name. Once only. */
const struct json *data_object(struct data *d, const struct json *behind);

#endif
