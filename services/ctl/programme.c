/*
 * programme.c - the rules of the sample programme: points, lots, tiers, vouchers
 */
#include "services/ctl/programme.h"

const struct tier tiers[TIER_COUNT] = {{"bronze", 0}, {"silver", 500}, {"gold", 2000}, {"platinum", 10000}};

const struct voucher vouchers[VOUCHER_COUNT] = {
	{500, 500}, {1000, 1000}, {2500, 2500}, {5000, 5000}, {10000, 10000}};

int tier_reached(int64_t qualifying)
{
	int t = TIER_COUNT - 1;

	while (t > 0 && qualifying < tiers[t].threshold)
		t--;
	return t;
}

const struct voucher *voucher_affordable(int64_t points)
{
	int i;

	for (i = VOUCHER_COUNT - 1; i >= 0; i--)
		if (points >= vouchers[i].points)
			return &vouchers[i];
	return NULL;
}

int64_t points_for(int64_t amount_minor, int multiplier_tenths)
{
	return amount_minor <= 0 ? 0 : amount_minor / 100 * multiplier_tenths / 10;
}

int32_t month_of(day d)
{
	int year, month, mday;

	day_to_civil(d, &year, &month, &mday);
	return (year - 1970) * 12 + month - 1;
}

day lot_last_day(day earned)
{
	return day_add_months(day_month_start(earned), LOT_MONTHS) - 1;
}

static int ring_place(int32_t month)
{
	int place = month % LOT_MONTHS;

	return place < 0 ? place + LOT_MONTHS : place;
}

void balance_roll(struct balance *b, int32_t month)
{
	int32_t *oldest;

	if (month - b->month >= LOT_MONTHS * 2) /* nothing survives that: go there in one step */
		b->month = month - LOT_MONTHS * 2;
	while (b->month < month) {
		b->month++;
		oldest = &b->earned[ring_place(b->month)]; /* its place is the new month's */
		b->spent -= b->spent < *oldest ? b->spent : *oldest;
		*oldest = 0;
	}
}

void balance_earn(struct balance *b, int32_t month, int32_t points)
{
	balance_roll(b, month);
	b->earned[ring_place(month)] += points;
}

bool balance_revoke(struct balance *b, int32_t month, int32_t points)
{
	if (month <= b->month - LOT_MONTHS)
		return false;
	b->earned[ring_place(month)] -= points;
	return true;
}

int64_t balance_points(const struct balance *b)
{
	int64_t sum = -(int64_t)b->spent;
	int i;

	for (i = 0; i < LOT_MONTHS; i++)
		sum += b->earned[i];
	return sum;
}

int64_t balance_year(const struct balance *b)
{
	int64_t sum = 0;
	int i;

	for (i = 0; i < LOT_MONTHS; i++)
		sum += b->earned[i];
	return sum - b->earned[ring_place(b->month + 1)]; /* the oldest stands where the next month will */
}

static uint64_t fnv(uint64_t h, const char *text)
{
	for (; *text; text++)
		h = (h ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	return (h ^ 0xff) * UINT64_C(0x100000001b3);
}

uint64_t dice(const char *a, const char *b)
{
	uint64_t h = fnv(fnv(UINT64_C(0xcbf29ce484222325), a), b);

	h = (h ^ (h >> 33)) * UINT64_C(0xff51afd7ed558ccd);
	h = (h ^ (h >> 33)) * UINT64_C(0xc4ceb9fe1a85ec53);
	return h ^ (h >> 33);
}
