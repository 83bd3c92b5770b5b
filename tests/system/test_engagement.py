"""Stories of alerts: few, at the right moment, each once, and every other one with a reason why not."""
import json
import urllib.parse

import pytest
from conftest import System, until
from engagement_kit import (afternoon, alerts, buy, day, decisions, earn, enrol, event, events_of, happen, in_force, kinds, look, put, redeem, rule, send, settle,
                            stamp, switch)
from test_sending import KernelsPort, Sink, settings

PLAIN = {"kind": "note", "category": "insights", "trigger": {"fact_change": ["points_balance"]}, "condition": True, "sentence": {"en": "Noted."}}


@pytest.fixture(scope="module")
def sink():
    made = Sink()
    controller = KernelsPort(made, hostname="127.0.0.1", port=0, server_hostname="sink.example.org")
    controller.start()
    made.port = controller.port
    yield made
    controller.stop()


@pytest.fixture(scope="module")
def system(sink, tmp_path_factory):
    """Mails go to the sink; at most two alerts a day."""
    folder = tmp_path_factory.mktemp("engagement")
    made = System(*settings(folder, sink.port), "--set", "engagement.offer_spread=0s")
    until(lambda: len(made.get("/engagement-rules").json["rules"]) == 12, 20, "the release's rules")
    switch(made, holdout_share=0)
    yield made
    made.remove()


@pytest.fixture
def own(system):
    """Puts a rule of the story's own, in force at once; it is retired when the story is told."""
    made = []

    def make(rule_id, **document):
        made.append(rule_id)
        return put(system, rule_id, {**PLAIN, **document})
    yield make
    for rule_id in made:
        assert send(system, "POST", f"/engagement-rules/{rule_id}/state/retired").status == 200
    in_force(system)


# --- what is told --------------------------------------------------------------------------------------------


def test_a_mail_by_the_template_of_its_kind(system, sink):
    happen(system, enrol("mail", locale="de-DE"), earn("mail", 1200, expires_on=day(5), lot="l1"))
    look(system, "mail")
    alert, = alerts(system, "mail", member="mail")
    assert alert["sentence"].startswith("1.200 Ihrer Punkte verfallen nach dem "), "in the member's language"
    mail, = until(lambda: sink.got("mail@example.org"), 30, "the mail")
    assert "1.200" in mail["subject"] and "einzulösen bis" in mail["subject"]
    sent = until(lambda: system.sql("SELECT body FROM analytics.event_log WHERE type = 'NotificationSentEvent' AND member_id = 'mail'"), 20, "the event")
    assert sent[0][0]["data"]["template"] == "alert_points_expiring"
    assert sent[0][0]["data"]["cause"]["rule_id"] == "points_expiring"
    assert events_of(system, "mail")[0]["deadline"] == alert["deadline"]


def test_points_spent_meanwhile(system):
    happen(system, enrol("spent"), earn("spent", 300, expires_on=day(6), lot="a"), earn("spent", 200, expires_on=day(6), lot="b"))
    look(system, "spent")
    first = system.get("/engagement/spent/alerts", member="spent")
    assert [a["points_at_stake"] for a in first.json["alerts"]] == [500]
    tag = first.headers["ETag"]
    assert system.get("/engagement/spent/alerts", member="spent", headers={"If-None-Match": tag}).status == 304
    happen(system, redeem("spent", 350))
    alert, = alerts(system, "spent", member="spent", headers={"If-None-Match": tag})
    assert (alert["points_at_stake"], alert["reason"]["facts"]["lots"]) == (150, 1)
    assert alert["sentence"].startswith("150 of your points")
    happen(system, redeem("spent", 150))
    assert alerts(system, "spent") == []
    gone, = alerts(system, "spent", all=True)
    assert gone["state"] == "withdrawn"
    assert len(events_of(system, "spent")) == 1, "what has changed is told on the page, not by another message"


