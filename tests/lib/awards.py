"""A recorded stream of events, and which milestones members hold after it: written down anew, without looking at the daemon.

    stream(seed, events)   as a neighbour would deliver it: out of order, some twice, reversals before their purchases
    held(events)           {(member, milestone, occurrence)} by the documents in DEFINITIONS
"""
import collections
import datetime
import random
import zoneinfo

import streams

ZONES = ["Europe/London", "America/New_York", "Asia/Kathmandu", "Pacific/Auckland", "America/St_Johns"]
CATEGORIES = ["grocery", "garden", "books", "toys", "travel", "music"]
FIRST = datetime.datetime(2025, 1, 1, tzinfo=datetime.timezone.utc)
DAYS = 400
HEARD = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")   # of tiers: told today, whenever they began

DEFINITIONS = {
    "try_count": {"name": "x", "kind": "count", "target": 3, "recurrence": {"every": 4}},
    "try_month": {"name": "x", "kind": "count", "target": 4, "recurrence": {"per": "month"}},
    "try_day": {"name": "x", "kind": "count", "target": 2, "recurrence": {"per": "day"}},
    "try_sum": {"name": "x", "kind": "sum", "of": "amount_minor", "target": 20000, "recurrence": {"every": 30000}, "bonus": {"points": 10}},
    "try_year": {"name": "x", "kind": "sum", "of": "points", "event": "PointsEarnedEvent", "target": 500, "recurrence": {"per": "year"}},
    "try_distinct": {"name": "x", "kind": "distinct", "of": "category", "target": 4},
    "try_books": {"name": "x", "kind": "count", "filter": {"==": [{"var": "category"}, "books"]}, "target": 2},
    "try_streak": {"name": "x", "kind": "streak", "streak": {"period": "week"}, "target": 3},
    "try_months": {"name": "x", "kind": "streak", "streak": {"period": "month", "least": 2}, "target": 2},
    "try_tier": {"name": "x", "kind": "tier", "tier": "gold"},
}

# Lifetime facts and events only: whatever of them is true at the end was seen by the last look, whenever others were.
def rule(trigger, condition, **more):
    return {"name": "x", "kind": "unused_benefit", "category": "insights", "trigger": trigger, "condition": condition, "sentence": {"en": "x"},
            "suggested_action": {"en": "x"}, "valid_days": 30, **more}


def bought_at_least(n, **more):
    many = {">=": [{"var": "transactions"}, n]}
    return rule({"fact_change": ["transactions"]}, many, holds=many, occasion="once", **more)


RULES = {
    "try_five": bought_at_least(5),
    "try_dozen": bought_at_least(12, priority=90),
    "try_gold": rule({"event": {"type": "TierAdvancedEvent", "when": {"==": [{"var": "to_tier"}, "gold"]}}}, {"==": [{"var": "event.to_tier"}, "gold"]}),
    "try_stale": rule({"event": {"type": "PointsEarnedEvent", "when": {">=": [{"var": "points"}, 200]}}}, {">=": [{"var": "event.points"}, 200]}),
}


# --- the stream ---------------------------------------------------------------------------------------

