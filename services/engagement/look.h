/*
 * look.h - one look at one member: what is open, what might be told, what is told
 *
 * Pure but for the rows that store_look.c reads before and writes after: the same member at the same instant
 * gives the same alerts, in whichever instance.
 */
#ifndef AE_ENGAGEMENT_LOOK_H
#define AE_ENGAGEMENT_LOOK_H

#include "services/engagement/subject.h"

/* Clocks of hosts are as close as that; a look that is further ahead was by a clock that has been set back.
 */
#define CLOCK_TOLERANCE (60 * SECOND)

/* An alert that was made before. */
struct past_alert {
	const char *alert_id, *rule_id, *occasion;
	enum alert_state state;
	instant created, valid_until;
	int64_t points;
	const struct json *facts, *lots;
	/* what this look makes of it */
	enum alert_state next;
	bool updated;
	int64_t next_points;
	const struct json *next_facts, *next_lots;
	const char *next_sentence;
	const char *fault; /* the limit that its rule's `holds` ran into */
};

/* What might be told. */
struct candidate {
	const struct rule *rule;
	const char *occasion, *alert_id;
	double value;
	instant deadline, valid_until; /* deadline INSTANT_NONE: none */
	bool has_points, has_value;
	int64_t points, value_minor;
	const char *currency;
	const struct json *facts, *lots; /* lots NULL: none */
	const char *sentence, *action;
	enum loss loss;
	bool held_out;     /* it won, and a holdout keeps it from being told */
	double held_share; /* of members that would be held out from it, if it won */
	bool settled;
	const char *detail;
};

struct wishes {
	bool opted_out, marketing;
	const struct json *categories, *quiet; /* NULL: nothing said */
};

/* Why a member is looked at. */
struct cause {
	const char *rule_id; /* of an event's trigger; else NULL */
	const char *event_id;
	instant at;
	const struct json *data;
	bool offer;
	const char *fault; /* the limit that the trigger ran into */
};

struct look {
	const struct catalogue *catalogue;
	struct member_view *m;
	const char *locale;
	double spread;             /* 0 to 1, of the member: when in a slot it is looked at */
	instant judged_at;         /* of the look before */
	const struct json *judged; /* facts as of then; NULL: none */
	bool by_event;             /* one that facts count came since */
	struct cause *causes;
	size_t cause_count;
	struct past_alert *past;
	size_t past_count;
	struct wishes wishes;
	int per_day, per_week;
	instant oldest; /* events from before cause no alerts */
	instant ahead;  /* of events with a time that is still to come; INSTANT_NONE: none */
	bool all;       /* a simulation: every trigger fits */
	/* what comes of it */
	struct candidate *candidates; /* ranked */
	size_t count;
	struct rule_count *counts; /* of each rule of the catalogue */
	instant next;
	const char *fault; /* the limit that what the candidate at hand says ran into; NULL: none */
	bool again; /* what fits now is to be looked at again at quiet_end: nothing counts as looked at */
	instant quiet_end; /* of the member's quiet hours */
};

/* A match becomes a candidate or, if its occasion has been told, none. */
struct rule_count {
	int64_t evaluated, matched, told, failed;
	const char *fault;
};

/* Fills in everything from candidates on; scratch under l. */
void look_at(struct look *l);

/* review.c: what is open and is over, gone, or has changed */
void review_past(struct look *l);
/* candidate.c */
void find_candidates(struct look *l);
/* Facts and points of a candidate from the subject; also of one that is open. */
void candidate_fill(struct look *l, struct candidate *c, const struct subject *s);
/* occasion.c: what an alert is about, so that it is told once */
const char *alert_id_of(const void *parent, const char *rule_id, const char *member_id, const char *occasion);
/* Whether its time has come, and by which lead, the last that has begun: its place, and its days (-1: the
 * rule has none). */
bool occasion_begun(const struct rule *r, day last_day, day today, size_t *at, int *lead);
/* The rule was asked of what is over while its last lead held: it was told, or lost for another reason. */
bool occasion_asked(const struct look *l, const struct rule *r, const struct subject *s);
const char *occasion_key(struct look *l, const struct rule *r, const struct subject *s,
			 const struct cause *c);
const char *occasion_of(struct look *l, const char *key, int lead);
const struct past_alert *past_alert_of(const struct look *l, const char *alert_id);
bool lots_told(const struct look *l, const struct rule *r, const struct subject *s);
/* outlook.c: when the member is to be looked at next, if no event comes */
instant outlook_next(struct look *l);
/* arbitrate.c */
void arbitrate(struct look *l);
/* wishes.c: the reason against, NULL: none */
const char *wishes_against(const struct wishes *w, const char *category, bool promotional);
/* now, or when the member may be disturbed again */
instant wishes_quiet_until(const struct wishes *w, const struct tz *zone, instant now);
/* words.c: a text in the member's language with what a candidate says */
const char *words_fill(const void *parent, const struct json *texts, const char *locale,
		       const struct candidate *c, const struct member_view *m);
const char *words_choose(const struct json *texts, const char *locale);

#endif
