"""What the treated do more than the holdout: every figure is computed once more from the events, in Python."""
import datetime
import hashlib
import math
import random

import pytest
from conftest import until
from story import post, streams
from test_statistics import exact, width

TODAY = datetime.datetime.now(datetime.timezone.utc).date()
SINCE, PARTS, SHARE = 20, 40, 0.3
MEMBERS = [f"fx{n}" for n in range(2500)]
CAP_SPEND = 5_000_000


def day(ago):
    return TODAY - datetime.timedelta(days=ago)


def at(ago, hour=12):
    return f"{day(ago)}T{hour:02d}:00:00Z"


class Draw:
    """analytics.engagement_share by hashlib."""

    def __init__(self, system):
        system.sql("UPDATE analytics.engagement_programme SET holdout_share = %s", SHARE)
        self.key = bytes(system.sql("SELECT holdout_key FROM analytics.engagement_programme")[0][0])

    def share(self, salt, member):
        return int.from_bytes(hashlib.sha256(self.key + f"{salt}\n{member}".encode()).digest()[:6], "big") / 2 ** 48

    def held(self, member):
        return self.share("", member) < SHARE

    def part(self, member):
        return math.floor(PARTS * self.share("part", member))


def lives(draw):
    """Purchases and points before and since; the treated buy more, and get bonuses for it, some of which are taken back. One spends a fortune on one day."""
    dice, events = random.Random(8), []
    for n, member in enumerate(MEMBERS):
        joined = 40 if n % 10 else dice.randrange(1, SINCE)
        events.append(streams.enrolled(member, f"{member}-e", at(joined, 8), time_zone="UTC"))
        eager = dice.uniform(0.02, 0.4)
        for ago in range(joined, 0, -1):
            more = 0.1 if ago <= SINCE and not draw.held(member) else 0
            if dice.random() < eager + more:
                amount = CAP_SPEND if n == 7 and ago == 3 else dice.randrange(100, 9000)
                events.append(streams.bought(member, f"{member}-{ago}", amount, at(ago), currency="EUR" if dice.random() < 0.1 else "GBP"))
                events.append(streams.earned(member, f"{member}-p{ago}", amount % 90, at(ago)))
            if more and dice.random() < 0.05:
                events.append(streams.earned(member, f"{member}-b{ago}", 250, at(ago), reason=dice.choice(("bonus", "promotion")), qualifying=False))
                if dice.random() < 0.2:
                    events.append(streams.earned(member, f"{member}-a{ago}", -250, at(max(1, ago - 1)), reason="adjustment", qualifying=False))
    bought = [e for e in events if e["type"] == "TransactionProcessedEvent"]
    for e in dice.sample(bought, 300):
        d = e["data"]
        events.append(streams.bought(d["member_id"], d["transaction_id"] + "-r", -d["amount_minor"], at(dice.randrange(1, 10)), currency=d["currency"],
                                     status="reversed", reverses=d["transaction_id"]))
    return events


def doings(events, cap):
    """{member: {day: (spend, visits, points)}}"""
    found = {}
    for e in events:
        d = e["data"]
        if e["type"] == "MemberEnrolledEvent":
            continue
        cell = found.setdefault(d["member_id"], {}).setdefault(d["occurred_at"][:10], [0, 0, 0])
        if e["type"] == "PointsEarnedEvent":
            cell[2] += d["points"]
        else:
            cell[0] += d["amount_minor"] if d["currency"] == "GBP" else 0
            cell[1] |= d.get("status") != "reversed"
    return {m: {k: (max(-cap, min(cap, s)), v, p) for k, (s, v, p) in days.items()} for m, days in found.items()}


def stays(draw, events):
    """Rule "" -> {member: (arm, first day, last day)}."""
    joined = {e["subject"]: e["data"]["enrolled_at"][:10] for e in events if e["type"] == "MemberEnrolledEvent"}
    return {m: (draw.held(m), max(joined[m], str(day(SINCE))), str(day(1))) for m in MEMBERS}


def arms(draw, there, did, first, last, measure):
    """The units of both arms as the daemon has them, by part."""
    units = {held: {} for held in (False, True)}
    for member, (held, begin, end) in there.items():
        if begin > last or (end < first):
            continue
        date = datetime.date.fromisoformat
        days = (min(date(last), date(end)) - max(date(first), date(begin))).days + 1
        unit = units[held].setdefault(draw.part(member), [0, 0, 0])
        lookback = str(date(begin) - datetime.timedelta(days=91))
        unit[0] += sum(v[measure] for k, v in did.get(member, {}).items() if max(first, begin) <= k <= min(last, end))
        unit[1] += days
        unit[2] += sum(v[measure] for k, v in did.get(member, {}).items() if lookback <= k < begin)
    return [[tuple(u) for u in units[held].values()] for held in (False, True)]


