/*
 * get_occasions.c - of what a rule is asked, of a member now, and what its condition makes of each
 *
 * The facts of an occasion are those that the condition reads: the member's, as of today, and what the rule
 * is about. `aectl rule explain` goes on from here.
 */
#include <string.h>
#include <talloc.h>

#include "gen/sql/engagement.h"
#include "services/engagement/engagement_json.h"
#include "services/engagement/engager.h"
#include "services/engagement/store_look.h"

/* The newest version; one that a release of today would refuse is told as if there were none. */
static struct rule *rule_of(struct request *req, const char *rule_id)
{
	struct rows *r = db_query(req->db, req, SQL_ENGAGEMENT_GET_RULE, "ti", rule_id, (int64_t)0);
	struct fault faults[RULE_FAULTS_MAX];
	const char *error, *text = rows_count(r) > 0 ? row_text(r, 0, 5) : NULL;
	const struct json *document = text ? json_parse(req, text, strlen(text), &error) : NULL;
	size_t count;

	return document ? rule_read(req, rule_id, (int)row_integer(r, 0, 1), document, faults, &count) : NULL;
}

/* NULL: no such member, or its facts are not computed yet. */
static struct look *look_of(struct request *req, const struct catalogue *c, const char *member_id)
{
	instant now = clock_now();
	struct claimed asked = {member_id, CLAIM_ANY_FACTS, now, "[]", NULL, false};
	struct look **looks = store_looks(req->db, req, c, &asked, 1, now);

	return looks ? looks[0] : NULL;
}

/* The facts that paths lead to, each once by its first name. */
static void put_facts(struct json_writer *w, const struct logic_variables *v, const struct json *facts)
{
	const struct json *f;
	size_t i;

	json_open_object(w, "facts");
	for (f = facts->first; f; f = f->next) {
		if (json_get(facts, f->name) != f)
			continue; /* hidden by an earlier one */
		for (i = 0; i < v->count; i++)
			if (strncmp(v->paths[i], f->name, strcspn(v->paths[i], ".")) == 0 &&
			    f->name[strcspn(v->paths[i], ".")] == '\0')
				break;
		if (i < v->count)
			json_put_value(w, f->name, f);
	}
	json_close(w);
}

static void put_occasion(struct json_writer *w, const struct look *l, const struct rule *r,
			 const struct logic_variables *v, const struct subject *s)
{
	const char *error = NULL;
	char text[DAY_TEXT];
	bool truth = false;

	json_open_object(w, NULL);
	json_put_text(w, "occasion", s->key[0] ? s->key : NULL);
	json_put_text(w, "last_day", s->last_day == DAY_NONE ? NULL : day_format(s->last_day, text));
	if (logic_judge(l, r->condition, s->facts, NULL, &truth, &error))
		json_put_boolean(w, "true", truth);
	else
		json_put_null(w, "true");
	json_put_text(w, "fault", error);
	put_facts(w, v, s->facts);
	json_close(w);
}

reply get_occasions(struct request *req, const struct get_occasions_in *in)
{
	struct catalogue *c = catalogue_current(req->daemon);
	struct rule *r = c ? rule_of(req, in->rule_id) : NULL;
	struct look *l = r ? look_of(req, c, in->member_id) : NULL;
	struct json_writer *w = json_writer_new(req);
	struct subject subjects[SUBJECTS_MAX];
	const struct logic_variables *v;
	size_t i, count;

	if (l == NULL)
		return reply_not_found(req, r ? "member with facts" : "rule", in->member_id);
	v = logic_variables(l, r->condition);
	count = subjects_of(l, r, l->m, subjects);
	json_open_object(w, NULL);
	json_put_text(w, "rule_id", r->rule_id);
	json_put_integer(w, "version", r->version);
	json_put_text(w, "member_id", l->m->member_id);
	json_put_text(w, "about", about_name(r->about));
	json_open_array(w, "occasions");
	for (i = 0; i < count; i++)
		put_occasion(w, l, r, v, &subjects[i]);
	json_close(w);
	put_as_of(w);
	json_close(w);
	return reply_json(req, w);
}
