"""What PostgreSQL reads for the sender's statements, by its own account: rows of the members and lanes that are asked for, by index (plan_kit.py)."""
import pytest
from conftest import ROOT
from plan_kit import check_reads, plan_nodes, read_plans

MEMBER, ID = "'plan-777'", "'PLAN0000000000000000000777'"
OPEN = 3   # of a member: what is being sent is found among all that is open, so that a claim changes no index
ALL = 5    # of a member
PLANS = [
    ("claim_due", "ARRAY[3], ARRAY[40], 1000000", 40),
    ("claim_candidates", f"ARRAY[{MEMBER}], ARRAY['PLA00000000000000000000777'], 1000000", 1),
    ("put_outcomes", f"ARRAY[{MEMBER}], ARRAY['PLA30000000000000000000777'], ARRAY[1], ARRAY[4], ARRAY[now()], ARRAY[1], ARRAY[1], ARRAY[0], ARRAY[0], "
     "ARRAY['relay'], ARRAY['x'], ARRAY[''], ARRAY[''], ARRAY[false], ARRAY['[]'::json], ARRAY[now()]", 1),
    ("get_sent_before", f"ARRAY[{MEMBER}], ARRAY['x'], now()", OPEN),
    ("count_sending", MEMBER, OPEN),
    ("collapse_older", f"ARRAY[{MEMBER}], ARRAY['k']", OPEN),
    ("next_digest", "", 1),
    ("get_waiting", f"{MEMBER}, 100", ALL),
    ("put_digested", f"{MEMBER}, ARRAY['PLA20000000000000000000777'], ARRAY[9]", ALL),
    ("put_engagement", f"ARRAY[{ID}], ARRAY[1]", 1),
    ("find_notifications", f"ARRAY[{ID}]", 1),
    ("get_notification", ID, 1),
    ("get_linked", ID, 1),
    ("get_notification_log", f"{MEMBER}, {ID}", 1),
    ("get_member_notifications", f"{MEMBER}, NULL, 51", 5),
    ("get_logs", f"{MEMBER}, ARRAY[{ID}]", ALL),
    ("lock_recipients", f"ARRAY[{MEMBER}]", 1),
    ("get_newest_template", "'plan-3'", 3),
    ("get_told", ID, 1),
    ("get_returned", f"ARRAY[{ID}], now() - interval '2 days'", 1),
    ("find_alike", f"ARRAY[{MEMBER}], '\\x00'::bytea, 3600", 1),
    ("find_collapsing", f"ARRAY[{MEMBER}], 'k'", 5),
    ("count_tests", "'x'", 1),
    ("delete_old_requests", "now() - interval '3 days', 500", 500),
    ("delete_old_provider_events", "now() - interval '3 days', 500", 500),
    ("delete_old_soft_bounces", "now() - interval '3 days', 500", 500),
    ("delete_old_notifications", "'PLAN0000000000000000000777', 'PLAN0000000000000000003777', 100", 100),
    ("get_queue_retries", "ARRAY['relay', 'slack', 'fcm']", 400),
    ("list_dead", "NULL, 51", 51),
]


