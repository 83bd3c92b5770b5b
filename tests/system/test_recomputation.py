"""Late, out of order, doubled and reversed events come out as the raw events say."""
import datetime
import random

import pytest

from conftest import until
from story import (Client, accept, assert_equal, assert_same, counts, dashboard, deliver, dump, facts, points, post, recompute,
                   spending, streams)

UTC = datetime.timezone.utc
SEEDS = [1, 2, 3]


@pytest.mark.parametrize("seed", SEEDS)
def test_random_lives_in_any_order(system, seed):
    """Shuffled, doubled, in batches of any size, by clients side by side: every number is the recomputed one."""
    events = streams.lives(seed, members=12, each=110)
    sent = streams.shuffled(events, seed)
    total = deliver(system, streams.batches(sent, seed))
    assert total == {"accepted": len(events), "duplicate": len(sent) - len(events)}
    system.wait_caught_up()
    assert_equal(system, events)


@pytest.mark.parametrize("seed", SEEDS)
def test_dashboards_are_the_recomputed_ones(system, seed):
    """After the streams above: any period of any of those lives, with the time before it."""
    events = streams.lives(seed, members=12, each=110)
    deliver(system, [events[n:n + 500] for n in range(0, len(events), 500)], clients=1)
    system.wait_caught_up()
    chance = random.Random(seed)
    for name, member in chance.sample(sorted(recompute.members(events).items()), 5):
        first = datetime.date(2024, 1, 1) + datetime.timedelta(days=chance.randrange(600))
        last = first + datetime.timedelta(days=chance.choice([0, 30, 100, 300]))
        currency = chance.choice(streams.CURRENCIES)
        got = dashboard(system, name, **{"period": "custom", "from": first, "to": last, "currency": currency})
        assert_dashboard(got, member, first, last, currency)


def assert_dashboard(got, member, first, last, currency):
    now = recompute.instant(got["as_of"]["instant"])
    before = first - datetime.timedelta(days=1)
    previous = recompute.totals(member, before - (last - first), before, currency, now)
    want = recompute.totals(member, first, last, currency, now)
    assert {name: m["value"] for name, m in got["summary"].items()} == want
    assert {name: m["previous"] for name, m in got["summary"].items()} == previous
    spans = recompute.buckets(first, last, got["period"]["grain"])
    assert [b["from"] for b in got["trend"]] == [str(a) for a, _ in spans] == [b["from"] for b in got["points"]["history"]]
    for (a, z), spend, purse in zip(spans, got["trend"], got["points"]["history"]):
        sums = recompute.totals(member, a, z, currency, now)
        assert (spend["spend_minor"], spend["transactions"]) == (sums["spend"], sums["transactions"]), (a, z)
        assert (purse["earned"], purse["redeemed"], purse["expired"], purse["balance"]) == \
            (sums["points_earned"], sums["points_redeemed"], sums["points_expired"], sums["points_balance"]), (a, z)
    assert_categories(got, member, first, last, currency)
    assert got["points"]["balance"] == member.points(now).balance
    today = now.astimezone(member.zone).date()
    expiring = {}
    for lot in member.points(now).ordered():
        if lot.expires:
            expiring[member.day(lot.expires)] = expiring.get(member.day(lot.expires), 0) + lot.points
    assert got["points"]["expiring"] == [{"on": str(day), "points": n, "days": (day - today).days}
                                         for day, n in sorted(expiring.items())][:24]


def assert_categories(got, member, first, last, currency):
    """Every category with spend, purchases or points in the period; the shares add up."""
    want = {}
    for (day, code, category), (amount, purchases, _) in member.spending_by_day().items():
        if first <= day <= last and code == currency:
            old = want.get(category, (0, 0))
            want[category] = (old[0] + amount, old[1] + purchases)
    shown = {c["category"]: (c["spend_minor"], c["transactions"]) for c in got["categories"]}
    assert {k: v for k, v in shown.items() if v != (0, 0)} == {k: v for k, v in want.items() if v != (0, 0)}
    if sum(v[0] for v in want.values()) > 0:
        assert abs(sum(c["share"] for c in got["categories"]) - 1) < 0.01


