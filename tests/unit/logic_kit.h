/*
 * logic_kit.h - what the tests of JsonLogic share: data to read, and rules run from their text
 */
#ifndef AE_LOGIC_KIT_H
#define AE_LOGIC_KIT_H

#include <check.h>
#include <string.h>
#include <talloc.h>

#include "common/json.h"
#include "common/logic.h"

static const char default_data[] __attribute__((unused)) =
	"{\"a\":1,\"t\":\"h\xc3\xa9llo\",\"z\":null,\"n\":{\"b\":{\"c\":\"deep\"},\"\":\"unnamed\"},\"l\":[1,"
	"2,3,4],"
	"\"e\":[],\"o\":[{\"q\":1,\"s\":\"x\"},{\"q\":2,\"s\":\"y\"}],\"smile\":\"a\xf0\x9f\x98\x80z\","
	"\"big\":9007199254740993,\"empty\":\"\",\"no\":false}";

static inline const struct json *read_json(void *t, const char *text)
{
	const char *error = NULL;
	const struct json *json = json_parse(t, text, strlen(text), &error);

	ck_assert_msg(json != NULL, "%s: %s", text, error);
	return json;
}

static inline struct logic *rule_of(void *t, const char *text)
{
	const char *error = NULL;
	struct logic *l = logic_parse(t, read_json(t, text), &error);

	ck_assert_msg(l != NULL, "%s: %s", text, error);
	return l;
}

static inline const char *written(void *t, const struct json *value)
{
	struct json_writer *w = json_writer_new(t);

	json_put_value(w, NULL, value);
	return json_text(w, NULL);
}

/* What a rule makes of the data, as JSON text; or the error. */
static inline const char *result(void *t, const char *rule, const char *data,
				 const struct logic_limits *limits)
{
	const struct json *value = NULL;
	const char *error = NULL;
	const struct json *read = data ? read_json(t, data) : NULL;
	const struct logic *l = rule_of(t, rule);
	bool good = logic_evaluate(t, l, read, limits, &value, &error), truth;
	const char *judged;

	ck_assert(good == (value != NULL) && good == (error == NULL));
	/* Whoever asks for the truth only is told that of the value, or the same error. */
	if (logic_judge(t, l, read, limits, &truth, &judged))
		ck_assert(!good || truth == logic_true(value));
	else
		ck_assert_str_eq(judged, error);
	return good ? written(t, value) : error;
}

#endif
