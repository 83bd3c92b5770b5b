/*
 * template.h - a message's words for every channel and language, as one checked document
 */
#ifndef AE_NOTIFICATION_TEMPLATE_H
#define AE_NOTIFICATION_TEMPLATE_H

#include "common/mustache.h"
#include "common/problem.h"
#include "services/notification/channel.h"

enum {
	TEMPLATE_FAULTS_MAX = 20
};

struct message_template;

/* Reads a document, which must live as long. NULL: *fault says where and what, under parent. */
struct message_template *template_read(const void *parent, const struct json *document, struct fault *fault);
/* Whether a new version may be made of it: its schema is one, and its sample fits and can be rendered. */
bool template_try(const void *parent, const struct message_template *t, struct fault *fault);
const struct json *template_sample(const struct message_template *t);
unsigned template_channels(const struct message_template *t); /* bits */
/* Whether the variables are what the template's schema wants; pointers begin with `at`, texts under parent.
 */
bool template_check(const void *parent, const struct message_template *t, const struct json *variables,
		    const char *at, struct fault faults[TEMPLATE_FAULTS_MAX], size_t *fault_count);
/* Fills the texts of out: title, text, html, link, extra, images, locale. All hangs under parent. */
bool template_render(const void *parent, const struct message_template *t, enum channel channel,
		     const char *locale, const struct json *variables, struct message *out,
		     const char **error);
/* The same, for who wants to know which variables were missing. */
bool template_render_noting(const void *parent, const struct message_template *t, enum channel channel,
			    const char *locale, const struct json *variables, struct message *out,
			    struct mustache_missing *missing, const char **error);

#endif
