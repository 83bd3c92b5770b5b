/*
 * test_validator.c - schemas that are refused, values that are, and that nothing takes long
 */
#include <string.h>
#include <talloc.h>

#include "common/clock.h"
#include "common/validator.h"
#include "tests/unit/unit.h"

enum {
	FAULTS_MAX = 20
};

static const struct json *parse(const void *parent, const char *text)
{
	const char *error = "";
	const struct json *v = json_parse(parent, text, strlen(text), &error);

	ck_assert_msg(v != NULL, "%s: %s", text, error);
	return v;
}

/* "pointer|pointer", "" if the value is good; "!pointer" if the schema is refused. */
static const char *told(const void *parent, const char *schema, const char *value)
{
	struct fault faults[FAULTS_MAX];
	struct validator *v = validator_read(parent, parse(parent, schema), faults);
	char *out = talloc_strdup(parent, "");
	size_t count, i;

	if (v == NULL)
		return talloc_asprintf(parent, "!%s", faults[0].pointer);
	count = validator_check(parent, v, parse(parent, value), "/v", faults, FAULTS_MAX);
	for (i = 0; i < count; i++) {
		ck_assert(faults[i].detail[0] != '\0');
		out = talloc_asprintf_append(out, "%s%s", i ? "|" : "", faults[i].pointer);
	}
	return out;
}

struct check {
	const char *schema, *value, *want;
};

static void run(const struct check *cases, size_t count)
{
	void *scratch = talloc_new(NULL);
	const char *got;
	size_t i;

	for (i = 0; i < count; i++) {
		got = told(scratch, cases[i].schema, cases[i].value);
		ck_assert_msg(strcmp(got, cases[i].want) == 0, "%s for %s: got \"%s\", want \"%s\"",
			      cases[i].schema, cases[i].value, got, cases[i].want);
	}
	talloc_free(scratch);
}

START_TEST(values)
{
	static const struct check cases[] = {
		{"true", "{}", ""},
		{"false", "{}", "/v"},
		{"{\"type\": \"integer\"}", "1.0", ""},
		{"{\"type\": \"integer\"}", "1e20", ""},
		{"{\"type\": \"integer\"}", "1.5", "/v"},
		{"{\"type\": [\"string\", \"null\"]}", "null", ""},
		{"{\"type\": [\"string\", \"null\"]}", "3", "/v"},
		{"{\"required\": [\"a/b\", \"c\"]}", "{}", "/v/a~1b|/v/c"},
		{"{\"required\": [\"a\"]}", "[]", ""},
		{"{\"properties\": {\"a\": {\"minimum\": 1}, \"b\": {\"maxLength\": 2}}}",
		 "{\"a\": 0, \"b\": \"\\u00e9\\u00e8\\u00ea\"}", "/v/a|/v/b"},
		{"{\"properties\": {\"a\": true}, \"additionalProperties\": false}", "{\"a\": 1, \"b~\": 2}",
		 "/v/b~0"},
		{"{\"additionalProperties\": {\"type\": \"string\"}}", "{\"a\": 1, \"b\": \"\"}", "/v/a"},
		{"{\"enum\": [1, \"a\", null, [1, {\"x\": 1, \"y\": 2}]]}", "[1.0, {\"y\": 2, \"x\": 1}]",
		 ""},
		{"{\"enum\": [1]}", "true", "/v"},
		{"{\"const\": 0}", "false", "/v"},
		{"{\"const\": {\"a\": 1}}", "{\"a\": 1, \"b\": 1}", "/v"},
		{"{\"exclusiveMinimum\": 1, \"exclusiveMaximum\": 2}", "1", "/v"},
		{"{\"exclusiveMinimum\": 1, \"exclusiveMaximum\": 2}", "1.5", ""},
		{"{\"maximum\": 9223372036854775806}", "9223372036854775807", "/v"},
		{"{\"multipleOf\": 0.01}", "4.02", ""},
		{"{\"multipleOf\": 0.01}", "4.025", "/v"},
		{"{\"multipleOf\": 7}", "15", "/v"},
		{"{\"minLength\": 2}", "\"\\ud83d\\ude00\"", "/v"},
		{"{\"pattern\": \"^[A-Z]{3}$\"}", "\"EURO\"", "/v"},
		{"{\"prefixItems\": [{\"type\": \"string\"}], \"items\": {\"type\": \"integer\"}}",
		 "[1, 1, \"x\"]", "/v/0|/v/2"},
		{"{\"minItems\": 2, \"maxItems\": 3}", "[1]", "/v"},
		{"{\"uniqueItems\": true}", "[1, 2, 1.0]", "/v/2"},
		{"{\"uniqueItems\": true}", "[1, true, \"1\", [1], [true]]", ""},
		{"{\"minProperties\": 1, \"maxProperties\": 1}", "{\"a\": 1, \"b\": 2}", "/v"},
		{"{\"anyOf\": [{\"required\": [\"a\"]}, {\"required\": [\"b\"]}]}", "{\"c\": 1}", "/v"},
		{"{\"oneOf\": [{\"minimum\": 1}, {\"maximum\": 5}]}", "3", "/v"},
		{"{\"oneOf\": [{\"minimum\": 1}, {\"maximum\": 5}]}", "9", ""},
		{"{\"allOf\": [{\"minimum\": 5}, {\"multipleOf\": 2}]}", "3", "/v|/v"},
		{"{\"not\": {\"type\": \"string\"}}", "\"\"", "/v"},
		{"{\"$defs\": {\"a/b%\": {\"minimum\": 1}}, \"items\": {\"$ref\": \"#/$defs/a~1b%25\"}}",
		 "[0]", "/v/0"},
		{"{\"properties\": {\"next\": {\"$ref\": \"#\"}}, \"additionalProperties\": false}",
		 "{\"next\": {\"next\": {\"x\": 1}}}", "/v/next/next/x"},
	};

	run(cases, sizeof(cases) / sizeof(cases[0]));
}
END_TEST