def test_no_lot_is_told_twice_at_the_same_lead(system):
    happen(system, enrol("lots"), earn("lots", 300, expires_on=day(20), lot="a"))
    look(system, "lots")
    assert [a["points_at_stake"] for a in alerts(system, "lots")] == [300]
    happen(system, earn("lots", 100, expires_on=day(20), lot="b"))
    look(system, "lots")
    assert [a["points_at_stake"] for a in alerts(system, "lots")] == [400], "another lot of that day joins the alert"
    system.sql("UPDATE analytics.engagement_alerts SET occasion = replace(occasion, %s, %s) WHERE member_id = 'lots'", str(day(20)), str(day(21)))
    look(system, "lots")
    assert len(events_of(system, "lots")) == 1, "the same lots under another day, as after a change of the zone"


def test_actions(system):
    happen(system, enrol("acts"), earn("acts", 300, expires_on=day(6)))
    look(system, "acts")
    alert_id = alerts(system, "acts")[0]["alert_id"]

    def act(action, member="acts", **more):
        return system.post(f"/engagement/acts/alerts/{alert_id}/{action}", member=member, **more)
    assert act("shown").json["state"] == "shown" and act("shown").json["state"] == "shown"
    assert alerts(system, "acts")[0]["state"] == "shown"
    assert act("acted", member="lots").status == 404 and act("bought").status == 404
    assert system.post(f"/engagement/acts/alerts/al_{'0' * 32}/shown").status == 404
    assert act("dismissed").json["state"] == "dismissed" and alerts(system, "acts") == []
    assert act("shown").json["state"] == "dismissed", "what is over is not opened again"
    assert act("acted").json["state"] == "acted" and act("dismissed").json["state"] == "acted"
    happen(system, redeem("acts", 300))
    assert alerts(system, "acts", all=True)[0]["state"] == "acted"


# --- who wins ------------------------------------------------------------------------------------------------


def test_the_best_few_win_and_the_others_know_why(system, own):
    own("third", priority=10)
    happen(system, enrol("many"), buy("many", -100), earn("many", 400, expires_on=day(6)), earn("many", 500, expires_on=day(25)))
    assert [(a["kind"], a["points_at_stake"]) for a in alerts(system, "many")] == [("points_expiring", 500), ("points_expiring", 400)], "the best first"
    assert decisions(system, "many") == {("third", "outranked")}
    look(system, "many")
    assert ("dormancy", "cap") in decisions(system, "many") and len(kinds(system, "many")) == 2


def test_a_cool_down(system, own):
    own("cool", priority=99, occasion={"cat": ["at ", {"var": "points_balance"}]}, cooldown_days=3)
    happen(system, enrol("cool"), earn("cool", 10))
    happen(system, earn("cool", 20))
    assert kinds(system, "cool") == ["note"] and decisions(system, "cool") == {("cool", "cooldown")}
    system.sql("UPDATE analytics.engagement_alerts SET created_at = created_at - interval '3 days' WHERE member_id = 'cool'")
    happen(system, earn("cool", 30))
    assert kinds(system, "cool") == ["note", "note"], "three days later it may speak again"


def test_a_rules_own_cap(system, own):
    own("capped", occasion={"cat": ["at ", {"var": "points_balance"}]}, cap={"most": 1, "days": 30}, priority=99)
    happen(system, enrol("capped"), earn("capped", 10))
    happen(system, earn("capped", 20))
    assert kinds(system, "capped") == ["note"] and ("capped", "rule_cap") in decisions(system, "capped")


def test_what_is_not_wanted_takes_no_place(system):
    happen(system, enrol("unwanted"), enrol("no-consent", marketing=False), buy("no-consent", -100))
    reply = send(system, "PATCH", "/notifications/unwanted/preferences", {"categories": {"expiry_warnings": {"email": False, "push": False, "slack": False}}},
                 member="unwanted", headers={"Content-Type": "application/merge-patch+json", "If-Match": "*"})
    assert reply.status == 200, reply
    happen(system, buy("unwanted", -100), earn("unwanted", 400, expires_on=day(6)))
    look(system, "unwanted", "no-consent")
    assert kinds(system, "unwanted") == ["dormancy"] and ("points_expiring", "refused") in decisions(system, "unwanted")
    assert kinds(system, "no-consent") == [] and decisions(system, "no-consent") == {("dormancy", "refused")}


