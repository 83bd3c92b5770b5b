"""A recorded stream of events through milestones and engagement, twice: undisturbed, and while everything dies at random.

AE_EVENTS=200000 AE_KILLS=120 make the long run of it; the figures are printed (pytest -s). AE_SEED chooses another one.
"""
import collections
import json
import os
import random
import threading
import time
import tomllib

import psycopg2
import pytest
from conftest import ROOT, System, until
from engagement_kit import in_force
from story import Client

import awards   # tests/lib, by story

EVENTS = int(os.environ.get("AE_EVENTS", "3000"))
KILLS = int(os.environ.get("AE_KILLS", "12"))
SEED = int(os.environ.get("AE_SEED", "5"))
INSTANCES = ["milestone-1", "milestone-2", "engagement-1", "engagement-2", "analytics-1", "analytics-2", "gateway"]
VICTIMS = INSTANCES * 2 + ["postgres"] * 2 + ["redis"]
OPERATIONS = tomllib.loads((ROOT / "proto" / "operations.toml").read_text())
BUILT = "put_engagement_rule" in OPERATIONS and "planned" not in OPERATIONS["get_progress"].get("flags", [])
GROUPS = ("analytics", "milestone", "engagement")

AWARDS = """SELECT member_id, milestone_id, occurrence, state, live, achieved_at, reverted_at, value, bonus::text FROM analytics.milestone_awards
            WHERE milestone_id = ANY(%s) AND NOT skipped"""
PUBLISHED = """SELECT body ->> 'id', body -> 'data' ->> 'reverted' FROM analytics.event_log WHERE type = 'MilestoneAchievedEvent'
               AND body -> 'data' ->> 'milestone_id' = ANY(%s)"""
ALERTS = "SELECT member_id, rule_id, occasion, alert_id, kind FROM analytics.engagement_alerts WHERE rule_id = ANY(%s) AND state <> 6"
TOLD = """SELECT body -> 'data' ->> 'alert_id' FROM analytics.event_log WHERE type = 'EngagementAlertTriggeredEvent'
          AND body -> 'data' ->> 'rule_id' = ANY(%s)"""
LOSSES = "SELECT member_id, rule_id, occasion, reason, detail FROM analytics.engagement_decisions WHERE rule_id = ANY(%s)"
# Not looked at since the last event: with what triggered a rule still to be judged, or last judged by other facts than those of now.
UNSEEN = """SELECT count(*) FROM analytics.engagement_pending p JOIN analytics.member_analytics m USING (member_id)
            WHERE p.causes::text <> '[]' OR m.facts_day IS NULL OR (p.judged ->> 'transactions')::int8 IS DISTINCT FROM m.transactions"""
ROOM = ["--set", "engagement.alerts_per_day=100", "--set", "engagement.alerts_per_week=500"]   # a place is not what is tried here


def put_rules(system):
    for name, document in awards.RULES.items():
        reply = system.request("PUT", f"/engagement-rules/{name}", data=json.dumps(document), headers={"Content-Type": "application/json"})
        assert reply.status in (200, 201), reply
    for instance in ("engagement-1", "engagement-2"):
        in_force(system, instance)


def put_definitions(system):
    """Their first versions, in use; nobody is there yet whom they could be filled up for."""
    for name, document in awards.DEFINITIONS.items():
        system.sql("INSERT INTO analytics.milestone_definitions (milestone_id, version, document, created_by, activated_at) VALUES (%s, 1, %s, 'test', now())",
                   name, json.dumps({**document, "backfill": "celebrate"}))


class Delivery(threading.Thread):
    """One client, in the order of the recording; what is not acknowledged is sent again."""

    def __init__(self, system, events, shares):
        super().__init__()
        self.client, self.events, self.delivered, self.fault = Client(system), events, 0, None
        self.share = self.reach = len(events) / max(1, shares)
        self.limit = threading.Semaphore(0)   # shares of the recording that may go in, so that deaths come all along it

    def run(self):
        try:
            chance, rest = random.Random(SEED), self.events
            while rest:
                if self.delivered >= self.reach:
                    self.limit.acquire()
                    self.reach += self.share
                batch = rest[:chance.randrange(1, 200)]
                self.insist(batch)
                rest = rest[len(batch):]
                self.delivered += len(batch)
        except BaseException as fault:
            self.fault = fault

    def insist(self, batch):
        end = time.monotonic() + 120
        while (reply := self.client.post(batch)) is None:
            assert time.monotonic() < end, "the intake did not come back"
            time.sleep(0.02)
        assert reply["rejected"] == [], reply["rejected"][:3]


