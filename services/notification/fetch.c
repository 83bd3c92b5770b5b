/*
 * fetch.c - a small document from outside: a transfer like any other, waited for
 */
#include <talloc.h>

#include "services/notification/fetch.h"

enum {
	TURN = SECOND / 100
};

struct fetching {
	struct transfer transfer;
	const char *text;
	bool done;
};

static void on_answer(void *fetching, const struct answer *answer)
{
	struct fetching *f = fetching;

	if (answer->transported && answer->status == 200)
		f->text = talloc_strndup(f, answer->body, answer->length);
	f->done = true;
}

const char *fetch(struct notifier *n, const void *parent, const char *url, const char *ca_file)
{
	struct fetching *f = talloc_zero(parent, struct fetching);

	f->transfer = (struct transfer){
		.url = url, .method = "GET", .guarded = true, .timeout = 2 * SECOND, .ca_file = ca_file};
	wire_start(n->wire, &f->transfer, on_answer, f);
	while (!f->done) /* ends: the transfer has its timeout */
		daemon_wait(n->daemon, TURN);
	return f->text;
}
