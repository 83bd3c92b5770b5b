"""What PostgreSQL reads for the sender's statements, by its own account: rows of the members and lanes that are asked for, by index."""
import pathlib

import pytest
from conftest import ROOT
from test_dashboard import plan_nodes

MEMBER, ID = "'plan-777'", "'PLAN0000000000000000000777'"
OPEN = 3   # of a member: what is being sent is found among all that is open, so that a claim changes no index
PLANS = [
    ("claim_due", {"$1::int2[]": "ARRAY[3]::int2[]", "$2::int8[]": "ARRAY[40]::int8[]", "$3::int8": "1000000"}, 40),
    ("claim_candidates", {"$1::text[]": f"ARRAY[{MEMBER}]", "$2::text[]": "ARRAY['PLA00000000000000000000777']", "$3::int8": "1000000"}, 1),
    ("get_sent_before", {"$1::text[]": f"ARRAY[{MEMBER}]", "$2::text[]": "ARRAY['x']", "$3::timestamptz": "now()"}, OPEN),
    ("count_sending", {"$1": MEMBER}, OPEN),
    ("next_digest", {}, 1),
    ("get_waiting", {"$1": MEMBER, "$2": "100"}, OPEN),
    ("get_notification", {"$1": ID}, 1),
    ("get_linked", {"$1": ID}, 1),
    ("get_notification_log", {"$1": MEMBER, "$2": ID}, 1),
    ("get_member_notifications", {"$1": MEMBER, "$2::text": "NULL::text", "$2": "NULL::text", "$3": "51"}, 5),
    ("get_logs", {"$1": MEMBER, "$2::text[]": f"ARRAY[{ID}]"}, 1),
    ("lock_recipients", {"$1::text[]": f"ARRAY[{MEMBER}]"}, 1),
    ("get_told", {"$1": ID}, 1),
    ("get_returned", {"$1::text[]": f"ARRAY[{ID}]", "$2::timestamptz": "now() - interval '2 days'"}, 1),
    ("get_newest_template", {"$1": "'plan-3'"}, 1),
    ("list_dead", {"$1::text": "NULL::text", "$1": "NULL::text", "$2": "51"}, 51),
]


def fill(cursor):
    """4,000 members with five notifications each: sent, queued, waiting for a digest, being sent, dropped."""
    cursor.execute("INSERT INTO analytics.notification_preferences (member_id) SELECT 'plan-' || n FROM generate_series(1, 4000) n")
    cursor.execute("""INSERT INTO analytics.notifications (notification_id, member_id, status, priority, category, template, template_version, client,
                          due_at, sent_at, leased_until)
                      SELECT CASE s WHEN 4 THEN 'PLAN' ELSE 'PLA' || s END || lpad(n::text, 22, '0'), 'plan-' || n, s, 3, 'tier', 'x', 1, 'x',
                          now() - n * interval '1 second', CASE s WHEN 4 THEN now() END,
                          CASE s WHEN 3 THEN now() + interval '1 minute' END
                      FROM generate_series(1, 4000) n, unnest(ARRAY[0, 2, 3, 4, 5]) s""")
    cursor.execute("""INSERT INTO analytics.notification_logs (member_id, notification_id, what)
                      SELECT member_id, notification_id, 'queued' FROM analytics.notifications""")
    cursor.execute("""INSERT INTO analytics.notification_templates (name, version, document, created_by)
                      SELECT 'plan-' || n, v, '{}', 'x' FROM generate_series(1, 500) n, generate_series(1, 3) v""")
    cursor.execute("""INSERT INTO analytics.notification_dead_letters SELECT 'PLAD' || lpad(n::text, 22, '0'), 'plan-' || n, 'x', '' FROM generate_series(1, 2000) n""")
    cursor.execute("ANALYZE analytics.notification_preferences, analytics.notifications, analytics.notification_logs, "
                   "analytics.notification_templates, analytics.notification_dead_letters")


@pytest.mark.parametrize("name, values, most", PLANS, ids=[p[0] for p in PLANS])
def test_statements_read_what_they_are_asked_for(system, name, values, most):
    query = (pathlib.Path(ROOT) / "sql/queries/notification" / f"{name}.sql").read_text()
    for place, value in values.items():
        query = query.replace(place, value)
    connection = system.connect()
    try:
        cursor = connection.cursor()
        fill(cursor)
        cursor.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + query)
        plan = cursor.fetchone()[0][0]["Plan"]
    finally:
        connection.rollback()
        connection.close()
    tables = [n for n in plan_nodes(plan) if n["Node Type"] in ("Seq Scan", "Index Scan", "Index Only Scan", "Bitmap Heap Scan")]
    assert tables and not [n for n in tables if n["Node Type"] == "Seq Scan"], tables
    assert all(n["Actual Rows"] <= most and n.get("Rows Removed by Filter", 0) <= most for n in tables), tables
