/*
 * push_judge.h - what the three push services' answers have in common
 */
#ifndef AE_NOTIFICATION_PUSH_JUDGE_H
#define AE_NOTIFICATION_PUSH_JUDGE_H

#include "services/notification/channel.h"

/* A row: a provider's word for an error, and what it means here. */
struct push_meaning {
	const char *word;
	enum outcome outcome;
};

/* False: the table, which ends in a row without a word, does not hold it. */
bool push_meaning_find(const struct push_meaning *rows, const char *word, enum outcome *outcome);

void push_clear(struct step_out *out);
/* Ends a delivery. */
enum step push_done(struct step_out *out, enum outcome outcome, const char *code, const char *detail);
/* Later: the wait that the answer asks for, else fallback microseconds, which may be 0. */
enum step push_later(struct step_out *out, const struct answer *a, int64_t fallback, const char *code,
		     const char *detail);

/* No answer came: out holds what that means, and true is returned. sending: a message was on its way. */
bool push_unanswered(const void *parent, const struct answer *a, bool sending, struct step_out *out);

/* "http_503", under parent. */
const char *push_status_code(const void *parent, int status);
/* Whether the status by itself says that later is another matter: 408, 429, 5xx. */
bool push_status_passes(int status);

/* A word of theirs that may go into our logs: letters, digits, "_", 1 to 64 of them; else NULL. */
const char *push_word(const void *parent, const char *text);

#endif
