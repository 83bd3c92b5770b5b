"""What becomes of a rule's evaluations: sums that add up, kept as it happens, and what is there of alerts, decisions and events says the same."""
import pytest
from conftest import System, until
from engagement_kit import alerts, buy, day, decisions, earn, enrol, events_of, happen, in_force, kinds, look, now, put, send, settle, switch

PLAIN = {"kind": "note", "category": "insights", "trigger": {"fact_change": ["points_balance"]}, "condition": True, "sentence": {"en": "Noted."},
         "occasion": {"cat": ["at ", {"var": "points_balance"}]}}
ENDS = ("acted", "dismissed", "expired", "withdrawn")


@pytest.fixture(scope="module")
def system():
    made = System("--set", "notification.sends=no", "--set", "engagement.offer_spread=24h")   # new rules have everybody looked at, but not during a story
    until(lambda: len(made.get("/engagement-rules").json["rules"]) == 12, 20, "the release's rules")
    for rule in made.get("/engagement-rules").json["rules"]:
        assert send(made, "POST", f"/engagement-rules/{rule['rule_id']}/state/retired").status == 200
    switch(made, holdout_share=0)
    yield made
    made.remove()


@pytest.fixture
def own(system):
    """Puts rules of the story's own; they are retired when it is told."""
    made = []

    def make(rule_id, **document):
        made.append(rule_id)
        return put(system, rule_id, {**PLAIN, **document})
    yield make
    for rule_id in made:
        assert send(system, "POST", f"/engagement-rules/{rule_id}/state/retired").status == 200
    in_force(system)


def suppressed(part):
    return sum(part["suppressed"].values())


def funnel(system, rule_id):
    """The whole reply, after each of its parts has been found to add up, and the total to be the sum of both cuts."""
    reply = system.get(f"/engagement/rules/{rule_id}/funnel", role="analyst")
    assert reply.status == 200, reply
    got = reply.json
    for part in [*got["days"], *got["versions"], got["total"]]:
        assert part["matched"] == part["sent"] + part["held_out"] + suppressed(part) + part["already_told"], part
        assert part["evaluated"] >= part["matched"] + part["failed"] and part["sent"] >= sum(part[e] for e in ENDS), part
    for parts in (got["days"], got["versions"]):
        for step, count in got["total"].items():
            if step != "suppressed":
                assert sum(p[step] for p in parts) == count, (step, got)
        assert sum(suppressed(p) for p in parts) == suppressed(got["total"])
    return got


def total(system, rule_id):
    return funnel(system, rule_id)["total"]


def as_kept(system, rule_id):
    """The same out of the alerts, the log and the decisions."""
    states = dict(system.sql("SELECT state, count(*) FROM analytics.engagement_alerts WHERE rule_id = %s GROUP BY 1", rule_id))
    told, = system.sql("SELECT count(*) FROM analytics.event_log WHERE type = 'EngagementAlertTriggeredEvent' AND body -> 'data' ->> 'rule_id' = %s", rule_id)[0]
    shown, = system.sql("SELECT count(*) FROM analytics.engagement_alerts WHERE rule_id = %s AND shown_at IS NOT NULL", rule_id)[0]
    reasons = dict(system.sql("""SELECT reason, sum(times)::int FROM analytics.engagement_decisions
                                 WHERE rule_id = %s AND reason NOT IN ('holdout', 'rule_holdout', 'failed') GROUP BY 1""", rule_id))
    return {"sent": told, "held_out": states.get(6, 0), "shown": shown, "suppressed": reasons, **{e: states.get(n + 2, 0) for n, e in enumerate(ENDS)}}


def assert_as_kept(system, *rules):
    for rule_id in rules:
        kept, got = as_kept(system, rule_id), total(system, rule_id)
        assert {k: got[k] for k in kept} == kept, rule_id


