"""Milestones are reached by what members do, each occurrence once, and lost with what they were reached by."""
import pytest

from milestone_kit import awards, bought, happen, returned, streams, told


def test_the_tenth_visit_is_a_milestone_and_says_what_it_brings(system):
    happen(system, *[bought("ten", n) for n in range(9)])
    assert awards(system, "ten", "ten_visits") == {}
    happen(system, bought("ten", 9, at="2026-02-20T12:00:00Z"))
    assert awards(system, "ten", "ten_visits") == {("ten_visits", "n1"): (1, True)}
    data, = told(system, "ten", "ten_visits")
    assert data["kind"] == "visits" and (data["value"], data["target"]) == (10, 10)
    assert data["achieved_at"] == "2026-02-20T12:00:00Z" and data["reverted"] is False
    assert data["bonus"] == {"points": 100, "idempotency_key": "ten/ten_visits/n1/1"}
    assert data["next"] == {"target": 20}


def test_a_returned_purchase_takes_its_milestone_back_and_another_one_earns_it_again(system):
    happen(system, *[bought("back", n) for n in range(10)])
    happen(system, returned("back", 4))
    assert awards(system, "back", "ten_visits") == {("ten_visits", "n1"): (2, False)}
    happen(system, bought("back", 10))
    assert awards(system, "back", "ten_visits") == {("ten_visits", "n1"): (3, True)}
    events = told(system, "back", "ten_visits")
    assert [e["reverted"] for e in events] == [False, True, False]
    keys = [e["bonus"]["idempotency_key"] for e in events]
    assert keys[0] == keys[1] != keys[2]


def test_a_part_that_is_returned_leaves_the_visit_and_takes_its_money(system):
    happen(system, bought("part", 0, 100000), *[bought("part", n) for n in range(1, 10)])
    assert ("year_of_spend", "2026") in awards(system, "part")
    happen(system, returned("part", 0, 60000))
    got = awards(system, "part")
    assert got["ten_visits", "n1"] == (1, True) and got["year_of_spend", "2026"] == (2, False)


def test_a_reversal_may_come_before_its_purchase(system):
    happen(system, returned("early", 3), *[bought("early", n) for n in range(3)])
    happen(system, bought("early", 3), *[bought("early", n) for n in range(4, 10)])
    assert awards(system, "early", "ten_visits") == {}
    happen(system, bought("early", 10))
    assert awards(system, "early", "ten_visits") == {("ten_visits", "n1"): (1, True)}


def test_one_batch_or_many_come_to_the_same(system):
    """A purchase and its reversal in one batch are an award and its end."""
    happen(system, *[bought("quick", n) for n in range(10)], returned("quick", 9), bought("quick", 10))
    assert [e["reverted"] for e in told(system, "quick", "ten_visits")] == [False, True, False]


def test_the_same_event_twice_counts_once(system):
    system.post_events([bought("twice", n) for n in range(9)])
    system.post_events([bought("twice", n) for n in range(9)])
    system.wait_caught_up("milestone")
    assert awards(system, "twice", "ten_visits") == {}


def test_what_comes_late_is_booked_on_its_own_day(system):
    happen(system, bought("late", 0, 60000, at="2026-01-05T12:00:00Z"))
    happen(system, bought("late", 1, 60000, at="2025-12-31T23:59:59Z"))
    assert awards(system, "late", "year_of_spend") == {}
    happen(system, bought("late", 2, 40000, at="2025-06-01T12:00:00Z"))
    assert awards(system, "late", "year_of_spend") == {("year_of_spend", "2025"): (1, True)}


def test_a_year_ends_where_the_member_lives(system):
    happen(system, streams.enrolled("zone", "zone/e", at="2024-01-01T09:00:00Z", time_zone="Pacific/Auckland"),
           bought("zone", 0, 60000, at="2025-12-31T12:00:00Z"), bought("zone", 1, 40000, at="2026-01-10T12:00:00Z"))
    assert awards(system, "zone", "year_of_spend") == {("year_of_spend", "2026"): (1, True)}


def test_a_zone_that_becomes_known_later_moves_the_days(system):
    happen(system, bought("moves", 0, 60000, at="2025-12-31T12:00:00Z"), bought("moves", 1, 40000, at="2026-01-10T12:00:00Z"))
    assert awards(system, "moves", "year_of_spend") == {}
    happen(system, streams.enrolled("moves", "moves/e", at="2024-01-01T09:00:00Z", time_zone="Pacific/Auckland"))
    assert awards(system, "moves", "year_of_spend") == {("year_of_spend", "2026"): (1, True)}


def test_five_categories_and_one_of_them_returned(system):
    happen(system, *[bought("five", n, category=f"c{n}") for n in range(5)])
    assert awards(system, "five", "five_categories") == {("five_categories", "2026"): (1, True)}
    happen(system, returned("five", 2, category="c2"))
    assert awards(system, "five", "five_categories") == {("five_categories", "2026"): (2, False)}
    assert told(system, "five", "five_categories")[0]["unit"] == {"en": "categories", "de": "Kategorien"}


def test_a_streak_is_of_weeks_without_a_gap(system):
    days = ["2026-01-04", "2026-01-05", "2026-01-13", "2026-01-26", "2026-02-02"]  # Sunday, Monday, ... and a week's gap
    happen(system, *[bought("weeks", n, at=f"{d}T12:00:00Z") for n, d in enumerate(days)])
    assert awards(system, "weeks", "four_weeks") == {}
    happen(system, bought("weeks", 9, at="2026-01-21T12:00:00Z"))
    assert awards(system, "weeks", "four_weeks") == {("four_weeks", "n1"): (1, True)}
    data, = told(system, "weeks", "four_weeks")
    assert data["value"] == 6 and data["unit"]["de"] == "Wochen"


def test_a_tier_is_reached_once_and_stays_a_memory(system):
    happen(system, streams.tiered("tiers", "tiers/1", "gold", direction="up"))
    happen(system, streams.tiered("tiers", "tiers/2", "silver", direction="down", at="2026-03-01T00:00:00Z"))
    happen(system, streams.tiered("tiers", "tiers/3", "gold", direction="up", at="2026-04-01T00:00:00Z"))
    assert awards(system, "tiers") == {("tier_gold", "once"): (1, True)}
    assert told(system, "tiers")[0]["tier"] == "gold"


def test_a_cancelled_redemption_is_none(system):
    happen(system, streams.redeemed("redeem", "redeem/1"))
    assert awards(system, "redeem") == {("first_reward", "once"): (1, True)}
    happen(system, streams.event("RedemptionProcessedEvent", "redeem/2", member_id="redeem", redemption_id="redeem/1",
                                 points=50, occurred_at="2026-02-05T12:00:00Z", status="cancelled"))
    assert awards(system, "redeem") == {("first_reward", "once"): (2, False)}


@pytest.mark.parametrize("order", [1, -1], ids=["as it was", "the other way round"])
def test_the_order_of_arrival_makes_no_difference_in_the_end(system, order):
    name = f"order{order}"
    events = [bought(name, n, 20000, at=f"2026-01-{n + 1:02}T12:00:00Z", category=f"c{n % 6}") for n in range(12)]
    events += [returned(name, 3, 20000), returned(name, 5, 20000)]
    happen(system, *events[::order])
    live = {key for key, (_, is_live) in awards(system, name).items() if is_live}
    assert live == {("first_purchase", "once"), ("ten_visits", "n1"), ("year_of_spend", "2026"), ("five_categories", "2026")}