def test_quiet_hours_wait(system):
    happen(system, enrol("quiet"))
    reply = send(system, "PATCH", "/notifications/quiet/preferences", {"quiet_hours": {"from": "12:00", "to": "18:00", "time_zone": None}}, member="quiet",
                 headers={"Content-Type": "application/merge-patch+json", "If-Match": "*"})
    assert reply.status == 200, reply
    happen(system, earn("quiet", 400, expires_on=day(6)))
    assert kinds(system, "quiet") == [] and decisions(system, "quiet") == {("points_expiring", "quiet_hours")}
    (hour,), = system.sql("SELECT extract(hour FROM due_at AT TIME ZONE %s)::int FROM analytics.engagement_pending WHERE member_id = 'quiet'", afternoon())
    assert hour == 18, "looked at again when they are over"
    reply = send(system, "PATCH", "/notifications/quiet/preferences", {"quiet_hours": None}, member="quiet",
                 headers={"Content-Type": "application/merge-patch+json", "If-Match": "*"})
    system.sql("UPDATE analytics.engagement_pending SET due_at = now() WHERE member_id = 'quiet'")
    settle(system)
    assert kinds(system, "quiet") == ["points_expiring"], "what became true in the quiet hours is still to be told then"


def test_the_holdout_is_for_good_and_hears_no_offers(system):
    switch(system, holdout_share=0.5)
    members = [f"held-{n}" for n in range(24)]
    happen(system, *(e for m in members for e in (enrol(m), buy(m, -100), earn(m, 400, expires_on=day(6)))))
    look(system, *members)
    held = {m for (m,) in system.sql("SELECT member_id FROM analytics.engagement_alerts WHERE state = 6 AND rule_id = 'dormancy'")}
    by_hash = {m for (m,) in system.sql("SELECT m FROM analytics.engagement_programme, unnest(%s) m WHERE analytics.engagement_share(holdout_key, '', m) < 0.5", members)}
    assert held == by_hash and 0 < len(held) < 24
    for m in members:
        assert sorted(kinds(system, m)) == (["points_expiring"] if m in held else ["dormancy", "points_expiring"])
        assert (("dormancy", "holdout") in decisions(system, m)) == (m in held)
    assert not [m for m in held if [e for e in events_of(system, m) if e["kind"] == "dormancy"]]
    switch(system, holdout_share=0)


