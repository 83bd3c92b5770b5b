/*
 * variables.h - what a template may say: what the sender gave, the member, the links, and how to write it
 *
 * Mustache cannot format. So beside every number, amount and date stands a text of it for the reader:
 *
 *   points_at_stake 1200                        points_at_stake_text "1,200"  (of 1: points_at_stake_one)
 *   value_minor 1250, currency "EUR"            value_text "12,50 EUR"
 *   effective_at "2026-11-30T09:00:00Z"         effective_at_text "30. November 2026", in the member's zone
 *   deadline, expires_at, valid_until, valid_to the last day that is left: an end at midnight is the day
 * before
 *
 * inside objects and lists too. A name that was given is never replaced. A link that is not https is left
 * out.
 */
#ifndef AE_NOTIFICATION_VARIABLES_H
#define AE_NOTIFICATION_VARIABLES_H

#include "services/notification/recipient.h"

/* values may be NULL; under parent. locale: the language that the member is spoken to in. */
const struct json *variables_for(const void *parent, const struct json *values, const struct recipient *r,
				 const char *locale, const char *unsubscribe, const char *preferences);
/* With the texts, for words in the language of locale. Dates are days in the zone of member.time_zone, else
 * UTC. A new tree under parent. */
struct json *variables_written(const void *parent, const struct json *variables, const char *locale);

#endif
