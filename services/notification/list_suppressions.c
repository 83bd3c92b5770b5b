/*
 * list_suppressions.c - addresses nothing is sent to, newest first; the list itself holds hashes
 */
#include <stdio.h>
#include <string.h>
#include <talloc.h>

#include "gen/sql/notification.h"
#include "services/notification/list_page.h"
#include "services/notification/notification.h"
#include "services/notification/recipient.h"

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

/* Whole transactions suppress at one instant, so a row's place is that and its key. */
struct place {
	instant at;
	enum channel channel;
	const char *hash, *scope;
};

static const char *place_write(const void *parent, const struct rows *r, size_t i)
{
	char time[INSTANT_TEXT];

	return talloc_asprintf(parent, "%s %s %s %s", instant_format(row_instant(r, i, 5), time),
			       channel_name((enum channel)row_integer(r, i, 0)), hex(parent, r, i, 1),
			       row_text(r, i, 2));
}

static bool place_read(const void *parent, const char *text, struct place *p)
{
	char *rest = talloc_strdup(parent, text), *words[3];
	size_t i;

	for (i = 0; i < 3; i++)
		if ((words[i] = strsep(&rest, " ")) == NULL)
			return false;
	p->channel = channel_find(words[1]);
	p->hash = words[2];
	p->scope = rest;
	return rest && instant_parse(words[0], &p->at) && p->channel != CHANNEL_COUNT &&
	       strlen(p->hash) == (size_t)2 * ADDRESS_HASH &&
	       strspn(p->hash, "0123456789abcdef") == strlen(p->hash);
}

reply list_suppressions(struct request *req, const struct list_suppressions_in *in)
{
	struct json_writer *w = json_writer_new(req);
	struct place place = {.at = clock_now() + SECOND, .hash = "", .scope = ""};
	unsigned char hash[ADDRESS_HASH];
	const char *after;
	reply refused;
	struct rows *r;
	size_t i, count;

	if (!list_page_begin(req, in->cursor, &after, &refused))
		return refused;
	if (after && !place_read(req, after, &place))
		return reply_error(req, ERR_INVALID, "the cursor is of another release: begin again");
	if (in->address && !in->has_channel)
		return reply_error(req, ERR_INVALID, "query.address wants query.channel beside it");
	if (in->address)
		address_hash((enum channel)in->channel, in->address, hash);
	r = db_query(req->db, req, SQL_NOTIFICATION_LIST_SUPPRESSIONS, "hbzhtti",
		     in->has_channel ? in->channel : -1, in->address ? hash : NULL, sizeof(hash), place.at,
		     (int)place.channel, place.hash, place.scope, in->limit + 1);
	count = rows_count(r) > (size_t)in->limit ? (size_t)in->limit : rows_count(r);
	json_open_object(w, NULL);
	json_open_array(w, "suppressions");
	for (i = 0; i < count; i++)
		put_row(w, r, i);
	json_close(w);
	return list_page_reply(req, w, rows_count(r) > count ? place_write(req, r, count - 1) : NULL);
}
