/*
 * put_template.c - a new version of a template, taken only if its sample renders in every language and
 * channel
 */
#include <string.h>
#include <talloc.h>

#include "gen/sql/notification.h"
#include "services/notification/notification.h"
#include "services/notification/template.h"
#include "services/notification/notification_json.h"

reply put_template(struct request *req, const struct put_template_in *in)
{
	struct json_writer *w = json_writer_new(req);
	const char *error, *text;
	const struct json *document = json_parse(req, req->body, req->body_length, &error);
	struct message_template *t;
	struct fault fault;
	struct rows *r;

	if (document == NULL)
		return reply_error(req, ERR_MALFORMED, "%s", error);
	if (!category_name_valid(in->name))
		return reply_error(req, ERR_INVALID,
				   "a template's name is of lower-case letters, digits, '_', '-' and '.'");
	if ((t = template_read(req, document, &fault)) == NULL || !template_try(req, t, &fault))
		return reply_faults(req, ERR_UNPROCESSABLE, talloc_memdup(req, &fault, sizeof(fault)), 1);
	json_put_value(w, NULL, document);
	text = json_text(w, NULL);
	r = db_query(req->db, req, SQL_NOTIFICATION_PUT_TEMPLATE, "ttt", in->name, text, req->subject);
	if (!db_failed(req->db) && rows_count(r) == 0)
		return reply_error(req, ERR_CONFLICT,
				   "another version of this template was made at the same time");
	w = json_writer_new(req);
	json_open_object(w, NULL);
	json_put_text(w, "name", in->name);
	json_put_integer(w, "version", row_integer(r, 0, 0));
	put_as_of(w);
	json_close(w);
	return reply_json(req, w);
}
