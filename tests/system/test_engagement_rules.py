"""Each rule of the release: it finds the member that it is for, once, and not the one beside."""
import datetime
import re

import pytest
from conftest import System, until
from engagement_kit import (alerts, buy, day, decisions, earn, enrol, event, events_of, happen, kinds, look, put, redeem, rule, send, stamp, switch, tier)


@pytest.fixture(scope="module")
def system():
    """Caps out of the way, nobody held out; offers go through at once."""
    made = System("--set", "engagement.alerts_per_day=100", "--set", "engagement.alerts_per_week=500", "--set", "engagement.offer_spread=0s",
                  "--set", "notification.sends=no")
    until(lambda: made.sql("SELECT count(*) FROM analytics.engagement_rules")[0][0] == 12, 20, "the release's rules")
    switch(made, holdout_share=0)
    yield made
    made.remove()


def once(system, member, kind, **facts):
    """The member has exactly one such alert, of which the log has one event; looking again adds none."""
    found = [a for a in alerts(system, member) if a["kind"] == kind]
    assert len(found) == 1, kinds(system, member)
    assert facts.items() <= found[0]["reason"]["facts"].items()
    look(system, member)
    assert [e["alert_id"] for e in events_of(system, member) if e["kind"] == kind] == [found[0]["alert_id"]]
    return found[0]


def test_points_about_to_expire(system):
    happen(system, enrol("exp"), earn("exp", 300, expires_on=day(20)), earn("exp", 200, expires_on=day(20)), earn("exp", 900, expires_on=day(80)),
           enrol("exp-not"), earn("exp-not", 500, expires_on=day(40)))
    look(system, "exp", "exp-not")
    alert = once(system, "exp", "points_expiring", balance=1400, lots=2)
    assert alert["points_at_stake"] == 500
    assert alert["sentence"].startswith("500 of your points expire after ")
    assert "points_expiring" not in kinds(system, "exp-not")


def test_the_tier_ends_soon(system):
    happen(system, enrol("risk"), tier("risk", "gold", valid_days=30), earn("risk", 600, qualifying=True),
           enrol("risk-not"), tier("risk-not", "gold", valid_days=30), earn("risk-not", 2500, qualifying=True),
           enrol("risk-far"), tier("risk-far", "gold", valid_days=90), earn("risk-far", 600, qualifying=True))
    look(system, "risk", "risk-not", "risk-far")
    alert = once(system, "risk", "tier_at_risk", tier="gold", missing_points=1400, needed_points=2000, qualifying_points=600)
    assert "1,400 points" in alert["suggested_action"]
    assert "tier_at_risk" not in kinds(system, "risk-not") + kinds(system, "risk-far")
    happen(system, earn("risk", 1400, qualifying=True))
    assert "tier_at_risk" not in kinds(system, "risk"), "what was missing has been earned"


def test_the_next_tier_is_near(system):
    happen(system, enrol("near"), earn("near", 450, days=-10, qualifying=True), enrol("near-not"), earn("near-not", 200, days=-10, qualifying=True))
    assert once(system, "near", "tier_within_reach", next_tier="silver", missing_points=50)["reason"]["rule_id"] == "tier_within_reach"
    assert "tier_within_reach" not in kinds(system, "near-not")


def test_the_next_tier_is_near_and_the_year_ends(system):
    """What is missing, until when, and a way that is feasible: purchases, and how long it takes."""
    happen(system, enrol("end"), tier("end", "silver", valid_days=80), *[buy("end", -n, amount=10000) for n in (20, 40, 60)],
           earn("end", 1700, days=-20, qualifying=True))
    alert = once(system, "end", "tier_within_reach", next_tier="gold", missing_points=300, spend_needed_minor=5300, weeks=3)
    assert datetime.datetime.fromisoformat(alert["deadline"].replace("Z", "+00:00")) > datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=78)
    assert re.fullmatch(r"Earn 300 points by \d+ \w+ \d+, about GBP 53.00 of purchases; at your pace that takes about 3 weeks.", alert["suggested_action"])


def test_an_offer_in_the_members_category(system):
    happen(system, enrol("promo"), buy("promo", -5, "garden"), enrol("promo-not"), buy("promo-not", -5, "books"),
           enrol("promo-no-consent", marketing=False), buy("promo-no-consent", -5, "garden"))
    happen(system, event("CategoryUpdatedEvent", "garden", stamp(), category="garden", name="Garden", points_multiplier=3, valid_from=stamp(-0.1), valid_to=stamp(9),
                         promotion={"promotion_id": "spring", "title": "Spring in the garden", "bonus_points": 100}))
    until(lambda: kinds(system, "promo"), 20, "the offer's way to the member")
    alert = once(system, "promo", "promotion_match", title="Spring in the garden", category_name="Garden", bonus_points=100, multiplier=3)
    assert alert["deadline"]
    assert kinds(system, "promo-not") == [] and kinds(system, "promo-no-consent") == []
    assert ("promotion_match", "refused") in decisions(system, "promo-no-consent")


