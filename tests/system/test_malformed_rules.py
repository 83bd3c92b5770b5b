"""Rules that are malformed, loop or explode: of engagement, of milestones, of audiences. The others go on."""
import json
import re
import uuid

import pytest
from conftest import System, until
from engagement_kit import alerts, buy, decisions, earn, enrol, happen, in_force, kinds, put, send, switch, tier
from milestone_kit import awards, define
from test_sending import WELCOME, request

NOTE = {"kind": "note", "category": "insights", "trigger": {"fact_change": ["points_balance"]}, "condition": True, "sentence": {"en": "Noted."}}
FACT = {"var": "transactions"}


@pytest.fixture(scope="module")
def system():
    made = System("--set", "engagement.alerts_per_day=100", "--set", "engagement.alerts_per_week=500", "--set", "notification.sends=no")
    until(lambda: made.sql("SELECT count(*) FROM analytics.engagement_rules")[0][0] == 12, 20, "the release's rules")
    switch(made, holdout_share=0)
    assert request(made, "PUT", "/notification-templates/welcome", WELCOME, role="admin").status == 200
    yield made
    made.remove()


# --- refused ---------------------------------------------------------------------------------------------


def in_engagement(system, body):
    return send(system, "PUT", "/engagement-rules/malformed", {**NOTE, "condition": body})


def in_a_trigger(system, body):
    return send(system, "PUT", "/engagement-rules/malformed", {**NOTE, "trigger": {"event": {"type": "PointsEarnedEvent", "when": body}}})


def in_a_milestone(system, body):
    return send(system, "PUT", "/milestone-definitions/malformed", {"name": "x", "kind": "rule", "rule": body})


def in_a_segment(system, body):
    return send(system, "PUT", "/milestone-definitions/malformed", {"name": "x", "kind": "count", "target": 2, "segment": body})


def in_a_filter(system, body):
    return send(system, "PUT", "/milestone-definitions/malformed", {"name": "x", "kind": "count", "target": 2, "filter": body})


def in_an_audience(system, body):
    message = {"category": "account", "template": "welcome", "variables": {"points": 1}, "dry_run": True, "audience": body}
    return send(system, "POST", "/notifications/send", message, role="service", headers={"Idempotency-Key": str(uuid.uuid4())})


# Where it stands in the document, what the answer is, and whether what may be asked for is a list of facts.
PLACES = [(in_engagement, "/condition", 422, True), (in_a_trigger, "/trigger/event/when", 422, False), (in_a_milestone, "/rule", 422, True),
          (in_a_segment, "/segment", 422, True), (in_a_filter, "/filter", 422, False), (in_an_audience, "/audience", 400, True)]
MALFORMED = [   # the rule, and the pointer of the fault within it
    ("true", ""), (7, ""), ([True], ""), ({}, ""), ({">": [FACT, 1], "<": [FACT, 9]}, ""),
    ({"frobnicate": [1]}, "/frobnicate"),
    ({"if": [True, {"and": [FACT, {"near": [1, 2]}]}, False]}, "/if/1/and/1/near"),
    ({"and": [True, {">": [1]}]}, "/and/1/>"), ({"and": [True, {"==": [1, 2, 3]}]}, "/and/1/=="),
    ({"substr": []}, "/substr"),
    ({"in": [1, [0] * 10001]}, "/in/1/9996"),
]
UNKNOWN = [
    ({">": [{"var": "shoe_size"}, 44]}, "/>/0/var"), ({"var": ""}, "/var"), ({"var": 3}, "/var"), ({"var": "a" * 5000}, "/var"), ({"var": "tier.length"}, "/var"),
    ({"missing": ["tier", "email"]}, "/missing/1"), ({"missing_some": [1, ["tier", "x"]]}, "/missing_some/1/1"),
    ({"==": [{"var": {"cat": ["ti", "er"]}}, "gold"]}, "/==/0/var/cat"), ({"some": [{"var": "moods"}, True]}, "/some/0/var"),
    ({"var": {"reduce": [["ti", "er"], {"cat": [{"var": "accumulator"}, {"var": "current"}]}, ""]}}, "/var/reduce"),
]


@pytest.mark.parametrize("place, at, status, facts", PLACES, ids=[p[1] for p in PLACES])
def test_each_fault_is_told_by_its_place(system, place, at, status, facts):
    for rule, pointer in MALFORMED + (UNKNOWN if facts else []):
        reply = place(system, rule)
        assert reply.status == status and [e["pointer"] for e in reply.json["errors"]] == [at + pointer], (str(rule)[:200], reply)
    for name in ("/engagement-rules/malformed", "/milestone-definitions/malformed"):
        assert system.get(name).status == 404, "nothing of it is kept"


