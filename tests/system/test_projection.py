"""What the log holds and what the projections say are the same, whatever happened in between."""
import json
import random
import signal
from collections import Counter
from datetime import datetime
from zoneinfo import ZoneInfo

from conftest import aectl, until


def events_of(members, seed):
    """A synthetic programme, without the events that concern nobody in particular."""
    made = aectl("generate", "--members", str(members), "--seed", str(seed), "--out", "-")
    return [json.loads(line) for line in made.stdout.splitlines()]


def recomputed(events):
    """Spend by member, currency, local day and category, and points by member: from the raw events alone."""
    zones = {e["data"]["member_id"]: ZoneInfo(e["data"].get("time_zone") or "UTC")
             for e in events if e["type"] == "MemberEnrolledEvent"}
    spend, earned, redeemed = Counter(), Counter(), Counter()
    for e in events:
        data = e["data"]
        if e["type"] == "TransactionProcessedEvent":
            at = datetime.fromisoformat(data["occurred_at"].replace("Z", "+00:00"))
            day = at.astimezone(zones.get(data["member_id"], ZoneInfo("UTC"))).date()
            amount = data["amount_minor"]
            if data.get("status") == "reversed":
                amount = -abs(amount)
            spend[data["member_id"], data["currency"], day, data["category"]] += amount
        elif e["type"] == "PointsEarnedEvent":
            earned[data["member_id"]] += data["points"]
        elif e["type"] == "RedemptionProcessedEvent":
            sign = -1 if data.get("status") == "cancelled" else 1
            redeemed[data["member_id"]] += sign * data["points"]
    return spend, earned, redeemed


def assert_equal_to_recomputation(system, events):
    spend, earned, redeemed = recomputed(events)
    rows = system.sql("SELECT member_id, currency, day, category, spend_minor FROM analytics.spending_by_day")
    got = {(m, c, d, k): s for m, c, d, k, s in rows if s != 0}
    assert got == {k: v for k, v in spend.items() if v != 0}
    rows = system.sql("SELECT member_id, points_earned, points_redeemed, points_balance, points_expired "
                      "FROM analytics.member_analytics")
    assert {m: e for m, e, *_ in rows if e} == {m: v for m, v in earned.items() if v}
    assert {m: r for m, _, r, *_ in rows if r} == {m: v for m, v in redeemed.items() if v}
    for member, e, r, balance, expired in rows:
        assert balance == e - r - expired, member
    assert system.sql("SELECT count(*) FROM analytics.dead_letters")[0][0] == 0


def post_all(system, events, size, tries=200):
    """Posts batch after batch; what is not acknowledged is sent again, under the same ids."""
    for i in range(0, len(events), size):
        body = "\n".join(json.dumps(e) for e in events[i:i + size])

        def acknowledged():
            try:
                reply = system.post("/events", role="service", data=body.encode(),
                                    headers={"Content-Type": "application/x-ndjson"}, timeout=15)
            except OSError:
                return False
            if reply.status == 202:
                assert reply.json["rejected"] == []
                return True
            return False
        until(acknowledged, deadline=60, what="an acknowledgement")


def test_shuffled_and_doubled_events_come_out_as_if_in_order(fresh_system):
    events = events_of(60, 11)
    shuffled = events + random.Random(5).sample(events, 200)
    random.Random(6).shuffle(shuffled)
    post_all(fresh_system, shuffled, 333)
    fresh_system.wait_caught_up()
    assert_equal_to_recomputation(fresh_system, events)


def test_nothing_acknowledged_is_lost_or_doubled_when_parts_are_killed(fresh_system):
    """kill -9 of the daemon that takes in and applies, again and again, while events come."""
    events = events_of(60, 12)
    chance = random.Random(7)
    rounds = 10
    part = len(events) // rounds + 1
    for i in range(rounds):
        victim = chance.choice(["analytics", "analytics", "gateway"])
        post_all(fresh_system, events[i * part:(i * part) + part // 2], 200)
        fresh_system.kill(victim, sig=signal.SIGKILL)
        post_all(fresh_system, events[i * part + part // 2:(i + 1) * part], 200)
    fresh_system.wait_caught_up(deadline=60)
    assert_equal_to_recomputation(fresh_system, events)


def test_findings_are_given_with_their_numbers_and_published_once(fresh_system):
    events = events_of(40, 13)
    post_all(fresh_system, events, 500)
    fresh_system.wait_caught_up()
    member = Counter(e["data"].get("member_id") for e in events if "member_id" in e["data"]).most_common(1)[0][0]
    reply = fresh_system.get(f"/analytics/{member}/insights", role="member", member=member)
    assert reply.status == 200
    assert reply.json["insights"], "the busiest member has something to be told"
    for finding in reply.json["insights"]:
        assert finding["sentence"] and finding["evidence"] and finding["severity"] in ("info", "notice", "warning")
    again = fresh_system.get(f"/analytics/{member}/insights", role="member", member=member)
    assert [f["insight_id"] for f in again.json["insights"]] == [f["insight_id"] for f in reply.json["insights"]]
    rows = fresh_system.sql("SELECT body ->> 'id', count(*) FROM analytics.event_log "
                            "WHERE type = 'InsightGeneratedEvent' GROUP BY 1 HAVING count(*) > 1")
    assert rows == []