def test_a_reward_to_take_now(system):
    happen(system, event("CategoryUpdatedEvent", "rewards", stamp(), category="rewards", name="Rewards", rewards=[
        {"reward_id": "mug", "name": "A mug", "points": 400, "value_minor": 900, "currency": "GBP"},
        {"reward_id": "bike", "name": "A bicycle", "points": 90000, "value_minor": 50000, "currency": "GBP"}]))
    happen(system, enrol("reward"), earn("reward", 450, expires_on=day(25)), enrol("reward-not"), earn("reward-not", 300, expires_on=day(25)))
    alert = once(system, "reward", "redemption_recommended", reward_name="A mug", reward_points=400, balance=450)
    assert (alert["value_minor"], alert["currency"]) == (900, "GBP")
    assert "redemption_recommended" not in kinds(system, "reward-not")
    happen(system, redeem("reward", 100))
    assert "redemption_recommended" not in kinds(system, "reward"), "the points do not pay for it any more"


def test_long_not_seen(system):
    happen(system, enrol("gone", days=-300), buy("gone", -120), enrol("gone-not", days=-300), buy("gone-not", -30))
    look(system, "gone", "gone-not")
    once(system, "gone", "dormancy", days=120)
    assert "dormancy" not in kinds(system, "gone-not")
    happen(system, buy("gone", 0))
    assert "dormancy" not in kinds(system, "gone"), "the member has come back"


def test_away_for_longer_than_usual(system):
    regular = [buy("churn", -d) for d in (65, 58, 51, 44, 37, 30)]
    seldom = [buy("churn-not", -d) for d in (230, 190, 150, 110, 70, 30)]
    happen(system, enrol("churn", days=-300), *regular, enrol("churn-not", days=-300), *seldom)
    look(system, "churn", "churn-not")
    once(system, "churn", "churn_risk", usual_days=7)
    assert "churn_risk" not in kinds(system, "churn-not")


def test_points_never_used(system):
    """Asked every day, so that the story need not wait for a Tuesday."""
    document = rule(system, "unused_benefit")["document"]
    put(system, "unused_benefit", {**document, "trigger": {"schedule": {"every": "day", "hour": 9}}})
    happen(system, enrol("unused"), tier("unused", "silver"), earn("unused", 1500), enrol("unused-not"), tier("unused-not", "silver"), earn("unused-not", 1500),
           redeem("unused-not", 100))
    look(system, "unused", "unused-not")
    once(system, "unused", "unused_benefit", tier="silver", benefit="Rewards for your points")
    assert "unused_benefit" not in kinds(system, "unused-not")


def test_birthday(system):
    def born(days):
        d = day(days)
        return f"1990-{d.month:02}-{min(d.day, 28):02}"
    happen(system, enrol("birthday", birth_date=born(0)), enrol("birthday-not", birth_date=born(5)), enrol("birthday-late", birth_date=born(-2)),
           enrol("birthday-missed", birth_date=born(-8)))
    look(system, "birthday", "birthday-not")
    look(system, "birthday-late", "birthday-missed", since="10 days")
    once(system, "birthday", "birthday_offer", offer="A small present is waiting for you")
    once(system, "birthday-late", "birthday_offer")
    assert kinds(system, "birthday-not") == [] and kinds(system, "birthday-missed") == []
    missed = system.get("/engagement/birthday-missed/decisions").json["decisions"]
    assert [(d["rule_id"], d["reason"], d["detail"]) for d in missed] == [("birthday_offer", "expired", "nobody looked in time")]


def test_anniversary_of_enrolment(system):
    def enrolled(member, days):
        at = datetime.datetime.combine(day(days).replace(year=day(0).year - 2), datetime.time(12)).strftime("%Y-%m-%dT%H:%M:%SZ")
        made = enrol(member)
        made["data"]["enrolled_at"] = made["time"] = at
        return made
    happen(system, enrolled("anniversary", 0), enrolled("anniversary-not", 3))
    look(system, "anniversary", "anniversary-not")
    once(system, "anniversary", "anniversary_offer", years=2)
    assert "anniversary_offer" not in kinds(system, "anniversary-not")


def test_no_purchase_after_enrolment(system):
    happen(system, enrol("nudge", days=-5), enrol("nudge-not", days=-5), buy("nudge-not", -1), enrol("nudge-early", days=-1))
    look(system, "nudge", "nudge-not", "nudge-early")
    once(system, "nudge", "first_purchase_nudge")
    assert kinds(system, "nudge-not") == [] and kinds(system, "nudge-early") == []
    happen(system, buy("nudge", 0))
    assert kinds(system, "nudge") == []


def test_a_streak_about_to_break(system):
    """The week ends when it ends: the rule is tried at the week's last day but one, whatever day the test runs on."""
    monday = day(0) - datetime.timedelta(days=day(0).weekday())
    weeks = [(monday - datetime.timedelta(weeks=n) - day(0)).days + 1 for n in range(1, 7)]
    happen(system, enrol("streak"), *(buy("streak", d) for d in weeks), enrol("streak-not"), *(buy("streak-not", d) for d in weeks[:2]))
    at = (monday + datetime.timedelta(days=5)).isoformat()
    reply = send(system, "POST", "/engagement-rules/streak_about_to_break/dry-run", {"at": at})
    told = {s["member_id"]: s for s in reply.json["samples"] if s["outcome"] == "told"}
    if day(0).weekday() > 5:
        pytest.skip("on a Sunday the Saturday of this week is over")
    assert "streak" in told and "streak-not" not in told, reply
    assert told["streak"]["facts"]["streak"] == 6