@pytest.mark.parametrize("text, detail", [
    ('{"!":[' * 20 + "1" + "]}" * 20, "nested too deeply"), ("[" * 5000, "nested too deeply"), ('{">":[1,NaN]}', "invalid char"), ('{">":[1,1e999]}', "out of range"),
    ('{"and":[1],"and":[0]}', "appears twice"), ('{"and":[1', "parse error"),
], ids=["a depth bomb", "brackets", "NaN", "a number", "a name twice", "cut off"])
def test_what_is_no_document_is_not_read(system, text, detail):
    for method, path, body in (("PUT", "/engagement-rules/malformed", {**NOTE, "condition": "HERE"}),
                               ("PUT", "/milestone-definitions/malformed", {"name": "x", "kind": "rule", "rule": "HERE"}),
                               ("POST", "/notifications/send", {"category": "account", "template": "welcome", "audience": "HERE"})):
        role = "service" if method == "POST" else "admin"
        reply = system.request(method, path, role=role, data=json.dumps(body).replace('"HERE"', text),
                               headers={"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())})
        assert reply.status == 400 and detail in reply.json["detail"], (path, reply)


def test_a_document_that_is_too_large_is_not_read(system):
    for place in (in_engagement, in_a_milestone):
        assert place(system, {"in": [1, list(range(20000))]}).status == 413


@pytest.mark.parametrize("change, pointers", [
    ({"kind": 7, "priority": "high", "valid_days": 0, "cooldown_days": -1, "sentence": "Hello."}, ["/valid_days", "/cooldown_days", "/priority", "/kind", "/sentence"]),
    ({"trigger": {"schedule": {"every": "day", "hour": 24}}}, ["/trigger/schedule/hour"]),
    ({"trigger": {"schedule": {"every": "day", "hour": 18, "spread_hours": 6}}}, ["/trigger/schedule/spread_hours"]), ({"trigger": {"whenever": {}}}, ["/trigger/whenever"]),
    ({"trigger": [1]}, ["/trigger"]), ({"trigger": {"fact_change": "tier"}}, ["/trigger/fact_change"]), ({"trigger": {"event": 3}}, ["/trigger/event/type"]),
    ({"lead_days": [30] * 9}, ["/lead_days"]), ({"about": "birthday", "lead_days": [7, 7]}, ["/lead_days/1"]), ({"facts": {f"f{n}": 1 for n in range(25)}}, ["/facts"]),
    ({"facts": {"a": {"var": "mood"}}, "value": {"+": [{"var": "x"}]}}, ["/facts/a/var", "/value/+/0/var"]), ({"channels": ["email", "pigeon"]}, ["/channels/1"]),
    ({"holds": "while it lasts"}, ["/holds"]), ({"holds": {"==": [{"var": "event.tier"}, 1]}}, ["/holds/==/0/var"]), ({"condition": None}, ["/condition"]),
    ({"words": {"w": {"de": "Wort"}}}, ["/words/w"]),
])
def test_all_faults_of_an_engagement_rule_at_once(system, change, pointers):
    reply = send(system, "PUT", "/engagement-rules/malformed", {**NOTE, **change})
    assert reply.status == 422 and [e["pointer"] for e in reply.json["errors"]] == pointers, reply


# --- cut -------------------------------------------------------------------------------------------------

HUNDRED = list(range(100))
EXPLOSIONS = {   # over anything; the place where it was cut, and by which limit
    "steps": ({">": [{"reduce": [{"map": [HUNDRED, {"reduce": [HUNDRED, {"+": [{"var": "current"}, 1]}, 0]}]}, {"+": [{"var": "current"}, {"var": "accumulator"}]}, 0]}, 0]}, "steps"),
    "cat": ({">": [{"reduce": [HUNDRED, {"cat": [{"var": "accumulator"}, {"var": "accumulator"}]}, "a" * 64]}, ""]}, "text"),
    "merge": ({"in": [7, {"reduce": [HUNDRED, {"merge": [{"var": "accumulator"}, {"var": "accumulator"}]}, [1, 2]]}]}, "steps"),
    "depth": ({"in": [7, {"reduce": [HUNDRED, [[{"var": "accumulator"}]], [1]]}]}, "deep"),
}


def cuts(system, milestone_id):
    """What was cut of a milestone, as its metric counts it."""
    found = re.search(rf'^ae_milestone_cuts_total{{[^}}]*milestone="{milestone_id}"[^}}]*}} (\d+)', system.get("/metrics?instance=milestone-1").text, re.M)
    return int(found[1]) if found else 0


@pytest.mark.parametrize("name", EXPLOSIONS)
def test_explosions_are_cut_and_named(system, name):
    rule, limit = EXPLOSIONS[name]
    member, other = f"boom-{name}", f"boom_other_{name}"
    put(system, f"boom_{name}", {**NOTE, "condition": rule})
    put(system, other, {**NOTE, "occasion": "once"})
    define(system, f"boom_{name}", kind="rule", rule=rule)
    define(system, other, kind="count", target=1, event="PointsEarnedEvent")
    try:
        happen(system, enrol(member), earn(member, 50))
        failed = {d["rule_id"]: d["detail"] for d in system.get(f"/engagement/{member}/decisions").json["decisions"] if d["reason"] == "failed"}
        assert list(failed) == [f"boom_{name}"] and limit in failed[f"boom_{name}"], failed
        assert [a["reason"]["rule_id"] for a in alerts(system, member)] == [other], "the member's other rules go on"
        dry = send(system, "POST", f"/engagement-rules/boom_{name}/dry-run", {}).json
        assert dry["failed"] == dry["evaluated"] > 0 == dry["matched"] and limit in dry["fault"], dry
        until(lambda: (other, "once") in awards(system, member), what="the other milestone")
        until(lambda: cuts(system, f"boom_{name}") > 0, what="the milestone's rule asked")
        assert awards(system, member, f"boom_{name}") == {}
        dry = send(system, "POST", f"/milestone-definitions/boom_{name}/dry-run?version=1").json
        assert dry["failed"] > 0 == dry["awards"] and dry["fault"].startswith("/rule") and limit in dry["fault"], dry
        audience = in_an_audience(system, rule).json
        assert audience["failed"] == audience["judged"] > 0 and limit in audience["fault"], audience
    finally:
        for rule_id in (f"boom_{name}", other):
            assert send(system, "POST", f"/engagement-rules/{rule_id}/state/retired").status == 200
            assert system.request("DELETE", f"/milestone-definitions/{rule_id}").status == 200
        in_force(system)


@pytest.mark.parametrize("where, document", [("/filter", {"filter": EXPLOSIONS["cat"][0]}), ("/segment", {"segment": EXPLOSIONS["cat"][0]})])
def test_wherever_it_stands_in_a_milestone(system, where, document):
    name = f"cut_{where[1:]}"
    define(system, name, kind="count", target=1, event="PointsEarnedEvent", **document)
    define(system, f"{name}_not", kind="count", target=1, event="PointsEarnedEvent")
    happen(system, enrol(name), earn(name, 50))
    until(lambda: cuts(system, name) > 0 and (f"{name}_not", "once") in awards(system, name), what="both milestones judged")
    assert awards(system, name, name) == {}
    dry = send(system, "POST", f"/milestone-definitions/{name}/dry-run?version=1").json
    assert dry["failed"] > 0 == dry["awards"] and dry["fault"].startswith(where) and "text" in dry["fault"], dry
    assert "a milestone's expression was cut" in system.log("milestone-1")


STEPS = EXPLOSIONS["steps"][0]
LATER = {"if": [{">": [{"var": "transactions"}, 0]}, STEPS, True]}   # explodes after the first purchase


@pytest.mark.parametrize("where, document", [
    ("/trigger/event/when", {"trigger": {"event": {"type": "TierAdvancedEvent", "when": STEPS}}}), ("/occasion", {"occasion": STEPS}), ("/value", {"value": STEPS}),
    ("/facts/large", {"facts": {"small": 1, "large": STEPS}}), ("/points_at_stake", {"points_at_stake": STEPS}), ("/holds", {"holds": LATER}),
])
def test_wherever_it_stands_in_a_rule(system, where, document):
    """What cannot be worked out is not told, and says where it was cut; a rule that was told stays."""
    name = where.strip("/").replace("/", "_")
    put(system, name, {**NOTE, "occasion": "once", **document})
    try:
        happen(system, enrol(name), earn(name, 50), tier(name, "gold", days=-0.1))
        if where == "/holds":
            assert kinds(system, name) == ["note"]
            happen(system, buy(name, 0))
        assert kinds(system, name) == (["note"] if where == "/holds" else [])
        assert (name, "failed") in decisions(system, name)
        told, = {d["detail"] for d in system.get(f"/engagement/{name}/decisions").json["decisions"] if d["rule_id"] == name}
        assert told.startswith(where) and "steps" in told
        (failed, fault), = system.sql("SELECT sum(failed)::int, max(fault) FROM analytics.engagement_counts WHERE rule_id = %s", name)
        assert failed >= 1 and fault == told
    finally:
        assert send(system, "POST", f"/engagement-rules/{name}/state/retired").status == 200
        in_force(system)
