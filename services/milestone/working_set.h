/*
 * working_set.h - the members of a batch, their progress and their awards, held while they change
 */
#ifndef AE_MILESTONE_WORKING_SET_H
#define AE_MILESTONE_WORKING_SET_H

#include "common/daemon.h"
#include "common/member_facts.h"
#include "services/milestone/tally.h"

struct award {
	const char *milestone_id, *occurrence;
	int version, state;
	bool live, skipped, derived, changed;
	int64_t position;
	instant achieved, reverted; /* reverted is INSTANT_NONE while it is live */
	double value, target;
	const char *bonus; /* JSON, or NULL */
	int64_t late_days;
};

/* A line of the calendar. */
struct date {
	const char *member_id, *milestone_id;
	int version, number;
	day base, day;
	instant due;
};

struct progress {
	const char *milestone_id;
	int version;
	const char *zone;
	struct tally *tally;
	const struct tally *former; /* by the days of another zone, while it is counted anew */
	bool anew;                  /* counted, and not awarded yet */
	day forgotten;              /* periods before the one of this day are not there; DAY_NONE: all are */
	bool changed;
};

struct member {
	const char *member_id;
	bool fresh;       /* seen for the first time: there is nothing before it in the log */
	bool shown;       /* in leaderboards */
	bool changed;     /* of its profile */
	int64_t position; /* up to here its events are applied; of jobs only, see store_places */
	struct json *profile;
	const char *zone_name;
	const struct tz *zone;
	const char *profile_text;
	struct progress *progress;
	size_t progress_count;
	struct award **awards;
	size_t award_count;
	struct entry **related; /* stored ones that the batch's belong to, in the order of the log */
	size_t related_count;
	struct entry **seen; /* of the batch, as far as it is applied */
	size_t seen_count;
	struct entry **history; /* all that are stored, once they are needed */
	size_t history_count;
	bool history_loaded;
	int64_t pending; /* facts are to be asked once they are this new; 0: not */
};

struct working_set {
	struct daemon *daemon;
	struct db *db;
	struct catalogue *catalogue;
	struct member *members; /* in order of their ids */
	size_t count;
	struct date *dates; /* to be written */
	size_t date_count;
	struct log_event *events; /* to be published */
	size_t event_count;
};

/* Under parent, the members held to the commit; those that are not known yet are made. NULL: db_failed. */
struct working_set *working_set_open(struct daemon *d, struct db *db, const void *parent,
				     const char *const *ids, size_t count);
/* The same for a look: nothing is held or made, and members that are not known are not there. */
struct working_set *working_set_read(struct daemon *d, struct db *db, const void *parent,
				     const char *const *ids, size_t count);
struct member *working_set_member(struct working_set *ws, const char *member_id);
/* All of the member's events that are stored; false: db_failed. */
bool member_load_history(struct working_set *ws, struct member *m);
struct progress *member_progress(struct member *m, const char *milestone_id); /* NULL: none yet */
struct award *member_award(struct member *m, const char *milestone_id, const char *occurrence);
/* Writes what has changed, and appends the events as the last statement. False: db_failed. */
bool working_set_put(struct working_set *ws, const void *scratch);

#endif
