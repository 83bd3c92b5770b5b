"""Periods long over leave a member's progress, and nobody can tell by what is awarded: what comes late counts them again, out of the log."""
import datetime
import json

import pytest
from conftest import until
from milestone_kit import awards, bought, happen, returned, streams

import awards as model   # tests/lib, by story

FORGETTING = "SELECT after_member, look_at > now(), members FROM analytics.milestone_forgetting"


@pytest.fixture
def old_days(make_system):
    system = make_system()
    for name, document in {**model.DEFINITIONS, "days_in_a_row": {"name": "x", "kind": "streak", "streak": {"period": "day"}, "target": 5},
                           "confined": {"name": "x", "kind": "count", "target": 1, "recurrence": {"per": "day"}, "segment": {"==": [{"var": "tier"}, "never"]}}}.items():
        system.sql("INSERT INTO analytics.milestone_definitions (milestone_id, version, document, created_by, activated_at) VALUES (%s, 1, %s, 'test', now())",
                   name, json.dumps({**document, "backfill": "celebrate"}))
    return system


def forget(system):
    """A pass through all members; of how many something was forgotten."""
    (_, _, before), = system.sql(FORGETTING)
    system.sql("UPDATE analytics.milestone_forgetting SET after_member = '', look_at = '-infinity'")
    until(lambda: system.sql(FORGETTING)[0][1], 60, "the pass")
    return system.sql(FORGETTING)[0][2] - before


def held(system):
    return {row for row in system.sql("SELECT member_id, milestone_id, occurrence FROM analytics.milestone_awards WHERE live AND milestone_id = ANY(%s)",
                                      list(model.DEFINITIONS))}


def periods(system, member, milestone_id):
    """Names of the periods that are there, or a streak's."""
    (state,), = system.sql("SELECT state FROM analytics.milestone_progress WHERE member_id = %s AND milestone_id = %s", member, milestone_id)
    return [bucket[0] or [item[0] for item in bucket[2]] for bucket in state]


def test_whatever_is_forgotten_in_mid_stream_the_awards_are_the_same(old_days):
    events = model.stream(23, 2400)
    forgot = 0
    for part in range(0, len(events), 300):
        assert old_days.post_events(events[part:part + 300])["rejected"] == []   # some are there twice
        old_days.wait_caught_up("milestone")
        forgot += forget(old_days)
    assert held(old_days) == model.held(events)
    assert forgot > 50, "it was tried"
    counted = old_days.sql("SELECT count(*) FROM analytics.milestone_progress WHERE forgotten IS NOT NULL")[0][0]
    assert counted > 20
    published = old_days.sql("SELECT count(*), count(DISTINCT body ->> 'id') FROM analytics.event_log WHERE type = 'MilestoneAchievedEvent'")[0]
    assert published[0] == published[1]


def test_days_go_and_come_back_with_what_is_about_them(old_days):
    today = datetime.date.today()
    recent = [str(today - datetime.timedelta(days=n)) for n in (3, 2)]
    days = [f"2025-03-{n:02}" for n in range(1, 21)] + recent
    happen(old_days, *[bought("days", f"{d}-{n}", at=f"{d}T12:00:00Z") for d in days for n in range(2)])
    assert forget(old_days) == 1 and forget(old_days) == 0
    assert periods(old_days, "days", "try_day") == recent
    assert periods(old_days, "days", "confined")[:1] == ["2025-03-01"], "its segment may hold later"
    assert awards(old_days, "days", "try_day")["try_day", "2025-03-05"] == (1, True)
    happen(old_days, returned("days", "2025-03-05-0"))
    assert awards(old_days, "days", "try_day")["try_day", "2025-03-05"] == (2, False)
    assert len(periods(old_days, "days", "try_day")) == 22
    forget(old_days)
    happen(old_days, bought("days", "late", at="2025-03-05T13:00:00Z"), bought("days", "new", at="2025-04-05T13:00:00Z"))
    assert awards(old_days, "days", "try_day")["try_day", "2025-03-05"] == (3, True)
    assert ("try_day", "2025-04-05") not in awards(old_days, "days", "try_day")
    forget(old_days)
    happen(old_days, streams.enrolled("days", "days/e", at="2024-01-01T00:00:00Z", time_zone="Pacific/Kiritimati"))
    assert awards(old_days, "days", "try_day")["try_day", "2025-03-01"] == (2, False), "noon is the day after, there; and it was known what had been reached"
    assert awards(old_days, "days", "try_day")["try_day", "2025-03-21"] == (1, True)


def test_a_streaks_old_days_go_but_for_its_longest_row(old_days):
    start = datetime.date(2024, 1, 1)
    alone = [start + datetime.timedelta(days=2 * n) for n in range(230)]
    row = [datetime.date(2025, 6, n) for n in (1, 2, 3, 4)]
    happen(old_days, *[bought("streak", str(d), at=f"{d}T12:00:00Z") for d in alone + row])
    assert forget(old_days) == 1
    assert len(periods(old_days, "streak", "days_in_a_row")[0]) == 4
    happen(old_days, bought("streak", "bridge", at="2024-01-02T12:00:00Z"), bought("streak", "other", at="2024-01-04T12:00:00Z"))
    assert awards(old_days, "streak", "days_in_a_row") == {("days_in_a_row", "once"): (1, True)}


def test_what_is_out_of_use_leaves_no_progress(old_days):
    happen(old_days, bought("leaves", 1))
    assert old_days.sql("SELECT count(*) FROM analytics.milestone_progress WHERE milestone_id = 'try_count'") == [(1,)]
    assert old_days.request("DELETE", "/milestone-definitions/try_count").status == 200
    forget(old_days)
    assert old_days.sql("SELECT count(*) FROM analytics.milestone_progress WHERE milestone_id = 'try_count'") == [(0,)]
