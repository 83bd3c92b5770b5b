"""Alerts on a clock that is set forward and back, also on nights on which members' clocks change: none is doubled, none is skipped."""
import datetime
import random
import zoneinfo

from conftest import until
from engagement_kit import events_of, in_force, put, switch
from faketime import UTC, FakeSystem
from story import streams
from test_clock_jumps import HOUR, MINUTE, SECOND, due, utc

DAY = datetime.timedelta(days=1)
ROOM = ["--instances", "2", "--set", "engagement.alerts_per_day=100", "--set", "engagement.alerts_per_week=500", "--set", "notification.sends=no"]
DAILY = {f"daily_{hour}": hour for hour in (0, 2, 9)}
RETURNS = {"birthday_offer": "birthday", "anniversary_offer": "anniversary"}   # of the release, at 9 and up to three days late
LEADS = (1, 7, 30)
GOOD = 20 * HOUR   # how long a slot is
MADE = "SELECT member_id, rule_id, occasion FROM analytics.engagement_alerts WHERE rule_id = ANY(%s)"
EXPIRED = "SELECT member_id, rule_id, occasion FROM analytics.engagement_decisions WHERE reason = 'expired' AND rule_id = ANY(%s)"
# Of postgresql's clock: due, or looked at by a clock that has been set back since.
WAITING = "SELECT count(*) FROM analytics.engagement_pending WHERE due_at <= now() OR judged_at > now() + interval '1 minute'"
NAMES = [*DAILY, *RETURNS, "points_expiring"]


def daily(hour):
    return {"kind": "note", "category": "insights", "trigger": {"schedule": {"every": "day", "hour": hour}}, "condition": True, "sentence": {"en": "A day."}}


def text(moment):
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Member:
    """What one member is to be told, as far as its clock decides."""

    def __init__(self, name, zone, night, start):
        self.name, self.zone, self.night, self.judged = name, zoneinfo.ZoneInfo(zone), night, start
        self.spread = None
        self.told, self.allowed = set(), set()
        self.lots = [night + lead * DAY for lead in LEADS]   # last days; on the night each of the leads begins for one of them

    def events(self, start):
        joined = datetime.datetime.combine(self.night.replace(year=2025), datetime.time(12), self.zone)
        yield streams.enrolled(self.name, f"{self.name}/e", text(joined), time_zone=self.zone.key, birth_date=str(self.night.replace(year=1990)),
                               email=f"{self.name}@example.org", consents={"marketing": True})
        for n, last in enumerate(self.lots):
            ends = datetime.datetime.combine(last + DAY, datetime.time(), self.zone)
            yield streams.earned(self.name, f"{self.name}/{n}", 100 + n, text(start - DAY), expires_at=text(ends))

    def day(self, moment):
        return moment.astimezone(self.zone).date()

    def slot(self, hour, day):
        return due(day, hour, self.zone.key) + datetime.timedelta(seconds=int(self.spread * 3 * 3600))

    def slots(self, hour, moment):
        return [self.slot(hour, self.day(moment) + n * DAY) for n in (-2, -1, 0, 1)]

    def returns(self, today):
        for rule in RETURNS:
            if datetime.timedelta() <= today - self.night <= 3 * DAY:
                yield self.name, rule, str(self.night)

    def expiring(self, today):
        for last in self.lots:
            leads = [lead for lead in LEADS if today <= last <= today + lead * DAY]
            if leads:
                yield self.name, "points_expiring", f"{last}|{leads[0]}"

    def asked(self, rule, today):
        """At a slot of that hour."""
        if rule in DAILY:
            return {(self.name, rule, str(today))}
        return {*self.returns(today), *self.expiring(today)}

    def look(self, moment, until_):
        """The clock shows this moment, and goes on to the other while we look."""
        today, then = self.day(moment), self.day(until_)
        if self.judged > moment + MINUTE:   # it has been set back: what belongs to the day is asked again
            self.judged = datetime.datetime.combine(today, datetime.time(), self.zone).astimezone(UTC) - SECOND
        for rule, hour in {**DAILY, "nine": 9}.items():
            newest = max(s for s in self.slots(hour, moment) if s <= moment)
            if newest > self.judged and moment - newest <= GOOD:
                (self.told if today == then else self.allowed).update(self.asked(rule, today) | self.asked(rule, then))
            if any(moment < s <= until_ for s in self.slots(hour, moment)):
                self.allowed |= self.asked(rule, then)
        # Points come nearer to their end at midnight; whoever is looked at for another reason is told then.
        self.allowed |= {*self.expiring(today), *self.expiring(then)}
        self.judged = moment


