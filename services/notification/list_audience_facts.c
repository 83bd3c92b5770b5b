/*
 * list_audience_facts.c - what an audience may ask of a member
 */
#include "services/notification/audience_facts.h"
#include "services/notification/notification.h"
#include "services/notification/notification_json.h"

reply list_audience_facts(struct request *req, const struct list_audience_facts_in *in)
{
	struct json_writer *w = json_writer_new(req);
	const struct audience_fact *f;

	(void)in;
	json_open_object(w, NULL);
	json_open_array(w, "facts");
	for (f = audience_facts; f < audience_facts + audience_fact_count; f++) {
		json_open_object(w, NULL);
		json_put_text(w, "name", f->name);
		json_put_text(w, "type", audience_type_name(f->type));
		json_put_boolean(w, "nullable", f->maybe_null);
		json_put_text(w, "unit", f->unit);
		json_put_text(w, "meaning", f->meaning);
		json_close(w);
	}
	json_close(w);
	json_put_null(w, "next_cursor"); /* a page holds them all */
	put_as_of(w);
	json_close(w);
	return reply_json(req, w);
}
