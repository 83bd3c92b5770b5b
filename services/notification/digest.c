/*
 * digest.c - the job that sums up what waits for a member's digest
 *
 * One transaction under the member's lock: what waits is set aside and one message is made of it, so that
 * nothing is in two digests or in none. Offers go into a summary of their own, which needs consent; both are
 * decided like any other message, so a digest respects quiet hours too.
 */
#include <string.h>
#include <talloc.h>

#include "gen/sql/notification.h"
#include "services/notification/notifier.h"
#include "services/notification/variables.h"

enum {
	LINES_MAX = 100 /* of one digest; the rest comes with the next */
};

struct summary {
	struct notifier *n;
	const void *scratch;
	const char *member_id;
	const struct recipient *recipient;
	instant now;
	struct intent *waiting[LINES_MAX];
	size_t count;
	struct log_line lines[LINES_MAX];
	struct intent *dead[LINES_MAX];
	size_t dead_count;
	struct intent *made[2];
	size_t made_count;
};

static void read_waiting(struct summary *s)
{
	struct rows *r = db_query(s->n->daemon->db, s->scratch, SQL_NOTIFICATION_GET_WAITING, "ti",
				  s->member_id, (int64_t)LINES_MAX);
	const char *error;
	struct intent *i;
	size_t k;

	for (k = 0; k < rows_count(r); k++) {
		i = s->waiting[s->count++] = talloc_zero(s->scratch, struct intent);
		i->notification_id = row_text(r, k, 0);
		i->member_id = s->member_id;
		i->category = row_text(r, k, 1);
		i->template = row_text(r, k, 2);
		i->template_version = (int)row_integer(r, k, 3);
		i->variables = row_text(r, k, 4);
		i->values = json_parse(i, i->variables, strlen(i->variables), &error);
		i->expires = row_null(r, k, 5) ? INSTANT_MAX : row_instant(r, k, 5);
		i->status = i->expires <= s->now ? INTENT_EXPIRED : INTENT_DIGESTED;
	}
}

static bool of_class(const struct intent *i, bool marketing)
{
	const struct category *c = category_find(i->category);

	return i->status == INTENT_DIGESTED && (c && c->class == CLASS_MARKETING) == marketing;
}

/* The push message says it in a line and another, else the mail's subject in one. */
static bool line_of(const struct summary *s, const struct intent *i, struct message *m)
{
	int version = i->template_version;
	struct message_template *t = template_load(s->n->templates, s->n->daemon->db, i->template, &version);
	const char *locale = json_get_text(s->recipient->holds, "locale", "en"), *error;
	const struct json *variables = variables_for(s->scratch, i->values, s->recipient, locale, "", "");
	unsigned channels = t ? template_channels(t) : 0;

	if (channels & CHANNEL_BIT(CHANNEL_PUSH) &&
	    template_render(s->scratch, t, CHANNEL_PUSH, locale, variables, m, &error))
		return true;
	if (!(channels & CHANNEL_BIT(CHANNEL_EMAIL)) ||
	    !template_render(s->scratch, t, CHANNEL_EMAIL, locale, variables, m, &error))
		return false;
	m->text = "";
	return true;
}

static void put_line(struct json_writer *w, const struct intent *i, const struct message *m)
{
	const struct category *c = category_find(i->category);

	json_open_object(w, NULL);
	json_put_text(w, "about", c ? c->title : i->category);
	json_put_text(w, "line", m->title);
	json_put_text(w, "detail", m->text);
	json_close(w);
}

static const char *summed_up(const struct summary *s, bool marketing, int *count)
{
	struct json_writer *w = json_writer_new(s->scratch);
	struct message m;
	size_t k;

	*count = 0;
	json_open_object(w, NULL);
	json_open_array(w, "lines");
	for (k = 0; k < s->count; k++) {
		m = (struct message){0};
		if (!of_class(s->waiting[k], marketing) || !line_of(s, s->waiting[k], &m))
			continue;
		put_line(w, s->waiting[k], &m);
		(*count)++;
	}
	json_close(w);
	json_put_integer(w, "count", *count);
	json_close(w);
	return json_text(w, NULL);
}

/* On a first start, or the first of a release, digests may be due before the job that brings its templates.
 */
