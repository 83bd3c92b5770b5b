/*
 * words.c - progress in words, English and German
 */
#include <math.h>
#include <string.h>
#include <talloc.h>

#include "common/locale_text.h"
#include "services/milestone/handlers.h"

enum language {
	ENGLISH,
	GERMAN
};

const char *words_language(const struct member *m, const char *lang)
{
	const char *tag = lang ? lang : profile_word(m, "locale");

	return tag && strncmp(tag, "de", 2) == 0 ? "de" : "en";
}

/* What is counted, one or several of it. */
static const char *unit(const struct milestone *of, enum language l, bool one)
{
	static const char *const streaks[PERIOD_COUNT][2][2] = {{{"", ""}, {"", ""}},
								{{"day", "days"}, {"Tag", "Tage"}},
								{{"week", "weeks"}, {"Woche", "Wochen"}},
								{{"month", "months"}, {"Monat", "Monate"}},
								{{"year", "years"}, {"Jahr", "Jahre"}}};
	static const char *const events[][3][2] = {
		{{"TransactionProcessedEvent"}, {"visit", "visits"}, {"Besuch", "Besuche"}},
		{{"RedemptionProcessedEvent"}, {"reward", "rewards"}, {"Prämie", "Prämien"}}};
	const struct json *own = json_get(of->document, "unit");
	size_t i;

	if (own)
		return json_get_text(own, l == GERMAN ? "de" : "en", json_get_text(own, "en", ""));
	if (of->kind == KIND_STREAK)
		return streaks[of->streak][l][!one];
	for (i = 0; of->kind == KIND_COUNT && i < sizeof(events) / sizeof(events[0]); i++)
		if (strcmp(events[i][0][0], of->event) == 0)
			return events[i][1 + l][!one];
	return "";
}

static const char *figure(const void *parent, const struct milestone *of, const struct locale_rules *rules,
			  enum language l, double value)
{
	const char *of_what = unit(of, l, value == 1);

	if (of->currency)
		return locale_money(parent, rules, (int64_t)value, of->currency);
	return talloc_asprintf(parent, "%s%s%s", locale_real(parent, rules, value), *of_what ? " " : "",
			       of_what);
}

/* Without its unit, which German declines: "159 von 160, noch 1 Besuch". */
static const char *bare_figure(const void *parent, const struct milestone *of,
			       const struct locale_rules *rules, double value)
{
	return of->currency ? locale_money(parent, rules, (int64_t)value, of->currency)
			    : locale_real(parent, rules, value);
}

static const char *in_days(const void *parent, enum language l, int64_t days)
{
	if (l == GERMAN)
		return days == 1 ? "morgen" : talloc_asprintf(parent, "in %lld Tagen", (long long)days);
	return days == 1 ? "tomorrow" : talloc_asprintf(parent, "in %lld days", (long long)days);
}

static const char *remaining(const void *parent, const struct standing *s, const struct locale_rules *rules,
			     enum language l, day today)
{
	const char *left;

	if (s->reached)
		return l == GERMAN ? "erreicht" : "reached";
	if (milestone_of_dates(s->of))
		return s->projected == DAY_NONE ? (l == GERMAN ? "Tag nicht bekannt" : "day not known")
						: in_days(parent, l, s->projected - today);
	if (s->of->rule || s->of->kind == KIND_TIER)
		return l == GERMAN ? "noch nicht erreicht" : "not reached yet";
	left = figure(parent, s->of, rules, l, s->target - s->value);
	if (s->of->kind == KIND_STREAK)
		return talloc_asprintf(parent, l == GERMAN ? "noch %s in Folge" : "%s more in a row", left);
	if (s->of->currency || *unit(s->of, l, false) == '\0')
		return talloc_asprintf(parent, l == GERMAN ? "noch %s" : "%s more", left);
	if (l == GERMAN)
		return talloc_asprintf(parent, "noch %s", left);
	return talloc_asprintf(parent, "%s more %s", locale_real(parent, rules, s->target - s->value),
			       unit(s->of, l, s->target - s->value == 1));
}

/* For those who do not see the picture. */
static const char *sentence(const void *parent, const struct standing *s, const struct locale_rules *rules,
			    enum language l)
{
	const char *name = milestone_name(s->of, l == GERMAN ? "de" : "en");

	if (s->of->event == NULL || s->of->kind == KIND_TIER || s->reached)
		return talloc_asprintf(parent, "%s: %s", name, s->remaining);
	return talloc_asprintf(parent, l == GERMAN ? "%s: %s von %s, %s" : "%s: %s of %s, %s", name,
			       bare_figure(parent, s->of, rules, s->value),
			       bare_figure(parent, s->of, rules, s->target), s->remaining);
}

void words_put(const void *parent, const char *language, const char *locale, struct standing *s, day today)
{
	enum language l = strcmp(language, "de") == 0 ? GERMAN : ENGLISH;
	bool speaks = locale &&
		      strncmp(locale, language, 2) == 0; /* else English numbers in the English text */
	const struct locale_rules *rules = locale_find(speaks ? locale : language);

	s->remaining = remaining(parent, s, rules, l, today);
	s->text = sentence(parent, s, rules, l);
}
