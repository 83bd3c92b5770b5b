"""aectl rule explain: why a rule is true or not of a member, from its facts as the daemons judge by them."""
import json
import os
import subprocess

import pytest
from conftest import AECTL, until
from engagement_kit import day, earn, enrol, happen

GOLD = {"==": [{"var": "tier"}, "gold"]}
RICH = {">": [{"var": "points_balance"}, 1000]}


@pytest.fixture(scope="module")
def member(system):
    data = {"member_id": "explained", "enrolled_at": "2026-01-05T10:00:00Z", "tier": "gold", "region": "GB"}
    event = {"specversion": "1.0", "id": "explained-1", "source": "/tests/explain", "type": "MemberEnrolledEvent", "data": data}
    assert system.post_events([event])["accepted"] == 1
    until(lambda: system.sql("SELECT 1 FROM analytics.member_analytics WHERE member_id = 'explained' AND facts_day IS NOT NULL"), 30, "its facts")
    return "explained"


@pytest.fixture
def explain(system, tmp_path):
    def run(rule, member, *words):
        (tmp_path / "rule").write_text(json.dumps(rule))
        return subprocess.run([AECTL, "rule", "explain", "--dir", system.dir, "--rule-file", tmp_path / "rule", "--member", member, *words],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30)
    return run