class Life:
    """One member's: a habit, some of it taken back, points, a tier now and then, perhaps a move to another zone."""

    def __init__(self, member, chance):
        self.member, self.chance, self.events, self.bought = member, chance, [], []
        self.habit, self.moves = chance.choice([2, 5, 9, 25]), chance.random() < 0.2
        self.add(streams.enrolled, FIRST, time_zone=chance.choice(ZONES))

    def add(self, make, moment, *more, **data):
        text = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
        self.events.append(make(self.member, f"{self.member}/{len(self.events)}", *more, at=text, **data))
        return self.events[-1]

    def moment(self):
        """Often near midnight, UTC or somewhere else."""
        days = self.chance.randrange(DAYS // self.habit) * self.habit
        return FIRST + datetime.timedelta(days=days, seconds=self.chance.choice([self.chance.randrange(86400), 5 * 3600 + self.chance.randint(-99, 99)]))

    def step(self):
        chance, roll = self.chance, self.chance.random()
        if roll < 0.62 or not self.bought:
            event = self.add(streams.bought, self.moment(), chance.choice([0, 500, 2500, chance.randrange(9000)]), category=chance.choice(CATEGORIES))
            self.bought.append(event["data"])
        elif roll < 0.74:
            what = chance.choice(self.bought)
            part = chance.choice([1, 1, 2])
            self.add(streams.bought, self.moment(), -(what["amount_minor"] // part), status="reversed", reverses=what["transaction_id"])
        elif roll < 0.92:
            self.add(streams.earned, self.moment(), chance.choice([40, 90, -20, 200]))
        elif roll < 0.97:
            self.add(streams.tiered, self.moment(), chance.choice(["silver", "gold"]), direction=chance.choice([None, "up", "down"]), time=HEARD)
        elif self.moves:
            self.add(streams.enrolled, FIRST + datetime.timedelta(seconds=len(self.events)), time_zone=chance.choice(ZONES))


def stream(seed, count, prefix="sv"):
    """So many events, and a tenth of them once more; each far from its place in time."""
    chance, events = random.Random(seed), []
    while len(events) < count:
        life = Life(f"{prefix}{seed}-{len(events)}", chance)
        for _ in range(chance.randrange(5, 60)):
            life.step()
        events += life.events
    return enrolled_first(streams.shuffled(events[:count], seed, again=0.1), chance)


def enrolled_first(events, chance):
    """Two of three members are heard of by their enrolment first; of the others it comes among the rest."""
    first, early = {}, {}
    for at, e in enumerate(events):
        first.setdefault(e["subject"], at)
        if e["type"] == "MemberEnrolledEvent":
            early.setdefault(e["subject"], at)
    for member, at in early.items():
        if chance.random() < 0.67:
            events[at], events[first[member]] = events[first[member]], events[at]
    return events


# --- what it comes to ---------------------------------------------------------------------------------

def happened(event):
    data = event["data"]
    text = data.get("occurred_at") or data.get("effective_at") or data.get("enrolled_at")
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def purchases(events):
    """(event, what is left of it) of each purchase that is not taken back as a whole."""
    first, back = {}, collections.defaultdict(list)
    for e in events:
        data = e["data"]
        if data.get("status") == "reversed":
            back[data["reverses"]].append(abs(data["amount_minor"]))
        else:
            first[data["transaction_id"]] = e
    for identity, e in first.items():
        left = e["data"]["amount_minor"] - sum(back[identity])
        if not back[identity] or left > 0:
            yield e, left


def period(name, day):
    return {"day": f"{day:%Y-%m-%d}", "month": f"{day:%Y-%m}", "year": f"{day:%Y}"}[name]


def index(name, day):
    return (day.toordinal() - 1) // 7 if name == "week" else day.year * 12 + day.month


def longest(numbers):
    best = row = 0
    for n in sorted(numbers):
        row = row + 1 if n - 1 in numbers else 1
        best = max(best, row)
    return best


def amounts(document, event, left):
    if document.get("of") == "amount_minor":
        return left if event["data"]["currency"] == "GBP" else 0
    return event["data"].get(document["of"], 0)


def value(document, counted):
    """Of (event, left, day) that fall into one period of the recurrence."""
    kind = document["kind"]
    if kind in ("count", "tier"):
        return len(counted)
    if kind == "sum":
        return sum(amounts(document, e, left) for e, left, _ in counted)
    if kind == "distinct":
        return len({e["data"][document["of"]] for e, _, _ in counted})
    periods = collections.Counter(index(document["streak"]["period"], day) for _, _, day in counted)
    return longest({p for p, n in periods.items() if n >= document["streak"].get("least", 1)})


def concerned(document, event):
    kind = document.get("event") or ("TierAdvancedEvent" if document["kind"] == "tier" else "TransactionProcessedEvent")
    data = event["data"]
    if event["type"] != kind:
        return False
    if document["kind"] == "tier":
        return data["to_tier"] == document["tier"] and data.get("direction", "up") == "up"
    return "filter" not in document or data["category"] == document["filter"]["=="][1]


def occurrences(document, counted):
    per, every = (document.get("recurrence") or {}).get("per"), (document.get("recurrence") or {}).get("every")
    groups = collections.defaultdict(list)
    for item in counted:
        groups[period(per, item[2]) if per else "once"].append(item)
    for name, items in groups.items():
        over = value(document, items) - document.get("target", 1)
        if over >= 0:
            yield from (f"n{k + 1}" for k in range(int(over // every) + 1)) if every else [name]


def held(events):
    lives = collections.defaultdict(dict)
    for e in events:
        lives[e["subject"]][e["id"]] = e   # what came twice counts once
    found = set()
    for member, unique in lives.items():
        unique = list(unique.values())
        profile = max((e for e in unique if e["type"] == "MemberEnrolledEvent"), key=happened, default=None)
        zone = zoneinfo.ZoneInfo(profile["data"]["time_zone"] if profile else "UTC")
        whole = list(purchases([e for e in unique if e["type"] == "TransactionProcessedEvent"]))
        whole += [(e, None) for e in unique if e["type"] != "TransactionProcessedEvent"]
        whole = [(e, left, happened(e).astimezone(zone).date()) for e, left in whole]
        for name, document in DEFINITIONS.items():
            found |= {(member, name, o) for o in occurrences(document, [item for item in whole if concerned(document, item[0])])}
    return found


def alerted(events):
    """{(member, rule, occasion)}: purchases are counted whether or not they are taken back."""
    unique = {e["id"]: e for e in events}.values()
    bought = collections.Counter(e["subject"] for e in unique if e["type"] == "TransactionProcessedEvent" and e["data"].get("status") != "reversed")
    found = {(member, name, "once") for member, count in bought.items() for name, least in (("try_five", 5), ("try_dozen", 12)) if count >= least}
    return found | {(e["subject"], "try_gold", e["id"]) for e in unique if e["type"] == "TierAdvancedEvent" and e["data"]["to_tier"] == "gold"}


def too_old(events):
    """{(member, rule, occasion)} of what happened too long ago to be spoken of."""
    return {(e["subject"], "try_stale", e["id"]) for e in events if e["type"] == "PointsEarnedEvent" and e["data"]["points"] >= 200}
