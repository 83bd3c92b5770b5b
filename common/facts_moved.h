/*
 * facts_moved.h - a member's facts as they will be on another day, or were, if nothing but time goes by
 */
#ifndef AE_FACTS_MOVED_H
#define AE_FACTS_MOVED_H

#include "common/json.h"
#include "common/tz.h"

/*
 * What counts days is moved from the facts' day to this one, and birthdays and anniversaries are counted
 * from it. Sums of purchases and points stay as they are. The member's days are those of the zone. Under
 * parent, and the facts must live as long.
 */
const struct json *facts_moved(const void *parent, const struct json *facts, const struct tz *zone, day to);

#endif
