/*
 * profile.c - what enrolments say of a member: zone, language, birthday, the day of joining
 *
 * Kept as [word, when it was said]; the newest by event time holds, whatever came first.
 */
#include <string.h>
#include <talloc.h>

#include "services/milestone/milestone.h"

static const char *const kept[] = {"time_zone", "locale", "birth_date", "enrolled_at"};

static const struct json *said(const struct member *m, const char *name)
{
	const struct json *v = json_get(m->profile, name);

	return v && v->kind == JSON_ARRAY && v->count == 2 ? v : NULL;
}

const char *profile_word(const struct member *m, const char *name)
{
	const struct json *v = said(m, name);

	return v ? v->first->text : NULL;
}

static void take_zone(struct working_set *ws, struct member *m)
{
	const char *name = profile_word(m, "time_zone");
	const struct tz *zone = name ? tz_find(name) : NULL;

	m->zone = zone ? zone : ws->catalogue->zone;
}

void profile_read(struct working_set *ws, struct member *m, const char *text, size_t length)
{
	const char *error;

	m->profile = json_parse(ws, text, length, &error);
	take_zone(ws, m);
}

bool profile_learn(struct working_set *ws, struct member *m, const struct entry *e)
{
	struct json_writer *w = json_writer_new(ws);
	const struct json *old, *v;
	size_t i, length;
	bool learnt = false;

	json_open_object(w, NULL);
	for (i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		old = said(m, kept[i]);
		v = json_get(e->data, kept[i]);
		if (v && v->kind == JSON_TEXT && (old == NULL || e->time >= old->first->next->integer)) {
			learnt |= old == NULL || strcmp(old->first->text, v->text) != 0;
			json_open_array(w, kept[i]);
			json_put_text(w, NULL, v->text);
			json_put_integer(w, NULL, e->time);
			json_close(w);
		} else if (old) {
			json_put_value(w, kept[i], old);
		}
	}
	json_close(w);
	m->profile_text = json_text(w, &length);
	m->changed = true;
	profile_read(ws, m, m->profile_text, length);
	return learnt;
}