# --- rules ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("change,pointer", [
    ({"condition": {"==": [{"var": "shoe_size"}, 44]}}, "/condition/==/0"),
    ({"condition": {"frobnicate": [1]}}, "/condition"),
    ({"condition": {"var": {"cat": ["ti", "er"]}}}, "/condition"),
    ({"trigger": {"schedule": {"every": "fortnight"}}}, "/trigger/schedule/every"),
    ({"trigger": {"event": {"type": "SneezeEvent"}}}, "/trigger/event/type"),
    ({"trigger": {"fact_change": ["tier", "mood"]}}, "/trigger/fact_change/1"),
    ({"trigger": {}}, "/trigger"),
    ({"lead_days": [7, 30]}, "/lead_days/1"),
    ({"facts": {"x": {"+": [1, {"var": "expiring_points"}]}}}, "/facts/x/+/1"),
    ({"sentence": {"de": "Nur auf Deutsch."}}, "/sentence"),
    ({"category": "account"}, "/category"),
    ({"about": "the weather"}, "/about"),
    ({"cap": {"most": 3}}, "/cap"),
    ({"holdout": 0.9}, "/holdout"),
    ({"link": "http://plain.example.org"}, "/link"),
    ({"prio": 3}, "/prio"),
    ({"link": 5}, "/link"),
    ({"name": 5}, "/name"),
    ({"description": "x" * 1001}, "/description"),
    ({"cap": {"most": 3, "days": 3, "weeks": 1}}, "/cap/weeks"),
    ({"trigger": {"schedule": {"every": "day", "minute": 5}}}, "/trigger/schedule/minute"),
    ({"trigger": {"event": {"type": "PointsEarnedEvent", "if": True}}}, "/trigger/event/if"),
    ({"lead_days": [7]}, "/lead_days"),  # a member has no day
    ({"sentence": {"en": "{{#open}} and never closed"}}, "/sentence/en"),
    ({"suggested_action": {"en": "Go.", "de": "{{/zu}}"}}, "/suggested_action/de"),
    ({"sentence": {"en": "Hello.", "English": "Hello."}}, "/sentence/English"),
    ({"facts": {"a.b": {"var": "tier"}}}, "/facts/a.b"),
    ({"words": {"": {"en": "x"}}}, "/words/"),
    ({"value_minor": {"var": "spend_30d_minor"}}, "/currency"),
    ({"deadline_days": {"var": "deadline"}}, "/deadline_days/var"),
])
def test_malformed_rules_are_refused_with_the_pointer(system, change, pointer):
    reply = send(system, "PUT", "/engagement-rules/malformed", {**PLAIN, **change})
    assert reply.status == 422, reply
    assert any(e["pointer"].startswith(pointer) for e in reply.json["errors"]), reply.json["errors"]
    assert system.get("/engagement-rules/malformed").status == 404


def test_versions(system, own):
    first = own("versions", priority=1, trigger={"event": {"type": "MilestoneAchievedEvent"}})
    assert first["version"] == 1
    reply = send(system, "PUT", "/engagement-rules/versions", {**PLAIN, "priority": 2}, headers={"If-Match": '"1"'})
    assert reply.json["version"] == 2
    assert send(system, "PUT", "/engagement-rules/versions", PLAIN, headers={"If-Match": '"1"'}).status == 412
    assert system.get("/engagement-rules/versions?version=1").json["document"]["priority"] == 1
    assert system.get("/engagement-rules/versions").headers["ETag"] == '"2"'
    assert send(system, "POST", "/engagement-rules/versions/state/paused").status == 200
    reply = send(system, "PUT", "/engagement-rules/versions", PLAIN)
    assert (reply.json["version"], reply.json["state"]) == (3, "paused"), "a rule that was paused is not put to use by an edit"
    assert send(system, "POST", "/engagement-rules/versions/state/retired").status == 200
    assert rule(system, "versions")["state"] == "retired"
    assert send(system, "PUT", "/engagement-rules/versions", PLAIN, role="analyst").status == 403
    assert send(system, "POST", "/engagement-rules/none/state/paused").status == 404


def test_pages_of_alerts_and_decisions(system, own):
    """Each is on one page, in the order of the whole list; what many of one look share is no end of a page."""
    for i in range(5):
        own(f"page_{i}", priority=90, value=i % 2, facts={"n": i})
    happen(system, enrol("pages"))
    look(system, "pages")
    for path, name, key in (("alerts?state=all&", "alerts", "alert_id"), ("alerts?", "alerts", "alert_id"), ("decisions?", "decisions", "rule_id")):
        whole, found, cursor = system.get(f"/engagement/pages/{path}limit=200").json, [], None
        assert whole["next_cursor"] is None and len(whole[name]) > 1, whole
        while cursor or not found:
            page = system.get(f"/engagement/pages/{path}limit=1" + (f"&cursor={urllib.parse.quote(cursor)}" if cursor else "")).json
            found, cursor = found + page[name], page["next_cursor"]
            assert len(page[name]) == 1 and len(found) <= len(whole[name])
        assert [a[key] for a in found] == [a[key] for a in whole[name]]
        assert system.get(f"/engagement/pages/{path}cursor=x").status == 400


