/*
 * as_of.c - when an answer was true
 */
#include "services/milestone/handlers.h"

void put_as_of(struct json_writer *w)
{
	char time[INSTANT_TEXT];

	json_open_object(w, "as_of");
	json_put_text(w, "instant", instant_format(clock_now(), time));
	json_close(w);
}
