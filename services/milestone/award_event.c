/*
 * award_event.c - MilestoneAchievedEvent
 *
 * It says what the templates of its kind want to know, and to the points engine what to book. An event that
 * takes an award back has the idempotency key of the bonus that it takes back.
 */
#include <string.h>
#include <talloc.h>

#include "services/milestone/award.h"

/* The word that the templates go by; others have the general words. */
static const char *kind_word(const struct milestone *of)
{
	if (of->kind == KIND_COUNT)
		return strcmp(of->event, "TransactionProcessedEvent") == 0 ? "visits" : "count";
	if (of->kind == KIND_SUM)
		return of->currency ? "spend" : "sum";
	return kind_name(of->kind);
}

static void put_figures(struct json_writer *w, const struct milestone *of, const struct award *a)
{
	double next = a->target + of->every;

	if (of->currency) {
		json_put_integer(w, "value_minor", (int64_t)a->value);
		json_put_integer(w, "target_minor", (int64_t)a->target);
		json_put_text(w, "currency", of->currency);
	} else if (of->event && of->kind != KIND_TIER) {
		json_put_real(w, "value", a->value);
		json_put_real(w, "target", a->target);
	}
	if (of->every > 0) {
		json_open_object(w, "next");
		if (of->currency)
			json_put_integer(w, "target_minor", (int64_t)next);
		else
			json_put_real(w, "target", next);
		json_close(w);
	}
}

/* Words of the document for the templates. */
static void put_words(struct json_writer *w, const struct milestone *of)
{
	static const char *const units[PERIOD_COUNT][2] = {
		{"", ""}, {"days", "Tage"}, {"weeks", "Wochen"}, {"months", "Monate"}, {"years", "Jahre"}};
	const struct json *unit = json_get(of->document, "unit");

	json_put_value(w, "name", json_get(of->document, "name"));
	if (unit) {
		json_put_value(w, "unit", unit);
	} else if (of->kind == KIND_STREAK) {
		json_open_object(w, "unit");
		json_put_text(w, "en", units[of->streak][0]);
		json_put_text(w, "de", units[of->streak][1]);
		json_close(w);
	}
	if (of->template)
		json_put_text(w, "template", of->template);
	if (of->category)
		json_put_text(w, "category", of->category);
	if (of->priority)
		json_put_text(w, "priority", of->priority);
	if (of->tier)
		json_put_text(w, "tier", of->tier);
}

static void put_date(struct json_writer *w, const struct milestone *of, const struct award *a,
		     const struct cause *why)
{
	if (of->kind == KIND_ANNIVERSARY && of->anniversary == PERIOD_YEAR)
		json_put_integer(w, "years", (int64_t)a->value);
	if (of->kind == KIND_ANNIVERSARY && of->anniversary == PERIOD_MONTH)
		json_put_integer(w, "months", (int64_t)a->value);
	if (why->late_days > 0) {
		json_put_boolean(w, "late", true);
		json_put_integer(w, "late_days", why->late_days);
	}
}

static void put_data(struct json_writer *w, const struct member *m, const struct milestone *of,
		     const struct award *a, const struct cause *why)
{
	char time[INSTANT_TEXT];

	json_put_text(w, "member_id", m->member_id);
	json_put_text(w, "milestone_id", of->id);
	json_put_integer(w, "definition_version", of->version);
	json_put_text(w, "occurrence", a->occurrence);
	json_put_text(w, "achieved_at", instant_format(a->achieved, time));
	json_put_text(w, "kind", kind_word(of));
	put_figures(w, of, a);
	put_words(w, of);
	put_date(w, of, a, why);
	if (a->bonus)
		json_put_raw(w, "bonus", a->bonus, strlen(a->bonus));
	json_put_boolean(w, "reverted", !a->live);
	if (!a->live)
		json_put_text(w, "reverted_at", instant_format(a->reverted, time));
	if (why->silent)
		json_put_boolean(w, "silent", true);
}

void award_publish(struct working_set *ws, const struct member *m, const struct milestone *of,
		   const struct award *a, const struct cause *why)
{
	struct json_writer *w = json_writer_new(ws);
	struct log_event *e;

	ws->events = talloc_realloc(ws, ws->events, struct log_event, ws->event_count + 1);
	e = &ws->events[ws->event_count++];
	*e = (struct log_event){
		.type = "MilestoneAchievedEvent",
		.source = "urn:ae:milestone",
		.id = talloc_asprintf(ws, "%s/%s/%s/%d", m->member_id, of->id, a->occurrence, a->state),
		.subject = m->member_id,
		.time = a->live ? a->achieved : a->reverted};
	eventlog_open(w, e);
	put_data(w, m, of, a, why);
	eventlog_close(w, e);
}
