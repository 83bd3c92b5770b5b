/*
 * test_mustache.c - the modules of the Mustache specification, in cases of our own, and hostile templates
 */
#include <string.h>
#include <talloc.h>

#include "common/mustache.h"
#include "tests/unit/unit.h"

struct example {
	const char *template, *data, *result;
};

/* Partials of the tests: pairs of name and text. */
static const char *partial(void *context, const char *name, size_t *length)
{
	const char *const *p;

	for (p = context; p && *p; p += 2)
		if (strcmp(p[0], name) == 0) {
			*length = strlen(p[1]);
			return p[1];
		}
	return NULL;
}

static char *rendered(void *t, const char *template, const char *data, const char *const *partials,
		      enum mustache_escape escape, const char **error)
{
	struct mustache_partials p = {partial, (void *)partials};
	struct mustache *m = mustache_parse(t, template, strlen(template), error);
	struct json *json = json_parse(t, data, strlen(data), error);
	size_t length;
	char *out;

	if (m == NULL || json == NULL)
		return NULL;
	out = mustache_render(t, m, json, &p, escape, &length, error);
	ck_assert(out == NULL || strlen(out) == length);
	return out;
}

static void check(const struct example *e, size_t count, const char *const *partials)
{
	void *t = talloc_new(NULL);
	const char *error = "", *out;
	size_t i;

	for (i = 0; i < count; i++) {
		out = rendered(t, e[i].template, e[i].data, partials, MUSTACHE_HTML, &error);
		ck_assert_msg(out != NULL, "%s: %s", e[i].template, error);
		ck_assert_msg(strcmp(out, e[i].result) == 0, "%s with %s: '%s', not '%s'", e[i].template,
			      e[i].data, out, e[i].result);
	}
	talloc_free(t);
}

#define CHECK(examples, partials) check(examples, sizeof(examples) / sizeof(*examples), partials)

START_TEST(interpolation)
{
	static const struct example e[] = {
		{"points", "{}", "points"},
		{"Dear {{name}},", "{\"name\":\"Ann\"}", "Dear Ann,"},
		{"{{a}}{{{a}}}{{&a}}", "{\"a\":\"<&>\\\"'\"}", "&lt;&amp;&gt;&quot;&#39;<&>\"'<&>\"'"},
		{"{{n}} {{r}} {{b}} [{{z}}] [{{none}}]", "{\"n\":85,\"r\":1.21,\"b\":true,\"z\":null}",
		 "85 1.21 true [] []"},
		{"{{m.tier.name}}|{{m.no.name}}", "{\"m\":{\"tier\":{\"name\":\"gold\"}}}", "gold|"},
		{"{{#a}}{{b.c}}{{/a}}", "{\"a\":{\"b\":{}},\"b\":{\"c\":\"outer\"}}", ""},
		{"{{#a}}{{x}}{{/a}}", "{\"a\":{\"y\":1},\"x\":\"outer\"}", "outer"},
		{"{{.}}", "\"whole\"", "whole"},
		{"| {{ a }} |{{{ a }}}|", "{\"a\":1}", "| 1 |1|"},
		{"  {{a}}\n", "{\"a\":1}", "  1\n"},
	};

	CHECK(e, NULL);
}
END_TEST

