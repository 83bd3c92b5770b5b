"""What PostgreSQL reads for the milestones' statements, by its own account: by index, and no more than is asked for (plan_kit.py)."""
import pytest
from plan_kit import check_reads, read_plans

M, B = "'plan-777'", "'ten_visits'"
PLANS = [
    ("lock_members", f"ARRAY[{M}]", 1), ("get_members", f"ARRAY[{M}]", 1), ("ensure_members", f"ARRAY[{M}]", 1),
    ("get_progress", f"ARRAY[{M}]", 3), ("get_awards", f"ARRAY[{M}]", 4), ("get_history", f"{M}, 7::int2", 5),
    ("get_related", f"ARRAY[{M}], ARRAY['t:2'], ARRAY[7::int2]", 1), ("get_places", f"ARRAY[{M}]", 5),
    ("get_dates", M, 1), ("lock_due_members", "now(), 50", 50), ("lock_pending", "50", 50), ("get_members_after", f"{M}, 50", 50),
    ("claim_backfill", "", 1), ("get_leaders", f"{B}, '', 10", 10), ("get_place", f"{B}, '', 'plan-8'", 2000),
    ("get_histories", f"ARRAY[{M}], ARRAY[7::int2], 't:'", 5), ("get_unawarded", f"ARRAY[{M}], 'a', '1'", 1), ("claim_sweep", "'2026-01-01'::date", 1),
    ("get_forgettable", f"ARRAY[{M}], ARRAY['a', 'b'], ARRAY['2026', '2026'], 200", 3), ("delete_unused_progress", f"ARRAY[{M}]", 3),
    ("get_neighbours", f"{B}, '', 'plan-8', 8", 7), ("get_definition", f"{B}, 0", 3), ("show_progress", f"{M}, true", 3),
]


def fill(cursor):
    """4,000 members, each with five events, three counts, four awards, a date; half of them seen in leaderboards."""
    cursor.execute("INSERT INTO analytics.milestone_members (member_id, shown, alias) SELECT 'plan-' || n, n % 2 = 0, 'x' FROM generate_series(1, 4000) n")
    cursor.execute("INSERT INTO analytics.event_log (shard, position, event_key, type, member_id, time, body)"
                   " SELECT 7, n * 5 + e, gen_random_uuid(), 'x', 'plan-' || n, now(), '{}' FROM generate_series(1, 4000) n, generate_series(1, 5) e")
    cursor.execute("INSERT INTO analytics.milestone_entries SELECT 'plan-' || n, 't:' || e, n * 5 + e FROM generate_series(1, 4000) n, generate_series(1, 5) e")
    cursor.execute("INSERT INTO analytics.milestone_progress SELECT 'plan-' || n, m, 1, 'UTC', '[]', '', n, n % 2 = 0"
                   " FROM generate_series(1, 4000) n, unnest(ARRAY['ten_visits', 'a', 'b']) m")
    cursor.execute("INSERT INTO analytics.milestone_awards (member_id, milestone_id, occurrence, version, state, live, derived, position, achieved_at, value, target)"
                   " SELECT 'plan-' || n, 'a', o, 1, 1, true, true, 1, now(), 1, 1 FROM generate_series(1, 4000) n, generate_series(1, 4) o")
    cursor.execute("INSERT INTO analytics.milestone_calendar SELECT 'plan-' || n, 'birthday', 1, '1990-01-01', 2026, '2026-01-01', now() + (n - 3000) * interval '1 minute'"
                   " FROM generate_series(1, 4000) n")
    cursor.execute("INSERT INTO analytics.member_analytics (member_id, shard, first_position, position, last_event_at, state, facts_day, facts)"
                   " SELECT 'plan-' || n, 7, 1, 9, now(), '{}', '2026-01-01', '{}' FROM generate_series(1, 4000) n")
    cursor.execute("INSERT INTO analytics.milestone_pending SELECT 'plan-' || n, 5, now() FROM generate_series(1, 4000) n")
    cursor.execute("INSERT INTO analytics.milestone_backfills (milestone_id, version, finished_at) SELECT 'x' || n, 1, now() FROM generate_series(1, 4000) n")
    cursor.execute("INSERT INTO analytics.milestone_backfills (milestone_id, version) VALUES ('open', 1)")
    cursor.execute("INSERT INTO analytics.milestone_definitions (milestone_id, version, document, created_by, activated_at) VALUES ('swept', 1, '{}', 'x', now())")
    cursor.execute("INSERT INTO analytics.milestone_sweeps (milestone_id, version, day, finished_at) VALUES ('swept', 1, '2025-12-31', now())")


@pytest.fixture(scope="module")
def plans():
    with read_plans("milestone", PLANS, fill, "--set", "milestone.serve_jobs=no") as found:
        yield found


@pytest.mark.parametrize("name, most", [(p[0], p[2]) for p in PLANS])
def test_statements_read_what_they_are_asked_for(plans, name, most):
    check_reads(plans[name], most, reads_nothing=name == "ensure_members")
