/*
 * settings_value.c - one setting's text into its target, and back into words
 *
 * Every value is read to its last character: "5s " is trimmed by the file's reader, "5sec" and
 * "10 apples" are faults, and so is what does not fit 64 bits.
 */
#include <string.h>
#include <talloc.h>

#include "common/settings_value.h"

struct unit {
	const char *name;
	int64_t factor;
};

/* Largest first: the first that divides a number evenly is the one to print it in. */
static const struct unit durations[] = {
	{"d", INT64_C(86400000000)},
	{"h", INT64_C(3600000000)},
	{"min", INT64_C(60000000)},
	{"s", INT64_C(1000000)},
	{"ms", INT64_C(1000)},
	{"us", 1},
	{NULL, 0},
};

static const struct unit sizes[] = {
	{"G", INT64_C(1) << 30}, {"M", INT64_C(1) << 20}, {"k", INT64_C(1) << 10}, {"", 1}, {NULL, 0},
};

static const struct unit plain[] = {{"", 1}, {NULL, 0}};

static const struct {
	const char *name, *example;
	const struct unit *units;
} kinds[] = {
	[SETTING_TEXT] = {"text", "", NULL},
	[SETTING_INTEGER] = {"integer", "such as 12", plain},
	[SETTING_BOOLEAN] = {"boolean", "yes or no", NULL},
	[SETTING_DURATION] = {"duration", "such as 250ms, 5s, 2min, 1h or 7d", durations},
	[SETTING_SIZE] = {"size", "such as 512, 4k, 1M or 2G", sizes},
};

const char *setting_kind_name(enum setting_kind kind)
{
	return kinds[kind].name;
}

static const struct unit *unit_find(const struct unit *units, const char *name)
{
	for (; units->name; units++)
		if (strcmp(units->name, name) == 0)
			return units;
	return NULL;
}

/* Digits, then a unit of the table and nothing else; only plain integers may be negative. */
static bool number_parse(const char *text, const struct unit *units, int64_t *out)
{
	const struct unit *unit;
	bool negative = *text == '-' && units == plain;
	const char *p = text + negative;
	int64_t value = 0;

	if (*p < '0' || *p > '9')
		return false;
	for (; *p >= '0' && *p <= '9'; p++)
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_sub_overflow(value, *p - '0', &value))
			return false;
	unit = unit_find(units, p);
	if (unit == NULL && value == 0 && *p == '\0')
		unit = units; /* "0" needs no unit */
	if (unit == NULL || __builtin_mul_overflow(value, unit->factor, &value))
		return false;
	if (!negative && value == INT64_MIN)
		return false;
	*out = negative ? value : -value;
	return true;
}

static bool boolean_parse(const char *text, bool *out)
{
	static const char *const words[] = {"no", "yes", "false", "true", "off", "on", "0", "1"};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(text, words[i]) == 0) {
			*out = i % 2 != 0;
			return true;
		}
	return false;
}

static char *number_text(const void *parent, enum setting_kind kind, int64_t value)
{
	const struct unit *unit = kinds[kind].units;

	if (value == 0)
		return talloc_strdup(parent, "0");
	while (value % unit->factor != 0)
		unit++;
	return talloc_asprintf(parent, "%lld%s", (long long)(value / unit->factor), unit->name);
}

/* A row whose minimum and maximum are both 0 has no range. */
char *setting_range(const void *parent, const struct setting *row)
{
	char *text, *low, *high;

	if (kinds[row->kind].units == NULL || (row->minimum == 0 && row->maximum == 0))
		return NULL;
	low = number_text(parent, row->kind, row->minimum);
	high = number_text(parent, row->kind, row->maximum);
	text = talloc_asprintf(parent, "%s to %s", low, high);
	talloc_free(low);
	talloc_free(high);
	return text;
}

static bool refuse(const void *parent, const struct setting *row, const char *text, const char **error)
{
	char *range = setting_range(parent, row);

	*error = talloc_asprintf(parent, "%s = \"%s\": not a valid %s (%s%s%s)", row->name, text,
				 kinds[row->kind].name, kinds[row->kind].example, range ? "; allowed: " : "",
				 range ? range : "");
	talloc_free(range);
	return false;
}

static bool in_range(const struct setting *row, int64_t value)
{
	return (row->minimum == 0 && row->maximum == 0) || (value >= row->minimum && value <= row->maximum);
}

bool setting_parse(const void *parent, const struct setting *row, const char *text, struct setting_value *out,
		   const char **error)
{
	char *range;

	if (row->kind == SETTING_TEXT)
		return true;
	if (row->kind == SETTING_BOOLEAN)
		return boolean_parse(text, &out->boolean) || refuse(parent, row, text, error);
	if (!number_parse(text, kinds[row->kind].units, &out->number))
		return refuse(parent, row, text, error);
	if (in_range(row, out->number))
		return true;
	range = setting_range(parent, row);
	*error = talloc_asprintf(parent, "%s = \"%s\": out of range (allowed: %s)", row->name, text, range);
	talloc_free(range);
	return false;
}

bool settings_put(void *parent, const struct setting *row, const char *text, const char **error)
{
	struct setting_value value = {0};
	const char **target = row->target;

	if (!setting_parse(parent, row, text, &value, error))
		return false;
	if (row->kind == SETTING_BOOLEAN)
		*(bool *)row->target = value.boolean;
	else if (row->kind != SETTING_TEXT)
		*(int64_t *)row->target = value.number;
	else if (*target == NULL || strcmp(*target, text) != 0)
		*target = talloc_strdup(parent, text); /* the old one may be in use and stays */
	return true;
}
