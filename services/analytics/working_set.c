/*
 * working_set.c - three reads and three writes for a whole batch, however many members it touches
 */
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "services/analytics/booking.h"
#include "services/analytics/working_set.h"

static int member_slot_order(const void *a, const void *b)
{
	return strcmp(((const struct member_slot *)a)->id, ((const struct member_slot *)b)->id);
}

static int month_slot_order(const void *a, const void *b)
{
	const struct month_slot *x = a, *y = b;
	int order = strcmp(x->id, y->id);

	return order ? order : (x->start > y->start) - (x->start < y->start);
}

/* Sorts and drops equals; returns how many are left. */
static size_t unique(void *base, size_t count, size_t size, int (*order)(const void *, const void *))
{
	char *slots = base;
	size_t i, kept = 0;

	qsort(base, count, size, order);
	for (i = 0; i < count; i++)
		if (kept == 0 || order(slots + (kept - 1) * size, slots + i * size) != 0)
			memmove(slots + kept++ * size, slots + i * size, size);
	return kept;
}

bool working_set_members(struct working_set *ws, struct db *db, const void *parent,
			 const struct log_event *events, size_t count)
{
	struct member **found;
	const char **ids;
	size_t i, n = 0;

	ws->members = talloc_zero_array(parent, struct member_slot, count + 1);
	for (i = 0; i < count; i++)
		if (event_of_member(&events[i]))
			ws->members[n++].id = events[i].subject;
	ws->member_count = unique(ws->members, n, sizeof(*ws->members), member_slot_order);
	ids = talloc_array(parent, const char *, ws->member_count + 1);
	for (i = 0; i < ws->member_count; i++)
		ids[i] = ws->members[i].id;
	found = store_members(db, parent, ids, ws->member_count);
	for (i = 0; found && i < ws->member_count; i++)
		ws->members[i].member = found[i];
	for (i = 0; found && i < count; i++) {
		struct member_slot *slot = working_set_member(ws, events[i].subject);

		if (slot && slot->member == NULL)
			slot->member = member_new(parent, slot->id, events[i].shard, events[i].position);
	}
	return found != NULL;
}

struct member_slot *working_set_member(const struct working_set *ws, const char *id)
{
	struct member_slot wanted = {.id = id};

	return bsearch(&wanted, ws->members, ws->member_count, sizeof(wanted), member_slot_order);
}

static bool load_months(struct working_set *ws, struct db *db, const void *parent)
{
	const char **ids = talloc_array(parent, const char *, ws->month_count + 1);
	day *starts = talloc_array(parent, day, ws->month_count + 1);
	struct month **found;
	size_t i;

	for (i = 0; i < ws->month_count; i++) {
		ids[i] = ws->months[i].id;
		starts[i] = ws->months[i].start;
	}
	found = store_months(db, parent, ids, starts, ws->month_count);
	for (i = 0; found && i < ws->month_count; i++) {
		/* What is booked anew begins empty. */
		bool anew = working_set_member(ws, ws->months[i].id)->member->rebook;

		ws->months[i].month = found[i] && !anew
					      ? found[i]
					      : month_new(parent, ws->months[i].id, ws->months[i].start);
	}
	return found != NULL;
}

static bool load_ledgers(struct working_set *ws, struct db *db, const void *parent)
{
	const char **ids = talloc_array(parent, const char *, ws->member_count + 1);
	struct ledger **found;
	size_t i, n = 0;

	for (i = 0; i < ws->member_count; i++)
		if (ws->members[i].points)
			ids[n++] = ws->members[i].id;
	if (n == 0)
		return true;
	found = store_ledgers(db, parent, ids, n);
	for (i = 0, n = 0; found && i < ws->member_count; i++) {
		if (!ws->members[i].points)
			continue;
		ws->members[i].ledger = found[n] && !ws->members[i].member->rebook
						? found[n]
						: talloc_zero(parent, struct ledger);
		n++;
	}
	return found != NULL;
}

bool working_set_months(struct working_set *ws, struct db *db, const void *parent,
			const struct log_event *events, size_t count, const struct tz *programme)
{
	struct member_slot *slot;
	size_t i, n = 0;

	ws->months = talloc_zero_array(parent, struct month_slot, count + 1);
	for (i = 0; i < count; i++) {
		if (!event_books(&events[i]) || (slot = working_set_member(ws, events[i].subject)) == NULL)
			continue;
		slot->points |= event_moves_points(&events[i]);
		ws->months[n++] = (struct month_slot){
			slot->id,
			day_month_start(tz_day(member_zone(slot->member, programme), event_when(&events[i]))),
			NULL};
	}
	ws->month_count = unique(ws->months, n, sizeof(*ws->months), month_slot_order);
	return (n == 0 || load_months(ws, db, parent)) && load_ledgers(ws, db, parent);
}

struct month *working_set_month(const struct working_set *ws, const char *id, day start)
{
	struct month_slot wanted = {id, start, NULL};
	struct month_slot *slot = bsearch(&wanted, ws->months, ws->month_count, sizeof(wanted),
					  month_slot_order);

	return slot ? slot->month : NULL;
}

bool working_set_put(struct working_set *ws, struct db *db, const void *scratch)
{
	struct member **members = talloc_array(scratch, struct member *, ws->member_count + 1);
	struct month **months = talloc_array(scratch, struct month *, ws->month_count + 1);
	struct ledger **ledgers = talloc_array(scratch, struct ledger *, ws->member_count + 1);
	const char **ids = talloc_array(scratch, const char *, ws->member_count + 1);
	const char **anew = talloc_array(scratch, const char *, ws->member_count + 1);
	size_t i, ledger_count = 0, anew_count = 0, sent = 0;

	for (i = 0; i < ws->member_count; i++) {
		members[i] = ws->members[i].member;
		if (members[i]->rebook)
			anew[anew_count++] = ws->members[i].id;
		if (ws->members[i].ledger) {
			ids[ledger_count] = ws->members[i].id;
			ledgers[ledger_count++] = ws->members[i].ledger;
		}
	}
	for (i = 0; i < ws->month_count; i++)
		months[i] = ws->months[i].month;
	if (anew_count > 0 && ++sent)
		store_delete_months(db, scratch, anew, anew_count);
	if (ws->member_count > 0 && ++sent)
		store_put_members(db, scratch, members, ws->member_count);
	if (ws->month_count > 0 && ++sent)
		store_put_months(db, scratch, months, ws->month_count);
	if (ledger_count > 0 && ++sent)
		store_put_ledgers(db, scratch, ids, ledgers, ledger_count);
	while (sent-- > 0)
		db_next(db, scratch);
	return !db_failed(db);
}
