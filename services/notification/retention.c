/*
 * retention.c - the job that deletes what nobody needs any more, a slice at a time
 *
 * What still matters stays however old it is: intents that are open, and dead letters until somebody requeues
 * or discards them. One instance deletes at a time; the others find the lock taken and look again later.
 */
#include <stdio.h>
#include <talloc.h>

#include "common/log.h"
#include "gen/sql/notification.h"
#include "services/notification/notifier.h"

enum {
	SLICE = 500,
	SLICE_NOTIFICATIONS = 100 /* each has some lines of log */
};

struct retention {
	const char *what;
	const int64_t *kept;
	int statement;
};

static const struct retention rows[] = {
	{"requests", &sending.keep_keys, SQL_NOTIFICATION_DELETE_OLD_REQUESTS},
	{"provider_events", &sending.keep_provider_events, SQL_NOTIFICATION_DELETE_OLD_PROVIDER_EVENTS},
	{"soft_bounces", &sending.keep_soft_bounces, SQL_NOTIFICATION_DELETE_OLD_SOFT_BOUNCES},
};

enum {
	ROWS = sizeof(rows) / sizeof(rows[0])
};

/* Shorter, and what is refused, counted or answered by it would be wrong. */
static const struct {
	const char *name;
	const int64_t *kept;
	int64_t least;
	const char *text;
} floors[] = {
	{"keep_keys", &sending.keep_keys, DAY_SECONDS *SECOND, "1d: repeated requests are known by them"},
	{"keep_provider_events", &sending.keep_provider_events, 7 * DAY_SECONDS *SECOND,
	 "7d: providers repeat what they told"},
	{"keep_soft_bounces", &sending.keep_soft_bounces, 14 * DAY_SECONDS *SECOND,
	 "14d: three within that time suppress an address"},
	{"keep_notifications", &sending.keep_notifications, 30 * DAY_SECONDS *SECOND,
	 "30d: caps are counted by them, and links lead by them"},
};

bool retention_check(const void *parent, const char **error)
{
	size_t i;

	for (i = 0; i < sizeof(floors) / sizeof(floors[0]); i++)
		if (*floors[i].kept != 0 && *floors[i].kept < floors[i].least) {
			*error = talloc_asprintf(parent, "%s: must be 0 (kept for good) or at least %s",
						 floors[i].name, floors[i].text);
			return false;
		}
	return true;
}

/* Ids sort by the time at which they were made: no id of that time or later is below it. */
static void first_id(instant t, char id[NOTIFICATION_ID_LENGTH + 1])
{
	unsigned char bytes[NOTIFICATION_ID_BYTES] = {0};
	uint64_t milliseconds = (uint64_t)(t / 1000);
	int i;

	for (i = 0; i < 6; i++)
		bytes[i] = (unsigned char)(milliseconds >> (40 - 8 * i));
	notification_id_encode(bytes, id);
}

static bool delete_rows(struct notifier *n, const void *scratch, const struct retention *r)
{
	struct rows *gone = db_query(n->daemon->db, scratch, r->statement, "zi", clock_now() - *r->kept,
				     (int64_t)SLICE);

	metric_add(n->deleted, r->what, (double)rows_affected(gone));
	return rows_affected(gone) == SLICE;
}

/* Those that stay are passed by: the next slice goes on behind the last that was looked at. */
static bool delete_notifications(struct notifier *n, const void *scratch)
{
	char end[NOTIFICATION_ID_LENGTH + 1];
	struct rows *r;
	bool more;

	first_id(clock_now() - sending.keep_notifications, end);
	r = db_query(n->daemon->db, scratch, SQL_NOTIFICATION_DELETE_OLD_NOTIFICATIONS, "tti", n->retained_to,
		     end, (int64_t)SLICE_NOTIFICATIONS);
	more = row_integer(r, 0, 0) == SLICE_NOTIFICATIONS;
	metric_add(n->deleted, "notifications", (double)row_integer(r, 0, 2));
	snprintf(n->retained_to, sizeof(n->retained_to), "%s", more ? row_text(r, 0, 1) : "");
	return more;
}

/* One kind, some rows. */
static bool slice(struct notifier *n, const void *scratch)
{
	size_t i = n->retention_at;

	if (i < ROWS)
		return *rows[i].kept > 0 && delete_rows(n, scratch, &rows[i]);
	return sending.keep_notifications > 0 && delete_notifications(n, scratch);
}

bool run_retention(struct daemon *d)
{
	struct notifier *n = d->state;
	void *scratch = talloc_named_const(d, 0, "retention");
	struct rows *lock;
	bool more = false;

	db_begin(d->db, NULL);
	lock = db_query(d->db, scratch, SQL_NOTIFICATION_TRY_RETENTION_LOCK, "");
	if (!db_failed(d->db) && row_boolean(lock, 0, 0)) {
		more = slice(n, scratch);
		if (!more)
			n->retention_at = (n->retention_at + 1) % (ROWS + 1);
		more = more || n->retention_at != 0;
	}
	if (!db_failed(d->db))
		db_run(d->db, "COMMIT");
	if (db_failed(d->db))
		log_warning("nothing old was deleted reason=\"%s\"", db_message(d->db));
	more = more && !db_failed(d->db);
	talloc_free(scratch);
	return more;
}