def assert_measures(got, draw, there, did, first, last):
    days = (datetime.date.fromisoformat(last) - datetime.date.fromisoformat(first)).days + 1
    for measure, name in enumerate(("spend_minor", "visits", "points")):
        treated, held = arms(draw, there, did, first, last, measure)
        m0, m1, estimate, variance, _ = exact(treated, held)
        half = width(math.sqrt(variance), days, 28, 0.05)
        want = {"treated": m0 * 30, "held_out": m1 * 30,
                "difference": {"estimate": estimate * 30, "low": (estimate - half) * 30, "high": (estimate + half) * 30}}
        weight = sum(w for _, w, _ in treated)
        want["total"] = {k: v / 30 * weight for k, v in want["difference"].items()}
        for key in ("treated", "held_out"):
            assert math.isclose(got[name][key], want[key], rel_tol=1e-9), (name, key, got[name], want)
        for key in ("difference", "total"):
            for end in ("estimate", "low", "high"):
                assert math.isclose(got[name][key][end], want[key][end], rel_tol=1e-6, abs_tol=1e-6), (name, key, end, got[name], want)
        assert 0 <= got[name]["p"] <= 1


def counted(system, passes):
    return lambda: system.sql("SELECT pass >= %s AND after_member IS NULL AND finished_at IS NOT NULL FROM analytics.engagement_effect_passes", passes) == [(True,)]


@pytest.fixture(scope="module")
def measured():
    from conftest import System
    s = System("--instances", "2")
    try:
        draw = Draw(s)
        events = lives(draw)
        for n in range(0, len(events), 5000):
            reply = post(s, events[n:n + 5000])
            assert reply.status == 202 and reply.json["rejected"] == []
        s.wait_caught_up(deadline=120)
        alerts = []
        for n, member in enumerate(MEMBERS[:240]):   # a rule that was won by many, half of them twice, and one by few
            alerts += [alert(member, f"a{n}-{times}", "promotion", draw.held(member), 10 + n % 3 - times * 3) for times in range(1 + n % 2)]
        alerts += [alert(member, f"b{n}", "rare", draw.held(member), 5) for n, member in enumerate(MEMBERS[:14])]
        for n, member in enumerate(MEMBERS):   # a rule with a holdout of its own, and one that two of three of the held out never came to
            own = 0.5 if n % 2 else 0.1
            alerts.append(alert(member, f"c{n}", "alone", draw.share("alone", member) < own, 5, own))
            if n % 3 == 0 or not draw.held(member):
                alerts.append(alert(member, f"d{n}", "leaks", draw.held(member), 5))
        put_alerts(s, alerts)
        s.sql("UPDATE analytics.engagement_programme SET began_at = %s", at(SINCE, 0))
        until(counted(s, 1), 60, "the first count")
        s.events, s.draw = events, draw
        yield s
    finally:
        s.remove()


def alert(member, name, rule, held, ago, share=None):
    """A row; share: as alerts keep it, None: as those of before do not."""
    return member, name, rule, name, 6 if held else 0, at(ago), share


def put_alerts(system, rows):
    connection = system.connect()
    with connection.cursor() as cursor:
        cursor.executemany("""INSERT INTO analytics.engagement_alerts (member_id, alert_id, rule_id, rule_version, occasion, kind, category, promotional, state,
                              priority, score, facts, sentence, valid_until, created_at, held_share)
                              VALUES (%s, %s, %s, 1, %s, 'x', 'promotions', true, %s, 0, 0, '{}', '', now(), %s, %s)""", rows)
    connection.commit()
    connection.close()


def cap(system):
    return system.sql("SELECT cap_minor FROM analytics.engagement_effect_passes")[0][0]


def test_the_programme(measured):
    s = measured
    reply = s.get("/engagement/effect", role="analyst")
    assert reply.status == 200, reply
    got = reply.json
    assert got["period"] == {"from": str(day(SINCE)), "to": str(day(1)), "days": SINCE} and got["currency"] == "GBP"
    assert 8000 < cap(s) < CAP_SPEND, "one fortune of one day is cut"
    there = stays(s.draw, s.events)
    held = sum(h for h, _, _ in there.values())
    assert got["programme"]["members"] == {"treated": len(MEMBERS) - held, "held_out": held}
    assert got["programme"]["sample_ratio"]["expected_held_out"] == SHARE and got["programme"]["sample_ratio"]["alarm"] is False
    assert_measures(got["programme"], s.draw, there, doings(s.events, cap(s)), str(day(SINCE)), str(day(1)))
    assert got["programme"]["visits"]["difference"]["low"] > 0, "what the treated were made to do more is found"


def test_a_part_of_the_time(measured):
    s = measured
    reply = s.get("/engagement/effect", params={"from": str(day(15)), "to": str(day(6))})
    assert reply.json["period"]["days"] == 10
    assert_measures(reply.json["programme"], s.draw, stays(s.draw, s.events), doings(s.events, cap(s)), str(day(15)), str(day(6)))


