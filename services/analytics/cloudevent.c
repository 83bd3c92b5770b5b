/*
 * cloudevent.c - is this an event that we can keep and apply?
 *
 * Attributes first (CloudEvents 1.0.2, section 3), then the data by its JSON Schema, then what a
 * schema cannot say: dates that cannot be, amounts that contradict the status, a foreign subject.
 */
#include <string.h>
#include <talloc.h>

#include "common/tz.h"
#include "services/analytics/cloudevent.h"

static const instant earliest = 0;                 /* 1970: before it no purchase was processed */
static const instant ahead = DAY_SECONDS * SECOND; /* clocks of neighbours may be wrong by a day */

static bool refuse(struct schema_fault *fault, const char *pointer, const char *code, const char *detail)
{
	*fault = (struct schema_fault){pointer, code, detail};
	return false;
}

/* A required attribute of 1 to 200 bytes. */
static const char *attribute(const void *parent, const struct json *json, const char *name,
			     struct schema_fault *fault)
{
	const struct json *v = json_get(json, name);
	const char *pointer = talloc_asprintf(parent, "/%s", name);

	if (v == NULL || v->kind == JSON_NULL)
		refuse(fault, pointer, "missing", "is required");
	else if (v->kind != JSON_TEXT)
		refuse(fault, pointer, "type", "must be a string");
	else if (v->length < 1 || v->length > 200)
		refuse(fault, pointer, "length", "must have 1 to 200 bytes");
	else
		return v->text;
	return NULL;
}

/* When it happened: the attribute "time", else the data's own instant. */
static bool read_time(const struct json *json, struct log_event *e, struct schema_fault *fault)
{
	static const char *const names[] = {"occurred_at", "enrolled_at", "effective_at"};
	const struct json *v = json_get(json, "time");
	const char *text;
	instant t;
	size_t i;

	e->time = clock_now();
	if (v && v->kind != JSON_NULL) {
		if (v->kind != JSON_TEXT || !instant_parse(v->text, &e->time))
			return refuse(fault, "/time", "format", "must be an RFC 3339 date-time");
		if (e->time < earliest || e->time > clock_now() + ahead)
			return refuse(fault, "/time", "range", "lies before 1970 or in the future");
	}
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		text = json_get_text(e->data, names[i], NULL);
		if (text == NULL || !instant_parse(text, &t))
			continue;
		if (t < earliest || t > clock_now() + ahead)
			return refuse(fault,
				      i == 0   ? "/data/occurred_at"
				      : i == 1 ? "/data/enrolled_at"
					       : "/data/effective_at",
				      "range", "lies before 1970 or in the future");
		if (v == NULL || v->kind == JSON_NULL)
			e->time = t;
	}
	return true;
}

static bool check_transaction(const struct json *data, struct schema_fault *fault)
{
	bool reversed = strcmp(json_get_text(data, "status", "completed"), "reversed") == 0;

	if (json_get_integer(data, "amount_minor", 0) < 0 && !reversed)
		return refuse(fault, "/data/amount_minor", "range",
			      "is negative, which only a reversal may be");
	return true;
}

static bool check_enrolment(const struct json *data, struct schema_fault *fault)
{
	day born;
	const char *text = json_get_text(data, "birth_date", NULL);
	const char *zone = json_get_text(data, "time_zone", NULL);

	if (text && day_parse(text, &born) &&
	    (born < day_from_civil(1900, 1, 1) || born > (day)(clock_now() / SECOND / DAY_SECONDS) + 1))
		return refuse(fault, "/data/birth_date", "range", "lies before 1900 or in the future");
	if (zone && tz_find(zone) == NULL)
		return refuse(fault, "/data/time_zone", "unknown", "is not an IANA time zone");
	return true;
}

static bool check_category(const struct json *data, struct schema_fault *fault)
{
	double multiplier = json_get_real(data, "points_multiplier", 1);

	if (multiplier < 0 || multiplier > 1000)
		return refuse(fault, "/data/points_multiplier", "range", "must be between 0 and 1000");
	return true;
}

static bool check_meaning(const struct log_event *e, struct schema_fault *fault)
{
	if (strcmp(e->type, "TransactionProcessedEvent") == 0)
		return check_transaction(e->data, fault);
	if (strcmp(e->type, "MemberEnrolledEvent") == 0)
		return check_enrolment(e->data, fault);
	if (strcmp(e->type, "CategoryUpdatedEvent") == 0)
		return check_category(e->data, fault);
	return true;
}

/* Whom it is about: the data says it, and a subject that is given must say the same. */
static bool read_subject(const struct json *json, struct log_event *e, struct schema_fault *fault)
{
	const char *about = json_get_text(e->data, "member_id", json_get_text(e->data, "category", ""));
	const struct json *v = json_get(json, "subject");

	e->subject = about;
	if (v == NULL || v->kind == JSON_NULL)
		return true;
	if (v->kind != JSON_TEXT || strcmp(v->text, about) != 0)
		return refuse(fault, "/subject", "mismatch", "is not the member (or category) of the data");
	return true;
}

/* The schemas describe data; their faults' pointers are relative to it already, through the tree. */
static bool read_data(const void *parent, const struct json *json, struct log_event *e,
		      struct schema_fault *fault)
{
	const struct schema *schema = event_schema(e->type);

	e->data = json_get(json, "data");
	if (schema == NULL)
		return refuse(fault, "/type", "unknown", "is not an event type that is taken in here");
	if (json_get(json, "data_base64"))
		return refuse(fault, "/data_base64", "unsupported", "data must be JSON");
	if (e->data == NULL)
		return refuse(fault, "/data", "missing", "is required");
	return schema_check(parent, schema, e->data, fault) && check_meaning(e, fault);
}

bool cloudevent_read(const void *parent, const struct json *json, const char *text, size_t length,
		     struct log_event *e, struct schema_fault *fault)
{
	const char *version;

	*e = (struct log_event){.json = json, .body = text, .length = length};
	if (json->kind != JSON_OBJECT)
		return refuse(fault, "", "type", "must be an object");
	if (length > EVENT_SIZE_MAX)
		return refuse(fault, "", "length", "the event is larger than 256 KiB");
	version = attribute(parent, json, "specversion", fault);
	if (version == NULL)
		return false;
	if (strcmp(version, "1.0") != 0)
		return refuse(fault, "/specversion", "enum", "must be \"1.0\"");
	e->id = attribute(parent, json, "id", fault);
	e->source = e->id ? attribute(parent, json, "source", fault) : NULL;
	e->type = e->source ? attribute(parent, json, "type", fault) : NULL;
	return e->type && read_data(parent, json, e, fault) && read_time(json, e, fault) &&
	       read_subject(json, e, fault);
}