def done(system):
    """Every group has applied the log, facts are computed, and everybody has been looked at by them."""
    try:
        return all(system.lag(group) == 0 for group in GROUPS) and system.sql(UNSEEN) == [(0,)]
    except psycopg2.OperationalError:
        return False


def kill(system, name):
    old = system.pids[name]
    if old:
        os.kill(old, 9)
        until(lambda: system.pids[name] not in (0, old), 60, f"a new {name}")


def run(events, disturbed):
    """What is in the tables and in the log when all is done."""
    system, deaths, chance = System("--instances", "2", *ROOM), collections.Counter(), random.Random(SEED + 1)
    try:
        put_definitions(system)
        put_rules(system)
        kills = KILLS if disturbed else 0
        delivery, began = Delivery(system, events, kills), time.monotonic()
        delivery.start()
        for turn in range(kills):
            place = delivery.share * (turn + chance.random())
            until(lambda: delivery.fault or not delivery.is_alive() or delivery.delivered >= place, 600, "events going in", 0.001)
            name = INSTANCES[turn] if turn < len(INSTANCES) else chance.choice(VICTIMS)   # every instance once, then by chance
            kill(system, name)
            deaths[name] += 1
            delivery.limit.release()
        delivery.join(3600)
        assert delivery.fault is None, delivery.fault
        until(lambda: done(system), 600, "all groups and looks", 0.1)
        result = gather(system)
        print(json.dumps({"events": len(events), "seconds": round(time.monotonic() - began, 1), "deaths": deaths,
                          "awards": len(result["awards"]), "published": len(result["published"]), "alerts": len(result["alerts"])}))
        assert system.sql("SELECT count(*) FROM analytics.dead_letters") == [(0,)]
        return result
    finally:
        system.remove()


def gather(system):
    names, rules = list(awards.DEFINITIONS), list(awards.RULES)
    return {"awards": sorted(system.sql(AWARDS, names)), "published": collections.Counter(system.sql(PUBLISHED, names)),
            "alerts": sorted(system.sql(ALERTS, rules)), "told": collections.Counter(row[0] for row in system.sql(TOLD, rules)),
            "losses": sorted(system.sql(LOSSES, rules))}


@pytest.mark.skipif(not BUILT, reason="waits for milestones and engagement")
def test_awards_and_alerts_are_those_of_an_undisturbed_run():
    events = awards.stream(SEED, EVENTS)
    calm = run(events, False)
    wanted = awards.held(events)
    assert {row[:3] for row in calm["awards"] if row[4]} == wanted, "the daemon and the model"
    assert {name for _, name, _ in wanted} == set(awards.DEFINITIONS) and len(wanted) > EVENTS / 20
    # Each state of an award is in the log once: 1 awarded, 2 taken back, 3 awarded again ...
    states = {(f"{member}/{name}/{occurrence}/{n}", "true" if n % 2 == 0 else "false")
              for member, name, occurrence, state, *_ in calm["awards"] for n in range(1, state + 1)}
    assert dict(calm["published"]) == dict.fromkeys(states, 1)
    assert any(n.endswith("/3") for n, _ in states), "something was awarded, taken back, and awarded again"
    assert {row[:3] for row in calm["alerts"]} == awards.alerted(events), "the daemon and the model"
    assert {row[1] for row in calm["alerts"]} == {"try_five", "try_dozen", "try_gold"} and len(calm["alerts"]) > EVENTS / 30
    assert dict(calm["told"]) == dict.fromkeys({row[3] for row in calm["alerts"]}, 1)
    assert set(calm["losses"]) == {(*lost, "expired", "the event is too old") for lost in awards.too_old(events)} != set()
    disturbed = run(events, True)
    assert disturbed["awards"] == calm["awards"]
    assert disturbed["published"] == calm["published"]
    assert disturbed["alerts"] == calm["alerts"] and disturbed["told"] == calm["told"]
    assert disturbed["losses"] == calm["losses"]