def test_by_rule(measured):
    """Members count from the first alert that they won; a rule with too few of them is told of without figures."""
    s = measured
    rules = {r["rule_id"]: r for r in s.get("/engagement/effect").json["rules"]}
    there = {m: (s.draw.held(m), str(day(10 + n % 3)), str(day(1))) for n, m in enumerate(MEMBERS[:240])}
    assert set(rules) == {"promotion", "rare", "alone", "leaks"}
    assert_measures(rules["promotion"], s.draw, there, doings(s.events, cap(s)), str(day(SINCE)), str(day(1)))
    assert rules["rare"]["suppressed"] and "visits" not in rules["rare"] and rules["rare"]["members"]["held_out"] is None


def test_what_the_treated_cost_more(measured):
    """Bonuses are points that the programme owes: they are most of the difference here."""
    s = measured
    told = s.get("/engagement/effect").json["programme"]["points"]["difference"]["estimate"]
    there, first, last = stays(s.draw, s.events), str(day(SINCE)), str(day(1))
    plain = [e for e in s.events if e["data"].get("reason", "purchase") == "purchase"]
    without = exact(*arms(s.draw, there, doings(plain, cap(s)), first, last, 2))[2] * 30
    assert told > 1.3 * without > 0, (told, without)


def test_rules_whose_arms_are_not_as_they_were_drawn(measured):
    """By the shares that held when each member won; a rule's alarm says nothing of the others."""
    got = measured.get("/engagement/effect").json
    rules = {r["rule_id"]: r for r in got["rules"]}
    ratio = {name: r["sample_ratio"] for name, r in rules.items()}
    assert math.isclose(ratio["alone"]["expected_held_out"], 0.3) and ratio["alone"]["alarm"] is False
    assert math.isclose(ratio["leaks"]["expected_held_out"], SHARE) and ratio["leaks"]["alarm"] is True
    assert math.isclose(ratio["promotion"]["expected_held_out"], SHARE) and ratio["promotion"]["alarm"] is False
    assert "alarm" not in ratio["rare"] and got["programme"]["sample_ratio"]["alarm"] is False
    for name in ("alone", "leaks", "promotion"):
        arm, expected = rules[name]["members"], ratio[name]["expected_held_out"]
        count = arm["treated"] + arm["held_out"]
        chi2 = (arm["held_out"] - expected * count) ** 2 / (expected * (1 - expected) * count)
        assert math.isclose(ratio[name]["p"], math.erfc(math.sqrt(chi2 / 2)), rel_tol=1e-6, abs_tol=1e-12), name


def test_counted_again_after_late_events_and_a_death(measured):
    """A new count is as exact, wherever one that was under way was killed, and its sums replace the old ones."""
    s = measured
    late = [streams.bought(m, f"{m}-late", 777, at(4)) for m in MEMBERS[:90]]
    assert post(s, late).json["accepted"] == 90
    s.wait_caught_up()
    s.events = s.events + late
    s.sql("UPDATE analytics.engagement_effect_passes SET counted_to = counted_to - 1")
    until(lambda: s.sql("SELECT after_member > '' FROM analytics.engagement_effect_passes") == [(True,)], 60, "a count under way", 0.001)
    for i in (1, 2):
        s.kill("engagement", i)
    until(counted(s, 2), 60, "the second count")
    s.wait_ready()
    got = s.get("/engagement/effect").json
    assert_measures(got["programme"], s.draw, stays(s.draw, s.events), doings(s.events, cap(s)), str(day(SINCE)), str(day(1)))
    until(lambda: s.sql("SELECT count(DISTINCT pass) FROM analytics.engagement_effect_days") == [(1,)], 30, "the old sums' end")


def test_arms_that_lost_members_raise_an_alarm(measured):
    s = measured
    s.sql("UPDATE analytics.engagement_programme SET holdout_share = 0.5")
    try:
        ratio = s.get("/engagement/effect").json["programme"]["sample_ratio"]
        assert ratio["alarm"] is True and ratio["p"] < 0.001
    finally:
        s.sql("UPDATE analytics.engagement_programme SET holdout_share = %s", SHARE)


def test_ranges_that_cannot_be_told(measured):
    for params in ({"from": "2026-05-02", "to": "2026-05-01"}, {"from": "2025-13-01"}):
        reply = measured.get("/engagement/effect", params=params)
        assert reply.status == 400 and "from" in reply.text, reply
    assert measured.get("/engagement/effect", role="service").status == 403
    assert measured.get("/engagement/effect", member="fx1").status == 403


def test_nothing_counted_yet(fresh_system):
    got = fresh_system.get("/engagement/effect").json
    assert got["programme"]["suppressed"] and got["rules"] == [] and got["as_of"]["instant"] is None
