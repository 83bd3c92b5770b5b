"""Stories of when members are looked at: candidates at their slots, everybody after a change of rules or tiers, nobody for ever."""
import pytest
from conftest import System, until
from engagement_kit import buy, day, due, earn, enrol, event, happen, kinds, put, send, settle, stamp, switch

PLAIN = {"kind": "note", "category": "insights", "condition": True, "sentence": {"en": "Noted."}}


@pytest.fixture(scope="module")
def system():
    """Alerts are made within a second of a change of rules."""
    made = System("--set", "engagement.offer_spread=0s", "--set", "notification.serve_events=no")
    until(lambda: len(made.get("/engagement-rules").json["rules"]) == 12, 20, "the release's rules")
    switch(made, holdout_share=0)
    yield made
    made.remove()


def planned(system):
    """The plan that is through."""
    return until(lambda: system.sql("SELECT plan FROM analytics.engagement_plans WHERE finished_at IS NOT NULL"), 20, "a plan")[0][0]


def next_look(system, member):
    """In days from now."""
    settle(system)
    return float(system.sql("SELECT extract(epoch FROM due_at - now()) / 86400 FROM analytics.engagement_pending WHERE member_id = %s", member)[0][0])


def test_a_member_is_looked_at_when_a_rule_may_find_something(system):
    happen(system, enrol("calm", days=-40), buy("calm", -2), earn("calm", 300, expires_on=day(50), lot="calm"))
    assert 18 < next_look(system, "calm") < 21, "a month before the points end; nothing else may come before"
    happen(system, enrol("sooner", days=-40), buy("sooner", -2), earn("sooner", 300, expires_on=day(34), lot="sooner"))
    assert 2 < next_look(system, "sooner") < 5
    happen(system, enrol("nothing", days=-40), buy("nothing", -2))
    assert 26 < next_look(system, "nothing") <= 28, "now and then at the latest"


def test_rules_and_tiers_have_everybody_looked_at_but_offers_do_not(system):
    happen(system, enrol("still", days=-40), buy("still", -2))
    before = planned(system)
    looked, = system.sql("SELECT judged_at FROM analytics.engagement_pending WHERE member_id = 'still'")[0]
    happen(system, event("CategoryUpdatedEvent", "toys", stamp(0), category="toys", name="Toys", points_multiplier=3, valid_from=stamp(0), valid_to=stamp(5)))
    until(lambda: system.sql("SELECT 1 FROM analytics.engagement_sweeps WHERE category = 'toys' AND outcome = 'done'"), 20, "the offer went through the buyers")
    assert planned(system) == before
    assert system.sql("SELECT judged_at FROM analytics.engagement_pending WHERE member_id = 'still'")[0][0] == looked, "who does not buy toys was left alone"
    put(system, "planned_note", {**PLAIN, "trigger": {"schedule": {"every": "day", "hour": 9}}, "condition": {">=": [{"var": "enrolled_days"}, 50]}})
    until(lambda: planned(system) != before, 20, "a plan for the new rule")
    assert 9 < next_look(system, "still") < 11, "by the new rule"
    assert system.sql("SELECT judged_at FROM analytics.engagement_pending WHERE member_id = 'still'")[0][0] > looked
    assert send(system, "POST", "/engagement-rules/planned_note/state/retired").status == 200


def test_a_rule_about_a_change_says_nothing_before_there_is_one(system):
    happen(system, enrol("even", days=-40), buy("even", -2))
    before = planned(system)
    put(system, "baskets", {**PLAIN, "kind": "baskets", "trigger": {"fact_change": ["average_basket_minor"]}})
    until(lambda: planned(system) != before, 20, "a plan for the new rule")
    settle(system)
    assert kinds(system, "even") == [], "the basket is what it was; nobody had looked for it before"
    happen(system, buy("even", 0, amount=9000))
    assert kinds(system, "even") == ["baskets"]
    assert send(system, "POST", "/engagement-rules/baskets/state/retired").status == 200


def test_whom_the_facts_do_not_know_is_asked_for_ever_more_rarely(system):
    system.sql("INSERT INTO analytics.engagement_pending (member_id, due_at, position) VALUES ('nobody-known', now(), 1)")
    until(lambda: system.sql("SELECT 1 FROM analytics.engagement_pending WHERE member_id = 'nobody-known' AND waits >= 2"), 20, "two looks")
    (waits, wait), = system.sql("SELECT waits, extract(epoch FROM due_at - now()) FROM analytics.engagement_pending WHERE member_id = 'nobody-known'")
    assert wait <= 0.5 * 2 ** (waits - 1)
    system.sql("UPDATE analytics.engagement_pending SET waits = 12, due_at = now() WHERE member_id = 'nobody-known'")
    until(lambda: system.sql("SELECT 1 FROM analytics.engagement_pending WHERE member_id = 'nobody-known' AND due_at > now() + interval '30 minutes'"), 20, "the longest wait")
    assert not [m for m, in due(system) or [] if m == "nobody-known"]