def fill(cursor):
    """4,000 members with five notifications each: sent, queued, waiting for a digest, being sent, dropped; and 4,000 that are due tomorrow."""
    cursor.execute("INSERT INTO analytics.notification_preferences (member_id) SELECT 'plan-' || n FROM generate_series(1, 4000) n")
    cursor.execute("""INSERT INTO analytics.notifications (notification_id, member_id, status, priority, category, template, template_version, client,
                          due_at, sent_at, leased_until, fence)
                      SELECT CASE s WHEN 4 THEN 'PLAN' ELSE 'PLA' || s END || lpad(n::text, 22, '0'), 'plan-' || n, s, 3, 'tier', 'x', 1, 'x',
                          now() - n * interval '1 second', CASE s WHEN 4 THEN now() END,
                          CASE s WHEN 3 THEN now() + interval '1 minute' END, CASE s WHEN 3 THEN 1 ELSE 0 END
                      FROM generate_series(1, 4000) n, unnest(ARRAY[0, 2, 3, 4, 5]) s""")
    cursor.execute("""INSERT INTO analytics.notifications (notification_id, member_id, status, priority, category, template, template_version, client, due_at)
                      SELECT 'PLAT' || lpad(n::text, 22, '0'), 'tomorrow-' || n, 1, 2, 'tier', 'x', 1, 'x', now() + interval '1 day' FROM generate_series(1, 4000) n""")
    cursor.execute("""INSERT INTO analytics.notification_logs (member_id, notification_id, what)
                      SELECT member_id, notification_id, 'accepted' FROM analytics.notifications""")
    cursor.execute("""INSERT INTO analytics.notification_templates (name, version, document, created_by)
                      SELECT 'plan-' || n, v, '{}', 'x' FROM generate_series(1, 500) n, generate_series(1, 3) v""")
    cursor.execute("""INSERT INTO analytics.notification_dead_letters SELECT 'PLAD' || lpad(n::text, 22, '0'), 'plan-' || n, 'x', '' FROM generate_series(1, 2000) n""")
    cursor.execute("UPDATE analytics.notifications SET provider = 'relay', tries = 1 WHERE status = 0 AND right(notification_id, 1) = '7'")
    cursor.execute("""INSERT INTO analytics.notification_requests (client, key, fingerprint, status, body, created_at)
                      SELECT 'x', n, '', 202, '{}', now() - n * interval '1 minute' FROM generate_series(1, 10000) n""")
    cursor.execute("INSERT INTO analytics.notification_engagement SELECT 'x', n, now() - n * interval '1 minute' FROM generate_series(1, 10000) n")
    cursor.execute("INSERT INTO analytics.notification_soft_bounces SELECT 0, decode(md5(n::text), 'hex'), now() - n * interval '1 minute' FROM generate_series(1, 10000) n")


@pytest.fixture(scope="module")
def plans():
    with read_plans("notification", PLANS, fill, "--set", "notification.sends=no") as found:
        yield found


@pytest.mark.parametrize("name, most", [(p[0], p[2]) for p in PLANS])
def test_statements_read_what_they_are_asked_for(plans, name, most):
    check_reads(plans[name], most)


def test_what_is_due_tomorrow_is_not_read_today(plans):
    """The lane of engagement has 4,000 held notifications and nothing due."""
    system_plan = plans["claim_due"]
    assert all("due_at <= " in n["Index Cond"] for n in plan_nodes(system_plan) if n.get("Index Name") == "notifications_queue"), system_plan


def test_a_long_queue_is_estimated_not_counted(system):
    """60,000 open in one lane: no more than the first 2,001 of it are read, and what is told is near the truth."""
    query = (ROOT / "sql/queries/notification/get_queue.sql").read_text()
    connection = system.connect()
    try:
        cursor = connection.cursor()
        cursor.execute("""INSERT INTO analytics.notifications (notification_id, member_id, status, priority, category, template, template_version, client, due_at)
                          SELECT 'LONG' || lpad(n::text, 22, '0'), 'long-' || n % 5000, CASE WHEN n % 6 = 0 THEN 1 WHEN n % 3000 = 1 THEN 3 ELSE 0 END, 3, 'tier', 'x', 1, 'x',
                              now() + (n - 40000) * interval '1 second' FROM generate_series(1, 60000) n""")
        cursor.execute("""INSERT INTO analytics.notifications (notification_id, member_id, status, priority, category, template, template_version, client, due_at)
                          SELECT 'FEW' || lpad(n::text, 23, '0'), 'few', n % 2, 1, 'tier', 'x', 1, 'x', now() - interval '1 hour' FROM generate_series(1, 7) n""")
        cursor.execute("ANALYZE analytics.notifications")
        cursor.execute(query)
        lanes = {row[0]: row[1:] for row in cursor.fetchall()}
        cursor.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + query)
        plan = cursor.fetchone()[0][0]["Plan"]
    finally:
        connection.rollback()
        connection.close()
    exact, open_, due, held, sending, oldest = lanes[3]
    assert not exact and 54000 < open_ < 66000 and 34000 < due < 46000 and 8000 < held < 12000 and sending > 0 and oldest
    assert lanes[1][:5] == (True, 7, 7, 4, 0) and lanes[0] == (True, 0, 0, 0, 0, None)
    scans = [n for n in plan_nodes(plan) if n.get("Relation Name") == "notifications"]
    assert scans and all("Index" in n["Node Type"] and n["Actual Rows"] * n["Actual Loops"] <= 4 * 2001 for n in scans), scans
