"""Quiet hours against PostgreSQL's AT TIME ZONE, minute by minute, in every zone that it knows and on every night
on which a zone's clock was changed."""
import random
import subprocess

import pytest

from conftest import BUILD

# Days on which a zone's offset is another than the day after, in two years and in the one that took a day from Samoa.
NIGHTS = """
WITH zones AS (SELECT name FROM pg_timezone_names),
     days AS (SELECT d FROM (VALUES (timestamptz '2024-01-01 12:00Z', timestamptz '2025-12-31 12:00Z'),
                                    (timestamptz '2011-12-20 12:00Z', timestamptz '2012-01-10 12:00Z')) v(a, b),
              generate_series(a, b, interval '1 day') d)
SELECT name, extract(epoch FROM d)::bigint FROM zones, days
WHERE (d AT TIME ZONE name) + interval '1 day' <> (d + interval '1 day') AT TIME ZONE name ORDER BY 1, 2"""

# The first minute from now on whose wall-clock time is not in the window; two days hold one of them.
ORACLE = """
SELECT extract(epoch FROM greatest(first, at))::bigint
FROM (SELECT n, zone, f, u, to_timestamp(s) AS at
      FROM unnest(%s::text[], %s::int[], %s::int[], %s::bigint[]) WITH ORDINALITY AS c(zone, f, u, s, n)) c,
     LATERAL (SELECT min(t) AS first
              FROM generate_series(date_trunc('minute', at), at + interval '2 days', interval '1 minute') t,
                   LATERAL (SELECT extract(hour FROM w) * 60 + extract(minute FROM w) AS m
                            FROM (SELECT t AT TIME ZONE zone AS w) x) y
              WHERE NOT CASE WHEN f = u THEN false WHEN f < u THEN m >= f AND m < u ELSE m >= f OR m < u END) a
ORDER BY n"""


def probe(cases):
    """What the service says to each (zone, from, to, now): seconds, or None for a zone that it does not know."""
    done = subprocess.run([BUILD / "tests/lib/quiet_probe"], input="".join("%s %d %d %d\n" % c for c in cases), text=True,
                          stdout=subprocess.PIPE, check=True, timeout=60)
    lines = done.stdout.split()
    assert len(lines) == len(cases)
    return [None if line == "unknown" else int(line) for line in lines]


def compare(system, cases):
    got = probe(cases)
    want = [row[0] for row in system.sql(ORACLE, *map(list, zip(*cases)))]
    wrong = [(case, g, w) for case, g, w in zip(cases, got, want) if g != w]
    assert not wrong, f"{len(wrong)} of {len(cases)}, first: {wrong[:5]}"
    return sum(g > case[3] for case, g in zip(cases, got))


@pytest.fixture(scope="module")
def zones(system):
    """The names both know. PostgreSQL lists files that are no zones of people, and nothing else is unknown here.
    Left out are names such as EET: AT TIME ZONE takes them as abbreviations, without summer time."""
    names = [row[0] for row in system.sql("SELECT name FROM pg_timezone_names WHERE name NOT IN"
                                          " (SELECT abbrev FROM pg_timezone_abbrevs) ORDER BY 1")]
    known = [zone for zone, answer in zip(names, probe([(zone, 1, 2, 0) for zone in names])) if answer is not None]
    assert {name.split("/")[0] for name in set(names) - set(known)} <= {"localtime", "posixrules", "right"}
    assert len(known) > 400
    return set(known)


def test_every_zone_on_any_night(system, zones):
    dice = random.Random(1)
    cases = [(zone, 22 * 60, 7 * 60 + 30, dice.randrange(1704067200, 1830297600)) for zone in sorted(zones) for _ in "12"]
    assert compare(system, cases) > len(cases) // 4


def test_nights_on_which_clocks_change(system, zones):
    """Windows that begin or end where the clock leaps; from half a day before to half a day behind it."""
    dice = random.Random(2)
    nights = [night for night in system.sql(NIGHTS) if night[0] in zones]
    assert len({zone for zone, _ in nights}) > 150 and ("Pacific/Apia", 1325160000) in nights
    cases = [(zone, dice.choice((0, 60, 90, 120, 1320, 1380, 1425)), dice.choice((0, 15, 30, 60, 90, 119, 120, 150, 180, 420)),
              noon + dice.randrange(86400)) for zone, noon in nights for _ in "123"]
    assert compare(system, cases) > len(cases) // 4


def test_a_single_allowed_minute_that_does_not_exist(system):
    """London's 01:30 of 30 March 2025 is leapt over: with that minute alone allowed, it is the next day's."""
    cases = [("Europe/London", 91, 90, 1743206400 + hour * 3600) for hour in range(30)]
    assert compare(system, cases) > 25
    assert probe([("Europe/London", 91, 90, 1743296400)]) == [1743381000]
