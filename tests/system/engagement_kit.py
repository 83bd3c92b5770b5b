"""What the stories of engagement share: members for whom it is the afternoon, with whatever history, and looks at them."""
import datetime
import json
import re

from conftest import until

UTC = datetime.timezone.utc


def now():
    return datetime.datetime.now(UTC)


def afternoon():
    """A zone in which it is three in the afternoon or a little later: every daily slot has come, and midnight is far."""
    hour = (15 - now().hour + 12) % 24 - 12  # to be added, -12 to 11
    return f"Etc/GMT{-hour:+d}" if hour else "UTC"


def local_today():
    """The members' day."""
    hour = (15 - now().hour + 12) % 24 - 12
    return (now() + datetime.timedelta(hours=hour)).date()


def stamp(days=0, hours=0):
    """So many days from now, RFC 3339."""
    return (now() + datetime.timedelta(days=days, hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")


def event(type_, member, at, **data):
    event.count += 1
    return {"specversion": "1.0", "id": f"engagement-{event.count}", "source": "/test", "type": type_, "subject": member, "time": at, "data": data}


event.count = 0


def enrol(member, days=-200, marketing=True, **more):
    at = stamp(days)
    return event("MemberEnrolledEvent", member, at, member_id=member, enrolled_at=at, time_zone=afternoon(), locale=more.pop("locale", "en-GB"),
                 email=f"{member}@example.org", name="Robin Example", consents={"marketing": marketing}, **more)


def buy(member, days, category="travel", amount=5000):
    at = stamp(days)
    return event("TransactionProcessedEvent", member, at, transaction_id=f"{member}-{event.count}", member_id=member, amount_minor=amount, currency="GBP",
                 category=category, occurred_at=at)


def earn(member, points, days=-1, expires_on=None, lot=None, qualifying=False):
    """Points; expires_on: their last day, of the member."""
    at = stamp(days)
    more = {}
    if expires_on:
        end = datetime.datetime.combine(expires_on + datetime.timedelta(days=1), datetime.time(), UTC)
        hour = (15 - now().hour + 12) % 24 - 12
        more["expires_at"] = (end - datetime.timedelta(hours=hour)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return event("PointsEarnedEvent", member, at, member_id=member, points=points, occurred_at=at, lot_id=lot or f"lot-{event.count}", qualifying=qualifying, **more)


def redeem(member, points, days=0, lots=None):
    at = stamp(days)
    return event("RedemptionProcessedEvent", member, at, member_id=member, redemption_id=f"r-{event.count}", points=points, occurred_at=at,
                 **({"lots": lots} if lots else {}))


def tier(member, to, days=-100, valid_days=None):
    at = stamp(days)
    return event("TierAdvancedEvent", member, at, member_id=member, to_tier=to, effective_at=at, **({"valid_until": stamp(valid_days)} if valid_days else {}))


def day(offset):
    return local_today() + datetime.timedelta(days=offset)


def happen(system, *events):
    """They are taken in, and every fact is computed."""
    reply = system.post_events(list(events))
    assert reply["rejected"] == [], reply
    settle(system)


def settle(system):
    """Until the log is applied, the facts are there, and nobody is due."""
    system.wait_caught_up()
    system.wait_caught_up("engagement")
    until(lambda: not system.sql("SELECT 1 FROM analytics.member_analytics WHERE facts_day IS NULL LIMIT 1"), 30, "facts")
    until(lambda: not due(system), 30, "looks at all who are due")


def due(system):
    """Who is looked at now or in a moment: whose facts were not there yet is looked at again half a second later."""
    return system.sql("SELECT member_id FROM analytics.engagement_pending WHERE due_at <= now() + interval '2 seconds' LIMIT 5")


def look(system, *members, since="12 hours"):
    """The members' slots of today come: they are looked at, as if that had last been done so long ago."""
    system.sql("UPDATE analytics.engagement_pending SET due_at = now(), judged_at = now() - %s::interval WHERE member_id = ANY (%s)", since, list(members))
    settle(system)


def alerts(system, of, **more):
    reply = system.get(f"/engagement/{of}/alerts" + ("?state=all" if more.pop("all", False) else ""), **more)
    assert reply.status == 200, reply
    return reply.json["alerts"]


def kinds(system, member):
    return [a["kind"] for a in alerts(system, member)]


def decisions(system, member):
    """(rule, reason) of all that the member was not told."""
    reply = system.get(f"/engagement/{member}/decisions")
    assert reply.status == 200, reply
    return {(d["rule_id"], d["reason"]) for d in reply.json["decisions"]}


def send(system, method, path, body=None, **more):
    headers = {"Content-Type": "application/json", **more.pop("headers", {})}
    return system.request(method, path, data=None if body is None else json.dumps(body), headers=headers, **more)


def rule(system, rule_id):
    reply = system.get(f"/engagement-rules/{rule_id}")
    assert reply.status == 200, reply
    return reply.json


def in_force(system, instance="engagement-1"):
    """Until the instance has read the rules and the switch as they are."""
    (version,), = system.sql("SELECT rules_version FROM analytics.engagement_programme")
    line = re.compile(r"^ae_engagement_rules_version\{[^}]*\} (\d+)", re.M)
    until(lambda: int((line.search(system.get(f"/metrics?instance={instance}").text) or [0, -1])[1]) == version, 20, "the rules in force")


def put(system, rule_id, document):
    """A version of a rule, in force when this returns."""
    reply = send(system, "PUT", f"/engagement-rules/{rule_id}", document)
    assert reply.status == 200, reply
    in_force(system)
    return reply.json


def switch(system, **body):
    reply = send(system, "PUT", "/engagement-switch", {"running": True, **body})
    assert reply.status == 200, reply
    in_force(system)
    return reply.json


def events_of(system, member):
    return [row[0]["data"] for row in system.sql(
        "SELECT body FROM analytics.event_log WHERE type = 'EngagementAlertTriggeredEvent' AND member_id = %s ORDER BY position", member)]
