"""What the projections must come to, worked out in plain Python from the raw events.

Written from the rules alone, with zoneinfo for the calendar, and slow on purpose where slow is
simple: every question goes through all events of a member again. Order of arrival is never
looked at; what an event says about its own time is all that counts.
"""
import datetime
import zoneinfo
from collections import Counter, defaultdict

UTC = datetime.timezone.utc
EARN, ADJUST, REDEEM, CANCEL = range(1, 5)


def instant(text):
    """RFC 3339 into an aware datetime."""
    return datetime.datetime.fromisoformat(text)


def distinct(events):
    """Each (source, id) once."""
    return list({(e["source"], e["id"]): e for e in events}.values())


def told_at(event):
    """When the envelope says it happened, else the data."""
    data = event["data"]
    return instant(event.get("time") or data.get("occurred_at") or data.get("enrolled_at") or data["effective_at"])


class Lot:
    def __init__(self, ref, earned, expires, points):
        self.ref, self.earned, self.expires, self.points = ref, earned, expires, points

    @property
    def place(self):
        """Soonest to expire first, never last; then the older, then by name."""
        return self.expires is None, self.expires or self.earned, self.earned, self.ref


class Member:
    """One member's events, and every number that follows from them."""

    def __init__(self, member_id, events, programme_zone="UTC"):
        self.member_id, self.events, self.programme_zone = member_id, events, programme_zone
        self.of = defaultdict(list)
        for e in events:
            self.of[e["type"]].append(e)

    # --- who it is ---------------------------------------------------------------------------

    def profile(self, field):
        """What the newest enrolment that says anything about the field says."""
        told = [e for e in self.of["MemberEnrolledEvent"] if e["data"].get(field) is not None]
        return max(told, key=told_at)["data"][field] if told else None

    @property
    def zone(self):
        return zoneinfo.ZoneInfo(self.profile("time_zone") or self.programme_zone)

    @property
    def enrolled_at(self):
        return min((instant(e["data"]["enrolled_at"]) for e in self.of["MemberEnrolledEvent"]), default=None)

    @property
    def tier(self):
        """(tier, since): the newest word, be it a change of tier or an enrolment that names one."""
        words = [(instant(e["data"]["effective_at"]), e["data"]["to_tier"]) for e in self.of["TierAdvancedEvent"]]
        words += [(instant(e["data"]["enrolled_at"]), e["data"]["tier"])
                  for e in self.of["MemberEnrolledEvent"] if e["data"].get("tier")]
        since, tier = max(words, default=(None, None))
        return tier, since

    def day(self, moment):
        return moment.astimezone(self.zone).date()

    # --- money -------------------------------------------------------------------------------

    def transactions(self):
        """(moment, signed amount, reversal?, data) of each."""
        for e in self.of["TransactionProcessedEvent"]:
            data = e["data"]
            reversal = data.get("status") == "reversed"
            amount = -abs(data["amount_minor"]) if reversal else data["amount_minor"]
            yield instant(data["occurred_at"]), amount, reversal, data

    def spending_by_day(self):
        """(day, currency, category) -> (minor units, purchases, reversals)."""
        days = defaultdict(lambda: [0, 0, 0])
        for moment, amount, reversal, data in self.transactions():
            cell = days[self.day(moment), data["currency"], data["category"]]
            cell[0] += amount
            cell[1 + reversal] += 1
        return {key: tuple(cell) for key, cell in days.items()}

    def purchases(self):
        return [(moment, amount, data) for moment, amount, reversal, data in self.transactions() if not reversal]

    def main_currency(self):
        """(code, lifetime spend): most purchases, then most spend, then by code."""
        purchases, spend = Counter(), Counter()
        for _, amount, reversal, data in self.transactions():
            spend[data["currency"]] += amount
            purchases[data["currency"]] += not reversal
        best = min(spend, key=lambda c: (-purchases[c], -spend[c], c), default=None)
        return best, spend[best] if best else 0

    def favourite_channel(self):
        used = Counter(data["channel"] for _, _, data in self.purchases() if data.get("channel"))
        return min(used, key=lambda c: (-used[c], c), default=None)

    # --- points ------------------------------------------------------------------------------

    def points_by_day(self):
        """(day, category) -> (earned, redeemed, qualifying)."""
        days = defaultdict(lambda: [0, 0, 0])
        for e in self.of["PointsEarnedEvent"]:
            data = e["data"]
            cell = days[self.day(instant(data["occurred_at"])), data.get("category") or ""]
            cell[0] += data["points"]
            cell[2] += data["points"] if data.get("qualifying", True) else 0
        for e in self.of["RedemptionProcessedEvent"]:
            data = e["data"]
            cell = days[self.day(instant(data["occurred_at"])), data.get("category") or ""]
            cell[1] += -data["points"] if data.get("status") == "cancelled" else data["points"]
        return {key: tuple(cell) for key, cell in days.items()}

    def movements(self):
        """What moves points, in the order in which it counts."""
        found = []
        for e in self.of["PointsEarnedEvent"]:
            data = e["data"]
            name = data.get("lot_id") or data.get("transaction_id") or e["id"]
            kind = EARN if data["points"] > 0 else ADJUST
            if data["points"]:
                found.append((instant(data["occurred_at"]), kind, name, data))
        for e in self.of["RedemptionProcessedEvent"]:
            data = e["data"]
            kind = CANCEL if data.get("status") == "cancelled" else REDEEM
            if data["points"]:
                found.append((instant(data["occurred_at"]), kind, data["redemption_id"], data))
        return sorted(found, key=lambda m: m[:3])

    def points(self, now=None):
        """The ledger's end: at its last movement, or with what expired up to `now`."""
        purse = Purse(self)
        for moment, kind, name, data in self.movements():
            purse.expire(moment)
            if kind == EARN:
                purse.put(Lot(name, moment, data.get("expires_at") and instant(data["expires_at"]), data["points"]))
            elif kind == ADJUST:
                purse.take(-data["points"], [name])
            elif kind == REDEEM:
                purse.redeem(name, data)
            else:
                purse.cancel(name, data["points"], moment)
        if now:
            purse.expire(now)
        return purse


