/*
 * template.h - a message's words for every channel and language, as one checked document
 */
#ifndef AE_NOTIFICATION_TEMPLATE_H
#define AE_NOTIFICATION_TEMPLATE_H

#include "common/problem.h"
#include "services/notification/channel.h"

enum {
	TEMPLATE_FAULTS_MAX = 20
};

struct message_template;

/* Reads and checks a document. NULL: *error says where and what, under parent. */
struct message_template *template_read(const void *parent, const struct json *document, const char **error);
unsigned template_channels(const struct message_template *t); /* bits */
/* Whether the variables are what the template's schema wants; pointers and texts under parent. */
bool template_check(const void *parent, const struct message_template *t, const struct json *variables,
		    struct fault faults[TEMPLATE_FAULTS_MAX], size_t *fault_count);
/* Fills the texts of out: title, text, html, link, extra, images, locale. All hangs under parent. */
bool template_render(const void *parent, const struct message_template *t, enum channel channel,
		     const char *locale, const struct json *variables, struct message *out,
		     const char **error);

#endif
