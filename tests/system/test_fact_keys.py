"""The schema's step to member_fact_keys: a programme that is there already is carried over, and found as before."""
import contextlib

import psycopg2
from conftest import ROOT

STEP = next((ROOT / "sql/migrations").glob("*_fact_keys.sql"))
# What the programs before this step ask: they run on the schema after it until they are replaced.
BEFORE = ("SELECT member_id FROM analytics.member_facts WHERE tier = 'gold' AND fact_points BETWEEN 100 AND 1000 AND fact_idle < 31"
          " AND facts IS NOT NULL ORDER BY member_id")
MEMBERS = """INSERT INTO analytics.member_analytics (member_id, shard, first_position, position, last_event_at, tier, region, state, facts_day, facts)
             SELECT 'm-' || lpad(n::text, 4, '0'), 1, n, n, now(), (ARRAY['gold', 'silver', NULL])[1 + n % 3], (ARRAY['GB', 'DE'])[1 + n % 2], '{}',
                 CASE WHEN n % 7 > 0 THEN current_date END,
                 CASE WHEN n % 11 > 0 THEN json_build_object('points_balance', n * 13 % 2000, 'days_since_purchase', CASE WHEN n % 5 > 0 THEN n % 60 END) END
             FROM generate_series(1, 500) n"""


def fresh_database(system, name):
    """In the cluster of a running system, where the roles are."""
    connection = system.connect()
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name}")
        cursor.execute(f"CREATE DATABASE {name}")
    connection.close()
    e = system.environment
    return contextlib.closing(psycopg2.connect(host=e["PGHOST"], port=e["PGPORT"], dbname=name, user=e["PGUSER"]))


def asked(cursor, query):
    cursor.execute(query)
    return cursor.fetchall()


def test_members_who_are_there_are_carried_over(system):
    with fresh_database(system, "before_fact_keys") as connection, connection.cursor() as cursor:
        for path in sorted(p for p in (ROOT / "sql/migrations").glob("*.sql") if p.name < STEP.name):
            cursor.execute(path.read_text())
        cursor.execute(MEMBERS)
        found = asked(cursor, BEFORE)
        assert 10 < len(found) < 250
        cursor.execute(STEP.read_text())
        assert asked(cursor, BEFORE) == found
        # Everybody with facts has a key, nobody else has; the classes are those of the scale.
        assert asked(cursor, "SELECT count(*) FROM analytics.member_fact_keys") == asked(cursor, "SELECT count(*) FROM analytics.member_analytics WHERE facts IS NOT NULL")
        assert asked(cursor, "SELECT k.member_id FROM analytics.member_fact_keys k LEFT JOIN analytics.member_analytics m USING (member_id)"
                             " WHERE (k.tier, k.region, k.points, k.idle, k.points_class::int, k.idle_class::int) IS DISTINCT FROM (m.tier, m.region,"
                             " (m.facts ->> 'points_balance')::bigint, (m.facts ->> 'days_since_purchase')::bigint,"
                             " analytics.points_class((m.facts ->> 'points_balance')::float8), analytics.idle_class((m.facts ->> 'days_since_purchase')::float8))") == []
        assert asked(cursor, "SELECT min(points_class), max(points_class) > 4, min(idle_class) FROM analytics.member_fact_keys") == [(1, True, -1)]
