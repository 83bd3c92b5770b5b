"""What PostgreSQL reads for engagement's statements, by its own account: rows of the members that are asked for, by index (plan_kit.py)."""
import pytest
from plan_kit import check_reads, plan_nodes, read_plans

MEMBER, ALERT = "'plan-777'", "'al_777_3'"
EACH = 4   # alerts of a member
PARTS = 40   # of an arm
SMALL = ("programme", "engagement_programme", "engagement_effect_passes", "engagement_effect_published")   # one row, or one of each day
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
    ("get_funnel", "'r1', current_date - 6, current_date", 7 * 3 * 2 * 2),
    ("get_effect_slice", f"{MEMBER}, 25", 25),
    ("add_effect_days", "'plan-3', 'plan-3019', 2, current_date - 35, current_date - 1, 100, current_date - 60", 25 * 6),
    ("get_effect_parts", "current_date - 20, current_date - 1", 2 * PARTS * (60 + 3 * 47)),
    ("get_effect_scope", "", 1),
    ("hold_effect_pass", "", 1),
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
    cursor.execute("""INSERT INTO analytics.engagement_counts (rule_id, rule_version, day, instance, evaluated)
                      SELECT 'r' || r, v, current_date - d, i, 1 FROM generate_series(1, 12) r, generate_series(1, 3) v, generate_series(0, 90) d, generate_series(1, 2) i""")
    cursor.execute("""INSERT INTO analytics.engagement_outcomes (rule_id, rule_version, day, instance, step, reason, count)
                      SELECT rule_id, rule_version, day, instance, 'suppressed', r, 1 FROM analytics.engagement_counts, unnest('{cap, refused}'::text[]) r""")
    cursor.execute(f"""INSERT INTO analytics.engagement_effect_days (rule_id, day, pass, held_out, part, came)
                      SELECT r, current_date - d, 1, h, p, 1 FROM unnest(ARRAY['', 'r1', 'r2', 'r3']) r, generate_series(1, 200) d, unnest(ARRAY[true, false]) h,
                          generate_series(0, {PARTS - 1}) p WHERE r <> '' OR d <= 60""")
    cursor.execute("INSERT INTO analytics.engagement_effect_published SELECT current_date - d, 1 FROM generate_series(1, 200) d")
    cursor.execute("""INSERT INTO analytics.spending_summaries (member_id, period_start, spend, merchants, channels, points)
                      SELECT 'plan-' || n, (date_trunc('month', now()) - m * interval '1 month')::date, '[]', '[]', '[]', '[]'
                      FROM generate_series(1, 4000) n, generate_series(0, 11) m""")
    cursor.execute("""INSERT INTO analytics.engagement_sweeps (sweep_id, category, created_at, expires_at, look_at, finished_at)
                      SELECT n, 'garden', now(), now() + interval '1 day', now(), CASE WHEN n > 1 THEN now() END FROM generate_series(1, 2000) n""")


@pytest.fixture(scope="module")
def plans():
    with read_plans("engagement", PLANS, fill, "--set", "notification.sends=no") as found:
        yield found


@pytest.mark.parametrize("name, most", [(p[0], p[2]) for p in PLANS])
def test_statements_read_what_they_are_asked_for(plans, name, most):
    check_reads(plans[name], most, small=SMALL)


def test_counting_effects_is_planned_for_few_members(plans):
    """It once expected a thousandth of all members in a slice, times the rows that tables of one row might have, and hashed for thousands of millions."""
    nodes = list(plan_nodes(plans["add_effect_days"]))
    members, = [n for n in nodes if n.get("Subplan Name") == "CTE members"]
    assert members["Plan Rows"] <= 100 and members["Actual Rows"] == 23
    assert not [n for n in nodes if n.get("Hash Batches", 1) > 1]