# --- one rule at a time ------------------------------------------------------------------------

def test_clock_change_nights(system):
    """The same instants fall on other days in other zones, also when the clocks change."""
    at = ["2026-03-28T23:59:59Z", "2026-03-29T00:00:00Z", "2026-03-29T00:59:59Z", "2026-03-29T01:00:00Z",
          "2026-03-29T22:59:59Z", "2026-03-29T23:00:00Z",                      # London: spring forward, then a 23 h day
          "2026-10-24T22:59:59Z", "2026-10-24T23:00:00Z", "2026-10-25T23:59:59Z", "2026-10-26T00:00:00Z",  # and a 25 h one
          "2026-03-08T04:59:59Z", "2026-03-08T05:00:00Z", "2026-03-09T03:59:59Z", "2026-03-09T04:00:00Z",  # New York
          "2026-04-04T15:00:00Z", "2026-04-04T12:59:59Z", "2026-04-04T13:30:00Z",                       # Lord Howe: half an hour
          "2011-12-30T09:59:59Z", "2011-12-30T10:00:00Z"]                      # Samoa leaves December 30 out
    zones = ["Europe/London", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu"]
    events = []
    for n, zone in enumerate(zones):
        events.append(streams.enrolled(f"night-{n}", f"night-{n}-e", at="2010-01-01T00:00:00Z", time_zone=zone))
        events += [streams.bought(f"night-{n}", f"night-{n}-t{i}", 1 << i, t) for i, t in enumerate(at)]
    accept(system, events)
    assert_equal(system, events)
    london = {day.isoformat(): cell[0] for (m, day, _, _), cell in spending(system, ["night-0"]).items()}
    assert london["2026-03-28"] == 1 and london["2026-03-29"] == 2 + 4 + 8 + 16 and london["2026-03-30"] == 32
    samoa = {day.isoformat() for (_, day, _, _) in spending(system, ["night-3"])}
    assert "2011-12-29" in samoa and "2011-12-31" in samoa and "2011-12-30" not in samoa


def test_late_enrolment_books_days_anew(system):
    """Purchases came first and were booked in the programme's zone; the enrolment moves them to the member's days."""
    name = "late-enrolled"
    bought = [streams.bought(name, f"{name}-t{n}", 100 + n, f"2026-05-{n + 1:02d}T23:30:00Z") for n in range(5)]
    bought += [streams.earned(name, f"{name}-p{n}", 10, f"2026-05-31T22:0{n}:00Z") for n in range(3)]
    accept(system, bought)
    assert {day.isoformat() for (_, day, _, _) in spending(system, [name])} == {f"2026-05-0{n}" for n in range(1, 6)}
    enrolment = streams.enrolled(name, f"{name}-e", time_zone="Asia/Tokyo")
    accept(system, [enrolment])
    assert {day.isoformat() for (_, day, _, _) in spending(system, [name])} == {f"2026-05-0{n}" for n in range(2, 7)}
    assert {day.isoformat() for (_, day, _) in points(system, [name])} == {"2026-06-01"}
    assert_equal(system, bought + [enrolment])


def test_moving_to_another_zone_books_days_anew(system):
    """A newer profile names another zone: all days follow it, whichever of the two came first, also within one request."""
    for order in (1, -1):
        name = f"moved{order}"
        profiles = [streams.enrolled(name, f"{name}-e1", at="2026-01-01T00:00:00Z", time_zone="Asia/Tokyo", locale="ja-JP"),
                    streams.enrolled(name, f"{name}-e2", at="2026-02-01T00:00:00Z", time_zone="America/New_York")][::order]
        bought = [streams.bought(name, f"{name}-t{n}", 7 + n, f"2026-0{n + 1}-01T03:00:00Z") for n in range(5)]
        accept(system, bought[:2] + profiles[:1] + bought[2:4])
        accept(system, profiles[1:] + bought[4:])
        assert_equal(system, bought + profiles)
        at_once = [{**e, "id": "o" + e["id"], "subject": "o" + name, "data": {**e["data"], "member_id": "o" + name}}
                   for e in bought[:1] + profiles + bought[1:]]
        accept(system, at_once)
        assert_equal(system, at_once)


def test_older_profile_comes_late(system):
    """The newest by event time holds, field by field; what only the older one says is kept."""
    name = "profile"
    events = [streams.enrolled(name, f"{name}-2", at="2026-03-01T00:00:00Z", locale="de-DE"),
              streams.enrolled(name, f"{name}-1", at="2026-01-01T00:00:00Z", locale="en-GB", region="north", tier="bronze"),
              streams.tiered(name, f"{name}-u", "gold", at="2026-02-01T00:00:00Z")]
    for e in events:
        accept(system, [e])
    got = facts(system, [name])[name]
    assert (got["locale"], got["region"], got["tier"]) == ("de-DE", "north", "gold")
    assert got["enrolled_at"] == recompute.instant("2026-01-01T00:00:00Z")
    assert_equal(system, events)


def test_reversal_before_its_purchase(system):
    """A reversal takes off on its own day, with either sign, whichever comes first."""
    name = "reversed"
    events = [streams.bought(name, f"{name}-r", -500, "2026-02-10T10:00:00Z", status="reversed", reverses=f"{name}-t"),
              streams.bought(name, f"{name}-r2", 300, "2026-02-11T10:00:00Z", status="reversed", reverses=f"{name}-t2"),
              streams.bought(name, f"{name}-t", 500, "2026-02-01T10:00:00Z"),
              streams.bought(name, f"{name}-t2", 900, "2026-02-02T10:00:00Z")]
    for e in events:
        accept(system, [e])
    assert_equal(system, events)
    got = dashboard(system, name, **{"period": "custom", "from": "2026-02-01", "to": "2026-02-28"})
    assert got["summary"]["spend"]["value"] == 600 and got["summary"]["transactions"]["value"] == 2


POINTS = [
    ("soonest to expire goes first",
     [streams.earned("?", "a", 100, "2026-01-01T00:00:00Z", expires_at="2027-06-01T00:00:00Z"),
      streams.earned("?", "b", 100, "2026-01-02T00:00:00Z", expires_at="2027-01-01T00:00:00Z"),
      streams.redeemed("?", "x", 120, "2026-01-03T00:00:00Z")], 80, 0),
    ("a named lot goes before that",
     [streams.earned("?", "a", 100, "2026-01-01T00:00:00Z", expires_at="2026-02-01T00:00:00Z"),
      streams.earned("?", "b", 100, "2026-01-02T00:00:00Z"),
      streams.redeemed("?", "x", 60, "2026-01-03T00:00:00Z", lots=[{"lot_id": "b", "points": 60}]),
      streams.earned("?", "c", 1, "2026-03-01T00:00:00Z")], 41, 100),
    ("a cancellation gives points back to lots that may be over",
     [streams.earned("?", "a", 100, "2026-01-01T00:00:00Z", expires_at="2026-02-01T00:00:00Z"),
      streams.redeemed("?", "x", 70, "2026-01-10T00:00:00Z"),
      streams.redeemed("?", "c", 70, "2026-03-01T00:00:00Z", redemption_id="x", status="cancelled")], 0, 100),
    ("debt is paid by what is earned next",
     [streams.redeemed("?", "x", 70, "2026-01-10T00:00:00Z"),
      streams.earned("?", "a", 100, "2026-01-11T00:00:00Z", expires_at="2026-02-01T00:00:00Z"),
      streams.earned("?", "b", 5, "2026-03-01T00:00:00Z")], 5, 30),
    ("a cancellation of an unknown redemption never expires",
     [streams.redeemed("?", "c", 70, "2026-03-01T00:00:00Z", status="cancelled")], 70, 0),
    ("an adjustment takes from its lot",
     [streams.earned("?", "a", 100, "2026-01-01T00:00:00Z", expires_at="2026-02-01T00:00:00Z"),
      streams.earned("?", "b", 100, "2026-01-01T00:00:01Z", expires_at="2026-04-01T00:00:00Z"),
      streams.earned("?", "j", -40, "2026-01-05T00:00:00Z", lot_id="b", reason="adjustment"),
      streams.earned("?", "c", 1, "2026-03-01T00:00:00Z")], 61, 100),
]


@pytest.mark.parametrize("why, events, balance, expired", POINTS, ids=[p[0] for p in POINTS])
def test_points_rules(system, why, events, balance, expired):
    """In order and backwards, one by one."""
    for order in (1, -1):
        name = f"points-{order}-{POINTS.index((why, events, balance, expired))}"
        own = [{**e, "id": f"{name}-{e['id']}", "subject": name, "data": {**e["data"], "member_id": name}} for e in events]
        for e in own[::order]:
            assert counts(post(system, [e])) == (1, 0, 0)
        system.wait_caught_up()
        got = facts(system, [name])[name]
        assert (got["points_balance"], got["points_expired"]) == (balance, expired), (why, order)
        assert_equal(system, own)


def test_lots_of_one_instant_in_any_order(system):
    """Lots earned in the same second, with debt to pay: which lot pays does not depend on the order of arrival."""
    found = []
    for order in (1, -1):
        name = f"same-instant{order}"
        events = [streams.redeemed(name, f"{name}-x", 50, "2026-01-01T00:00:00Z", redemption_id="x"),
                  streams.earned(name, f"{name}-a", 60, "2026-01-02T00:00:00Z", lot_id="a", expires_at="2026-03-01T00:00:00Z"),
                  streams.earned(name, f"{name}-b", 60, "2026-01-02T00:00:00Z", lot_id="b", expires_at="2026-05-01T00:00:00Z"),
                  streams.earned(name, f"{name}-c", 1, "2026-04-01T00:00:00Z", lot_id="c")]
        accept(system, events[::order])
        found.append({k: v for k, v in facts(system, [name])[name].items() if k.startswith("points")})
    assert found[0] == found[1]


def test_sums_hold_at_the_ends_of_int64(system):
    """More than int64 can hold stays at its end instead of running over."""
    name, most = "rich", 2**53 - 1
    events = [streams.bought(name, f"{name}-{n}", most) for n in range(1100)]
    events += [streams.earned(name, f"{name}-p{n}", most) for n in range(1100)]
    accept(system, events)
    got = facts(system, [name])[name]
    assert got["spend_minor"] == got["points_earned"] == got["points_balance"] == 2**63 - 1
    assert dashboard(system, name, **{"period": "custom", "from": "2026-02-01", "to": "2026-02-28"})["summary"]["spend"]["value"] == 2**63 - 1


def test_rebuild_comes_out_equal(fresh_system):
    """Everything that is derived, from nothing, in other batches than the first time."""
    events = streams.lives(7, members=10, each=100)
    events += [streams.event("CategoryUpdatedEvent", f"cat-{n}", time=f"2026-01-0{n + 1}T00:00:00Z", category=c, name=c.title(),
                             points_multiplier=n + 1, valid_from="2026-01-01T00:00:00Z") for n, c in enumerate(streams.CATEGORIES)]
    deliver(fresh_system, streams.batches(streams.shuffled(events, 7), 7))
    fresh_system.wait_caught_up()
    before = dump(fresh_system)
    fresh_system.aectl("rebuild", "analytics")
    fresh_system.wait_caught_up()
    after = dump(fresh_system)
    for table in before:
        assert after[table] == before[table], table
    assert_equal(fresh_system, [e for e in events if "member_id" in e["data"]])
