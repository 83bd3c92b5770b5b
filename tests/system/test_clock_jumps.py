"""The clock is set forward and back, also on nights on which members' clocks change: nothing is doubled, nothing is skipped."""
import datetime
import json
import random
import tomllib
import zoneinfo

import pytest
from conftest import ROOT, until
from faketime import UTC, FakeSystem
from test_sending import KernelsPort, Sink, WELCOME, request, settings, told

from story import streams

OPERATIONS = tomllib.loads((ROOT / "proto" / "operations.toml").read_text())
SECOND, MINUTE, HOUR = (datetime.timedelta(seconds=n) for n in (1, 60, 3600))


def utc(*parts):
    return datetime.datetime(*parts, tzinfo=UTC)


def test_a_quiet_night_that_is_an_hour_short(tmp_path):
    """London's 28 March 2027, from 22:00 to 07:00 of its clocks; the machine's clock goes back and forth in it."""
    sink = Sink()
    controller = KernelsPort(sink, hostname="127.0.0.1", port=0)
    controller.start()
    sink.port = controller.port
    s = FakeSystem(utc(2027, 3, 27, 21, 0), *settings(tmp_path, sink.port))
    try:
        assert s.sql("SELECT now() BETWEEN '2027-03-27 21:00Z' AND '2027-03-27 21:10Z'") == [(True,)], "PostgreSQL goes by the clock"
        assert request(s, "PUT", "/notification-templates/welcome", WELCOME, role="admin").status == 200
        s.post_events([streams.enrolled("night", "night-e", "2027-01-01T10:00:00Z", email="night@example.org", time_zone="Europe/London", locale="en")])
        s.wait_caught_up("notification")
        assert request(s, "PATCH", "/notifications/night/preferences", {"quiet_hours": {"from": "22:00", "to": "07:00"}}, role="admin",
                       headers={"If-Match": "*"}).status == 200
        s.jump(utc(2027, 3, 27, 23, 30))
        body = {"category": "account", "template": "welcome", "variables": {"points": 1}, "members": ["night"]}
        reply = request(s, "POST", "/notifications/send", body, role="service", headers={"Idempotency-Key": "1"})
        assert reply.status == 202, reply
        name = reply.json["notifications"][0]["notification_id"]
        held = until(lambda: told(s, name)["status"] == "held" and told(s, name), 20, "the night")
        due = s.sql("SELECT due_at AT TIME ZONE 'UTC' FROM analytics.notifications WHERE notification_id = %s", name)[0][0]
        assert datetime.datetime(2027, 3, 28, 6) <= due < datetime.datetime(2027, 3, 28, 6, 30), (held, due)
        for moment in (utc(2027, 3, 28, 0, 59, 59), utc(2027, 3, 28, 1, 30), utc(2027, 3, 28, 0, 30), utc(2027, 3, 28, 5, 59)):
            s.jump(moment)
            looked(s)
            assert sink.got("night@example.org") == [], moment
        s.jump(due.replace(tzinfo=UTC) + SECOND)
        until(lambda: sink.got("night@example.org"), 20, "the morning")
        for moment in (utc(2027, 3, 28, 5, 0), utc(2027, 3, 28, 12, 0), utc(2027, 3, 29, 12, 0)):
            s.jump(moment)
            looked(s)
        assert len(sink.got("night@example.org")) == 1
    finally:
        s.remove()
        controller.stop()


def looked(system):
    """Until the sender has looked for due intents under the new clock: one that is due now has ended."""
    member = f"look-{random.random()}".replace(".", "")
    system.post_events([streams.enrolled(member, member, "2027-01-01T10:00:00Z", email=f"{member}@example.org", time_zone="UTC", locale="en")])
    system.wait_caught_up("notification")
    body = {"category": "account", "template": "welcome", "variables": {"points": 1}, "members": [member]}
    reply = request(system, "POST", "/notifications/send", body, role="service", headers={"Idempotency-Key": member})
    assert reply.status == 202, reply
    until(lambda: told(system, reply.json["notifications"][0]["notification_id"])["status"] == "sent", 20, "a turn of the sender")


# --- date milestones ------------------------------------------------------------------------------------

