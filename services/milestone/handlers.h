/*
 * handlers.h - what several operations share
 */
#ifndef AE_MILESTONE_HANDLERS_H
#define AE_MILESTONE_HANDLERS_H

#include "services/milestone/milestone.h"
#include "services/milestone/store.h"

void put_as_of(struct json_writer *w);

/* definition_body.c: the document in a request's body; NULL: *out is the answer. */
struct milestone *definition_body(struct request *req, const char *milestone_id, reply *out);
/* A version that is kept, 0: the newest; NULL: *out is the answer. */
struct milestone *definition_kept(struct request *req, const char *milestone_id, int version, reply *out);

/* etag.c */
const char *etag_of(const void *parent, const char *text, size_t length);

/* look.c: where a member stands */
struct standing {
	const struct milestone *of;
	bool reached;       /* and there is no more to reach */
	const char *period; /* "2026-11", NULL: over all time */
	double value, target, fraction;
	double pace;   /* by day, 0: not known */
	day projected; /* DAY_NONE: not at this pace, or not in this period */
	const char *remaining, *text;
};

/* Everything in use, under req; NULL: *out is the answer. */
struct standing *standings_of(struct request *req, const char *member_id, const char *lang,
			      struct member **member, size_t *count, reply *out);
/* The open one that is closest; NULL: none. */
const struct standing *standing_next(const struct standing *all, size_t count);

/* words.c: en and de */
const char *words_language(const struct member *m, const char *lang);
void words_put(const void *parent, const char *language, const char *locale, struct standing *s, day today);

#endif
