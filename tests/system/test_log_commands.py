"""Stories of the commands that look at the log: lag, dead-letters, rebuild."""
import json

import pytest

from conftest import until


def enrolled(member, number=0):
    return {"specversion": "1.0", "type": "MemberEnrolledEvent", "source": "/tests/log", "id": f"{member}-e{number}",
            "subject": member, "time": "2026-01-05T10:00:00Z",
            "data": {"member_id": member, "enrolled_at": "2026-01-05T10:00:00Z", "time_zone": "Europe/London"}}


def bought(member, number, amount=1250):
    time = f"2026-02-{number % 27 + 1:02d}T12:00:00Z"
    return {"specversion": "1.0", "type": "TransactionProcessedEvent", "source": "/tests/log", "id": f"{member}-t{number}",
            "subject": member, "time": time,
            "data": {"transaction_id": f"{member}-t{number}", "member_id": member, "amount_minor": amount + number,
                     "currency": "GBP", "category": "kitchen", "occurred_at": time}}


FACTS = """SELECT member_id, transactions, spend_minor, points_balance, state::text, position
           FROM analytics.member_analytics ORDER BY member_id"""
SUMS = "SELECT member_id, transactions, spend_minor, points_balance, position FROM analytics.member_analytics ORDER BY 1"
DAYS = "SELECT * FROM analytics.spending_by_day ORDER BY 1, 2, 3, 4"
MONTHS = "SELECT member_id, period_start, spend::text, points::text FROM analytics.spending_summaries ORDER BY 1, 2"


@pytest.fixture(scope="module")
def filled(system):
    """The session's system with a few members of our own."""
    members = [f"log-{n}" for n in range(20)]
    reply = system.post_events([enrolled(m) for m in members] + [bought(m, n) for m in members for n in range(15)])
    assert reply["rejected"] == []
    system.wait_caught_up()
    return system


@pytest.fixture
def letters(filled):
    """Two dead letters as a daemon would have put them."""
    filled.sql("""INSERT INTO analytics.dead_letters (group_name, shard, position, reason, pointer)
                  SELECT 'reporting', shard, position, 'made by a test', '/data/amount_minor' FROM analytics.event_log
                  WHERE member_id = 'log-1' ORDER BY position LIMIT 2""")
    yield listed(filled)
    filled.sql("DELETE FROM analytics.dead_letters WHERE reason = 'made by a test'")


def listed(system, *more):
    return json.loads(system.aectl("dead-letters", "list", "--json", "--group", "reporting", *more).stdout)["dead_letters"]


def test_lag_reaches_zero(filled):
    done = filled.aectl("lag", "--wait", "20", "--json", "--shards")
    report = json.loads(done.stdout)
    assert all(g["events"] == 0 and g["seconds"] == 0 for g in report["groups"]) and report["shards"] == []


def test_lag_of_a_stopped_group(make_system):
    s = make_system("--set", "analytics.serve_events=no")
    s.post_events([enrolled("a"), bought("a", 1)])
    done = s.aectl("lag", "--json", "--shards", check=False)
    assert done.returncode == 1
    report = json.loads(done.stdout)
    assert {g["group"]: g["events"] for g in report["groups"]}["analytics"] == 2
    shard, = [x for x in report["shards"] if x["group"] == "analytics"]
    assert (shard["position"], shard["head"]) == (0, 2)
    assert "analytics" in s.aectl("lag", check=False).stdout


def test_list_shows_the_reason(filled, letters):
    assert [(x["pointer"], x["reason"], x["member_id"]) for x in letters] == \
        [("/data/amount_minor", "made by a test", "log-1")] * 2
    assert "event" not in letters[0] and listed(filled, "--bodies")[0]["event"]["subject"] == "log-1"
    assert "made by a test" in filled.aectl("dead-letters", "list").stdout
    assert len(listed(filled, "--limit", "1")) == 1


def test_discard_one_then_all(filled, letters):
    one = ["--group", "reporting", "--shard", letters[0]["shard"], "--position", letters[0]["position"]]
    assert filled.aectl("dead-letters", "discard", *one).stdout == "discarded 1\n"
    assert filled.aectl("dead-letters", "discard", *one, check=False).returncode == 1
    assert json.loads(filled.aectl("dead-letters", "discard", "--group", "reporting", "--all", "--json").stdout) == \
        {"discarded": 1}
    assert listed(filled) == []


def test_rebuild_comes_out_equal(filled):
    before = filled.sql(FACTS), filled.sql(MONTHS)
    assert len(before[0]) >= 20
    done = filled.aectl("rebuild", "analytics", "--json")
    assert json.loads(done.stdout) == {"group": "analytics", "waiting": 0}
    assert (filled.sql(FACTS), filled.sql(MONTHS)) == before


