/*
 * rule_told.c - what a rule's document says of what is told (see rule.h)
 */
#include <string.h>
#include <talloc.h>

#include "common/mustache.h"
#include "services/engagement/engagement.h"
#include "services/engagement/rule_reading.h"

enum {
	TEXT_BYTES_MAX = 1000,
	DESCRIPTION_MAX = 1000,
	NAME_MAX_BYTES = 200
};

static bool language_valid(const char *name)
{
	size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz");

	return (length == 2 || length == 3) && name[length] == '\0';
}

/* One language's: a template that can be filled. */
static void read_text(struct reading *r, const struct json *v)
{
	const char *error;

	if (!language_valid(v->name))
		rule_wrong(r, v, "must be named by a language, as en");
	else if (v->kind != JSON_TEXT || v->length == 0 || v->length > TEXT_BYTES_MAX)
		rule_wrong(r, v, "must be a text of 1 to 1,000 bytes");
	else if (mustache_parse(r->rule, v->text, v->length, &error) == NULL)
		rule_wrong(r, v, talloc_asprintf(r->rule, "is no template: %s", error));
}

static const struct json *texts(struct reading *r, const struct json *v)
{
	const struct json *one;

	if (v == NULL)
		return NULL;
	if (v->kind != JSON_OBJECT || json_get_text(v, "en", NULL) == NULL) {
		rule_wrong(r, v, "must be an object of texts by language, with en");
		return NULL;
	}
	for (one = v->first; one; one = one->next)
		read_text(r, one);
	return v;
}

static bool name_valid(const char *name)
{
	size_t length = strlen(name);

	return length >= 1 && length <= 64 && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == length;
}

/* Templates and rules ask for them by these names. */
static void check_told_names(struct reading *r, const struct json *object)
{
	const struct json *v;

	for (v = object && object->kind == JSON_OBJECT ? object->first : NULL; v; v = v->next)
		if (!name_valid(v->name))
			rule_wrong(r, v, "must be named by 1 to 64 of a-z, 0-9 and _");
}

static void read_facts(struct reading *r)
{
	const struct json *v = json_get(r->rule->document, "facts"), *one;
	struct rule *rule = r->rule;

	if (v && (v->kind != JSON_OBJECT || v->count > RULE_FACTS_MAX)) {
		rule_wrong(r, v, "must be an object of at most 24 expressions");
		return;
	}
	check_told_names(r, v);
	rule->facts = talloc_array(rule, struct named_logic, v ? v->count + 1 : 1);
	for (one = v ? v->first : NULL; one; one = one->next)
		rule->facts[rule->fact_count++] = (struct named_logic){
			one->name,
			rule_logic_at(r, one, VOCABULARY_FACTS | (rule->event_type ? VOCABULARY_EVENT : 0))};
}

static void read_words(struct reading *r)
{
	const struct json *v = json_get(r->rule->document, "words"), *one;
	struct rule *rule = r->rule;

	if (v && (v->kind != JSON_OBJECT || v->count > RULE_FACTS_MAX)) {
		rule_wrong(r, v, "must be an object of at most 24 texts by language");
		return;
	}
	check_told_names(r, v);
	rule->words = talloc_array(rule, struct named_words, v ? v->count + 1 : 1);
	for (one = v ? v->first : NULL; one; one = one->next)
		rule->words[rule->word_count++] = (struct named_words){one->name, texts(r, one)};
}

static void read_channels(struct reading *r)
{
	const struct json *v = json_get(r->rule->document, "channels"), *one;

	if (v && (v->kind != JSON_ARRAY || v->count > RULE_CHANNELS_MAX)) {
		rule_wrong(r, v, "must be an array of email, push, slack");
		return;
	}
	for (one = v ? v->first : NULL; one; one = one->next)
		if (one->kind == JSON_TEXT &&
		    (strcmp(one->text, "email") == 0 || strcmp(one->text, "push") == 0 ||
		     strcmp(one->text, "slack") == 0))
			r->rule->channels[r->rule->channel_count++] = one->text;
		else
			rule_wrong(r, one, "must be email, push or slack");
}

/* A text that people read, or none. */
static void check_text(struct reading *r, const char *name, size_t most)
{
	const struct json *v = json_get(r->rule->document, name);

	if (v && (v->kind != JSON_TEXT || v->length > most))
		rule_wrong(r, v, talloc_asprintf(r->rule, "must be a text of at most %zu bytes", most));
}

static void read_link(struct reading *r)
{
	const struct json *v = json_get(r->rule->document, "link");

	r->rule->link = v && v->kind == JSON_TEXT ? v->text : NULL;
	if (v && (v->kind != JSON_TEXT || strncmp(v->text, "https://", 8) != 0 || v->length > 2000))
		rule_wrong(r, v, "must be an https URL of at most 2,000 characters");
}

void rule_read_told(struct reading *r)
{
	const struct json *document = r->rule->document, *kind = rule_needed(r, "kind"),
			  *category = rule_needed(r, "category");
	struct rule *rule = r->rule;

	rule->kind = kind && kind->kind == JSON_TEXT ? kind->text : "";
	if (kind && !name_valid(rule->kind))
		rule_wrong(r, kind, "must be 1 to 64 of a-z, 0-9 and _");
	rule->category = category && category->kind == JSON_TEXT ? category->text : "";
	if (category && !category_known(rule->category))
		rule_wrong(r, category, "is not a category that alerts are of");
	rule->promotional = category_promotional(rule->category);
	check_text(r, "name", NAME_MAX_BYTES);
	check_text(r, "description", DESCRIPTION_MAX);
	read_link(r);
	rule->sentence = texts(r, rule_needed(r, "sentence"));
	rule->action = texts(r, json_get(document, "suggested_action"));
	read_facts(r);
	read_words(r);
	read_channels(r);
}