def test_an_event_asks_by_its_data(system, own):
    own("big_purchase", trigger={"event": {"type": "TransactionProcessedEvent", "when": {">=": [{"var": "amount_minor"}, 100000]}}},
        condition={">": [{"var": "tenure_days"}, 30]}, facts={"spent_minor": {"var": "event.amount_minor"}, "currency": {"var": "event.currency"}},
        sentence={"en": "You spent {{spent_text}}."}, priority=95)
    happen(system, enrol("big"), buy("big", -0.1, amount=123400), buy("big", -0.1, amount=500), buy("big", -3, amount=500000))
    assert [a["sentence"] for a in alerts(system, "big")] == ["You spent GBP 1,234.00."]
    assert ("big_purchase", "expired") in decisions(system, "big"), "the purchase of three days ago is too old to be spoken of, and says so"


def test_what_has_not_changed_is_not_asked_about(system, own):
    """Looked at for twelve other reasons, of which none is the watched fact."""
    own("watched", trigger={"fact_change": ["transactions"]}, condition=False)
    asked = "SELECT coalesce(sum(evaluated), 0)::int FROM analytics.engagement_counts WHERE rule_id = 'watched'"
    members = [f"watched-{n}" for n in range(40)]
    happen(system, *[e for m in members for e in (enrol(m), buy(m, -1))])
    (before,), = system.sql(asked)
    assert before >= len(members), "the first purchase is a change"
    for _ in range(12):
        happen(system, *[earn(m, 10) for m in members])
    assert system.sql(asked) == [(before,)]
    happen(system, buy(members[0], 0))
    assert system.sql(asked) == [(before + 1,)]
    assert system.sql("SELECT judged ->> 'transactions' FROM analytics.engagement_pending WHERE member_id = %s", members[0]) == [("2",)]


def test_a_rule_that_explodes_is_cut_and_reported(system, own):
    own("explodes", condition={"reduce": [{"map": [list(range(100)), {"reduce": [list(range(100)), {"+": [{"var": "current"}, 1]}, 0]}]},
                                                  {"+": [{"var": "current"}, {"var": "accumulator"}]}, 0]})
    happen(system, enrol("boom"), earn("boom", 400, expires_on=day(6)))
    look(system, "boom")
    assert ("explodes", "failed") in decisions(system, "boom") and kinds(system, "boom") == ["points_expiring"]
    (failed, fault), = system.sql("SELECT sum(failed), max(fault) FROM analytics.engagement_counts WHERE rule_id = 'explodes'")
    assert failed >= 1 and "steps" in fault, (failed, fault)
    reply = send(system, "POST", "/engagement-rules/explodes/dry-run", {})
    assert reply.json["failed"] == reply.json["evaluated"] > 0 and reply.json["matched"] == 0


def test_a_dry_run_at_another_date_tells_nobody(system):
    happen(system, enrol("dry"), earn("dry", 700, expires_on=day(70)))
    before = system.sql("SELECT count(*) FROM analytics.engagement_alerts"), system.sql("SELECT count(*) FROM analytics.engagement_decisions")
    here = send(system, "POST", "/engagement-rules/points_expiring/dry-run", {}).json
    there = send(system, "POST", "/engagement-rules/points_expiring/dry-run", {"at": day(65).isoformat()}, role="analyst").json
    assert "dry" not in {s["member_id"] for s in here["samples"]} and here["complete"] and there["complete"]
    told, = [s for s in there["samples"] if s["member_id"] == "dry"]
    assert (told["outcome"], told["occasion"], told["facts"]["balance"]) == ("told", f"{day(70)}|7", 700)
    tried = send(system, "POST", "/engagement-rules/not_kept/dry-run", {"rule": {**PLAIN, "condition": {">=": [{"var": "points_balance"}, 700]}}}).json
    assert "dry" in {s["member_id"] for s in tried["samples"]} and 0 < tried["matched"] <= tried["evaluated"]
    assert send(system, "POST", "/engagement-rules/not_kept/dry-run", {}).status == 404
    for body, status, pointer in (({"rule": {**PLAIN, "kind": 1}}, 422, "/rule/kind"), ({"rule": {"kind": "x"}}, 422, "/rule/trigger"), ({"at": "2026-02-30"}, 400, "/at"), ({"at": None}, 400, "/at"),
                                  ({"event": 5}, 400, "/event"), ({"event": {}}, 400, "/event"), ({"when": "now"}, 400, "/when"), ([], 400, "")):
        reply = send(system, "POST", "/engagement-rules/points_expiring/dry-run", body)
        assert (reply.status, reply.json["errors"][0]["pointer"]) == (status, pointer), reply
    assert before == (system.sql("SELECT count(*) FROM analytics.engagement_alerts"), system.sql("SELECT count(*) FROM analytics.engagement_decisions"))


