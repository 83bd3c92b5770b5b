/*
 * store.c - the daemon's rows as plain structs, and back
 */
#include <string.h>
#include <talloc.h>

#include "gen/sql/notification.h"
#include "services/notification/notification.h"

static const struct json *column_json(const void *parent, const struct rows *r, int column)
{
	const char *error, *text;
	size_t length;

	text = row_bytes(r, 0, column, &length);
	return json_parse(parent, text, length, &error);
}

struct stored_preferences *store_preferences(struct db *db, const void *parent, const char *member_id,
					     bool lock)
{
	int statement = lock ? SQL_NOTIFICATION_LOCK_PREFERENCES : SQL_NOTIFICATION_GET_PREFERENCES;
	struct rows *r = db_query(db, parent, statement, "t", member_id);
	struct stored_preferences *p;

	if (rows_count(r) == 0)
		return NULL;
	p = talloc_zero(parent, struct stored_preferences);
	p->version = row_integer(r, 0, 0);
	p->document = column_json(p, r, 1);
	p->profile = column_json(p, r, 2);
	p->changed = row_instant(r, 0, 3);
	return p;
}

void store_ensure_preferences(struct request *req, const char *member_id)
{
	struct db_array *one = db_array_new(req, DB_TEXT, 1);

	db_array_text(one, member_id);
	db_query(req->db, req, SQL_NOTIFICATION_ENSURE_PREFERENCES, "a", one);
}

instant store_put_preferences(struct db *db, const void *parent, const char *member_id,
			      const struct stored_preferences *before, const struct author *by,
			      const char *document)
{
	struct json_writer *w = json_writer_new(parent);
	const char *old;
	struct rows *r;

	json_put_value(w, NULL, before->document);
	old = json_text(w, NULL);
	db_send(db, SQL_NOTIFICATION_PUT_PREFERENCES, "tt", member_id, document);
	db_send(db, SQL_NOTIFICATION_PUT_PREFERENCE_CHANGE, "tittttt", member_id, before->version + 1,
		by->subject, by->way, by->request_id, old, document);
	db_send_text(db, "COMMIT");
	r = db_next(db, parent);
	db_next(db, parent);
	db_next(db, parent);
	return rows_count(r) > 0 ? row_instant(r, 0, 0) : 0;
}
