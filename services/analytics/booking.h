/*
 * booking.h - what each kind of event does to a member, a month and a ledger
 */
#ifndef AE_BOOKING_H
#define AE_BOOKING_H

#include "services/analytics/analytics.h"

struct working_set;

bool event_of_member(const struct log_event *e); /* one of the five kinds that say something about a member */
bool event_books(const struct log_event *e);     /* falls on a day: spend or points */
bool event_moves_points(const struct log_event *e);
instant event_when(const struct log_event *e); /* the data's own instant, else the event's time */

/* An enrolment's zone alone, ahead of all bookings; true if it is news. */
bool book_zone(struct member *m, const struct log_event *e);
/* An enrolment's profile into the member; the newest by event time holds, field by field. */
void book_profile(struct member *m, const struct log_event *e);
/* Any event of a member into its sums, month and ledger, which the working set holds. */
void book_event(struct working_set *ws, const struct log_event *e, const struct tz *programme);

#endif
