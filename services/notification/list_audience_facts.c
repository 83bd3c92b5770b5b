/*
 * list_audience_facts.c - what an audience may ask of a member
 */
#include <string.h>

#include "common/member_facts.h"
#include "services/notification/notification.h"
#include "services/notification/notification_json.h"

reply list_audience_facts(struct request *req, const struct list_audience_facts_in *in)
{
	struct json_writer *w = json_writer_new(req);
	const struct fact *f;

	(void)in;
	json_open_object(w, NULL);
	json_open_array(w, "facts");
	for (f = fact_table; f < fact_table + fact_count; f++) {
		json_open_object(w, NULL);
		json_put_text(w, "name", f->name);
		json_put_text(w, "type", fact_type_name(f->type));
		json_put_boolean(w, "nullable", f->nullable);
		json_put_text(w, "unit", f->unit);
		json_put_text(w, "meaning", f->meaning);
		json_put_text(w, "owner", f->owner);
		json_put_raw(w, "example", f->example, strlen(f->example));
		json_close(w);
	}
	json_close(w);
	json_put_null(w, "next_cursor"); /* a page holds them all */
	put_as_of(w);
	json_close(w);
	return reply_json(req, w);
}
