/*
 * look.c - one look at one member, in its order (see look.h)
 */
#include "services/engagement/look.h"

void look_at(struct look *l)
{
	review_past(l);
	find_candidates(l);
	arbitrate(l);
	if (!l->all)
		l->next = l->again ? l->quiet_end : outlook_next(l);
}
