/*
 * get_open.c - counts an open: a picture of one pixel
 */
#include <math.h>
#include <string.h>
#include <talloc.h>

#include "services/notification/engagement_store.h"
#include "services/notification/link.h"

/* GIF89a, one transparent pixel. */
static const unsigned char pixel[] = {'G', 'I',  'F',  '8',  '9',  'a',  1, 0, 1, 0,    0x80, 0, 0,    0, 0,
				      0,   0xff, 0xff, 0xff, 0x21, 0xf9, 4, 1, 0, 0,    0,    0, 0x2c, 0, 0,
				      0,   0,    1,    0,    1,    0,    0, 2, 2, 0x44, 1,    0, 0x3b};

reply get_open(struct request *req, const struct get_open_in *in)
{
	size_t length = strlen(in->token);
	bool gif = length > 4 && strcmp(in->token + length - 4, ".gif") == 0;
	const char *agent = request_header(req, "user-agent");
	struct engagement_event event = {
		.kind = ENGAGEMENT_OPENED, .occurred_at = clock_now(), .detail = "", .recipient = ""};
	reply out;
	struct link *l = link_follow(req, gif ? talloc_strndup(req, in->token, length - 4) : in->token,
				     TRACK_OPEN, &out);

	if (l == NULL)
		return out;
	event.notification_id = l->notification_id;
	event.machine = machine_open(agent ? agent : "",
				     l->sent ? (double)(event.occurred_at - l->sent_at) / SECOND : NAN);
	event.provider_event_id = talloc_asprintf(req, "o:%s:%s", l->notification_id,
						  event.machine ? "machine" : "person");
	engagement_record(req->daemon, req, "link", NULL, &event, 1);
	request_put_header(req, "cache-control", "no-store");
	return reply_body(req, 200, "image/gif", pixel, sizeof(pixel));
}
