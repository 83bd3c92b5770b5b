"""Events for tests: single ones by name, and whole lives at random from a seed."""
import datetime
import json
import random
import zoneinfo

UTC = datetime.timezone.utc
ZONES = [None, "Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia",
         "America/St_Johns", "Pacific/Auckland", "Africa/Casablanca", "America/Havana"]
CATEGORIES = ["grocery", "kitchen", "garden", "books", "toys & games", "Café"]
CURRENCIES = ["GBP", "EUR", "USD", "JPY"]
CHANNELS = [None, "store", "web", "app", "phone", "partner"]


def event(kind, identity, source="/tests", time=None, **data):
    """A CloudEvent; members of the data that are None are left out."""
    data = {name: value for name, value in data.items() if value is not None}
    made = {"specversion": "1.0", "type": kind, "source": source, "id": identity, "data": data}
    if "member_id" in data:
        made["subject"] = data["member_id"]
    if time:
        made["time"] = time
    return made


def bought(member, identity, amount=1250, at="2026-02-03T12:00:00Z", **more):
    more = {"currency": "GBP", "category": "kitchen", **more}
    return event("TransactionProcessedEvent", identity, transaction_id=identity, member_id=member,
                 amount_minor=amount, occurred_at=at, **more)


def earned(member, identity, points=100, at="2026-02-03T12:00:00Z", **more):
    return event("PointsEarnedEvent", identity, member_id=member, points=points, occurred_at=at,
                 **{"lot_id": identity, **more})


def redeemed(member, identity, points=50, at="2026-02-04T12:00:00Z", **more):
    return event("RedemptionProcessedEvent", identity, member_id=member, points=points, occurred_at=at,
                 **{"redemption_id": identity, **more})


def enrolled(member, identity, at="2026-01-01T09:00:00Z", **more):
    return event("MemberEnrolledEvent", identity, time=at, member_id=member, enrolled_at=at, **more)


def tiered(member, identity, to_tier, at="2026-02-05T12:00:00Z", **more):
    return event("TierAdvancedEvent", identity, member_id=member, to_tier=to_tier, effective_at=at, **more)


def lines(events):
    return "".join(json.dumps(e) + "\n" for e in events).encode()