def test_the_facts_and_the_part_that_decided(explain, member, system):
    done = explain({"and": [GOLD, RICH]}, member, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    (position, day), = system.sql("SELECT position, facts_day::text FROM analytics.member_analytics WHERE member_id = %s", member)
    assert (told["member_id"], told["position"], told["facts_day"], told["source"]) == (member, position, day, "file")
    condition, = told["conditions"]
    assert condition["facts"] == {"tier": "gold", "points_balance": 0} and condition["true"] is False
    reason = condition["reason"]
    assert (reason["pointer"], reason["value"], reason["each_is_enough"]) == ("", False, True)
    why, = reason["because"]
    assert (why["pointer"], why["rule"], why["value"], why["decided"]) == ("/and/1", RICH, False, True)
    assert [(r["pointer"], r["value"]) for r in why["because"]] == [("/and/1/>/0", 0)]


def test_as_text(explain, member):
    done = explain({"or": [RICH, GOLD]}, member)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert "TRUE" in lines and f'  {"points_balance":<32} 0 points' in lines and f'  {"tier":<32} "gold"' in lines
    assert [line for line in lines if line.lstrip().startswith("* ")] == ['  * {"==":[{"var":"tier"},"gold"]}: true']


@pytest.mark.parametrize("rule,who,said", [
    (GOLD, "nobody", "nobody: no such member"),
    ({"and": [{"nope": 1}]}, "explained", "/and/0/nope: unknown operator"),
])
def test_what_is_wrong_is_named(explain, member, rule, who, said):
    done = explain(rule, who)
    assert done.returncode == 1 and done.stdout == "" and said in done.stderr and done.stderr.count("\n") == 1, done


def test_wrong_usage_and_no_such_rule(system, member):
    def run(*words):
        return subprocess.run([AECTL, "rule", "explain", *words], capture_output=True, text=True, timeout=30)
    assert run("--rule", "x").returncode == 2
    assert run("--rule", "x", "--rule-file", "y", "--member", "z").returncode == 2
    assert run("--rule-file", "y", "--member", "z", "--dir", "/nowhere").returncode == 3
    done = run("--dir", system.dir, "--rule", "no-such-rule", "--member", member)
    assert done.returncode == 1 and "no engagement rule, milestone or campaign has this id" in done.stderr


def test_a_stored_rule_is_found_by_its_id(system, member):
    """Of a milestone the version that counts, else the newest; rule and segment are told one by one."""
    system.sql("CREATE TABLE IF NOT EXISTS analytics.milestone_definitions (milestone_id text, version integer, document json, created_by text,"
               " created_at timestamptz DEFAULT now(), activated_at timestamptz, retired_at timestamptz, PRIMARY KEY (milestone_id, version))")
    for version, points in ((1, 5), (2, 7)):
        system.sql("INSERT INTO analytics.milestone_definitions (milestone_id, version, document, created_by) VALUES ('explain-me', %s, %s, 'test')",
                   version, json.dumps({"kind": "rule", "rule": {">": [{"var": "points_balance"}, points]}, "segment": GOLD}))
    done = subprocess.run([AECTL, "rule", "explain", "--dir", system.dir, "--rule", "explain-me", "--member", member, "--json"],
                          capture_output=True, text=True, timeout=30)
    system.sql("DELETE FROM analytics.milestone_definitions WHERE milestone_id = 'explain-me'")
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert (told["rule"], told["source"], told["version"]) == ("explain-me", "milestone_definitions", 2)
    assert [(c["name"], c["true"]) for c in told["conditions"]] == [("rule", False), ("segment", True)]
    assert told["conditions"][0]["reason"]["rule"] == {">": [{"var": "points_balance"}, 7]}


@pytest.fixture(scope="module")
def saver(system):
    """Two days on which points end, one of them with few."""
    happen(system, enrol("saver"), earn("saver", 300, expires_on=day(20)), earn("saver", 10, expires_on=day(40)), enrol("spender"))
    return "saver"


def by_id(system, rule, member, *words, **more):
    return subprocess.run([AECTL, "rule", "explain", "--rule", rule, "--member", member, *words], capture_output=True, text=True, timeout=30, **more)


def test_a_rule_about_something_is_told_by_occasion(system, saver):
    done = by_id(system, "points_expiring", saver, "--dir", system.dir, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert (told["rule"], told["source"]) == ("points_expiring", "engagement_rules")
    assert [(c["occasion"], c["true"], c["facts"]) for c in told["conditions"]] == [
        (day(20).isoformat(), True, {"expiring_points": 300}), (day(40).isoformat(), False, {"expiring_points": 10})]
    why, = told["conditions"][1]["reason"]["because"]
    assert (why["pointer"], why["value"]) == ("/>=/0", 10)
    done = by_id(system, "points_expiring", saver, "--dir", system.dir)
    assert f"condition of {day(20)}: TRUE" in done.stdout and f"condition of {day(40)}: FALSE" in done.stdout and "vocabulary" not in done.stdout
    done = by_id(system, "points_expiring", "spender", "--dir", system.dir)
    assert done.returncode == 0 and "FALSE: the member has nothing that this rule is about" in done.stdout


def test_what_it_is_about_is_asked_of_the_system_that_is_named(system, saver):
    database = f"host={system.dir}/run/pg user=ae dbname=ae"
    bare = {k: v for k, v in os.environ.items() if k not in ("AE_URL", "AE_TOKEN")}
    done = by_id(system, "points_expiring", saver, "--postgres", database, env=bare)
    assert done.returncode == 1 and "$AE_URL and $AE_TOKEN" in done.stderr and done.stdout == ""
    token = system.token(role="admin")
    assert "TRUE" in by_id(system, "points_expiring", saver, "--postgres", database, env={**bare, "AE_URL": system.url, "AE_TOKEN": token}).stdout
    assert by_id(system, "dormancy", saver, "--postgres", database, env=bare).returncode == 0, "facts of the member alone are in the database"


@pytest.mark.parametrize("rule", ["points_expiring", "tier_at_risk", "tier_within_reach", "promotion_match", "redemption_recommended", "dormancy", "churn_risk",
                                  "unused_benefit", "birthday_offer", "anniversary_offer", "first_purchase_nudge", "streak_about_to_break", "steady_customer"])
def test_every_rule_of_the_release_can_be_explained(system, saver, rule):
    done = by_id(system, rule, saver, "--dir", system.dir)
    assert done.returncode == 0 and done.stderr == "" and ("TRUE" in done.stdout or "FALSE" in done.stdout), done


def test_occasions_are_for_those_who_may(system, saver):
    path = "/engagement/saver/rules/points_expiring/occasions"
    assert [o["occasion"] for o in system.get(path, role="service").json["occasions"]] == [day(20).isoformat(), day(40).isoformat()]
    assert system.get(path, member="saver").status == 403
    assert system.get("/engagement/saver/rules/no-such/occasions").status == 404 == system.get("/engagement/nobody/rules/points_expiring/occasions").status


def test_who_is_in_an_audience(system, saver):
    """A campaign's rule by the campaign's id."""
    system.sql("INSERT INTO analytics.notification_campaigns (campaign_id, client, request, category, template, template_version, priority, status, look_at, finished_at)"
               " VALUES ('explain-campaign', 'x', %s, 'offers', 'x', 1, 3, 2, now(), now())", json.dumps({"audience": {">=": [{"var": "points_balance"}, 400]}, "template": "x"}))
    done = by_id(system, "explain-campaign", saver, "--dir", system.dir, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    condition, = told["conditions"]
    assert (told["source"], condition["name"], condition["true"], condition["facts"]) == ("notification_campaigns", "audience", False, {"points_balance": 310})
    assert "version" not in told
