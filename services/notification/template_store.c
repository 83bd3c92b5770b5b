/*
 * template_store.c - templates out of the database, read once: a version never changes
 */
#include <string.h>
#include <talloc.h>

#include "common/log.h"
#include "gen/sql/notification.h"
#include "services/notification/notifier.h"

enum {
	KEPT_MAX = 256
};

struct kept {
	const char *name;
	int version;
	struct message_template *template;
};

struct template_store {
	struct kept kept[KEPT_MAX];
	size_t count, oldest;
};

struct template_store *template_store_new(const void *parent)
{
	return talloc_zero(parent, struct template_store);
}

static struct message_template *find(const struct template_store *s, const char *name, int version)
{
	size_t i;

	for (i = 0; i < s->count; i++)
		if (s->kept[i].version == version && strcmp(s->kept[i].name, name) == 0)
			return s->kept[i].template;
	return NULL;
}

static struct message_template *keep(struct template_store *s, const char *name, int version,
				     const char *text, size_t length)
{
	void *home = talloc_named_const(s, 0, "template");
	struct fault fault = {"", "is no JSON"};
	const struct json *document = json_parse(home, text, length, &fault.detail);
	struct message_template *t = document ? template_read(home, document, &fault) : NULL;
	size_t at;

	if (t == NULL) {
		log_error("template %s@%d cannot be used: %s %s", name, version, fault.pointer, fault.detail);
		talloc_free(home);
		return NULL;
	}
	at = s->count < KEPT_MAX ? s->count++ : s->oldest++ % KEPT_MAX;
	if (s->kept[at].name)
		talloc_free(talloc_parent(s->kept[at].name));
	s->kept[at] = (struct kept){talloc_strdup(home, name), version, t};
	return t;
}

struct message_template *template_load(struct template_store *s, struct db *db, const char *name,
				       int *version)
{
	void *scratch = talloc_named_const(s, 0, "loading");
	struct message_template *t = *version ? find(s, name, *version) : NULL;
	struct rows *r;
	const char *text;
	size_t length;

	if (t == NULL) {
		r = *version ? db_query(db, scratch, SQL_NOTIFICATION_GET_TEMPLATE_VERSION, "ts", name,
					*version)
			     : db_query(db, scratch, SQL_NOTIFICATION_GET_NEWEST_TEMPLATE, "t", name);
		if (rows_count(r) > 0) {
			*version = (int)row_integer(r, 0, 0);
			text = row_bytes(r, 0, 1, &length);
			t = find(s, name, *version);
			if (t == NULL)
				t = keep(s, name, *version, text, length);
		}
	}
	talloc_free(scratch);
	return t;
}