class Life:
    """A member's events at random, each with a moment of its own; awkward moments are frequent."""

    def __init__(self, member, chance, first=datetime.date(2024, 1, 1), days=700):
        self.member, self.chance, self.first, self.days = member, chance, first, days
        self.zone = chance.choice(ZONES)
        self.used, self.events, self.lots, self.redemptions, self.purchases = set(), [], [], [], []

    def moment(self):
        """Any time, or a second around a local midnight, or an hour around a clock change's night."""
        zone = zoneinfo.ZoneInfo(self.zone or "UTC")
        day = self.first + datetime.timedelta(days=self.chance.randrange(self.days))
        midnight = datetime.datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
        found = midnight + self.chance.choice([
            datetime.timedelta(seconds=self.chance.randrange(86400)),
            datetime.timedelta(seconds=self.chance.randint(-2, 2)),
            datetime.timedelta(minutes=self.chance.randint(-90, 240))])
        found += datetime.timedelta(microseconds=self.chance.randrange(1, 1000000))
        if found in self.used:
            return self.moment()
        self.used.add(found)
        return found

    def spelled(self, moment):
        """The same instant in one of the ways to write it."""
        offset = self.chance.choice([0, 0, 330, -210, 845])
        text = moment.astimezone(datetime.timezone(datetime.timedelta(minutes=offset))).isoformat()
        return text.replace("+00:00", "Z") if offset == 0 else text

    def name(self, kind):
        return f"{self.member}/{kind}{len(self.events)}"

    def enrol(self):
        moment = self.moment()
        self.events.append(enrolled(
            self.member, self.name("e"), self.spelled(moment), time_zone=self.zone,
            tier=self.chance.choice([None, "bronze"]), locale=self.chance.choice([None, "en-GB", "de-DE"]),
            region=self.chance.choice([None, "north", "south"])))

    def buy(self):
        chance, identity = self.chance, self.name("t")
        shop = chance.choice([None, "shop-1", "shop-2", "shop-3"])
        self.events.append(bought(
            self.member, identity, chance.choice([0, 1, 999, 1250, 10**9, chance.randrange(10**5)]),
            self.spelled(self.moment()), currency=chance.choice(CURRENCIES[:1] * 4 + CURRENCIES),
            category=chance.choice(CATEGORIES), channel=chance.choice(CHANNELS), merchant_id=shop,
            status=chance.choice([None, "completed"])))
        self.purchases.append(self.events[-1]["data"])

    def reverse(self):
        """Takes back a purchase that may come later, in either spelling of the amount."""
        what = self.chance.choice(self.purchases)
        amount = self.chance.choice([-1, 1]) * self.chance.choice([what["amount_minor"], what["amount_minor"] // 2])
        self.events.append(bought(self.member, self.name("r"), amount, self.spelled(self.moment()),
                                  currency=what["currency"], category=what["category"], status="reversed",
                                  reverses=what["transaction_id"], merchant_id=what.get("merchant_id")))

    def earn(self):
        chance, identity, moment = self.chance, self.name("p"), self.moment()
        expires = chance.choice([None, moment + datetime.timedelta(days=chance.randrange(1, 400), seconds=1)])
        self.events.append(earned(
            self.member, identity, chance.choice([1, 50, 100, chance.randrange(1, 5000)]), self.spelled(moment),
            lot_id=chance.choice([identity, None]), category=chance.choice([None] + CATEGORIES),
            qualifying=chance.choice([None, True, False]), expires_at=expires and self.spelled(expires)))
        self.lots.append(self.events[-1]["data"].get("lot_id") or identity)

    def adjust(self):
        self.events.append(earned(self.member, self.name("a"), -self.chance.randrange(0, 300), self.spelled(self.moment()),
                                  lot_id=self.chance.choice([None] + self.lots[-3:]), reason="adjustment"))

    def redeem(self):
        chance, identity = self.chance, self.name("x")
        named = chance.sample(self.lots, min(len(self.lots), chance.choice([0, 0, 1, 3])))
        self.events.append(redeemed(
            self.member, identity, chance.choice([10, 100, chance.randrange(2000)]), self.spelled(self.moment()),
            category=chance.choice([None] + CATEGORIES),
            lots=[{"lot_id": lot, "points": chance.randrange(0, 120)} for lot in named] or None))
        self.redemptions.append(self.events[-1]["data"])

    def cancel(self):
        what = self.chance.choice(self.redemptions)
        self.events.append(redeemed(self.member, self.name("c"), what["points"], self.spelled(self.moment()),
                                    redemption_id=what["redemption_id"], status="cancelled"))

    def rise(self):
        self.events.append(tiered(self.member, self.name("u"), self.chance.choice(["silver", "gold", "platinum"]),
                                  self.spelled(self.moment())))

    def live(self, count):
        self.buy(), self.earn(), self.redeem()
        for _ in range(self.chance.choice([0, 1, 1, 2])):
            self.enrol()
            self.zone = self.chance.choice([self.zone, self.zone, self.chance.choice(ZONES[1:])])
        kinds = [self.buy] * 8 + [self.earn] * 5 + [self.redeem] * 3 + [self.reverse, self.adjust, self.cancel, self.rise]
        while len(self.events) < count:
            self.chance.choice(kinds)()
        return self.events


def lives(seed, members, each, prefix="s"):
    """The events of so many members, in no order yet."""
    chance = random.Random(seed)
    return [e for n in range(members) for e in Life(f"{prefix}{seed}-{n}", chance).live(each)]


def shuffled(events, seed, again=0.15):
    """In random order, some of them twice."""
    chance = random.Random(seed)
    found = events + chance.sample(events, int(len(events) * again))
    chance.shuffle(found)
    return found


def batches(events, seed, largest=120):
    """Cut at random sizes."""
    chance, found, at = random.Random(seed), [], 0
    while at < len(events):
        size = chance.choice([1, 2, chance.randint(3, 30), chance.randint(3, largest)])
        found.append(events[at:at + size])
        at += size
    return found
