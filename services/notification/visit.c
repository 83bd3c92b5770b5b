/*
 * visit.c - who followed a link: a person, or a program that looks before it
 */
#include <math.h>
#include <string.h>
#include <talloc.h>

#include "services/notification/engagement_store.h"
#include "services/notification/visit.h"

/* What a browser or a mail program fetches in case somebody wants it. */
static bool ahead(const struct request *req)
{
	static const char *const names[] = {"sec-purpose", "purpose"};
	const char *purpose;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if ((purpose = request_header(req, names[i])) != NULL &&
		    (strcasestr(purpose, "prefetch") || strcasestr(purpose, "preview")))
			return true;
	return false;
}

void visit_record(struct request *req, const struct link *l, enum engagement_kind kind, const char *detail)
{
	const char *agent = request_header(req, "user-agent"), *who;
	struct engagement_event event = {.kind = kind,
					 .occurred_at = clock_now(),
					 .notification_id = l->notification_id,
					 .detail = detail,
					 .recipient = ""};
	double after = l->sent ? (double)(event.occurred_at - l->sent_at) / SECOND : NAN;

	if (req->head || !link_tracks(l))
		return;
	event.machine = ahead(req) || machine_open(agent ? agent : "", after);
	who = event.machine ? "machine" : "person";
	event.provider_event_id = kind == ENGAGEMENT_CLICKED
					  ? talloc_asprintf(req, "c:%s:%u:%s", l->notification_id,
							    l->track.link, who)
					  : talloc_asprintf(req, "o:%s:%s", l->notification_id, who);
	engagement_record(req->daemon, req, "link", NULL, &event, 1);
}
