"""What the stories about milestones share: definitions put to use, awards as rows and as events."""
import json

from conftest import until
from story import accept, streams


def define(system, milestone_id, activate=True, **document):
    """A definition, in use when this returns."""
    document = {"name": {"en": milestone_id}, **document}
    reply = system.request("PUT", f"/milestone-definitions/{milestone_id}", json=document)
    assert reply.status == 200, reply
    if activate:
        reply = system.post(f"/milestone-definitions/{milestone_id}/activate", params={"version": reply.json["version"]})
        assert reply.status == 200, reply
        until(lambda: system.get(f"/milestone-definitions/{milestone_id}").json["backfill"]["finished_at"], what="the backfill")
    return reply.json


def happen(system, *events):
    """New events, applied by analytics and by milestone when this returns."""
    accept(system, list(events))
    system.wait_caught_up("milestone")


def awards(system, member, milestone_id=None):
    """{(milestone, occurrence): (state, live)} of what was awarded."""
    rows = system.sql("SELECT milestone_id, occurrence, state, live FROM analytics.milestone_awards"
                      " WHERE member_id = %s AND NOT skipped", member)
    return {(m, o): (state, live) for m, o, state, live in rows if milestone_id in (None, m)}


def told(system, member, milestone_id=None):
    """The data of the events that were published, in the order of the log."""
    rows = system.sql("SELECT body FROM analytics.event_log WHERE type = 'MilestoneAchievedEvent' AND member_id = %s"
                      " ORDER BY position", member)
    found = [body["data"] if isinstance(body, dict) else json.loads(body)["data"] for body, in rows]
    return [d for d in found if milestone_id in (None, d["milestone_id"])]


def bought(member, n, amount=1250, at="2026-02-03T12:00:00Z", **more):
    return streams.bought(member, f"{member}/t{n}", amount, at, **more)


def returned(member, n, amount=1250, at="2026-02-09T12:00:00Z", **more):
    """The purchase n, or a part of it, comes back."""
    return streams.bought(member, f"{member}/r{n}-{amount}", amount, at, status="reversed", reverses=f"{member}/t{n}", **more)