START_TEST(sections)
{
	static const struct example e[] = {
		{"{{#a}}yes{{/a}}{{^a}}no{{/a}}", "{\"a\":true}", "yes"},
		{"{{#a}}yes{{/a}}{{^a}}no{{/a}}", "{\"a\":false}", "no"},
		{"{{#a}}yes{{/a}}{{^a}}no{{/a}}", "{\"a\":null}", "no"},
		{"{{#a}}yes{{/a}}{{^a}}no{{/a}}", "{}", "no"},
		{"{{#a}}yes{{/a}}{{^a}}no{{/a}}", "{\"a\":[]}", "no"},
		{"{{#a}}yes{{/a}}{{^a}}no{{/a}}", "{\"a\":\"\"}", "no"},
		{"{{#a}}{{x}},{{/a}}", "{\"a\":[{\"x\":1},{\"x\":2}]}", "1,2,"},
		{"{{#a}}({{.}}){{/a}}", "{\"a\":[1,\"b\",2.5]}", "(1)(b)(2.5)"},
		{"{{#a}}({{#.}}{{.}}{{/.}}){{/a}}", "{\"a\":[[1,2],[3]]}", "(12)(3)"},
		{"{{#a.b}}x{{/a.b}}{{^a.c}}y{{/a.c}}", "{\"a\":{\"b\":1}}", "xy"},
		{"{{#a}}{{#a}}{{x}}{{/a}}{{/a}}", "{\"a\":{\"x\":7,\"a\":{\"x\":8}}}", "8"},
		{"a\n  {{#s}}\nb\n  {{/s}}\nc\n", "{\"s\":true}", "a\nb\nc\n"},
		{"a\r\n{{#s}}\r\n{{/s}}\r\nb", "{\"s\":true}", "a\r\nb"},
		{"  {{#s}}\n #{{/s}}\n/", "{\"s\":true}", " #\n/"},
		{"#{{#s}}\n/\n  {{/s}}", "{\"s\":true}", "#\n/\n"},
		{" {{#s}} y {{/s}} ", "{\"s\":true}", "  y  "},
		{"{{# s }}={{/ s }}", "{\"s\":true}", "="},
	};

	CHECK(e, NULL);
}
END_TEST

START_TEST(comments_and_delimiters)
{
	static const struct example e[] = {
		{"1{{! of no concern }}2", "{}", "12"},
		{"a\n{{! alone }}\nb", "{}", "a\nb"},
		{"a\n  {{!\n  more\n  lines\n  }}\nb", "{}", "a\nb"},
		{"x {{! not alone }}\n", "{}", "x \n"},
		{"{{=<% %>=}}(<%a%>){{a}}", "{\"a\":1}", "(1){{a}}"},
		{"{{#s}}\n{{=| |=}}\n|a||/s|", "{\"s\":true,\"a\":1}", "1"},
		{"{{= @   @ =}}@a@", "{\"a\":1}", "1"},
		{"a\n{{=@ @=}}\nb\n", "{}", "a\nb\n"},
		{" | {{=@ @=}}\n", "{}", " | \n"},
	};

	CHECK(e, NULL);
}
END_TEST

START_TEST(partials)
{
	static const char *const parts[] = {
		"greet", "Hi {{name}}",     "tree",  "{{v}}<{{#kids}}{{>tree}}{{/kids}}>",
		"lines", "|\n{{{c}}}\n|\n", "plain", "{{=<% %>=}}<%v%>",
		NULL};
	static const struct example e[] = {
		{"[{{>greet}}]", "{\"name\":\"Bo\"}", "[Hi Bo]"},
		{"[{{> missing }}]", "{}", "[]"},
		{"{{>tree}}", "{\"v\":1,\"kids\":[{\"v\":2,\"kids\":[]}]}", "1<2<>>"},
		{"\\\n {{>lines}}\n/\n", "{\"c\":\"<\\n->\"}", "\\\n |\n <\n->\n |\n/\n"},
		{"|\r\n{{>greet}}\r\n|", "{\"name\":\"\"}", "|\r\nHi |"},
		{"  {{>greet}}\n>", "{\"name\":1}", "  Hi 1>"},
		{"{{>plain}} {{v}}", "{\"v\":1}", "1 1"},
		{"{{v}}  {{>greet}}\n", "{\"v\":1,\"name\":2}", "1  Hi 2\n"},
	};

	CHECK(e, parts);
}
END_TEST

START_TEST(plain_is_not_escaped)
{
	void *t = talloc_new(NULL);
	const char *error;

	ck_assert_str_eq(rendered(t, "{{a}}", "{\"a\":\"<Ann & Bo>\"}", NULL, MUSTACHE_PLAIN, &error),
			 "<Ann & Bo>");
	talloc_free(t);
}
END_TEST

START_TEST(faults_name_line_and_reason)
{
	static const struct {
		const char *template, *says;
	} faults[] = {
		{"a\n{{#s}}", "line 2: the section {{#s}} is not closed"},
		{"{{#a}}{{/b}}", "line 1: {{/b}} comes where {{/a}} is expected"},
		{"a\n\n{{/b}}", "line 3: {{/b}} closes nothing"},
		{"{{name", "is not closed by }}"},
		{"{{{name}}", "is not closed by }}}"},
		{"{{}}", "without a name"},
		{"{{=a=}}", "delimiters are set as"},
		{"{{= = = =}}", "delimiters are set as"},
	};
	void *t = talloc_new(NULL);
	const char *error;
	size_t i;

	for (i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
		ck_assert_ptr_null(mustache_parse(t, faults[i].template, strlen(faults[i].template), &error));
		ck_assert_msg(strstr(error, faults[i].says) != NULL, "%s: %s", faults[i].template, error);
	}
	talloc_free(t);
}
END_TEST

