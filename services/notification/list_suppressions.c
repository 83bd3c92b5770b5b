/*
 * list_suppressions.c - addresses nothing is sent to, newest first; the list itself holds hashes
 */
#include <stdio.h>
#include <stdlib.h>
#include <talloc.h>

#include "gen/sql/notification.h"
#include "services/notification/notification.h"
#include "services/notification/recipient.h"
#include "services/notification/notification_json.h"

static const char *hex(const void *parent, const struct rows *r, size_t i, int column)
{
	size_t length, k;
	const char *bytes = row_bytes(r, i, column, &length);
	char *text = talloc_zero_array(parent, char, 2 * length + 1);

	for (k = 0; k < length; k++)
		snprintf(text + 2 * k, 3, "%02x", (unsigned char)bytes[k]);
	return text;
}

static void put_row(struct json_writer *w, const struct rows *r, size_t i)
{
	char time[INSTANT_TEXT];

	json_open_object(w, NULL);
	json_put_text(w, "channel", channel_name((enum channel)row_integer(r, i, 0)));
	json_put_text(w, "address_sha256", hex(w, r, i, 1));
	json_put_text(w, "scope", row_text(r, i, 2));
	json_put_text(w, "reason", row_text(r, i, 3));
	json_put_text(w, "detail", row_null(r, i, 4) ? NULL : row_text(r, i, 4));
	json_put_text(w, "created_at", instant_format(row_instant(r, i, 5), time));
	json_put_text(w, "created_by", row_text(r, i, 6));
	json_close(w);
}

reply list_suppressions(struct request *req, const struct list_suppressions_in *in)
{
	struct json_writer *w = json_writer_new(req);
	unsigned char hash[ADDRESS_HASH];
	instant before = INSTANT_MAX;
	struct rows *r;
	size_t i, count;

	if (in->cursor && !instant_parse(in->cursor, &before))
		return reply_error(req, ERR_INVALID, "query.cursor is not one that was given out");
	if (in->address && !in->has_channel)
		return reply_error(req, ERR_INVALID, "query.address wants query.channel beside it");
	if (in->address)
		address_hash((enum channel)in->channel, in->address, hash);
	r = db_query(req->db, req, SQL_NOTIFICATION_LIST_SUPPRESSIONS, "hbzi",
		     in->has_channel ? in->channel : -1, in->address ? hash : NULL, sizeof(hash),
		     before == INSTANT_MAX ? clock_now() + SECOND : before, in->limit + 1);
	count = rows_count(r) > (size_t)in->limit ? (size_t)in->limit : rows_count(r);
	json_open_object(w, NULL);
	json_open_array(w, "suppressions");
	for (i = 0; i < count; i++)
		put_row(w, r, i);
	json_close(w);
	if (rows_count(r) > count) {
		char time[INSTANT_TEXT];

		json_put_text(w, "next_cursor", instant_format(row_instant(r, count - 1, 5), time));
	} else {
		json_put_null(w, "next_cursor");
	}
	put_as_of(w);
	json_close(w);
	return reply_json(req, w);
}
