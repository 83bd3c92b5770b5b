/*
 * sink_http.h - batches of events posted to a system's intake, a few at a time
 */
#ifndef AE_CTL_SINK_HTTP_H
#define AE_CTL_SINK_HTTP_H

#include "services/ctl/event_sink.h"

struct sink_http;

/* totals are counted up as answers come. NULL: *error says why. */
struct sink_http *sink_http_open(const void *parent, const struct sink_options *o, struct sink_totals *totals,
				 const char **error);
/* Posts whole lines; the body is copied. first is the number of its first line. Waits for a free place in the
 * window. */
bool sink_http_post(struct sink_http *h, const char *body, size_t length, int64_t first);
/* Waits for all answers. */
bool sink_http_finish(struct sink_http *h);
/* NULL as long as nothing went wrong for good. */
const char *sink_http_error(const struct sink_http *h);
/* True if it went wrong because the system is not there, or stayed busy. */
bool sink_http_away(const struct sink_http *h);

#endif