def open_system(start, people, rules):
    s = FakeSystem(start, *ROOM)
    try:
        switch(s, holdout_share=0)
        for name, document in rules.items():
            put(s, name, document)
        for instance in ("engagement-1", "engagement-2"):
            in_force(s, instance)
        s.post_events([e for member in people for e in member.events(start)])
        for group in ("analytics", "engagement"):
            s.wait_caught_up(group)
        until(lambda: s.sql("SELECT count(*) FROM analytics.member_analytics WHERE facts_day IS NULL") == [(0,)], 30, "facts")
        until(lambda: looked(s), 30, "a look at everybody")
        for member in people:
            (member.spread,), = s.sql("SELECT analytics.engagement_share(holdout_key, 'slot', %s) FROM analytics.engagement_programme", member.name)
        return s
    except BaseException:
        s.remove()
        raise


def looked(system):
    """Everybody has been looked at whose time has come by the clock; facts that an event has outdated are looked for again within a second."""
    return system.sql(WAITING.replace("due_at <= now()", "due_at <= now() + interval '1 second'")) == [(0,)]


def told(system, names=NAMES):
    return set(system.sql(MADE, list(names)))


def once(system):
    return system.sql("SELECT body -> 'data' ->> 'alert_id' FROM analytics.event_log WHERE type = 'EngagementAlertTriggeredEvent' GROUP BY 1 HAVING count(*) > 1") == []


# --- nights ---------------------------------------------------------------------------------------------

ZONES = ["Europe/London", "America/New_York", "Pacific/Auckland", "Australia/Lord_Howe", "America/Havana", "UTC"]
# On each the clocks of one of the zones or more change.
NIGHTS = [datetime.date(2027, 3, 14), datetime.date(2027, 3, 28), datetime.date(2027, 4, 4), datetime.date(2027, 10, 31), datetime.date(2027, 11, 7)]


def walk(dice):
    """From the morning before each night to the noon after it; now and then an hour or a day back, and on again."""
    for night in NIGHTS:
        at = datetime.datetime(night.year, night.month, night.day, tzinfo=UTC) - 18 * HOUR
        for turn in range(9):
            at += HOUR * dice.choice([2.5, 4, 5])
            yield at + dice.choice([SECOND, -SECOND, MINUTE])
            if turn == 5:
                yield at - DAY
            elif dice.random() < 0.3:
                yield at - HOUR * dice.choice([0.5, 1, 3])


def test_nights_and_set_back_clocks():
    start = utc(2027, 3, 12, 12, 0)
    people = [Member(f"night-{z}-{n}", zone, night, start) for z, zone in enumerate(ZONES) for n, night in enumerate(NIGHTS)]
    s = open_system(start, people, {name: daily(hour) for name, hour in DAILY.items()})
    try:
        for moment in walk(random.Random(7)):
            s.jump(moment)
            until(lambda: looked(s), 30, f"looks at all who are due at {moment}")
            got = told(s)
            for member in people:
                member.look(moment, s.clock.now())
                own = {row for row in got if row[0] == member.name}
                assert member.told <= own, (moment, "skipped", member.told - own)
                assert own <= member.told | member.allowed, (moment, "too many", own - member.told - member.allowed)
        assert {row[1] for row in told(s)} == set(NAMES) and once(s)
        lead_1 = {(m, o.partition("|")[0]) for m, rule, o in told(s) if rule == "points_expiring" and o.endswith("|1")}
        assert len(lead_1) > 20 and not lead_1 & {(m, o) for m, _, o in s.sql(EXPIRED, ["points_expiring"])}, "what was told in time is not expired when it is over"
        for rule in RETURNS:
            assert {row[0] for row in told(s, [rule])} == {member.name for member in people}
            assert s.sql(EXPIRED, [rule]) == []
    finally:
        s.remove()


# --- days that never were --------------------------------------------------------------------------------

