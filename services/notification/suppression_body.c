/*
 * suppression_body.c - {"channel", "address", "scope", "detail", "opted_in"}, checked
 */
#include "services/notification/suppression_body.h"

bool suppression_body_read(struct request *req, struct suppression_body *body, reply *out)
{
	const char *error, *address;
	const struct json *j = json_parse(req, req->body, req->body_length, &error);

	if (j == NULL) {
		*out = reply_error(req, ERR_MALFORMED, "%s", error);
		return false;
	}
	address = json_get_text(j, "address", "");
	*body = (struct suppression_body){.channel = channel_find(json_get_text(j, "channel", "")),
					  .scope = json_get_text(j, "scope", ""),
					  .detail = json_get_text(j, "detail", NULL),
					  .opted_in = json_get_boolean(j, "opted_in", false)};
	if (body->channel == CHANNEL_COUNT || address[0] == '\0' ||
	    (body->scope[0] && category_find(body->scope) == NULL)) {
		*out = reply_error(req, ERR_INVALID,
				   "wants \"channel\" (email, push, slack), \"address\", and as \"scope\" a "
				   "category or nothing");
		return false;
	}
	address_hash(body->channel, address, body->hash);
	return true;
}
