/*
 * validator_values.c - what the keywords ask of numbers and texts, and when two values are the same
 */
#include <ctype.h>
#include <float.h>
#include <math.h>
#include <string.h>
#include <talloc.h>

#include "common/clock.h"
#include "common/validator_tree.h"

/* --- numbers --------------------------------------------------------------------------------------- */

static bool is_number(const struct json *v)
{
	return v->kind == JSON_INTEGER || v->kind == JSON_REAL;
}

/* -1, 0, 1. On machines whose long double is no longer than a double, integers are compared as such. */
static int number_order(const struct json *a, const struct json *b)
{
	long double x, y;

	if (a->kind == JSON_INTEGER && b->kind == JSON_INTEGER)
		return (a->integer > b->integer) - (a->integer < b->integer);
	x = a->kind == JSON_INTEGER ? (long double)a->integer : (long double)a->real;
	y = b->kind == JSON_INTEGER ? (long double)b->integer : (long double)b->real;
	return (x > y) - (x < y);
}

static const char *number_text(const void *parent, const struct json *v)
{
	struct json_writer *w = json_writer_new(parent);

	json_put_value(w, NULL, v);
	return json_text(w, NULL);
}

static bool bounded(struct checking *c, const struct validator_rule *r, const struct json *v, bool good,
		    const char *how)
{
	if (!is_number(v) || good)
		return true;
	return c->quiet == 0
		       ? validator_refuse(c, v, NULL, "must be %s %s", how, number_text(c->parent, r->value))
		       : false;
}

bool check_minimum(struct checking *c, const struct validator_rule *r, const struct json *v)
{
	return bounded(c, r, v, number_order(v, r->value) >= 0, "at least");
}

bool check_maximum(struct checking *c, const struct validator_rule *r, const struct json *v)
{
	return bounded(c, r, v, number_order(v, r->value) <= 0, "at most");
}

bool check_exclusive_minimum(struct checking *c, const struct validator_rule *r, const struct json *v)
{
	return bounded(c, r, v, number_order(v, r->value) > 0, "more than");
}

bool check_exclusive_maximum(struct checking *c, const struct validator_rule *r, const struct json *v)
{
	return bounded(c, r, v, number_order(v, r->value) < 0, "less than");
}

/* 4.02 is a multiple of 0.01, though no double is: of fractions, what the nearest multiple rounds to counts.
 */
static bool is_multiple(const struct json *v, const struct json *of)
{
	double nearest;

	if (v->kind == JSON_INTEGER && of->kind == JSON_INTEGER)
		return v->integer % of->integer == 0;
	if (of->kind == JSON_INTEGER)
		return fmod(v->real, of->real) == 0;
	nearest = nearbyint(v->real / of->real) * of->real;
	return fabs(nearest - v->real) <= 2 * DBL_EPSILON * fabs(v->real);
}

bool check_multiple_of(struct checking *c, const struct validator_rule *r, const struct json *v)
{
	return bounded(c, r, v, is_number(v) && is_multiple(v, r->value), "a multiple of");
}

/* --- texts ----------------------------------------------------------------------------------------- */

static int64_t characters(const struct json *v)
{
	int64_t count = 0;
	size_t i;

	for (i = 0; i < v->length; i++)
		count += (v->text[i] & 0xc0) != 0x80;
	return count;
}

bool check_min_length(struct checking *c, const struct validator_rule *r, const struct json *v)
{
	return v->kind != JSON_TEXT || characters(v) >= r->value->integer ||
	       validator_refuse(c, v, NULL, "must have at least %lld characters",
				(long long)r->value->integer);
}

bool check_max_length(struct checking *c, const struct validator_rule *r, const struct json *v)
{
	return v->kind != JSON_TEXT || characters(v) <= r->value->integer ||
	       validator_refuse(c, v, NULL, "must have at most %lld characters",
				(long long)r->value->integer);
}

bool check_pattern(struct checking *c, const struct validator_rule *r, const struct json *v)
{
	return v->kind != JSON_TEXT || pattern_find(r->pattern, v->text, v->length, &c->steps) ||
	       validator_refuse(c, v, NULL, "does not match the pattern %s", r->value->text);
}

bool check_format(struct checking *c, const struct validator_rule *r, const struct json *v)
{
	const char *wrong = v->kind == JSON_TEXT ? validator_format_fault(r->value->text, v->text, v->length)
						 : NULL;

	return wrong == NULL || validator_refuse(c, v, NULL, "%s", wrong);
}

