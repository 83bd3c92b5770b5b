/*
 * fact_motion.h - what a fact may be later, if nothing happens to the member but time
 */
#ifndef AE_FACT_MOTION_H
#define AE_FACT_MOTION_H

#include "common/fact_bound.h"
#include "common/member_facts.h"

/*
 * The values that a fact may have so many days on, 0 and more, by how it moves (enum fact_moves). value NULL:
 * it is not there. Texts stay in the value.
 */
struct fact_bound fact_later(const struct fact *f, const struct json *value, int days);

#endif