/* Ten thousand squared, a partial of itself, and sections without end stop with a reason. */
START_TEST(hostile_templates_stop)
{
	static const char *const loop[] = {"loop", "x{{>loop}}", NULL};
	void *t = talloc_new(NULL);
	char *list = talloc_strdup(t, "{\"l\":[0"), *deep = talloc_strdup(t, "");
	const char *error = "";
	int i;

	for (i = 0; i < 2000; i++)
		list = talloc_strdup_append(list, ",1");
	list = talloc_strdup_append(list, "]}");
	ck_assert_ptr_null(
		rendered(t, "{{#l}}{{#l}}{{#l}}x{{/l}}{{/l}}{{/l}}", list, NULL, MUSTACHE_HTML, &error));
	ck_assert_msg(strstr(error, "steps") || strstr(error, "longer"), "%s", error);
	ck_assert_ptr_null(rendered(t, "{{>loop}}", "{}", loop, MUSTACHE_HTML, &error));
	ck_assert_str_eq(error, "partials are nested deeper than 32");
	for (i = 0; i <= MUSTACHE_DEPTH_MAX; i++)
		deep = talloc_strdup_append(deep, "{{#a}}");
	ck_assert_ptr_null(mustache_parse(t, deep, strlen(deep), &error));
	ck_assert(strstr(error, "deeper than 64") != NULL);
	talloc_free(t);
}
END_TEST

/* Whatever is between braces, it is rendered or refused. */
START_TEST(random_templates)
{
	static const char *const bits[] = {"{{",     "}}",          "{{{", "}}}",  "#",      "^",
					   "/",      "a",           ".",   "!",    ">",      "=",
					   "&",      " ",           "\n",  "\r\n", "{{#a}}", "{{/a}}",
					   "{{>p}}", "{{=<% %>=}}", "<%",  "%>",   "\xc3"};
	static const char *const parts[] = {"p", "{{#a}}{{>p}}{{/a}}\n{{a}}", NULL};
	void *t;
	const char *error;
	char *text;
	int i, k;

	srand48(7);
	for (i = 0; i < 50000; i++) {
		t = talloc_new(NULL);
		text = talloc_strdup(t, "");
		for (k = (int)(lrand48() % 20); k >= 0; k--)
			text = talloc_strdup_append(text,
						    bits[(size_t)lrand48() % (sizeof(bits) / sizeof(*bits))]);
		error = NULL;
		ck_assert((rendered(t, text, "{\"a\":[{\"a\":1},2]}", parts, MUSTACHE_HTML, &error) ==
			   NULL) == (error != NULL));
		talloc_free(t);
	}
}
END_TEST

/* Values that are to be put in, not what sections ask for; each name once. */
START_TEST(what_is_missing_is_told)
{
	static const char text[] = "{{a}}{{b}}{{{c.d}}}{{b}}{{#e}}{{f}}{{/e}}{{^e}}{{&g}}{{/e}}{{n}}";
	static const char values[] = "{\"a\": 1, \"c\": {}, \"n\": null}";
	struct mustache_missing missing = {.count = 0};
	void *t = talloc_new(NULL);
	const char *error;
	struct mustache *m = mustache_parse(t, text, strlen(text), &error);
	struct json *data = json_parse(t, values, strlen(values), &error);

	ck_assert_str_eq(mustache_render_noting(t, m, data, NULL, MUSTACHE_PLAIN, NULL, &missing, &error),
			 "1");
	ck_assert_int_eq(missing.count, 3);
	ck_assert_str_eq(missing.names[0], "b");
	ck_assert_str_eq(missing.names[1], "c.d");
	ck_assert_str_eq(missing.names[2], "g");
	talloc_free(t);
}
END_TEST

UNIT_MAIN("mustache", interpolation, sections, comments_and_delimiters, partials, plain_is_not_escaped,
	  faults_name_line_and_reason, hostile_templates_stop, random_templates, what_is_missing_is_told)