/* --- formats ----------------------------------------------------------------------------------------- */

static bool is_instant(const char *text, size_t length)
{
	instant t;

	(void)length;
	return instant_parse(text, &t);
}

static bool is_day(const char *text, size_t length)
{
	day d;

	(void)length;
	return day_parse(text, &d);
}

/* Labels of letters, digits and inner hyphens between dots. */
static bool is_domain(const char *text)
{
	size_t label;

	for (;; text++) {
		label = 0;
		for (; isalnum((unsigned char)*text) || *text == '-'; text++, label++)
			if (*text == '-' && (label == 0 || !isalnum((unsigned char)text[1])) &&
			    text[1] != '-')
				return false;
		if (label == 0 || label > 63)
			return false;
		if (*text == '\0')
			return true;
		if (*text != '.')
			return false;
	}
}

/* RFC 5321's Mailbox with a dot-string before the sign. */
static bool is_email(const char *text, size_t length)
{
	static const char others[] = "!#$%&'*+-/=?^_`{|}~";
	const char *sign = strrchr(text, '@'), *p;

	if (sign == NULL || sign == text || sign - text > 64 || length > 254)
		return false;
	for (p = text; p < sign; p++)
		if (*p == '.' ? p == text || p[1] == '.' || p + 1 == sign
			      : !isalnum((unsigned char)*p) && strchr(others, *p) == NULL)
			return false;
	return is_domain(sign + 1);
}

/* RFC 3986's URI: a scheme, and only characters that a URI may hold. */
static bool is_uri(const char *text, size_t length)
{
	static const char others[] = "-._~:/?#[]@!$&'()*+,;=";
	const char *p = text;

	(void)length;
	if (!isalpha((unsigned char)*p))
		return false;
	while (isalnum((unsigned char)*p) || (*p && strchr("+-.", *p)))
		p++;
	if (*p != ':')
		return false;
	for (; *p; p++) {
		if (*p == '%' && (!isxdigit((unsigned char)p[1]) || !isxdigit((unsigned char)p[2])))
			return false;
		if (*p != '%' && !isalnum((unsigned char)*p) && strchr(others, *p) == NULL)
			return false;
	}
	return true;
}

static const struct {
	const char *name;
	bool (*good)(const char *text, size_t length);
	const char *fault;
} formats[] = {
	{"date-time", is_instant, "must be an RFC 3339 date-time"},
	{"date", is_day, "must be a date, YYYY-MM-DD"},
	{"email", is_email, "must be an e-mail address"},
	{"uri", is_uri, "must be a URI with its scheme"},
};

bool validator_format_known(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (strcmp(formats[i].name, name) == 0)
			return true;
	return false;
}

const char *validator_format_fault(const char *name, const char *text, size_t length)
{
	size_t i;

	for (i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (strcmp(formats[i].name, name) == 0 && !formats[i].good(text, length))
			return formats[i].fault;
	return NULL;
}

/* --- the same ---------------------------------------------------------------------------------------- */

static bool same_objects(struct checking *c, const struct json *a, const struct json *b)
{
	const struct json *member, *other;

	for (member = a->first; member; member = member->next) {
		c->steps -= (int64_t)b->count;
		other = json_get(b, member->name);
		if (other == NULL || !validator_equal(c, member, other))
			return false;
	}
	return true;
}

static bool same_arrays(struct checking *c, const struct json *a, const struct json *b)
{
	const struct json *x = a->first, *y = b->first;

	for (; x && y; x = x->next, y = y->next)
		if (!validator_equal(c, x, y))
			return false;
	return true;
}

/* 1 and 1.0 are the same, 1 and true are not; the order of members is nobody's. */
bool validator_equal(struct checking *c, const struct json *a, const struct json *b)
{
	c->steps--;
	if (is_number(a) && is_number(b))
		return number_order(a, b) == 0;
	if (a->kind != b->kind || a->count != b->count || c->steps < 0)
		return false;
	switch (a->kind) {
	case JSON_BOOLEAN:
		return a->boolean == b->boolean;
	case JSON_TEXT:
		return a->length == b->length && memcmp(a->text, b->text, a->length) == 0;
	case JSON_ARRAY:
		return same_arrays(c, a, b);
	case JSON_OBJECT:
		return same_objects(c, a, b);
	case JSON_NULL:
	case JSON_INTEGER:
	case JSON_REAL:
		break;
	}
	return true;
}
