"""Anniversaries and birthdays: on the member's day, wherever that is, once, and late rather than never.

The instance that looks at the calendar runs under libfaketime, so these stories choose their nights.
"""
import contextlib
import os
import pathlib
import signal
import subprocess

import pytest
from conftest import BUILD, until
from milestone_kit import awards, define, happen, streams, told

FAKETIME = pathlib.Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1")


@pytest.fixture(scope="module")
def dated():
    """A system whose own instance leaves the calendar alone."""
    from conftest import System
    assert FAKETIME.exists(), "the package faketime is needed"
    s = System("--set", "milestone.serve_jobs=no")
    yield s
    s.remove()


@contextlib.contextmanager
def clock(system, moment, instance=8):
    """An instance of the daemon for whom it is that moment (UTC) and goes on from there."""
    env = {**system.env(), "LD_PRELOAD": str(FAKETIME), "FAKETIME": f"@{moment}", "TZ": "UTC",
           "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1", "AE_SERVE_JOBS": "yes"}
    log = open(system.dir / "log" / f"milestone-{instance}.log", "ab")
    process = subprocess.Popen([BUILD / "bin" / "ae-milestone", "-c", system.dir / "ae.conf", "-i", str(instance)],
                               env=env, stdout=log, stderr=log)
    try:
        yield process
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        log.close()


def at(system, moment):
    """The calendar is looked at, at that moment, until nothing is due."""
    with clock(system, moment):
        until(lambda: system.sql("SELECT count(*) FROM analytics.milestone_calendar WHERE due_at <= %s::timestamp AT TIME ZONE 'UTC'", moment) == [(0,)],
              what=f"the calendar of {moment}")


def dates(system, member, milestone_id):
    return sorted(occurrence for _, occurrence in awards(system, member, milestone_id))


def test_a_birthday_on_the_29th_of_february_is_kept_every_year(dated):
    happen(dated, streams.enrolled("leap", "leap/e", birth_date="2000-02-29", time_zone="Europe/London"))
    at(dated, "2027-02-28 08:59:50")
    assert dates(dated, "leap", "birthday") == []
    at(dated, "2027-02-28 09:00:05")
    at(dated, "2027-03-01 12:00:00")
    assert dates(dated, "leap", "birthday") == ["2027"]
    at(dated, "2028-02-28 12:00:00")
    assert dates(dated, "leap", "birthday") == ["2027"]
    at(dated, "2028-02-29 09:00:05")
    assert dates(dated, "leap", "birthday") == ["2027", "2028"]
    assert [e["kind"] for e in told(dated, "leap", "birthday")] == ["birthday"] * 2
    assert not any(e.get("late") for e in told(dated, "leap", "birthday"))


def test_a_birthday_is_where_the_member_lives(dated):
    happen(dated, streams.enrolled("east", "east/e", birth_date="1990-07-10", time_zone="Pacific/Kiritimati"),
           streams.enrolled("west", "west/e", birth_date="1990-07-10", time_zone="Pacific/Pago_Pago"))
    at(dated, "2029-07-09 19:00:05")
    assert (dates(dated, "east", "birthday")[-1:], dates(dated, "west", "birthday")[-1:]) == (["2029"], ["2028"])
    at(dated, "2029-07-10 20:00:05")
    assert dates(dated, "west", "birthday")[-1:] == ["2029"]


@pytest.mark.parametrize("zone, night, hour, before, after", [
    ("Europe/Berlin", "2030-03-31", 2, "2030-03-31 00:59:50", "2030-03-31 01:00:05"),   # 02:00 to 03:00 is left out
    ("Europe/Berlin", "2030-10-27", 2, "2030-10-26 23:59:50", "2030-10-27 00:00:05"),   # 02:00 to 03:00 comes twice
    ("America/Havana", "2030-03-10", 0, "2030-03-10 04:59:50", "2030-03-10 05:00:05"),  # the day has no midnight
], ids=["gap", "overlap", "no midnight"])
def test_nights_that_change_the_clock_neither_double_nor_skip(dated, zone, night, hour, before, after):
    name, milestone_id = f"night-{night}", f"night_{hour}"
    system = dated
    document = {"name": "Night", "kind": "birthday", "hour": hour}
    if system.get(f"/milestone-definitions/{milestone_id}").status == 404:
        define(system, milestone_id, activate=False, **document)
        assert system.post(f"/milestone-definitions/{milestone_id}/activate?version=1").status == 200
    happen(system, streams.enrolled(name, f"{name}/e", birth_date="1980" + night[4:], time_zone=zone))
    at(system, before)
    assert "2030" not in dates(system, name, milestone_id)
    at(system, after)
    assert dates(system, name, milestone_id).count("2030") == 1
    at(system, before)  # the clock is set back
    at(system, f"{night} 23:00:00")
    assert dates(system, name, milestone_id)[-1] == "2030" and len(told(system, name, milestone_id)) == len(dates(system, name, milestone_id))


def test_a_day_without_a_daemon_is_made_up_for_and_says_so(dated):
    happen(dated, streams.enrolled("gone", "gone/e", at="2020-05-10T09:00:00Z", time_zone="UTC"))
    at(dated, "2031-05-13 12:00:00")
    got = told(dated, "gone", "anniversary")
    assert [e["years"] for e in got] == [7, 8, 9, 10, 11] and [e.get("silent") for e in got] == [True] * 4 + [None]
    assert (got[-1]["late"], got[-1]["late_days"], got[-1]["achieved_at"]) == (True, 3, "2031-05-10T09:00:00Z")
    happen(dated, streams.enrolled("longer", "longer/e", at="2020-05-10T09:00:00Z", time_zone="UTC"))
    at(dated, "2031-06-10 12:00:00")
    assert told(dated, "longer", "anniversary")[-1]["silent"] is True


