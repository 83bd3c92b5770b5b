/*
 * mark.c - members become due (see mark.h)
 */
#include <string.h>
#include <talloc.h>

#include "gen/sql/engagement.h"
#include "services/engagement/mark.h"

enum {
	CAUSES_MAX = 64 /* as mark_members.sql keeps */
};

struct mark {
	const char *member_id;
	instant due;
	int64_t position;
	struct json_writer *causes; /* NULL: none */
	size_t cause_count;
};

struct marks {
	struct mark *marks;
	size_t count;
};

struct marks *marks_new(const void *parent)
{
	return talloc_zero(parent, struct marks);
}

/* A batch has few members, and mostly the one it had last. */
static struct mark *mark_of(struct marks *m, const char *member_id)
{
	size_t i;

	for (i = m->count; i > 0; i--)
		if (strcmp(m->marks[i - 1].member_id, member_id) == 0)
			return &m->marks[i - 1];
	m->marks = talloc_realloc(m, m->marks, struct mark, m->count + 1);
	m->marks[m->count] = (struct mark){.member_id = member_id, .due = INSTANT_MAX};
	return &m->marks[m->count++];
}

void mark_member(struct marks *m, const char *member_id, instant due, int64_t position)
{
	struct mark *mark = mark_of(m, member_id);

	mark->due = due < mark->due ? due : mark->due;
	mark->position = position > mark->position ? position : mark->position;
}

static struct json_writer *open_cause(struct marks *m, const char *member_id)
{
	struct mark *mark = mark_of(m, member_id);

	if (mark->cause_count == CAUSES_MAX)
		return NULL;
	if (mark->cause_count++ == 0) {
		mark->causes = json_writer_new(m);
		json_open_array(mark->causes, NULL);
	}
	json_open_object(mark->causes, NULL);
	return mark->causes;
}

void mark_cause(struct marks *m, const char *member_id, const char *rule_id, const struct log_event *e,
		const char *fault)
{
	struct json_writer *w = open_cause(m, member_id);
	char time[INSTANT_TEXT];

	if (w == NULL)
		return;
	json_put_text(w, "rule_id", rule_id);
	json_put_text(w, "event_id", e->id);
	json_put_text(w, "at", instant_format(e->time, time));
	if (fault)
		json_put_text(w, "fault", fault);
	else
		json_put_value(w, "data", e->data);
	json_close(w);
}

void mark_offered(struct marks *m, const char *member_id, const char *category)
{
	struct json_writer *w = open_cause(m, member_id);

	if (w == NULL)
		return;
	json_put_text(w, "offer", category);
	json_close(w);
}

void mark_ahead(struct marks *m, const char *member_id, instant time)
{
	struct json_writer *w = open_cause(m, member_id);
	char text[INSTANT_TEXT];

	if (w == NULL)
		return;
	json_put_text(w, "ahead", instant_format(time, text));
	json_close(w);
}

bool marks_put(struct marks *m, struct db *db)
{
	struct db_array *ids = db_array_new(m, DB_TEXT, m->count),
			*dues = db_array_new(m, DB_TIMESTAMPTZ, m->count);
	struct db_array *positions = db_array_new(m, DB_INT8, m->count),
			*causes = db_array_new(m, DB_JSON, m->count);
	size_t i;

	for (i = 0; i < m->count; i++) {
		db_array_text(ids, m->marks[i].member_id);
		db_array_instant(dues, m->marks[i].due);
		db_array_integer(positions, m->marks[i].position);
		if (m->marks[i].causes)
			json_close(m->marks[i].causes);
		db_array_text(causes, m->marks[i].causes ? json_text(m->marks[i].causes, NULL) : "[]");
	}
	if (m->count > 0)
		db_query(db, m, SQL_ENGAGEMENT_MARK_MEMBERS, "aaaa", ids, dues, positions, causes);
	return !db_failed(db);
}

static bool instant_at(const struct json *data, const char *name, instant *out)
{
	return instant_parse(json_get_text(data, name, ""), out);
}

bool mark_offer(struct db *db, const void *scratch, const struct log_event *e)
{
	const char *category = json_get_text(e->data, "category", NULL);
	bool offers = json_get_real(e->data, "points_multiplier", 1) > 1 || json_get(e->data, "promotion");
	instant from = e->time, to = INSTANT_MAX;

	instant_at(e->data, "valid_from", &from);
	instant_at(e->data, "valid_to", &to);
	if (category && offers)
		db_query(db, scratch, SQL_ENGAGEMENT_PUT_SWEEP, "ttzzz",
			 talloc_asprintf(scratch, "%s\n%s", e->source, e->id), category, e->time, to, from);
	return !db_failed(db);
}
