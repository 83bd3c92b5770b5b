/*
 * send_request.h - the body of POST /notifications/send, checked
 *
 *   member_id | members[] (up to 1,000) | audience{} (JsonLogic, see common/member_rule.h)
 *   category, template ("name" or "name@version"), variables{}, channels[] or "auto",
 *   priority, send_at, expires_at, collapse_key, dedup_window, locale, dry_run, metadata{}
 */
#ifndef AE_NOTIFICATION_SEND_REQUEST_H
#define AE_NOTIFICATION_SEND_REQUEST_H

#include "common/problem.h"
#include "services/notification/channel.h"

enum {
	SEND_MEMBERS_MAX = 1000,
	SEND_FAULTS_MAX = 20,
	COLLAPSE_KEY_MAX = 64,
	DEDUP_WINDOW_MAX = 30 * 86400,
	METADATA_MAX = 4096 /* bytes: it is kept with every message and told with its event */
};

struct send_request {
	const char **members; /* each once, in the order given */
	size_t member_count;
	const struct json *audience; /* instead of members; not checked yet */
	const char *category, *template;
	int template_version;         /* 0 = the newest active one */
	const struct json *variables; /* an object, or NULL */
	unsigned channels;            /* bits; 0 = auto */
	enum priority priority;       /* PRIORITY_COUNT = the category's; an audience's is bulk */
	instant send_at, expires_at;  /* 0 = at once; INSTANT_MAX = never */
	const char *collapse_key;     /* NULL = none */
	const char *metadata;         /* JSON of an object, or NULL */
	int64_t dedup_window;         /* seconds; 0 = none */
	const char *locale;           /* NULL = the member's */
	bool dry_run;
};

/* 1-64 characters from A-Z a-z 0-9 . _ : @ - */
bool member_id_valid(const char *text);

/* Everything hangs under parent. False: what is wrong is in faults, each with its pointer. */
bool send_request_read(const void *parent, const struct json *body, instant now, struct send_request *out,
		       struct fault faults[SEND_FAULTS_MAX], size_t *fault_count);

#endif
