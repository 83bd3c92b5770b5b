"""A member's days are those of the newest zone that is known of it, whenever that came: what other days had reached is taken back."""
import itertools
import json

import pytest
import milestone_kit
from milestone_kit import awards, define, happen, returned, streams, told

import awards as model   # tests/lib, by story

ZONES = {"filter": {"==": [{"var": "category"}, "zones"]}}   # other stories' members are left alone
JUNE_IN_AUCKLAND = "2025-05-31T13:00:00Z"   # and May in St John's
JUNE = "2025-06-10T12:00:00Z"


ROWS = ("SELECT member_id, milestone_id, occurrence, version, state, live, achieved_at, reverted_at, value, target, bonus::text"
        " FROM analytics.milestone_awards WHERE derived ORDER BY 1, 2, 3")
TOLD = "SELECT count(*) FROM analytics.event_log WHERE type = 'MilestoneAchievedEvent'"


def bought(member, n, **more):
    return milestone_kit.bought(member, n, category="zones", **more)


def lives(member, zone, at="2024-01-01T09:00:00Z"):
    return streams.enrolled(member, f"{member}/{zone}", at=at, time_zone=zone)


def moves(member):
    return lives(member, "America/St_Johns", at="2024-01-02T09:00:00Z")


def live(system, member, milestone_id):
    return {occurrence for (_, occurrence), (_, is_live) in awards(system, member, milestone_id).items() if is_live}


def test_a_month_of_other_days_is_taken_back_and_reached_anew(system):
    define(system, "zone_month", kind="count", target=2, recurrence={"per": "month"}, **ZONES, bonus={"points": 5})
    happen(system, lives("mover", "Pacific/Auckland"), bought("mover", 0, at=JUNE_IN_AUCKLAND), bought("mover", 1, at=JUNE))
    assert awards(system, "mover", "zone_month") == {("zone_month", "2025-06"): (1, True)}
    happen(system, moves("mover"))
    assert awards(system, "mover", "zone_month") == {("zone_month", "2025-06"): (2, False)}
    first, second = told(system, "mover", "zone_month")
    assert second["reverted"] and second["bonus"] == first["bonus"]
    assert second["reverted_at"] == JUNE, "the newest of what is known, and not the day of the enrolment"
    happen(system, returned("mover", 0))
    assert awards(system, "mover", "zone_month") == {("zone_month", "2025-06"): (2, False)}
    happen(system, bought("mover", 2, at=JUNE))
    assert awards(system, "mover", "zone_month") == {("zone_month", "2025-06"): (3, True)}


@pytest.mark.parametrize("together", [True, False], ids=["one batch", "one by one"])
def test_whatever_comes_first_the_end_is_the_same(system, together):
    define(system, "zone_pair", kind="count", target=2, recurrence={"per": "month"}, **ZONES)

    def life(m):
        return [lives(m, "Pacific/Auckland"), moves(m), bought(m, 0, at=JUNE_IN_AUCKLAND), bought(m, 1, at=JUNE),
                [bought(m, 2, at=JUNE_IN_AUCKLAND), returned(m, 1)]]

    orders = list(itertools.permutations(range(5)))
    steps = [[], [], [], [], []]
    for n, order in enumerate(orders):
        for step, i in enumerate(order):
            what = life(f"any{int(together)}-{n}")[i]
            steps[step] += what if isinstance(what, list) else [what]
    if together:
        steps = [sum(steps, [])]
    for events in steps:
        happen(system, *events)
    found = {tuple(sorted(live(system, f"any{int(together)}-{n}", "zone_pair"))) for n in range(len(orders))}
    assert found == {("2025-05",)}


def test_what_a_policy_keeps_stays_with_a_member_who_moves(system):
    """The policy is about purchases that come back; days that never were are none of its business."""
    define(system, "zone_keep", kind="count", target=2, recurrence={"per": "month"}, rollback="keep", **ZONES)
    happen(system, lives("keeper", "Pacific/Auckland"), bought("keeper", 0, at=JUNE), bought("keeper", 1, at=JUNE), returned("keeper", 1),
           bought("keeper", 2, at="2025-03-31T12:00:00Z"), bought("keeper", 3, at="2025-04-05T12:00:00Z"))
    assert live(system, "keeper", "zone_keep") == {"2025-04", "2025-06"}
    happen(system, moves("keeper"))
    assert live(system, "keeper", "zone_keep") == {"2025-06"}


def test_an_enrolment_that_moves_and_counts_itself(system):
    define(system, "zone_joined", kind="count", event="MemberEnrolledEvent", target=1, recurrence={"per": "year"})
    happen(system, lives("joiner", "Pacific/Auckland", at="2024-12-31T12:00:00Z"))
    assert awards(system, "joiner", "zone_joined") == {("zone_joined", "2025"): (1, True)}
    happen(system, lives("joiner", "America/St_Johns", at="2025-03-01T12:00:00Z"))
    assert awards(system, "joiner", "zone_joined") == {("zone_joined", "2025"): (1, True), ("zone_joined", "2024"): (1, True)}
    assert system.request("DELETE", "/milestone-definitions/zone_joined").status == 200


def test_a_reversal_that_comes_before_the_backfill_is_counted_by_it(system):
    happen(system, *[bought("sudden", n) for n in range(3)])
    system.sql("INSERT INTO analytics.milestone_definitions (milestone_id, version, document, created_by, activated_at) VALUES (%s, 1, %s, 'test', now())",
               "zone_sudden", json.dumps({"name": "x", "kind": "count", "target": 1, "recurrence": {"every": 1}, "backfill": "celebrate", **ZONES}))
    happen(system, returned("sudden", 1))
    assert live(system, "sudden", "zone_sudden") == {"n1", "n2"}
    happen(system, returned("sudden", 2))
    assert live(system, "sudden", "zone_sudden") == {"n1"}


def test_a_rebuild_moves_everybody_once_more_and_comes_to_the_same(make_system):
    system, events = make_system(), model.stream(31, 1200)
    for name, document in model.DEFINITIONS.items():
        system.sql("INSERT INTO analytics.milestone_definitions (milestone_id, version, document, created_by, activated_at) VALUES (%s, 1, %s, 'test', now())",
                   name, json.dumps(document))
    for part in range(0, len(events), 70):
        assert system.post_events(events[part:part + 70])["rejected"] == []
        system.wait_caught_up("milestone")
    rows, published = system.sql(ROWS), system.sql(TOLD)
    assert {row[:3] for row in rows if row[5] and row[1] in model.DEFINITIONS} == model.held(events)
    system.sql("UPDATE analytics.milestone_awards SET value = -1 WHERE derived")
    system.aectl("rebuild", "milestone")
    system.wait_caught_up("milestone", 60)
    assert system.sql(ROWS) == rows and system.sql(TOLD) == published
