/*
 * intake.h - the events of one request, read and judged one by one
 */
#ifndef AE_INTAKE_H
#define AE_INTAKE_H

#include "common/request.h"
#include "services/analytics/cloudevent.h"

enum {
	INTAKE_EVENTS_MAX = 10000
};

struct rejection {
	size_t index;
	const char *id; /* NULL if it has none */
	struct schema_fault fault;
};

struct intake {
	struct log_event *events; /* the good ones */
	size_t count, size;
	struct rejection *rejected;
	size_t rejected_count, rejected_size;
	size_t next; /* index of the next event in the request */
	bool single; /* structured or binary mode: the body is one event */
};

/* Reads the body by its content type. False: *error and *detail say why nothing could be read. */
bool intake_read(struct request *req, struct intake *in, enum error *error, const char **detail);

#endif