ZONES = ["Europe/London", "America/New_York", "Pacific/Auckland", "Australia/Lord_Howe", "America/Havana", "Africa/Casablanca", "UTC"]
DATES = {
    "jump_birthday_0": {"name": "x", "kind": "birthday", "hour": 0},
    "jump_birthday_2": {"name": "x", "kind": "birthday", "hour": 2},
    "jump_months_1": {"name": "x", "kind": "anniversary", "every": "month", "hour": 1},
    "jump_years_2": {"name": "x", "kind": "anniversary", "every": "year", "hour": 2},
}
# Nights on which one of the zones' clocks change, in spring and in autumn; and the end of a February that has no 29th.
NIGHTS = [datetime.date(2027, 2, 28), datetime.date(2027, 3, 14), datetime.date(2027, 3, 28), datetime.date(2027, 4, 4), datetime.date(2027, 10, 31),
          datetime.date(2027, 11, 7)]


def people():
    """(member, zone, birth date, enrolment), their days on those nights, some born on 29 February."""
    for z, zone in enumerate(ZONES):
        for n, night in enumerate(NIGHTS):
            born = datetime.date(1980, 2, 29) if night.month == 2 else night.replace(year=1990)
            joined = datetime.datetime.combine(night.replace(year=2026), datetime.time(12), zoneinfo.ZoneInfo(zone)).astimezone(UTC)
            yield f"jump-{z}-{n}", zone, born, joined


def last_of_month(day, months):
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for mday in range(day.day, 0, -1):
        try:
            return datetime.date(year, month + 1, mday)
        except ValueError:
            continue


def due(day, hour, zone):
    """A time that the clock leaps over is what it shows after the leap; of two, the first."""
    return datetime.datetime(day.year, day.month, day.day, hour, tzinfo=zoneinfo.ZoneInfo(zone)).astimezone(UTC)


def wanted(since, until_):
    """What becomes due between the two, each with its moment."""
    for member, zone, born, joined in people():
        local = joined.astimezone(zoneinfo.ZoneInfo(zone)).date()
        for name, document in DATES.items():
            if document["kind"] == "birthday":
                days = [(str(year), last_of_month(born, 12 * (year - born.year))) for year in range(2027, 2029)]
            elif document["every"] == "year":
                days = [(f"y{n}", last_of_month(local, 12 * n)) for n in range(1, 4)]
            else:
                days = [(f"m{n}", last_of_month(local, n)) for n in range(1, 40)]
            for occurrence, day in days:
                if since <= due(day, document["hour"], zone) <= until_:
                    yield member, name, occurrence


def awarded(system):
    return sorted(system.sql("SELECT member_id, milestone_id, occurrence FROM analytics.milestone_awards WHERE milestone_id = ANY(%s)", list(DATES)))


def settled(system):
    """Nothing that is due by the clock waits."""
    return system.sql("SELECT count(*) FROM analytics.milestone_calendar WHERE due_at <= %s AND milestone_id = ANY(%s)",
                      system.clock.now(), list(DATES)) == [(0,)]


def walk(dice):
    """Through each night by half hours; a step in four is preceded by one back of up to three hours. Then on to the next night."""
    for night in NIGHTS:
        at = datetime.datetime(night.year, night.month, night.day, tzinfo=UTC) - 15 * HOUR
        for _ in range(7):
            at += HOUR * dice.choice([2.5, 3.5, 5])
            if dice.random() < 0.25:
                yield at - HOUR * dice.random() * 3
            yield at + dice.choice([SECOND, -SECOND, MINUTE])


@pytest.mark.skipif("planned" in OPERATIONS["get_progress"].get("flags", []), reason="waits for milestones")
def test_date_milestones_neither_double_nor_skip():
    start = utc(2027, 2, 26, 12, 0)
    s = FakeSystem(start, "--instances", "2")
    try:
        for name, document in DATES.items():
            s.sql("INSERT INTO analytics.milestone_definitions (milestone_id, version, document, created_by, activated_at) VALUES (%s, 1, %s, 'test', now())",
                  name, json.dumps(document))
        s.post_events([streams.enrolled(member, member, joined.strftime("%Y-%m-%dT%H:%M:%SZ"), time_zone=zone, birth_date=str(born))
                       for member, zone, born, joined in people()])
        s.wait_caught_up("milestone")
        latest = start
        for moment in walk(random.Random(3)):
            s.jump(moment)
            latest = max(latest, moment)
            until(lambda: settled(s), 30, f"all that is due at {moment}")
            got = awarded(s)   # the clock runs on while we look
            assert set(wanted(start, latest)) <= set(got) <= set(wanted(start, max(latest, s.clock.now()))), moment
        assert len(awarded(s)) > 300
        published = s.sql("SELECT body ->> 'id', count(*) FROM analytics.event_log WHERE type = 'MilestoneAchievedEvent'"
                          " AND body -> 'data' ->> 'milestone_id' = ANY(%s) GROUP BY 1 HAVING count(*) > 1", list(DATES))
        assert published == []
    finally:
        s.remove()