def test_the_switch(system):
    answer = switch(system, running=False, reason="a wrong offer")
    assert (answer["running"], answer["reason"]) == (False, "a wrong offer")
    assert send(system, "PUT", "/engagement-switch", {"running": "no"}).json["errors"][0]["pointer"] == "/running"
    assert send(system, "PUT", "/engagement-switch", {"running": True, "holdout": 0.1}).json["errors"][0]["pointer"] == "/holdout"
    assert send(system, "PUT", "/engagement-switch", {"running": True}, role="service").status == 403
    reply = system.post_events([enrol("off"), earn("off", 400, expires_on=day(6))])
    assert reply["accepted"] == 2
    system.wait_caught_up("engagement")
    system.sql("UPDATE analytics.engagement_pending SET due_at = now(), judged_at = now() - interval '12 hours' WHERE member_id = 'off'")
    assert kinds(system, "off") == [] and system.get("/engagement-switch").json["running"] is False
    switch(system)
    settle(system)
    assert kinds(system, "off") == ["points_expiring"]


# --- time and failures ---------------------------------------------------------------------------------------


def test_catching_up_after_downtime_floods_nobody(system):
    happen(system, enrol("late"), earn("late", 300, days=-40, expires_on=day(3), lot="three"), earn("late", 200, days=-40, expires_on=day(-4), lot="over"),
           earn("late", 250, days=-40, expires_on=day(28), lot="far"))
    look(system, "late", since="35 days")
    assert [(a["points_at_stake"]) for a in alerts(system, "late")] == [300, 250], "each day once, by the lead that holds now"
    missed = {(d["occasion"], d["reason"]) for d in system.get("/engagement/late/decisions").json["decisions"] if d["rule_id"] == "points_expiring"}
    assert missed == {(f"{day(-4)}", "expired"), (f"{day(3)}|30", "expired")}, "what nobody looked at in time is skipped, and says so"


def test_redis_flushed_loses_nothing(system):
    members = [f"flush-{n}" for n in range(60)]
    system.post_events([e for m in members for e in (enrol(m), earn(m, 300, expires_on=day(6)))])
    system.redis.flushall()
    system.wait_caught_up("engagement")
    system.redis.flushall()
    system.sql("UPDATE analytics.engagement_pending SET due_at = now(), judged_at = now() - interval '12 hours' WHERE member_id LIKE 'flush-%%'")
    settle(system)
    until(lambda: system.sql("SELECT count(*) FROM analytics.engagement_alerts WHERE member_id LIKE 'flush-%%'") == [(60,)], 20, "all alerts")


def test_events_reach_the_member_through_redis(system):
    happen(system, enrol("hint"))
    system.redis.zadd("engagement_triggers", {"nobody-known": 1})
    happen(system, earn("hint", 5))
    until(lambda: system.redis.zcard("engagement_triggers") == 0, 20, "everything taken out, also who is no member")
    assert json.dumps(kinds(system, "hint")) == "[]"
