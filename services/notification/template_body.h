/*
 * template_body.h - the bodies of preview and test: which template, with what, for whom
 *
 *   version | document (preview only), locale, variables, channel
 *   of a test: member_id, or channel, address and for push platform
 */
#ifndef AE_NOTIFICATION_TEMPLATE_BODY_H
#define AE_NOTIFICATION_TEMPLATE_BODY_H

#include "common/daemon.h"
#include "services/notification/channel.h"
#include "services/notification/template.h"

enum {
	BODY_FAULTS_MAX = 20
};

struct template_body {
	int version; /* 0 = the newest in use */
	const struct json *document, *variables;
	const char *locale; /* NULL = none asked for */
	enum channel channel;
	const char *member_id, *address, *platform; /* platform "" but for push */
};

/* False: *out names every field that is wrong. */
bool template_body_read(struct request *req, bool test, struct template_body *body, reply *out);

/*
 * The template of that name or the body's document; body->version becomes the one that was found, and
 * body->variables the sample if none were given. NULL: *out says what is wrong with it or with the variables.
 */
const struct message_template *template_body_load(struct request *req, const char *name,
						  struct template_body *body, reply *out);

#endif