START_TEST(formats)
{
	static const struct {
		const char *format, *text;
		bool good;
	} cases[] = {
		{"date-time", "2026-11-24T10:00:00Z", true},
		{"date-time", "2026-11-24T10:00:00+01:00", true},
		{"date-time", "2026-11-24 10:00", false},
		{"date", "2028-02-29", true},
		{"date", "2026-02-29", false},
		{"email", "ada@example.org", true},
		{"email", "a.b+c@xn--bcher-kva.example", true},
		{"email", "ada", false},
		{"email", "@example.org", false},
		{"email", "a..b@example.org", false},
		{"email", ".a@example.org", false},
		{"email", "a b@example.org", false},
		{"email", "a@-x.org", false},
		{"email", "a@x-.org", false},
		{"email", "a@x..org", false},
		{"email", "a@example.org\\nBcc: x@y.z", false},
		{"uri", "https://example.org/a?b=c#d", true},
		{"uri", "urn:ae:x", true},
		{"uri", "mailto:ada@example.org", true},
		{"uri", "/relative", false},
		{"uri", "example.org", false},
		{"uri", "https://example.org/a b", false},
		{"uri", "https://example.org/%zz", false},
		{"uri", "1a:b", false},
	};
	void *scratch = talloc_new(NULL);
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *schema = talloc_asprintf(scratch, "{\"format\": \"%s\"}", cases[i].format);
		const char *value = talloc_asprintf(scratch, "\"%s\"", cases[i].text);

		ck_assert_msg((told(scratch, schema, value)[0] == '\0') == cases[i].good, "%s as %s",
			      cases[i].text, cases[i].format);
	}
	talloc_free(scratch);
}
END_TEST