class Purse:
    """Open lots, debt, and what has expired."""

    def __init__(self, member):
        self.member, self.lots, self.debt = member, [], 0
        self.expired = Counter()          # by local day
        self.taken = defaultdict(list)    # redemption -> [lot as it was, points]

    @property
    def balance(self):
        return sum(lot.points for lot in self.lots) - self.debt

    def ordered(self):
        return sorted((lot for lot in self.lots if lot.points), key=lambda lot: lot.place)

    def expire(self, now):
        for lot in [lot for lot in self.lots if lot.expires and lot.expires <= now]:
            self.expired[self.member.day(lot.expires)] += lot.points
            self.lots.remove(lot)

    def put(self, lot):
        """New points pay the debt first."""
        paid = min(lot.points, self.debt)
        self.debt -= paid
        lot.points -= paid
        if lot.points:
            self.lots.append(lot)

    def take(self, points, names, redemption=None):
        """From the lots of these names first, then from any, soonest to expire first."""
        first = [lot for name in names for lot in self.ordered() if lot.ref == name]
        for lot in first + self.ordered():
            given = min(lot.points, points)
            points -= given
            lot.points -= given
            if redemption and given:
                self.taken[redemption].append([lot, given])
        self.debt += points
        self.lots = [lot for lot in self.lots if lot.points]

    def redeem(self, redemption, data):
        left = data["points"]
        for part in data.get("lots") or []:
            points = min(part["points"], left)
            left -= points
            self.take(points, [part["lot_id"]], redemption)
        self.take(left, [], redemption)

    def cancel(self, redemption, points, now):
        """Back to where it came from; what came from nowhere is a lot that never expires."""
        for part in self.taken[redemption]:
            lot, back = part[0], min(part[1], points)
            part[1] -= back
            points -= back
            if back:
                self.put(Lot(lot.ref, lot.earned, lot.expires, back))
        if points:
            self.put(Lot(redemption, now, None, points))
        self.expire(now)


def members(events, programme_zone="UTC"):
    """member_id -> Member, of everybody the events speak of."""
    found = defaultdict(list)
    for e in distinct(events):
        if "member_id" in e["data"]:
            found[e["data"]["member_id"]].append(e)
    return {name: Member(name, own, programme_zone) for name, own in found.items()}


# --- a dashboard ------------------------------------------------------------------------------

def rounded_half_up(amount, count):
    """amount / count to whole units, halves away from zero."""
    if not count:
        return 0
    sign = -1 if amount < 0 else 1
    return sign * ((2 * abs(amount) + count) // (2 * count))


def totals(member, first, last, currency, now):
    """The summary's numbers of first..last; the balance is the one at the end of last."""
    spend = [cell for (day, code, _), cell in member.spending_by_day().items()
             if first <= day <= last and code == currency]
    points = [(day, cell) for (day, _), cell in member.points_by_day().items()]
    expired = member.points(now).expired
    purchases = sum(cell[1] for cell in spend)
    amount = sum(cell[0] for cell in spend)
    return {
        "spend": amount,
        "transactions": purchases,
        "average_basket": rounded_half_up(amount, purchases),
        "points_earned": sum(cell[0] for day, cell in points if first <= day <= last),
        "points_redeemed": sum(cell[1] for day, cell in points if first <= day <= last),
        "points_expired": sum(n for day, n in expired.items() if first <= day <= last),
        "points_balance": sum(cell[0] - cell[1] for day, cell in points if day <= last)
        - sum(n for day, n in expired.items() if day <= last),
    }


def buckets(first, last, grain):
    """(from, to) of each day, week from Monday, or month; cut to first..last."""
    found, start = [], first
    while start <= last:
        if grain == "day":
            end = start
        elif grain == "week":
            end = start + datetime.timedelta(days=6 - start.weekday())
        else:
            end = (start.replace(day=1) + datetime.timedelta(days=32)).replace(day=1) - datetime.timedelta(days=1)
        found.append((start, min(end, last)))
        start = end + datetime.timedelta(days=1)
    return found
