/*
 * eventlog.h - the log of events: shards, positions, consumer groups
 *
 * The one place that knows how the log is kept, so that a Kafka-protocol engine could take
 * it over: a shard is a partition, a position an offset, a group a consumer group.
 */
#ifndef AE_EVENTLOG_H
#define AE_EVENTLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "common/clock.h"
#include "common/db.h"
#include "common/json.h"

struct log_event {
	const char *type, *source, *id,
		*subject; /* subject: the member id, or what a category event is about */
	instant time;
	const char *body; /* the whole CloudEvent as JSON */
	size_t length;
	/* set by the log */
	int shard;
	int64_t position; /* 0 after append: it was there already */
	instant received;
	/* set by the consumer */
	const struct json *data; /* the parsed "data" */
	const struct json *json; /* the parsed whole */
};

/*
 * Appends inside the caller's open transaction, as its last statement before COMMIT: the shard
 * heads stay locked until then. Sets shard and position of each; a (source, id) that is in the
 * log already, or twice in the array, gets position 0. False: db_failed.
 */
bool eventlog_append(struct db *db, const void *parent, struct log_event *events, size_t count);

/*
 * Writes the body of an event of ours: eventlog_open begins the CloudEvent of what type, source, id, subject
 * and time say, and its data; after the caller's members eventlog_close ends both and sets body and length,
 * which belong to the writer.
 */
void eventlog_open(struct json_writer *w, const struct log_event *e);
void eventlog_close(struct json_writer *w, struct log_event *e);

int eventlog_shard(const char *subject); /* by hash, 0 .. EVENTLOG_SHARDS-1 */
enum {
	EVENTLOG_SHARDS = 32
};

/* The statements that this file needs; every daemon's table begins with them (sql/queries/common/). */

#endif
