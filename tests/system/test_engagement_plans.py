"""What PostgreSQL reads for engagement's statements, by its own account: rows of the members that are asked for, by index.

Each statement is planned while the tables are empty, as in a daemon that was there first, and keeps that plan when they have filled.
"""
import pathlib

import pytest
from conftest import ROOT, System
from test_dashboard import plan_nodes

MEMBER, ALERT = "'plan-777'", "'al_777_3'"
EACH = 4   # alerts of a member
PLANS = [
    ("claim_named", f"ARRAY[{MEMBER}]", 1),
    ("claim_due", "40", 40),
    ("get_looked_at", f"ARRAY[{MEMBER}]", 1),
    ("get_past_alerts", f"ARRAY[{MEMBER}], now() - interval '400 days'", EACH),
    ("get_alerts", f"{MEMBER}, false, 50", EACH),
    ("get_decisions", f"{MEMBER}, 50", EACH),
    ("lock_alert", f"{MEMBER}, {ALERT}", 1),
    ("put_alert_state", f"{MEMBER}, {ALERT}, 1", 1),
    ("move_alerts", f"ARRAY[{MEMBER}], ARRAY[{ALERT}], ARRAY[4], ARRAY[0], ARRAY[NULL::json], ARRAY[NULL::json], ARRAY[NULL], now()", 1),
    ("move_pending", f"ARRAY[{MEMBER}], ARRAY[now()], ARRAY[now()], ARRAY['{{}}'::json]", 1),
    ("expire_alerts", "500", 500),
    ("claim_sweep", "", 1),
    ("get_buyers", f"{MEMBER}, 'garden', 250", 250),
    ("delete_old_decisions", "now() - interval '30 days', 500", 500),
    ("delete_old_alerts", "now() - interval '30 days', 500", 500),
]


def fill(cursor):
    """4,000 members, half of them due, with four alerts and decisions each, of the last 80 days."""
    cursor.execute("""INSERT INTO analytics.member_analytics (member_id, shard, first_position, position, last_event_at, state, facts)
                      SELECT 'plan-' || n, 0, n, n, now(), '{"lots": []}', '{"category_shares": {"garden": 1}}' FROM generate_series(1, 4000) n""")
    cursor.execute("""INSERT INTO analytics.engagement_pending (member_id, due_at)
                      SELECT 'plan-' || n, now() + (n - 2000) * interval '1 minute' FROM generate_series(1, 4000) n""")
    cursor.execute("""INSERT INTO analytics.engagement_alerts (member_id, alert_id, rule_id, rule_version, occasion, kind, category, promotional, state, priority, score,
                          facts, sentence, valid_until, created_at)
                      SELECT 'plan-' || n, 'al_' || n || '_' || k, 'r' || k, 1, 'o', 'k', 'tier', false, CASE WHEN k > 2 THEN 0 ELSE 4 END, 50, 0, '{}', 'x',
                          now() + (n - 2000) * interval '1 minute', now() - n * interval '30 minutes' FROM generate_series(1, 4000) n, generate_series(1, 4) k""")
    cursor.execute("""INSERT INTO analytics.engagement_decisions (member_id, rule_id, occasion, reason, rule_version, score, first_at, decided_at)
                      SELECT member_id, rule_id, occasion, 'cap', 1, 0, created_at, created_at FROM analytics.engagement_alerts""")
    cursor.execute("""INSERT INTO analytics.engagement_sweeps (sweep_id, category, created_at, expires_at, look_at, finished_at)
                      SELECT n, 'garden', now(), now() + interval '1 day', now(), CASE WHEN n > 1 THEN now() END FROM generate_series(1, 2000) n""")


@pytest.fixture(scope="module")
def plans():
    """Each statement's plan after the tables have filled, by name."""
    system = System("--set", "notification.sends=no")
    connection = system.connect()
    try:
        cursor = connection.cursor()
        cursor.execute("SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan")   # as the daemons do
        for name, values, _ in PLANS:
            query = (pathlib.Path(ROOT) / "sql/queries/engagement" / f"{name}.sql").read_text()
            cursor.execute(f"PREPARE {name} AS {query}")
            cursor.execute(f"EXPLAIN EXECUTE {name}" + (f" ({values})" if values else ""))
        fill(cursor)
        found = {}
        for name, values, _ in PLANS:
            cursor.execute("SAVEPOINT before")
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE {name}" + (f" ({values})" if values else ""))
            found[name] = cursor.fetchone()[0][0]["Plan"]
            cursor.execute("ROLLBACK TO before")
        yield found
    finally:
        connection.rollback()
        connection.close()
        system.remove()


@pytest.mark.parametrize("name, most", [(p[0], p[2]) for p in PLANS])
def test_statements_read_what_they_are_asked_for(plans, name, most):
    scans = [n for n in plan_nodes(plans[name]) if n["Node Type"] in ("Seq Scan", "Index Scan", "Index Only Scan", "Bitmap Heap Scan", "Tid Scan")]
    assert scans and not [n for n in scans if n["Node Type"] == "Seq Scan"], scans
    assert all(n["Actual Rows"] * n["Actual Loops"] <= most and n.get("Rows Removed by Filter", 0) <= most for n in scans), scans