def earned(member, number, minute):
    time = f"2026-02-{minute // 1440 + 1:02d}T{minute // 60 % 24:02d}:{minute % 60:02d}:00Z"
    return {"specversion": "1.0", "type": "PointsEarnedEvent", "source": "/tests/log", "id": f"{member}-p{number}",
            "subject": member, "time": time,
            "data": {"member_id": member, "points": 10 + number % 7, "occurred_at": time, "lot_id": f"{member}-l{number}",
                     "expires_at": f"2027-{number % 12 + 1:02d}-01T00:00:00Z"}}


def redeemed(member, number, minute):
    event = earned(member, number, minute)
    event["type"], event["id"] = "RedemptionProcessedEvent", f"{member}-r{number}"
    event["data"] = {"member_id": member, "points": 60, "occurred_at": event["time"], "redemption_id": f"{member}-r{number}"}
    return event


def test_long_ledger_does_not_depend_on_batches(make_system):
    """Above a thousand movements old ones are folded; where, is the same however events were batched."""
    s = make_system("--set", "analytics.batch_size=7")
    events = [enrolled("a")]
    for n in range(2200):
        events.append(redeemed("a", n, 300 + 17 * n) if n % 10 == 9 else earned("a", n, 300 + 17 * n - (n % 5) * 40))
    assert s.post_events(events)["accepted"] == len(events)
    s.wait_caught_up()
    before = s.sql(FACTS)
    assert before[0][3] == sum(e["data"].get("points", 0) * (-1 if "Redemption" in e["type"] else 1) for e in events)
    assert s.sql("SELECT json_array_length(entries) < 1900 FROM analytics.points_ledgers") == [(True,)]
    s.down()
    s.options = s.options[:-2]
    s.up()
    s.aectl("rebuild", "analytics")
    assert s.sql(FACTS) == before


def test_sums_of_sums_stop_at_the_end(make_system):
    s = make_system()
    s.post_events([enrolled("a")] + [bought("a", n, 2 ** 53 - 2000) for n in range(1100)])
    s.wait_caught_up()
    assert s.sql("SELECT spend_minor, purchases FROM analytics.spending_by_month") == [(2 ** 63 - 1, 1100)]
    assert s.get("/analytics/a/dashboard?period=custom&from=2026-01-01&to=2026-04-01", member="a").status == 200


def test_rebuild_without_a_daemon(make_system):
    s = make_system("--set", "analytics.serve_events=no")
    s.post_events([enrolled("a")])
    assert "begins again" in s.aectl("rebuild", "analytics", "--no-wait").stdout
    assert s.lag() == 1


def test_replayed_event_counts_once(make_system):
    """An event that could not be read is put aside; once it can, replay brings it in, as if it had never been away.

    Other groups read it too and put it aside for themselves."""
    s = make_system("--set", "analytics.serve_events=no")
    events = [enrolled("a"), bought("a", 1), bought("a", 2), bought("a", 3)]
    s.post_events(events)
    body, = s.sql("SELECT body::text FROM analytics.event_log WHERE body->>'id' = 'a-t2'")[0]
    s.sql("UPDATE analytics.event_log SET body = '{\"id\": \"a-t2\", \"id\": \"a-t2\"}' WHERE body->>'id' = 'a-t2'")
    s.down()
    s.options = s.options[:-2]
    s.up()
    s.wait_caught_up()
    letter, = json.loads(s.aectl("dead-letters", "list", "--group", "analytics", "--json").stdout)["dead_letters"]
    assert letter["group"] == "analytics" and letter["replay_asked"] is False
    assert s.sql("SELECT transactions FROM analytics.member_analytics") == [(2,)]

    one = ["--group", "analytics", "--shard", letter["shard"], "--position", letter["position"]]
    s.aectl("dead-letters", "replay", *one)
    until(lambda: not pending(s), what="the second try")
    letter, = json.loads(s.aectl("dead-letters", "list", "--group", "analytics", "--json").stdout)["dead_letters"]
    assert s.sql("SELECT transactions FROM analytics.member_analytics") == [(2,)]

    tag = s.get("/analytics/a/dashboard", member="a").headers["ETag"]
    s.sql("UPDATE analytics.event_log SET body = %s WHERE body->>'id' = 'a-t2'", body)
    s.aectl("dead-letters", "replay", *one)
    until(lambda: s.sql("SELECT count(*) FROM analytics.dead_letters WHERE group_name = 'analytics'") == [(0,)], what="the replay")
    assert s.sql("SELECT transactions, spend_minor FROM analytics.member_analytics") == [(3, 3 * 1250 + 6)]
    assert s.get("/analytics/a/dashboard", member="a", headers={"If-None-Match": tag}).status == 200
    before = s.sql(SUMS), s.sql(DAYS)
    s.aectl("rebuild", "analytics")
    assert (s.sql(SUMS), s.sql(DAYS)) == before


def pending(s):
    return s.sql("SELECT count(*) FROM analytics.dead_letters WHERE replay_asked IS NOT NULL") != [(0,)]