def test_months_are_counted_from_the_first_day(dated):
    if dated.get("/milestone-definitions/months").status == 404:
        define(dated, "months", activate=False, name="Months", kind="anniversary", every="month")
        assert dated.post("/milestone-definitions/months/activate?version=1").status == 200
    happen(dated, streams.enrolled("months", "months/e", at="2026-08-31T09:00:00Z", time_zone="UTC"))
    at(dated, "2027-03-31 10:00:00")
    days = [e["achieved_at"][:10] for e in told(dated, "months", "months")]
    assert days == ["2026-11-30", "2026-12-31", "2027-01-31", "2027-02-28", "2027-03-31"]


def test_who_moves_has_one_birthday_a_year(dated):
    happen(dated, streams.enrolled("mover", "mover/e", birth_date="1970-06-01", time_zone="Pacific/Auckland"))
    at(dated, "2032-05-31 21:00:05")
    assert dates(dated, "mover", "birthday")[-1] == "2032"
    happen(dated, streams.enrolled("mover", "mover/e2", at="2026-06-01T00:00:00Z", time_zone="Pacific/Honolulu"))
    at(dated, "2032-06-01 19:00:05")
    assert dates(dated, "mover", "birthday").count("2032") == 1 and len(told(dated, "mover", "birthday")) == len(dates(dated, "mover", "birthday"))
    at(dated, "2033-06-01 18:59:50")
    assert dates(dated, "mover", "birthday")[-1] == "2032"
    at(dated, "2033-06-01 19:00:05")
    assert dates(dated, "mover", "birthday")[-1] == "2033"


def test_two_instances_celebrate_once(dated):
    happen(dated, *[streams.enrolled(f"crowd-{n}", f"crowd-{n}/e", birth_date="1985-09-09", time_zone="UTC") for n in range(300)])
    with clock(dated, "2034-09-09 12:00:00"), clock(dated, "2034-09-09 12:00:00", 9):
        until(lambda: dated.sql("SELECT count(*) FROM analytics.milestone_calendar WHERE due_at <= '2034-09-09T12:00:00Z'") == [(0,)], what="the crowd")
    got = dated.sql("SELECT count(*), count(DISTINCT member_id) FROM analytics.event_log WHERE type = 'MilestoneAchievedEvent'"
                    " AND body->'data'->>'milestone_id' = 'birthday' AND body->'data'->>'occurrence' = '2034' AND member_id LIKE 'crowd-%%'")
    assert got == [(300, 300)]


def test_dates_outside_of_the_window_pass_by(dated):
    define(dated, "jubilee", activate=False, name="Jubilee", kind="birthday", active={"from": "2036-01-01T00:00:00Z", "until": "2037-02-03T09:00:00Z"})
    assert dated.post("/milestone-definitions/jubilee/activate?version=1").status == 200
    happen(dated, streams.enrolled("windowed", "windowed/e", birth_date="1980-02-03", time_zone="UTC"))
    for year in (2035, 2036, 2037, 2038):
        at(dated, f"{year}-02-03 12:00:00")
    assert dates(dated, "windowed", "jubilee") == ["2036"]
    assert {"2035", "2036", "2037", "2038"} <= set(dates(dated, "windowed", "birthday")), "each of these days was looked at"
    document = dated.get("/milestone-definitions/jubilee").json["document"]

    def awarded(day):
        return dated.post("/milestone-definitions/jubilee/dry-run", params={"at": day, "days": 1}, json=document).json["sample"]
    assert (awarded("2036-02-03"), awarded("2037-02-03")) == (["windowed"], [])


def test_a_segment_is_asked_on_the_day(dated):
    define(dated, "golden", activate=False, name="Golden birthday", kind="birthday", segment={"==": [{"var": "tier"}, "gold"]})
    assert dated.post("/milestone-definitions/golden/activate?version=1").status == 200
    names = ("golden-yes", "golden-no")
    happen(dated, *[streams.enrolled(m, f"{m}/e", birth_date="1981-04-05", time_zone="UTC", tier="silver") for m in names])
    happen(dated, streams.tiered("golden-yes", "golden-yes/t", "gold", direction="up"))
    until(lambda: dated.sql("SELECT count(*) FROM analytics.member_facts WHERE member_id = ANY(%s) AND facts_day IS NOT NULL", list(names)) == [(2,)], what="facts")
    assert dated.post("/milestone-definitions/golden/dry-run?at=2040-04-05&days=1", json=None).json["sample"] == ["golden-yes"]
    at(dated, "2040-04-05 12:00:00")
    assert dates(dated, "golden-yes", "golden")[-1:] == ["2040"] and dates(dated, "golden-no", "golden") == []
    assert dates(dated, "golden-no", "birthday")[-1:] == ["2040"]
    happen(dated, streams.tiered("golden-no", "golden-no/t", "gold", direction="up"))
    until(lambda: dated.sql("SELECT tier FROM analytics.member_facts WHERE member_id = 'golden-no' AND facts_day IS NOT NULL") == [("gold",)], what="facts")
    at(dated, "2041-04-05 12:00:00")
    assert dates(dated, "golden-no", "golden") == ["2041"], "the days that passed are over"
