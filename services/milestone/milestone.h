/*
 * milestone.h - what the files of ae-milestone share
 */
#ifndef AE_MILESTONE_H
#define AE_MILESTONE_H

#include "gen/proto/milestone.h"
#include "services/milestone/working_set.h"

/* The definitions in use, and what holds for the whole programme; read again when something changed. */
struct catalogue {
	int64_t mark;
	const struct tz *zone;
	const char *currency;
	struct milestone **milestones; /* by id */
	size_t count;
	bool asks_facts; /* one of them has a rule or a segment */
};

struct milestones {
	struct catalogue *catalogue;     /* never NULL */
	struct metric *awards, *reverts; /* by kind */
	bool base_put;
	struct log_event *announce; /* of the batch that is about to be committed */
	size_t announce_count;
};

/* catalogue.c */
bool catalogue_refresh(struct daemon *d); /* false: db_failed */
const struct milestone *catalogue_find(const struct catalogue *c, const char *milestone_id);

/* base_definitions.c */
void base_definitions_put(struct db *db, const void *scratch);
bool run_base_definitions(struct daemon *d);

/* Why an award is made, or taken back. */
struct cause {
	instant time;     /* when it was reached, or lost */
	int64_t position; /* of the event in the member's shard, or up to where the facts count */
	bool derived;     /* follows from the log alone */
	bool silent;      /* awarded without a celebration */
	bool skipped;     /* noted as reached before, not awarded */
	bool recounted;   /* by other days: nothing was taken back, so the rollback policy is not asked */
	int64_t late_days;
	double value, target;
};

/* settle.c */
/*
 * The member's progress by the definition that holds and the zone that it is in; made of its history if it
 * was not, and what is reached thereby is treated as the definition's backfill wants. NULL: db_failed.
 */
struct progress *settle(struct working_set *ws, struct member *m, const struct milestone *of,
			const struct cause *why);

/* The bucket that the event at hand fell into (NULL: none), and its occurrences before. */
struct counted {
	const struct bucket *bucket;
	int64_t before;
};
/*
 * The same in two steps, for an event that is counted between them: made anew if it has to be, which it has,
 * too, where that day was forgotten; ...
 */
struct progress *settle_count(struct working_set *ws, struct member *m, const struct milestone *of,
			      instant when);
/* ... and then what was reached before the event, unless it takes that back. */
void settle_award(struct working_set *ws, struct member *m, const struct milestone *of, struct progress *p,
		  const struct counted *last, const struct cause *event);
/* What the member's events until then come to, for a look: nothing changes. */
struct tally *settle_look(struct working_set *ws, struct member *m, const struct milestone *of,
			  instant until);
/* Awards every occurrence that is reached and not awarded yet; of the last event's bucket those before it. */
void settle_reached(struct working_set *ws, struct member *m, const struct milestone *of,
		    const struct progress *p, const struct counted *last, const struct cause *why);
/* Sets silent and skipped as the definition wants for what was reached before it was put to use. */
void settle_policy(const struct milestone *of, struct cause *why);

/* award.c */
/* One more occurrence is reached. False: it was awarded before. */
bool award_reach(struct working_set *ws, struct member *m, const struct milestone *of, const char *occurrence,
		 const struct cause *why);
/* It is not reached any more; the definition's policy decides what that means. */
void award_lose(struct working_set *ws, struct member *m, const struct milestone *of, const char *occurrence,
		const struct cause *why);

/* events.c */
bool events_apply(struct batch *b);
void events_committed(struct batch *b);

/* calendar.c: date milestones */
/* The day that everything is counted from; false: not known. */
bool calendar_base(const struct member *m, const struct milestone *of, day *base);
/* The next day of each date milestone of this member, none before the instant; one milestone only, unless
 * NULL. */
void calendar_plan(struct working_set *ws, struct member *m, const struct milestone *only, instant since);
/* Whether that day is within the time that the milestone is active. */
bool calendar_active(const struct member *m, const struct milestone *of, day d);
bool run_calendar(struct daemon *d);

/* judge.c: what facts decide */
/* True: there is no such rule, or it is true of the facts; these may be NULL. */
bool judge_holds(const void *scratch, const struct member_rule *rule, const struct json *facts);
void judge(struct working_set *ws, struct member *m, const struct milestone *of, const struct json *facts,
	   const struct cause *why);
bool run_facts(struct daemon *d);

/* sweep_facts.c: a job */
bool run_fact_sweeps(struct daemon *d);

/* forget.c: a job */
bool run_forgetting(struct daemon *d);

/* backfill.c: a job */
bool run_backfills(struct daemon *d);

/* profile.c */
void profile_read(struct working_set *ws, struct member *m, const char *text, size_t length);
/* True: something is new. */
bool profile_learn(struct working_set *ws, struct member *m, const struct entry *e);
const char *profile_word(const struct member *m, const char *name); /* NULL: not known */

#endif