/* Whatever would not be kept is refused by its place. */
START_TEST(schemas)
{
	static const struct check cases[] = {
		{"[]", "{}", "!"},
		{"{\"type\": \"text\"}", "{}", "!/type"},
		{"{\"type\": []}", "{}", "!/type"},
		{"{\"type\": [\"string\", 1]}", "{}", "!/type/1"},
		{"{\"properties\": {\"a\": {\"minLength\": -1}}}", "{}", "!/properties/a/minLength"},
		{"{\"properties\": {\"a\": 1}}", "{}", "!/properties/a"},
		{"{\"properties\": []}", "{}", "!/properties"},
		{"{\"required\": \"a\"}", "{}", "!/required"},
		{"{\"required\": [1]}", "{}", "!/required/0"},
		{"{\"minimum\": \"1\"}", "{}", "!/minimum"},
		{"{\"multipleOf\": 0}", "{}", "!/multipleOf"},
		{"{\"uniqueItems\": 1}", "{}", "!/uniqueItems"},
		{"{\"pattern\": \"(\"}", "{}", "!/pattern"},
		{"{\"format\": \"ipv4\"}", "{}", "!/format"},
		{"{\"anyOf\": []}", "{}", "!/anyOf"},
		{"{\"enum\": 1}", "{}", "!/enum"},
		{"{\"if\": {}, \"then\": {}}", "{}", "!/if"},
		{"{\"patternProperties\": {}}", "{}", "!/patternProperties"},
		{"{\"contains\": {}}", "{}", "!/contains"},
		{"{\"$id\": \"x\"}", "{}", "!/$id"},
		{"{\"minlength\": 3}", "{}", "!/minlength"},
		{"{\"$schema\": \"http://json-schema.org/draft-07/schema#\"}", "{}", "!/$schema"},
		{"{\"$ref\": \"https://example.org/x\"}", "{}", "!/$ref"},
		{"{\"$ref\": \"#/properties/x\"}", "{}", "!/$ref"},
		{"{\"$ref\": \"#/$defs/x\"}", "{}", "!/$ref"},
		{"{\"$defs\": {\"x\": {}}, \"$ref\": \"#/$defs/x/y\"}", "{}", "!/$ref"},
		{"{\"$defs\": {\"x\": {}}, \"$ref\": \"#/$defs/%x\"}", "{}", "!/$ref"},
		{"{\"$ref\": \"#\"}", "{}", "!/$ref"},
		{"{\"$defs\": {\"a\": {\"allOf\": [{\"$ref\": \"#/$defs/b\"}]},"
		 " \"b\": {\"not\": {\"$ref\": \"#/$defs/a\"}}}}",
		 "{}", "!/$defs/b/not/$ref"},
		{"{\"$schema\": \"https://json-schema.org/draft/2020-12/schema\", \"title\": \"t\","
		 " \"description\": 1, \"default\": {\"if\": 1}, \"examples\": [], \"x-mine\": 1}",
		 "{}", ""},
	};

	run(cases, sizeof(cases) / sizeof(cases[0]));
}
END_TEST

/* Twice as much to check with every step: nobody waits for the end of it. */
START_TEST(work_is_bounded)
{
	void *scratch = talloc_new(NULL);
	char *schema = talloc_strdup(scratch, "{\"$defs\": {"), *list = talloc_strdup(scratch, "[");
	int64_t from = clock_monotonic();
	int i;

	for (i = 0; i < 14; i++)
		schema = talloc_asprintf_append(schema,
						"\"d%d\": {\"anyOf\": [{\"$ref\": \"#/$defs/d%d\"},"
						" {\"$ref\": \"#/$defs/d%d\"}]}, ",
						i, i + 1, i + 1);
	schema = talloc_asprintf_append(schema, "\"d14\": false}, \"items\": {\"$ref\": \"#/$defs/d0\"}}");
	ck_assert_str_eq(told(scratch, schema, "[1]"), "/v/0");
	for (i = 0; i < 1000; i++)
		list = talloc_asprintf_append(list, "%s%d", i ? ", " : "", i);
	list = talloc_asprintf_append(list, "]");
	ck_assert_str_eq(told(scratch, schema, list), "/v");
	ck_assert_str_eq(told(scratch, "{\"uniqueItems\": true}", list), "");
	ck_assert(clock_monotonic() - from < 5 * SECOND);
	talloc_free(scratch);
}
END_TEST

START_TEST(references_have_a_limit)
{
	void *scratch = talloc_new(NULL);
	char *schema = talloc_strdup(scratch, "{\"$defs\": {");
	int i;

	for (i = 0; i < 40; i++)
		schema = talloc_asprintf_append(schema, "\"d%d\": {\"$ref\": \"#/$defs/d%d\"}, ", i, i + 1);
	schema = talloc_asprintf_append(schema, "\"d40\": true}}");
	ck_assert_str_eq(told(scratch, schema, "1"), "!/$defs/d8/$ref");
	talloc_free(scratch);
}
END_TEST

UNIT_MAIN("validator", values, formats, schemas, work_is_bounded, references_have_a_limit)
