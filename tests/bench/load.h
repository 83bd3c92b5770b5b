/*
 * load.h - what the kinds of load share: options, pacing, latencies
 */
#ifndef AE_BENCH_LOAD_H
#define AE_BENCH_LOAD_H

#include "common/clock.h"
#include "tests/bench/http.h"

struct load_options {
	int64_t port, connections;
	int64_t rate;    /* per second, sent when due whatever came back; 0 = as fast as answers allow */
	int64_t seconds; /* longest; for `get` the duration */
	const char *token;
	int64_t members;             /* get: m000000000 and up */
	const char *under, *leaf;    /* get: the path before the member and behind */
	const char *file;            /* post, visible: lines of events */
	int64_t skip, events, batch; /* lines to leave out, to post, per request */
	int64_t probes;              /* visible: members watched */
};

/* Latencies in microseconds, and what went wrong. */
struct tally {
	int64_t *took;
	size_t count, room;
	int64_t failed;
	int first_failure; /* its status */
};

void tally_add(struct tally *t, int64_t microseconds);
void tally_failed(struct tally *t, int status);
double tally_ms(struct tally *t, double part); /* 0.5: the median */

/* A request's text up to and with the body. */
char *request_text(const void *parent, const struct load_options *o, const char *method, const char *path,
		   const char *headers, const char *body, size_t length);

/* The lines that a run posts: start of each, one more at the end. */
struct lines {
	const char **at;
	size_t count;
};
bool lines_read(const void *parent, const struct load_options *o, struct lines *out);

/* Each prints one JSON object; the exit status. */
int load_get(const struct load_options *o);
int load_post(const struct load_options *o);
int load_visible(const struct load_options *o);

#endif
