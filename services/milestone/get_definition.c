/*
 * get_definition.c - a milestone's document, and how far its backfill has come
 */
#include <talloc.h>

#include "gen/sql/milestone.h"
#include "services/milestone/handlers.h"

static void put_instant(struct json_writer *w, const char *name, const struct rows *r, int column)
{
	char time[INSTANT_TEXT];

	json_put_text(w, name,
		      row_null(r, 0, column) ? NULL : instant_format(row_instant(r, 0, column), time));
}

static void put_backfill(struct json_writer *w, const struct rows *r)
{
	if (row_null(r, 0, 9)) {
		json_put_null(w, "backfill");
		return;
	}
	json_open_object(w, "backfill");
	json_put_integer(w, "examined", row_integer(r, 0, 6));
	json_put_integer(w, "awarded", row_integer(r, 0, 7));
	json_put_integer(w, "skipped", row_integer(r, 0, 8));
	put_instant(w, "started_at", r, 9);
	put_instant(w, "finished_at", r, 10);
	json_close(w);
}

reply get_definition(struct request *req, const struct get_definition_in *in)
{
	struct rows *r = db_query(req->db, req, SQL_MILESTONE_GET_DEFINITION, "ts", in->milestone_id,
				  in->has_version ? (int)in->version : 0);
	struct json_writer *w = json_writer_new(req);
	const char *text;
	size_t length;

	if (rows_count(r) == 0)
		return reply_not_found(req, "milestone", in->milestone_id);
	request_put_header(req, "etag", talloc_asprintf(req, "\"%lld\"", (long long)row_integer(r, 0, 0)));
	text = row_bytes(r, 0, 1, &length);
	json_open_object(w, NULL);
	json_put_text(w, "milestone_id", in->milestone_id);
	json_put_integer(w, "version", row_integer(r, 0, 0));
	json_put_raw(w, "document", text, length);
	json_put_text(w, "created_by", row_text(r, 0, 2));
	put_instant(w, "created_at", r, 3);
	put_instant(w, "activated_at", r, 4);
	put_instant(w, "retired_at", r, 5);
	put_backfill(w, r);
	put_as_of(w);
	json_close(w);
	return reply_json(req, w);
}
