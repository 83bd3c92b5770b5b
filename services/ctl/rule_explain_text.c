/*
 * rule_explain_text.c - an explanation as text, and as JSON (see rule_explain.h)
 */
#include <stdio.h>
#include <string.h>
#include <talloc.h>
#include "services/ctl/ctl.h"
#include "services/ctl/rule_explain.h"

enum {
	SHOWN_MAX = 160 /* bytes of a rule or value in text */
};

static const char *compact(const struct json *value)
{
	struct json_writer *w = json_writer_new(ctl_memory);

	if (value == NULL)
		return "too much by itself";
	json_put_value(w, NULL, value);
	return json_text(w, NULL);
}

/* Cut at a character. */
static const char *shown(const struct json *value)
{
	const char *text = compact(value);
	size_t length = strlen(text);

	if (length <= SHOWN_MAX)
		return text;
	for (length = SHOWN_MAX; ((unsigned char)text[length] & 0xC0) == 0x80; length--)
		;
	return talloc_asprintf(ctl_memory, "%.*s...", (int)length, text);
}

/* --- facts ------------------------------------------------------------------------------------------- */

/* What a path of the rule leads to; NULL: nothing. */
static const struct json *follow(const struct json *facts, const char *path)
{
	const struct json *rule, *value;
	struct json_writer *w = json_writer_new(ctl_memory);
	const char *error, *text;
	struct logic *l;

	json_open_object(w, NULL);
	json_put_text(w, "var", path);
	json_close(w);
	text = json_text(w, NULL);
	rule = json_parse(ctl_memory, text, strlen(text), &error);
	l = rule ? logic_parse(ctl_memory, rule, &error) : NULL;
	return l && logic_evaluate(ctl_memory, l, facts, NULL, &value, &error) ? value : NULL;
}

/* --- text -------------------------------------------------------------------------------------------- */

static void reason_text(const struct logic_reason *r, int indent)
{
	size_t i;

	printf("%*s%s%s: %s\n", indent, "", r->decided ? "* " : "  ", shown(r->rule), shown(r->value));
	if (r->enough && r->count > 1)
		printf("%*s  each of these would be enough:\n", indent, "");
	for (i = 0; i < r->count; i++)
		reason_text(&r->because[i], indent + 2);
}

static void facts_text(const struct explained_condition *c)
{
	const struct logic_variables *v = logic_variables(ctl_memory, c->logic);
	const struct fact *f;
	bool known;
	size_t i;

	for (i = 0; i < v->count; i++) {
		f = fact_find(v->paths[i]);
		known = f || json_get(c->facts, v->paths[i]);
		printf("  %-32s %s%s%s%s\n", v->paths[i], shown(follow(c->facts, v->paths[i])),
		       f && f->unit[0] ? " " : "", f ? f->unit : "",
		       known ? "" : "   (not in the vocabulary)");
	}
}

static void condition_text(const struct explained_condition *c)
{
	printf("\n%s%s%s%s%s\n\nfacts used\n", c->name, c->occasion ? " of " : "",
	       c->occasion ? c->occasion : "", *c->name ? ": " : "",
	       logic_true(c->reason->value) ? "TRUE" : "FALSE");
	facts_text(c);
	puts("\nbecause (* = where the evaluation ended)");
	reason_text(c->reason, 0);
}

void explain_text(const struct explained *x)
{
	char text[DAY_TEXT];
	size_t i;

	printf("%s", x->rule);
	if (x->version)
		printf(", version %lld of %s", (long long)x->version, x->source);
	printf("\nmember %s, facts %s, position %lld\n", x->member->member_id,
	       x->member->facts_day == DAY_NONE ? "that an event has just outdated"
						: day_format(x->member->facts_day, text),
	       (long long)x->member->position);
	for (i = 0; i < x->count; i++)
		condition_text(&x->conditions[i]);
	if (x->of_occasions && x->count == 0)
		puts("\nFALSE: the member has nothing that this rule is about");
}

/* --- JSON -------------------------------------------------------------------------------------------- */

static void reason_json(struct json_writer *w, const char *name, const struct logic_reason *r)
{
	size_t i;

	json_open_object(w, name);
	json_put_text(w, "pointer", r->pointer);
	json_put_value(w, "rule", r->rule);
	if (r->value)
		json_put_value(w, "value", r->value);
	json_put_boolean(w, "true", logic_true(r->value));
	json_put_boolean(w, "decided", r->decided);
	json_put_boolean(w, "each_is_enough", r->enough);
	json_open_array(w, "because");
	for (i = 0; i < r->count; i++)
		reason_json(w, NULL, &r->because[i]);
	json_close(w);
	json_close(w);
}

static void facts_json(struct json_writer *w, const struct explained_condition *c)
{
	const struct logic_variables *v = logic_variables(ctl_memory, c->logic);
	const struct json *value;
	size_t i;

	json_open_object(w, "facts");
	for (i = 0; i < v->count; i++) {
		value = follow(c->facts, v->paths[i]);
		if (value)
			json_put_value(w, v->paths[i], value);
	}
	json_close(w);
}

static void condition_json(struct json_writer *w, const struct explained_condition *c)
{
	json_open_object(w, NULL);
	json_put_text(w, "name", c->name);
	if (c->occasion)
		json_put_text(w, "occasion", c->occasion);
	json_put_boolean(w, "true", logic_true(c->reason->value));
	facts_json(w, c);
	reason_json(w, "reason", c->reason);
	json_close(w);
}

void explain_json(const struct explained *x)
{
	struct json_writer *w = json_writer_new(ctl_memory);
	char text[DAY_TEXT];
	size_t i;

	json_open_object(w, NULL);
	json_put_text(w, "rule", x->rule);
	json_put_text(w, "source", x->source);
	if (x->version)
		json_put_integer(w, "version", x->version);
	json_put_text(w, "member_id", x->member->member_id);
	json_put_integer(w, "position", x->member->position);
	json_put_text(w, "facts_day",
		      x->member->facts_day == DAY_NONE ? NULL : day_format(x->member->facts_day, text));
	json_open_array(w, "conditions");
	for (i = 0; i < x->count; i++)
		condition_json(w, &x->conditions[i]);
	json_close(w);
	json_close(w);
	puts(json_text(w, NULL));
}
