/*
 * cloudevent.h - the CloudEvents 1.0 envelope and what our event types require of the data
 */
#ifndef AE_CLOUDEVENT_H
#define AE_CLOUDEVENT_H

#include "common/eventlog.h"
#include "common/schema.h"

enum {
	EVENT_SIZE_MAX = 256 * 1024
};

/*
 * Fills *e from a parsed event; its texts point into json and text. False: *fault names the
 * place and the reason. The text of the event stays as it came.
 */
bool cloudevent_read(const void *parent, const struct json *json, const char *text, size_t length,
		     struct log_event *e, struct schema_fault *fault);

#endif
