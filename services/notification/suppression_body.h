/*
 * suppression_body.h - {"channel", "address", "scope", "detail", "opted_in"} of the suppression list's
 * changes
 */
#ifndef AE_NOTIFICATION_SUPPRESSION_BODY_H
#define AE_NOTIFICATION_SUPPRESSION_BODY_H

#include "common/request.h"
#include "services/notification/recipient.h"

struct suppression_body {
	enum channel channel;
	unsigned char hash[ADDRESS_HASH];
	const char *scope, *detail; /* scope "" = all categories */
	bool opted_in;
};

/* False: *out is the answer. */
bool suppression_body_read(struct request *req, struct suppression_body *body, reply *out);

#endif
