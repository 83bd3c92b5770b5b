"""Milestones over facts that change by time alone: found within the day, once, by whichever instance, by candidates and not by everybody."""
import datetime
import os

import pytest
from conftest import until
from faketime import UTC, FakeSystem
from milestone_kit import awards, bought, define, happen, streams, told

TENURE = {">=": [{"var": "tenure_days"}, 100]}
GOLD = {"==": [{"var": "tier"}, "gold"]}
SWEEPS = "SELECT day::text, examined, awarded, finished_at IS NOT NULL FROM analytics.milestone_sweeps WHERE milestone_id = %s"
COUNTED = "SELECT count(*) FROM analytics.member_facts WHERE facts_day IS NULL OR facts_day < %s"


def at(*parts):
    return datetime.datetime(*parts, tzinfo=UTC)


@pytest.fixture(scope="module")
def aging():
    s = FakeSystem(at(2027, 1, 2, 12), "--instances", "2")
    yield s
    s.remove()


def swept(system, milestone_id, day):
    """The pass of that day is through: (examined, awarded)."""
    def through():
        (row,) = system.sql(SWEEPS, milestone_id) or [None]
        return row if row and row[0] == day and row[3] else None
    return until(through, 60, f"the sweep of {milestone_id} on {day}")[1:3]


def joined(member, **more):
    return streams.enrolled(member, f"{member}/e", at="2027-01-01T09:00:00Z", time_zone="UTC", **more)


def published(system, milestone_id):
    """How many events, of how many members."""
    return system.sql("SELECT count(*), count(DISTINCT member_id) FROM analytics.event_log WHERE type = 'MilestoneAchievedEvent'"
                      " AND body -> 'data' ->> 'milestone_id' = %s", milestone_id)[0]


def test_a_hundred_days_of_gold_are_noticed_without_an_event(aging):
    define(aging, "gold_days", kind="rule", rule={"and": [GOLD, TENURE]}, bonus={"points": 10})
    define(aging, "loyal_pair", kind="count", target=2, filter={"==": [{"var": "category"}, "pair"]}, segment=TENURE)
    happen(aging, *[joined(f"gold-{n}", tier="gold") for n in range(30)], *[joined(f"a-silver-{n}", tier="silver") for n in range(600)])
    happen(aging, *[bought("a-silver-7", n, at="2027-01-02T10:00:00Z", category="pair") for n in range(2)])
    aging.jump(at(2027, 4, 10, 12))
    until(lambda: aging.sql(COUNTED, "2027-04-10") == [(0,)], 60, "the facts of the day")
    assert swept(aging, "gold_days", "2027-04-10") == (30, 0), "the 99th day"
    aging.jump(at(2027, 4, 11, 12))
    assert swept(aging, "gold_days", "2027-04-11") == (30, 30), "candidates are those of the tier"
    assert published(aging, "gold_days") == (30, 30)
    data, = told(aging, "gold-3", "gold_days")
    assert data["achieved_at"].startswith("2027-04-11T12:") and data["bonus"]["points"] == 10
    swept(aging, "loyal_pair", "2027-04-11")
    assert awards(aging, "a-silver-7", "loyal_pair") == {("loyal_pair", "once"): (1, True)}
    assert published(aging, "loyal_pair") == (1, 1)
    aging.jump(at(2027, 4, 12, 12))
    assert swept(aging, "gold_days", "2027-04-12") == (30, 0) and published(aging, "gold_days") == (30, 30)


def test_weeks_without_a_daemon_end_in_one_sweep_by_what_is_true_then(aging):
    define(aging, "dormant_month", kind="rule", rule={">=": [{"var": "days_since_purchase"}, 60]}, recurrence={"per": "month"})
    happen(aging, joined("sleeper"), bought("sleeper", 1, at="2027-04-11T10:00:00Z"))
    aging.jump(at(2027, 9, 1, 12))
    swept(aging, "dormant_month", "2027-09-01")
    assert awards(aging, "sleeper", "dormant_month") == {("dormant_month", "2027-09"): (1, True)}
    aging.jump(at(2027, 9, 30, 12))
    swept(aging, "dormant_month", "2027-09-30")
    aging.jump(at(2027, 10, 1, 12))
    swept(aging, "dormant_month", "2027-10-01")
    assert awards(aging, "sleeper", "dormant_month") == {("dormant_month", "2027-09"): (1, True), ("dormant_month", "2027-10"): (1, True)}


def test_what_is_noted_as_reached_before_is_not_awarded_by_the_sweep(aging):
    document = {"name": "x", "kind": "rule", "rule": TENURE}
    define(aging, "noted", **document)
    assert aging.sql("SELECT count(*) > 200 FROM analytics.milestone_awards WHERE milestone_id = 'noted' AND skipped") == [(True,)]
    aging.jump(aging.clock.now() + datetime.timedelta(days=1))
    swept(aging, "noted", str(aging.clock.now().date()))
    assert published(aging, "noted") == (0, 0)


@pytest.mark.parametrize("policy", ["silent", "celebrate"])
def test_who_was_there_before_is_awarded_as_the_document_wants(aging, policy):
    define(aging, f"before_{policy}", kind="rule", rule={"and": [GOLD, TENURE]}, backfill=policy)
    assert published(aging, f"before_{policy}") == (30, 30)
    data, = told(aging, "gold-3", f"before_{policy}")
    assert data.get("silent", False) is (policy == "silent")
    aging.jump(aging.clock.now() + datetime.timedelta(days=1))
    swept(aging, f"before_{policy}", str(aging.clock.now().date()))
    assert published(aging, f"before_{policy}") == (30, 30)


def test_instances_that_die_in_the_middle_award_everybody_once(aging):
    define(aging, "crowd_days", kind="rule", rule={"and": [{"==": [{"var": "region"}, "crowd"]}, {">=": [{"var": "tenure_days"}, 400]}]})
    for part in range(8):
        happen(aging, *[joined(f"crowd-{part}-{n}", region="crowd") for n in range(250)])
    swept(aging, "crowd_days", str(aging.clock.now().date()))
    aging.jump(at(2028, 3, 1, 12))
    done, deaths = "SELECT examined FROM analytics.milestone_sweeps WHERE milestone_id = 'crowd_days' AND day = '2028-03-01'", 0
    for place in range(1, 2000, 250):
        until(lambda: (aging.sql(done) or [(0,)])[0][0] >= place, 60, f"{place} members", 0.002)
        name = f"milestone-{1 + deaths % 2}"
        old = aging.pids[name]
        os.kill(old, 9)
        deaths += 1
        until(lambda: aging.pids[name] not in (0, old), 60, f"a new {name}")
    assert deaths == 8
    assert swept(aging, "crowd_days", "2028-03-01")[1] == 2000
    assert published(aging, "crowd_days") == (2000, 2000)