static bool digest_template(const struct summary *s, const char *name, int *version)
{
	struct notifier *n = s->n;

	if (template_load(n->templates, n->daemon->db, name, version))
		return true;
	base_templates_put(n->daemon->db, s->scratch);
	return template_load(n->templates, n->daemon->db, name, version) != NULL;
}

/* What goes into the digest, and where there can be none (somebody took its template out of use) is put
 * aside. */
static void note_digested(struct summary *s, bool marketing, const char *digest_id, bool made)
{
	struct log_line *line;
	struct intent *i;
	size_t k;

	for (k = 0; k < s->count; k++) {
		i = s->waiting[k];
		if (!of_class(i, marketing))
			continue;
		line = &s->lines[k];
		*line = (struct log_line){
			.intent = i, .what = "digested", .channel = -1, .code = digest_id, .at = s->now};
		if (made)
			continue;
		i->status = INTENT_FAILED;
		i->reason = line->code = "no_digest";
		line->what = "failed";
		line->detail = "There is no template of the digest in use";
		s->dead[s->dead_count++] = i;
	}
}

/* What could not be said in a line is told so in the log, with the digest that it is missing from. */
static void make_digest(struct summary *s, bool marketing)
{
	struct intent *d = talloc_zero(s->scratch, struct intent);
	int lines, version = 0;
	bool can;

	d->variables = summed_up(s, marketing, &lines);
	d->created = d->due = s->now;
	d->notification_id = notification_id_new(d, s->now);
	d->member_id = s->member_id;
	d->category = marketing ? "marketing_digest" : "digest";
	d->priority = marketing ? PRIORITY_BULK : PRIORITY_ENGAGEMENT;
	d->template = d->category;
	d->expires = INSTANT_MAX;
	d->client = "digest";
	can = lines == 0 || digest_template(s, d->template, &version);
	d->template_version = version;
	if (lines > 0 && can && intents_create(s->n->daemon->db, s->scratch, &d, 1))
		s->made[s->made_count++] = d;
	note_digested(s, marketing, d->notification_id, can);
}

static void set_aside(struct summary *s)
{
	struct db_array *ids = db_array_new(s->scratch, DB_TEXT, s->count),
			*states = db_array_new(s->scratch, DB_INT2, s->count);
	size_t k;

	for (k = 0; k < s->count; k++) {
		db_array_text(ids, s->waiting[k]->notification_id);
		db_array_integer(states, s->waiting[k]->status);
		if (s->waiting[k]->status == INTENT_EXPIRED)
			s->lines[k] = (struct log_line){.intent = s->waiting[k],
							.what = "expired",
							.channel = -1,
							.code = "expired",
							.at = s->now};
	}
	db_query(s->n->daemon->db, s->scratch, SQL_NOTIFICATION_PUT_DIGESTED, "taa", s->member_id, ids,
		 states);
	logs_put(s->n->daemon->db, s->scratch, s->lines, s->count);
	if (dead_letters_send(s->n->daemon->db, s->scratch, s->dead, s->dead_count))
		db_next(s->n->daemon->db, s->scratch);
}

static void sum_up(struct notifier *n, const void *scratch, const char *member_id)
{
	struct summary *s = talloc_zero(scratch, struct summary);
	struct intent whose = {.member_id = member_id, .notification_id = ""}, *one = &whose;
	struct recipients *r;

	s->n = n;
	s->scratch = s;
	s->member_id = member_id;
	s->now = clock_now();
	db_begin(n->daemon->db, NULL);
	r = recipients_load(n->daemon->db, s, &one, 1, true, s->now);
	s->recipient = r ? recipient_find(r, member_id) : NULL;
	if (s->recipient == NULL)
		return;
	read_waiting(s);
	make_digest(s, false);
	make_digest(s, true);
	set_aside(s);
	if (!db_failed(n->daemon->db) && db_run(n->daemon->db, "COMMIT"))
		queue_added(n, s->made, s->made_count);
}

bool run_digests(struct daemon *d)
{
	void *scratch = talloc_named_const(d, 0, "digest");
	struct rows *r = db_query(d->db, scratch, SQL_NOTIFICATION_NEXT_DIGEST, "");
	bool found = rows_count(r) > 0;

	if (found)
		sum_up(d->state, scratch, row_text(r, 0, 0));
	found = found && !db_failed(d->db);
	talloc_free(scratch);
	return found;
}