MONDAY = datetime.date(2027, 5, 10)
STRICT = {   # to be told on the day itself
    "strict_birthday": {**daily(9), "about": "birthday"},
    "strict_anniversary": {**daily(9), "about": "anniversary"},
    "fresh_event": {**daily(9), "trigger": {"event": {"type": "TierAdvancedEvent"}}},
}


def on(offset):
    return MONDAY + offset * DAY


def missed(system, member):
    """(rule, occasion) of what nobody told in time; each says so."""
    reply = system.get(f"/engagement/{member}/decisions")
    assert reply.status == 200, reply
    found = [d for d in reply.json["decisions"] if d["reason"] == "expired"]
    assert all(d["detail"] in ("nobody looked in time", "the event is too old") for d in found), found
    return {(d["rule_id"], d["occasion"]) for d in found}


class Plain(Member):
    """Whose lots end on days of the story's choice."""

    def __init__(self, name, night, start, *lots):
        super().__init__(name, "UTC", night, start)
        self.lots = list(lots)


def test_two_days_forward_and_back_again():
    start = datetime.datetime.combine(MONDAY, datetime.time(6), UTC)
    far = MONDAY.replace(month=12)
    people = [Plain("over", far, start, on(2)), Plain("goes-on", far, start, on(8)), Plain("last-day", far, start, on(3)), Plain("skips", far, start, on(31), on(9)),
              Plain("birthday", on(2), start), Plain("nothing", far, start)]
    s = open_system(start, people, {**STRICT, "daily_9": daily(9)})
    names = [*NAMES, *STRICT]

    def own(member):
        return {(rule, occasion) for m, rule, occasion in told(s, names) if m == member}

    def at(offset, hour):
        s.jump(start.replace(hour=hour) + offset * DAY)
        until(lambda: looked(s), 30, "looks at all who are due")

    def every(member, *more):
        return {("daily_9", str(on(n))) for n in more} <= own(member)
    try:
        at(0, 13)   # all slots at nine and up to three hours later have come
        assert own("nothing") == {("daily_9", str(on(0)))}
        assert own("over") - own("nothing") == {("points_expiring", f"{on(2)}|7")}
        assert own("goes-on") - own("nothing") == {("points_expiring", f"{on(8)}|30")}
        at(3, 13)
        s.post_events([streams.tiered("nothing", "nothing/t", "gold", text(start))])
        for group in ("analytics", "engagement"):
            s.wait_caught_up(group)
        until(lambda: looked(s) and missed(s, "nothing"), 30, "a look at the late event")
        days = {("daily_9", str(on(0))), ("daily_9", str(on(3)))}
        assert own("nothing") == days, "each day's slot is good for that day; those in between are over"
        assert missed(s, "nothing") == {("fresh_event", "nothing/t")}
        assert own("over") - days == {("points_expiring", f"{on(2)}|7")} and missed(s, "over") == {("points_expiring", str(on(2)))}
        assert own("last-day") - days == {("points_expiring", f"{on(3)}|{n}") for n in (7, 1)} and missed(s, "last-day") == set()
        assert own("goes-on") - days == {("points_expiring", f"{on(8)}|{n}") for n in (30, 7)} and missed(s, "goes-on") == set()
        assert own("birthday") - days == {("birthday_offer", str(on(2))), ("anniversary_offer", str(on(2)))}, "three days late is not too late for these"
        assert missed(s, "birthday") == {("strict_birthday", str(on(2))), ("strict_anniversary", str(on(2)))}
        before = told(s, names)
        at(3, 12)
        assert told(s, names) == before and once(s), "an hour back"
        at(2, 13)
        assert every("nothing", 0, 2, 3), "the day that was left out is there after all"
        assert {("strict_birthday", str(on(2))), ("strict_anniversary", str(on(2)))} <= own("birthday")
        at(1, 13)
        at(2, 13)
        at(3, 13)
        at(4, 13)
        assert all(every(m.name, 0, 1, 2, 3, 4) for m in people) and once(s)
        assert {r for r, _ in own("birthday")} == {"birthday_offer", "anniversary_offer", "strict_birthday", "strict_anniversary", "daily_9"}
        assert len(events_of(s, "birthday")) == len(own("birthday")) == 9
    finally:
        s.remove()
