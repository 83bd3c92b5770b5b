/*
 * notification.h - what the files of ae-notification share
 */
#ifndef AE_NOTIFICATION_H
#define AE_NOTIFICATION_H

#include "common/daemon.h"
#include "gen/proto/notification.h"
#include "services/notification/preferences.h"

/* A member's row. */
struct stored_preferences {
	int64_t version;
	const struct json *document, *profile;
	instant changed;
};

/* store.c; under parent. lock: held to the end of the open transaction. NULL: there is none, or the database
 * failed. */
struct stored_preferences *store_preferences(struct db *db, const void *parent, const char *member_id,
					     bool lock);
/* A row for a member that has none. */
void store_ensure_preferences(struct request *req, const char *member_id);
/* Who changed preferences. */
struct author {
	const char *subject, *way, *request_id;
};
/* The document's next version and the line that tells who made it; commits, and says when. */
instant store_put_preferences(struct db *db, const void *parent, const char *member_id,
			      const struct stored_preferences *before, const struct author *by,
			      const char *document);

/* A change of a member's preferences. */
struct preference_change {
	const struct json *body;
	bool patch;            /* body is a merge patch, not the whole document */
	const char *condition; /* of If-Match; NULL = whatever is there */
	const char *way;       /* for the line that tells who made it */
	const char *actor;     /* NULL = the request's subject */
	int most_an_hour;      /* of changes by pages; 0 = no limit */
	bool first;            /* If-None-Match: *, nothing was set before; the member need not be known */
};

/* Why a change was not made: a detail, or faults of the document. */
struct refusal {
	enum error error;
	const char *detail;
	const struct fault *faults;
	size_t count;
};

/*
 * change_preferences.c. What is stored then; acknowledged only when no message that was decided before it is
 * still on its way. A patch that says nothing new is not stored again. NULL: the refusal says why, unless the
 * database failed.
 */
struct stored_preferences *change_stored(struct request *req, const char *member_id,
					 const struct preference_change *c, struct refusal *refusal);
/* PUT and PATCH from If-Match to the answer */
reply change_preferences(struct request *req, const char *member_id, bool patch);
reply reply_preferences(struct request *req, const char *member_id, const struct stored_preferences *p);

/* events.c: contact points and consents of enrolments */
bool events_apply(struct batch *b);
void events_committed(struct batch *b);

#endif
