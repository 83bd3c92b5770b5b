"""Dry runs over many members: a handful of statements for hundreds of them, and of those that facts decide only the candidates."""
import pytest
from conftest import System, until
from milestone_kit import bought, define, happen, streams

CROWD = 700
LARGE = 150000   # members who are known by their facts alone


@pytest.fixture(scope="module")
def programme():
    s = System("--set", "milestone.serve_jobs=no", "--set", "engagement.serve_jobs=no")
    for part in range(0, CROWD, 100):
        names = [f"crowd-{n:03}" for n in range(part, part + 100)]
        happen(s, *[streams.enrolled(m, f"{m}/e", time_zone="UTC", tier="gold" if m.endswith("7") else "silver") for m in names],
               *[bought(m, n, category="crowd") for m in names for n in range(2)])
    until(lambda: s.sql("SELECT count(*) FROM analytics.member_facts WHERE facts_day IS NULL") == [(0,)], 60, "all facts")
    yield s
    s.remove()


def executed(system, statement):
    """How often it was, since all are logged."""
    return sum(path.read_text(errors="replace").count(statement) for path in (system.dir / "log").glob("postgres*"))


def dry_run(system, **document):
    reply = system.post("/milestone-definitions/trial/dry-run", json={"name": "x", **document}, timeout=15)
    assert reply.status == 200, reply
    return reply.json


def test_histories_are_read_by_slices(programme):
    admin = programme.connect()
    admin.autocommit = True
    for setting in ("log_statement = 'all'", "log_min_messages = 'log'"):
        admin.cursor().execute(f"ALTER SYSTEM SET {setting}")
    admin.cursor().execute("SELECT pg_reload_conf()")
    until(lambda: programme.sql("SHOW log_statement") == [("all",)], what="the logging of statements")
    until(lambda: (programme.get("/milestone-definitions/ten_visits"), executed(programme, "FROM analytics.milestone_definitions d LEFT JOIN"))[1],
          what="a statement of the daemon in the log")
    before = executed(programme, "analytics.milestone_entries")
    got = dry_run(programme, kind="count", target=2, filter={"==": [{"var": "category"}, "crowd"]}, bonus={"points": 3})
    assert (got["complete"], got["examined"], got["members"], got["cost"]["points"]) == (True, CROWD, CROWD, 3 * CROWD)
    assert 1 <= executed(programme, "analytics.milestone_entries") - before <= 1 + CROWD // 250
    admin.cursor().execute("ALTER SYSTEM RESET ALL")
    admin.cursor().execute("SELECT pg_reload_conf()")
    admin.close()


def test_facts_are_those_of_the_day_that_is_asked_for(programme):
    """The crowd joined on 1 January 2026."""
    rule = {"and": [{"==": [{"var": "tenure_days"}, 1000]}, {"<=": [{"var": "days_since_purchase"}, 967]}]}
    document = {"name": "x", "kind": "rule", "rule": rule}
    found = [programme.post("/milestone-definitions/trial/dry-run", params={"at": day}, json=document, timeout=15).json for day in ("2028-09-26", "2028-09-27", "2028-09-28")]
    assert [f["complete"] for f in found] == [True] * 3 and [f["members"] for f in found] == [0, CROWD, 0], found


def test_a_rule_is_tried_on_all_candidates_of_a_large_programme(programme):
    programme.sql("INSERT INTO analytics.member_analytics (member_id, shard, first_position, position, last_event_at, state, facts_day, facts, tier)"
                  " SELECT 'big-' || n, 7, 1, 9, now(), '{}', '2099-01-01', '{}', CASE WHEN n %% 1000 = 0 THEN 'palladium' ELSE 'basic' END"
                  " FROM generate_series(1, %s) n", LARGE)
    programme.sql("INSERT INTO analytics.member_fact_keys (member_id, tier) SELECT member_id, tier FROM analytics.member_analytics WHERE member_id LIKE 'big-%%'")
    programme.sql("INSERT INTO analytics.milestone_members (member_id) SELECT 'big-' || n FROM generate_series(1, %s) n", LARGE)
    programme.sql("ANALYZE analytics.member_fact_keys")
    got = dry_run(programme, kind="rule", rule={"==": [{"var": "tier"}, "palladium"]}, bonus={"reward_id": "cup"})
    assert (got["complete"], got["examined"], got["members"], got["cost"]["rewards"]) == (True, LARGE // 1000, LARGE // 1000, LARGE // 1000)
    assert got["estimate"]["members"] == LARGE // 1000


def test_a_segment_is_looked_for_first(programme):
    got = dry_run(programme, kind="count", target=2, segment={"==": [{"var": "tier"}, "gold"]})
    assert (got["complete"], got["members"]) == (True, CROWD // 10) and got["examined"] < 2 * CROWD


def test_what_cannot_be_seen_in_time_is_estimated(programme):
    """Everybody is a candidate; the crowd comes after the large part, whose members count for themselves and for the rest."""
    got = dry_run(programme, kind="rule", rule={"!=": [{"var": "tier"}, "copper"]})
    wanted = LARGE + CROWD
    assert got["complete"] is (got["examined"] == wanted) and got["members"] == got["examined"] > 2500
    assert abs(got["estimate"]["members"] - wanted) <= wanted / 100