def test_every_match_is_accounted_for(system, own):
    """Nine members, and every way that a match can go."""
    members = [f"way-{n}" for n in range(9)]
    happen(system, *(enrol(m) for m in members))
    patch = {"Content-Type": "application/merge-patch+json", "If-Match": "*"}
    refuses = {"categories": {"insights": {"email": False, "push": False, "slack": False}}}
    assert send(system, "PATCH", "/notifications/way-0/preferences", refuses, member="way-0", headers=patch).status == 200
    quiet = {"quiet_hours": {"from": "12:00", "to": "18:00", "time_zone": None}}
    assert send(system, "PATCH", "/notifications/way-1/preferences", quiet, member="way-1", headers=patch).status == 200
    settle(system)
    own("first", priority=90, cooldown_days=2)
    own("second", priority=80, cap={"most": 1, "days": 9})
    own("third", priority=70, holdout=0.5)
    own("fourth", priority=60, condition={">": [{"var": "points_balance"}, 25]})
    own("stands", occasion="once", priority=95)
    own("breaks", condition={"reduce": [{"map": [list(range(100)), {"reduce": [list(range(100)), {"+": [{"var": "current"}, 1]}, 0]}]},
                                        {"+": [{"var": "current"}, {"var": "accumulator"}]}, 0]})
    own("old_news", trigger={"event": {"type": "TransactionProcessedEvent"}})
    for points in (10, 11, 12):   # the balance is 10, 21, 33
        happen(system, *(earn(m, points) for m in members))
    happen(system, *(buy(m, -5) for m in members[2:5]))
    assert_as_kept(system, "first", "second", "third", "fourth", "stands", "breaks", "old_news")
    assert decisions(system, "way-0") >= {("first", "refused"), ("breaks", "failed")}
    assert ("old_news", "expired") in decisions(system, "way-2")
    seen = {reason for r in ("first", "second", "third", "fourth", "old_news") for reason in total(system, r)["suppressed"]}
    assert seen == {"refused", "quiet_hours", "cooldown", "cap", "outranked", "expired"}
    stands = total(system, "stands")
    assert (stands["matched"], stands["sent"], stands["already_told"], stands["suppressed"]) == (27, 7, 14, {"refused": 3, "quiet_hours": 3})
    assert total(system, "fourth")["evaluated"] == 27 and total(system, "fourth")["matched"] == 9
    broken = total(system, "breaks")
    assert (broken["evaluated"], broken["failed"], broken["matched"]) == (27, 27, 0)


def test_a_rules_cap_and_both_holdouts(system, own):
    switch(system, holdout_share=0.5)
    members = [f"arm-{n}" for n in range(30)]
    happen(system, *(enrol(m) for m in members))
    own("offer", category="promotions", priority=90, holdout=0.5)
    own("own_cap", priority=80, cap={"most": 1, "days": 9})
    for _ in range(2):
        happen(system, *(earn(m, 10) for m in members))
    switch(system, holdout_share=0)
    got = total(system, "offer")
    assert got["held_out"] > got["sent"] > 0 and got["suppressed"] == {"cap": 30} and got["matched"] == 60, "whoever is held out takes places, too"
    assert total(system, "own_cap")["suppressed"] == {"rule_cap": 30}
    reasons = {r for m in members for r in decisions(system, m)}
    assert {("offer", "holdout"), ("offer", "rule_holdout"), ("own_cap", "rule_cap")} <= reasons
    assert_as_kept(system, "offer", "own_cap")
    shares = system.sql("SELECT DISTINCT rule_id, held_share FROM analytics.engagement_alerts WHERE rule_id IN ('offer', 'own_cap') ORDER BY 1")
    assert shares == [("offer", 0.75), ("own_cap", 0)], "what the arms' sizes are expected by"


def test_how_alerts_end(system, own):
    own("ends", holds={"<": [{"var": "points_balance"}, 1000]})
    members = [f"end-{n}" for n in range(6)]
    happen(system, *(e for m in members for e in (enrol(m), earn(m, 10))))

    def act(n, *actions):
        for action in actions:
            alert_id, = [a["alert_id"] for a in alerts(system, members[n], all=True)]
            assert system.post(f"/engagement/{members[n]}/alerts/{alert_id}/{action}").status == 200
    act(0, "shown", "shown", "acted", "acted", "dismissed")
    act(1, "shown", "dismissed")
    act(2, "dismissed", "acted")      # on second thoughts
    system.sql("UPDATE analytics.engagement_alerts SET valid_until = now() WHERE member_id = ANY (%s)", members[3:5])
    look(system, members[3])
    act(3, "acted")                   # it was still on the screen
    put_away = [a["state"] for a in alerts(system, members[4], all=True)]
    assert put_away == ["expired"]
    system.sql("UPDATE analytics.engagement_pending SET due_at = now() WHERE member_id = %s", members[4])
    settle(system)
    happen(system, earn(members[5], 2000))
    got = total(system, "ends")
    assert (got["sent"], got["shown"]) == (7, 4), "what is acted upon has been seen"
    assert {e: got[e] for e in ENDS} == {"acted": 3, "dismissed": 1, "expired": 1, "withdrawn": 1}
    assert_as_kept(system, "ends")


