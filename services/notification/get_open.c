/*
 * get_open.c - counts an open: a picture of one pixel, whatever the token is worth, so that no mail shows a
 * broken one
 */
#include <string.h>
#include <talloc.h>

#include "services/notification/visit.h"

/* GIF89a, one transparent pixel. */
static const unsigned char pixel[] = {'G', 'I',  'F',  '8',  '9',  'a',  1, 0, 1, 0,    0x80, 0, 0,    0, 0,
				      0,   0xff, 0xff, 0xff, 0x21, 0xf9, 4, 1, 0, 0,    0,    0, 0x2c, 0, 0,
				      0,   0,    1,    0,    1,    0,    0, 2, 2, 0x44, 1,    0, 0x3b};

reply get_open(struct request *req, const struct get_open_in *in)
{
	static const int statuses[] = {[LINK_GOOD] = 200, [LINK_OLD] = 410, [LINK_UNKNOWN] = 404};
	size_t length = strlen(in->token);
	bool gif = length > 4 && strcmp(in->token + length - 4, ".gif") == 0;
	struct link l;
	enum link_state state = link_read(req, talloc_strndup(req, in->token, length - (gif ? 4 : 0)),
					  TRACK_OPEN, &l);

	if (state == LINK_GOOD)
		visit_record(req, &l, ENGAGEMENT_OPENED, "");
	request_put_header(req, "cache-control", "no-store");
	request_put_header(req, "cross-origin-resource-policy", "cross-origin");
	return reply_body(req, statuses[state], "image/gif", pixel, sizeof(pixel));
}
