"""What PostgreSQL reads for engagement's statements, by its own account: rows of the members that are asked for, by index (plan_kit.py)."""
import pytest
from plan_kit import check_reads, read_plans

MEMBER, ALERT = "'plan-777'", "'al_777_3'"
EACH = 4   # alerts of a member
PLANS = [
    ("claim_named", f"ARRAY[{MEMBER}]", 1),
    ("claim_due", "40", 40),
    ("get_looked_at", f"ARRAY[{MEMBER}]", 1),
    ("get_past_alerts", f"ARRAY[{MEMBER}], now() - interval '400 days'", EACH),
    ("get_alerts", f"{MEMBER}, false, 50, {ALERT}", EACH),
    ("get_decisions", f"{MEMBER}, 50, now(), '', '', ''", EACH),
    ("lock_alert", f"{MEMBER}, {ALERT}", 1),
    ("put_alert_state", f"{MEMBER}, {ALERT}, 1, '1'", 1),
    ("move_alerts", f"ARRAY[{MEMBER}], ARRAY[{ALERT}], ARRAY[4], ARRAY[0], ARRAY[NULL::json], ARRAY[NULL::json], ARRAY[NULL], now(), '1'", 1),
    ("move_pending", f"ARRAY[{MEMBER}], ARRAY[now()], ARRAY[now()], ARRAY['{{}}'::json]", 1),
    ("expire_alerts", "500, '1'", 500),
    ("claim_sweep", "", 1),
    ("get_buyers", "'garden', 16, 24", 30),
    ("delete_old_decisions", "now() - interval '30 days', 500", 500),
    ("delete_old_alerts", "now() - interval '30 days', 500", 500),
]


def fill(cursor):
    """4,000 members, half of them due, with four alerts and decisions each, of the last 80 days."""
    cursor.execute("""INSERT INTO analytics.member_analytics (member_id, shard, first_position, position, last_event_at, state, facts)
                      SELECT 'plan-' || n, 0, n, n, now(), '{"lots": []}', '{"category_shares": {"garden": 1}}' FROM generate_series(1, 4000) n""")
    cursor.execute("""INSERT INTO analytics.member_fact_keys (member_id, buys)
                      SELECT 'plan-' || n, CASE WHEN n % 2 = 0 THEN '{garden, home}'::text[] ELSE '{home}' END FROM generate_series(1, 4000) n""")
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
    with read_plans("engagement", PLANS, fill, "--set", "notification.sends=no") as found:
        yield found


@pytest.mark.parametrize("name, most", [(p[0], p[2]) for p in PLANS])
def test_statements_read_what_they_are_asked_for(plans, name, most):
    check_reads(plans[name], most)