def test_alerts_of_members_whom_nobody_looks_at(system, own):
    """The job that ends alerts counts them, too, for the day on which they were made."""
    own("left", valid_days=1)
    happen(system, enrol("left"), earn("left", 10))
    system.sql("UPDATE analytics.engagement_alerts SET created_at = created_at - interval '2 days', valid_until = now() WHERE member_id = 'left'")
    system.sql("UPDATE analytics.engagement_counts SET day = day - 2 WHERE rule_id = 'left'")
    system.sql("UPDATE analytics.engagement_pending SET due_at = 'infinity' WHERE member_id = 'left'")
    until(lambda: system.sql("SELECT state FROM analytics.engagement_alerts WHERE member_id = 'left'") == [(4,)], 90, "the job's turn, once a minute")
    (one,) = funnel(system, "left")["days"]
    made, = system.sql("SELECT (created_at AT TIME ZONE 'UTC')::date::text FROM analytics.engagement_alerts WHERE member_id = 'left'")[0]
    assert (one["day"], one["sent"], one["expired"]) == (made, 1, 1)


def test_two_triggers_of_one_look_name_one_occasion(system, own):
    """A purchase whose points change the balance fires both; the alert is one, and takes one place of two."""
    own("twice", priority=90, occasion="once", trigger={"event": {"type": "TransactionProcessedEvent"}, "fact_change": ["points_balance"]})
    own("beside", priority=10)
    happen(system, enrol("twice"))
    happen(system, buy("twice", -0.1), buy("twice", -0.1), earn("twice", 10))
    assert sorted(e["rule_id"] for e in events_of(system, "twice")) == ["beside", "twice"] and kinds(system, "twice") == ["note", "note"]
    got = total(system, "twice")
    assert (got["sent"], got["suppressed"]) == (1, {}) and got["already_told"] >= 2, got
    assert_as_kept(system, "twice", "beside")


def test_what_was_told_long_ago_is_not_sent_again(system, own):
    """Of alerts that no rule's days reach back to only the key is looked at, when the new one is written."""
    own("ancient", occasion="once")
    happen(system, enrol("ancient", days=-900), earn("ancient", 10))
    system.sql("UPDATE analytics.engagement_alerts SET created_at = created_at - interval '500 days', valid_until = now() - interval '400 days', state = 4"
               " WHERE member_id = 'ancient'")
    happen(system, earn("ancient", 10))
    got = total(system, "ancient")
    assert (got["matched"], got["sent"], got["already_told"]) == (2, 1, 1) and len(events_of(system, "ancient")) == 1


def test_missed_leads_add_up(system, own):
    own("leads", about="expiring_day", lead_days=[30, 7, 1], occasion=None, category="expiry_warnings", trigger={"schedule": {"every": "day", "hour": 9}})
    happen(system, enrol("leads"), earn("leads", 300, days=-40, expires_on=day(3), lot="three"), earn("leads", 200, days=-40, expires_on=day(-4), lot="over"))
    look(system, "leads", since="35 days")
    got = total(system, "leads")
    assert (got["sent"], got["suppressed"]) == (1, {"expired": 2}), "the lead of thirty days, and the day that is over"
    assert_as_kept(system, "leads")


def test_versions_apart(system, own):
    own("versions")
    happen(system, enrol("v"), earn("v", 10))
    own("versions", condition=False)
    happen(system, earn("v", 10))
    got = funnel(system, "versions")
    assert [(v["version"], v["evaluated"], v["sent"]) for v in got["versions"]] == [(1, 1, 1), (2, 1, 0)]
    assert [d["day"] for d in got["days"]] == [str(now().date())]


def test_what_cannot_be_asked(system, own):
    own("asked")
    empty = total(system, "asked")
    assert set(empty) == {"evaluated", "matched", "failed", "suppressed", "already_told", "held_out", "sent", "shown", *ENDS} and not any(
        v for v in empty.values())
    assert system.get("/engagement/rules/none/funnel").status == 404
    for params in ({"from": "2026-01-01", "to": "2026-02-01"}, {"from": "2026-01-02", "to": "2026-01-01"}):
        reply = system.get("/engagement/rules/asked/funnel", params=params)
        assert reply.status == 400 and "from" in reply.text, reply
    assert system.get("/engagement/rules/asked/funnel", member="v").status == 403
