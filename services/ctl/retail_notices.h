/*
 * retail_notices.h - what the programme itself announces: its categories, vouchers, promotions
 */
#ifndef AE_CTL_RETAIL_NOTICES_H
#define AE_CTL_RETAIL_NOTICES_H

#include "services/ctl/line.h"
#include "services/ctl/retail_history.h"

enum {
	ID_SIZE = 96
};

struct notices;

struct notices *notices_new(const void *parent, const struct retail_history *h);
/* Appends the announcements up to an instant that have not been written yet. */
void notices_write(struct notices *ns, instant until, struct line *l);
/* The voucher of that many points in a category. */
void retail_reward(int category, int32_t points, char id[ID_SIZE], char name[ID_SIZE]);

#endif
